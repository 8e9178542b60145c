"""Diagnostics about groups: one type, with pointer, number and, where the group was a text, the place in it."""

from __future__ import annotations

import json

import pytest

from targetexpr import Diagnostic
from targetexpr.base.diagnostics import apply_fixes
from targetexpr.base.source import NO_SPAN, Source
from targetexpr.targets import GroupBuilder, GroupError, PayloadError, parse_group, validate
from targetexpr.targets.model.error_numbers import ERROR_NUMBERS
from tests.targets.test_validation import group

TEXT = r"""{
  "name": "Weekly",
  "trackingType": "STREAKS",
  "totalPeriods": "two",
  "periods": [
    {"startDate": "2024-01-01", "endDate": "2024-01-07", "refCode": "Cycle_1"},
    {"startDate": "2024-01-15", "endDate": "2024-01-14", "refCode": "Cycle_2"}
  ],
  "targets": [{
    "name": "spend", "targetEntity": "TRANSACTION", "targetType": "SALES",
    "expression": "currentCustomer.slabName==\"Gold\u00e4\"&&currentTxn.valu>500",
    "defaultValues": [{"defaultValue": 500}, {"defaultValue": 1000}]
  }],
  "streaks": [{"name": "one"}]
}
"""


def lines(diagnostics: list[Diagnostic], text: str) -> list[tuple[int, str, str]]:
    """Line, code and the part of the text that each is about."""
    source = Source(text)
    return [(source.position(one.span.start).line, one.code, one.span.cut(text)) for one in diagnostics]


def test_every_diagnostic_of_a_text_has_its_place_in_it() -> None:
    assert lines(validate(TEXT), TEXT) == [
        (4, "not-a-number", '"two"'),
        (7, "period-ends-before-start", '"2024-01-14"'),
        (14, "member-missing", "{"),  # what is missing is told at the object that it is missing from
        (11, "unknown-attribute", "valu"),
    ]


def test_fixes_of_a_rule_apply_to_the_text_of_the_group() -> None:
    """What is inserted is escaped as the string around it is."""
    text = TEXT.replace(r"\"Gold\u00e4\"&&currentTxn.valu", "“Gold”&&currentTxn.value")
    found = [one for one in validate(text) if one.fix is not None]
    assert [one.code for one in found] == ["curly-quote"]
    assert r'"currentCustomer.slabName==\"Gold\"&&currentTxn.value>500"' in apply_fixes(text, found)


def test_a_rule_given_as_json_is_placed_in_the_document() -> None:
    inner = {"arity": "literal", "value": "5", "type": "nothing"}
    made = group({"targets/0/expressionJson": json.dumps(inner)})
    del made["targets"][0]["expression"]
    text = json.dumps(made)
    (found,) = [one for one in validate(text) if one.is_error]
    assert (found.pointer, found.span.cut(text)) == ("/targets/0/expressionJson", r"\"nothing\"")


def test_in_an_envelope_pointers_and_places_are_those_of_the_whole() -> None:
    text = json.dumps({"data": group({"name": "x" * 201}), "errors": None})
    (found,) = validate(text)
    assert (found.pointer, found.span.cut(text)) == ("/data/name", f'"{"x" * 201}"')


def test_values_have_no_place_but_rules_do() -> None:
    """The span of a rule counts in the string at the pointer."""
    rule = "currentTxn.valu>500"
    found = {one.code: one for one in validate(group({"name": "", "targets/0/expression": rule}))}
    assert found["name-empty"].span == NO_SPAN
    assert found["unknown-attribute"].pointer == "/targets/0/expression"
    assert found["unknown-attribute"].span.cut(rule) == "valu"


@pytest.mark.parametrize(
    ("text", "code", "pointer", "cut"),
    [
        ('{"name": ,}', "json-syntax", "/name", ","),
        ('{"name": "a", "name": "b"}', "duplicate-key", "/name", '"'),
        ('{"trackingType": "STREEK"}', "unknown-name", "/trackingType", '"STREEK"'),
        ('{"data": [{}, {}]}', "not-one-group", "/data", "[{}, {}]"),
    ],
)
def test_a_text_that_holds_no_group_says_where(text: str, code: str, pointer: str, cut: str) -> None:
    with pytest.raises(PayloadError) as caught:
        parse_group(text)
    (found,) = caught.value.diagnostics
    assert (found.code, found.pointer, found.span.cut(text), found.number) == (code, pointer, cut, 300004)


def test_an_error_of_building_holds_the_diagnostics() -> None:
    builder = GroupBuilder("x" * 201).cycles(1, "DAILY", start="2024-01-01").target("t", "SALES", value=1)
    with pytest.raises(GroupError) as caught:
        builder.build()
    assert list(caught.value.diagnostics) == builder.check()
    assert str(caught.value).startswith("error[group-name-too-long] at /name: ")


def test_one_table_has_the_numbers_and_what_is_said_beside_them() -> None:
    """target_api.md 8: every number means one thing, and each of our codes has one number at most."""
    entries = list(ERROR_NUMBERS.values())
    codes = [code for entry in entries for code in entry.codes]
    assert len(set(codes)) == len(codes)
    assert all(entry.text and entry.meaning.endswith(".") for entry in entries)
    # payloads/ and §8 show these texts; for the others they print none.
    assert sorted(entry.number for entry in entries if entry.documented) == [
        300004, 310008, 310011, 310069, 310094, 310126, 310130, 310145, 310146, 310147
    ]  # fmt: skip
