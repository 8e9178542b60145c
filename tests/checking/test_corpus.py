"""The documents' own expressions: all valid ones check, and the wrong names get the right ones offered."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from targetexpr import apply_fixes, check, diagnose, lint, parse, to_text
from targetexpr.checking.checker import check_tree
from targetexpr.conformance.cases import rows

HERE = Path(__file__).parent
ROWS = rows("documented/expressions")
VALID = [row for row in ROWS if row["status"] == "valid"]
BROKEN = {row["id"]: row for row in ROWS if row["status"] != "valid"}
NOTES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "corpus.toml").read_text("utf-8"))
NAMES: dict[str, list[str]] = {**NOTES["names"], **NOTES["names_in_syntax"], **NOTES["shorthand"]}


def test_the_notes_are_about_rows_that_exist() -> None:
    valid = {row["id"] for row in VALID}
    assert {*NOTES["needs_event"], *NOTES["needs_schema"], *NOTES["warnings"]} <= valid
    assert set(NAMES) <= set(BROKEN)


@pytest.mark.parametrize("row", VALID, ids=lambda row: row["id"])
def test_valid_rows_check(row: dict[str, Any]) -> None:
    fragment = row.get("expect") == "number"
    checked = check(row["text"])
    assert [diagnostic.code for diagnostic in checked.diagnostics] == (["result-type"] if fragment else [])
    assert check(row["text"], expect=None).diagnostics == ()
    assert None not in checked.types


@pytest.mark.parametrize("row", VALID, ids=lambda row: row["id"])
def test_printed_and_checked_again_the_types_are_the_same(row: dict[str, Any]) -> None:
    checked = check(row["text"], expect=None)
    for style in ("compact", "readable"):
        again = check(to_text(checked.expr, style), expect=None)  # type: ignore[arg-type]
        assert (again.types, again.reads) == (checked.types, checked.reads)


@pytest.mark.parametrize("row", VALID, ids=lambda row: row["id"])
def test_fixes_of_lint_lead_to_rules_that_check(row: dict[str, Any]) -> None:
    for diagnostic in lint(row["text"]):
        if diagnostic.fix is not None:
            mended = apply_fixes(row["text"], [diagnostic])
            assert check(mended, expect=None).ok, mended


def without_slips(text: str) -> str:
    """The text with the parser's diagnostics mended, until there are none."""
    for _ in range(5):
        errors = [diagnostic for diagnostic in diagnose(text) if diagnostic.is_error]
        if not errors:
            break
        text = apply_fixes(text, errors)
    return text


def offered(row: dict[str, Any]) -> str:
    """Everything that is offered for a broken text: what parser and checker write, and what they hint at."""
    text = without_slips(row["text"])
    diagnostics = check_tree(parse(text)).diagnostics
    return "\n".join(
        [
            text,
            *(f"{diagnostic.message} {diagnostic.hint}" for diagnostic in diagnostics),
            apply_fixes(text, diagnostics),
        ]
    )


def test_wrong_names_get_the_wanted_ones_offered() -> None:
    """At least four in five must; all do."""
    got = {key: [name for name in names if name in offered(BROKEN[key])] for key, names in NAMES.items()}
    assert got == NAMES


def test_most_wrong_names_are_mended_by_the_fix_alone() -> None:
    mended = [key for key in NAMES if BROKEN[key]["fix"] == apply_fixes(*_checked(BROKEN[key]))]
    assert sorted(set(NAMES) - set(mended)) == ["d0107", "d0109"], "two profiles have a joinDate"


def _checked(row: dict[str, Any]) -> tuple[str, Any]:
    text = without_slips(row["text"])
    return text, check_tree(parse(text)).diagnostics
