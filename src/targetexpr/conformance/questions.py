"""What is asked of an implementation: each case as requests, each with what must come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, assert_never

from targetexpr.conformance.cases import (
    Case,
    CheckCase,
    Documented,
    EvaluationCase,
    StoryCase,
    TextCase,
    TypedCase,
    about,
    cases,
)

OPERATIONS = ("parse", "encode", "decode", "print", "check", "fix", "evaluate", "progress")
"""What can be asked; an implementation may answer any of them with `unsupported`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request, and what must come back."""

    id: str  # "syntax/strings/plain#parse"
    case: Case
    request: Mapping[str, Any]  # without its id
    expected: Mapping[str, Any]  # members of the answer; {"error": {...}} where it must be an error

    @property
    def operation(self) -> str:
        """What is asked for: "parse"."""
        return str(self.request["op"])


def questions(topics: Sequence[str] = (), only: Sequence[str] = ()) -> Iterator[Question]:
    """All questions, or those of some topics (`syntax`, `syntax/strings`) whose ids have one of some patterns.

    >>> [question.id for question in questions(["syntax/numbers"], ["leading-zeros#parse"])][:1]
    ['syntax/numbers/leading-zeros#parse']
    """
    for topic in about()["topics"]:
        if not topics or any(topic == one or topic.startswith(f"{one}/") for one in topics):
            for case in cases(topic):
                for question in of_case(case):
                    if not only or any(fnmatchcase(question.id, f"*{pattern}*") for pattern in only):
                        yield question


def of_case(case: Case) -> Iterator[Question]:
    """The questions of one case; their ids differ in what stands behind the `#`."""
    match case:
        case TextCase():
            asked = _of_text(case) if case.text is not None else _of_document(case)
        case Documented():
            asked = _of_documented(case)
        case TypedCase():
            asked = _of_typed(case)
        case CheckCase():
            asked = _of_check(case)
        case EvaluationCase():
            asked = _of_evaluation(case)
        case StoryCase():
            asked = _of_story(case)
        case _:
            assert_never(case)
    for kind, request, expected in asked:
        yield Question(id=f"{case.name}#{kind}", case=case, request=request, expected=expected)


_Asked = tuple[str, dict[str, Any], dict[str, Any]]
_ERROR: dict[str, Any] = {"error": {}}


def _of_text(case: TextCase) -> Iterator[_Asked]:
    text = case.text
    limits = {"limits": dict(case.limits)} if case.limits else {}
    expected = _ERROR if case.tree is None else {"tree": case.tree}
    for number, one in enumerate((text, *case.also)):
        yield "parse" + (f"-{number}" if number else ""), {"op": "parse", "text": one, **limits}, expected
    for style, printed in (("compact", case.compact), ("readable", case.readable)):
        if printed is not None:
            yield style, {"op": "print", "text": text, "style": style}, {"text": printed}
    if case.json is not None and case.tree is not None:
        yield "encode", {"op": "encode", "text": text, "layout": "compact", "types": False}, {"json": case.json}
        yield "decode", {"op": "decode", "json": case.json}, {"tree": case.tree}
    found: dict[str, Any] = {}
    if case.diagnostics is not None:
        found["diagnostics"] = case.expected_diagnostics()
    if case.codes is not None:
        found["codes"] = sorted(set(case.codes))
    if found:
        yield "check", {"op": "check", "text": text, "scope": "syntax", **limits}, found
    if case.fixed is not None:
        yield "fix", {"op": "fix", "text": text}, {"text": case.fixed}


def _of_document(case: TextCase) -> Iterator[_Asked]:
    limits = {"limits": dict(case.limits)} if case.limits else {}
    if case.tree is not None:
        expected: dict[str, Any] = {"tree": case.tree}
    else:
        expected = {"error": {} if case.pointer is None else {"pointer": case.pointer}}
    yield "decode", {"op": "decode", "json": case.json, **limits}, expected


def _of_documented(case: Documented) -> Iterator[_Asked]:
    text = case.text
    yield "parse", {"op": "parse", "text": text}, _ERROR if case.tree is None else {"tree": case.tree}
    if case.compact is not None:
        yield "compact", {"op": "print", "text": text, "style": "compact"}, {"text": case.compact}
    if case.json is not None:
        yield "encode", {"op": "encode", "text": text, "layout": "compact", "types": False}, {"json": case.json}
        yield "decode", {"op": "decode", "json": case.json}, {"tree": case.tree}
    expected: dict[str, Any] = {"ok": case.status == "valid" or case.unnoticed}
    yield "check", {"op": "check", "text": text, "scope": "all", "expect": case.expect}, expected


def _of_typed(case: TypedCase) -> Iterator[_Asked]:
    event = {} if case.event is None else {"event": case.event}
    request = {"op": "encode", "text": case.text, "layout": case.layout, "types": True, **event}
    if case.error:
        yield "encode", request, _ERROR
        yield "decode", {"op": "decode", "json": case.json}, _ERROR
        return
    yield "encode", request, {"json": case.json.replace(r"\'", "'")}
    if case.tree is not None:
        yield "decode", {"op": "decode", "json": case.json}, {"tree": case.tree}


def _of_check(case: CheckCase) -> Iterator[_Asked]:
    request: dict[str, Any] = {"op": "check", "text": case.text, "scope": "all", "expect": case.expect}
    if case.event is not None:
        request["event"] = case.event
    if not case.strict:
        request["strict"] = False
    expected: dict[str, Any] = {"ok": case.ok}
    if case.type is not None:
        expected["type"] = case.type
    if case.diagnostics is not None:
        expected["errors"] = [list(one) for one in case.expected_diagnostics()]
    yield "check", request, expected


def _of_evaluation(case: EvaluationCase) -> Iterator[_Asked]:
    request = {"op": "evaluate", "text": case.text, "context": case.context, "timezone": case.timezone}
    expected = {"value": case.value} if case.error is None else {"error": {"path": case.error}}
    yield "evaluate", request, expected


def _of_story(case: StoryCase) -> Iterator[_Asked]:
    request = {"op": "progress", "group": case.group, "records": list(case.records), **case.options}
    yield "progress", request, {"progress": case.expected}
