"""Rule text to expressionJson over HTTP: the documented samples to the byte, and an answer for anything."""

from __future__ import annotations

import json

import pytest

from tests import corpus
from tests.sampling import sizes
from tests.serve.conftest import Client, problems

SAMPLES = corpus.samples()
PATH = "/loyalty/api/v1/workflows/expJSON/973/"


@pytest.mark.parametrize(
    "sample", [one for one in SAMPLES if "\n" in one["expressionJson"]], ids=lambda one: one["expression"]
)
def test_the_samples_of_the_editor_to_the_byte(client: Client, sample: dict[str, object]) -> None:
    text = str(sample["expression"])
    event = "TargetCompleted" if "targetName" in text else "TransactionAdd"
    answer = client.post(PATH + event, {"exp": text})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["success"], body["status"]) == (True, 200)
    assert body["result"]["expression"] == text
    assert body["result"]["isError"] == sample["is_error"]
    assert body["result"]["expressionJSON"] == sample["expressionJson"]
    assert ("diagnostics" in body["result"]) == sample["is_error"]


def test_broken_text_says_what_is_wrong(client: Client) -> None:
    result = client.post(PATH + "TransactionAdd", {"exp": "currentTxn.value > > 5"}).json()["result"]
    assert result["isError"] is True
    assert [piece["arity"] for piece in json.loads(result["expressionJSON"])["operands"]] == [
        "object_dereference",
        "literal",
    ]
    (diagnostic,) = result["diagnostics"]
    assert (diagnostic["severity"], diagnostic["start"]) == ("error", 17)


def test_a_rule_of_wrong_types_keeps_its_tree(client: Client) -> None:
    result = client.post(PATH + "TransactionAdd", {"exp": 'currentTxn.value>"a"'}).json()["result"]
    assert result["isError"] is True
    assert json.loads(result["expressionJSON"])["arity"] == "binary_operation"


@pytest.mark.parametrize("text", ["", ")(", "'", "\\"])
def test_text_without_a_readable_piece(client: Client, text: str) -> None:
    result = client.post(PATH + "TransactionAdd", {"exp": text}).json()["result"]
    assert (result["isError"], json.loads(result["expressionJSON"])) == (True, {"arity": "group", "operands": []})


@pytest.mark.parametrize("times", sizes(1_000, 9_000))
@pytest.mark.parametrize("text", ["-" * 10, "(" * 10, '\\"' * 5, "a&&" * 3, "a." * 4])
def test_no_text_takes_long(client: Client, text: str, times: int) -> None:
    text *= times
    answer = client.post(PATH + "TransactionAdd", {"exp": text})
    assert (answer.status_code, answer.json()["result"]["isError"]) == (200, True)


@pytest.mark.parametrize("event", ["goodNight", "TransactionAd", "nonsense"])
@pytest.mark.parametrize("text", ["true", "currentTxn.value>1", 'currentEvent.targetName=="x"'])
def test_an_event_that_is_not_known_makes_no_rule_wrong(client: Client, event: str, text: str) -> None:
    result = client.post(PATH + event, {"exp": text}).json()["result"]
    assert result["isError"] is False
    assert {one["severity"] for one in result["diagnostics"]} == {"warning"}
    assert {one["code"] for one in result["diagnostics"]} & {"undeclared-event", "unknown-event"}
    known = client.post(PATH + "TransactionAdd", {"exp": 'currentEvent.targetName=="x"'}).json()["result"]
    assert known["isError"] is True, "of a known event it is known what it has"


@pytest.mark.parametrize("event", ["a%20b", "..%2Fx", "1", "a-b", "a.b", "%00", "'"])
def test_an_event_that_can_be_none(client: Client, event: str) -> None:
    for text in ("true", "currentTxn.value>1", ")("):
        answer = client.post(PATH + event, {"exp": text})
        assert answer.status_code == (404 if "%2F" in event else 400)
        assert "%2F" in event or problems(answer) == [(300004, "event-type", "")]


@pytest.mark.parametrize(
    ("path", "body", "wanted"),
    [
        (PATH + "X", {}, (300004, "exp-missing", "/exp")),
        (PATH + "X", {"exp": 5}, (300004, "exp-missing", "/exp")),
        (PATH + "X", {"expression": "true"}, (300004, "unknown-member", "/expression")),
        (PATH + "X", {"exp": "a" * 100_001}, (300004, "too-long", "/exp")),
        ("/loyalty/api/v1/workflows/expJSON/x/X", {"exp": "true"}, (300004, "program-id", "")),
    ],
)
def test_a_body_that_does_not_fit(
    client: Client, path: str, body: object, wanted: tuple[object, object, object]
) -> None:
    answer = client.post(path, body)
    assert (answer.status_code, problems(answer)) == (400, [wanted])
