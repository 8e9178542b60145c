"""`targetexpr lsp` as a command: how it starts, how it ends, and what it says where something is missing."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from queue import Queue

import pytest

from targetexpr.lsp import command
from tests.cli.command import PATIENCE, ROOT, Call, environment
from tests.lsp.client import Client, Refused

ABOUT = {"textDocument": {"uri": "file:///big.rule"}}


def test_without_the_extra_it_says_what_to_install(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "pygls" else object())
    done = call("lsp")
    assert (done.status, done.out) == (2, "")
    assert done.err == "targetexpr: the language server needs the extra: pip install 'targetexpr[lsp]'\n"


def test_a_schema_that_cannot_be_read_ends_it(call: Call, tmp_path: Path) -> None:
    done = call("lsp", "--schema", str(tmp_path / "none.toml"))
    assert done.status == 2
    assert "cannot read" in done.err


def test_importing_the_command_imports_no_server() -> None:
    script = (
        "import sys, targetexpr.cli.check, targetexpr.lsp.command\n"
        "print([name for name in ('pygls', 'lsprotocol', 'asyncio', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout == "[]\n"


def test_the_end_is_the_clients_to_say() -> None:
    with Client() as client:
        client.start()
        assert client.stop() == 0


def test_exit_without_shutdown_is_a_failure() -> None:
    with Client() as client:
        client.start()
        client.tell("exit")
        assert client.process.wait(PATIENCE) == 1


def test_a_client_that_is_gone_ends_it() -> None:
    with Client() as client:
        client.start()
        client.input.close()
        assert client.process.wait(PATIENCE) == 1


def test_requests_out_of_order_are_refused_by_number() -> None:
    with Client() as client:
        with pytest.raises(Refused) as refused:
            client.ask("textDocument/hover", {"textDocument": {"uri": "file:///a"}, "position": {}})
        assert refused.value.code == -32602, "parameters that do not fit"
        with pytest.raises(Refused) as refused:
            client.about("documentSymbol", "file:///a")
        assert refused.value.code == -32002, "not initialized"
        client.start()
        with pytest.raises(Refused) as refused:
            client.ask("targetexpr/unheardOf", {"a": 1})
        assert refused.value.code == -32601, "no such method"
        client.tell("targetexpr/unheardOf", {"a": 1})
        client.tell("$/unheardOf")
        client.ask("shutdown")
        with pytest.raises(Refused) as refused:
            client.about("documentSymbol", "file:///a")
        assert refused.value.code == -32600, "behind shutdown"
        client.tell("exit")
        assert client.process.wait(PATIENCE) == 0


def test_shutdown_ends_what_is_asked_still() -> None:
    big = "&&".join(f"currentTxn.value>{number}" for number in range(3_000))
    with Client() as client:
        client.start()
        client.open("file:///big.rule", big)
        asked = [client.request(f"textDocument/{name}", ABOUT) for name in ("documentSymbol", "semanticTokens/full")]
        assert client.stop() == 0
        answers = [client.answers[request].get(timeout=PATIENCE) for request in asked]
        assert {one["error"]["code"] for one in answers if "error" in one} <= {-32800}, "answered, or cancelled"
        assert client.errors == []


def test_what_is_no_message_is_refused_and_the_next_one_answered() -> None:
    with Client() as client:
        client.start()
        for number, (body, code) in enumerate(
            ((b"{", -32700), (b"[]", -32600), (b'{"id": 1}', -32600), (b"5", -32600), (b"[" * 100_000, -32700))
        ):
            client.answers[None] = client.answers[1] = Queue()
            client.input.write(b"Content-Type: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            client.input.flush()
            with pytest.raises(Refused) as refused:
                client.answer(1 if number == 2 else None)
            assert refused.value.code == code, body[:20]
        client.open("file:///a.rule", "currentTxn.valu>5")
        assert [one["code"] for one in client.diagnostics("file:///a.rule")] == ["unknown-attribute"]
        assert client.stop() == 0


def test_a_client_that_names_no_encoding_counts_in_utf_16() -> None:
    with Client() as client:
        client.start()
        assert client.capabilities["positionEncoding"] == "utf-16"
        client.open("file:///a.rule", '"😀"==currentTxn.valu')
        (one,) = client.diagnostics("file:///a.rule")
        assert one["range"]["start"] == {"line": 0, "character": len('"') + 2 + len('"==currentTxn.')}


def test_a_socket_for_debugging() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "targetexpr", "lsp", "--tcp", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=ROOT,
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert said.startswith("listening on 127.0.0.1:")
        with socket.create_connection(("127.0.0.1", int(said.rpartition(":")[2])), PATIENCE) as connection:
            stream = connection.makefile("rwb")
            for method, params, number in (
                ("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1),
                ("shutdown", None, 2),
                ("exit", None, None),
            ):
                message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number else {})
                body = json.dumps(message).encode()
                stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
                stream.flush()
                if number:
                    length = int(stream.readline().split(b":")[1])
                    while stream.readline() != b"\r\n":
                        continue
                    assert json.loads(stream.read(length))["id"] == number
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
