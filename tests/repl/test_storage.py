"""What outlives a session: the book of rules, which people edit too, and drafts."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from targetexpr.base.errors import InputError
from targetexpr.console.state_folder import state_folder
from targetexpr.repl.storage import Draft, RuleBook, Saved, left_behind
from tests.cli.command import PATIENCE
from tests.repl.commands import RULE

BY_HAND = """\
# Ours. Ask Asha before changing these.
owner = "loyalty"  # who to ask

[rules.gold]   # since 2023
expression = 'currentCustomer.slabName=="Gold"'
note = "kept"

# the big ones
[rules."big spender"]
expression = "currentTxn.value>5000"
event = "TransactionAdd"

[other]
rules = 1
"""


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    return RuleBook(str(tmp_path / "rules.toml"))


def text_of(book: RuleBook) -> str:
    return Path(book.path).read_bytes().decode("utf-8")


def test_no_file_is_an_empty_book(book: RuleBook) -> None:
    assert book.all() == {}
    assert not os.path.exists(book.path)


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "a.b",
        'with "quotes"',
        "it's",
        "back\\slash",
        "two words",
        "ünï🎉",
        "[x]",
        "#",
        "=",
        "rules",
        "1",
        "-",
        "__proto__",
        "a" * 200,
    ],
)
@pytest.mark.parametrize("event", [None, "TransactionAdd"])
def test_any_name_is_kept_and_taken_out(book: RuleBook, name: str, event: str | None) -> None:
    rule = Saved(expression=RULE, event=event)
    book.put("first", Saved(expression="true"))
    book.put(name, rule)
    assert book.all() == {"first": Saved(expression="true"), name: rule}
    assert tomllib.loads(text_of(book))["rules"][name]["expression"] == RULE
    book.put(name, None)
    assert book.all() == {"first": Saved(expression="true")}


@pytest.mark.parametrize(
    "expression",
    [
        RULE,
        'currentCustomer.name=="O\'Brien"',
        'currentCustomer.name.matches("^\\d+\\\\s$")',
        "currentTxn.value>1\n  && currentTxn.value<5",
        "a\r\nb",
        "tab\there",
        "'''",
        '"""',
        "\\",
        "bell \x07 escape \x1b nul \x00 del \x7f",
        "curly “quotes” and emoji 🎉",
        "x" * 100_000,
        " ",
    ],
)
def test_any_text_comes_back_as_it_was(book: RuleBook, expression: str) -> None:
    book.put("it", Saved(expression=expression))
    assert book.all() == {"it": Saved(expression=expression)}
    book.put("it", Saved(expression=RULE))
    book.put("it", Saved(expression=expression))
    assert book.all() == {"it": Saved(expression=expression)}


def test_a_rule_is_one_plain_line(book: RuleBook) -> None:
    book.put("gold", Saved(expression='currentCustomer.slabName=="Gold"', event="TransactionAdd"))
    assert '[rules.gold]\nexpression = \'currentCustomer.slabName=="Gold"\'\nevent = "TransactionAdd"\n' in text_of(
        book
    )


def test_what_was_written_by_hand_is_kept(book: RuleBook) -> None:
    Path(book.path).write_text(BY_HAND, encoding="utf-8")
    book.put("gold", Saved(expression="true"))
    after = text_of(book)
    assert after == BY_HAND.replace("'currentCustomer.slabName==\"Gold\"'", "'true'")
    book.put("new", Saved(expression=RULE))
    assert all(line in text_of(book) for line in after.splitlines())
    book.put("new", None)
    assert text_of(book).rstrip() == after.rstrip()
    book.put("big spender", Saved(expression="true"))
    assert "event" not in text_of(book), "it is for no event any more"
    assert "# the big ones" in text_of(book)


def test_lines_end_as_they_did(book: RuleBook) -> None:
    Path(book.path).write_bytes(BY_HAND.replace("\n", "\r\n").encode())
    book.put("gold", Saved(expression="true"))
    assert book.all()["gold"] == Saved(expression="true")
    assert b"# Ours. Ask Asha before changing these.\r\n" in Path(book.path).read_bytes()


