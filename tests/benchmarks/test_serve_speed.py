"""What the sandbox costs: from its start to the first answer, creating, feeding, and reading progress over many groups.

Every figure is of a real process with its database in a file, asked over kept connections of this machine; the clients
are this process, so with eight of them they and the server share the processors.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import pytest

from tests.benchmarks.measuring import cached, table
from tests.serve.conftest import bill, milestone, streak
from tests.serve.processes import LISTENS, Connection, Server, served

MOST_START = 1.0
CREATES = 400
SINGLES = 400
BULK = 20_000
BILLS = 20
READS = 15
MOST_READ = 0.020
"""Seconds for a customer's progress in 500 groups when nothing of the customer was fed since the last read."""

pytestmark = pytest.mark.benchmark


def test_start_to_first_answer(tmp_path: Path) -> None:
    """From the process's start until it has answered; byte code is cached, the database is new in every turn."""
    found: list[float] = []
    for turn in range(5):
        command = [sys.executable, "-m", "targetexpr", "serve", "--port", "0", "--no-auth", "--log", "none"]
        command += ["--database", str(tmp_path / f"{turn}.sqlite3")]
        begin = perf_counter()
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=cached())
        assert process.stderr is not None
        listens = LISTENS.search(process.stderr.readline())  # waits, and takes no processor from what is measured
        assert listens is not None
        connection = http.client.HTTPConnection("127.0.0.1", int(listens[2]), timeout=20)
        connection.request("GET", "/v3/targetGroups")
        assert connection.getresponse().status == 200
        found.append(perf_counter() - begin)
        connection.close()
        process.kill()
        process.communicate()
    table("Start to first answer", ("", "best", "median"), [("seconds", f"{min(found):.2f}", f"{median(found):.2f}")])
    assert min(found) < MOST_START


def timed(
    server: Server, clients: int, work: Callable[[Connection, int], None], times: int
) -> tuple[float, list[float]]:
    """Runs `work(connection, number)` so many times, by several clients at once: seconds in all, and of each."""
    each: list[float] = []
    numbers = iter(range(times))
    start = threading.Barrier(clients + 1)
    failed: list[BaseException] = []

    def client() -> None:
        connection = Connection(server.port)
        start.wait()
        try:
            for number in numbers:
                begin = perf_counter()
                work(connection, number)
                each.append(perf_counter() - begin)
        except BaseException as error:
            failed.append(error)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    begin = perf_counter()
    for thread in threads:
        thread.join()
    assert not failed, failed[0]
    assert len(each) == times
    return perf_counter() - begin, each


def row(name: str, seconds: float, each: list[float], amount: int | None = None) -> tuple[str, ...]:
    """Throughput, and the milliseconds within which half and 99 of 100 were done."""
    at = quantiles(each, n=100)
    per_second = (len(each) if amount is None else amount) / seconds
    return name, f"{per_second:,.0f}", f"{at[49] * 1e3:.1f}", f"{at[98] * 1e3:.1f}"


HEADS = ("", "per second", "p50 ms", "p99 ms")


def test_creating_and_feeding(tmp_path: Path) -> None:
    """Streak groups of three periods, and bills one by one and twenty thousand in a call."""
    rows: list[tuple[str, ...]] = []
    with served(tmp_path, "--database", "a.sqlite3", "--log", "none") as server:
        for clients in (1, 8):

            def create(connection: Connection, number: int, clients: int = clients) -> None:
                connection.made(streak(f"{clients} {number}"))

            def feed(connection: Connection, number: int, clients: int = clients) -> None:
                record = bill(f"{clients}-{number}", number, "2024-01-05", 50)
                assert connection.ask("POST", "/sandbox/records", record).status == 200

            rows.append(row(f"create, {clients} at once", *timed(server, clients, create, CREATES)))
            rows.append(row(f"feed one record, {clients} at once", *timed(server, clients, feed, SINGLES)))
        connection = Connection(server.port)
        lines = b"\n".join(
            json.dumps(bill(f"bulk-{place}", place % 500, "2024-01-05", 50)).encode() for place in range(BULK)
        )
        best = float("inf")
        for turn in range(3):
            body = lines.replace(b"bulk-", b"bulk%d-" % turn)
            begin = perf_counter()
            answer = connection.ask("POST", "/sandbox/records", body, headers={"Content-Type": "application/x-ndjson"})
            best = min(best, perf_counter() - begin)
            assert answer.body["data"] == {"accepted": BULK, "duplicates": 0}
        rows.append((f"records, {BULK:,} in a call", f"{BULK / best:,.0f}", f"{best * 1e3:.0f}", ""))
        connection.close()
    table("Creating and feeding", HEADS, rows)


def test_reading_progress(tmp_path: Path) -> None:
    """One customer with twenty bills, taking part in 1, 50 and 500 groups of three periods, each with its own rule."""
    rows: list[tuple[str, ...]] = []
    for groups in (1, 50, 500):
        database = ("--database", f"{groups}.sqlite3", "--log", "none")
        with served(tmp_path, *database, name=f"{groups}.txt") as server:
            connection = Connection(server.port)
            assert connection.ask("PUT", "/sandbox/clock", {"now": "2024-04-05T00:00:00Z"}).status == 200
            for number in range(groups):
                connection.made(by_record(number))
            bills = [bill(f"b{place}", 7, f"2024-0{place % 3 + 1}-1{place % 9}", 20 + place) for place in range(BILLS)]
            assert connection.ask("POST", "/sandbox/records", bills).status == 200
            connection.close()
        with served(tmp_path, *database, name=f"{groups}-again.txt") as server:
            first, _ = timed(server, 1, lambda one, _, groups=groups: _read(one, groups), 1)  # type: ignore[misc]
            _, each = timed(server, 1, lambda one, _, groups=groups: _read(one, groups), READS)  # type: ignore[misc]
            _, others = timed(server, 1, lambda one, number, groups=groups: _read_after(one, groups, number, 8), READS)  # type: ignore[misc]
            _, own = timed(server, 1, lambda one, number, groups=groups: _read_after(one, groups, number, 7), READS)  # type: ignore[misc]
        shown = (f"{median(one) * 1e3:.1f}" for one in (each, others, own))
        rows.append((f"{groups} groups", f"{first * 1e3:.0f}", *shown))
        assert median(each) < MOST_READ
    heads = ("median milliseconds", "first after a start", "again", "after another's record", "after an own record")
    table("Reading a customer's progress", heads, rows)


def by_record(number: int) -> dict[str, Any]:
    """A group in which every customer with a bill takes part."""
    group = milestone(f"group {number}")
    group["targets"][0] |= {"enrolmentMethod": "TRANSACTION", "expression": f"currentTxn.value>{number % 40}"}
    return group


def _read(connection: Connection, groups: int) -> None:
    answer = connection.ask("GET", "/v3/users/7/targetGroups?includeInactive=true")
    assert answer.text.count('"trackingType"') == groups


def _read_after(connection: Connection, groups: int, number: int, customer: int) -> None:
    """Feeds one record, of this customer or another, and reads."""
    record = bill(f"after {customer} {number}", customer, "2024-01-05", 1)
    assert connection.ask("POST", "/sandbox/records", record).status == 200
    _read(connection, groups)
