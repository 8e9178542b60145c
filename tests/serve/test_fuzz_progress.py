"""Stories at random over HTTP: after each step progress is what the library says of the same records.

Who takes part is worked out here, by days and lists of a few lines, from what was asked for and answered: neither the
sandbox's code nor its database is asked.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from targetexpr.targets import evaluate
from targetexpr.targets.model.json_values import read_json_value, write_json
from tests.sampling import sampled
from tests.serve.conftest import Client, bill, milestone, streak

ENDS = (date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31))
STARTS = (date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1))
KINDS = ("streak", "loose", "milestone", "cyclic", "agnostic")
CUSTOMERS = (1, 2, "x", 3)


class Part:
    """A customer's part as this test keeps it: a day or an instant for each bound, as they were asked for."""

    def __init__(self, since: date | datetime | None, until: date | datetime | None = None) -> None:
        self.since = since
        self.until = until

    def days(self) -> dict[str, str] | None:
        named = (("enrolledOn", self.since), ("unenrolledOn", self.until))
        return {name: day.isoformat() for name, day in named if day is not None} or None


class Story:
    """One sandbox and what it should say."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.client = Client()
        choice = self.chance.choice
        self.timezone = choice(["UTC", "Asia/Kolkata", "America/New_York"])
        self.zone = ZoneInfo(self.timezone)
        self.returns = choice([None, "IGNORE", "SAME_PERIOD", "NEXT_PERIOD"])
        self.kind, self.by_record = choice(KINDS), choice([False, True])
        self.fixed = self.kind not in ("cyclic", "agnostic")
        settings = {"timezone": self.timezone, "returns": self.returns, "returnBill": self.chance.random() < 0.3}
        assert self.client.put("/sandbox/settings", settings).status_code == 200
        self.records: list[dict[str, Any]] = []
        self.parts: dict[str, Part] = {}
        self.enrolled: set[str] = set()  # by a call, not by a record
        self.ids: dict[tuple[str, ...], int] = {}  # of rows and levels, as they were first shown
        self.now = datetime(2024, 1, 1, tzinfo=UTC)
        self.client.at("2024-01-01T00:00:00.000Z")
        made = self.client.made(self.group())
        self.group_id, self.target = made["id"], made["targets"][0]["id"]
        self.body: Any = read_json_value(self.client.get(f"/v3/targetGroups/{self.group_id}?includePeriods=true").text)

    def group(self) -> dict[str, Any]:
        made = streak("S") if self.kind in ("streak", "loose") else milestone("S")
        if self.kind == "loose":
            made["trackingType"] = "NON_CONTINUOUS_STREAKS"
        made["targets"][0]["enrolmentMethod"] = "TRANSACTION" if self.by_record else "IMPORT"
        if not self.fixed:
            window = "CYCLIC_WINDOW" if self.kind == "cyclic" else "PERIOD_AGNOSTIC_WINDOW"
            made |= {"targetEvaluationType": window, "frequencyType": "DAILY", "frequency": 10, "recurringCycles": 5}
            del made["periods"]
            made["targets"][0]["defaultValues"] = [{"defaultValue": 100}]
        return made

    # What happens

    def step(self) -> None:
        what = self.chance.random()
        if what < 0.5:
            self.feed()
        elif what < 0.7:
            day, hour = self.chance.randint(1, 28), self.chance.randint(0, 23)
            self.now = datetime(2024, self.chance.randint(1, 4), day, hour, tzinfo=UTC)
            self.client.at(self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
        elif what < 0.82:
            self.enrol(self.chance.choice(CUSTOMERS))
        elif what < 0.92:
            self.unenrol(self.chance.choice(CUSTOMERS))
        else:
            self.update()

    def update(self) -> None:
        """Another rule or value: whatever was fed counts by it from now on."""
        choice = self.chance.choice
        values = {"defaultValues": [{"defaultValue": choice([20, 100, 150])}] * (3 if self.fixed else 1)}
        body = choice([values, {"expression": choice(["true", "currentTxn.value>10", "currentTxn.value>50"])}])
        answer = self.client.put(f"/v3/targetGroups/{self.group_id}/targets/{self.target}", body)
        assert answer.status_code == 200, answer.text
        self.body = read_json_value(self.client.get(f"/v3/targetGroups/{self.group_id}?includePeriods=true").text)

    def feed(self) -> None:
        choice, number = self.chance.choice, self.chance.randint
        fed: list[dict[str, Any]] = []
        for _ in range(number(1, 4)):
            time = f"{choice(['00', '12', '23'])}:{choice(['00:00', '59:59'])}{choice(['', 'Z', '+05:30'])}"
            when = f"2024-0{number(1, 3)}-{number(1, 28):02d}T{time}"
            name, customer = f"r{number(1, 25)}", choice(CUSTOMERS[:3])
            if self.records and self.chance.random() < 0.1:  # the same instant and id for somebody, to the second
                again = choice(self.records)
                fed.append(again | {"customerId": customer, "currentTxn": {"value": choice([5, 60])}})
            elif self.chance.random() < 0.2:
                back = {"returnOf": f"r{number(1, 25)}", "returnBill": {"value": choice([20, 60])}}
                fed.append(bill(name, customer, when, choice([20, 60])) | {"type": "ReturnBill"} | back)
            else:
                fed.append(bill(name, customer, when, choice([5, 20, 60, 120.55, "bad"])))
        self.client.feed(*fed)
        self.records += fed

    def takes_part(self, customer: str, day: date) -> bool:
        part = self.parts.get(customer)
        if part is None:
            return self.by_record and customer in self.evaluated(None).customers
        if part.until is None:
            return True
        if not self.fixed:
            return isinstance(part.until, datetime) and self.now < part.until
        return next((end for end in ENDS if end >= day), day) < self.day(part.until)

    def day(self, when: date | datetime) -> date:
        return when.astimezone(self.zone).date() if isinstance(when, datetime) else when

    def enrol(self, customer: object) -> None:
        body: dict[str, Any] = {"customerId": customer}
        since: date | datetime = self.now
        if self.kind == "milestone":
            place = self.chance.randrange(3)
            body["periodName"], since = f"Cycle_{place + 1}", STARTS[place]
        reset = self.kind in ("streak", "loose") and self.chance.random() < 0.5
        if reset:
            body["resetStreakStatus"] = True
        answer = self.client.post(f"/v3/targetGroups/{self.group_id}/targets/{self.target}/enroll", body)
        name, day = str(customer), self.day(since)
        if self.takes_part(name, day):
            assert answer.json()["errors"][0]["code"] == 310119
            return
        before = self.parts.get(name)
        went_by = False
        if before is not None and not reset:
            until = self.day(before.until) if before.until is not None else day
            old = date.min if before.since is None else self.day(before.since)
            went_by = any(until <= end < day for end in ENDS)
            if not self.fixed or (went_by and any(old <= end < until for end in ENDS)):
                assert answer.json()["errors"][0]["reason"] == "enrolment-gap"
                return
        assert answer.status_code == 200, answer.text
        self.enrolled.add(name)
        goes_on = before is not None and not reset and not went_by
        self.parts[name] = Part(before.since if before is not None and goes_on else since)

    def unenrol(self, customer: object) -> None:
        body: dict[str, Any] = {"customerId": customer}
        until: date | datetime = self.now
        place = self.chance.randrange(3)
        if self.fixed and self.chance.random() < 0.5:
            body["periodName"], until = f"Cycle_{place + 1}", STARTS[place]
        answer = self.client.post(f"/v3/targetGroups/{self.group_id}/targets/{self.target}/unEnroll", body)
        name = str(customer)
        if answer.status_code == 200:
            assert self.takes_part(name, self.day(until))
            part = self.parts.get(name) or Part(None)
            self.parts[name] = Part(part.since, until)
            return
        error = answer.json()["errors"][0]
        known = name in self.parts or any(str(one["customerId"]) == name for one in self.records)
        over = "periodName" in body and ENDS[place] < self.day(self.now)
        wanted = 310011 if not known else None if over else 310126
        assert error["code"] == wanted, answer.text
        assert wanted != 310126 or not self.takes_part(name, self.day(until))

    # What it comes to

    def evaluated(self, enrolment: Any) -> Any:
        options: dict[str, Any] = {"timezone": self.timezone, "returns": self.returns, "enrolment": enrolment}
        return evaluate(self.body, self.records, now=self.now.isoformat(), **options)

    def check(self) -> None:
        listed = {name: part.days() for name, part in self.parts.items()}
        enrolment: Any = listed
        if self.by_record:
            enrolment = {**dict.fromkeys(self.evaluated(None).customers), **listed} if listed else None
        wanted = self.evaluated(enrolment)
        answer = self.client.get(f"/sandbox/targetGroups/{self.group_id}/progress").json()
        assert answer["data"] == json.loads(write_json(wanted.to_dict()))
        for customer in map(str, CUSTOMERS):
            self.check_customer(customer, wanted)

    def check_customer(self, customer: str, wanted: Any) -> None:
        answer = self.client.get(f"/v3/users/{customer}/targetGroups?includeInactive=true")
        if answer.status_code == 400:
            assert customer not in wanted.customers
            return
        groups = answer.json()["data"]["targetGroups"]
        assert len(groups) == (customer in wanted.customers)
        if not groups:
            return
        shown = json.loads(write_json(wanted.user_progress(customer)["data"]["targetGroups"][0]))
        assert list(without(groups[0]["targets"])) == list(without(shown["targets"]))
        assert list(without(groups[0].get("streaks", []))) == list(without(shown.get("streaks", [])))
        self.check_ids(customer, groups[0], wanted.customers[customer])
        told = self.client.get(f"/v3/users/{customer}/trackedTargetEvents/{self.target}?limit=100")
        events = told.json()["data"] if told.status_code == 200 else []
        periods = [one["id"] for one in self.body["data"].get("periods", [])]
        counted = [
            (record, periods[line.index] if self.fixed else None)
            for line in wanted.customers[customer].of("S target")
            for record, _ in line.contributions
        ]
        assert sorted((one["uniqueId"], str(one["periodId"])) for one in events) == sorted(
            (record, str(period)) for record, period in counted
        )
        assert [one["eventDate"] for one in events] == sorted(one["eventDate"] for one in events)

    def check_ids(self, customer: str, group: Any, wanted: Any) -> None:
        """There are ids where something counted and where the customer was enrolled; they stay, and no two agree."""
        counted = {line.period for line in wanted.of("S target") if line.contributions}
        part = self.parts.get(customer)
        for row in group["targets"]:
            there = row["periodRefCode"] in counted or (customer in self.enrolled and self.was_in(row, part))
            assert (row["targetId"] is not None) == there, row
            if there:
                self.stays((customer, row["targetName"], row["periodRefCode"]), row["targetId"])
        for level in group.get("streaks", []):
            assert (level["userStreakId"] is not None) == (bool(counted) or customer in self.enrolled)
            if level["userStreakId"] is not None:
                self.stays((customer, level["streakName"]), level["userStreakId"])
            (reached,) = (one for one in wanted.streak.levels if one.name == level["streakName"])
            row = (customer, "S target", reached.period)
            assert level.get("streakAchievedUserTargetId") == (self.ids[row] if reached.period else None)

    def was_in(self, row: Any, part: Part | None) -> bool:
        assert part is not None
        first, last = (row[name] and date.fromisoformat(row[name]) for name in ("periodStartDate", "periodEndDate"))
        after = part.since is None or last is None or self.day(part.since) <= last
        return after and (part.until is None or first < self.day(part.until))

    def stays(self, row: tuple[str, ...], shown: int) -> None:
        assert self.ids.setdefault(row, shown) == shown
        assert len(set(self.ids.values())) == len(self.ids)


def without(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows but for what only the sandbox knows: their ids, and when the customer was enrolled."""
    own = ("enrolledOn", "targetId", "userStreakId", "streakAchievedUserTargetId")
    for row in rows:
        yield {name: value for name, value in row.items() if name not in own}


def play(seed: int, steps: int) -> None:
    story = Story(seed)
    try:
        for _ in range(steps):
            story.step()
            story.check()
    finally:
        story.client.close()


@pytest.mark.parametrize("seed", sampled(range(40), keep=10))
def test_progress_over_http_is_that_of_the_library(seed: int) -> None:
    play(seed, 8)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(10))
def test_a_thousand_stories(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        play(seed, 15)
