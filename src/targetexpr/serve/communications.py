"""What customers are told about a target: kept and read back; nothing is ever sent from here. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from targetexpr.serve import sandbox_settings
from targetexpr.serve.bodies import read_object
from targetexpr.serve.changes import index_of_target, touched
from targetexpr.serve.errors import invalid_input, refusal
from targetexpr.serve.group_rows import JsonObject, body_of, existing_group, new_attribution, parts_of, read_kept
from targetexpr.serve.groups import MAX_ITEMS
from targetexpr.serve.json_schemas import ANYTHING, BOOLEAN, STRING, JsonSchema, closed_object, integer, or_null
from targetexpr.serve.rows import Rows
from targetexpr.serve.store import Store
from targetexpr.targets.model.enums import CommunicationType
from targetexpr.targets.model.error_numbers import NO_TARGET
from targetexpr.targets.model.json_values import JsonValue, write_json

CHANNELS: Final[Mapping[int, str]] = {1: "SMS", 2: "EMAIL", 3: "MOBILE PUSH"}
_MOST_DAYS = 3650
_TEXTS = ("subjectTemplate", "messageTemplate", "sender")
_SERVERS = ("attribution", "targetId", "targetGroupId")  # of one that was read and is sent back

BODY_SCHEMA: JsonSchema = closed_object(
    {
        "id": or_null(integer(0, 2**63 - 1)),
        "communicationType": STRING | {"description": f"One of {', '.join(CommunicationType)}."},
        "channelId": {"enum": list(CHANNELS)},
        **dict.fromkeys(_TEXTS, or_null(STRING)),
        "offsetDays": or_null(integer(0, _MOST_DAYS)),
        "active": or_null(BOOLEAN),
        **dict.fromkeys(_SERVERS, ANYTHING),
    },
    required=("communicationType", "channelId"),
)


def channels() -> list[JsonValue]:
    """The channels that there are."""
    return [{"id": number, "name": name} for number, name in CHANNELS.items()]


def communications(store: Store, group: int, target: int) -> list[JsonValue]:
    """What is kept of a target, in the order of ids."""
    with store.read() as rows:
        known = [one["id"] for one in parts_of(body_of(existing_group(rows, group)), "targets")]
        if target not in known:
            message = f"The target group {group} has no target {target}."
            raise refusal("no-target", message, number=NO_TARGET)
        return [read_kept(body) for body in rows.communications(target).values()]


def upsert(store: Store, group: int, target: int, body: JsonValue, actor: Mapping[str, JsonValue]) -> list[JsonValue]:
    """Keeps communications: one with an id, else of the same type and channel, is changed, any other is new."""
    listed = body if isinstance(body, list) else [body]
    if not 1 <= len(listed) <= MAX_ITEMS:
        raise invalid_input("item-count", f"A call has one to {MAX_ITEMS} communications, not {len(listed)}.", "")
    requests = [_request(item, f"/{place}" if isinstance(body, list) else "") for place, item in enumerate(listed)]
    made: list[JsonValue] = []
    with store.write() as rows:
        row, settings = existing_group(rows, group, active=True), sandbox_settings.load(rows)
        index_of_target(body_of(row), target)
        for place, request in enumerate(requests):
            number, old = _kept(rows, target, request, f"/{place}/id" if isinstance(body, list) else "/id")
            if old is None:
                own = {"attribution": new_attribution(settings, actor), "targetId": target, "targetGroupId": group}
                old = cast(JsonObject, own | {"active": True})
            else:
                old = touched(old, settings, actor)
            changed = {**old, **request}
            number = rows.add_communication(target) if number is None else number
            answer: JsonObject = {"id": number, **{name: changed[name] for name in _ORDER if name in changed}}
            rows.set_communication(number, write_json(answer, indent=None))
            made.append(answer)
    return made


_ORDER = ("attribution", "targetId", "targetGroupId", "communicationType", "channelId", *_TEXTS, "offsetDays", "active")


def _kept(rows: Rows, target: int, request: JsonObject, pointer: str) -> tuple[int | None, JsonObject | None]:
    """The communication that a request changes; None for a new one. Raises Refusal for an id that the target lacks."""
    kept = {number: cast(JsonObject, read_kept(body)) for number, body in rows.communications(target).items()}
    wanted = request.pop("id", None)
    if wanted is not None:
        if wanted not in kept:
            raise refusal("no-communication", f"The target {target} has no communication {wanted}.", pointer=pointer)
        return cast(int, wanted), kept[cast(int, wanted)]
    for number, one in kept.items():
        if all(one[name] == request[name] for name in ("communicationType", "channelId")):
            return number, one
    return None, None


def _request(item: JsonValue, pointer: str) -> JsonObject:
    """One communication as it is sent, null the same as nothing. Raises Refusal."""
    known = cast("dict[str, JsonSchema]", BODY_SCHEMA["properties"])
    sent: JsonObject = {name: value for name, value in read_object(item, known, pointer).items() if value is not None}
    for name in _SERVERS:
        sent.pop(name, None)
    for name in ("communicationType", "channelId"):
        if name not in sent:
            raise invalid_input("member-missing", f"A communication needs a {name}.", f"{pointer}/{name}")
    for name, value in sent.items():
        if name in _TEXTS and not isinstance(value, str):
            raise invalid_input("wrong-type", f"{name} is a string.", f"{pointer}/{name}")
    for name, least, most in (("id", 0, 2**63 - 1), ("channelId", 1, len(CHANNELS)), ("offsetDays", 0, _MOST_DAYS)):
        value = sent.get(name, least)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise invalid_input("wrong-type", f"{name} is a whole number from {least} to {most}.", f"{pointer}/{name}")
    if not isinstance(sent.get("active", True), bool):
        raise invalid_input("wrong-type", "active is true or false.", f"{pointer}/active")
    try:
        kind = sent["communicationType"]
        sent["communicationType"] = str(CommunicationType.read(kind if isinstance(kind, str) else str(kind)))
    except ValueError as failure:
        raise invalid_input("unknown-name", f"communicationType: {failure}.", f"{pointer}/communicationType") from None
    return sent
