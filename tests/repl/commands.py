"""A session without a terminal: lines go in, what is said comes out."""

from __future__ import annotations

from pathlib import Path

from targetexpr.lang.schema.schema import Schema
from targetexpr.repl.commands import submit
from targetexpr.repl.session import Session
from targetexpr.repl.storage import RuleBook

PAYLOADS = Path(__file__).resolve().parents[1] / "data" / "payloads"
RULE = "currentTxn.value>500"


class Heard:
    """A console that keeps what it is told."""

    color = False

    def __init__(self) -> None:
        self.said: list[str] = []
        self.complaints: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(str(text))

    def complain(self, text: str) -> None:
        self.complaints.append(text)

    def progress(self, text: str) -> None:
        self.said.append(f"progress: {text}")


class Talk:
    """A session in a folder. `do` sends a line that must work, `refused` one that must not."""

    def __init__(self, folder: Path, schema: Schema | None = None) -> None:
        self.folder = folder
        self.heard = Heard()
        book = RuleBook(str(folder / "rules.toml"))
        self.session = Session(self.heard, schema or Schema.bundled(), book)

    def send(self, line: str) -> bool:
        """Sends a line; whether it could be done."""
        self.heard.said.clear()
        self.heard.complaints.clear()
        return submit(self.session, line)

    def do(self, line: str) -> str:
        """Sends a line that must work; what is said."""
        assert self.send(line), f"{line}: {self.heard.complaints}"
        assert not self.heard.complaints, self.heard.complaints
        return "\n".join(self.heard.said)

    def refused(self, line: str) -> str:
        """Sends a line that cannot be done; the complaint. What was there before must still be there."""
        before, steps = self.session.state, len(self.session.steps)
        assert not self.send(line), f"{line}: {self.heard.said}"
        assert self.heard.complaints
        assert (self.session.state, len(self.session.steps)) == (before, steps), "a refused line changes nothing"
        return "\n".join(self.heard.complaints)

    def records(self, *lines: str, name: str = "records.jsonl") -> Path:
        """Writes a file of records."""
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path
