"""The cases of the conformance kit as the tests take them; what they are, `targetexpr/conformance/cases.py` says."""

from __future__ import annotations

from functools import cache
from typing import Any

from targetexpr.conformance.cases import CheckCase, Documented, EvaluationCase, TextCase, about, cases, rows

Case = TextCase


def _topics(*kinds: str) -> list[str]:
    return [topic for topic in about()["topics"] if topic.partition("/")[0] in kinds]


@cache
def text_cases() -> tuple[TextCase, ...]:
    """Every case of what a text or a JSON document must become."""
    found = [case for topic in _topics("syntax", "json") for case in cases(topic)]
    return tuple(case for case in found if isinstance(case, TextCase))


@cache
def documented() -> tuple[Documented, ...]:
    """The expressions of the documents, typing errors included."""
    return tuple(case for case in cases("documented/expressions") if isinstance(case, Documented))


@cache
def evaluations(topic: str) -> tuple[EvaluationCase, ...]:
    """The cases of what a text comes out as."""
    return tuple(case for case in cases(f"evaluation/{topic}") if isinstance(case, EvaluationCase))


@cache
def checks(topic: str) -> tuple[CheckCase, ...]:
    """The cases of what checking says."""
    return tuple(case for case in cases(f"checking/{topic}") if isinstance(case, CheckCase))


def samples() -> list[dict[str, Any]]:
    """The platform's own pairs of a text and its JSON."""
    return [
        {"expression": row["text"], "expressionJson": row["json"], "is_error": row.get("error", False)}
        for row in rows("typed/samples")
    ]


def editor_samples() -> list[dict[str, Any]]:
    """What the platform's own editor writes for a text."""
    return [{"event": None, **row} for row in rows("typed/editor")]


def texts() -> list[str]:
    """Every text of the corpus that is short enough to play with."""
    found = [row.text for row in documented()]
    for case in text_cases():
        found.extend(text for text in (case.text, *case.also, case.fixed) if text is not None and len(text) < 1000)
    return list(dict.fromkeys(text for text in found if len(text) < 1000))
