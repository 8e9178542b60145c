"""How time grows with size: a ratio of two times, so that a slow or busy machine changes nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time


def ratio(small: Callable[[], object], large: Callable[[], object], most: float) -> float:
    """Processor time of `large` over that of `small`: the best of several runs of each, which take turns.

    The collector is off, since its share grows with what other tests left alive. Tried again while the ratio is more
    than `most`, for a busy machine spoils some of the runs and code that is too slow all of them.
    """
    best_small = best_large = float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(12):
            best_small = min(best_small, _seconds(small, 5))
            best_large = min(best_large, _seconds(large, 1))
            if best_large <= most * best_small:
                break
    finally:
        gc.enable()
    return best_large / best_small


def assert_linear(prepare: Callable[[int], Callable[[], object]], size: int, *, most: float = 25) -> None:
    """Ten times the size takes about ten times as long; what is quadratic takes a hundred times as long.

    `prepare` makes the work of a size; only the work is measured.
    """
    small, large = prepare(size), prepare(10 * size)
    found = ratio(small, large, most)
    assert found <= most, f"ten times the size takes {found:.0f} times as long"


def _seconds(work: Callable[[], object], times: int) -> float:
    """Processor time of one run, the mean of several in a row."""
    start = process_time()
    for _ in range(times):
        work()
    return (process_time() - start) / times
