"""Request bodies to JSON values. Numbers keep their spelling; what is not valid JSON or not text is refused."""

from __future__ import annotations

import re
from collections.abc import Collection

from targetexpr.base.pointers import join
from targetexpr.serve.errors import invalid_input
from targetexpr.targets.model.envelope import read_document
from targetexpr.targets.model.json_values import JsonValue, write_json

_escaped_surrogate = re.compile(r"\\u[dD][89a-fA-F]").search


def decode(body: bytes) -> str:
    """The text of a body. Raises Refusal for what is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8 (byte {error.start})."
        raise invalid_input("not-utf-8", message, "") from None


def read_json(body: bytes) -> JsonValue:
    """The JSON value of a body. Raises Refusal or PayloadError, with the place, for anything else."""
    text = decode(body)
    if not text.strip():
        raise invalid_input("empty-body", "The body is empty; expected a JSON document.", "")
    value = read_document(text)
    if _escaped_surrogate(text):
        try:
            write_json(value, indent=None).encode()
        except UnicodeEncodeError:
            # Half of a surrogate pair is no character: it could be neither stored nor answered.
            message = "A string holds half of a surrogate pair, such as \\ud800 alone, which is not a character."
            raise invalid_input("lone-surrogate", message, "") from None
    return value


def read_object(value: JsonValue, known: Collection[str] | None, pointer: str) -> dict[str, JsonValue]:
    """A value that must be an object; with `known`, one with no other members.

    Raises Refusal: a member that were ignored would look like one that was taken.
    """
    if not isinstance(value, dict):
        raise invalid_input("not-an-object", "Expected a JSON object.", pointer)
    for name in value:
        if known is not None and name not in known:
            message = f"Unknown member {name!r}; expected one of {', '.join(known)}."
            raise invalid_input("unknown-member", message, join([name], pointer))
    return value
