"""Models: every documented spelling, every observed date, numbers as they were written, nothing lost."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from targetexpr.targets import (
    Envelope,
    PayloadError,
    Period,
    TargetGroup,
    UnifiedUpdate,
    dump,
    json_schema,
    parse_group,
    parse_payload,
)
from targetexpr.targets.model.enums import FrequencyType, PeriodStatus, TargetEntity, TargetType, TrackingType, UserType
from targetexpr.targets.model.group import Target
from targetexpr.targets.model.json_values import read_json_value, write_json
from targetexpr.targets.model.scalars import Number, WireDate, date_text

PAYLOADS = sorted((Path(__file__).parent.parent / "data" / "payloads").glob("*.json"))


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_payloads_come_back_character_for_character(path: Path) -> None:
    """Stronger than equal: the files are indented by two, and so is what is written."""
    text = path.read_text(encoding="utf-8")
    assert dump(parse_payload(text)) == text.rstrip("\n")


# Stored names and every spelling of target_api.md section 3, with the name that is stored.
STATUSES = [
    ("RUNNING", "RUNNING"),
    ("LIVE", "RUNNING"),
    ("active", "RUNNING"),
    ("UPCOMING", "NOT_STARTED"),
    ("NOT STARTED", "NOT_STARTED"),
    ("Not_Started", "NOT_STARTED"),
    ("STOPPED", "ENDED"),
    ("ENDED", "ENDED"),
]


@pytest.mark.parametrize(("written", "stored"), STATUSES)
def test_spellings_of_a_period_status(written: str, stored: str) -> None:
    assert PeriodStatus.read(written) == stored


@pytest.mark.parametrize(
    ("kind", "unknown"),
    [
        (TrackingType, "STREAKZ"),
        (TrackingType, "non-continuous-streaks"),
        (TrackingType, ""),
        (FrequencyType, "Fortnightly"),
        (FrequencyType, "NO_LIMIT"),
        (TargetEntity, "CUSTOMER"),
        (TargetEntity, "PRODUCT"),
        (TargetType, "SALE"),
        (UserType, "ROBOT"),
    ],
)
def test_names_that_are_none_are_refused(kind: Any, unknown: str) -> None:
    with pytest.raises(ValueError, match=r"unknown name|of the reward|two pages"):
        kind.read(unknown)


def test_a_slip_gets_a_suggestion() -> None:
    with pytest.raises(ValueError, match="did you mean STREAKS"):
        TrackingType.read("STRAEKS")


@given(st.sampled_from([*TargetType]), st.lists(st.booleans(), min_size=20, max_size=20))
def test_case_does_not_matter(kind: TargetType, upper: list[bool]) -> None:
    written = "".join(c.upper() if up else c.lower() for c, up in zip(kind.value, upper * 2, strict=False))
    assert TargetType.read(written) is kind


INDIA = timezone(timedelta(hours=5, minutes=30))
# The patterns of target_api.md section 4, with what they mean.
STAMPS: list[tuple[str | int, date | datetime]] = [
    ("2023-11-17T00:45:12.063", datetime(2023, 11, 17, 0, 45, 12, 63000)),
    ("2023-11-17T00:45:12.063Z", datetime(2023, 11, 17, 0, 45, 12, 63000, UTC)),
    ("2023-11-17", date(2023, 11, 17)),
    ("2023-11-17T07:04:44.000+0000", datetime(2023, 11, 17, 7, 4, 44, 0, UTC)),
    ("2023-09-25T11:42:35.850+0530", datetime(2023, 9, 25, 11, 42, 35, 850000, INDIA)),
    (1637128974000, datetime(2021, 11, 17, 6, 2, 54, tzinfo=UTC)),
    ("2023-11-17 00:45:12.0", datetime(2023, 11, 17, 0, 45, 12)),
    ("2023-11-17 00:45:12", datetime(2023, 11, 17, 0, 45, 12)),
    ("2023-11-17T00:45:12.063IST", datetime(2023, 11, 17, 0, 45, 12, 63000, INDIA)),
]


@pytest.mark.parametrize(("written", "meant"), STAMPS, ids=str)
def test_every_observed_date_is_read_and_kept(written: str | int, meant: date | datetime) -> None:
    stamp = WireDate.read(written)
    assert (stamp.value, stamp.wire) == (meant, written)
    assert type(stamp.value) is type(meant)
    group = TargetGroup.model_validate({"fromDate": written})
    assert json.loads(dump(group)) == {"fromDate": written}


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2023-02-30",
        "2023-11-17T25:00:00",
        "2023-11-17T",
        "17.11.2023",
        "2023-11-17T10:00:00+9900",
        "２０２３-11-17",
    ],
)
def test_what_is_no_date(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        WireDate.read(written)


def test_the_day_of_a_date_is_the_one_it_is_written_with() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    assert WireDate.read("2024-01-31T20:00:00.000Z").day == date(2024, 1, 31)
    assert WireDate.read("2024-01-31T00:30:00.000+0530").day == date(2024, 1, 31)
    assert WireDate.read("2024-01-31").day == date(2024, 1, 31)
    assert WireDate.read(1706731200000).day == date(2024, 1, 31), "of milliseconds the day in UTC"
    assert WireDate.read("2024-01-31").instant(zone).isoformat() == "2024-01-31T00:00:00+05:30"


def test_instants_are_written_with_milliseconds() -> None:
    moment = datetime(2024, 1, 31, 20, 0, 0, 5999, UTC)
    assert date_text(moment) == "2024-01-31T20:00:00.005Z"
    assert date_text(moment.astimezone(INDIA)) == "2024-02-01T01:30:00.005+0530"
    assert date_text(moment.replace(tzinfo=None)) == "2024-01-31T20:00:00.005"


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**14), max_value=10**14), st.booleans()
)
def test_numbers_keep_value_and_spelling(amount: Decimal, quoted: bool) -> None:
    text = f'"{amount:f}"' if quoted else f"{amount:f}"
    body = '{"defaultValues": [{"defaultValue": ' + text + "}]}"
    target = Target.model_validate(read_json_value(body))
    value = (target.default_values or ())[0].default_value
    assert value == amount
    assert text in dump(target)
    for again in (pickle.loads(pickle.dumps(target)), copy.deepcopy(target), target.model_copy()):
        assert again == target
        assert text in dump(again)


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "1e999", "-1e400", "abc", "", "1,5", "0x10", True, None, [], {}])
def test_what_is_no_number(bad: Any) -> None:
    with pytest.raises(PayloadError) as caught:
        parse_group(json.dumps({"targets": [{"defaultValues": [{"defaultValue": [bad]}]}]}))
    assert caught.value.diagnostics[0].pointer == "/targets/0/defaultValues/0/defaultValue"


def test_floats_and_decimals_of_python_are_numbers_too() -> None:
    values = [0.1, Decimal("1.50"), 7, "2.0"]
    target = Target.model_validate({"defaultValues": [{"defaultValue": value} for value in values]})
    assert [v.default_value for v in target.default_values or ()] == [Decimal("0.1"), Decimal("1.5"), 7, 2]
    assert '"defaultValue": 1.50' in dump(target)


def test_arithmetic_gives_plain_decimals() -> None:
    total = Number("500.000") + 1
    assert total == 501
    assert type(total) is Decimal


def test_whole_numbers_may_have_a_point_but_no_fraction() -> None:
    group = TargetGroup.model_validate(read_json_value('{"totalPeriods": 2.0}'))
    assert group.total_periods == 2
    assert dump(group, indent=None) == '{"totalPeriods": 2.0}'
    for text in ('{"totalPeriods": 2.5}', '{"totalPeriods": "2"}', '{"totalPeriods": true}', '{"totalPeriods": 1e41}'):
        with pytest.raises(PayloadError):
            parse_group(text)


def test_a_reference_code_may_be_a_number_and_ids_of_filters_texts() -> None:
    """Update calls type refCode as a number; the modify-target sample quotes entity ids."""
    text = (
        '{"periods": [{"refCode": 17}], "targets": [{"filters": [{"entityType": "store", "entityIds": ["007", 5]}]}]}'
    )
    group = parse_group(text)
    assert (group.periods or ())[0].ref_code == "17"
    assert ((group.targets or ())[0].filters or ())[0].entity_ids == (7, 5)
    assert dump(group, indent=None) == text.replace("store", "STORE")


def test_nulls_that_were_sent_are_kept_and_others_not_made() -> None:
    text = '{"name": null, "targets": [{"extendedFieldInfo": {"aggregateWindow": null}}]}'
    assert dump(parse_group(text), indent=None) == text
    assert dump(TargetGroup(), indent=None) == "{}"


def test_the_rule_true_may_be_a_boolean() -> None:
    target = Target.model_validate({"expression": True})
    assert (target.rule, dump(target, indent=None)) == ("true", '{"expression": true}')
    assert Target.model_validate({}).rule == "true"


def test_models_take_python_names_and_write_wire_names() -> None:
    group = TargetGroup(name="g", periods=(Period(start_date=WireDate.read(date(2024, 1, 1))),))
    assert dump(group, indent=None) == '{"name": "g", "periods": [{"startDate": "2024-01-01"}]}'


def test_models_are_values() -> None:
    one, other = (parse_group('{"name": "g", "unknown": [1]}') for _ in range(2))
    assert one == other
    with pytest.raises(ValueError, match="frozen"):
        one.name = "h"  # type: ignore[misc]


def test_an_answer_with_several_groups_is_no_group() -> None:
    with pytest.raises(PayloadError, match="2 groups"):
        parse_group('{"data": [{"id": 1}, {"id": 2}]}')
    assert parse_group('{"data": [{"id": 7, "name": "one"}], "errors": []}').id == 7


def test_payloads_are_recognised() -> None:
    answer = parse_payload('{"data": [{"id": 1, "name": "t", "targetType": "SALES"}], "errors": null}')
    assert isinstance(answer, Envelope)
    assert isinstance(answer.data[0], Target)
    assert isinstance(parse_payload('{"unifiedTargetExpression": {"thresholdValue": 4}}'), UnifiedUpdate)
    error = parse_payload('{"data": null, "errors": [{"code": 310145, "message": "no"}], "warnings": null}')
    assert isinstance(error, Envelope)
    assert (error.errors or ())[0].code == 310145


def test_twins_are_known() -> None:
    seed = next(path for path in PAYLOADS if path.stem == "create-streak-group.response")
    group = parse_group(seed.read_text(encoding="utf-8"))
    assert [target.is_twin for target in group.targets or ()] == [False, True]


def test_sum_keeps_what_is_said_of_it() -> None:
    """A count that was asked for is not overwritten; validation tells that attributes are only summed."""
    target = Target.model_validate(
        {"targetType": "sum", "extendedFieldInfo": {"name": "n", "aggregateFunction": "COUNT"}}
    )
    assert target.target_type is TargetType.EVENT_ATTRIBUTE
    assert target.extended_field_info is not None
    assert target.extended_field_info.aggregate_function == "COUNT"
    bare = Target.model_validate({"targetType": "SUM"})
    assert json.loads(dump(bare)) == {
        "targetType": "EVENT_ATTRIBUTE",
        "extendedFieldInfo": {"aggregateFunction": "SUM"},
    }


def test_the_json_schema_takes_what_the_models_take() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for path in PAYLOADS:
        if "group" in path.stem:
            body = json.loads(path.read_text(encoding="utf-8"))
            validator.validate(body.get("data", body))
    assert validator.is_valid({"trackingType": "Non continuous streak", "frequencyType": "half-Yearly"})
    assert validator.is_valid({"more": {"of": "it"}})
    assert not validator.is_valid({"trackingType": "STREAKZ"})
    assert not validator.is_valid({"periods": {}})
    assert not validator.is_valid({"fromDate": "soon"})
    assert "targetCountOfSequence" in schema["$defs"]["Streak"]["properties"]
    assert json_schema(Period)["properties"]["startDate"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
        max_leaves=12,
    ),
    st.sampled_from([None, 0, 2, 4]),
)
def test_json_is_written_as_the_standard_library_reads_it(value: Any, indent: int | None) -> None:
    assert json.loads(write_json(value, indent)) == value
    if indent != 0:
        assert write_json(value, indent) == json.dumps(value, ensure_ascii=False, indent=indent)


def test_deep_documents_are_refused() -> None:
    for text in ("[" * 5000, '{"a":' * 5000, "[" * 150 + "]" * 150):
        with pytest.raises(PayloadError, match="too-deep"):
            parse_group(text)


def test_pydantics_own_dump_has_numbers() -> None:
    text = '{"totalPeriods":2.0,"targets":[{"defaultValues":[{"defaultValue":500.000},{"defaultValue":"1.00"}]}]}'
    dumped = json.loads(parse_group(text).model_dump_json(by_alias=True, exclude_unset=True))
    assert dumped == {
        "totalPeriods": 2,
        "targets": [{"defaultValues": [{"defaultValue": 500}, {"defaultValue": "1.00"}]}],
    }


def test_kinds_of_names_are_spelled_as_the_name_check_has_them() -> None:
    assert (
        dump(parse_payload('{"type": "TARGETNAME", "value": "x"}'), indent=None)
        == '{"type": "targetName", "value": "x"}'
    )
    with pytest.raises(PayloadError, match="targetGroupName"):
        parse_payload('{"type": "customer", "value": "x"}')
