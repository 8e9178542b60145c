"""Reads JSON text of any depth, with the place of every value; refuses what JSON parsers let pass differently.

The standard library's reader recurses, keeps the last of two equal keys, accepts NaN and cannot say where a value
stood. Expressions of ten thousand terms nest twenty thousand levels deep, and a wrong place is a vague message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from json import decoder
from json.decoder import JSONDecodeError
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import join, split
from targetexpr.base.source import Span

Kind = Literal["object", "array", "string", "number", "boolean", "null"]

_BLANK = re.compile(r"[ \t\r\n]*").match
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").match
# The standard library's own string reader, compiled where possible; its stubs leave it out.
_scan_string: Callable[[str, int, bool], tuple[str, int]] = decoder.scanstring  # type: ignore[attr-defined]
_EDITOR_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL).match
_EDITOR_ESCAPE = re.compile(r"((?:[^\\]|\\[^'\0])*?)\\(['\0])", re.DOTALL).sub
_WORD = re.compile(r"[-+\w.]{1,20}|.", re.DOTALL).match
_WORDS: dict[str, tuple[str, Kind, bool | None]] = {
    "t": ("true", "boolean", True),
    "f": ("false", "boolean", False),
    "n": ("null", "null", None),
}


class Json(NamedTuple):
    """A JSON value: what kind, what it holds, where it stands.

    `value` is a dict of Json for an object (or what `on_object` made of it), a list of Json for an array, the text
    of a string or a number (numbers keep their spelling), True, False or None.
    """

    kind: Kind
    value: object
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where the value stands in the text."""
        return Span(self.start, self.end)


Path: TypeAlias = "tuple[Path, str | int] | None"
"""Where a value hangs: its parent's path and its key, None for the document. Linked, so that deep paths stay cheap."""


CODES = ("json-syntax", "duplicate-key", "trailing-text")
"""What can be wrong with a text that should be JSON."""

_HINTS = {"duplicate-key": "Remove one of them; parsers differ on which one counts."}


def not_valid_json(reason: str) -> str:
    """The sentence about a text that should be JSON, wherever it was read.

    >>> not_valid_json("expected a value, found 'x'")
    "Not valid JSON: expected a value, found 'x'."
    """
    return f"Not valid JSON: {reason}."


class JsonError(ValueError):
    """The text is not JSON. `diagnostic` says what is wrong and where; `reason` is the part after the colon."""

    def __init__(self, code: str, reason: str, span: Span, pointer: str) -> None:
        super().__init__(not_valid_json(reason))
        self.code = code  # one of CODES, or what a reader with more conditions calls its own
        self.reason = reason
        self.span = span
        self.pointer = pointer

    @property
    def diagnostic(self) -> Diagnostic:
        """The error as a diagnostic of the text."""
        return Diagnostic(
            code=self.code,
            severity="error",
            span=self.span,
            message=str(self),
            hint=_HINTS.get(self.code),
            pointer=self.pointer,
        )


def pointer(path: Path) -> str:
    """An RFC 6901 pointer: `/data/targets/0/expression`, the empty text for the whole document.

    >>> pointer(((None, "data"), "a/b"))
    '/data/a~1b'
    """
    keys: list[str | int] = []
    while path is not None:
        path, key = path
        keys.append(key)
    return join(reversed(keys))


class Frame:
    """An object or array that is being read: what it has so far, and where the next value goes."""

    __slots__ = ("container", "key", "start")

    def __init__(self, container: dict[str, Json] | list[Json], start: int) -> None:
        self.container = container
        self.start = start
        self.key: str | None = None  # not read yet

    @property
    def place(self) -> str | int | None:
        return self.key if isinstance(self.container, dict) else len(self.container)

    def add(self, value: Json) -> None:
        if isinstance(self.container, dict):
            self.container[str(self.key)] = value
        else:
            self.container.append(value)


