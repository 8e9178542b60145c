"""What a sandbox is put through: killed under load, asked for one name by many at once, a database that cannot be used.

Real processes and real files, but where a test says otherwise.
"""

from __future__ import annotations

import http.client
import json
import random
import resource
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.cli.command import PATIENCE
from tests.sampling import sampled
from tests.serve.conftest import Client, bill, milestone, problems, streak
from tests.serve.processes import Answer, Connection, Server, ask, in_one_of, served, until

DATABASE = ("--database", "a.sqlite3")
IN_A_CALL = 20

# Killed under load


class Load:
    """Clients that create groups and feed records until the server is gone, and what was acknowledged to them."""

    def __init__(self, port: int, tag: str, clients: int) -> None:
        self.made: list[Any] = []
        self.fed: list[list[Any]] = []
        self.sent: list[list[Any]] = []
        self.strange: list[Answer] = []
        self._port = port
        self._threads = [threading.Thread(target=self._client, args=(f"{tag}-{place}",)) for place in range(clients)]
        for thread in self._threads:
            thread.start()

    @property
    def acknowledged(self) -> int:
        return len(self.made) + len(self.fed)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(timeout=PATIENCE)
            assert not thread.is_alive(), "a client was left hanging"

    def _client(self, tag: str) -> None:
        connection = Connection(self._port)
        try:
            for number in range(100_000):
                answer = connection.ask("POST", "/v3/targetGroups", streak(f"{tag} {number}"))
                if answer.status == 201:
                    self.made.append(answer.body["data"])
                else:
                    self.strange.append(answer)
                records = [
                    bill(f"{tag}:{number}:{place}", f"{tag}-{number}", "2024-01-05", 50) for place in range(IN_A_CALL)
                ]
                self.sent.append(records)
                answer = connection.ask("POST", "/sandbox/records", records)
                if answer.status == 200:
                    self.fed.append(records)
                else:
                    self.strange.append(answer)
        except (OSError, http.client.HTTPException):
            return  # killed, as was meant
        finally:
            connection.close()


def killed_under_load(folder: Path, rounds: int, clients: int, acknowledgements: Callable[[], int]) -> int:
    """Runs rounds of load, kill and restart on one file; how many writes were acknowledged, all of them found."""
    made: dict[int, Any] = {}
    total = 0
    for number in range(rounds):
        with served(folder, *DATABASE, "--log", "none", name=f"log-{number}.txt") as server:
            load = Load(server.port, f"round {number}".replace(" ", ""), clients)
            wanted = acknowledgements()
            until(lambda load=load, wanted=wanted: load.acknowledged >= wanted)  # type: ignore[misc]
            server.kill()
            load.join()
            assert "Traceback" not in server.said()
        assert load.strange == []
        assert not made.keys() & {one["id"] for one in load.made}, "an id was given twice"
        made |= {one["id"]: one for one in load.made}
        assert len(load.made) == len({one["id"] for one in load.made})
        total += load.acknowledged
        with served(folder, *DATABASE, "--log", "none", name=f"after-{number}.txt") as server:
            _whole(server, made)
            _all_or_nothing(server, load)
    return total


def _whole(server: Server, made: dict[int, Any]) -> None:
    """Every acknowledged group reads as it was answered, none is half there, and no id is there twice."""
    connection = Connection(server.port)
    found = connection.ask("GET", "/v3/targetGroups?includePeriods=true").body["data"]
    listed = {one["id"]: one for one in found}
    assert made.keys() <= listed.keys()
    for number, group in made.items():
        assert {name: listed[number][name] for name in group} == group
    ids: dict[str, list[int]] = {"period": [], "streak": [], "target": [], "value": []}
    for group in found:
        (target,) = group["targets"]
        ids["target"].append(target["id"])
        ids["period"] += [one["id"] for one in group["periods"]]
        ids["streak"] += [one["id"] for one in group["streaks"]]
        ids["value"] += [one["id"] for one in target["defaultValues"]]
        assert [len(group["periods"]), len(group["streaks"]), len(target["defaultValues"])] == [3, 2, 3]
        assert [one["periodId"] for one in target["defaultValues"]] == [one["id"] for one in group["periods"]]
    assert [len(one) for one in ids.values()] == [len(set(one)) for one in ids.values()]
    last = found[-1]
    for kind, name in (("targetGroupName", last["name"]), ("targetName", last["targets"][0]["name"]), ("streakLevelName", last["streaks"][1]["name"])):  # fmt: skip  # noqa: E501
        asked = connection.ask("POST", "/v3/targetGroups/isValidName", {"type": kind, "value": name})
        assert asked.body["data"] is False, "the names came with the group"
    path = f"/v3/targetGroups/{last['id']}/targets/{last['targets'][0]['id']}/enroll"
    assert connection.ask("POST", path, {"customerId": f"after {last['id']}".replace(" ", "-")}).status == 200
    fresh = connection.made(streak(f"after {last['id']}"))
    assert fresh["id"] > max(listed)
    assert fresh["targets"][0]["id"] > max(ids["target"])
    made[fresh["id"]] = fresh
    connection.close()


