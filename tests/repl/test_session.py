"""Every command: its right use, each misuse, and what `:undo` makes of it."""

from __future__ import annotations

import json

import pytest

from targetexpr import compile as compile_rule
from tests.repl.commands import RULE, Talk, record

# ---- rules -----------------------------------------------------------------------------------------------------------


def test_without_a_record_enter_shows_type_text_and_warnings(talk: Talk) -> None:
    assert talk.do("currentTxn.value >500") == "boolean  currentTxn.value > 500"
    said = talk.do("currentTxn.value>500&&currentTxn.value<100")
    assert said.startswith("boolean  currentTxn.value > 500 && currentTxn.value < 100\nwarning[contradiction]")
    said = talk.do("currentTxn.value+1")
    assert said == "real  currentTxn.value + 1\nThis is not a condition yet: a rule comes out as true or false."
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
    assert "currentCustomer" in "\n".join(talk.heard.errors)


def test_a_wrong_rule_is_told_with_its_fix_and_stays_the_rule(talk: Talk) -> None:
    assert not talk.send("currentTxn.valeu=500")
    told = "\n".join(talk.heard.errors)
    assert "error[" in told
    assert told.endswith("`:fix` fixes it (F2 while typing).")
    assert not talk.send(":json")
    assert not talk.send(":type")
    assert "the rule is invalid" in talk.heard.errors[-1]


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
    assert talk.session.state.rule == RULE, "what is looked at does not become the current rule"
    assert talk.do(":json") == compile_rule(RULE).to_json()


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
    assert "error[" in talk.heard.errors[0]
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
    assert "no fix is offered" in talk.heard.errors[-1]
    talk.send(":lint 1<")
    assert "error[unexpected-end]" in talk.heard.errors[0]


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
        ("", "`:load` takes a file of records"),
        ("nothing.jsonl", "cannot read nothing.jsonl: No such file"),
        ("*.csv", "no file fits"),
        ("records.jsonl currentTnx", "did you mean currentTxn?"),
        ("records.jsonl bills", "unknown profile 'bills'"),
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
    assert "`:next` takes no argument" in loaded.refused(":next 2")


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
    assert "takes no argument" in loaded.refused(":count 5")
    loaded.do("currentTxn.value+1")
    assert "2 values" in loaded.do(":count")


def test_find(loaded: Talk) -> None:
    assert loaded.do(":find false").startswith("no  (record 2 of 5)")
    assert "only record that comes out as false" in loaded.do(":find false")
    assert loaded.do(":find null").startswith("null  (record 3 of 5)")
    assert loaded.do(":find true").startswith("past the end, on from the first record\nyes  (record 1 of 5)")
    assert not loaded.send(":find error")
    assert "record 4 of 5" in loaded.heard.errors[0]
    assert loaded.do(":find error").startswith("record 5 of 5, line 5: Not valid JSON")
    assert loaded.do(":undo").startswith("undone: find error")
    assert loaded.session.state.number == 4
    for wrong in ("", "maybe", "true false"):
        assert "`:find` takes yes, no, null, error, or a condition" in loaded.refused(f":find {wrong}")
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
        (":set currentTxn..value 5", "is not a field"),
        (":set currentTxn.lineItems[3] 5", "the next one is [0]"),
        (":unset", "as in `:unset currentTxn.value`"),
        (":unset currentTxn.value", "the record has no currentTxn"),
        (":unset a b", "is not a field"),
    ],
)
def test_set_and_unset_misused(talk: Talk, line: str, problem: str) -> None:
    assert problem in talk.refused(line)


def test_a_record_that_is_none_cannot_be_edited(loaded: Talk) -> None:
    loaded.send(":record 5")
    assert "cannot be read" in loaded.refused(":set currentTxn.value 5")
    assert "cannot be read" in loaded.refused(":unset currentTxn.value")
