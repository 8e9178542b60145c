"""Texts of dates as instants, a column at once where they are alike: what the evaluation reads in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from targetexpr.records.typed_columns import ISO_DATE, as_times
from targetexpr.running.coercion import DataError, local_instant
from targetexpr.running.context import ContextReader

if TYPE_CHECKING:
    import polars as pl

_HALF_HOURS = [timedelta(minutes=30 * step) for step in range(-1, 50)]


class Instants:
    """Reads dates on one clock."""

    def __init__(self, reader: ContextReader) -> None:
        self._reader = reader
        self._offsets: dict[date, timedelta | None] = {}

    def of(self, texts: pl.Series) -> pl.Series:
        """The instants of texts in UTC; null for what is no date."""
        import polars as pl

        found = as_times(texts)
        if found.dtype == pl.Date:
            found = found.cast(pl.Datetime("us"))
        if isinstance(found.dtype, pl.Datetime):
            if found.dtype.time_zone is not None:
                return found.dt.convert_time_zone("UTC")
            return self._of_clock(found)
        if texts.null_count() == len(texts):
            return texts.cast(pl.Datetime("us", "UTC"))
        known = {text: self.one(text) for text in texts.drop_nulls().unique().to_list()}
        return texts.replace_strict(known, return_dtype=pl.Datetime("us", "UTC"))

    def of_values(self, values: Sequence[object]) -> pl.Series:
        """The instants of values as records of JSON have them; null for what is no date."""
        import polars as pl

        texts = pl.Series([value if type(value) is str else None for value in values], dtype=pl.String)
        plain = texts.str.contains(ISO_DATE)
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(texts))
        found = self.of(texts.zip_with(plain.fill_null(False), nothing))
        odd = [place for place in found.is_null().arg_true().to_list() if values[place] is not None]
        return found.scatter(odd, pl.Series([self.one(values[place]) for place in odd], dtype=found.dtype))

    def one(self, value: object) -> datetime | None:
        """The instant of one value, None for what is no date."""
        try:
            found = self._reader.value("date", value, "date")
        except DataError:
            return None
        return found if isinstance(found, datetime) else None

    def _of_clock(self, naive: pl.Series) -> pl.Series:
        """Times on the clock as instants: of a day without a change of the clock by its offset."""
        import polars as pl

        if self._reader.zone is UTC:
            return naive.dt.replace_time_zone("UTC")
        days = naive.dt.date()
        offsets = {day: self._offset(day) for day in days.drop_nulls().unique().to_list()}
        found = (naive - days.replace_strict(offsets, return_dtype=pl.Duration("us"))).dt.replace_time_zone("UTC")
        changing = [day for day, offset in offsets.items() if offset is None]
        if not changing:
            return found
        places = days.is_in(changing).arg_true()
        read = pl.Series([self.one(moment) for moment in naive.gather(places).to_list()], dtype=found.dtype)
        return found.scatter(places, read)

    def _offset(self, day: date) -> timedelta | None:
        """How far the clock is ahead of UTC on a day; None where that changes, and at the ends of the calendar."""
        if day not in self._offsets:
            zone = self._reader.zone
            midnight = datetime.combine(day, time())
            self._offsets[day] = None
            if 2 < day.year < 9998:
                moments = [midnight + step for step in _HALF_HOURS]
                found = {moment.replace(tzinfo=UTC) - local_instant(moment, zone) for moment in moments}
                found |= {one.replace(tzinfo=zone, fold=1).utcoffset() or timedelta() for one in moments}
                self._offsets[day] = found.pop() if len(found) == 1 else None
        return self._offsets[day]
