"""Answers about progress are kept, and nobody can tell: they are always those of a sandbox that keeps none."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from targetexpr.serve import user_progress
from targetexpr.serve.kept_progress import KeptPages
from targetexpr.serve.settings import Options
from targetexpr.serve.store import Store
from targetexpr.serve.user_progress import ProgressFilter, progress_of
from tests.sampling import sampled
from tests.serve.conftest import Client, bill, by_record, milestone, streak

USERS = (1, 2, "x")
OTHERS = ("?includeInactive=false", "", "?targetRuleId=2")
ALL = "?includeInactive=true&includeInactiveTargets=true"


def read(client: Client, user: object = 7, query: str = ALL) -> str:
    answer = client.get(f"/v3/users/{user}/targetGroups{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """Says which groups were evaluated for a user's progress since it was asked last."""
    done: list[int] = []
    evaluate = user_progress.of_customer

    def counted(row: Any, *more: Any) -> Any:
        done.append(row.id)
        return evaluate(row, *more)

    def since() -> list[int]:
        found = [*done]
        done.clear()
        return found

    monkeypatch.setattr(user_progress, "of_customer", counted)
    return since


def cyclic(name: str, window: str = "CYCLIC_WINDOW", days: int = 10) -> dict[str, Any]:
    made = milestone(name)
    made |= {"targetEvaluationType": window, "frequencyType": "DAILY", "frequency": days, "recurringCycles": 5}
    del made["periods"]
    made["targets"][0]["defaultValues"] = [{"defaultValue": 100}]
    return made


def test_only_what_changed_is_evaluated(client: Client, evaluations: Callable[[], list[int]]) -> None:
    client.at("2024-02-15T00:00:00Z")
    for name in ("One", "Two", "Three"):
        client.made(by_record(milestone(name)))
    client.feed(bill("a", 7, "2024-01-05", 50), bill("b", 8, "2024-01-05", 50))
    first = read(client)
    assert evaluations() == [1, 2, 3]
    assert read(client) == first
    client.feed(bill("c", 8, "2024-01-06", 50))
    assert read(client) == first
    assert evaluations() == [], "neither a second read nor another customer's record"
    client.feed(bill("d", 7, "2024-01-06", 60))
    assert read(client) != first
    assert evaluations() == [1, 2, 3]
    client.put("/v3/targetGroups/2/targets/2", {"expression": "currentTxn.value>55"})
    changed = read(client)
    assert evaluations() == [2]
    client.post("/v3/targetGroups/3/targets/3/unEnroll", {"customerId": 7, "periodName": "Cycle_3"})
    assert read(client) == changed, "the third period is to come"
    assert evaluations() == [3]
    client.delete("/v3/targetGroups/1")
    read(client)
    assert evaluations() == [1]
    client.put("/sandbox/settings", {"orgId": 5})
    assert '"orgId": 5' in read(client)
    assert evaluations() == [1, 2, 3]


def test_the_hour_changes_nothing_the_day_does(client: Client, evaluations: Callable[[], list[int]]) -> None:
    client.put("/sandbox/settings", {"timezone": "Asia/Kolkata"})
    client.at("2024-01-31T00:00:00+05:30")
    client.made(by_record(milestone()))
    client.feed(bill("a", 7, "2024-01-05T00:00:00Z", 50), bill("late", 7, "2024-02-10T10:00:00Z", 70))
    january = read(client)
    evaluations()
    client.at("2024-01-31T23:59:59.999+05:30")
    assert read(client) == january
    assert evaluations() == []
    client.at("2024-02-01T00:00:00+05:30")
    assert read(client) != january, "February has begun"
    client.at("2024-02-10T09:59:59.999Z")
    before = read(client)
    client.at("2024-02-10T10:00:00Z")
    assert read(client) != before, "the record lies behind the clock now"
    assert evaluations() == [1, 1, 1]
    client.at("2024-01-31T12:00:00+05:30")
    assert read(client) == january, "a clock that is put back"


