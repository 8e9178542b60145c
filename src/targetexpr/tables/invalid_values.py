"""Values of columns that do not fit what a rule takes them for: they read null, and are counted with samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Generic

from targetexpr.lang.types import Kind
from targetexpr.running.program import LookUp, Program, ReadAttribute
from targetexpr.tables.columns import Column
from targetexpr.tables.lowering import Lowering, looked_up_name
from targetexpr.tables.polynomials import E
from targetexpr.tables.scope import Columns
from targetexpr.tables.uses import item_uses
from targetexpr.tables.vocabulary import Vocabulary

MOST_SAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """How many values of a column do not fit, and the first of them: numbers of rows from 0, and what stands there."""

    count: int
    expected: Kind
    rows: tuple[int, ...]
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidTest(Generic[E]):
    """For each row, how many values of a column do not fit (0 or 1 outside line items)."""

    name: str  # in the rule: "currentTxn.value", "currentTxn.lineItems.qty"
    column: Column
    expected: Kind
    count: E


_FITTING: dict[Kind, frozenset[str]] = {
    "number": frozenset(("int", "decimal", "null")),
    "string": frozenset(("text", "int", "null")),
    "boolean": frozenset(("boolean", "null")),
    "date": frozenset(("day", "null")),
}
"""What always fits."""


class InvalidTests(Generic[E]):
    """The tests of all columns that a rule reads."""

    def __init__(self, program: Program, words: Vocabulary[E], columns: Columns, zone: tzinfo) -> None:
        self.program = program
        self.words = words
        self.columns = columns
        self.lowering = Lowering(program, words, columns, zone)

    def tests(self) -> Iterator[InvalidTest[E]]:
        """One test for each column and kind that it is read as, where not every value is sure to fit."""
        for name, kind in dict.fromkeys(self._reads()):
            column = self.columns.named(name)
            if column is not None and self._may_not_fit(column, kind):
                yield InvalidTest(
                    name=name, column=column, expected=kind, count=self.words.count_true([self._test(column, kind)], 0)
                )
        for profile, fields in item_uses(self.program).items():
            items = self.columns.named(f"{profile}.lineItems")
            if items is None or items.kind != "list":
                continue
            for field in sorted(fields):
                column = items.fields.get(field)
                if column is not None and self._may_not_fit(column, "number"):
                    count = self.words.count_items(items, self._test(column, "number"))
                    name = f"{profile}.lineItems.{field}"
                    yield InvalidTest(name=name, column=items, expected="number", count=count)

    def _reads(self) -> Iterator[tuple[str, Kind]]:
        for index, operation in self.program.operations.items():
            kind = self.program.kinds[index]
            if isinstance(operation, ReadAttribute):
                yield f"{operation.profile}.{operation.name}", kind
            elif isinstance(operation, LookUp) and (name := looked_up_name(self.program, index)) is not None:
                yield name, kind

    def _may_not_fit(self, column: Column, kind: Kind) -> bool:
        if column.kind == "mixed" or kind not in _FITTING or column.kind in _FITTING[kind]:
            return False
        return not (kind == "number" and column.kind in ("float", "text") and column.number.finite)

    def _test(self, column: Column, kind: Kind) -> E:
        words = self.words
        match kind:
            case "number":
                value = words.double(column)
            case "string":
                value = words.string(column)
            case "boolean":
                value = words.boolean(column)
            case _:
                value = self.lowering.instants_of(column, clock=False)
        return words.all([words.negation(words.is_missing(column)), words.is_null(value)])
