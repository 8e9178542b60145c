"""The small tables that statements stand on, written by Python: calendars, goals, who takes part, and odd rows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from targetexpr.targets.progress.enrolment import Enrolled
from targetexpr.targets.progress.exact import EXACT
from targetexpr.targets.progress.ledger import local_day
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.scale.calendars import days
from targetexpr.targets.scale.odd_rows import OddRows
from targetexpr.targets.scale.records_sql import columns_of_records
from targetexpr.targets.scale.statements import Evaluation, Part

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class SmallTable:
    """A table with its columns, their types, and its rows."""

    name: str
    columns: Mapping[str, str]
    rows: Sequence[Row]


def small_tables(
    evaluation: Evaluation,
    span: tuple[date, date],
    enrolled: Mapping[str, Enrolled] | None,
    odd: OddRows | None,
) -> Iterator[SmallTable]:
    """All tables that Python writes; `span` are the first and the last day of which the calendar tells."""
    plan = evaluation.plan
    if evaluation.fixed:
        yield SmallTable("days", {"day": "DATE", "pos": "INTEGER", "following": "INTEGER"}, days(plan.periods, *span))
    yield _goals(evaluation)
    if enrolled is not None:
        yield _enrolled(evaluation, enrolled)
        if evaluation.part.own:
            columns = {"name": "VARCHAR", "slot": "INTEGER", "value": "BIGINT"}
            yield SmallTable("own_values", columns, list(_own_values(evaluation, enrolled)))
    texts = dict.fromkeys(("reason", "record", "target", "path", "message"), "VARCHAR")
    yield SmallTable("set_aside", texts, odd.set_aside if odd is not None else [])
    if odd is not None:
        yield SmallTable("odd_records", columns_of_records(len(plan.targets)), odd.records)
        kinds = {"id": "VARCHAR", "target": "INTEGER", "unreadable": "BOOLEAN", "path": "VARCHAR"}
        yield SmallTable("odd_returns", {**kinds, "message": "VARCHAR"}, odd.returns)


def part_of(plan: EvaluationPlan, enrolled: Mapping[str, Enrolled] | None) -> Part:
    """Who takes part, and what is special about anybody."""
    if enrolled is None:
        return Part()
    return Part(
        enrolled=True,
        bounded=any(one.since is not None or one.until is not None for one in enrolled.values()),
        own=any(one.values for one in enrolled.values()) and bool(plan.targets),
    )


def _steps(value: Decimal, evaluation: Evaluation) -> int:
    return int(EXACT.scaleb(value, evaluation.reading.scale))


def _goals(evaluation: Evaluation) -> SmallTable:
    """What it takes in each slot."""
    plan = evaluation.plan
    columns = {"slot": "INTEGER", "number": "INTEGER", "pos": "INTEGER", "target": "VARCHAR", "period": "VARCHAR",
               "value": "BIGINT", "place": "INTEGER", "first": "DATE", "last": "DATE"}  # fmt: skip
    rows: list[Row] = []
    for target in plan.targets:
        start = target.index * evaluation.stride
        if evaluation.fixed:
            for pos, period in enumerate(plan.periods, 1):
                value = _steps(target.values[period.index], evaluation)
                place = target.index * len(plan.names) + period.index
                rows.append((start + pos, target.index, pos, target.name, period.name, value, place, period.first,
                             period.last))  # fmt: skip
            continue
        for index in range(plan.cycles):
            value = _steps(target.values[min(index, len(target.values) - 1)], evaluation)
            name = plan.names[index] if index < len(plan.names) else str(index + 1)
            slot = start + index + 1
            rows.append((slot, target.index, index + 1, target.name, name, value, slot, None, None))
    return SmallTable("goals", columns, rows)


def _enrolled(evaluation: Evaluation, enrolled: Mapping[str, Enrolled]) -> SmallTable:
    """Who takes part: from which position of a period to which, from when until when, and whether somebody left."""
    plan, now = evaluation.plan, evaluation.found.now
    columns = {"name": "VARCHAR", "lowest": "INTEGER", "highest": "INTEGER", "gone": "BOOLEAN", "since": "TIMESTAMP",
               "until": "TIMESTAMP"}  # fmt: skip
    ends = [period.last for period in plan.periods]
    rows: list[Row] = []
    for name, part in enrolled.items():
        since, until = part.since, part.until
        if until is not None and now is not None and until > now:
            until = None  # has not happened yet
        first = None if since is None else local_day(since, plan.zone)
        last = None if until is None else local_day(until, plan.zone)
        lowest = 1 if first is None else bisect_left(ends, first) + 1
        highest = len(ends) if last is None else bisect_left(ends, last)
        rows.append((name, lowest, highest, until is not None, _plain(since), _plain(until)))
    return SmallTable("enrolled", columns, rows)


def _plain(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=None)


def _own_values(evaluation: Evaluation, enrolled: Mapping[str, Enrolled]) -> Iterator[Row]:
    """Own values by slot."""
    plan = evaluation.plan
    positions = {period.index: pos for pos, period in enumerate(plan.periods, 1)}
    for name, part in enrolled.items():
        for target in plan.targets:
            for index, value in enumerate(part.values.get(target.name, ())):
                pos = positions.get(index) if evaluation.fixed else index + 1
                if value is not None and pos is not None and pos < evaluation.stride:
                    yield name, target.index * evaluation.stride + pos, _steps(value, evaluation)
