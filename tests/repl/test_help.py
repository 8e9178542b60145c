"""Commands about the session: event, clock, keys, schema, help, undo; and how a command is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetexpr.base.errors import InputError
from targetexpr.repl.commands import COMMANDS, command_of
from targetexpr.repl.session import MOST_UNDONE, Stop
from tests.repl.commands import RULE, Talk, record

PROMISED = (
    "json text tree type explain why load record next count find set schema event save rules export open lint undo quit"
)


def test_event(talk: Talk) -> None:
    assert talk.do(":event").startswith("the event is none\nthere are ")
    talk.do(RULE)
    assert "boolean  currentTxn.value > 500" in talk.do(":event TransactionAdd")
    talk.send(":event CustomerRegistration")
    assert "error[profile-not-offered]" in talk.heard.errors[0]
    talk.do(":undo")
    assert talk.session.state.event == "TransactionAdd"
    talk.do(":event none")
    assert talk.session.state.event is None
    assert "did you mean TransactionAdd" in talk.refused(":event TransactionAd")
    assert "an event is one word" in talk.refused(":event good night")
    talk.do("currentCustomer.name.exists()")
    assert "taken for a behavioural event" in talk.do(":event goodNight")


def test_timezone(talk: Talk) -> None:
    assert talk.do(":timezone") == "the clock of rules is UTC"
    talk.do(":set currentTxn.date 2025-05-31T20:00Z")
    assert talk.do("currentTxn.date.month()==6").startswith("no")
    talk.do(":timezone Asia/Kolkata")
    assert talk.do("currentTxn.date.month()==6").startswith("yes")
    talk.do(":undo")
    talk.do(":undo")
    assert talk.do(":timezone") == "the clock of rules is UTC"
    assert "no time zone 'Mars'" in talk.refused(":timezone Mars")


def test_keys(talk: Talk) -> None:
    assert talk.do(":keys") == "the keys are those of emacs"
    assert talk.do(":keys vi") == "the keys are those of vi"
    assert "takes emacs or vi" in talk.refused(":keys nano")
    assert talk.session.keys == "vi"


def test_schema(talk: Talk) -> None:
    everything = talk.do(":schema")
    assert "currentTxn" in everything
    assert "grossAmount" in talk.do(":schema currentTxn")
    assert "inventoryAttribute" in talk.do(":schema currentTxn.basketSum")
    assert "points" in talk.do(":schema points").lower()
    for wrong in ("currentTxn.nope", "currentTxn.", "."):
        told = talk.refused(f":schema {wrong}")
        assert "`:schema" in told, "what to do next is a command of the session"
        assert "targetexpr schema" not in told


def test_help_tells_of_every_command(talk: Talk) -> None:
    everything = talk.do(":help")
    assert COMMANDS.keys() >= {*PROMISED.split()}
    for name, command in COMMANDS.items():
        assert f"  {command.usage}" in everything
        assert command.doc in talk.do(f":help {name}")
        assert talk.do(f":help :{name}").startswith(command.usage)
    assert talk.do(":h") == talk.do(":?") == everything
    assert "unknown command `:nope`" in talk.refused(":help nope")


@pytest.mark.parametrize(
    ("word", "name"), [("ex", None), ("exp", None), ("expl", "explain"), ("j", "json"), ("q", "quit"), ("exit", "quit")]
)
def test_commands_may_be_cut_short(word: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(InputError, match="did you mean"):
            command_of(word)
    else:
        assert command_of(word).name == name


def test_help_does_not_promise_what_is_not_so(talk: Talk) -> None:
    """The short form that help names as an example must be one."""
    example = talk.do(":help").partition("Commands may be cut short: `:")[2].partition("`")[0]
    assert command_of(example).name == "explain"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (":", "`:help` lists them"),
        (": ", "`:help` lists them"),
        (":nonsense", "`:help` lists them"),
        (":laod x", "did you mean `:load`"),
        (":LOAD x", "did you mean `:load`"),
        (":s", "did you mean"),
        (":json5", "did you mean `:json`"),
        ("::json", "did you mean `:json`"),
        (":\x00", "`:help` lists them"),
        (f":{'x' * 100_000}", "`:help` lists them"),
    ],
)
def test_what_is_no_command(talk: Talk, line: str, problem: str) -> None:
    told = talk.refused(line)
    assert problem in told
    assert len(told) < 400


def test_tabs_and_line_breaks_end_a_command_word(talk: Talk) -> None:
    assert talk.do(":type\t1<2") == "boolean:primitive"
    assert talk.do(":type\n1<2") == "boolean:primitive"
    assert talk.do(":text compact\n1 <2") == "1<2"
    assert talk.do(":text\ncompact 1 <2") == "1<2"


def test_undo_goes_all_the_way_back(talk: Talk) -> None:
    start = talk.session.state
    talk.records(record(620), record(10))
    lines = [RULE, ":load records.jsonl", ":next", ":find true", ":set currentTxn.value 5", ":unset currentTxn.value"]
    lines += [
        ":event TransactionAdd",
        ":save a",
        ":lint 1==currentTxn.value",
        ":use a",
        ":delete a",
        ":export t.json 5",
        ":timezone +01:00",
    ]
    for line in lines:
        talk.do(line)
    for _ in lines:
        talk.send(":undo")
        assert talk.heard.written[0].startswith("undone: ")
    assert talk.session.state == start
    assert "there is nothing to undo" in talk.refused(":undo")
    assert not Path("t.json").exists()
    assert talk.session.book.all() == {}


def test_undo_has_an_end(talk: Talk) -> None:
    for number in range(MOST_UNDONE + 5):
        talk.do(f"currentTxn.value>{number}")
    for _ in range(MOST_UNDONE):
        talk.do(":undo")
    talk.refused(":undo")
    assert talk.session.state.rule == "currentTxn.value>4"


def test_undo_and_quit_take_nothing(talk: Talk) -> None:
    assert "takes no argument" in talk.refused(":undo 2")
    assert "takes no argument" in talk.refused(":quit now")
    for line in (":quit", ":q", ":exit"):
        with pytest.raises(Stop):
            talk.send(line)


@pytest.mark.parametrize(
    ("line", "command"), [("help", "help"), ("quit", "quit"), ("exit()", "quit"), ("load records.jsonl", "load")]
)
def test_a_command_without_its_colon(talk: Talk, line: str, command: str) -> None:
    assert not talk.send(line)
    assert talk.heard.errors[-1] == f"Commands begin with a colon: `:{command}`."
    assert not talk.send("currentTxn.valeu>5")
    assert "colon" not in talk.heard.errors[-1]


def test_every_command_that_takes_something_has_an_example_that_works(loaded: Talk) -> None:
    (loaded.folder / "records.jsonl").write_text('{"currentTxn":{"value":620}}\n{"currentTxn":{"value":1}}\n', "utf-8")
    payload = Path(__file__).parent.parent / "data" / "payloads" / "create-streak-group.request.json"
    (loaded.folder / "group.json").write_bytes(payload.read_bytes())
    for command in COMMANDS.values():
        assert bool(command.example) == bool(command.arguments), command.name
    # What an example needs is done by those before it: a rule is there before it is saved, saved before it is used.
    first = ("load", "json", "set", "save", "use", "explain")
    for name in sorted(COMMANDS, key=lambda name: first.index(name) if name in first else len(first)):
        command = COMMANDS[name]
        if command.example:
            assert command.example.split()[0] == f":{name}"
            loaded.do(command.example)
            assert f"Example: {command.example}" in loaded.do(f":help {name}")
