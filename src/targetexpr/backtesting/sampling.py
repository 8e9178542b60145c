"""Some of many things, taken while they come by: all are as likely, and a seed repeats the choice."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, log
from random import Random


class Sampler:
    """Takes `size` of the things that come by (Vitter's algorithm L: it skips ahead, and looks at few of them).

    >>> sampler = Sampler(2, seed=0)
    >>> list(sampler.taken(5))[:2]
    [(0, 0), (1, 1)]
    """

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._random = Random(seed)
        self._done = 0
        self._weight = 1.0
        self._next = 0 if size else None
        """The number of the next one that is taken."""

    def taken(self, count: int) -> Iterator[tuple[int, int]]:
        """Of the next `count` things, those that are taken: into which slot, and which one, from 0."""
        first, self._done = self._done, self._done + count
        while self._next is not None and self._next < self._done:
            at = self._next
            slot = at if at < self._size else self._random.randrange(self._size)
            yield slot, at - first
            self._next = at + 1 if at + 1 < self._size else at + 1 + self._skipped()

    def _skipped(self) -> int:
        self._weight *= self._one() ** (1 / self._size)
        return floor(log(self._one()) / log(1 - self._weight)) if self._weight < 1 else 0

    def _one(self) -> float:
        return 1 - self._random.random()  # never 0
