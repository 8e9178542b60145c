"""A value that is made when it is first asked for: what a frozen dataclass can hold of what few callers need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Lazy(Generic[_T]):
    """Makes its value once, at the first `get()`. Two threads that ask at once may both make it; either one stays.

    >>> value = Lazy(lambda: print("made") or 5)
    >>> value.get(), value.get()
    made
    (5, 5)
    """

    __slots__ = ("_make", "_value")

    def __init__(self, make: Callable[[], _T]) -> None:
        self._make: Callable[[], _T] | None = make
        self._value: _T

    def get(self) -> _T:
        """The value."""
        make = self._make
        if make is not None:
            self._value = make()
            self._make = None  # after the value: another thread may look in between
        return self._value
