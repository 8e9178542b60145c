"""Hostile and clumsy clients over real connections: whatever they send, the server answers the others as before."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.command import PATIENCE
from tests.serve.conftest import Client, bill, milestone, problems, streak
from tests.serve.processes import Connection, Server, ask, served, until

HOST = b"Host: localhost\r\n"
HEALTH = b"GET /sandbox/health HTTP/1.1\r\n" + HOST
CREATE = b"POST /v3/targetGroups HTTP/1.1\r\n" + HOST
EMPTY = {"status": "ok", "groups": 0, "users": 0, "records": 0}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    with served(folder, "--database", "a.sqlite3") as server:
        yield server


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """Empty before, and sound afterwards."""
    assert ask(running.port, "POST", "/sandbox/reset").status == 200
    yield running
    assert ask(running.port, "GET", "/sandbox/health").status == 200
    assert running.process.poll() is None
    said = running.said()
    assert "Traceback" not in said
    assert '"status": 5' not in said


def opened(server: Server, *sent: bytes) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    for part in sent:
        made.sendall(part)
    return made


def answer(connection: socket.socket, method: str = "GET") -> tuple[int, http.client.HTTPMessage, bytes]:
    """The next answer on a connection."""
    found = http.client.HTTPResponse(connection, method=method)
    found.begin()
    text = found.read()
    return found.status, found.headers, text


def closed(connection: socket.socket) -> bool:
    """Whether the server has closed, everything that came before being read."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


# Requests that are none


@pytest.mark.parametrize(
    "sent", [b"", b"GET", b"GET /v3/targetGroups HTTP/1.1\r\nHost: s", CREATE + b"Content-Length: 900\r\n\r\n{"]
)
def test_a_client_that_goes_away_in_the_middle(server: Server, sent: bytes) -> None:
    connection = opened(server, sent)
    connection.shutdown(socket.SHUT_WR)
    assert closed(connection)
    assert ask(server.port, "GET", "/sandbox/health").body["data"] == EMPTY