def test_cycles_end_at_their_instant(client: Client, evaluations: Callable[[], list[int]]) -> None:
    client.at("2024-01-15T09:30:00Z")
    client.made(by_record(cyclic("Ten days")))
    client.feed(bill("a", 7, "2024-01-05T10:15:00Z", 50))
    first = read(client)
    client.at("2024-01-15T10:14:59.999Z")
    assert read(client) == first
    assert evaluations() == [1]
    client.at("2024-01-15T10:15:00Z")
    second = read(client)
    assert second.count('"periodRefCode"') == first.count('"periodRefCode"') + 1
    client.at("2024-01-15T23:00:00Z")
    assert read(client) == second
    assert evaluations() == [1]


def test_a_clock_that_runs(client: Client, evaluations: Callable[[], list[int]]) -> None:
    """Only a midnight between two reads would make it two evaluations."""
    client.made(by_record(cyclic("Long", days=400)))
    client.feed(bill("a", 7, "2024-01-05T10:15:00Z", 50))
    client.put("/sandbox/clock", {"now": "2024-01-15T09:30:00Z", "runs": True})
    assert read(client) == read(client)
    assert evaluations() == [1]


def test_after_a_reset_the_same_story_has_new_ids(client: Client) -> None:
    found = []
    for _ in range(2):
        client.post("/sandbox/reset")
        client.at("2024-02-15T00:00:00Z")
        client.made(by_record(milestone()))
        client.feed(bill("a", 7, "2024-01-05", 50))
        (group,) = client.get("/v3/users/7/targetGroups").json()["data"]["targetGroups"]
        found.append([one["targetId"] for one in group["targets"]])
    first, second = found
    assert first[0] is not None
    assert second[0] > first[0]
    client.store.pages.clear()
    (group,) = client.get("/v3/users/7/targetGroups").json()["data"]["targetGroups"]
    assert [one["targetId"] for one in group["targets"]] == second


def test_after_a_reset_other_records_with_the_same_ids(client: Client) -> None:
    found = []
    for value in (50, 60):
        client.post("/sandbox/reset")
        client.at("2024-02-15T00:00:00Z")
        client.made(by_record(milestone()))
        client.feed(bill("a", 7, "2024-01-05", value))
        found.append(read(client))
    assert [text.count('"targetAchievedValue": 60.000') for text in found] == [0, 1]


def test_who_changed_a_group_and_when_is_told(client: Client) -> None:
    client.at("2024-02-15T00:00:00Z")
    client.made(by_record(milestone()))
    client.feed(bill("a", 7, "2024-01-05", 50))
    assert '"lastUpdatedOn": "2024-02-15T00:00:00.000+0000"' in read(client)
    client.at("2024-02-15T01:00:00Z")
    assert client.put("/v3/targetGroups/1/targets/1", {"expression": "currentTxn.value>11"}).status_code == 200
    assert '"lastUpdatedOn": "2024-02-15T01:00:00.000+0000"' in read(client)


def test_what_another_process_writes_is_seen(tmp_path: Path) -> None:
    options = Options(database=str(tmp_path / "a.sqlite3"))
    with closing(Client(options)) as one, closing(Client(options)) as other:
        one.at("2024-02-15T00:00:00Z")
        one.made(by_record(milestone()))
        one.feed(bill("a", 7, "2024-01-05", 50))
        first = read(one)
        other.feed(bill("b", 7, "2024-01-06", 60))
        assert read(one) == read(other) != first


def test_no_more_is_kept_than_there_is_room_for(client: Client, evaluations: Callable[[], list[int]]) -> None:
    client.at("2024-02-15T00:00:00Z")
    client.made(by_record(milestone()))
    client.feed(*(bill(f"b{user}", user, "2024-01-05", 50) for user in range(9)))
    size = len(read(client, 0))
    client.store.pages = KeptPages(max_size=4 * size)
    for user in range(9):
        read(client, user)
    assert 0 < client.store.pages.size <= 4 * size
    evaluations()
    read(client, 8)
    assert evaluations() == [], "used last"
    read(client, 0)
    assert evaluations() == [1], "used longest ago"
    client.store.pages = KeptPages(max_size=10)
    assert len(read(client, 0)) == size
    assert client.store.pages.size == 0, "larger than all the room"


