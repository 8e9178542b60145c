"""RE2 syntax, read by hand: whether a pattern is one, and if not, exactly where it goes wrong.

The engines give no offsets, `re` has another syntax, and importing an engine costs more than checking a whole rule;
so the syntax is read here. A test holds this parser to RE2 itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.checking.regex_engine import is_accepted

Reason: TypeAlias = Literal[
    "missing-bracket",
    "missing-paren",
    "unexpected-paren",
    "nothing-to-repeat",
    "repeated-twice",
    "repeated-too-often",
    "reversed-repeat",
    "reversed-range",
    "unknown-class",
    "unknown-escape",
    "back-reference",
    "look-around",
    "unknown-group",
    "bad-group-name",
    "duplicate-group-name",
    "trailing-backslash",
    "too-large",
]


class PatternError(NamedTuple):
    """What is wrong with a pattern, and which of its characters are to blame."""

    reason: Reason
    start: int
    end: int


REASONS: dict[Reason, str] = {
    "missing-bracket": "this `[` has no `]`",
    "missing-paren": "this `(` has no `)`",
    "unexpected-paren": "this `)` has no `(`",
    "nothing-to-repeat": "there is nothing before `{part}` to repeat",
    "repeated-twice": "`{part}` repeats a repetition",
    "repeated-too-often": "`{part}` repeats more than 1000 times in all",
    "reversed-repeat": "the second count of `{part}` is below the first",
    "reversed-range": "the range `{part}` runs backwards",
    "unknown-class": "unknown character class `{part}`",
    "unknown-escape": "unknown escape `{part}`",
    "back-reference": "`{part}` refers back to a group, which is not supported",
    "look-around": "`{part}` looks ahead or behind, which is not supported",
    "unknown-group": "a group cannot begin with `{part}`",
    "bad-group-name": "`{part}` is not a valid name for a group",
    "duplicate-group-name": "`{part}` names a second group like the first",
    "trailing-backslash": "nothing follows the last backslash",
}
"""What is wrong, as it stands behind "Invalid regular expression: "; `part` are the characters to blame.

What is `too-large` is no mistake of syntax, and a diagnostic of its own.
"""

HINTS: dict[Reason, str] = {
    "missing-bracket": "To look for the bracket itself, write `\\[`.",
    "missing-paren": "To look for the parenthesis itself, write `\\(`.",
    "unexpected-paren": "To look for the parenthesis itself, write `\\)`.",
    "nothing-to-repeat": "To look for the character itself, put a backslash before it; for any text, write `.*`.",
    "back-reference": "Patterns are in RE2 syntax, which takes the same time whatever the text.",
    "look-around": "Patterns are in RE2 syntax, which takes the same time whatever the text.",
}

MOST_CHARACTERS = 20_000
"""Longer patterns are refused: how long a search takes grows with the pattern and with the text, multiplied."""

_UNICODE_CLASS_SIZE = 200
"""How many characters as large as `.` a class such as `\\pL` is worth in the engine's program, at most."""

_SURELY_ACCEPTED = 10_000
"""Sizes that the engine always takes: it gives up on 58,000 times `.`. Beyond, it is asked."""

MOST_REPEATS = 1000
"""RE2 refuses to repeat anything more often, repeats inside repeats multiplied."""


def runnable_pattern_error(pattern: str) -> PatternError | None:
    """The first thing in `pattern` that keeps a rule from running with it: its length, or what RE2 does not accept."""
    if len(pattern) > MOST_CHARACTERS:
        return PatternError("too-large", 0, len(pattern))
    return pattern_error(pattern)


@lru_cache(maxsize=4096)
def pattern_error(pattern: str) -> PatternError | None:
    """The first thing in `pattern` that RE2 does not accept, or None.

    >>> pattern_error("^[Jj]oh?n")
    >>> pattern_error("^(Gold|Silver")
    PatternError(reason='missing-paren', start=1, end=2)
    """
    parser = _Parser(pattern)
    try:
        parser.parse()
    except _PatternError as found:
        return found.error
    if parser.size() > _SURELY_ACCEPTED and not is_accepted(pattern):
        return PatternError("too-large", 0, len(pattern))
    return None


class _PatternError(Exception):
    def __init__(self, error: PatternError) -> None:
        self.error = error
        super().__init__(error)


class _Group(NamedTuple):
    """An open parenthesis: where it is, and the heaviest repeat before it in its own enclosing group."""

    start: int
    weight: int


