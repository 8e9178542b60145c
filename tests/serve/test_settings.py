"""Settings: null goes back to the default; the time zone and what was fed on its clock go together."""

from __future__ import annotations

from typing import Any

import pytest

from targetexpr.serve import clock, feeding, records, sandbox_settings
from tests.serve.conftest import Client, bill, milestone, problems

DEFAULTS = {
    "ids": dict.fromkeys(sandbox_settings.KINDS, 1),
    "actor": None,
    "returnBill": False,
    "timezone": "UTC",
    "returns": None,
    "orgId": 0,
    "openUsers": True,
    "warnings": False,
}
OTHERS: dict[str, Any] = {
    "ids": {"group": 50, "ruleSet": 7},
    "actor": {"id": 5, "name": "till"},
    "returnBill": True,
    "timezone": "Asia/Kolkata",
    "returns": "IGNORE",
    "orgId": 7,
    "openUsers": False,
    "warnings": True,
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_null_goes_back_to_the_default(client: Client, name: str) -> None:
    for value in (OTHERS[name], None, None):
        answer = client.put("/sandbox/settings", {name: value})
        assert answer.status_code == 200, answer.text
        shown = answer.json()["data"]
        assert (shown == DEFAULTS) == (value is None)
    assert client.put("/sandbox/settings", dict.fromkeys(DEFAULTS)).json()["data"] == DEFAULTS


def test_ids_go_on_where_they_are_while_there_are_groups(client: Client) -> None:
    made = client.made(milestone())
    answer = client.put("/sandbox/settings", {"ids": None})
    assert answer.status_code == 200
    assert answer.json()["data"]["ids"]["group"] == made["id"] + 1


def test_the_zone_of_records_stays(client: Client) -> None:
    client.feed(bill("a", 1, "2024-01-05", 5))
    for same in ("UTC", None):
        assert client.put("/sandbox/settings", {"timezone": same}).status_code == 200
    assert problems(client.put("/sandbox/settings", {"timezone": "Asia/Kolkata"})) == [
        (None, "timezone-in-use", "/timezone")
    ]
    assert problems(client.put("/sandbox/settings", {"timezone": "Mars"})) == [(300004, "timezone", "/timezone")]


def test_a_zone_that_changes_while_records_are_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    read, changed = feeding._head, []

    def head(*given: Any) -> Any:
        if not changed:
            changed.append(True)
            with client.store.write() as rows:
                sandbox_settings.change(rows, {"timezone": "Asia/Kolkata"})
        return read(*given)

    monkeypatch.setattr(feeding, "_head", head)
    client.feed(bill("a", 1, "2024-01-01T00:00:00", 5))
    with client.store.read() as rows:
        assert rows.customers(records.microseconds(clock.FIRST.replace(year=2023, month=12, day=31, hour=18))) == set()
        wanted = clock.FIRST.replace(year=2023, month=12, day=31, hour=18, minute=30)
        assert rows.customers(records.microseconds(wanted)) == {"1"}


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [({"a/b": 1}, "/a~1b"), ({"ids": {"a/~b": 1}}, "/ids/a~1~0b"), ({"actor": {"~/": 1}}, "/actor/~0~1")],
)
def test_a_pointer_escapes_the_member_it_names(client: Client, settings: dict[str, Any], pointer: str) -> None:
    assert problems(client.put("/sandbox/settings", settings)) == [(300004, "unknown-member", pointer)]
