"""The one table of operators. Grammar test, printer, checker, codec, evaluators and help all read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

UnaryOp = Literal["!", "-", "+"]
BinaryOp = Literal["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"]
LogicalOp = Literal["&&", "||"]

Family = Literal["logical", "equality", "ordering", "sum", "product", "sign", "not"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: how it is written, how tightly it binds (larger is tighter), and what it is for."""

    symbol: str
    family: Family
    operands: int  # 1 or 2
    binding: int
    words: str  # how a sentence names it: "is greater than"


CONDITIONAL_BINDING = 1
"""How tightly `a?b:c` binds: less than any operator."""

UNARY_BINDING = 7
POSTFIX_BINDING = 8

OPERATORS: tuple[Operator, ...] = (
    Operator("||", "logical", 2, 2, "or"),
    Operator("&&", "logical", 2, 3, "and"),
    Operator("==", "equality", 2, 4, "equals"),
    Operator("!=", "equality", 2, 4, "differs from"),
    Operator("<", "ordering", 2, 4, "is less than"),
    Operator("<=", "ordering", 2, 4, "is at most"),
    Operator(">", "ordering", 2, 4, "is more than"),
    Operator(">=", "ordering", 2, 4, "is at least"),
    Operator("+", "sum", 2, 5, "plus"),
    Operator("-", "sum", 2, 5, "minus"),
    Operator("*", "product", 2, 6, "times"),
    Operator("/", "product", 2, 6, "divided by"),
    Operator("%", "product", 2, 6, "modulo"),
    Operator("!", "not", 1, UNARY_BINDING, "not"),
    Operator("-", "sign", 1, UNARY_BINDING, "minus"),
    Operator("+", "sign", 1, UNARY_BINDING, "plus"),
)

BINARY: dict[str, Operator] = {o.symbol: o for o in OPERATORS if o.operands == 2 and o.family != "logical"}
LOGICAL: dict[str, Operator] = {o.symbol: o for o in OPERATORS if o.family == "logical"}
UNARY: dict[str, Operator] = {o.symbol: o for o in OPERATORS if o.operands == 1}

COMPARISONS: frozenset[str] = frozenset(o.symbol for o in OPERATORS if o.family in ("equality", "ordering"))
ARITHMETIC: frozenset[str] = frozenset(o.symbol for o in OPERATORS if o.family in ("sum", "product"))
