"""Nothing is imported or read while requests are answered: with no file descriptor left it could not be."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import asyncio, json, sys
import httpx
from targetexpr.serve import uvicorn_server
from targetexpr.serve.app import create_app
from targetexpr.serve.examples import BODIES
from targetexpr.serve.settings import Options
from targetexpr.serve.warm_up import warm_up

async def main():
    app = create_app(Options(log="none"))
    await warm_up(app)
    before = set(sys.modules)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sandbox") as client:
        await client.get("/nowhere")
        before = set(sys.modules)  # what the client itself needed
        opened = []

        def see(event, given):
            if event == "open" and not isinstance(given[0], int):  # what has a number was opened before
                opened.append(str(given[0]))

        sys.addaudithook(see)
        statuses = []
        for method, path, body in json.loads(sys.stdin.read()):
            sent = body if isinstance(body, str) else json.dumps(body)
            answer = await client.request(method, path, content=None if body is None else sent.encode())
            statuses.append(answer.status_code)
    print(json.dumps({"statuses": statuses, "imported": sorted(set(sys.modules) - before), "opened": opened}))

asyncio.run(main())
"""

GROUP = "/v3/targetGroups"
CONVERTER = "/loyalty/api/v1/workflows/expJSON/1/TransactionAdd"
RULES = [
    "currentTxn.value>500",
    "currentTxn.valu>500",
    "currentTxn.value>",
    "((currentTxn.value",
    'matches(currentTxn.number,"(")',
    'currentTxn.number.matches("a+")',
    'currentTxn.date>"2024-13-01"',
    "currentTxn.value>=5 AND currentTxn.value=<3",
    "true && (1==1 == true)",
    "\\ud800",
    "currentTxn.value>'5'",
    "nothing.at.all",
    'currentTxn.basketItems.filterItemsBySku("x").size()>0',
    'currentTxn.value + "a" > 3',
]


def requests() -> list[tuple[str, str, object]]:
    from targetexpr.serve.examples import BODIES

    group = {**BODIES["TargetGroup"], "name": "One"}
    streak = {
        **group,
        "name": "Two",
        "trackingType": "STREAKS",
        "streaks": [{"name": "s1", "targetCountOfSequence": 1}],
        "targets": [{**group["targets"][0], "name": "other", "enrolmentMethod": "TRANSACTION"}],
    }
    streak.pop("combinationType")
    record = BODIES["Record"]
    odd: list[object] = [
        {**record, "id": "b2", "date": "2024-01-05", "currentTxn": {"valeu": 5}},
        {**record, "id": "b3", "date": "never"},
        {**record, "id": "b4", "type": "ReturnBill", "returnOf": "b1", "currentTxn": {"value": 5.25}},
    ]
    asked: list[tuple[str, str, object]] = [
        ("GET", "/docs", None),
        ("GET", "/openapi.json", None),
        ("PUT", "/sandbox/settings", {"timezone": "Asia/Kolkata", "warnings": True}),
        ("PUT", "/sandbox/settings", {"timezone": "Asia/Kolkatta"}),
        ("PUT", "/sandbox/clock", {"now": "2024-01-03T09:00:00.000Z"}),
        ("POST", GROUP, group),
        ("POST", GROUP, group),
        ("POST", GROUP, streak),
        ("POST", GROUP, "{"),
        ("POST", GROUP, ""),
        ("POST", GROUP, '{"a": "\\ud800"}'),
        ("POST", GROUP, {**group, "name": 5, "targets": [{"eventName": "x", "targetType": "y"}], "period": []}),
        ("POST", f"{GROUP}/1/targets/1/enroll", {"customerId": 77, "periodName": "Cycle_1"}),
        ("POST", f"{GROUP}/1/targets/1/enroll", {"customerId": 78, "periodNam": "Cycle_1"}),
        ("POST", "/sandbox/records", record),
        *(("POST", "/sandbox/records", one) for one in odd),
        ("POST", "/sandbox/records", odd),
        ("POST", f"{GROUP}/isValidName", BODIES["NameCheck"]),
        ("POST", "/sandbox/clock/advance", {"days": 1}),
        ("GET", "/v3/users/77/targetGroups?includeInactive=true", None),
        ("GET", "/v3/users/77/trackedTargetEvents/1?limit=5", None),
        ("GET", "/v3/users/77/trackedTargetEvents/1?limits=5", None),
        ("GET", "/sandbox/records", None),
        ("GET", "/sandbox/targetGroups/1/progress", None),
        ("GET", "/sandbox/targetGroups/2/progress", None),
        ("PUT", f"{GROUP}/editTargetGroup/1", {"name": "Other"}),
        ("PUT", f"{GROUP}/1/targets/1", {"expression": "currentTxn.vale>100"}),
        ("PATCH", GROUP, None),
        ("GET", f"{GROUP}/99", None),
        ("DELETE", f"{GROUP}/1", None),
        ("POST", "/sandbox/reset", None),
    ]
    asked += [("POST", CONVERTER, {"exp": rule}) for rule in RULES]
    asked += [
        ("POST", GROUP, {**group, "name": rule, "targets": [{**group["targets"][0], "name": rule, "expression": rule}]})
        for rule in RULES
    ]
    return asked


def test_nothing_is_imported_or_read_while_requests_are_answered() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(requests()),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    said = json.loads(done.stdout)
    assert [name for name in said["imported"] if not name.startswith("tzdata.")] == []
    assert [name for name in said["opened"] if "zoneinfo" not in name and "tzdata" not in name] == []
    assert {200, 201, 400, 404, 405} <= set(said["statuses"])
    assert 500 not in said["statuses"]
