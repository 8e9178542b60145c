"""A rule as SQL for tables that are elsewhere: what is assumed of their columns, and a query that proves it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import cast

from targetexpr.lang.types import Kind
from targetexpr.running.program import CallBasket, CallProfile, LookUp, Program, ReadAttribute
from targetexpr.tables.clocks import sure_years
from targetexpr.tables.columns import Column, ColumnKind, ColumnType, DateFacts, ListFacts, NumberFacts
from targetexpr.tables.dialects import DIALECTS, DialectName
from targetexpr.tables.errors import TableError
from targetexpr.tables.lowering import Lowering, looked_up_name
from targetexpr.tables.mapping import ColumnNames, ProfileMap, map_name, needed, read_names
from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.tables.uses import Use, item_uses, uses

MOST_ITEMS = 200
"""Items in one list that a query without a look at the data allows for."""

_KINDS: Mapping[Kind, ColumnKind] = {"number": "float", "string": "text", "boolean": "boolean", "date": "instant"}
_TYPE = re.compile(r"(int|float|text|boolean|instant|naive|day)|decimal\((\d+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A rule in SQL. The verdict is TRUE, FALSE, or NULL where the rule is null.

    `condition` is the expression, `text` a query with the verdict beside every row, and `proof` a query of one row and
    one truth, `holds`: whether the columns are what the expression assumes, and no row is too close to a bound to be
    decided by it. Where it is false, verdicts may be wrong.
    """

    dialect: DialectName
    condition: str
    text: str
    proof: str

    def __str__(self) -> str:
        return self.text


def to_sql(
    program: Program,
    zone: tzinfo,
    dialect: DialectName,
    *,
    table: str,
    columns: ColumnNames | None,
    types: Mapping[str, str],
    scale: int,
    bound: float,
) -> Query:
    """A program as a query over a table that has the columns of the rule, or those that `columns` maps to them."""
    if dialect not in DIALECTS:
        raise TableError(f"No dialect {dialect!r}: give one of {', '.join(DIALECTS)}.")
    words = SqlVocabulary(zone, DIALECTS[dialect], sure_years)
    assumed = AssumedColumns(program, columns, types, scale=scale, bound=bound)
    lowered = Lowering(program, words, assumed, zone).rule()
    verdict, doubt = lowered.verdict, lowered.doubt
    facts = " AND ".join([*_facts(words, assumed), *([] if doubt is None else [words.negation(doubt)])]) or "TRUE"
    where = ".".join(words.name(part) for part in table.split("."))  # a schema and a table are two names
    return Query(
        dialect=dialect,
        condition=verdict,
        text=f"SELECT *, {verdict} AS verdict FROM {where}",
        proof=f"SELECT coalesce(bool_and({facts}), TRUE) AS holds FROM {where}",
    )


class AssumedColumns:
    """Columns as a rule would have them: of the declared kinds, with facts that nobody has looked for yet."""

    def __init__(
        self, program: Program, columns: ColumnNames | None, types: Mapping[str, str], *, scale: int, bound: float
    ) -> None:
        self.scale, self.bound = scale, bound
        self.item_uses = item_uses(program)
        self.uses: dict[str, Use] = {}
        for name, use in uses(program):
            if self.uses.get(name) != "added":
                self.uses[name] = use
        found = dict(_types(program))
        found.update({name: _stated(text) for name, text in types.items()})
        known, _ = read_names(columns, None)
        mapped = {meant: column for column, names in known.items() for meant in names}
        kinds = {mapped.get(name, name): type_ for name, type_ in found.items()}
        self.map = ProfileMap(types=kinds, columns={name: names for name, names in known.items() if name in kinds})

    def named(self, name: str) -> Column | None:
        """The column of a name in the rule."""
        column = self.map.named(name)
        return None if column is None else self._known(column)

    def absent(self, profile: str) -> Column | None:
        """No profile is a struct column here."""
        del profile
        return None

    def _known(self, column: Column) -> Column:
        known = replace(
            column,
            number=self._number(column),
            date=DateFacts(in_calendar=True, certain=True),
            items=ListFacts(longest=MOST_ITEMS, null_items=True),
        )
        if column.kind != "list" or column.type.item is None:
            return known
        fields = {
            field: Column(path=(field,), type=type_, in_item=True) for field, type_ in column.type.item.fields.items()
        }
        return replace(known, fields={field: replace(one, number=self._number(one)) for field, one in fields.items()})

    def _number(self, column: Column) -> NumberFacts:
        grid = self.scale if column.kind in ("float", "text") else None
        return NumberFacts(finite=True, nulls=True, scale=grid, bound=self.bound, long=False)


