"""One customer through purchases, part and whole returns over the ends of periods, worked by hand from TARGETS.md.

Weeks of January on the clock of Kolkata, 500 a week from bills over 50, two weeks in a row for one level and three for
the next; returns by default: in the bill's own week they lower that week, later the first week that starts after them.

| week | what happens | progress |
|---|---|---|
| W1 | b1 300, b2 250 brings it to 500 | 550 |
| W2 | b3 (19:00 on the 7th in UTC is the 8th in Kolkata) 400, b4 200 brings it to 500; r1 takes 150 of b4: no longer; b5 100 brings it there again; r4 takes 40 of b5, and it stays | 510 |
| W3 | b6 700 brings it to 500; a bill of 50 is not over 50; r2 brings b2 of W1 back whole, W1 is over: next week | 700 |
| W4 | begins at -250, b7 600; it runs still; r3 brings b6 of W3 back whole: no week starts after it | 350 |

So three weeks in a row: `two` with W2 by b5, `three` with W3 by b6.
"""  # noqa: E501

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pytest

from targetexpr.cli.main import main
from targetexpr.targets import Progress, evaluate, evaluate_table
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.scale.evaluate import TableProgress
from targetexpr.targets.scale.part import Options
from targetexpr.targets.scale.partitions import PartitionedTracker
from targetexpr.targets.scale.results import Setting

GROUP: dict[str, Any] = {
    "name": "Weeks",
    "trackingType": "STREAKS",
    "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
    "periods": [
        {"refCode": f"W{week + 1}", "startDate": f"2024-01-{1 + 7 * week:02}", "endDate": f"2024-01-{7 + 7 * week:02}"}
        for week in range(4)
    ],
    "targets": [
        {
            "name": "Spend",
            "targetEntity": "TRANSACTION",
            "targetType": "SALES",
            "expression": "currentTxn.value>50",
            "defaultValues": [{"defaultValue": 500}] * 4,
        }
    ],
    "streaks": [{"name": "two", "targetCountOfSequence": 2}, {"name": "three", "targetCountOfSequence": 3}],
}
CLOCK = "Asia/Kolkata"


def bill(name: str, date: str, value: int) -> dict[str, Any]:
    return {"id": name, "customerId": "ann", "type": "TransactionAdd", "date": date, "currentTxn.value": value}


def back(name: str, date: str, of: str, value: int) -> dict[str, Any]:
    return {
        "id": name,
        "customerId": "ann",
        "type": "ReturnBill",
        "date": date,
        "returnOf": of,
        "returnBill.value": value,
    }


ROWS = [
    bill("b1", "2024-01-02T10:00:00Z", 300),
    bill("b2", "2024-01-05T10:00:00Z", 250),
    bill("b3", "2024-01-07T19:00:00Z", 400),
    bill("b4", "2024-01-10T10:00:00Z", 200),
    back("r1", "2024-01-12T10:00:00Z", "b4", 150),
    bill("b5", "2024-01-13T10:00:00Z", 100),
    back("r4", "2024-01-14T10:00:00Z", "b5", 40),
    bill("b6", "2024-01-16T10:00:00Z", 700),
    bill("small", "2024-01-17T10:00:00Z", 50),
    back("r2", "2024-01-18T10:00:00Z", "b2", 250),
    bill("b7", "2024-01-22T10:00:00Z", 600),
    back("r3", "2024-01-23T10:00:00Z", "b6", 700),
]
STORY = """\
Customer ann

Spend, W1 (2024-01-01 to 2024-01-07): 550 of 500, achieved by b2 on 2024-01-05 15:30:00
  + 2024-01-02 15:30:00  b1: counts 300
  + 2024-01-05 15:30:00  b2: counts 250

Spend, W2 (2024-01-08 to 2024-01-14): 510 of 500, achieved by b5 on 2024-01-13 15:30:00
  + 2024-01-08 00:30:00  b3: counts 400
  + 2024-01-10 15:30:00  b4: counts 200
  - 2024-01-12 15:30:00  r1: a return of b4, changes the progress by -150
  + 2024-01-13 15:30:00  b5: counts 100
  - 2024-01-14 15:30:00  r4: a return of b5, changes the progress by -40

Spend, W3 (2024-01-15 to 2024-01-21): 700 of 500, achieved by b6 on 2024-01-16 15:30:00
  + 2024-01-16 15:30:00  b6: counts 700
  - 2024-01-17 15:30:00  small: does not count: currentTxn.value is 50, needs more than 50

Spend, W4 (2024-01-22 to 2024-01-28): 350 of 500, running
  - 2024-01-18 15:30:00  r2: a return of b2, changes the progress by -250
  + 2024-01-22 15:30:00  b7: counts 600
  - 2024-01-23 15:30:00  r3: no period that starts after the return takes it

Run 3, longest 3
  two (2): reached in W2 by b5
  three (3): reached in W3 by b6
"""
WEEKS = [
    ("W1", 550, "b2", [("b1", 300), ("b2", 250)]),
    ("W2", 510, "b5", [("b3", 400), ("b4", 200), ("r1", -150), ("b5", 100), ("r4", -40)]),
    ("W3", 700, "b6", [("b6", 700)]),
    ("W4", 350, None, [("r2", -250), ("b7", 600)]),
]


