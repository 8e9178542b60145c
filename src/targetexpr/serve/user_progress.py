"""A user's progress in every group, in the platform's shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.serve import row_ids, sandbox_settings
from targetexpr.serve.group_rows import (
    JsonObject,
    attribution_of,
    body_of,
    parts_of,
    window_of,
)
from targetexpr.serve.ids import user_json
from targetexpr.serve.progress import NotEvaluated, of_customer, participation_of, until_its_end
from targetexpr.serve.records import StoredRecord, stored_records
from targetexpr.serve.row_ids import GroupAnswer
from targetexpr.serve.rows import GroupRow, RecordRow
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.serve.users import check_known
from targetexpr.targets.model.json_values import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressFilter:
    """Which of a user's groups and rows are asked for."""

    every_cycle: bool = False  # rows of every started cycle, not only of the one that runs
    inactive_groups: bool = False
    target: int | None = None


def progress_of(store: Store, user: str, wanted: ProgressFilter) -> tuple[JsonObject, list[Diagnostic]]:
    """A user's groups with the progress in each, and a warning for each that cannot be evaluated."""
    with store.read() as rows:
        check_known(rows, user)
        settings = sandbox_settings.load(rows)
        groups = [
            (row, participation)
            for row in rows.groups(only_active=not wanted.inactive_groups)
            if (participation := participation_of(rows, row, until_its_end(row, settings), user)) is not None
        ]
        fed = rows.records_of(user) if groups else []
        known_ids = rows.row_ids(user)
    records = list(stored_records(fed, settings.timezone))
    fed_at = _fed_at(fed, records)
    answers: list[GroupAnswer] = []
    warnings: list[Diagnostic] = []
    for row, participation in groups:
        if wanted.target is not None and wanted.target not in _target_ids(row):
            continue
        try:
            progress = of_customer(row, until_its_end(row, settings), records, participation)
        except NotEvaluated as failure:
            warnings.append(failure.warning)
            continue
        if progress is not None:
            group = cast("list[JsonObject]", progress.user_progress(user)["data"])[0]
            answers.append(GroupAnswer(_group(row, settings, group, wanted), progress, participation, fed_at))
    warnings += row_ids.complete(store, user, answers, known_ids)
    who, listed = user_json(user), [answer.answer for answer in answers]
    return {"userId": who, "customer": {"id": who}, "targetGroups": list[JsonValue](listed)}, warnings


def _target_ids(row: GroupRow) -> list[JsonValue]:
    return [target["id"] for target in parts_of(body_of(row), "targets")]


def _group(row: GroupRow, settings: Settings, progress: JsonObject, wanted: ProgressFilter) -> JsonObject:
    body = body_of(row)
    targets = [
        target
        for target in parts_of(progress, "targets")
        if (wanted.every_cycle or target["currentPeriod"] is True)
        and (wanted.target is None or target["targetRuleId"] == wanted.target)
    ]
    group: JsonObject = {
        "id": row.id,
        "attribution": attribution_of(row),
        "name": body.get("name"),
        "orgId": settings.org_id,
        "preferredTillId": body.get("preferredTillId"),
        "targets": list[JsonValue](targets),
    }
    if progress["streaks"]:
        group["streaks"] = progress["streaks"]
    return group | {"targetEvaluationType": window_of(body), "trackingType": body.get("trackingType")}


def _fed_at(rows: Sequence[RecordRow], records: Sequence[StoredRecord]) -> dict[str, str]:
    """When each record was fed, by its id; of several with one id the first."""
    found: dict[str, str] = {}
    for row, record in zip(rows, records, strict=True):
        found.setdefault(record.head.id, row.fed)  # in the order in which they came
    return found
