"""Why a rule does not hold, over many records: its conditions, and what each of them has to do with it.

A condition is what an explanation has a line for: a part of the rule that is no list of other conditions. Values that
are looked for in one place, `code=="a"||code=="b"`, are one condition.

Of a record for which the rule is false or null, a condition counts where an explanation marks it as deciding, whatever
the order of the terms: in a list `&&` or `||` every term that came out as the list did, and what it is made of. The
test of a choice `? :` counts only where it is null, or the other branch would make the rule true. What counts

- *rejects* the record where it is true or false (so the rule is false, or null for the sake of another);
- is *missing* where it is null;

and a condition is the *only* one where the rule would be true if this condition alone had come out otherwise.

All is said in truths `&`, `|` and `^`: of one record (bool), of many at once (the bits of an int), or of a column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, Self, TypeVar

from targetexpr.lang.nodes import Logical
from targetexpr.running.explaining.recording import role_of
from targetexpr.running.program import Program
from targetexpr.tables.lowering import looks_in


class Truths(Protocol):
    """Truths that are never null."""

    def __and__(self, other: Self, /) -> Self: ...
    def __or__(self, other: Self, /) -> Self: ...
    def __xor__(self, other: Self, /) -> Self: ...


B = TypeVar("B", bound=Truths)


class Truth(NamedTuple, Generic[B]):
    """Where something is true and where it is false; it is null where it is neither."""

    true: B
    false: B


class Against(NamedTuple, Generic[B]):
    """What a condition has to do with records for which the rule does not hold."""

    rejects: B
    missing: B
    only: B


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    role: str  # "all", "any", "not", "choice", "condition"
    index: int  # in the program
    operands: tuple[int, ...] = ()  # places among the nodes


class Conditions:
    """The conditions of one rule, in the order of its text."""

    def __init__(self, program: Program) -> None:
        self.program = program
        nodes: list[_Node] = []
        waiting: list[tuple[int, int]] = [(0, -1)]
        above: dict[int, list[int]] = {}
        while waiting:
            index, parent = waiting.pop()
            at = len(nodes)
            if parent >= 0:
                above[parent].append(at)
            role = "condition" if _is_condition(program, index) else str(role_of(program, index))
            nodes.append(_Node(role=role, index=index))
            if role != "condition":
                above[at] = []
                waiting.extend((operand, at) for operand in reversed(program.operands[index]))
        self._nodes = [
            _Node(role=node.role, index=node.index, operands=tuple(above.get(at, ()))) for at, node in enumerate(nodes)
        ]
        self._places = [at for at, node in enumerate(self._nodes) if node.role == "condition"]
        self.indices = tuple(self._nodes[at].index for at in self._places)
        """The nodes of the program that they are."""
        below_not = [False] * len(nodes)
        for at, node in enumerate(self._nodes):
            for operand in node.operands:
                below_not[operand] = below_not[at] ^ (node.role == "not")
        self.negated = tuple(below_not[at] for at in self._places)
        """Whether the rule asks for the opposite: they stand below a `!`."""

    def rule(self, values: Sequence[Truth[B]], every: B) -> Truth[B]:
        """How the rule comes out where the conditions come out so; `every` is true everywhere."""
        return self._values(values, every)[0]

    def against(self, values: Sequence[Truth[B]], every: B) -> list[Against[B]]:
        """What each condition has to do with it where the rule is not true."""
        found = self._values(values, every)
        fails = found[0].true ^ every
        # Of each node: where it counts; and where the rule would be true if it were true, and if it were false.
        counts: dict[int, B] = {0: fails}
        turns: dict[int, Truth[B]] = {0: Truth(every, every ^ every)}
        for at, node in enumerate(self._nodes):
            below = [found[one] for one in node.operands]
            for operand, (count, turn) in zip(
                node.operands, _below(node.role, found[at], below, counts[at], turns[at], every), strict=True
            ):
                counts[operand], turns[operand] = count, turn
        made = []
        for at, value in zip(self._places, values, strict=True):
            count, turn, known = counts[at], turns[at], value.true | value.false
            only = (turn.true & (value.true ^ every)) | (turn.false & (value.false ^ every))
            made.append(Against(rejects=count & known, missing=count & (known ^ every), only=fails & only))
        return made

    def _values(self, values: Sequence[Truth[B]], every: B) -> list[Truth[B]]:
        found: dict[int, Truth[B]] = dict(zip(self._places, values, strict=True))
        for at in range(len(self._nodes) - 1, -1, -1):
            node = self._nodes[at]
            if node.role != "condition":
                found[at] = _combined(node.role, [found[one] for one in node.operands], every)
        return [found[at] for at in range(len(self._nodes))]


def _is_condition(program: Program, index: int) -> bool:
    if index in program.constants or role_of(program, index) not in ("all", "any", "not", "choice"):
        return True
    node = program.nodes[index]
    if not isinstance(node, Logical):
        return False
    disjunction = node.operator == "||"
    places = {looks_in(program, operand, disjunction=disjunction) for operand in program.operands[index]}
    return len(places) == 1 and None not in places


def _combined(role: str, terms: Sequence[Truth[B]], every: B) -> Truth[B]:
    """Kleene's logic."""
    match role:
        case "all":
            return Truth(_all([one.true for one in terms], every), _any([one.false for one in terms], every))
        case "any":
            return Truth(_any([one.true for one in terms], every), _all([one.false for one in terms], every))
        case "not":
            return Truth(terms[0].false, terms[0].true)
        case _:
            test, then, otherwise = terms
            return Truth(
                (test.true & then.true) | (test.false & otherwise.true),
                (test.true & then.false) | (test.false & otherwise.false),
            )


def _below(
    role: str, value: Truth[B], terms: Sequence[Truth[B]], counts: B, turns: Truth[B], every: B
) -> Iterator[tuple[B, Truth[B]]]:
    """Where each operand of a node counts, and what would turn the rule, of a node of which both are known."""
    match role:
        case "all":
            for term, others in zip(terms, _beside([one.true for one in terms], every), strict=True):
                yield counts & _same(term, value, every), Truth(turns.true & others, turns.false)
        case "any":
            for term, others in zip(terms, _beside([one.false for one in terms], every), strict=True):
                yield counts & _same(term, value, every), Truth(turns.true, turns.false & others)
        case "not":
            yield counts, Truth(turns.false, turns.true)
        case "choice":
            test, then, otherwise = terms
            turned = Truth(_turned(then, turns), _turned(otherwise, turns))
            null = (test.true | test.false) ^ every
            yield counts & (null | (test.true & turned.false) | (test.false & turned.true)), turned
            for where in test:
                yield counts & where, Truth(turns.true & where, turns.false & where)


def _same(one: Truth[B], other: Truth[B], every: B) -> B:
    """Where two are the same: true, false or null."""
    return ((one.true ^ other.true) | (one.false ^ other.false)) ^ every


def _beside(truths: Sequence[B], every: B) -> list[B]:
    """For each of some truths, where all others are true."""
    before = [every]
    for one in truths[:-1]:
        before.append(before[-1] & one)
    after, found = every, []
    for one, earlier in zip(reversed(truths), reversed(before), strict=True):
        found.append(earlier & after)
        after = after & one
    return found[::-1]


def _turned(branch: Truth[B], turns: Truth[B]) -> B:
    return (branch.true & turns.true) | (branch.false & turns.false)


def _all(truths: Sequence[B], every: B) -> B:
    found = every
    for one in truths:
        found = found & one
    return found


def _any(truths: Sequence[B], every: B) -> B:
    found = every ^ every
    for one in truths:
        found = found | one
    return found