def frame() -> polars.DataFrame:
    return polars.DataFrame(ROWS, infer_schema_length=None)


def records() -> list[dict[str, Any]]:
    found = []
    for row in ROWS:
        record: dict[str, Any] = {}
        for name, value in row.items():
            profile, dot, member = name.partition(".")
            record |= {profile: {member: value}} if dot else {name: value}
        found.append(record)
    return found


def partitioned() -> TableProgress:
    options = Options(group=TargetGroup.model_validate(GROUP), timezone=CLOCK)
    tracker = PartitionedTracker(Setting.of(options), contributions=True, held=2, each=4, processes=1)
    for record in records():
        tracker.add(record)
    return TableProgress(tracker.result(), engine="partitions", reason=None)


ENGINES: dict[str, Callable[[], TableProgress]] = {
    "sql": lambda: evaluate_table(GROUP, frame(), engine="sql", timezone=CLOCK),
    "partitions": partitioned,
    "held": lambda: evaluate_table(GROUP, frame(), engine="partitions", timezone=CLOCK),
}


def worked_out(progress: Progress) -> None:
    ann = progress.customers["ann"]
    assert [
        (row.period, row.progress, row.achieved_by, [(one.record, one.change) for one in row.contributions])
        for row in ann.periods
    ] == [(name, total, by, lines) for name, total, by, lines in WEEKS]
    assert ann.streak is not None
    assert (ann.streak.run, ann.streak.longest) == (3, 3)
    assert [(one.status, one.period, one.reached_by) for one in ann.streak.levels] == [
        ("ACHIEVED", "W2", "b5"),
        ("ACHIEVED", "W3", "b6"),
    ]
    assert [(one.record, one.reason) for one in progress.reported.records] == [("r3", "no-period")]


def test_all_at_once() -> None:
    worked_out(evaluate(GROUP, records(), timezone=CLOCK))


@pytest.mark.parametrize("engine", ENGINES)
def test_by_every_engine(engine: str) -> None:
    with ENGINES[engine]() as found:
        worked_out(found.customer("ann"))
        assert found.customer("ann").story.to_text() + "\n" == STORY
        assert [(row["period"], row["progress"], row["achieved_by"]) for row in found.periods.rows()] == [
            (name, Decimal(total), by) for name, total, by, _ in WEEKS
        ]
        assert [(row["period"], row["record"], row["change"]) for row in found.contributions.rows()] == [
            (name, record, Decimal(change)) for name, _, _, lines in WEEKS for record, change in lines
        ]
        assert list(found.customers.rows()) == [
            {"customer": "ann", "run": 3, "longest": 3, "next_level": None, "missing": None}
        ]
        assert [(row["record"], row["reason"], row["target"]) for row in found.reported.rows()] == [
            ("r3", "no-period", "Spend")
        ]


@pytest.mark.parametrize("engine", ["python", "sql", "partitions"])
def test_printed_alike(engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "group.json").write_text(json.dumps(GROUP), encoding="utf-8")
    frame().write_parquet(tmp_path / "bills.parquet")
    asked = ["--data", str(tmp_path / "bills.parquet"), "--timezone", CLOCK, "--engine", engine]
    assert main(["target", "simulate", str(tmp_path / "group.json"), *asked, "--customer", "ann"]) == 0
    assert capsys.readouterr().out == STORY