class JsonReader:
    """One pass over a text with the open containers on a stack of our own.

    `on_object` may make something of each object as it closes, inner ones first: what it returns becomes the
    object's value, and nothing else of the object is kept. While it runs, `pointer` tells where the object stands.
    With `editor_strings`, strings are read as the platform's own editor writes them as well, which are no JSON:
    a backslash before an apostrophe or NUL, and control characters as they are.
    """

    def __init__(
        self,
        text: str,
        on_object: Callable[[dict[str, Json], int, int], object] | None = None,
        *,
        editor_strings: bool = False,
    ) -> None:
        self.text = text
        self.on_object = on_object
        self.editor_strings = editor_strings
        self.frames: list[Frame] = []
        self.at = 0

    def read(self) -> Json:
        self.skip()
        while True:
            value = self.value()
            while value is not None:
                self.skip()
                if not self.frames:
                    if self.at < len(self.text):
                        raise self.error("trailing-text", "unexpected text after the end")
                    return value
                self.frames[-1].add(value)
                value = self.next_or_close()

    def value(self) -> Json | None:
        """The value that starts here, or None after opening a container whose first value starts here now."""
        text, start = self.text, self.at
        char = text[start : start + 1]
        if char == '"':
            return Json("string", self.string(), start, self.at)
        if char in ("{", "["):
            self.at += 1
            self.skip()
            frame = Frame({} if char == "{" else [], start)
            if text[self.at : self.at + 1] == ("}" if char == "{" else "]"):
                return self.closed(frame)
            self.frames.append(frame)
            if char == "{":
                self.member_key()
            return None
        if char in _WORDS and text.startswith(_WORDS[char][0], start):
            word, kind, held = _WORDS[char]
            self.at += len(word)
            return Json(kind, held, start, self.at)
        number = _NUMBER(text, start)
        if number is None:
            raise self.error("json-syntax", self.unexpected("a value"))
        self.at = number.end()
        return Json("number", number.group(), start, self.at)

    def next_or_close(self) -> Json | None:
        """After a member: None when another follows, else the container that ends here, complete."""
        frame = self.frames[-1]
        is_object = isinstance(frame.container, dict)
        char = self.text[self.at : self.at + 1]
        if char == ",":
            self.at += 1
            self.skip()
            if is_object:
                self.member_key()
            return None
        if char != ("}" if is_object else "]"):
            raise self.error(
                "json-syntax",
                self.unexpected("a comma or a closing " + ("brace" if is_object else "bracket")),
            )
        self.frames.pop()
        return self.closed(frame)

    def closed(self, frame: Frame) -> Json:
        self.at += 1
        container, start = frame.container, frame.start
        if isinstance(container, list):
            return Json("array", container, start, self.at)
        made = container if self.on_object is None else self.on_object(container, start, self.at)
        return Json("object", made, start, self.at)

    def member_key(self) -> None:
        """Read `"key":` of the object that is open, up to its value."""
        frame, start = self.frames[-1], self.at
        frame.key = None
        if self.text[start : start + 1] != '"':
            raise self.error("json-syntax", self.unexpected("a key in double quotes"))
        key = self.string()
        frame.key = key
        if key in frame.container:
            self.at = start
            raise self.error("duplicate-key", f'duplicate key "{key}"')
        self.skip()
        if self.text[self.at : self.at + 1] != ":":
            raise self.error("json-syntax", self.unexpected("a colon"))
        self.at += 1
        self.skip()

    def string(self) -> str:
        try:
            value, self.at = _scan_string(self.text, self.at + 1, True)
        except JSONDecodeError as error:
            if self.editor_strings and (whole := _EDITOR_STRING(self.text, self.at)) is not None:
                try:
                    value, _ = _scan_string(_EDITOR_ESCAPE(r"\1\2", whole.group()), 1, False)
                except JSONDecodeError:
                    pass  # reported below, as it would be without these escapes
                else:
                    self.at = whole.end()
                    return value
            self.at = min(error.pos, len(self.text))
            raise self.error("json-syntax", broken_string(error)) from None
        return value

    def skip(self) -> None:
        found = _BLANK(self.text, self.at)
        if found is not None:
            self.at = found.end()

    def unexpected(self, expected: str) -> str:
        return unexpected(self.text, self.at, expected)

    @property
    def pointer(self) -> str:
        """The JSON pointer of the value that is being read."""
        return join(place for frame in self.frames if (place := frame.place) is not None)

    def error(self, code: str, reason: str) -> JsonError:
        span = Span(self.at, min(self.at + 1, len(self.text)))
        return JsonError(code, reason, span, self.pointer)


def unexpected(text: str, at: int, expected: str) -> str:
    """What was expected at a place of a JSON text and what was found, without a period.

    >>> unexpected("[x]", 1, "a value")
    "expected a value, found 'x'"
    """
    word = _WORD(text, at)
    if word is None:
        return f"expected {expected}, found the end of the text"
    if word.group() == "\ufeff":
        return f"expected {expected}, found a byte-order mark"
    if word.group() == "\u00a0":
        return f"expected {expected}, found a no-break space; JSON allows only plain spaces"
    return f"expected {expected}, found {word.group()!r}"


def broken_string(error: JSONDecodeError) -> str:
    """What the standard library finds wrong with a string, as the part of a sentence."""
    return error.msg[:1].lower() + error.msg[1:].removesuffix(" at").removesuffix(" starting").rstrip(": ")


def read_json(text: str) -> Json:
    """The value of a JSON text. Raises JsonError; never recurses, and reads any text in linear time.

    >>> read_json('{"a": 2.50}').value
    {'a': Json(kind='number', value='2.50', start=6, end=10)}
    """
    return JsonReader(text).read()


def value_at(document: Json, pointer: str) -> tuple[Json, bool]:
    """The value at a JSON pointer, and True; or the innermost one on the way to it that is there, and False.

    >>> value_at(read_json('{"a": [1]}'), "/a/0")
    (Json(kind='number', value='1', start=7, end=8), True)
    >>> value_at(read_json('{"a": [1]}'), "/a/1/b")[1]
    False
    """
    found = document
    for step in split(pointer):
        inner: Json | None = None
        if isinstance(found.value, dict):
            inner = found.value.get(step)
        elif isinstance(found.value, list) and step.isdecimal() and int(step) < len(found.value):
            inner = found.value[int(step)]
        if inner is None:
            return found, False
        found = inner
    return found, True