NO_REQUESTS = {
    "noise": b"\x00\x01\x02\xff\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 200 + b"\r\n\r\n",
    "HTTP/0.9": b"GET /sandbox/health\r\n\r\n",
    "no host": b"GET /sandbox/health HTTP/1.1\r\n\r\n",
    "length below zero": CREATE + b"Content-Length: -5\r\n\r\n{}",
    "length in words": CREATE + b"Content-Length: two\r\n\r\n{}",
    "length beyond all bounds": CREATE + b"Content-Length: 99999999999999999999999999\r\n\r\n{}",
    "two lengths": CREATE + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "coding that there is not": CREATE + b"Transfer-Encoding: gzip\r\n\r\n{}",
    "chunk without size": CREATE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "NUL in a header": HEALTH + b"X: a\x00b\r\n\r\n",
    "bytes in the path": b"GET /v3/targetGroups/\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    "bytes in the method": b"G\xffT / HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("sent", NO_REQUESTS.values(), ids=NO_REQUESTS.keys())
def test_what_is_no_http_is_refused_and_the_connection_closed(server: Server, sent: bytes) -> None:
    connection = opened(server, sent)
    status, headers, _ = answer(connection)
    assert status == 400
    assert headers["connection"] == "close"
    assert closed(connection)


def test_a_length_that_is_too_short_makes_a_document_that_breaks_off(server: Server) -> None:
    connection = opened(server, CREATE, b'Content-Length: 5\r\n\r\n{"name": "a"}')
    status, _, text = answer(connection)
    assert (status, json.loads(text)["errors"][0]["reason"]) == (400, "json-syntax")
    connection.close()


def test_answers_to_a_pipeline_come_in_order(server: Server) -> None:
    body = json.dumps(milestone()).encode()
    create = CREATE + b"Content-Length: %d\r\n\r\n" % len(body) + body
    gone = b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n"
    connection = opened(server, create + HEALTH + b"\r\n" + gone + create)
    reader = connection.makefile("rb")
    statuses = []
    for _ in range(4):
        statuses.append(int(reader.readline().split()[1]))
        length = 0
        while (line := reader.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        reader.read(length)
    assert statuses == [201, 200, 404, 400]
    connection.close()


def test_http_1_0_is_answered_and_closed(server: Server) -> None:
    connection = opened(server, b"GET /sandbox/health HTTP/1.0\r\n\r\n")
    assert answer(connection)[0] == 200
    assert closed(connection)


def test_a_client_that_waits_to_be_told_to_go_on(server: Server) -> None:
    connection = opened(server, CREATE, b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"{}")
    assert answer(connection)[0] == 400
    connection.close()
    connection = opened(server, CREATE, b"Expect: 100-continue\r\nContent-Length: 104857600\r\n\r\n")
    status, headers, text = answer(connection)
    assert (status, headers["connection"]) == (413, "close")
    assert json.loads(text)["errors"][0]["reason"] == "body-too-large"
    connection.close()


@pytest.mark.parametrize("path", [b"/v3/targetGroups", b"/sandbox/records"])
@pytest.mark.parametrize("stated", [True, False])
def test_a_hundred_megabytes_are_not_read_to_the_end(server: Server, path: bytes, stated: bool) -> None:
    how = b"Content-Length: 104857600\r\n\r\n" if stated else b"Transfer-Encoding: chunked\r\n\r\n"
    connection = opened(server, b"POST " + path + b" HTTP/1.1\r\n" + HOST + how)
    part = b" " * 65536
    part = part if stated else b"10000\r\n" + part + b"\r\n"
    sent = 0
    try:
        while sent < 104857600:
            sent += 65536
            connection.sendall(part)
    except ConnectionError:
        pass  # it was closed in our face, as it should
    assert sent < 64 << 20
    assert closed(connection)
    assert ask(server.port, "GET", "/sandbox/health").body["data"] == EMPTY


@pytest.mark.parametrize(
    "headers",
    [
        b"X: " + b"a" * 10_000_000 + b"\r\n",
        b"".join(b"X%d: 1\r\n" % number for number in range(100_000)),
        b"Content-Type: \xff\xfe\r\nAuthorization: Basic \xff\r\n",
    ],
    ids=["ten megabytes", "a hundred thousand", "bytes"],
)
def test_absurd_headers(server: Server, headers: bytes) -> None:
    try:
        connection = opened(server, HEALTH, headers, b"\r\n")
        closed(connection) if len(headers) > 1000 else answer(connection)
    except ConnectionError:
        pass  # closed before we were done
    assert ask(server.port, "GET", "/sandbox/health").status == 200


# Many at once


def test_many_that_say_nothing_or_too_little_keep_nobody_waiting(server: Server) -> None:
    lazy = [opened(server) for _ in range(150)]
    lazy += [opened(server, HEALTH) for _ in range(100)]
    lazy += [opened(server, CREATE, b"Content-Length: 2\r\n\r\n{") for _ in range(100)]
    assert ask(server.port, "GET", "/sandbox/health").body["data"] == EMPTY
    assert Connection(server.port).made(milestone())["id"] == 1
    lazy[-1].sendall(b"}")
    assert answer(lazy[-1])[0] == 400, "the slow ones are still waited for, and answered once they are done"
    for connection in lazy:
        connection.close()


def test_a_client_that_reads_nothing_of_what_it_asked_for(server: Server) -> None:
    connection = Connection(server.port)
    for number in range(20):
        connection.made(milestone(f"group {number}"))
    deaf = [
        opened(server, (b"GET /v3/targetGroups?includePeriods=true HTTP/1.1\r\n" + HOST + b"\r\n") * 50)
        for _ in range(5)
    ]
    assert connection.ask("GET", "/sandbox/health").status == 200
    for one in deaf:
        one.close()
    connection.close()
    until(lambda: ask(server.port, "GET", "/sandbox/health").status == 200)


# Names and paths

NAMES = [
    "käthe",
    "日本",
    "\U0001f600",
    "a+b@c.de",
    "50%",
    "100%25",
    "a?b",
    "#1",
    "a&b=c",
    "a;b",
    "..",
    "'--",
    '"',
    "{0}",
    "Ω",
    "ß",
    "SS",
]


def test_users_whose_names_need_encoding(server: Server) -> None:
    connection = Connection(server.port)
    group = milestone()
    group["targets"][0]["enrolmentMethod"] = "TRANSACTION"
    connection.made(group)
    records = [bill(f"bill of {name}", name, "2024-01-05", 20 + place) for place, name in enumerate(NAMES)]
    assert connection.ask("POST", "/sandbox/records", records).status == 200
    for place, name in enumerate(NAMES):
        found = connection.ask("GET", f"/v3/users/{quote(name, safe='')}/targetGroups?includeInactive=true").body[
            "data"
        ]
        assert found["userId"] == name
        assert found["targetGroups"][0]["targets"][0]["targetAchievedValue"] == 20 + place
    assert connection.ask("GET", "/sandbox/health").body["data"]["users"] == len(NAMES), "none is taken for another"
    connection.close()


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/v3/targetGroups/1%2F2", 404, "no-such-path"),
        ("//v3/targetGroups", 404, "no-such-path"),
        ("/v3/../sandbox/health", 404, "no-such-path"),
        ("/v3/targetGroups/%zz", 404, "no-group"),
        ("/v3/targetGroups/%FF", 404, "no-group"),
        ("/v3/users/a%20b/targetGroups", 400, "user-id"),
        ("/v3/users/%00/targetGroups", 400, "user-id"),
        ("/v3/users/" + "u" * 101 + "/targetGroups", 400, "user-id"),
        ("/v3/users/5/targetGroups", 400, "no-user"),
        ("/v3/targetGroups?includePeriods=%FF", 400, "wrong-parameter"),
        ("/v3/targetGroups?includePeriods=1", 400, "wrong-parameter"),
        ("/v3/users/5/trackedTargetEvents/1?limit=%D9%A1", 400, "wrong-parameter"),
        ("/v3/users/5/trackedTargetEvents/1?limit=-0", 400, "wrong-parameter"),
        ("/" + "a" * 50_000, 404, "no-such-path"),
    ],
)
def test_odd_paths(server: Server, path: str, status: int, reason: str) -> None:
    found = ask(server.port, "GET", path)
    assert (found.status, found.body["errors"][0]["reason"]) == (status, reason)
    assert len(found.text) < 1000