def _stated(text: str) -> ColumnType:
    found = _TYPE.fullmatch(text)
    if found is None:
        raise TableError(f"No type {text!r}: give int, float, decimal(2), text, boolean, instant, naive or day.")
    if found[2] is not None:
        return ColumnType(kind="decimal", scale=int(found[2]))
    return ColumnType(kind=cast("ColumnKind", found[1]))


def _types(program: Program) -> Iterator[tuple[str, ColumnType]]:
    """The columns that a rule needs, of the kinds that it declares."""
    kinds: dict[str, Kind] = {}
    for index, operation in program.operations.items():
        name = looked_up_name(program, index) if isinstance(operation, LookUp) else None
        if isinstance(operation, ReadAttribute):
            name = f"{operation.profile}.{operation.name}"
        if name is not None:
            kinds[name] = program.kinds[index]
    for names in needed(program):
        for name in names if len(names) == 1 else names[1:]:
            if name in kinds:
                yield name, ColumnType(kind=_KINDS[kinds[name]])
            elif name.endswith(".lineItems"):
                yield name, ColumnType(kind="list", item=_item(program))
            else:
                yield name, ColumnType(kind="struct", fields=_texts(_entries(program, name)))


def _item(program: Program) -> ColumnType:
    numbers = dict.fromkeys(("qty", "rate", "value", "discount", "amount"), ColumnType(kind="float"))
    attributes = _texts(_item_attributes(program))
    return ColumnType(kind="struct", fields={**numbers, "attributes": ColumnType(kind="struct", fields=attributes)})


def _texts(names: Iterator[str]) -> dict[str, ColumnType]:
    return dict.fromkeys(names, ColumnType(kind="text"))


def _item_attributes(program: Program) -> Iterator[str]:
    for index, operation in program.operations.items():
        if isinstance(operation, CallBasket) and operation.shape.selection != "If":
            name = operation.shape.attribute or program.constants.get(program.operands[index][0])
            if isinstance(name, str):
                yield name


def _entries(program: Program, column: str) -> Iterator[str]:
    for index, operation in program.operations.items():
        if isinstance(operation, CallProfile) and column == f"{operation.profile}.{map_name(operation.meaning)}":
            name = {"doesBrandRegexMatch": "brand", "doesCategoryRegexMatch": "category"}.get(operation.meaning)
            found = name or program.constants.get(program.operands[index][0])
            if isinstance(found, str):
                yield found


# ---- the proof


def _facts(words: SqlVocabulary, columns: AssumedColumns) -> Iterator[str]:
    """What has to be true of every row."""
    for name, use in columns.uses.items():
        column = columns.named(name)
        if column is not None:
            fact = _date_fact(words, column) if use == "date" else _number_fact(words, column, use)
            if fact is not None:
                yield f"({words.cell(column)} IS NULL OR {fact})"
    for profile, fields in columns.item_uses.items():
        items = columns.named(f"{profile}.lineItems")
        if items is None or items.kind != "list":
            continue
        facts = [
            f"({words.cell(one)} IS NULL OR {fact})"
            for field, use in fields.items()
            if (one := items.fields.get(field)) and (fact := _number_fact(words, one, use))
        ]
        short = f"({words.is_missing(items)} OR {words.count_items(items, None)} <= {MOST_ITEMS})"
        yield f"coalesce({short}, TRUE)"
        if facts:
            wrong = words.any_item(items, words.negation(words.all(facts)))
            yield words.negation(words.known(wrong))


def _number_fact(words: SqlVocabulary, column: Column, use: Use) -> str | None:
    facts = column.number
    within = f"abs({words.cell(column)}) <= {words.number(facts.bound)}"
    match column.kind:
        case "float":
            if use == "compared":
                return words.is_finite(words.cell(column))
            assert facts.scale is not None
            return f"({within} AND NOT {words.is_off(words.cell(column), facts.scale)})"
        case "int" | "decimal":
            return f"({within})"
        case "text":
            number = words.double(column)
            return f"coalesce(NOT {words.is_long(column)} AND abs({number}) <= {words.number(facts.bound)}, FALSE)"
    return None


def _date_fact(words: SqlVocabulary, column: Column) -> str | None:
    if column.kind not in ("instant", "naive", "day", "int", "text"):
        return None
    return f"NOT {words.is_uncertain(column, clock=True)}"
