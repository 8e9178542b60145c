"""Bad clients: silent, slow, too many; those who ask as they should are answered meanwhile."""

from __future__ import annotations

import http.client
import json
import resource
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from targetexpr.serve.connections import MOST_RESERVED, Connections, Listener, Stage
from tests.serve.processes import Server, ask, served, until

HEALTH = b"GET /sandbox/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
BEGUN = b"GET /sandbox/health HTTP/1.1\r\nHost: local"
UPLOAD = b"POST /sandbox/records HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n["


def connected(port: int, source: str = "127.0.0.1", sent: bytes = b"") -> socket.socket:
    """A client of one of the addresses of this machine."""
    made = socket.create_connection(("127.0.0.1", port), timeout=90, source_address=(source, 0))
    if sent:
        made.sendall(sent)
    return made


def answer(connection: socket.socket) -> tuple[int, str]:
    """The status of the next answer, and why if it is a refusal."""
    found = http.client.HTTPResponse(connection)
    found.begin()
    body = json.loads(found.read())
    assert found.headers["Content-Type"] == "application/json"
    return found.status, body["errors"][0]["reason"] if body["errors"] else ""


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has ended it by now."""
    connection.setblocking(False)
    try:
        return connection.recv(1 << 16, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


# Who is let in


class Fake:
    """A client at a stage."""

    def __init__(self, stage: Stage, since: float = 0.0) -> None:
        self.stage = stage
        self.since = since
        self.aborted = False

    def is_overdue(self, now: float) -> bool:
        return now < 0

    def give_up(self) -> None:
        self.aborted = True

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return False


@contextmanager
def gate(most: int, most_per_address: int) -> Iterator[tuple[Listener, Connections, int, ExitStack]]:
    """A listener without a server behind it."""
    connections = Connections(most=most, most_per_address=most_per_address, handshake=60)
    with ExitStack() as stack:
        plain = socket.create_server(("127.0.0.1", 0), backlog=200)
        listener = stack.enter_context(Listener(plain, connections, b"HTTP/1.1 503 No\r\n\r\n"))
        yield listener, connections, listener.getsockname()[1], stack


def let_in(listener: Listener, port: int, stack: ExitStack, source: str = "127.0.0.1") -> tuple[socket.socket, ...]:
    client = stack.enter_context(connected(port, source))
    accepted, peer = listener.accept()
    assert peer == client.getsockname()
    return client, stack.enter_context(accepted)


def test_the_oldest_silent_connection_makes_room() -> None:
    with gate(most=4, most_per_address=3) as (listener, connections, port, stack):
        mine = [let_in(listener, port, stack)[0] for _ in range(5)]
        assert len(connections) == 3
        assert [is_closed(one) for one in mine] == [True, True, False, False, False]
        let_in(listener, port, stack, "127.0.0.2")
        assert len(connections) == 4
        other, _ = let_in(listener, port, stack, "127.0.0.3")
        assert len(connections) == 4
        assert [is_closed(one) for one in mine] == [True, True, True, False, False], "of whoever has most"
        assert not is_closed(other)


def test_who_is_being_answered_stays_and_others_are_told() -> None:
    with gate(most=4, most_per_address=3) as (listener, connections, port, stack):
        stages = [Stage.WORKING, Stage.IDLE, Stage.SENDING]
        clients = [Fake(stage) for stage in stages]
        for client in clients:
            _, accepted = let_in(listener, port, stack)
            connections.begun(accepted.getpeername(), client)
        for place in (1, 2):
            _, accepted = let_in(listener, port, stack)
            connections.begun(accepted.getpeername(), Fake(Stage.WORKING))
            assert clients[place].aborted, "idle ones before those in the middle of a body"
        refused = stack.enter_context(connected(port))
        with pytest.raises(BlockingIOError):
            listener.accept()
        assert refused.recv(100).startswith(b"HTTP/1.1 503")
        assert not clients[0].aborted
        let_in(listener, port, stack, "127.0.0.2")
        assert len(connections) == 4


def test_a_connection_that_is_closed_leaves_room() -> None:
    with gate(most=2, most_per_address=2) as (listener, connections, port, stack):
        for _ in range(5):
            _, accepted = let_in(listener, port, stack)
            accepted.close()
        assert len(connections) == 0


def test_without_file_descriptors_somebody_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    with gate(most=100, most_per_address=75) as (listener, connections, port, stack):
        first, _ = let_in(listener, port, stack)

        def exhausted(_: object) -> None:
            raise OSError(24, "Too many open files")

        with monkeypatch.context() as patch:
            patch.setattr(socket.socket, "accept", exhausted)
            with pytest.raises(BlockingIOError):
                listener.accept()
            assert is_closed(first)
            with pytest.raises(OSError, match="Too many open files"):
                listener.accept()
        assert len(connections) == 0


def test_there_are_no_more_than_there_are_file_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 256))
    made = Connections(most=500, most_per_address=250, handshake=10)
    assert made.most == 256 - MOST_RESERVED
    assert made.most_per_address < made.most, "one address leaves room for others"
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    assert 20 <= Connections(most=500, most_per_address=250, handshake=10).most <= 64 - 20
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert Connections(most=500, most_per_address=250, handshake=10).most == 500


# A server with few descriptors and little patience


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("impatient")
    with served(
        folder, "--header-timeout", "3", "--max-per-address", "20", "--max-connections", "60", descriptors=256
    ) as server:
        yield server


def test_the_head_of_a_request_has_its_time(impatient: Server) -> None:
    silent, begun, slow = (connected(impatient.port, sent=sent) for sent in (b"", BEGUN, b"GET /"))
    kept = connected(impatient.port, sent=HEALTH)
    assert answer(kept)[0] == 200
    kept.sendall(BEGUN)
    for _ in range(200):
        if is_closed(slow):
            break
        try:
            slow.sendall(b"a")
        except ConnectionError:
            break
        time.sleep(0.1)
    else:
        raise AssertionError("a byte now and then keeps a connection for ever")
    assert answer(begun) == (408, "header-timeout")
    assert answer(kept) == (408, "header-timeout")
    until(lambda: is_closed(silent))
    assert ask(impatient.port, "GET", "/sandbox/health").status == 200
    for one in (silent, begun, slow, kept):
        one.close()


def test_a_body_that_follows_its_refusal_has_its_time_too(impatient: Server) -> None:
    connection = connected(impatient.port, sent=UPLOAD.replace(b"Host", b"Content-Type: text/csv\r\nHost"))
    assert answer(connection) == (415, "content-type")
    for _ in range(300):
        try:
            connection.sendall(b"x")
        except ConnectionError:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("the rest of a body keeps a connection for ever")
    connection.close()


def test_one_address_takes_no_room_from_others(impatient: Server) -> None:
    silent = [connected(impatient.port, "127.0.0.9") for _ in range(90)]
    until(lambda: sum(map(is_closed, silent)) >= 90 - 20)
    for source in ("127.0.0.9", "127.0.0.8", "127.0.0.1"):
        one = connected(impatient.port, source, HEALTH)
        assert answer(one)[0] == 200, source
        one.close()
    for one in silent:
        one.close()
    assert "Traceback" not in impatient.said()


@pytest.mark.parametrize(
    "head",
    [
        b"POST /sandbox/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"POST /sandbox/users HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        b"GET /sandbox/health HTTP/1.1\r\nHost: localhost\r\ncontent-length: 5\r\nTRANSFER-ENCODING: Chunked\r\n",
        b"POST /sandbox/users HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n",
    ],
)
def test_a_body_with_two_ends_is_refused(impatient: Server, head: bytes) -> None:
    """What follows is no request, whichever end is meant."""
    smuggled = b"POST /sandbox/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
    connection = connected(impatient.port, sent=head + b"\r\n3\r\n[5]\r\n0\r\n\r\n" + smuggled)
    status, reason = answer(connection)
    assert status == 400
    assert reason == "ambiguous-length" or b"HTTP/1.0" in head, "uvicorn may be first to see what is wrong with that"
    until(lambda: is_closed(connection))
    connection.close()
    assert "/sandbox/reset" not in impatient.said()


@pytest.mark.parametrize("sent", [b"what is this\r\n\r\n", HEALTH, b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"])
def test_every_answer_has_the_headers_for_browsers(impatient: Server, sent: bytes) -> None:
    connection = connected(impatient.port, sent=sent)
    found = http.client.HTTPResponse(connection)
    found.begin()
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["X-Frame-Options"] == "DENY"
    assert found.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in found.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in found.headers["Content-Security-Policy"]
    connection.close()


def test_a_flood_of_what_is_no_http_is_counted_and_not_written(impatient: Server) -> None:
    before = len(impatient.said())
    for _ in range(300):
        connection = connected(impatient.port, sent=b"\x16\x03\x01\r\n\r\n")
        assert answer(connection) == (400, "not-http")
        connection.close()
    assert len(impatient.said()) - before < 10_000


# The figures


def times_of(port: int, count: int, source: str = "127.0.0.1") -> list[float]:
    """Ordinary requests one after the other, each on a connection of its own: the seconds that each took."""
    taken = []
    for number in range(count):
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90, source_address=(source, 0))
        body = json.dumps([f"u{number}"]) if number % 2 else None
        headers = {"Content-Type": "application/json"}
        connection.request("POST" if body else "GET", "/sandbox/users" if body else "/sandbox/health", body, headers)
        found = connection.getresponse()
        found.read()
        assert found.status == 200
        connection.close()
        taken.append(time.perf_counter() - begun)
    return taken


def attackers(port: int, silent: int, slow: int, addresses: int) -> list[socket.socket]:
    """Clients that say nothing, and clients that say a byte now and then."""
    made = []
    for number in range(silent + slow):
        source = f"127.0.0.{10 + number % addresses}"
        sent = b"" if number < silent else (BEGUN, UPLOAD)[number % 2]
        made.append(connected(port, source, sent))
    return made


def trickled(connections: list[socket.socket]) -> None:
    """One more byte of each."""
    for connection in connections:
        try:
            connection.send(b" ")
        except OSError:
            continue


def test_silent_and_slow_clients_keep_nobody_waiting(tmp_path: Path) -> None:
    """Small: more of them than there are file descriptors, some ordinary requests, a log that stays small."""
    with served(tmp_path, "--database", "a.sqlite3", descriptors=110) as server:
        for addresses in (1, 7):
            bad = attackers(server.port, silent=60, slow=60, addresses=addresses)
            for source in ("127.0.0.1", "127.0.0.10"):
                times_of(server.port, 5, source)
                trickled(bad[60:])
            for one in bad:
                one.close()
        assert server.log.stat().st_size < 40_000
        assert "Traceback" not in server.said()


@pytest.mark.slow
@pytest.mark.parametrize("addresses", [1, 7])
@pytest.mark.parametrize(("silent", "slow"), [(400, 0), (0, 500), (400, 500)])
def test_a_thousand_requests_among_silent_and_slow_clients(
    tmp_path: Path, silent: int, slow: int, addresses: int
) -> None:
    with served(tmp_path, "--database", "a.sqlite3", descriptors=256) as server:
        begun = time.perf_counter()
        bad = attackers(server.port, silent, slow, addresses)
        times: list[float] = []
        while len(times) < 1000:
            times += times_of(server.port, 20)
            trickled(bad[silent:])
        taken = time.perf_counter() - begun
        size = server.log.stat().st_size
        p99 = statistics.quantiles(times, n=100)[-1]
        shown = f"p99 {p99 * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms, log {size:,} bytes, {taken:.0f} s"
        print(f"\n{silent} silent, {slow} slow, {addresses} addresses: 1,000 requests, {shown}")
        assert "Traceback" not in server.said()
        assert size < 1_000_000
        assert p99 <= 1
        for one in bad:
            one.close()
