"""A user's progress in every group, in the platform's shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.running.coercion import time_zone
from targetexpr.serve import row_ids, sandbox_settings
from targetexpr.serve.group_rows import JsonObject, attribution_of, body_of, parts_of
from targetexpr.serve.kept_progress import Basis, KeptGroup, Page, answering, group_digest, records_digest, span_of
from targetexpr.serve.progress import NotEvaluated, evaluation_of, of_customer, taking_part, until_its_end
from targetexpr.serve.records import StoredRecord, stored_records
from targetexpr.serve.row_ids import GroupAnswer
from targetexpr.serve.rows import GroupRow, Participation, RecordRow
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.serve.users import check_known
from targetexpr.targets.api.user_progress import group_progress, user_progress
from targetexpr.targets.evaluation import Progress
from targetexpr.targets.model.json_values import JsonValue, write_json


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressFilter:
    """Which of a user's groups and rows are asked for."""

    every_cycle: bool = False  # rows of every started cycle, not only of the one that runs
    inactive_groups: bool = False
    target: int | None = None


def progress_of(store: Store, user: str, wanted: ProgressFilter) -> tuple[str, list[Diagnostic]]:
    """A user's groups with the progress in each, as JSON text, and a warning for each that cannot be evaluated.

    What was answered before is answered again as long as nothing that it was made from has changed.
    """
    with store.read() as rows:
        check_known(rows, user)
        settings = sandbox_settings.load(rows)
        groups = [
            (row, participation)
            for row, participation in taking_part(
                rows, rows.groups(only_active=not wanted.inactive_groups), settings, user
            )
            if wanted.target is None or wanted.target in _target_ids(row)
        ]
        fed = rows.records_of(user) if groups else []
        basis = Basis(records=records_digest(fed), settings=answering(settings), first_id=rows.first_row_id(user))
        kept = _kept(store.pages.get((user, wanted)), basis, groups, settings)
        known_ids = rows.row_ids(user) if len(kept) < len(groups) else {}
    fresh, warnings = _evaluated(groups, kept, settings, fed, wanted)
    completed = row_ids.complete(store, user, [one.made for one in fresh.values() if one.made is not None], known_ids)
    written = {group: one.written() for group, one in fresh.items()}
    # Ids that could not be kept are not shown again, and after a reset in between not those from before either.
    if written and completed.is_kept and (not kept or completed.first_id == basis.first_id):
        page = Page(basis=replace(basis, first_id=completed.first_id), groups=kept | written)
        store.pages.put((user, wanted), page.size, page)
    answers = kept | written
    texts = [text for row, _ in groups if row.id in answers and (text := answers[row.id].text) is not None]
    return _whole(user, texts), [*warnings, *completed.warnings]


def _kept(
    page: Page | None, basis: Basis, groups: Sequence[tuple[GroupRow, Participation]], settings: Settings
) -> dict[int, KeptGroup]:
    """What was answered before and still holds, by group."""
    if page is None or page.basis != basis:
        return {}
    zone = time_zone(settings.timezone)
    return {
        row.id: known
        for row, participation in groups
        if (known := page.groups.get(row.id)) is not None
        and known.holds(row, participation, until_its_end(row, settings).now, zone)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fresh:
    """A group that was evaluated for this request, to be kept once its answer has its ids."""

    kept: KeptGroup  # without its text
    made: GroupAnswer | None  # None where the customer has no progress

    def written(self) -> KeptGroup:
        """What is kept, its answer written out."""
        return self.kept if self.made is None else replace(self.kept, text=write_json(self.made.answer, indent=None))


def _evaluated(
    groups: Sequence[tuple[GroupRow, Participation]],
    kept: Mapping[int, KeptGroup],
    settings: Settings,
    fed: Sequence[RecordRow],
    wanted: ProgressFilter,
) -> tuple[dict[int, _Fresh], list[Diagnostic]]:
    """The groups of which nothing is kept, by id, and a warning for each that cannot be evaluated."""
    found: dict[int, _Fresh] = {}
    warnings: list[Diagnostic] = []
    if len(kept) == len(groups):
        return found, warnings
    records = list(stored_records(fed, settings.timezone))
    instants = sorted(record.head.at for record in records)
    fed_at = _fed_at(fed, records)
    for row, participation in groups:
        if row.id in kept:
            continue
        here = until_its_end(row, settings)
        try:
            with evaluation_of(row):
                progress = of_customer(row, here, records, participation)
                made = None
                if progress is not None:
                    answer = _group(row, settings, progress, participation.customer, wanted)
                    made = GroupAnswer(answer, progress, participation, fed_at)
                span = span_of(here.now, settings.timezone, instants, participation, progress)
        except NotEvaluated as failure:
            warnings.append(failure.warning)
            continue
        unwritten = KeptGroup(group=group_digest(row), participation=participation, span=span, text=None)
        found[row.id] = _Fresh(kept=unwritten, made=made)
    return found, warnings


def _whole(user: str, groups: Sequence[str]) -> str:
    """The JSON text of a user's progress, from that of each group."""
    empty = write_json(user_progress(user, []), indent=None)
    assert empty.endswith("[]}")  # the groups come last
    return f"{empty[:-2]}{', '.join(groups)}]}}"


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
