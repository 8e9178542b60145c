"""The clock is set, advanced and let go; what a reset leaves."""

from __future__ import annotations

import json

import pytest

from tests.serve.conftest import JSON, Client, bill, by_record, milestone, problems, rows

PATH = "/v3/targetGroups/1/targets/1"


def test_the_clock_is_set_advanced_and_let_go(client: Client) -> None:
    client.at("2023-11-17T12:34:44.123+0530")
    assert client.get("/sandbox/clock").json()["data"] == {"now": "2023-11-17T07:04:44.123Z", "frozen": True}
    answer = client.post("/sandbox/clock/advance", {"weeks": 1, "hours": 25, "milliseconds": 7})
    assert answer.json()["data"] == {"now": "2023-11-25T08:04:44.130Z", "frozen": True}
    running = client.put("/sandbox/clock", {"now": "2030-01-01T00:00:00Z", "runs": True}).json()["data"]
    assert (running["now"][:19], running["frozen"]) == ("2030-01-01T00:00:00", False)
    assert client.post("/sandbox/clock/advance", {"days": 1}).json()["data"]["now"][:10] == "2030-01-02"
    assert client.delete("/sandbox/clock").json()["data"]["now"] < "2029"


@pytest.mark.parametrize(
    ("method", "path", "body", "wanted"),
    [
        ("PUT", "clock", {}, (300004, "not-a-date", "/now")),
        ("PUT", "clock", {"now": "soon"}, (300004, "not-a-date", "/now")),
        ("PUT", "clock", {"now": []}, (300004, "instants", "/now")),
        ("PUT", "clock", {"now": ["2024-01-02", "2024-01-01"]}, (300004, "instants", "/now")),
        ("PUT", "clock", {"now": ["2024-01-02", None]}, (300004, "not-a-date", "/now/1")),
        ("PUT", "clock", {"now": "9999-01-01"}, (300004, "clock-range", "/now")),
        ("PUT", "clock", {"now": "2024-01-01", "runs": 1}, (300004, "wrong-type", "/runs")),
        ("PUT", "clock", {"time": 1}, (300004, "unknown-member", "/time")),
        ("POST", "clock/advance", {}, (300004, "empty", "")),
        ("POST", "clock/advance", {"days": -1}, (300004, "wrong-type", "/days")),
        ("POST", "clock/advance", {"months": 1}, (300004, "unknown-member", "/months")),
        ("POST", "clock/advance", {"weeks": 999_999_999_999}, (300004, "clock-range", "/weeks")),
        ("POST", "clock/advance", {"weeks": 500_000}, (300004, "clock-range", "")),
        ("PUT", "settings", {"returns": "LATER"}, (300004, "returns", "/returns")),
        ("PUT", "settings", {"timezone": "Mars"}, (300004, "timezone", "/timezone")),
        ("PUT", "settings", {"timezone": 5}, (300004, "timezone", "/timezone")),
        ("PUT", "settings", {"returnBill": "yes"}, (300004, "wrong-type", "/returnBill")),
        ("PUT", "settings", {"orgId": -1}, (300004, "wrong-type", "/orgId")),
        ("PUT", "settings", {"actor": {"type": "ROBOT"}}, (300004, "unknown-name", "/actor/type")),
        ("PUT", "settings", {"actor": {"age": 1}}, (300004, "unknown-member", "/actor/age")),
        ("PUT", "settings", {"ids": {"group": 0}}, (300004, "wrong-type", "/ids/group")),
        ("PUT", "settings", {"ids": {"store": 1}}, (300004, "unknown-member", "/ids/store")),
        ("PUT", "settings", {"ids": []}, (300004, "wrong-type", "/ids")),
        ("PUT", "settings", {"color": 1}, (300004, "unknown-member", "/color")),
    ],
)
def test_settings_that_do_not_fit(
    client: Client, method: str, path: str, body: object, wanted: tuple[object, object, object]
) -> None:
    before = client.get("/sandbox/settings").json()
    answer = client.ask(method, f"/sandbox/{path}", content=json.dumps(body), headers=JSON)
    assert (answer.status_code, problems(answer)) == (400, [wanted])
    assert client.get("/sandbox/settings").json() == before


def test_settings_change_evaluation(client: Client) -> None:
    client.put("/sandbox/settings", {"timezone": "Asia/Kolkata", "returns": "IGNORE"})
    client.made(by_record(milestone()))
    client.at("2024-02-10T00:00:00Z")
    back = {
        "id": "r",
        "customerId": 1,
        "type": "ReturnBill",
        "date": "2024-02-02",
        "returnOf": "b",
        "returnBill": {"value": 9},
    }
    client.feed(bill("b", 1, "2024-01-31T20:00:00Z", 150), back)
    assert rows(client, 1)[1] == ("Cycle_2", 150, "2024-02-01T01:30:00.000+0530", True)
    answer = client.put("/sandbox/settings", {"timezone": "UTC"})
    assert problems(answer) == [(None, "timezone-in-use", "/timezone")]


def test_a_reset_begins_anew(client: Client) -> None:
    client.put("/sandbox/settings", {"orgId": 7})
    client.at("2024-01-01T00:00:00Z")
    client.made(milestone())
    client.feed(bill("b", 1, "2024-01-01", 5))
    answer = client.post("/sandbox/reset?keepSettings=true")
    assert answer.json()["data"] == {"status": "ok", "groups": 0, "users": 0, "records": 0}
    assert client.get("/sandbox/settings").json()["data"]["orgId"] == 7
    assert client.made(milestone())["id"] == 1
    client.post("/sandbox/reset")
    assert client.get("/sandbox/settings").json()["data"]["orgId"] == 0
    assert client.get("/sandbox/clock").json()["data"]["frozen"] is False
