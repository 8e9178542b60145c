"""Progress as tables: plain rows for dataframes, CSV and spreadsheets. Decimals stay Decimal, dates stay dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from targetexpr.targets.progress.results import CustomerProgress, ProgressData

Row = dict[str, object]

COLUMNS: dict[str, tuple[str, ...]] = {
    "progress": ("customer", "target", "period", "start", "end", "value", "progress", "achieved", "achieved_by",
                 "achieved_on", "contributions"),
    "contributions": ("customer", "target", "period", "record", "change"),
    "levels": ("customer", "level", "count", "status", "period", "reached_by", "reached_on"),
    "streaks": ("customer", "run", "longest", "next_level", "missing"),
    "unified": ("customer", "period", "members_met", "overall_met", "achieved", "achieved_by", "achieved_on"),
    "grants": ("customer", "target", "period", "record", "asked", "granted"),
    "reported": ("reason", "record", "target", "path", "message"),
}  # fmt: skip
"""Every table with its columns, so that an empty one has its header too."""


def tables(progress: ProgressData) -> dict[str, Iterator[Row]]:
    """Every table, its rows made as they are asked for."""
    makers: dict[str, Callable[[CustomerProgress], Iterator[Row]]] = {
        "progress": _progress,
        "contributions": _contributions,
        "levels": _levels,
        "streaks": _streaks,
        "unified": _unified,
        "grants": _grants,
    }
    customers = progress.customers.values()
    found: dict[str, Iterator[Row]] = {name: chain.from_iterable(map(make, customers)) for name, make in makers.items()}
    found["reported"] = _reported(progress)
    return found


def _row(table: str, *values: object) -> Row:
    return dict(zip(COLUMNS[table], values, strict=True))


def _progress(customer: CustomerProgress) -> Iterator[Row]:
    for row in customer.periods:
        start, end = row.days if row.days is not None else (row.start, row.end)
        yield _row("progress", customer.id, row.target, row.period, start, end, row.value, row.progress, row.achieved,
                   row.achieved_by, row.achieved_on, len(row.contributions))  # fmt: skip


def _contributions(customer: CustomerProgress) -> Iterator[Row]:
    for row in customer.periods:
        for record, change in row.contributions:
            yield _row("contributions", customer.id, row.target, row.period, record, change)


def _levels(customer: CustomerProgress) -> Iterator[Row]:
    for level in customer.streak.levels if customer.streak is not None else ():
        yield _row("levels", customer.id, level.name, level.count, level.status, level.period, level.reached_by,
                   level.reached_on)  # fmt: skip


def _streaks(customer: CustomerProgress) -> Iterator[Row]:
    if customer.streak is not None:
        following = customer.streak.next
        missing = None if following is None else following.count - customer.streak.run
        name = None if following is None else following.name
        yield _row("streaks", customer.id, customer.streak.run, customer.streak.longest, name, missing)


def _unified(customer: CustomerProgress) -> Iterator[Row]:
    for row in customer.unified or ():
        yield _row("unified", customer.id, row.period, row.members_met, row.overall_met, row.achieved,
                   row.achieved_by, row.achieved_on)  # fmt: skip


def _grants(customer: CustomerProgress) -> Iterator[Row]:
    for row in customer.caps or ():
        for grant in row.grants:
            yield _row("grants", customer.id, row.target, row.period, grant.record, grant.asked, grant.granted)


def _reported(progress: ProgressData) -> Iterator[Row]:
    for one in progress.reported.records:
        yield _row("reported", one.reason, one.record or None, one.target or None, one.path or None, one.message)
