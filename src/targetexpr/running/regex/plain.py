r"""A parser of a small, plain part of RE2's syntax: what other engines can run with RE2's meaning.

Meaning is RE2's: `\d \w \s \b` are ASCII, `\s` is without the vertical tab, `$` only holds at the very end.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

MOST_REPEATS = 4096
"""The highest count of a repeat that is understood."""

_MOST_GROUPS = 8  # groups inside groups


class One(NamedTuple):
    """What matches exactly one character, as `re` writes it."""

    text: str


class Place(NamedTuple):
    """What matches no character but holds at some places."""

    text: str


class Piece(NamedTuple):
    """An atom, and how often it may stand."""

    atom: One | Place | Choice
    least: int = 1
    most: int | None = 1  # None: no limit


Branch: TypeAlias = tuple[Piece, ...]


class Choice(tuple[Branch, ...]):
    """Branches with `|` between them."""

    __slots__ = ()


START = Place(r"\A")
_PLACES = {"^": START, "$": Place(r"\Z"), r"\A": START, r"\z": Place(r"\Z"), r"\b": Place(r"\b")}
_SETS = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r\ "}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_SPECIAL = frozenset("\\^$.|?*+()[]{}")


class NotPlainError(Exception):
    """Something this parser does not know; never leaves this package."""


def parse(pattern: str) -> Choice:
    """A pattern taken apart. Raises NotPlainError."""
    return Parser(pattern).parse()


class Parser:
    """Reads a pattern once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def parse(self) -> Choice:
        """The pattern as a whole."""
        whole = self._choice(0)
        if self.at < len(self.text):
            raise NotPlainError  # a stray )
        return whole

    def _choice(self, depth: int) -> Choice:
        branches: list[Branch] = []
        pieces: list[Piece] = []
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "|":
                self.at += 1
                branches.append(tuple(pieces))
                pieces = []
            else:
                pieces.append(self._repeated(self._atom(depth)))
        return Choice((*branches, tuple(pieces)))

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise NotPlainError
        self.at += 1
        return self.text[self.at - 1]

    def _atom(self, depth: int) -> One | Place | Choice:
        char = self._next()
        match char:
            case "(":
                return self._group(depth)
            case "[":
                return self._class()
            case ".":
                return One(r"[^\n]")
            case "^" | "$":
                return _PLACES[char]
            case "\\":
                return self._escape()
            case _ if char in _SPECIAL:
                raise NotPlainError
        return One(_quoted(char))

    def _group(self, depth: int) -> Choice:
        if depth == _MOST_GROUPS:
            raise NotPlainError
        if self.text.startswith("?", self.at):
            if not self.text.startswith("?:", self.at):
                raise NotPlainError
            self.at += 2
        inner = self._choice(depth + 1)
        if self._next() != ")":
            raise NotPlainError
        return inner

    def _escape(self) -> One | Place:
        char = self._next()
        place = _PLACES.get("\\" + char)
        if place is not None:
            return place
        if char in _SETS:
            return One(f"[{_SETS[char]}]")
        if char.lower() in _SETS:
            return One(f"[^{_SETS[char.lower()]}]")
        return One(_quoted(self._literal(char)))

    def _literal(self, char: str) -> str:
        """The character that an escape stands for, in a class or outside."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char.isascii() and not char.isalnum() and char != "_":
            return char
        raise NotPlainError

    def _class(self) -> One:
        parts = ["[^" if self.text.startswith("^", self.at) else "["]
        self.at += len(parts[0]) - 1
        first = True
        while first or not self.text.startswith("]", self.at):
            first = False
            parts.append(self._class_item())
        self.at += 1
        return One("".join((*parts, "]")))

    def _class_item(self) -> str:
        if self.text.startswith("[:", self.at):
            raise NotPlainError
        if self.text[self.at : self.at + 1] == "\\" and self.text[self.at + 1 : self.at + 2] in _SETS:
            self.at += 2
            return _SETS[self.text[self.at - 1]]
        low = self._class_char()
        if not self.text.startswith("-", self.at) or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return _quoted(low)
        self.at += 1
        high = self._class_char()
        # Half surrogate pairs in a text are U+FFFD to RE2: ranges beyond them might take one for the other.
        if high < low or (high > "\ud7ff" and high != low):
            raise NotPlainError
        return f"{_quoted(low)}-{_quoted(high)}"

    def _class_char(self) -> str:
        char = self._next()
        return self._literal(self._next()) if char == "\\" else char

    def _repeated(self, atom: One | Place | Choice) -> Piece:
        least, most, given = 1, 1, self.at
        count: int | None = 1
        char = self.text[self.at : self.at + 1]
        if char in ("*", "+", "?"):
            self.at += 1
            least, count = (1 if char == "+" else 0), (1 if char == "?" else None)
        elif char == "{":
            least, count = self._counts()
        else:
            return Piece(atom, least, most)
        if self.text.startswith("?", self.at):
            self.at += 1  # lazy or not, it is found or not
        if self.text[self.at : self.at + 1] in ("*", "+", "?", "{") or isinstance(atom, Place) or self.at == given:
            raise NotPlainError
        return Piece(atom, least, count)

    def _counts(self) -> tuple[int, int | None]:
        close = self.text.find("}", self.at)
        least, comma, most = self.text[self.at + 1 : max(close, self.at + 1)].partition(",")
        if close < 0 or not _is_count(least) or (most and not _is_count(most)):
            raise NotPlainError
        self.at = close + 1
        low = int(least)
        high = int(most) if most else None if comma else low
        if low > MOST_REPEATS or (high is not None and (high < low or high > MOST_REPEATS)):
            raise NotPlainError
        return low, high


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4 and (text == "0" or text[0] != "0")


def _quoted(char: str) -> str:
    if char.isascii() and (char.isalnum() or char in " _"):
        return "\\ " if char == " " else char
    if "\ud800" <= char <= "\udfff" or char == "\ufffd":
        raise NotPlainError
    if char.isascii() and char.isprintable():
        return "\\" + char
    return f"\\U{ord(char):08x}"
