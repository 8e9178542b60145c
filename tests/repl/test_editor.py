"""The editor through prompt_toolkit's pipe input: keys are sent into it, what it would paint is looked at."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.completion import Completion as EditorCompletion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import fragment_list_to_text
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.utils import get_cwidth

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.front import analyze
from targetexpr.ide.document import Document as Rule
from targetexpr.lang.schema.schema import Schema
from targetexpr.repl.commands import submit
from targetexpr.repl.completing import MOST, RuleCompleter, WholeWord
from targetexpr.repl.editor import Editor, ScreenConsole
from targetexpr.repl.highlight import RuleLexer, rule_start
from targetexpr.repl.live import moved
from targetexpr.repl.session import Session
from targetexpr.repl.storage import RuleBook
from targetexpr.repl.toolbar import toolbar
from tests.repl.commands import RULE, Talk

SCHEMA = Schema.bundled()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TARGETEXPR_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(Editor, "_keep_when_killed", lambda _self, _keys: None)  # the signals are those of the tests
    return tmp_path


@contextmanager
def editing(keys: str, painted: io.StringIO | None = None) -> Iterator[Editor]:
    """An editor that has all these keys waiting."""
    size = Size(rows=24, columns=100)
    output = DummyOutput() if painted is None else Vt100_Output(painted, lambda: size, term="xterm")
    with create_pipe_input() as typed, create_app_session(input=typed, output=output):
        console = ScreenConsole(color=False)
        session = Session(console, SCHEMA, RuleBook("rules.toml"))
        assert isinstance(typed, PipeInput)
        typed.send_text(keys)
        yield Editor(session, console)


def after(keys: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, Editor]:
    """What a session says that gets these keys and then Ctrl-D."""
    with editing(keys + "\x04") as editor:
        assert editor.run() == 0
        return capsys.readouterr().out, editor


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (f"{RULE}\r", "boolean  currentTxn.value > 500\n"),
        ("currentTxn.valeu>500\x1bOQ\r", "boolean  currentTxn.value > 500\n"),
        ("currentTxn.valeu>500\r\x1bOQ\r", "boolean  currentTxn.value > 500\n"),
        ("(true\r&&true)\r", "boolean  true && true\n"),
        ("true\x1b\r&&true\r", "boolean  true && true\n"),
        ('"(".contains("((")\r', 'boolean  "(".contains("((")\n'),
        ("\x1b[200~currentCustomer.slabName==“Gold”\x1b[201~\x1bOQ\r", 'currentCustomer.slabName == "Gold"\n'),
        ("\x1b[200~1<2\r\n&&2<3\n\x1b[201~\r", "boolean  1 < 2 && 2 < 3\n"),
        (":type 1<2\r", "boolean:primitive\n"),
        (":type currentTxn.valeu>5\x1bOQ\r", "boolean:primitive\n"),
        ("xx\x03true\r", "boolean  true\n"),
        (f"{RULE}\x08\r", "boolean  currentTxn.value > 50\n"),
        (":load (nothing\r", "cannot read (nothing: No such file"),
        ("   \r", ""),
        ("false\x01!\r", "boolean  !false\n"),
        (":keys vi\rtrue\x1b0i!\r:q\r", "boolean  !true\n"),
    ],
)
def test_keys(keys: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = after(keys, capsys)
    assert said in out
    assert "Traceback" not in out


def test_lines_are_sent_one_after_the_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "r.jsonl").write_text('{"currentTxn":{"value":620}}\n{"currentTxn":{"value":1}}\n', encoding="utf-8")
    out, editor = after(f"{RULE}\r:load r.jsonl\r:count\r:save it\r:undo\r:rules\r", capsys)
    assert "2 records, 1 yes, 1 no, 0 null, 0 errors\n" in out
    assert "no rules are saved" in out
    assert editor.session.state.rule == RULE
    history = (folder / "state" / "history").read_text(encoding="utf-8")
    assert [line[1:] for line in history.splitlines() if line.startswith("+")] == [
        RULE, ":load r.jsonl", ":count", ":save it", ":undo", ":rules",
    ]  # fmt: skip


def test_a_fault_of_ours_is_shown_and_the_session_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def submit_or_fail(session: Session, text: str) -> bool:
        if text == "boom":
            raise ZeroDivisionError("boom")
        return submit(session, text)

    monkeypatch.setattr("targetexpr.repl.editor.submit", submit_or_fail)
    out, _ = after("boom\rtrue\r", capsys)
    assert "This is a fault in targetexpr; the session goes on." in out
    assert "ZeroDivisionError: boom" in out
    assert out.endswith("boolean  true\n") or "boolean  true\nwarning" in out


def test_what_is_painted() -> None:
    painted = io.StringIO()
    with editing("\x1b[1;1RcurrentTxn.valeu>500", painted) as editor:  # first the answer to where the cursor is
        app = editor.prompt.app

        def leave(_app: object) -> None:
            if "F2" in painted.getvalue() and app.is_running:
                app.after_render -= leave
                app.input.send_text("\x03\x04")  # type: ignore[attr-defined]

        app.after_render += leave
        assert editor.run() == 0
    text = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", painted.getvalue())
    assert "`currentTxn` has no attribute `valeu`." in text
    assert "F2 Write `value`" in text
    assert re.search("\x1b\\[[0-9;]*4[0-9;]*mvaleu", painted.getvalue()), "underlined"


def test_a_history_that_cannot_be_kept_is_told_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "state" / "history").mkdir(parents=True)
    out, _ = after("true\rfalse\r", capsys)
    assert out.count("the history: Is a directory") == 1
    assert "boolean  false" in out


def test_drafts_of_broken_off_sessions_are_all_brought_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "state").mkdir()
    for number, text in ((99_999_998, "currentTxn.value>1"), (99_999_999, "(true\n&&false)")):
        (folder / "state" / f"draft-{number}").write_text(text, encoding="utf-8")
    out, _ = after("\x1b[A\x1b[A\r", capsys)
    assert "What you were typing when the last session broke off is kept" in out
    assert "boolean  currentTxn.value > 1" in out or "boolean  true && false" in out
    assert not list((folder / "state").glob("draft-*"))


# ---- completion ------------------------------------------------------------------------------------------------------


def whole_words(talk: Talk, text: str, *, asked: bool = False) -> list[EditorCompletion]:
    at = text.find("¦")
    at = len(text) if at < 0 else at
    event = CompleteEvent(completion_requested=asked)
    completer = RuleCompleter(talk.session, lambda rule: Rule(rule, talk.session.environment))
    return list(completer.get_completions(Document(text.replace("¦", ""), at), event))


def completions(talk: Talk, text: str, *, asked: bool = False) -> list[tuple[str, int]]:
    return [(one.text, one.start_position) for one in whole_words(talk, text, asked=asked)]


def test_completion_of_rules(talk: Talk) -> None:
    assert ("value", -2) in completions(talk, "currentTxn.va")
    assert completions(talk, "") == [], "unasked, nothing pops up"
    assert ("currentTxn", 0) in completions(talk, "", asked=True)
    assert completions(talk, "currentTxn.grossAmount") == [], "it is written already"
    assert ("value", -2) in completions(talk, ":json currentTxn.va")
    assert ("value", -2) in completions(talk, ":json compact currentTxn.va")
    assert ("compact", -3) in completions(talk, ":json com")
    assert len(completions(talk, "currentTxn.", asked=True)) <= MOST


def test_completion_of_commands(talk: Talk) -> None:
    assert completions(talk, ":exp") == [("explain ", -3), ("export ", -3)]
    assert completions(talk, "  :jso") == [("json ", -3)]
    assert ("quit", 0) in completions(talk, ":")
    assert completions(talk, ":help jso") == [("json", -3)]
    assert completions(talk, ":help :jso") == [("json", -3)]
    assert completions(talk, ":find ") == [(word, 0) for word in ("yes", "no", "null", "error")]
    assert completions(talk, ":find n")[:2] == [("no", -1), ("null", -1)]
    assert completions(talk, ":keys v") == [("vi", -1)]
    assert ("TransactionAdd", -12) in completions(talk, ":event TransactionA")
    assert completions(talk, ":nonsense x") == []
    assert completions(talk, ":undo x") == []


def test_completion_of_names_and_fields(talk: Talk) -> None:
    talk.do(RULE)
    talk.do(":save big spender")
    assert completions(talk, ":use b") == [("big spender", -1)]
    assert completions(talk, ":delete big s") == [("big spender", -5)]
    assert ("grossAmount", -3) in completions(talk, ":set currentTxn.gro")
    assert ("currentTxn", -8) in completions(talk, ":set currentT")
    assert completions(talk, ":set currentTxn.value cur") == []
    assert ("basketSum", -7) in completions(talk, ":schema currentTxn.basketS")
    assert ("basketSum", -7) not in completions(talk, ":set currentTxn.basketS")
    Path(talk.session.book.path).write_text("[broken", encoding="utf-8")
    assert completions(talk, ":use b") == []


def test_completion_of_files(talk: Talk) -> None:
    (talk.folder / "data").mkdir()
    (talk.folder / "data" / "my file.jsonl").write_text("", encoding="utf-8")
    (talk.folder / "date.json").write_text("", encoding="utf-8")
    (talk.folder / ".hidden").write_text("", encoding="utf-8")
    assert completions(talk, ":load da") == [("data/", -2), ("date.json", -2)]
    assert completions(talk, ":load data/my f") == [("my file.jsonl", -4)]
    assert completions(talk, ":open .h") == [(".hidden", -2)]
    assert (".hidden", 0) not in completions(talk, ":open ")
    assert completions(talk, ":load nowhere/") == []


@pytest.mark.parametrize(
    ("text", "label", "replaced"),
    [
        ("currentTxn.va¦lue>5", "value", "value"),
        ("currentTxn.gr¦oss>5", "grossAmount", "gross"),
        ("currentCustomer.slab¦Nme", "slabName", "slabNme"),
        ("curr¦ent.value", "currentTxn", "current"),
        (":json currentTxn.gr¦oss>5", "grossAmount", "gross"),
        (":expl¦ore currentTxn.value>5", "explain", "explore"),
        (":event Tran¦sact", "TransactionAdd", "Transact"),
        (":set currentTxn.gr¦oss 5", "grossAmount", "gross"),
        (":load da¦y.json", "date.json", "day.json"),
    ],
)
def test_completion_replaces_the_whole_word(talk: Talk, text: str, label: str, replaced: str) -> None:
    (talk.folder / "date.json").write_text("", encoding="utf-8")
    (found,) = (one for one in whole_words(talk, text) if one.text == label)
    assert isinstance(found, WholeWord)
    at = text.index("¦")
    assert text.replace("¦", "")[at + found.start_position : at + found.tail] == replaced


# ---- colours and marks -----------------------------------------------------------------------------------------------


def styled(text: str, diagnostics: tuple[Diagnostic, ...] = ()) -> list[list[tuple[str, str]]]:
    lexer = RuleLexer(Rule, lambda _text: diagnostics, lambda: 0)
    get = lexer.lex_document(Document(text))
    return [[(part[0], part[1]) for part in get(number)] for number in range(text.count("\n") + 1)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "currentTxn.value>5",
        ":json  currentTxn.value",
        ":load f",
        "a\n&&b\n",
        '"unclosed',
        "“curly” 🎉 \x00\x1b",
        "(((",
        ":",
    ],
)
def test_styles_keep_the_text(text: str) -> None:
    lines = styled(text, analyze(text).diagnostics)
    assert "\n".join(fragment_list_to_text(list(line)) for line in lines) == text


def test_a_mark_covers_its_place_alone() -> None:
    text = "currentTxn.valeu\n>5&&true"
    marked = [part for line in styled(text, analyze(text).diagnostics) for part in line if "rule.error" in part[0]]
    assert marked == [("class:rule.member class:rule.error", "valeu")]


def test_where_the_rule_begins_behind_a_command() -> None:
    assert rule_start(":json a") == 5
    assert rule_start("  :json a") == 7
    assert rule_start("a:b") == 0


def test_findings_move_with_the_text_around_them() -> None:
    rule = Rule("currentTxn.valeu>5&&true")
    (before,) = [one for one in rule.analysis.diagnostics if one.is_error]
    for text, shift in [
        ("!currentTxn.valeu>5&&true", 1),
        ("currentTxn.valeu>5&&false", 0),
        ("xx currentTxn.valeu>5&&true", 3),
    ]:
        (after,) = [one for one in moved(rule, text) if one.is_error]
        assert after.span.cut(text) == "valeu"
        assert after.span.start == before.span.start + shift
    assert [one for one in moved(rule, "currentTxn.value>5&&true") if one.is_error] == []


# ---- the toolbar -----------------------------------------------------------------------------------------------------


def bar(talk: Talk, text: str, at: int | None = None, width: int = 200) -> list[str]:
    rule = Rule(text, talk.session.environment)
    shown = toolbar(talk.session, rule, rule, text, len(text) if at is None else at, width)
    return fragment_list_to_text(shown).split("\n")


def test_the_toolbar(talk: Talk) -> None:
    assert bar(talk, "") == ["type a rule, or :help", ""]
    assert bar(talk, ":js")[0] == "a command; Tab shows them, :help explains them"
    assert bar(talk, ":load x")[0].startswith(":load FILE [PROFILE|MAP.toml]  read records")
    assert bar(talk, RULE) == [
        "Enter checks it; with `:load FILE`, or `:set NAME VALUE`, it is evaluated too",
        "boolean  here: 500  number",
    ]
    assert bar(talk, RULE, 13)[1] == "boolean  here: currentTxn.value  real  Net value of the bill."
    told, key = bar(talk, "currentTxn.valeu>5&&currentTxn.numbr==1", 12)
    assert told == "`currentTxn` has no attribute `valeu`."
    assert key.rstrip() == "F2 Write `value`, and fixes 1 more  (2 diagnostics)  boolean"
    assert bar(talk, "currentTxn.value.interval(")[0].startswith("interval(")
    talk.do(":event TransactionAdd")
    talk.do(":set currentTxn.value 5")
    assert bar(talk, RULE)[0] == "Enter evaluates it for record 1 of 1, edited"
    assert bar(talk, RULE)[1].endswith("[TransactionAdd, record 1 of 1, edited]")


@pytest.mark.parametrize("width", [1, 5, 10, 20, 40, 80])
@pytest.mark.parametrize(
    "text",
    ["", "currentTxn.valeu>5", RULE, 'currentTxn.basketSum("brand",', ":load x", '"日本語日本語日本語"=="日本語"'],
)
def test_the_toolbar_is_two_lines_that_fit(talk: Talk, width: int, text: str) -> None:
    lines = bar(talk, text, width=width)
    assert len(lines) <= 2
    assert all(get_cwidth(line) <= width for line in lines)
