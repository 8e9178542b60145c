"""A small client that talks to the server as an editor does: raw messages with headers, nothing of pygls in it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from types import TracebackType
from typing import Any

from tests.cli.command import PATIENCE, ROOT, environment


class Refused(Exception):
    """The server answered a request with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error)
        self.code: int = error["code"]


class Client:
    """A server as a process, or whatever is at the other end of two streams."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "targetexpr", "lsp", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            cwd=ROOT,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.input, self.output = self.process.stdin, self.process.stdout
        self.answers: dict[int | None, Queue[dict[str, Any]]] = {}
        self.told: Queue[dict[str, Any]] = Queue()
        self.came: list[str | int] = []  # answers by number and the rest by method, as they came
        self._held: list[bytes] | None = None
        self.errors: list[bytes] = []
        self.last = 0
        self.versions: dict[str, int] = {}
        self.capabilities: dict[str, Any] = {}
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._drain, daemon=True).start()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    # ---- messages

    def _read(self) -> None:
        while True:
            length = 0
            while (line := self.output.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not length:
                return
            message = json.loads(self.output.read(length))
            if "id" in message and "method" not in message:
                self.came.append(message["id"])
                self.answers[message["id"]].put(message)
            else:
                self.came.append(message["method"])
                self.told.put(message)

    def _drain(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors.append(line)

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        whole = b"Content-Length: %d\r\n\r\n" % len(body) + body
        if self._held is not None:
            self._held.append(whole)
            return
        self.input.write(whole)
        self.input.flush()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is sent inside goes out in one piece: the server has no time to answer the first before the last."""
        self._held = []
        yield
        held, self._held = self._held, None
        self.input.write(b"".join(held))
        self.input.flush()

    def request(self, method: str, params: object = None) -> int:
        """Ask, without waiting for the answer."""
        self.last += 1
        self.answers[self.last] = Queue()
        self.send({"id": self.last, "method": method, "params": params})
        return self.last

    def answer(self, request: int | None) -> Any:
        message = self.answers[request].get(timeout=PATIENCE)
        if "error" in message:
            raise Refused(message["error"])
        return message["result"]

    def ask(self, method: str, params: object = None) -> Any:
        return self.answer(self.request(method, params))

    def tell(self, method: str, params: object = None) -> None:
        self.send({"method": method, "params": params})

    # ---- what an editor does

    def start(self, *encodings: str, **capabilities: Any) -> Client:
        general = {"positionEncodings": list(encodings)} if encodings else {}
        able = {"general": general, **capabilities}
        answer = self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": able})
        self.capabilities = answer["capabilities"]
        self.tell("initialized", {})
        return self

    def open(self, uri: str, text: str, language: str = "targetexpr") -> None:
        self.versions[uri] = 1
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, text: str) -> None:
        self.versions[uri] += 1
        document = {"uri": uri, "version": self.versions[uri]}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def close(self, uri: str) -> None:
        self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})

    def published(self, uri: str) -> dict[str, Any]:
        """The next diagnostics that are told of a document."""
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self.told.get(timeout=max(0.0, deadline - time.monotonic()))
            if message["method"] == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                found: dict[str, Any] = message["params"]
                return found

    def diagnostics(self, uri: str) -> list[dict[str, Any]]:
        """The diagnostics of the version that was sent last; none of an older one may come behind a newer."""
        seen = 0
        while True:
            params = self.published(uri)
            assert params["version"] >= seen
            seen = params["version"]
            if seen == self.versions[uri]:
                found: list[dict[str, Any]] = params["diagnostics"]
                return found

    def at(self, method: str, uri: str, line: int, character: int, **more: object) -> Any:
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}, **more}
        return self.ask(f"textDocument/{method}", place)

    def about(self, method: str, uri: str, **more: object) -> Any:
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, **more})

    def actions(self, uri: str, start: dict[str, int], end: dict[str, int], *only: str, **more: object) -> Any:
        context: dict[str, object] = {"diagnostics": [], **more}
        if only:
            context["only"] = list(only)
        return self.about("codeAction", uri, range={"start": start, "end": end}, context=context)

    def stop(self) -> int:
        self.ask("shutdown")
        self.tell("exit")
        return self.process.wait(timeout=PATIENCE)


WIDTHS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


def place(text: str, offset: int, encoding: str = "utf-16") -> dict[str, int]:
    """The protocol's place of an offset, counted here by encoding the line: the test's own truth."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    line = before.rpartition("\n")[2]
    units = len(line.encode(WIDTHS[encoding], "surrogatepass")) // UNIT[encoding]
    return {"line": before.count("\n"), "character": units}


def edited(text: str, edits: list[dict[str, Any]], encoding: str = "utf-16") -> str:
    """A text with the edits of the server made."""
    places = {tuple(place(text, at, encoding).values()): at for at in range(len(text), -1, -1)}
    spans = [
        (places[tuple(one["range"]["start"].values())], places[tuple(one["range"]["end"].values())], one["newText"])
        for one in edits
    ]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text
