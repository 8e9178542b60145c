"""What a rule uses each column for: the facts that have to be known of it, and no more, since facts cost a look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from targetexpr.lang.functions import Basket
from targetexpr.lang.nodes import Binary
from targetexpr.lang.operators import COMPARISONS
from targetexpr.running.program import CallBasket, CallValue, LookUp, Program, ReadAttribute, TestRaw
from targetexpr.tables.lowering import looked_up_name

Use: TypeAlias = Literal["compared", "added", "date"]
"""compared: a number beside literals alone; added: a number in arithmetic, where its grid matters."""

_MEASURES = {
    "AMOUNT": ("amount", "value", "discount", "rate", "qty"),
    "VALUE": ("value", "rate", "qty"),
    "DISCOUNT": ("discount",),
    "QUANTITY": ("qty",),
    "RATE": ("rate",),
}
_COMPUTED = {"basketSize": (), "totalQty": ("QUANTITY",), "basketAmountSumNonDiscounted": ("AMOUNT", "DISCOUNT")}


def uses(program: Program) -> Iterator[tuple[str, Use]]:
    """Names of columns with what they are used for; a name may come more than once."""
    compared = set(_beside_literals(program))
    for index, operation in program.operations.items():
        if isinstance(operation, ReadAttribute):
            name: str | None = f"{operation.profile}.{operation.name}"
        elif isinstance(operation, LookUp):
            name = looked_up_name(program, index)
        else:
            continue
        if name is None:
            continue
        match program.kinds[index]:
            case "number":
                yield name, "compared" if index in compared else "added"
            case "date":
                yield name, "date"
    yield from _of_date_tests(program)


def _of_date_tests(program: Program) -> Iterator[tuple[str, Use]]:
    """`isValidDate` looks for dates in columns of any kind."""
    for index, operation in program.operations.items():
        if isinstance(operation, TestRaw) and operation.meaning in ("isValid", "isValidDate"):
            read = program.operations.get(program.operands[index][0])
            if isinstance(read, ReadAttribute):
                yield f"{read.profile}.{read.name}", "date"


def _beside_literals(program: Program) -> Iterator[int]:
    for index, node in enumerate(program.nodes):
        operands = program.operands[index]
        operation = program.operations.get(index)
        if isinstance(node, Binary) and node.operator in COMPARISONS:
            left, right = operands
            if right in program.constants:
                yield left
            elif left in program.constants:
                yield right
        elif isinstance(operation, TestRaw) or (isinstance(operation, CallValue) and operation.meaning == "interval"):
            yield operands[0]


def item_uses(program: Program) -> dict[str, dict[str, Use]]:
    """The number fields of the line items of each profile that a rule uses."""
    found: dict[str, dict[str, Use]] = {}
    for index, operation in program.operations.items():
        if isinstance(operation, CallBasket):
            fields = found.setdefault(operation.profile, {})
            tested, added = _measures(operation.shape, program, index)
        elif isinstance(operation, ReadAttribute) and operation.computed is not None:
            fields = found.setdefault(operation.profile, {})
            tested, added = (), _COMPUTED[operation.computed]
        else:
            continue
        for measure in added:
            fields.update(dict.fromkeys(_MEASURES[measure], "added"))
        for measure in tested:
            alone = len(_MEASURES[measure]) == 1
            for field in _MEASURES[measure]:
                fields.setdefault(field, "compared" if alone else "added")
    return found


def _measures(shape: Basket, program: Program, index: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The measures that a basket tests, and those that it adds up."""
    tested: tuple[str, ...] = ()
    if shape.selection == "If":
        field = program.constants.get(program.operands[index][0])
        tested = (field,) if isinstance(field, str) and field in _MEASURES else ()
    match shape.aggregate:
        case "Sum":
            return tested, ("VALUE" if shape.gross else "AMOUNT",)
        case "Qty":
            return tested, ("QUANTITY",)
        case "ItemDiscountSum":
            return tested, ("DISCOUNT",)
        case _:
            return tested, ()
