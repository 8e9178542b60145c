"""Ids as clients write them: whole numbers in a path, users as numbers or strings."""

from __future__ import annotations

import re

from targetexpr.serve.errors import refusal
from targetexpr.serve.json_schemas import JsonSchema, integer
from targetexpr.targets.model.error_numbers import INVALID_USER
from targetexpr.targets.model.json_values import JsonValue

MAX_ID = 2**63 - 1
"""Ids are longs on the platform, and in the database."""

USER_PATTERN = r"^[^\s/\u0000-\u001f\u007f\u0085]{1,100}$"
"""What the id of a user looks like, as JSON schemas write patterns."""

USER_SCHEMA: JsonSchema = {"anyOf": [integer(0, MAX_ID), {"type": "string", "pattern": USER_PATTERN}]}

_is_integer = re.compile(r"-?(?:0|[1-9][0-9]{0,18})").fullmatch
_is_user = re.compile(USER_PATTERN.removeprefix("^").removesuffix("$")).fullmatch


def parse_integer(text: str) -> int | None:
    """The whole number that a text writes without signs, zeros or blanks to spare; None for any other text.

    >>> parse_integer("20"), parse_integer("-1"), parse_integer("020"), parse_integer("1e3")
    (20, -1, None, None)
    """
    return int(text) if _is_integer(text) is not None else None


def parse_id(text: str) -> int | None:
    """The id that a text writes; None for any other text."""
    number = parse_integer(text)
    return number if number is not None and 0 <= number <= MAX_ID else None


def user_id(value: JsonValue, pointer: str | None = None) -> str:
    """The id of a user, from a path or a body: a number as on the platform, or a string. Raises Refusal 310011."""
    if isinstance(value, str) and _is_user(value) is not None:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_ID:
        return str(value)
    message = "A user id is a whole number, or a string of up to 100 characters without blanks and slashes."
    raise refusal("user-id", message, number=INVALID_USER, pointer=pointer)
