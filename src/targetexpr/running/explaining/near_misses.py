"""Near misses: strings of the data that differ from those of a rule in case, blanks or accents only."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from targetexpr.base.source import Span
from targetexpr.lang.nodes import Binary
from targetexpr.running.explaining.recording import Trace
from targetexpr.running.explaining.wording import cut
from targetexpr.running.program import CallValue, ReadAttribute

Difference: TypeAlias = Literal["case", "blanks", "accents"]

_WORDS: dict[Difference, str] = {
    "case": "upper and lower case",
    "blanks": "blanks",
    "accents": "accents",
}

_LONGEST = 200  # characters of a string inside of which another one is looked for
_MOST_BLANKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A string of the data, and the one of the rule that it is all but equal to."""

    path: str  # "currentCustomer.slabName"
    value: str  # "gold"
    wanted: str  # "Gold"
    kind: Difference  # the first of the differences
    span: Span  # of the string in the rule
    message: str


def differences(value: str, wanted: str) -> tuple[Difference, ...]:
    """In what two strings differ, where that is all; none for equal strings, and for others.

    >>> differences("gold ", "Gold"), differences("Café", "Cafe"), differences("Silver", "Gold")
    (('case', 'blanks'), ('accents',), ())
    """
    found: tuple[Difference, ...] = ()
    if value == wanted or _bare(value) != _bare(wanted):
        return found
    for kind in _ALIKE:
        others = [one for name, one in _ALIKE.items() if name != kind]
        if _through(value, others) != _through(wanted, others):
            found = (*found, kind)
    return found


def near_misses(trace: Trace, spans: Callable[[int], Span]) -> list[NearMiss]:
    """Where a rule compares a string of the data with one of its own, and they differ in nothing that is seen.

    Of a string looked for inside of another one, only what is not found. `spans` says where a node stands.
    """
    found: dict[tuple[str, str], NearMiss] = {}
    for subject, value, literal, wanted in _compared(trace):
        operation = trace.program.operations[subject]
        assert isinstance(operation, ReadAttribute)
        path = f"{operation.profile}.{operation.name}"
        kinds = differences(value, wanted)
        if kinds:
            said = " and ".join(_WORDS[kind] for kind in kinds)
            message = f'{path} is "{cut(value)}" and the rule has "{cut(wanted)}": they differ in {said} only.'
            near = NearMiss(path=path, value=value, wanted=wanted, kind=kinds[0], span=spans(literal), message=message)
            found.setdefault((path, wanted), near)
    return list(found.values())


def _compared(trace: Trace) -> Iterator[tuple[int, str, int, str]]:
    """The attribute and its value, the literal and its string, of each comparison that is one of strings."""
    program = trace.program
    for index, node in enumerate(program.nodes):
        operation = program.operations.get(index)
        looked_for = isinstance(operation, CallValue) and operation.meaning == "contains"
        if not looked_for and not (isinstance(node, Binary) and node.operator in ("==", "!=")):
            continue
        left, right = program.operands[index]
        if left in program.constants:
            left, right = right, left
        wanted = program.constants.get(right)
        if not isinstance(wanted, str) or not isinstance(program.operations.get(left), ReadAttribute):
            continue
        value = _value(trace, left)
        if not isinstance(value, str):
            continue
        part = _part(value, wanted) if looked_for else value
        if part is not None:
            yield left, part, right, wanted


def _part(value: str, wanted: str) -> str | None:
    """What in a value is all but equal to what is looked for; None where it is found, and where nothing is."""
    if wanted in value or not wanted or len(value) > _LONGEST or _bare(wanted) not in _bare(value):
        return None
    bare, usual = _bare(wanted), len(wanted)
    lengths = sorted(range(1, min(len(value), usual * 2 + _MOST_BLANKS) + 1), key=lambda length: abs(length - usual))
    return next(
        (
            part
            for length in lengths
            for start in range(len(value) - length + 1)
            if _bare(part := value[start : start + length]) == bare
        ),
        None,
    )


def _value(trace: Trace, index: int) -> object:
    if index not in trace.values and index not in trace.failed:
        trace.run(index)
    return trace.values.get(index)


# ---- what does not count


def _one_case(text: str) -> str:
    return text.casefold()


def _no_blanks(text: str) -> str:
    return "".join(char for char in text if not char.isspace() and unicodedata.category(char) != "Cf")


def _no_accents(text: str) -> str:
    """Without the marks above and below letters, however these are written."""
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(char for char in parts if not unicodedata.combining(char)))


_ALIKE: dict[Difference, Callable[[str], str]] = {"case": _one_case, "blanks": _no_blanks, "accents": _no_accents}


def _through(text: str, steps: list[Callable[[str], str]]) -> str:
    for step in steps:
        text = step(text)
    return text


def _bare(text: str) -> str:
    return _no_accents(_no_blanks(_one_case(text)))
