"""A terminal to drive the real program: keys go in through a pseudo-terminal, what the screen shows comes out."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import TracebackType

import pyte

from tests.cli.command import PATIENCE

ROOT = Path(__file__).resolve().parents[2]

RESTING = "type a rule, or :help"
"""What the toolbar says while nothing is typed."""

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "left": "\x1b[D",
    "f2": "\x1bOQ",
    "escape": "\x1b",
    "backspace": "\x7f",
    "alt-enter": "\x1b\r",
    **{f"ctrl-{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}


class _Screen(pyte.Screen):
    """A screen that answers when it is asked where its cursor is."""

    answer: Callable[[str], None]

    def write_process_input(self, data: str) -> None:
        self.answer(data)


class Terminal:
    """The program on a screen of its own. Waits are for what the screen shows, never for a time."""

    def __init__(self, folder: Path, *arguments: str, columns: int = 100, rows: int = 30, **env: str) -> None:
        self.screen = _Screen(columns, rows)
        self.screen.answer = self.type
        self._stream = pyte.Stream(self.screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.raw = bytearray()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.modes_before = self.modes()
        plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "EDITOR", "VISUAL")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "targetexpr", "repl", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={
                **plain,
                "PYTHONPATH": str(ROOT / "src"),
                "TERM": "xterm-256color",
                "TARGETEXPR_STATE": str(folder / "state"),
                **env,
            },
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - Ctrl-C needs it; no threads yet
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(PATIENCE)
        self.hang_up()

    def hang_up(self) -> None:
        """Closes the terminal, as a window that is closed does."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    # ---- keys in -----------------------------------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Types a text as it is."""
        os.write(self._master, text.encode("utf-8"))

    def press(self, *keys: str) -> None:
        """Presses keys by name: enter, tab, f2, ctrl-c."""
        for key in keys:
            self.type(KEYS[key])

    def paste(self, text: str) -> None:
        """Pastes a text as a terminal does, in brackets."""
        self.type(f"\x1b[200~{text}\x1b[201~")

    def line(self, text: str) -> None:
        """Types a line and sends it."""
        self.type(text)
        self.press("enter")

    def send(self, text: str) -> None:
        """Types a line, sends it, and waits for the answer and the next empty prompt."""
        if text:
            self.type(text)
            self.wait_until(lambda: self._prompts()[-1:] == [f"> {text}"[: self.screen.columns].rstrip()], text)
        self.press("enter")
        self.wait_until(lambda: self._prompts()[-1:] == [">"] and RESTING in self.text, f"the answer to {text}")

    def _prompts(self) -> list[str]:
        return [line for line in self.lines if line.startswith(">")]

    def modes(self) -> list[object]:
        """How the terminal takes keys: what it echoes, gathers and translates."""
        return [*termios.tcgetattr(self._master)]

    # ---- screen out --------------------------------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """What the screen shows, blanks at the ends of lines left out."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """The screen as one text, empty lines at its end left out."""
        return "\n".join(self.lines).rstrip("\n")

    def wait_for(self, wanted: str) -> None:
        """Waits until the screen shows a text."""
        self.wait_until(lambda: wanted in self.text, wanted)

    def ready(self) -> None:
        """Waits for an empty prompt."""
        self.wait_until(lambda: any(line == RESTING for line in self.lines[-2:]), "an empty prompt")

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Waits until something holds of the screen; fails with the screen as it is.

        Only whole pictures count: the editor hides the cursor for as long as it paints one.
        """
        end = monotonic() + PATIENCE
        while self.screen.cursor.hidden or not holds():
            left = end - monotonic()
            assert left > 0, f"never came: {what}\n{self.text}"
            if not self._read(min(left, 0.5)) and self.process.poll() is not None and not self._read(0.05):
                assert holds(), f"the program ended before: {what}\n{self.text}"
                return

    def watch(self, seconds: float) -> None:
        """Reads until nothing more comes for a while. A pause between keys, not a wait: much may still be under way."""
        while self._read(seconds):
            pass

    def insist(self, line: str) -> int:
        """Sends a line that ends the program, again if a Ctrl-C before it took it along; the exit status."""
        end = monotonic() + PATIENCE
        while self.process.poll() is None:
            assert monotonic() < end, f"it does not end\n{self.text}"
            self.line(line)
            self.watch(1.0)
        return self.end()

    def clear(self) -> None:
        """After keys of which nobody knows how many were taken: waits until all were, and for an empty prompt.

        Keys are taken in order. Once a word typed last is on the screen, none is left before it.
        """
        self.type("last")
        self.wait_until(lambda: self._prompts()[-1:] != [] and self._prompts()[-1].endswith("last"), "the last word")
        self.press("ctrl-c")
        self.ready()

    def end(self) -> int:
        """Waits for the end of the program; its exit status."""
        end = monotonic() + PATIENCE
        while self.process.poll() is None:
            assert monotonic() < end, f"it does not end\n{self.text}"
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.process.returncode

    def styles(self, wanted: str) -> list[pyte.screens.Char]:
        """The cells of the last place where the screen shows a text."""
        for row in range(self.screen.lines - 1, -1, -1):
            at = self.screen.display[row].rfind(wanted)
            if at >= 0:
                return [self.screen.buffer[row][column] for column in range(at, at + len(wanted))]
        raise AssertionError(f"not on the screen: {wanted}\n{self.text}")

    def _read(self, seconds: float) -> bool:
        if self._master < 0 or not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(self._decoder.decode(data))
        return bool(data)


@contextmanager
def started(folder: Path, *arguments: str, **options: object) -> Iterator[Terminal]:
    """A session with an empty prompt; at its end there must not have been a fault."""
    with Terminal(folder, *arguments, **options) as terminal:  # type: ignore[arg-type]
        terminal.ready()
        yield terminal
        assert b"Traceback" not in terminal.raw, terminal.text


def last(terminal: Terminal, wanted: str) -> None:
    """Waits until the lowest line above the toolbar that is not empty is this one."""

    def lowest() -> str:
        lines = terminal.lines
        prompt = max((place for place, line in enumerate(lines) if line.startswith((">", "."))), default=0)
        return lines[prompt]

    terminal.wait_until(lambda: lowest() == wanted, f"the prompt: {wanted}")


def answered(terminal: Terminal, wanted: str) -> None:
    """Waits for an answer and the empty prompt behind it, which reads keys as they are."""
    terminal.wait_for(wanted)
    terminal.ready()


def leave(terminal: Terminal) -> None:
    terminal.ready()
    terminal.press("ctrl-d")
    assert terminal.end() == 0
