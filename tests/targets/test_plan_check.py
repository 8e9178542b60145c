"""What is wrong with a plan, and with the group made of it, stands at the entry that the author has to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetexpr.targets.authoring.plan_check import check_plan
from targetexpr.targets.authoring.plan_file import PlanError
from tests.cli.command import spawn

HEAD = 'name = "Weekly"\nstart = 2024-01-01\nevery = "week"\ncycles = 3\n'
TARGET = '[[targets]]\nname = "Spend"\nmeasure = "SALES"\nvalue = 5\n'


def found(text: str) -> list[tuple[str, str]]:
    """The codes, each with what stands at its place."""
    try:
        diagnostics = check_plan(text)
    except PlanError as error:
        diagnostics = list(error.diagnostics)
    return [(one.code, one.span.cut(text)) for one in diagnostics]


def test_a_plan_that_is_right() -> None:
    assert found(HEAD + TARGET) == []


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        (HEAD + "levels = [2, 9]\n" + TARGET, "level-unreachable", "9"),
        (HEAD + "levels = [2, 1]\n" + TARGET, "levels-out-of-order", "1"),
        (HEAD + 'levels = [1, 2]\nlevel-names = ["a", "A"]\n' + TARGET, "duplicate-streak", '"A"'),
        (HEAD + TARGET + TARGET, "duplicate-target", '"Spend"'),
        (HEAD + TARGET.replace("5", "[5, 6]"), "too-few-values", "[5, 6]"),
        (HEAD + TARGET.replace("5", "0"), "value-not-positive", "0"),
        (HEAD + TARGET + "rule = 'currentTxn.valu>5'", "unknown-attribute", "valu"),
        (HEAD + TARGET + 'rule = "currentCustomer.slabName==\\"é\\"&&currentTxn.valu>5"', "unknown-attribute", "valu"),
        (HEAD + TARGET + "rule = 'currentTxn.value=5'", "single-equals", "="),
        (HEAD, "no-targets", 'name = "Weekly"'),
        (HEAD + TARGET + 'of = "TRANSACTIN"', "unknown-name", '"TRANSACTIN"'),
        (HEAD.replace("3", "0") + TARGET, "no-periods", "0"),
        (HEAD.replace('"week"', '"weakly"') + TARGET, "invalid-plan", '"weakly"'),
        (HEAD + TARGET.replace("SALES", "SALE"), "invalid-plan", '"SALE"'),
        (HEAD + "levels = [1]\nlevel-names = []\n" + TARGET, "invalid-plan", "[]"),
        (HEAD + TARGET.replace("value", "valeu"), "unknown-member", "valeu"),
        (HEAD + "levels = 3\n" + TARGET, "invalid-plan", "3"),
        ("name = ", "toml-syntax", ""),
    ],
)
def test_where_it_stands(text: str, code: str, at: str) -> None:
    assert (code, at) in found(text), found(text)


def test_the_command_takes_plans(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(HEAD + TARGET)
    done = spawn("target", "check", str(plan))
    assert (done.status, done.out) == (0, f"{plan}: no errors\n")
    plan.write_text(HEAD + TARGET + "rule = 'currentTxn.valu>5'\n")
    done = spawn("target", "check", str(plan))
    assert done.status == 1
    assert done.err.startswith(f"{plan}:9:20: error[unknown-attribute] at /targets/0/rule: ")
    plan.write_text(HEAD + TARGET.replace("value", "valeu"))
    done = spawn("target", "check", str(plan))
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"{plan}:8:1: error[unknown-member] at /targets/0/valeu: ")
