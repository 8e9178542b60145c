"""The garbage collector, told to look at new objects only while millions are made that hold no circles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_NEVER = 2**30


class _Waiting:
    """How many ask for it now, and what was set before the first of them."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.count = 0
        self.before = 0


_waiting = _Waiting()


@contextmanager
def looking_at_new_objects_only() -> Iterator[None]:
    """In the block the collector looks at new objects as ever, and not again at those that it has seen.

    While many are made and stay it would look at all that there are again and again. The setting belongs to the
    process: it is given back when the last of those who asked for it, in any thread, is done.

    >>> with looking_at_new_objects_only():
    ...     kept = [[number] for number in range(10)]
    """
    with _waiting.lock:
        if not _waiting.count:
            new, _waiting.before, old = gc.get_threshold()
            gc.set_threshold(new, _NEVER, old)
        _waiting.count += 1
    try:
        yield
    finally:
        with _waiting.lock:
            _waiting.count -= 1
            if not _waiting.count:
                new, _, old = gc.get_threshold()
                gc.set_threshold(new, _waiting.before, old)
