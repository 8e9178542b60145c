"""Returns are kept as copies of their own; one that cannot be copied is listed, and the others go on."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from targetexpr.targets import TargetGroup, evaluate
from targetexpr.targets.progress.copies import copy_of


def _nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "odd",
    [_nested(500), _nested(50_000), threading.Lock(), iter(()), {"a": {1, 2}}],
    ids=lambda odd: type(odd).__name__,
)
def test_a_return_that_cannot_be_kept_is_listed_and_the_others_go_on(odd: object) -> None:
    group = TargetGroup.model_validate(
        {
            "name": "g",
            "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-31", "refCode": "January"}],
            "targets": [
                {
                    "name": "spend",
                    "targetEntity": "TRANSACTION",
                    "targetType": "SALES",
                    "expression": "currentTxn.value>100",
                    "defaultValues": [{"defaultValue": 500}],
                }
            ],
        }
    )
    bill = {"id": 1, "customerId": "c", "type": "TransactionAdd", "date": "2024-01-05", "currentTxn": {"value": 620.5}}
    given = {"customerId": "c", "type": "ReturnBill", "date": "2024-01-06", "returnOf": "1"}
    bad = given | {"id": "r1", "returnBill": {"value": 50, "more": odd}}
    good = given | {"id": "r2", "returnBill": {"value": 100}}
    found = evaluate(group, [bill, bad, good], returns="SAME_PERIOD")
    assert [(one.record, one.reason, len(one.path) < 40) for one in found.reported.records] == [("r1", "data", True)]
    assert found.customers["c"].periods[0].progress == Decimal("520.5")


def test_the_copy_of_a_return_is_its_own() -> None:
    record: dict[str, object] = {"a": {"b": [1, {"c": Decimal("1.5")}]}}
    copied = copy_of(record)
    assert copied == record
    assert copied["a"] is not record["a"]
