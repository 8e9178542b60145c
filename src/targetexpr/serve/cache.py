"""What was made is kept while there is room: anything by a key, and results by the text that they come from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from threading import Lock
from typing import Generic, NamedTuple, ParamSpec, TypeVar, cast

Args = ParamSpec("Args")
Result = TypeVar("Result")

LARGEST = 64 << 10
"""Characters of a text whose result is kept: a group with a hundred periods and a target has half as many."""


Value = TypeVar("Value")


class LastUsed(Generic[Value]):
    """Values by key, as many as there is room for: what was not used for longest goes first. Safe in threads.

    >>> kept = LastUsed[str](max_size=10)
    >>> kept.put("a", 6, "x")
    >>> kept.put("b", 6, "y")
    >>> kept.get("a"), kept.get("b"), kept.size
    (None, 'y', 6)
    """

    def __init__(self, max_size: int) -> None:
        self.max_size = max_size
        self.size = 0
        self._kept: OrderedDict[Hashable, tuple[int, Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        """What is kept by the key; None when nothing is."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: Hashable, size: int, value: Value) -> None:
        """Keeps a value by the key, in place of an earlier one; one that is larger than all the room is not kept."""
        with self._lock:
            if (before := self._kept.pop(key, None)) is not None:
                self.size -= before[0]
            if size > self.max_size:
                return
            self._kept[key] = size, value
            self.size += size
            while self.size > self.max_size:
                self.size -= self._kept.popitem(last=False)[1][0]

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._kept.clear()
            self.size = 0


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
        self._kept = LastUsed[tuple[Result]](max_size)
        self._lock = Lock()
        self._hits = self._misses = 0

    def __call__(self, *args: Args.args, **kwargs: Args.kwargs) -> Result:
        """The result, made or kept."""
        kept = self._kept.get(args)
        with self._lock:
            self._hits += kept is not None
            self._misses += kept is None
        if kept is not None:
            return kept[0]
        result = self._function(*args, **kwargs)
        size = len(cast(str, args[0]))
        if size <= LARGEST:
            self._kept.put(args, size, (result,))
        return result

    def cache_info(self) -> CacheInfo:
        """What is kept now."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, self._kept.max_size, self._kept.size)

    def cache_clear(self) -> None:
        """Forgets everything."""
        self._kept.clear()
        with self._lock:
            self._hits = self._misses = 0


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
