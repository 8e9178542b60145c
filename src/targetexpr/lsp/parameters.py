"""The parameters of our own requests: what is expected of them, and the error for what is something else."""

from __future__ import annotations

from collections.abc import Mapping

from pygls.exceptions import JsonRpcInvalidParams


def invalid(message: str) -> JsonRpcInvalidParams:
    """Parameters that are not what they have to be."""
    return JsonRpcInvalidParams(f"Invalid parameters: {message}.")


def as_object(value: object, name: str) -> Mapping[str, object]:
    """An object of the parameters. Raises JsonRpcInvalidParams for anything else."""
    if not isinstance(value, Mapping):
        raise invalid(f"`{name}` is an object")
    return value
