"""What was fed is read back: by page, by customer, with what groups set aside of it and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.serve.conftest import Client, bill, by_record, milestone, problems

PATH = "/sandbox/records"


def page(client: Client, query: str = "") -> Any:
    answer = client.get(PATH + query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert list(body) == ["pagination", "data", "errors", "warnings"]
    assert body["errors"] == []
    return body


def aside(client: Client, query: str = "") -> list[tuple[object, object, object, object]]:
    """Record, target, reason and path of everything that is set aside on a page."""
    return [
        (entry["record"]["id"], one["target"], one["reason"], one["path"])
        for entry in page(client, query)["data"]
        for one in entry["setAside"]
    ]


def test_records_are_read_as_they_were_fed(client: Client) -> None:
    client.at("2024-01-20T10:00:00.000Z")
    texts = [
        '{"id": 5, "customerId": 77, "type": "TransactionAdd", "date": 1704448800000, "currentTxn": {"value": 1.50}}',
        '{"id": "é", "customerId": "ann", "type": "MyEvent", "date": "2024-01-05", "currentEvent": {"a": [1e3, null]}}',
        '{"id": "big", "customerId": 77, "type": "Other", "date": "2024-01-05", "note": %s}' % ("9" * 1000),
    ]  # fmt: skip
    answer = client.post(PATH, "[" + ",".join(texts) + "]")
    assert answer.status_code == 200, answer.text
    answer = client.get(PATH)
    assert all(text in answer.text for text in texts), "numbers as they were spelled"
    assert page(client)["pagination"] == {"limit": 10, "offset": 0, "total": 3}
    assert [entry["fedOn"] for entry in page(client)["data"]] == ["2024-01-20T10:00:00.000Z"] * 3
    assert [entry["record"]["id"] for entry in page(client, "?customerId=ann")["data"]] == ["é"]


def test_pages_are_in_the_order_of_feeding(client: Client) -> None:
    client.feed(*(bill(f"b{place}", place % 2, f"2024-01-{20 - place:02}", 50) for place in range(12)))
    body = page(client, "?limit=5&offset=2")
    assert body["pagination"] == {"limit": 5, "offset": 2, "total": 12}
    assert [entry["record"]["id"] for entry in body["data"]] == ["b10", "b11"]
    body = page(client, "?limit=4&offset=1&customerId=1")
    assert body["pagination"]["total"] == 6
    assert [entry["record"]["id"] for entry in body["data"]] == ["b9", "b11"]
    assert page(client, "?offset=9")["data"] == []


def test_what_was_set_aside_says_by_which_group_and_why(client: Client) -> None:
    client.at("2024-03-31T00:00:00Z")
    group = by_record(milestone())
    group["targets"].append(group["targets"][0] | {"name": "visits", "targetType": "VISIT", "expression": "true"})
    client.made(group)
    client.made(milestone("Nobody's"))
    back = {"type": "ReturnBill", "currentTxn": {}}
    client.feed(
        bill("good", 77, "2024-01-05", 50),
        bill("bad", 77, "2024-01-06", "much"),
        bill("good", 77, "2024-01-07", 70),
        bill("orphan", 77, "2024-01-08", 0, returnOf="none", **back),
        bill("vague", 77, "2024-01-09", 0, returnOf="good", returnBill={}, **back),
        bill("fine", 78, "2024-01-09", 50),
    )
    assert aside(client) == [
        ("bad", "Spring target", "data", "currentTxn.value"),
        ("good", None, "duplicate", "id"),
        ("orphan", None, "no-bill", "returnOf"),
        ("vague", "Spring target", "unstated", "returnBill"),
        ("vague", "visits", "unstated", "returnBill"),
    ]
    assert [entry["record"]["currentTxn"] for entry in page(client)["data"] if entry["setAside"]][1] == {"value": 70}
    entry = page(client)["data"][1]["setAside"][0]
    assert entry.keys() == {"targetGroupId", "target", "reason", "path", "message"}
    assert entry["targetGroupId"] == 1
    assert "currentTxn.value" in entry["message"]
    assert aside(client, "?customerId=78") == []
    reported = client.get("/sandbox/targetGroups/1/progress").json()["data"]["reported"]["records"]
    assert sorted((one["record"], one["reason"]) for one in reported) == sorted(
        (record, reason) for record, _, reason, _ in aside(client)
    )


def test_the_earliest_of_several_with_one_id_counts_whenever_it_came(client: Client) -> None:
    client.at("2024-03-31T00:00:00Z")
    client.made(by_record(milestone()))
    client.feed(bill("b", 77, "2024-01-07", 70))
    client.feed(bill("b", 77, "2024-01-05", 50))
    assert [len(entry["setAside"]) for entry in page(client)["data"]] == [1, 0]


def test_records_later_than_the_clock_are_not_looked_at_yet(client: Client) -> None:
    client.at("2024-01-01T00:00:00Z")
    client.made(by_record(milestone()))
    client.feed(bill("bad", 77, "2024-01-06", "much"))
    assert aside(client) == []
    client.at("2024-01-07T00:00:00Z")
    assert [one[0] for one in aside(client)] == ["bad"]


def test_every_group_is_asked(client: Client) -> None:
    client.at("2024-03-31T00:00:00Z")
    client.made(by_record(milestone("One")))
    client.made(by_record(milestone("Two")))
    client.feed(bill("bad", 77, "2024-01-06", "much"))
    assert [one[1] for one in aside(client)] == ["One target", "Two target"]
    client.put("/v3/targetGroups/1/targets/1", {"expression": "true", "targetType": "COUNT"})
    assert [one[1] for one in aside(client)] == ["Two target"], "the updated group reads no value"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?customerId=nobody", (310011, "no-user", None)),
        ("?customerId=a%20b", (310011, "user-id", None)),
        ("?limit=101", (300004, "wrong-parameter", None)),
        ("?offset=x", (300004, "wrong-parameter", None)),
        ("?customer=5", (300004, "unknown-parameter", None)),
    ],
)
def test_a_question_that_is_wrong(client: Client, query: str, wanted: tuple[object, object, object]) -> None:
    answer = client.get(PATH + query)
    assert (answer.status_code, problems(answer)) == (400, [wanted])


def test_half_a_character_is_answered_too(client: Client) -> None:
    record = '{"id": "s", "customerId": 5, "type": "TransactionAdd", "date": "2024-01-05", "note": "\\ud800"}'
    if client.post(PATH, record).status_code == 200:
        assert client.get(PATH).status_code == 200
        assert json.loads(client.get(PATH).text)["data"][0]["record"]["id"] == "s"
