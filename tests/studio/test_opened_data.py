"""Files that the studio opens: their columns, what is written of them, how they end, many questions at once."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from targetexpr.rule import compile as compile_rule
from targetexpr.studio import data_routes, json_readings, table_readings
from targetexpr.studio.app import create_app
from targetexpr.studio.data import Data
from targetexpr.studio.studio import Settings, Studio
from tests.cli.command import Call
from tests.studio.conftest import ITS_OWN, PORT, TOKEN
from tests.studio.records import RULES, WRITERS, asked, csv_text, json_line, json_lines, rows, sent, waited, written

# ---- columns


def test_columns_are_mapped(page: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("bill_no,Amount,Tier,till\nb1,620,Gold,3\nb2,80,Silver,4\n")
    data = sent(page, path)
    found = {one["heading"]: one for one in page.get(f"/api/data/{data}/columns").json()["columns"]}
    assert found["Amount"]["proposals"] == ["currentTxn.value"]
    assert found["Amount"]["samples"] == ["620", "80"]
    assert {one["path"] for one in found.values()} == {None}
    rule = 'currentTxn.value>500&&currentCustomer.slabName=="Gold"'
    assert asked(page, "count", data=data, rule=rule)["lacks"] == ["currentTxn.value", "currentCustomer.slabName"]
    mapping = {"Amount": "currentTxn.value", "Tier": "currentCustomer.slabName", "not here": "currentTxn.number"}
    put = page.put(f"/api/data/{data}/columns", json={"mapping": mapping})
    assert put.status_code == 200
    paths = {one["heading"]: (one["path"], one["kind"]) for one in put.json()["columns"]}
    assert paths["Amount"] == ("currentTxn.value", "number")
    assert paths["till"] == (None, None)
    counted = asked(page, "count", data=data, rule=rule)
    assert (counted["counts"]["yes"], counted["counts"]["no"], counted["lacks"]) == (1, 1, [])
    assert asked(page, "page", data=data, rule=rule)["own"] == ["bill_no", "till"]
    wrong = page.put(f"/api/data/{data}/columns", json={"mapping": {"Amount": "nothing.value"}})
    assert wrong.status_code == 422
    assert "`nothing.value` is no place in a record" in wrong.json()["error"]


def test_a_column_can_be_left_out(page: TestClient, tmp_path: Path) -> None:
    data = sent(page, written(tmp_path, "csv"))
    page.put(f"/api/data/{data}/columns", json={"mapping": {"currentTxn.value": None}})
    assert asked(page, "count", data=data, rule="currentTxn.value>1")["lacks"] == ["currentTxn.value"]
    page.put(f"/api/data/{data}/columns", json={"mapping": {}})
    assert asked(page, "count", data=data, rule="currentTxn.value>1")["lacks"] == []


def test_what_can_be_read_in_two_ways_is_asked(page: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("id;currentTxn.value\na;1,234\n")
    data = sent(page, path)
    asking = {"data": data, "rule": "currentTxn.value>100"}
    refused = page.post("/api/count", json=asking)
    assert (refused.status_code, refused.json()["ask"]) == (422, "decimal")
    assert "--read" not in refused.json()["error"]
    for mark, yes in (("point", 1), ("comma", 0)):
        page.put(f"/api/data/{data}/columns", json={"read": {"decimal": mark}})
        assert asked(page, "count", **asking)["counts"]["yes"] == yes


def test_plain_dicts_of_a_profile(page: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "bills.jsonl"
    path.write_text('{"value": 620}\n{"value": 80}\n')
    data = sent(page, path)
    assert page.get(f"/api/data/{data}").json()["proposedProfile"] == "currentTxn"
    assert asked(page, "count", data=data, rule="currentTxn.value>500")["counts"]["errors"] == 2
    assert page.put(f"/api/data/{data}/columns", json={"profile": "currentTxn"}).json()["profile"] == "currentTxn"
    assert asked(page, "count", data=data, rule="currentTxn.value>500")["counts"]["yes"] == 1
    again = sent(page, path, profile="currentTxn")
    assert asked(page, "count", data=again, rule="currentTxn.value>500")["counts"]["yes"] == 1


# ---- files


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "xlsx"])
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_exports_are_the_files_of_eval(page: TestClient, call: Call, tmp_path: Path, ending: str, kind: str) -> None:
    path = written(tmp_path, ending)
    data = sent(page, path)
    for outcome in (None, "yes", "error"):
        only = () if outcome is None else ("--only", outcome)
        target = tmp_path / f"eval-{outcome}.{kind}"
        call("eval", RULES[0], "--data", str(path), "--output", kind, "--to", str(target), *only)
        found = page.post("/api/export", json={"data": data, "rule": RULES[0], "outcome": outcome, "format": kind})
        assert found.status_code == 200, found.text
        assert f'filename="bills{f"-{outcome}" if outcome else ""}.{kind}"' in found.headers["content-disposition"]
        if kind in ("csv", "jsonl"):
            assert found.content == target.read_bytes()
        else:
            assert table(kind, found.content).equals(table(kind, target.read_bytes()))


def table(kind: str, data: bytes) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(data)) if kind == "parquet" else pl.read_excel(io.BytesIO(data))


def test_an_export_begins_with_a_line_that_is_short(page: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("id,currentTxn.value,Till\nb0\nb1,620,3\n")
    data = sent(page, path)
    found = page.post("/api/export", json={"data": data, "rule": "currentTxn.value>500", "format": "csv"})
    assert found.text.splitlines()[0] == "id,currentTxn.value,Till,verdict,error"
    assert found.text.splitlines()[2] == "b1,620,3,yes,"
    assert asked(page, "page", data=data, rule="", size=1)["own"] == ["id", "currentTxn.value", "Till"]


@pytest.mark.parametrize("dense", [1, 10_000])
def test_an_export_is_the_same_by_one_walk_and_by_many(
    page: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dense: int
) -> None:
    monkeypatch.setattr(table_readings, "_DENSE", dense)
    data = sent(page, written(tmp_path, "csv"))
    found = page.post(
        "/api/export", json={"data": data, "rule": "currentTxn.value>500", "outcome": "yes", "format": "jsonl"}
    )
    wanted = [
        row[0] for at, row in enumerate(rows(60)) if at not in (7, 19) and isinstance(row[3], float) and row[3] > 500
    ]
    assert [json.loads(line)["id"] for line in found.text.splitlines()] == wanted


def test_an_export_is_filtered_by_a_search(page: TestClient, tmp_path: Path) -> None:
    data = sent(page, written(tmp_path, "parquet"))
    found = page.post("/api/export", json={"data": data, "rule": RULES[0], "search": "c3", "format": "jsonl"})
    records = [json.loads(line) for line in found.text.splitlines()]
    assert {one["customerId"] for one in records} == {"c3"}
    assert Counter(one["verdict"] for one in records).total() == len([row for row in rows(60) if row[1] == "c3"])


def test_files_of_the_command_line_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGETEXPR_STATE", str(tmp_path / "state"))
    path = written(tmp_path, "csv")
    studio = Studio(Settings(files=(str(path),)))
    (one,) = studio.data
    one.done.wait()
    assert (one.state, one.name) == ("ready", "bills.csv")
    one.close()
    assert path.exists()


def test_what_was_sent_goes_when_it_is_closed(page: TestClient, studio: Studio, tmp_path: Path) -> None:
    folder = Path(studio.data.folder)
    for ending in WRITERS:
        data = sent(page, written(tmp_path, ending))
        assert list(folder.iterdir())
        assert page.delete(f"/api/data/{data}").status_code == 200
        assert list(folder.iterdir()) == []
        assert page.get(f"/api/data/{data}").status_code == 404
        assert page.post("/api/count", json={"data": data, "rule": RULES[0]}).status_code == 404


@pytest.mark.timeout(60)
@pytest.mark.parametrize("ending", ["jsonl", "json", "csv", "parquet"])
def test_reading_is_cancelled(
    page: TestClient, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    begun, going_on = Event(), Event()
    step = Data._step

    def waiting(self: Data, done: int) -> None:
        begun.set()
        going_on.wait()
        step(self, done)

    monkeypatch.setattr(Data, "_step", waiting)
    path = written(tmp_path, ending)
    id_ = page.post("/api/data", params={"name": path.name}, content=path.read_bytes()).json()["id"]
    begun.wait()
    data = studio.data.get(id_)
    assert data is not None
    summary = page.get(f"/api/data/{id_}").json()
    assert (summary["state"], summary["total"], summary["records"]) == ("reading", path.stat().st_size, None)
    assert page.post("/api/count", json={"data": id_, "rule": RULES[0]}).status_code == 409
    assert page.delete(f"/api/data/{id_}").status_code == 200
    going_on.set()
    data.done.wait()
    assert (data.state, data.questions) == ("cancelled", None)
    assert list(Path(studio.data.folder).iterdir()) == []


def test_a_file_that_is_too_large_is_refused(page: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_routes, "MOST_UPLOAD", 100)
    told = page.post("/api/data", params={"name": "bills.csv"}, content=b"x" * 101)
    counted = page.post("/api/data", params={"name": "bills.csv"}, content=(b"x" * 60 for _ in range(2)))
    assert (told.status_code, counted.status_code) == (413, 413)
    assert "larger than 100 bytes" in told.json()["error"]
    assert list(Path(studio.data.folder).iterdir()) == []


def test_search_in_columns_of_every_kind(page: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "bills.parquet"
    columns = {
        "id": ["a", "b"],
        "bytes": [b"\xff", b"b"],
        "list": [["a"], ["b"]],
        "time": pl.Series(["10:00", "11:00"]).str.to_time("%H:%M"),
        "day": pl.Series(["2024-01-31", "2024-02-29"]).str.to_date(),
        "number": [12.5, 620.0],
        "truth": [True, False],
    }
    pl.DataFrame(columns).write_parquet(path)
    data = sent(page, path)
    for search, wanted in (("A", "a"), ("2024-02", "b"), ("12.5", "a"), ("false", "b"), ("620", "b")):
        found = asked(page, "page", data=data, rule="", search=search)["rows"]
        assert [row["own"]["id"] for row in found if row["own"]["id"] == wanted] == [wanted], search
    assert asked(page, "page", data=data, rule="", search="2024-02")["total"] == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bills.csv", b"", "the data is empty: there is no record in bills.csv"),
        ("bills.csv", b"id,value\n", "the data is empty: there is no record in bills.csv"),
        ("bills.jsonl", b"nothing\n" * 3, "no record of bills.jsonl can be read; line 1: Not valid JSON:"),
        ("bills.pdf", b"%PDF-1.4", "bills.pdf is a PDF document; expected JSON"),
        ("bills.parquet", b"PAR1 and no more", "cannot read bills.parquet as Parquet"),
        ("bills.jsonl.gz", gzip.compress(b'{"id": 1}\n', mtime=0)[:-9], "cannot decompress bills.jsonl.gz"),
    ],
)
def test_what_cannot_be_opened_says_why(page: TestClient, studio: Studio, name: str, content: bytes, said: str) -> None:
    id_ = page.post("/api/data", params={"name": name}, content=content).json()["id"]
    found = page.get(f"/api/data/{waited(page, id_)}").json()
    assert found["state"] == "failed"
    assert found["message"].startswith(said)
    assert page.post("/api/count", json={"data": id_, "rule": RULES[0]}).json()["error"] == found["message"]
    assert list(Path(studio.data.folder).iterdir()) == []


def test_without_the_libraries_of_tables_json_opens(
    page: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for name in ("polars", "pyarrow", "fastexcel", "duckdb"):
        monkeypatch.setitem(sys.modules, name, None)
    for ending in ("jsonl", "json"):
        data = sent(page, tmp_path / _written_plainly(tmp_path, ending))
        assert asked(page, "count", data=data, rule=RULES[0])["counts"]["records"] > 50
        assert asked(page, "conditions", data=data, rule=RULES[0])["conditions"]
        assert asked(page, "page", data=data, rule=RULES[0], search="c3")["rows"]
    for name in ("bills.csv", "bills.parquet"):
        content = csv_text().encode() if name == "bills.csv" else b"PAR1"
        id_ = page.post("/api/data", params={"name": name}, content=content).json()["id"]
        assert "pip install 'targetexpr[tables]'" in page.get(f"/api/data/{waited(page, id_)}").json()["message"]


def _written_plainly(tmp_path: Path, ending: str) -> str:
    WRITERS[ending](tmp_path / f"bills.{ending}")
    return f"bills.{ending}"


# ---- many questions


def test_older_runs_are_cancelled(page: TestClient, tmp_path: Path) -> None:
    data = sent(page, written(tmp_path, "jsonl"))
    asking = {"data": data, "rule": RULES[0]}
    assert asked(page, "count", **asking, run=7)
    assert asked(page, "conditions", **asking, run=7)
    older = page.post("/api/count", json={**asking, "run": 6})
    assert (older.status_code, older.json()["cancelled"]) == (409, True)
    assert asked(page, "count", **asking, run=6, window="another")


def test_a_count_ends_when_a_later_one_comes(page: TestClient, studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "bills.jsonl"
    path.write_text("".join(f"{json_line(row)}\n" for row in rows(60)) * 100)
    data = studio.data.get(sent(page, path))
    assert data is not None
    assert data.questions is not None

    class Later(Exception):
        pass

    seen: list[object] = []

    def check() -> None:
        assert data.questions is not None
        seen.append(data.questions.progress)
        if len(seen) == 3:
            raise Later

    rule = compile_rule(RULES[0])
    with pytest.raises(Later):
        data.questions.counted(rule, check)
    assert data.questions.progress is None
    assert all(isinstance(one, dict) and one["total"] == 6_000 and one["done"] < 6_000 for one in seen[1:])
    assert data.questions.counted(rule, lambda: None).records == 6_000


@pytest.mark.timeout(60)
def test_a_question_ends_when_the_page_gives_it_up(
    page: TestClient, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = sent(page, written(tmp_path, "jsonl"))

    def endless(self: object, step: Callable[[int], None]) -> bytes:
        del self
        while True:
            step(0)
            sleep(0.001)

    monkeypatch.setattr(json_readings._JsonReading, "verdicts", endless)
    body = json.dumps({"data": data, "rule": RULES[0]}).encode()
    came = [{"type": "http.request", "body": body, "more_body": False}, {"type": "http.disconnect"}]
    said: list[Any] = []

    async def receive() -> Any:
        return came.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    headers = [*ITS_OWN.items(), ("content-type", "application/json")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/count",
        "raw_path": b"/api/count",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(create_app(studio, TOKEN, PORT)(scope, receive, send))
    assert said[0]["status"] == 409
    assert json.loads(said[1]["body"])["cancelled"] is True


def test_columns_are_made_what_rules_read_once(
    page: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = sent(page, written(tmp_path, "csv"))
    made: list[str] = []
    typed = table_readings.TableRows._typed

    def watched(self: Any, typing: Any, cells: Any) -> Any:
        made.append(cells.place.name)
        return typed(self, typing, cells)

    monkeypatch.setattr(table_readings.TableRows, "_typed", watched)
    for run, number in enumerate(("5", "50", "500")):
        asked(page, "count", data=data, rule=f"currentTxn.value>{number}", run=run)
    asked(page, "count", data=data, rule=RULES[0])
    assert made == ["currentTxn.value", "currentCustomer.slabName"]


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("count", {"data": "x", "rule": "1==1"}, 404),
        ("count", {"rule": 1}, 404),
        ("page", {"outcome": "maybe"}, 400),
        ("page", {"size": 501}, 400),
        ("page", {"after": -1}, 400),
        ("export", {"format": "doc"}, 400),
        ("explain", {"number": 1_000}, 404),
        ("explain", {"changes": []}, 400),
        ("count", {"event": "Nothing"}, 422),
        ("count", {"schema": "elsewhere"}, 422),
        ("count", {"rule": "currentTxn.valu>500"}, 422),
        ("count", {"rule": "currentTxn.value"}, 422),
    ],
)
def test_questions_that_are_wrong(
    page: TestClient, tmp_path: Path, what: str, body: dict[str, object], status: int
) -> None:
    data = sent(page, written(tmp_path, "jsonl"))
    given = {"data": data, "rule": RULES[0], **body} if "rule" not in body or "data" in body or status != 404 else body
    answer = page.post(f"/api/{what}", json=given)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]
    if "valu>" in str(body.get("rule")):
        (one,) = answer.json()["diagnostics"]
        assert (one["code"], one["span"]) == ("unknown-attribute", [11, 15])


def test_names_of_files_lead_nowhere(page: TestClient, studio: Studio) -> None:
    for name in ("../../bills.jsonl", "C:\\data\\bills.jsonl", "/etc/bills.jsonl"):
        id_ = page.post("/api/data", params={"name": name}, content=json_lines().encode()).json()["id"]
        assert page.get(f"/api/data/{waited(page, id_)}").json()["name"] == "bills.jsonl"
    assert page.post("/api/data", params={"name": ""}, content=b"{}").status_code == 400
    assert {one.parent for one in Path(studio.data.folder).rglob("*")} == {Path(studio.data.folder)}
