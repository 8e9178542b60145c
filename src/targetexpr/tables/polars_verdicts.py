"""Verdicts over a frame of polars, and over what becomes one and is given back as it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic

import polars as pl

from targetexpr.lang.nodes import Logical
from targetexpr.running.context import ContextReader
from targetexpr.running.program import CallBasket, CallValue, Program
from targetexpr.tables.invalid_values import MOST_SAMPLES, Invalid, InvalidTests
from targetexpr.tables.lowering import Lowered, Lowering
from targetexpr.tables.polars_table import PolarsTable, long
from targetexpr.tables.polars_vocabulary import PolarsVocabulary, cell_of
from targetexpr.tables.verdicts import ColumnOf, Frame, Verdict, Verdicts, unless_by_row

_VERDICT, _DOUBT = "verdict", "doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(Generic[Frame, ColumnOf]):
    """How the kind of table that was given is given back."""

    column: Callable[[pl.Series], ColumnOf]
    where: Callable[[pl.Series], Frame]  # the rows that are marked


class PolarsVerdicts(Verdicts[Frame, ColumnOf]):
    """The verdicts of one rule over one frame. Made by `Rule.on`."""

    def __init__(
        self,
        program: Program,
        reader: ContextReader,
        evaluate: Callable[[object], object],
        table: PolarsTable,
        given: Given[Frame, ColumnOf],
        *,
        rows: bool,
    ) -> None:
        self._program = program
        self._reader = reader
        self._evaluate = evaluate
        self._table = table
        self._given = given
        table.map.check(program)
        self._lowered = unless_by_row(lambda: table.lowered(program, reader.zone), program, rows=rows)

    @cached_property
    def _decided(self) -> tuple[pl.Series, int]:
        """The verdicts, and how many of them the rule itself gave."""
        if self._lowered is None:
            values = self._table.rows(self._program, None, self._evaluate)
            return pl.Series(_VERDICT, values, dtype=pl.Boolean), len(values)
        found = self._table.masks(self._lowered)
        if found is None:
            found = self._table.masks(self._proven())
            assert found is not None  # nothing is assumed any more
        verdicts = found[_VERDICT]
        if _DOUBT not in found.columns or not found[_DOUBT].any():
            return verdicts, 0
        where = found[_DOUBT].arg_true()
        values = self._table.rows(self._program, found[_DOUBT], self._evaluate)
        return verdicts.scatter(where, pl.Series(values, dtype=pl.Boolean)), len(where)

    def _proven(self) -> Lowered[pl.Expr]:
        self._lowered = self._table.lowered(self._program, self._reader.zone, proven=True)
        return self._lowered

    @property
    def _certain(self) -> pl.Expr | None:
        """The verdict as an expression that needs no check and leaves no row; None where there is none."""
        lowered = self._lowered
        if lowered is None or lowered.doubt is not None or lowered.assumed:
            return None
        return lowered.verdict

    @property
    def column(self) -> ColumnOf:
        """The verdict of each row."""
        return self._given.column(self._decided[0])

    def counts(self) -> dict[Verdict, int]:
        """How many rows have each verdict."""
        true, null, rows = self._totals()
        return {True: true, False: rows - true - null, None: null}

    def _totals(self) -> tuple[int, int, int]:
        lowered = self._lowered
        in_one_pass = lowered is not None and lowered.doubt is None and not (lowered.assumed and self._table.eager)
        if "_decided" not in self.__dict__ and lowered is not None and in_one_pass:
            found = self._table.totals(lowered)
            if found is not None:
                return found
            self._proven()
            return self._totals()
        verdicts = self._decided[0]
        return int(verdicts.sum() or 0), verdicts.null_count(), len(verdicts)

    @property
    def by_columns(self) -> bool:
        """Whether columns decide every row."""
        return self._certain is not None

    def _counted_at_once(self, others: Sequence[Verdicts[object, object]]) -> Iterator[dict[Verdict, int]]:
        sums = [pl.len().alias("rows")]
        for place, one in enumerate(others):
            assert isinstance(one, PolarsVerdicts)
            assert one._certain is not None
            verdict = long(one._certain)
            sums += [verdict.sum().alias(f"true{place}"), verdict.null_count().alias(f"null{place}")]
        rows, *found = self._table.frame.select(sums).collect().row(0)
        for true, null in zip(found[::2], found[1::2], strict=True):
            yield {True: true or 0, False: rows - (true or 0) - null, None: null}

    def count(self, verdict: Verdict = True) -> int:
        """How many rows have a verdict; of True without a column of verdicts, cheap terms first."""
        certain = self._certain
        if verdict is not True or "_decided" in self.__dict__ or certain is None:
            return self.counts()[verdict]
        return self._count_true(certain)

    def where(self, verdict: Verdict) -> Frame:
        """The rows with a verdict."""
        verdicts = self._decided[0]
        return self._given.where(verdicts.is_null() if verdict is None else (verdicts == verdict).fill_null(False))

    @property
    def undecided(self) -> int:
        """How many rows the rule itself decided."""
        return self._decided[1]

    @cached_property
    def invalid(self) -> dict[str, Invalid]:
        """The columns with values that do not fit."""
        table, words = self._table, PolarsVocabulary(self._reader.zone)
        columns = table.columns(self._program, self._reader.zone)
        tests = list(InvalidTests(self._program, words, columns, self._reader.zone).tests())
        if not tests:
            return {}
        sums = [test.count.sum().alias(str(number)) for number, test in enumerate(tests)]
        totals = table.frame.select(sums).collect().row(0)
        found: dict[str, Invalid] = {}
        for test, total in zip(tests, totals, strict=True):
            if total:
                cells = [pl.int_range(pl.len()).alias("row"), cell_of(test.column).alias("value")]
                rows = table.frame.select(*cells, test.count.alias("count")).filter(pl.col("count") > 0)
                samples = rows.head(MOST_SAMPLES).collect()
                found[test.name] = Invalid(
                    count=total,
                    expected=test.expected,
                    rows=tuple(samples["row"].to_list()),
                    values=tuple(samples["value"].to_list()),
                )
        return found

    def _count_true(self, certain: pl.Expr) -> int:
        """Terms of a conjunction filter one after the other: null is as good as false here."""
        program, table = self._program, self._table
        node = program.nodes[0]
        costs = [(_cost(program, term), term) for term in program.operands[0]]
        if not (isinstance(node, Logical) and node.operator == "&&" and any(cost for cost, _ in costs)):
            return _sum(table.frame, certain)
        lowering = Lowering(
            program, PolarsVocabulary(self._reader.zone), table.columns(program, self._reader.zone), self._reader.zone
        )
        frame = table.frame
        cheap = [lowering.boolean(term) for cost, term in costs if not cost]
        if cheap:
            frame = frame.filter(lowering.words.all(cheap))
        for cost, term in sorted(costs):
            if cost:
                # As a column of its own: optimisers would join the filters again.
                frame = frame.with_columns(lowering.boolean(term).alias("\0term")).filter("\0term")
        return int(frame.select(pl.len()).collect().item())


_COSTS = {"matches": 3, "contains": 2}


def _cost(program: Program, index: int) -> int:
    """How dear a term is: texts and line items are looked at last."""
    total, waiting = 0, [index]
    while waiting:
        at = waiting.pop()
        operation = program.operations.get(at)
        if isinstance(operation, CallValue):
            total += _COSTS.get(operation.meaning, 0)
        elif isinstance(operation, CallBasket):
            total += 5
        waiting.extend(program.operands[at])
    return total


def _sum(frame: pl.LazyFrame, verdict: pl.Expr) -> int:
    return int(frame.select(long(verdict).sum()).collect().item() or 0)
