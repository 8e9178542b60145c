"""Whether conditions can hold together: what they ask of one and the same value, put side by side.

What is found to be impossible is; what is not may be as well (patterns, sums of values), or is too large to tell.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from itertools import count
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.lang.nodes import Binary, Dereference, MethodCall, Name
from targetexpr.lang.operators import COMPARISONS
from targetexpr.running.coercion import Value
from targetexpr.running.explaining.recording import role_of
from targetexpr.running.program import Program, signed_literal

Goal: TypeAlias = tuple[int, bool]
"""A condition, by the index of its node, and how it has to come out."""

Conflict: TypeAlias = tuple[Goal, ...]
"""Conditions that can never hold together."""

_MOST_STEPS = 20_000
_DEEPEST = 40
_NULL_TESTS = {"isNull": "null", "notExists": "empty", "isEmpty": "empty", "isNotNull": "known", "exists": "filled"}
_OPPOSITES = {"isEmpty": "exists", "exists": "isEmpty", "notExists": "exists", "isNull": "isNotNull"}
_OPPOSITES["isNotNull"] = "isNull"


class _Atom(NamedTuple):
    """What a condition asks of one value: to compare so, or one of `null`, `known`, `empty`, `filled`."""

    subject: int
    asks: str
    value: Value
    goal: Goal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is asked of one value so far, and by which conditions."""

    null: _Atom | None = None  # that it is missing, or empty
    present: _Atom | None = None  # that it is there
    equal: _Atom | None = None
    low: _Atom | None = None
    high: _Atom | None = None
    unequal: dict[Value, _Atom] = field(default_factory=dict)
    parts: tuple[_Atom, ...] = ()  # what it has to contain, or not to


class _Answer(NamedTuple):
    """Whether conditions can hold together, the conflicts met on the way, and the steps that it took to find out."""

    possible: bool
    conflicts: tuple[Conflict, ...]
    steps: int


class _Asked:
    """What was worked out about one program already: the same for each record that the rule is explained for."""

    __slots__ = ("answers", "atoms", "numbers", "subjects")

    def __init__(self) -> None:
        self.answers: dict[tuple[Goal, ...], _Answer] = {}
        self.atoms: dict[Goal, tuple[_Atom, ...]] = {}
        self.subjects: dict[Hashable, int] = {}  # numbers instead of trees, which would be hashed at each look-up
        self.numbers = count()  # of subjects; two threads that ask at once never take the same


_MOST_ANSWERS = 1000


@lru_cache(maxsize=32)
def _asked_of(_: Program) -> _Asked:
    return _Asked()


