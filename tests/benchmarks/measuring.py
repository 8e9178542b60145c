"""How speed is measured: candidates take turns, so that a busy machine slows all alike, and the best run counts."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]


def seconds(work: Callable[[], object], times: int) -> float:
    """Wall-clock seconds of one run, the mean of several in a row."""
    start = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - start) / times


def best_of_turns(
    candidates: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    times: int,
    wanted: Callable[[dict[str, float]], bool],
) -> dict[str, float]:
    """The best seconds of each candidate, in turns with the collector off; up to four tries until `wanted` holds."""
    best = dict.fromkeys(candidates, float("inf"))
    for work in candidates.values():
        work()
    gc.collect()
    gc.disable()
    try:
        for _ in range(4):
            for _ in range(rounds):
                for name, work in candidates.items():
                    best[name] = min(best[name], seconds(work, times))
            if wanted(best):
                break
    finally:
        gc.enable()
    return best


def cached() -> dict[str, str]:
    """The environment of a process that has its byte code cached, as an installed package does.

    The cache is a folder of the measurements' own: this environment may forbid to write one beside the sources.
    """
    folder = Path(tempfile.gettempdir()) / "targetexpr-benchmarks"
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder)}


def process(*arguments: str) -> Callable[[], object]:
    """One whole Python process, from start to end."""

    def run() -> object:
        return subprocess.run(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
            cwd=ROOT,
            env=cached(),
        )

    return run


def process_turns(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Best and median milliseconds of each candidate, in turns."""
    for work in candidates.values():
        work()  # writes the bytecode cache and warms the file cache
    runs: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, work in candidates.items():
            runs[name].append(seconds(work, 1) * 1e3)
    return {name: (min(found), median(found)) for name, found in runs.items()}


def table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a Markdown table."""
    print(f"\n\n{title}\n")
    for row in (heads, ("---", *("--:" for _ in heads[1:])), *rows):
        print("| " + " | ".join(row) + " |")
