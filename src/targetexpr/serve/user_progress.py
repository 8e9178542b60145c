"""A user's progress in every group, in the platform's shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.serve import row_ids, sandbox_settings
from targetexpr.serve.group_rows import JsonObject, attribution_of, body_of, parts_of
from targetexpr.serve.progress import NotEvaluated, evaluation_of, of_customer, participation_of, until_its_end
from targetexpr.serve.records import StoredRecord, stored_records
from targetexpr.serve.row_ids import GroupAnswer
from targetexpr.serve.rows import GroupRow, RecordRow
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.serve.users import check_known
from targetexpr.targets.api.user_progress import group_progress, user_progress
from targetexpr.targets.evaluation import Progress
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
            with evaluation_of(row):
                progress = of_customer(row, until_its_end(row, settings), records, participation)
                answer = None if progress is None else _group(row, settings, progress, user, wanted)
        except NotEvaluated as failure:
            warnings.append(failure.warning)
            continue
        if progress is not None and answer is not None:
            answers.append(GroupAnswer(answer, progress, participation, fed_at))
    warnings += row_ids.complete(store, user, answers, known_ids)
    return user_progress(user, [answer.answer for answer in answers]), warnings


def _target_ids(row: GroupRow) -> list[JsonValue]:
    return [target["id"] for target in parts_of(body_of(row), "targets")]


def _group(row: GroupRow, settings: Settings, progress: Progress, user: str, wanted: ProgressFilter) -> JsonObject:
    """A group as the library answers it, with what the server knows besides, and only the rows that are asked for."""
    group = group_progress(
        progress,
        progress.customers[user],
        attribution=attribution_of(row),
        org_id=settings.org_id or None,
    )
    targets = [
        target
        for target in parts_of(group, "targets")
        if (wanted.every_cycle or target["currentPeriod"] is True)
        and (wanted.target is None or target["targetRuleId"] == wanted.target)
    ]
    return {**group, "targets": list[JsonValue](targets)}


def _fed_at(rows: Sequence[RecordRow], records: Sequence[StoredRecord]) -> dict[str, str]:
    """When each record was fed, by its id; of several with one id the first."""
    found: dict[str, str] = {}
    for row, record in zip(rows, records, strict=True):
        found.setdefault(record.head.id, row.fed)  # in the order in which they came
    return found
