"""Strings as JSON, TOML and Python write them: what they mean, and which characters mean which."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.base.source import Span

Language: TypeAlias = Literal["text", "line", "json", "toml", "python"]
"""Whose string it is: a whole text, a line of a file of rules, or a string of one of the three languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a string is written: in which language, between which quotes, and whether backslashes are themselves."""

    language: Language
    quote: str = ""  # '"""', empty for what stands without quotes
    raw: bool = False
    prefix: str = ""  # "r", of Python

    @property
    def has_lines(self) -> bool:
        """Whether it may go on over several lines."""
        return len(self.quote) == 3

    @property
    def others(self) -> tuple[Style, ...]:
        """The styles of the same language that can write what this one cannot."""
        if self.language == "json":
            return (JSON,)
        if self.language == "toml":
            return (Style(language="toml", quote='"""' if self.has_lines else '"'),)
        return (Style(language="python", quote=self.quote),) if self.language == "python" else ()


JSON = Style(language="json", quote='"')


class Piece(NamedTuple):
    """Some characters and how they are written: each as itself, or a single one as an escape of any width."""

    start: int  # where they begin in what the string means
    length: int
    at: int  # where they begin in the document
    width: int

    def offset(self, inner: int) -> int:
        """Where in the document a character begins; from the end of the piece on, where the piece ends."""
        inside = inner - self.start
        return self.at + (self.width if inside >= self.length else inside)

    def inner_offset(self, offset: int) -> int:
        """The other way: inside an escape what it means is still to come, behind the piece it is all there."""
        inside = offset - self.at
        if inside >= self.width:
            return self.start + self.length
        return self.start + (inside if self.length == self.width else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedString:
    """One string of a document."""

    style: Style
    text: str  # what it means
    start: int  # where its text begins in a text of several strings, as Python may write one after the other
    content: Span  # between the quotes, in the document
    pieces: tuple[Piece, ...]

    def offset(self, inner: int) -> int:
        """Where in the document a character begins; of the end of the text, where the last one ends."""
        piece = self._piece(inner)
        return self.content.start if piece is None else piece.offset(inner)

    def span(self, inner: Span) -> Span:
        """Where in the document a part of the text stands.

        >>> string = read_json_string(r'"a\\n\\"b"', 0)
        >>> string.text, string.span(Span(1, 3)), string.span(Span(4, 4))
        ('a\\n"b', Span(start=2, end=6), Span(start=7, end=7))
        """
        start = self.offset(inner.start)
        last = self._piece(inner.end - 1) if inner.end > inner.start else None
        return Span(start, start if last is None else last.offset(inner.end))

    def inner_offset(self, offset: int) -> int:
        """The place in the text for one in the document: inside an escape the one before what it means."""
        index = bisect_right(self.pieces, offset, key=lambda piece: piece.at) - 1
        return self.pieces[index].inner_offset(offset) if index >= 0 else self.start

    def _piece(self, inner: int) -> Piece | None:
        """The piece that a character belongs to; at the end, the last one. None in an empty text."""
        index = bisect_right(self.pieces, inner, key=lambda piece: piece.start) - 1
        return self.pieces[index] if index >= 0 else None


def verbatim(source: str, span: Span, language: Language) -> QuotedString:
    """A part of a document that stands for itself."""
    return QuotedString(
        style=Style(language=language),
        text=span.cut(source),
        start=0,
        content=span,
        pieces=(Piece(0, span.end - span.start, span.start, span.end - span.start),),
    )


# ---- reading ---------------------------------------------------------------------------------------------------------


_HEX = r"u[0-9a-fA-F]{4}"
_JSON_STRING = re.compile(rf'"((?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|{_HEX}))*+)"')
_JSON_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)")
_TOML_STRING = re.compile(
    r'("""(?:\r?\n)?)(?:[^"\\]++|\\.|"(?!""))*+"{3,5}|(\'\'\'(?:\r?\n)?).*?\'{3,5}|'
    r'(")(?:[^"\\\n]++|\\[^\n])*+"|(\')[^\'\n]*+\'',
    re.DOTALL,
)
_TOML_ESCAPE = re.compile(rf"\\(?:{_HEX}|U[0-9a-fA-F]{{8}}|[ \t]*\r?\n[ \t\r\n]*|.|\Z)|\r\n", re.DOTALL)
_TOML_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]|\r(?!\n)")
_LINE_BREAK = re.compile(r"\r\n?")
_PYTHON_PREFIX = re.compile(r"([uUrR]?)(\"\"\"|'''|\"|')")
_PYTHON_NEVER = re.compile("[\x00\ud800-\udfff]")
_PYTHON_ESCAPE = re.compile(
    rf"\\(?:\r\n|[\r\n]|[\\'\"abfnrtv]|[0-7]{{1,3}}|x[0-9a-fA-F]{{2}}|{_HEX}|U[0-9a-fA-F]{{8}}|N\{{[^}}]*\}}|[xuUN])"
    r"|\r\n?"
)
_NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def read_json_string(source: str, at: int) -> QuotedString | None:
    """The JSON string that begins at an offset, if one does."""
    found = _JSON_STRING.match(source, at)
    if found is None:
        return None
    return _decoded(source, Span(*found.span(1)), JSON, _JSON_ESCAPE, _of_json)


