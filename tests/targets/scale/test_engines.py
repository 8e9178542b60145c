"""One table, both engines and `evaluate`: tables, counts, summary, what is reported, and each customer's story."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import polars
import pytest

from targetexpr.tables.errors import TableError
from targetexpr.targets import evaluate_table
from targetexpr.targets.scale.evaluate import Engine, TableProgress
from tests.targets.generate import Case
from tests.targets.scale import generated
from tests.targets.scale.test_evaluate_table import FLAT, GROUP, RECORDS, TABLES
from tests.targets.scale.test_partitions import check
from tests.targets.test_progress import group as plain_group


def made(seed: int) -> tuple[Case, polars.DataFrame]:
    """A generated case, its ids crossing customers here and there, as what is read of its table."""
    one = generated.case(seed)
    rng = random.Random(seed + 1)
    records = one.records
    for record in rng.sample(records, min(len(records), 3)) if rng.random() < 0.5 else []:
        other = {**rng.choice(records), "id": record["id"], "customerId": f"c{rng.randint(1, 3)}"}
        records.append(other if rng.random() < 0.5 else {**other, "date": record["date"]})
    table = generated.frame(records)
    return Case(seed=seed, group=one.group, records=generated.as_read(records), options=one.options), table


def by(engine: Engine, case: Case, table: object) -> TableProgress:
    return evaluate_table(case.group, table, engine=engine, contributions=True, **case.options)


@pytest.mark.parametrize("start", range(0, 4, 2))
def test_both_engines(start: int) -> None:
    for seed in range(start, start + 2):
        case, table = made(seed)
        with by("sql", case, table) as found:
            assert (found.engine, found.reason) == ("sql", None)
            check(case, found)
        with by("partitions", case, table) as found:
            assert found.engine == "partitions"
            check(case, found)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1_000, 1_400, 100))
def test_both_engines_on_many_cases(start: int) -> None:
    for seed in range(start, start + 100):
        case, table = made(seed)
        for engine in ("auto", "partitions"):
            with by(engine, case, table) as found:
                check(case, found)


@pytest.mark.parametrize("kind", ["csv", "structs", "lazy", "pandas", "duckdb"])
def test_tables_that_sql_reads(kind: str, tmp_path: Path) -> None:
    case = Case(seed=0, group=GROUP, records=RECORDS, options={"timezone": "Asia/Kolkata"})
    with by("sql", case, TABLES[kind](tmp_path / "bills")) as found:
        check(case, found)


def test_columns_of_other_names() -> None:
    bills = polars.DataFrame(FLAT).rename({"currentTxn.value": "amount", "customerId": "who"}).drop("type")
    columns = {"amount": "currentTxn.value", "who": "customerId"}
    with pytest.raises(Exception, match="no column holds `type`"):
        evaluate_table(GROUP, bills, engine="sql", columns=columns)
    with evaluate_table(GROUP, bills.with_columns(type=polars.lit("TransactionAdd")), columns=columns) as found:
        assert found.engine == "sql"
        assert found.summary().customers == 7


def test_a_map_says_the_type(tmp_path: Path) -> None:
    bills = polars.DataFrame(FLAT).rename({"currentTxn.value": "amount"}).drop("type")
    path = tmp_path / "map.toml"
    path.write_text('[columns]\namount = "currentTxn.value"\n[constants]\ntype = "TransactionAdd"\n', encoding="utf-8")
    case = Case(seed=0, group=GROUP, records=RECORDS)
    with evaluate_table(GROUP, bills, engine="sql", columns=path) as found:
        check(case, found)


FAR = 2**60  # microseconds, which are 36,535 years


@pytest.mark.parametrize(
    ("far", "type_"),
    [
        *((FAR, type_) for type_ in (polars.Datetime("us", "UTC"), polars.Datetime("us"), polars.Date)),
        *((far, polars.Datetime("us", "UTC")) for far in (-FAR, 2**63 - 1, 253_402_300_800_000_000)),
    ],
    ids=str,
)
def test_a_date_out_of_the_calendar_stops_no_other(far: int, type_: polars.DataType) -> None:
    """The record is listed, and the others are evaluated."""
    dates = [1_704_103_200_000_000 + number * 86_400_000_000 for number in range(len(FLAT))]
    cells = polars.Series([*dates[:-1], far]).cast(polars.Datetime("us"))
    cells = cells.cast(polars.Date) if type_ == polars.Date else cells.cast(type_)
    bills = polars.DataFrame(FLAT).with_columns(date=cells)
    engines: tuple[Engine, ...] = ("auto", "partitions")
    for engine in engines:
        with evaluate_table(GROUP, bills, engine=engine) as found, evaluate_table(GROUP, bills[:-1]) as others:
            assert list(found.periods.rows()) == list(others.periods.rows())
            (one,) = found.set_aside().records
            assert (one.reason, one.record, one.path) == ("unreadable", FLAT[-1]["id"], "date")


@pytest.mark.parametrize("type_", ["TIMESTAMPTZ", "TIMESTAMP", "DATE"])
@pytest.mark.parametrize("end", ["infinity", "-infinity"])
def test_a_date_without_end(end: str, type_: str) -> None:
    """DuckDB has such dates, which are none of the calendar."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("bills", polars.DataFrame(FLAT).to_arrow())
    date = f"CASE WHEN id = 'b7' THEN {type_} '{end}' ELSE CAST(CAST(date AS TIMESTAMPTZ) AS {type_}) END"
    dated = connection.sql(f"SELECT * REPLACE ({date} AS date) FROM bills")
    engines: tuple[Engine, ...] = ("auto", "partitions")
    for engine in engines:
        with evaluate_table(GROUP, dated, engine=engine) as found:
            assert [(one.record, one.path) for one in found.set_aside().records] == [("b7", "date")]
            assert found.counts.outside_periods == 0
            assert f"{found.now:%Y-%m-%d}" == "2024-03-28"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", None])
