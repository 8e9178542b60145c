"""Verdicts over a relation of DuckDB: nothing runs before it is asked for, and what is given back is a relation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import duckdb

from targetexpr.running.context import ContextReader
from targetexpr.running.program import Program
from targetexpr.tables.invalid_values import MOST_SAMPLES, Invalid, InvalidTests
from targetexpr.tables.relation_table import RelationTable
from targetexpr.tables.verdicts import Verdict, Verdicts, unless_by_row

_ROW = '"\\row"'


class RelationVerdicts(Verdicts[duckdb.DuckDBPyRelation, duckdb.DuckDBPyRelation]):
    """The verdicts of one rule over one relation. Made by `Rule.on`."""

    def __init__(
        self,
        program: Program,
        reader: ContextReader,
        evaluate: Callable[[object], object],
        table: RelationTable,
        *,
        rows: bool,
    ) -> None:
        self._program = program
        self._reader = reader
        self._evaluate = evaluate
        self._table = table
        table.map.check(program)
        self._lowered = unless_by_row(lambda: table.lowered(program, reader.zone), program, rows=rows)

    @cached_property
    def _by_rule(self) -> dict[int, Verdict]:
        """The verdicts that the rule itself gave, by the numbers of their rows."""
        doubt = None
        if self._lowered is not None:
            doubt = self._lowered.doubt
            if doubt is None:
                return {}
        return self._table.rows(self._program, self._reader.zone, doubt, self._evaluate)

    @cached_property
    def _decided(self) -> tuple[duckdb.DuckDBPyRelation, str]:
        """A relation with the rows, in their order, and the verdict as an expression over it."""
        plain = "CAST(NULL AS BOOLEAN)" if self._lowered is None else self._lowered.verdict
        if not self._by_rule:
            return self._table.relation, plain
        cases = []
        for verdict, said in ((True, "TRUE"), (False, "FALSE"), (None, "NULL")):
            rows = [str(row) for row, one in self._by_rule.items() if one is verdict]
            if rows:
                cases.append(f"WHEN {_ROW} IN ({', '.join(rows)}) THEN {said}")
        numbered = self._table.relation.project(f"*, row_number() OVER () - 1 AS {_ROW}")
        return numbered, f"(CASE {' '.join(cases)} ELSE {plain} END)"

    @property
    def column(self) -> duckdb.DuckDBPyRelation:
        """The verdict of each row, as a relation of one column `verdict`."""
        relation, verdict = self._decided
        return relation.project(f"{verdict} AS verdict")

    def counts(self) -> dict[Verdict, int]:
        """How many rows have each verdict."""
        relation, verdict = self._decided
        counted = relation.project(f"{verdict} AS v").aggregate("count_if(v), count_if(NOT v), count(*)")
        ((true, false, total),) = counted.fetchall()
        return {True: true, False: false, None: total - true - false}

    @property
    def by_columns(self) -> bool:
        """Whether columns decide every row."""
        return self._lowered is not None and self._lowered.doubt is None

    def _counted_at_once(self, others: Sequence[Verdicts[object, object]]) -> Iterator[dict[Verdict, int]]:
        sums = ["count(*)"]
        for one in others:
            assert isinstance(one, RelationVerdicts)
            assert one._lowered is not None
            verdict = one._lowered.verdict
            sums += [f"count_if({verdict})", f"count_if(NOT {verdict})"]
        ((rows, *found),) = self._table.relation.aggregate(", ".join(sums)).fetchall()
        for true, false in zip(found[::2], found[1::2], strict=True):
            yield {True: true, False: false, None: rows - true - false}

    def where(self, verdict: Verdict) -> duckdb.DuckDBPyRelation:
        """The rows with a verdict."""
        relation, expression = self._decided
        test = f"{expression} IS NULL" if verdict is None else f"{expression} IS {str(verdict).upper()}"
        rows = relation.filter(test)
        return rows.project(f"* EXCLUDE ({_ROW})") if self._by_rule else rows

    @property
    def undecided(self) -> int:
        """How many rows the rule itself decided."""
        return len(self._by_rule)

    @cached_property
    def invalid(self) -> dict[str, Invalid]:
        """The columns with values that do not fit."""
        zone, table = self._reader.zone, self._table
        words = table.words(zone)
        tests = list(InvalidTests(self._program, words, table.columns(self._program, zone), zone).tests())
        found: dict[str, Invalid] = {}
        if not tests:
            return found
        (totals,) = table.relation.aggregate(
            ", ".join(f"CAST(sum({test.count}) AS BIGINT)" for test in tests)
        ).fetchall()
        for test, total in zip(tests, totals, strict=True):
            if total:
                rows = table.relation.project(
                    f"row_number() OVER () - 1 AS row, {words.cell(test.column)} AS value, {test.count} AS number"
                )
                samples = rows.filter("number > 0").order("row").limit(MOST_SAMPLES).fetchall()
                found[test.name] = Invalid(
                    count=total,
                    expected=test.expected,
                    rows=tuple(sample[0] for sample in samples),
                    values=tuple(sample[1] for sample in samples),
                )
        return found
