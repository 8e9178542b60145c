"""What the server and its libraries have to say, in the form of the log, and no more of one kind than it can bear."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from targetexpr.serve.access_log import message_log
from targetexpr.serve.settings import LogStyle

LOGGERS = ("targetexpr.serve", "uvicorn", "asyncio", "py.warnings")

_AT_ONCE = 5
"""Messages of one kind that are written one after the other; more of them are counted."""

_WINDOW = 10.0  # seconds until as many of the kind are written again
_KINDS = 500  # kinds that are told apart
_LONGEST_TRACE = 20_000  # characters


class MessageHandler(logging.Handler):
    """Writes down messages of a logger, a line for each. What floods is counted, and the count is told later.

    >>> handler = MessageHandler("none")
    >>> record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, "Invalid request from %s", ("x",), None)
    >>> [handler.admitted(record) for _ in range(7)]
    [0, 0, 0, 0, 0, None, None]
    """

    def __init__(self, style: LogStyle, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(logging.WARNING)
        self._write = message_log(style)
        self._clock = clock
        self._kinds: dict[str, _Kind] = {}
        self._guard = Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the message, unless there were too many of its kind."""
        left_out = self.admitted(record)
        if left_out is None:
            return
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else None
        if trace is not None and len(trace) > _LONGEST_TRACE:
            half = _LONGEST_TRACE // 2
            trace = f"{trace[:half]}\n[...]\n{trace[-half:]}"
        self._write(record.levelname.lower(), record.getMessage().strip() + _more(left_out), trace)

    def admitted(self, record: logging.LogRecord) -> int | None:
        """How many like it were left out before; None to leave this one out too."""
        name = f"{record.name} {str(record.msg).partition(chr(10))[0][:200]}"
        with self._guard:
            if name not in self._kinds and len(self._kinds) >= _KINDS:
                name = ""  # all that come later are of one kind
            kind = self._kinds.setdefault(name, _Kind(record.levelname.lower()))
            now = self._clock()
            if now - kind.begun >= _WINDOW:
                left_out, kind.left_out, kind.written, kind.begun = kind.left_out, 0, 0, now
            elif kind.written >= _AT_ONCE:
                kind.left_out += 1
                return None
            else:
                left_out = 0
            kind.written += 1
            return left_out

    def close(self) -> None:
        """Tells what was left out last."""
        with self._guard:
            for name, kind in self._kinds.items():
                if kind.left_out:
                    self._write(kind.level, f"{name.partition(' ')[2]}{_more(kind.left_out)}", None)
            self._kinds.clear()
        super().close()


class _Kind:
    """Messages that differ only in what is filled in."""

    __slots__ = ("begun", "left_out", "level", "written")

    def __init__(self, level: str) -> None:
        self.level = level
        self.begun = -_WINDOW
        self.written = self.left_out = 0


def _more(left_out: int) -> str:
    return f" ({left_out:,} more like it)" if left_out else ""


@contextmanager
def messages_in(style: LogStyle) -> Iterator[None]:
    """Everything that loggers say is written in the form of the log; nothing of it by handlers of others."""
    handler = MessageHandler(style)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        for logger, propagates in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.propagate = propagates
        handler.close()
