"""Data cannot drive a terminal: every command is run on one with names and values full of control characters."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from targetexpr.base.visible import harmless, visible
from targetexpr.cli.main import COMMANDS, main
from tests.cli.command import DATA

BAD = "\x1b[35mA\x1b]0;B\x07C\x9b31mD\x7fE\u202eF\u2066G\u200fH\u061cI\x85J\u2029K"
"""Colour, a window's title, bell, C1, DEL, and what turns the direction of text or breaks lines."""

NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
COLORS = re.compile("\x1b\\[(?:0|1|2|31|33|36)m")
"""That diagnostics are painted in."""

CLEARED = "\r\x1b[K"
"""The line that says how far it is makes room for what is printed."""

RULE = f'currentTxn.value>5&&currentCustomer.slabName=="{BAD}"'
RECORD = {
    "customerId": BAD,
    "currentTxn": {"value": 620, "number": BAD, "date": BAD, BAD: BAD},
    "currentCustomer": {"slabName": BAD, "firstName": [BAD]},
    BAD: {BAD: BAD},
}


@contextmanager
def terminal(**environment: str) -> Iterator[list[bytes]]:
    """Standard output and standard error on a pseudo-terminal; all that was written to it, when it is left."""
    master, slave = os.openpty()
    modes = termios.tcgetattr(slave)
    modes[1] &= ~termios.OPOST  # line breaks stay what they are
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    written: list[bytes] = []

    def gather() -> None:
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:
                return
            written.append(data)
            if not data:
                return

    reader = threading.Thread(target=gather)
    reader.start()
    before = sys.stdout, sys.stderr, sys.stdin
    known = {name: os.environ.pop(name, None) for name in ("NO_COLOR", "TERM", "COLUMNS")}
    os.environ.update({"TERM": "xterm", "COLUMNS": "400", **environment})
    sys.stdin = io.TextIOWrapper(io.BytesIO(b""), encoding="utf-8")
    sys.stdout = os.fdopen(os.dup(slave), "w", encoding="utf-8")
    sys.stderr = os.fdopen(os.dup(slave), "w", encoding="utf-8")
    try:
        yield written
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.close()
        sys.stdout, sys.stderr, sys.stdin = before
        for name, value in known.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        os.close(slave)
        reader.join(30)
        os.close(master)


