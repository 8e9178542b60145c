"""Mistakes of people who write bodies by hand: each a diagnostic with pointer, code and message, never a traceback."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from targetexpr.cli.main import main
from targetexpr.targets import PayloadError, parse_group, parse_payload, validate

PAYLOADS = Path(__file__).parent.parent / "data" / "payloads"
SEED = json.loads((PAYLOADS / "create-streak-group.request.json").read_text(encoding="utf-8"))

PLATFORM = {300004, 310008, 310033, 310069, 310092, 310094, 310132, 310133, 310146, 310147}
"""The numbers a create call is documented to answer with."""


def body(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SEED), **changes}


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    made: Any = body()
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    found: dict[str, Any] = made
    return found


def errors(made: Any, **options: Any) -> list[Any]:
    return [each for each in validate(made, **options) if each.severity == "error"]


def at(found: list[Any], pointer: str) -> Any:
    here = [each for each in found if each.pointer == pointer]
    assert here, f"nothing at {pointer}: {[(each.pointer, each.code) for each in found]}"
    for each in here:
        assert each.code
        assert not each.message[0].islower()
        assert len(each.message) > 10
    return here[0]


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


# ---- cross-field rules, with the severity their evidence gives them --------------------------------


def default_group(**changes: Any) -> dict[str, Any]:
    made = body(trackingType="DEFAULT", **changes)
    del made["streaks"]
    return made


def unified_group(count: int, **changes: Any) -> dict[str, Any]:
    made = default_group(**{"combinationType": "ALL", **changes})
    made["trackingType"] = "UNIFIED"
    made["targets"] = [{**copy.deepcopy(made["targets"][0]), "name": f"t{at}"} for at in range(count)]
    return made


def severities(made: Any, pointer: str) -> set[str]:
    found = [each for each in validate(made) if each.pointer.startswith(pointer)]
    assert {each.number for each in found} <= {None}, [(each.pointer, each.code, each.number) for each in found]
    return {each.severity for each in found}


def two_targets(made: dict[str, Any]) -> dict[str, Any]:
    made["targets"].append({**copy.deepcopy(made["targets"][0]), "name": "second"})
    return made


def test_a_streak_group_of_two_targets_is_an_error_and_a_default_group_only_warned_about() -> None:
    """R9: documented for both; observed groups 1962, 2174, 16175 break it for DEFAULT."""
    assert "error" in severities(two_targets(body()), "/targets")
    assert severities(two_targets(default_group()), "/targets") == {"warning"}


def test_a_unified_group_needs_two_targets() -> None:
    """R9."""
    assert "error" in severities(unified_group(1), "/targets")
    assert "error" not in severities(unified_group(2), "/targets")


def test_a_unified_group_of_more_than_50() -> None:
    """R10: ten, raised to fifty."""
    assert "error" not in severities(unified_group(50), "/targets")
    assert severities(unified_group(51), "/targets")


def test_levels_in_a_default_group_are_a_warning() -> None:
    """R2: inferred."""
    assert severities(body(trackingType="DEFAULT"), "/streaks") == {"warning"}
    assert severities(default_group(streaks=[]), "/streaks") == set(), "reads may carry []"


def test_an_overall_sum_with_any_is_a_warning() -> None:
    """R15: documented for ALL only, a notification shows ANY."""
    rule = {"aggregation": "SUM", "thresholdValue": 5000}
    assert "error" not in severities(unified_group(2, combinationType="ANY", unifiedTargetExpression=rule), "")
    assert "warning" in severities(unified_group(2, combinationType="ANY", unifiedTargetExpression=rule), "")


def test_an_aggregation_without_a_threshold() -> None:
    """R16, and TARGETS.md: what cannot be evaluated is an error."""
    found = severities(unified_group(2, unifiedTargetExpression={"aggregation": "SUM"}), "/unifiedTargetExpression")
    assert "error" in found


def test_dates_of_the_group_that_end_before_they_start() -> None:
    """TARGETS.md: an end before its start is an error."""
    made = body(fromDate="2023-12-01", toDate="2023-11-01")
    assert any(each.severity == "error" for each in validate(made) if each.pointer in ("/fromDate", "/toDate"))
    made = body(targetCycleStartDate="2023-12-01T00:00:00.000Z", targetCycleEndDate="2023-11-01T00:00:00.000Z")
    assert any(each.severity == "error" for each in validate(made) if each.pointer.startswith("/targetCycle"))


def test_periods_outside_the_groups_duration_are_a_warning() -> None:
    """R13: documented, broken by group 18044's toDate."""
    found = validate(body(fromDate="2023-11-17", toDate="2023-11-19"))
    assert {each.severity for each in found} == {"warning"}


