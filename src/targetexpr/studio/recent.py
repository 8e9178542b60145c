"""What was made last and may be asked for again: a few things by what they were made of."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Keeps the last few of many things; safe to share between threads.

    >>> recent = Recent[str, int](1)
    >>> [recent.get(word, lambda: len(word)) for word in ("one", "three", "one")]
    [3, 5, 3]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._turn = RLock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """What is kept under a key, else what is made now: one thing at a time."""
        with self._turn:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            made = self._kept[key] = make()
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return made