def shown(arguments: list[str], **environment: str) -> str:
    """What a terminal gets from a command."""
    with terminal(**environment) as written:
        main(arguments)
    return b"".join(written).decode("utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of all kinds, under names of the same sort."""
    made = tmp_path_factory.mktemp("evil") / f"folder {BAD}"
    made.mkdir()
    group: Any = json.loads((DATA / "payloads" / "create-streak-group.request.json").read_bytes())
    group["name"] = group["description"] = BAD
    group[BAD] = BAD
    for target in group["targets"]:
        target["name"] = target["expression"] = BAD
        target["enrolmentMethod"] = BAD
    good: Any = json.loads((DATA / "payloads" / "create-streak-group.request.json").read_bytes())
    good["name"] = BAD
    other = {**good, "description": f"{BAD}{BAD}"}
    schema = {
        "profiles": {"currentTxn": {"doc": BAD, "attributes": {"value": {"type": BAD, "doc": BAD}}, BAD: BAD}},
    }
    texts = {
        "rule.txt": RULE,
        "broken.txt": f'currentTxn.value=5 && {BAD} "{BAD}',
        "many.rules": f'{RULE}\ncurrentTxn.valu>"{BAD}"\n{RULE}',
        "tree.json": json.dumps({"arity": "literal", "value": BAD, "type": BAD, BAD: BAD}),
        "pairs.json": json.dumps({"expression": RULE, "expressionJson": json.dumps({"arity": BAD}), "name": BAD}),
        "records.jsonl": f"{json.dumps(RECORD)}\n{json.dumps(RECORD, ensure_ascii=False)}\n{BAD}\n" * 2,
        "bad.jsonl": json.dumps({**RECORD, "currentTxn": {"value": BAD}}),
        "table.csv": f"currentTxn.value,currentCustomer.slabName,{BAD}\n7,{BAD},{BAD}\n{BAD},{BAD},{BAD}\n",
        "map.toml": f'[columns]\n{json.dumps(BAD)} = {json.dumps(BAD)}\n"{"currentTxn.value"}" = "currentTxn.value"\n',
        "group.json": json.dumps(group),
        "good.json": json.dumps(good),
        "other.json": json.dumps(other),
        "plan.toml": f"name = {json.dumps(BAD)}\n{json.dumps(BAD)} = 1\n[[targets]]\nname = {json.dumps(BAD)}\n",
        "schema.json": json.dumps(schema),
        "not-json.json": f'{{"{BAD}": ',
        "implementation.py": "import sys, json\n"
        f"for line in sys.stdin: print(json.dumps({{'answer': {BAD!r}}}), flush=True)\nprint({BAD!r})\n",
    }
    for name, text in texts.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


CALLS = {
    "json": [
        ["json", RULE],
        ["json", "-f", "broken.txt"],
        ["json", "--output", "json", "-f", "broken.txt"],
        ["json", BAD],
    ],
    "text": [
        ["text", "-f", "tree.json"],
        ["text", "--output", "json", "-f", "tree.json"],
        ["text", "-f", "not-json.json"],
    ],
    "format": [["format", RULE], ["format", "--fix", "-f", "broken.txt"], ["format", "many.rules"], ["format", BAD]],
    "check": [
        ["check", "-f", "broken.txt"],
        ["check", RULE, "many.rules", "pairs.json", "group.json"],
        ["check", "--output", "json", "many.rules"],
        ["check", "--output", "sarif", "many.rules"],
        ["check", "--set", "--pairs", "many.rules"],
        ["check", "-f", f"missing {BAD}"],
        ["check", "--schema", "schema.json", RULE],
        ["check", "--event", BAD, RULE],
        ["check", f"--{BAD}", RULE],
    ],
    "eval": [
        ["eval", RULE, "--data", "records.jsonl"],
        ["eval", "currentTxn.number", "--data", "records.jsonl"],
        ["eval", "currentTxn.number", "--data", "records.jsonl", "--output", "json"],
        ["eval", "currentTxn.value>1", "--data", "bad.jsonl"],
        ["eval", RULE, "--data", "table.csv"],
        ["eval", RULE, "--data", "table.csv", "--columns", "map.toml"],
        ["eval", RULE, "--count", "--data", f"missing {BAD}"],
        ["eval", "--rules", "many.rules", "--data", "records.jsonl"],
    ],
    "explain": [
        ["explain", RULE, "--data", "records.jsonl"],
        ["explain", 'currentCustomer.slabName=="Gold"', "--data", "records.jsonl"],
        ["explain", "currentTxn.number", "--data", "records.jsonl"],
        ["explain", "currentTxn.value>1", "--data", "bad.jsonl"],
        ["explain", RULE, "--data", "records.jsonl", "--output", "json"],
    ],
    "sql": [["sql", RULE], ["sql", RULE, "--dialect", BAD], ["sql", BAD]],
    "data": [
        ["data", "head", "table.csv"],
        ["data", "head", "records.jsonl"],
        ["data", "head", "table.csv", "--columns", "map.toml"],
        ["data", "map", "table.csv"],
        ["data", BAD],
    ],
    "backtest": [
        ["backtest", RULE, "--data", "records.jsonl", "--on-error", "null"],
        ["backtest", RULE, "--data", "records.jsonl", "--by", "currentCustomer.slabName", "--on-error", "null"],
        ["backtest", RULE, "--data", "table.csv", "--on-error", "null"],
        ["backtest", RULE, "--by", BAD, "--data", "records.jsonl"],
    ],
    "conformance": [
        ["conformance", "--topic", BAD, "--list"],
        ["conformance", "--run", f"missing-{BAD}"],
        ["conformance", "--topic", "syntax/strings", "--run", f"{sys.executable} implementation.py"],
    ],
    "schema": [["schema", BAD], ["schema", "--schema", "schema.json"], ["schema", "--event", BAD]],
    "verify": [["verify", "pairs.json"], ["verify", "group.json"], ["verify", "not-json.json"]],
    "target": [
        ["target", "new", "plan.toml"],
        ["target", "new", "--name", BAD, "--start", BAD, "--every", "weekly", "--spend", "5", "--levels", "2"],
        ["target", "check", "group.json"],
        ["target", "check", "good.json", "not-json.json"],
        ["target", "check", "--output", "json", "group.json"],
        ["target", "show", "group.json"],
        ["target", "show", "good.json"],
        ["target", "verify", "group.json"],
        ["target", "diff", "good.json", "other.json"],
        ["target", "diff", "good.json", "other.json", "--output", "json"],
        ["target", "simulate", "good.json", "--data", "records.jsonl"],
        ["target", "simulate", "good.json", "--data", "records.jsonl", "--output", "csv"],
        ["target", "simulate", "good.json", "--data", "records.jsonl", "--output", "json"],
        ["target", "simulate", "good.json", "--data", "records.jsonl", "--customer", BAD],
        ["target", "simulate", "group.json", "--data", "bad.jsonl"],
    ],
    "repl": [["repl", "--event", BAD], ["repl", "--timezone", BAD], ["repl", BAD]],
    "serve": [["serve", "--port", BAD], ["serve", "--database", f"missing {BAD}/{BAD}", "--port", "0"]],
    "studio": [["studio", BAD], ["studio", "--event", BAD], ["studio", "--port", BAD], ["studio", "--timezone", BAD]],
    "lsp": [["lsp", f"--{BAD}"]],
    "help": [["help", BAD]],
}


def test_every_command_is_called() -> None:
    assert CALLS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("color", [True, False], ids=["colours", "no colours"])
def test_nothing_of_data_reaches_a_terminal_raw(
    name: str, color: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    said = 0
    for arguments in CALLS[name]:
        here = [str(folder / one) if (folder / one).exists() else one for one in arguments]
        for called in (arguments, here):
            text = (shown(called) if color else shown(called, NO_COLOR="1")).replace(CLEARED, "")
            if color:
                text = COLORS.sub("", text)
            assert not (found := NEVER.search(text)), (called, text[max(found.start() - 60, 0) : found.end() + 60])
            said += "\\u001b" in text or "<001B>" in text or "\\x1b" in text
    assert said, "it does say what it was given"


def test_what_is_piped_is_the_data_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads it: the rule that `format` prints is the rule."""
    assert main(["format", RULE]) == 0
    assert capsys.readouterr().out == RULE + "\n"


def test_what_json_shows_on_a_terminal_means_the_same() -> None:
    made = json.loads(shown(["format", "--output", "json", RULE]))
    assert made["expression"] == RULE


def test_what_is_shown_of_a_rule_means_the_same() -> None:
    from targetexpr import compile as compile_rule

    rule = compile_rule(shown(["format", RULE]).rstrip("\n"))
    assert rule.evaluate({"currentTxn": {"value": 6}, "currentCustomer": {"slabName": BAD}}) is True


def test_plain_text_stays_as_it_is() -> None:
    text = 'name=="Müller \U0001f44d\u200d\u2695 é नमस्ते שלום"\tand\nmore'
    assert visible(text) == harmless(text) == text
    assert visible(BAD, color=True) == visible(BAD), "only the colours of ours are let through"