def test_a_negative_frequency_is_an_error() -> None:
    """target_semantics.md 4: 0 is 1 for named types; negative is an error, but was stored where periods are listed.

    CUSTOM with 0 needs periods.
    """
    assert severities(body(frequency=-10), "/frequency") == {"warning"}
    made = default_group(frequency=-10, targetEvaluationType="CYCLIC_WINDOW", frequencyType="DAILY", recurringCycles=2)
    del made["periods"]
    made["targets"][0]["defaultValues"] = [{"defaultValue": 5}]
    assert "error" in severities(made, "/frequency")
    assert "error" not in severities(body(frequency=0), "/frequency")
    made = default_group(frequency=0, targetEvaluationType="CYCLIC_WINDOW", recurringCycles=2)
    del made["periods"]
    made["targets"][0]["defaultValues"] = [{"defaultValue": 5}]
    assert any(each.severity == "error" for each in validate(made))


def test_more_than_100_cycles() -> None:
    """OAS, MS: recurringCycles at most 100."""
    made = default_group(targetEvaluationType="CYCLIC_WINDOW", frequencyType="DAILY", frequency=1, recurringCycles=101)
    del made["periods"]
    made["targets"][0]["defaultValues"] = [{"defaultValue": 5}]
    assert "error" in severities(made, "/recurringCycles")
    made["recurringCycles"] = 100
    assert severities(made, "/recurringCycles") == set()


def test_user_created_groups_are_imported() -> None:
    """R11."""
    made = default_group(userCreated=True)
    assert any(each.severity == "error" for each in validate(made)), "enrolmentMethod is TRANSACTION"
    made["targets"][0]["enrolmentMethod"] = "IMPORT"
    assert errors(made) == []


def test_a_user_created_streak_is_accepted_and_warned_about() -> None:
    """target_semantics.md 5.4."""
    made = body(userCreated=True)
    made["targets"][0]["enrolmentMethod"] = "IMPORT"
    found = validate(made)
    assert [each for each in found if each.severity == "error"] == []
    assert [each for each in found if each.severity == "warning"]


def test_a_description_of_256_characters() -> None:
    """OAS, DB: 255."""
    assert "error" in severities(body(description="x" * 256), "/description")
    assert severities(body(description="x" * 255), "/description") == set()


def test_two_periods_of_one_name() -> None:
    """Documented as unique; unique per group is the rule that data leaves of it."""
    assert severities(changed("periods", 1, "refCode", to="period44"), "/periods")


def test_one_name_for_group_target_and_streak_is_fine() -> None:
    """R18: unique per kind; the seed itself does it."""
    assert severities(body(), "/name") == set()


def test_an_event_attribute_without_its_info_has_no_number() -> None:
    """R4 is documented; 310094 is for EXTENDED_FIELD and ALTERNATE_CURRENCIES only."""
    made = default_group()
    made["targets"][0] |= {"targetEntity": "EVENT", "eventName": "goodNight", "targetType": "EVENT_ATTRIBUTE"}
    made["targets"][0] |= {"expression": "true"}
    del made["targets"][0]["expressionJson"]
    assert "error" in severities(made, "/targets/0")


def test_an_alternate_currency_without_its_info() -> None:
    made = default_group()
    made["targets"][0] |= {"targetEntity": "ALTERNATE_CURRENCIES", "targetType": "REGULAR", "expression": "true"}
    del made["targets"][0]["expressionJson"]
    assert 310094 in [each.number for each in errors(made)]


def test_an_event_attribute_of_a_customer_event_is_no_pair() -> None:
    """The matrix crosses it out for events of the EMF."""
    made = default_group()
    made["targets"][0] |= {"targetEntity": "EVENT", "eventName": "CustomerRegistration", "expression": "true"}
    made["targets"][0] |= {"targetType": "EVENT_ATTRIBUTE"}
    made["targets"][0] |= {"extendedFieldInfo": {"name": "x", "aggregateFunction": "SUM"}}
    del made["targets"][0]["expressionJson"]
    assert 310033 in [each.number for each in errors(made)]


def test_an_observed_pair_is_no_error() -> None:
    """49 targets of a test organisation are TRANSACTION with ALL; quantity of transactions was seen as well."""
    for kind in ("ALL", "QUANTITY"):
        made = default_group()
        made["targets"][0] |= {"targetType": kind}
        assert 310033 not in [each.number for each in errors(made)], kind


def test_unknown_windows_are_reported_not_guessed() -> None:
    for name in ("CALENDAR_CYCLIC_WINDOW", "ROLLING_WINDOW"):
        assert at(errors(body(targetEvaluationType=name)), "/targetEvaluationType")


def test_building_makes_a_difference_of_the_two_rules_an_error() -> None:
    made = changed("targets", 0, "expression", to="currentTxn.value>600")
    assert errors(made) == []
    assert errors(made, building=True)


def test_a_rule_as_the_boolean_true() -> None:
    """CTG, OAS send it; verify takes it too."""
    made = changed("targets", 0, "expression", to=True)
    made["targets"][0]["expressionJson"] = '{"arity":"literal","value":"true","type":"boolean:primitive"}'
    assert validate(made) == validate(body())


