"""The evaluation of a request has its time: looked at between records, customers and groups, and answered clearly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest

from targetexpr.serve import deadline
from targetexpr.serve.settings import Options
from targetexpr.targets.evaluation import Tracker
from tests.serve.conftest import Client, bill, by_record, milestone, problems

EVALUATED = [
    "/v3/users/5/targetGroups?includeInactive=true",
    "/v3/users/5/trackedTargetEvents/1",
    "/sandbox/records",
    "/sandbox/targetGroups/1/progress",
]
OTHERS = ["/v3/targetGroups", "/v3/targetGroups/1", "/sandbox/health", "/sandbox/clock", "/openapi.json"]


@pytest.fixture
def filled() -> Iterator[Client]:
    """A group that everybody with a record takes part in; a request has 40 seconds."""
    with closing(Client(Options(deadline=40))) as made:
        made.made(by_record(milestone()))
        made.at("2024-02-15T00:00:00Z")
        yield made


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock takes a second."""
    monkeypatch.setattr(deadline, "monotonic", count().__next__)


@pytest.mark.usefixtures("steps")
@pytest.mark.parametrize("path", EVALUATED)
def test_what_takes_too_long_is_stopped_and_told(filled: Client, path: str) -> None:
    filled.feed(*(bill(f"b{number}", 5, "2024-01-05", 50) for number in range(5)))
    assert filled.get(path).status_code == 200
    filled.feed(*(bill(f"c{number}", 5, "2024-01-05", 50) for number in range(100)))
    answer = filled.get(path)
    assert (answer.status_code, problems(answer)) == (503, [(None, "deadline", None)])
    (told,) = answer.json()["errors"]
    assert "longer than 40 seconds" in told["message"]
    assert "--deadline" in told["hint"]
    assert "retry-after" not in answer.headers, "asking again takes as long"
    for other in OTHERS:
        assert filled.get(other).status_code == 200


@pytest.mark.usefixtures("steps")
def test_it_stops_between_records(filled: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.feed(*(bill(f"b{number}", 5, "2024-01-05", 50) for number in range(200)))
    taken, take = [], Tracker.take

    def counted(tracker: Tracker, head: object, record: object) -> None:
        taken.append(1)
        take(tracker, head, record)  # type: ignore[arg-type]

    monkeypatch.setattr(Tracker, "take", counted)
    assert filled.get("/sandbox/targetGroups/1/progress").status_code == 503
    assert 0 < len(taken) < 40


@pytest.mark.usefixtures("steps")
def test_it_stops_between_groups() -> None:
    with closing(Client(Options(deadline=100))) as client:
        client.at("2024-02-15T00:00:00Z")
        client.feed(bill("b1", 5, "2024-01-05", 50))
        for number in range(30):
            client.made(by_record(milestone(f"Group {number}")))
        assert client.get("/v3/users/5/targetGroups").status_code == 503
        assert client.get("/sandbox/targetGroups/1/progress").status_code == 200


def test_it_stops_between_customers(filled: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.feed(*(bill(f"b{number}", number, "2024-01-05", 50) for number in range(100)))
    result = Tracker.result

    def late(tracker: Tracker, *given: object, **more: object) -> object:
        monkeypatch.setattr(deadline, "monotonic", lambda: float("inf"))  # the records are done in time
        return result(tracker, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Tracker, "result", late)
    answer = filled.get("/sandbox/targetGroups/1/progress")
    assert (answer.status_code, problems(answer)) == (503, [(None, "deadline", None)])


@pytest.mark.usefixtures("steps")
def test_a_write_that_is_stopped_leaves_nothing(filled: Client) -> None:
    """A balance of 0 is refused where records count already, which takes an evaluation."""
    filled.feed(*(bill(f"b{number}", 6, "2024-01-05", 50) for number in range(100)))
    filled.made(milestone("Other"))
    sent = {"customerId": 6, "periodName": "Cycle_1", "initialBalance": 0}
    answer = filled.post("/v3/targetGroups/2/targets/2/enroll", sent)
    assert (answer.status_code, problems(answer)) == (503, [(None, "deadline", None)])
    with filled.store.read() as rows:
        assert rows.participation(2, "6") is None


def test_real_time(filled: Client) -> None:
    with closing(Client(Options(deadline=0.001))) as client:
        client.made(by_record(milestone()))
        client.at("2024-02-15T00:00:00Z")
        client.feed(*(bill(f"b{number}", 5, "2024-01-05", 50) for number in range(3000)))
        assert client.get("/sandbox/targetGroups/1/progress").status_code == 503
    filled.feed(bill("b", 5, "2024-01-05", 50))
    assert filled.get("/sandbox/targetGroups/1/progress").status_code == 200


def test_the_document_tells(client: Client) -> None:
    described = client.get("/openapi.json").json()["paths"]["/sandbox/targetGroups/{groupId}/progress"]["get"]
    assert "--deadline" in described["responses"]["503"]["description"]
