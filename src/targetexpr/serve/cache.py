"""A cache of results by the text they come from, whose size is counted in characters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Generic, NamedTuple, ParamSpec, Protocol, TypeVar, cast

Args = ParamSpec("Args")
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)

LARGEST = 64 << 10
"""Characters of a text whose result is kept: a group with a hundred periods and a target has half as many."""


class CacheInfo(NamedTuple):
    """What is kept now, and how often it was of use."""

    hits: int
    misses: int
    max_size: int  # characters
    size: int


class CachedFunction(Protocol, Generic[Args, Result_co]):
    """A function whose results are kept."""

    def __call__(self, *args: Args.args, **kwargs: Args.kwargs) -> Result_co:
        """The result, made or kept."""

    def cache_info(self) -> CacheInfo:
        """What is kept now."""

    def cache_clear(self) -> None:
        """Forgets everything."""


def cached_by_text(max_size: int) -> Callable[[Callable[Args, Result]], CachedFunction[Args, Result]]:
    """Keeps the results of texts that have `max_size` characters together, those used last; safe in threads.

    The text is the first argument. A result takes several times the room of its text, which is why characters are
    counted: a number of texts says nothing. Large ones are never kept, for one of them would push out hundreds.

    >>> @cached_by_text(max_size=10)
    ... def length(text: str) -> int:
    ...     return len(text)
    >>> length("12345"), length("123456"), length("123456"), length.cache_info()
    (5, 6, 6, CacheInfo(hits=1, misses=2, max_size=10, size=6))
    """

    def decorate(function: Callable[Args, Result]) -> CachedFunction[Args, Result]:
        kept: OrderedDict[tuple[object, ...], tuple[int, Result]] = OrderedDict()
        lock = Lock()
        count = {"hits": 0, "misses": 0, "size": 0}

        @wraps(function)
        def cached(*args: Args.args, **kwargs: Args.kwargs) -> Result:
            key = args
            with lock:
                if key in kept:
                    count["hits"] += 1
                    kept.move_to_end(key)
                    return kept[key][1]
                count["misses"] += 1
            result = function(*args, **kwargs)
            size = len(cast(str, args[0]))
            if size <= LARGEST:
                with lock:
                    if key not in kept:
                        kept[key] = size, result
                        count["size"] += size
                        while count["size"] > max_size:
                            count["size"] -= kept.popitem(last=False)[1][0]
            return result

        def clear() -> None:
            with lock:
                kept.clear()
                count.update(hits=0, misses=0, size=0)

        found = cast(CachedFunction[Args, Result], cached)
        found.cache_info = lambda: CacheInfo(max_size=max_size, **count)  # type: ignore[method-assign]
        found.cache_clear = clear  # type: ignore[method-assign]
        return found

    return decorate
