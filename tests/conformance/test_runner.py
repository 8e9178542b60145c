"""The run of an implementation: what it does instead of answering, what is reported, and how it ends."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from targetexpr.conformance.asking import ask_all
from targetexpr.conformance.questions import questions
from targetexpr.conformance.talking import Broken, Implementation
from tests.cli.command import Call

BEGIN = (
    "import json, os, sys, time\nfor line in sys.stdin:\n    request = json.loads(line)\n    number = request['id']\n"
)
ANSWERS = "    print(json.dumps({'id': number, 'error': {}}), flush=True)\n"
"""Everything is an error: right for broken texts."""


@pytest.fixture
def program(tmp_path: Path) -> str:
    """Where an implementation is written to."""
    return str(tmp_path / "implementation.py")


def run(call: Call, program: str, body: str, *more: str) -> tuple[int, dict[str, dict[str, str]], str]:
    """The status, the results by id, and what was said on standard error."""
    Path(program).write_text(BEGIN + body, encoding="utf-8")
    command = f"{sys.executable} {program}"
    done = call("conformance", "--run", command, "--topic", "syntax/blanks", "--id", "#parse", *more)
    if done.status == 2:
        return done.status, {}, done.err
    done_json = call("conformance", "--run", command, "--topic", "syntax/blanks", "--id", "#parse", "--output", "json")
    assert done_json.status == done.status
    return done.status, {one["id"]: one for one in done_json.data["results"]}, done.out


def test_what_holds_and_what_fails(call: Call, program: str) -> None:
    status, results, text = run(call, program, ANSWERS)
    assert status == 1
    assert results["syntax/blanks/line-comment#parse"]["outcome"] == "holds"
    failing = results["syntax/blanks/none-needed#parse"]
    assert failing["outcome"] == "fails"
    assert failing["reason"] == 'expected {"tree": "(? a b (- c))"}, got the error {}'
    assert failing["request"] == {"op": "parse", "text": "a?b:-c"}
    assert "14 of 23 hold, 9 fail" in text
    assert "syntax/blanks/none-needed#parse fails" in text


@pytest.mark.parametrize(
    ("instead", "outcome", "said"),
    [
        ("sys.exit('no idea')", "crashed", "it ended with status 1 instead of answering; it said: no idea"),
        ("os._exit(7)", "crashed", "it ended with status 7 instead of answering"),
        ("os.kill(os.getpid(), 9)", "crashed", "it was ended by signal 9 instead of answering"),
        ("print('well', flush=True)", "garbage", "its answer is not JSON: well"),
        ("print('[1]', flush=True)", "garbage", "its answer is not a JSON object: [1]"),
        ("print('{\"id\": 99999}', flush=True)", "garbage", "its answer has the id 99999, not"),
        ('print(\'{"tree": "a"}\', flush=True)', "garbage", "its answer has the id None, not"),
        ('os.write(1, b\'{"id": "\\xff"}\\n\')', "garbage", "its answer is not UTF-8"),
        ("os.write(1, b'{\"id\"'); os._exit(0)", "garbage", 'its last line has no line break: {"id"'),
    ],
)
def test_what_it_does_instead_of_answering(call: Call, program: str, instead: str, outcome: str, said: str) -> None:
    """It is started again for the next question, and the others hold or fail as they would."""
    odd = f"    if request['text'] == 'a // b':\n        {instead}\n        continue\n"
    status, results, _ = run(call, program, odd + ANSWERS)
    found = results["syntax/blanks/line-comment#parse"]
    assert (status, found["outcome"]) == (1, outcome)
    assert said in found["reason"]
    assert results["syntax/blanks/block-comment#parse"]["outcome"] == "holds"


def test_silence_ends_the_request_not_the_run(program: str) -> None:
    """A process that does not answer in time is ended and started again."""
    odd = "    if request.get('text') == 'silence':\n        time.sleep(1000)\n"
    Path(program).write_text(BEGIN + odd + ANSWERS, encoding="utf-8")
    implementation = Implementation([sys.executable, program], seconds=120)
    try:
        assert implementation.ask({"op": "parse"}) == {"id": 1, "error": {}}
        implementation._seconds = 0.2
        found = implementation.ask({"op": "parse", "text": "silence"})
        assert isinstance(found, Broken)
        assert (found.breach, found.reason[:31]) == ("silent", "no answer within 0.2 seconds (d")
        implementation._seconds = 120
        assert implementation.ask({"op": "parse"}) == {"id": 3, "error": {}}
    finally:
        implementation.close()


def test_a_process_that_reads_nothing_is_not_waited_for() -> None:
    """Not even by a request that is longer than any pipe."""
    implementation = Implementation([sys.executable, "-c", "import time; time.sleep(1000)"], seconds=0.2)
    found = implementation.ask({"op": "parse", "text": "x" * 10_000_000})
    assert isinstance(found, Broken)
    assert found.breach == "silent"
    implementation.close()


def test_an_implementation_that_is_always_silent_is_left() -> None:
    asked = list(questions(["syntax/blanks"]))
    replies = iter([{"error": {}}])

    def ask(_: object) -> Mapping[str, Any] | Broken:
        return next(replies, Broken(breach="silent", reason="no answer"))

    report = ask_all(asked, ask)
    counts = report.counts()
    assert (counts["silent"], counts["not asked"]) == (5, len(asked) - 6)
    assert report.results[-1].reason == "not asked: it was silent 5 times in a row"
    assert not report.ok


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-command-anywhere", "cannot run no-such-command-anywhere: No such file or directory"),
        ("", "--run is empty; it takes a command, as in --run 'node mine.mjs'"),
        ("'", "--run: No closing quotation"),
        (f"{sys.executable} -c 'raise SystemExit(5)'", "the command answers nothing: it ended with status 5"),
        (f"{sys.executable} -c 'print(5)'", "the command answers nothing: its answer is not a JSON object: 5"),
    ],
)
def test_no_implementation_is_status_2(call: Call, command: str, said: str) -> None:
    done = call("conformance", "--run", command)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--list", "--topic", "syntax/string"], "unknown topic 'syntax/string'; did you mean syntax/strings?"),
        (["--list", "--topic", "zzzz"], "unknown topic 'zzzz'; `targetexpr conformance --list` lists them"),
        (["--run", "true", "--id", "zzzz"], "no question has such a topic and id"),
        ([], "one of the arguments --run --answer --list --folder is required"),
        (["--run", "a", "--seconds", "0"], "expected a whole number from 1 to 3600, not '0'"),
    ],
)
def test_what_cannot_be_asked(call: Call, arguments: list[str], said: str) -> None:
    done = call("conformance", *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_what_is_not_supported_is_no_failure_unless_nothing_is(call: Call, program: str) -> None:
    refuse = "    print(json.dumps({'id': number, 'unsupported': 'not yet'}), flush=True)\n"
    some = "    if request['text'].startswith('a?'):\n    " + refuse + "        continue\n"
    body = f"{some}    print(json.dumps({{'id': number, 'error': {{}}}}), flush=True)\n"
    arguments = ("--topic", "syntax/conditionals", "--output", "json")
    Path(program).write_text(BEGIN + body, encoding="utf-8")
    only = ("--id", "no-otherwise#parse", "--id", "no-condition#parse")
    done = call("conformance", "--run", f"{sys.executable} {program}", *arguments, *only)
    assert (done.status, done.data["counts"]["unsupported"], done.data["counts"]["holds"]) == (0, 1, 1)
    Path(program).write_text(BEGIN + refuse, encoding="utf-8")
    done = call("conformance", "--run", f"{sys.executable} {program}", *arguments, *only)
    assert (done.status, done.data["ok"]) == (1, False)


def test_junit_has_every_question(call: Call, program: str) -> None:
    odd = "    if request['text'] == 'a # b':\n        sys.exit(3)\n"
    refuse = "        print(json.dumps({'id': number, 'unsupported': 'x'}), flush=True)\n"
    skip = f"    if request['text'] == 'a /* b */':\n{refuse}        continue\n"
    Path(program).write_text(BEGIN + odd + skip + ANSWERS, encoding="utf-8")
    command = f"{sys.executable} {program}"
    done = call("conformance", "--run", command, "--topic", "syntax/blanks", "--id", "#parse", "--output", "junit")
    assert done.status == 1
    suites = ET.fromstring(done.out.encode())
    (suite,) = suites
    assert suite.attrib == {"name": "syntax/blanks", "tests": "23", "failures": "9", "errors": "1", "skipped": "1"}
    kinds = {case.attrib["name"].split("/")[-1]: [inner.tag for inner in case] for case in suite}
    assert kinds["hash-comment#parse"] == ["error"]
    assert kinds["block-comment#parse"] == ["skipped"]
    assert kinds["none-needed#parse"] == ["failure"]
    assert kinds["line-comment#parse"] == []


def test_topics_are_listed(call: Call) -> None:
    done = call("conformance", "--list", "--topic", "evaluation")
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0] == "evaluation/logic       48  Kleene's logic, and what is not evaluated."
    assert lines[-1].endswith(" questions")
    ids = call("conformance", "--list", "--topic", "syntax/numbers", "--output", "json").data
    assert "syntax/numbers/leading-zeros#parse" in ids
    found = call("conformance", "--list", "--id", "numbers/*zeros#parse-4").out
    assert found.splitlines() == ["syntax/numbers/leading-zeros#parse-4"]


def test_the_folder_has_the_files(call: Call) -> None:
    folder = Path(call("conformance", "--folder").out.strip())
    assert json.loads((folder / "kit.json").read_text(encoding="utf-8"))["protocol"] == 1
    assert (folder / "cases" / "syntax" / "strings.jsonl").is_file()
