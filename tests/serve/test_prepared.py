"""Groups made ready are kept between requests, by their text: the answers are those of a fresh evaluation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from targetexpr.serve.cache import cached_by_text
from targetexpr.serve.group_rows import read_kept
from targetexpr.serve.progress import _prepared
from targetexpr.targets.evaluation import Tracker, evaluate
from targetexpr.targets.model.json_values import read_json_value, write_json
from targetexpr.targets.model.scalars import Number
from targetexpr.targets.progress.tracker import prepare
from tests.serve.conftest import PAYLOADS, Client, bill, milestone, streak, text

PATH = "/v3/users/5/targetGroups?includeInactive=true"

RECORDS = [
    bill("b1", 5, "2024-01-05T23:30:00Z", 60),
    bill("b2", 5, "2024-01-31T20:00:00Z", 70.25),
    bill("b3", 6, "2024-02-05", 500),
    bill("b4", 5, "2024-02-10", 100),
    bill("b4", 6, "2024-02-09", 1),
    bill("r", 5, "2024-02-20", 0) | {"type": "ReturnBill", "returnOf": "b1", "returnBill": {"value": 60}},
    bill("odd", 5, "2024-03-01", "much"),
]


def by_record(group: dict[str, Any]) -> dict[str, Any]:
    """Whoever has a record takes part."""
    group["targets"][0]["enrolmentMethod"] = "TRANSACTION"
    return group


def fresh(client: Client, id: int, timezone: str = "UTC") -> Any:
    """What `evaluate` says of the group as it reads now, with nothing kept from before."""
    group = client.get(f"/v3/targetGroups/{id}?includePeriods=true").json()["data"]
    now = client.get("/sandbox/clock").json()["data"]["now"]
    return json.loads(write_json(evaluate(group, RECORDS, now=now, timezone=timezone).to_dict()))  # type: ignore[arg-type]


def told(client: Client, id: int) -> Any:
    return client.get(f"/sandbox/targetGroups/{id}/progress").json()["data"]


@pytest.mark.parametrize("timezone", ["UTC", "Asia/Kolkata", "America/Los_Angeles"])
def test_the_answers_are_those_of_a_fresh_evaluation(client: Client, timezone: str) -> None:
    client.put("/sandbox/settings", {"timezone": timezone})
    groups = [by_record(milestone()), by_record(streak())]
    ids = [client.made(group)["id"] for group in groups]
    client.feed(*RECORDS)
    for now in ("2024-04-05T00:00:00Z", "2024-02-15T00:00:00Z", "2024-04-05T00:00:00Z"):
        client.at(now)
        first = client.get(PATH).text
        for _ in range(2):
            assert [told(client, one) for one in ids] == [fresh(client, one, timezone) for one in ids]
            assert client.get(PATH).text == first
        _prepared.cache_clear()
        read_kept.cache_clear()
        assert client.get(PATH).text == first


def test_another_clock_makes_another_answer(client: Client) -> None:
    """The same text on the clock of another time zone is made ready anew."""
    found = []
    for timezone in ("UTC", "Asia/Kolkata"):
        client.post("/sandbox/reset")
        client.put("/sandbox/settings", {"timezone": timezone})
        client.at("2024-04-05T00:00:00Z")
        made = client.made(by_record(milestone()))
        client.feed(*RECORDS)
        found.append(told(client, made["id"])["customers"]["5"])
    assert found[0] != found[1], "20:00 on 31 January in UTC is February in India"


def test_a_group_that_changed_is_made_ready_anew(client: Client) -> None:
    client.at("2024-04-05T00:00:00Z")
    made = client.made(by_record(milestone()))
    client.feed(*RECORDS)
    before = told(client, made["id"])
    target = by_record(milestone("More"))["targets"][0] | {"expression": "currentTxn.value>65"}
    assert client.post(f"/v3/targetGroups/{made['id']}/targets", target).status_code == 200
    after = told(client, made["id"])
    assert after == fresh(client, made["id"]) != before
    assert client.delete(f"/v3/targetGroups/{made['id']}").status_code == 200
    assert told(client, made["id"]) == after, "as it stood at its end"


def test_a_second_read_compiles_nothing_and_no_more_is_kept_than_there_is_room_for(client: Client) -> None:
    client.at("2024-04-05T00:00:00Z")
    for place in range(5):
        client.made(by_record(milestone(f"Group {place}")))
    client.feed(*RECORDS)
    _prepared.cache_clear()
    for misses in (5, 5):
        assert len(client.get(PATH).json()["data"]["targetGroups"]) == 5
        assert _prepared.cache_info().misses == misses
    assert _prepared.cache_info().max_size == 4 << 20
    assert read_kept.cache_info().max_size == 8 << 20


def test_large_groups_are_read_anew_and_take_no_room(client: Client) -> None:
    read_kept.cache_clear()
    for place in range(3):
        client.made(milestone(f"Large {place}", more=["x" * 10_000] * 10))
    client.made(by_record(milestone("Small")))
    assert len(client.get("/v3/targetGroups").json()["data"]) == 4
    assert read_kept.cache_info().size < 10_000


def test_what_was_not_used_for_longest_goes_first() -> None:
    made = []

    @cached_by_text(max_size=10)
    def double(text: str) -> str:
        made.append(text)
        return text * 2

    assert [double(text) for text in ("aaaa", "bbbb", "aaaa", "cccc", "aaaa", "bbbb")][-1] == "b" * 8
    assert made == ["aaaa", "bbbb", "cccc", "bbbb"]
    assert double.cache_info() == (2, 4, 10, 8)


def test_a_prepared_group_is_used_over_and_over_without_a_trace() -> None:
    ready = prepare(by_record(streak()))
    first = Tracker(ready)
    for record in RECORDS:
        first.add(record)
    assert first.result() == evaluate(by_record(streak()), RECORDS)
    assert Tracker(ready).result() == evaluate(by_record(streak()), [])


SPELLED = ["0", "-0", "7", "-12", "500.000", "1e2", "1E+2", "-0.0", "0.10", "123456789012345678901234567890", "1" * 40]


@pytest.mark.parametrize("spelling", SPELLED)
def test_numbers_that_were_kept_are_read_as_they_are_spelled(spelling: str) -> None:
    wanted, found = read_json_value(f'[{spelling}, "ä\\u0000\\n\\"", null, true]'), read_kept(f"[{spelling}, 0]")
    assert isinstance(wanted, list)
    assert isinstance(found, list)
    assert type(found[0]) is type(wanted[0])
    assert write_json(found[0]) == spelling
    assert not isinstance(found[0], Number) or found[0].quoted is False


@pytest.mark.parametrize("name", sorted(path.name for path in PAYLOADS.glob("*.json")))
def test_documents_that_were_kept_are_read_as_they_were_written(name: str) -> None:
    kept = write_json(read_json_value(text(name)), indent=None)
    assert read_kept(kept) == read_json_value(kept)
    assert write_json(read_kept(kept), indent=None) == kept
