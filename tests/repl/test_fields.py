"""Editing a record by hand: how a field is named, which values it takes, what a change leaves alone."""

from __future__ import annotations

import copy
import json
from datetime import UTC
from decimal import Decimal

import pytest

from targetexpr.base.errors import InputError
from targetexpr.lang.schema.model import Attribute
from targetexpr.lang.schema.schema import Schema
from targetexpr.repl.fields import attribute_at, changed, parse_path, parse_value, removed, shown, split_field
from tests.repl.commands import Talk

SCHEMA = Schema.bundled()


def attribute(name: str) -> Attribute:
    found = attribute_at(parse_path(name), SCHEMA, None)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("currentTxn", ("currentTxn",)),
        ("currentTxn.value", ("currentTxn", "value")),
        ("currentTxn.lineItems[12].qty", ("currentTxn", "lineItems", 12, "qty")),
        ('currentTxn.customFields["till number"]', ("currentTxn", "customFields", "till number")),
        (r'currentTxn.customFields["a\"b\\c\u0041"]', ("currentTxn", "customFields", 'a"b\\cA')),
    ],
)
def test_paths(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "[0]",
        ".value",
        "a..b",
        "a.",
        "a[",
        "a[x]",
        "a[-1]",
        "a[1234567]",
        'a["x]',
        "a b",
        "5",
        "a[0]b",
        r'a["\x"]',
        "a\x1b",
    ],
)
def test_what_is_no_path_says_so(text: str) -> None:
    with pytest.raises(InputError):
        parse_path(text)


