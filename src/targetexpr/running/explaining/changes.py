"""One sentence about what would have to change for a rule to hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from targetexpr.running.explaining.phrases import Phrasing
from targetexpr.running.explaining.recording import role_of

_MOST_ALTERNATIVES = 4
_DEEPEST = 40


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
    needs = _needs(phrasing, 0, True, _DEEPEST)
    if needs is None:
        return "No data can make the rule hold."
    return f"For the rule to hold, {_said(needs, outer=True)}."


def _needs(phrasing: Phrasing, index: int, outcome: bool, depth: int) -> _Needs | None:
    """What makes a condition `outcome`; None when nothing can."""
    program, trace = phrasing.program, phrasing.trace
    if index in trace.values and trace.values[index] is outcome:
        return _NOTHING
    role = role_of(program, index)
    operands = program.operands[index]
    if depth == 0:
        return _Needs("one", f"`{phrasing.snippet(index, cut=True)}` must be {'true' if outcome else 'false'}")
    if role == "not":
        return _needs(phrasing, operands[0], not outcome, depth - 1)
    if role in ("all", "any"):
        parts = [_needs(phrasing, operand, outcome, depth - 1) for operand in operands]
        if (role == "all") is outcome:
            return _all_of(parts)
        return _any_of(parts)
    if role == "choice":
        return _chosen(phrasing, operands, outcome, depth)
    error = trace.failed.get(index) or _failure_below(phrasing, index)
    text = phrasing.must(index, outcome)
    if text is None:
        return None
    if error is not None:
        text = f"{text} (now {error})"
    return _Needs("one", text)


def _failure_below(phrasing: Phrasing, index: int) -> object:
    failed = phrasing.trace.failed
    waiting = list(phrasing.program.operands[index]) if failed else []
    while waiting:
        at = waiting.pop()
        if at in failed:
            return failed[at]
        waiting.extend(phrasing.program.operands[at])
    return None


def _chosen(phrasing: Phrasing, operands: tuple[int, ...], outcome: bool, depth: int) -> _Needs | None:
    """A conditional: its branch as it is taken now, or either one when the condition is not known."""
    condition, then, otherwise = operands
    known = phrasing.trace.values.get(condition)
    if known is not None:
        return _needs(phrasing, then if known else otherwise, outcome, depth - 1)
    ways = []
    for truth, branch in ((True, then), (False, otherwise)):
        first, second = _needs(phrasing, condition, truth, depth - 1), _needs(phrasing, branch, outcome, depth - 1)
        ways.append(_all_of([first, second]))
    return _any_of(ways)


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