def test_a_group_that_cannot_be_evaluated_is_told_of_each_time(client: Client) -> None:
    client.at("2024-02-15T00:00:00Z")
    client.made(by_record(milestone("Whole")))
    client.made(by_record(milestone("Broken")))
    with client.store.write() as rows:
        row = rows.group(2)
        assert row is not None
        rows.change_group(row._replace(body=row.body.replace("currentTxn.value>10", "currentTxn.valu>10")))
    client.feed(bill("a", 7, "2024-01-05", 50))
    first = client.get("/v3/users/7/targetGroups").json()
    assert [one["reason"] for one in first["warnings"]] == ["not-evaluated"]
    assert [one["name"] for one in first["data"]["targetGroups"]] == ["Whole"]
    assert client.get("/v3/users/7/targetGroups").json() == first


def test_many_threads_read_while_records_come() -> None:
    client = Client()
    client.at("2024-04-05T00:00:00Z")
    for place in range(3):
        client.made(by_record(milestone(f"Group {place}")))
    client.feed(bill("first", 7, "2024-01-05", 50))
    store, wanted = client.store, ProgressFilter(every_cycle=True)

    def reading(_: int) -> set[str]:
        return {progress_of(store, "7", wanted)[0] for _ in range(30)}

    with ThreadPoolExecutor(4) as pool:
        reads = [pool.submit(reading, place) for place in range(4)]
        for place in range(20):
            client.feed(bill(f"b{place}", 7, "2024-01-06", 20))
        seen = set[str]().union(*(one.result() for one in reads))
    final, _ = progress_of(store, "7", wanted)
    store.pages.clear()
    assert progress_of(store, "7", wanted)[0] == final
    assert '"targetAchievedValue": 450.000' in final
    assert len(seen) <= 21
    client.close()


# Against a sandbox that keeps nothing