@pytest.mark.parametrize(
    "form",
    [
        'rules = { a = { expression = "true" } }\n',
        'rules.a.expression = "true"\n',
        '[rules]\na = { expression = "true" }\n',
        '[rules]\na.expression = "true"\n',
        '[rules.a]\nexpression = """\ntrue"""\n',
        "# only a comment\n",
        "\n",
        'title = "x"',
    ],
)
def test_other_ways_to_write_the_file(book: RuleBook, form: str) -> None:
    Path(book.path).write_text(form, encoding="utf-8")
    before = book.all()
    book.put("b", Saved(expression=RULE, event="Scan"))
    assert book.all() == {**before, "b": Saved(expression=RULE, event="Scan")}
    if before:
        book.put("a", Saved(expression="false"))
        assert book.all() == {"a": Saved(expression="false"), "b": Saved(expression=RULE, event="Scan")}
        book.put("a", None)
    assert book.all() == {"b": Saved(expression=RULE, event="Scan")}
    if "title" in form:
        assert tomllib.loads(text_of(book))["title"] == "x"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[rules", "is not TOML"),
        (b"<<<<<<< HEAD\n", "is not TOML"),
        (b"rules = 5\n", "`rules` must be a table"),
        (b"[[rules]]\n", "`rules` must be a table"),
        (b"[rules.a]\n", "the rule a has no expression"),
        (b"[rules]\na = 'true'\n", "the rule a has no expression"),
        (b"[rules.a]\nexpression = 5\n", "the rule a has no expression"),
        (b"[rules.a]\nexpression = 'true'\nevent = 5\n", "the event of the rule a must be a string"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a = " + b"[" * 100_000, "is not TOML"),
    ],
)
def test_an_invalid_file_is_refused_and_left_alone(book: RuleBook, content: bytes, problem: str) -> None:
    Path(book.path).write_bytes(content)
    for ask in (book.all, lambda: book.put("x", Saved(expression=RULE)), lambda: book.put("x", None)):
        with pytest.raises(InputError, match=problem) as caught:
            ask()
        assert book.path in str(caught.value)
    assert Path(book.path).read_bytes() == content


def test_a_byte_order_mark_is_no_mistake(book: RuleBook) -> None:
    Path(book.path).write_bytes(b"\xef\xbb\xbf" + BY_HAND.encode())
    assert list(book.all()) == ["gold", "big spender"]
    book.put("new", Saved(expression=RULE))
    assert list(book.all()) == ["gold", "big spender", "new"]


def test_places_that_cannot_be_written(book: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"cannot write .*: No such file or directory"):
        RuleBook(str(tmp_path / "nowhere" / "rules.toml")).put("x", Saved(expression=RULE))
    with pytest.raises(InputError, match="Is a directory"):
        RuleBook(str(tmp_path)).put("x", Saved(expression=RULE))
    book.put("x", Saved(expression=RULE))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="Permission denied"):
        book.put("y", Saved(expression=RULE))
    monkeypatch.undo()

    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("targetexpr.base.replacing._new_file", read_only)
    with pytest.raises(InputError, match="Read-only file system"):
        book.put("y", Saved(expression=RULE))
    assert list(book.all()) == ["x"]


