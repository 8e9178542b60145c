"""A session without a terminal: lines go in, what is said comes out."""

from __future__ import annotations

import json
from pathlib import Path

from targetexpr.lang.schema.schema import Schema
from targetexpr.repl.commands import submit
from targetexpr.repl.session import Session
from targetexpr.repl.storage import RuleBook

PAYLOADS = Path(__file__).resolve().parents[1] / "data" / "payloads"
RULE = "currentTxn.value>500"


def record(value: object, **more: object) -> str:
    """A line of a file of records."""
    return json.dumps({"currentTxn": {"value": value, **more}})


class Heard:
    """A console that keeps what it is told."""

    color = False
    columns: int | None = None

    def __init__(self) -> None:
        self.written: list[str] = []
        self.errors: list[str] = []

    def write(self, text: str) -> None:
        self.written.append(str(text))

    def page(self, text: str) -> None:
        self.write(text)

    def write_error(self, text: str) -> None:
        self.errors.append(text)

    def progress(self, text: str) -> None:
        self.written.append(f"progress: {text}")


class Talk:
    """A session in a folder. `do` sends a line that must work, `refused` one that must not."""

    def __init__(self, folder: Path, schema: Schema | None = None) -> None:
        self.folder = folder
        self.heard = Heard()
        book = RuleBook(str(folder / "rules.toml"))
        self.session = Session(self.heard, schema or Schema.bundled(), book)

    def send(self, line: str) -> bool:
        """Sends a line; whether it could be done."""
        self.heard.written.clear()
        self.heard.errors.clear()
        return submit(self.session, line)

    def do(self, line: str) -> str:
        """Sends a line that must work; what is said."""
        assert self.send(line), f"{line}: {self.heard.errors}"
        assert not self.heard.errors, self.heard.errors
        return "\n".join(self.heard.written)

    def refused(self, line: str) -> str:
        """Sends a line that cannot be done; the complaint. What was there before must still be there."""
        before, steps = self.session.state, len(self.session.steps)
        assert not self.send(line), f"{line}: {self.heard.written}"
        assert self.heard.errors
        assert (self.session.state, len(self.session.steps)) == (before, steps), "a refused line changes nothing"
        return "\n".join(self.heard.errors)

    def records(self, *lines: str, name: str = "records.jsonl") -> Path:
        """Writes a file of records."""
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path