def _all_or_nothing(server: Server, load: Load) -> None:
    """Feeding a call again tells how many of its records were there: all, or, if it was not acknowledged, none."""
    connection = Connection(server.port)
    for records in load.sent:
        answer = connection.ask("POST", "/sandbox/records", records)
        allowed = (IN_A_CALL,) if records in load.fed else (0, IN_A_CALL)
        assert answer.body["data"]["duplicates"] in allowed
    connection.close()


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    assert killed_under_load(tmp_path, rounds=1, clients=4, acknowledgements=lambda: 30) >= 30


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_what_was_acknowledged_survives_many_kills(tmp_path: Path) -> None:
    rng = random.Random(20)
    total = killed_under_load(tmp_path, rounds=50, clients=8, acknowledgements=lambda: rng.randrange(20, 250))
    print(f"\n{total:,} acknowledged writes in 50 rounds, all of them there after the kill")


# One name, many clients

CLIENTS = 50


def at_once(port: int, path: str, bodies: list[Any]) -> list[Answer]:
    """All requests at one moment: the server has all of each but its last byte when the last bytes are sent."""
    connections = [Connection(port) for _ in bodies]
    rests = [connection.begin(path, body) for connection, body in zip(connections, bodies, strict=True)]
    assert ask(port, "GET", "/sandbox/health").status == 200, "the others have arrived by now"
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(Connection.finish, connections, rests))
    for connection in connections:
        connection.close()
    return answers


def most_in_flight(server: Server, path: str) -> int:
    """How many requests for a path were open at one moment, from what the log says of their ends and lengths."""
    steps: list[tuple[datetime, int]] = []
    for line in server.said().splitlines():
        if line.startswith("{") and (entry := json.loads(line))["path"] == path:
            end = datetime.fromisoformat(entry["time"])
            steps += [(end - timedelta(milliseconds=entry["ms"]), 1), (end, -1)]
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def told(answers: list[Answer]) -> Counter[tuple[int, object]]:
    """Statuses with the first error's number or reason."""
    found: Counter[tuple[int, object]] = Counter()
    for answer in answers:
        errors = answer.body["errors"]
        found[answer.status, (errors[0]["code"] or errors[0]["reason"]) if errors else None] += 1
    return found


def named(kind: str, number: int) -> dict[str, Any]:
    """A streak whose names are its own, but for one; its case differs from client to client."""
    group = streak(f"group {number}")
    same = "".join(char.upper() if number >> place & 1 else char for place, char in enumerate("the same"))
    match kind:
        case "group":
            group["name"] = same
        case "target":
            group["targets"][0]["name"] = same
        case _:
            group["streaks"][1]["name"] = same
    return group


@pytest.mark.parametrize(
    ("kind", "refusal"),
    sampled([("level", "level-name-taken"), ("group", 310069), ("target", "target-name-taken")], keep=1),
)
def test_of_fifty_that_ask_for_a_name_one_gets_it(tmp_path: Path, kind: str, refusal: object) -> None:
    with served(tmp_path, *DATABASE) as server:
        answers = at_once(server.port, "/v3/targetGroups", [named(kind, number) for number in range(CLIENTS)])
        assert told(answers) == {(201, None): 1, (400, refusal): CLIENTS - 1}
        (made,) = (answer.body["data"] for answer in answers if answer.status == 201)
        listed = ask(server.port, "GET", "/v3/targetGroups?includePeriods=true").body["data"]
        assert [{name: one[name] for name in made} for one in listed] == [made]
        assert ask(server.port, "GET", "/sandbox/settings").body["data"]["ids"]["group"] == made["id"] + 1
        until(lambda: server.said().count('"/v3/targetGroups", "status"') == CLIENTS + 1)
        assert most_in_flight(server, "/v3/targetGroups") >= 10, "or it was no race"


