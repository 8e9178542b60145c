"""The sources of the pages about codes, read: `guide/sources/*.toml`, and what the declarations say besides."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from targetexpr.checking.lint import CHECKER_WARNINGS, RULES
from tests.guide.examples import Example

GUIDE = Path(__file__).resolve().parents[2] / "src" / "targetexpr" / "guide"
FILES = ("syntax", "names", "lint", "json", "groups", "data", "sandbox")
STATE = "state"
"""The kind of what no request brings about: a full disk, a stop, a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is said of one code in one place where it occurs."""

    code: str
    heading: str  # of its file
    kind: str
    means: str
    why: str | None
    lenient: bool  # a warning with --no-strict
    wrong: Example | None  # None where no example can bring it about
    right: Example | None


@cache
def entries() -> tuple[Entry, ...]:
    """All of them, in the order of the sources; a code that occurs in several places has several."""
    found = []
    for name in FILES:
        path = GUIDE / "sources" / f"{name}.toml"
        if path.exists():
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            found += [_entry(code, data, given) for code, given in data["code"].items()]
    return tuple(found)


_KEYS = {"means", "why", "kind", "lenient", "wrong", "right", "options", "right_options", "files", "base", "suffix"}


def _entry(code: str, data: dict[str, Any], given: dict[str, Any]) -> Entry:
    assert set(given) <= _KEYS, f"{code}: unknown keys {set(given) - _KEYS}"
    kind = given.get("kind", data["kind"])
    options = tuple(given.get("options", ()))
    right_options = tuple(given.get("right_options", options))
    return Entry(
        code=code,
        heading=data["heading"],
        kind=kind,
        means=given["means"],
        why=given.get("why", lint_reason(code)),
        lenient=given.get("lenient", False),
        wrong=None if kind == STATE else _example(kind, given["wrong"], options, given),
        right=None if kind == STATE else _example(kind, given["right"], right_options, given),
    )


def _example(kind: str, written: str | dict[str, Any], options: tuple[str, ...], given: dict[str, Any]) -> Example:
    """An example, or how one is made that is too long to write: a text, so many times, between others."""
    text, shown = written, None
    if not isinstance(text, str):
        parts = {"start": "", "text": "", "middle": "", "end": "", "end_once": "", **text}
        count = parts["repeat"]
        text = f"{parts['start']}{parts['text'] * count}{parts['middle']}{parts['end'] * count}{parts['end_once']}"
        shown = _words(parts)
    more = {name: given[name] for name in ("base", "suffix") if name in given}
    files = tuple(given.get("files", {}).items())
    return Example(kind=kind, text=text, options=options, files=files, shown=shown, **more)


def _words(parts: dict[str, Any]) -> str:
    pieces = [
        f"`{parts['start'].strip()}`" if parts["start"] else "",
        f"{parts['repeat']:,} times `{parts['text']}`" if parts["text"].strip() else f"{parts['repeat']:,} spaces",
        f"`{parts['middle']}`" if parts["middle"] else "",
        f"{parts['repeat']:,} times `{parts['end']}`" if parts["end"] else "",
        f"`{parts['end_once']}`" if parts["end_once"] else "",
    ]
    words = ", then ".join(piece for piece in pieces if piece)
    return f"{words[:1].upper()}{words[1:]}."


def lint_reason(code: str) -> str | None:
    """Why a warning matters, as its rule says: the one place where that stands."""
    reasons = [rule.reason for rule in RULES if code in rule.codes]
    return " ".join(dict.fromkeys(reasons)) or CHECKER_WARNINGS.get(code)
