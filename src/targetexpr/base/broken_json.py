"""What a broken JSON text still says: values with their spans before the error, and after it where that can be told."""

from __future__ import annotations

import re

from targetexpr.base.jsontext import Frame, Json, JsonError, JsonReader, read_json

_WORD = re.compile(r"[-+\w.]+|.", re.DOTALL).match
_KEY = re.compile(r"([A-Za-z_$][\w$]*)[ \t\r\n]*(?=:)").match
_MEMBER = re.compile(r'"(?:[^"\\\r\n]|\\[^\r\n])*"[ \t\r\n]*:').match
_STRING = re.compile(r'"(?:[^"\\\r\n]|\\[^\r\n])*"?').match


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


class _Lenient(JsonReader):
    """Every step either goes on in the text or closes a container, so that it ends."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
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
                self.skip()
                if not self.frames:
                    return value
                frame = self.frames[-1]
                if value.end > value.start and frame.place is not None:
                    frame.add(value)
                value = self.next_or_close()

    def value(self) -> Json | None:
        start = self.at
        char = self.text[start : start + 1]
        if char in ("{", "["):
            self.at += 1
            self.skip()
            self.begin({} if char == "{" else [], start)
            if char == "{":
                self.member_key()
            return None
        try:
            return super().value()
        except JsonError:
            if self.at == start:
                self.skip_word()
            return Json("null", None, start, self.at)

    def begin(self, container: dict[str, Json] | list[Json], start: int) -> None:
        self.frames.append(Frame(container, start))
        self.open["]" if isinstance(container, list) else "}"] += 1

    def string(self) -> str:
        start = self.at
        try:
            return super().string()
        except JsonError:
            found = _STRING(self.text, start)
            self.at = found.end() if found is not None else start + 1
            raise

    def next_or_close(self) -> Json | None:
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
        """The innermost container, at its end or where it has to end."""
        frame = self.frames.pop()
        self.at += width
        if isinstance(frame.container, list):
            self.open["]"] -= 1
            return Json("array", frame.container, frame.start, self.at)
        self.open["}"] -= 1
        return Json("object", frame.container, frame.start, self.at)

    def member_key(self) -> None:
        """Up to the value of the next member, its key noted; or up to what can be none, without a key."""
        frame = self.frames[-1]
        frame.key = None
        start = self.at
        try:
            if self.text[start : start + 1] == '"':
                frame.key = self.string()
            elif (found := _KEY(self.text, start)) is not None:
                frame.key = found[1]
                self.at = found.end()
        except JsonError:
            return
        self.skip()
        if self.at > start and self.text[self.at : self.at + 1] == ":":
            self.at += 1
            self.skip()

    def skip_word(self) -> None:
        """Past what is no value; what may end one stays."""
        found = _WORD(self.text, self.at)
        if found is not None and found.group() not in (",", ":", "}", "]"):
            self.at = found.end()
