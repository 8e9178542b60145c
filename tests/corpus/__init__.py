"""Behaviour as data: what a text or JSON document must become, by topic, and the small reader of these files.

A topic is a TOML file of `[[case]]` tables (or JSON lines, for texts that TOML cannot hold, such as half
surrogate pairs). Fields, all optional but `id` and one of `text` and `json`:

- `text` is read; `also` are other texts of the same tree;
- `tree` is the s-expression of `tests/trees.py`; no tree means that the text is an error;
- `compact`, `readable`: the printed text, exactly (`compact` is the text itself unless given);
- `json`: the compact expressionJson without types, written by `to_json` and read back; in a case without text it
  is only read;
- `diagnostics`: pairs of a code and the text once more, the place between ⟦ and ⟧ (`[]` for none at all);
- `codes`: the codes alone, as a set, where places are not the point;
- `fixed`: what the fixes of the errors make of the text, applied until none is left, or where the text is no
  error what the fixes of its warnings make of it in one go;
- `pointer`: where in the JSON document the (first) error is;
- `limits`: limits other than the defaults;
- `repeat`: characters that stand for longer strings, `{ "§" = ["7", 5000] }`;
- `why`: what the case is there for. `guess = true` marks an expectation that the specification leaves open.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_PLACE = re.compile("[⟦⟧]")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case, all `repeat`s done."""

    id: str
    topic: str
    text: str | None = None
    also: tuple[str, ...] = ()
    tree: str | None = None
    compact: str | None = None
    readable: str | None = None
    json: str | None = None
    diagnostics: tuple[tuple[str, str], ...] | None = None
    codes: tuple[str, ...] | None = None
    fixed: str | None = None
    pointer: str | None = None
    limits: dict[str, int] = field(default_factory=dict)
    repeat: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    guess: bool = False

    @property
    def name(self) -> str:
        return f"{self.topic}:{self.id}"

    def expected_diagnostics(self) -> list[tuple[str, int, int]] | None:
        """Codes with their spans, in the order of the text."""
        if self.diagnostics is None:
            return None
        out = []
        for code, marked in self.diagnostics:
            assert _PLACE.sub("", marked) == self.text, f"{self.name}: the marked text is another: {marked!r}"
            start = marked.index("⟦")
            out.append((code, start, marked.index("⟧") - 1))
        return out


@dataclass(frozen=True)
class Documented:
    """An expression of the platform's documents: `valid`, or `needs_fix` with the text that is wanted."""

    id: str
    text: str
    status: str
    fix: str | None = None
    why: str = ""


@cache
def cases() -> tuple[Case, ...]:
    """Every case of every topic."""
    return tuple(case for path in sorted(HERE.iterdir()) for case in _topic(path))


@cache
def documented() -> tuple[Documented, ...]:
    """The expressions of the documents, typing errors included."""
    lines = (HERE / "documented.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Documented(**json.loads(line)) for line in lines)


def texts() -> list[str]:
    """Every text of the corpus that is short enough to play with."""
    found = [row.text for row in documented()]
    for case in cases():
        found.extend(text for text in (case.text, *case.also, case.fixed) if text is not None and len(text) < 1000)
    return list(dict.fromkeys(text for text in found if len(text) < 1000))


def _topic(path: Path) -> Iterator[Case]:
    if path.name == "documented.jsonl":
        return
    if path.suffix == ".toml":
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    elif path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        return
    known = {item.name for item in fields(Case)} - {"topic"}
    seen: set[str] = set()
    for row in rows:
        assert row.keys() <= known, f"{path.name}: unknown fields {row.keys() - known}"
        assert row["id"] not in seen, f"{path.name}: {row['id']} twice"
        seen.add(row["id"])
        long = {mark: unit * times for mark, (unit, times) in row.get("repeat", {}).items()}
        yield Case(topic=path.stem, **{key: _expanded(value, long) for key, value in row.items()})


def _expanded(value: Any, long: dict[str, str]) -> Any:
    if isinstance(value, str):
        for mark, text in long.items():
            value = value.replace(mark, text)
        return value
    if isinstance(value, list):
        return tuple(_expanded(item, long) for item in value)
    return value
