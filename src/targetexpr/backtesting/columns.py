"""A backtest over a frame of polars: one query for each million rows gives all conditions, and the groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from targetexpr.backtesting.conditions import Against, Truth
from targetexpr.backtesting.result import Outcome, Sample
from targetexpr.backtesting.totals import MONTH, PLACES, Context, Totals
from targetexpr.base.suggestions import suggest
from targetexpr.tables.columns import Column
from targetexpr.tables.errors import NotLowerable, TableError
from targetexpr.tables.lowering import Lowering
from targetexpr.tables.polars_table import PolarsTable, long
from targetexpr.tables.polars_vocabulary import PolarsVocabulary, cell_of

STEP = 1_000_000
"""Rows of one query."""

_DATES = frozenset(("instant", "naive", "day", "int", "text"))
_DOUBT, _GROUP = "doubt", "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked of each row."""

    truths: list[pl.Expr]  # of the conditions; empty where the rule itself has to decide all rows
    doubt: pl.Expr | None  # whether a row is left to the rule itself
    group: pl.Expr


class TableRun:
    """The backtest of one frame, added to totals. Raises NotLowerable where only rows would do and may not be used."""

    def __init__(self, totals: Totals, table: PolarsTable, *, name: str | None = None, rows: bool = False) -> None:
        self.totals = totals
        self.table = table
        self.name = name
        self.height: int = table.frame.select(pl.len()).collect().item()
        table.map.check(totals.program)
        group = self._group()
        try:
            truths, doubt = self._lowered()
        except NotLowerable:
            if not rows:
                raise
            truths, doubt = [], None
        self._asked = _Asked(truths=truths, doubt=doubt, group=group)

    def _lowered(self) -> tuple[list[pl.Expr], pl.Expr | None]:
        totals, table = self.totals, self.table
        table.lowered(totals.program, totals.zone, proven=True)  # refuses what is too large, and finds the facts
        words = PolarsVocabulary(totals.zone)
        columns = table.columns(totals.program, totals.zone)
        lowering = Lowering(totals.program, words, columns, totals.zone)
        truths = [lowering.boolean(index) for index in totals.conditions.indices]
        doubts = [words.known(doubt) for doubt in lowering.doubts]
        return truths, words.any(doubts) if doubts else None

    def _group(self) -> pl.Expr:
        """The group of a row."""
        by, types = self.totals.by, self.table.map.types
        nothing = pl.lit(None, dtype=pl.String)
        if by is None:
            return nothing
        names = PLACES.get(by, (by,))
        found = [column for name in names if (column := self._named(name)) is not None]
        if not found:
            close = [] if by in PLACES else suggest(by, [*PLACES, *types])
            hint = f"; close: {', '.join(f'`{one}`' for one in close)}" if close else ""
            raise TableError(f"The table has no column for `{' or `'.join(f'{name}`' for name in names)}{hint}.")
        texts = [self._month(one) if by == MONTH else cell_of(one).cast(pl.String) for one in found]
        return pl.coalesce(texts)

    def _named(self, name: str) -> Column | None:
        types = self.table.map.types
        return Column(path=(name,), type=types[name]) if name in types else self.table.map.named(name)

    def _month(self, column: Column) -> pl.Expr:
        if column.kind not in _DATES:
            return pl.lit(None, dtype=pl.String)
        words = PolarsVocabulary(self.totals.zone)
        return words.local(words.instant(column)).dt.strftime("%Y-%m")

    def steps(self) -> Iterator[int]:
        """Runs through the table; after each step, how many rows are done."""
        for start in range(0, self.height, STEP):
            part = self.table.frame.slice(start, STEP)
            self._add(part, start)
            yield min(start + STEP, self.height)

    def _add(self, part: pl.LazyFrame, start: int) -> None:
        totals, asked = self.totals, self._asked
        columns = [long(one).alias(str(at)) for at, one in enumerate(asked.truths)]
        columns += [] if asked.doubt is None else [asked.doubt.alias(_DOUBT)]
        group = asked.group if asked.group.meta.root_names() else pl.repeat(None, pl.len(), dtype=pl.String)
        found = part.select(*columns, group.alias(_GROUP)).collect()
        tests = self._tests(part, found)
        every = pl.repeat(True, found.height, dtype=pl.Boolean, eager=True)
        values = [Truth(one.fill_null(False), (~one).fill_null(False)) for one in tests]
        rule = totals.conditions.rule(values, every)
        null = (rule.true | rule.false) ^ every
        outcomes: dict[Outcome, pl.Series] = {"yes": rule.true, "no": rule.false, "null": null}
        self._count(found[_GROUP], outcomes)
        totals.why([Against(*(int(truth.sum()) for truth in one)) for one in totals.conditions.against(values, every)])
        for outcome, marked in outcomes.items():
            at = marked.arg_true()
            for slot, place in totals.sampled(outcome, len(at)):
                self._keep(outcome, slot, start + int(at[place]))

    def _tests(self, part: pl.LazyFrame, found: pl.DataFrame) -> list[pl.Series]:
        """How each condition comes out; what columns cannot decide, the conditions themselves do."""
        totals, asked = self.totals, self._asked
        if asked.truths and (_DOUBT not in found.columns or not found[_DOUBT].any()):
            return [found[str(at)] for at in range(len(asked.truths))]
        which = found[_DOUBT] if asked.truths else None
        rows: list[tuple[object, ...]] = []
        self.table.rows(totals.program, which, lambda context: rows.append(totals.tests(context)), part)
        decided = [
            pl.Series([one if isinstance(one, bool) else None for one in column], dtype=pl.Boolean)
            for column in zip(*rows, strict=True)
        ] or [pl.Series([], dtype=pl.Boolean) for _ in totals.texts]
        if which is None:
            return decided
        where = which.arg_true()
        return [found[str(at)].scatter(where, column) for at, column in enumerate(decided)]

    def _count(self, groups: pl.Series, outcomes: dict[Outcome, pl.Series]) -> None:
        frame = pl.DataFrame([groups.alias(_GROUP), *(marked.alias(name) for name, marked in outcomes.items())])
        sums = frame.group_by(_GROUP).agg(pl.col(*outcomes).sum())
        for name, *counts in sums.iter_rows():
            for outcome, count in zip(outcomes, counts, strict=True):
                self.totals.count(name, outcome, count)

    def _keep(self, outcome: Outcome, slot: int, row: int) -> None:
        place = f"record {row + 1:,}"
        place = place if self.name is None else f"{self.name}, {place}"
        self.totals.keep(outcome, slot, lambda: self._sample(outcome, place, row))

    def _sample(self, outcome: Outcome, place: str, row: int) -> Sample:
        part = self.table.frame.slice(row, 1)
        contexts: list[Context] = []
        self.table.rows(self.totals.program, None, contexts.append, part)  # type: ignore[arg-type]
        types = self.table.map.types
        own = [name for name, type_ in types.items() if "." not in name and type_.kind not in ("list", "map", "struct")]
        cells = part.select(own).collect().row(0) if own else ()
        return self.totals.sample(outcome, place, contexts[0], dict(zip(own, cells, strict=True)))
