"""The bundled schema covers every documented row: type, parameters, values, meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from targetexpr.lang.functions import KIND_METHODS, Function
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import NAMED_TYPES, Kind

ROWS = [json.loads(line) for line in (Path(__file__).parent / "documented.jsonl").read_text().splitlines()]
KINDS: dict[str, Kind] = {"<string>": "string", "<date>": "date", "<number>": "number"}
SCHEMA = Schema.bundled()

UNTYPED = {("organization", "*"), ("program", "*")}
"""Headings without a single attribute: the profile is there, with no attribute to type."""

PROFILE_UNKNOWN = {("(unspecified)", "grossAmount"): "currentTxn"}
"""Rows without a profile, and the profile chosen for them."""

METHODS_AS_ATTRIBUTES = {("groupPrimaryCustomer", "doesProfileExists")}
"""Methods whose arguments are unknown: an attribute can be written with and without parentheses."""


def _id(row: dict[str, Any]) -> str:
    return f"{row['profile']}.{row['name']}"


def test_there_are_312_rows() -> None:
    assert len(ROWS) == 312


@pytest.mark.parametrize("row", ROWS, ids=_id)
def test_row_is_covered(row: dict[str, Any]) -> None:
    key = row["profile"], row["name"]
    if row["profile"] in KINDS:
        _check_function(KIND_METHODS[KINDS[row["profile"]]][row["name"]], row)
        return
    profile = SCHEMA.profiles[PROFILE_UNKNOWN.get(key, row["profile"])]
    assert profile.doc
    if key in UNTYPED:
        assert not profile.attributes
        assert profile.choice
    elif row["kind"] == "method" and key not in METHODS_AS_ATTRIBUTES:
        _check_function(profile.methods[row["name"]].function, row)
    else:
        name = "*" if row["name"].startswith("<") else row["name"]
        found = profile.attributes.get(name) or next(p for p in profile.patterns if p.name == name)
        assert found.type == NAMED_TYPES[row["type"]]
        assert found.doc


def _check_function(function: Function, row: dict[str, Any]) -> None:
    assert function.result == NAMED_TYPES[row["type"]]
    assert function.doc
    documented = row.get("params", [])
    shapes = [[p for p in o.parameters if p.role != "ignored"] for o in function.overloads]
    shape = next(shape for shape in shapes if len(shape) == len(documented))
    for parameter, wanted in zip(shape, documented, strict=True):
        assert parameter.type.fits(NAMED_TYPES[wanted["type"]])
        if "enum" in wanted:
            assert list(parameter.values) == wanted["enum"]


def test_nothing_else_is_declared() -> None:
    """A name the documents do not have would be accepted and never match on the platform."""
    documented = {(PROFILE_UNKNOWN.get((r["profile"], r["name"]), r["profile"]), r["name"]) for r in ROWS}
    for profile in SCHEMA.profiles.values():
        for name in (*profile.attributes, *profile.methods):
            assert (profile.name, name) in documented
