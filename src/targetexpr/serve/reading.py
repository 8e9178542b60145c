"""Request bodies and parameters to plain values. Numbers keep their spelling; whatever does not fit is refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from targetexpr.base.pointers import join
from targetexpr.serve.errors import Refusal, refuse
from targetexpr.targets.model.envelope import read_document
from targetexpr.targets.model.error_numbers import INVALID_INPUT, INVALID_USER, NO_GROUP, NO_TARGET
from targetexpr.targets.model.json_values import JsonValue, write_json

MOST_ID = 2**63 - 1
"""Ids are longs on the platform, and in the database."""

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]").search
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,18})").fullmatch
USER_PATTERN = r"^[^\s/\u0000-\u001f\u007f\u0085]{1,100}$"
"""What the id of a user looks like, as documents for programs have it."""

_USER = re.compile(USER_PATTERN.removeprefix("^").removesuffix("$")).fullmatch


def text_of(body: bytes) -> str:
    """The text of a body. Raises Refusal for what is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = f"The body is not UTF-8 text (byte {error.start})."
        raise refuse(INVALID_INPUT, "not-utf-8", said, pointer="") from None


def document_of(body: bytes) -> JsonValue:
    """The JSON value of a body. Raises Refusal or PayloadError, with the place, for anything else."""
    text = text_of(body)
    if not text.strip():
        raise refuse(INVALID_INPUT, "empty-body", "The body is empty; a JSON document is needed.", pointer="")
    value = read_document(text)
    if _ESCAPED_SURROGATE(text):
        try:
            write_json(value, indent=None).encode()
        except UnicodeEncodeError:
            # Half of a surrogate pair is no character: it could be neither stored nor answered.
            said = "A text holds half of a surrogate pair, as \\ud800 alone, which is no character."
            raise refuse(INVALID_INPUT, "lone-surrogate", said, pointer="") from None
    return value


def object_of(body: bytes, known: Collection[str] | None = None) -> dict[str, JsonValue]:
    """The JSON object of a body; with `known`, members of other names are refused."""
    value = document_of(body)
    if not isinstance(value, dict):
        raise misfit("not-an-object", "A JSON object is needed.", "")
    for name in value:
        if known is not None and name not in known:
            raise misfit("unknown-member", f"{name!r} is not known here; there are {', '.join(known)}.", join([name]))
    return value


def misfit(reason: str, said: str, pointer: str) -> Refusal:
    """A body that does not fit, at one place."""
    return refuse(INVALID_INPUT, reason, said, pointer=pointer)


def check_query(given: Iterable[str], known: Collection[str]) -> None:
    """Refuses parameters that an operation does not have, or has twice: ignored, a slip would look like an answer."""
    seen: set[str] = set()
    for name in given:
        if name in seen:
            raise refuse(INVALID_INPUT, "repeated-parameter", f"The parameter {name[:60]!r} is given more than once.")
        seen.add(name)
        if name not in known:
            near = get_close_matches(name, known, 1)
            there = f"there are {', '.join(known)}" if known else "it has none"
            said = f"The operation has no parameter {name[:60]!r}; {there}."
            hint = f"Did you mean {near[0]}?" if near else None
            raise refuse(INVALID_INPUT, "unknown-parameter", said, hint=hint)


def flag_of(query: Mapping[str, str], name: str, default: bool = False) -> bool:
    """A boolean of the query string."""
    text = query.get(name)
    if text is None:
        return default
    match text.lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            said = f"The parameter {name} is true or false, not {text[:60]!r}."
            raise refuse(INVALID_INPUT, "wrong-parameter", said)


def number_of(query: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    """A whole number of the query string; None when it is not there."""
    text = query.get(name)
    if text is None:
        return None
    if _WHOLE(text) is None or not least <= int(text) <= most:
        said = f"The parameter {name} is a whole number from {least} to {most}, not {text[:60]!r}."
        raise refuse(INVALID_INPUT, "wrong-parameter", said)
    return int(text)


def path_id(text: str) -> int | None:
    """An id of the path; None for what can be none."""
    return int(text) if _WHOLE(text) is not None and 0 <= int(text) <= MOST_ID else None


def group_id(text: str) -> int:
    """The id of a group in the path."""
    found = path_id(text)
    if found is None:
        raise refuse(NO_GROUP, "no-group", f"{text[:60]!r} is no id of a target group.")
    return found


def target_id(text: str) -> int:
    """The id of a target in the path."""
    found = path_id(text)
    if found is None:
        raise refuse(NO_TARGET, "no-target", f"{text[:60]!r} is no id of a target.")
    return found


def user_id(given: JsonValue, pointer: str | None = None) -> str:
    """The id of a user, from a path or a body: a whole number as on the platform, or a text as records may have."""
    if isinstance(given, str) and _USER(given) is not None:
        return given
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= MOST_ID:
        return str(given)
    said = "The id of a user is a whole number, or a text of up to 100 characters without blanks and slashes."
    raise refuse(INVALID_USER, "user-id", said, pointer=pointer)


def plain_user(id: str) -> JsonValue:
    """The id of a user as answers have it: a number where it looks like one."""
    return int(id) if path_id(id) is not None else id
