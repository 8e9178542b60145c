"""What the platform's own editor writes for a text, byte for byte: 538 texts with the JSON it made of them."""

from __future__ import annotations

from typing import Any

import pytest

from targetexpr import check, check_json, from_json, to_json
from targetexpr.checking.written import as_written
from tests import corpus

ROWS = corpus.editor_samples()

APOSTROPHE = r"\'"
"""The editor escapes apostrophes, which is no JSON; what is written here always is."""


def _id(row: dict[str, Any]) -> str:
    return str(row["text"])[:60]


def test_the_data_is_there() -> None:
    assert len(ROWS) == 538
    assert sum(APOSTROPHE in row["json"] for row in ROWS) == 4


@pytest.mark.parametrize("row", ROWS, ids=_id)
def test_written_byte_for_byte(row: dict[str, Any]) -> None:
    checked = check(row["text"], event=row["event"], expect=None, strict=False)
    assert to_json(checked, "editor") == row["json"].replace(APOSTROPHE, "'")


@pytest.mark.parametrize("row", ROWS, ids=_id)
def test_read_as_the_same_tree(row: dict[str, Any]) -> None:
    checked = check(row["text"], event=row["event"], expect=None, strict=False)
    assert from_json(row["json"]) == as_written(checked)[0]


@pytest.mark.parametrize("row", ROWS, ids=_id)
def test_its_types_are_ours(row: dict[str, Any]) -> None:
    found = check_json(row["json"], event=row["event"], expect=None, strict=False).diagnostics
    assert [one.message for one in found if one.code == "type-differs"] == []
