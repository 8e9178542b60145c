"""What was fed, read back by page: each record as it came, and why groups set it aside, wholly or for a target."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.serve import sandbox_settings
from targetexpr.serve.envelope import diagnostic_json, page_of
from targetexpr.serve.group_rows import JsonObject
from targetexpr.serve.progress import NotEvaluated, reported_of, taking_part, until_its_end
from targetexpr.serve.records import StoredRecord, stored_records
from targetexpr.serve.rows import GroupRow, Participation, RecordRow
from targetexpr.serve.store import Store
from targetexpr.serve.users import check_known
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import Number
from targetexpr.targets.progress.results import ReportedRecord

_DECODER = json.JSONDecoder(
    parse_float=Number.computed, parse_int=Number.computed
)  # as they are spelled, of any length


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """A page of records, in the order in which they were fed: of one customer, or of everybody."""

    limit: int
    offset: int  # the number of the page, from 0
    customer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Customer:
    """One customer of a page: all records that progress depends on, and the groups to ask."""

    name: str
    fed: Sequence[RecordRow]
    groups: Sequence[tuple[GroupRow, Participation]]


def fed_records(store: Store, page: RecordPage) -> JsonObject:
    """The records of a page and what was set aside of each, by the groups in which its customer takes part now."""
    with store.read() as rows:
        if page.customer is not None:
            check_known(rows, page.customer)
        settings = sandbox_settings.load(rows)
        shown = rows.page_of_records(page.customer, page.limit, page.offset * page.limit)
        total = rows.count_records(page.customer)
        records = list(stored_records(shown, settings.timezone))
        groups = rows.groups()
        names = dict.fromkeys(record.head.customer for record in records)
        customers = [
            _Customer(name=name, fed=rows.records_of(name), groups=taking_part(rows, groups, settings, name))
            for name in names
        ]
    aside: dict[tuple[str, str], list[tuple[GroupRow, ReportedRecord]]] = {}
    first: dict[str, int] = {}
    failures: dict[str, Diagnostic] = {}
    for customer in customers:
        fed = list(stored_records(customer.fed, settings.timezone))
        first |= _first(customer.fed, fed)
        for row, participation in customer.groups:
            try:
                reported = reported_of(row, until_its_end(row, settings), fed, participation)
            except NotEvaluated as failure:
                failures[str(row.id)] = failure.warning
                continue
            for one in reported.records:
                aside.setdefault((customer.name, one.record), []).append((row, one))
    data: list[JsonValue] = [
        {
            "record": _DECODER.decode(row.body),
            "fedOn": row.fed,
            "setAside": [
                _entry(group, one)
                for group, one in aside.get((record.head.customer, record.head.id), ())
                if one.reason != "duplicate" or first.get(record.head.id) != row.seq
            ],
        }
        for row, record in zip(shown, records, strict=True)
    ]
    made = page_of(data, limit=page.limit, offset=page.offset, total=total)
    return made | {"warnings": [diagnostic_json(failure) for failure in failures.values()]}


def _first(rows: Sequence[RecordRow], records: Sequence[StoredRecord]) -> Mapping[str, int]:
    """Which of several records with one id counts: the earliest, of those of one instant the one fed first."""
    found: dict[str, tuple[datetime, int]] = {}
    for row, record in zip(rows, records, strict=True):
        here = (record.head.at, row.seq)
        found[record.head.id] = min(found.get(record.head.id, here), here)
    return {name: seq for name, (_, seq) in found.items()}


def _entry(group: GroupRow, one: ReportedRecord) -> JsonValue:
    entry: JsonObject = {
        "targetGroupId": group.id,
        "target": one.target or None,
        "reason": one.reason,
        "path": one.path or None,
        "message": one.message,
    }
    return cast(JsonValue, entry)