def test_nanoseconds_are_cut(zone: str | None) -> None:
    """A bill a nanosecond before midnight is of that day; frames of pandas have nanoseconds by default."""
    cells = polars.Series([FLAT[0]["date"][:10]] * len(FLAT)).str.to_date().cast(polars.Datetime("ns"))
    nights = (cells + polars.duration(days=30, nanoseconds=86_399_999_999_999)).alias("date")
    bills = polars.DataFrame(FLAT).with_columns(nights if zone is None else nights.dt.replace_time_zone(zone))
    with evaluate_table(GROUP, bills, engine="sql", timezone=zone or "Asia/Kolkata") as found:
        assert {str(found.now)[:26]} == {"2024-01-31 23:59:59.999999"}
        assert {row["period"] for row in found.contributions.rows()} == {"Jan"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"targetEvaluationType": "CYCLIC_WINDOW", "trackingType": "DEFAULT", "frequencyType": "MONTHLY"},
            "Cycles of MONTHLY",
        ),
        ({"targets": [{**GROUP["targets"][0], "targetEntity": "LINEITEM", "expression": "true"}]}, "line items"),
    ],
)
def test_what_sql_does_not_serve_goes_by_partitions(change: dict[str, object], reason: str) -> None:
    group = {**GROUP, **change}
    with evaluate_table(group, polars.DataFrame(FLAT)) as found:
        assert found.engine == "partitions"
        assert reason in str(found.reason)
    with pytest.raises(TableError, match="SQL does not serve this"):
        evaluate_table(group, polars.DataFrame(FLAT), engine="sql")


@pytest.mark.parametrize("name", ["id", "currentTxn.value"])
def test_whole_numbers_of_128_bits(name: str) -> None:
    bills = polars.DataFrame(FLAT).with_columns(polars.lit(5).cast(polars.Int128).alias(name))
    engines: tuple[Engine, ...] = ("auto", "partitions")
    for engine in engines:
        with pytest.raises(TableError, match=f"128 bits in `{name}`: cast them"):
            evaluate_table(GROUP, bills, engine=engine)


def test_rows_read_one_by_one_are_no_sql(tmp_path: Path) -> None:
    with evaluate_table(GROUP, TABLES["excel"](tmp_path / "bills")) as found:
        assert str(found.reason).endswith("bills.xlsx is a workbook; its records are read one by one.")
    with evaluate_table(GROUP, TABLES["two files"](tmp_path / "bills")) as found:
        assert found.engine == "partitions"
    assert plain_group()
