"""`target check`, `show`, `verify` and `diff` of bodies that are not one group, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from targetexpr.cli.main import main
from tests.targets.test_bodies import EVENT, GROUP, LATER, LEVEL, NAME_CHECK, PERIOD, PROGRESS, TARGET, UPDATE, answer

PAYLOADS = Path(__file__).parents[1] / "data" / "payloads"
REQUEST = PAYLOADS / "create-streak-group.request.json"
RESPONSE = PAYLOADS / "create-streak-group.response.json"


class Files:
    """Runs `target` on documents written to files."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def write(self, name: str, document: Any) -> str:
        file = self.folder / name
        file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return str(file)

    def run(self, *words: str) -> tuple[int, str, str]:
        status = main(["target", *words])
        out = self.capsys.readouterr()
        return status, out.out.replace(f"{self.folder}/", ""), out.err.replace(f"{self.folder}/", "")


@pytest.fixture
def files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Files:
    return Files(tmp_path, capsys)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([PERIOD, LATER], "2 periods, no errors (checked without the group)"),
        ([TARGET], "1 target, no errors (checked without the group)"),
        (UPDATE, "1 update of a unified group, no errors (checked without the group)"),
        (answer([{"id": 1, **GROUP}, {"id": 2, **GROUP}]), "2 target groups, no errors"),
        (
            answer([EVENT]),
            "1 tracked event, no errors (its members are checked; there is no rule in it, and nothing to send)",
        ),
        (answer([]), "1 empty list, no errors (there is nothing in it to check)"),
        (
            NAME_CHECK,
            "1 name check, no errors (which names, customers and periods there are, only the platform knows)",
        ),
        ([GROUP, PERIOD, TARGET], "1 target group, 1 period and 1 target, no errors (checked without the group)"),
    ],
)
def test_check_says_what_a_body_is_and_what_cannot_be_checked(document: Any, said: str, files: Files) -> None:
    status, out, err = files.run("check", files.write("body.json", document))
    assert (status, out, err) == (0, f"body.json: {said}\n", "")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"id": 5},
            "body.json:1:1: error[unknown-body 300004] at the top: Unknown body: an object with `id` is nothing",
        ),
        ([1], "body.json:1:2: error[unknown-body 300004] at /0: Unknown body: a number is nothing"),
        ("{", "body.json:1:2: error[json-syntax 300004] at the top: Not valid JSON:"),
    ],
)
def test_a_body_of_no_known_kind_ends_with_two(document: Any, said: str, files: Files) -> None:
    status, out, err = files.run("check", files.write("body.json", document))
    assert (status, out) == (2, "")
    assert err.startswith(said)
    status, out, _ = files.run("show", files.write("body.json", document))
    assert (status, out) == (2, "")


def test_other_files_are_checked_beside_one_that_cannot_be_read(files: Files) -> None:
    broken, good = files.write("broken.json", "{"), files.write("good.json", GROUP)
    status, out, err = files.run("check", broken, good)
    assert (status, out) == (2, "good.json: no errors\n")
    assert err.startswith("broken.json:1:2: error[json-syntax")


def test_check_as_json_has_the_shape_of_check(files: Files) -> None:
    """A result for each body, as `targetexpr check` has one for each rule."""
    file = files.write("body.json", answer([PERIOD, {**LATER, "endDate": "2020-01-01"}]))
    status, out, _ = files.run("check", "--output", "json", file)
    data = json.loads(out)
    assert (status, data["ok"]) == (1, False)
    first, second = data["results"]
    assert first == {"source": "body.json", "pointer": "/data/0", "kind": "period", "ok": True, "diagnostics": []}
    assert (second["pointer"], second["ok"]) == ("/data/1", False)
    (found,) = second["diagnostics"]
    assert (found["code"], found["pointer"], found["number"]) == ("period-ends-before-start", "/data/1/endDate", None)
    assert found["start"] == {"line": 1, "column": Path(file).read_text().index('"2020') + 1}


