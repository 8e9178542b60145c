"""Every body that the target group calls send or answer: recognised, read, checked as what it is."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetexpr.base.diagnostics import apply_fixes
from targetexpr.cli.main import main
from targetexpr.targets import PayloadError, dump, evaluate, parse_payload, respond, validate
from targetexpr.targets.model.bodies import Body, BodyKind, bodies_in
from targetexpr.targets.model.envelope import read_document
from targetexpr.targets.model.json_values import write_json
from targetexpr.targets.reports.bodies import describe
from targetexpr.targets.reports.difference import differences
from targetexpr.targets.validation.validate import check_document

PAYLOADS = Path(__file__).parents[1] / "data" / "payloads"

PERIOD = {"refCode": "W1", "startDate": "2024-01-01", "endDate": "2024-01-07"}
LATER = {"refCode": "W2", "startDate": "2024-01-08", "endDate": "2024-01-14"}
TARGET = {
    "name": "t",
    "targetType": "SALES",
    "targetEntity": "TRANSACTION",
    "expression": "currentTxn.value>5",
    "defaultValues": [{"periodId": 10, "defaultValue": 5.0}],
}
GROUP = {"name": "g", "trackingType": "DEFAULT", "periods": [PERIOD], "targets": [TARGET]}
LEVEL = {"name": "L", "targetCountOfSequence": 2}
# target_api.md 6.3, 8.3 and the samples that it was made from: members as observed, customers and names made up.
ROW = {
    "targetId": None,
    "periodId": 38375,
    "programId": None,
    "alternateCurrencyIdentifier": None,
    "alternateCurrencyName": None,
    "periodRefCode": "Cycle_1",
    "periodStartDate": "2024-04-30",
    "periodEndDate": "2024-05-29",
    "targetValue": 1000.000,
    "targetAchievedValue": 0,
    "targetName": "spend",
    "targetType": "GROSS_SALES",
    "targetEntity": "TRANSACTION",
    "targetRuleId": 72389,
    "enrolledOn": "2024-08-30T09:21:43.741+0000",
    "enrolledOnISO": "2024-08-30T09:21:43Z",
    "eventName": "TransactionAdd",
    "periodStartDateWithTimeStamp": "2024-04-30T00:00:00.000Z",
    "periodEndDateWithTimeStamp": "2024-05-29T23:59:59.000Z",
    "lastUpdatedOn": "2025-09-29T11:45:56.000+0000",
    "targetAchievedDateTime": None,
    "targetAchievedEventLogId": None,
    "currentPeriod": False,
    "unEnrolled": False,
    "milestones": [{"id": 201, "triggerName": "3", "triggerValue": 3.000000, "isAchieved": False}],
}
STREAK_ROW = {
    "userStreakId": 380,
    "streakId": 191,
    "streakName": "s_1",
    "status": "ACHIEVED",
    "currentCount": 2,
    "totalTargetCountOfSequence": 2,
    "streakAchievedUserTargetId": 1248310,
    "streakAchievedDateTime": "2024-06-10T13:57:58.000+0000",
}
PROGRESS = {
    "userId": 347286146,
    "customer": {"id": 347286146, "profiles": [{"firstName": "Ann", "commChannels": []}], "customFields": {}},
    "targetGroups": [
        {
            "id": 33008,
            "attribution": {"createdOn": "2024-04-30T13:15:44.000+0000"},
            "name": "g",
            "orgId": 50363,
            "preferredTillId": -1,
            "targets": [ROW],
            "streaks": [STREAK_ROW],
            "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
            "trackingType": "STREAKS",
        }
    ],
}
EVENT = {
    "eventLogId": 606066681,
    "eventName": "ADD_TRANSACTION",
    "customerId": 564332013,
    "eventDisplayName": None,
    "uniqueId": "880613909",
    "eventDate": "2025-01-09 12:00:12.0",
    "eventProcessedDate": "2025-01-09 12:00:12.0",
    "eventDateISO": "2025-01-09T12:00:12Z",
    "periodId": 9887,
    "targetGroupId": 1717,
    "targetRuleId": 1986,
    "targetValue": 2000.46,
}
TRIGGER = {"triggerName": "half", "isActive": True, "triggerValueType": "PERCENTAGE", "triggerValue": 50}
UPDATE = {"unifiedTargetExpression": {"thresholdValue": 4}, "targets": [TARGET], "deactivateTargetIds": [1]}
ENROLMENT = {"customerId": 77, "periodName": "W1", "initialBalance": 0, "resetStreakStatus": True}
NAME_CHECK = {"type": "targetName", "value": "x"}
PAGES = {"limit": 10, "offset": 0, "total": 10}

KINDS = [
    (GROUP, BodyKind.GROUP),
    (TARGET, BodyKind.TARGET),
    (PERIOD, BodyKind.PERIOD),
    (LEVEL, BodyKind.STREAK),
    (TRIGGER, BodyKind.SUB_TARGET),
    (UPDATE, BodyKind.UNIFIED_UPDATE),
    (PROGRESS, BodyKind.USER_PROGRESS),
    (PROGRESS["targetGroups"][0], BodyKind.USER_PROGRESS),  # type: ignore[index]
    (ROW, BodyKind.USER_PROGRESS),
    (STREAK_ROW, BodyKind.USER_PROGRESS),
    (EVENT, BodyKind.TRACKED_EVENT),
    (ENROLMENT, BodyKind.ENROLMENT),
    ({"customerId": 77}, BodyKind.ENROLMENT),
    (NAME_CHECK, BodyKind.NAME_CHECK),
]


def kinds(document: Any) -> list[tuple[BodyKind, str]]:
    found, unknown = bodies_in(document)
    assert unknown == []
    return [(body.kind, body.pointer) for body in found]


def answer(data: Any, **more: Any) -> dict[str, Any]:
    return {"data": data, "errors": [], "warnings": None, **more}


@pytest.mark.parametrize(("body", "kind"), KINDS)
def test_each_body_is_recognised_alone_in_lists_and_in_answers(body: dict[str, Any], kind: BodyKind) -> None:
    assert kinds(body) == [(kind, "")]
    assert kinds([body, body]) == [(kind, "/0"), (kind, "/1")]
    assert kinds(answer(body)) == [(kind, "/data")]
    assert kinds(answer([body, body], pagination=PAGES)) == [(kind, "/data/0"), (kind, "/data/1")]
    assert kinds([answer(body), answer([body])]) == [(kind, "/0/data"), (kind, "/1/data/0")]


@pytest.mark.parametrize(("body", "kind"), KINDS)
def test_each_body_is_read_with_all_its_members_and_nothing_is_wrong_with_it(
    body: dict[str, Any], kind: BodyKind
) -> None:
    text = json.dumps(answer([body], pagination=PAGES))
    assert validate(text) == []
    (checked,) = check_document(text)
    assert checked.kind is kind
    written = dump(parse_payload(text), indent=None)
    assert json.loads(written) == json.loads(text)
    assert list(json.loads(written)["data"][0]) == list(body)
    assert dump(parse_payload(json.dumps([body])), indent=None) == json.dumps([body])


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"data": True, "errors": None}, BodyKind.NAME_ANSWER),
        ({"data": 77, "errors": None}, BodyKind.CUSTOMER),
        ({"data": [], "errors": None}, BodyKind.EMPTY),
        ({"data": None, "errors": [{"code": 310145, "message": "no"}]}, BodyKind.REFUSAL),
        ({"errors": [{"code": 310145, "message": "no"}]}, BodyKind.REFUSAL),
    ],
)
def test_answers_without_members(document: Any, kind: BodyKind) -> None:
    assert [found for found, _ in kinds(document)] == [kind]
    assert [one for one in validate(document) if one.is_error] == []


def test_what_the_platform_says_beside_its_data_is_told() -> None:
    said = {"code": 310145, "message": "Invalid key is passed"}
    found = validate({"data": [PERIOD], "errors": [said], "warnings": [{"code": 7, "message": "late"}]})
    assert [(one.code, one.severity, one.pointer) for one in found] == [
        ("refused", "warning", "/errors/0"),
        ("platform-warning", "warning", "/warnings/0"),
    ]
    assert "310145 Invalid key is passed" in found[0].message


@pytest.mark.parametrize(
    "body",
    [{"id": 5}, {"id": 5, "name": "x"}, {}, {"favourite": 1}, {"code": 1, "message": "x"}, {"arity": "literal"}, [[]]],
)
def test_what_is_nothing_known_is_an_error_that_names_the_kinds(body: Any) -> None:
    with pytest.raises(PayloadError) as caught:
        validate([body])
    (found,) = caught.value.diagnostics
    assert (found.code, found.pointer, found.is_error) == ("unknown-body", "/0", True)
    assert found.hint is not None
    assert all(kind in found.hint for kind in ("target group", "period", "tracked event", "name check"))
    # Among others it is one error, and the others are checked.
    diagnostics = validate([{**PERIOD, "endDate": "2023-01-01"}, body])
    assert [(one.code, one.pointer) for one in diagnostics] == [
        ("period-ends-before-start", "/0/endDate"),
        ("unknown-body", "/1"),
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"startdate": "2024-01-01"}, BodyKind.PERIOD),
        ({"trackingtype": "DEFAULT"}, BodyKind.GROUP),
        ({"enrollmentMethod": "IMPORT"}, BodyKind.TARGET),
        ({"targetCountOfSequnce": 3}, BodyKind.STREAK),
    ],
)
def test_mistyped_members_still_say_what_a_body_is(body: dict[str, Any], kind: BodyKind) -> None:
    assert kinds(body) == [(kind, "")]
    assert "unknown-member" in [one.code for one in validate(body)]


# ---- B2: many groups ------------------------------------------------------------------------------------------------


def test_all_groups_of_a_list_are_checked_by_pointer() -> None:
    wrong = {**GROUP, "name": "h", "periods": [{**PERIOD, "endDate": "2023-01-01"}]}
    found = validate(
        json.dumps(answer([{"id": 1, **GROUP}, {"id": 2, **wrong}, {"id": 3, **GROUP, "totalPeriods": "x"}]))
    )
    assert [(one.code, one.pointer) for one in found if one.is_error] == [
        ("period-ends-before-start", "/data/1/periods/0/endDate"),
        ("not-a-number", "/data/2/totalPeriods"),
    ]


def test_a_second_request_of_one_name_would_be_refused() -> None:
    found = validate([GROUP, {**GROUP, "name": "G"}])
    assert [(one.code, one.number, one.pointer) for one in found] == [("group-name-taken", 310069, "/1/name")]
    assert validate(answer([{"id": 1, **GROUP}, {"id": 2, **GROUP}])) == []


# ---- B3: the other bodies, checked as what they are -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "code", "pointer"),
    [
        ([TARGET, {**TARGET, "name": "T"}], "duplicate-target", "/1/name"),
        ([{**TARGET, "targetType": "VISIT", "targetEntity": "LINEITEM"}], "entity-type-pair", "/0/targetType"),
        ([{**TARGET, "expression": "currentTxn.valu>5"}], "unknown-attribute", "/0/expression"),
        ([{**TARGET, "targetEntity": "POINTS", "targetType": "ALL_POINTS"}], "profile-not-offered", "/0/expression"),
        ({"name": "t", "targetType": "SALES"}, "entity-missing", "/targetEntity"),
        ([PERIOD, {**LATER, "refCode": "W1"}], "duplicate-period", "/1/refCode"),
        ([PERIOD, {"refCode": "W2"}], "period-date-missing", "/1/startDate"),
        ({**PERIOD, "endDate": "2023-12-31"}, "period-ends-before-start", "/endDate"),
        ([LEVEL, {**LEVEL, "targetCountOfSequence": 3}], "duplicate-streak", "/1/name"),
        ([{"name": "L", "targetCountOfSequence": 0}], "level-below-one", "/0/targetCountOfSequence"),
        (
            {**UPDATE, "unifiedTargetExpression": {"aggregation": "SUM"}},
            "threshold-missing",
            "/unifiedTargetExpression/thresholdValue",
        ),
        ({**UPDATE, "targets": [{**TARGET, "expression": "a>"}]}, "unexpected-end", "/targets/0/expression"),
        ({**TRIGGER, "triggerName": "x" * 101}, "trigger-name-too-long", "/triggerName"),
        ({**NAME_CHECK, "type": "customer"}, "unknown-name", "/type"),
        ({**ENROLMENT, "customerId": None}, "member-missing", "/customerId"),
        ({**EVENT, "eventName": "ADD_TRANSACTON"}, "unknown-name", "/eventName"),
        ({**EVENT, "eventDate": "yesterday"}, "not-a-date", "/eventDate"),
        ({**ROW, "targetAchievedValue": "many"}, "not-a-number", "/targetAchievedValue"),
        ({**STREAK_ROW, "status": "DONE"}, "unknown-name", "/status"),
    ],
)
def test_each_kind_is_checked_as_what_it_is(document: Any, code: str, pointer: str) -> None:
    errors = [(one.code, one.pointer) for one in validate(document) if one.is_error]
    assert (code, pointer) in errors
    inside = [(one.code, one.pointer) for one in validate(answer(document)) if one.is_error]
    assert (code, f"/data{pointer}") in inside


@pytest.mark.parametrize("value", [None, {}, [], "x", 1.5, True])
def test_ids_that_are_none_are_told_once_each(value: Any) -> None:
    found = validate({**UPDATE, "deactivateTargetIds": [value, 1, value]})
    assert [one.pointer for one in found] == ["/deactivateTargetIds/0", "/deactivateTargetIds/2"]
    assert all(one.is_error and one.number == 300004 for one in found)


def test_an_unknown_kind_of_name_has_the_platforms_number() -> None:
    (found,) = validate({**NAME_CHECK, "type": "customer"})
    assert found.number == 310145


def test_updates_say_only_what_changes() -> None:
    """target_api.md 7: of a target the rule, the filters and the values; of a running period the end."""
    assert validate({"expression": "currentTxn.value>5"}) == []
    assert validate([{"id": 10, "endDate": "2024-02-01"}]) == []
    assert [one.code for one in validate([{"endDate": "2024-02-01", "refCode": "W"}])] == ["period-date-missing"]


# ---- B4: unknown members of every kind, with the fix ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "known", "mistyped"),
    [
        (GROUP, "trackingType", "trackingtype"),
        (TARGET, "targetEntity", "targetEntty"),
        (PERIOD, "startDate", "startdate"),
        (LEVEL, "name", "nmae"),
        (TRIGGER, "triggerValue", "triggerVlaue"),
        (UPDATE, "targets", "targtes"),
        (PROGRESS, "customer", "custmer"),
        (ROW, "currentPeriod", "curentPeriod"),
        (STREAK_ROW, "currentCount", "curentCount"),
        (EVENT, "eventDate", "evenDate"),
        (ENROLMENT, "customerId", "custmerId"),
    ],
)
def test_a_mistyped_member_is_renamed_by_one_key(body: dict[str, Any], known: str, mistyped: str) -> None:
    text = json.dumps(answer([{mistyped if name == known else name: value for name, value in body.items()}]), indent=1)
    (found,) = [one for one in validate(text) if one.code == "unknown-member"]
    assert found.pointer == f"/data/0/{mistyped}"
    assert text[found.span.start : found.span.end] == f'"{mistyped}"'
    assert found.fix is not None
    assert found.fix.title == f"Rename it to `{known}`"
    assert apply_fixes(text, [found]) == json.dumps(answer([body]), indent=1)


@pytest.mark.parametrize(
    ("member", "applicability"),
    [("toDat", "safe"), ("fromdate", "safe"), ("endDate", None), ("orgName", None), ("targetCycleEnd", None)],
)
def test_what_may_be_another_name_is_never_renamed_unasked(member: str, applicability: str | None) -> None:
    (found,) = [one for one in validate({**GROUP, member: "2024-01-07"}) if one.code == "unknown-member"]
    assert (None if found.fix is None else found.fix.applicability) == applicability


def test_a_name_that_is_there_already_is_not_written_twice() -> None:
    (found,) = validate(json.dumps({**PERIOD, "enddate": "2024-01-07"}))
    assert (found.code, found.fixes, found.hint) == ("unknown-member", (), "Did you mean endDate?")


# ---- payloads through every command ---------------------------------------------------------------------------------

COMMANDS = ("check", "show", "verify")
OF_PAYLOADS = {
    "create-behavioural-visit-group.request": BodyKind.GROUP,
    "create-streak-group.request": BodyKind.GROUP,
    "create-streak-group.response": BodyKind.GROUP,
    "create-targets-extended-field.request": BodyKind.TARGET,
    "create-targets-extended-field.response": BodyKind.TARGET,
    "error-310145.response": BodyKind.REFUSAL,
    "get-group.response": BodyKind.GROUP,
    "is-valid-name.request": BodyKind.NAME_CHECK,
    "is-valid-name.response": BodyKind.NAME_ANSWER,
    "update-unified-targets.request": BodyKind.UNIFIED_UPDATE,
}


def bodies_of(path: Path) -> list[Body]:
    return bodies_in(json.loads(path.read_text(encoding="utf-8")))[0]


def test_every_payload_has_its_kind() -> None:
    assert {path.stem: [body.kind for body in bodies_of(path)] for path in PAYLOADS.glob("*.json")} == {
        name: [kind] for name, kind in OF_PAYLOADS.items()
    }


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_payload_goes_through_every_command(path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["target", command, str(path)]) == 0
    told = capsys.readouterr()
    assert "error[" not in told.err
    assert command == "verify" or told.out
    if command != "show":
        assert main(["target", command, "--output", "json", str(path)]) == 0
        assert json.loads(capsys.readouterr().out)["ok"] is True
    assert main(["target", "diff", str(path), str(path)]) == 0
    assert capsys.readouterr().out.endswith("no differences\n")
    assert main(["check", str(path)]) in (0, 2)  # 2 where there is no rule in it
    assert "error[" not in capsys.readouterr().err


# ---- what the library itself writes ---------------------------------------------------------------------------------


def test_what_the_library_answers_is_recognised_and_nothing_is_wrong_with_it() -> None:
    steps = [{"name": "half", "triggerType": "CUSTOM_TRIGGER", "triggerValueType": "PERCENTAGE", "triggerValue": 50}]
    sent = {
        **GROUP,
        "id": 1,
        "trackingType": "STREAKS",
        "streaks": [LEVEL | {"targetCountOfSequence": 1}],
        "targets": [{**TARGET, "defaultValues": [{"defaultValue": 5}], "targetMilestoneTriggers": steps}],
    }
    record = {"id": 1, "customerId": "c", "type": "TransactionAdd", "date": "2024-01-02T00:00:00Z"}
    found = evaluate(sent, [{**record, "currentTxn": {"value": 6}}])
    progress = write_json(found.user_progress("c"))
    assert [(one.kind, one.diagnostics) for one in check_document(progress)] == [(BodyKind.USER_PROGRESS, [])]
    made = write_json(respond(sent, now=datetime(2024, 1, 1), return_bill=True))
    assert [(one.kind, one.diagnostics) for one in check_document(made)] == [(BodyKind.GROUP, [])]
    added = write_json(respond([TARGET], now=datetime(2024, 1, 1)))
    assert [(one.kind, one.diagnostics) for one in check_document(added)] == [(BodyKind.TARGET, [])]


@pytest.mark.parametrize("body", [GROUP, TARGET, PERIOD, LEVEL])
def test_when_a_part_was_changed_may_stand_beside_its_attribution(body: dict[str, Any]) -> None:
    dates = dict.fromkeys(("createdOn", "lastUpdatedOn"), 1712034315000)
    twins = {f"{name}ISO": "2024-04-02T05:05:15Z" for name in dates}
    assert validate(answer([{**body, **dates, **twins}])) == []


def test_thousands_of_bodies_are_checked_in_linear_time() -> None:
    found = validate([{"refCode": f"W{place}", "startDate": "x", "endDate": 5.5} for place in range(3000)])
    assert len(found) == 6000
    assert {one.code for one in found} == {"not-a-date"}


# ---- whatever a body holds ------------------------------------------------------------------------------------------

JUNK = [None, True, 0, -1, 2.5, 1e300, "", "x", "a>", "2024-01-01", [], {}, [None], [{}], {"id": 1}, "Z" * 300]


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value inside."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


@settings(max_examples=150, deadline=None)
@given(body=st.sampled_from([body for body, _ in KINDS]), data=st.data(), wrap=st.booleans())
def test_any_body_is_checked_shown_and_compared_or_refused_in_our_words(
    body: dict[str, Any], data: st.DataObject, wrap: bool
) -> None:
    document: Any = json.loads(json.dumps(answer([body]) if wrap else body))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([*places(document)] or [()]))
        if path:
            holder = document
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    text = json.dumps(document)
    with contextlib.suppress(PayloadError):
        for one in check_document(text):
            for diagnostic in one.diagnostics:
                assert diagnostic.pointer is not None
                assert diagnostic.span.start >= 0
    with contextlib.suppress(PayloadError):
        assert describe(read_document(text))
    with contextlib.suppress(PayloadError):
        found, _ = bodies_in(read_document(text))
        assert differences(found, found) == []


def test_a_number_with_an_exponent_that_no_decimal_has_is_out_of_range() -> None:
    """Found by fuzzing: it raised an error of the decimal module."""
    for written in ("1e9990000000000000000", "-1e-99999999999999999999", "10e999999999999999999"):
        with pytest.raises(PayloadError, match="out of range"):
            validate(f'{{"type": "POINTS", "value": {written}}}')
