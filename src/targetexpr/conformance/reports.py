"""What came of a run, as text, as JSON and as JUnit's XML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from targetexpr.base.nouns import counted
from targetexpr.conformance.asking import Outcome, Report, Result
from targetexpr.conformance.cases import about
from targetexpr.conformance.judging import shown

_FAILURES = 50
"""How many the text has; the other forms have all."""


def as_text(report: Report) -> str:
    """A line for each topic, then what does not hold, then the whole."""
    lines: list[str] = []
    by_topic = report.by_topic()
    widest = max(map(len, by_topic), default=0)
    for topic, counts in by_topic.items():
        total = sum(counts.values())
        lines.append(f"{topic:<{widest}}  {_phrase(counts, total)}")
    failing = [result for result in report.results if result.outcome not in ("holds", "unsupported")]
    for result in failing[:_FAILURES]:
        lines += ["", *_failure(result)]
    if len(failing) > _FAILURES:
        lines += ["", f"… and {len(failing) - _FAILURES:,} more; --output json lists all"]
    lines += ["", f"{about()['name']} {about()['version']}: {_phrase(report.counts(), len(report.results))}"]
    return "\n".join(lines)


def _phrase(counts: Mapping[Outcome, int], total: int) -> str:
    """`18 of 20 hold, 1 fails, 1 unsupported`."""
    parts = [f"{counts['holds']:,} of {total:,} hold"]
    for outcome, count in counts.items():
        if count and outcome != "holds":
            parts.append(f"{count:,} {'fail' if outcome == 'fails' and count != 1 else outcome}")
    return ", ".join(parts)


def _failure(result: Result) -> Iterator[str]:
    question = result.question
    guess = " (the specification leaves it open)" if getattr(question.case, "guess", False) else ""
    yield f"{question.id} {result.outcome}{guess}"
    yield f"  request: {shown(dict(question.request))}"
    yield f"  {result.reason}"


def as_data(report: Report) -> dict[str, Any]:
    """For programs: counts, and every question with what came of it."""
    return {
        "kit": {name: about()[name] for name in ("name", "version", "protocol")},
        "ok": report.ok,
        "counts": report.counts(),
        "topics": report.by_topic(),
        "results": [_result(result) for result in report.results],
    }


def _result(result: Result) -> dict[str, Any]:
    question = result.question
    found: dict[str, Any] = {"id": question.id, "topic": question.case.topic, "op": question.operation}
    found["outcome"] = result.outcome
    if getattr(question.case, "guess", False):
        found["guess"] = True
    if result.outcome not in ("holds", "unsupported"):
        found |= {"request": question.request, "expected": question.expected}
    return {**found, "reason": result.reason} if result.reason else found


def as_junit(report: Report) -> str:
    """A suite for each topic. What is not supported is skipped; a breach of the protocol is an error."""
    counts = report.counts()
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{_attributes(counts)}>"]
    for topic, own in report.by_topic().items():
        lines.append(f"  <testsuite name={_quoted(topic)}{_attributes(own)}>")
        lines += [line for result in report.results if result.question.case.topic == topic for line in _case(result)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


def _attributes(counts: Mapping[Outcome, int]) -> str:
    skipped = counts["unsupported"] + counts["not asked"]
    errors = counts["crashed"] + counts["silent"] + counts["garbage"]
    total = sum(counts.values())
    return f' tests="{total}" failures="{counts["fails"]}" errors="{errors}" skipped="{skipped}"'


def _case(result: Result) -> Iterator[str]:
    question = result.question
    begin = f"    <testcase classname={_quoted(question.case.topic)} name={_quoted(question.id)}"
    if result.outcome == "holds":
        yield f"{begin}/>"
        return
    yield f"{begin}>"
    match result.outcome:
        case "unsupported" | "not asked":
            yield f"      <skipped message={_quoted(result.reason)}/>"
        case outcome:
            name = "failure" if outcome == "fails" else "error"
            yield f"      <{name} type={_quoted(outcome)} message={_quoted(result.reason)}>"
            yield f"{_escaped(shown(dict(question.request)))}</{name}>"
    yield "    </testcase>"


def _escaped(text: str) -> str:
    """Text of XML; characters that XML cannot hold are written as in a program."""
    from xml.sax.saxutils import escape

    return escape("".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text))


def _quoted(text: str) -> str:
    return '"' + _escaped(text).replace('"', "&quot;") + '"'


def listing(ids: Mapping[str, int]) -> str:
    """The topics, each with what it is about and how many questions it has."""
    topics: Mapping[str, str] = about()["topics"]
    widest = max(map(len, ids), default=0)
    lines = [f"{topic:<{widest}}  {count:>5}  {topics[topic]}" for topic, count in ids.items()]
    return "\n".join([*lines, counted(sum(ids.values()), "question")])
