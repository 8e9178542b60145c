"""The REPL without a screen: scripts on standard input, and terminals that can do nothing but print."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import FrameType

import pytest

from targetexpr.lang.schema.schema import Schema
from targetexpr.repl.plain import PlainConsole, run_lines
from targetexpr.repl.session import Session
from targetexpr.repl.storage import RuleBook
from tests.cli.command import PATIENCE, Done, command, environment, spawn
from tests.repl.commands import RULE
from tests.repl.terminal import Terminal

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def script(folder: Path, text: str | bytes, *arguments: str | bytes, **env: str) -> Done:
    data = text if isinstance(text, bytes) else text.encode()
    done = spawn("repl", *arguments, stdin=data, cwd=folder, TARGETEXPR_STATE=str(folder / "state"), **env)
    assert "Traceback" not in done.err
    assert not CONTROL.search(done.out), "no control codes"
    assert not CONTROL.search(done.err), "no control codes"
    assert not (folder / "state").exists(), "a script leaves no history"
    return done


def test_a_script_of_every_day(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(
        "".join(f'{{"currentTxn":{{"value":{value}}}}}\n' for value in (620, 10)), encoding="utf-8"
    )
    done = script(
        tmp_path,
        f"{RULE}\n:json\n:text compact\n:load r.jsonl\n:count\n:find false\n"
        ":set currentTxn.value 501\n:save big\n:quit\nx",
    )
    lines = done.out.splitlines()
    assert (done.status, done.err) == (0, "")
    assert json.loads(lines[1])["value"] == ">"
    assert lines[:1] + lines[2:6] == [
        "boolean  currentTxn.value > 500",
        "currentTxn.value>500",
        "2 records from r.jsonl; this is the first",
        "yes  (record 1 of 2)",
        "2 records, 1 yes, 1 no, 0 null, 0 errors",
    ]
    assert lines[6] == "no  (record 2 of 2)"
    assert lines[-2:] == ["yes  (record 2 of 2, edited)", "saved big in targetexpr-rules.toml"]
    assert "[rules.big]" in (tmp_path / "targetexpr-rules.toml").read_text(encoding="utf-8")


def test_a_script_that_fails_says_where_and_goes_on(tmp_path: Path) -> None:
    done = script(tmp_path, f"\n{RULE}\n:nonsense\n\ncurrentTxn.valeu>5\n:json\n:load nothing.jsonl\n{RULE}\n")
    assert done.status == 2
    assert done.out.splitlines() == ["boolean  currentTxn.value > 500"] * 2
    assert "line 3: unknown command `:nonsense`; `:help` lists them\n" in done.err
    assert "line 5: error[unknown-attribute]" in done.err
    assert "line 6: the rule is invalid" in done.err
    assert "line 7: cannot read nothing.jsonl: No such file or directory\n" in done.err


def test_a_rule_over_several_lines(tmp_path: Path) -> None:
    done = script(tmp_path, '(currentTxn.value>1\n||\n\n\n(currentTxn.value<5\n  &&true\n:type true\n"a)"==("b"\n)\n')
    assert "line 1: " in done.err, "an empty line ends it"
    assert "line 5: " in done.err, "a command ends it"
    assert 'boolean  "a)" == "b"\n' in done.out, "a parenthesis in a string opens nothing"


def test_branches_on_lines_of_their_own(tmp_path: Path) -> None:
    done = script(tmp_path, "(currentTxn.value>1\n? true\n: currentTxn.value>0)\n")
    assert (done.status, done.out.startswith("boolean  currentTxn.value > 1 ? true : currentTxn.value > 0")) == (
        0,
        True,
    )


def test_ten_thousand_lines_of_one_rule_take_no_time(tmp_path: Path) -> None:
    lines = "".join(f"currentTxn.value=={number}||\n" for number in range(10_000))
    done = script(tmp_path, f"(\n{lines}true)\n:type\n")
    assert done.status == 0
    assert "boolean:primitive\nreads currentTxn.value\n" in done.out


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfcurrentTxn.value>500\n:text\n",
        b"\xef\xbb\xbf:event none\ncurrentTxn.value>500\n:text\n",
        b"currentTxn.value>500\r\n:text\r\n",
        b"currentTxn.value>500\n:text",
        b"currentTxn.value>500\n\n \n:text\n:q\n",
        b"  currentTxn.value>500  \n  :text  ",
    ],
)
def test_ways_to_end_a_line_and_begin_a_file(tmp_path: Path, data: bytes) -> None:
    done = script(tmp_path, data)
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith("boolean  currentTxn.value > 500\ncurrentTxn.value > 500\n")


@pytest.mark.parametrize("data", [b"", b"\n", b" \n\r\n\t\n", b"\xef\xbb\xbf"])
def test_nothing_is_fine(tmp_path: Path, data: bytes) -> None:
    assert script(tmp_path, data) == Done(0, "", "")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_utf_8_whatever_the_locale(tmp_path: Path, encoding: str) -> None:
    done = script(tmp_path, 'currentCustomer.name=="Müller 🎉"\n', PYTHONIOENCODING=encoding, LC_ALL="C")
    assert done == Done(0, 'boolean  currentCustomer.name == "Müller 🎉"\n', "")


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    done = script(
        tmp_path, b'currentTxn.value>\xff5\ncurrentTxn.number=="\xed\xa0\x80"\n:load \xff\n:save \xff\n' + b"true\n"
    )
    assert (done.status, done.out) == (2, "boolean  true\n")
    for number in (1, 2, 3, 4):
        assert f"line {number}: " in done.err


def test_control_characters_are_written_out(tmp_path: Path) -> None:
    done = script(
        tmp_path,
        b'currentTxn.number=="\x1b[31m\x07\xc2\x9b"\n:text\n:tree\n:foo\x1b[2J\n:load \x1b]0;x\x07\n:schema \x08\n',
    )
    assert '== "\\u001b[31m\\u0007' in done.out


def test_monstrous_lines(tmp_path: Path) -> None:
    rules = ["a" * 2_000_000, "(" * 300_000 + ")", "(" * 3000 + "1" + ")" * 3000, "!" * 100_000, '"' * 2000]
    done = script(tmp_path, "".join(f"{rule}\n\ntrue\n" for rule in rules))
    assert (done.status, done.out) == (2, "boolean  true\n" * len(rules))
    assert len(done.err) < 100_000


def test_ten_thousand_terms(tmp_path: Path) -> None:
    rule = "||".join(f'currentTxn.number=="{number}"' for number in range(10_000))
    (tmp_path / "r.jsonl").write_text('{"currentTxn":{"number":"9999"}}\n', encoding="utf-8")
    done = script(tmp_path, f"{rule}\n:load r.jsonl\n:count\n:save x\n")
    assert (done.status, done.err) == (0, "")
    assert "yes  (record 1 of 1)" in done.out


def test_the_call_itself(tmp_path: Path) -> None:
    (tmp_path / "my data currentTxn").write_text('{"value":620}\n', encoding="utf-8")
    done = script(
        tmp_path, RULE, "--data", "my data currentTxn", "--profile", "currentTxn", "--event", "TransactionAdd"
    )
    assert (done.status, done.out.splitlines()[-1]) == (0, "yes  (record 1 of 1)")
    for arguments, problem in [
        (("--data", "nothing.jsonl"), "cannot read nothing.jsonl: No such file or directory"),
        (("--data", "my data currentTxn", "--profile", "currentTnx"), "did you mean currentTxn?"),
        (("--data", "my data currentTxn", "--profile", "bills"), "unknown profile 'bills'"),
        (("--profile", "bills"), "unknown profile 'bills'"),
        (("--data", ""), "cannot read"),
        (("--event", "TransactionAd"), "did you mean TransactionAdd"),
        (("--timezone", "Mars"), "no time zone 'Mars'"),
        (("--schema", "nothing.toml"), "nothing.toml"),
        (("--nonsense",), "--nonsense"),
    ]:
        done = script(tmp_path, RULE, *arguments)
        assert (done.status, done.out) == (2, "")
        assert problem in done.err


def test_help_begins_with_what_it_is(tmp_path: Path) -> None:
    done = script(tmp_path, "", "--help")
    assert done.status == 0
    assert "Author rules." in done.out


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    with subprocess.Popen(
        command("repl"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(b":help\n" * 2000)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 0


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("repl"),
            input=b"true\n",
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=environment(),
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, b"targetexpr: cannot write: No space left on device\n")


def test_no_standard_input(tmp_path: Path) -> None:
    program = (
        f"import os,sys\nos.close(0)\nos.execv({sys.executable!r}, [{sys.executable!r}, '-m', 'targetexpr', 'repl'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        cwd=tmp_path,
        env=environment(),
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 2
    assert b"standard input is closed" in done.stderr


def test_a_script_needs_no_prompt_toolkit(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom targetexpr.cli.main import main\nstatus = main(['repl'])\n"
        "assert 'prompt_toolkit' not in sys.modules\nraise SystemExit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=f"{RULE}\n".encode(),
        cwd=tmp_path,
        env=environment(),
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0


# ---- terminals that can do nothing but print -------------------------------------------------------------------------


def test_a_dumb_terminal(tmp_path: Path) -> None:
    with Terminal(tmp_path, TERM="dumb") as terminal:
        terminal.wait_for(">")
        terminal.line(RULE)
        terminal.wait_for("boolean  currentTxn.value > 500\n>")
        terminal.line("(true")
        terminal.wait_for("(true\n.")
        terminal.line(")")
        terminal.wait_for("boolean  true\n>")
        terminal.line("currentTxn.value=500")
        terminal.wait_for("`:fix` fixes it (F2 while typing).\n>")
        terminal.line("(half")
        terminal.wait_for("(half\n.")
        terminal.press("ctrl-c")
        terminal.wait_for("(half\n. ^C\n>")
        terminal.line(":record")
        terminal.wait_for("there are no records")
        terminal.press("ctrl-d")
        assert terminal.end() == 2, "a line could not be done"
        assert b"\x1b" not in terminal.raw


def test_ctrl_c_never_ends_the_session_wherever_it_strikes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once at every line of the reader: the session goes on, and what is typed after it is answered."""
    console = PlainConsole(script=False)

    def interrupted_at(place: int) -> bool:
        """Whether the reader came to that many lines."""
        session = Session(console, Schema.bundled(), RuleBook(str(tmp_path / "rules.toml")))
        passed = 0

        def trace(frame: FrameType, event: str, _argument: object) -> Callable[..., object] | None:
            nonlocal passed
            if frame.f_code.co_qualname.startswith("_LineInput.") and frame.f_code.co_name != "__init__":
                passed += event == "line"
                if event == "line" and passed == place:
                    raise KeyboardInterrupt
                return trace
            return None

        lines = StringIO(f"{RULE}\n(true\n)\n\n\n{RULE}\n:type\n")
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            status = run_lines(session, console, lines, prompt=True)
        finally:
            sys.settrace(before)
        if place < passed:  # not at the very end of the input
            assert session.state.rule == RULE
        assert status in (0, 2)
        return place <= passed

    places = 1
    while interrupted_at(places):
        places += 1
    assert places > 40
    assert capsys.readouterr().err.count("error") < places, "half a rule may be in error; whole ones are not"


def test_ctrl_c_at_once_and_again_on_a_dumb_terminal(tmp_path: Path) -> None:
    with Terminal(tmp_path, TERM="dumb") as terminal:
        terminal.wait_for(">")
        for _ in range(40):
            terminal.line(RULE)
            terminal.press("ctrl-c")
            terminal.press("ctrl-c")
        assert terminal.insist(":quit") == 0
        assert b"Traceback" not in terminal.raw


def test_no_terminal_type_at_all(tmp_path: Path) -> None:
    with Terminal(tmp_path, TERM="") as terminal:
        terminal.wait_for(">")
        terminal.line(":quit")
        assert terminal.end() == 0
        assert b"\x1b" not in terminal.raw
