"""Models of values that do not wholly fit: what fits is read, the rest is left out and reported."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic.alias_generators import to_snake

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.targets.model.envelope import PayloadError, invalid_members
from targetexpr.targets.model.group import Wire

Model = TypeVar("Model", bound=Wire)

_LISTS_OF_IDS = frozenset({"entityIds", "entity_ids", "deactivateTargetIds", "deactivate_target_ids"})


def read_model(model: type[Model], value: Mapping[str, Any], where: str) -> tuple[Model, tuple[Diagnostic, ...]]:
    """The model of an object at a pointer, and what of it does not fit.

    What fits is validated once; whatever does not is left out and reported, and the rest validated again. Raises
    PayloadError for values of which nothing fits.
    """
    found: list[Diagnostic] = []
    gone: set[tuple[int | str, ...]] = set()
    while True:
        try:
            return model.model_validate(value), tuple(found)
        except ValidationError as error:
            misses = invalid_members(error, where)
            found += misses
            value = copy.deepcopy(dict(value))
            paths = [line["loc"] for line in error.errors(include_url=False, include_context=False)]
            left_out = [_leave_out(value, path) for path in paths]
            if not all(left_out) or gone.intersection(paths):  # leaving it out was no help
                raise PayloadError(list({(one.pointer, one.code): one for one in found}.values())) from None
            gone.update(paths)


def _leave_out(value: Any, path: tuple[int | str, ...]) -> bool:
    """Take out what does not fit, so that the rest can be looked at; whether it was found.

    Items of lists are emptied, so that the others keep their indices. A path may lie in something that went before.
    """
    holder: Any = None
    key: int | str = ""
    inner = value
    for step in path:
        if isinstance(inner, dict) and isinstance(step, str) and step not in inner:
            step = to_snake(step)  # models can be built with Python's names as well
        if (isinstance(inner, dict) and step not in inner) or not isinstance(inner, dict | list):
            break
        holder, key = inner, step
        inner = holder[key]
    if isinstance(holder, list) and isinstance(key, int):
        holder[key] = 0 if _LISTS_OF_IDS.intersection(map(str, path)) else {}
    elif isinstance(holder, dict):
        del holder[key]
    return holder is not None
