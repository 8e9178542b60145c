"""Lines of JSON that are laid out as one before them: only what is read of them is looked at, the rest is matched.

A pattern is made of a line that was decoded with care: the same members in the same order, any values of the same
shape. What fits it is JSON of which everything is known but its values, so that nothing that the decoder would refuse
or the lint would warn about can hide in it. What does not fit is decoded as the first one was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from targetexpr.checking.result import Read
from targetexpr.lang.schema.model import EXTENDED
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.decoder import decode
from targetexpr.records.record import Record
from targetexpr.records.shape import Member, Shape, record_shape

Step: TypeAlias = tuple[str, ...]
"""What is read of a record: a profile as a whole, or one member of it."""

Context: TypeAlias = dict[str, object]

MOST_LAYOUTS = 8
"""Layouts that are remembered. Data of many kinds is decoded line by line, as if there were none."""

_FEW_LINES = 2_000
"""So many lines unlike all layouts that are remembered, and more than others, and layouts are given up."""

_MOST_MEMBERS = 500  # and values
_DEEPEST = 8
_ESCAPE = r"\\(?:[\"\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})"
_CHARACTERS = r"[^\"\\\x00-\x1f]*+"
_PLAIN_STRING = rf"\"{_CHARACTERS}\""
_ANY_STRING = rf"\"{_CHARACTERS}(?:{_ESCAPE}{_CHARACTERS})*+\""
_NUMBER = r"-?(?:0|[1-9][0-9]{0,14}+)(?:\.[0-9]{1,12}+)?+"
_MILLISECONDS = r"-?[1-9][0-9]{11,14}+"  # a number of which nobody thinks that it is seconds
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}
_EXACT = 16  # characters of a number with a point that a float keeps


@dataclass(frozen=True, slots=True)
class ContextBatch:
    """Records of one layout, one after the other: of each what is read of it, and its line."""

    example: Record  # that the layout was found in
    contexts: list[Context]
    number: int  # of the first line
    lines: list[bytes]


class Layouts:
    """The layouts of the lines so far, for a rule that reads `reads`. With `profile`, lines are plain dicts of it."""

    def __init__(self, reads: Iterable[Read], schema: Schema, profile: str | None) -> None:
        self._steps = tuple(dict.fromkeys(steps_of(reads, schema)))
        self._shape = record_shape(schema)
        self._profile = profile
        self._known: list[Layout] = []
        self._full = False
        self._tried = self._unlike = 0

    def learn(self, line: bytes, record: Record) -> Layout | None:
        """The layout of a line that was decoded, where a pattern can be made of it; it is remembered."""
        if self._full or record.context is None:
            return None
        self._full = len(self._known) + 1 >= MOST_LAYOUTS
        try:
            pattern = _Pattern(self._steps, self._shape, self._profile, escapes=b"\\" in line)
            layout = pattern.layout(record)
        except _Unlike:
            return None
        if layout.match(line.decode()) is None:
            return None
        self._known.append(layout)
        return layout

    def layout_of(self, line: bytes) -> Layout | None:
        """The layout of a line; None where it has none that is known."""
        if not self._known:
            return None
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return None
        found = next((layout for layout in self._known if layout.match(text) is not None), None)
        self._tried += 1
        if found is None:
            self._unlike += 1
            if self._full and self._unlike >= _FEW_LINES and self._unlike * 2 > self._tried:
                self._known.clear()  # to match all of them is dearer than to decode the line
        return found


class _Unlike(Exception):
    """A record of which no pattern is made."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a line was laid out, and what finds others like it."""

    example: Record
    match: Callable[[str], re.Match[str] | None]
    context: Callable[..., Context]
    """Makes what is read of a record, of the texts that were caught."""
    each: Callable[[str], list[tuple[str, ...]]]
    """What is caught in every line of a text that fits."""

    def contexts(self, lines: list[bytes]) -> list[Context] | None:
        """What is read of lines; None where not all are laid out so."""
        try:
            found = self.each(b"".join(lines).decode())
        except UnicodeDecodeError:
            return None
        make = self.context
        return [make(*texts) for texts in found] if len(found) == len(lines) else None


def _maker(profiles: Sequence[str], members: Sequence[tuple[str, str | None, bool]]) -> Callable[..., Context]:
    """A function of the texts that were caught, written out: it runs for every line."""
    parts: dict[str, list[str]] = {profile: [] for profile in profiles}
    whole: dict[str, str] = {}
    for place, (profile, name, scalar) in enumerate(members):
        value = f"{'scalar' if scalar else 'decode'}(t{place})"
        if name is None:
            whole[profile] = value
        else:
            parts[profile].append(f"{name!r}: {value}")
    made = {**{profile: "{" + ", ".join(inside) + "}" for profile, inside in parts.items()}, **whole}
    names = ", ".join([*(f"t{place}" for place in range(len(members))), "*_"])  # of one text alone there is no tuple
    body = ", ".join(f"{profile!r}: {value}" for profile, value in made.items())
    function: Callable[..., Context] = eval(f"lambda {names}: {{{body}}}", {"scalar": _scalar, "decode": decode})
    return function


def _scalar(text: str) -> object:
    """The value of a text that was matched: no number of it has more digits than a float and an int keep alike."""
    first = text[0]
    if first <= "9" and first != '"':
        if "." in text:
            return float(text) if len(text) <= _EXACT else decode(text)
        return int(text)
    if first == '"':
        return text[1:-1] if "\\" not in text else json.loads(text)
    return _WORDS[text]