# Clumsy, in this process


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e4000", "-1e4000", "9" * 5000, "01", "+1", "1.", ".5", "0x1"]
)
@pytest.mark.parametrize(
    "path", ["/sandbox/records", "/sandbox/clock", "/sandbox/settings", "/sandbox/users", "/v3/targetGroups"]
)
def test_numbers_that_are_none(client: Client, path: str, number: str) -> None:
    method = "PUT" if path in ("/sandbox/clock", "/sandbox/settings") else "POST"
    for body in (number, f"[{number}]", f'{{"id": {number}}}', f'[{{"id": 1, "more": {number}}}]'):
        answer = client.ask(method, path, content=body)
        assert answer.status_code == 400, body
        assert problems(answer)[0][1] in ("json-syntax", "json-number", "trailing-text", "not-a-record")
        assert "Traceback" not in answer.text
    assert client.get("/sandbox/health").json()["data"] == EMPTY


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"ids": {"group": 2**62}}, "from 1 to 4611686018427387903"),
        ({"ids": {"group": 0}}, "from 1 to 4611686018427387903"),
        ({"orgId": 2**63}, "from 0 to 9223372036854775807"),
    ],
)
def test_numbers_beyond_a_long_are_told_their_bounds(client: Client, body: object, said: str) -> None:
    answer = client.put("/sandbox/settings", body)
    assert (answer.status_code, problems(answer)[0][:2]) == (400, (300004, "wrong-type"))
    assert said in answer.json()["errors"][0]["detail"]
    client.put("/sandbox/settings", {"ids": {"group": 2**62 - 1}})
    assert [client.made(milestone(name))["id"] for name in ("One", "Two")] == [2**62 - 1, 2**62]


@pytest.mark.parametrize(("kind", "separator"), [("application/json", ","), ("application/x-ndjson", "\n")])
def test_records_that_are_nothing_but_mistakes_are_not_read_to_the_end(
    client: Client, kind: str, separator: str
) -> None:
    """Sixteen million mistakes took a minute and gigabytes to be counted."""
    good = json.dumps(bill("b", 5, "2024-01-05", 60))
    whole = separator.join([good, *["1"] * 200_000])
    body = f"[{whole}]" if separator == "," else whole
    answer = client.ask("POST", "/sandbox/records", content=body, headers={"Content-Type": kind})
    found = problems(answer)
    assert (answer.status_code, len(found)) == (400, 101)
    assert {one[1] for one in found[:100]} == {"not-a-record"}
    assert found[100] == (None, "too-many-problems", None)
    assert "10,000 more problems, and what comes then was not looked at" in answer.json()["errors"][100]["message"]
    assert client.get("/sandbox/health").json()["data"] == EMPTY


@pytest.mark.parametrize("part", ["periods", "targets", "streaks"])
def test_a_group_of_endless_parts_is_refused_as_a_whole(client: Client, part: str) -> None:
    answer = client.post("/v3/targetGroups", streak() | {part: [{}] * 1001})
    assert (answer.status_code, problems(answer)) == (400, [(300004, "item-count", f"/{part}")])
    answer = client.post("/v3/targetGroups", streak() | {part: [{}] * 1000})
    assert answer.status_code == 400
    assert problems(answer)[0][1] != "item-count"


