"""The REPL without a screen: lines from a pipe or a dumb terminal, answers as plain text, no control codes."""

from __future__ import annotations

import sys
from typing import TextIO

from targetexpr.base.visible import visible
from targetexpr.console.exits import BAD_INPUT, YES
from targetexpr.console.terminal import columns
from targetexpr.ide.document import open_brackets
from targetexpr.repl.commands import submit
from targetexpr.repl.interrupts import Interrupts
from targetexpr.repl.lines import is_command
from targetexpr.repl.session import Session, Stop

PROMPT = "> "
MORE = ". "


class PlainConsole:
    """Answers on standard output, complaints on standard error, with the line of the script they are about."""

    color = False

    def __init__(self, *, script: bool) -> None:
        self.script = script
        self.line = 0

    def write(self, text: str) -> None:
        """Prints an answer."""
        print(visible(text), flush=not self.script)

    def page(self, text: str) -> None:
        """Prints a long answer: what is piped can be paged by whoever reads it."""
        self.write(text)

    @property
    def columns(self) -> int | None:
        """Of the terminal, where there is one."""
        return columns() if sys.stdout.isatty() else None

    def write_error(self, text: str) -> None:
        """Prints what could not be done."""
        sys.stdout.flush()
        text = visible(text)
        print(f"line {self.line}: {text}" if self.script else text, file=sys.stderr, flush=True)

    def progress(self, text: str) -> None:
        """Nothing: what is piped is read when it is done."""


class _LineInput:
    """Lines that become rules and commands. A rule goes on over several lines while a parenthesis is open."""

    def __init__(self, session: Session, console: PlainConsole, lines: TextIO, *, prompt: bool) -> None:
        self.good = True
        self._session = session
        self._console = console
        self._lines = lines
        self._prompt = prompt
        self._waiting: list[str] = []  # of the rule that goes on
        self._first = self._number = self._depth = 0

    def turn(self) -> bool:
        """Reads a line and answers what it ends; False when there are no more."""
        if self._prompt:
            print(MORE if self._waiting else PROMPT, end="", flush=True)
        line = self._lines.readline()
        self._number += 1
        if not line:
            self._send()
            if self._prompt:
                print()
            return False
        self._take(line.rstrip("\r\n"))
        return True

    def drop(self) -> None:
        """What was typed of a rule is given up, and the next prompt stands on a line of its own."""
        self._waiting.clear()
        self._depth = 0
        print()

    def _take(self, line: str) -> None:
        if any("\udc80" <= char <= "\udcff" for char in line):  # how bytes that are not UTF-8 are read
            self._console.line, self.good = self._number, False
            self._console.write_error("this line is not UTF-8 text; save it as UTF-8")
            return
        if self._waiting and (is_command(line) or not line.strip()):
            self._send()
        if not self._waiting:
            self._first = self._number
        if line.strip():
            self._waiting.append(line)
            self._depth = 0 if is_command(line) else open_brackets(line, self._depth)
        if not self._depth:
            self._send()

    def _send(self) -> None:
        self._depth = 0
        if self._waiting:
            text = "\n".join(self._waiting)
            self._waiting.clear()
            self._console.line = self._first
            self.good &= submit(self._session, text)


def run_lines(session: Session, console: PlainConsole, lines: TextIO, *, prompt: bool) -> int:
    """Takes lines until they end; status 2 when one of them could not be done, else 0.

    At a prompt, Ctrl-C drops the line or the answer, whenever it comes, and never the session; a script it ends.
    """
    reader = _LineInput(session, console, lines, prompt=prompt)
    try:
        if prompt:
            _converse(reader)
        else:
            while reader.turn():
                pass
    except Stop:
        pass
    return YES if reader.good else BAD_INPUT


def _converse(reader: _LineInput) -> None:
    going = True
    with Interrupts() as interrupts:
        while going:
            try:
                interrupts.hear()
                going = reader.turn()
                interrupts.pass_over()
            except KeyboardInterrupt:
                reader.drop()