class Story:
    """Two sandboxes with one database, and one that keeps no answers: all of them are told and asked the same."""

    def __init__(self, seed: int, folder: Path, stack: ExitStack) -> None:
        self.chance = random.Random(seed)
        options = Options(database=str(folder / "a.sqlite3"))
        self.keeping = [stack.enter_context(closing(Client(options))) for _ in range(2)]
        self.plain = stack.enter_context(closing(Client()))
        self.plain.store.pages = KeptPages(max_size=0)
        timezone = self.chance.choice(["UTC", "Asia/Kolkata", "America/New_York"])
        self.ask("PUT", "/sandbox/settings", {"timezone": timezone, "returnBill": self.chance.random() < 0.3})
        self.begin()

    def begin(self) -> None:
        """Always with one of three groups and one of two records: after a reset it may be the very same story."""
        self.now = datetime(2024, 1, 20, tzinfo=UTC)
        self.set_clock()
        self.made = 0
        self.make(self.chance.choice([milestone, streak, cyclic]))
        self.records = [bill("r1", 1, "2024-01-15T12:30:00Z", self.chance.choice([20, 60]))]
        self.ask("POST", "/sandbox/records", self.records)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        asked = self.plain.ask(method, path, json=body) if body is not None else self.plain.ask(method, path)
        one = self.keeping[method != "GET" and self.chance.random() < 0.3]
        answer = one.ask(method, path, json=body) if body is not None else one.ask(method, path)
        assert (answer.status_code, answer.text) == (asked.status_code, asked.text), (method, path, body)
        assert answer.headers.get("Sandbox-Warnings") == asked.headers.get("Sandbox-Warnings")
        return answer

    def step(self) -> None:
        what = (
            self.feed,
            self.move,
            self.take_part,
            self.update,
            self.update_periods,
            self.make,
            self.settings,
            self.stop,
            self.reset,
        )
        self.chance.choices(what, (25, 40, 15, 6, 4, 4, 4, 3, 4))[0]()
        self.ask("GET", f"/v3/users/{self.chance.choice(USERS)}/targetGroups{self.chance.choice(OTHERS)}")
        for user in USERS:
            self.ask("GET", f"/v3/users/{user}/targetGroups{ALL}")

    # What happens

    def feed(self) -> None:
        choice, number = self.chance.choice, self.chance.randint
        fed = []
        for _ in range(number(1, 3)):
            when = f"2024-0{number(1, 2)}-{number(1, 28):02d}T{choice(['00:00:00', '12:30:00', '23:59:59'])}Z"
            name, user = f"r{number(1, 20)}", choice(USERS)
            if self.records and self.chance.random() < 0.1:
                fed.append(choice(self.records) | {"customerId": user})
            elif self.chance.random() < 0.2:
                back = {"returnOf": f"r{number(1, 20)}", "returnBill": {"value": choice([20, 60])}}
                fed.append(bill(name, user, when, 60) | {"type": "ReturnBill"} | back)
            else:
                fed.append(bill(name, user, when, choice([5, 20, 60, 120.55, "bad"])))
        self.ask("POST", "/sandbox/records", fed)
        self.records += fed

    def move(self) -> None:
        """To any time, on by hours, or to where something may change: a record, the end of a cycle of ten days."""
        choice = self.chance.choice
        what = self.chance.random()
        if what < 0.3:
            self.now = datetime(2024, self.chance.randint(1, 4), self.chance.randint(1, 28), tzinfo=UTC)
        elif what < 0.6 or not self.records:
            self.now += timedelta(hours=choice([-30, -5, -1, 1, 5, 20]))
        else:
            at = datetime.fromisoformat(choice(self.records)["date"])
            self.now = at + timedelta(days=choice([0, 0, 10, 20]), milliseconds=choice([-1, 0, 1]))
        self.set_clock()

    def set_clock(self) -> None:
        self.ask("PUT", "/sandbox/clock", {"now": self.now.isoformat(timespec="milliseconds")})

    def target(self) -> tuple[int, int]:
        """A group and its target, which may not be there any more."""
        return (place := self.chance.randint(1, max(self.made, 1))), place

    def take_part(self) -> None:
        group, target = self.target()
        body: dict[str, Any] = {"customerId": self.chance.choice(USERS)}
        if self.chance.random() < 0.5:
            body["periodName"] = f"Cycle_{self.chance.randint(1, 3)}"
        elif self.chance.random() < 0.3:
            body["resetStreakStatus"] = True
        call = self.chance.choice(["enroll", "unEnroll"])
        self.ask("POST", f"/v3/targetGroups/{group}/targets/{target}/{call}", body)

    def update(self) -> None:
        group, target = self.target()
        values = {"defaultValues": [{"defaultValue": self.chance.choice([20, 100, 150])}] * 3}
        body = self.chance.choice([values, {"expression": self.chance.choice(["true", "currentTxn.value>50"])}])
        self.ask("PUT", f"/v3/targetGroups/{group}/targets/{target}", body)

    def update_periods(self) -> None:
        group, _ = self.target()
        last = (group - 1) * 3 + 3  # ids go on from group to group
        self.ask("PUT", f"/v3/targetGroups/{group}/targetPeriods", [{"id": last, "endDate": "2024-03-25"}])

    def make(self, kind: Callable[[str], dict[str, Any]] | None = None) -> None:
        name = f"Group {self.made}"
        kinds = (
            milestone,
            lambda name: milestone(name, trackingType="CAPPING"),
            streak,
            lambda name: streak(name, trackingType="NON_CONTINUOUS_STREAKS"),
            cyclic,
            lambda name: cyclic(name, "PERIOD_AGNOSTIC_WINDOW"),
        )
        group = (kind or self.chance.choice(kinds))(name)
        if kind is not None or self.chance.random() < 0.7:
            by_record(group)
        if self.ask("POST", "/v3/targetGroups", group).status_code == 201:
            self.made += 1

    def settings(self) -> None:
        choice = self.chance.choice
        changed = [{"returns": choice([None, "IGNORE", "NEXT_PERIOD"])}, {"orgId": choice([0, 5])}, {"warnings": True}]
        self.ask("PUT", "/sandbox/settings", choice(changed))

    def stop(self) -> None:
        group, _ = self.target()
        self.ask("DELETE", f"/v3/targetGroups/{group}")

    def reset(self) -> None:
        self.ask("POST", "/sandbox/reset?keepSettings=true")
        self.begin()


def play(seed: int, steps: int, folder: Path) -> None:
    with ExitStack() as stack:
        story = Story(seed, folder, stack)
        for _ in range(steps):
            story.step()


@pytest.mark.parametrize("seed", sampled(range(40), keep=2))
def test_kept_answers_are_those_of_a_sandbox_that_keeps_none(seed: int, tmp_path: Path) -> None:
    play(seed, 25, tmp_path)


def test_the_store_of_each_sandbox_has_answers_of_its_own() -> None:
    one, other = Store(), Store()
    assert one.pages is not other.pages
    one.close()
    other.close()
