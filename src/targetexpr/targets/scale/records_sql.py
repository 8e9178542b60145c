"""The first statements: customers as numbers, and the records that count, with what they bring."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.targets.model.events import RETURN_BILL, TRANSACTION_ADD
from targetexpr.targets.scale.calendars import local_day
from targetexpr.targets.scale.statements import Evaluation, Statement

OTHER, BILL, RETURN = 0, 1, 2
"""The kinds of records."""


def columns_of_records(targets: int) -> dict[str, str]:
    """The columns of a record before its customer has a number, with their types."""
    figures = {f"f{place}": "BIGINT" for place in range(targets)}
    return {
        "name": "VARCHAR",
        "id": "VARCHAR",
        "instant": "TIMESTAMP",
        "kind": "TINYINT",
        "bill": "VARCHAR",
        "elsewhere": "BOOLEAN",
        "beyond": "BOOLEAN",
        "worth": "BIGINT",
        **figures,
    }


def record_statements(evaluation: Evaluation, table: str) -> Iterator[Statement]:
    """Customers (`keys`), their `own` values, and `records`, with a figure for every target.

    A figure `f0` is what a record brings to the first target, null where it does not count; of a return, what it
    states. `beyond` are records that would count and lie outside of the bounds of a group of cycles. `table` is where
    the rows are; those that the evaluator read are in `odd_records`.
    """
    yield Statement("keys", _keys(evaluation, table))
    if evaluation.part.own:
        yield Statement("own", "SELECT k.cust, v.slot, v.value FROM own_values v JOIN keys k ON k.name = v.name")
    columns = columns_of_records(len(evaluation.reading.targets))
    rows = f"SELECT {', '.join(_columns(evaluation))} FROM {table} WHERE {_valid(evaluation)}"
    if evaluation.found.odd:
        rows = f"{rows} UNION ALL SELECT {', '.join(columns)} FROM odd_records"
    if not evaluation.fixed:
        yield Statement("records", f"SELECT k.cust, {_in_bounds(evaluation)} FROM ({rows}) s JOIN keys k USING (name)")
        return
    kept = ", ".join(f"s.{name}" for name in columns if name != "name")
    pos = "CASE WHEN d.pos BETWEEN k.lowest AND k.highest THEN d.pos END" if evaluation.part.bounded else "d.pos"
    yield Statement(
        "records",
        f"SELECT k.cust, {pos} AS pos, {kept} FROM ({rows}) s JOIN keys k ON k.name = s.name"
        f" LEFT JOIN days d ON d.day = {local_day(evaluation.words, evaluation.clock, 's.instant')}",
    )


def _keys(evaluation: Evaluation, table: str) -> str:
    """Everybody who takes part, by a number."""
    if evaluation.part.enrolled:
        return "SELECT *, row_number() OVER () AS cust FROM enrolled"
    names = f"SELECT {evaluation.reading.head.customer} AS name FROM {table} WHERE {_valid(evaluation)}"
    if evaluation.found.odd:
        names = f"{names} UNION ALL SELECT name FROM odd_records"
    return f"SELECT name, row_number() OVER () AS cust FROM (SELECT DISTINCT name FROM ({names}) n) d"


def number_of_records(evaluation: Evaluation, table: str) -> str:
    """How many records there are, of those who take part and of others."""
    counted = f"(SELECT count(*) FROM {table} WHERE {_valid(evaluation)})"
    return f"SELECT {counted}{' + (SELECT count(*) FROM odd_records)' if evaluation.found.odd else ''} AS records"


def _in_bounds(evaluation: Evaluation) -> str:
    """The columns of records in a group of cycles: outside of its bounds, or of somebody's part, nothing counts."""
    words, plan = evaluation.words, evaluation.plan
    tests = [] if plan.start is None else [f"s.instant >= {words.moment(plan.start)}"]
    tests += [] if plan.end is None else [f"s.instant < {words.moment(plan.end)}"]
    inside = " AND ".join(tests) or "TRUE"
    mine = inside
    if evaluation.part.bounded:
        mine += " AND (k.since IS NULL OR s.instant >= k.since) AND (k.until IS NULL OR s.instant < k.until)"
    targets = range(len(plan.targets))
    brings = " OR ".join(f"s.f{place} IS NOT NULL" for place in targets)
    kept = [f"s.{name}" for name in ("id", "instant", "kind", "bill", "elsewhere", "worth")]
    kept.append(f"s.beyond OR (s.kind <> {RETURN} AND NOT ({inside}) AND ({brings})) AS beyond")
    kept += [f"CASE WHEN s.kind = {RETURN} OR ({mine}) THEN s.f{place} END AS f{place}" for place in targets]
    return ", ".join(kept)


def _valid(evaluation: Evaluation) -> str:
    """Which rows are read by columns."""
    reading, found = evaluation.reading, evaluation.found
    tests = []
    if found.unreadable:
        tests.append(f"NOT {reading.unreadable}")
    if found.later and found.now is not None:
        tests.append(f"{reading.head.at} <= {evaluation.words.moment(found.now)}")
    if found.odd and reading.odd is not None:
        tests.append(f"NOT {reading.odd}")
    if found.repeated:
        tests.append(f"{reading.head.id} NOT IN (SELECT id FROM repeated)")
    return " AND ".join(tests) or "TRUE"


def _columns(evaluation: Evaluation) -> Iterator[str]:
    reading, words = evaluation.reading, evaluation.words
    head = reading.head
    kind = head.type
    is_return = f"{kind} = {words.text(RETURN_BILL)}"
    yield f"{head.customer} AS name"
    yield f"{head.id} AS id"
    yield f"{head.at} AS instant"
    yield (
        f"CAST(CASE WHEN {kind} = {words.text(TRANSACTION_ADD)} THEN {BILL} WHEN {is_return} THEN {RETURN}"
        f" ELSE {OTHER} END AS TINYINT) AS kind"
    )
    yield f"CASE WHEN {is_return} THEN {reading.return_of} END AS bill" if evaluation.found.returns else "NULL AS bill"
    yield f"{_elsewhere(evaluation)} AS elsewhere"
    yield "FALSE AS beyond"
    yield f"{reading.worth} AS worth"
    for place, target in enumerate(reading.targets):
        tests = [f"{kind} = {words.text(target.event)}", target.passes]
        if target.scope is not None:
            tests.insert(1, target.scope)
        cases = f"WHEN {' AND '.join(tests)} THEN {target.brought}"
        if target.returned is not None:
            cases += f" WHEN {is_return} THEN {target.returned}"
        yield f"CASE {cases} END AS f{place}"


def _elsewhere(evaluation: Evaluation) -> str:
    """Whether a record comes from none of the places that any target of its kind listens to."""
    scopes: dict[str, list[str | None]] = {}
    for target in evaluation.reading.targets:
        scopes.setdefault(target.event, []).append(target.scope)
    cases = [
        f"WHEN {evaluation.words.text(event)} THEN NOT {evaluation.words.any([one for one in mine if one is not None])}"
        for event, mine in scopes.items()
        if None not in mine
    ]
    return f"CASE {evaluation.reading.head.type} {' '.join(cases)} ELSE FALSE END" if cases else "FALSE"
