r"""Which RE2 patterns `re` can run: a reader of a small, plain part of the syntax, a bound on the work, a translation.

`re` tries one way after the other, so a pattern is harmless only when the number of ways is small whatever the text:
no unbounded repeats but one of single characters in an anchored pattern (`^a.*b$`: one way for each place of the
text), and few choices otherwise. Whatever is not understood here is not harmless; RE2 runs it.

Only whether a pattern is found matters, so an unbounded repeat at either end is as good as its least count: `pu.*`
finds what `pu` finds, `.*x+` what `x` finds. That makes most patterns of real rules harmless.

Meaning is RE2's: `\d \w \s \b` are ASCII, `\s` is without the vertical tab, `$` only holds at the very end.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

MOST_CHARACTERS = 500
"""Longer patterns are not looked at."""

MOST_WAYS = 64
"""Ways to try at one place of a text."""

MOST_STEPS = 4096
"""Characters looked at in all of them together."""

_MOST_GROUPS = 8  # groups inside groups


class Translated(NamedTuple):
    """A pattern for `re` (flag ASCII); anchored ones are for `match`, the others for `search`."""

    pattern: str
    anchored: bool


def translate(pattern: str) -> Translated | None:
    """A harmless RE2 pattern in the syntax of `re`, or None when RE2 has to run it.

    >>> translate("^[Jj]oh?n$"), translate("pu.*"), translate("(a+)+$")
    (Translated(pattern='\\\\A[Jj]oh?n\\\\Z', anchored=True), Translated(pattern='pu', anchored=False), None)
    """
    if len(pattern) > MOST_CHARACTERS:
        return None
    try:
        whole = _Parser(pattern).parse()
    except _NotPlainError:
        return None
    whole = _trimmed(_trimmed(whole, 0), -1)
    anchored = all(branch and branch[0].atom == _START for branch in whole)
    cost = _cost(whole)
    if cost.stars > (1 if anchored else 0) or cost.ways > MOST_WAYS or cost.ways * cost.steps > MOST_STEPS:
        return None
    return Translated(_written(whole), anchored)


# ---- the parts of a pattern ------------------------------------------------------------------------------------------


class _One(NamedTuple):
    """What matches exactly one character, as `re` writes it."""

    text: str


class _Place(NamedTuple):
    """What matches no character but holds at some places."""

    text: str


class _Piece(NamedTuple):
    atom: _One | _Place | _Choice
    least: int = 1
    most: int | None = 1  # None: no limit


_Branch: TypeAlias = tuple[_Piece, ...]


class _Choice(tuple[_Branch, ...]):
    """Branches with `|` between them."""

    __slots__ = ()


_START = _Place(r"\A")
_PLACES = {"^": _START, "$": _Place(r"\Z"), r"\A": _START, r"\z": _Place(r"\Z"), r"\b": _Place(r"\b")}
_SETS = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r\ "}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_SPECIAL = frozenset("\\^$.|?*+()[]{}")


class _NotPlainError(Exception):
    """Something this reader does not know."""


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def parse(self) -> _Choice:
        whole = self._choice(0)
        if self.at < len(self.text):
            raise _NotPlainError  # a stray )
        return whole

    def _choice(self, depth: int) -> _Choice:
        branches: list[_Branch] = []
        pieces: list[_Piece] = []
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "|":
                self.at += 1
                branches.append(tuple(pieces))
                pieces = []
            else:
                pieces.append(self._repeated(self._atom(depth)))
        return _Choice((*branches, tuple(pieces)))

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise _NotPlainError
        self.at += 1
        return self.text[self.at - 1]

    def _atom(self, depth: int) -> _One | _Place | _Choice:
        char = self._next()
        match char:
            case "(":
                return self._group(depth)
            case "[":
                return self._class()
            case ".":
                return _One(r"[^\n]")
            case "^" | "$":
                return _PLACES[char]
            case "\\":
                return self._escape()
            case _ if char in _SPECIAL:
                raise _NotPlainError
        return _One(_quoted(char))

    def _group(self, depth: int) -> _Choice:
        if depth == _MOST_GROUPS:
            raise _NotPlainError
        if self.text.startswith("?", self.at):
            if not self.text.startswith("?:", self.at):
                raise _NotPlainError
            self.at += 2
        inner = self._choice(depth + 1)
        if self._next() != ")":
            raise _NotPlainError
        return inner

    def _escape(self) -> _One | _Place:
        char = self._next()
        place = _PLACES.get("\\" + char)
        if place is not None:
            return place
        if char in _SETS:
            return _One(f"[{_SETS[char]}]")
        if char.lower() in _SETS:
            return _One(f"[^{_SETS[char.lower()]}]")
        return _One(_quoted(self._literal(char)))

    def _literal(self, char: str) -> str:
        """The character that an escape stands for, in a class or outside."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char.isascii() and not char.isalnum() and char != "_":
            return char
        raise _NotPlainError

    def _class(self) -> _One:
        parts = ["[^" if self.text.startswith("^", self.at) else "["]
        self.at += len(parts[0]) - 1
        first = True
        while first or not self.text.startswith("]", self.at):
            first = False
            parts.append(self._class_item())
        self.at += 1
        return _One("".join((*parts, "]")))

    def _class_item(self) -> str:
        if self.text.startswith("[:", self.at):
            raise _NotPlainError
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
            raise _NotPlainError
        return f"{_quoted(low)}-{_quoted(high)}"

    def _class_char(self) -> str:
        char = self._next()
        return self._literal(self._next()) if char == "\\" else char

    def _repeated(self, atom: _One | _Place | _Choice) -> _Piece:
        least, most, given = 1, 1, self.at
        count: int | None = 1
        char = self.text[self.at : self.at + 1]
        if char in ("*", "+", "?"):
            self.at += 1
            least, count = (1 if char == "+" else 0), (1 if char == "?" else None)
        elif char == "{":
            least, count = self._counts()
        else:
            return _Piece(atom, least, most)
        if self.text.startswith("?", self.at):
            self.at += 1  # lazy or not, it is found or not
        if self.text[self.at : self.at + 1] in ("*", "+", "?", "{") or isinstance(atom, _Place) or self.at == given:
            raise _NotPlainError
        return _Piece(atom, least, count)

    def _counts(self) -> tuple[int, int | None]:
        close = self.text.find("}", self.at)
        least, comma, most = self.text[self.at + 1 : max(close, self.at + 1)].partition(",")
        if close < 0 or not _is_count(least) or (most and not _is_count(most)):
            raise _NotPlainError
        self.at = close + 1
        low = int(least)
        high = int(most) if most else None if comma else low
        if low > MOST_STEPS or (high is not None and (high < low or high > MOST_STEPS)):
            raise _NotPlainError
        return low, high


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4 and (text == "0" or text[0] != "0")


