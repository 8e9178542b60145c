"""Comparisons with constants as bounds on one thing, and how two of them stand to each other."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from targetexpr.checking.lint.constants import Value, compared, value_of
from targetexpr.checking.lint.tree import MOST_REWRITTEN
from targetexpr.checking.state import describe
from targetexpr.lang.nodes import Binary, Dereference, Expr, MethodCall, Unary
from targetexpr.lang.operators import COMPARISONS

Relation = Literal["excluded", "implied", "implies"]


class Bound(NamedTuple):
    """A term that compares something with a constant: `value>500`."""

    operator: str
    value: Value
    term: Expr
    at: int  # its place in the list


class Limits:
    """The bounds that the terms of an and-list have set so far on one thing."""

    def __init__(self) -> None:
        self.equal: Bound | None = None
        self.unequal: dict[Value, Bound] = {}
        self.low: Bound | None = None
        self.high: Bound | None = None


def describe_bound(bound: Bound) -> str:
    """The term as the author wrote it: `currentTxn.value>500`."""
    term = bound.term
    if isinstance(term, Binary):
        return f"`{describe(term.left).strip('`')}{term.operator}{describe(term.right).strip('`')}`"
    return describe(term)


def bound_of(term: Expr, index: int) -> tuple[Expr, Bound] | None:
    """A term as a comparison of something with a constant; a bare or negated condition is one with true."""
    if isinstance(term, Binary) and term.operator in COMPARISONS:
        left, right = value_of(term.left), value_of(term.right)
        if right is not None and left is None:
            return term.left, Bound(term.operator, right, term, index)
        if left is not None and right is None:
            return term.right, Bound(COMPARISONS[term.operator].mirrored, left, term, index)
        return None
    if isinstance(term, Unary) and term.operator == "!":
        return term.operand, Bound("==", False, term, index)
    if isinstance(term, (Dereference, MethodCall)):
        return term, Bound("==", True, term, index)
    return None


def related(limits: Limits, new: Bound) -> Iterator[tuple[Relation, Bound]]:
    """How a bound stands to those before it: the first that excludes it, implies it, or is implied by it."""
    for old in (limits.equal, limits.low, limits.high, limits.unequal.get(new.value)):
        if old is not None:
            relation = _relation(_normal(old), _normal(new))
            if relation is not None:
                yield relation, old
    for old in limits.unequal.values() if new.operator != "!=" and len(limits.unequal) < MOST_REWRITTEN else ():
        if _relation(_normal(old), _normal(new)) == "implies":
            yield "implies", old


def _normal(bound: Bound) -> Bound:
    """`!= true` is `== false`: null is neither."""
    if bound.operator == "!=" and isinstance(bound.value, bool):
        return bound._replace(operator="==", value=not bound.value)
    return bound


def _relation(old: Bound, new: Bound) -> Relation | None:
    if old.operator == "==":
        holds = compared(new.operator, old.value, new.value)
        return None if holds is None else "implied" if holds else "excluded"
    if new.operator == "==":
        holds = compared(old.operator, new.value, old.value)
        return None if holds is None else "implies" if holds else "excluded"
    if not (isinstance(old.value, Decimal) and isinstance(new.value, Decimal)):
        return None
    if old.operator == "!=" or new.operator == "!=":
        return _relation_unequal(old, new)
    if old.operator[0] == new.operator[0]:
        stricter = old if _stricter(old, new) else new
        return "implied" if stricter is old else "implies"
    low, high = (old, new) if old.operator[0] == ">" else (new, old)
    assert isinstance(low.value, Decimal)
    assert isinstance(high.value, Decimal)
    meet = low.operator == ">=" and high.operator == "<="
    return "excluded" if low.value > high.value or (low.value == high.value and not meet) else None


def _relation_unequal(old: Bound, new: Bound) -> Relation | None:
    """`!=` beside a bound: needless when the bound leaves its value out."""
    if old.operator == new.operator:
        return None
    unequal, bound = (old, new) if old.operator == "!=" else (new, old)
    if compared(bound.operator, unequal.value, bound.value):
        return None
    return "implies" if unequal is old else "implied"


def _stricter(old: Bound, new: Bound) -> bool:
    assert isinstance(old.value, Decimal)
    assert isinstance(new.value, Decimal)
    if old.value == new.value:
        return len(old.operator) == 1 or len(new.operator) == 2
    return (old.value > new.value) == (old.operator[0] == ">")


def remember(limits: Limits, new: Bound) -> None:
    """Add a bound to those on the same thing."""
    bound = _normal(new)
    if bound.operator == "==":
        limits.equal = limits.equal or new
    elif bound.operator == "!=":
        limits.unequal.setdefault(bound.value, new)
    elif isinstance(bound.value, Decimal):
        side: Literal["low", "high"] = "low" if bound.operator[0] == ">" else "high"
        old = limits.low if side == "low" else limits.high
        if old is None or not _stricter(_normal(old), bound):
            setattr(limits, side, new)
