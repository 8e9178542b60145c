"""The database as a file: its name, its mode, damage, earlier layouts, and what happens to it while it is open."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from targetexpr.serve import database_file
from targetexpr.serve.settings import Options
from targetexpr.serve.store import VERSION, Store
from targetexpr.serve.store_errors import StoreError
from tests.serve.conftest import Client, bill, milestone, problems
from tests.serve.processes import served


def refused(path: object) -> StoreError:
    with pytest.raises(StoreError) as caught:
        Store(str(path))
    return caught.value


def filled(path: Path) -> None:
    """A database with a group and records on many pages."""
    with closing(Client(Options(database=str(path)))) as client:
        client.made(milestone())
        client.feed(*(bill(f"b{place}", place % 50, "2024-01-05", 50) for place in range(1000)))


# Its name


@pytest.mark.parametrize(
    "name",
    [
        "file:a.sqlite3?mode=memory",  # SQLite means it, and would keep nothing
        "file:a.sqlite3",
        "FILE:a.sqlite3?mode=ro",
        "sqlite:///a.sqlite3",
        "sqlite+pysqlite:///a.sqlite3",
        "postgresql://localhost/a",
        "jdbc:sqlite:a.sqlite3",
        ":memory:?cache=shared",
        ":memory",
    ],
)
def test_a_uri_is_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    problem = refused(name)
    assert problem.reason == "database-uri"
    assert "looks like a URI" in problem.message
    assert ":memory:" in problem.message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["./file:a.sqlite3", "a?b=c#d%20", "ä b.sqlite3", "a.b:c"])
def test_names_that_are_odd_and_no_uris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    if name == "a.b:c":
        assert refused(name).reason == "database-uri", "it is the shape of a scheme"
        name = f"./{name}"
    Store(name).close()
    assert [one.name for one in tmp_path.iterdir()] == [name.removeprefix("./")]


def test_a_name_with_nul() -> None:
    assert refused("a\0b").reason == "database-unreachable"


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link to nowhere"])
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.sqlite3"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/null")
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to(tmp_path / "nowhere" / "b.sqlite3")
    problem = refused(path)
    assert problem.reason == "database-unreachable"
    assert "cannot be opened" in problem.message


def test_a_link_to_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite3").symlink_to(tmp_path / "b.sqlite3")
    filled(tmp_path / "a.sqlite3")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.sqlite3", "b.sqlite3"]


# Who may read it


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {one.name: stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()}


@pytest.mark.usefixtures("open_umask")
def test_only_the_user_of_the_server_reads_it(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "a.sqlite3"))
    assert modes(tmp_path) == dict.fromkeys(["a.sqlite3", "a.sqlite3-wal", "a.sqlite3-shm"], 0o600)
    store.close()


@pytest.mark.usefixtures("open_umask")
def test_a_file_that_others_could_read_is_kept_from_them(tmp_path: Path) -> None:
    filled(tmp_path / "a.sqlite3")
    (tmp_path / "a.sqlite3").chmod(0o664)
    store = Store(str(tmp_path / "a.sqlite3"))
    assert modes(tmp_path) == dict.fromkeys(["a.sqlite3", "a.sqlite3-wal", "a.sqlite3-shm"], 0o600)
    store.close()


def test_a_file_of_something_else_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs(a)")
    path.chmod(0o664)
    assert refused(path).reason == "database-foreign"
    assert modes(tmp_path) == {"a.sqlite3": 0o664}


# Damage that is there when it is opened


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 5000)


def shortened(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 4096 // 2 * 4096)


def without_index(path: Path) -> None:
    """Pages that are sound each by itself, and belong to nothing."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("DELETE FROM sqlite_master WHERE name='records_id'")
        connection.commit()


@pytest.mark.parametrize("damage", [overwritten, shortened, without_index])
def test_a_damaged_file_is_told_at_once(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    path = tmp_path / "a.sqlite3"
    filled(path)
    damage(path)
    before = path.read_bytes()
    problem = refused(path)
    assert problem.reason == "database-corrupt"
    assert "restore a copy" in problem.message
    assert path.read_bytes() == before, "it is left as it is"


def test_an_empty_file_beside_a_full_journal_is_not_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    store = Store(str(path))
    with store.write() as rows:
        rows.add_users(["5"])
    journal = tmp_path / "a.sqlite3-wal"
    kept = journal.read_bytes()
    store.close()
    os.truncate(path, 0)
    journal.write_bytes(kept)
    assert refused(path).reason == "database-truncated"
    assert journal.read_bytes() == kept


def test_an_empty_file_is_begun(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    path.touch()
    filled(path)
    Store(str(path)).close()


def test_many_that_begin_with_one_file_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "a.sqlite3")
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: Store(path), range(8)))
    for place, store in enumerate(stores):
        with store.write() as rows:
            assert rows.add_users([str(place)]) == 1
    for store in stores:
        store.close()


