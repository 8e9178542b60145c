"""One table, both engines and `evaluate`: tables, counts, summary, what is reported, and each customer's story."""

from __future__ import annotations

import random
from pathlib import Path

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


def test_rows_read_one_by_one_are_no_sql(tmp_path: Path) -> None:
    with evaluate_table(GROUP, TABLES["excel"](tmp_path / "bills")) as found:
        assert str(found.reason).endswith("bills.xlsx is a workbook; its records are read one by one.")
    with evaluate_table(GROUP, TABLES["two files"](tmp_path / "bills")) as found:
        assert found.engine == "partitions"
    assert plain_group()
