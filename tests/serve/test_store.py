"""The database: what it refuses to open, what it survives, and what a request is told when it fails."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from targetexpr.serve.rows import GroupRow
from targetexpr.serve.settings import Credential, Options
from targetexpr.serve.store import Store
from targetexpr.serve.store_errors import StoreError
from tests.serve.conftest import Client, bill, milestone, problems
from tests.serve.processes import in_one_of


def group(id: int) -> GroupRow:
    return GroupRow(id, True, False, "{}", "{}", 0)


def test_what_is_written_is_there_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "a.sqlite3")
    one = Client(Options(database=path))
    one.at("2024-01-15T00:00:00Z")
    made = one.made(milestone())
    one.feed(bill("b", 5, "2024-01-05", 50))
    read = one.get(f"/v3/targetGroups/{made['id']}").json()
    one.close()
    other = Client(Options(database=path))
    assert other.get(f"/v3/targetGroups/{made['id']}").json() == read
    assert other.get("/sandbox/health").json()["data"]["records"] == 1
    assert other.get("/sandbox/clock").json()["data"]["frozen"] is True
    assert problems(other.post("/v3/targetGroups", milestone()))[0][0] == 310069
    other.close()


def test_a_transaction_that_fails_leaves_nothing() -> None:
    store = Store()

    def half() -> None:
        with store.write() as rows:
            rows.add_group(group(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with store.read() as rows:
        assert rows.count_groups() == 0
    store.close()


def test_an_unknown_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no folder .*; make it first"):
        Store(str(tmp_path / "nowhere" / "a.sqlite3"))


def test_no_name() -> None:
    with pytest.raises(StoreError, match="needs a name"):
        Store("")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("not a database, and long enough to be looked at as one" * 50)
    with pytest.raises(StoreError, match="is not an SQLite database"):
        Store(str(path))
    assert path.read_text().startswith("not a database")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(str(tmp_path))


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs(a)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is a database of something else"):
        Store(str(path))
    assert path.read_bytes() == before


def test_a_database_of_another_version(tmp_path: Path) -> None:
    path = str(tmp_path / "a.sqlite3")
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreError, match=r"another version \(layout 99"):
        Store(path)


def test_a_database_that_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("targetexpr.serve.store._WAIT", 0.05)
    path = str(tmp_path / "a.sqlite3")
    client = Client(Options(database=path))
    client.made(milestone("One"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = client.post("/v3/targetGroups", milestone("Two"))
    assert (answer.status_code, problems(answer)) == (503, [(None, "database-locked", None)])
    assert answer.headers["retry-after"] == "2"
    assert client.get("/v3/targetGroups").status_code == 200, "reading goes on"
    with pytest.raises(StoreError, match="is locked by another process"):
        Store(path)
    other.execute("ROLLBACK")
    other.close()
    assert client.made(milestone("Two"))["id"] == 2
    client.close()


def test_while_it_is_locked_writers_wait_together_and_readers_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("targetexpr.serve.store._WAIT", 0.5)
    path = str(tmp_path / "a.sqlite3")
    store = Store(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def write(_: int) -> str:
        try:
            with store.write():
                return "written"
        except StoreError as problem:
            return problem.reason

    begin = monotonic()
    assert write(0) == "database-locked"
    alone = monotonic() - begin

    def together() -> bool:
        """No reader waits for a writer, and writers wait together, not one after the other."""
        begin = monotonic()
        with ThreadPoolExecutor(10) as pool:
            waiting = [pool.submit(write, number) for number in range(10)]
            for _ in range(20):
                with store.read() as rows:
                    assert rows.count_groups() == 0
            reads = not any(one.done() for one in waiting)
            assert [one.result() for one in waiting] == ["database-locked"] * 10
        return reads and monotonic() - begin < 5 * alone

    assert in_one_of(5, together)
    monkeypatch.setattr("targetexpr.serve.store._WAIT", 90.0)
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(write, 0)
        other.execute("ROLLBACK")
        assert late.result() == "written", "a lock that goes in time is no problem"
    other.close()
    store.close()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_was_taken_away_is_told(tmp_path: Path, replaced: bool) -> None:
    path = tmp_path / "a.sqlite3"
    client = Client(Options(database=str(path)))
    client.made(milestone("One"))
    path.unlink()
    if replaced:
        Store(str(path)).close()
    for method, asked in (("POST", "/sandbox/reset"), ("PUT", "/sandbox/settings"), ("GET", "/v3/targetGroups/1")):
        answer = client.ask(method, asked, content=b'{"orgId": 7}' if method == "PUT" else b"")
        assert (answer.status_code, problems(answer)) == (503, [(None, "database-gone", None)])
        assert "start the sandbox again" in answer.json()["errors"][0]["message"]
        assert "retry-after" not in answer.headers, "it does not pass by itself"
        assert str(path) in answer.text
    client.close()


def test_without_credentials_nobody_is_told_where_the_database_lies(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    client = Client(Options(database=str(path), credential=Credential(name="a", password="b")))
    path.unlink()
    answer = client.get("/sandbox/health")
    assert (answer.status_code, problems(answer)) == (503, [(None, "database-gone", None)])
    assert str(tmp_path) not in answer.text
    client.close()


def test_a_database_that_is_full_and_one_that_is_read_only(tmp_path: Path) -> None:
    client = Client(Options(database=str(tmp_path / "a.sqlite3")))
    client.made(milestone("One"))
    run = client.store._connection.execute
    pages = run("PRAGMA page_count").fetchone()[0]
    run(f"PRAGMA max_page_count={pages}")
    records = [bill(f"b{place}", 5, "2024-01-05", 50) for place in range(2000)]
    answer = client.post("/sandbox/records", records)
    assert (answer.status_code, problems(answer)) == (503, [(None, "database-full", None)])
    assert client.get("/sandbox/health").json()["data"] == {"status": "ok", "groups": 1, "users": 0, "records": 0}
    run("PRAGMA max_page_count=1073741823")
    run("PRAGMA query_only=1")
    answer = client.post("/sandbox/records", records[:1])
    assert (answer.status_code, problems(answer)) == (503, [(None, "database-read-only", None)])
    assert client.get("/v3/targetGroups/1").status_code == 200
    run("PRAGMA query_only=0")
    client.feed(*records)
    client.close()
