"""Mistakes of people who write bodies by hand, in one member: a diagnostic with pointer, code and message each."""

from __future__ import annotations

import contextlib
import json
import random
from pathlib import Path
from typing import Any

import pytest

from targetexpr.targets import PayloadError, validate
from tests.targets.seed_request import PAYLOADS, PLATFORM, at, body, changed, errors


def test_the_seeds_own_request_is_without_errors() -> None:
    assert errors(body()) == []


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("create-*group.request.json")), ids=lambda path: path.stem)
def test_observed_requests_are_without_errors(path: Path) -> None:
    assert errors(json.loads(path.read_text(encoding="utf-8"))) == []


def test_a_target_name_of_201_characters() -> None:
    found = errors(changed("targets", 0, "name", to="x" * 201))
    assert at(found, "/targets/0/name").number == 310008
    assert errors(changed("targets", 0, "name", to="x" * 200)) == []


def test_a_group_name_of_201_characters_has_no_number() -> None:
    """TARGETS.md: 310008 is for target names only; our diagnostics never borrow a number of the platform."""
    assert at(validate(body(name="x" * 201)), "/name").number is None
    assert validate(body(name="x" * 200)) == validate(body())


def test_a_taken_name() -> None:
    assert at(errors(body(), taken_names=["streakTestt123"]), "/name").number == 310069
    assert at(errors(body(), taken_names=["STREAKTESTT123"]), "/name").number == 310069, "names are case-insensitive"
    assert errors(body(), taken_names=["another"]) == []


def test_levels_out_of_order_are_a_warning_of_the_user_interface() -> None:
    made = changed("streaks", 0, "targetCountOfSequence", to=2)
    made["streaks"][1]["targetCountOfSequence"] = 1
    found = [each for each in validate(made) if each.pointer.startswith("/streaks")]
    assert [(each.severity, each.number) for each in found] == [("warning", None)]


def test_a_level_above_the_number_of_cycles_is_a_warning() -> None:
    found = validate(changed("streaks", 1, "targetCountOfSequence", to=3))
    diagnostic = at(found, "/streaks/1/targetCountOfSequence")
    assert (diagnostic.severity, diagnostic.number) == ("warning", None)


def test_one_value_too_few() -> None:
    made = body()
    made["targets"][0]["defaultValues"].pop()
    found = [each for each in errors(made) if each.pointer.startswith("/targets/0/defaultValues")]
    assert len(found) == 1
    assert found[0].number is None


def test_a_period_ending_before_it_starts() -> None:
    found = errors(changed("periods", 1, "endDate", to="2023-11-17T00:00:00.000"))
    here = [each for each in found if each.pointer.startswith("/periods/1")]
    assert len(here) == 1
    assert here[0].number is None


def test_an_unknown_entity() -> None:
    diagnostic = at(errors(changed("targets", 0, "targetEntity", to="TRANSACTOIN")), "/targets/0/targetEntity")
    assert diagnostic.number == 300004
    assert "TRANSACTION" in diagnostic.message + (diagnostic.hint or "")


def test_an_unknown_filter_entity() -> None:
    found = errors(changed("targets", 0, "filters", 0, "entityType", to="SHOP"))
    assert at(found, "/targets/0/filters/0/entityType").number == 300004


@pytest.mark.parametrize(
    "text", ["currentTxn.value>", "currentTxn.vlaue>500", "currentTxn.value", "currentTxn.value>500)", ""]
)
def test_a_broken_expression(text: str) -> None:
    made = changed("targets", 0, "expression", to=text)
    del made["targets"][0]["expressionJson"]
    at(errors(made), "/targets/0/expression")


def test_an_expression_that_differs_from_its_json() -> None:
    """TARGETS.md: a warning on reading, with both texts."""
    found = validate(changed("targets", 0, "expression", to="currentTxn.value>600"))
    both = [
        each
        for each in found
        if "600" in each.message + (each.hint or "") and "500" in each.message + (each.hint or "")
    ]
    assert [each.severity for each in both] == ["warning"]


def test_a_line_item_rule_needs_the_entity_line_item() -> None:
    made = changed("targets", 0, "expression", to="currentLineItem.qty>=2")
    del made["targets"][0]["expressionJson"]
    at(errors(made), "/targets/0/expression")
    made["targets"][0]["targetEntity"] = "LINEITEM"
    assert errors(made) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("targets", 0, "defaultValues", 0, "defaultValue"), "many"),
        (("targets", 0, "defaultValues", 0, "defaultValue"), True),
        (("targets", 0, "defaultValues", 0, "defaultValue"), [1]),
        (("streaks", 0, "targetCountOfSequence"), "one"),
        (("streaks", 0, "targetCountOfSequence"), 1.5),
        (("totalPeriods",), "two"),
        (("preferredTillId",), "till"),
        (("active",), "maybe"),
        (("name",), 5),
        (("periods", 0, "startDate"), "tomorrow"),
        (("periods", 0, "startDate"), "2023-02-30"),
        (("periods",), "none"),
        (("targets", 0), "x"),
        (("targets", 0, "filters", 0, "entityIds"), "all"),
        (("trackingType",), "STREEK"),
        (("frequencyType",), "Fortnightly"),
        (("targetEvaluationType",), "ROLLING_WINDOW"),
        (("targetEvaluationType",), "CALENDAR_CYCLIC_WINDOW"),
    ],
)
def test_a_body_that_does_not_fit_the_model(path: tuple[str | int, ...], value: Any) -> None:
    """300004 is the number of a body that does not fit, and only of that."""
    pointer = "".join(f"/{step}" for step in path)
    found = errors(changed(*path, to=value))
    here = [each for each in found if each.pointer.startswith(pointer)]
    assert here, [(each.pointer, each.code) for each in found]
    assert {each.number for each in here} == {300004}
    assert {each.number for each in found if each.pointer != pointer and not each.pointer.startswith(pointer)} <= {None}