@pytest.mark.parametrize(
    ("typed", "field", "rest"),
    [
        ("currentTxn.value 5", "currentTxn.value", "5"),
        ("currentTxn.value   a b ", "currentTxn.value", "a b"),
        ('currentTxn.customFields["till number"] "x y"', 'currentTxn.customFields["till number"]', '"x y"'),
        (r'a["q\" q"] 1', r'a["q\" q"]', "1"),
        ("currentTxn.value", "currentTxn.value", ""),
        ("", "", ""),
    ],
)
def test_a_name_in_quotes_may_hold_blanks(typed: str, field: str, rest: str) -> None:
    assert split_field(typed) == (field, rest)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("currentTxn.value", "620", 620),
        ("currentTxn.value", "620.10", 620.1),
        ("currentTxn.value", "0.10000000000000001", Decimal("0.10000000000000001")),
        ("currentTxn.value", "1" * 40, int("1" * 40)),
        ("currentTxn.value", "1e999", Decimal("1e999")),
        ("currentTxn.value", "null", None),
        ("currentTxn.number", "0042", "0042"),
        ("currentTxn.number", "42", "42"),
        ("currentTxn.number", '"42"', "42"),
        ("currentTxn.number", "true", "true"),
        ("currentTxn.number", "NaN", "NaN"),
        ("currentCustomer.slabName", "Gold Plus", "Gold Plus"),
        ("currentTxn.date", "2024-02-29", "2024-02-29"),
        ("currentTxn.date", "2024-02-29 10:00", "2024-02-29 10:00"),
        ("currentTxn.date", '"2024-02-29T10:00Z"', "2024-02-29T10:00Z"),
        ("currentTxn.date", "1704067200000", 1704067200000),
    ],
)
def test_a_value_is_what_the_field_holds(name: str, text: str, value: object) -> None:
    found = parse_value(text, attribute(name), UTC)
    assert (found, type(found) is type(value) or isinstance(found, float)) == (value, True)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("currentTxn.value", "many", "many is not a number"),
        ("currentTxn.value", '"5"', "is not a number"),
        ("currentTxn.value", "true", "is not a number"),
        ("currentTxn.value", "[5]", "is not a number"),
        ("currentTxn.value", "1,000", "is not a number"),
        ("currentTxn.value", "[5", "Not valid JSON: expected a comma or a closing bracket, found the end of the text"),
        ("currentTxn.value", "NaN", "is not a JSON number"),
        ("currentTxn.value", "-Infinity", "is not a JSON number"),
        ("currentTxn.value", "1e1001", "at most 1,000 digits"),
        ("currentTxn.value", "1e99999999999", "at most 1,000 digits"),
        ("currentTxn.value", "1e-99999999999", "at most 1,000 digits"),
        ("currentTxn.value", "1" * 1001, "at most 1,000 digits"),
        ("currentTxn.date", "tomorrow", "is not a date"),
        ("currentTxn.date", "2024-02-30", "is not a date"),
        ("currentTxn.date", "29.02.2024", "is not a date"),
        ("currentTxn.date", "true", "is not a date"),
        ("currentTxn.date", "1.5", "is not a date"),
        ("currentTxn.value", "x" * 5000, "is not a number"),
        ("currentTxn.value", "[" * 5000, "Nested more than 100 levels deep"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_few_words(name: str, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        parse_value(text, attribute(name), UTC)
    assert len(str(caught.value)) < 300


def test_every_boolean_takes_true_and_false_alone() -> None:
    flags = [
        one for profile in SCHEMA.profiles.values() for one in profile.attributes.values() if one.type.kind == "boolean"
    ]
    assert flags
    for flag in flags:
        if flag.flexible:
            continue
        assert parse_value("true", flag) is True
        for text in ("yes", "1", '"true"'):
            with pytest.raises(InputError, match="neither true nor false"):
                parse_value(text, flag)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("currentTnx.value", "currentTxn"), ("value", "schema"), ("currentTxn.valeu", "did you mean value")],
)
def test_likely_slips_in_names(name: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        attribute_at(parse_path(name), SCHEMA, None)


def test_a_change_leaves_the_rest_and_the_original_alone() -> None:
    context: dict[str, object] = {"currentTxn": {"value": 1, "lineItems": [{"qty": 1}, {"qty": 2}]}, "other": {"x": []}}
    original = copy.deepcopy(context)
    after, before = changed(context, parse_path("currentTxn.lineItems[1].qty"), 9)
    assert (before, context) == (2, original)
    assert after == {"currentTxn": {"value": 1, "lineItems": [{"qty": 1}, {"qty": 9}]}, "other": {"x": []}}
    assert changed(context, parse_path("currentTxn.lineItems[2]"), {"qty": 3})[0]["currentTxn"] == {
        "value": 1,
        "lineItems": [{"qty": 1}, {"qty": 2}, {"qty": 3}],
    }
    assert changed({}, parse_path("currentTxn.lineItems[0].qty"), 1)[0] == {"currentTxn": {"lineItems": [{"qty": 1}]}}
    assert removed(context, parse_path("currentTxn.lineItems[0]")) == {
        "currentTxn": {"value": 1, "lineItems": [{"qty": 2}]},
        "other": {"x": []},
    }
    assert context == original


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("currentTxn.lineItems[3]", r"has 1 entry; the next one is \[1\]"),
        ("currentTxn.lineItems.qty", "is .* so currentTxn.lineItems.qty does not exist"),
        ("currentTxn.value[0]", "is not a list"),
        ("currentTxn.value.x", "currentTxn.value is 5"),
    ],
)
def test_a_change_that_cannot_be(name: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        changed({"currentTxn": {"value": 5, "lineItems": [{}]}}, parse_path(name), 1)


@pytest.mark.parametrize("name", ["currentTxn.x", "currentTxn.lineItems[1]", "currentTxn.value.x", "nobody"])
def test_what_is_not_there_cannot_be_taken_out(name: str) -> None:
    with pytest.raises(InputError, match="the record has no"):
        removed({"currentTxn": {"value": 5, "lineItems": [{}]}}, parse_path(name))


@pytest.mark.parametrize("indent", [None, 2])
def test_values_are_shown_as_json_with_every_digit(indent: int | None) -> None:
    value = {"a": [1, Decimal("10.10"), {"b": "ü\n", "c": {}}, []], "d": None, "e": Decimal("0.10000000000000001")}
    text = shown(value, indent)
    assert json.loads(text, parse_float=Decimal) == value
    assert ("\n" in text) is (indent is not None)
    assert "ü" in text


def test_a_number_with_a_huge_exponent_is_not_written_out() -> None:
    assert shown(Decimal("1e99999999999")) == "1E+99999999999"
    assert Decimal(shown(Decimal("-2.5e-99999"))) == Decimal("-2.5e-99999")


def test_deeply_nested_data_is_edited_and_shown(talk: Talk) -> None:
    deep = "[" * 98 + "]" * 98
    talk.records(f'{{"currentTxn":{{"value":7,"customFields":{deep}}}}}')
    talk.do("currentTxn.value>5")
    assert talk.do(":load records.jsonl").endswith("yes  (record 1 of 1)")
    assert "no  (record 1 of 1, edited)" in talk.do(":set currentTxn.value 3")
    assert talk.do(":record").count("[") == 98
    talk.do(f':set currentTxn.clusters["x"] {deep}')
    assert "Nested more than 100 levels" in talk.refused(":set currentTxn.clusters " + "[" * 100_000)
    whole = '{"currentTxn":\n{"value":7,"customFields":' + deep + "}}"
    talk.records(whole, name="whole.json")
    assert talk.do(":load whole.json").endswith("yes  (record 1 of 1)")


def test_true_in_place_of_one_is_a_change(talk: Talk) -> None:
    talk.do(':set currentTxn.customFields["flag"] 1')
    talk.do(':set currentTxn.customFields["flag"] true')
    assert '"flag": true' in talk.do(":record")
