"""Scalars of NumPy and pandas in a context: numbers, truths and instants, missing values null, NaN as ever."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from targetexpr import DataError, compile  # noqa: A004

NUMBERS = [
    (np.int64(600), 600),
    (np.int8(-5), -5),
    (np.uint64(2**63), 2**63),
    (np.float64(500.1), Decimal("500.1")),
    (np.float32(0.1), Decimal("0.1")),
    (np.float16(0.5), Decimal("0.5")),
    (np.longdouble(2.5), Decimal("2.5")),
    (np.float32(1e10), 10_000_000_000),
]


@pytest.mark.parametrize(("raw", "expected"), NUMBERS, ids=repr)
def test_numbers_are_exact(raw: object, expected: object) -> None:
    assert compile("currentTxn.value", expect=None).evaluate({"currentTxn": {"value": raw}}) == expected
    assert compile(f"currentTxn.value==({expected})").matches({"currentTxn": {"value": raw}})


@pytest.mark.parametrize("raw", [pd.NA, pd.NaT, np.datetime64("NaT"), None], ids=repr)
@pytest.mark.parametrize("attribute", ["value", "date", "number"])
def test_missing_values_are_null_anywhere(raw: object, attribute: str) -> None:
    context = {"currentTxn": {attribute: raw}}
    assert compile(f"currentTxn.{attribute}", expect=None).evaluate(context) is None
    assert compile(f"currentTxn.{attribute}.isNull()").matches(context)


@pytest.mark.parametrize("raw", [np.float64("nan"), np.float32("nan"), float("nan"), np.float32("inf")], ids=repr)
def test_nan_and_infinities_do_not_fit(raw: object) -> None:
    context = {"currentTxn": {"value": raw}}
    with pytest.raises(DataError) as caught:
        compile("currentTxn.value>5").matches(context)
    assert caught.value.path == "currentTxn.value"
    if isinstance(raw, float) and raw != raw:
        assert str(caught.value).endswith("; missing values are None")
    assert compile("currentTxn.value>5", on_error="null").evaluate(context) is None


def test_truths_and_strings() -> None:
    context = {"currentCustomer": {"isLoyal": np.bool_(True), "slabName": np.str_("Gold")}}
    assert compile('currentCustomer.isLoyal&&currentCustomer.slabName=="Gold"').matches(context)
    with pytest.raises(DataError):
        compile("currentTxn.value>0").matches({"currentTxn": {"value": np.bool_(True)}})


INSTANTS = [
    np.datetime64("2025-05-27T18:40"),
    np.datetime64("2025-05-27T18:40:00.123456789", "ns"),
    pd.Timestamp("2025-05-27T18:40"),
    pd.Timestamp("2025-05-27T18:40", tz="Asia/Kolkata"),
]


@pytest.mark.parametrize("raw", INSTANTS, ids=repr)
def test_instants_are_local_unless_they_say_otherwise(raw: object) -> None:
    context = {"currentTxn": {"date": raw}}
    rule = compile("currentTxn.date.isHourBetween(18,19)", timezone="Asia/Kolkata")
    assert rule.matches(context)
    assert compile("currentTxn.date.dayOfMonth()==27").matches({"currentTxn": {"date": np.datetime64("2025-05-27")}})


def test_line_items_and_fields_are_read_alike() -> None:
    item = {"qty": np.int64(3), "rate": np.float32(0.1), "attributes": {"brand": "Puma"}}
    context = {"currentTxn": {"lineItems": [item], "customFields": {"gift": "a"}}}
    assert compile('currentTxn.basketSum("brand","Puma")==0.3').matches(context)
    assert compile("currentTxn.totalQty==3").matches(context)
