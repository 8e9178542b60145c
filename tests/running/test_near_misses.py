"""Near misses of strings, and the values that a rule reads, as explanations show them."""

from __future__ import annotations

import pytest

from targetexpr.rule import compile as compile_rule
from targetexpr.running.explaining.near_misses import NearMiss, differences, near_misses
from targetexpr.running.explaining.recording import Trace
from targetexpr.running.explaining.values_read import ValueRead, values_read


def traced(rule: str, context: dict[str, object]) -> tuple[list[NearMiss], list[ValueRead]]:
    compiled = compile_rule(rule)
    program = compiled._program
    trace = Trace(program, context, compiled._reader)
    trace.run(0)
    near = near_misses(trace, lambda index: program.nodes[index].span)
    return near, values_read(trace, rule, lambda index: program.nodes[index].span)


@pytest.mark.parametrize(
    ("value", "wanted", "kinds"),
    [
        ("gold", "Gold", ("case",)),
        ("GOLD", "gold", ("case",)),
        ("Straße", "STRASSE", ("case",)),
        ("Gold ", "Gold", ("blanks",)),
        ("Gold  Plus", "Gold Plus", ("blanks",)),
        ("Gold\u00a0Plus", "Gold Plus", ("blanks",)),
        ("Go\u200bld", "Gold", ("blanks",)),
        ("Café", "Cafe", ("accents",)),
        ("Cafe\u0301", "Café", ("accents",)),
        ("Ångström", "Angstrom", ("accents",)),
        ("cafe ", "Café", ("case", "blanks", "accents")),
        ("Gold", "Gold", ()),
        ("Silver", "Gold", ()),
        ("Golden", "Gold", ()),
        ("", "Gold", ()),
    ],
)
def test_in_what_strings_differ(value: str, wanted: str, kinds: tuple[str, ...]) -> None:
    assert differences(value, wanted) == kinds
    assert differences(wanted, value) == kinds


def test_a_near_miss_names_both() -> None:
    rule = 'currentTxn.value>500&&(currentCustomer.slabName=="Silver"||"Gold"==currentCustomer.slabName)'
    near, _ = traced(rule, {"currentTxn": {"value": 1}, "currentCustomer": {"slabName": "gold "}})
    (one,) = near
    assert (one.path, one.value, one.wanted, one.kind) == ("currentCustomer.slabName", "gold ", "Gold", "case")
    assert one.span.cut(rule) == '"Gold"'
    assert one.message == (
        'currentCustomer.slabName is "gold " and the rule has "Gold": '
        "they differ in upper and lower case and blanks only."
    )


def test_what_is_looked_for_inside_of_a_string() -> None:
    rule = 'currentCustomer.slabName.contains("gold")'
    (one,), _ = traced(rule, {"currentCustomer": {"slabName": "The GOLD club"}})
    assert (one.value, one.wanted, one.kind) == ("GOLD", "gold", "case")
    assert traced(rule, {"currentCustomer": {"slabName": "the gold club, GOLD"}})[0] == []
    assert traced(rule, {"currentCustomer": {"slabName": "silver"}})[0] == []


@pytest.mark.parametrize(
    "held", [{"slabName": None}, {}, {"slabName": "Silver"}, {"slabName": ["gold"]}, {"slabName": "Gold"}]
)
def test_what_is_no_near_miss(held: dict[str, object]) -> None:
    assert traced('currentCustomer.slabName=="Gold"', {"currentCustomer": held})[0] == []


def test_values_that_were_read() -> None:
    rule = 'currentTxn.value>500||currentTxn.value<1||currentCustomer.slabName=="Gold"'
    _, reads = traced(rule, {"currentTxn": {"value": 620}})
    value, slab = reads
    assert (value.path, value.value, value.text, value.error) == ("currentTxn.value", 620, "620", None)
    assert [span.cut(rule) for span in value.spans] == ["currentTxn.value"] * 2
    assert (slab.value, slab.text) == (None, "missing")
    assert slab.error == "currentCustomer is missing, a profile (an object) is needed"


def test_methods_of_profiles_are_read_as_well() -> None:
    rule = 'currentTxn.basketSum("brand","Puma")>5'
    items = [{"qty": 1, "rate": 9, "attributes": {"brand": "Puma"}}]
    _, (one,) = traced(rule, {"currentTxn": {"lineItems": items}})
    assert (one.path, one.text) == ('currentTxn.basketSum("brand","Puma")', "9")
