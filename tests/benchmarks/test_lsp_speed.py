"""How long an author waits for the language server: from its start, while typing, and beside a large document.

A server process is asked as an editor asks it, over its streams. The machine may be busy: of several runs the best
counts, and each figure is printed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from tests.lsp.client import Client

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

RULE = 'currentTxn.value>500&&currentCustomer.slabName=="Gold"&&currentTxn.grossAmount>=100&&currentTxn.valu<5'
BIG = "&&".join(f"currentTxn.value>{number}" for number in range(10_000))
RUNS = 5
MOST_FIRST_S = 1.2
MOST_COMPLETION_MS, MOST_CHANGE_MS, MOST_200_RULES_MS, MOST_WAIT_MS = 10.0, 50.0, 150.0, 50.0


def best_of(what: str, most: float, unit: str, run: Callable[[], float]) -> None:
    """Runs until one is fast enough, at most so often."""
    times: list[float] = []
    while len(times) < RUNS and (not times or min(times) > most):
        times.append(run())
    print(f"{what}: {min(times):.1f} {unit} (at most {most:g}; all runs: {', '.join(f'{one:.1f}' for one in times)})")
    assert min(times) <= most


@pytest.fixture
def client() -> Iterator[Client]:
    with Client() as started:
        yield started.start("utf-16")


def ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1e3


def test_first_findings_come_soon_after_the_start() -> None:
    def run() -> float:
        began = time.perf_counter()
        with Client() as client:
            client.start("utf-16").open("file:///a.rule", RULE)
            assert [one["code"] for one in client.diagnostics("file:///a.rule")] == ["unknown-attribute"]
            return time.perf_counter() - began

    best_of("first findings after the start", MOST_FIRST_S, "s", run)


def test_completion_does_not_hold_up_typing(client: Client) -> None:
    uri = "file:///a.json"
    text = json.dumps({"criteriaDsl": RULE})
    client.open(uri, text)
    client.diagnostics(uri)
    at = text.index("currentTxn.grossAmount") + len("currentTxn.gr")

    def run() -> float:
        times: list[float] = []
        for number in range(100):
            client.change(uri, text.replace("500", str(number)))
            began = time.perf_counter()
            assert client.at("completion", uri, 0, at)["items"]
            times.append(ms_since(began))
        return sorted(times)[94]

    best_of("completion, 95 of 100", MOST_COMPLETION_MS, "ms", run)


def test_findings_follow_a_change(client: Client) -> None:
    uri = "file:///a.rule"
    client.open(uri, RULE)
    client.diagnostics(uri)

    def run() -> float:
        times: list[float] = []
        for number in range(30):
            began = time.perf_counter()
            client.change(uri, RULE.replace("500", str(number)))
            assert client.diagnostics(uri)
            times.append(ms_since(began))
        return sorted(times)[15]

    best_of("findings after a change, median", MOST_CHANGE_MS, "ms", run)


def test_two_hundred_rules_in_one_document(client: Client) -> None:
    def run() -> float:
        rules = [RULE.replace("500", str(number * 7 + int(time.time()) % 5)) for number in range(200)]
        text = json.dumps([{"criteriaDsl": rule} for rule in rules])
        uri = f"file:///many{time.perf_counter()}.json"
        began = time.perf_counter()
        client.open(uri, text)
        assert len(client.diagnostics(uri)) >= 200
        return ms_since(began)

    best_of("200 rules in one JSON document", MOST_200_RULES_MS, "ms", run)


def test_a_large_rule_holds_up_no_other_request(client: Client) -> None:
    small, big = "file:///small.rule", "file:///big.rule"
    client.open(small, RULE)
    client.diagnostics(small)
    client.open(big, "true")
    client.diagnostics(big)

    def run() -> float:
        client.change(big, BIG.replace("7777", str(client.versions[big])))
        client.about("documentSymbol", small)
        request = client.request("textDocument/semanticTokens/range", {"textDocument": {"uri": big}, "range": START})
        longest, asked = 0.0, 0
        while client.answers[request].empty() or client.told.empty():
            began = time.perf_counter()
            client.at("hover" if asked % 2 else "completion", small, 0, 12)
            longest, asked = max(longest, ms_since(began)), asked + 1
            time.sleep(0.005)
        client.diagnostics(big)
        assert asked > 5, "it was asked while the large rule was looked at"
        return longest

    best_of("the longest wait beside a rule of 10,000 terms", MOST_WAIT_MS, "ms", run)


START = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 100}}
