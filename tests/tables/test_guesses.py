"""What a sample shows of columns is gone by only where that is checked: later numbers need not be as the first."""

from __future__ import annotations

import math
from decimal import Decimal
from random import Random

import polars as pl
import pytest

from targetexpr import compile  # noqa: A004
from targetexpr.tables import polars_table
from targetexpr.tables.on import Table

R4 = "currentTxn.discount<=(((currentTxn.value+currentTxn.discount)*40)/100)"


@pytest.fixture(autouse=True)
def _any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polars_table, "_LARGE", 1)


@pytest.fixture(params=["eager", "lazy"])
def lazy(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "lazy")


def bills(*later: tuple[float | None, float | None]) -> pl.DataFrame:
    """A thousand tidy bills, one in ten with 3d = 2v, and after them some others."""
    random = Random(1)
    rows: list[tuple[float | None, float | None]] = []
    for at in range(1100):
        cents = random.randint(1, 100_000) * 3
        discount = Decimal(cents * 2 // 3) / 100 if at % 10 == 0 else Decimal(random.randint(0, 200_000)) / 100
        rows.append((float(Decimal(cents) / 100), float(discount)))
    return pl.DataFrame([*rows, *later], schema=["currentTxn.value", "currentTxn.discount"], orient="row")


def agree(text: str, frame: pl.DataFrame, lazy: bool) -> int:
    rule = compile(text, on_error="null")
    expected = [
        rule.evaluate({"currentTxn": {"value": _known(value), "discount": _known(discount)}})
        for value, discount in frame.iter_rows()
    ]
    given = frame.lazy() if lazy else frame
    verdicts = rule.on(given)
    assert verdicts.counts() == {one: expected.count(one) for one in (True, False, None)}
    assert rule.on(given).count() == expected.count(True)
    assert verdicts.column.to_list() == expected  # type: ignore[attr-defined]
    return verdicts.undecided


def _known(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def test_a_right_guess_needs_no_proof(lazy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise AssertionError("proven all the same")

    monkeypatch.setattr(polars_table.PolarsFacts, "of_floats", none)
    assert agree(R4, bills((59.4, 39.6), (None, 1.0)), lazy) == 0


@pytest.mark.parametrize(
    "later",
    [
        (59.4, 39.60000000000001),  # off the grid beside a tie: one ulp
        (59.4, math.nextafter(39.6, 0)),
        (59.4, 39.601),
        (0.1 + 0.2, 0.2),
        (1e300, 1.0),
        (1e15 / 3, 1e15 / 3 * 2),
        (math.inf, 1.0),
        (1.0, -math.inf),
        (math.nan, 1.0),
        (1e-320, 1e-320),
        (-59.4, -39.6),
        (1e11, 1.0),
    ],
)
@pytest.mark.parametrize("operator", ["<=", "<", "==", "!=", ">", ">="])
def test_what_comes_after_the_sample_is_exact_too(later: tuple[float, float], operator: str, lazy: bool) -> None:
    agree(R4.replace("<=", operator), bills(later, (59.4, 39.6)), lazy)


@pytest.mark.parametrize(
    "text",
    [
        "currentTxn.value%100<10||currentTxn.discount%3==0",  # remainders go by the grid of all rows
        "currentTxn.value*currentTxn.discount>100&&currentTxn.value-currentTxn.discount<=19.8",
        "(currentTxn.value>100?currentTxn.value:currentTxn.discount)+currentTxn.discount>99",
        "currentTxn.value/currentTxn.discount>=1.5",
        "currentTxn.value/3*3==currentTxn.value",
        "currentTxn.value-currentTxn.value<1&&currentTxn.value.isNotNull()",
        "!(currentTxn.discount*3==currentTxn.value*2)||currentTxn.value+currentTxn.discount==99",
    ],
)
def test_every_use_of_a_guess(text: str, lazy: bool) -> None:
    for later in [(59.4, 39.6), (59.4, 39.60000000000001), (math.nan, math.inf), (1e300, 1e-300)]:
        agree(text, bills(later), lazy)


def test_a_second_rule_over_a_table_goes_by_proven_facts(lazy: bool) -> None:
    frame = bills((59.4, 39.60000000000001))
    table = Table(frame.lazy() if lazy else frame)
    expected = compile(R4, on_error="null").on(frame).counts()
    for _ in range(3):
        assert compile(R4, on_error="null").on(table).counts() == expected


def test_invalid_values_after_the_sample_are_counted(lazy: bool) -> None:
    frame = bills((math.inf, 1.0), (math.nan, 1.0))
    found = compile(R4).on(frame.lazy() if lazy else frame).invalid
    assert found["currentTxn.value"].count == 1
    assert found["currentTxn.value"].rows == (1100,)
