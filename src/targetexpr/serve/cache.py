"""A cache of results by the text they come from, whose size is counted in characters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import update_wrapper
from threading import Lock
from typing import Generic, NamedTuple, ParamSpec, TypeVar, cast

Args = ParamSpec("Args")
Result = TypeVar("Result")

LARGEST = 64 << 10
"""Characters of a text whose result is kept: a group with a hundred periods and a target has half as many."""


class CacheInfo(NamedTuple):
    """What is kept now, and how often it was of use."""

    hits: int
    misses: int
    max_size: int  # characters
    size: int


class CachedFunction(Generic[Args, Result]):
    """A function whose results are kept; safe in threads."""

    def __init__(self, function: Callable[Args, Result], max_size: int) -> None:
        update_wrapper(self, function)
        self._function = function
        self._max_size = max_size
        self._kept: OrderedDict[tuple[object, ...], tuple[int, Result]] = OrderedDict()
        self._lock = Lock()
        self._hits = self._misses = self._size = 0

    def __call__(self, *args: Args.args, **kwargs: Args.kwargs) -> Result:
        """The result, made or kept."""
        with self._lock:
            if args in self._kept:
                self._hits += 1
                self._kept.move_to_end(args)
                return self._kept[args][1]
            self._misses += 1
        result = self._function(*args, **kwargs)
        size = len(cast(str, args[0]))
        if size <= LARGEST:
            with self._lock:
                self._keep(args, size, result)
        return result

    def _keep(self, key: tuple[object, ...], size: int, result: Result) -> None:
        if key not in self._kept:
            self._kept[key] = size, result
            self._size += size
            while self._size > self._max_size:
                self._size -= self._kept.popitem(last=False)[1][0]

    def cache_info(self) -> CacheInfo:
        """What is kept now."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, self._max_size, self._size)

    def cache_clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._kept.clear()
            self._hits = self._misses = self._size = 0


def cached_by_text(max_size: int) -> Callable[[Callable[Args, Result]], CachedFunction[Args, Result]]:
    """Keeps the results of texts that have `max_size` characters together, those used last.

    The text is the first argument. A result takes several times the room of its text, which is why characters are
    counted: a number of texts says nothing. Large ones are never kept, for one of them would push out hundreds.

    >>> @cached_by_text(max_size=10)
    ... def length(text: str) -> int:
    ...     return len(text)
    >>> length("12345"), length("123456"), length("123456"), length.cache_info()
    (5, 6, 6, CacheInfo(hits=1, misses=2, max_size=10, size=6))
    """

    def decorate(function: Callable[Args, Result]) -> CachedFunction[Args, Result]:
        return CachedFunction(function, max_size)

    return decorate
