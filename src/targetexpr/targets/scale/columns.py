"""The tables of a result as columns: rows of `Progress.tables()`, typed, and as files whose figures come as text.

A column of figures is DECIMAL with as many places as any of its values needs, so the type is known once all parts are.
Figures that need more than 38 digits stay text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, timezone, tzinfo
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from targetexpr.targets.model.enums import EvaluationType
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.progress.results import decimal_text
from targetexpr.targets.reports.tables import COLUMNS, Row

Kind: TypeAlias = Literal["text", "boolean", "integer", "figure", "bound", "instant"]
"""What the values of a column are; a bound is a day of a listed period, and of a cycle an instant."""

TABLES: Mapping[str, str] = {
    "periods": "progress",
    "contributions": "contributions",
    "levels": "levels",
    "customers": "streaks",
    "unified": "unified",
    "grants": "grants",
    "reported": "reported",
}
"""The tables of a result, with their names in `Progress.tables()`."""

_KINDS: Mapping[str, Kind] = {
    "start": "bound",
    "end": "bound",
    "value": "figure",
    "progress": "figure",
    "change": "figure",
    "asked": "figure",
    "granted": "figure",
    "achieved": "boolean",
    "members_met": "boolean",
    "overall_met": "boolean",
    "achieved_on": "instant",
    "reached_on": "instant",
    "contributions": "integer",
    "count": "integer",
    "run": "integer",
    "longest": "integer",
    "missing": "integer",
}

MOST_DIGITS = 38


def names_of(table: str) -> tuple[str, ...]:
    """The columns of a table."""
    return COLUMNS[TABLES[table]]


def kind_of(column: str) -> Kind:
    """What the values of a column are."""
    return _KINDS.get(column, "text")


def zone_name(zone: tzinfo) -> str:
    """A clock as columns of Arrow name it.

    >>> from datetime import timedelta
    >>> zone_name(UTC), zone_name(timezone(timedelta(hours=5, minutes=30)))
    ('UTC', '+05:30')
    """
    if zone is UTC:
        return "UTC"
    if isinstance(zone, timezone):
        return str(zone)[3:] or "UTC"
    return str(zone)


@dataclass(slots=True)
class Size:
    """How many digits the figures of a column have before and behind the point."""

    whole: int = 1
    places: int = 0

    def take(self, text: str) -> None:
        """Takes a figure into account."""
        whole, _, places = text.removeprefix("-").partition(".")
        if len(whole) > self.whole:
            self.whole = len(whole)
        if len(places) > self.places:
            self.places = len(places)

    def join(self, other: Size) -> None:
        """Takes other figures into account."""
        self.whole, self.places = max(self.whole, other.whole), max(self.places, other.places)

    @property
    def fits(self) -> bool:
        """Whether all of them have a common type."""
        return self.whole + self.places <= MOST_DIGITS


Sizes: TypeAlias = dict[str, Size]
"""By column."""


def batches(
    table: str, rows: Iterable[Row], plan: EvaluationPlan, sizes: Sizes, rows_each: int = 50_000
) -> Iterator[Any]:
    """The rows of a table as tables of Arrow, figures as text; `place` is the place among a customer's rows.

    What the figures need is taken down in `sizes`.
    """
    import pyarrow as pa  # type: ignore[import-untyped]

    names = names_of(table)
    schema = pa.schema([*((name, arrow_type(name, plan)) for name in names), ("place", pa.int64())])
    columns: list[list[object]] = [[] for _ in (*names, "place")]
    customer: object = None
    place = 0
    for row in rows:
        place = place + 1 if customer is not None and row.get("customer") == customer else 0
        customer = row.get("customer")
        for name, column in zip(names, columns, strict=False):
            value = row[name]
            if isinstance(value, Decimal):
                value = decimal_text(value)
                sizes.setdefault(name, Size()).take(value)
            column.append(value)
        columns[-1].append(place)
        if len(columns[-1]) >= rows_each:
            yield pa.table(columns, schema=schema)
            columns = [[] for _ in columns]
    if columns[-1]:
        yield pa.table(columns, schema=schema)


def arrow_type(column: str, plan: EvaluationPlan) -> Any:
    """The type of a column; of figures that of their texts."""
    import pyarrow as pa

    kind = kind_of(column)
    if kind == "bound":
        kind = "instant"
        if plan.window is EvaluationType.FIXED_CALENDAR_WINDOW:
            return pa.date32()
    match kind:
        case "boolean":
            return pa.bool_()
        case "integer":
            return pa.int64()
        case "instant":
            return pa.timestamp("us", tz="UTC")
        case _:
            return pa.string()


def finished(table: str, found: Any, plan: EvaluationPlan, sizes: Sizes) -> Any:
    """A table of Arrow as it is handed out: figures as decimals, instants on the local clock."""
    import pyarrow as pa

    columns = {}
    for name in names_of(table):
        column = found[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", tz=zone_name(plan.zone)))
        elif kind_of(name) == "figure" and pa.types.is_string(column.type):
            size = sizes.get(name, Size())
            column = column.cast(pa.decimal128(MOST_DIGITS, size.places)) if size.fits else column
        columns[name] = column
    return pa.table(columns)
