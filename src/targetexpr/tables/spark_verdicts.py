"""Verdicts over a frame of Spark: nothing runs before it is asked for, and what is given back is a frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import cast

from targetexpr.running.context import ContextReader
from targetexpr.running.program import Program
from targetexpr.tables.invalid_values import MOST_SAMPLES, Invalid, InvalidTests
from targetexpr.tables.spark_table import SparkColumn, SparkFrame, SparkTable, functions
from targetexpr.tables.verdicts import Verdict, Verdicts, unless_by_row


class SparkVerdicts(Verdicts[SparkFrame, SparkFrame]):
    """The verdicts of one rule over one frame. Made by `Rule.on`."""

    def __init__(self, program: Program, reader: ContextReader, table: SparkTable, *, rows: bool) -> None:
        self._program = program
        self._reader = reader
        self._table = table
        table.map.check(program)
        self._lowered = unless_by_row(lambda: table.lowered(program, reader.zone), program, rows=rows)

    @cached_property
    def _verdict(self) -> SparkColumn:
        """The verdict as a column of the frame."""
        if self._lowered is None:
            return self._table.by_rule(self._program, self._reader.zone, None)
        plain = functions().expr(self._lowered.verdict)
        doubt = self._lowered.doubt
        if doubt is None or not self.undecided:
            return plain
        by_rule = self._table.by_rule(self._program, self._reader.zone, doubt)
        return functions().when(functions().expr(doubt), by_rule).otherwise(plain)

    @property
    def column(self) -> SparkFrame:
        """The verdict of each row, as a frame of one column `verdict`."""
        return self._table.frame.select(self._verdict.alias("verdict"))

    def counts(self) -> dict[Verdict, int]:
        """How many rows have each verdict."""
        true, false, total = _whole(self.column, "count_if(verdict)", "count_if(NOT verdict)", "count(*)")
        return {True: true, False: false, None: total - true - false}

    @property
    def by_columns(self) -> bool:
        """Whether columns decide every row."""
        return self._lowered is not None and self._lowered.doubt is None

    def _counted_at_once(self, others: Sequence[Verdicts[object, object]]) -> Iterator[dict[Verdict, int]]:
        sums = ["count(*)"]
        for one in others:
            assert isinstance(one, SparkVerdicts)
            assert one._lowered is not None
            sums += [f"count_if({one._lowered.verdict})", f"count_if(NOT {one._lowered.verdict})"]
        rows, *found = _whole(self._table.frame, *sums)
        for true, false in zip(found[::2], found[1::2], strict=True):
            yield {True: true, False: false, None: rows - true - false}

    def where(self, verdict: Verdict) -> SparkFrame:
        """The rows with a verdict."""
        found = self._verdict
        return self._table.frame.where(found.isNull() if verdict is None else found.eqNullSafe(verdict))

    @cached_property
    def undecided(self) -> int:
        """How many rows the rule itself decided."""
        if self._lowered is None:
            return _whole(self._table.frame, "count(*)")[0]
        doubt = self._lowered.doubt
        return 0 if doubt is None else _whole(self._table.frame, f"count_if({doubt})")[0]

    @cached_property
    def invalid(self) -> dict[str, Invalid]:
        """The columns with values that do not fit. Rows of Spark have no numbers: there are only values."""
        table, words = self._table, self._table.words(self._reader.zone)
        columns = table.columns(self._program, self._reader.zone)
        tests = list(InvalidTests(self._program, words, columns, self._reader.zone).tests())
        totals = _whole(table.frame, *(f"CAST(sum({test.count}) AS BIGINT)" for test in tests)) if tests else []
        found: dict[str, Invalid] = {}
        for test, total in zip(tests, totals, strict=True):
            if total:
                rows = table.frame.selectExpr(f"{words.cell(test.column)} AS value", f"{test.count} AS number")
                samples = rows.where("number > 0").limit(MOST_SAMPLES).collect()
                values = tuple(sample[0] for sample in samples)
                found[test.name] = Invalid(count=total, expected=test.expected, rows=(), values=values)
        return found


def _whole(frame: SparkFrame, *sums: str) -> list[int]:
    """Sums over all rows."""
    row = frame.selectExpr(*(f"{one} AS c{at}" for at, one in enumerate(sums))).first()
    assert row is not None  # sums of no rows are a row
    return [cast("int", number or 0) for number in row]
