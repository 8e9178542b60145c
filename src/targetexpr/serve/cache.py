"""Results that are kept by the text they come from, in room that is counted in characters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Generic, NamedTuple, ParamSpec, Protocol, TypeVar, cast

Given = ParamSpec("Given")
Made = TypeVar("Made")
MadeAlone = TypeVar("MadeAlone", covariant=True)

LARGEST = 64 << 10
"""Characters of a text whose result is kept: a group with a hundred periods and a target has half as many."""


class Info(NamedTuple):
    """What is kept now, and how often it was of use."""

    hits: int
    misses: int
    room: int
    taken: int


class CachedCalls(Protocol, Generic[Given, MadeAlone]):
    """A function that remembers."""

    def __call__(self, *given: Given.args, **named: Given.kwargs) -> MadeAlone:
        """The result, made or remembered."""

    def cache_info(self) -> Info:
        """What is kept now."""

    def cache_clear(self) -> None:
        """Forgets everything."""


def remembered(room: int) -> Callable[[Callable[Given, Made]], CachedCalls[Given, Made]]:
    """Keeps the results of texts that are `room` characters together, those that were used last; safe in threads.

    The text is the first argument. A result takes several times the room of its text, which is why it is counted:
    a number of texts says nothing. Large ones are never kept, for one of them would push out hundreds.

    >>> @remembered(room=10)
    ... def length(text: str) -> int:
    ...     return len(text)
    >>> length("12345"), length("123456"), length("123456"), length.cache_info()
    (5, 6, 6, Info(hits=1, misses=2, room=10, taken=6))
    """

    def around(make: Callable[Given, Made]) -> CachedCalls[Given, Made]:
        kept: OrderedDict[tuple[object, ...], tuple[int, Made]] = OrderedDict()
        lock = Lock()
        count = {"hits": 0, "misses": 0, "taken": 0}

        @wraps(make)
        def answer(*given: Given.args, **named: Given.kwargs) -> Made:
            key = given
            with lock:
                if key in kept:
                    count["hits"] += 1
                    kept.move_to_end(key)
                    return kept[key][1]
                count["misses"] += 1
            made = make(*given, **named)
            size = len(cast(str, given[0]))
            if size <= LARGEST:
                with lock:
                    if key not in kept:
                        kept[key] = size, made
                        count["taken"] += size
                        while count["taken"] > room:
                            count["taken"] -= kept.popitem(last=False)[1][0]
            return made

        def clear() -> None:
            with lock:
                kept.clear()
                count.update(hits=0, misses=0, taken=0)

        found = cast(CachedCalls[Given, Made], answer)
        found.cache_info = lambda: Info(room=room, **count)  # type: ignore[method-assign]
        found.cache_clear = clear  # type: ignore[method-assign]
        return found

    return around
