"""Verdicts over a frame of polars, and over what becomes one and is given back as it came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic

import polars as pl

from targetexpr.lang.nodes import Logical
from targetexpr.running.context import ContextReader
from targetexpr.running.program import CallBasket, CallValue, Program
from targetexpr.tables.errors import NotLowerable
from targetexpr.tables.invalid_values import MOST_SAMPLES, Invalid, InvalidTests
from targetexpr.tables.lowering import Lowering
from targetexpr.tables.polars_table import PolarsTable
from targetexpr.tables.polars_vocabulary import PolarsVocabulary, cell_of
from targetexpr.tables.verdicts import ColumnOf, Frame, Verdict, Verdicts

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
        try:
            self._expressions: tuple[pl.Expr, pl.Expr | None] | None = table.lowered(program, reader.zone)
        except NotLowerable:
            if not rows or program.kinds[0] != "boolean":
                raise
            self._expressions = None

    @cached_property
    def _decided(self) -> tuple[pl.Series, int]:
        """The verdicts, and how many of them the rule itself gave."""
        if self._expressions is None:
            values = self._table.rows(self._program, None, self._evaluate)
            return pl.Series(_VERDICT, values, dtype=pl.Boolean), len(values)
        verdict, doubt = self._expressions
        frame = self._table.frame
        if doubt is None:
            return _column(frame, verdict), 0
        found = frame.select(_long(verdict).alias(_VERDICT), _long(doubt).alias(_DOUBT)).collect()
        verdicts, doubts = found[_VERDICT], found[_DOUBT]
        where = doubts.arg_true()
        if not len(where):
            return verdicts, 0
        values = self._table.rows(self._program, doubts, self._evaluate)
        return verdicts.scatter(where, pl.Series(values, dtype=pl.Boolean)), len(where)

    @property
    def column(self) -> ColumnOf:
        """The verdict of each row."""
        return self._given.column(self._decided[0])

    def counts(self) -> dict[Verdict, int]:
        """How many rows have each verdict."""
        verdicts = self._decided[0]
        true, null = int(verdicts.sum() or 0), verdicts.null_count()
        return {True: true, False: len(verdicts) - true - null, None: null}

    def counts_of_all(self, others: Sequence[Verdicts[object, object]]) -> list[dict[Verdict, int]]:
        """The counts of several rules over the same frame: those that columns decide in one query."""
        sums = [pl.len().alias("rows")]
        places: dict[int, int] = {}
        for place, one in enumerate(others):
            if isinstance(one, PolarsVerdicts) and one._expressions is not None and one._expressions[1] is None:
                verdict = _long(one._expressions[0])
                places[place] = len(sums)
                sums += [verdict.sum().alias(f"true{place}"), verdict.null_count().alias(f"null{place}")]
        row = self._table.frame.select(sums).collect().row(0)
        found = []
        for place, one in enumerate(others):
            if place in places:
                true, null = row[places[place]] or 0, row[places[place] + 1]
                found.append({True: true, False: row[0] - true - null, None: null})
            else:
                found.append(one.counts())
        return found

    def count(self, verdict: Verdict = True) -> int:
        """How many rows have a verdict; of True without a column of verdicts, cheap terms first."""
        decided = "_decided" in self.__dict__ or self._expressions is None or self._expressions[1] is not None
        if verdict is not True or decided:
            return self.counts()[verdict]
        return self._count_true()

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

    def _count_true(self) -> int:
        """Terms of a conjunction filter one after the other: null is as good as false here."""
        program, table = self._program, self._table
        node = program.nodes[0]
        if not (isinstance(node, Logical) and node.operator == "&&"):
            return int(_column(table.frame, self._lowered()).sum() or 0)
        zone = self._reader.zone
        columns = table.columns(program, zone)
        lowering = Lowering(program, PolarsVocabulary(zone), columns, zone)
        costs = [(_cost(program, term), term) for term in program.operands[0]]
        frame = table.frame
        cheap = [lowering.boolean(term) for cost, term in costs if not cost]
        if cheap and len(cheap) == len(costs):
            return int(_column(frame, lowering.words.all(cheap)).sum() or 0)
        if cheap:
            frame = frame.filter(lowering.words.all(cheap))
        for cost, term in sorted(costs):
            if cost:
                # As a column of its own: optimisers would join the filters again.
                frame = frame.with_columns(lowering.boolean(term).alias("\0term")).filter("\0term")
        return int(frame.select(pl.len()).collect().item())

    def _lowered(self) -> pl.Expr:
        assert self._expressions is not None
        return self._expressions[0]


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


def _column(frame: pl.LazyFrame, verdict: pl.Expr) -> pl.Series:
    return frame.select(_long(verdict).alias(_VERDICT)).collect().to_series()


def _long(verdict: pl.Expr) -> pl.Expr:
    """A verdict for each row, of expressions without columns too."""
    if verdict.meta.root_names():
        return verdict
    return pl.repeat(verdict, pl.len(), dtype=pl.Boolean)
