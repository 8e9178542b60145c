"""The library and the naive evaluator agree; the order of records and the way they come make no difference."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from targetexpr.targets import TargetGroup, Tracker, evaluate
from tests.targets import naive
from tests.targets.generate import Case, case

QUICK = 300
SLOW = 20_000
CHUNK = 1_000


def published(made: Case, records: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    group = TargetGroup.model_validate(made.group)
    return evaluate(group, made.records if records is None else records, **made.options).to_dict()


def comparable(plain: dict[str, Any], expected: dict[str, Any], group: dict[str, Any]) -> dict[str, Any]:
    """The published form without what the naive evaluator has no opinion on.

    Those are the rows of periods that are inactive or outside a customer's enrolment, of inactive targets and of
    twins, and the path in a report of bad data.
    """
    fixed = group["targetEvaluationType"] == "FIXED_CALENDAR_WINDOW"
    counted = {each["name"] for each in group["targets"] if each["active"] and not naive.is_twin(each)}

    def rows(customer: str, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        told = expected["customers"].get(customer, {"targets": {}})["targets"]
        known = {each["period"] for theirs in told.values() for each in theirs}
        return [each for each in given if not fixed or each["period"] in known]

    customers = {}
    for customer, found in plain["customers"].items():
        unified, caps = found["unified"], found["caps"]
        customers[customer] = {
            "targets": {name: rows(customer, given) for name, given in found["targets"].items() if name in counted},
            "streak": found["streak"],
            "unified": None if unified is None else rows(customer, unified),
            "caps": None
            if caps is None
            else {name: rows(customer, given) for name, given in caps.items() if name in counted},
        }
    errors = sorted({(each[0], each[1]) for each in plain["reported"]["errors"]})
    reported = {name: plain["reported"][name] for name in ("duplicates", "orphan_returns")}
    return {"customers": customers, "reported": {**reported, "errors": [list(each) for each in errors]}}


def differences(mine: Any, theirs: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Where two plain values differ, with both."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in sorted(mine.keys() | theirs.keys()):
            if key not in mine or key not in theirs:
                yield f"{where}/{key}", key in mine, key in theirs
            else:
                yield from differences(mine[key], theirs[key], f"{where}/{key}")
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for place, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            yield from differences(one, other, f"{where}/{place}")
    elif mine != theirs or type(mine) is not type(theirs):
        yield where, mine, theirs


def check_agreement(seed: int) -> None:
    made = case(seed)
    expected = naive.evaluate(made.group, made.records, **made.options)
    found = list(differences(comparable(published(made), expected, made.group), expected, ""))
    assert not found, f"seed {seed}: where, the library's, the naive evaluator's: {found[:4]}"


def check_order(seed: int) -> None:
    made = case(seed)
    whole = published(made)
    rng = random.Random(seed)
    for _ in range(2):
        shuffled = list(made.records)
        rng.shuffle(shuffled)
        assert published(made, shuffled) == whole, f"seed {seed}"


def check_increments(seed: int) -> None:
    """One by one gives what all at once gives: at the end, and at a point on the way."""
    made = case(seed)
    tracker = Tracker(TargetGroup.model_validate(made.group), **made.options)
    half = len(made.records) // 2
    for number, record in enumerate(made.records):
        if number == half:
            assert tracker.result().to_dict() == published(made, made.records[:half]), f"seed {seed}, on the way"
        tracker.add(record)
    assert tracker.result().to_dict() == published(made), f"seed {seed}"


@pytest.mark.parametrize("start", range(0, QUICK, 50))
def test_the_library_agrees_with_the_naive_evaluator(start: int) -> None:
    for seed in range(start, start + 50):
        check_agreement(seed)


@pytest.mark.parametrize("start", range(0, 100, 50))
def test_the_order_of_records_makes_no_difference(start: int) -> None:
    for seed in range(start, start + 50):
        check_order(seed)


@pytest.mark.parametrize("start", range(0, 150, 50))
def test_one_by_one_is_all_at_once(start: int) -> None:
    for seed in range(start, start + 50):
        check_increments(seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100_000, 100_000 + SLOW, CHUNK))
def test_agreement_on_many_cases(start: int) -> None:
    for seed in range(start, start + CHUNK):
        check_agreement(seed)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(200_000, 203_000, CHUNK))
def test_order_and_increments_on_many_cases(start: int) -> None:
    for seed in range(start, start + CHUNK):
        check_order(seed)
        check_increments(seed)


def test_an_id_with_two_contents_counts_once_whatever_the_order() -> None:
    """TARGETS.md: an id seen twice counts once and is reported; the answer does not depend on the order."""
    for seed in range(60):
        made = case(seed)
        rng = random.Random(seed)
        doubles = [{**rng.choice(made.records), "id": each["id"]} for each in made.records[:4]]
        everything = [*made.records, *doubles]
        whole = published(made, everything)
        rng.shuffle(everything)
        assert published(made, everything) == whole, f"seed {seed}"
        tracker = Tracker(TargetGroup.model_validate(made.group), **made.options)
        for record in everything:
            tracker.add(record)
        assert tracker.result().to_dict() == whole, f"seed {seed}"


def test_the_cases_reach_what_they_are_meant_to_reach() -> None:
    """The generator is worth nothing when nobody ever achieves, returns, loses a level or is cut by a cap."""
    seen: dict[str, int] = {}

    def count(what: str, often: int = 1) -> None:
        seen[what] = seen.get(what, 0) + often

    for seed in range(1_000):
        made = case(seed)
        count(made.group["trackingType"])
        count(made.group["targetEvaluationType"])
        for target in made.group["targets"]:
            count(f"{target['targetEntity']} {target['targetType']}")
        answer = naive.evaluate(made.group, made.records, **made.options)
        for what, ids in answer["reported"].items():
            count(what, len(ids))
        for customer in answer["customers"].values():
            rows = [row for given in customer["targets"].values() for row in given]
            count("achieved", sum(row["achieved"] for row in rows))
            count("taken back", sum(change[1].startswith("-") for row in rows for change in row["contributions"]))
            count(
                "levels", sum(each["period"] is not None for each in (customer["streak"] or {"levels": []})["levels"])
            )
            count("unified achieved", sum(each["achieved"] for each in customer["unified"] or []))
            grants = [grant for given in (customer["caps"] or {}).values() for row in given for grant in row["grants"]]
            count("cut by a cap", sum(asked != granted for _, asked, granted in grants))
    assert len(seen) >= 30
    assert {what: often for what, often in seen.items() if often < 15} == {}
