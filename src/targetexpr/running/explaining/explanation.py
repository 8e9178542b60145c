"""What became of a rule for one context: a tree, as text for people and as JSON for programs.

Nothing here is recursive: rules may be of any depth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from targetexpr.base.source import Span
from targetexpr.running.coercion import Value, text_of
from targetexpr.running.explaining.recording import Role

State: TypeAlias = Literal["evaluated", "not needed", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """What became of one sub-expression, and of those it is made of.

    The whole reads as text (`to_text()`), as JSON (`to_json()`), and as one sentence about what would have to change
    (`change`). Explanations are made by `Rule.explain`.
    """

    text: str  # "currentTxn.value>500"
    span: Span  # where it stands in the rule's text
    role: Role
    state: State  # "not needed": other sides decided; "undecided": data did not fit
    value: Value = None  # None as well when it is null, or was not evaluated
    error: str | None = None  # what did not fit, when this is where it was found
    decided_by: tuple[int, ...] = ()  # indices among `operands` of those that decided
    sentence: str | None = None  # "currentTxn.value is 320, needs more than 500", for conditions
    operands: tuple[Explanation, ...] = field(default=(), repr=False)
    change: str = ""  # what would have to change for the whole rule to hold; on the whole only

    @property
    def verdict(self) -> bool:
        """Whether it is true."""
        return self.value is True

    def to_text(self) -> str:
        """For people: the rule, then every condition with the values it read, the deciding ones marked."""
        return as_text(self)

    def to_json(self, units: Callable[[int], int] | None = None) -> str:
        """For programs: the tree as JSON. Spans count code points, or what `units` makes of such an offset."""
        return as_json(self, units)

    def __str__(self) -> str:
        return self.to_text()


_MOST_LINES = 200
_Line: TypeAlias = tuple[Explanation, int, bool, str]
"""A line to be written: what about, how deep, whether it decided, and what stands before it."""

_HEADS = {
    "all": {True: "all of these hold", False: "not all of these hold", None: "not all of these are known to hold"},
    "any": {True: "one of these holds", False: "none of these holds", None: "none of these is known to hold"},
    "not": {True: "the opposite of", False: "the opposite of", None: "the opposite of"},
    "choice": {True: "depending on", False: "depending on", None: "depending on"},
}


def as_text(whole: Explanation) -> str:
    """The verdict, the rule, a line for each condition, and what would have to change.

    `*` marks what decided, `-` what was not looked at.
    """
    lines = [_headline(whole), "", f"  {_one_line(whole.text)}", ""]
    body = list(_lines(whole))
    lines += body[:_MOST_LINES]
    if len(body) > _MOST_LINES:
        lines.append(f"  ... and {len(body) - _MOST_LINES} more lines")
    lines += ["", whole.change]
    return "\n".join(lines)


def _headline(whole: Explanation) -> str:
    if whole.state == "undecided":
        return "The rule could not be decided: the data does not fit."
    if whole.role == "value":
        return f"The expression is {text_of(whole.value) if whole.value is not None else 'null'}."
    if whole.value is None:
        return "The rule does not hold: it is null, because data is missing."
    return "The rule holds." if whole.value else "The rule does not hold."


def _one_line(text: str) -> str:
    return text if len(text) <= 2000 else f"{text[:1997]}..."


def _lines(whole: Explanation) -> Iterator[str]:
    waiting: list[_Line] = [(whole, 0, True, "")]
    while waiting:
        one, depth, decided, lead = waiting.pop()
        indent = "  " * depth
        mark = "-" if one.state == "not needed" else "*" if decided else " "
        yield f"{mark} {_verdict(one)} {indent}{lead}{_says(one)}"
        if one.state == "not needed" or one.role in ("condition", "value"):
            continue
        leads = ("if ", "then ", "else ") if one.role == "choice" else ("",) * len(one.operands)
        below = [
            (operand, depth + 1, decided and index in one.decided_by, lead)
            for index, (operand, lead) in enumerate(zip(one.operands, leads, strict=True))
        ]
        if one.role in ("all", "any"):
            below = _flattened(one, below)
        waiting.extend(reversed(below))


def _flattened(whole: Explanation, below: list[_Line]) -> list[_Line]:
    """Lists of the same kind inside a list, `(a && b) && c`, read as one."""
    flat: list[_Line] = []
    waiting = list(reversed(below))
    while waiting:
        one, depth, decided, lead = waiting.pop()
        if one.role == whole.role and one.state != "not needed":
            inner = [
                (operand, depth, decided and at in one.decided_by, lead) for at, operand in enumerate(one.operands)
            ]
            waiting.extend(reversed(inner))
        else:
            flat.append((one, depth, decided, lead))
    return flat


def _verdict(one: Explanation) -> str:
    if one.state == "not needed":
        return "      "
    if one.state == "undecided":
        return "error "
    if one.role == "value":
        return "      "
    return {True: "yes   ", False: "no    ", None: "null  "}[one.value if isinstance(one.value, bool) else None]


def _says(one: Explanation) -> str:
    if one.state == "not needed":
        return f"{_one_line(one.text)} was not needed"
    if one.error is not None:
        return one.error
    if one.sentence is not None:
        return one.sentence
    if one.role in _HEADS and one.state == "undecided":
        return "cannot be decided:"
    if one.role in _HEADS:
        return f"{_HEADS[one.role][one.value if isinstance(one.value, bool) else None]}:"
    broken = _first_error(one)
    return broken if broken is not None and one.role in ("condition", "value") else f"{_one_line(one.text)}"


def _first_error(one: Explanation) -> str | None:
    waiting = [one]
    while waiting:
        at = waiting.pop()
        if at.error is not None:
            return at.error
        waiting.extend(at.operands)
    return None


def as_json(whole: Explanation, units: Callable[[int], int] | None = None) -> str:
    """The tree as JSON, written piece by piece."""
    out: list[str] = []
    waiting: list[Explanation | str] = [whole]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            out.append(one)
            continue
        head: dict[str, object] = {
            "text": one.text,
            "span": list(one.span) if units is None else [units(one.span.start), units(one.span.end)],
            "role": one.role,
            "state": one.state,
        }
        out.append(json.dumps(head, ensure_ascii=False)[:-1])
        out.append(f', "value": {json_value(one.value)}')
        more: dict[str, object] = {
            "error": one.error,
            "sentence": one.sentence,
            "decided_by": list(one.decided_by) if one.decided_by else None,
            "change": one.change or None,
        }
        given = {key: value for key, value in more.items() if value is not None}
        if given:
            out.append(f", {json.dumps(given, ensure_ascii=False)[1:-1]}")
        if not one.operands:
            out.append("}")
            continue
        out.append(', "operands": [')
        waiting.append("]}")
        for index in range(len(one.operands) - 1, -1, -1):
            waiting.append(one.operands[index])
            if index:
                waiting.append(", ")
    return "".join(out)


def json_value(value: Value) -> str:
    """A value as JSON: numbers exactly as they are, dates in ISO form."""
    if isinstance(value, bool | str | None):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, datetime):
        return json.dumps(value.isoformat())
    return text_of(value)
