"""What checking costs: a rule, against parsing it; the bundled schema, from nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from targetexpr import Schema, lint, parse
from targetexpr.checking.checker import check_tree
from tests.benchmarks.measuring import cached
from tests.checking.test_checker import TERMS

pytestmark = pytest.mark.benchmark

R5 = (
    'currentCustomer.email.contains(".com")&&currentCustomer.firstname.matches("^[Jj]oh?n")'
    "&&(currentTxn.value%100<10||currentCustomer.currentPoints>=1000)&&currentCustomer.slabNumber!=3"
)


def microseconds(work: Callable[[], object], times: int = 500, rounds: int = 9) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - start) / times * 1e6)
    return best


def test_checking_costs_no_more_than_parsing() -> None:
    tree, schema = parse(R5), Schema.bundled()
    parsing, checking = microseconds(lambda: parse(R5)), microseconds(lambda: check_tree(tree, schema))
    linting = microseconds(lambda: lint(check_tree(tree, schema)))
    ratio = checking / parsing
    print(f"\nR5: parse {parsing:.1f} µs, check {checking:.1f} µs ({ratio:.2f}), with lint {linting:.1f} µs")
    assert checking <= parsing


SCRIPT = """
import time
import targetexpr.lang.nodes
start = time.perf_counter()
from targetexpr.lang.schema.schema import Schema
Schema.bundled()
print((time.perf_counter() - start) * 1e3)
"""


def test_the_bundled_schema_loads_in_ten_milliseconds() -> None:
    command = [sys.executable, "-c", SCRIPT]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True, env=cached()) for _ in range(9)]
    best = min(float(run.stdout) for run in runs)
    print(f"\nbundled schema, imports included: {best:.1f} ms")
    assert best <= 10


@pytest.mark.parametrize("operator", ["||", "&&"])
@pytest.mark.parametrize("term", TERMS)
def test_ten_thousand_terms_in_linear_time(operator: str, term: str) -> None:
    """In a process of its own: in one whose heap is scattered, fetching memory outgrows the work."""
    command = [sys.executable, "-c", TERMS_SCRIPT, operator, term]
    ratio = min(
        float(subprocess.run(command, capture_output=True, text=True, check=True, env=cached()).stdout)
        for _ in range(3)
    )
    print(f"\n10,000 terms against 1,000, {term} {operator}: {ratio:.1f}")
    assert ratio <= 13


TERMS_SCRIPT = """
import gc, sys, time
from targetexpr import parse, to_text
from targetexpr.checking.checker import check_tree
from targetexpr.checking.lint import lint

def seconds(tree):
    start = time.process_time()
    lint(check_tree(tree), write=to_text)
    return time.process_time() - start

operator, term = sys.argv[1:]
small, large = (parse(operator.join(term.format(i) for i in range(terms))) for terms in (1_000, 10_000))
gc.disable()
print(min(seconds(large) for _ in range(5)) / min(seconds(small) for _ in range(5)))
"""
