"""`targetexpr serve`: started as people start it, in a process of its own."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from targetexpr.cli.main import main
from targetexpr.serve.command import EXAMPLES
from tests.cli.command import PATIENCE
from tests.serve.conftest import JSON, bill, milestone
from tests.serve.processes import LISTENS


@pytest.fixture(autouse=True)
def hang_ups_arrive() -> Iterator[None]:
    """Also where the tests run under `nohup`, whose programmes rightly take no notice of one."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@contextmanager
def serving(folder: Path, *arguments: str, program: str | None = None) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server with its log in a file of the folder; killed at the end whatever happens."""
    log = folder / "log.txt"
    command = [sys.executable, "-m", "targetexpr", "serve", "--port", "0", *arguments]
    if program is not None:
        command = [sys.executable, "-c", program]
    with log.open("w") as stream:
        process = subprocess.Popen(command, cwd=folder, stderr=stream, stdin=subprocess.DEVNULL, text=True)
    try:
        while (found := LISTENS.search(log.read_text())) is None:
            with suppress(subprocess.TimeoutExpired):  # leaves the processor to the server
                process.wait(timeout=0.02)
                raise AssertionError(log.read_text())
        yield process, int(found[2])
    finally:
        process.kill()
        process.wait()


def ask(port: int, method: str, path: str, body: object = None, user: str = "") -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = JSON | ({"Authorization": "Basic " + b64encode(user.encode()).decode()} if user else {})
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())
    connection.close()
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_starts_answers_and_stops(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path) as (process, port):
        log = (tmp_path / "log.txt").read_text()
        found = re.search(r"its user is (sandbox:\S+) \(made up now", log)
        while found is None:
            found = re.search(r"its user is (sandbox:\S+) \(made up now", (tmp_path / "log.txt").read_text())
        assert ask(port, "GET", "/v3/targetGroups")[0] == 401
        assert ask(port, "POST", "/v3/targetGroups", milestone(), found[1])[0] == 201
        process.send_signal(number)
        assert process.wait(timeout=PATIENCE) == 0
    lines = (tmp_path / "log.txt").read_text().splitlines()
    assert "Traceback" not in "".join(lines)
    assert [json.loads(line)["status"] for line in lines if line.startswith("{")] == [401, 201]
    assert (tmp_path / "targetexpr-sandbox.sqlite3").exists()
    assert not (tmp_path / "targetexpr-sandbox.sqlite3-wal").exists(), "the journal is folded in"


ENDS_SOON = """
from targetexpr.serve import uvicorn_server, settings, store
import socket
listener = socket.create_server(("127.0.0.1", 0))
uvicorn_server.serve(settings.Options(log="json", grace=1), store.Store(":memory:"), listener, made_up=False)
"""


WITHOUT_OTHER_EXTRAS = """
import sys
for name in ("duckdb", "pandas", "polars", "prompt_toolkit", "pyarrow", "pygls", "pyspark", "pytest"):
    sys.modules[name] = None  # cannot be imported
