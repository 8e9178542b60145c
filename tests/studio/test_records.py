"""Records in the studio: the numbers of `eval --count`, its complaints, its files, and the explanations of a rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from targetexpr.backtesting.backtest import backtest
from targetexpr.records import kept_table
from targetexpr.records.reader import read_file
from targetexpr.rule import compile as compile_rule
from targetexpr.syntax.printer import to_text
from tests.cli.command import Call
from tests.studio.records import RULES, WRITERS, asked, json_line, rows, sent, written


def evaluated(call: Call, rule: str, path: Path, *more: str) -> Any:
    return json.loads(call("eval", rule, "--data", str(path), "--count", "--output", "json", *more).out)


@pytest.mark.parametrize("ending", WRITERS)
def test_counts_are_those_of_eval(
    page: TestClient, call: Call, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_table, "SEGMENT_ROWS", 16)
    path = written(tmp_path, ending)
    data = sent(page, path)
    for run, rule in enumerate((*RULES, *RULES)):
        found = asked(page, "count", data=data, rule=rule, run=run)
        assert found["counts"] == evaluated(call, rule, path), rule
        assert (found["complete"], found["lacks"]) == (True, [])


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv"])
def test_bad_lines_are_told_as_eval_tells_them(page: TestClient, call: Call, tmp_path: Path, ending: str) -> None:
    path = written(tmp_path, ending)
    data = sent(page, path)
    found = page.get(f"/api/data/{data}/problems").json()
    told = call("eval", RULES[0], "--data", str(path), "--count").err
    assert found["total"] == len(found["rows"]) > 0
    for row in found["rows"]:
        assert f"{row['place']}: {row['message']}\n" in told
        assert row["place"].startswith((f"line {row['line']}", f"row {row['line']}"))
    unread = [one for one in read_file(str(path)) if one.context is None]
    assert [(one.line, one.reason) for one in unread] == [(row["line"], row["message"]) for row in found["rows"]]
    summary = page.get(f"/api/data/{data}").json()
    assert (summary["state"], summary["errors"]) == ("ready", found["total"])
    assert page.get(f"/api/data/{data}/problems", params={"from": "1"}).json()["rows"] == found["rows"][1:]


def test_text_numbers_and_dates_are_read_as_eval_reads_them(page: TestClient, call: Call, tmp_path: Path) -> None:
    """Money, a decimal comma, dates by day: what the rule makes of them depends on what else it reads."""
    path = tmp_path / "bills.csv"
    path.write_text(
        "id;currentTxn.date;currentTxn.value;currentCustomer.extField_age\n"
        "a;31.01.2024;1.200,50;40\nb;2024-02-01;12,5;17\nc;01.02.2024 10:00;600;\nd;NA;$ 3,5;x\n"
    )
    data = sent(page, path)
    for rule in (
        "currentTxn.value>=600",
        "currentTxn.date.isAfter(2024,1,31)",
        "currentCustomer.extField_age>18",
        "currentTxn.value>=12.5&&currentCustomer.extField_age>=17",
    ):
        assert asked(page, "count", data=data, rule=rule)["counts"] == evaluated(call, rule, path), rule


def test_text_dates_of_one_form_are_times(page: TestClient, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "bills.parquet"
    texts = {
        "currentTxn.date": ["2024-01-31T23:30:00Z", "2024-02-01T00:00:00Z", None],
        "currentCustomer.joinDate": ["2024-01-31", "2023-12-31", "2024-02-29"],
        "currentCustomer.birthDate": ["2024-01-31T10:00:00.5+05:30", "2024-02-01T00:00:00+00:00", None],
    }
    pl.DataFrame(texts).write_parquet(path)
    data = sent(page, path)
    for rule in ("currentTxn.date.isAfter(2024,1,31)", "currentTxn.date>currentCustomer.joinDate"):
        assert asked(page, "count", data=data, rule=rule)["counts"] == evaluated(call, rule, path), rule


def test_a_field_without_a_column_is_null_and_told(page: TestClient, tmp_path: Path) -> None:
    data = sent(page, written(tmp_path, "parquet"))
    found = asked(page, "count", data=data, rule="currentTxn.value>500||currentTxn.totalQty>1")
    values = [row[3] for row in rows(60)]
    yes = sum(isinstance(value, float) and value > 500 for value in values)
    assert found["counts"] == {"records": 60, "yes": yes, "no": 0, "null": 60 - yes, "errors": 0}
    assert found["lacks"] == ["currentTxn.totalQty"]
    alone = asked(page, "count", data=data, rule="currentTxn.totalQty>1")
    assert alone["counts"]["null"] == 60


@pytest.mark.parametrize("ending", WRITERS)
def test_pages(page: TestClient, tmp_path: Path, ending: str) -> None:
    path = written(tmp_path, ending)
    data = sent(page, path)
    rule = RULES[0]
    counts = asked(page, "count", data=data, rule=rule)["counts"]
    for outcome, name in (("yes", "yes"), ("no", "no"), ("null", "null"), ("error", "errors")):
        seen: list[Any] = []
        after = None
        while after is not None or not seen:
            found = asked(page, "page", data=data, rule=rule, outcome=outcome, search="", after=after, size=4)
            assert found["total"] == counts[name]
            assert len(found["rows"]) <= 4
            seen += found["rows"]
            after = found["next"]
            if after is None:
                break
        assert len(seen) == len({row["number"] for row in seen}) == counts[name]
        assert all(row["outcome"] == outcome for row in seen)
        assert all((row["error"] is not None) is (outcome == "error") for row in seen)
    assert found["columns"] == ["currentTxn.value", "currentCustomer.slabName"]
    first = asked(page, "page", data=data, rule=rule, size=1)["rows"][0]
    assert first["values"] == {"currentTxn.value": 0.5, "currentCustomer.slabName": "Gold"}
    assert (first["own"]["id"], first["number"]) == ("b0", 0)
    assert "currentTxn.value" not in first["own"]


def test_error_rows_say_what_eval_says(page: TestClient, call: Call, tmp_path: Path) -> None:
    for ending in ("jsonl", "csv"):
        path = written(tmp_path, ending)
        found = asked(page, "page", data=sent(page, path), rule=RULES[0], outcome="error")
        told = call("eval", RULES[0], "--data", str(path), "--count").err
        assert found["rows"]
        for row in found["rows"]:
            assert f"{row['place']}: {row['error']}\n" in told


def test_search(page: TestClient, tmp_path: Path) -> None:
    for ending in WRITERS:
        data = sent(page, written(tmp_path, ending))
        for search, wanted in (("C3", "c3"), ("b41", "b41")):
            found = asked(page, "page", data=data, rule=RULES[0], search=search, size=100)
            assert found["total"] == len(found["rows"]) > 0
            assert all(wanted in (row["own"]["id"], row["own"]["customerId"]) for row in found["rows"])
        both = asked(page, "page", data=data, rule=RULES[0], search="c3", outcome="no", size=100)
        assert {row["outcome"] for row in both["rows"]} == {"no"}
        assert both["total"] == len(both["rows"]) < found["total"] + 60
        assert asked(page, "page", data=data, rule=RULES[0], search="nowhere")["rows"] == []


def test_search_finds_what_json_writes_with_escapes(page: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "bills.jsonl"
    path.write_text('{"id": "\\u00c9clair \\ud83c\\udf89"}\n{"id": "éclair"}\n{"id": "x"}\n')
    data = sent(page, path)
    assert asked(page, "page", data=data, rule="", search="éclair")["total"] == 2
    assert asked(page, "page", data=data, rule="", search="🎉")["total"] == 1


def test_records_without_a_rule(page: TestClient, tmp_path: Path) -> None:
    for ending in WRITERS:
        found = asked(page, "page", data=sent(page, written(tmp_path, ending)), rule="", size=3)
        assert found["columns"] == []
        assert [row["outcome"] for row in found["rows"]] == [None] * 3
        assert found["rows"][1]["own"]["currentCustomer.slabName"] == "gold "


@pytest.mark.parametrize("rule", RULES)
def test_conditions_are_those_of_a_backtest(page: TestClient, tmp_path: Path, rule: str) -> None:
    wanted = [
        (one.text, one.rejects, one.missing, one.only)
        for one in backtest(compile_rule(rule), [json.loads(json_line(row)) for row in rows(60)]).conditions
    ]
    for ending in ("parquet", "xlsx"):
        found = asked(page, "conditions", data=sent(page, written(tmp_path, ending)), rule=rule)
        assert [(one["text"], one["rejects"], one["missing"], one["only"]) for one in found["conditions"]] == wanted
        for one in found["conditions"]:
            start, end = one["span"]
            assert to_text(compile_rule(rule[start:end], expect=None).expr) == one["text"]


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_conditions_beside_bad_lines(page: TestClient, call: Call, tmp_path: Path, ending: str) -> None:
    path = written(tmp_path, ending)
    found = asked(page, "conditions", data=sent(page, path), rule=RULES[0])
    told = json.loads(call("backtest", RULES[0], "--data", str(path), "--output", "json").out)
    assert found["counts"] == told["counts"]
    shown = [{name: one[name] for name in ("text", "rejects", "missing", "only")} for one in found["conditions"]]
    assert shown == told["conditions"]


# ---- one record


def test_an_explanation_is_that_of_the_rule(page: TestClient, tmp_path: Path) -> None:
    for ending in WRITERS:
        data = sent(page, written(tmp_path, ending))
        for rule in RULES:
            found = asked(page, "explain", data=data, number=3, rule=rule)
            wanted = compile_rule(rule).explain(found["record"])
            assert found["tree"] == json.loads(wanted.to_json())
            assert found["change"] == wanted.change
            assert found["outcome"] == {True: "yes", False: "no", None: "null"}[wanted.value]  # type: ignore[index]


def test_values_are_shown_where_the_rule_reads_them(page: TestClient) -> None:
    rule = 'currentTxn.value>500&&(currentTxn.value<900||currentCustomer.slabName=="Gold")'
    found = asked(page, "explain", rule=rule, record={"currentTxn": {"value": 620.10}, "currentCustomer": {}})
    assert found["outcome"] == "yes"
    first, second = found["reads"]
    assert (first["path"], first["value"], first["text"]) == ("currentTxn.value", 620.1, "620.1")
    assert [rule[start:end] for start, end in first["spans"]] == ["currentTxn.value"] * 2
    assert (second["path"], second["value"], second["text"]) == ("currentCustomer.slabName", None, "missing")


def test_spans_count_units_of_utf_16(page: TestClient) -> None:
    rule = 'currentCustomer.slabName=="🎉 Gold"&&currentTxn.value>500'
    record = {"currentCustomer": {"slabName": "🎉 gold"}, "currentTxn": {"value": 1}}
    found = asked(page, "explain", rule=rule, record=record)
    units = rule.encode("utf-16-le")

    def cut(span: list[int]) -> str:
        return units[span[0] * 2 : span[1] * 2].decode("utf-16-le")

    assert cut(found["tree"]["span"]) == rule
    assert [cut(one["span"]) for one in found["tree"]["operands"]] == rule.split("&&")
    assert [cut(one["spans"][0]) for one in found["reads"]] == ["currentCustomer.slabName", "currentTxn.value"]
    assert cut(found["near"][0]["span"]) == '"🎉 Gold"'


def test_changes_turn_the_verdict(page: TestClient, tmp_path: Path) -> None:
    data = sent(page, written(tmp_path, "parquet"))
    asking = {"data": data, "number": 0, "rule": RULES[0]}
    assert asked(page, "explain", **asking)["outcome"] == "no"
    found = asked(page, "explain", **asking, changes={"currentTxn.value": 620, "currentTxn.number": "n"})
    assert (found["outcome"], found["changed"]) == ("yes", ["currentTxn.value", "currentTxn.number"])
    assert found["record"]["currentTxn"] == {"value": 620, "discount": 0, "number": "n"}
    lost = asked(page, "explain", **asking, changes={"currentCustomer.slabName": None, "currentTxn.value": 620})
    assert lost["outcome"] == "null"
    assert asked(page, "explain", **asking)["record"]["currentTxn"]["value"] == 0.5
    refused = page.post("/api/explain", json={**asking, "changes": {"nothing.value": 1}})
    assert (refused.status_code, "no place in a record" in refused.json()["error"]) == (422, True)


def test_values_that_do_not_fit(page: TestClient) -> None:
    found = asked(page, "explain", rule="currentTxn.value>500", record={"currentTxn": {"value": "a lot"}})
    assert found["outcome"] == "error"
    assert (found["reads"][0]["text"], found["reads"][0]["value"]) == ('"a lot"', None)
    assert found["reads"][0]["error"] == 'currentTxn.value is "a lot", which is not a number'


def test_numbers_are_exact(page: TestClient) -> None:
    text = '{"rule": "currentTxn.value>0.1", "record": {"currentTxn": {"value": 0.10000000000000000001}}}'
    found = page.post("/api/explain", content=text, headers={"content-type": "application/json"})
    assert found.json()["outcome"] == "yes"
    assert '"value": 0.10000000000000000001' in found.text


def test_paths_of_a_record(page: TestClient) -> None:
    record = {"id": 1, "currentTxn": {"value": 1, "own": 2, "extendedFields": {"a/b": 3}}}
    found = asked(page, "explain", rule="currentTxn.value>500", record=record)
    assert {one["pointer"]: one["path"] for one in found["paths"]} == {
        "/currentTxn/value": "currentTxn.value",
        "/currentTxn/extendedFields/a~1b": "currentTxn.extField_a/b",
    }