def test_of_fifty_that_add_a_period_one_does(tmp_path: Path) -> None:
    with served(tmp_path, *DATABASE) as server:
        made = Connection(server.port).made(milestone(periods=None, targets=None))
        path = f"/v3/targetGroups/{made['id']}/targetPeriods"
        period = {"refCode": "one", "startDate": "2024-01-01", "endDate": "2024-01-31"}
        assert told(at_once(server.port, path, [period] * CLIENTS)) == {
            (200, None): 1,
            (400, "duplicate-period"): CLIENTS - 1,
        }
        assert len(ask(server.port, "GET", path).body["data"]) == 1


def test_two_servers_on_one_file_agree(tmp_path: Path) -> None:
    """Names are given once and ids never twice, whichever of the two was asked."""
    with served(tmp_path, *DATABASE) as one, served(tmp_path, *DATABASE, name="other.txt") as other:
        made: list[int] = []
        odd: list[Answer] = []

        def client(port: int) -> None:
            connection = Connection(port)
            for number in range(10):
                answer = connection.ask("POST", "/v3/targetGroups", streak(f"group {number}"))
                if answer.status == 201:
                    made.append(answer.body["data"]["id"])
                elif told([answer]) != {(400, 310069): 1}:
                    odd.append(answer)
            connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(client, [one.port, other.port] * 2))
        assert odd == []
        assert len(made) == len(set(made)) == 10
        listed = [ask(server.port, "GET", "/v3/targetGroups").body["data"] for server in (one, other)]
        assert listed[0] == listed[1]
        assert [group["id"] for group in listed[0]] == sorted(made)


def test_a_reset_in_the_middle_of_everything(tmp_path: Path) -> None:
    with served(tmp_path, *DATABASE) as server:
        statuses: Counter[int] = Counter()

        def client(number: int) -> None:
            connection = Connection(server.port)
            for turn in range(5):
                for method, path, body in (
                    ("POST", "/v3/targetGroups", streak(f"{number} {turn}")),
                    ("POST", "/sandbox/records", [bill(f"{number}-{turn}", number, "2024-01-05", 50)]),
                    ("POST", "/v3/targetGroups/1/targets/1/enroll", {"customerId": number}),
                    ("GET", f"/v3/users/{number}/targetGroups", None),
                    ("GET", "/sandbox/targetGroups/1/progress", None),
                    ("POST", "/v3/targetGroups/1/targets/1/unEnroll", {"customerId": number}),
                    ("DELETE", "/v3/targetGroups/1", None),
                ):
                    statuses[connection.ask(method, path, body).status] += 1
                assert connection.ask("POST", "/sandbox/reset").status == 200
            connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(client, range(4)))
        assert statuses.keys() <= {200, 201, 400, 404}
        assert statuses.total() == 4 * 5 * 7
        assert ask(server.port, "GET", "/sandbox/health").body["data"] == {
            "status": "ok",
            "groups": 0,
            "users": 0,
            "records": 0,
        }
        assert Connection(server.port).made(streak())["id"] == 1
        assert "Traceback" not in server.said()


# A database that cannot be used


def refusal_of(answer: Answer) -> tuple[int, str, str | None]:
    body = answer.body
    assert body.keys() == {"data", "errors", "warnings"}
    (error,) = body["errors"]
    assert "a.sqlite3" in error["message"]
    return answer.status, error["reason"], answer.headers.get("retry-after")


