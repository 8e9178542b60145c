"""Errors planted in this project's own answers are found: a sample that needs no other language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from targetexpr.conformance.answering import answer
from targetexpr.conformance.asking import ask_all
from targetexpr.conformance.questions import questions

Answer = dict[str, Any]


def _in(member: str, change: Callable[[Any], Any]) -> Callable[[Answer], Answer]:
    """The answer with one of its members changed, where it has it."""
    return lambda found: {**found, member: change(found[member])} if member in found else found


def _number(value: Any) -> Any:
    return {"number": str(float(value["number"]))} if isinstance(value, dict) and "number" in value else value


def _error(**more: Any) -> Callable[[Answer], Answer]:
    return lambda found: {**found, "error": {**found["error"], **more}} if "error" in found else found


def _rows(change: Callable[[Answer], Answer]) -> Callable[[Answer], Answer]:
    def changed(progress: Answer) -> Answer:
        customers = {
            customer: {
                **told,
                "targets": {name: [change(dict(row)) for row in rows] for name, rows in told["targets"].items()},
            }
            for customer, told in progress["customers"].items()
        }
        return {**progress, "customers": customers}

    return _in("progress", changed)


PLANTED: dict[str, tuple[str, Callable[[Answer], Answer]]] = {
    "operators swapped": ("syntax/operators", _in("tree", lambda tree: tree.replace("(<= ", "(< "))),
    "numbers with needless zeros": ("syntax/numbers", _in("tree", lambda tree: re.sub(r"(\d\.\d+)", r"\g<1>0", tree))),
    "white space in JSON": ("syntax/names", _in("json", lambda text: text.replace('":', '": '))),
    "types left out": ("typed/samples", _in("json", lambda text: text.replace('"type":"real:object:primitive",', ""))),
    "a blank too many": ("syntax/layout", _in("text", lambda text: text.replace("(", "( "))),
    "places off by one": (
        "checking/names",
        _in("diagnostics", lambda found: [{**one, "end": one["end"] - 1} for one in found]),
    ),
    "errors are warnings": (
        "checking/types",
        _in("diagnostics", lambda found: [{**one, "severity": "warning"} for one in found]),
    ),
    "one diagnostic only": ("syntax/several_slips", _in("diagnostics", lambda found: found[:1])),
    "pointers to the whole": ("json/errors", _error(pointer="")),
    "paths of profiles": ("evaluation/logic", _error(path="currentTxn")),
    "null is false": ("evaluation/logic", _in("value", bool)),
    "decimals are floats": ("evaluation/numbers", _in("value", _number)),
    "dates are not compared": ("evaluation/dates", _in("value", lambda value: value if value is None else True)),
    "errors are null": (
        "evaluation/fields",
        lambda found: {"id": found["id"], "value": None} if "error" in found else found,
    ),
    "achieved by nobody": ("progress/windows", _rows(lambda row: {**row, "achieved_by": None})),
    "returns are forgotten": (
        "progress/returns",
        _rows(lambda row: {**row, "contributions": [one for one in row["contributions"] if one[1][0] != "-"]}),
    ),
    "values are numbers": ("progress/contributions", _rows(lambda row: {**row, "value": float(row["value"])})),
}


@pytest.mark.parametrize("name", PLANTED)
def test_it_is_found(name: str) -> None:
    topic, change = PLANTED[name]

    def ask(request: Mapping[str, Any]) -> Answer:
        return change(answer({"id": 1, **request}))

    counts = ask_all(questions([topic]), ask).counts()
    assert counts["fails"] > 0
    assert counts["fails"] + counts["holds"] == sum(counts.values())
