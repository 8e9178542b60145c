"""What makes floats exact, at its edges: ties, neighbours of one ulp, overflow, and clocks where they change."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from random import Random
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest

from targetexpr import compile  # noqa: A004
from targetexpr.tables.clocks import ANY_CLOCK, changes
from targetexpr.tables.columns import Column, ColumnType
from targetexpr.tables.dialects import DUCKDB
from targetexpr.tables.sql_vocabulary import SqlVocabulary
from tests.sampling import sampled
from tests.tables.engines import ENGINES, column, table_of

R4 = "currentTxn.discount<=(((currentTxn.value+currentTxn.discount)*40)/100)"
OPERATORS = ["==", "!=", "<", "<=", ">", ">="]


def agree(text: str, columns: dict[str, list[object]], timezone: str = "UTC", undecided: int | None = None) -> None:
    rule = compile(text, on_error="null", timezone=timezone)
    expected = [
        rule.evaluate({"currentTxn": dict(zip(columns, row, strict=True))})
        for row in zip(*columns.values(), strict=True)
    ]
    frame = pl.DataFrame({f"currentTxn.{name}": values for name, values in columns.items()}, strict=True)
    for engine in ENGINES:
        verdicts = rule.on(table_of(engine, frame))
        wrong = [at for at, found in enumerate(column(verdicts)) if found is not expected[at]]
        assert not wrong, [(engine, text, wrong[0], {name: values[wrong[0]] for name, values in columns.items()})]
        if undecided is not None:
            assert verdicts.undecided == undecided, engine


@pytest.mark.parametrize("scale", [2, 4, 6])
def test_the_grid_test_proves_what_it_says(scale: int) -> None:
    """`round(x, k) == x` holds exactly for the floats whose shortest decimal is a multiple of 10^-k."""
    random = Random(scale)
    grid = [random.randint(-(2**50), 2**50) for _ in range(3000)] + [
        random.randint(-(10**6), 10**6) for _ in range(3000)
    ]
    values = [steps / 10**scale for steps in grid]
    values += [math.nextafter(value, math.inf) for value in values] + [math.nextafter(v, -math.inf) for v in values]
    values = [value for value in values if abs(value) * 10**scale < 1e15]
    series = pl.Series(values)
    expected = [(Decimal(repr(value)) * 10**scale) % 1 == 0 for value in values]
    assert (series.round(scale) == series).to_list() == expected
    number = Column(path=("x",), type=ColumnType(kind="float"))
    words = SqlVocabulary(UTC, DUCKDB, lambda: ANY_CLOCK)
    relation = table_of("duckdb", pl.DataFrame({"x": series}))
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    found = relation.project(words.is_off(words.cell(number), scale)).fetchall()
    assert [not off for (off,) in found] == expected


def ties(random: Random, step: Decimal) -> tuple[list[object], list[object]]:
    """Values and discounts at exactly 40 %, and a step of the grid beside it."""
    values, discounts = [], []
    for _ in range(2000):
        steps = random.randint(1, 10**6) * 3
        values.append(float(steps * step))
        discounts.append(float((steps * 2 // 3 + random.choice([-1, 0, 0, 1])) * step))
    return values, discounts


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("step", ["0.01", "0.0001", "0.000001"])
def test_ties_are_seen_in_doubles(step: str, operator: str) -> None:
    values, discounts = ties(Random(5), Decimal(step))
    agree(R4.replace("<=", operator), {"value": values, "discount": discounts}, undecided=0)


def test_ties_of_one_in_ten_naive_doubles_get_wrong() -> None:
    values, discounts = ties(Random(5), Decimal("0.01"))
    exact = compile(R4).on(pl.DataFrame({"currentTxn.value": values, "currentTxn.discount": discounts})).count()
    naive = sum(d <= (v + d) * 40 / 100 for v, d in zip(values, discounts, strict=True))  # type: ignore[operator]
    assert exact != naive


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(
    "rule", [R4, "currentTxn.value-currentTxn.discount<=0.1", "currentTxn.value*3<=currentTxn.discount"]
)
def test_neighbours_of_one_ulp(rule: str, operator: str) -> None:
    values, discounts = ties(Random(6), Decimal("0.01"))
    near = [math.nextafter(d, math.inf * (-1) ** at) for at, d in enumerate(discounts)]  # type: ignore[arg-type]
    values += [0.1, 0.3, 0.1 + 0.2, 1e15, 1e15 + 0.125]
    near += [0.0, 0.2, 0.2, 1e15, 3e15]
    agree(rule.replace("<=", operator), {"value": values, "discount": near})


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(
    "literal", ["0.1", "0.10000000000000001", "0.30000000000000004", "100000000000000000000000", "9007199254740993"]
)
def test_a_literal_between_two_doubles(literal: str, operator: str) -> None:
    nearest = float(literal)
    values = [nearest, math.nextafter(nearest, math.inf), math.nextafter(nearest, -math.inf), -nearest, 0.0, -0.0, None]
    agree(f"currentTxn.value{operator}{literal}", {"value": [*values]}, undecided=0)


@pytest.mark.parametrize(
    "text",
    [
        "currentTxn.value*currentTxn.discount>currentTxn.value",
        "currentTxn.value*currentTxn.value-currentTxn.discount*currentTxn.discount>0",
        "currentTxn.value*currentTxn.discount*currentTxn.value>currentTxn.discount-0.1",
        "currentTxn.value+currentTxn.discount>0",
        "currentTxn.value-currentTxn.value<1",
        "currentTxn.value/currentTxn.discount>currentTxn.value",
        "(currentTxn.value+currentTxn.discount-0.3)/7+(currentTxn.value-currentTxn.value)/7>0",
        "(currentTxn.value>0?currentTxn.value+currentTxn.discount-0.3:0)/7+currentTxn.value/9>currentTxn.value/9",
        "currentTxn.value%currentTxn.discount==0",
    ],
)
def test_overflow_underflow_and_what_cancels(text: str) -> None:
    odd = [
        1e308,
        -1e308,
        1e200,
        1e-200,
        5e-324,
        0.0,
        -0.0,
        0.1,
        0.2,
        0.3,
        1e160,
        1e-160,
        math.inf,
        None,
        3.0,
        1e22,
        1e23,
    ]
    pairs = [(one, other) for one in odd for other in odd]
    agree(text, {"value": [one for one, _ in pairs], "discount": [other for _, other in pairs]})


def test_a_quotient_is_rounded_to_34_digits_before_it_is_compared() -> None:
    third = "0." + "3" * 34
    for operator in OPERATORS:
        agree(f"currentTxn.value/3{operator}{third}", {"value": [1.0, 2.0, 0.99, 1.01, None]})
        agree(f"currentTxn.value/currentTxn.discount{operator}{third}", {"value": [1.0, 2.0], "discount": [3.0, 6.0]})


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(
    "text", ["{v}/3*3{op}1.1", "{v}/{d}*3{op}1.1", "{v}/7*2-1{op}0.1", "0-{v}/3{op}{v}/6*0-1.1", "1/{v}{op}0.1"]
)
def test_a_quotient_without_an_end_is_not_what_it_is_a_third_of(text: str, operator: str) -> None:
    rule = text.format(v="currentTxn.value", d="currentTxn.discount", op=operator)
    values = [1.1, 3.3, 3.85, 1.0, 10.0, 0.0, -1.1, 2.2, None, 3.0]
    agree(rule, {"value": values, "discount": [3.0, 9.0, 7.0, 3.0, 1.0, 0.0, -3.0, 6.0, 1.0, None]})


def test_whole_numbers_of_64_bits() -> None:
    points = [2**63 - 1, -(2**63), 2**53 + 1, 2**53, 0, -1, 7, None]
    for text in ["{}==9007199254740993", "{}%7==3", "{}%(0-7)<0", "{}>9223372036854775806", "{}*2>{}", "{}-1<0"]:
        agree(text.replace("{}", "currentTxn.value"), {"value": [*points]})


ZONES = ["America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]


def around_changes(zone: str) -> list[datetime]:
    """What clocks show around each change between 1970 and 2037: skipped, shown twice, and beside it."""
    found = []
    for change in changes(zone):
        if 1970 <= change.year <= 2037:
            for minutes in (-1500, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 1439, 1440, 1500):
                instant = change + timedelta(minutes=minutes)
                shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                found += [shown, (shown + timedelta(hours=1)), change.replace(tzinfo=None) + timedelta(minutes=minutes)]
    return found


@pytest.mark.parametrize(("zone", "how"), sampled(product(ZONES, ["naive", "text", "instant", "milliseconds"]), keep=4))
def test_clocks_at_every_change(zone: str, how: str) -> None:
    shown = around_changes(zone)
    assert len(shown) > 1000
    match how:
        case "naive":
            dates: list[object] = [*shown]
        case "text":
            dates = [one.isoformat(" ") for one in shown]
        case "instant":
            dates = [one.replace(tzinfo=UTC) for one in shown]
        case _:
            dates = [int(one.replace(tzinfo=UTC).timestamp()) * 1000 for one in shown]
    for text in [
        "isHourBetween(1,3)",
        "day()==1",
        "isTimeBetween(1,30,2,0)",
        "dayOfMonth()==1",
        "dateDiff(2011,12,30)<2",
    ]:
        agree(f"currentTxn.date.{text}", {"date": dates}, timezone=zone, undecided=0)


@pytest.mark.parametrize("zone", [*ZONES, "UTC", "+05:30"])
def test_dates_far_from_today_are_exact_too(zone: str) -> None:
    far = [
        datetime(year, month, 1, 4, 30)
        for year in (1, 2, 1700, 1883, 1901, 1969, 2038, 2100, 2500, 9999)
        for month in (1, 7)
    ]
    for text in ["isHourBetween(4,5)", "month()==7", "isAfter(1901,1,1)"]:
        agree(f"currentTxn.date.{text}", {"date": [*far]}, timezone=zone)
        agree(f"currentTxn.date.{text}", {"date": [one.replace(tzinfo=UTC) for one in far]}, timezone=zone)