class _Pattern:
    """Makes the pattern of one record."""

    def __init__(self, steps: tuple[Step, ...], shape: Shape, profile: str | None, *, escapes: bool) -> None:
        self._string = _ANY_STRING if escapes else _PLAIN_STRING  # which takes longer
        self._steps = set(steps)
        self._shape = shape
        self._profile = profile
        self._members: list[tuple[str, str | None, bool]] = []
        self._count = 0

    def layout(self, record: Record) -> Layout:
        """The layout of a record. Raises _Unlike."""
        assert record.context is not None
        pattern = self._profile_text(self._profile, record.context) if self._profile else self._top(record.context)
        profiles = (
            [self._profile]
            if self._profile
            else [name for name, one in record.context.items() if isinstance(one, dict)]
        )
        read = {step[0] for step in self._steps}
        if not read <= set(profiles):
            raise _Unlike  # what comes of a profile that is missing is told of each record
        compiled = re.compile(pattern + r"[ \t]*+\r?\n?")
        # Of one group alone texts are found and no tuples; of none the lines themselves, which nobody wants.
        lines = re.compile(f"^{pattern}[ \\t]*+\\r?$" + "()" * (len(self._members) <= 1), re.MULTILINE)
        made = _maker([name for name in profiles if name in read], self._members)
        return Layout(example=record, match=compiled.fullmatch, context=made, each=lines.findall)

    def _top(self, context: Mapping[str, object]) -> str:
        """The record itself: its profiles, and its own members."""
        parts = []
        for name, value in context.items():
            member = self._shape.member(name)
            if member is not None and member.inside is not None and isinstance(value, dict):
                if name == "currentEvent":
                    raise _Unlike  # whose members depend on the type
                text = self._profile_text(name, value)
            elif any(step[0] == name for step in self._steps):
                raise _Unlike  # a profile that is none
            elif name == "type":
                text = re.escape(json.dumps(value, ensure_ascii=False))
            elif name == "date":
                text = self._moment(value)
            else:
                text = self._value(value)
            parts.append(f"{self._key(name)}{text}")
        return self._object(parts)

    def _profile_text(self, profile: str, value: Mapping[str, object]) -> str:
        """A profile: what is read of it is caught."""
        if (profile,) in self._steps:
            self._members.append((profile, None, False))
            return f"({self._members_of(profile, value, catch=False)})"
        return self._members_of(profile, value, catch=True)

    def _members_of(self, profile: str, value: Mapping[str, object], *, catch: bool) -> str:
        inside = self._shape.members[profile].inside
        parts = []
        for name, one in value.items():
            member = None if inside is None else inside.member(name)
            if self._profile and name == "type":
                raise _Unlike
            if name == "lineItems" and not _known_lines(member, one):
                raise _Unlike  # what nobody reads in them is told by the line
            if (member is not None and member.kinds == ("date",)) or (self._profile and name == "date"):
                text, scalar = self._moment(one), True
            else:
                text, scalar = self._value(one), not isinstance(one, dict | list)
            if catch and (profile, name) in self._steps:
                self._members.append((profile, name, scalar))
                text = f"({text})"
            parts.append(f"{self._key(name)}{text}")
        return self._object(parts)

    def _key(self, name: str) -> str:
        self._count += 1
        key = json.dumps(name, ensure_ascii=False)
        if self._count > _MOST_MEMBERS or "\\" in key:
            raise _Unlike
        return f"{re.escape(key)}: ?+"

    def _object(self, parts: Iterable[str]) -> str:
        return rf"\{{{', ?+'.join(parts)}\}}"

    def _moment(self, value: object) -> str:
        if isinstance(value, dict | list) or (isinstance(value, int) and abs(value) < 10**11):
            raise _Unlike
        return rf"(?:{self._string}|{_MILLISECONDS}|null)"

    def _value(self, value: object, depth: int = 0) -> str:
        """Any value of the same shape."""
        self._count += 1
        if depth > _DEEPEST or self._count > _MOST_MEMBERS:
            raise _Unlike
        match value:
            case dict():
                return self._object(
                    f"{self._key(str(name))}{self._value(one, depth + 1)}" for name, one in value.items()
                )
            case list():
                kinds = dict.fromkeys(self._value(one, depth + 1) for one in value)
                if not kinds:
                    return r"\[\]"
                return rf"\[(?:(?:{'|'.join(kinds)})(?:, ?+(?!\])|(?=\])))*+\]"
            case str():
                return rf"(?:{self._string}|null|true|false|{_NUMBER})"
        return rf"(?:{_NUMBER}|null|true|false|{self._string})"


def _known_lines(member: Member | None, items: object) -> bool:
    """Whether all that stands in line items is read by somebody."""
    if member is None or member.inside is None or not isinstance(items, list):
        return not isinstance(items, list)
    inside = member.inside
    return all(isinstance(item, dict) and all(inside.member(name) is not None for name in item) for item in items)


def steps_of(reads: Iterable[Read], schema: Schema) -> list[Step]:
    """What is read of records for a rule that reads this: single members, else their profile as a whole."""
    steps: list[Step] = []
    for read in reads:
        attribute = schema.profiles[read.profile].attribute(read.name) if read.arguments is None else None
        single = attribute is not None and attribute.computed is None and not read.name.startswith(EXTENDED)
        steps.append((read.profile, read.name) if single else (read.profile,))
    return steps