def test_levels_are_needed_by_a_streak_group() -> None:
    made = body()
    del made["streaks"]
    assert at(errors(made), "/streaks").number is None
    made = body()
    del made["streaks"][0]["targetCountOfSequence"]
    assert any(each.pointer.startswith("/streaks/0") for each in errors(made))


def test_extended_field_without_its_info() -> None:
    found = errors(changed("targets", 0, "targetType", to="EXTENDED_FIELD"))
    assert [each.number for each in found if each.pointer.startswith("/targets/0")] == [310094]


PAIRS = [
    ("POINTS", "SALES"),
    ("REWARDS", "COUNT"),
    ("EVENT", "SALES"),
    ("LINEITEM", "COUNT"),
    ("LINEITEM", "VISIT"),
    ("TRANSACTION", "EVENT_ATTRIBUTE"),
    ("TRANSACTION", "REGULAR_POINTS"),
    ("ALTERNATE_CURRENCIES", "SALES"),
]


@pytest.mark.parametrize(("entity", "kind"), PAIRS)
def test_a_pair_of_entity_and_type_that_is_not_supported(entity: str, kind: str) -> None:
    """target_api.md 5: the crossed-out and the blank cells are 310033."""
    made = changed("targets", 0, "targetEntity", to=entity)
    target = made["targets"][0]
    target |= {"targetType": kind, "expression": "true", "extendedFieldInfo": {"name": "x", "aggregateFunction": "SUM"}}
    del target["expressionJson"]
    assert 310033 in [each.number for each in errors(made)]


GOOD_PAIRS = [
    ("TRANSACTION", "SALES"),
    ("TRANSACTION", "GROSS_SALES"),
    ("TRANSACTION", "QUANTITY"),
    ("TRANSACTION", "COUNT"),
    ("TRANSACTION", "VISIT"),
    ("LINEITEM", "SALES"),
    ("LINEITEM", "GROSS_SALES"),
    ("LINEITEM", "QUANTITY"),
    ("EVENT", "COUNT"),
    ("EVENT", "VISIT"),
    ("POINTS", "REGULAR_POINTS"),
    ("REWARDS", "PROMOTIONAL_POINTS"),
    ("POINTS", "ALL_POINTS"),
]


@pytest.mark.parametrize(("entity", "kind"), GOOD_PAIRS)
def test_a_pair_that_is_documented(entity: str, kind: str) -> None:
    made = changed("targets", 0, "targetEntity", to=entity)
    made["targets"][0] |= {"targetType": kind, "expression": "true"}
    del made["targets"][0]["expressionJson"]
    if entity == "EVENT":
        made["targets"][0]["eventName"] = "goodNight"
    assert 310033 not in [each.number for each in validate(made)]


def test_a_leaderboard_needs_the_fixed_window() -> None:
    made = body(leaderboardEnabled=True, trackingType="DEFAULT", targetEvaluationType="CYCLIC_WINDOW")
    made |= {"frequencyType": "DAILY", "frequency": 10, "recurringCycles": 2}
    del made["streaks"]
    assert 310132 in [each.number for each in errors(made)]


@pytest.mark.parametrize("kind", ["STREAKS", "NON_CONTINUOUS_STREAKS"])
@pytest.mark.parametrize("window", ["CYCLIC_WINDOW", "PERIOD_AGNOSTIC_WINDOW"])
def test_streaks_of_either_kind_belong_to_the_fixed_window(kind: str, window: str) -> None:
    found = validate(body(trackingType=kind, targetEvaluationType=window))
    assert at(found, "/targetEvaluationType").number is None


def test_everything_is_reported_at_once() -> None:
    made = body()
    made["targets"][0]["name"] = "x" * 201
    made["targets"][0]["defaultValues"].pop()
    made["periods"][1]["endDate"] = "2023-11-10"
    made["targets"][0]["expression"] = "currentTxn.value>"
    del made["targets"][0]["expressionJson"]
    pointers = {each.pointer for each in errors(made)}
    for start in ("/targets/0/name", "/targets/0/defaultValues", "/periods/1", "/targets/0/expression"):
        assert any(each.startswith(start) for each in pointers), (start, pointers)


def test_only_documented_numbers_are_used() -> None:
    rng = random.Random(5)
    for _ in range(200):
        made = body()
        damage(made, rng)
        for each in validate(made):
            assert each.number is None or each.number in PLATFORM
            assert each.code
            assert each.message
            assert each.severity in ("error", "warning", "info")


def damage(made: Any, rng: random.Random) -> None:
    """Puts something that does not belong there at one to three places."""
    for _ in range(rng.randint(1, 3)):
        place = made
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                return
            key = rng.choice(keys)
            if isinstance(place[key], dict | list) and rng.random() < 0.8:
                place = place[key]
                continue
            place[key] = rng.choice(
                [None, -1, 0, 1e400, "x", "", [], {}, True, "9" * 5000, 10**30, "2023-13-45", "\ud800"]
            )
            break


@pytest.mark.parametrize("seed", range(8))
def test_damaged_bodies_give_findings_and_nothing_else(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(100):
        made = body()
        damage(made, rng)
        assert isinstance(validate(made), list)


@pytest.mark.parametrize("value", [None, 5, "text", [], {}, [1, 2], True])
def test_what_is_no_group_at_all(value: Any) -> None:
    with contextlib.suppress(PayloadError):
        assert errors(value)
