"""One sentence about what would have to change for a rule to hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from targetexpr.running.explaining.feasible import Feasibility, Goal
from targetexpr.running.explaining.phrases import Phrasing
from targetexpr.running.explaining.recording import role_of

_MOST_ALTERNATIVES = 4
_DEEPEST = 40
_MOST_CONFLICTS = 2
_MOST_BESIDE = 20
"""Conditions that an alternative is put beside, to see whether it can be."""


@dataclass(frozen=True, slots=True)
class _Needs:
    """What has to be: one thing, all of several, or one of several; nothing at all when `parts` is empty."""

    how: Literal["one", "all", "any"]
    text: str = ""
    parts: tuple[_Needs, ...] = ()


_NOTHING = _Needs("all")


def change(phrasing: Phrasing) -> str:
    """The sentence, for the whole rule."""
    if phrasing.program.kinds[0] != "boolean":
        return "It comes out as a value, which neither holds nor fails."
    if phrasing.trace.values.get(0) is True:
        return "Nothing has to change: the rule holds."
    feasibility = Feasibility(phrasing.program)
    needs = _Changes(phrasing, feasibility).needs(0, True, _DEEPEST, ()) if feasibility.possible([(0, True)]) else None
    if needs is None:
        return f"No data can make the rule hold{_because(phrasing, feasibility)}."
    return f"For the rule to hold, {_said(needs, outer=True)}."


def _because(phrasing: Phrasing, feasibility: Feasibility) -> str:
    """Which conditions exclude each other: `: a and b can never both hold`."""
    conflicts = list(feasibility.conflicts)[:_MOST_CONFLICTS]
    if not conflicts:
        return ""
    said = [" and ".join(_condition(phrasing, goal) for goal in conflict) for conflict in conflicts]
    how = "both" if all(len(conflict) == 2 for conflict in conflicts) else "all"
    return f": {', nor '.join([f'{said[0]} can never {how} hold', *(f'can {one}' for one in said[1:])])}"


def _condition(phrasing: Phrasing, goal: Goal) -> str:
    index, outcome = goal
    snippet = phrasing.snippet(index, cut=True)
    return f"`{snippet}`" if outcome else f"the opposite of `{snippet}`"


@dataclass(frozen=True, slots=True)
class _Changes:
    """What has to change in one explanation. `beside` are the conditions that have to hold as well."""

    phrasing: Phrasing
    feasibility: Feasibility

    def needs(self, index: int, outcome: bool, depth: int, beside: tuple[Goal, ...]) -> _Needs | None:
        """What makes a condition `outcome`; None when nothing can."""
        phrasing = self.phrasing
        program, trace = phrasing.program, phrasing.trace
        holds = index in trace.values and trace.values[index] is outcome
        role = role_of(program, index)
        operands = program.operands[index]
        if holds and (not beside or role == "condition" or depth == 0):
            return _NOTHING
        if depth == 0:
            return _Needs("one", f"`{phrasing.snippet(index, cut=True)}` must be {'true' if outcome else 'false'}")
        if role == "not":
            return self.needs(operands[0], not outcome, depth - 1, beside)
        if role in ("all", "any"):
            if (role == "all") is outcome:
                return self._all(operands, outcome, depth, beside)
            return self._any(operands, outcome, depth, beside)
        if role == "choice":
            return self._chosen(operands, outcome, depth, beside)
        error = trace.failed.get(index) or _failure_below(phrasing, index)
        text = phrasing.must(index, outcome)
        if text is None:
            return None
        if error is not None:
            text = f"{text} (now {error})"
        return _Needs("one", text)

    def _all(self, operands: tuple[int, ...], outcome: bool, depth: int, beside: tuple[Goal, ...]) -> _Needs | None:
        """All of several: each beside the others."""
        conditions = [at for at in operands if role_of(self.phrasing.program, at) == "condition"]
        others = len(operands) - len(conditions)
        if others == 0:
            return _all_of([self.needs(operand, outcome, depth - 1, beside) for operand in operands])
        if others > _MOST_BESIDE or len(conditions) > _MOST_BESIDE:  # too many to put each beside the others
            beside = tuple((at, outcome) for at in conditions[:_MOST_BESIDE])
            return _all_of([self.needs(operand, outcome, depth - 1, beside) for operand in operands])
        parts = []
        for operand in operands:
            rest = tuple((at, outcome) for at in operands if at != operand)
            parts.append(self.needs(operand, outcome, depth - 1, (*beside, *rest)))
        return _all_of(parts)

    def _any(self, operands: tuple[int, ...], outcome: bool, depth: int, beside: tuple[Goal, ...]) -> _Needs | None:
        """One of several, of those that can be beside the rest; nothing where one of these holds already."""
        values = self.phrasing.trace.values
        able = [at for at in operands if self.feasibility.possible([*beside, (at, outcome)])]
        if any(at in values and values[at] is outcome for at in able):
            return _NOTHING
        return _any_of([self.needs(operand, outcome, depth - 1, beside) for operand in able])

    def _chosen(self, operands: tuple[int, ...], outcome: bool, depth: int, beside: tuple[Goal, ...]) -> _Needs | None:
        """A conditional: its branch as it is taken now, or either one when that cannot be or is not known."""
        condition, then, otherwise = operands
        known = self.phrasing.trace.values.get(condition)
        if isinstance(known, bool):
            branch = then if known else otherwise
            if self.feasibility.possible([*beside, (condition, known), (branch, outcome)]):
                needs = self.needs(branch, outcome, depth - 1, (*beside, (condition, known)))
                if needs is not None:
                    return needs
        ways = []
        for truth, branch in ((True, then), (False, otherwise)):
            if not self.feasibility.possible([*beside, (condition, truth), (branch, outcome)]):
                continue
            first = self.needs(condition, truth, depth - 1, (*beside, (branch, outcome)))
            second = self.needs(branch, outcome, depth - 1, (*beside, (condition, truth)))
            ways.append(_all_of([first, second]))
        return _any_of(ways)


def _failure_below(phrasing: Phrasing, index: int) -> object:
    failed = phrasing.trace.failed
    waiting = list(phrasing.program.operands[index]) if failed else []
    while waiting:
        at = waiting.pop()
        if at in failed:
            return failed[at]
        waiting.extend(phrasing.program.operands[at])
    return None


def _all_of(parts: list[_Needs | None]) -> _Needs | None:
    kept: list[_Needs] = []
    for part in parts:
        if part is None:
            return None
        if part != _NOTHING:
            kept.extend(part.parts if part.how == "all" else (part,))
    return kept[0] if len(kept) == 1 else _Needs("all", parts=tuple(dict.fromkeys(kept)))


def _any_of(parts: list[_Needs | None]) -> _Needs | None:
    kept: list[_Needs] = []
    for part in parts:
        if part is not None:
            kept.extend(part.parts if part.how == "any" else (part,))
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else _Needs("any", parts=tuple(dict.fromkeys(kept)))


def _said(needs: _Needs, *, outer: bool = False) -> str:
    if needs.how == "one":
        return needs.text
    parts = [_said(part) for part in needs.parts[:_MOST_ALTERNATIVES]]
    left = len(needs.parts) - len(parts)
    if left:
        parts.append(f"{left} more" if needs.how == "all" else f"one of {left} others")
    joint = "and" if needs.how == "all" else "or"
    if len(parts) == 1:
        return parts[0]
    said = f", {joint} ".join(parts) if outer else f" {joint} ".join(parts)
    return said if outer else f"({said})"
