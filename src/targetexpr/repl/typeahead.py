"""Keys typed while an answer is printed wait for the next prompt as they are."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType


class TypeAhead:
    """Between prompts the terminal neither shows keys nor gathers them to lines; Ctrl-C goes on to be a signal.

    The editor changes the terminal for as long as a line is typed and puts back what it found. Without this, keys typed
    between two lines were shown twice, and Ctrl-D among them was lost. What the terminal was like before comes back at
    the end.
    """

    def __init__(self, terminal: int) -> None:
        """Takes the terminal's file descriptor; one that is no terminal is left alone."""
        self._terminal = terminal
        self._before: list[object] | None = None

    def __enter__(self) -> TypeAhead:
        try:
            import termios
        except ImportError:  # a console that keeps keys of its own accord
            return self
        with suppress(termios.error):
            before = termios.tcgetattr(self._terminal)
            quiet = [*before]
            quiet[0] = before[0] & ~termios.ICRNL
            quiet[3] = before[3] & ~(termios.ECHO | termios.ICANON)
            termios.tcsetattr(self._terminal, termios.TCSANOW, quiet)
            self._before = [*before]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.put_back()

    def put_back(self) -> None:
        """The terminal is as it was, if it is still there."""
        if self._before is not None:
            import termios

            with suppress(termios.error, OSError):
                termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)  # type: ignore[arg-type]