# Earlier layouts


def first_layout(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE told")
        connection.execute("PRAGMA user_version=1")


@pytest.mark.usefixtures("open_umask")
def test_a_file_of_an_earlier_layout_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    first_layout(path)
    store = Store(str(path))
    copy = tmp_path / "a.sqlite3.layout-1.backup"
    assert store.backup == copy
    store.close()
    assert modes(tmp_path) == {"a.sqlite3": 0o600, copy.name: 0o600}
    for file, layout, tables in ((copy, 1, 0), (path, VERSION, 1)):
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (layout,)
            assert connection.execute("SELECT count(*) FROM records").fetchone() == (1000,)
            told = connection.execute("SELECT count(*) FROM sqlite_master WHERE name='told'").fetchone()
            assert told == (tables,)
    again = Store(str(path))
    assert again.backup is None, "there is nothing more to change"
    again.close()


def test_a_copy_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    first_layout(path)
    first = tmp_path / "a.sqlite3.layout-1.backup"
    first.write_text("kept")
    store = Store(str(path))
    assert store.backup == tmp_path / "a.sqlite3.layout-1-2.backup"
    store.close()
    assert first.read_text() == "kept"


def test_without_room_for_a_copy_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.sqlite3"
    first_layout(path)
    made = os.open

    def without_room(name: object, *how: int) -> int:
        if str(name).endswith(".backup"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return made(name, *how)  # type: ignore[arg-type]

    monkeypatch.setattr(database_file.os, "open", without_room)
    problem = refused(path)
    assert (problem.reason, "the disk is full" in problem.message) == ("database-full", True)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def test_the_server_says_where_the_copy_is(tmp_path: Path) -> None:
    first_layout(tmp_path / "a.sqlite3")
    with served(tmp_path, "--database", "a.sqlite3") as server:
        assert "a.sqlite3.layout-1.backup" in server.said().partition("{")[0]


# What happens to it while it is open


def removed(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def halved(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("which", ["a.sqlite3", "a.sqlite3-wal"])
@pytest.mark.parametrize(
    ("change", "reason"), [(removed, "database-gone"), (emptied, "database-truncated"), (halved, "database-truncated")]
)
@pytest.mark.parametrize("when", ["before", "during"])
def test_a_file_that_is_taken_away_or_cut_short_is_noticed_before_a_write_is_acknowledged(
    tmp_path: Path, which: str, change: Callable[[Path], None], reason: str, when: str
) -> None:
    path = tmp_path / "a.sqlite3"
    filled(path)
    with closing(Client(Options(database=str(path)))) as client:
        client.made(milestone("Other"))
        if when == "before":
            change(tmp_path / which)
            answer = client.post("/sandbox/users", [1, 2])
            assert (answer.status_code, problems(answer)) == (503, [(None, reason, None)])
            assert "retry-after" not in answer.headers, "it does not pass by itself"
            assert client.get("/sandbox/health").status_code == 503
            return

        def write() -> None:
            with client.store.write() as rows:
                rows.add_users(["1"])
                change(tmp_path / which)

        with pytest.raises(StoreError) as caught:
            write()
        assert caught.value.reason in (reason, "database-corrupt", "database-io")


def test_a_file_that_grows_and_is_folded_is_none_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with closing(Client(Options(database=str(path)))) as client, closing(sqlite3.connect(path)) as other:
        for number in range(30):
            client.feed(*(bill(f"{number}-{place}", place, "2024-01-05", 50) for place in range(200)))
            other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        assert client.post("/sandbox/reset").status_code == 200
        client.made(milestone())


# No room where it lies


@pytest.mark.parametrize("blocks", [0, 4, 32])
def test_a_disk_that_is_full_at_the_start_is_named(tmp_path: Path, blocks: int) -> None:
    """The size of files is limited for the process, which is how a full disk comes about without one."""
    start = f'ulimit -f {blocks}; exec "{sys.executable}" -m targetexpr serve --port 0 --no-auth --database a.sqlite3'
    done = subprocess.run(["bash", "-c", start], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "cannot grow: the size of files is limited (ulimit -f); make room" in done.stderr
    assert list(tmp_path.iterdir()) == [], "nothing half made is left"


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the quota of the disk is used up")]
)
def test_what_sqlite_calls_an_error_of_the_disk_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    path = tmp_path / "a.sqlite3"
    filled(path)
    (tmp_path / "a.sqlite3-wal").mkdir()  # SQLite cannot open its journal, and does not know why

    def without_room(_: int) -> None:
        raise OSError(number, os.strerror(number))

    assert refused(path).reason == "database-unreachable"
    monkeypatch.setattr(database_file.os, "fsync", without_room)
    problem = refused(path)
    assert (problem.reason, said in problem.message) == ("database-full", True)
