"""How columns become profiles, what is missing, what does not fit, and what has no form in columns."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from targetexpr import compile  # noqa: A004
from targetexpr.tables.errors import MissingColumns, NotLowerable, TableError
from targetexpr.tables.on import Table
from tests.tables.engines import ENGINES, column, table_of
from tests.tables.generated import contexts

RULE = 'currentTxn.value>500&&currentCustomer.slabName=="Gold"'
BILLS = [(620.0, "Gold"), (620.0, "Silver"), (500.0, "Gold"), (None, "Gold")]
EXPECTED = [True, False, False, None]


def test_columns_named_as_in_the_rule() -> None:
    frame = pl.DataFrame(BILLS, schema=["currentTxn.value", "currentCustomer.slabName"], orient="row")
    assert column(compile(RULE).on(frame)) == EXPECTED


def test_fields_of_a_struct_column() -> None:
    rows = [{"currentTxn": {"value": value}, "currentCustomer": {"slabName": slab}} for value, slab in BILLS]
    assert column(compile(RULE).on(pl.DataFrame(rows))) == EXPECTED


def test_bare_names_of_a_profile_beside_full_ones() -> None:
    frame = pl.DataFrame(BILLS, schema=["value", "currentCustomer.slabName"], orient="row")
    assert column(compile(RULE).on(frame, profile="currentTxn")) == EXPECTED


def test_a_map_of_other_names() -> None:
    frame = pl.DataFrame(BILLS, schema=["amount", "tier"], orient="row")
    names = {"amount": "currentTxn.value", "tier": "currentCustomer.slabName"}
    assert column(compile(RULE).on(frame, names)) == EXPECTED


def test_a_map_in_a_file_as_data_map_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        'profile = "currentTxn"\n[columns]\ntier = "currentCustomer.slabName"\nx = ["a.b", "currentTxn.points"]\n'
    )
    frame = pl.DataFrame(BILLS, schema=["value", "tier"], orient="row").with_columns(x=1)
    for given in (path, str(path)):
        assert column(compile(RULE).on(frame, given)) == EXPECTED
    assert column(compile("currentTxn.points==1").on(frame, path)) == [True] * 4


def test_a_map_goes_before_names() -> None:
    frame = pl.DataFrame({"currentTxn.value": [1.0], "net": [900.0]})
    assert column(compile("currentTxn.value>500").on(frame, {"net": "currentTxn.value"})) == [True]


def test_a_map_of_a_column_that_is_not_there() -> None:
    with pytest.raises(TableError, match=r"no column `amout`, which `columns` names; close: `amount`"):
        compile(RULE).on(pl.DataFrame({"amount": [1.0]}), {"amout": "currentTxn.value"})


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        (
            {"currentTxn.valu": [1.0], "currentCustomer.slabName": ["a"]},
            {},
            "no column for `currentTxn.value`; close: `currentTxn.valu`",
        ),
        ({"currentTxn": [{"vale": 1}], "currentCustomer.slabName": ["a"]}, {}, "close: `currentTxn.vale`"),
        ({"vallue": [1.0], "currentCustomer.slabName": ["a"]}, {"profile": "currentTxn"}, "close: `vallue`"),
        ({"zzz": [1.0], "currentCustomer.slabName": ["a"]}, {}, "rename one, or name it in `columns`"),
    ],
)
def test_a_missing_column_is_told_up_front(frame: dict[str, object], options: dict[str, str], said: str) -> None:
    with pytest.raises(MissingColumns, match=said) as told:
        compile(RULE).on(pl.DataFrame(frame), **options)  # type: ignore[call-overload]
    assert list(told.value.missing) == ["currentTxn.value"]


def test_all_missing_columns_are_told_at_once() -> None:
    with pytest.raises(MissingColumns) as told:
        compile(RULE).on(pl.DataFrame({"id": [1]}))
    assert list(told.value.missing) == ["currentTxn.value", "currentCustomer.slabName"]


def test_a_method_of_the_data_is_a_column_named_as_the_rule_reads_it() -> None:
    rule = compile('currentCustomer.isSubscribedToChannel("EMAIL")')
    name = str(rule.reads[0])
    assert name == "currentCustomer.isSubscribedToChannel(EMAIL)"
    assert column(rule.on(pl.DataFrame({name: [True, False, None]}))) == [True, False, None]
    assert column(rule.on(pl.DataFrame({"email_ok": ["true", "false", "yes"]}), {"email_ok": name})) == [
        True,
        False,
        None,
    ]


def test_computed_attributes_take_line_items_where_their_own_cell_is_missing() -> None:
    items = [[{"qty": 2.0}, {"qty": 3.0}], [{"qty": 1.0}], None]
    rule = compile("currentTxn.totalQty>4")
    assert column(rule.on(pl.DataFrame({"currentTxn.lineItems": items}))) == [True, False, None]
    both = {"currentTxn.lineItems": items, "currentTxn.totalQty": [None, 9.0, 9.0]}
    assert column(rule.on(pl.DataFrame(both))) == [True, True, True]
    assert column(rule.on(pl.DataFrame({"currentTxn.totalQty": [1.0, 9.0]}))) == [False, True]


def test_extended_fields_stand_in_a_struct_too() -> None:
    rule = compile('currentTxn.extField_channel=="B2C"')
    assert column(rule.on(pl.DataFrame({"currentTxn.extendedFields": [{"channel": "B2C"}, {"channel": None}]}))) == [
        True,
        None,
    ]
    both = pl.DataFrame(
        {"currentTxn.extendedFields": [{"channel": "B2C"}] * 2, "currentTxn.extField_channel": [None, "x"]}
    )
    with pytest.raises(NotLowerable):
        rule.on(both)


def test_a_profile_that_is_missing_in_a_row() -> None:
    rule = compile('currentLineItem.doesItemMatch("brand","Puma")', on_error="null")
    rows = [
        {"currentLineItem": {"attributes": {"brand": "Puma"}}},
        {"currentLineItem": None},
        {"currentLineItem": {"attributes": None}},
    ]
    assert column(rule.on(pl.DataFrame(rows))) == [rule.evaluate(row) for row in rows] == [True, None, False]


@pytest.mark.parametrize(
    ("text", "name", "values", "expected", "invalid"),
    [
        ("currentTxn.value>500", "value", [620.0, math.nan, math.inf, None], [True, None, None, None], (1, (2,))),
        (
            "currentTxn.value>500",
            "value",
            ["620", "500.10", "a lot", "", "1e9", None, "-7"],
            [True, True, None, None, None, None, False],
            (3, (2, 3, 4)),
        ),
        ("currentTxn.value>500", "value", [True, None], [None, None], (1, (0,))),
        ("currentTxn.value>500", "value", [date(2024, 1, 1)], [None], (1, (0,))),
        ('currentTxn.number=="7"', "number", [7, 8, None], [True, False, None], None),
        ('currentTxn.number=="7"', "number", [7.0, None], [None, None], (1, (0,))),
        ('currentTxn.number=="007"', "number", ["007", "7"], [True, False], None),
        (
            "currentTxn.date.month()==2",
            "date",
            ["2024-02-29", "2023-02-29", "02/28/2024", None],
            [True, None, None, None],
            (2, (1, 2)),
        ),
        ("currentTxn.date.month()==2", "date", [date(2024, 2, 29), None], [True, None], None),
        ("currentTxn.date.month()==2", "date", [1709164800000, 0], [True, False], None),
        ("currentTxn.date.month()==2", "date", [1.5], [None], (1, (0,))),
    ],
)
def test_what_does_not_fit_reads_null_and_is_counted(
    text: str, name: str, values: list[object], expected: list[object], invalid: tuple[int, tuple[int, ...]] | None
) -> None:
    frame = pl.DataFrame({f"currentTxn.{name}": pl.Series(values, strict=False)})
    for engine in ENGINES:
        verdicts = compile(text).on(table_of(engine, frame))
        assert column(verdicts) == expected, engine
        found = verdicts.invalid.get(f"currentTxn.{name}")
        assert (None if found is None else (found.count, found.rows)) == invalid, engine
        assert found is None or found.values == tuple(values[row] for row in found.rows)


def test_booleans_in_text() -> None:
    frame = pl.DataFrame({"currentCustomer.isLoyal": ["true", "false", "True", None]})
    for engine in ENGINES:
        verdicts = compile("currentCustomer.isLoyal").on(table_of(engine, frame))
        assert column(verdicts) == [True, False, None, None]
        assert verdicts.invalid["currentCustomer.isLoyal"].values == ("True",)


def test_values_of_line_items_that_do_not_fit_are_counted() -> None:
    items = [[{"qty": "2"}, {"qty": "two"}], [{"qty": "3"}]]
    verdicts = compile('currentTxn.basketQtyIf("QUANTITY","GREATER_THAN","1")>2').on(
        pl.DataFrame({"currentTxn.lineItems": items})
    )
    assert column(verdicts) == [False, True]
    assert verdicts.invalid["currentTxn.lineItems.qty"].count == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([500.1, 500.0], dtype=pl.Float32), [True, False]),  # 500.1 as 32 bits have it is 500.1
        (pl.Series([501, 500], dtype=pl.UInt64), [False, False]),
        (pl.Series([Decimal("500.10"), Decimal("500.1001")], dtype=pl.Decimal(20, 4)), [True, False]),
        (pl.Series(["500.1", "500.10"], dtype=pl.Categorical), [True, True]),
        (pl.Series([None, None], dtype=pl.Null), [None, None]),
        (pl.Series(["500.100000000000000001", "500.1"]), [False, True]),  # longer than a double
    ],
)
def test_numbers_of_every_type_are_exact(values: pl.Series, expected: list[object]) -> None:
    frame = pl.DataFrame({"currentTxn.value": values})
    for engine in ENGINES:
        assert column(compile("currentTxn.value==500.1").on(table_of(engine, frame))) == expected
        assert column(compile("currentTxn.value*3==1500.3").on(table_of(engine, frame))) == expected


def test_naive_times_are_local_the_earlier_of_two() -> None:
    rule = compile("currentTxn.date.isBefore(2024,11,3,1,30,1)", timezone="America/New_York")
    frame = pl.DataFrame({"currentTxn.date": [datetime(2024, 11, 3, 1, 30), datetime(2024, 11, 3, 1, 30, 2)]})
    assert column(rule.on(frame)) == [True, False]


def test_what_has_no_form_in_columns_says_why_and_where() -> None:
    text = "currentTxn.value>1&&currentCustomer.isStreakAchieved(currentTxn.number)"
    frame = pl.DataFrame({"currentTxn.value": [2.0], "currentTxn.number": ["a"]})
    with pytest.raises(NotLowerable, match="literal arguments") as told:
        compile(text).on(frame)
    part = "currentCustomer.isStreakAchieved(currentTxn.number)"
    assert told.value.part == told.value.span.cut(text) == part
    assert str(told.value).startswith(f"No exact form in columns for `{part}`: ")


@pytest.mark.parametrize(
    ("first", "step"),
    [
        ("currentCustomer.isLoyal", "({}?currentCustomer.isLoyal:currentCustomer.isControl)"),
        ("currentTxn.value>1", "((({})?currentTxn.value:currentTxn.discount)*0.1>currentTxn.value)"),
        ("currentTxn.value>1", "(({})==true)"),
        ("currentTxn.value>1", "!({})"),
    ],
)
def test_a_part_that_would_be_written_again_and_again_is_refused_at_once(first: str, step: str) -> None:
    text = first
    for _ in range(25):
        text = step.format(text)
    rule = compile(text, on_error="null")
    frame = pl.DataFrame(
        {
            "currentCustomer.isLoyal": [True, False],
            "currentCustomer.isControl": [False, True],
            "currentTxn.value": [0.3, 700.0],
            "currentTxn.discount": [0.5, 0.1],
        }
    )
    assert column(rule.on(frame, rows=True)) == [rule.evaluate(row) for row in contexts(frame)]


def test_rows_decide_what_columns_cannot() -> None:
    rule = compile("currentTxn.value%currentTxn.discount==0", on_error="null")
    values, discounts = [1e300, 9.0, 1e-9, None], [7.0, 3.0, 1e-10, 1.0]
    frame = pl.DataFrame(
        {
            "currentTxn.value": pl.Series([str(v) if v else None for v in values], dtype=pl.Object),
            "currentTxn.discount": discounts,
        }
    )
    with pytest.raises(NotLowerable, match="several kinds"):
        rule.on(frame)
    expected = [
        rule.evaluate({"currentTxn": {"value": None if v is None else str(v), "discount": d}})
        for v, d in zip(values, discounts, strict=True)
    ]
    assert column(rule.on(frame, rows=True)) == expected


def test_only_conditions_run_over_tables() -> None:
    with pytest.raises(NotLowerable, match="no condition"):
        compile("currentTxn.value*2", expect=None).on(pl.DataFrame({"currentTxn.value": [1.0]}), rows=True)


def test_what_is_no_table() -> None:
    with pytest.raises(TableError, match="list is no table"):
        compile("currentTxn.value>1").on([{"currentTxn": {"value": 5}}])


def test_a_table_keeps_what_it_knows() -> None:
    table = Table(pl.DataFrame({"amount": [620.0]}), {"amount": "currentTxn.value"})
    assert compile("currentTxn.value>500").on(table).count() == 1
    assert compile("currentTxn.value*2>1000").on(table).count() == 1
    with pytest.raises(TableError, match="belong to the table"):
        compile("currentTxn.value>500").on(table, profile="currentTxn")


@pytest.mark.parametrize("rows", [0, 3])
def test_rules_without_columns_and_tables_without_rows(rows: int) -> None:
    frame = pl.DataFrame({"currentTxn.value": [1.0] * rows}, schema={"currentTxn.value": pl.Float64})
    assert column(compile("1<2").on(frame)) == [True] * rows
    assert column(compile("currentTxn.value*0.1>currentTxn.value").on(frame)) == [False] * rows