class _Parser:
    """One pass over a pattern. `weight` is how often its heaviest part is repeated, as RE2 multiplies it."""

    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self._unicode_classes = 0
        self._names: set[str] = set()
        self._open: list[_Group] = []
        self._weight = 1  # heaviest part of the current group so far
        self._atom = 0  # weight of the part a repeat would apply to, 0 when there is none
        self._repeat_from: int | None = None  # where the repeat just read began

    def parse(self) -> None:
        text, end = self.text, len(self.text)
        while self.at < end:
            start = self.at
            char = text[start]
            repeat_from, self._repeat_from = self._repeat_from, None
            if char in "*+?" or (char == "{" and self._counted() is not None):
                self._repeat(start, repeat_from)
            elif char == "(":
                self._group(start)
            elif char == ")":
                self._close(start)
            elif char == "|":
                self.at += 1
                self._atom = 0
            elif char == "[":
                self._class(start)
                self._part()
            elif char == "\\":
                self._backslash(start)
            else:
                self.at += 1
                self._part()
        if self._open:
            raise self._wrong("missing-paren", self._open[-1].start, self._open[-1].start + 1)

    def size(self) -> int:
        """A bound of how large the engine's program becomes, in characters as large as `.`."""
        return (len(self.text) + _UNICODE_CLASS_SIZE * self._unicode_classes) * self._weight

    def _part(self, weight: int = 1) -> None:
        self._atom = weight
        self._weight = max(self._weight, weight)

    @staticmethod
    def _wrong(reason: Reason, start: int, end: int) -> _PatternError:
        return _PatternError(PatternError(reason, start, end))

    # repeats

    def _counted(self) -> tuple[int, int | None, int] | None:
        """`{2}`, `{2,}` or `{2,5}` at the current place as least, most and where it ends; else None: a plain brace."""
        close = self.text.find("}", self.at)
        if close < 0:
            return None
        least, comma, most = self.text[self.at + 1 : close].partition(",")
        if not _is_count(least) or (comma and most and not _is_count(most)):
            return None
        low = int(least)
        return low, (low if not comma else int(most) if most else None), close + 1

    def _repeat(self, start: int, repeat_from: int | None) -> None:
        counts = self._counted() if self.text[start] == "{" else None
        end = counts[2] if counts else start + 1
        if self._atom == 0:
            raise self._wrong("nothing-to-repeat", start, end)
        if self.text[end : end + 1] == "?":
            end += 1
        if repeat_from is not None:
            raise self._wrong("repeated-twice", repeat_from, end)
        if counts:
            low, high, _ = counts
            if high is not None and high < low:
                raise self._wrong("reversed-repeat", start, end)
            times = low if high is None else high
            if times > MOST_REPEATS or low > MOST_REPEATS or self._atom * max(times, 1) > MOST_REPEATS:
                raise self._wrong("repeated-too-often", start, end)
            self._part(self._atom * max(times, 1))
        self._repeat_from = start
        self.at = end

    # groups

    def _group(self, start: int) -> None:
        if self.text.startswith("(?", start):
            self._special_group(start)
        else:
            self.at += 1
            self._enter(start)

    def _enter(self, start: int) -> None:
        self._open.append(_Group(start, self._weight))
        self._weight = 1
        self._atom = 0

    def _special_group(self, start: int) -> None:
        text = self.text
        for mark in ("(?=", "(?!", "(?<=", "(?<!"):
            if text.startswith(mark, start):
                raise self._wrong("look-around", start, start + len(mark))
        for mark in ("(?P<", "(?<"):
            if text.startswith(mark, start):
                close = text.find(">", start)
                name = text[start + len(mark) : close] if close > 0 else ""
                if not name or not all(c == "_" or c.isalnum() for c in name):
                    raise self._wrong("bad-group-name", start, close + 1 if close > 0 else len(text))
                if name in self._names:
                    raise self._wrong("duplicate-group-name", start, close + 1)
                self._names.add(name)
                self.at = close + 1
                self._enter(start)
                return
        self._flags(start)

    def _flags(self, start: int) -> None:
        """`(?i)` and `(?i:`: flags i, m, s, U, those after a minus switched off."""
        at, negated, flags = start + 2, False, 0
        while at < len(self.text):
            char = self.text[at]
            at += 1
            if char in "imsU":
                flags += 1
            elif char == "-" and not negated:
                negated, flags = True, 0
            elif char in ":)" and not (negated and flags == 0):
                self.at = at
                if char == ":":
                    self._enter(start)
                return
            else:
                break
        raise self._wrong("unknown-group", start, at)

    def _close(self, start: int) -> None:
        if not self._open:
            raise self._wrong("unexpected-paren", start, start + 1)
        group = self._open.pop()
        inner = self._weight
        self._weight = group.weight
        self._part(inner)
        self.at = start + 1

    # escapes

    def _backslash(self, start: int) -> None:
        following = self.text[start + 1 : start + 2]
        if following == "Q":
            self._quoted(start)
            return
        if following in ("A", "B", "b", "z", "C", "d", "D", "s", "S", "w", "W"):
            self.at = start + 2
        elif following in ("p", "P"):
            self._unicode_class(start)
        else:
            self._escape(start)
        self._part()

    def _quoted(self, start: int) -> None:
        r"""`\Q...\E`: everything between stands for itself."""
        close = self.text.find("\\E", start + 2)
        body_end = close if close >= 0 else len(self.text)
        if body_end > start + 2:
            self._part()
        self.at = close + 2 if close >= 0 else len(self.text)

    def _escape(self, start: int) -> str:
        """One escaped character, in a class or outside; returns it."""
        text = self.text
        char = text[start + 1 : start + 2]
        if not char:
            raise self._wrong("trailing-backslash", start, start + 1)
        self.at = start + 2
        if char in _CONTROL:
            return _CONTROL[char]
        if char == "x":
            return self._hexadecimal(start)
        if "0" <= char <= "7":
            return self._octal(start, char)
        if char.isascii() and not char.isalnum():
            return char
        raise self._wrong("back-reference" if char in "89" else "unknown-escape", start, start + 2)

    def _octal(self, start: int, char: str) -> str:
        digits = char
        while len(digits) < 3 and self.text[self.at : self.at + 1] in _OCTAL:
            digits += self.text[self.at]
            self.at += 1
        if char != "0" and len(digits) == 1:
            raise self._wrong("back-reference", start, start + 2)
        return chr(int(digits, 8))

    def _hexadecimal(self, start: int) -> str:
        text = self.text
        if text[self.at : self.at + 1] == "{":
            close = text.find("}", self.at)
            digits = text[self.at + 1 : close] if close >= 0 else ""
            stop = close + 1 if close >= 0 else len(text)
        else:
            digits = text[self.at : self.at + 2]
            stop = self.at + 2
            if len(digits) < 2:
                digits = ""
        if not digits or not all(c in _HEXADECIMAL for c in digits) or int(digits, 16) > 0x10FFFF:
            raise self._wrong("unknown-escape", start, min(stop, len(text)))
        self.at = stop
        return chr(int(digits, 16))

    def _unicode_class(self, start: int) -> None:
        r"""`\pL`, `\p{Greek}`, `\p{^Greek}`."""
        text = self.text
        if text[start + 2 : start + 3] == "{":
            close = text.find("}", start)
            name = text[start + 3 : close] if close >= 0 else ""
            stop = close + 1 if close >= 0 else len(text)
        else:
            name = text[start + 2 : start + 3]
            stop = start + 2 + len(name)
        if name.removeprefix("^") not in _unicode_names():
            raise self._wrong("unknown-class", start, stop)
        self._unicode_classes += 1
        self.at = stop

    # classes

    def _class(self, start: int) -> None:
        text = self.text
        self.at = start + 1
        if text[self.at : self.at + 1] == "^":
            self.at += 1
        first = True
        while first or text[self.at : self.at + 1] != "]":
            if self.at >= len(text):
                raise self._wrong("missing-bracket", start, start + 1)
            first = False
            self._class_item(start)
        self.at += 1

    def _class_item(self, opened: int) -> None:
        text, at = self.text, self.at
        if text.startswith("[:", at):
            close = text.find(":]", at + 2)
            if close >= 0:
                if text[at + 2 : close].removeprefix("^") not in _POSIX_CLASSES:
                    raise self._wrong("unknown-class", at, close + 2)
                self.at = close + 2
                return
        if text[at] == "\\":
            following = text[at + 1 : at + 2]
            if following in ("d", "D", "s", "S", "w", "W"):
                self.at += 2
                return
            if following in ("p", "P"):
                self._unicode_class(at)
                return
        low = self._class_char(opened)
        if text[self.at : self.at + 1] == "-" and text[self.at + 1 : self.at + 2] not in ("]", ""):
            self.at += 1
            high = self._class_char(opened)
            if high < low:
                raise self._wrong("reversed-range", at, self.at)

    def _class_char(self, opened: int) -> str:
        if self.at >= len(self.text):
            raise self._wrong("missing-bracket", opened, opened + 1)
        char = self.text[self.at]
        if char == "\\":
            return self._escape(self.at)
        self.at += 1
        return char


_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "f": "\f", "v": "\v"}
_OCTAL = tuple("01234567")
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_POSIX_CLASSES = frozenset(
    (
        *("alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph"),
        *("lower", "print", "punct", "space", "upper", "word", "xdigit"),
    )
)


def _is_count(text: str) -> bool:
    """A count as RE2 reads it: ASCII digits, no needless zero in front, few enough not to overflow."""
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) <= 8


@lru_cache(maxsize=1)
def _unicode_names() -> frozenset[str]:
    return frozenset(_CATEGORIES.split()) | frozenset(_SCRIPTS.split())


_CATEGORIES = "Any C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs"
_SCRIPTS = """
Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo
Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common
Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs
Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul
Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi
Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki
Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean
Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi
Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong
Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian
Old_Turkic Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi
Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese
Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan
Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square
"""
