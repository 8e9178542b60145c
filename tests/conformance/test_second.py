"""The kit against a second implementation, in JavaScript: it holds, and with an error planted it does not.

Node has to be there, so that these tests are marked `node`; the gate runs them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from targetexpr.conformance.asking import Report, ask_all, ask_each
from targetexpr.conformance.questions import questions
from targetexpr.conformance.talking import Implementation
from tests.cli.command import spawn

pytestmark = pytest.mark.node

HERE = Path(__file__).parent
SOURCE = (HERE / "second.mjs").read_text(encoding="utf-8")
PLANTED: list[dict[str, Any]] = tomllib.loads((HERE / "planted.toml").read_text(encoding="utf-8"))["error"]
TOPICS = ("syntax", "json", "typed/samples")
ONLY = ("#parse", "#encode", "#decode")
SHARE = 0.95
"""Of the planted errors, what has to be found."""
ENOUGH = 20
"""Answers that hold, and it runs."""


def run(program: Path, topics: tuple[str, ...] = TOPICS) -> Report:
    implementation = Implementation(["node", str(program)], seconds=120)
    asked = questions(topics, ONLY)
    try:
        return ask_all(asked, implementation.ask)
    finally:
        implementation.close()


def planted(error: dict[str, Any]) -> str:
    """The implementation with an error; what is written instead stands in it once."""
    source = SOURCE
    for patch in error["patch"]:
        assert source.count(patch["old"]) == 1, f"{error['name']}: {patch['old']!r}"
        source = source.replace(patch["old"], patch["new"])
    return source


def test_everything_holds_that_it_supports() -> None:
    report = run(HERE / "second.mjs", (*TOPICS, "documented", "typed"))
    counts = report.counts()
    assert counts["holds"] + counts["unsupported"] == len(report.results), [
        (one.question.id, one.reason) for one in report.results if one.outcome not in ("holds", "unsupported")
    ]
    unsupported = {one.question.case.topic for one in report.results if one.outcome == "unsupported"}
    assert unsupported == {"typed/samples", "typed/editor"}
    assert counts["holds"] > 2_000


def test_the_command_says_so() -> None:
    done = spawn("conformance", "--run", f"node {HERE / 'second.mjs'}", "--topic", "syntax/strings", "--topic", "json")
    assert done.status == 0, done.out + done.err
    assert " fail" not in done.out
    assert "unsupported" in done.out.splitlines()[-1], "printing is not there"


def test_planted_errors_are_many_and_have_names() -> None:
    assert len(PLANTED) >= 60
    assert len({error["name"] for error in PLANTED}) == len(PLANTED)


def finds(error: dict[str, Any], folder: Path) -> bool:
    """Whether something does not hold. Something does: a program that cannot run at all would show nothing."""
    program = folder / f"{PLANTED.index(error)}.mjs"
    program.write_text(planted(error), encoding="utf-8")
    implementation = Implementation(["node", str(program)], seconds=120)
    holding, failing = 0, False
    try:
        for result in ask_each(questions(TOPICS, ONLY), implementation.ask):
            holding += result.outcome == "holds"
            failing = failing or result.outcome not in ("holds", "unsupported")
            if failing and holding >= ENOUGH:
                return True
    finally:
        implementation.close()
    assert holding >= ENOUGH, f"{error['name']}: {holding} answers hold"
    return failing


@pytest.mark.timeout(1800)
def test_planted_errors_are_found(tmp_path: Path) -> None:
    missed = [error["name"] for error in PLANTED if not finds(error, tmp_path)]
    print(f"planted errors found: {len(PLANTED) - len(missed)} of {len(PLANTED)}; missed: {missed}")
    assert 1 - len(missed) / len(PLANTED) >= SHARE, missed
