"""The call around an offset, its overloads, and the parameter that is typed."""

from __future__ import annotations

import pytest

from targetexpr.ide.document import Document
from targetexpr.ide.signature_help import SignatureHelp, signature_help


def at(marked: str) -> SignatureHelp | None:
    return signature_help(Document(marked.replace("¦", "")), marked.index("¦"))


@pytest.mark.parametrize(
    ("text", "label", "parameter"),
    [
        (
            "currentTxn.basketSum(¦",
            "basketSum(inventoryAttribute: string, attributeValue: string) -> real",
            "inventoryAttribute",
        ),
        (
            'currentTxn.basketSum("brand",¦)>5',
            "basketSum(inventoryAttribute: string, attributeValue: string) -> real",
            "attributeValue",
        ),
        ("currentTxn.date.daysDiff(¦", "daysDiff(otherDate: date) -> integer", "otherDate"),
        ("currentTxn.date.daysDiff(2025,¦", "daysDiff(year: number, month: number, day: number) -> integer", "month"),
        ("currentTxn.date.daysDiff(2025,1,1,¦", "daysDiff(year: number, month: number, day: number) -> integer", None),
        (
            "currentTxn.value=>5 and currentTxn.date.daysDiff(2025,1¦",
            "daysDiff(year: number, month: number, day: number) -> integer",
            "month",
        ),
        (
            "currentTxn.basketSum(“brand”,¦",
            "basketSum(inventoryAttribute: string, attributeValue: string) -> real",
            "attributeValue",
        ),
    ],
)
def test_the_overload_and_the_parameter(text: str, label: str, parameter: str | None) -> None:
    found = at(text)
    assert found is not None
    assert found.active_signature.label == label
    assert (None if found.active_parameter is None else found.active_parameter.name) == parameter


def test_every_overload_is_there_and_each_parameter_stands_in_its_label() -> None:
    found = at("currentTxn.date.daysDiff(¦")
    assert found is not None
    assert (found.name, len(found.signatures), bool(found.doc)) == ("daysDiff", 2, True)
    for signature in found.signatures:
        for parameter in signature.parameters:
            assert parameter.span.cut(signature.label) == f"{parameter.name}: {parameter.kind}"


def test_documented_values_of_a_parameter() -> None:
    found = at("currentCustomer.isSubscribedToChannel(¦")
    assert found is not None
    assert found.active_parameter is not None
    assert {"MOBILE", "EMAIL"} <= set(found.active_parameter.values)


@pytest.mark.parametrize(
    "text", ["¦", "currentTxn.value¦", "f(¦", "nobody.x(¦", "(¦", 'currentTxn.basketSum("a","b")¦']
)
def test_no_call(text: str) -> None:
    assert at(text) is None
