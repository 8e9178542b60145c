"""Frames of pandas, Arrow tables, maps; what is given back is of the kind that was given."""

from __future__ import annotations

import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from targetexpr import compile  # noqa: A004
from targetexpr.tables.errors import MissingExtra, NotLowerable
from tests.tables.engines import ENGINES, Engine, column, connection

RULE = compile("currentTxn.value>500")


def test_a_frame_of_pandas_keeps_its_index() -> None:
    frame = pd.DataFrame({"currentTxn.value": [620.0, np.nan, 500.0]}, index=[7, 5, 3])
    verdicts = RULE.on(frame)
    found = verdicts.column
    assert isinstance(found, pd.Series)
    assert found.dtype == "boolean"
    assert list(found.index) == [7, 5, 3]
    assert [None if value is pd.NA else bool(value) for value in found] == [True, None, False]
    rows = verdicts.where(None)
    assert isinstance(rows, pd.DataFrame)
    assert list(rows.index) == [5]
    assert verdicts.counts() == {True: 1, False: 1, None: 1}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.array([620, pd.NA, 500], dtype="Int64"), [True, None, False]),
        (pd.array([620, 500], dtype="float32"), [True, False]),
        (pd.Series([Decimal("500.01"), None], dtype=object), [True, None]),
        (pd.Series(["620", "x", None], dtype="string"), [True, None, None]),
        (pd.Series([620, None], dtype=object), [True, None]),
        (pd.Categorical(["620", "500"]), [True, False]),
    ],
)
def test_columns_of_pandas(values: object, expected: list[object]) -> None:
    found = RULE.on(pd.DataFrame({"currentTxn.value": values})).column
    assert isinstance(found, pd.Series)
    assert [None if value is pd.NA else bool(value) for value in found] == expected


def test_dates_of_pandas() -> None:
    rule = compile("currentTxn.date.isAfter(2024,3,10,3,0,0)", timezone="America/New_York")
    naive = pd.to_datetime(["2024-03-10T02:59", "2024-03-10T03:01", None])
    for dates in (naive, naive.tz_localize("America/New_York", nonexistent="shift_forward")):
        found = rule.on(pd.DataFrame({"currentTxn.date": dates})).column
        assert isinstance(found, pd.Series)
        assert found.isna().tolist() == [False, False, True]
        assert bool(found.iloc[1]) is True


def test_a_column_of_several_kinds_runs_by_row() -> None:
    frame = pd.DataFrame({"currentTxn.value": pd.Series([620, "x", "500.5", None, np.nan, pd.NA], dtype=object)})
    with pytest.raises(NotLowerable, match="several kinds"):
        RULE.on(frame)
    found = RULE.on(frame, rows=True).column
    assert isinstance(found, pd.Series)
    assert [None if value is pd.NA else bool(value) for value in found] == [True, None, True, None, None, None]


def test_arrow_gives_arrow_back() -> None:
    table = pa.table({"currentTxn.value": [620.0, None, 500.0], "id": [1, 2, 3]})
    for given in (table, table.to_batches()[0]):
        verdicts = RULE.on(given)
        found = verdicts.column
        assert isinstance(found, pa.Array)
        assert found.to_pylist() == [True, None, False]
        rows = verdicts.where(True)
        assert type(rows) is type(given)
        assert rows.to_pylist() == [{"currentTxn.value": 620.0, "id": 1}]  # type: ignore[attr-defined]


def _given(engine: Engine, table: pa.Table) -> object:
    if engine == "duckdb":
        return connection().from_arrow(table)
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame.lazy() if engine == "lazy" else table


def maps(engine: Engine) -> object:
    kind = pa.map_(pa.string(), pa.string())
    entries = [[("city", "Pune"), ("pin", "411")], [("city", None)], [], None]
    table = pa.table({"currentCustomer.customFields": pa.array(entries, type=kind)})
    return _given(engine, table)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('currentCustomer.customFieldValueIncludes("city","Pune")', [True, False, False, None]),
        ('currentCustomer.customFieldValueExcludes("city","Pune")', [False, True, True, None]),
        ('currentCustomer.customFieldValueExists("pin")', [True, False, False, None]),
    ],
)
def test_custom_fields_in_a_map(engine: Engine, text: str, expected: list[object]) -> None:
    verdicts = compile(text).on(maps(engine))
    found = verdicts.column
    assert (found.to_pylist() if isinstance(found, pa.Array) else column(verdicts)) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_attributes_of_line_items_in_a_map(engine: Engine) -> None:
    kind = pa.list_(pa.struct([("qty", pa.float32()), ("attributes", pa.map_(pa.string(), pa.string()))]))
    items = [[{"qty": 1.1, "attributes": [("brand", "Puma")]}, {"qty": 2.2, "attributes": []}], [], None]
    table = pa.table({"currentTxn.lineItems": pa.array(items, type=kind)})
    given = _given(engine, table)
    for text, expected in [
        ('currentTxn.basketIncludes("brand","Puma")', [True, False, None]),
        ('currentTxn.basketQty("brand","Puma")==1.1', [True, False, None]),
        ('currentTxn.basketQty("brand","Puma")/3*3==1.1', [False, False, None]),  # by the rule itself
    ]:
        verdicts = compile(text).on(given)
        found = verdicts.column
        assert (found.to_pylist() if isinstance(found, pa.Array) else column(verdicts)) == expected, text


@pytest.mark.parametrize(
    ("library", "frame"),
    [("polars", pd.DataFrame({"a": [1]})), ("pyarrow", pd.DataFrame({"a": [1]})), ("polars", pa.table({"a": [1]}))],
)
def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, library: str, frame: object) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=rf"need {library}, .* pip install 'targetexpr\[tables\]'"):
        RULE.on(frame)


def test_lazy_frames_from_files_are_not_collected(tmp_path: object) -> None:
    path = f"{tmp_path}/bills.parquet"
    pl.DataFrame({"currentTxn.value": [620.0, 500.0], "other": [1, 2]}).write_parquet(path)
    verdicts = RULE.on(pl.scan_parquet(path))
    assert verdicts.count() == 1
    assert verdicts.where(True).collect()["other"].to_list() == [1]