def open_json_string(source: str, span: Span) -> QuotedString | None:
    """The JSON string that a part of a text begins with, and which nothing closes; None for any other part.

    >>> open_json_string('{"a": "b', Span(6, 8)).text, open_json_string('"b"', Span(0, 3))
    ('b', None)
    """
    content = Span(span.start + 1, span.end)
    if source[span.start : content.start] != '"' or _JSON_STRING.match(source, span.start) is not None:
        return None
    if _JSON_STRING.match(f'{span.cut(source)}"') is None:  # an escape is cut, or something else is wrong with it
        return None
    return _decoded(source, content, JSON, _JSON_ESCAPE, _of_json)


def read_toml_string(source: str, at: int) -> QuotedString | None:
    """The TOML string that begins at an offset, if one does."""
    found = _TOML_STRING.match(source, at)
    if found is None or found.lastindex is None:
        return None
    opening = found[found.lastindex]
    style = Style(language="toml", quote=opening.rstrip("\r\n"), raw=opening.startswith("'"))
    content = Span(found.end(found.lastindex), found.end() - len(style.quote))
    if _TOML_NEVER.search(source, content.start, content.end):
        return None
    return _decoded(source, content, style, _LINE_BREAK if style.raw else _TOML_ESCAPE, _of_toml)


def open_toml_string(source: str, span: Span) -> QuotedString | None:
    """The TOML string that a part of a line begins with, and which nothing closes; None for any other part.

    >>> open_toml_string("a = 'b", Span(4, 6)).text, open_toml_string("'b'", Span(0, 3))
    ('b', None)
    """
    quote = source[span.start : span.start + 1]
    if quote not in ("'", '"') or _TOML_STRING.match(source, span.start) is not None:
        return None
    closed = read_toml_string(f"{span.cut(source)}{quote}", 0)
    if closed is None or closed.content.end != span.end - span.start:  # an escape is cut, or it is wrong elsewhere
        return None
    style = Style(language="toml", quote=quote, raw=quote == "'")
    escape = _LINE_BREAK if style.raw else _TOML_ESCAPE
    return _decoded(source, Span(span.start + 1, span.end), style, escape, _of_toml)


def read_python_string(source: str, span: Span, start: int = 0) -> QuotedString | None:
    """The Python string of a token, if it is one of text and has no parts to be computed."""
    found = _PYTHON_PREFIX.match(source, span.start, span.end)
    if found is None or _PYTHON_NEVER.search(source, span.start, span.end):
        return None
    style = Style(language="python", quote=found[2], raw=found[1] in ("r", "R"), prefix=found[1])
    content = Span(found.end(), span.end - len(style.quote))
    return _decoded(source, content, style, _LINE_BREAK if style.raw else _PYTHON_ESCAPE, _of_python, start)


