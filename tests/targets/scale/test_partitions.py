"""Progress by partitions of the customers is that of all at once: every table, count, report, summary and story."""

from __future__ import annotations

import random
from typing import Any

import pytest

from targetexpr.targets import Progress, TargetGroup, Tracker
from targetexpr.targets.reports.customer import customer_report
from targetexpr.targets.reports.simulation import as_text, summarise
from targetexpr.targets.scale.columns import TABLES
from targetexpr.targets.scale.evaluate import TableProgress
from targetexpr.targets.scale.part import Options
from targetexpr.targets.scale.partitions import PartitionedTracker
from targetexpr.targets.scale.results import Setting
from tests.targets.generate import Case, case

Record = dict[str, Any]


def crowded(seed: int) -> Case:
    """A case of more customers, where ids cross them: at other instants, at the same one, and as copies."""
    made = case(seed)
    rng = random.Random(seed + 1)
    more: list[Record] = []
    for record in made.records:
        if rng.random() < 0.4:
            record["customerId"] = rng.choice(["c1", "c2", "c3", "c4", "c5", 6, "c7", "Zoé"])
        if rng.random() < 0.15:
            other = {**rng.choice(made.records), "id": record["id"], "customerId": f"c{rng.randint(1, 9)}"}
            if rng.random() < 0.6:
                other["date"] = record["date"]
            more.append(other)
        if rng.random() < 0.03:
            more.append(
                {key: value for key, value in record.items() if key != rng.choice(["id", "date", "customerId"])}
            )
        if rng.random() < 0.03:
            more.append({**record, "date": "never"})
    made.records += more
    return made


def partitioned(made: Case, **options: Any) -> TableProgress:
    tracker = PartitionedTracker(
        Setting.of(Options(group=TargetGroup.model_validate(made.group), **made.options)),
        contributions=True,
        **options,
    )
    for record in made.records:
        tracker.add(record)
    return TableProgress(tracker.result(), engine="partitions", reason=None)


def evaluated(made: Case) -> tuple[Tracker, Progress]:
    tracker = Tracker(TargetGroup.model_validate(made.group), **made.options)
    for record in made.records:
        tracker.add(record)
    return tracker, tracker.result()


def check(made: Case, found: TableProgress) -> None:
    tracker, whole = evaluated(made)
    expected = whole.tables()
    for table, name in TABLES.items():
        rows = list(getattr(found, table).rows())
        if table == "customers":
            assert [row["customer"] for row in rows] == list(whole.customers)
            rows = [row for row in rows if row["run"] is not None]
        assert rows == expected[name], (made.seed, table)
        assert [str(row.get("achieved_on")) for row in rows] == [str(row.get("achieved_on")) for row in expected[name]]
    assert found.now == whole.now
    assert found.set_aside() == whole.reported, made.seed
    summary = summarise(whole)
    assert found.summary() == summary, made.seed
    assert as_text(whole, found.summary()) == as_text(whole, summary)
    for customer in whole.customers:
        one = found.customer(customer)
        assert one.customers == {customer: whole.customers[customer]}, (made.seed, customer)
        assert one.user_progress(customer) == whole.user_progress(customer)
        mine = [record for record in made.records if str(record.get("customerId")) == customer]
        story = customer_report(tracker, whole, mine, customer)
        assert one.story == story, (made.seed, customer)
        assert one.story.to_text() == story.to_text()


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("targetexpr.targets.scale.spill.CHUNK_RECORDS", 16)
    monkeypatch.setattr("targetexpr.targets.scale.spill._GROUP_ROWS", 5)


@pytest.mark.parametrize("start", range(0, 10, 5))
def test_parts_of_the_customers_come_to_what_all_come_to(start: int) -> None:
    for seed in range(start, start + 5):
        made = crowded(seed)
        with partitioned(made, held=3, each=6, processes=1) as found:
            check(made, found)


@pytest.mark.parametrize("start", range(0, 10, 5))
def test_few_records_are_held(start: int) -> None:
    for seed in range(start, start + 5):
        made = crowded(seed)
        with partitioned(made) as found:
            check(made, found)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1_000, 3_000, 200))
def test_parts_of_many_cases(start: int) -> None:
    for seed in range(start, start + 200):
        made = crowded(seed)
        with partitioned(made, held=3, each=random.Random(seed).choice([1, 6, 20]), processes=1) as found:
            check(made, found)


def test_worker_processes() -> None:
    made = crowded(8)
    assert len({str(record.get("customerId")) for record in made.records}) > 4
    with partitioned(made, held=3, each=len(made.records) // 2, processes=2) as found:
        check(made, found)


def test_the_cases_cross_customers() -> None:
    """Ids do come for several customers, and at one instant as well."""
    crossing = ties = 0
    for seed in range(60):
        by_id: dict[str, list[Record]] = {}
        for record in crowded(seed).records:
            by_id.setdefault(str(record.get("id")), []).append(record)
        for records in by_id.values():
            crossing += len({str(record.get("customerId")) for record in records}) > 1
            ties += len({(str(record.get("customerId"))) for record in records}) > 1 and len(
                {str(record.get("date")) for record in records}
            ) < len(records)
    assert crossing > 100
    assert ties > 50