def _quoted(char: str) -> str:
    if char.isascii() and (char.isalnum() or char in " _"):
        return "\\ " if char == " " else char
    if "\ud800" <= char <= "\udfff" or char == "\ufffd":
        raise _NotPlainError
    if char.isascii() and char.isprintable():
        return "\\" + char
    return f"\\U{ord(char):08x}"


# ---- unbounded repeats at the ends -----------------------------------------------------------------------------------


def _trimmed(choice: _Choice, end: int) -> _Choice:
    """The branches with an unbounded repeat at one end (0: the first piece, -1: the last) cut to its least count."""
    return _Choice(_trimmed_branch(branch, end) for branch in choice)


def _trimmed_branch(branch: _Branch, end: int) -> _Branch:
    while branch:
        piece = branch[end]
        if piece.most is None:
            piece = _Piece(piece.atom, piece.least, piece.least)
        elif isinstance(piece.atom, _Choice) and (piece.least, piece.most) == (1, 1):
            piece = _Piece(_trimmed(piece.atom, end))
        rest = branch[1:] if end == 0 else branch[:-1]
        if piece.most != 0:
            return (piece, *rest) if end == 0 else (*rest, piece)
        branch = rest
    return branch


# ---- the work, and the result ----------------------------------------------------------------------------------------


class _Cost(NamedTuple):
    ways: int  # how many ways there are through it, unbounded repeats left out
    steps: int  # characters looked at on the longest
    stars: int  # unbounded repeats on one way


def _cost(choice: _Choice) -> _Cost:
    ways = steps = stars = 0
    for branch in choice:
        branch_ways, branch_steps, branch_stars = 1, 1, 0
        for piece in branch:
            one = _piece_cost(piece)
            branch_ways = min(branch_ways * one.ways, MOST_STEPS)
            branch_steps += one.steps
            branch_stars += one.stars
        ways, steps, stars = ways + branch_ways, steps + branch_steps, max(stars, branch_stars)
    return _Cost(ways, steps, stars)


def _piece_cost(piece: _Piece) -> _Cost:
    if not isinstance(piece.atom, _Choice):
        if piece.most is None:
            return _Cost(1, piece.least + 1, 1)
        return _Cost(piece.most - piece.least + 1, piece.most, 0)
    inner = _cost(piece.atom)
    if piece.most is None or (inner.stars and piece.most > 1):
        return _Cost(MOST_STEPS, MOST_STEPS, 2)
    ways, power = 0, inner.ways ** min(piece.least, 16)
    for _ in range(piece.least, piece.most + 1):
        ways = min(ways + power, MOST_STEPS)
        power = min(power * inner.ways, MOST_STEPS)
    return _Cost(ways, inner.steps * piece.most, inner.stars)


def _written(choice: _Choice) -> str:
    return "|".join("".join(_written_piece(piece) for piece in branch) for branch in choice)


def _written_piece(piece: _Piece) -> str:
    text = f"(?:{_written(piece.atom)})" if isinstance(piece.atom, _Choice) else piece.atom.text
    match piece.least, piece.most:
        case 1, 1:
            return text
        case 0, 1:
            return f"{text}?"
        case 0, None:
            return f"{text}*"
        case 1, None:
            return f"{text}+"
        case least, None:
            return f"{text}{{{least},}}"
        case least, most:
            return f"{text}{{{least},{most}}}"
