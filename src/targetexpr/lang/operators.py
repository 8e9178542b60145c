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
    # of comparisons only:
    mirrored: str = ""  # `a < b` is `b > a`
    negated: str = ""  # `a < b` is false where `a >= b` is true
    phrase: str = ""  # what the left side has to be: "more than {}"
    date_phrase: str = ""  # the same for dates: "after {}"


CONDITIONAL_BINDING = 1
"""How tightly `a?b:c` binds: less than any operator."""

UNARY_BINDING = 7
POSTFIX_BINDING = 8

OPERATORS: tuple[Operator, ...] = (
    Operator("||", "logical", 2, 2),
    Operator("&&", "logical", 2, 3),
    Operator("==", "equality", 2, 4, "==", "!=", "{}", "{}"),
    Operator("!=", "equality", 2, 4, "!=", "==", "anything but {}", "anything but {}"),
    Operator("<", "ordering", 2, 4, ">", ">=", "less than {}", "before {}"),
    Operator("<=", "ordering", 2, 4, ">=", ">", "at most {}", "{} or before"),
    Operator(">", "ordering", 2, 4, "<", "<=", "more than {}", "after {}"),
    Operator(">=", "ordering", 2, 4, "<=", "<", "at least {}", "{} or after"),
    Operator("+", "sum", 2, 5),
    Operator("-", "sum", 2, 5),
    Operator("*", "product", 2, 6),
    Operator("/", "product", 2, 6),
    Operator("%", "product", 2, 6),
    Operator("!", "not", 1, UNARY_BINDING),
    Operator("-", "sign", 1, UNARY_BINDING),
    Operator("+", "sign", 1, UNARY_BINDING),
)

BINARY: dict[str, Operator] = {o.symbol: o for o in OPERATORS if o.operands == 2 and o.family != "logical"}
LOGICAL: dict[str, Operator] = {o.symbol: o for o in OPERATORS if o.family == "logical"}
UNARY: dict[str, Operator] = {o.symbol: o for o in OPERATORS if o.operands == 1}

COMPARISONS: dict[str, Operator] = {o.symbol: o for o in OPERATORS if o.family in ("equality", "ordering")}
ARITHMETIC: frozenset[str] = frozenset(o.symbol for o in OPERATORS if o.family in ("sum", "product"))
