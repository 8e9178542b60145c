"""Groups are read, and deactivated: the kept answer with what only reads show. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import cast

from targetexpr.serve import clock
from targetexpr.serve.clock import Settings
from targetexpr.serve.errors import refuse
from targetexpr.serve.groups import Members, attribution_of, body_of, parts_of, plain_of
from targetexpr.serve.rows import GroupRow, Rows
from targetexpr.serve.store import Store
from targetexpr.targets.api.default_json import status_of
from targetexpr.targets.model.enums import PeriodStatus
from targetexpr.targets.model.error_numbers import NO_GROUP
from targetexpr.targets.model.json_values import JsonValue, write_json

_READ_FIRST = ("id", "attribution", "orgId", "createdOn")


def found(rows: Rows, id: int, *, active: bool = False) -> GroupRow:
    """A group that is there; with `active`, one that may still be changed. Raises Refusal 310017."""
    row = rows.group(id)
    if row is None:
        raise refuse(NO_GROUP, "no-group", f"There is no target group {id}.")
    if active and not row.active:
        raise refuse(NO_GROUP, "group-inactive", f"The target group {id} is deactivated.")
    return row


def shown(row: GroupRow, settings: Settings, *, periods: bool) -> Members:
    """A group as reads have it: attribution, orgId, createdOn and the active period added, periods when asked for.

    Nothing else differs from the answer of the create call but the statuses of periods, which follow the clock.
    """
    body = body_of(row)
    now = [_with_status(period, settings.now.date()) for period in parts_of(body, "periods")]
    made: Members = {"id": row.id, "attribution": plain_of(row.attribution)}
    made |= {"orgId": settings.org_id, "createdOn": row.created}
    for name, value in body.items():
        if name == "periods":
            if periods:
                made[name] = list[JsonValue](now)
        elif name not in _READ_FIRST:
            made[name] = value
    running = [one for one in now if one["periodStatus"] == PeriodStatus.RUNNING and one.get("active") is not False]
    if running:
        made["activePeriod"] = running[0]
    return made


def _with_status(period: Members, today: date) -> Members:
    return {**period, "periodStatus": str(status_of(_day(period, "startDate"), _day(period, "endDate"), today))}


def _day(period: Members, name: str) -> date | None:
    return date.fromisoformat(cast(str, period[name])) if isinstance(period.get(name), str) else None


def read(store: Store, id: int, *, periods: bool) -> Members:
    """One group, active or not."""
    with store.read() as rows:
        return shown(found(rows, id), clock.load(rows), periods=periods)


def read_all(store: Store, *, periods: bool, only_active: bool, user_made: bool) -> list[JsonValue]:
    """Every group; those that users made are left out unless asked for."""
    with store.read() as rows:
        settings = clock.load(rows)
        listed = rows.groups(only_active=only_active, user_made=user_made)
    return [shown(row, settings, periods=periods) for row in listed]


def read_targets(store: Store, id: int) -> list[JsonValue]:
    """The targets of a group."""
    with store.read() as rows:
        return list[JsonValue](parts_of(body_of(found(rows, id)), "targets"))


def read_periods(store: Store, id: int) -> list[JsonValue]:
    """The periods of a group, their statuses by the clock."""
    with store.read() as rows:
        row, today = found(rows, id), clock.load(rows).now.date()
    return [_with_status(period, today) for period in parts_of(body_of(row), "periods")]


def deactivate(store: Store, id: int, actor: Mapping[str, JsonValue]) -> Members:
    """Ends a group and with it its targets; it can be read as before, and its names stay taken."""
    with store.write() as rows:
        row, settings = found(rows, id, active=True), clock.load(rows)
        body = dict(body_of(row)) | {"active": False}
        if "targets" in body:
            body["targets"] = [{**target, "active": False} for target in parts_of(body, "targets")]
        row = changed(row, body, settings, actor)._replace(active=False, ended=row.body)
        rows.change_group(row)
    return shown(row, settings, periods=False)


def changed(row: GroupRow, body: Members, settings: Settings, actor: Mapping[str, JsonValue]) -> GroupRow:
    """A group with another body, changed now."""
    fresh = attribution_of(settings, actor)
    kept = cast(Members, plain_of(row.attribution))
    attribution = {**kept, "lastUpdatedOn": fresh["lastUpdatedOn"], "lastUpdatedBy": fresh["lastUpdatedBy"]}
    return row._replace(body=write_json(body, indent=None), attribution=write_json(attribution, indent=None))
