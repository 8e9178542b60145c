"""Groups are read, and deactivated: the kept answer with what only reads show. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import cast

from targetexpr.serve import sandbox_settings
from targetexpr.serve.group_rows import (
    JsonObject,
    attribution_of,
    body_of,
    existing_group,
    parts_of,
    with_body,
)
from targetexpr.serve.rows import GroupRow
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.targets.api.default_json import status_of
from targetexpr.targets.model.enums import PeriodStatus
from targetexpr.targets.model.json_values import JsonValue

_FIRST_MEMBERS = ("id", "attribution", "orgId", "createdOn")


def read(store: Store, id: int, *, periods: bool) -> JsonObject:
    """One group, active or not."""
    with store.read() as rows:
        return read_form(existing_group(rows, id), sandbox_settings.load(rows), periods=periods)


def read_all(store: Store, *, periods: bool, only_active: bool, user_made: bool) -> list[JsonValue]:
    """Every group; those that users made are left out unless asked for."""
    with store.read() as rows:
        settings = sandbox_settings.load(rows)
        listed = rows.groups(only_active=only_active, user_made=user_made)
    return [read_form(row, settings, periods=periods) for row in listed]


def read_targets(store: Store, id: int) -> list[JsonValue]:
    """The targets of a group."""
    with store.read() as rows:
        return list[JsonValue](parts_of(body_of(existing_group(rows, id)), "targets"))


def read_periods(store: Store, id: int) -> list[JsonValue]:
    """The periods of a group, their statuses by the clock."""
    with store.read() as rows:
        row, today = existing_group(rows, id), sandbox_settings.load(rows).now.date()
    return [_with_status(period, today) for period in parts_of(body_of(row), "periods")]


def deactivate(store: Store, id: int, actor: Mapping[str, JsonValue]) -> JsonObject:
    """Ends a group and with it its targets; it can be read as before, and its names stay taken."""
    with store.write() as rows:
        row, settings = existing_group(rows, id, active=True), sandbox_settings.load(rows)
        body = dict(body_of(row)) | {"active": False}
        if "targets" in body:
            body["targets"] = [{**target, "active": False} for target in parts_of(body, "targets")]
        row = with_body(row, body, settings, actor)._replace(active=False, ended=row.body)
        rows.change_group(row)
    return read_form(row, settings, periods=False)


def read_form(row: GroupRow, settings: Settings, *, periods: bool) -> JsonObject:
    """A group as reads have it: attribution, orgId, createdOn and the active period added, periods when asked for.

    Nothing else differs from the answer of the create call but the statuses of periods, which follow the clock.
    """
    body = body_of(row)
    now = [_with_status(period, settings.now.date()) for period in parts_of(body, "periods")]
    form: JsonObject = {
        "id": row.id,
        "attribution": attribution_of(row),
        "orgId": settings.org_id,
        "createdOn": row.created,
    }
    for name, value in body.items():
        if name == "periods":
            if periods:
                form[name] = list[JsonValue](now)
        elif name not in _FIRST_MEMBERS:
            form[name] = value
    running = [
        period for period in now if period["periodStatus"] == PeriodStatus.RUNNING and period.get("active") is not False
    ]
    if running:
        form["activePeriod"] = running[0]
    return form


def _with_status(period: JsonObject, today: date) -> JsonObject:
    return {**period, "periodStatus": str(status_of(_day(period, "startDate"), _day(period, "endDate"), today))}


def _day(period: JsonObject, name: str) -> date | None:
    return date.fromisoformat(cast(str, period[name])) if isinstance(period.get(name), str) else None
