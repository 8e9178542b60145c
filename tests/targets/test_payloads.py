"""The observed payloads read and write back equal, and the seed's request gives the seed's answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from targetexpr.targets import TargetGroup, dump, parse_group, parse_payload, respond
from targetexpr.targets.model.json_values import write_json

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


def request(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.request.json").read_text(encoding="utf-8"))


def text_of(name: str) -> str:
    return (PAYLOADS / f"{name}.json").read_text(encoding="utf-8")


def test_the_seeds_request_gives_the_seeds_answer() -> None:
    """SEED: the same ids, actor and instants; member for member, numbers as they are spelled."""
    made = respond(
        parse_group(text_of("create-streak-group.request")), ids=SEED_IDS, actor=ACTOR, now=SEED_NOW, return_bill=True
    )
    assert load(write_json(made)) == load(text_of("create-streak-group.response"))


def test_the_answer_is_the_same_from_plain_values() -> None:
    made = respond(request("create-streak-group"), ids=SEED_IDS, actor=ACTOR, now=SEED_NOW, return_bill=True)
    assert load(write_json(made)) == load(text_of("create-streak-group.response"))


def test_the_answer_without_twins_is_the_seeds_without_its_twin() -> None:
    expected = load(text_of("create-streak-group.response"))
    expected["data"]["targets"].pop()
    made = respond(request("create-streak-group"), ids=SEED_IDS, actor=ACTOR, now=SEED_NOW, return_bill=False)
    assert load(write_json(made)) == expected


def test_the_answer_of_the_added_targets() -> None:
    """CTS: neither eventName nor decimals; offsets are written +0000 (the sample's cluster wrote +0530)."""
    expected = load(
        text_of("create-targets-extended-field.response").replace("T11:42:35.850+0530", "T06:12:35.850+0000")
    )
    made = respond(
        parse_payload(text_of("create-targets-extended-field.request")),
        ids={"group": 5869, "target": 9067, "ruleSet": 1246656, "defaultValue": 10083},
        actor={"id": 50666468, "code": "amanv2", "description": "", "name": "amanv2", "type": "TILL"},
        now=[datetime(2023, 9, 25, 6, 12, 35, 850000, UTC)],
    )
    assert load(write_json(made)) == expected


def answered(changes: dict[str, Any], **options: Any) -> Any:
    body = {**request("create-streak-group"), **changes}
    options = {"now": SEED_NOW, "return_bill": False, **options}
    return json.loads(write_json(respond(body, **options)), parse_float=Decimal)["data"]


def test_a_behavioural_group() -> None:
    """target_api.md 6.2: a sent cycle start is echoed, the end is derived, values have three decimals."""
    made = json.loads(
        write_json(
            respond(request("create-behavioural-visit-group"), now=datetime(2024, 4, 10, tzinfo=UTC), return_bill=True)
        ),
        parse_float=Decimal,
    )["data"]
    assert made["targetCycleStartDate"] == "2024-02-19T00:31:00.529Z"
    assert made["targetCycleEndDate"] == "2024-04-30T23:59:59.000Z"
    assert (made["fromDate"], made["toDate"]) == ("2024-02-19", "2024-05-31")
    assert [each["periodStatus"] for each in made["periods"]] == ["ENDED", "RUNNING"]
    assert [(each["startDate"], each["endDate"]) for each in made["periods"]] == [
        ("2024-02-19", "2024-02-22"),
        ("2024-04-01", "2024-04-30"),
    ]
    (target,) = made["targets"]
    assert target["eventName"] == "goodNight", "an EVENT target has no twin, and keeps its event"
    assert [str(each["defaultValue"]) for each in target["defaultValues"]] == ["2.000", "3.000"]
    assert target["targetMilestoneTriggers"] == [], "what was sent is echoed, [] too"
    assert target["filters"] == []
    assert "frequencyType" not in made


@pytest.mark.parametrize(
    ("day", "statuses"),
    [
        (16, ["NOT_STARTED", "NOT_STARTED"]),
        (17, ["RUNNING", "NOT_STARTED"]),
        (18, ["ENDED", "RUNNING"]),
        (20, ["ENDED", "RUNNING"]),
        (21, ["ENDED", "ENDED"]),
    ],
)
def test_period_statuses_come_from_the_clock(day: int, statuses: list[str]) -> None:
    """end < today: ENDED, start > today: NOT_STARTED, else RUNNING; what was sent is ignored."""
    made = answered({}, now=[datetime(2023, 11, day, 23, 59, tzinfo=UTC)])
    assert [each["periodStatus"] for each in made["periods"]] == statuses


def test_cycle_bounds_of_unordered_periods() -> None:
    """Group 2295: the least start and the greatest end."""
    body = request("create-streak-group")
    made = answered({"periods": body["periods"][::-1]})
    assert (made["targetCycleStartDate"], made["targetCycleEndDate"]) == (
        "2023-11-17T00:00:00.000Z",
        "2023-11-20T23:59:59.000Z",
    )


@pytest.mark.parametrize(
    "sent", ["2023-11-16T18:30:00.529Z", "2023-11-17T00:00:00.000+0530", "2023-11-17T00:31:00.529", "2023-11-17"]
)
def test_a_sent_cycle_date_is_echoed_as_written(sent: str) -> None:
    """TARGETS.md, Answer: so the day that it is written with is that of the request."""
    made = answered({"targetCycleStartDate": sent, "targetCycleEndDate": sent})
    assert (made["targetCycleStartDate"], made["targetCycleEndDate"]) == (sent, sent)


def test_values_that_name_their_periods_stay_with_them() -> None:
    """A group that was read and is sent again: its ids are not those of the answer."""
    periods = [
        {"id": 70, "refCode": "a", "startDate": "2024-01-01", "endDate": "2024-01-02"},
        {"id": 71, "refCode": "b", "startDate": "2024-01-03", "endDate": "2024-01-04"},
    ]
    values = [{"periodId": 71, "defaultValue": 2}, {"periodId": 70, "defaultValue": 1}]
    target = {**request("create-streak-group")["targets"][0], "defaultValues": values}
    made = answered({"periods": periods, "targets": [target]})
    named = {each["id"]: each["refCode"] for each in made["periods"]}
    found = made["targets"][0]["defaultValues"]
    assert {named[each["periodId"]]: each["defaultValue"] for each in found} == {"a": 1, "b": 2}


def test_a_group_without_dates_runs_for_five_years() -> None:
    """Twelve groups: the instant of creation and five years on."""
    made = json.loads(write_json(respond({"name": "g", "trackingType": "DEFAULT"}, now=SEED_NOW)))["data"]
    assert made["targetCycleStartDate"] == "2023-11-17T07:04:44.000Z"
    assert made["targetCycleEndDate"] == "2028-11-17T07:04:44.000Z"
    for absent in ("periods", "targets", "streaks", "description", "totalPeriods", "fromDate"):
        assert absent not in made


@pytest.mark.parametrize(
    ("sent", "answer"),
    [(500, "500.000"), ("1.00", "1.000"), (1.0005, "1.001"), ("2.0004", "2.000"), (-1.0005, "-1.001")],
)
def test_default_values_round_half_up_to_three_decimals(sent: Any, answer: str) -> None:
    body = request("create-streak-group")
    body["targets"][0]["defaultValues"][0]["defaultValue"] = sent
    made = answered({"targets": body["targets"]})
    assert str(made["targets"][0]["defaultValues"][0]["defaultValue"]) == answer


def test_defaults_of_a_target() -> None:
    """enrolmentMethod IMPORT, eventName TransactionAdd, active, an expressionJson that is made; nothing else."""
    target = {"name": "t", "targetType": "SALES", "targetEntity": "TRANSACTION", "expression": True}
    made = answered({"targets": [target], "streaks": []})["targets"][0]
    assert made["enrolmentMethod"] == "IMPORT"
    assert made["eventName"] == "TransactionAdd"
    assert made["active"] is True
    assert made["expression"] == "true"
    assert made["expressionJson"] == '{"arity":"literal","value":"true","type":"boolean:primitive"}'
    assert not {"filters", "defaultValues", "description", "extendedFieldInfo"} & made.keys()


def test_the_seeds_expression_json_is_made_byte_for_byte() -> None:
    body = request("create-streak-group")
    wanted = body["targets"][0].pop("expressionJson")
    assert answered({"targets": body["targets"]})["targets"][0]["expressionJson"] == wanted


def test_rewards_are_kept_on_requests_and_points_on_reads() -> None:
    body = request("create-streak-group")
    body["targets"][0] |= {"targetEntity": "REWARDS", "targetType": "REGULAR_POINTS"}
    assert json.loads(dump(parse_group(json.dumps(body))))["targets"][0]["targetEntity"] == "REWARDS"
    made = answered({"targets": body["targets"]}, return_bill=True)
    assert [each["targetEntity"] for each in made["targets"]] == ["POINTS"], "and no twin"
    assert "emfRuleSetId" not in made["targets"][0]


def test_a_capping_group_has_no_rule_sets() -> None:
    """Group 48825: not even for TRANSACTION and SALES."""
    made = answered({"trackingType": "CAPPING", "streaks": []})
    assert "emfRuleSetId" not in made["targets"][0]


def test_type_sum_is_an_event_attribute_with_sum() -> None:
    """SEED: SUM is written as EVENT_ATTRIBUTE and defined by extendedFieldInfo."""
    target = {"name": "t", "targetType": "SUM", "targetEntity": "EVENT", "extendedFieldInfo": {"name": "minutes"}}
    made = json.loads(dump(parse_group(json.dumps({"name": "g", "targets": [target]}))))["targets"][0]
    assert made["targetType"] == "EVENT_ATTRIBUTE"
    assert made["extendedFieldInfo"] == {"name": "minutes", "aggregateFunction": "SUM"}


@pytest.mark.parametrize(("combination", "joined"), [("ALL", "(7 & 8)"), ("ANY", "(7 | 8)")])
def test_the_unified_rule_names_the_originals(combination: str, joined: str) -> None:
    """Original ids ascending, twins excluded; one id sequence each, twins after all originals."""
    body = request("create-streak-group")
    pair = [{**body["targets"][0], "name": name} for name in ("a", "b")]
    changes = {"trackingType": "UNIFIED", "targets": pair, "streaks": [], "combinationType": combination}
    changes["unifiedTargetExpression"] = {"aggregation": "SUM", "thresholdValue": 5}
    made = answered(changes, ids={"target": 7, "ruleSet": 100, "defaultValue": 50}, return_bill=True)
    assert made["unifiedTargetExpression"]["ruleExpression"] == joined
    assert [(each["id"], each["name"]) for each in made["targets"]] == [
        (7, "a"),
        (8, "b"),
        (9, "a_ReturnBill"),
        (10, "b_ReturnBill"),
    ]
    assert [each["emfRuleSetId"] for each in made["targets"]] == [100, 101, 102, 103]
    assert [each["id"] for target in made["targets"] for each in target["defaultValues"]] == list(range(50, 58))


def test_the_answer_reads_back_and_answers_the_same_models() -> None:
    made = write_json(respond(request("create-streak-group"), now=SEED_NOW, return_bill=True))
    assert load(dump(parse_group(made))) == load(made)["data"]


DATES = [
    ("2023-11-17T00:45:12.063", "2023-11-17"),
    ("2023-11-17T00:45:12.063Z", "2023-11-17"),
    ("2023-11-17", "2023-11-17"),
    ("2023-11-17T00:45:12.063+0000", "2023-11-17"),
    ("2023-11-17T12:45:12.063+0530", "2023-11-17"),
    ("2023-11-17 00:45:12.0", "2023-11-17"),
    ("2023-11-17 00:45:12", "2023-11-17"),
]


@pytest.mark.parametrize(("sent", "day"), DATES)
def test_every_observed_date_format_is_read_and_written_back(sent: str, day: str) -> None:
    """target_api.md 4; only the day survives in the answer."""
    body = request("create-streak-group")
    body["periods"][0]["startDate"] = sent
    assert json.loads(dump(parse_group(json.dumps(body))))["periods"][0]["startDate"] == sent
    assert answered({"periods": body["periods"]})["periods"][0]["startDate"] == day
