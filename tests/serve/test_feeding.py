"""Records are fed: which are kept, which are refused, and what is warned of."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Context, Decimal

import pytest

from tests.serve.conftest import JSON, Client, bill, by_record, milestone, problems

PATH = "/v3/targetGroups/1/targets/1"


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson", "application/jsonl; charset=utf-8"])
def test_records_by_the_line(client: Client, kind: str) -> None:
    lines = [json.dumps(bill(f"b{place}", place % 2, "2024-01-05", place)) for place in range(5)]
    body = "\ufeff" + "\n\n".join(lines) + "\r\n"
    answer = client.ask("POST", "/sandbox/records", content=body.encode(), headers={"Content-Type": kind})
    assert answer.json() == {"data": {"accepted": 5, "duplicates": 0}, "errors": None, "warnings": None}
    assert client.get("/sandbox/health").json()["data"] == {"status": "ok", "groups": 0, "users": 2, "records": 5}
    assert client.post("/sandbox/records", lines[0]).json()["data"] == {"accepted": 1, "duplicates": 1}
    pretty = json.dumps(bill("b9", 1, "2024-01-05", 1), indent=2)
    assert client.post("/sandbox/records", pretty).json()["data"] == {"accepted": 1, "duplicates": 0}


def test_one_bad_record_keeps_the_whole_call_out(client: Client) -> None:
    good = json.dumps(bill("b1", 77, "2024-01-05", 5))
    body = "\n".join([good, "{", "5", '{"id": 1}', '{"id":"a","customerId":"b c","type":"t","date":"2024-01-01"}', good[:-1] + ', "id": 2}'])  # fmt: skip  # noqa: E501
    answer = client.ask("POST", "/sandbox/records", content=body, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 400
    assert problems(answer) == [
        (None, "json-syntax", None),
        (None, "not-a-record", None),
        (None, "record-member", "/customerId"),
        (None, "user-id", "/customerId"),
        (None, "json-syntax", None),
    ]
    told = [one["message"].partition(":")[0] for one in answer.json()["errors"]]
    assert told == ["record 2", "record 3", "record 4", "record 5", "record 6"]
    assert client.get("/sandbox/health").json()["data"]["records"] == 0


def test_the_pointer_of_a_bad_record_leads_into_the_array(client: Client) -> None:
    good = bill("b1", 77, "2024-01-05", 5)
    records = [good, good | {"customerId": -5}, good | {"customerId": 2**63}, good | {"date": "soon"}, good]
    assert problems(client.post("/sandbox/records", records)) == [
        (None, "user-id", "/1/customerId"),
        (None, "user-id", "/2/customerId"),
        (None, "record-member", "/3/date"),
    ]
    assert problems(client.post("/sandbox/records", records[1])) == [(None, "user-id", "/customerId")]
    client.feed(good | {"customerId": 2**63 - 1}, good | {"id": "b2", "customerId": str(2**63)})
    assert client.get("/sandbox/health").json()["data"]["users"] == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("[1", "not-a-record"),
        ("[] x", "trailing-text"),
        ('[{"id":1},]', "record-member"),
        ('{"id": NaN}', "json-syntax"),
        ('{"id": 1e999}', "record-member"),
        ('{"id": 1e1000}', "json-syntax"),
        ('{"id": ' + "9" * 5000 + "}", "json-syntax"),
        ('{"a": ' + "[" * 100_000, "too-deep"),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}", "too-deep"),
        ('{"id": "\\ud800"}', "lone-surrogate"),
        ('{"id": "' + "x" * 201 + '", "customerId": 1, "type": "t", "date": "2024-01-01"}', "record-member"),
        ('{"id": 1, "customerId": 1, "type": "t", "date": "0001-01-01T00:00:00+14:00"}', "record-member"),
        ('{"id": 1, "customerId": 1, "type": "t", "date": "soon"}', "record-member"),
        ('{"id": 1, "customerId": 1, "type": 5, "date": "2024-01-01"}', "record-member"),
    ],
)
def test_records_that_are_none(client: Client, body: str, reason: str) -> None:
    answer = client.post("/sandbox/records", body)
    assert answer.status_code == 400
    assert problems(answer)[0][1] == reason


def test_figures_that_are_none_are_kept_and_told(client: Client) -> None:
    client.made(by_record(milestone()))
    fed = [
        bill("a", 1, "2024-01-05", "abc"),
        bill("b", 1, "2024-01-05", 5),
        bill("c", 1, "2024-01-05", 5) | {"type": "ReturnBill", "returnOf": "b", "returnBill": 7},
        {"id": "d", "customerId": 1, "type": "goodNight", "date": "2024-01-05"},
    ]
    answer = client.post("/sandbox/records", fed)
    assert answer.json() == {"data": {"accepted": 4, "duplicates": 0}, "errors": None, "warnings": None}
    assert answer.headers["sandbox-warnings"] == "2"
    client.put("/sandbox/settings", {"warnings": True})
    told = client.post("/sandbox/records", fed).json()["warnings"]
    assert [(one["reason"], one["pointer"]) for one in told] == [
        ("record-value", "/0/currentTxn/value"),
        ("record-value", "/2/returnBill"),
    ]
    assert told[0]["message"].startswith("record 1: currentTxn.value")


@pytest.mark.parametrize("body", ["", " \n", "[]"])
def test_no_records(client: Client, body: str) -> None:
    assert problems(client.post("/sandbox/records", body)) == [(300004, "no-records", "")]


def test_figures_are_kept_exactly(client: Client) -> None:
    """As long as they have 34 digits, to which what is shown is rounded."""
    client.made(by_record(milestone()))
    client.at("2024-01-31T00:00:00Z")
    record = '{"id": %d, "customerId": 1, "type": "TransactionAdd", "date": "2024-01-0%d", "currentTxn": {"value": %s}}'
    figures = ("33333333333333333333.1", "0.100000000000001e2", "66666666666666666666.9")
    for place, figure in enumerate(figures, 1):
        assert client.ask("POST", "/sandbox/records", content=record % (place, place, figure), headers=JSON).status_code == 200  # fmt: skip  # noqa: E501
    target = client.get("/sandbox/targetGroups/1/progress").json()["data"]["customers"]["1"]["targets"]["Spring target"]
    assert target[0]["progress"] == "100000000000000000010.0000000000001"


@pytest.mark.parametrize("figure", ["1e400", "9" * 1000, "1e999"])
def test_figures_of_up_to_a_thousand_digits_are_answered(client: Client, figure: str) -> None:
    client.made(by_record(milestone()))
    client.at("2024-01-31T00:00:00Z")
    record = f'{{"id":1,"customerId":1,"type":"TransactionAdd","date":"2024-01-02","currentTxn":{{"value":{figure}}}}}'
    assert client.post("/sandbox/records", record).status_code == 200
    value = Decimal(figure)
    answer = client.get("/v3/users/1/targetGroups?includeInactive=true")
    (shown,) = json.loads(answer.text, parse_float=Decimal)["data"]["targetGroups"]
    assert shown["targets"][0]["targetAchievedValue"] == value
    (event,) = json.loads(client.get("/v3/users/1/trackedTargetEvents/1").text, parse_float=Decimal)["data"]
    assert event["targetValue"] == Context(prec=34, rounding=ROUND_HALF_EVEN).plus(value)


def test_another_record_under_an_id_in_use_is_a_warning(client: Client) -> None:
    client.put("/sandbox/settings", {"warnings": True})
    first = bill("b1", 77, "2024-01-05", 50)
    assert client.post("/sandbox/records", first).json()["warnings"] is None
    answer = client.post("/sandbox/records", first)
    assert (answer.json()["data"], answer.json()["warnings"]) == ({"accepted": 1, "duplicates": 1}, None)
    answer = client.post("/sandbox/records", bill("b1", 5, "2024-01-02", 999))
    assert [one["reason"] for one in answer.json()["warnings"]] == ["record-differs"]
    assert answer.headers["Sandbox-Warnings"] == "1"


@pytest.mark.parametrize(
    ("change", "reason", "pointer"),
    [
        ({"type": "transactionAdd"}, "record-type", "/type"),
        ({"type": "RETURNBILL"}, "record-type", "/type"),
        ({"type": "pointsissued"}, "record-type", "/type"),
        ({"type": "ReturnBill"}, "return-of-nothing", "/returnOf"),
        ({"type": "ReturnBill", "returnOf": "b0"}, None, None),
        ({"type": "Walk"}, None, None),
        ({"type": "walk"}, None, None),
    ],
)
def test_what_would_count_nothing_is_a_warning(
    client: Client, change: dict[str, object], reason: str | None, pointer: str | None
) -> None:
    client.put("/sandbox/settings", {"warnings": True})
    answer = client.post("/sandbox/records", bill("b1", 77, "2024-01-05", 50) | change)
    assert answer.json()["data"] == {"accepted": 1, "duplicates": 0}
    warned = [(one["reason"], one["pointer"]) for one in answer.json()["warnings"] or ()]
    assert warned == ([] if reason is None else [(reason, pointer)])


@pytest.mark.parametrize("odd", [[[]], [{}], [{"a": [1]}], ["value"], "value", 5, [None, [[]]]], ids=repr)
def test_a_profile_that_is_no_object_is_taken_or_refused_and_no_defect(client: Client, odd: object) -> None:
    for number in range(2):
        client.feed(bill(f"whole-{number}", 5, "2024-01-05", 50))
        answer = client.post("/sandbox/records", bill(f"odd-{number}", 5, "2024-01-05", 50, currentTxn=odd))
        assert answer.status_code in (200, 400), answer.text
