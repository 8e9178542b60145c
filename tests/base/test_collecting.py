"""The collector of garbage is as it was found, whoever asked it to wait and however that ended."""

from __future__ import annotations

import gc
from contextlib import suppress
from threading import Barrier, Thread

import pytest

from targetexpr.base.collecting import looking_at_new_objects_only
from targetexpr.targets import evaluate
from tests.benchmarks.test_progress import group, records


def test_the_thresholds_come_back() -> None:
    before = gc.get_threshold()
    with looking_at_new_objects_only():
        assert gc.get_threshold()[0] == before[0]
        assert gc.get_threshold()[1] > 10**6
        with looking_at_new_objects_only():
            pass
        assert gc.get_threshold()[1] > 10**6
    assert gc.get_threshold() == before


def test_they_come_back_after_an_error() -> None:
    before = gc.get_threshold()
    with suppress(KeyboardInterrupt), looking_at_new_objects_only():
        raise KeyboardInterrupt
    assert gc.get_threshold() == before


def test_they_come_back_when_the_last_thread_is_done() -> None:
    before = gc.get_threshold()
    both = Barrier(2)

    def work() -> None:
        with looking_at_new_objects_only():
            both.wait()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gc.get_threshold() == before


@pytest.mark.parametrize("given", [(700, 10, 10), (2000, 5, 20)])
def test_an_evaluation_leaves_them_alone(given: tuple[int, int, int]) -> None:
    before = gc.get_threshold()
    gc.set_threshold(*given)
    try:
        assert evaluate(group(), records(100, 5)).customers
        assert gc.get_threshold() == given
    finally:
        gc.set_threshold(*before)
