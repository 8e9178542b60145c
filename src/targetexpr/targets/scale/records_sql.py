"""The first statements: customers as numbers, and the records that count, with what they bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
    states. `worth` is the value of a bill or a return, where no figure is. `beyond` are records that would count and
    lie outside of the bounds of a group of cycles, `elsewhere` those from no listed place. `table` is where the rows
    are; those that the evaluator read are in `odd_records`.
    """
    yield Statement("keys", _keys(evaluation, table))
    if evaluation.part.own:
        yield Statement("own", "SELECT k.cust, v.slot, v.value FROM own_values v JOIN keys k ON k.name = v.name")
    yield Statement("records", _records(evaluation, table))


def _records(evaluation: Evaluation, table: str) -> str:
    cells = _cells(evaluation)
    rows = _rows(evaluation, table, cells)
    if not evaluation.fixed:
        bounded = _in_bounds(evaluation, list(cells))
        return f"SELECT k.cust, {bounded} FROM ({rows}) s JOIN keys k ON k.name = s.name"
    kept = ", ".join(f"s.{name}" for name in cells if name != "name")
    pos = "CASE WHEN d.pos BETWEEN k.lowest AND k.highest THEN d.pos END" if evaluation.part.bounded else "d.pos"
    return (
        f"SELECT k.cust, {pos} AS pos, {kept} FROM ({rows}) s JOIN keys k ON k.name = s.name"
        f" LEFT JOIN days d ON d.day = {local_day(evaluation.words, evaluation.clock, 's.instant')}"
    )


def _rows(evaluation: Evaluation, table: str, cells: Mapping[str, str]) -> str:
    asked = ", ".join(f"{cell} AS {name}" for name, cell in cells.items())
    rows = f"SELECT {asked} FROM {table} WHERE {_valid(evaluation)}"
    if evaluation.found.odd:
        same = {name: name for name in cells}
        if evaluation.found.returns:
            same["id"] = _id_of(evaluation, f"kind = {RETURN}", "id", "bill")
        rows = f"{rows} UNION ALL SELECT {', '.join(same.values())} FROM odd_records"
    return rows


def _keys(evaluation: Evaluation, table: str) -> str:
    """Everybody who takes part, by a number."""
    if evaluation.part.enrolled:
        return f"SELECT *, {evaluation.words.dialect.key} AS cust FROM enrolled"
    names = f"SELECT {evaluation.reading.head.customer} AS name FROM {table} WHERE {_valid(evaluation)}"
    if evaluation.found.odd:
        names = f"{names} UNION ALL SELECT name FROM odd_records"
    key = evaluation.words.dialect.key
    return f"SELECT name, {key} AS cust FROM (SELECT DISTINCT name FROM ({names}) n) d"


def number_of_records(evaluation: Evaluation, table: str) -> str:
    """How many records there are, of those who take part and of others."""
    counted = f"(SELECT count(*) FROM {table} WHERE {_valid(evaluation)})"
    return f"SELECT {counted}{' + (SELECT count(*) FROM odd_records)' if evaluation.found.odd else ''} AS records"


def _in_bounds(evaluation: Evaluation, columns: Sequence[str]) -> str:
    """The columns of records in a group of cycles: outside of its bounds, or of somebody's part, nothing counts."""
    words, plan = evaluation.words, evaluation.plan
    tests = [] if plan.start is None else [f"s.instant >= {words.moment(plan.start)}"]
    tests += [] if plan.end is None else [f"s.instant < {words.moment(plan.end)}"]
    inside = " AND ".join(tests) or "TRUE"
    mine = inside
    if evaluation.part.bounded:
        mine += " AND (k.since IS NULL OR s.instant >= k.since) AND (k.until IS NULL OR s.instant < k.until)"
    brings = " OR ".join(f"s.f{place} IS NOT NULL" for place in range(len(plan.targets)))
    cells = {name: f"s.{name}" for name in columns if name != "name"}
    cells["beyond"] = f"s.beyond OR (s.kind <> {RETURN} AND NOT ({inside}) AND ({brings}))"
    cells |= {
        f"f{place}": f"CASE WHEN s.kind = {RETURN} OR ({mine}) THEN s.f{place} END"
        for place in range(len(plan.targets))
    }
    return ", ".join(f"{cell} AS {name}" for name, cell in cells.items())


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


