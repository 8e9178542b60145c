"""Rules out of group files and back into them: everything else in the file is kept, number spellings too."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from targetexpr import compile as compile_rule
from targetexpr.repl.exporting import targets_of
from targetexpr.targets.model.group import TWIN
from tests.repl.commands import PAYLOADS, RULE, Talk

STREAKS = "create-streak-group.request.json"
WITH_TARGETS = [
    "create-behavioural-visit-group.request.json",
    STREAKS,
    "create-streak-group.response.json",
    "create-targets-extended-field.request.json",
    "create-targets-extended-field.response.json",
    "update-unified-targets.request.json",
]
NEW = 'currentTxn.value>=99.50&&currentCustomer.slabName=="Gold"'


def numbers_as_written(text: str) -> Any:
    """A document in which a number is its own spelling, and members keep their order."""
    return json.loads(text, parse_float=Spelt, parse_int=Spelt, object_pairs_hook=list)


class Spelt(str):
    """The text of a number."""

    __slots__ = ()


def without_rules(value: Any, found: list[tuple[str, str]]) -> Any:
    """The document without the members of rules, which are collected."""
    if not isinstance(value, list):
        return value
    if value and all(isinstance(one, tuple) for one in value):
        found += [(key, item) for key, item in value if key in ("expression", "expressionJson")]
        return [(key, without_rules(item, found)) for key, item in value if key not in ("expression", "expressionJson")]
    return [without_rules(one, found) for one in value]


def put(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes((PAYLOADS / name).read_bytes())
    return path


@pytest.mark.parametrize("name", WITH_TARGETS)
def test_only_the_rule_of_the_target_changes(talk: Talk, name: str) -> None:
    path = put(talk.folder, name)
    before: list[tuple[str, str]] = []
    kept = without_rules(numbers_as_written(path.read_text(encoding="utf-8")), before)
    talk.send(f":open {path}")
    assert talk.session.state.opened is not None
    talk.do(":event none")
    talk.do("currentCustomer.firstname.exists()")
    talk.session.change("the name", name="another")
    assert talk.do(f":export {path}").startswith(f"wrote {path}: the rule of the target ")
    after: list[tuple[str, str]] = []
    assert without_rules(numbers_as_written(path.read_text(encoding="utf-8")), after) == kept
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed[0][1] == ("expression", "currentCustomer.firstname.exists()")
    twins = int(name == "create-streak-group.response.json")  # the platform's copy goes with its original
    assert len(changed) == 2 * (1 + twins), "of one target alone"


def test_numbers_keep_their_spelling(talk: Talk) -> None:
    path = talk.folder / "g.json"
    path.write_text(
        '{"name":"g","trackingType":"DEFAULT","x":[1.50,1e3,-0,0.10000000000000001,12345678901234567890123,1E+2],'
        '"targets":[{"name":"t","expression":"true","y":2.00}]}',
        encoding="utf-8",
    )
    talk.do(f":open {path}")
    talk.do(RULE)
    talk.do(f":export {path}")
    text = path.read_text(encoding="utf-8")
    for spelling in ("1.50", "1e3", "-0", "0.10000000000000001", "12345678901234567890123", "1E+2", "2.00"):
        assert spelling in text
    assert json.loads(text)["targets"][0]["expression"] == RULE


@pytest.mark.parametrize("values", ["", " 500", " 500 99.50 0"])
def test_a_new_file_is_a_target_of_its_own(talk: Talk, values: str) -> None:
    talk.do(NEW)
    talk.do(":save gold spenders")
    said = talk.do(f":export new target.json{values}")
    path = talk.folder / "new target.json"
    target = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    assert target["name"] == "gold spenders"
    assert target["expression"] == NEW.replace("99.50", "99.5"), "canonical text"
    assert target["expressionJson"] == compile_rule(NEW).to_json()
    assert [one["defaultValue"] for one in target["defaultValues"]] == [Decimal(value) for value in values.split()]
    assert ("Give it a value" in said) is (not values)
    assert [one.rule for one in targets_of(str(path))] == [target["expression"]]
    assert "gold spenders" in talk.do(f":open {path}")


@pytest.mark.parametrize(
    ("rule", "entity", "kind"),
    [
        (RULE, "TRANSACTION", "SALES"),
        ("currentLineItem.qty>1", "LINEITEM", "SALES"),
    ],
)
def test_what_a_new_target_tracks_follows_from_the_rule(talk: Talk, rule: str, entity: str, kind: str) -> None:
    if not talk.send(rule):
        pytest.fail(f"the rule is invalid: {talk.heard.errors}")
    talk.do(":export t.json 5")
    target = json.loads((talk.folder / "t.json").read_text(encoding="utf-8"))
    assert (target["targetEntity"], target["targetType"]) == (entity, kind)


def test_a_group_gets_a_target_more_and_undo_takes_it_out(talk: Talk) -> None:
    path = put(talk.folder, "create-behavioural-visit-group.request.json")
    original = path.read_bytes()
    count = len(json.loads(original)["targets"])
    talk.do(RULE)
    talk.do(":save another")
    assert "the target another was added" in talk.do(f":export {path} 100 200")
    targets = json.loads(path.read_text(encoding="utf-8"))["targets"]
    assert (len(targets), targets[-1]["name"], targets[-1]["expression"]) == (count + 1, "another", RULE)
    assert "export" in talk.do(":undo")
    assert path.read_bytes() == original
    talk.do(":export fresh.json")
    talk.do(":undo")
    assert not (talk.folder / "fresh.json").exists()


def test_a_group_that_would_be_wrong_is_left_as_it_is(talk: Talk) -> None:
    """A streak has one target: the rule of a session that did not open it must not become a second one."""
    path = put(talk.folder, STREAKS)
    original = path.read_bytes()
    talk.do(RULE)
    refused = talk.refused(f":export {path} 100")
    assert refused.startswith(f"nothing was written to {path}")
    assert "error[too-many-targets] at /targets" in refused
    assert f"`:open {path}`" in refused
    assert path.read_bytes() == original


def test_the_target_of_that_name_is_the_one(talk: Talk) -> None:
    path = talk.folder / "g.json"
    targets = [{"name": name, "expression": "true"} for name in ("a", "b", "a")]
    path.write_text(json.dumps({"name": "g", "trackingType": "DEFAULT", "targets": targets}), encoding="utf-8")
    talk.do(RULE)
    talk.do(":save b")
    talk.do(f":export {path}")
    rules = [one["expression"] for one in json.loads(path.read_text(encoding="utf-8"))["targets"]]
    assert rules == ["true", RULE, "true"]
    talk.do(f":open {path} 3")
    talk.do("currentTxn.value>7")
    talk.do(f":export {path}")
    rules = [one["expression"] for one in json.loads(path.read_text(encoding="utf-8"))["targets"]]
    assert rules == ["true", RULE, "currentTxn.value>7"], "where it came from, though another has its name"


def test_targets_by_name_and_number(talk: Talk) -> None:
    path = talk.folder / "my group.json"
    targets = [{"name": name, "expression": f"currentTxn.value>{place}"} for place, name in enumerate(("a", "big one"))]
    path.write_text(json.dumps({"name": "g", "trackingType": "DEFAULT", "targets": targets}), encoding="utf-8")
    for line, rule in [
        ("my group.json", "currentTxn.value>0"),
        ("my group.json 2", "currentTxn.value>1"),
        ("my group.json big one", "currentTxn.value>1"),
        ('"my group.json"', "currentTxn.value>0"),
        (f"{path} a", "currentTxn.value>0"),
    ]:
        said = talk.do(f":open {line}")
        assert talk.session.state.rule == rule
        assert "1 a: currentTxn.value>0" in said
        assert "2 big one: currentTxn.value>1" in said
        talk.do(":undo")
        assert talk.session.state.rule == ""
    refusal = talk.refused(":open my group.json c")
    assert "'c'" in refusal
    assert "a, big one" in refusal


def test_twins_are_left_out(talk: Talk) -> None:
    path = talk.folder / "g.json"
    targets = [
        {"name": "a", "expression": "true"},
        {"name": "a" + TWIN, "expression": "false", "eventName": "ReturnBill"},
        {"name": "b", "expression": "currentTxn.value>1"},
    ]
    path.write_text(
        json.dumps({"data": {"name": "g", "trackingType": "STREAKS", "targets": targets}, "errors": None}),
        encoding="utf-8",
    )
    assert [(one.name, one.place) for one in targets_of(str(path))] == [("a", 0), ("b", 2)]
    talk.do(":open g.json b")
    talk.do(RULE)
    talk.do(":export g.json")
    after = json.loads(path.read_text(encoding="utf-8"))["data"]["targets"]
    assert [one["expression"] for one in after] == ["true", "false", RULE]


def test_an_answer_that_holds_a_target_alone(talk: Talk) -> None:
    path = put(talk.folder, "create-targets-extended-field.response.json")
    assert talk.do(f":open {path}").startswith("the target test_name of ")
    talk.do(RULE)
    talk.do(f":export {path}")
    assert json.loads(path.read_text(encoding="utf-8"))["data"][0]["expression"] == RULE


def test_a_target_of_a_unified_update_is_opened_and_written_back(talk: Talk) -> None:
    path = talk.folder / "update.json"
    target = {"id": 7, "name": "t", "targetType": "SALES", "targetEntity": "TRANSACTION", "expression": "true"}
    update = {"unifiedTargetExpression": {"thresholdValue": 4}, "targets": [target], "deactivateTargetIds": [1]}
    path.write_text(json.dumps(update), encoding="utf-8")
    talk.do(":open update.json")
    talk.do(RULE)
    talk.do(":export update.json")
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["deactivateTargetIds"] == [1]
    assert written["targets"][0]["expression"] != "true"
    assert {key: written["targets"][0][key] for key in ("id", "name", "targetType")} == {
        key: target[key] for key in ("id", "name", "targetType")
    }


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "Not valid JSON"),
        ("{", "Not valid JSON"),
        ("[]", "neither a group nor a target|object"),
        ("5", "neither a group nor a target|object"),
        ('{"a":1}', "neither a group nor a target|no target"),
        ('{"data":null,"errors":[]}', "neither a group nor a target|object"),
        ('{"data":[{"name":"a"},{"name":"b"}]}', "2 groups"),
        ('{"name":"g","targets":5}', "targets"),
        ('{"name":"g","targets":[5]}', "targets"),
        ('{"name":"g","name":"h"}', "name"),
        ("[" * 100_000, "deep"),
        (b"\xff\xfe{}", "UTF-8"),
    ],
)
def test_a_file_that_is_no_group_is_left_alone(talk: Talk, content: str | bytes, problem: str) -> None:
    path = talk.folder / "none.json"
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(data)
    talk.do(RULE)
    for line in (":export none.json 5", ":open none.json"):
        said = talk.refused(line)
        assert any(part in said for part in problem.split("|")), said
        assert "none.json" in said
        assert path.read_bytes() == data


def test_what_cannot_be_written(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.do(RULE)
    (talk.folder / "folder").mkdir()
    assert "folder" in talk.refused(":export folder")
    assert "No such file" in talk.refused(":export nowhere/t.json 5")
    assert "as in `:export target.json 500`" in talk.refused(":export")
    assert "'five' is not a value" in talk.refused(":export t.json five")
    assert "'5 x' is not a value" in talk.refused(":export t.json 5 x")
    path = put(talk.folder, STREAKS)
    original = path.read_bytes()
    talk.do(f":open {path}")
    talk.do(RULE)
    with monkeypatch.context() as protected:
        protected.setattr(os, "access", lambda file, _mode: os.path.basename(file) != STREAKS)
        assert "Permission denied" in talk.refused(f":export {path}")
    assert path.read_bytes() == original

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert "No space left on device" in talk.refused(f":export {path}")
    assert path.read_bytes() == original
    assert sorted(os.listdir(talk.folder)) == sorted([STREAKS, "folder"]), "and nothing lies about"


def test_rules_that_are_no_targets(talk: Talk) -> None:
    assert "there is no rule yet" in talk.refused(":export t.json 5")
    talk.send("currentTxn.value>")
    assert "nothing was written" in talk.refused(":export t.json 5")
    talk.do("currentTxn.value")
    assert "a target needs a condition" in talk.refused(":export t.json 5")
    assert os.listdir(talk.folder) == []


def test_a_link_stays_a_link_and_a_mode_stays(talk: Talk) -> None:
    path = put(talk.folder, STREAKS)
    path.chmod(0o640)
    link = talk.folder / "link.json"
    link.symlink_to(path.name)
    talk.do(f":open {link}")
    talk.do(RULE.replace("500", "501"))
    talk.do(f":export {link}")
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert json.loads(path.read_text(encoding="utf-8"))["targets"][0]["expression"] == "currentTxn.value>501"


def test_a_minus_is_a_file_of_that_name(talk: Talk) -> None:
    assert "No such file" in talk.refused(":open -")
    talk.do(RULE)
    talk.do(":export - 5")
    assert json.loads((talk.folder / "-").read_text(encoding="utf-8"))["expression"] == RULE


def test_the_check_of_the_whole_group_is_told(talk: Talk) -> None:
    path = put(talk.folder, STREAKS)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["totalPeriods"] = 7
    path.write_text(json.dumps(document), encoding="utf-8")
    talk.do(f":open {path}")
    said = talk.do(f":export {path}")
    assert "totalPeriods" in said
    assert "2" in said.partition("totalPeriods")[2], "there are two periods"


@pytest.mark.parametrize("targets", ["", ',"targets":null', ',"targets":[]'])
def test_a_group_without_targets_gets_its_first(talk: Talk, targets: str) -> None:
    path = talk.folder / "g.json"
    path.write_text(f'{{"data":{{"name":"g","trackingType":"DEFAULT"{targets}}},"errors":null}}', encoding="utf-8")
    assert "`:export g.json` adds the rule" in talk.refused(":open g.json")
    talk.do(RULE)
    talk.do(":save first")
    assert "the target first was added" in talk.do(":export g.json 5")
    assert talk.do(":open g.json").startswith("the target first of g.json")


def test_values_are_given_to_what_is_there(talk: Talk) -> None:
    talk.do(RULE)
    path = talk.folder / "n.json"
    assert f"`:export {path} 500`" in talk.do(f":export {path}")
    talk.do(f":export {path} 500")
    assert json.loads(path.read_text(encoding="utf-8"))["defaultValues"] == [{"defaultValue": 500}]
    group = put(talk.folder, "create-streak-group.response.json")
    talk.do(f":open {group}")
    before = json.loads(group.read_text(encoding="utf-8"))["data"]["targets"]
    talk.do(f":export {group} 750 800.50")
    after = json.loads(group.read_text(encoding="utf-8"))["data"]["targets"]
    for old, new in zip(before, after, strict=True):
        assert [one["defaultValue"] for one in new["defaultValues"]] == [750, 800.5], "the twin's as well"
        assert [one["id"] for one in new["defaultValues"]] == [one["id"] for one in old["defaultValues"]]


def two_targets(path: Path, *names: str) -> None:
    target = {"targetEntity": "TRANSACTION", "targetType": "SALES", "eventName": "TransactionAdd", "expression": "true"}
    targets = [{"name": name, **target, "defaultValues": [{"defaultValue": 5}]} for name in names]
    period = {"refCode": "P", "startDate": "2024-01-01", "endDate": "2024-01-31"}
    group = {"name": "g", "trackingType": "DEFAULT", "totalPeriods": 1, "periods": [period], "targets": targets}
    path.write_text(json.dumps(group), encoding="utf-8")


def test_a_group_that_was_reordered_gets_the_rule_at_the_same_target(talk: Talk) -> None:
    path = talk.folder / "two.json"
    two_targets(path, "Two", "Other")
    talk.do(f":open {path} 2")
    talk.do(RULE)
    two_targets(path, "Other", "Two")
    assert "the rule of the target Other" in talk.do(f":export {path}")
    rules = {one["name"]: one["expression"] for one in json.loads(path.read_text(encoding="utf-8"))["targets"]}
    assert rules == {"Other": RULE, "Two": "true"}
    two_targets(path, "Two", "Third")
    assert "no target 'Other' now; nothing was written" in talk.refused(f":export {path}")


def test_undoing_an_export_leaves_what_others_wrote(talk: Talk) -> None:
    talk.do(RULE)
    path = talk.folder / "u.json"
    talk.do(f":export {path} 5")
    path.write_text("{}", encoding="utf-8")
    assert "was changed since it was written here" in talk.refused(":undo")
    assert path.read_text(encoding="utf-8") == "{}"


def test_a_new_target_tracks_the_event_that_was_chosen(talk: Talk) -> None:
    path = talk.folder / "e.json"
    talk.do('currentEvent.eventType=="x"')
    assert "`:event NAME`" in talk.refused(f":export {path} 5")
    talk.do(":event GymVisit")
    talk.do('currentCustomer.slabName=="Gold"')
    talk.do(f":export {path} 5")
    made = json.loads(path.read_text(encoding="utf-8"))
    assert (made["targetEntity"], made["targetType"], made["eventName"]) == ("EVENT", "COUNT", "GymVisit")


# ---- several sessions ------------------------------------------------------------------------------------------------


def group_file(folder: Path) -> Path:
    path = folder / "group.json"
    path.write_text('{"name": "group", "targets": []}', encoding="utf-8")
    return path


def names_in(path: Path) -> list[str]:
    return [target["name"] for target in json.loads(path.read_bytes())["targets"]]


def test_sessions_that_export_at_once_lose_nothing(tmp_path: Path) -> None:
    """Reported: 24 exports of four sessions, all acknowledged, left 10."""
    path = group_file(tmp_path)
    program = (
        "import sys\nfrom pathlib import Path\nfrom tests.repl.commands import Talk\n"
        f"talk = Talk(Path({str(tmp_path)!r}) / sys.argv[1])\n"
        "talk.folder.mkdir()\n"
        "print('ready', flush=True)\nsys.stdin.readline()\n"
        "for number in range(6):\n"
        "    talk.do('currentTxn.value>500')\n"
        "    talk.do(f':save {sys.argv[1]}{number}')\n"
        f"    assert 'was added' in talk.do(':export {path} 100')\n"
    )
    sessions = [
        subprocess.Popen(
            [sys.executable, "-c", program, who],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])},
            cwd=Path(__file__).resolve().parents[2],
        )
        for who in "abcd"
    ]
    for session in sessions:
        assert session.stdout is not None
        assert session.stdout.readline() == b"ready\n"
    for session in sessions:
        assert session.stdin is not None
        session.stdin.write(b"go\n")
        session.stdin.close()
    assert [session.wait(120) for session in sessions] == [0, 0, 0, 0]
    assert sorted(names_in(path)) == sorted(f"{who}{number}" for who in "abcd" for number in range(6))


def exporting(talk: Talk, name: str, rule: str, path: Path) -> None:
    talk.do(rule)
    talk.do(f":save {name}")
    talk.do(f":export {path} 100")


@pytest.mark.parametrize(
    "theirs",
    ["currentTxn.value>7", "currentTxn.value>500"],
    ids=["something else", "the same to the letter"],
)
def test_undo_leaves_what_another_session_exported(tmp_path: Path, theirs: str) -> None:
    path = group_file(tmp_path)
    mine, other = Talk(tmp_path), Talk(tmp_path)
    exporting(mine, "shared", "currentTxn.value>500", path)
    exporting(other, "shared", theirs, path)
    there = path.read_bytes()
    assert "it stays as it is" in mine.refused(":undo")
    assert path.read_bytes() == there


def test_undo_of_a_new_file_leaves_the_one_that_another_session_wrote_again(tmp_path: Path) -> None:
    path = tmp_path / "target.json"
    mine, other = Talk(tmp_path), Talk(tmp_path)
    exporting(mine, "shared", "currentTxn.value>500", path)
    exporting(other, "shared", "currentTxn.value>500", path)
    assert "it stays as it is" in mine.refused(":undo")
    assert path.exists()


def test_exports_are_taken_back_one_after_the_other(tmp_path: Path) -> None:
    path = group_file(tmp_path)
    before = path.read_bytes()
    mine, other = Talk(tmp_path), Talk(tmp_path)
    exporting(mine, "first", "currentTxn.value>1", path)
    exporting(other, "second", "currentTxn.value>2", path)
    exporting(mine, "third", "currentTxn.value>3", path)
    assert mine.do(":undo").startswith("undone: export")
    assert names_in(path) == ["first", "second"]
    for _ in range(2):  # the rule that was saved for it, and typed
        mine.do(":undo")
    assert "it stays as it is" in mine.refused(":undo"), "the second is on top"
    assert other.do(":undo").startswith("undone: export")
    assert names_in(path) == ["first"]
    assert mine.do(":undo").startswith("undone: export")
    assert path.read_bytes() == before
