"""Every command: its right use, each misuse, and what `:undo` makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from targetexpr import compile as compile_rule
from targetexpr.base.errors import InputError
from targetexpr.repl.commands import COMMANDS, command_of
from targetexpr.repl.session import MOST_UNDONE, Stop
from tests.repl.commands import RULE, Talk

PROMISED = (
    "json text tree type explain why load record next count find set schema event save rules export open lint undo quit"
)


def record(value: object, **more: object) -> str:
    return json.dumps({"currentTxn": {"value": value, **more}})


@pytest.fixture
def loaded(talk: Talk) -> Talk:
    """A session with a rule and five records: yes, no, null, an invalid value, invalid JSON."""
    talk.records(record(620), record(10), record(None), record("x"), "broken")
    talk.do(RULE)
    talk.do(":load records.jsonl")
    return talk


# ---- rules -----------------------------------------------------------------------------------------------------------


def test_without_a_record_enter_shows_type_text_and_warnings(talk: Talk) -> None:
    assert talk.do("currentTxn.value >500") == "boolean  currentTxn.value > 500"
    said = talk.do("currentTxn.value>500&&currentTxn.value<100")
    assert said.startswith("boolean  currentTxn.value > 500 && currentTxn.value < 100\nwarning[contradiction]")
    said = talk.do("currentTxn.value+1")
    assert said == "real  currentTxn.value + 1\nThis is no condition yet: a rule comes out as true or false."
    long = "&&".join(f"currentTxn.value!={number}" for number in range(20))
    assert talk.do(long).startswith("boolean\n")


def test_with_a_record_enter_evaluates(talk: Talk) -> None:
    talk.records(record(620))
    talk.do(":load records.jsonl")
    assert talk.do(RULE) == "yes  (record 1 of 1)"
    assert talk.do("currentTxn.value<500").startswith("no  (record 1 of 1)\nFor the rule to hold, ")
    assert talk.do("currentTxn.grossAmount>5").startswith("null  (record 1 of 1)")
    assert talk.do("currentTxn.value/3").startswith("206.6666666666666666666666666666667  (record 1 of 1)")
    talk.send("currentCustomer.name.exists()&&currentCustomer.points>5")
    assert "currentCustomer" in "\n".join(talk.heard.complaints)


def test_a_wrong_rule_is_told_with_its_fix_and_stays_the_rule(talk: Talk) -> None:
    assert not talk.send("currentTxn.valeu=500")
    told = "\n".join(talk.heard.complaints)
    assert "error[" in told
    assert told.endswith("`:fix` fixes it (F2 while typing).")
    assert not talk.send(":json")
    assert not talk.send(":type")
    assert "the rule is invalid" in talk.heard.complaints[-1]


def test_blank_lines_are_nothing(talk: Talk) -> None:
    for text in ("", "  ", "\n", "\t"):
        assert talk.do(text) == ""
    assert "nothing to undo" in talk.refused(":undo")


# ---- about the rule --------------------------------------------------------------------------------------------------


def test_json(talk: Talk) -> None:
    talk.do(RULE)
    assert talk.do(":json") == compile_rule(RULE).to_json()
    assert talk.do(":json compact") == compile_rule(RULE).to_json()
    assert talk.do(":json editor") == compile_rule(RULE).to_json("editor")
    assert talk.do(":json true") == compile_rule("true").to_json()
    assert talk.do(":json editor false") == compile_rule("false").to_json("editor")
    assert talk.session.state.rule == "false"
    assert talk.do(":undo") == "undone: the rule\ntrue"


def test_text(talk: Talk) -> None:
    talk.do("( currentTxn.value>500)||((true&&  false))")
    assert talk.do(":text") == "currentTxn.value > 500 || (true && false)"
    assert talk.do(":text compact") == "currentTxn.value>500||(true&&false)"
    assert talk.do(":text readable 1 <2") == "1 < 2"


def test_tree(talk: Talk) -> None:
    talk.do('currentTxn.value>500&&!(currentTxn.date.isWeekend()||"a".contains("b"))')
    assert talk.do(":tree").splitlines() == [
        "&&  boolean",
        "├─ >  boolean",
        "│  ├─ currentTxn.value  real",
        "│  └─ 500  number",
        "└─ !  boolean",
        "   └─ ||  boolean",
        "      ├─ currentTxn.date.isWeekend()  boolean",
        "      └─ .contains()  boolean",
        '         ├─ "a"  string',
        '         └─ "b"  string',
    ]
    assert talk.do(":tree currentTxn.valeu>5").startswith(">"), "a rule with unknown names has a tree"
    assert not talk.send(":tree 1<")
    assert "error[" in talk.heard.complaints[0]
    assert len(talk.do(":tree " + "||".join(["true"] * 600)).splitlines()) == 501


def test_type(talk: Talk) -> None:
    said = talk.do(":type currentTxn.date.month()")
    assert said == "integer:number:primitive\nreads currentTxn.date", "the type of whole numbers"
    talk.do(RULE)
    assert talk.do(":type") == "boolean:primitive\nreads currentTxn.value"
    assert talk.do(":type 1<2") == "boolean:primitive"


def test_lint_and_fix(talk: Talk) -> None:
    talk.do(RULE)
    assert talk.do(":lint") == "nothing is wrong with it"
    assert "warning[useless-wildcard]" in talk.do(':lint currentCustomer.email.matches("shop.*")')
    assert talk.do(":fix").startswith('currentCustomer.email.matches("shop")'), "what it was told of, no more"
    assert talk.do(":fix").startswith('currentCustomer.email.contains("shop")')
    assert "nothing to fix" in talk.refused(":fix")
    assert "the fix" in talk.do(":undo")
    assert "the fix" in talk.do(":undo")
    assert talk.session.state.rule == 'currentCustomer.email.matches("shop.*")'
    assert talk.do(":fix currentTxn.value=>500 and true").startswith("currentTxn.value>=500 && true")
    assert not talk.send(":fix nobody.knows>5")
    assert "no fix is offered" in talk.heard.complaints[-1]
    talk.send(":lint 1<")
    assert "error[unexpected-end]" in talk.heard.complaints[0]


@pytest.mark.parametrize(
    "command", [":json", ":text", ":tree", ":type", ":lint", ":fix", ":explain", ":count", ":save x"]
)
def test_commands_about_the_rule_need_one(talk: Talk, command: str) -> None:
    assert "there is no rule yet: type one" in talk.refused(command)


def test_explain_and_why(loaded: Talk) -> None:
    assert loaded.do(":explain").startswith("record 1 of 5: The rule holds.")
    assert loaded.do(":why 2").startswith("record 2 of 5: The rule does not hold.")
    assert loaded.do(":why").startswith("record 1 of 5: ")
    assert loaded.session.state.number == 1, "without going there"
    assert "The rule could not be decided" in loaded.do(":why 4")
    assert "record 5 of 5 cannot be read: Not valid JSON" in loaded.refused(":why 5")
    for wrong in ("0", "6", "-1", "x", "1.5", "9" * 30, "1 2"):
        assert "record" in loaded.refused(f":why {wrong}")
    assert loaded.do(":explain currentTxn.value<5").startswith("record 1 of 5: The rule does not hold.")


def test_explain_needs_a_record(talk: Talk) -> None:
    talk.do(RULE)
    for command in (":explain", ":why 1", ":why"):
        assert "`:load FILE` reads some" in talk.refused(command)


# ---- records ---------------------------------------------------------------------------------------------------------


def test_load(loaded: Talk) -> None:
    assert loaded.do(":undo").startswith("undone: load")
    assert loaded.session.state.records is None
    loaded.records('{"value":620}', name="plain.jsonl")
    loaded.do("true")
    said = loaded.do(":load plain.jsonl")
    assert "`:load plain.jsonl currentTxn`" in said
    assert loaded.do(":load plain.jsonl currentTxn").startswith("1 record from plain.jsonl; this is the first")
    assert loaded.do(RULE) == "yes  (record 1 of 1)"


@pytest.mark.parametrize(
    ("argument", "problem"),
    [
        ("", "`:load` takes a JSON or JSON Lines file"),
        ("nothing.jsonl", "cannot read nothing.jsonl: No such file"),
        (".", "Is a directory"),
        ("records.jsonl currentTnx", "did you mean currentTxn?"),
        ("records.jsonl bills", "there is no profile 'bills'"),
    ],
)
def test_load_misused(loaded: Talk, argument: str, problem: str) -> None:
    assert problem in loaded.refused(f":load {argument}")


def test_record_and_next(loaded: Talk) -> None:
    assert loaded.do(":record").splitlines()[0] == "record 1 of 5 of records.jsonl, line 1"
    assert json.loads(loaded.do(":record").partition("\n")[2]) == {"currentTxn": {"value": 620}}
    assert loaded.do(":record 2").startswith("no  (record 2 of 5)")
    assert loaded.do(":next").startswith("null  (record 3 of 5)")
    assert loaded.do(":undo").startswith("undone: go to record 3")
    assert loaded.session.state.number == 2
    loaded.send(":record 5")
    assert "Not valid JSON" in loaded.do(":record")
    assert "this is the last record" in loaded.refused(":next")
    for wrong in ("0", "6", "x", "-1"):
        loaded.refused(f":record {wrong}")
    assert "`:next` takes nothing" in loaded.refused(":next 2")


@pytest.mark.parametrize("command", [":record", ":record 1", ":next", ":count", ":find true"])
def test_commands_about_records_need_some(talk: Talk, command: str) -> None:
    talk.do(RULE)
    assert "there are no records" in talk.refused(command)


def test_count(loaded: Talk) -> None:
    assert loaded.do(":count").splitlines()[0] == "5 records, 1 yes, 1 no, 1 null, 2 errors"
    assert "`:find error`" in loaded.do(":count")
    loaded.do(":record 1")
    loaded.do(":set currentTxn.value 1")
    assert loaded.do(":count").startswith("5 records, 0 yes, 2 no, 1 null, 2 errors (1 edited)")
    assert "takes nothing" in loaded.refused(":count 5")
    loaded.do("currentTxn.value+1")
    assert "2 values" in loaded.do(":count")


def test_find(loaded: Talk) -> None:
    assert loaded.do(":find false").startswith("no  (record 2 of 5)")
    assert "only record that comes out as false" in loaded.do(":find false")
    assert loaded.do(":find null").startswith("null  (record 3 of 5)")
    assert loaded.do(":find true").startswith("past the end, on from the first record\nyes  (record 1 of 5)")
    assert not loaded.send(":find error")
    assert "record 4 of 5" in loaded.heard.complaints[0]
    assert loaded.do(":find error").startswith("record 5 of 5, line 5: Not valid JSON")
    assert loaded.do(":undo").startswith("undone: find error")
    assert loaded.session.state.number == 4
    for wrong in ("", "yes", "TRUE", "true false"):
        assert "`:find` takes what to look for: true, false, null, error" in loaded.refused(f":find {wrong}")
    loaded.send("currentTxn.value>9999")
    assert "no record comes out as true: 5 records, 0 yes, 2 no" in loaded.refused(":find true")


def test_set_and_unset(talk: Talk) -> None:
    assert talk.do(":set currentTxn.value 620") == "currentTxn.value: null -> 620"
    assert talk.do(RULE) == "yes  (record 1 of 1, edited)"
    assert talk.do(':set currentTxn.lineItems[0] {"qty":2}').startswith('currentTxn.lineItems[0]: null -> {"qty": 2}')
    assert talk.do(":set currentTxn.lineItems[0].qty 3").startswith("currentTxn.lineItems[0].qty: 2 -> 3")
    talk.do(':set currentTxn.customFields["till number"] "A 7"')
    assert json.loads(talk.do(":record").partition("\n")[2]) == {
        "currentTxn": {"value": 620, "lineItems": [{"qty": 3}], "customFields": {"till number": "A 7"}}
    }
    assert talk.do(":unset currentTxn.value").startswith("null  (record 1 of 1, edited)")
    talk.do(":undo")
    assert talk.do(RULE) == "yes  (record 1 of 1, edited)"
    for _ in range(5):
        talk.do(":undo")
    assert talk.session.state.rule == ""
    assert "documented values are LOYALTY, NON_LOYALTY" in talk.do(":set currentEvent.currentLoyaltyType GOLD")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (":set", "as in `:set currentTxn.value 620`"),
        (":set currentTxn.value", "as in `:set currentTxn.value 620`"),
        (":set currentTxn 5", "its value is an object"),
        (":set currentTnx.value 5", "did you mean currentTxn"),
        (":set currentTxn.valeu 5", "did you mean value"),
        (":set currentTxn.value x", "is not a number"),
        (":set currentTxn..value 5", "is no field"),
        (":set currentTxn.lineItems[3] 5", "the next one is [0]"),
        (":unset", "as in `:unset currentTxn.value`"),
        (":unset currentTxn.value", "there is no currentTxn in the record"),
        (":unset a b", "is no field"),
    ],
)
def test_set_and_unset_misused(talk: Talk, line: str, problem: str) -> None:
    assert problem in talk.refused(line)


def test_a_record_that_is_none_cannot_be_edited(loaded: Talk) -> None:
    loaded.send(":record 5")
    assert "cannot be read" in loaded.refused(":set currentTxn.value 5")
    assert "cannot be read" in loaded.refused(":unset currentTxn.value")


# ---- keeping ---------------------------------------------------------------------------------------------------------


def test_save_use_rules_delete(talk: Talk) -> None:
    assert "no rules are saved" in talk.do(":rules")
    talk.do(":event TransactionAdd")
    talk.do(RULE)
    assert talk.do(":save big").startswith("saved big in ")
    talk.do("currentTxn.value>900")
    assert "It was: currentTxn.value>500" in talk.do(":save big")
    assert talk.do(":rules") == "* big: currentTxn.value>900  (TransactionAdd)"
    assert talk.do(":undo").startswith("undone: save big")
    assert talk.do(":rules") == "  big: currentTxn.value>500  (TransactionAdd)"
    talk.do(":event none")
    assert talk.do(":use big").splitlines()[0] == RULE
    assert talk.session.state.event == "TransactionAdd"
    talk.do(":undo")
    assert (talk.session.state.event, talk.session.state.rule) == (None, "currentTxn.value>900")
    assert talk.do(":delete big") == "deleted big; `:undo` brings it back"
    assert "no rules are saved" in talk.do(":rules")
    talk.do(":undo")
    assert talk.do(":use big").splitlines()[0] == RULE
    assert talk.do(":save").startswith("replaced big"), "under the name that it came from"
    talk.do(RULE.replace("5", "6"))
    assert "`:save` takes a name" in talk.refused(":save"), "another rule is not the saved one"


def test_keeping_misused(talk: Talk) -> None:
    for command in (":use", ":delete"):
        assert "`:rules` lists them" in talk.refused(command)
        assert "no rule 'big' is saved" in talk.refused(f"{command} big")
    talk.do(RULE)
    assert "a name is printable" in talk.refused(":save a\x1bb")
    assert "a name is printable" in talk.refused(":save a\nb")
    assert "200 characters" in talk.refused(f":save {'x' * 201}")
    talk.do(":save bigger")
    assert "did you mean bigger?" in talk.refused(":use biger")
    assert "takes nothing" in talk.refused(":rules x")
    Path(talk.session.book.path).write_text("[broken", encoding="utf-8")
    for command in (":save x", ":rules", ":use bigger", ":delete bigger"):
        assert "is not TOML" in talk.refused(command)
    assert Path(talk.session.book.path).read_text(encoding="utf-8") == "[broken"


def test_a_rule_that_is_not_in_order_is_kept_too(talk: Talk) -> None:
    talk.send("currentTxn.value>")
    assert "`:lint` says what is wrong" in talk.do(":save half")
    talk.do("true")
    talk.send(":use half")
    assert talk.session.state.rule == "currentTxn.value>"


def test_an_undo_that_cannot_be_done_loses_nothing(talk: Talk) -> None:
    talk.do(RULE)
    talk.do(":save big")
    Path(talk.session.book.path).write_text("[broken", encoding="utf-8")
    assert "is not TOML" in talk.refused(":undo")
    Path(talk.session.book.path).write_text("", encoding="utf-8")
    assert talk.do(":undo").startswith("undone: save big")


def test_an_undo_brings_the_file_back_to_the_letter(talk: Talk) -> None:
    path = Path(talk.session.book.path)
    text = (
        '[rules.a]  # keep\nexpression = "currentTxn.value>1"  # why\nnote = "mine"\n\n[rules.b]\nexpression = "true"\n'
    )
    path.write_text(text, encoding="utf-8")
    for line in (":delete a", f"{RULE}", ":save a"):
        talk.send(line)
    talk.do(":undo")
    talk.do(":undo")
    talk.do(":undo")
    assert path.read_text(encoding="utf-8") == text


def test_an_undo_leaves_what_others_wrote(talk: Talk) -> None:
    talk.do(RULE)
    talk.do(":save shared")
    other = Talk(talk.folder)
    other.do("currentTxn.value>7")
    other.do(":save shared")
    other.do(":save more")
    assert "changed since by somebody else" in talk.refused(":undo")
    assert {name: rule.expression for name, rule in talk.session.book.all().items()} == {
        "shared": "currentTxn.value>7",
        "more": "currentTxn.value>7",
    }
    other.do(":undo")
    other.do(":undo")
    assert talk.do(":undo").startswith("undone: save shared"), "it is what was saved here again"
    assert not talk.session.book.all()


def test_use_brings_the_event_back_too(talk: Talk) -> None:
    talk.do("currentTxn.value>1")
    talk.do(":save plain")
    talk.do('currentEvent.targetExists("A")')
    talk.send(":event TargetCompleted")
    talk.do(":save bound")
    assert "no event, as when it was saved" in talk.do(":use plain")
    assert talk.session.state.event is None
    assert "event TargetCompleted" in talk.do(":use bound")


def test_saving_what_is_no_condition_says_so(talk: Talk) -> None:
    talk.do("currentTxn.date.month()")
    assert "no condition yet" in talk.do(":save month")


# ---- the session -----------------------------------------------------------------------------------------------------


def test_event(talk: Talk) -> None:
    assert talk.do(":event").startswith("the event is none\nthere are ")
    talk.do(RULE)
    assert "boolean  currentTxn.value > 500" in talk.do(":event TransactionAdd")
    talk.send(":event CustomerRegistration")
    assert "error[profile-not-offered]" in talk.heard.complaints[0]
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
    assert "there is no command `:nope`" in talk.refused(":help nope")


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
        ":json true",
        ":use a",
        ":delete a",
        ":export t.json 5",
        ":timezone +01:00",
    ]
    for line in lines:
        talk.do(line)
    for _ in lines:
        talk.send(":undo")
        assert talk.heard.said[0].startswith("undone: ")
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
    assert "takes nothing" in talk.refused(":undo 2")
    assert "takes nothing" in talk.refused(":quit now")
    for line in (":quit", ":q", ":exit"):
        with pytest.raises(Stop):
            talk.send(line)


@pytest.mark.parametrize(
    ("line", "command"), [("help", "help"), ("quit", "quit"), ("exit()", "quit"), ("load records.jsonl", "load")]
)
def test_a_command_without_its_colon(talk: Talk, line: str, command: str) -> None:
    assert not talk.send(line)
    assert talk.heard.complaints[-1] == f"Commands begin with a colon: `:{command}`."
    assert not talk.send("currentTxn.valeu>5")
    assert "colon" not in talk.heard.complaints[-1]


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
