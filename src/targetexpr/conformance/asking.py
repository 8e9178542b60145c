"""The run: every question asked, and what came of it, by topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from targetexpr.base.errors import InputError
from targetexpr.conformance.judging import difference
from targetexpr.conformance.questions import Question
from targetexpr.conformance.talking import Broken, too_silent

Outcome: TypeAlias = Literal["holds", "fails", "unsupported", "crashed", "silent", "garbage", "not asked"]
OUTCOMES: tuple[Outcome, ...] = ("holds", "fails", "unsupported", "crashed", "silent", "garbage", "not asked")

Ask: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any] | Broken]

_SILENT = 5
"""So many requests in a row without an answer, and the rest is not asked: it would take for ever."""

_FALSE_STARTS = 3
"""So many starts without any answer, and it is no implementation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a question."""

    question: Question
    outcome: Outcome
    reason: str = ""  # why it does not hold: 'tree: expected "(> a 5)", got "(< a 5)"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of all of them."""

    results: tuple[Result, ...]

    @property
    def ok(self) -> bool:
        """Nothing fails, and something holds; what is not supported is no failure."""
        counts = self.counts()
        return counts["holds"] > 0 and counts["holds"] + counts["unsupported"] == len(self.results)

    def counts(self) -> dict[Outcome, int]:
        """How many questions came out how."""
        return _counts(self.results)

    def by_topic(self) -> dict[str, dict[Outcome, int]]:
        """The same for each topic, in their order."""
        topics: dict[str, list[Result]] = {}
        for result in self.results:
            topics.setdefault(result.question.case.topic, []).append(result)
        return {topic: _counts(results) for topic, results in topics.items()}


def _counts(results: Iterable[Result]) -> dict[Outcome, int]:
    found: dict[Outcome, int] = dict.fromkeys(OUTCOMES, 0)
    for result in results:
        found[result.outcome] += 1
    return found


def ask_all(questions: Iterable[Question], ask: Ask) -> Report:
    """Asks one after the other. Raises InputError where the command never answers anything."""
    return Report(results=tuple(ask_each(questions, ask)))


def ask_each(questions: Iterable[Question], ask: Ask) -> Iterator[Result]:
    """Asks one after the other, each when its result is taken. Raises as `ask_all` does."""
    silent = false_starts = 0
    answered = False
    for question in questions:
        if silent == _SILENT:
            yield Result(question=question, outcome="not asked", reason=too_silent(silent))
            continue
        found = ask(question.request)
        if isinstance(found, Broken):
            silent = silent + 1 if found.breach == "silent" else 0
            false_starts += 1
            if not answered and false_starts == _FALSE_STARTS:
                raise InputError(f"the command answers nothing: {found.reason}")
            yield Result(question=question, outcome=found.breach, reason=found.reason)
            continue
        silent, answered = 0, True
        yield _judged(question, found)


def _judged(question: Question, answer: Mapping[str, Any]) -> Result:
    if "unsupported" in answer:
        return Result(question=question, outcome="unsupported", reason=str(answer["unsupported"]))
    reason = difference(question.expected, answer)
    return Result(question=question, outcome="holds" if reason is None else "fails", reason=reason or "")