def _cells(evaluation: Evaluation) -> dict[str, str]:
    """The columns of a record, as few as will do: each of them is there for every record."""
    reading, words, found = evaluation.reading, evaluation.words, evaluation.found
    head = reading.head
    is_return = f"{head.type} = {words.text(RETURN_BILL)}"
    kinds = f"WHEN {head.type} = {words.text(TRANSACTION_ADD)} THEN {BILL} WHEN {is_return} THEN {RETURN}"
    cells = {
        "name": head.customer,
        "id": head.id,
        "instant": head.at,
        "kind": f"CAST(CASE {kinds} ELSE {OTHER} END AS TINYINT)",
    }
    if found.returns:
        cells["id"] = _id_of(evaluation, is_return, head.id, reading.return_of)
    elsewhere = elsewhere_of(evaluation)
    if elsewhere is not None:
        cells["elsewhere"] = elsewhere
    if not evaluation.fixed:
        cells["beyond"] = "FALSE"
    if evaluation.by_worth:
        cells["worth"] = reading.worth
    for place, target in enumerate(reading.targets):
        tests = [f"{head.type} = {words.text(target.event)}", *([] if target.scope is None else [target.scope])]
        cases = f"WHEN {' AND '.join([*tests, target.passes])} THEN {target.brought}"
        if target.returned is not None:
            cases += f" WHEN {is_return} THEN {target.returned}"
        cells[f"f{place}"] = f"CASE {cases} END"
    return cells


_LENGTH = 9
"""Digits of the length of an id."""


def _id_of(evaluation: Evaluation, is_return: str, id: str, bill: str) -> str:
    """The id of a record; a return has its bill behind it, which saves a column for all others."""
    length = f"lpad(CAST(length({id}) AS {evaluation.words.dialect.string_type}), {_LENGTH}, '0')"
    return f"CASE WHEN {is_return} THEN {length} || {id} || coalesce({bill}, '') ELSE {id} END"


_SIZE = f"TRY_CAST(substr(id, 1, {_LENGTH}) AS INTEGER)"

OWN_ID = f"CASE WHEN kind = {RETURN} THEN substr(id, {_LENGTH + 1}, {_SIZE}) ELSE id END"
"""The id of a record alone: a return has its bill behind it."""

BILL_OF = f"nullif(substr(id, {_LENGTH + 1} + {_SIZE}), '')"
"""The bill that a return names; null where it names none."""


def returns_query(evaluation: Evaluation) -> str:
    """The returns among the records, with the `bill` that each names, null where it names none."""
    figures = "".join(f", f{place}" for place in evaluation.lowered)
    worth = ", worth" if evaluation.by_worth else ""
    cells = f"cust, instant, id AS packed, CAST(substr(id, 1, {_LENGTH}) AS INTEGER) AS size{worth}{figures}"
    return (
        f"SELECT cust, instant, substr(packed, {_LENGTH + 1}, size) AS id,"
        f" nullif(substr(packed, {_LENGTH + 1} + size), '') AS bill{worth}{figures}"
        f" FROM (SELECT {cells} FROM records WHERE kind = {RETURN}) r"
    )


def elsewhere_of(evaluation: Evaluation) -> str | None:
    """Whether a record comes from none of the places that any target of its kind listens to; None where all do."""
    scopes: dict[str, list[str | None]] = {}
    for target in evaluation.reading.targets:
        scopes.setdefault(target.event, []).append(target.scope)
    cases = [
        f"WHEN {evaluation.words.text(event)} THEN NOT {evaluation.words.any([one for one in mine if one is not None])}"
        for event, mine in scopes.items()
        if None not in mine
    ]
    return f"CASE {evaluation.reading.head.type} {' '.join(cases)} ELSE FALSE END" if cases else None
