"""What updates have in common: what they would make wrong, what they may not touch, and who changed what when.

A change is validated by validating the group as it would be, with the one function that creates are validated with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import join
from targetexpr.checking.names import close_names
from targetexpr.serve.errors import Refusal, error, invalid_input, refusal
from targetexpr.serve.group_rows import JsonObject, new_attribution, parts_of
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.targets.model.error_numbers import NO_PERIOD, NO_TARGET
from targetexpr.targets.model.group import TWIN, is_twin
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.validation.validate import validate

_MISSING = frozenset((NO_PERIOD, NO_TARGET))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A group before and after, and where in the body of the request each changed part stands."""

    before: JsonObject
    after: JsonObject
    places: Mapping[str, str]  # pointer in the group → pointer in the body: "/targets/1" → "/targets/0"


def check_change(change: Change, more: Sequence[Diagnostic] = ()) -> tuple[Diagnostic, ...]:
    """The warnings about what was sent. Raises Refusal with everything that a change would make wrong.

    What is wrong with parts that were not sent is told only when it was not so before, and nothing else explains it:
    a name that another part has is told where it is sent.
    """
    explained = any(one.is_error for one in more)
    old = {(one.code, one.pointer) for one in _validated(change.before) if one.is_error}
    found: list[Diagnostic] = []
    for diagnostic in _validated(change.after):
        place = _place(diagnostic.pointer or "", change.places)
        if place is not None:
            found.append(replace(diagnostic, pointer=place))
        elif diagnostic.is_error and not explained and (diagnostic.code, diagnostic.pointer) not in old:
            found.append(replace(diagnostic, pointer=""))
    return refuse_all(found, more)


def refuse_all(diagnostics: Sequence[Diagnostic], more: Sequence[Diagnostic] = ()) -> tuple[Diagnostic, ...]:
    """The warnings. Raises Refusal when there are errors; of `more`, those at places where there is none yet."""
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.is_error]
    warnings = tuple(diagnostic for diagnostic in (*diagnostics, *more) if not diagnostic.is_error)
    known = {diagnostic.pointer for diagnostic in errors}
    errors += [diagnostic for diagnostic in more if diagnostic.is_error and diagnostic.pointer not in known]
    if errors:
        status = 404 if all(diagnostic.number in _MISSING for diagnostic in errors) else 400
        raise Refusal(errors, status, warnings)
    return warnings


def _validated(group: JsonObject) -> list[Diagnostic]:
    """A group as it would be asked for; without its id, for of answers less is asked."""
    whole: dict[str, Any] = {name: value for name, value in group.items() if name != "id"}
    return validate(whole, building=True)


def _place(pointer: str, places: Mapping[str, str]) -> str | None:
    """Where in the body the part of the group stands that a diagnostic is about."""
    for there, here in places.items():
        if pointer == there or pointer.startswith(there + "/"):
            return here + pointer.removeprefix(there)
    return None


def not_editable(
    sent: Iterable[str], before: JsonObject, after: JsonObject, allowed: Collection[str], what: str, pointer: str
) -> list[Diagnostic]:
    """Errors for members that were sent with another value than there is, and are not among those that can change."""
    can = f"{', '.join(allowed)} can" if allowed else "nothing can"
    found: list[Diagnostic] = []
    for name in sent:
        if name not in allowed and after.get(name) != before.get(name):
            close = close_names(name, allowed) if name not in before else ()
            hint = f"Did you mean {' or '.join(close)}?" if close else None
            message = f"{name} of {what} cannot be changed; {can}."
            found.append(error("not-editable", message, pointer=join([name], pointer), hint=hint))
    return found


def read_sent(body: JsonValue, of_client: Callable[[JsonObject], JsonObject], pointer: str = "") -> JsonObject:
    """What a request says: members that are the client's to say, and not null. Raises Refusal for one of nothing."""
    if not isinstance(body, dict):
        raise invalid_input("not-an-object", "Expected a JSON object.", pointer)
    sent: JsonObject = {name: value for name, value in of_client(body).items() if value is not None}
    if not sent:
        raise invalid_input("empty-update", "There is nothing to change in it.", pointer)
    return sent


def check_id(body: JsonObject, wanted: int, pointer: str = "") -> None:
    """Refuses a body about something else than the path: one of them is a slip."""
    given = body.get("id")
    if given is not None and given != wanted:
        message = f"The path names {wanted}, the body {given!r:.60}."
        raise invalid_input("id-differs", message, f"{pointer}/id")


def touched(part: JsonObject, settings: Settings, actor: Mapping[str, JsonValue]) -> JsonObject:
    """A period or target that was changed now: its attribution says when and by whom."""
    now = new_attribution(settings, actor)
    old = part.get("attribution")
    kept = dict(old) if isinstance(old, dict) else now
    changed = kept | {"lastUpdatedOn": now["lastUpdatedOn"], "lastUpdatedBy": now["lastUpdatedBy"]}
    return {**part, "attribution": changed}


def index_of_target(group: JsonObject, target: int, pointer: str | None = None) -> int:
    """The place of an active target in its group. Raises Refusal 310018, for a twin its own."""
    for index, one in enumerate(parts_of(group, "targets")):
        if one["id"] != target:
            continue
        if one.get("active") is False:
            message = f"The target {target} is deactivated."
            raise refusal("target-inactive", message, number=NO_TARGET, pointer=pointer)
        if is_twin(one.get("name"), one.get("eventName")):
            message = f"The target {target} is the twin of another, which it follows."
            hint = f"Change the target whose name it has without {TWIN}."
            raise refusal("target-is-twin", message, pointer=pointer, hint=hint)
        return index
    message = f"The target group {group['id']} has no target {target}."
    raise refusal("no-target", message, number=NO_TARGET, pointer=pointer)


def twin_of(targets: Sequence[JsonObject], index: int) -> int | None:
    """The place of a target's twin."""
    name = f"{targets[index].get('name') or ''}{TWIN}"
    return next(
        (
            place
            for place, one in enumerate(targets)
            if one.get("name") == name and is_twin(name, one.get("eventName")) and place != index
        ),
        None,
    )
