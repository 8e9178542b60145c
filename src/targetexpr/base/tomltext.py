"""TOML text: its values, its error, and the spans of its keys and values, in broken text as well.

The standard reader gives no spans, and nothing at all for a broken text. Values come from it, spans from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import Path
from targetexpr.base.source import Source, Span

Spans: TypeAlias = dict[Path, tuple[Span, Span]]
"""Path -> the span of its key and that of its value; for an item of a list both are the item's."""

_NESTING = 200
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]++|\\[^\n])*+"|\'[^\'\n]*+\'', re.DOTALL
)
_OPEN_STRING = re.compile(r"""(?:"(?!"")|'(?!''))[^\r\n]*[^\r\n \t]""")  # nothing closes it on its line: it is typed
_OTHER = re.compile(r"[^,\]}#\r\n]*[^,\]}#\r\n \t]")
_LINE_END = re.compile(r"[ \t]*(?:#[^\n]*)?(?=\r?\n|\Z)")
_ERROR_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlError(ValueError):
    """The text is not TOML. `diagnostic` says what is wrong and where; `reason` is the part after the colon.

    >>> try:
    ...     read_toml("a = ,")
    ... except TomlError as error:
    ...     print(error, error.span)
    Not valid TOML: invalid value. Span(start=4, end=5)
    """

    def __init__(self, reason: str, span: Span) -> None:
        super().__init__(f"Not valid TOML: {reason}.")
        self.reason = reason
        self.span = span

    @property
    def diagnostic(self) -> Diagnostic:
        """The error as a diagnostic of the text."""
        return Diagnostic(code="toml-syntax", severity="error", span=self.span, message=str(self))


def read_toml(text: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The values of a TOML text. Raises TomlError."""
    import tomllib

    try:
        return tomllib.loads(text, parse_float=parse_float)
    except tomllib.TOMLDecodeError as error:
        found = _ERROR_PLACE.search(str(error))
        said = str(error)[: found.start()] if found else str(error)
        offset = len(text)
        if found and found[1]:
            lines = Source(text)
            offset = min(offset, lines.line_span(int(found[1])).start + int(found[2]) - 1)
        raise TomlError(said[:1].lower() + said[1:], Span(offset, min(offset + 1, len(text)))) from None
    except (ValueError, ArithmeticError):
        raise TomlError("a number is too long to be read", Span(0, 1)) from None
    except RecursionError:
        raise TomlError("brackets are nested too deeply", Span(0, 1)) from None


class TomlSpans(NamedTuple):
    """The spans of a text by path, and those of its values in its order: in broken text a path may be there twice."""

    by_path: Spans
    values: list[tuple[Path, Span]]


def toml_spans(text: str) -> TomlSpans:
    """The spans of keys and values in a TOML text. In broken text, those that can be told: never an exception.

    >>> spans = toml_spans('[rules.gold]\\nexpression = "true"\\n')
    >>> spans.by_path["rules", "gold", "expression"]
    (Span(start=13, end=23), Span(start=26, end=32))
    """
    return _Scan(text).read()


class _Unreadable(Exception):
    """The statement that is being read goes on in no way that is known."""


class _Scan:
    """One pass over the statements of a text. One that cannot be read is left; the next line may begin another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.spans: Spans = {}
        self.values: list[tuple[Path, Span]] = []
        self.items: dict[Path, int] = {}  # arrays of tables: how many so far

    def read(self) -> TomlSpans:
        table: Path = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            start = self.at
            self.depth = 0
            try:
                if self.text[start] == "[":
                    table = self.header(2 if self.text.startswith("[[", start) else 1)
                else:
                    self.pair(table)
                self.skip(_LINE_END)
            except _Unreadable:
                line_end = self.text.find("\n", start)
                self.at = line_end if line_end >= 0 else len(self.text)
            self.skip(_BLANK)
        return TomlSpans(self.spans, self.values)

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise _Unreadable
        self.at = found.end()
        return found.group()

    def takes(self, char: str) -> bool:
        if not self.text.startswith(char, self.at):
            return False
        self.at += len(char)
        return True

    def header(self, brackets: int) -> Path:
        self.at += brackets
        path, key = self.key(())
        if brackets == 2:
            self.items[path] = self.items.get(path, -1) + 1
            path = (*path, self.items[path])
        self.spans.setdefault(path, (key, key))
        self.takes("]" * brackets)  # while it is typed they are missing, and the lines below belong to it all the same
        return path

    def key(self, table: Path) -> tuple[Path, Span]:
        """A key, dots and all, below a table, and the span of its last part; notes the parts before it."""
        path = table
        while True:
            self.skip(_SPACE)
            start = self.at
            quoted = self.text[start : start + 1] in ('"', "'")
            word = self.skip(_STRING if quoted else _BARE)
            if path in self.items:
                path = (*path, self.items[path])
            path = (*path, _unquoted(word) if quoted else word)
            span = Span(start, self.at)
            self.spans.setdefault(path, (span, span))
            self.skip(_SPACE)
            if not self.takes("."):
                return path, span
            if len(path) > _NESTING:
                raise _Unreadable

    def pair(self, table: Path) -> None:
        path, key = self.key(table)
        if not self.takes("="):
            raise _Unreadable
        self.skip(_SPACE)
        span = self.value(path)
        self.spans[path] = (key, span)

    def value(self, path: Path) -> Span:
        start = self.at
        char = self.text[start : start + 1]
        if char == "[":
            self.list_(path)
        elif char == "{":
            self.inline_table(path)
        elif char in ('"', "'"):
            self.skip(_OPEN_STRING if _STRING.match(self.text, start) is None else _STRING)
        else:
            self.skip(_OTHER)
        span = Span(start, self.at)
        self.values.append((path, span))
        return span

    def list_(self, path: Path) -> None:
        self.open(_BLANK)
        index = 0
        while not self.takes("]"):
            span = self.value((*path, index))
            self.spans[*path, index] = (span, span)
            index += 1
            self.next("]", _BLANK)
        self.depth -= 1

    def inline_table(self, path: Path) -> None:
        self.open(_SPACE)
        while not self.takes("}"):
            self.pair(path)
            self.next("}", _SPACE)
        self.depth -= 1

    def open(self, blank: re.Pattern[str]) -> None:
        self.at += 1
        self.depth += 1
        if self.depth > _NESTING:
            raise _Unreadable
        self.skip(blank)

    def next(self, closing: str, blank: re.Pattern[str]) -> None:
        """Past the comma that parts two items, or up to what ends them."""
        self.skip(blank)
        if self.takes(","):
            self.skip(blank)
        elif not self.text.startswith(closing, self.at):
            raise _Unreadable


def _unquoted(word: str) -> str:
    if word[0] == "'" or "\\" not in word:
        return word[1:-1]
    try:
        return str(read_toml(f"key = {word}")["key"])
    except TomlError:
        return word[1:-1]
