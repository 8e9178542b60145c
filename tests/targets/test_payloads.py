"""The observed payloads read and write back equal, and the seed's request gives the seed's answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from targetexpr.targets import TargetGroup, dump, parse_group, parse_payload, respond

PAYLOADS = Path(__file__).parent.parent / "data" / "payloads"
GROUPS = (
    "create-behavioural-visit-group.request",
    "create-streak-group.request",
    "create-streak-group.response",
    "get-group.response",
)


def load(text: str) -> Any:
    """JSON with numbers as they are spelled: 500.000 is another document than 500."""
    return json.loads(
        text, parse_float=lambda spelled: ("number", spelled), parse_int=lambda spelled: ("number", spelled)
    )


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_every_payload_reads_and_writes_back_equal(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    written = dump(parse_payload(text))
    assert load(written) == load(text)
    assert written == dump(parse_payload(written))


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_members_keep_their_order(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    def keys(value: Any) -> Any:
        if isinstance(value, dict):
            return [(key, keys(member)) for key, member in value.items()]
        return [keys(item) for item in value] if isinstance(value, list) else None

    assert keys(json.loads(dump(parse_payload(text)))) == keys(json.loads(text))


def test_ten_payloads_are_there() -> None:
    assert len(list(PAYLOADS.glob("*.json"))) == 10


@pytest.mark.parametrize("name", GROUPS)
def test_groups_of_requests_answers_and_reads_are_the_same_models(name: str) -> None:
    text = (PAYLOADS / f"{name}.json").read_text(encoding="utf-8")
    document = json.loads(text)
    body = document.get("data", document)
    group = parse_group(text)
    assert type(group) is TargetGroup
    assert load(dump(group)) == load(text).get("data", load(text))
    assert group.name == body["name"]


def test_unknown_members_survive_at_every_level() -> None:
    body = {
        "name": "g",
        "trackingType": "DEFAULT",
        "surprise": {"deep": [1, None, "x", 2.50]},
        "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-07", "colour": "red"}],
        "targets": [
            {
                "name": "t",
                "targetType": "SALES",
                "odd": True,
                "filters": [{"entityType": "STORE", "entityIds": [1], "x": 1}],
                "defaultValues": [{"defaultValue": 1, "y": None}],
                "extendedFieldInfo": {"name": "n", "z": []},
            }
        ],
        "streaks": [{"name": "s", "targetCountOfSequence": 1, "icon": "flame"}],
        "unifiedTargetExpression": {"aggregation": "SUM", "thresholdValue": 5, "w": 0},
    }
    text = json.dumps(body)
    assert load(dump(parse_group(text))) == load(text)


@pytest.mark.parametrize("spelling", ["500", "500.000", '"2"', '"1.00"', "4.000", "1e2", "0.10", "751552970000"])
def test_number_spelling_survives(spelling: str) -> None:
    text = (
        '{"name": "g", "trackingType": "DEFAULT", "targets": [{"defaultValues": [{"defaultValue": ' + spelling + "}]}]}"
    )
    assert load(dump(parse_group(text))) == load(text)


def test_a_till_beyond_32_bits() -> None:
    """target_api.md 2.1: preferredTillId 751552970000 was seen."""
    assert parse_group('{"name": "g", "preferredTillId": 751552970000}').preferred_till_id == 751552970000


SPELLINGS = [
    ("trackingType", "STREAK", "STREAKS"),
    ("trackingType", "Streak", "STREAKS"),
    ("trackingType", "streaks", "STREAKS"),
    ("trackingType", "Non continuous streak", "NON_CONTINUOUS_STREAKS"),
    ("trackingType", "Single", "DEFAULT"),
    ("trackingType", "Default", "DEFAULT"),
    ("trackingType", "Unified", "UNIFIED"),
    ("trackingType", "Capping", "CAPPING"),
    ("targetEvaluationType", "fixed_calendar_window", "FIXED_CALENDAR_WINDOW"),
    ("targetEvaluationType", "Cyclic_Window", "CYCLIC_WINDOW"),
    ("targetEvaluationType", "FIXED_CALENDER_WINDOW", "FIXED_CALENDAR_WINDOW"),
    ("frequencyType", "Half-yearly", "HALF_YEARLY"),
    ("frequencyType", "Weekly", "WEEKLY"),
    ("frequencyType", "DAYS", "DAILY"),
    ("frequencyType", "WEEKS", "WEEKLY"),
    ("frequencyType", "MONTHS", "MONTHLY"),
    ("combinationType", "any", "ANY"),
]


@pytest.mark.parametrize(("member", "written", "stored"), SPELLINGS)
def test_documented_spellings_are_read_and_the_stored_one_written(member: str, written: str, stored: str) -> None:
    """target_api.md 3; TARGETS.md: every enum accepts the documented spellings case-insensitively."""
    text = dump(parse_group(json.dumps({"name": "g", member: written})))
    assert json.loads(text)[member] == stored


TARGET_SPELLINGS = [
    ("targetEntity", "Transaction", "TRANSACTION"),
    ("targetEntity", "TRANSACTIONS", "TRANSACTION"),
    ("targetEntity", "Line item", "LINEITEM"),
    ("targetEntity", "Lineitem", "LINEITEM"),
    ("targetEntity", "Event", "EVENT"),
    ("targetEntity", "Events", "EVENT"),
    ("targetEntity", "BEHAVIOURAL_EVENTS", "EVENT"),
    ("targetEntity", "BEHAVIOURAL EVENTS", "EVENT"),
    ("targetType", "PROMOTION", "PROMOTIONAL"),
    ("targetType", "sales", "SALES"),
    ("enrolmentMethod", "audience_filter", "AUDIENCE_FILTER"),
]


@pytest.mark.parametrize(("member", "written", "stored"), TARGET_SPELLINGS)
def test_documented_spellings_of_a_target(member: str, written: str, stored: str) -> None:
    body = {"name": "g", "trackingType": "DEFAULT", "targets": [{"name": "t", member: written}]}
    assert json.loads(dump(parse_group(json.dumps(body))))["targets"][0][member] == stored


# ---- the answer ------------------------------------------------------------------------------------

SEED_IDS = {"group": 9919, "period": 10678, "streak": 9, "target": 22030, "ruleSet": 1200627, "defaultValue": 24105}
ACTOR = {"id": 50129465, "code": "till_store1", "description": "", "name": "till_store1", "type": "TILL"}
SEED_NOW = [
    datetime(2023, 11, 17, 7, 4, 44, 0, UTC),
    datetime(2023, 11, 17, 7, 4, 44, 483000, UTC),
    datetime(2023, 11, 17, 7, 4, 44, 612000, UTC),
    datetime(2023, 11, 17, 7, 4, 44, 789000, UTC),
]
"""The instants of the seed's answer: periods, streaks, the target, its twin."""


def answer_of(request: str, **options: Any) -> Any:
    return respond(parse_group((PAYLOADS / f"{request}.json").read_text(encoding="utf-8")), **options)


def plain(value: Any) -> Any:
    """An answer with its numbers as Decimals, whatever types they have."""
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return Decimal(str(value))
