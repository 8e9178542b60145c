"""How many of the documented conditions have a form in columns, over columns as tables of bills have them."""

from __future__ import annotations

import polars as pl

from targetexpr import ExpressionError, Rule, compile  # noqa: A004
from targetexpr.tables.errors import NotLowerable
from targetexpr.tables.mapping import places
from tests.corpus import documented

ITEM = {
    **dict.fromkeys(("qty", "rate", "value", "discount", "amount"), 1.0),
    "code": "a",
    "attributes": {"brand": "Puma", "category": "Shoes"},
}


def conditions() -> list[Rule]:
    found = []
    for text in dict.fromkeys(row.text for row in documented() if row.status == "valid"):
        try:
            found.append(compile(text, on_error="null"))
        except ExpressionError:
            continue  # a value, or names of one organisation
    return found


def table(rule: Rule) -> pl.DataFrame:
    """A row with a cell for each column that the rule needs."""
    program = rule._program
    kinds = {str(read): "string" for read in rule.reads}
    for index, operation in program.operations.items():
        if operation.__class__.__name__ in ("ReadAttribute", "LookUp"):
            name = f"{operation.profile}.{operation.name}"  # type: ignore[union-attr]
            kinds.update(
                {known: program.kinds[index] for known in kinds if known == name or known.startswith(f"{name}(")}
            )
    cells: dict[str, list[object]] = {"id": [1]}
    for name in places(program):
        match name.rpartition(".")[2]:
            case "lineItems":
                cells[name] = [[ITEM]]
            case "attributes" | "customFields" | "clusters":
                cells[name] = [{"brand": "Puma"}]
            case _:
                sample = {"number": 1.5, "boolean": True, "date": "2024-05-01"}
                cells[name] = [sample.get(kinds.get(name, "string"), "a")]
    return pl.DataFrame(cells)


def test_nearly_all_documented_conditions_have_a_form() -> None:
    rules = conditions()
    refused = []
    for rule in rules:
        try:
            assert rule.on(table(rule)).counts().keys() == {True, False, None}
        except NotLowerable as reason:
            refused.append((rule.text, str(reason)))
    assert len(rules) > 200
    assert len(refused) <= len(rules) * 0.01, refused
