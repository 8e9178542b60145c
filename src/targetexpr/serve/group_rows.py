"""Groups as they are kept: found by id, their body read, changed. Knows no HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias, cast

from targetexpr.serve.cache import cached_by_text
from targetexpr.serve.errors import refusal
from targetexpr.serve.rows import GroupRow, Rows
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.targets.model.enums import EvaluationType
from targetexpr.targets.model.error_numbers import NO_GROUP
from targetexpr.targets.model.json_values import JsonValue, write_json
from targetexpr.targets.model.scalars import Number, offset_text

JsonObject: TypeAlias = dict[str, JsonValue]


def _read_int(text: str) -> int | Number:
    return Number(text) if text == "-0" else int(text)


_DECODER = json.JSONDecoder(parse_float=Number, parse_int=_read_int)
# What was written here is valid JSON for certain: the standard reader is ten times as fast as the careful one.


@cached_by_text(max_size=8 << 20)
def read_kept(text: str) -> JsonValue:
    """A kept body, as `read_json_value` reads it; groups are read far more often than they change.

    Never to be changed in place.
    """
    return cast(JsonValue, _DECODER.decode(text))


def existing_group(rows: Rows, id: int, *, active: bool = False) -> GroupRow:
    """A group that is there; with `active`, one that may still be changed. Raises Refusal 310017."""
    row = rows.group(id)
    if row is None:
        raise refusal("no-group", f"There is no target group {id}.", number=NO_GROUP)
    if active and not row.active:
        raise refusal("group-inactive", f"The target group {id} is deactivated.", number=NO_GROUP)
    return row


def body_of(row: GroupRow) -> JsonObject:
    """A group as it was answered last, periods included. Never to be changed in place."""
    return cast(JsonObject, read_kept(row.body))


def attribution_of(row: GroupRow) -> JsonObject:
    """Who made and changed a group, and when. Never to be changed in place."""
    return cast(JsonObject, read_kept(row.attribution))


def parts_of(body: Mapping[str, JsonValue], name: str) -> list[JsonObject]:
    """The periods, targets or streaks of a group."""
    return cast("list[JsonObject]", body.get(name) or [])


def window_of(body: Mapping[str, JsonValue]) -> str:
    """How a group is evaluated; one that does not say has the fixed window."""
    return cast(str, body.get("targetEvaluationType", str(EvaluationType.FIXED_CALENDAR_WINDOW)))


def new_attribution(settings: Settings, actor: Mapping[str, JsonValue]) -> JsonObject:
    """The attribution of what is made now; the user acts unless the settings name another."""
    written = offset_text(settings.moments[0])
    who = dict(settings.actor if settings.actor is not None else actor)
    return {"createdOn": written, "lastUpdatedOn": written, "lastUpdatedBy": who, "createdBy": dict(who)}


def with_body(row: GroupRow, body: JsonObject, settings: Settings, actor: Mapping[str, JsonValue]) -> GroupRow:
    """A group with another body, changed now."""
    now = new_attribution(settings, actor)
    attribution = {
        **attribution_of(row),
        "lastUpdatedOn": now["lastUpdatedOn"],
        "lastUpdatedBy": now["lastUpdatedBy"],
    }
    return row._replace(body=write_json(body, indent=None), attribution=write_json(attribution, indent=None))
