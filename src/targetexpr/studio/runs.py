"""Which question of the page is the latest: older ones end, since nobody waits for them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock


class Superseded(Exception):
    """A later question came."""


class LatestRuns:
    """The latest run of each window. LatestRuns are numbers that grow; those of one number do not end each other."""

    def __init__(self) -> None:
        self._latest: dict[str, int] = {}
        self._turn = Lock()

    def begin(self, window: str, run: int) -> Callable[[], None]:
        """What a run asks now and then while it works. Raises Superseded where it is not the latest, then and now.

        >>> runs = LatestRuns()
        >>> check = runs.begin("a window", 1)
        >>> check()
        >>> later = runs.begin("a window", 2)
        >>> try:
        ...     check()
        ... except Superseded:
        ...     print("ended")
        ended
        """
        with self._turn:
            self._latest[window] = max(run, self._latest.get(window, run))

        def check() -> None:
            if run < self._latest[window]:
                raise Superseded

        check()
        return check
