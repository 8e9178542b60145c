"""The spans of keys and values in valid TOML and JSON texts, which the standard readers do not give."""

from __future__ import annotations

import re
from typing import TypeAlias

from targetexpr.base.jsontext import Json, read_json
from targetexpr.base.pointers import Path
from targetexpr.base.source import Span

Spans: TypeAlias = dict[Path, tuple[Span, Span]]
"""Path -> the span of its key and that of its value; for an item of a list both are the item's."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_OTHER = re.compile(r"[^,\]}#\n]+")


def json_spans(text: str) -> Spans:
    """The spans of a JSON text."""
    spans: Spans = {}
    waiting: list[tuple[Path, Json]] = [((), read_json(text))]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node.value, dict):
            for key, item in node.value.items():
                spans[*path, key] = (_json_key(text, item.start), item.span)
                waiting.append(((*path, key), item))
        elif isinstance(node.value, list):
            for index, item in enumerate(node.value):
                spans[*path, index] = (item.span, item.span)
                waiting.append(((*path, index), item))
    return spans


def _json_key(text: str, value_start: int) -> Span:
    """The key that stands before a value."""
    end = text.rindex(":", 0, value_start)
    end = len(text[:end].rstrip())
    start = text.rindex('"', 0, end - 1)
    while _backslashes(text, start) % 2:
        start = text.rindex('"', 0, start)
    return Span(start, end)


def _backslashes(text: str, at: int) -> int:
    before = at
    while before and text[before - 1] == "\\":
        before -= 1
    return at - before


def toml_spans(text: str) -> Spans:
    """The spans of a TOML text."""
    return _Toml(text).read()


class _Toml:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.spans: Spans = {}
        self.items: dict[Path, int] = {}  # arrays of tables: how many so far

    def read(self) -> Spans:
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                table = self._header(2)
            elif self.text[self.at] == "[":
                table = self._header(1)
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.spans

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return found.group()

    def _header(self, brackets: int) -> Path:
        self.at += brackets
        path, key = self._key(())
        if brackets == 2:
            self.items[path] = self.items.get(path, -1) + 1
            path = (*path, self.items[path])
        self.spans.setdefault(path, (key, key))
        self.at += brackets
        return path

    def _key(self, table: Path) -> tuple[Path, Span]:
        """A key, dots and all, below a table, and the span of its last part; notes the parts before it."""
        path = table
        while True:
            self._skip(_SPACE)
            start = self.at
            quoted = self.text[start] in "\"'"
            word = self._skip(_STRING if quoted else _BARE)
            if path in self.items:
                path = (*path, self.items[path])
            path = (*path, _unquoted(word) if quoted else word)
            span = Span(start, self.at)
            self.spans.setdefault(path, (span, span))
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return path, span
            self.at += 1

    def _pair(self, table: Path) -> None:
        path, key = self._key(table)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        start = self.at
        self._value(path)
        self.spans[path] = (key, Span(start, self.at))

    def _value(self, path: Path) -> None:
        char = self.text[self.at]
        if char == "[":
            self._list(path)
        elif char == "{":
            self._inline_table(path)
        elif char in "\"'":
            self._skip(_STRING)
        else:
            end = self.at
            self._skip(_OTHER)
            self.at = end + len(self.text[end : self.at].rstrip())

    def _list(self, path: Path) -> None:
        self.at += 1
        index = 0
        self._skip(_BLANK)
        while self.text[self.at] != "]":
            start = self.at
            self._value((*path, index))
            self.spans[*path, index] = (Span(start, self.at), Span(start, self.at))
            index += 1
            self._skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self._skip(_BLANK)
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip(_BLANK)
        while self.text[self.at] != "}":
            self._pair(path)
            self._skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self._skip(_BLANK)
        self.at += 1


def _unquoted(word: str) -> str:
    if word[0] == "'":
        return word[1:-1]
    import tomllib

    return str(tomllib.loads(f"key = {word}")["key"]) if "\\" in word else word[1:-1]