def test_an_answer_lists_a_thousand_problems_at_most(client: Client) -> None:
    """A megabyte of empty parts was answered with 240 of them."""
    group = milestone()
    group["targets"][0]["filters"] = [{"entityType": "CITY"}] * 20_000
    answer = client.post("/v3/targetGroups", group)
    found = problems(answer)
    assert (answer.status_code, len(found)) == (400, 1001)
    assert found[0] == (300004, "unknown-name", "/targets/0/filters/0/entityType")
    assert (found[-1][1], answer.json()["errors"][-1]["message"]) == (
        "too-many-problems",
        "There are 19000 more problems.",
    )


def test_a_clock_that_is_put_back_and_forth_tells_the_same_each_time(client: Client) -> None:
    group = milestone()
    group["targets"][0]["enrolmentMethod"] = "TRANSACTION"
    client.made(group)
    instants = ["2024-01-03T00:00:00Z", "2024-01-20T00:00:00Z", "2024-02-20T00:00:00Z", "2024-04-01T00:00:00Z"]
    client.at(instants[-1])
    client.feed(bill("b1", 5, "2024-01-05", 60), bill("b2", 5, "2024-02-05", 70), bill("b3", 5, "2024-03-05", 80))
    told: dict[str, str] = {}
    for now in [*instants, *reversed(instants), *instants]:
        client.at(now)
        found = client.get("/v3/users/5/targetGroups?includeInactive=true").text
        assert told.setdefault(now, found) == found
    rows = [json.loads(text)["data"]["targetGroups"] for text in told.values()]
    assert [len(found[0]["targets"]) if found else 0 for found in rows] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("period", "status", "wanted"),
    [
        ("nowhere", 404, (310019, "no-period", "/periodName")),
        ("Cycle_1", 400, (None, "period-ended", "/periodName")),
        ("Cycle_2", 200, None),
        (None, 200, None),
    ],
)
def test_the_period_a_customer_leaves_is_not_ignored(
    client: Client, period: object, status: int, wanted: object
) -> None:
    client.at("2024-02-29T23:59:59Z")
    client.made(milestone())
    path = "/v3/targetGroups/1/targets/1"
    assert client.post(f"{path}/enroll", {"customerId": 5, "periodName": "Cycle_1"}).status_code == 200
    answer = client.post(f"{path}/unEnroll", {"customerId": 5, "periodName": period})
    assert answer.status_code == status
    assert wanted is None or problems(answer) == [wanted]
    again = client.post(f"{path}/enroll", {"customerId": 5, "periodName": "Cycle_2"})
    assert again.status_code == (200 if wanted is None else 400), "a refused call takes nobody out"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v3/targetGroups/1/targets/1/enroll", {"customerId": 6, "periodName": "Cycle_1"}),
        ("POST", "/v3/targetGroups/1/targets/1/unEnroll", {"customerId": 5}),
        ("POST", "/v3/targetGroups/1/targets", milestone("More")["targets"]),
        (
            "POST",
            "/v3/targetGroups/1/targetPeriods",
            {"refCode": "a", "startDate": "2025-01-01", "endDate": "2025-01-31"},
        ),
        ("DELETE", "/v3/targetGroups/1", None),
    ],
)
def test_a_deactivated_group_can_be_read_and_not_changed(client: Client, method: str, path: str, body: object) -> None:
    client.made(milestone())
    entered = client.post("/v3/targetGroups/1/targets/1/enroll", {"customerId": 5, "periodName": "Cycle_1"})
    assert entered.status_code == 200
    client.feed(bill("b", 5, "2024-01-05", 60))
    assert client.delete("/v3/targetGroups/1").status_code == 200
    answer = client.ask(method, path, content=None if body is None else json.dumps(body))
    assert (answer.status_code, problems(answer)) == (404, [(310017, "group-inactive", None)])
    assert client.get("/v3/targetGroups/1").json()["data"]["active"] is False
    assert problems(client.post("/v3/targetGroups", milestone()))[0][:2] == (310069, "group-name-taken")
    assert client.get("/v3/users/5/targetGroups").json()["data"]["targetGroups"] == []
    assert client.get("/v3/users/5/targetGroups?includeInactiveTargets=true").status_code == 200
