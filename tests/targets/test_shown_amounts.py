"""Amounts in results: rounded once, to 34 digits, half-even, and only where they are shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from targetexpr.targets import evaluate

GROUP = {
    "name": "g",
    "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-31"}],
    "targets": [
        {
            "name": "spend",
            "targetEntity": "TRANSACTION",
            "targetType": "SALES",
            "expression": "true",
            "defaultValues": [{"defaultValue": 1}],
        }
    ],
}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1" * 40, Decimal("1" * 34 + "000000")),
        ("1" * 33 + ".5", Decimal("1" * 33 + ".5")),
        ("1" * 33 + "2.5", Decimal("1" * 33 + "2")),
        ("1" * 33 + "3.5", Decimal("1" * 33 + "4")),
        ("1.50", Decimal("1.50")),
    ],
)
def test_what_is_shown_is_rounded_once(value: str, shown: Decimal) -> None:
    bill = {"id": "b", "customerId": "c", "type": "TransactionAdd", "date": "2024-01-02"}
    found = evaluate(GROUP, [{**bill, "currentTxn": {"value": value}}]).customers["c"].periods[0]
    assert found.progress == shown
    assert found.achieved


def test_the_exact_sum_decides() -> None:
    """One part in 10^40 short of the value, which is shown as the value."""
    needed = {**GROUP["targets"][0], "defaultValues": [{"defaultValue": 10**40}]}  # type: ignore[dict-item, index]
    bill = {"id": "b", "customerId": "c", "type": "TransactionAdd", "date": "2024-01-02"}
    found = evaluate({**GROUP, "targets": [needed]}, [{**bill, "currentTxn": {"value": "9" * 40}}])
    period = found.customers["c"].periods[0]
    assert period.progress == Decimal(10**40)
    assert not period.achieved