@pytest.mark.parametrize("text", ["{", '{"arity":"nope"}', "", "[]", '{"arity":"group","operands":[]}'])
def test_a_broken_expression_json(text: str) -> None:
    found = errors(changed("targets", 0, "expressionJson", to=text))
    at(found, "/targets/0/expressionJson")


# ---- texts and files -------------------------------------------------------------------------------


def test_truncated_texts_are_errors() -> None:
    text = (PAYLOADS / "create-streak-group.request.json").read_text(encoding="utf-8").rstrip()
    for cut in range(0, len(text), 7):
        with pytest.raises(PayloadError):
            parse_group(text[:cut])
        with pytest.raises(PayloadError):
            parse_payload(text[:cut])


@pytest.mark.parametrize(
    "text", ["", " ", "nul", "[" * 100_000, '{"a":' * 50_000, '{"name":"a","name":"b"}', "{}x", "\ufeff{"]
)
def test_texts_that_are_no_payload(text: str) -> None:
    with pytest.raises(PayloadError) as caught:
        parse_group(text)
    assert str(caught.value)


@pytest.mark.parametrize("command", ["check", "show"])
def test_a_truncated_file_is_an_error_of_the_command(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "group.json"
    text = (PAYLOADS / "create-streak-group.request.json").read_text(encoding="utf-8")
    for cut in (0, 1, 500, 1700):
        path.write_text(text[:cut], encoding="utf-8")
        assert main(["target", command, str(path)]) not in (0, None)
        heard = capsys.readouterr()
        assert "Traceback" not in heard.err + heard.out
        assert heard.err + heard.out


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00{")
    for path in (tmp_path / "missing.json", tmp_path / "bytes.json", tmp_path):
        assert main(["target", "check", str(path)]) not in (0, None)
        heard = capsys.readouterr()
        assert "Traceback" not in heard.err + heard.out


def test_the_command_reports_pointer_code_and_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "group.json"
    path.write_text(json.dumps(changed("targets", 0, "name", to="x" * 201)), encoding="utf-8")
    assert main(["target", "check", str(path)]) not in (0, None)
    heard = capsys.readouterr()
    said = heard.out + heard.err
    assert "/targets/0/name" in said
    assert "310008" in said


def test_the_command_is_content_with_the_seeds_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["target", "check", str(PAYLOADS / "create-streak-group.request.json")]) in (0, None)
    assert "Traceback" not in capsys.readouterr().err


RECORD = {"id": "r", "customerId": "c", "type": "TransactionAdd", "date": "2023-11-17", "currentTxn": {"value": 600}}


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "r", "customerId": "c", "ty',
        '[{"id": "r"}, ',
        "not json",
        "[" * 50_000,
        '"text"',
        "5",
        '{"id": "r"}\n{"id":',
    ],
)
def test_truncated_records_are_an_error_of_simulate(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "records.jsonl"
    data.write_text(text, encoding="utf-8")
    group = PAYLOADS / "create-streak-group.request.json"
    assert main(["target", "simulate", str(group), "--data", str(data)]) not in (0, None)
    heard = capsys.readouterr()
    assert "Traceback" not in heard.err + heard.out
    assert heard.err


def test_a_truncated_group_is_an_error_of_simulate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, path = tmp_path / "records.jsonl", tmp_path / "group.json"
    data.write_text(json.dumps(RECORD), encoding="utf-8")
    text = (PAYLOADS / "create-streak-group.request.json").read_text(encoding="utf-8")
    for cut in (0, 1, 700, len(text.rstrip()) - 1):
        path.write_text(text[:cut], encoding="utf-8")
        assert main(["target", "simulate", str(path), "--data", str(data)]) not in (0, None)
        heard = capsys.readouterr()
        assert "Traceback" not in heard.err + heard.out
        assert heard.err


@pytest.mark.parametrize(
    "options",
    [
        ["--timezone", "Mars/Olympus"],
        ["--now", "tomorrow"],
        ["--returns", "SOMETIMES"],
        ["--customer", "nobody"],
        ["--enrolment", "missing.json"],
    ],
)
def test_wrong_options_of_simulate(options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "records.jsonl"
    data.write_text(json.dumps(RECORD), encoding="utf-8")
    command = ["target", "simulate", str(PAYLOADS / "create-streak-group.request.json"), "--data", str(data), *options]
    try:
        assert main(command) not in (0, None)
    except SystemExit as end:
        assert end.code not in (0, None)  # noqa: PT017
    heard = capsys.readouterr()
    assert "Traceback" not in heard.err + heard.out
    assert heard.err


def test_simulate_reads_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "records.jsonl"
    data.write_text(json.dumps({**RECORD, "storeId": 50679757}), encoding="utf-8")
    group = PAYLOADS / "create-streak-group.request.json"
    assert main(["target", "simulate", str(group), "--data", str(data), "--output", "json"]) in (0, None)
    heard = capsys.readouterr().out
    assert '"c"' in heard or "ACHIEVED" in heard or "streakTestt193" in heard
    json.loads(heard)
