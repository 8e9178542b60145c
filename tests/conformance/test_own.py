"""This project's own implementation: everything holds, and what it answers is what the protocol says."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import jsonschema
import pytest

from targetexpr.conformance.answering import answer, answers
from targetexpr.conformance.asking import Report, ask_all
from targetexpr.conformance.cases import about
from targetexpr.conformance.questions import OPERATIONS, questions
from targetexpr.conformance.talking import Implementation
from tests.cli.command import spawn
from tests.conformance.derived import CASES

PROTOCOL = json.loads((CASES.parent / "protocol.schema.json").read_text(encoding="utf-8"))


def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**PROTOCOL, "anyOf": [{"$ref": f"#/$defs/{name}"}]})


def _failing(report: Report) -> list[tuple[str, str, str]]:
    return [(one.question.id, one.outcome, one.reason) for one in report.results if one.outcome != "holds"]


@pytest.mark.parametrize("topic", list(about()["topics"]))
def test_everything_holds(topic: str) -> None:
    """In this process; the requests and answers go through JSON and are as the protocol has them."""
    requests, replies = _validator("request"), _validator("answer")
    seen: Counter[str] = Counter()

    def ask(request: Any) -> Any:
        line = json.dumps({"id": 1, **request})
        found = json.loads(json.dumps(answer(json.loads(line))))
        seen[request["op"]] += 1
        if seen[request["op"]] <= 5 and len(line) < 20_000:  # the others have the same form
            requests.validate(json.loads(line))
            replies.validate(found)
        return found

    report = ask_all(questions([topic]), ask)
    assert _failing(report) == []
    assert report.ok


def test_every_operation_is_asked() -> None:
    assert {question.operation for question in questions()} == set(OPERATIONS)


def test_ids_of_questions_are_unique() -> None:
    ids = [question.id for question in questions()]
    assert len(set(ids)) == len(ids)


def test_the_command_holds_on_a_topic_of_each_kind() -> None:
    """As a process, by its own protocol; the whole is run by the gate."""
    command = [sys.executable, "-m", "targetexpr", "conformance", "--answer"]
    implementation = Implementation(command, seconds=120)
    topics = ["syntax/strings", "syntax/surrogates", "json/shapes", "typed/samples", "checking/types"]
    try:
        report = ask_all(questions([*topics, "evaluation/numbers", "progress/windows"]), implementation.ask)
    finally:
        implementation.close()
    assert _failing(report) == []


def test_what_is_no_request_is_answered() -> None:
    found = [json.loads(line) for line in answers(["nonsense", '{"id": 3, "op": "parse"}', '{"id": 4}'])]
    assert [one["id"] for one in found] == [None, 3, 4]
    assert "Not valid JSON" in found[0]["error"]["message"]
    assert found[1]["error"] == {"message": "The request has no 'text'."}
    assert found[2]["unsupported"] == "unknown operation None"


def test_answers_are_lines_of_ascii() -> None:
    done = spawn("conformance", "--answer", stdin='{"id": 1, "op": "parse", "text": "\\"é\u2028\\ud83d\\""}\n'.encode())
    assert (done.status, done.err) == (0, "")
    assert done.out.isascii()
    assert json.loads(done.out)["error"]["code"] == "lone-surrogate"
