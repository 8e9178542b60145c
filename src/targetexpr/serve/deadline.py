"""How long the evaluation of one request may take. It is looked at between records, customers and groups.

In a variable of the request's own context: what evaluates is many calls below what knows the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import NamedTuple


class DeadlineError(Exception):
    """The evaluation of a request took longer than it may; what it had done by then is dropped."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The evaluation took longer than {seconds:g} seconds and was stopped.")
        self.seconds = seconds


class _Deadline(NamedTuple):
    end: float
    seconds: float


_CURRENT: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is done in here has so long.

    >>> with within(-1):
    ...     check_deadline()
    Traceback (most recent call last):
    targetexpr.serve.deadline.DeadlineError: The evaluation took longer than -1 seconds and was stopped.
    """
    token = _CURRENT.set(_Deadline(monotonic() + seconds, seconds))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def check_deadline() -> None:
    """Raises DeadlineError when the time of the request is over; without a request there is no end to it."""
    deadline = _CURRENT.get()
    if deadline is not None and monotonic() > deadline.end:
        raise DeadlineError(deadline.seconds)
