"""A sandbox in this process, in memory, and a client that speaks HTTP to it without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from targetexpr.serve.app import create_app
from targetexpr.serve.settings import Options
from targetexpr.serve.store import Store

PAYLOADS = Path(__file__).parent.parent / "data" / "payloads"
JSON = {"Content-Type": "application/json"}


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text(encoding="utf-8"))


def text(name: str) -> str:
    return (PAYLOADS / name).read_text(encoding="utf-8")


class Client:
    """Requests one after the other; a mistake in the server is an answer with status 500, never an exception here."""

    def __init__(self, options: Options | None = None) -> None:
        self.app = create_app(options or Options())
        self.store: Store = self.app.state.store
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://sandbox")

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._http.request(method, path, **more))

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def delete(self, path: str) -> httpx.Response:
        return self.ask("DELETE", path)

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self.ask("POST", path, content=_written(body), headers=JSON)

    def put(self, path: str, body: object = None) -> httpx.Response:
        return self.ask("PUT", path, content=_written(body), headers=JSON)

    def made(self, body: object) -> Any:
        """A group that is created, as it is answered."""
        answer = self.post("/v3/targetGroups", body)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    def at(self, now: object) -> None:
        """Sets the clock."""
        answer = self.put("/sandbox/clock", {"now": now})
        assert answer.status_code == 200, answer.text

    def feed(self, *records: object) -> None:
        """Feeds records that are in order."""
        answer = self.post("/sandbox/records", list(records))
        assert answer.status_code == 200, answer.text

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()
        self.store.close()


def _written(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    yield made
    made.close()


def milestone(name: str = "Spring", **more: Any) -> dict[str, Any]:
    """A milestone of three months, one target of 100 in each."""
    months = (("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-02-29"), ("2024-03-01", "2024-03-31"))
    return {
        "name": name,
        "trackingType": "DEFAULT",
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "totalPeriods": 3,
        "periods": [
            {"refCode": f"Cycle_{place}", "startDate": start, "endDate": end}
            for place, (start, end) in enumerate(months, 1)
        ],
        "targets": [
            {
                "name": f"{name} target",
                "targetEntity": "TRANSACTION",
                "targetType": "SALES",
                "expression": "currentTxn.value>10",
                "enrolmentMethod": "IMPORT",
                "defaultValues": [{"defaultValue": 100}] * 3,
            }
        ],
    } | more


def streak(name: str = "Months", **more: Any) -> dict[str, Any]:
    """The same months as a streak with levels of one and three."""
    levels = [{"name": f"{name}_{count}", "targetCountOfSequence": count} for count in (1, 3)]
    return milestone(name, trackingType="STREAKS", streaks=levels) | more


def bill(id: str, customer: object, date: str, value: object, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "customerId": customer,
        "type": "TransactionAdd",
        "date": date,
        "currentTxn": {"value": value},
    } | more


def problems(answer: httpx.Response) -> list[tuple[object, object, object]]:
    """Number, reason and pointer of every error; the rest of the envelope is as it must be."""
    body = answer.json()
    assert body.keys() == {"data", "errors", "warnings"}
    assert body["data"] is None
    assert answer.headers["content-type"] == "application/json"
    return [(one["code"], one["reason"], one.get("pointer")) for one in body["errors"]]


def rows(client: Client, user: object, query: str = "?includeInactive=true") -> list[tuple[object, ...]]:
    answer = client.get(f"/v3/users/{user}/targetGroups{query}")
    assert answer.status_code == 200, answer.text
    return [
        (one["periodRefCode"], one["targetAchievedValue"], one["targetAchievedDateTime"], one["currentPeriod"])
        for group in answer.json()["data"]["targetGroups"]
        for one in group["targets"]
    ]


def by_record(group: dict[str, Any]) -> dict[str, Any]:
    group["targets"][0]["enrolmentMethod"] = "TRANSACTION"
    return group


def levels(client: Client, user: object) -> list[tuple[object, ...]]:
    (group,) = client.get(f"/v3/users/{user}/targetGroups").json()["data"]["targetGroups"]
    return [(one["streakName"], one["status"], one["currentCount"]) for one in group["streaks"]]
