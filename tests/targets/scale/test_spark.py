"""Progress on a local Spark is that of `evaluate`: by statements, and in workers where there are none.

`pytest -m spark` needs Java and the extra `spark`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from targetexpr.tables.errors import MissingColumns
from targetexpr.targets.evaluation import Progress, evaluate
from targetexpr.targets.scale.columns import TABLES
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.spark_progress import SparkProgress, evaluate_spark
from tests.sampling import sampled
from tests.tables.engines import spark, table_of
from tests.targets.scale.generated import Case, as_read, case
from tests.targets.scale.test_sql import customers_of, in_order
from tests.targets.scale.test_story import CLOCK, GROUP, STORY
from tests.targets.scale.test_story import frame as story_frame

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1800)]

PLAIN = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
}
"""A query over few rows takes longest to be compiled."""


@pytest.fixture(autouse=True, scope="module")
def _quickly() -> Iterator[None]:
    before = {name: spark().conf.get(name) for name in PLAIN}
    for name, value in PLAIN.items():
        spark().conf.set(name, value)
    yield
    for name, value in before.items():
        spark().conf.set(name, str(value))


def rows_of(frame: Any) -> list[dict[str, Any]]:
    found = pl.from_arrow(frame.toArrow())
    assert isinstance(found, pl.DataFrame)
    return in_order(found.to_dicts())


def wanted(progress: Progress, table: str) -> list[dict[str, Any]]:
    return in_order(customers_of(progress) if table == "customers" else progress.tables()[TABLES[table]])


def compare(one: Case, engine: str, **more: Any) -> tuple[Progress, SparkProgress]:
    options = one.options | more
    expected = evaluate(one.group, as_read(one.records), **options)
    found = evaluate_spark(one.group, table_of("spark", one.frame), **options)
    assert (found.engine, found.now) == (engine, expected.now)
    for table in TABLES:
        assert rows_of(getattr(found, table)) == wanted(expected, table), table
    assert found.counts == replace(expected.reported, records=())
    return expected, found


@pytest.mark.parametrize("seed", sampled(range(100), 2))
def test_statements(seed: int) -> None:
    _, found = compare(case(seed), "sql")
    assert found.reason is None
    found.close()


def agnostic(one: Case) -> Case:
    """The same records for cycles that close with the record that reaches their value."""
    group = one.group | {"targetEvaluationType": "PERIOD_AGNOSTIC_WINDOW", "recurringCycles": 3}
    group |= {"trackingType": "DEFAULT"}
    group.pop("streaks", None)
    return Case(seed=one.seed, group=group, records=one.records, options=one.options)


@pytest.mark.parametrize("seed", sampled(range(201, 221), 1))
def test_what_has_no_form_in_sql_is_evaluated_in_the_workers(seed: int) -> None:
    one = agnostic(case(seed))
    customers = sorted({str(record["customerId"]) for record in one.records if record["customerId"]})
    enrolment = [*customers[1:], "nobody"] if seed % 2 else None
    expected, found = compare(one, "partitions", enrolment=enrolment)
    with found:
        assert "PERIOD_AGNOSTIC_WINDOW" in (found.reason or "")
        name = customers[-1]
        assert found.customer(name).customers == {name: expected.customers[name]}
        with pytest.raises(KeyError, match="takes no part"):
            found.customer("no such customer")


def test_the_story_of_a_customer() -> None:
    """That of the story worked by hand, whoever evaluates; of the records of nobody else."""
    bills = story_frame().with_columns(pl.col("date").str.to_datetime(time_zone="UTC"))
    others = bills.filter(pl.col("returnOf").is_null())
    others = others.with_columns(pl.lit("bob").alias("customerId"), pl.col("id") + " of bob")
    frame = table_of("spark", pl.concat([bills, others]))
    with evaluate_spark(GROUP, frame, timezone=CLOCK) as found:
        mine = found.customer("ann")
        assert mine.story.to_text() + "\n" == STORY
        assert list(mine.customers) == ["ann"]
        with pytest.raises(KeyError, match="takes no part: no records, or not enrolled; did you mean ann"):
            found.customer("anne")


def test_what_a_frame_lacks_and_what_sql_is_asked_for_in_vain() -> None:
    one = case(0)
    with pytest.raises(MissingColumns, match="customerId"):
        evaluate_spark(one.group, table_of("spark", one.frame.drop("customerId")))
    with pytest.raises(NotSql, match="PERIOD_AGNOSTIC_WINDOW"):
        evaluate_spark(agnostic(one).group, table_of("spark", one.frame), engine="sql")
    with pytest.raises(ValueError, match="\"partitions\", not 'python'"):
        evaluate_spark(one.group, table_of("spark", one.frame), engine="python")  # type: ignore[arg-type]
