"""`check` on documents: the rules inside TOML, Python, files of rules and broken JSON, in terms of the document."""

from __future__ import annotations

import ast
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Call

PLAN = r"""name = "Weekly"
start = 2024-01-01
[[targets]]
name = "Spend"
measure = "SALES"
value = 500
rule = "currentTxn.value>50&&currentCustomer.slabName=\u201cGold\u201d"  # tiers
[[targets]]
name = "Class"
measure = "COUNT"
event = "TargetCompleted"
value = 3
rule = '''
currentTxn.value>5
'''
"""
RULES = """\
import re

from targetexpr import compile

NUMBER = re.compile("[0-9]+(")
BIG = compile(
    "currentTxn.value>500"  # a bill
    '&&currentCustomer.slabName="Gold"',
    on_error="null",
)
"""


def edited(file: Path, edits: list[dict[str, Any]]) -> str:
    """The file with the edits of a fix made."""
    text = file.read_text(encoding="utf-8")
    for edit in sorted(edits, key=lambda one: one["start"], reverse=True):
        text = text[: edit["start"]] + edit["text"] + text[edit["end"] :]
    return text


def test_a_plan(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(PLAN, encoding="utf-8")
    done = call("check", str(file))
    assert done.status == 2
    assert done.out == "2 rules checked: 3 errors in 2 rules\n"
    line = 'rule = "currentTxn.value>50&&currentCustomer.slabName'
    assert f"  --> {file}:7:{len(line) + 1} at /targets/0/rule\n" in done.err
    assert f'`==`: {line}==\\u201cGold\\u201d"  # tiers\n' in done.err
    assert f' straight double quotes: {line}=\\"Gold\\""  # tiers\n' in done.err
    assert f"  --> {file}:14:1 at /targets/1/rule\n" in done.err, "the event of the target has no bill"
    first, second = call("check", "--output", "json", "-f", str(file)).data["results"]
    assert (first["pointer"], first["event"], first["ok"]) == ("/targets/0/rule", "TransactionAdd", False)
    assert (second["pointer"], second["event"], second["expression"]) == (
        "/targets/1/rule",
        "TargetCompleted",
        "currentTxn.value>5\n",
    )
    quotes = next(one for one in first["diagnostics"] if one["code"] == "curly-quote")
    assert (quotes["documentStart"], quotes["documentEnd"]["line"]) == ({"line": 7, "column": len(line) + 2}, 7)
    repaired = edited(file, quotes["documentFixes"][0]["edits"])
    assert tomllib.loads(repaired)["targets"][0]["rule"] == 'currentTxn.value>50&&currentCustomer.slabName="Gold"'


def test_the_event_of_the_call_counts_before_that_of_the_document(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[rules.a]\nexpression = "currentTxn.value>5"\nevent = "TargetCompleted"\n', encoding="utf-8")
    assert call("check", str(file)).status == 1
    assert call("check", "--event", "TransactionAdd", str(file)).status == 0


def test_a_python_file(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "rules.py"
    file.write_text(RULES, encoding="utf-8")
    done = call("check", str(file))
    assert (done.status, done.out) == (2, "1 rule checked: 1 error\n")
    column = RULES.splitlines()[7].index('="Gold') + 1
    assert f"  --> {file}:8:{column}\n" in done.err
    assert f"\n{8:>3} |     '&&currentCustomer.slabName=\"Gold\"',\n    | {' ' * (column - 1)}^\n" in done.err
    assert "`==`: '&&currentCustomer.slabName==\"Gold\"',\n" in done.err
    (found,) = call("check", "--output", "json", "-f", str(file)).data["results"]
    repaired = edited(file, found["diagnostics"][0]["documentFixes"][0]["edits"])
    call_node = ast.parse(repaired).body[-1].value  # type: ignore[attr-defined]
    assert call_node.args[0].value == 'currentTxn.value>500&&currentCustomer.slabName=="Gold"'


def test_sarif_of_a_python_file(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "rules.py"
    file.write_text(RULES, encoding="utf-8")
    (result,) = call("check", "--output", "sarif", str(file)).data["runs"][0]["results"]
    location = result["locations"][0]
    assert location["physicalLocation"]["region"]["startLine"] == 8
    assert "logicalLocations" not in location
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    offset, length = (replacement["deletedRegion"][name] for name in ("charOffset", "charLength"))
    assert RULES[offset : offset + length] == "="
    assert replacement["insertedContent"]["text"] == "=="


def test_a_file_of_rules(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "winter.rules"
    file.write_text("# winter\ncurrentTxn.value>5\r\n\ncurrentTxn.valu>5\ncurrentTxn.value>", encoding="utf-8")
    done = call("check", str(file))
    assert (done.status, done.out) == (2, "3 rules checked: 2 errors in 2 rules\n")
    assert f"  --> {file}:4:12\n" in done.err
    assert f"  --> {file}:5:17\n" in done.err


def test_a_broken_body_tells_its_error_and_its_rules(call: Call) -> None:
    body = '{"targets": [{"expression": "currentTxn.valu>5"}, nul, {"expression": "true"}'
    done = call("check", "-", stdin=body)
    assert (done.status, done.out) == (2, "2 rules checked: 2 errors\n")
    assert done.err.startswith("error[json-syntax]: Not valid JSON: expected a value, found 'nul'.\n  --> <stdin>:1:51")
    assert f"  --> <stdin> at /targets/0/expression:1:12 (in the file 1:{body.index('valu>') + 1})\n" in done.err
    data = call("check", "-", "--output", "json", stdin=body).data
    assert [result["ok"] for result in data["results"]] == [False, False, True]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "currentTxn.value>5", "Not valid JSON: "),
        ("a.toml", "name = ", "Not valid TOML: invalid value."),
        ("a.toml", 'name = "Weekly"', "holds no expression"),
        ("a.py", "x = 1", "holds no expression"),
        ("a.rules", "# nothing\n\n", "holds no expression"),
    ],
)
def test_documents_without_rules(name: str, text: str, said: str, call: Call, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    done = call("check", str(file))
    assert done.status == 2
    assert said in done.err


def test_an_argument_that_names_a_file_is_that_file(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("check", "plan.toml").err == "targetexpr: cannot read plan.toml: No such file or directory\n"
    (tmp_path / "plan.toml").write_text('[rules.a]\nexpression = "true"\n', encoding="utf-8")
    done = call("check", "plan.toml", "currentTxn.value>5", "--off", "always-true")
    assert done.out == "2 rules checked: no errors\n"


def test_rules_of_an_array_and_of_a_string(call: Call, tmp_path: Path) -> None:
    done = call("check", "-", stdin='["currentTxn.value>5", "currentTxn.valu>5"]')
    assert (done.status, done.out) == (1, "2 rules checked: 1 error in 1 rule\n")
    assert "  --> <stdin> at /1:1:12 (in the file 1:36)\n" in done.err
    file = tmp_path / "rule.json"
    file.write_text(json.dumps("currentTxn.value>5"), encoding="utf-8")
    assert call("check", str(file)).out == "1 rule checked: no errors\n"
