"""Looking at another rule, finding records, pasting commands, paging what is long, and locks that are left behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from targetexpr.base.width import text_width
from targetexpr.base.wrapping import shortened
from targetexpr.console.exits import YES
from targetexpr.repl.commands import COMMANDS
from targetexpr.repl.lines import pieces
from targetexpr.repl.storage import Draft, left_behind
from tests.repl.commands import RULE, Talk, record
from tests.repl.terminal import answered, leave, started

CUSTOMERS = (
    '{"currentCustomer":{"id":"101","points":5},"currentTxn":{"value":10}}',
    '{"currentCustomer":{"id":304,"points":70},"currentTxn":{"value":620}}',
    '{"currentCustomer":{"id":"304","points":8},"currentTxn":{"value":700}}',
    "oops",
)


# ---- another rule ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [":json true", ":json editor true", ":text true", ":reading true", ":tree true", ":type 1+1"]
)
def test_what_is_looked_at_does_not_become_the_rule(command: str, talk: Talk) -> None:
    talk.do(RULE)
    before, steps = talk.session.state, len(talk.session.steps)
    talk.do(command)
    assert (talk.session.state, len(talk.session.steps)) == (before, steps)
    talk.refused(f"{command}&&")
    assert "currentTxn.value > 500" in talk.do(":text")


def test_a_rule_in_plain_english(talk: Talk) -> None:
    talk.do("currentTxn.value>500&&currentCustomer.isLoyal==false")
    assert talk.do(":reading").splitlines() == [
        "All of these hold:",
        "- the value of the transaction is more than 500",
        "- the customer is not loyal",
    ]
    assert talk.do(":reading currentTxn.date.isWeekend()") == "The date of the transaction is on the weekend."


def test_explaining_another_rule(loaded: Talk) -> None:
    assert "The rule holds" in loaded.do(":explain currentTxn.value>1")
    assert loaded.session.state.rule == RULE


def test_looking_at_a_rule_before_there_is_one(talk: Talk) -> None:
    assert talk.do(":json true").startswith("{")
    assert "there is no rule yet" in talk.refused(":json")


# ---- finding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("yes", 2), ("no", 1), ("TRUE", 2),
        ('currentCustomer.id == "304"', 2), ("currentCustomer.id==304", 2), ('currentCustomer.id!="101"', 2),
        ("currentCustomer.points < 50", 3), ("currentTxn.value>650", 3), ('currentCustomer["id"] == "101"', 1),
        ("currentTxn.value>650&&currentTxn.value<800", 3),
    ],
)  # fmt: skip
def test_find(wanted: str, found: int, talk: Talk) -> None:
    talk.records(*CUSTOMERS)
    talk.do(RULE)
    talk.do(":load records.jsonl")
    said = talk.do(f":find {wanted}")
    assert talk.session.state.number == found
    assert f"record {found} of 4" in said or "this one is the only record" in said
    assert talk.session.state.rule == RULE
    talk.do(":undo") if found != 1 else None
    assert talk.session.state.number == 1


def test_find_goes_on_and_says_where_there_is_none(talk: Talk) -> None:
    talk.records(*CUSTOMERS)
    talk.do(":load records.jsonl")
    talk.do(':find currentCustomer.id == "304"')
    assert "record 3 of 4" in talk.do(':find currentCustomer.id == "304"'), "the next one; no rule is needed"
    assert talk.do(':find currentCustomer.id == "304"').startswith("past the end")
    assert talk.refused(':find currentCustomer.id == "9"') == (
        'no record fulfils currentCustomer.id == "9"; there are 4'
    )
    assert "error[" in talk.refused(":find currentTxn.value>>5")
    assert "there is no rule yet" in talk.refused(":find yes")


# ---- pasting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("a>5\n&& b", ["a>5\n&& b"]),
        ("a>5\n:json\n:text compact\n", ["a>5", ":json", ":text compact"]),
        (":event TransactionAdd\n(a\n&& b)\n:type", [":event TransactionAdd", "(a\n&& b)", ":type"]),
        ("a ||\nb\n\n:count\nc", ["a ||\nb", ":count", "c"]),
        ("f(a\n  ? b\n  : c)\n:json", ["f(a\n  ? b\n  : c)", ":json"]),
        (":json true", [":json true"]),
    ],
)
def test_pieces_of_what_is_pasted(text: str, sent: list[str]) -> None:
    assert pieces(text) == sent


def test_pasted_commands_run_one_by_one(tmp_path: Path) -> None:
    with started(tmp_path, columns=80) as terminal:
        terminal.paste(":set currentTxn.value 620\ncurrentTxn.value>500\n:type\n:event")
        terminal.press("enter")
        answered(terminal, "the event is none")
        for said in ("> :type", "yes  (record 1 of 1", "boolean:primitive", "reads currentTxn.value"):
            assert said in terminal.text
        leave(terminal)


# ---- long answers ----------------------------------------------------------------------------------------------------


@pytest.fixture
def pager(tmp_path: Path) -> str:
    script = tmp_path / "pager.sh"
    script.write_text("#!/bin/sh\ncat > paged.txt\necho paged it\ntouch done\n")
    script.chmod(0o755)
    return str(script)


def test_long_help_and_schema_are_paged(tmp_path: Path, pager: str) -> None:
    with started(tmp_path, columns=80, rows=24, PAGER=pager) as terminal:
        for command, said in ((":help", "Keys: Tab completes"), (":schema currentTxn", "grossAmount")):
            terminal.line(command)
            terminal.wait_until((tmp_path / "done").exists, "the pager")
            (tmp_path / "done").unlink()
            answered(terminal, "paged it")
            text = (tmp_path / "paged.txt").read_text(encoding="utf-8")
            assert said in text
            assert max(map(text_width, text.splitlines())) <= 80
            (tmp_path / "paged.txt").unlink()
        terminal.line(":help json")
        answered(terminal, "the rule as expressionJson")
        assert not (tmp_path / "paged.txt").exists(), "what fits is printed"
        leave(terminal)


@pytest.mark.parametrize("columns", [60, 80])
def test_help_fits_the_screen(columns: int, tmp_path: Path) -> None:
    with started(tmp_path, columns=columns, rows=80, PAGER="") as terminal:
        terminal.line(":help")
        terminal.wait_until(lambda: "`:help COMMAND` tells more." in " ".join(terminal.text.split()), "help")
        terminal.ready()
        shown = " ".join(terminal.text.split())
        assert "Alt-Enter begins a new line, Ctrl-X Ctrl-E opens an editor" in shown, "words are whole"
        terminal.line(
            "currentTxn.value>500&&currentCustomer.slabName=“Gold”&&currentTxn.discount==0&&currentTxn.vale>5"
        )
        answered(terminal, "`:fix` fixes")
        carets = [place for place, line in enumerate(terminal.lines) if set(line.strip(" |")) == {"^"}]
        assert carets
        for place in carets:
            above, line = terminal.lines[place - 1], terminal.lines[place]
            marked = above[line.index("^") : line.rindex("^") + 1]
            assert marked in ("=", "“Gold”", "vale")
        leave(terminal)


def test_a_pager_that_is_not_there_is_none(tmp_path: Path) -> None:
    with started(tmp_path, columns=80, rows=24, PAGER="no-such-pager --x") as terminal:
        terminal.line(":help")
        answered(terminal, "`:help COMMAND` tells more.")
        leave(terminal)


# ---- saved rules and locks -------------------------------------------------------------------------------------------


def test_a_saved_rule_keeps_its_event(talk: Talk) -> None:
    talk.do(":event TransactionAdd")
    talk.do(RULE)
    talk.do(":save big")
    talk.do(":event none")
    talk.do("currentCustomer.isLoyal")
    talk.do(":save loyal")
    assert "event TransactionAdd" in talk.do(":use big")
    assert talk.session.state.event == "TransactionAdd"
    assert "no event, as when it was saved" in talk.do(":use loyal")
    assert "big: currentTxn.value>500  (TransactionAdd)" in talk.do(":rules")


def test_locks_of_dead_sessions_are_taken_away(tmp_path: Path) -> None:
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom targetexpr.repl.storage import Draft\n"
        "draft = Draft(Path(sys.argv[1]))\nos._exit(0)"
    )
    for _ in range(2):
        subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, env=os.environ)
    mine = Draft(tmp_path)
    (tmp_path / "draft-notes.lock").write_text("mine", encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == 4
    assert left_behind(tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} == {f"draft-{os.getpid()}.lock", "draft-notes.lock"}
    mine.close()
    assert YES == 0


def test_a_record_is_found_by_its_event_of_two_files(talk: Talk) -> None:
    talk.records(record(1), name="a.jsonl")
    talk.records(record(900), name="b.jsonl")
    from targetexpr.repl.commands.data import load

    load(talk.session, ["a.jsonl", "b.jsonl"], None)
    assert "record 2 of 2" in talk.do(":find currentTxn.value>500")
    assert talk.do(":record").startswith("record 2 of 2 of b.jsonl, line 1")


# ---- the screen's width ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80])
def test_completion_keeps_words_whole(columns: int, tmp_path: Path) -> None:
    with started(tmp_path, columns=columns, rows=24) as terminal:
        terminal.type(":")
        terminal.wait_for(":json [compact|editor]")
        terminal.wait_for(":unset NAME")
        docs = {f":{command.name}": command.doc for command in COMMANDS.values()}
        shown = [line.strip() for line in terminal.lines if re.match(r" +:", line)]
        assert len(shown) > 5
        for line in shown:
            usage = re.findall(r":\w+", line)[0]
            doc = line.partition("  ")[2].strip()
            assert doc == docs[usage] or (doc.endswith("…") and re.match(re.escape(doc[:-1]) + r"\W", docs[usage]))
        terminal.press("ctrl-c")
        terminal.ready()
        terminal.type("currentTxn.gr")
        terminal.wait_for("grossAmount")
        terminal.wait_for("real  Gross")
        terminal.press("ctrl-c")
        leave(terminal)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Gold members", 12, "Gold members"),
        ("Gold members", 11, "Gold…"),
        ("金の会員 さん", 9, "金の会員…"),
        ("a" * 40, 10, "a" * 9 + "…"),
    ],
)
def test_cut_between_words(text: str, width: int, shown: str) -> None:
    assert shortened(text, width) == shown
    assert text_width(shown) <= width
