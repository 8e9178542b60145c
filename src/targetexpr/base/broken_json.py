"""What a broken JSON text still says: values with their spans before the error, and after it where that can be told."""

from __future__ import annotations

import re

from targetexpr.base.jsontext import Frame, Json, JsonError, read_json
from targetexpr.base.quoted import open_json_string, read_json_string
from targetexpr.base.source import Span

_BLANK = re.compile(r"[ \t\r\n]*").match
_WORD = re.compile(r"[-+\w.]+|[^,:}\]]", re.DOTALL).match
_BARE_KEY = re.compile(r"([A-Za-z_$][\w$]*)[ \t\r\n]*(?=:)").match
_MEMBER = re.compile(r'"(?:[^"\\\r\n]++|\\[^\r\n])*+"[ \t\r\n]*:').match
_BROKEN_STRING = re.compile(r'"(?:[^"\\\r\n]++|\\[^\r\n])*+"?').match
_CLOSERS = " \t,}]"  # what stands behind a string that is not closed yet belongs to what is around it


def read_leniently(text: str) -> tuple[list[Json], JsonError | None]:
    """The values of a text and, when it is not JSON, the first error. Never raises; reads any text in linear time.

    A valid text has one value. In a broken one, what is missing is taken as given and what is unexpected is skipped;
    a value that cannot be read is null, and text after the end of the document gives more values.

    >>> values, error = read_leniently('{"a": 1, "b" 2 "c": "x"')
    >>> sorted(values[0].value), error.reason
    (['a', 'b', 'c'], "expected a colon, found '2'")
    """
    try:
        return [read_json(text)], None
    except JsonError as error:
        return _Lenient(text).values(), error


class _Lenient:
    """Every step either goes on in the text or closes a container, so that it ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.frames: list[Frame] = []
        self.open = {"}": 0, "]": 0}  # how many containers wait for either

    def values(self) -> list[Json]:
        found: list[Json] = []
        self.skip()
        while self.at < len(self.text):
            start = self.at
            if found and _MEMBER(self.text, start) is not None:  # its object was closed too early
                self.begin({}, start)
                self.member_key()
            value = self.document()
            if self.at > start:
                found.append(value)
            else:
                self.at += 1  # a stray comma, colon or closing bracket
            self.skip()
        return found

    def document(self) -> Json:
        while True:
            value = self.value()
            while value is not None:
                if not self.frames:
                    return value
                frame = self.frames[-1]
                if value.end > value.start and frame.place is not None:
                    frame.add(value)
                value = self.next_or_close()

    def value(self) -> Json | None:
        """The value that starts here, or None after opening a container; null, of no width where there is none."""
        start = self.at
        char = self.text[start : start + 1]
        if char in ("{", "["):
            self.at += 1
            self.skip()
            self.begin({} if char == "{" else [], start)
            if char == "{":
                self.member_key()
            return None
        if char == '"':
            held = self.string() or self.open_string(start)
            return Json("null" if held is None else "string", held, start, self.at)
        found = _WORD(self.text, start)
        if found is None:
            return Json("null", None, start, start)
        self.at = found.end()
        if found.group() in ("true", "false"):
            return Json("boolean", found.group() == "true", start, self.at)
        return Json("null", None, start, self.at)

    def string(self) -> str | None:
        """What a string means, None when it is broken; up to its end, or that of the line."""
        string = read_json_string(self.text, self.at)
        if string is not None:
            self.at = string.content.end + 1
            return string.text
        found = _BROKEN_STRING(self.text, self.at)
        self.at = found.end() if found is not None else self.at + 1
        return None

    def open_string(self, start: int) -> str | None:
        """What a string means that goes to the end of its line: it is being typed, and not closed yet."""
        end = start + len(self.text[start : self.at].rstrip(_CLOSERS))
        string = open_json_string(self.text, Span(start, end)) if end > start else None
        if string is None:
            return None
        self.at = end
        return string.text

    def begin(self, container: dict[str, Json] | list[Json], start: int) -> None:
        self.frames.append(Frame(container, start))
        self.open["]" if isinstance(container, list) else "}"] += 1

    def next_or_close(self) -> Json | None:
        """After a member: None when another follows, else the container, at its end or where it has to end."""
        frame = self.frames[-1]
        closing = "]" if isinstance(frame.container, list) else "}"
        while True:
            self.skip()
            char = self.text[self.at : self.at + 1]
            if char == closing:
                return self.close(1)
            if char == "" or self.open.get(char):
                return self.close(0)
            if char == ",":
                self.at += 1
                self.skip()
                if self.text[self.at : self.at + 1] in (closing, ","):
                    continue
            elif not (char == '"' or (closing == "]" and char in "{[")):
                self.at += 1
                continue
            if closing == "}":
                self.member_key()
            return None

    def close(self, width: int) -> Json:
        frame = self.frames.pop()
        self.at += width
        if isinstance(frame.container, list):
            self.open["]"] -= 1
            return Json("array", frame.container, frame.start, self.at)
        self.open["}"] -= 1
        return Json("object", frame.container, frame.start, self.at)

    def member_key(self) -> None:
        """Up to the value of the next member, its key noted; or up to what can be none, without a key."""
        frame, start = self.frames[-1], self.at
        frame.key = None
        if self.text[start : start + 1] == '"':
            frame.key = self.string()
        elif (found := _BARE_KEY(self.text, start)) is not None:
            frame.key = found[1]
            self.at = found.end()
        self.skip()
        if self.at > start and self.text[self.at : self.at + 1] == ":":
            self.at += 1
            self.skip()

    def skip(self) -> None:
        found = _BLANK(self.text, self.at)
        if found is not None:
            self.at = found.end()
