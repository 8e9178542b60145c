"""Conditions that say nothing: constant, doubly negated, said twice, implied or excluded by others."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.base.diagnostics import Diagnostic, Fix
from targetexpr.checking.lint import messages
from targetexpr.checking.lint.tree import MOST_REWRITTEN, Tree, affirmed, literal, negated
from targetexpr.checking.result import Call
from targetexpr.checking.state import describe
from targetexpr.lang.literals import split_bounds
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Conditional,
    Dereference,
    Expr,
    Logical,
    MethodCall,
    NumberLiteral,
    StringLiteral,
    Unary,
)
from targetexpr.lang.operators import COMPARISONS

Value: TypeAlias = "bool | str | Decimal"


def constant_conditions(tree: Tree) -> Iterator[Diagnostic]:
    """Literals where a condition is needed, comparisons that cannot come out otherwise, windows without time."""
    for place, node in enumerate(tree.nodes):
        if isinstance(node, BooleanLiteral):
            if _as_condition(tree, place):
                yield messages.constant(node.span, describe(node), node.value)
        elif isinstance(node, Binary) and node.operator in COMPARISONS:
            result = _decided(tree, node)
            if result is not None:
                yield messages.constant(node.span, "this comparison", result)
            elif tree.shape(node.left) == tree.shape(node.right) and not isinstance(
                node.left, (NumberLiteral, StringLiteral)
            ):
                yield messages.same_sides(node.span, node.operator in ("==", "<=", ">="))
    for _, node, call in tree.calls():
        if isinstance(node, MethodCall) and _no_time(call.function.name, node):
            yield messages.no_time(node.span, node.name)


def zero_divisions(tree: Tree) -> Iterator[Diagnostic]:
    """`/ 0` and `% 0`."""
    for node in tree.nodes:
        if isinstance(node, Binary) and node.operator in ("/", "%") and value_of(node.right) == Decimal(0):
            yield messages.division_by_zero(node.right.span, node.operator)


def _as_condition(tree: Tree, place: int) -> bool:
    """Whether a literal is an operand of && || ! or the condition of ?: (alone, `true` is the way to say always)."""
    parent = tree.parent(place)
    if isinstance(parent, Conditional):
        return parent.condition is tree.nodes[place]
    return isinstance(parent, (Logical, Unary))


def _no_time(name: str, node: MethodCall) -> bool:
    values = [value_of(argument) for argument in node.arguments]
    half = len(values) // 2
    return name in ("isHourBetween", "isTimeBetween") and None not in values and values[:half] == values[half:]


def value_of(node: Expr) -> Value | None:
    """The value of a literal, numbers as decimals."""
    found = literal(node)
    if isinstance(found, tuple):
        sign, digits = found
        return Decimal(digits).copy_sign(sign)
    return found


_RANGES: dict[str, tuple[int, int | None]] = {
    "day": (1, 7),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dateDiff": (0, None),
    "daysDiff": (0, None),
    "daysDiffFromString": (0, None),
    "minutesDiff": (0, None),
}
"""What the results of some methods keep to."""


def _decided(tree: Tree, node: Binary) -> bool | None:
    """The result of a comparison that does not depend on data; None when it does."""
    left, right = value_of(node.left), value_of(node.right)
    if left is not None and right is not None:
        return _compared(node.operator, left, right)
    for side, value, operator in (
        (node.left, right, node.operator),
        (node.right, left, COMPARISONS[node.operator].mirrored),
    ):
        limits = _limits(tree, side) if isinstance(value, Decimal) else None
        if limits is not None and isinstance(value, Decimal):
            low, high = limits
            results = {_compared(operator, bound, value) for bound in (Decimal(low), _above(high, value))}
            inside = low <= value and (high is None or value <= high)
            if len(results) == 1 and not (inside and operator in ("==", "!=")):
                return results.pop()
    return None


def _above(high: int | None, value: Decimal) -> Decimal:
    return Decimal(high) if high is not None else max(value, Decimal(0)) + 1


def _limits(tree: Tree, node: Expr) -> tuple[int, int | None] | None:
    if not isinstance(node, (MethodCall, Dereference)):
        return None
    target = tree.checked.target_of(node)
    if not isinstance(target, Call):
        return None
    if target.function.name == "interval" and isinstance(node, MethodCall):
        bounds = split_bounds(node.arguments[0].value) if isinstance(node.arguments[0], StringLiteral) else None
        return (1, len(bounds) + 1) if bounds else None
    return _RANGES.get(target.function.name)


def _compared(operator: str, left: Value, right: Value) -> bool | None:
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
        return None
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def double_negations(tree: Tree) -> Iterator[Diagnostic]:
    """`!!a`, `!(a==false)`, `(a==false)!=true`: the outermost of a pair, what is left when both are taken away."""
    inner: set[int] = set()
    for place, node in enumerate(tree.nodes):
        if place in inner:
            continue
        once = negated(node)
        while once is not None and affirmed(once) is not None:
            once = affirmed(once)
        twice = negated(once) if once is not None else None
        if once is None or twice is None or isinstance(once, BooleanLiteral) or isinstance(twice, BooleanLiteral):
            continue
        inner.update(range(place, place + _offset(tree, place, once) + 1))
        yield messages.double_negation(node.span, tree.rewrite("Take both negations out", place, twice))


def _offset(tree: Tree, place: int, node: Expr) -> int:
    """How far a descendant is from a node in preorder."""
    return next(i for i in range(len(tree.nodes)) if tree.nodes[place + i] is node)


def _terms(tree: Tree) -> Iterator[tuple[int, Logical, list[Expr]]]:
    """The and/or lists, lists of the same operator at their front joined to them."""
    for place, node in enumerate(tree.nodes):
        if not isinstance(node, Logical):
            continue
        parent = tree.parent(place)
        if isinstance(parent, Logical) and parent.operator == node.operator:
            continue
        terms: list[Expr] = []
        waiting: list[Expr] = [node]
        while waiting:
            term = waiting.pop()
            if isinstance(term, Logical) and term.operator == node.operator:
                waiting.extend(reversed(term.terms))
            else:
                terms.append(term)
        yield place, node, terms


def duplicate_terms(tree: Tree) -> Iterator[Diagnostic]:
    """A term of an and/or list that stands in it already."""
    for place, node, terms in _terms(tree):
        for index in _repeated(tree, terms):
            yield messages.duplicate(terms[index].span, node.operator, _without(tree, place, node, terms, index))


def _repeated(tree: Tree, terms: list[Expr]) -> Iterator[int]:
    seen: set[int] = set()
    for index, term in enumerate(terms):
        shape = tree.shape(term)
        if shape in seen:
            yield index
        seen.add(shape)


def _without(tree: Tree, place: int, node: Logical, terms: list[Expr], index: int) -> Fix | None:
    """The fix that leaves one term out."""
    if len(terms) > MOST_REWRITTEN:
        return None
    rest = terms[:index] + terms[index + 1 :]
    by = rest[0] if len(rest) == 1 else Logical(operator=node.operator, terms=tuple(rest))
    return tree.rewrite("Take it out", place, by)


class Bound(NamedTuple):
    """A term that compares something with a constant: `value>500`."""

    operator: str
    value: Value
    term: Expr
    at: int  # its place in the list


class _Limits:
    """What the terms of an and-list have said so far about one thing."""

    def __init__(self) -> None:
        self.equal: Bound | None = None
        self.unequal: dict[Value, Bound] = {}
        self.low: Bound | None = None
        self.high: Bound | None = None


Relation = Literal["excluded", "implied", "implies"]


def overlaps(tree: Tree) -> Iterator[Diagnostic]:
    """Terms of a list about one thing: those that exclude each other, and those that others make needless.

    An or-list is looked at by what it excludes: `a||b` cannot fail where `!a&&!b` cannot hold.
    """
    for place, node, terms in _terms(tree):
        known: dict[int, _Limits] = {}
        repeated = set(_repeated(tree, terms))
        told: set[int] = set()
        for index, term in enumerate(terms):
            bound = _bound(term, index)
            if bound is None or index in repeated:
                continue
            subject, said = bound
            if node.operator == "||":
                said = said._replace(operator=COMPARISONS[said.operator].negated)
            limits = known.setdefault(tree.shape(subject), _Limits())
            for relation, other in _related(limits, said):
                needless = index if relation == "implied" else other.at
                if relation == "excluded":
                    if node.operator == "&&":
                        yield messages.contradiction(term.span, describe(subject), describe_bound(other))
                    else:
                        yield messages.covers_all(term.span, describe(subject), describe_bound(other))
                    break
                if needless in told:
                    continue
                told.add(needless)
                stays = other if relation == "implied" else said
                fix = _without(tree, place, node, terms, needless)
                span = terms[needless].span
                yield messages.implied(span, describe_bound(stays), node.operator, fix)
                break
            _remember(limits, said)


def describe_bound(bound: Bound) -> str:
    """The term as the author wrote it: `currentTxn.value>500`."""
    term = bound.term
    if isinstance(term, Binary):
        return f"`{describe(term.left).strip('`')}{term.operator}{describe(term.right).strip('`')}`"
    return describe(term)


def _bound(term: Expr, index: int) -> tuple[Expr, Bound] | None:
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


def _related(limits: _Limits, new: Bound) -> Iterator[tuple[Relation, Bound]]:
    """How a term stands to what was said before: the first that excludes it, implies it, or is implied by it."""
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
        holds = _compared(new.operator, old.value, new.value)
        return None if holds is None else "implied" if holds else "excluded"
    if new.operator == "==":
        holds = _compared(old.operator, new.value, old.value)
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
    odd, bound = (old, new) if old.operator == "!=" else (new, old)
    if _compared(bound.operator, odd.value, bound.value):
        return None
    return "implies" if odd is old else "implied"


def _stricter(old: Bound, new: Bound) -> bool:
    assert isinstance(old.value, Decimal)
    assert isinstance(new.value, Decimal)
    if old.value == new.value:
        return len(old.operator) == 1 or len(new.operator) == 2
    return (old.value > new.value) == (old.operator[0] == ">")


def _remember(limits: _Limits, new: Bound) -> None:
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