def test_check_as_sarif_is_that_of_check(files: Files) -> None:
    file = files.write(
        "body.json", {**GROUP, "targets": [{**TARGET, "fitlers": [], "expression": "currentTxn.valu>5"}]}
    )
    status, out, err = files.run("check", "--output", "sarif", file)
    assert (status, err) == (1, "")
    log = json.loads(out)
    assert (log["version"], log["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = log["runs"]
    results = {one["ruleId"]: one for one in run["results"]}
    renamed, unknown = results["unknown-member"], results["unknown-attribute"]
    assert (renamed["level"], unknown["level"]) == ("warning", "error")
    (place,) = renamed["locations"]
    assert place["logicalLocations"] == [{"fullyQualifiedName": "/targets/0/fitlers"}]
    region = place["physicalLocation"]["region"]
    text = Path(file).read_text()
    assert text[region["charOffset"] : region["charOffset"] + region["charLength"]] == '"fitlers"'
    (fix,) = renamed["fixes"]
    assert fix["properties"]["applicability"] == "safe"
    (change,) = fix["artifactChanges"][0]["replacements"]
    assert change["insertedContent"] == {"text": "filters"}
    assert {run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] for one in run["results"]} == set(results)


def test_sarif_of_what_is_no_json(files: Files) -> None:
    status, out, _ = files.run("check", "--output", "sarif", files.write("body.json", "{"))
    assert status == 2
    assert [one["ruleId"] for one in json.loads(out)["runs"][0]["results"]] == ["json-syntax"]


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        ([PERIOD], ["1 period", "1  2024-01-01 to 2024-01-07  W1"]),
        ([TARGET], ["1 target", "rule    currentTxn.value > 5", "value   5.0"]),
        ([LEVEL], ["1 streak level", "2 cycles             L"]),
        (UPDATE, ["1 update of a unified group", "threshold at 4", "target t: SALES of TRANSACTION", "deactivates 1"]),
        (answer([EVENT]), ["ADD_TRANSACTION 880613909: 2000.46 towards target 1986 in period 9887"]),
        (
            answer(PROGRESS),
            [
                "user 347286146",
                "g tracks STREAKS",
                "2024-04-30 to 2024-05-29  Cycle_1  spend: 0 of 1000.0 GROSS_SALES",
                "step 3 at 3.0: not reached",
                "level s_1: 2 of 2, ACHIEVED",
            ],
        ),
        (NAME_CHECK, ["is x free as a targetName?"]),
        (
            {**GROUP, "targets": [{**TARGET, "targetMilestoneTriggers": [{"triggerName": "a", "triggerValue": 3}]}]},
            ["step    a at 3"],
        ),
    ],
)
def test_show_of_every_kind(document: Any, lines: list[str], files: Files) -> None:
    status, out, err = files.run("show", files.write("body.json", document))
    assert (status, err) == (0, "")
    shown = [line.strip() for line in out.splitlines()]
    assert all(any(line in one for one in shown) for line in lines), out


def test_show_of_a_list_shows_what_can_be_read_and_tells_the_rest(files: Files) -> None:
    misspelt = {**GROUP, "name": "two", "trackingType": "STREKS"}
    listed = answer([{**GROUP, "name": "one"}, misspelt, {"id": 7}, {**GROUP, "name": "three"}])
    status, out, err = files.run("show", files.write("body.json", listed))
    assert status == 2
    assert [line for line in out.splitlines() if line and not line.startswith(" ")] == ["one", "three"]
    assert "at /data/1/trackingType: Unknown name 'STREKS'; did you mean STREAKS?\n" in err
    assert "at /data/2: Unknown body" in err


def test_show_of_many_groups_shows_each(files: Files) -> None:
    status, out, _ = files.run(
        "show", files.write("body.json", answer([{**GROUP, "name": "one"}, {**GROUP, "name": "two"}]))
    )
    assert status == 0
    assert [line for line in out.splitlines() if line in ("one", "two")] == ["one", "two"]


def test_verify_goes_through_all_groups(files: Files) -> None:
    stale = {**TARGET, "expressionJson": '{"arity":"literal","value":"true","type":"boolean:primitive"}'}
    file = files.write("body.json", answer([GROUP, {**GROUP, "targets": [stale]}]))
    status, out, err = files.run("verify", file)
    assert (status, out) == (1, "body.json: 1 pair, 1 of them wrong\n")
    assert err.startswith("body.json at /data/1/targets/0/expression: differs from its JSON\n")


def test_a_request_and_its_answer_are_the_same(files: Files) -> None:
    assert files.run("diff", str(REQUEST), str(RESPONSE)) == (0, "1 target group: no differences\n", "")
    extended = [str(PAYLOADS / f"create-targets-extended-field.{side}.json") for side in ("request", "response")]
    assert files.run("diff", *extended) == (0, "1 target: no differences\n", "")