def _decoded(
    source: str,
    content: Span,
    style: Style,
    escape: re.Pattern[str],
    meaning: Callable[[str], str | None],
    start: int = 0,
) -> QuotedString | None:
    """A string from its content; None when an escape means nothing."""
    parts: list[str] = []
    pieces: list[Piece] = []
    at, length = content.start, start
    for found in escape.finditer(source, content.start, content.end):
        first, last = found.span()
        if first > at:
            parts.append(source[at:first])
            pieces.append(Piece(length, first - at, at, first - at))
            length += first - at
        meant = meaning(found.group())
        if meant is None:
            return None
        if meant:
            parts.append(meant)
            pieces.append(Piece(length, 1, first, last - first))
            length += 1
        at = last
    if at < content.end:
        parts.append(source[at : content.end])
        pieces.append(Piece(length, content.end - at, at, content.end - at))
    return QuotedString(style=style, text="".join(parts), start=start, content=content, pieces=tuple(pieces))


def _of_json(escape: str) -> str:
    if len(escape) == 12:
        high, low = int(escape[2:6], 16), int(escape[8:], 16)
        return chr(0x10000 + (high - 0xD800 << 10) + (low - 0xDC00))
    return chr(int(escape[2:], 16)) if escape[1] == "u" else _NAMED.get(escape[1], escape[1])


def _of_toml(escape: str) -> str | None:
    if escape[0] == "\r":
        return "\n"
    kind = escape[1:2]
    if kind in ("u", "U") and len(escape) > 2:
        return _scalar(int(escape[2:], 16))
    if kind in " \t\r\n":
        return "" if "\n" in escape else None
    return {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}.get(kind)


def _scalar(number: int) -> str | None:
    """A character that a TOML text may name: no half of a surrogate pair."""
    return None if number > 0x10FFFF or 0xD800 <= number < 0xE000 else chr(number)


def _of_python(escape: str) -> str | None:
    kind = escape[1:2]
    if escape[0] == "\r":
        return "\n"
    if kind in "\r\n":
        return ""
    if kind in "01234567":
        return chr(int(escape[1:], 8))
    if kind == "N" and len(escape) > 2:
        return _of_name(escape[3:-1])
    if kind in "xuUN":
        return None if len(escape) == 2 or int(escape[2:], 16) > 0x10FFFF else chr(int(escape[2:], 16))
    return _NAMED.get(kind, kind)


def _of_name(name: str) -> str | None:
    import unicodedata

    try:
        char = unicodedata.lookup(name)
    except KeyError:
        return None
    return char if len(char) == 1 else None


# ---- writing ---------------------------------------------------------------------------------------------------------

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", "\\": "\\\\", '"': '\\"'}
_JSON_NEVER = re.compile('["\\\\\x00-\x1f\ud800-\udfff]')
_TOML_UNLIKE = re.compile('["\\\\\x00-\x08\x0a-\x1f\x7f]')
_TOML_UNLIKE_IN_LINES = re.compile("[\\\\\x00-\x08\x0b-\x1f\x7f]")


def write(text: str, style: Style, *, plain: bool = False) -> str:
    """What stands between the quotes for a text. With `plain`, as few escapes as the style asks for at all.

    Written so, a text may still end the string early, or have no way to be written in the style: read it back.

    >>> write('a=="b"', JSON), write('"', Style(language="toml", quote="'", raw=True))
    ('a==\\\\"b\\\\"', '"')
    """
    if style.raw or not style.quote:
        return text
    if style.language == "json":
        return _JSON_NEVER.sub(_json_escape, text)
    if style.language == "toml":
        return (_TOML_UNLIKE_IN_LINES if style.has_lines and plain else _TOML_UNLIKE).sub(_json_escape, text)
    themselves = "\"'" if style.has_lines and plain else "'" if style.quote[0] == '"' else '"'
    if style.has_lines and plain:
        themselves += "\n"
    return "".join([char if char in themselves else _python_escape(char) for char in text])


def _json_escape(found: re.Match[str]) -> str:
    char = found.group()
    return _SHORT.get(char) or f"\\u{ord(char):04x}"


def _python_escape(char: str) -> str:
    if char in "\\\"'":
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
