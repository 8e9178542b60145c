"""The files of the package's own schema: its documents, and the JSON Schema of every schema file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from targetexpr.lang.functions import PROFILE_FUNCTIONS

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "schemas")
_FORM = "file.schema.json"


def bundled_documents() -> Iterator[Mapping[str, Any]]:
    """The documents of the bundled schema, in the form of any schema file."""
    for name in sorted(os.listdir(_FOLDER)):
        if name.endswith(".json") and name != _FORM:
            yield _read(name)


@cache
def file_schema() -> Mapping[str, Any]:
    """The JSON Schema of schema files: the one place that says what may stand in them.

    The functions that a method can `use` are those declared in `lang.functions`.
    """
    form = _read(_FORM)
    form["$defs"]["method"]["properties"]["use"]["enum"] = sorted(PROFILE_FUNCTIONS)
    return form


def _read(name: str) -> Mapping[str, Any]:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return json.load(file)  # type: ignore[no-any-return]
