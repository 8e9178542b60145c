"""The kit's files: their shape, and what follows from their texts by the second reader."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from targetexpr.conformance.cases import about, cases, rows
from tests.conformance.derived import (
    CASES,
    compact,
    compact_json,
    derives,
    line_of,
    sexpr,
    told,
    tree_of_document,
    without_paths,
)
from tests.second_reader import NotAnExpression, read

TOPICS = list(about()["topics"])
SCHEMA = json.loads((CASES.parent / "case.schema.json").read_text(encoding="utf-8"))


def test_every_file_is_a_topic() -> None:
    found = {path.relative_to(CASES).with_suffix("").as_posix() for path in CASES.rglob("*") if path.is_file()}
    assert found == set(TOPICS)
    assert {path.suffix for path in CASES.rglob("*") if path.is_file()} == {".jsonl"}


@pytest.mark.parametrize("topic", TOPICS)
def test_lines_have_their_shape(topic: str) -> None:
    kind = {"$ref": f"#/$defs/{topic.partition('/')[0]}"}
    validator = jsonschema.Draft202012Validator({**SCHEMA, **kind})
    lines = rows(topic)
    assert lines
    for row in lines:
        validator.validate(row)
    ids = [row["id"] for row in lines]
    assert len(set(ids)) == len(ids)
    assert len(cases(topic)) == len(lines)


@pytest.mark.parametrize("topic", TOPICS)
def test_lines_are_written_in_one_way(topic: str) -> None:
    """So that a change shows as what it is; and no line break hides in a string."""
    text = (CASES / f"{topic}.jsonl").read_text(encoding="utf-8")
    assert text == "".join(line_of(row) + "\n" for row in rows(topic))
    assert text.splitlines() == text[:-1].split("\n")


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.startswith(("syntax/", "documented/"))])
def test_what_follows_from_a_text(topic: str) -> None:
    """Also where it was written by hand: trees, JSON and compact texts agree with the second reader's."""
    for row in rows(topic):
        if derives(topic, row):
            _check_what_follows(topic, row)


def _check_what_follows(topic: str, row: dict[str, Any]) -> None:
    try:
        tree = read(row["text"])
    except NotAnExpression:
        assert topic.startswith("documented/"), row
        assert row["status"] == "needs_fix", row
        assert {"tree", "compact", "json"}.isdisjoint(row)
        return
    assert (row["tree"], row["compact"], row["json"]) == (sexpr(tree), compact(tree), compact_json(tree))


def test_trees_of_typed_documents_are_those_of_their_texts_but_for_arguments_that_are_left_out() -> None:
    differing = 0
    for topic in ("typed/samples", "typed/editor"):
        for row in rows(topic):
            if "error" not in row:
                assert row["tree"] == tree_of_document(row["json"])
                differing += row["tree"] != sexpr(read(row["text"]))
    assert 0 < differing < 40, differing


def test_what_is_meant_can_be_read() -> None:
    for row in rows("documented/expressions"):
        assert (row["status"] == "needs_fix") == ("fix" in row), row
        read(row.get("fix", row["text"]))


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.startswith("progress/")])
def test_stories_end_as_the_second_evaluator_says(topic: str) -> None:
    for row in rows(topic):
        assert without_paths(row["expected"]) == told(row), row["id"]


@pytest.mark.parametrize("topic", TOPICS)
def test_places_are_marked_in_the_text_itself(topic: str) -> None:
    for row in rows(topic):
        for _, marked in row.get("diagnostics", ()):
            assert re.sub("[⟦⟧]", "", marked) == row["text"], row["id"]
