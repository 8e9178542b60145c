"""The entry points that take what others wrote. Each raises what its documentation names, and nothing else."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from targetexpr import (
    DataError,
    ExpressionError,
    Schema,
    SchemaError,
    check,
    check_json,
    diagnose,
    from_json,
    lint,
    parse,
    to_json,
    to_text,
)
from targetexpr import compile as compile_rule
from targetexpr.base.errors import InputError
from targetexpr.cli.format import fixed
from targetexpr.front import Environment, analyze
from targetexpr.records.reader import read_file
from targetexpr.targets import EvaluationError, GroupError, PayloadError, dump, evaluate, rule_set, summary, validate
from targetexpr.targets.authoring.plan_file import PlanError, builder_of, read_plan
from targetexpr.targets.model.envelope import parse_group
from tests.fuzz import seeds


class Entry(NamedTuple):
    """An entry point: what it is called with, from which seeds, and its share of a million."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    share: int


def text_of(data: bytes) -> str:
    """Any text, lone surrogates too."""
    return data.decode("utf-8", "surrogatepass") if _decodes(data) else data.decode("utf-8", "replace")


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _said(error: Exception, codes: set[str] | None = None) -> None:
    """An error says something, and of these kinds if any are named."""
    assert str(error)
    if codes is not None:
        assert isinstance(error, ExpressionError)
        assert {one.code for one in error.diagnostics} <= codes


def _parse(data: bytes) -> None:
    text = text_of(data)
    try:
        parse(text)
    except ExpressionError as error:
        _said(error)
        assert all(0 <= one.span.start <= one.span.end <= len(text) for one in diagnose(text))


def _from_json(data: bytes) -> None:
    try:
        tree = from_json(text_of(data))
    except ExpressionError:
        return
    assert from_json(to_json(tree)) == tree


def _check(data: bytes) -> None:
    text = text_of(data)
    try:
        check(text)
        check_json(to_json(check(text)))
    except ExpressionError as error:
        _said(error)


def _lint(data: bytes) -> None:
    try:
        lint(text_of(data))
    except ExpressionError:
        _ = analyze(text_of(data), Environment()).diagnostics


def _format(data: bytes) -> None:
    result, _ = fixed(text_of(data))
    if result.tree is not None:
        printed = to_text(result.tree)
        try:
            assert parse(printed) == parse(to_text(result.tree, "readable"))
        except ExpressionError as error:  # printed with all its parentheses it may nest deeper than is read
            _said(error, {"nesting-limit", "too-long"})


def _evaluate(data: bytes) -> None:
    try:
        rule = compile_rule(text_of(data), expect=None)
    except ExpressionError:
        return
    for record in _contexts():
        try:
            rule.evaluate(record)
        except DataError:
            continue
        rule.explain(record).to_text()


@cache
def _contexts() -> list[dict[str, object]]:
    odd: dict[str, object] = {
        "currentTxn": {"value": float("nan"), "date": "0001-01-01T00:00:00+14:00", "lineItems": [None, {}, 5]},
        "currentCustomer": [],
        "currentLineItem": {"quantity": "9" * 5000},
    }
    return [seeds.RECORD, {}, odd]


def _schema(data: bytes) -> None:
    try:
        Schema.load("\n" + text_of(data))  # never the name of a file
    except SchemaError as error:
        _said(error)


@cache
def _file() -> str:
    handle, name = tempfile.mkstemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    os.close(handle)
    return name


def _records(data: bytes) -> None:
    name = _file()
    with open(name, "wb") as file:
        file.write(data)
    try:
        for record in read_file(name):
            assert record.context is not None or record.reason
    except InputError as error:
        _said(error)


def _validate(data: bytes) -> None:
    text = text_of(data)
    try:
        for diagnostic in validate(text):
            assert str(diagnostic)
        summary(parse_group(text))
    except PayloadError as error:
        _said(error)


def _plan(data: bytes) -> None:
    try:
        dump(builder_of(read_plan(text_of(data))).build())
    except (PlanError, GroupError) as error:
        _said(error)


def _conditions(data: bytes) -> None:
    try:
        group, record = json.loads(text_of(data))
    except (ValueError, TypeError, RecursionError):
        return
    if not isinstance(group, dict) or not isinstance(record, dict):
        return
    try:
        rule_set([group]).matches(record)
        evaluate(group, [record])
    except (PayloadError, EvaluationError, ExpressionError, DataError) as error:
        _said(error)


ENTRIES = {
    "parse": Entry(_parse, seeds.rules, 300_000),
    "from_json": Entry(_from_json, seeds.trees, 150_000),
    "check": Entry(_check, seeds.rules, 130_000),
    "lint": Entry(_lint, seeds.rules, 60_000),
    "format": Entry(_format, seeds.rules, 80_000),
    "evaluate": Entry(_evaluate, seeds.rules, 100_000),
    "Schema.load": Entry(_schema, seeds.schemas, 50_000),
    "records": Entry(_records, seeds.records, 60_000),
    "validate": Entry(_validate, seeds.bodies, 30_000),
    "plan": Entry(_plan, seeds.plans, 20_000),
    "conditions": Entry(_conditions, seeds.conditions, 20_000),
}