class Feasibility:
    """Asks about the conditions of one program; `conflicts` are those met on the way."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.conflicts: dict[Conflict, None] = {}
        self._steps = _MOST_STEPS
        self._asked = _asked_of(program)

    def possible(self, goals: Sequence[Goal]) -> bool:
        """Whether all can come out as they have to, as far as can be told."""
        answers, key = self._asked.answers, tuple(goals)
        answer = answers.get(key)
        if answer is None:
            steps, met = self._steps, self.conflicts
            self.conflicts = {}
            possible = self._possible(list(goals), {}, _DEEPEST)
            answer = _Answer(possible, tuple(self.conflicts), steps - self._steps)
            self.conflicts = met
            if self._steps >= 0 and len(answers) < _MOST_ANSWERS:  # cut short, it says nothing about the next record
                answers[key] = answer
        else:
            self._steps -= answer.steps
            if self._steps < 0:  # as if it had been worked out again: the first record and the next say the same
                return True
        self.conflicts.update(dict.fromkeys(answer.conflicts))
        return answer.possible

    def _possible(self, goals: list[Goal], known: dict[int, _Known | _Atom], depth: int) -> bool:
        choices: list[Goal] = []
        while goals:
            self._steps -= 1
            if self._steps < 0:
                return True
            index, outcome = goals.pop()
            role = role_of(self.program, index)
            operands = self.program.operands[index]
            if role == "not":
                goals.append((operands[0], not outcome))
            elif role in ("all", "any") and (role == "all") is outcome:
                goals.extend((operand, outcome) for operand in reversed(operands))
            elif role in ("all", "any", "choice"):
                choices.append((index, outcome))
            elif not self._take((index, outcome), known):
                return False
        if not choices or depth == 0:
            return True
        index, outcome = choices.pop()
        for way in self._ways(index, outcome):
            self._steps -= len(known)
            if self._possible([*choices, *way], dict(known), depth - 1):
                return True
        return False

    def _ways(self, index: int, outcome: bool) -> Iterator[list[Goal]]:
        operands = self.program.operands[index]
        if role_of(self.program, index) == "choice":
            condition, then, otherwise = operands
            yield [(condition, True), (then, outcome)]
            yield [(condition, False), (otherwise, outcome)]
            return
        for operand in operands:
            yield [(operand, outcome)]

    def _take(self, goal: Goal, known: dict[int, _Known | _Atom]) -> bool:
        """Add what a condition asks for; False, with the conflict noted, when that cannot be."""
        index, outcome = goal
        constant = self.program.constants.get(index)
        if isinstance(constant, bool):
            return constant is outcome
        atoms = self._asked.atoms
        asked = atoms.get(goal)
        if asked is None:
            asked = atoms[goal] = tuple(self._atoms(goal))
        for atom in asked:
            conflict = _add(known, atom)
            if conflict:
                goals = sorted({one.goal for one in conflict})
                if len(goals) > 1:
                    self.conflicts[tuple(goals)] = None
                return False
        return True

    def _atoms(self, goal: Goal) -> Iterator[_Atom]:
        index, outcome = goal
        node, operands = self.program.nodes[index], self.program.operands[index]
        if isinstance(node, Binary) and node.operator in COMPARISONS:
            yield from self._compared(node.operator, operands[0], operands[1], goal)
        elif isinstance(node, MethodCall) and operands:
            yield from self._tested(node, goal)
        else:
            yield _Atom(self._key(index), "==", outcome, goal)

    def _compared(self, operator: str, left: int, right: int, goal: Goal) -> Iterator[_Atom]:
        if not goal[1]:
            operator = COMPARISONS[operator].negated
        a, b = self._constant(left), self._constant(right)
        if a is not None and b is None:
            left, right, b, operator = right, left, a, COMPARISONS[operator].mirrored
        if isinstance(b, bool) and role_of(self.program, left) == "condition":
            for atom in self._atoms((left, b is (operator == "=="))):
                yield atom._replace(goal=goal)
        elif b is not None:
            yield _Atom(self._key(left), operator, b, goal)
        else:  # two values: their difference beside nothing
            first, second = self._key(left), self._key(right)
            yield _Atom(first, "known", None, goal)
            yield _Atom(second, "known", None, goal)
            if first > second:
                first, second, operator = second, first, COMPARISONS[operator].mirrored
            yield _Atom(self._number_of(("difference", first, second)), operator, Decimal(0), goal)

    def _tested(self, node: MethodCall, goal: Goal) -> Iterator[_Atom]:
        """A test of a value: for null, of a date, of a part; any other is a value of its own that is true or false."""
        index, outcome = goal
        operands = self.program.operands[index]
        arguments = [self._constant(operand) for operand in operands[1:]]
        receiver = None if type(node.operand) is Name else self._key(operands[0])
        if receiver is not None and node.name in _NULL_TESTS:
            yield _Atom(receiver, _NULL_TESTS[node.name if outcome else _OPPOSITES[node.name]], None, goal)
            return
        if receiver is not None and (outcome or node.name not in ("isValid", "isValidDate")):
            yield _Atom(receiver, "known", None, goal)
        if receiver is not None and node.name in ("isAfter", "isBefore") and None not in arguments:
            operator = ">" if node.name == "isAfter" else "<"
            parts = [int(one) for one in arguments if isinstance(one, int | Decimal)]
            moment = sum(part * 100 ** (5 - at) for at, part in enumerate(parts))
            yield _Atom(
                self._number_of(("moment", receiver)),
                operator if outcome else COMPARISONS[operator].negated,
                moment,
                goal,
            )
        elif receiver is not None and node.name == "contains" and isinstance(arguments[0], str):
            yield _Atom(receiver, "contains" if outcome else "lacks", arguments[0], goal)
        else:
            name, holds = _positive(node.name)
            positive = replace(node, name=name)
            yield _Atom(self._number_of(_member(positive)), "==", outcome is holds, goal)

    def _constant(self, index: int) -> Value:
        signed = signed_literal(self.program, index)
        return signed if signed is not None else self.program.constants.get(index)

    def _key(self, index: int) -> int:
        node = self.program.nodes[index]
        return self._number_of(_member(node) if isinstance(node, Dereference | MethodCall) else node)

    def _number_of(self, subject: Hashable) -> int:
        subjects = self._asked.subjects
        known = subjects.get(subject)
        return known if known is not None else subjects.setdefault(subject, next(self._asked.numbers))


def _member(node: Dereference | MethodCall) -> Hashable:
    """`isLoyal` and `isLoyal()`, `date.year` and `date.year()` are the same."""
    return node if isinstance(node, MethodCall) and node.arguments else (node.operand, node.name)


def _positive(name: str) -> tuple[str, bool]:
    """The name that another is the plain opposite of, and whether it says the same: Excludes, and isWeekend."""
    if "Excludes" in name:
        return name.replace("Excludes", "Includes"), False
    return ("isWeekday", False) if name == "isWeekend" else (name, True)


# ---- values ----------------------------------------------------------------------------------------------------------


def _add(known: dict[int, _Known | _Atom], atom: _Atom) -> tuple[_Atom, ...]:
    """Put what is asked for beside what is asked for already; the conditions that exclude each other.

    A single condition on a value is kept as it is: most have no other beside them.
    """
    old = known.get(atom.subject)
    if old is None:
        known[atom.subject] = atom
        return ()
    if old == atom:
        return ()
    before = _with(_Known(), old) if isinstance(old, _Atom) else old
    new = _with(before, atom) if isinstance(before, _Known) else before
    if isinstance(new, _Known):
        known[atom.subject] = new
        return _excluded(new)
    return new


def _with(old: _Known, atom: _Atom) -> _Known | tuple[_Atom, ...]:
    """What is known of a value with one condition more; two conditions that ask for different values."""
    value = atom.value
    match atom.asks:
        case "null":
            return replace(old, null=old.null or atom)
        case "empty":  # missing, or "", which compares with nothing but itself
            return replace(old, null=old.null or atom)
        case "known":
            return replace(old, present=old.present or atom)
        case "filled":
            return replace(old, present=old.present or atom, unequal={**old.unequal, "": atom})
        case "==":
            if old.equal is not None and old.equal.value != value:
                return old.equal, atom
            return replace(old, present=old.present or atom, equal=old.equal or atom)
        case "!=" if isinstance(value, bool):
            return _with(old, atom._replace(asks="==", value=not value))
        case "!=":
            return replace(old, present=old.present or atom, unequal={**old.unequal, value: atom})
        case "contains" | "lacks":
            return replace(old, present=old.present or atom, parts=(*old.parts, atom))
        case _:
            return _bounded(replace(old, present=old.present or atom), atom)


def _bounded(old: _Known, atom: _Atom) -> _Known:
    if not isinstance(atom.value, Decimal | int):
        return old
    if atom.asks[0] == ">":
        return replace(old, low=_stricter(old.low, atom, 1))
    return replace(old, high=_stricter(old.high, atom, -1))


def _stricter(old: _Atom | None, new: _Atom, sign: Literal[1, -1]) -> _Atom:
    if old is None:
        return new
    gap = _order(_number(new), _number(old)) * sign
    return new if gap > 0 or (gap == 0 and len(new.asks) < len(old.asks)) else old


def _excluded(known: _Known) -> tuple[_Atom, ...]:
    """The conditions on one value that cannot all hold."""
    if known.null is not None and known.present is not None and not _may_be_empty(known):
        return known.null, known.present
    equal, low, high = known.equal, known.low, known.high
    if equal is not None:
        against = [known.unequal.get(equal.value)]
        against += [bound for bound in (low, high) if bound is not None and not _within(equal.value, bound)]
        against += [part for part in known.parts if not _holds(equal.value, part)]
        other = next((one for one in against if one is not None), None)
        return (equal, other) if other is not None else ()
    if low is not None and high is not None:
        gap = _order(_number(high), _number(low))
        if gap < 0 or (gap == 0 and (low.asks == ">" or high.asks == "<")):
            return low, high
        if gap == 0 and (only := known.unequal.get(low.value)) is not None:
            return low, high, only
    wanted = [part for part in known.parts if part.asks == "contains"]
    barred = [part for part in known.parts if part.asks == "lacks"]
    return next(((a, b) for a in wanted[:20] for b in barred[:20] if str(b.value) in str(a.value)), ())


def _may_be_empty(known: _Known) -> bool:
    """Whether what has to be empty and there can be the string without characters."""
    if known.null is None or known.null.asks != "empty" or known.low is not None or known.high is not None:
        return False
    equal, barred = known.equal, known.unequal.get("")
    if (equal is not None and equal.value != "") or barred is not None:
        return False
    return not any(part.asks == "contains" and part.value for part in known.parts)


def _number(atom: _Atom) -> Decimal | int:
    assert isinstance(atom.value, Decimal | int)  # of a bound
    return atom.value


def _order(left: Decimal | int, right: Decimal | int) -> int:
    """Below zero, zero or above, as the first is beside the second; compared exactly, whatever the decimal context."""
    return (left > right) - (left < right)


def _within(value: Value, bound: _Atom) -> bool:
    if not isinstance(value, Decimal | int):
        return True
    gap = _order(value, _number(bound)) * (1 if bound.asks[0] == ">" else -1)
    return gap > 0 or (gap == 0 and len(bound.asks) == 2)


def _holds(value: Value, part: _Atom) -> bool:
    return not isinstance(value, str) or (str(part.value) in value) is (part.asks == "contains")