def test_a_database_that_another_process_locks(tmp_path: Path) -> None:
    with served(tmp_path, *DATABASE) as server:
        other = sqlite3.connect(tmp_path / "a.sqlite3", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")

        def create(number: int) -> Answer:
            return ask(server.port, "POST", "/v3/targetGroups", milestone(f"locked {number}"))

        begin = monotonic()
        assert refusal_of(create(0)) == (503, "database-locked", "2")
        alone = monotonic() - begin

        def together() -> bool:
            """Reading goes on while writers wait, and they wait together, not one after the other."""
            begin = monotonic()
            with ThreadPoolExecutor(8) as pool:
                waiting = [pool.submit(create, number) for number in range(8)]
                assert ask(server.port, "GET", "/v3/targetGroups").status == 200
                reads = not any(one.done() for one in waiting)
                assert [refusal_of(one.result()) for one in waiting] == [(503, "database-locked", "2")] * 8
            return reads and monotonic() - begin < 4 * alone

        assert in_one_of(5, together)
        other.execute("ROLLBACK")
        other.close()
        assert Connection(server.port).made(milestone())["id"] == 1
        assert len(ask(server.port, "GET", "/v3/targetGroups").body["data"]) == 1, "what was refused is not there"
        assert "Traceback" not in server.said()


def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    """The size of files is limited under the running process, which is how a full disk comes about without one."""
    with served(tmp_path, *DATABASE) as server:
        connection = Connection(server.port)
        connection.made(milestone())
        size = (tmp_path / "a.sqlite3-wal").stat().st_size
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        for room in (0, 100, 5000, 30_000):
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size + room, hard))
            records = [bill(f"{room}-{place}", 5, "2024-01-05", 50) for place in range(1000)]
            answer = connection.ask("POST", "/sandbox/records", records)
            assert refusal_of(answer) in [(503, reason, None) for reason in ("database-io", "database-full")]
            health = connection.ask("GET", "/sandbox/health")
            assert health.body["data"] == {"status": "ok", "groups": 1, "users": 0, "records": 0}
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        answer = connection.ask("POST", "/sandbox/records", records)
        assert answer.body["data"] == {"accepted": 1000, "duplicates": 0}, "nothing of the refused calls was kept"
        connection.close()
        assert "Traceback" not in server.said()
        server.kill()
    with served(tmp_path, *DATABASE) as server:
        assert ask(server.port, "GET", "/sandbox/health").body["data"]["records"] == 1000


ENROL = {"customerId": 5, "periodName": "Cycle_1"}

WRITES: list[tuple[str, str, object]] = [
    ("POST", "/v3/targetGroups", milestone("Two")),
    ("POST", "/v3/targetGroups/1/targets", milestone("Three")["targets"]),
    ("POST", "/v3/targetGroups/2/targetPeriods", {"refCode": "a", "startDate": "2024-01-01", "endDate": "2024-01-31"}),
    ("POST", "/v3/targetGroups/1/targets/1/enroll", ENROL),
    ("POST", "/v3/targetGroups/1/targets/1/unEnroll", {"customerId": 6}),
    ("PUT", "/v3/targetGroups/editTargetGroup/1", {"name": "Other"}),
    ("PUT", "/v3/targetGroups/1/targets/1", {"expression": "true"}),
    ("PUT", "/v3/targetGroups/1/targetPeriods", [{"id": 3, "endDate": "9999-12-31"}]),
    ("PUT", "/v3/targetGroups/3/unifiedTargets", {"deactivateTargetIds": [2]}),
    ("DELETE", "/v3/targetGroups/1/targets/1", None),
    ("DELETE", "/v3/targetGroups/1", None),
    ("POST", "/sandbox/records", [bill("b", 5, "2024-01-05", 50)]),
    ("PUT", "/sandbox/clock", {"now": "2024-01-05T00:00:00Z"}),
    ("POST", "/sandbox/clock/advance", {"days": 1}),
    ("DELETE", "/sandbox/clock", None),
    ("PUT", "/sandbox/settings", {"orgId": 5}),
    ("POST", "/sandbox/users", [5, 6]),
    ("POST", "/sandbox/reset", None),
]


@pytest.mark.parametrize(("pragma", "back", "reason"), [("query_only=1", "query_only=0", "database-read-only")])
@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_every_write_is_refused_while_it_is_read_only_and_done_afterwards(
    client: Client, method: str, path: str, body: object, pragma: str, back: str, reason: str
) -> None:
    """In this process, for who runs as root is not kept from writing by any mode of a file."""
    client.made(milestone())
    client.made(milestone("Bare", periods=None, targets=None))
    members = [milestone()["targets"][0] | {"name": name} for name in "abc"]
    client.made(milestone("Three of them", trackingType="UNIFIED", combinationType="ALL", targets=members))
    client.at("2024-01-05T00:00:00Z")
    client.feed(bill("other", 6, "2024-01-05", 50))
    enrolled = client.post("/v3/targetGroups/1/targets/1/enroll", ENROL | {"customerId": 6})
    assert enrolled.status_code == 200
    before = client.get("/v3/targetGroups?includePeriods=true").text
    run = client.store._connection.execute
    run(f"PRAGMA {pragma}")
    sent = None if body is None else json.dumps(body).encode()
    answer = client.ask(method, path, content=sent)
    assert (answer.status_code, problems(answer)) == (503, [(None, reason, None)])
    assert "retry-after" not in answer.headers, "it does not pass by itself"
    assert client.get("/v3/targetGroups?includePeriods=true").text == before
    run(f"PRAGMA {back}")
    assert client.ask(method, path, content=sent).status_code in (200, 201)
