"""What the page asks first, and the work that is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import targetexpr
from targetexpr.lang.schema.schema import Schema
from targetexpr.studio import session
from targetexpr.studio.app import create_app
from targetexpr.studio.studio import Settings, Studio
from targetexpr.studio.work import MOST_WORK
from tests.studio.conftest import ITS_OWN, ORIGIN, PORT, TOKEN


def test_what_can_be_opened_and_chosen(page: TestClient) -> None:
    said = page.get("/api/session").json()
    assert said["version"] == targetexpr.__version__
    assert (said["tables"], said["missing"]) == (True, None)
    assert {"jsonl", "json", "csv", "xlsx", "parquet"} <= set(said["formats"])
    assert (said["schema"], said["event"], said["timezone"], said["warnings"]) == ("bundled", None, "UTC", [])
    assert [one["id"] for one in said["schemas"]] == ["bundled"]
    assert {one["name"] for one in said["events"]} == set(Schema.bundled().events)
    assert said["limits"]["work"] == MOST_WORK


def test_without_tables_it_says_what_to_install(page: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: None if name == "polars" else object())
    said = page.get("/api/session").json()
    assert (said["tables"], said["formats"]) == (False, ["jsonl", "json"])
    assert "pip install 'targetexpr[studio,tables]'" in said["missing"]


def test_a_schema_file_comes_first_and_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGETEXPR_STATE", str(tmp_path / "state"))
    path = tmp_path / "mine.toml"
    path.write_text('[profiles.currentTxn.attributes]\nshelf = "string"\n')
    studio = Studio(Settings(schema=str(path), event="TransactionAdd", timezone="Asia/Kolkata"))
    with TestClient(create_app(studio, TOKEN, PORT), base_url=ORIGIN, headers=dict(ITS_OWN)) as page:
        said = page.get("/api/session").json()
        assert (said["schema"], said["event"], said["timezone"]) == ("file", "TransactionAdd", "Asia/Kolkata")
        assert [one["id"] for one in said["schemas"]] == ["file", "bundled"]
        assert str(tmp_path) not in json.dumps(said), "paths are nothing to the page"
        environment = studio.environment()
        assert environment.schema is not None
        assert environment.schema.profiles["currentTxn"].attributes["shelf"] is not None
        assert (environment.event, environment.timezone) == (None, "Asia/Kolkata")
        assert studio.environment("bundled").schema is None
        path.write_text("[profiles")
        (warning,) = page.get("/api/session").json()["warnings"]
        assert "the schema file is invalid" in warning


def test_work_is_kept_as_it_was_sent(page: TestClient, tmp_path: Path) -> None:
    assert page.get("/api/work").json() == {}
    for work in ({"rule": "a\u2028😀\ud7ff", "mapping": {"Bill No": "currentTxn.number", "": None}}, {"rule": ""}, {}):
        assert page.put("/api/work", json=work).json() == {}
        assert page.get("/api/work").json() == work
    assert (tmp_path / "state" / "studio").stat().st_mode & 0o777 == 0o700


def test_work_survives_the_end(page: TestClient) -> None:
    page.put("/api/work", json={"rule": "currentTxn.value>5 😀"})
    again = create_app(Studio(Settings()), "another-token", PORT + 1)
    origin = f"http://127.0.0.1:{PORT + 1}"
    with TestClient(again, base_url=origin, headers={"authorization": "Bearer another-token"}) as other:
        assert other.get("/api/work").json() == {"rule": "currentTxn.value>5 😀"}
        old = other.get("/api/work", headers={"authorization": f"Bearer {TOKEN}"})
        assert (old.status_code, "of an earlier start" in old.json()["error"]) == (401, True)


def padded(size: int) -> bytes:
    """An object of that many bytes."""
    empty = b'{"rule": ""}'
    return empty[:-2] + b"x" * (size - len(empty)) + empty[-2:]


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (padded(MOST_WORK + 1), "application/json", 413, "larger than 1,000,000 bytes"),
        (b"{", "application/json", 400, "Not valid JSON"),
        (b"\xff", "application/json", 400, "Not valid JSON"),
        (b"[" * 100_000, "application/json", 400, "Not valid JSON"),
        (b"[]", "application/json; charset=utf-8", 400, "Expected a JSON object."),
        (b"{}", "text/plain", 415, "Expected JSON"),
        (b"{}", "", 415, "Expected JSON"),
    ],
    ids=["large", "open", "bytes", "deep", "list", "text", "untold"],
)
def test_what_is_no_work_is_refused(page: TestClient, body: bytes, kind: str, status: int, said: str) -> None:
    page.put("/api/work", json={"rule": "kept"})
    answer = page.put("/api/work", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert said in answer.json()["error"]
    assert page.get("/api/work").json() == {"rule": "kept"}


def test_the_largest_work_is_kept(page: TestClient) -> None:
    body = padded(MOST_WORK)
    assert page.put("/api/work", content=body, headers={"content-type": "application/json"}).status_code == 200
    assert page.get("/api/work").json() == json.loads(body)


def test_a_body_whose_length_is_not_told_is_not_read_to_its_end(page: TestClient) -> None:
    sent = 0

    def chunks() -> Any:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b" " * 100_000

    answer = page.put("/api/work", content=chunks(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("spoiled", [b"{", b"[]", b"\xff"], ids=str)
def test_spoiled_work_is_put_aside_and_said(page: TestClient, tmp_path: Path, spoiled: bytes) -> None:
    page.put("/api/work", json={"rule": "a"})
    kept = tmp_path / "state" / "studio" / "work.json"
    kept.write_bytes(spoiled)
    answer = page.get("/api/work")
    assert answer.status_code == 409
    assert "cannot be read" in answer.json()["error"]
    assert kept.with_name("work-unreadable.json").read_bytes() == spoiled
    assert page.get("/api/work").json() == {}


def test_work_that_cannot_be_written_is_said(page: TestClient, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder would be")
    answer = page.put("/api/work", json={"rule": "a"})
    assert answer.status_code == 507
    assert "Your work cannot be kept in" in answer.json()["error"]


@pytest.mark.parametrize("path", ["/api/nothing", "/api", "/nothing", "/lsp"])
def test_what_is_not_there(page: TestClient, path: str) -> None:
    assert (page.get(path).status_code, page.get(path).json()["error"]) == (
        404,
        "There is nothing at this address; the page is at `/`.",
    )


def test_what_is_asked_in_another_way(page: TestClient) -> None:
    answer = page.delete("/api/work")
    assert answer.status_code == 405
    assert answer.json() == {"error": "`DELETE` is not answered here; expected `GET` or `PUT`."}


def test_a_fault_is_said_without_what_it_is(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> object:
        raise ZeroDivisionError("of the studio")

    monkeypatch.setattr(studio.work, "read", broken)
    app = create_app(studio, TOKEN, PORT)
    with TestClient(app, base_url=ORIGIN, headers=dict(ITS_OWN), raise_server_exceptions=False) as page:
        answer = page.get("/api/work")
    assert answer.status_code == 500
    assert "a fault of its own" in answer.json()["error"]
    assert "of the studio" not in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


# ---- the page itself


def test_the_page_is_sent_once(page: TestClient) -> None:
    page.headers.pop("authorization")
    first = page.get("/")
    assert (first.status_code, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    for shown in (tag, f'"other", {tag}'):
        again = page.get("/", headers={"if-none-match": shown})
        assert (again.status_code, again.content) == (304, b"")
    assert page.get("/", headers={"if-none-match": '"other"'}).status_code == 200
    assert page.head("/").status_code == 200
