"""Methods that are not computed here: their results are part of the data."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.running.coercion import PathPart, Value, plain, text_of
from targetexpr.running.context import ContextReader, get


def look_up(
    reader: ContextReader, profile: dict[object, object], profile_name: str, name: str, arguments: Sequence[Value]
) -> object:
    """The raw result of a method that the context holds under its name.

    A callable gets the arguments (numbers as int or Decimal, dates aware), and what it raises is the caller's. A dict
    is indexed by one argument after the other, as text, what is missing is null. A list of strings answers whether the
    last argument is among them.

    >>> from targetexpr.running.coercion import UTC
    >>> txn = {"visits": {"week": {"3": 7}}, "channels": ["EMAIL", "LINE"]}
    >>> reader = ContextReader(UTC)
    >>> look_up(reader, txn, "t", "visits", ["week", 3]), look_up(reader, txn, "t", "channels", ["SMS"])
    (7, False)
    """
    found = get(profile, name)
    if callable(found) and not isinstance(found, dict | list | tuple):
        return found(*(plain(argument, reader.zone) for argument in arguments))
    path: tuple[PathPart, ...] = (profile_name, name)
    for index, argument in enumerate(arguments):
        if found is None:
            return None
        key = text_of(argument)
        if isinstance(found, dict):
            found = get(found, key)
            path = (*path, key)
        elif (
            index == len(arguments) - 1
            and isinstance(found, list | tuple)
            and all(isinstance(entry, str) for entry in found)
        ):
            return key in found
        else:
            reader.invalid(path, found, "result")
            return None
    return found
