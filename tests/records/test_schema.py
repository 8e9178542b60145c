"""The JSON Schema of records: it takes what is shown and tested everywhere, and values as binding takes them."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from targetexpr import Schema, record_schema
from targetexpr.guide.pages import page, topics
from targetexpr.lang.functions import all_functions
from targetexpr.targets.model.events import POINTS_ISSUED, RETURN_BILL, TRANSACTION_ADD
from tests.targets.generate import case

TESTS = Path(__file__).resolve().parent.parent
PAGES = [page(name) for name in topics()]
RECORD = jsonschema.Draft202012Validator(record_schema())
FED = jsonschema.Draft202012Validator(record_schema(head=True))


def errors(validator: jsonschema.Draft202012Validator, record: object) -> list[str]:
    return sorted("/".join(str(part) for part in error.path) for error in validator.iter_errors(record))


def test_it_is_a_schema_of_the_dialect_it_names() -> None:
    for made in (record_schema(), record_schema(head=True), record_schema(event=TRANSACTION_ADD)):
        assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        jsonschema.Draft202012Validator.check_schema(made)


# ---- records that are shown, and those of tests


def shown_in_the_guide() -> Iterator[Any]:
    """Those that a page means to be right: sessions that show what is wrong with a record are left out."""
    for text in PAGES:
        for session in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            if "warning[" in session or "which is not" in session or "Not valid" in session:
                continue
            for line, data in re.findall(r"^> (\{.*\})$|--data '(\{.*?\})'", session, re.MULTILINE):
                record = json.loads(line or data)
                if "currentTxn" in record or "currentCustomer" in record:
                    yield record


def test_records_of_the_guide() -> None:
    records = list(shown_in_the_guide())
    assert len(records) > 20
    for record in records:
        assert errors(FED if "id" in record else RECORD, record) == []


def test_contexts_of_the_functions_examples() -> None:
    for function in all_functions():
        for example in function.examples:
            context = json.loads(json.dumps(example.context, default=str))
            invalid = example.context == {"currentTxn": {"date": "soon"}}  # for isValid() to be false
            assert errors(RECORD, context) == (["currentTxn/date"] if invalid else []), example.expression


INVALID = ("abc", "broken", "many", "much", "two", True, [1])
"""What generated records hold where a number belongs, so that there is something to list."""


@pytest.mark.parametrize("seed", range(0, 400, 8))
def test_records_of_generated_cases(seed: int) -> None:
    for record in case(seed).records:
        for error in FED.iter_errors(json.loads(json.dumps(record, default=str))):
            assert error.instance in INVALID, record


def test_records_of_the_story() -> None:
    story = tomllib.loads((TESTS / "serve" / "story.toml").read_text(encoding="utf-8"))
    records = [one["record"] for step in story["step"] for one in step.get("record", ())]
    assert len(records) > 10
    for record in records:
        assert errors(FED, record) == []


# ---- values


def bound() -> Iterator[tuple[str, object, bool]]:
    """Raw values of JSON, and whether they are bound to a kind, from the table of bindings."""
    table = tomllib.loads((TESTS / "running" / "meaning" / "binding.toml").read_text(encoding="utf-8"))
    stands_for: dict[str, object] = {"@null": None, "@list": [], "@dict": {}}
    for kind in ("number", "string", "boolean", "date"):
        for raw, meant, *_ in table[kind]:
            raw = stands_for.get(raw, raw) if isinstance(raw, str) else raw
            if isinstance(raw, str) and raw.startswith("@"):
                continue  # no value of JSON
            if isinstance(raw, float) and not math.isfinite(raw):
                continue
            if isinstance(raw, str | int | float | None | list | dict):
                yield kind, raw, meant != "misfit"


FIELDS = {
    "number": ("currentTxn", "value"),
    "string": ("currentTxn", "number"),
    "boolean": ("currentCustomer", "isLoyal"),
    "date": ("currentTxn", "date"),
}


@pytest.mark.parametrize(("kind", "raw", "fits"), list(bound()), ids=lambda value: repr(value)[:30])
def test_values_are_taken_as_they_are_bound(kind: str, raw: object, fits: bool) -> None:
    profile, name = FIELDS[kind]
    found = errors(RECORD, {profile: {name: raw}})
    if fits:
        assert found == []
    elif kind != "date" or not isinstance(raw, str | int):  # that there is such a day, no pattern says
        assert found == [f"{profile}/{name}"]


BILL = {"id": "b1", "customerId": "c", "type": "TransactionAdd", "date": "2024-01-02"}


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"id": None, "currentTxn": {}}, []),  # null is missing, and that is for evaluation to say
        ({"id": 1.5}, ["id"]),
        ({"customerId": ["c"]}, ["customerId"]),
        ({"date": "02/01/2024"}, ["date"]),
        ({"zoneIds": 7}, ["zoneIds"]),
        ({"points": {"regular": "ten"}}, ["points/regular"]),
        ({"currentTxn": 620}, ["currentTxn"]),
        ({"currentTxn": None}, []),
        ({"currentTxn": {"lineItems": [1]}}, ["currentTxn/lineItems/0"]),
        ({"currentTxn": {"lineItems": [{"qty": "2"}, {"amount": "x"}]}}, ["currentTxn/lineItems/1/amount"]),
        ({"currentTxn": {"lineItems": [{"attributes": {"brand": 1.5}}]}}, ["currentTxn/lineItems/0/attributes/brand"]),
        ({"currentTxn": {"customFields": {"gift": ["a", 5, True]}}}, []),
        ({"currentTxn": {"extField_x": 5, "extendedFields": {"x": None}}}, []),
        ({"currentTxn": {"extendedFields": 5}}, ["currentTxn/extendedFields"]),
        ({"currentCustomer": {"isRegisteredOn": {"STORE": ["s1"]}}}, []),
        ({"currentCustomer": {"isRegisteredOn": 5}}, ["currentCustomer/isRegisteredOn"]),
        ({"returnBill": {"value": "-5", "lineItems": None}}, []),
        ({"returnBill": {"value": "5,00"}}, ["returnBill/value"]),
        ({"currentEvent": {"minutes": 45, "note": None}}, []),
        ({"stroeId": 7, "vlaue": 5}, []),  # unknown members are allowed here, and warned about where data is read
    ],
    ids=str,
)
def test_what_fits_is_told_from_what_does_not(more: dict[str, object], where: list[str]) -> None:
    assert errors(RECORD, {**BILL, **more}) == where


def test_target_groups_need_more_than_rules() -> None:
    assert errors(RECORD, {"currentTxn": {"value": 5}}) == []
    assert errors(FED, {"currentTxn": {"value": 5}}) == [""] * 4
    assert errors(FED, BILL) == []


# ---- from the declarations


def test_fields_and_profiles_of_ones_own() -> None:
    mine = Schema.bundled().extend(
        {
            "profiles": {
                "currentOrder": {"attributes": {"total": "real"}, "methods": {"basketSum": {"use": "basketSum"}}},
                "currentCustomer": {"extendedFields": {"dob": "date"}},
            },
            "events": {"GymVisit": {"attributes": {"minutes": "real"}}},
        }
    )
    validator = jsonschema.Draft202012Validator(record_schema(mine))
    assert errors(validator, {"currentOrder": {"total": 5, "lineItems": [{"qty": 1}]}}) == []
    assert errors(validator, {"currentOrder": {"total": "five"}}) == ["currentOrder/total"]
    assert errors(validator, {"currentCustomer": {"extField_dob": "tomorrow"}}) == ["currentCustomer/extField_dob"]
    of_event = jsonschema.Draft202012Validator(record_schema(mine, event="GymVisit"))
    assert errors(of_event, {"currentEvent": {"minutes": "long"}}) == ["currentEvent/minutes"]


def test_an_event_has_the_profiles_it_offers() -> None:
    bill = record_schema(event=TRANSACTION_ADD)["properties"]
    returned = record_schema(event=RETURN_BILL)["properties"]
    points = record_schema(event=POINTS_ISSUED)["properties"]
    assert {"id", "points", "currentTxn", "currentLineItem"} <= bill.keys()
    assert "returnBill" not in bill
    assert "returnBill" in returned
    assert "currentTxn" not in returned
    assert "currentCustomer" in points
    assert "currentTxn" not in points


def test_an_unknown_event_is_refused_with_the_close_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown event 'TransactionAd'; did you mean TransactionAdd\?"):
        record_schema(event="TransactionAd")


def test_references_can_lie_elsewhere() -> None:
    made = record_schema(refs="#/components/schemas/")
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(made)))
    assert {reference.rpartition("/")[0] for reference in references} == {"#/components/schemas"}
    assert {reference.rpartition("/")[2] for reference in references} <= made["$defs"].keys()
