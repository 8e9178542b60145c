"""`targetexpr check` and `targetexpr schema`: inputs, places, outputs, switches, exit statuses."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from targetexpr import Schema, check, to_json
from targetexpr.cli.main import main
from targetexpr.guide.pages import code_page_path

PAYLOADS = Path(__file__).parent.parent / "data" / "payloads"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def call(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        status = main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return call


STATUS = [
    (["currentTxn.value>500"], 0, "1 rule checked: no errors"),
    (["currentTxn.valu>500"], 1, "1 rule checked: 1 error"),
    (["currentTxn.value>"], 2, "1 rule checked: 1 error"),
    (
        ["currentTxn.value>500", "currentTxn.valu>5", "a=1"],
        2,
        "3 rules checked: 2 errors in 2 rules",
    ),
    (["currentTxn.value>5&&currentTxn.value>6"], 0, "1 rule checked: 1 warning"),
    (["currentTxn.value>5&&currentTxn.value>6", "--off", "implied"], 0, "1 rule checked: no errors"),
    (["currentTxn.value>5&&currentTxn.value>6", "--no-lint"], 0, "1 rule checked: no errors"),
    (
        ["currentTxn.value>5||true&&currentCustomer.isLoyal", "--off", "mixed-logic,always-true"],
        0,
        "1 rule checked: no errors",
    ),
    (["currentTxn.valu>500", "--no-strict"], 0, "1 rule checked: 1 warning"),
    (
        ["!!(currentTxn.valu>500)", "currentTxn.value>5&&true", "a"],
        1,
        "3 rules checked: 2 errors in 2 rules, 1 warning",
    ),
    (["currentTxn.value"], 1, "1 rule checked: 1 error"),
    (["currentTxn.value", "--expect", "any"], 0, "1 rule checked: no errors"),
    (["currentTxn.value", "--expect", "number"], 0, "1 rule checked: no errors"),
    (["currentTxn.value>5", "--event", "TransactionAdd"], 0, "1 rule checked: no errors"),
    (["currentTxn.value>5", "--event", "TargetCompleted"], 1, "1 rule checked: 1 error"),
]


@pytest.mark.parametrize(("arguments", "status", "summary"), STATUS, ids=lambda value: str(value)[:60])
def test_exit_status(run: Any, arguments: list[str], status: int, summary: str) -> None:
    got, out, _ = run("check", *arguments)
    assert (got, out) == (status, summary + "\n")


def test_findings_go_to_stderr_with_their_place(run: Any) -> None:
    _, _, err = run("check", "currentTxn.valu>500")
    assert err.splitlines()[:2] == ["error[unknown-attribute]: `currentTxn` has no attribute `valu`.", "  --> 1:12"]


def test_files_and_standard_input(run: Any, tmp_path: Path) -> None:
    rule = tmp_path / "rule.txt"
    rule.write_text("currentTxn.valu>500\n")
    status, _, err = run("check", "-f", str(rule))
    assert status == 1
    assert f"--> {rule}:1:12" in err
    status, _, err = run("check", "-", stdin="currentTxn.valu>500")
    assert status == 1
    assert "--> <stdin>:1:12" in err


def test_every_rule_inside_a_payload(run: Any) -> None:
    status, out, _ = run("check", "-f", str(PAYLOADS / "create-streak-group.response.json"))
    assert (status, out) == (0, "4 rules checked: no errors\n")


def payload(text: str, tree: str | None = None) -> str:
    target: dict[str, object] = {"name": 'a "b" é 😀', "expression": text}
    if tree is not None:
        target["expressionJson"] = tree
    return json.dumps({"data": [{"x": None}, {"targets": [target, {"expression": True}]}]}, indent=1)


def test_places_inside_a_payload(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    text = 'currentCustomer.slabName=="é\\"😀"&&currentTxn.valu>5'
    file.write_text(payload(text), encoding="utf-8")
    status, out, err = run("check", "-f", str(file))
    assert (status, out) == (1, "2 rules checked: 1 error in 1 rule\n")
    assert f"--> {file} at /data/1/targets/0/expression:1:{text.index('valu>') + 1}" in err
    _, out, _ = run("check", "-f", str(file), "--output", "json")
    first, second = json.loads(out)["results"]
    assert (first["pointer"], first["ok"]) == ("/data/1/targets/0/expression", False)
    assert (second["pointer"], second["expression"], second["ok"]) == ("/data/1/targets/1/expression", "true", True)
    (diagnostic,) = first["diagnostics"]
    assert text[diagnostic["span"]["start"] : diagnostic["span"]["end"]] == "valu"
    place = diagnostic["documentSpan"]
    assert file.read_text("utf-8")[place["start"] : place["end"]] == "valu"


def test_json_beside_the_text_is_checked_with_its_types(run: Any) -> None:
    tree = to_json(check("currentTxn.value>5")).replace("real:", "date:")
    status, out, err = run("check", "-", stdin=payload("currentTxn.value>5", tree))
    assert status == 0
    assert out == "3 rules checked: 1 warning\n"
    assert "warning[type-differs]" in err
    assert "at /operands/0/type" in err


def test_expression_json_alone(run: Any) -> None:
    status, _, err = run("check", to_json(check("currentTxn.value>5")).replace('"value":"value"', '"value":"valu"'))
    assert status == 1
    assert "at /operands/0/operands/1" in err


@pytest.mark.parametrize(("text", "said"), [('{"a": 1}', "holds no expression"), ('{"a": ', "error[json-syntax]")])
def test_documents_without_rules(run: Any, text: str, said: str) -> None:
    status, _, err = run("check", "-", stdin=text)
    assert status == 2
    assert said in err


def test_sarif_carries_the_page_of_each_code(run: Any) -> None:
    _, out, _ = run("check", "currentTxn.valu=500", "--output", "sarif")
    rules = json.loads(out)["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["single-equals"]
    for rule in rules:
        path = code_page_path(rule["id"])
        assert path is not None
        assert rule["help"]["markdown"] == path.read_text(encoding="utf-8")
        assert rule["help"]["text"].startswith(rule["shortDescription"]["text"])
    assert rules[0]["shortDescription"]["text"] == "Two values are compared with one `=`."


def test_sarif(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "my request.json"
    file.write_text(payload("currentTxn.value>5\n&&currentCustomer.slabName==“Gold”"), encoding="utf-8")
    rule = tmp_path / "rule.txt"
    rule.write_text("true&&\ncurrentTxn.valu>500")
    status, out, _ = run("check", "-f", str(file), "-f", str(rule), "--output", "sarif")
    assert status == 2
    log = json.loads(out)
    assert (log["version"], log["runs"][0]["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for result in log["runs"][0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        location = result["locations"][0]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        region = location["physicalLocation"]["region"]
        text = (rule if uri.endswith("rule.txt") else file).read_text("utf-8")
        cut = text[region["charOffset"] : region["charOffset"] + region["charLength"]]
        line = text.splitlines()[region["startLine"] - 1]
        assert line[region["startColumn"] - 1 :].startswith(cut)
        assert cut in ("valu", "\\u201cGold\\u201d")
        if result["ruleId"] == "unknown-attribute":
            (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
            assert replacement["insertedContent"]["text"] == "value"
        if uri.endswith("json"):
            assert " " not in uri
            assert location["logicalLocations"][0]["fullyQualifiedName"] == "/data/1/targets/0/expression"


def test_choices_are_listed_for_programs_and_never_called_the_fix(run: Any) -> None:
    text = 'slabName=="Gold"'
    titles = [f"Write `{profile}.slabName`" for profile in ("currentCustomer", "groupPrimaryCustomer")]
    _, out, _ = run("check", text, "--output", "json")
    (found,) = json.loads(out)["results"][0]["diagnostics"]
    assert "fix" not in found
    assert {fix["applicability"] for fix in found["fixes"]} == {"choice"}
    assert set(titles) <= {fix["title"] for fix in found["fixes"]}
    _, out, _ = run("check", text, "--output", "sarif")
    (result,) = json.loads(out)["runs"][0]["results"]
    assert {fix["properties"]["applicability"] for fix in result["fixes"]} == {"choice"}
    assert set(titles) <= {fix["description"]["text"] for fix in result["fixes"]}
    _, out, _ = run("check", "currentTxn.valu>5", "--output", "json")
    (found,) = json.loads(out)["results"][0]["diagnostics"]
    assert found["fixes"] == [{**found["fix"], "applicability": "safe"}]


def test_own_schema(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('lint.off = ["spelling"]\n[profiles.currentCustomer.attributes]\nvip = "boolean"\n')
    assert run("check", "--schema", str(file), "currentCustomer.vip==true")[:2] == (0, "1 rule checked: no errors\n")
    assert (
        run("check", "--schema", str(file), "--on", "spelling", "currentCustomer.vip==true")[1]
        == "1 rule checked: 1 warning\n"
    )
    file.write_text("[profiles.currentCustomer.atributes]\n")
    status, _, err = run("check", "--schema", str(file), "true")
    assert status == 2
    assert f"--> {file}:1:27" in err
    assert "Did you mean `attributes`?" in err
    status, _, err = run("check", "--schema", str(tmp_path / "none.toml"), "true")
    assert (status, "cannot read" in err) == (2, True)


def test_a_code_that_does_not_exist(run: Any) -> None:
    status, _, err = run("check", "--off", "speling", "true")
    assert status == 2
    assert "did you mean spelling?" in err


# ---- schema --------------------------------------------------------------------------------------------------------


def test_schema_lists_profiles(run: Any) -> None:
    status, out, _ = run("schema")
    assert status == 0
    assert all(name in out for name in Schema.bundled().profiles)


def test_schema_lists_a_profile(run: Any) -> None:
    status, out, _ = run("schema", "currentTxn")
    assert status == 0
    assert "offered by SlabUpgrade, TransactionAdd, TransactionUpdate" in out
    assert "basketSumIf(field, operator, value)" in out


def test_schema_searches_names_and_meanings(run: Any) -> None:
    _, out, _ = run("schema", "--search", "points")
    assert "currentCustomer.currentPoints" in out
    assert "currentTxn.value " not in out
    _, out, _ = run("schema", "--search", "anniversary", "--output", "json")
    assert {entry["name"] for entry in json.loads(out)["entries"]} == {"date.daysDiff"}
    assert "nothing has" in run("schema", "--search", "zzzz")[1]


def test_schema_shows_an_entry(run: Any) -> None:
    status, out, _ = run("schema", "currentCustomer.isSubscribedToChannel")
    assert status == 0
    assert "Values of channel: MOBILE, EMAIL" in out
    _, out, _ = run("schema", "date.daysDiff", "--output", "json")
    assert [len(overload) for overload in json.loads(out)["overloads"]] == [1, 3]
    assert "Only in CustomerUpdate" in run("schema", "currentEvent.previousEmail")[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("currentTxm", "did you mean currentTxn?"),
        ("currentTxn.valu", "did you mean value?"),
        ("zzz", "`targetexpr schema` lists them"),
        ("currentTxn.zzz", "`targetexpr schema currentTxn` lists what there is"),
    ],
)
def test_schema_helps_with_slips(run: Any, name: str, said: str) -> None:
    status, _, err = run("schema", name)
    assert status == 2
    assert said in err


def test_schema_of_ones_own(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[profiles.currentVisit.attributes]\nminutes = { type = "real", doc = "How long it took." }\n')
    _, out, _ = run("schema", "--schema", str(file), "currentVisit")
    assert "How long it took." in out


def test_events_and_json_schema(run: Any) -> None:
    _, out, _ = run("schema", "--events")
    assert "TransactionAdd: " in out
    _, out, _ = run("schema", "--events", "--output", "json")
    events = {event["name"]: event["profiles"] for event in json.loads(out)["events"]}
    assert events["Scan"] == ["currentCustomer", "currentEvent", "currentProduct", "currentStore", "currentUserGroup"]
    _, out, _ = run("schema", "--json-schema")
    jsonschema.Draft202012Validator.check_schema(json.loads(out))
    _, out, _ = run("schema", "--output", "json")
    assert len(json.loads(out)["profiles"]) == 17
