"""Saved rules: kept, used, deleted, brought back by undo, beside what others write."""

from __future__ import annotations

from pathlib import Path

from tests.repl.commands import RULE, Talk


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
    assert "takes no argument" in talk.refused(":rules x")
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
    assert "not a condition yet" in talk.do(":save month")
