"""Dates in polars: times of any unit, texts and milliseconds as instants in UTC; clocks read as Python reads them."""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache

import polars as pl

from targetexpr.tables.clocks import ACROSS_A_CHANGE, CALENDAR, Range, agreement, fixed_offset, zone_name

_NAIVE = pl.Datetime("us")
_DATE_TEXT = (
    r"\A([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)?\z"
)


def in_calendar(micros: pl.Expr) -> pl.Expr:
    """Microseconds since 1970 that lie in the years 1 to 9999, others null."""
    return pl.when(micros.is_between(CALENDAR.first, CALENDAR.last)).then(micros)


def instant_of_milliseconds(number: pl.Expr) -> pl.Expr:
    """Whole milliseconds since 1970."""
    within = number.is_between(CALENDAR.first // 1000, CALENDAR.last // 1000)
    return pl.when(within).then(number.cast(pl.Int64, strict=False) * 1000).cast(_NAIVE).dt.replace_time_zone("UTC")


def local_to_instant(naive: pl.Expr, zone: tzinfo) -> pl.Expr:
    """What a clock showed as an instant: the earlier of two, and what it skipped by the clock before the change."""
    offset = fixed_offset(zone)
    if offset is not None:
        shifted = naive - offset if offset else naive
        return shifted.dt.replace_time_zone("UTC")
    name = zone_name(zone)
    shown = naive.dt.replace_time_zone(name, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    before = (naive - ACROSS_A_CHANGE).dt.replace_time_zone(name, ambiguous="latest", non_existent="null")
    return shown.fill_null(before.dt.convert_time_zone("UTC") + ACROSS_A_CHANGE)


def instant_of_text(text: pl.Expr, zone: tzinfo) -> pl.Expr:
    """Dates in texts, null where a text is none."""
    parts = text.str.extract_groups(_DATE_TEXT)

    def number(group: int) -> pl.Expr:
        return parts.struct.field(str(group)).cast(pl.Int32, strict=False)

    year, month, day = (number(group) for group in (1, 2, 3))
    hour, minute, second = (number(group).fill_null(0) for group in (4, 5, 6))
    month_ok = month.is_between(1, 12)
    first = pl.date(pl.when(month_ok & (year >= 1)).then(year), pl.when(month_ok).then(month), 1)
    valid = (day >= 1) & (day <= first.dt.month_end().dt.day()) & (hour <= 23) & (minute <= 59) & (second <= 59)
    fraction = parts.struct.field("7").fill_null("").str.head(6).str.pad_end(6, "0").cast(pl.Int64, strict=False)
    seconds = ((day - 1).cast(pl.Int64) * 24 + hour) * 3600 + minute.cast(pl.Int64) * 60 + second
    micros = first.cast(_NAIVE).to_physical() + seconds * 1_000_000 + fraction
    offset = parts.struct.field("8")
    hours, minutes = (offset.str.extract(group, 1).cast(pl.Int64, strict=False) for group in (_HOURS, _MINUTES))
    offset_ok = offset.is_null() | (offset == "Z") | ((hours <= 23) & (minutes <= 59))
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    east = pl.when(offset == "Z").then(0).otherwise(sign * (hours * 60 + minutes)) * 60_000_000
    naive = pl.when(valid & offset_ok).then(micros)
    local = local_to_instant(naive.cast(_NAIVE), zone)
    instant = in_calendar(naive - east).cast(_NAIVE).dt.replace_time_zone("UTC")
    return pl.when(offset.is_null()).then(local).otherwise(instant)


_HOURS, _MINUTES = r"\A[+-]([0-9]{2})", r"([0-9]{2})\z"


def is_outside(instant: pl.Expr, within: Range) -> pl.Expr:
    """Whether an instant lies outside a range."""
    return ~instant.to_physical().is_between(within.first, within.last)


def to_local(instant: pl.Expr, zone: tzinfo) -> pl.Expr:
    """What the clock of a zone shows at an instant."""
    offset = fixed_offset(zone)
    if offset is not None:
        naive = instant.dt.replace_time_zone(None)
        return naive + offset if offset else naive
    return instant.dt.convert_time_zone(zone_name(zone)).dt.replace_time_zone(None)


@lru_cache(maxsize=64)
def certain_range(zone: tzinfo) -> Range:
    """The instants for which polars' clock of a zone is Python's."""

    def shown(instants: list[int]) -> list[int]:
        frame = pl.DataFrame({"instant": instants}).select(pl.col("instant").cast(_NAIVE).dt.replace_time_zone("UTC"))
        return frame.select(to_local(pl.col("instant"), zone).to_physical()).to_series().to_list()

    return agreement(zone, shown)
