"""The REPL without a screen: lines from a pipe or a dumb terminal, answers as plain text, no control codes."""

from __future__ import annotations

import re
import sys
from typing import TextIO

from targetexpr.cli.exits import BAD_INPUT, YES
from targetexpr.repl.analysis import open_brackets
from targetexpr.repl.commands import COMMANDS
from targetexpr.repl.session import Session, Stop

PROMPT = "> "
MORE = ". "


_CONTROL = "[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]"
_ALL_CONTROL = re.compile(f"{_CONTROL}|\x1b").sub
_ALL_BUT_COLOR = re.compile(rf"{_CONTROL}|\x1b(?!\[[0-9;]*m)").sub


def visible(text: str, *, color: bool = False) -> str:
    """A text whose control characters are written out: what a rule or a file holds must not drive the terminal.

    In a string of a rule the text that is shown means the same.

    >>> visible("currentTxn.number==" + chr(34) + chr(7) + chr(34))
    'currentTxn.number=="\\\\u0007"'
    """
    return (_ALL_BUT_COLOR if color else _ALL_CONTROL)(lambda found: f"\\u{ord(found[0]):04x}", text)


class PlainConsole:
    """Answers on standard output, complaints on standard error, with the line of the script they are about."""

    color = False

    def __init__(self, *, script: bool) -> None:
        self.script = script
        self.line = 0

    def say(self, text: str) -> None:
        """Prints an answer."""
        print(visible(text), flush=not self.script)

    def complain(self, text: str) -> None:
        """Prints what could not be done."""
        sys.stdout.flush()
        text = visible(text)
        print(f"line {self.line}: {text}" if self.script else text, file=sys.stderr, flush=True)

    def progress(self, text: str) -> None:
        """Nothing: what is piped is read when it is done."""


def run_lines(session: Session, console: PlainConsole, lines: TextIO, *, prompt: bool) -> int:
    """Takes lines until they end; status 2 when one of them could not be done, else 0.

    A rule goes on over several lines while a parenthesis is open; a command ends it.
    """
    waiting: list[str] = []
    first = number = depth = 0
    good = True

    def send() -> None:
        nonlocal good, depth
        depth = 0
        if waiting:
            text = "\n".join(waiting)
            waiting.clear()
            console.line = first
            good &= session.submit(text)

    try:
        while True:
            if prompt:
                print(MORE if waiting else PROMPT, end="", flush=True)
            try:
                line = lines.readline()
            except KeyboardInterrupt:
                if not prompt:
                    raise
                print()
                waiting.clear()
                depth = 0
                continue
            number += 1
            if not line:
                send()
                if prompt:
                    print()
                break
            line = line.rstrip("\r\n")
            if any("\udc80" <= char <= "\udcff" for char in line):  # how bytes that are no UTF-8 are read
                console.line, good = number, False
                console.complain("this line is not UTF-8 text; save it as UTF-8")
                continue
            if waiting and (_is_command(line) or not line.strip()):
                send()
            if not waiting:
                first = number
            if line.strip():
                waiting.append(line)
                depth = 0 if _is_command(line) else open_brackets(line, depth)
            if not depth:
                send()
    except Stop:
        pass
    return YES if good else BAD_INPUT


def _is_command(line: str) -> bool:
    """Whether a line is a command, and not the second branch of a conditional that goes on over lines."""
    word = line.strip().removeprefix(":").partition(" ")[0] if line.strip().startswith(":") else ""
    return word in COMMANDS or (bool(word) and any(name.startswith(word) for name in COMMANDS))
