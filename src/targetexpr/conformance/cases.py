"""The cases of the kit: what stands in its files, as values; texts that stand for longer ones are written out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeAlias

MARKS = "⟦⟧"
"""What stands round the place of a diagnostic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What every case has."""

    topic: str  # "syntax/strings": the name of the file
    id: str  # "escaped-quote": its name in the file

    @property
    def name(self) -> str:
        """The topic and the id."""
        return f"{self.topic}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCase(Named):
    """What a text or an expressionJson must become (`syntax/` and `json/`); all fields but two are optional.

    A case has a text, a JSON document, or both. A text without a tree is an error; so is a document.
    """

    text: str | None = None  # is read
    also: tuple[str, ...] = ()  # other texts of the same tree
    tree: str | None = None  # '(> (. currentTxn value) 500)'
    compact: str | None = None  # the tree, printed
    readable: str | None = None
    json: str | None = None  # the untyped compact expressionJson: written and read; without a text it is only read
    diagnostics: tuple[tuple[str, str], ...] | None = None  # codes, each with the text and its place in ⟦⟧
    codes: tuple[str, ...] | None = None  # the codes alone, as a set
    fixed: str | None = None  # the text with its safe fixes applied
    pointer: str | None = None  # where in the JSON document the first error is
    limits: Mapping[str, int] = field(default_factory=dict)  # other than the defaults
    repeat: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # characters that stand for longer strings
    why: str = ""  # what the case is there for
    guess: bool = False  # the specification leaves the expectation open

    def expected_diagnostics(self) -> list[tuple[str, int, int]] | None:
        """Codes with their spans, in the order of the text.

        >>> case = TextCase(topic="t", id="i", text="a=1", diagnostics=(("single-equals", "a⟦=⟧1"),))
        >>> case.expected_diagnostics()
        [('single-equals', 1, 2)]
        """
        if self.diagnostics is None:
            return None
        return [placed(code, marked) for code, marked in self.diagnostics]


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented(Named):
    """An expression of the platform's documents (`documented/`): `valid`, or `needs_fix` with what is meant."""

    text: str
    status: str
    fix: str | None = None
    why: str = ""
    tree: str | None = None  # of the texts that can be read
    compact: str | None = None
    json: str | None = None
    expect: str = "boolean"  # what a valid one comes out as: "number" or "boolean"
    unnoticed: bool = False  # what is wrong with it can be known to its author alone: it checks


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCase(Named):
    """A text with the expressionJson that the platform made of it, types included (`typed/`)."""

    text: str
    json: str
    layout: str  # "compact" or "editor"
    event: str | None = None
    tree: str | None = None  # of the document: arguments that methods do not take are not in it
    error: bool = False  # the platform could not understand the text, and the document says so


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCase(Named):
    """What checking names, types and arguments says of a text (`checking/`)."""

    text: str
    ok: bool  # there is no error
    event: str | None = None
    expect: str = "boolean"  # what the text must come out as; "any" lifts that
    strict: bool = True
    type: str | None = None  # of the whole, where it is valid: "real:object:primitive"
    diagnostics: tuple[tuple[str, str], ...] | None = None  # the errors
    why: str = ""

    def expected_diagnostics(self) -> list[tuple[str, int, int]]:
        """The codes of the errors with their spans, in the order of the text."""
        return [placed(code, marked) for code, marked in self.diagnostics or ()]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationCase(Named):
    """What a text comes out as over a context (`evaluation/`)."""

    text: str
    context: Mapping[str, Any]
    timezone: str = "UTC"
    value: Any = None  # true, false, null, {"number": "0.5"}, {"string": "x"}; not there beside an error
    error: str | None = None  # the path of the value that does not fit: "currentTxn.discount"
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCase(Named):
    """What records of customers come to in a target group (`progress/`)."""

    group: Mapping[str, Any]
    records: tuple[Mapping[str, Any], ...]
    expected: Mapping[str, Any]  # the members that are looked at
    options: Mapping[str, Any] = field(default_factory=dict)  # timezone, now, returns, enrolment
    why: str = ""


Case: TypeAlias = TextCase | Documented | TypedCase | CheckCase | EvaluationCase | StoryCase


def placed(code: str, marked: str) -> tuple[str, int, int]:
    """A code with the span of the place that is marked in a text.

    >>> placed("unknown-profile", "⟦currentTxm⟧.value>5")
    ('unknown-profile', 0, 10)
    """
    start = marked.index(MARKS[0])
    return code, start, marked.index(MARKS[1]) - 1


def folder() -> Traversable:
    """Where the kit's files are: the schemas, `kit.json`, and below `cases` the cases."""
    return files("targetexpr") / "conformance"


@cache
def about() -> Mapping[str, Any]:
    """The kit's own description: its version, that of its protocol, and what each topic is about.

    >>> about()["protocol"]
    1
    """
    found: Mapping[str, Any] = json.loads((folder() / "kit.json").read_text(encoding="utf-8"))
    return found


@cache
def rows(topic: str) -> tuple[dict[str, Any], ...]:
    """The lines of a file, as they stand there.

    >>> rows("syntax/strings")[0]["text"]
    '"Gold"'
    """
    text = (folder() / "cases" / f"{topic}.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.split("\n") if line)


def cases(topic: str) -> tuple[Case, ...]:
    """The cases of a file.

    >>> len(cases("typed/samples"))
    6
    """
    return tuple(_BY_KIND[topic.partition("/")[0]](topic, row) for row in rows(topic))


def _text_case(topic: str, row: dict[str, Any]) -> TextCase:
    long = {mark: unit * times for mark, (unit, times) in row.get("repeat", {}).items()}
    return TextCase(topic=topic, **{key: _written_out(value, long) for key, value in row.items()})


def _written_out(value: Any, long: dict[str, str]) -> Any:
    """A member with tuples for lists, and whole texts for the marks that stand for them."""
    if isinstance(value, str):
        for mark, text in long.items():
            value = value.replace(mark, text)
        return value
    if isinstance(value, list):
        return tuple(_written_out(item, long) for item in value)
    return value


def _case(kind: Callable[..., Case], topic: str, row: dict[str, Any]) -> Case:
    listed = {"records", "diagnostics"}
    return kind(topic=topic, **{key: _frozen(value) if key in listed else value for key, value in row.items()})


def _frozen(value: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(item) if isinstance(item, list) else item for item in value)


_BY_KIND: dict[str, Callable[[str, dict[str, Any]], Case]] = {
    "syntax": _text_case,
    "json": _text_case,
    "documented": lambda topic, row: _case(Documented, topic, row),
    "typed": lambda topic, row: _case(TypedCase, topic, row),
    "checking": lambda topic, row: _case(CheckCase, topic, row),
    "evaluation": lambda topic, row: _case(EvaluationCase, topic, row),
    "progress": lambda topic, row: _case(StoryCase, topic, row),
}
