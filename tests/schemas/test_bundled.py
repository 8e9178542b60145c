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

EDITOR = [json.loads(line) for line in (Path(__file__).parent / "editor_members.jsonl").read_text().splitlines()]
"""Members of the platform's own editor, without the extended fields of one organisation."""

REAL_IN_THE_EDITOR = {("currentTxn", "totalQty"), ("returnBill", "totalQty")}
"""Integers in the documents, reals in the editor: quantities can be fractions."""

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
        assert found.type == NAMED_TYPES["real" if key in REAL_IN_THE_EDITOR else row["type"]]
        assert found.doc


def _check_function(function: Function, row: dict[str, Any]) -> None:
    assert function.result == NAMED_TYPES[row["type"]]
    assert function.doc
    documented = row.get("params", [])
    shapes = [[p for p in o.parameters if p.role != "ignored"] for o in function.overloads]
    shape = next(shape for shape in shapes if len(shape) >= len(documented))[: len(documented)]
    for parameter, wanted in zip(shape, documented, strict=True):
        assert parameter.type.fits(NAMED_TYPES[wanted["type"]])
        if "enum" in wanted:
            assert list(parameter.values) == wanted["enum"]


@pytest.mark.parametrize("row", [row for row in EDITOR if row["kind"] == "profile"], ids=lambda row: row["name"])
def test_profile_has_the_editors_type(row: dict[str, Any]) -> None:
    if row["events"]:
        (event,) = (SCHEMA.events[name] for name in row["events"])
        assert event.type == row["type"]
    else:
        assert SCHEMA.profiles[row["name"]].type == row["type"]


@pytest.mark.parametrize("row", [row for row in EDITOR if row["kind"] in ("attribute", "method")], ids=_id)
def test_member_of_the_editor_is_covered(row: dict[str, Any]) -> None:
    of_values = {"<string>": "string", "<date>": "date", "<real>": "number", "<integer>": "number"}
    if row["profile"] == "<boolean>":
        assert KIND_METHODS["boolean"][row["name"]].result == row["result_type"]
        return
    if row["profile"] in of_values:
        function = KIND_METHODS[of_values[row["profile"]]][row["name"]]  # type: ignore[index]
    else:
        profile = SCHEMA.profiles[row["profile"]]
        if row["kind"] == "attribute":
            assert profile.attributes[row["name"]].type == row["result_type"]
            return
        function = profile.methods[row["name"]].function
    assert function.result == row["result_type"]
    assert function.parameterless == (not row["parameters"])
    assert function.parameterless or any(o.accepts(len(row["parameters"])) for o in function.overloads)


def test_nothing_else_is_declared() -> None:
    """A name that neither the documents nor the editor have would be accepted and never match on the platform."""
    known = {(PROFILE_UNKNOWN.get((r["profile"], r["name"]), r["profile"]), r["name"]) for r in ROWS}
    known |= {(row["profile"], row["name"]) for row in EDITOR if row["kind"] in ("attribute", "method")}
    for profile in SCHEMA.profiles.values():
        for name in (*profile.attributes, *profile.methods):
            assert (profile.name, name) in known
