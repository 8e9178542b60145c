"""Ctrl-C stops what is being done. Between two such things there is nothing to stop, and it ends nothing."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType


class Interrupts:
    """Ctrl-C raises KeyboardInterrupt only while it is heard, and then once; else it is passed over.

    Python would raise it anywhere: between the printed prompt and the reading of a line, or while another one is being
    handled, where no `except` is in force and the session would end.

        with Interrupts() as interrupts:
            while True:
                try:
                    interrupts.hear()  # inside: once it is heard, the except must be in force
                    work()
                    interrupts.pass_over()
                except KeyboardInterrupt:  # passed over already: this cannot be interrupted
                    clean_up()
    """

    def __init__(self) -> None:
        self._heard = False
        self._before: object = None

    def __enter__(self) -> Interrupts:
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is not signal.SIG_IGN:  # whoever started us wants none of it
            signal.signal(signal.SIGINT, self._strike)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if callable(self._before):
            signal.signal(signal.SIGINT, self._before)

    def hear(self) -> None:
        """From here on Ctrl-C raises KeyboardInterrupt, once."""
        self._heard = True

    def pass_over(self) -> None:
        """From here on Ctrl-C does nothing."""
        self._heard = False

    def _strike(self, _number: int, _frame: FrameType | None) -> None:
        if self._heard:
            self._heard = False
            raise KeyboardInterrupt
