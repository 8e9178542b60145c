"""File names as arguments: the file is read, or told to be missing; a file can hold one rule on each line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.command import TRUE, Done, spawn

TWO = "currentTxn.value>500\ncurrentTxn.valu>5\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "broken.json").write_text('{"expression": "currentTxn.value>5", ')
    (tmp_path / "two.txt").write_text(TWO)
    (tmp_path / "rule.txt").write_text("currentTxn.value>500\n  && currentCustomer.isLoyal\n")
    (tmp_path / "good.rules").write_text("# spend\ncurrentTxn.value > 500\n\n(currentTxn.value<5)\n")
    (tmp_path / "true.json").write_text(TRUE)
    (tmp_path / "a.jsonl").write_text('{"currentTxn":{"value":620},"currentCustomer":{"isLoyal":true}}\n')
    return tmp_path


def test_check_reads_a_broken_document(folder: Path) -> None:
    for arguments in (["broken.json"], ["-f", "broken.json"]):
        done = spawn("check", *arguments, cwd=folder)
        assert done.status == 2
        assert "error[json-syntax]" in done.err
        assert "--> broken.json:1:" in done.err


@pytest.mark.parametrize("command", ["check", "json", "format", "eval", "explain", "text", "verify"])
@pytest.mark.parametrize("name", ["missing.json", "no such.txt", "rules/summer.rules"])
def test_a_file_that_is_not_there_is_named(command: str, name: str, folder: Path) -> None:
    done = spawn(command, name, cwd=folder)
    assert (done.status, done.out) == (2, "")
    assert done.err == f"targetexpr: cannot read {name}: No such file or directory\n"


@pytest.mark.parametrize("arguments", [["two.txt"], ["-f", "two.txt"], ["./two.txt"]])
def test_a_rule_on_each_line(arguments: list[str], folder: Path) -> None:
    done = spawn("check", *arguments, cwd=folder)
    assert done.status == 1
    assert done.out == "2 rules checked: 1 error in 1 rule\n"
    assert f"--> {arguments[-1]}:2:12\n" in done.err


def test_lines_of_one_rule_stay_one(folder: Path) -> None:
    assert spawn("check", "rule.txt", cwd=folder).out == "1 rule checked: no errors\n"
    (folder / "open.txt").write_text("(currentTxn.value>5 ||\ncurrentTxn.value<1)\n&& true\n")
    assert spawn("check", "open.txt", cwd=folder).out.startswith("1 rule checked: ")
    (folder / "slip.txt").write_text("currentTxn.value>5\nand currentCustomer.isLoyal\n")
    slip = spawn("check", "slip.txt", cwd=folder)
    assert slip.out == "1 rule checked: 1 error\n"
    (folder / "strings.txt").write_text('currentTxn.number=="("\ncurrentTxn.number==")"\n')
    assert spawn("check", "strings.txt", cwd=folder).out == "2 rules checked: no errors\n"


def test_commands_for_one_rule_say_how_many_there_are(folder: Path) -> None:
    for command in ("json", "eval", "explain"):
        done = spawn(command, "-f", "two.txt", cwd=folder)
        assert (done.status, done.out) == (2, "")
        assert "two.txt holds 2 rules, one on each line; this command takes one" in done.err
    (folder / "one.rules").write_text("# spend\n\ncurrentTxn.valu>5\n")
    done = spawn("json", "one.rules", cwd=folder)
    assert done.status == 0
    assert "--> one.rules:3:12" in done.err, "the line is that of the file"


def test_names_of_rules_are_read(folder: Path) -> None:
    assert spawn("json", "rule.txt", cwd=folder) == spawn("json", "-f", "rule.txt", cwd=folder)
    assert spawn("text", "true.json", cwd=folder) == Done(0, "true\n", "")
    assert spawn("eval", "rule.txt", "--data", "a.jsonl", cwd=folder) == Done(0, "yes\n", "")
    assert spawn("eval", "--data", "a.jsonl", "rule.txt", cwd=folder) == Done(0, "yes\n", "")
    assert spawn("explain", "rule.txt", "-d", "a.jsonl", cwd=folder).status == 0


@pytest.mark.parametrize("command", ["json", "format", "eval"])
def test_json_where_a_rule_is_expected(command: str, folder: Path) -> None:
    done = spawn(command, "broken.json", cwd=folder)
    assert (done.status, done.out) == (2, "")
    assert "broken.json:1:" in done.err
    assert "This is JSON, and a rule is expected: `targetexpr text -f broken.json`" in done.err


def test_format_of_a_rule_on_each_line(folder: Path) -> None:
    formatted = "# spend\ncurrentTxn.value>500\n\ncurrentTxn.value<5\n"
    assert spawn("format", "good.rules", cwd=folder) == Done(0, formatted, "")
    assert spawn("format", "--check", "-f", "good.rules", cwd=folder) == Done(1, "", "")
    assert spawn("format", "--in-place", "-f", "good.rules", cwd=folder) == Done(0, "", "")
    assert (folder / "good.rules").read_text() == formatted
    assert spawn("format", "--check", "good.rules", cwd=folder) == Done(0, "", "")
    data = spawn("format", "--output", "json", "two.txt", cwd=folder).data
    assert [(one["line"], one["changed"], one["expression"]) for one in data] == [
        (1, False, "currentTxn.value>500"), (2, False, "currentTxn.valu>5"),
    ]  # fmt: skip


def test_format_of_rules_with_an_error_writes_nothing(folder: Path) -> None:
    (folder / "bad.txt").write_text("a == 1\nb = 2\n")
    done = spawn("format", "-i", "-f", "bad.txt", cwd=folder)
    assert (done.status, done.out) == (2, "")
    assert "--> bad.txt:2:3" in done.err
    assert (folder / "bad.txt").read_text() == "a == 1\nb = 2\n"
    done = spawn("format", "--fix", "-i", "-f", "bad.txt", cwd=folder)
    assert done.status == 0
    assert "--> bad.txt:2:3" in done.err
    assert (folder / "bad.txt").read_text() == "a==1\nb==2\n"


def test_target_commands_take_files_either_way(folder: Path) -> None:
    for command in ("check", "show"):
        for arguments in (["broken.json"], ["-f", "broken.json"]):
            done = spawn("target", command, *arguments, cwd=folder)
            assert (done.status, done.out) == (2, "")
            assert re.search(r"broken\.json.*Not valid JSON", done.err)
        done = spawn("target", command, "-f", "gone.json", cwd=folder)
        assert done.err == "targetexpr: cannot read gone.json: No such file or directory\n"
    assert "broken.json:1:" in spawn("verify", "broken.json", cwd=folder).err