from targetexpr.cli.main import main
main(["serve", "--port", "0", "--no-auth", "--database", ":memory:"])
"""


def test_it_needs_no_library_of_another_extra(tmp_path: Path) -> None:
    with serving(tmp_path, program=WITHOUT_OTHER_EXTRAS) as (_, port):
        assert ask(port, "GET", "/v3/targetGroups")[0] == 200


def test_an_upload_that_never_ends_does_not_keep_it_from_ending(tmp_path: Path) -> None:
    with serving(tmp_path, program=ENDS_SOON) as (process, port):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            connection.sendall(b"POST /sandbox/records HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n[")
            assert ask(port, "GET", "/sandbox/health")[0] == 200, "the other request has arrived by now"
            process.send_signal(signal.SIGTERM)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert (answer.status, json.loads(answer.read())["errors"][0]["reason"]) == (503, "stopping")
        assert process.wait(timeout=PATIENCE) == 0
    lines = (tmp_path / "log.txt").read_text().splitlines()
    assert [json.loads(line).get("status") for line in lines if not line.startswith("targetexpr:")][:2] == [200, None]
    assert "Traceback" not in "".join(lines)


NO_HTTP = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)),  # how TLS begins
    b"GET\r\n\r\n",
    b"GET / HTTP/1.1\r\nbroken header\r\n\r\n",
)


@pytest.mark.parametrize("style", ["json", "text", "none"])
def test_what_is_no_http_is_refused_and_logged_as_everything_else(tmp_path: Path, style: str) -> None:
    with serving(tmp_path, "--no-auth", "--database", ":memory:", "--log", style) as (process, port):
        for sent in NO_HTTP:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                connection.sendall(sent)
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                problem = json.loads(answer.read())["errors"][0]
                assert (answer.status, answer.headers["Content-Type"], problem["reason"]) == (
                    400,
                    "application/json",
                    "not-http",
                )
            assert ask(port, "GET", "/sandbox/health")[0] == 200
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0
    said = [line for line in (tmp_path / "log.txt").read_text().splitlines() if not line.startswith("targetexpr:")]
    if style == "json":
        assert [json.loads(line).get("level", "") for line in said] == ["warning", ""] * len(NO_HTTP)
    assert len(said) == {"json": 2, "text": 2, "none": 0}[style] * len(NO_HTTP)


def test_fifty_clients_that_create_the_same_name(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-auth", "--log", "none") as (_, port):

        def create(number: int) -> tuple[int, int]:
            group = milestone("Same")
            group["targets"][0]["name"] = f"target {number}"
            status, body = ask(port, "POST", "/v3/targetGroups", group)
            errors = body["errors"]
            return status, errors[0]["code"] if isinstance(errors, list) else 0

        with ThreadPoolExecutor(50) as pool:
            assert Counter(pool.map(create, range(50))) == {(201, 0): 1, (400, 310069): 49}
        assert ask(port, "GET", "/sandbox/health")[1]["data"] == {"status": "ok", "groups": 1, "users": 0, "records": 0}


def test_a_request_that_is_open_is_answered_before_the_end(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-auth", "--database", "a.sqlite3") as (process, port):
        body = json.dumps([bill(f"b{place}", 5, "2024-01-05", 50) for place in range(1000)]).encode()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.putrequest("POST", "/sandbox/records")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:1000])
        assert ask(port, "GET", "/sandbox/health")[0] == 200, "the other request has arrived by now"
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.3)
        connection.send(body[1000:])
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["data"]["accepted"]) == (200, 1000)
        connection.close()
        assert process.wait(timeout=PATIENCE) == 0
    with serving(tmp_path, "--no-auth", "--database", "a.sqlite3") as (_, port):
        assert ask(port, "GET", "/sandbox/health")[1]["data"] == {
            "status": "ok",
            "groups": 0,
            "users": 1,
            "records": 1000,
        }


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["serve", *arguments]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert "Traceback" not in caught.err
    return caught.err


def test_what_it_refuses_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "--no-auth answers everybody" in refused(capsys, "--host", "0.0.0.0", "--no-auth", "--port", "0")
    assert "exclude each other" in refused(capsys, "--no-auth", "--user", "a:b")
    assert "NAME:PASSWORD" in refused(capsys, "--user", "a")
    assert "no address 'nowhere.invalid'" in refused(capsys, "--host", "nowhere.invalid")
    assert "There is no folder" in refused(capsys, "--port", "0", "--database", "no/where.sqlite3")
    (tmp_path / "text").write_text("not a database" * 100)
    assert "is not an SQLite database" in refused(capsys, "--port", "0", "--database", "text")
    assert "--port: expected a whole number from 0 to 65535, not '70000'" in refused(capsys, "--port", "70000")
    assert "--max-body: expected a whole number from 1 to 1099511627776, not '0'" in refused(capsys, "--max-body", "0")
    monkeypatch.setenv("TARGETEXPR_SERVE_USER", "nobody")
    assert "NAME:PASSWORD" in refused(capsys)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["text"]


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused(capsys, "--port", port, "--database", str(tmp_path / "a.sqlite3"))
    assert f"cannot listen on 127.0.0.1 port {port}" in said
    assert "--port 0 takes a free one" in said


def test_without_the_extra(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("targetexpr.serve.command.find_spec", lambda name: None if name == "fastapi" else object())
    assert "the server needs the extra: pip install 'targetexpr[serve]'" in refused(capsys)


def test_what_help_shows_is_what_works(tmp_path: Path) -> None:
    lines = EXAMPLES.replace("\\\n", " ").splitlines()
    calls = [line.strip() for line in lines if line.strip().startswith("curl ")]
    assert len(calls) == EXAMPLES.count("curl ")
    (tmp_path / "group.json").write_text(json.dumps(milestone()))
    (tmp_path / "records.jsonl").write_text(json.dumps(bill("b", 5, "2024-01-05", 50)) + "\n")
    with serving(tmp_path, "--user", "till:secret", "--log", "none") as (_, port):
        for call in calls:
            shell = call.replace(":8310/", f":{port}/") + " -s -o answer.txt -w '%{http_code}'"
            done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)
            answer = (tmp_path / "answer.txt").read_text()
            assert (done.returncode, done.stdout) in [(0, "200"), (0, "201")], f"{call}: {done.stdout} {answer}"


def test_on_loopback_other_hosts_are_not_answered(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-auth", "--log", "none") as (_, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", "/v3/targetGroups", headers={"Host": f"rebound.example:{port}"})
        assert connection.getresponse().status == 403
        connection.close()


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--help"]) == 0
    shown = capsys.readouterr().out
    for word in ("--no-auth", "TARGETEXPR_SERVE_USER", "/sandbox/clock", "examples:", "curl -u"):
        assert word in shown