@pytest.mark.parametrize(
    ("change", "pointer", "kind"),
    [
        ({"name": "h"}, "/name", "changed"),
        ({"totalPeriods": 2}, "/totalPeriods", "added"),
        ({"periods": [PERIOD, LATER]}, "/periods/1", "added"),
        ({"periods": []}, "/periods/0", "removed"),
        ({"periods": [{**PERIOD, "endDate": "2024-01-06"}]}, "/periods/0/endDate", "changed"),
        ({"targets": [{**TARGET, "expression": "currentTxn.value>6"}]}, "/targets/0/expression", "changed"),
        (
            {"targets": [{**TARGET, "defaultValues": [{"defaultValue": 6}]}]},
            "/targets/0/defaultValues/0/defaultValue",
            "changed",
        ),
        ({"targets": [{**TARGET, "enrolmentMethod": "TRANSACTION"}]}, "/targets/0/enrolmentMethod", "changed"),
    ],
)
def test_diff_names_what_differs(change: dict[str, Any], pointer: str, kind: str, files: Files) -> None:
    one, other = files.write("one.json", GROUP), files.write("other.json", {**GROUP, **change})
    status, out, _ = files.run("diff", "--output", "json", one, other)
    assert status == 1
    data = json.loads(out)
    assert [(found["pointer"], found["change"]) for found in data["differences"]] == [(pointer, kind)]
    status, out, _ = files.run("diff", one, other)
    assert status == 1
    assert out.splitlines()[0].startswith(f"{pointer}: ")
    assert out.splitlines()[-1] == "1 target group: 1 difference"


@pytest.mark.parametrize(
    "change",
    [
        {"id": 7, "createdOn": 1, "active": True, "recurringCycles": -1, "streaks": []},
        {"targets": [{**TARGET, "expression": " ( currentTxn.value > 5.0 ) ", "enrolmentMethod": "IMPORT"}]},
        {"periods": [{**PERIOD, "startDate": "2024-01-01T00:00:00.000Z", "periodStatus": "ENDED"}]},
        {"targets": [{**TARGET, "defaultValues": [{"defaultValue": "5.000"}]}]},
        {"trackingType": "Single", "description": None},
    ],
)
def test_what_means_the_same_is_no_difference(change: dict[str, Any], files: Files) -> None:
    one, other = files.write("one.json", GROUP), files.write("other.json", answer({**GROUP, **change}))
    assert files.run("diff", one, other) == (0, "1 target group: no differences\n", "")
    assert files.run("diff", other, one)[0] == 0


def test_bodies_of_different_kinds_are_not_compared(files: Files) -> None:
    one, other = files.write("one.json", GROUP), files.write("other.json", [PERIOD, LATER])
    status, out, err = files.run("diff", one, other)
    said = "one.json holds 1 target group, other.json holds 2 periods; bodies of different kinds are not compared\n"
    assert (status, out, err) == (1, said, "")
    assert json.loads(files.run("diff", "--output", "json", one, other)[1])["differences"] is None


def test_lists_are_compared_by_name(files: Files) -> None:
    one, other = files.write("one.json", [PERIOD, LATER]), files.write("other.json", answer([LATER, PERIOD]))
    assert files.run("diff", one, other) == (0, "2 periods: no differences\n", "")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([PERIOD, LATER], "Expected one target group, found 2 periods."),
        (answer([{"id": 1, **GROUP}, {"id": 2, **GROUP}]), "Expected one target group, found 2 groups."),
        (NAME_CHECK, "Expected a target group, found a name check."),
        (UPDATE, "Expected a target group, found an update of a unified group."),
        (answer([TARGET]), "Expected a target group, found a target."),
    ],
)
def test_simulate_takes_one_group_and_says_what_else_it_was_given(document: Any, said: str, files: Files) -> None:
    records = files.write("records.jsonl", '{"id":1,"customerId":"c","type":"TransactionAdd","date":"2024-01-01"}')
    status, out, err = files.run("simulate", files.write("body.json", document), "--data", records)
    assert (status, out) == (2, "")
    assert said in err


def test_the_only_group_of_a_list_is_simulated(files: Files) -> None:
    records = files.write("records.jsonl", '{"id":1,"customerId":"c","type":"TransactionAdd","date":"2024-01-01"}')
    for document in ([GROUP], answer([GROUP])):
        status, _, err = files.run("simulate", files.write("body.json", document), "--data", records)
        assert "Expected" not in err
        assert status in (0, 2)  # the record has no transaction, which is told


def test_a_record_is_no_body(files: Files) -> None:
    record = {"id": 1, "customerId": "c", "type": "TransactionAdd", "date": "2024-01-01", "currentTxn": {"value": 5}}
    status, out, err = files.run("check", files.write("record.json", record))
    assert (status, out) == (2, "")
    assert "error[unknown-body" in err


def test_two_refusals_are_compared_by_what_the_platform_says(files: Files) -> None:
    def refusal(code: int) -> str:
        said = {"data": None, "errors": [{"code": code, "message": "no"}]}
        return files.write(f"{code}.json", said)

    assert files.run("diff", refusal(310145), refusal(310145))[0] == 0
    status, out, _ = files.run("diff", refusal(310145), refusal(310011))
    assert (status, out.splitlines()[-1]) == (1, "1 refusal: 1 difference")
