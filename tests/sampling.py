"""A sample of many cases is run by default; the others are `slow`: run by `pytest -m slow`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def sampled(cases: Iterable[object], keep: int, *, id: Callable[[Any], str] | None = None) -> list[ParameterSet]:
    """Parameters of a test: `keep` of them as they are, evenly spread with the first among them, the others slow.

    A case is one value, a tuple of values, or a `pytest.param`.
    """
    found = [_parameter(case, id) for case in cases]
    kept = {place * len(found) // keep for place in range(keep)}
    return [
        one if place in kept else pytest.param(*one.values, id=one.id, marks=(*one.marks, pytest.mark.slow))
        for place, one in enumerate(found)
    ]


def _parameter(case: object, id: Callable[[Any], str] | None) -> ParameterSet:
    if isinstance(case, ParameterSet):
        return case
    name = id(case) if id is not None else None
    return pytest.param(*case, id=name) if isinstance(case, tuple) else pytest.param(case, id=name)


def sizes(quick: int, whole: int) -> list[ParameterSet]:
    """Sizes of a test: a quick one by default, the whole one slow."""
    return [pytest.param(quick, id="quick"), pytest.param(whole, id="whole", marks=pytest.mark.slow)]
