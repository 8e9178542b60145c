"""Rule sets on the command line: `eval --rules`, and `check --set`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from targetexpr.cli.main import main

BIG, SMALL, GOLD = "currentTxn.value>500", "currentTxn.value<100", 'currentCustomer.slabName=="Gold"'
RECORDS = [
    {"currentTxn": {"value": 620}, "currentCustomer": {"slabName": "Gold"}},
    {"currentTxn": {"value": 200}, "currentCustomer": {"slabName": "Silver"}},
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "p.rules").write_text(f"{BIG}\n# a comment\n{SMALL}\n{GOLD}\n", encoding="utf-8")
    lines = "".join(json.dumps(record) + "\n" for record in RECORDS)
    (tmp_path / "bills.jsonl").write_text(lines, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


Captured = pytest.CaptureFixture[str]


@pytest.mark.usefixtures("folder")
def test_each_record_says_its_rules(capsys: Captured) -> None:
    assert main(["eval", "--rules", "p.rules", "--data", "bills.jsonl"]) == 1
    out, err = capsys.readouterr()
    assert out == "p.rules:1, p.rules:4\nnone\n"
    assert err == ""


def test_every_record_fulfils_a_rule(folder: Path, capsys: Captured) -> None:
    (folder / "all.rules").write_text("currentTxn.value>100\n", encoding="utf-8")
    assert main(["eval", "--rules", "all.rules", "--data", "bills.jsonl"]) == 0
    assert capsys.readouterr().out == "all.rules:1\nall.rules:1\n"


@pytest.mark.usefixtures("folder")
def test_counts_by_rule(capsys: Captured) -> None:
    assert main(["eval", "--rules", "p.rules", "--data", "bills.jsonl", "--count"]) == 1
    out = capsys.readouterr().out
    assert out == "1  p.rules:1\n0  p.rules:3\n1  p.rules:4\n2  records, 1 without a rule\n"
    assert main(["eval", "--rules", "p.rules", "--data", "bills.jsonl", "--count", "--output", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found == {"records": 2, "none": 1, "errors": 0, "rules": {"p.rules:1": 1, "p.rules:3": 0, "p.rules:4": 1}}


@pytest.mark.usefixtures("folder")
def test_json_lines(capsys: Captured) -> None:
    assert main(["eval", "--rules", "p.rules", "--data", "bills.jsonl", "--output", "json"]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found == [{"line": 1, "rules": ["p.rules:1", "p.rules:4"]}, {"line": 2, "rules": []}]


def test_what_does_not_fit_is_told_once_a_rule_and_counted(folder: Path, capsys: Captured) -> None:
    data = "\n".join(['{"currentTxn":{"value":"much"},"currentCustomer":{"slabName":"Gold"}}'] * 3)
    (folder / "bad.jsonl").write_text(data, encoding="utf-8")
    assert main(["eval", "--rules", "p.rules", "--data", "bad.jsonl"]) == 2
    out, err = capsys.readouterr()
    assert out == "p.rules:4 (error in p.rules:1, p.rules:3)\n" * 3
    assert err.splitlines() == [
        'line 1: rule p.rules:1: currentTxn.value is "much", which is not a number',
        'line 1: rule p.rules:3: currentTxn.value is "much", which is not a number',
        "rule p.rules:1 could not be evaluated for 3 records",
        "rule p.rules:3 could not be evaluated for 3 records",
    ]
    assert main(["eval", "--rules", "p.rules", "--data", "bad.jsonl", "--on-error", "stop"]) == 2
    assert capsys.readouterr().out.count("\n") == 1
    assert main(["eval", "--rules", "p.rules", "--data", "bad.jsonl", "--on-error", "null"]) == 0


def test_unreadable_records_are_counted(folder: Path, capsys: Captured) -> None:
    (folder / "bad.jsonl").write_text('{"currentTxn":\n{"currentTxn":{"value":600}}\n', encoding="utf-8")
    (folder / "one.rules").write_text(BIG, encoding="utf-8")
    assert main(["eval", "--rules", "one.rules", "--data", "bad.jsonl"]) == 2
    out, err = capsys.readouterr()
    assert out == "error\none.rules:1\n"
    assert "line 1: " in err
    assert err.endswith("1 of 2 records could not be read\n")


def test_names_of_targets_saved_rules_and_folders(folder: Path, capsys: Captured) -> None:
    rules = folder / "rules"
    (rules / ".git").mkdir(parents=True)
    (rules / ".git" / "x.rules").write_text("false", encoding="utf-8")
    (rules / "group.json").write_text(
        json.dumps({"targets": [{"name": "spend", "expression": BIG}, {"name": "two", "expression": "true"}]}),
        encoding="utf-8",
    )
    (rules / "more").mkdir()
    (rules / "more" / "saved.toml").write_text(f"[rules.gold]\nexpression = '{GOLD}'\n", encoding="utf-8")
    assert main(["eval", "--rules", "rules", "--data", json.dumps(RECORDS[0])]) == 0
    assert capsys.readouterr().out == "group.json:spend, group.json:two, more/saved.toml:gold\n"
    assert main(["eval", "--rules", "rules/group.json", "--data", json.dumps(RECORDS[1])]) == 0
    assert capsys.readouterr().out == "two\n"


def test_two_targets_of_one_name_are_told_apart(folder: Path, capsys: Captured) -> None:
    both = {"targets": [{"name": "spend", "expression": BIG}, {"name": "spend", "expression": "true"}]}
    (folder / "group.json").write_text(json.dumps(both), encoding="utf-8")
    assert main(["eval", "--rules", "group.json", "--data", json.dumps(RECORDS[1])]) == 0
    assert capsys.readouterr().out == "spend (/targets/1/expression)\n"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["true", "--rules", "p.rules"], "expected a rule or --rules, not both"),
        (["--rules", "nope.rules"], "cannot read nope.rules"),
        (["--rules", "empty"], "no file of it holds a rule"),
        (["--rules", "bills.jsonl"], "bills.jsonl cannot be read; nothing was evaluated"),
        (["--rules", "broken.rules"], "2 rules are invalid; nothing was evaluated"),
        (["--rules", "p.rules", "--timezone", "Nowhere"], "no time zone 'Nowhere'"),
        (["--rules", "p.rules", "--profile", "currentTx"], "did you mean currentTxn?"),
    ],
)
def test_misuse(folder: Path, capsys: Captured, call: list[str], said: str) -> None:
    (folder / "empty").mkdir()
    (folder / "broken.rules").write_text("currentTxn.value>\ntrue\ncurrentTxn.valu>1\n", encoding="utf-8")
    assert main(["eval", *call, "--data", json.dumps(RECORDS[0])]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


@pytest.mark.usefixtures("folder")
def test_check_counts_the_pairs_of_a_set(capsys: Captured) -> None:
    assert main(["check", "--set", "p.rules"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "3 rules checked: no errors",
        "set of 3 rules: 1 pair never together, no pair where one follows from the other, no pair the same",
    ]
    assert main(["check", "--set", "--pairs", "p.rules"]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "  p.rules:1 and p.rules:3 never hold together: "
        "`currentTxn.value>500` and `currentTxn.value<100` exclude each other"
    ]


@pytest.mark.usefixtures("folder")
def test_check_of_a_set_for_programs(capsys: Captured) -> None:
    assert main(["check", "--set", "--pairs", "--output", "json", BIG, "currentTxn.value>100", f"{BIG}&&{SMALL}"]) == 0
    found = json.loads(capsys.readouterr().out)["set"]
    assert found["rules"] == 3
    assert found["counts"] == {"never-together": 0, "follows": 1, "same": 0}
    assert found["neverTrue"] == [
        {"rule": "rule 3", "reason": "`currentTxn.value>500` with `currentTxn.value<100` exclude each other"}
    ]
    assert found["pairs"] == [
        {
            "kind": "follows",
            "first": "rule 1",
            "second": "rule 2",
            "reason": "`currentTxn.value>100` follows from `currentTxn.value>500`",
        }
    ]


@pytest.mark.usefixtures("folder")
def test_rules_that_are_invalid_take_no_part(capsys: Captured) -> None:
    assert main(["check", "--set", BIG, "currentTxn.valu>1"]) == 1
    assert "set of 1 rule: no pair never together" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("call", "said"),
    [(["--pairs", "true"], "--pairs lists what --set counts"), (["--set", "--output", "sarif", "true"], "no SARIF")],
)
def test_check_misuse(capsys: Captured, call: list[str], said: str) -> None:
    assert main(["check", *call]) == 2
    assert said in capsys.readouterr().err
