"""A rule in plain English: a sentence, or a list with a line for each condition."""

from __future__ import annotations

from dataclasses import dataclass

from targetexpr.ide.condition_parts import Mode
from targetexpr.ide.conditions import Group, Membership, Row, conditions
from targetexpr.ide.document import Document
from targetexpr.ide.wording import Wording, agreeing
from targetexpr.lang.types import BOOLEAN

_HEADS: dict[tuple[Mode, bool], str] = {
    ("all", False): "all of these hold",
    ("any", False): "at least one of these holds",
    ("all", True): "not all of these hold",
    ("any", True): "none of these holds",
}

_MOST_VALUES = 20  # of a list that are named
_MOST_LINES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A rule in words, and the type of what it comes out as."""

    text: str
    type: str  # "boolean"; empty where there is an error in it


def reading(document: Document) -> Reading | None:
    """A rule in words; None for a text that is none.

    >>> print(reading(Document('currentTxn.value>=500&&currentCustomer.slabName=="Gold"')).text)
    All of these hold:
    - the value of the transaction is at least 500
    - the slab name of the customer is "Gold"
    >>> print(reading(Document("currentTxn.date.isWeekend()==false")).text)
    The date of the transaction is not on the weekend.
    """
    whole, checked = conditions(document), document.analysis.checked
    if whole is None or checked is None:
        return None
    type_ = "" if checked.type is None else checked.type.head
    wording = Wording(document.text, checked)
    if checked.type not in (BOOLEAN, None):
        return Reading(text=_sentence(wording.names(checked.expr)), type=type_)
    if whole.part.is_single and not whole.negated and isinstance(whole.items[0], Row):
        return Reading(text=_sentence(row_reading(whole.items[0], wording)), type=type_)
    if whole.membership is not None and not whole.negated:
        return Reading(text=_sentence(membership_reading(whole.membership, wording)), type=type_)
    lines = _lines(whole, wording)
    more = len(lines) - _MOST_LINES
    shown = lines if more <= 0 else [*lines[:_MOST_LINES], f"… and {more} lines more"]
    return Reading(text=_capital("\n".join(shown)), type=type_)


def row_reading(row: Row, wording: Wording) -> str:
    """What one row says: `the value of the transaction is at least 500`."""
    return wording.says(row.part.whole)


def membership_reading(one: Membership, wording: Wording) -> str:
    """What a group says whose conditions all compare one subject."""
    quoted = [f'"{value.written}"' if value.kind == "string" else value.written for value in one.values]
    if one.operator in ("in", "not in"):
        chosen = "one" if one.operator == "in" else "none"
        return agreeing(wording.names(one.subject.node), f"is {chosen} of {_listed(quoted)}")
    joint = "or" if one.label.endswith("one of") else "and"
    return f"{row_reading(one.row, wording)}, {joint} the same with {_listed(quoted[1:])}"


def _listed(said: list[str]) -> str:
    more = len(said) - _MOST_VALUES
    return ", ".join(said[:_MOST_VALUES]) + (f" and {more} more" if more > 0 else "")


def _lines(whole: Group, wording: Wording) -> list[str]:
    found: list[str] = []
    waiting: list[tuple[Row | Group, int]] = [(whole, 0)]
    while waiting:
        item, depth = waiting.pop()
        indent = "" if not depth else "  " * (depth - 1) + "- "
        if isinstance(item, Row):
            found.append(indent + row_reading(item, wording))
        elif item.membership is not None and not item.negated:
            found.append(indent + membership_reading(item.membership, wording))
        else:
            head = "this does not hold" if item.part.is_single and item.negated else _HEADS[item.mode, item.negated]
            found.append(f"{indent}{head}:")
            waiting.extend((one, depth + 1) for one in reversed(item.items))
    return found


def _sentence(said: str) -> str:
    return f"{_capital(said)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
