"""A million inputs that are nearly right: every entry point answers, or raises what is documented; memory stays flat.

A sample runs always. All of them: `pytest -m slow tests/fuzz -s`, which also says what was done. One entry point for as
long as you like, guided by coverage: `python -m tests.fuzz.coverage_guided parse -max_total_time=300`.
"""

from __future__ import annotations

import gc
import random
from pathlib import Path
from time import process_time

import pytest

from tests.fuzz.entries import ENTRIES
from tests.fuzz.mutations import mutated

SAMPLE = 2_000  # of a million: each entry point has its share
GROWTH = 48 * 1024 * 1024
"""Bytes that the process may grow by over all inputs of an entry point, caches being filled already."""


def test_the_shares_are_a_million() -> None:
    assert sum(entry.share for entry in ENTRIES.values()) == 1_000_000


def run(name: str, number: int, seed: int) -> dict[str, int]:
    """Runs so many inputs; how often each exception came that is not documented."""
    entry, chance, faults = ENTRIES[name], random.Random(f"{name} {seed}"), 0
    seeds = entry.seeds()
    for _ in range(number):
        data = mutated(seeds, chance)
        try:
            entry.run(data)
        except Exception as error:
            faults += 1
            raise AssertionError(f"{name}: {type(error).__name__} for {data!r}") from error
    return {"inputs": number, "exceptions": faults}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_sample_raises_what_is_documented(name: str) -> None:
    run(name, max(ENTRIES[name].share * SAMPLE // 1_000_000, 10), seed=0)


def resident() -> int:
    """Bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


@pytest.mark.slow
@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize("name", ENTRIES)
def test_all_raise_what_is_documented_in_flat_memory(name: str) -> None:
    share = ENTRIES[name].share
    run(name, share // 10, seed=1)
    gc.collect()
    before, begun = resident(), process_time()
    run(name, share - share // 10, seed=2)
    gc.collect()
    grown = resident() - before
    print(f"\n{name}: {share:,} inputs, 0 exceptions, {grown / 2**20:+.1f} MB, {process_time() - begun:.0f} s of CPU")
    assert grown < GROWTH
