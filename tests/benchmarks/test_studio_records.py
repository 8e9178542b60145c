"""What the studio's records cost: two million rows of Parquet counted while typing, 200,000 lines of JSON opened.

`pytest -m benchmark -s tests/benchmarks/test_studio_records.py` prints the tables. Each file is opened by a studio in a
process of its own, which says how long each answer took (the best of several) and how much memory it holds: its own,
and what is mapped of files, which the system takes back when it needs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.benchmarks.measuring import ROOT, cached, table
from tests.benchmarks.test_tables_commands import LINES, ROWS, bills

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

MOST_COUNT_S = 1.0  # while typing
MOST_OPEN_S = 3.0  # of lines of JSON
TYPED = (
    'currentTxn.value>=1{}0&&(currentCustomer.slabName=="Gold"||currentTxn.value>=300)',
    "currentTxn.discount<=((currentTxn.value+currentTxn.discount)*4{})/100",
    "currentTxn.date.isAfter(2024,6,{})&&currentTxn.value>500",
    'currentCustomer.slabName.contains("ol")&&currentTxn.value>{}',
)
"""Rules while a digit of theirs is typed."""

CHILD = """
import json, os, sys, time
from targetexpr.rule import compile
from targetexpr.studio.columns import remapped
from targetexpr.studio.data import DataStore
from targetexpr.studio.record_answers import Chosen, page
from targetexpr.lang.schema.schema import Schema

path, mapping, *rules = sys.argv[1:]
memory = lambda: {
    name: int(line.split()[1]) // 1024
    for line in open("/proc/self/status") if (name := line.partition(":")[0]) in ("RssAnon", "RssFile")
}
start, found = time.perf_counter(), {"before": memory()}
def timed(work):
    start = time.perf_counter()
    made = work()
    return made, time.perf_counter() - start
store = DataStore()
data = store.open(os.path.basename(path), path)
_, found["open"] = timed(data.done.wait)
assert data.state == "ready", data.message
if mapping:
    records, columns = data.questions.records, json.loads(mapping)
    data.reread(remapped(records, Schema.bundled(), mapping=columns, profile=None, read=None))
questions, ok = data.questions, lambda: None
found["opened"] = memory()
found["rules"] = []
for text in rules:
    typed = [compile(text.format(digit)) for digit in range(1, 7)]
    counted = [timed(lambda: questions.counted(rule, ok).as_dict()) for rule in typed]
    last = typed[-1]
    found["rules"].append({
        "counts": counted[0][0],
        "first": counted[0][1],
        "next": min(seconds for _, seconds in counted[1:]),
        "page": timed(lambda: page(questions, last, last, Chosen(outcome="no"), 0, 50, ok))[1],
        "conditions": timed(lambda: questions.conditions(last, ok).result())[1],
    })
found["search"] = timed(lambda: page(questions, last, last, Chosen(search="19999"), 0, 50, ok))[1]
found["after"] = memory()
print(json.dumps(found))
"""


def measured(path: Path, mapping: dict[str, list[str]] | None, *rules: str) -> Any:
    """What a studio says of a file."""
    arguments = [sys.executable, "-c", CHILD, str(path), "" if mapping is None else json.dumps(mapping), *rules]
    environment = {**cached(), "PYTHONPATH": str(ROOT / "src")}
    return json.loads(subprocess.run(arguments, env=environment, stdout=subprocess.PIPE, check=True).stdout)


def shown(title: str, found: Any, rules: tuple[str, ...]) -> None:
    rows = [
        (rule[:40], *(f"{one[name]:.2f}" for name in ("first", "next", "page", "conditions")))
        for rule, one in zip(rules, found["rules"], strict=True)
    ]
    memory = ", ".join(f"{when} {found[when]['RssAnon']} + {found[when]['RssFile']}" for when in ("opened", "after"))
    table(
        f"{title}: opened in {found['open']:.2f} s, searched in {found['search']:.2f} s; MB own + mapped: {memory}",
        ("rule, seconds of", "first count", "while typing", "page", "conditions"),
        rows,
    )


def test_two_million_rows_are_counted_while_typing(tmp_path: Path) -> None:
    path = tmp_path / "bills.parquet"
    frame = bills(ROWS)
    frame.write_parquet(path)
    found = measured(path, {"date": ["date", "currentTxn.date"]}, *TYPED)
    shown(f"{ROWS:,} rows of Parquet", found, TYPED)
    value, slab = pl.col("currentTxn.value"), pl.col("currentCustomer.slabName")
    wanted = frame.select(((value >= 110) & ((slab == "Gold") | (value >= 300))).sum()).item()
    assert found["rules"][0]["counts"]["yes"] == wanted
    assert max(one["next"] for one in found["rules"]) <= MOST_COUNT_S
    # Each column that is read is held once, beside the file: the numbers of all columns of this table are 112 MB,
    # its texts as many.
    held = found["after"]["RssAnon"] - found["before"]["RssAnon"]
    assert held <= 2 * frame.estimated_size("mb")


def test_lines_of_json_are_opened(tmp_path: Path) -> None:
    path = tmp_path / "bills.jsonl"
    with path.open("w") as file:
        for row in bills(LINES).drop("Till").iter_rows(named=True):
            record: dict[str, Any] = {}
            for name, value in row.items():
                profile, dot, field = name.partition(".")
                inside = record.setdefault(profile, {}) if dot else record
                inside[field or name] = value
            file.write(f"{json.dumps(record)}\n")
    runs = [measured(path, None, *TYPED[:2]) for _ in range(3)]
    best = min(runs, key=lambda found: float(found["open"]))
    shown(f"{LINES:,} lines of JSON", best, TYPED[:2])
    assert best["open"] <= MOST_OPEN_S
    size = os.path.getsize(path) / 1e6
    assert best["after"]["RssAnon"] - best["before"]["RssAnon"] <= size / 2 + 20  # the lines stay in the file