def test_a_link_stays_a_link(book: RuleBook, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "shared.toml"
    real.parent.mkdir()
    Path(book.path).symlink_to(real)
    book.put("x", Saved(expression=RULE))
    book.put("y", Saved(expression=RULE))
    assert Path(book.path).is_symlink()
    assert list(RuleBook(str(real)).all()) == ["x", "y"]
    assert os.listdir(real.parent) == ["shared.toml"]


def test_modes_are_kept_and_new_files_follow_the_mask(book: RuleBook) -> None:
    mask = os.umask(0o027)
    try:
        book.put("x", Saved(expression=RULE))
    finally:
        os.umask(mask)
    assert stat.S_IMODE(os.stat(book.path).st_mode) == 0o640
    os.chmod(book.path, 0o604)
    book.put("y", Saved(expression=RULE))
    assert stat.S_IMODE(os.stat(book.path).st_mode) == 0o604


@pytest.mark.parametrize("where", ["replace", "fsync", "fchmod"])
def test_a_failure_on_the_way_leaves_what_was(book: RuleBook, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    book.put("x", Saved(expression=RULE))
    before = text_of(book)

    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, where, failing)
    with pytest.raises(InputError, match="No space left"):
        book.put("y", Saved(expression=RULE))
    monkeypatch.undo()
    assert text_of(book) == before
    assert os.listdir(os.path.dirname(book.path)) == ["rules.toml"]


def test_a_crash_between_writing_and_renaming_leaves_what_was(book: RuleBook) -> None:
    book.put("x", Saved(expression=RULE))
    before = text_of(book)
    program = (
        "import os, signal\n"
        "from targetexpr.repl.storage import RuleBook, Saved\n"
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"RuleBook({book.path!r}).put('y', Saved(expression='true'))\n"
    )
    died = subprocess.run([sys.executable, "-c", program], check=False, timeout=PATIENCE)
    assert died.returncode == -9
    assert text_of(book) == before
    book.put("z", Saved(expression="true"))
    assert list(book.all()) == ["x", "z"]


def test_two_sessions_that_save_at_once_lose_nothing(book: RuleBook) -> None:
    program = (
        "import sys\nfrom targetexpr.repl.storage import RuleBook, Saved\n"
        f"for n in range(15): RuleBook({book.path!r}).put(sys.argv[1] + str(n), Saved(expression='true'))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, who]) for who in ("a", "b", "c")]
    assert [one.wait(PATIENCE) for one in running] == [0, 0, 0]
    assert set(book.all()) == {f"{who}{number}" for who in "abc" for number in range(15)}


# ---- drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_until_it_is_sent(tmp_path: Path) -> None:
    draft = Draft(tmp_path)
    draft.keep("currentTxn.va")
    draft.keep("currentTxn.value")
    (kept,) = (path for path in tmp_path.iterdir() if path.suffix != ".lock")
    assert kept.read_text(encoding="utf-8") == "currentTxn.value"
    assert left_behind(tmp_path) == [], "its session lives"
    draft.keep("")
    draft.keep(" ")
    assert [path for path in tmp_path.iterdir() if path.suffix != ".lock"] == []
    draft.keep("more")
    draft.close()
    assert list(tmp_path.iterdir()) == [], "nothing is left of a session that ends in order"


def test_a_signal_while_a_draft_is_written_does_not_wait_for_it(tmp_path: Path) -> None:
    """A terminal was closed just when the draft was written; the handler waited for the folder's turn, for ever."""
    program = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from targetexpr.repl.storage import Draft\n"
        "draft, synced = Draft(Path(sys.argv[1])), os.fsync\n"
        "def handler(number, _):\n    draft.keep_at_once('currentTxn.value>2')\n    os._exit(7)\n"
        "signal.signal(signal.SIGTERM, handler)\n"
        "def sync(handle):\n    os.fsync = synced\n    os.kill(os.getpid(), signal.SIGTERM)\n    synced(handle)\n"
        "os.fsync = sync\n"
        "draft.keep('currentTxn.value>1')\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], timeout=PATIENCE, check=False).returncode == 7
    assert left_behind(tmp_path) == ["currentTxn.value>2"]


def test_drafts_of_dead_sessions_are_found_once(tmp_path: Path) -> None:
    (tmp_path / "draft-notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "draft-").write_text("mine", encoding="utf-8")
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom targetexpr.repl.storage import Draft\n"
        f"draft = Draft(Path({str(tmp_path)!r}))\ndraft.keep('currentTxn.value>“x” 🎉')\n"
        "print('kept', flush=True)\ntime.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "kept\n"
        assert left_behind(tmp_path) == [], "it is being typed"
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # dead, though its parent has not looked yet
        assert left_behind(tmp_path) == ["currentTxn.value>“x” 🎉"]
    assert left_behind(tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} == {"draft-notes.txt", "draft-"}


def test_odd_drafts_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / f"draft-{10**30}").write_text("huge number", encoding="utf-8")
    (tmp_path / "draft-0").write_text("own group", encoding="utf-8")
    (tmp_path / "draft-٣").write_text("digit of another script", encoding="utf-8")
    (tmp_path / "draft-99999999").write_bytes(b"bad \xff bytes")
    (tmp_path / "draft-99999998").mkdir()
    assert "bad \ufffd bytes" in left_behind(tmp_path)


def test_where_history_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGETEXPR_STATE", "/given")
    monkeypatch.setenv("XDG_STATE_HOME", "/xdg")
    monkeypatch.setenv("HOME", "/home/asha")
    assert state_folder() == Path("/given")
    monkeypatch.setenv("TARGETEXPR_STATE", "")
    assert state_folder() == Path("/xdg/targetexpr")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert state_folder() == Path("/home/asha/.local/state/targetexpr")


# ---- two sessions ----------------------------------------------------------------------------------------------------


def test_what_another_session_saved_the_same_stays(book: RuleBook) -> None:
    rule = Saved(expression=RULE)
    written = book.put("shared", rule)
    RuleBook(book.path).put("shared", rule)
    with pytest.raises(InputError, match="saved since by somebody else; it stays as it is"):
        book.take_back(written)
    assert book.all() == {"shared": rule}


def test_changes_are_taken_back_one_after_the_other(book: RuleBook) -> None:
    first = book.put("a", Saved(expression=RULE))
    second = book.put("b", Saved(expression=RULE))
    book.take_back(second)
    book.take_back(first)
    assert book.all() == {}
