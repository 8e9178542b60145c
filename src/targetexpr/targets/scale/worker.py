"""A process that evaluates parts: started for this alone, it reads what to do from its standard input.

It is no fork, and imports nothing of the program that started it, so that nothing is asked of that: no guard around
its main part, no threads that must not run. It ends with its standard input.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from targetexpr.targets.progress.enrolment import Enrolled
from targetexpr.targets.progress.results import Reported
from targetexpr.targets.progress.tracker import PreparedGroup, prepare
from targetexpr.targets.reports.tables import tables
from targetexpr.targets.scale.columns import TABLES, Sizes, batches
from targetexpr.targets.scale.crossing import Crossing
from targetexpr.targets.scale.part import Options, part_tracker, take_all, with_duplicates
from targetexpr.targets.scale.spill import Chunk, Range, read_range
from targetexpr.targets.scale.totals import PartTotals, totals_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is the same for all parts."""

    options: Options
    now: datetime | None
    chunks: list[Chunk]
    folder: str
    contributions: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is done at once."""

    number: int
    range: Range
    crossing: Crossing
    enrolled: Mapping[str, Enrolled] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What came of a part; its rows are in files."""

    totals: PartTotals
    reported: Reported  # without records
    sizes: dict[str, Sizes]  # by table
    files: dict[str, str]  # by table, where there is a row


def evaluate_part(job: Job, ready: PreparedGroup, part: Part) -> PartResult:
    """Evaluates a part, and writes what it came to."""
    tracker = part_tracker(job.options, ready, job.now, part.enrolled)
    take_all(tracker, part.crossing.kept(read_range(job.chunks, part.range)))
    progress = with_duplicates(tracker.last_result(), part.crossing.won)
    sizes: dict[str, Sizes] = {}
    files: dict[str, str] = {}
    made = tables(progress)
    for table, name in TABLES.items():
        if table == "contributions" and not job.contributions:
            continue
        rows = made[name]
        if table == "customers" and not ready.plan.tracking.is_streak:
            rows = (
                {"customer": one, "run": None, "longest": None, "next_level": None, "missing": None}
                for one in progress.customers
            )
        path = os.path.join(job.folder, f"{table}-{part.number:05}.parquet")
        sizes[table] = {}
        if _written(path, batches(table, rows, ready.plan, sizes[table])):
            files[table] = path
    reported = progress.reported
    counts = Reported(
        later=reported.later,
        not_enrolled=reported.not_enrolled,
        out_of_scope=reported.out_of_scope,
        outside_periods=reported.outside_periods,
    )
    return PartResult(totals=totals_of(progress), reported=counts, sizes=sizes, files=files)


def _written(path: str, parts: object) -> bool:
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    writer = None
    assert hasattr(parts, "__iter__")
    for table in parts:
        if writer is None:
            writer = pq.ParquetWriter(path, table.schema, compression="lz4")
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return writer is not None


def main() -> None:
    """Takes a job, then parts, and answers each with its result, or with what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts the program closes the input
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anybody prints is no answer
    given: BinaryIO = sys.stdin.buffer
    job: Job = pickle.load(given)
    ready = prepare(job.options.group, timezone=job.options.timezone, schema=job.options.schema)
    while True:
        try:
            part: Part = pickle.load(given)
        except EOFError:
            return
        answer: PartResult | str
        try:
            answer = evaluate_part(job, ready, part)
        except Exception as error:  # told to the one who asked
            import traceback

            answer = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        pickle.dump(answer, answers)
        answers.flush()
