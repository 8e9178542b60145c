"""Rules in Python: the string literals that calls of the library take, `compile("…")`, `check("…")`, `parse("…")`."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Sequence

from targetexpr.base.quoted import QuotedString, read_python_string
from targetexpr.base.source import Span
from targetexpr.documents.python_tokens import Token, tokens
from targetexpr.documents.reading import RegionKind
from targetexpr.documents.region import Region, region

FUNCTIONS: dict[str, RegionKind] = {
    "compile": "rule",
    "check": "rule",
    "parse": "rule",
    "lint": "rule",
    "check_json": "expressionJson",
    "from_json": "expressionJson",
}
"""The functions of the library whose first argument is a rule; not `diagnose`, which is there for broken ones."""

_PACKAGE = "targetexpr"
_ANY = re.compile(rf"\b(?:{'|'.join(FUNCTIONS)}|{_PACKAGE})\b")
_RULE_KEYWORDS = ("text", "expression")


def python_regions(text: str) -> list[Region]:
    """The rules in a Python text. Strings with parts to be computed (f-strings) and bytes are none.

    A call counts when its function was imported from the library, or is bound nowhere in the text as in a snippet;
    `re.compile("…")` is somebody else's.

    >>> [found.text for found in python_regions('from targetexpr import compile\\nrule = compile("true")')]
    ['true']
    """
    if _ANY.search(text) is None:
        return []
    found = list(tokens(text))
    names = _Names(found)
    events = _events(text, found)
    regions = [_region_at(text, found, place, names, events) for place in range(len(found) - 2)]
    return [one for one in regions if one is not None]


class _Names:
    """What the names of a text stand for: functions of the library, the library itself, or something else."""

    def __init__(self, found: Sequence[Token]) -> None:
        self.found = found
        self.functions: dict[str, str] = {}
        self.packages: set[str] = set()
        self.bound: set[str] = set()
        self.depth = 0
        place = 0
        while place < len(found):
            place = self._note(place)

    def word(self, place: int) -> str:
        return self.found[place].text if 0 <= place < len(self.found) else ""

    def function(self, place: int) -> str | None:
        """The function of the library that is called by the name at a place."""
        name = self.word(place)
        before = self.word(place - 1)
        if before in ("def", "class"):
            return None
        if before != ".":
            free = name in FUNCTIONS and name not in self.bound
            return self.functions.get(name, name if free else None)
        while self.word(place - 1) == ".":
            place -= 2
        root = self.word(place)
        ours = root in self.packages or (root == _PACKAGE and root not in self.bound)
        return name if ours and name in FUNCTIONS else None

    def is_imported(self, name: str) -> bool:
        return name in self.functions

    def _note(self, place: int) -> int:
        """Notes what the token at a place binds; the place to go on from."""
        match self.word(place):
            case "from":
                return self._from(place + 1)
            case "import":
                return self._import(place + 1)
            case "def":
                self.bound.add(self.word(place + 1))
                return self._parameters(place + 2)
            case "class" | "for" | "as":
                self.bound.add(self.word(place + 1))
            case "(" | "[" | "{":
                self.depth += 1
            case ")" | "]" | "}":
                self.depth = max(self.depth - 1, 0)
            case name:
                if self.word(place + 1) == ":=" or (self.depth == 0 and self.word(place + 1) == "="):
                    self.bound.add(name)
        return place + 1

    def _dotted(self, place: int) -> tuple[str, int]:
        start = place
        while self.word(place) in (".", "...") or (self.word(place).isidentifier() and self.word(place) != "import"):
            place += 1
        return "".join([token.text for token in self.found[start:place]]), place

    def _from(self, place: int) -> int:
        module, place = self._dotted(place)
        if self.word(place) != "import":
            return place
        place += 2 if self.word(place + 1) == "(" else 1
        while self.word(place).isidentifier():
            name, alias, place = self._alias(place, self.word(place), place + 1)
            if module.split(".")[0] == _PACKAGE and name in FUNCTIONS:
                self.functions[alias or name] = name
            else:
                self.bound.add(alias or name)
        return place

    def _import(self, place: int) -> int:
        while self.word(place).isidentifier():
            start = place
            while self.word(place + 1) == ".":
                place += 2
            module = "".join([token.text for token in self.found[start : place + 1]])
            name, alias, place = self._alias(start, module, place + 1)
            root = name.split(".")[0]
            (self.packages if root == _PACKAGE else self.bound).add(alias or root)
        return place

    def _alias(self, start: int, name: str, place: int) -> tuple[str, str, int]:
        """A name, the one after `as`, and the place after the comma that may follow."""
        alias = ""
        if self.word(place) == "as":
            alias, place = self.word(place + 1), place + 2
        return name, alias, place + 1 if self.word(place) == "," else max(place, start + 1)

    def _parameters(self, place: int) -> int:
        """Notes the parameters of a function; its body is looked at by the caller."""
        if self.word(place) != "(":
            return place
        depth = 0
        while place < len(self.found):
            word = self.word(place)
            depth += (word in ("(", "[", "{")) - (word in (")", "]", "}"))
            if depth == 0:
                break
            if depth == 1 and word in ("(", ",", "*", "**"):
                self.bound.add(self.word(place + 1))
            place += 1
        return place + 1


def _region_at(text: str, found: Sequence[Token], place: int, names: _Names, events: dict[int, str]) -> Region | None:
    """The rule that the call with its name at a place takes."""
    if found[place].kind != tokenize.NAME or found[place + 1].text != "(":
        return None
    function = names.function(place)
    if function is None:
        return None
    place_of_rule = place + 2
    if names.word(place_of_rule) in _RULE_KEYWORDS and names.word(place_of_rule + 1) == "=":
        place_of_rule += 2
    strings, after = _strings(text, found, place_of_rule)
    if not strings or names.word(after) not in (")", ",", ""):
        return None
    if function == "compile" and _is_builtin(names, place, after):
        return None
    span = Span(found[place_of_rule].span.start, found[after - 1].span.end)
    return region(text, span, *strings, kind=FUNCTIONS[function], event=events.get(place + 1) or None)


def _is_builtin(names: _Names, place: int, after: int) -> bool:
    """Whether it is Python's own `compile`, which takes a file name beside the text."""
    own = names.word(place - 1) != "." and not names.is_imported(names.word(place))
    return own and names.word(after) == "," and names.word(after + 1) != ")" and names.word(after + 2) != "="


def _strings(text: str, found: Sequence[Token], place: int) -> tuple[list[QuotedString], int]:
    """The strings that stand one after the other from a place on, and the place after them; none if one is unfit."""
    strings: list[QuotedString] = []
    length = 0
    while place < len(found) and found[place].kind == tokenize.STRING:
        string = read_python_string(text, found[place].span, length)
        if string is None:
            return [], place
        strings.append(string)
        length += len(string.text)
        place += 1
    return strings, place


def _events(text: str, found: Sequence[Token]) -> dict[int, str]:
    """What calls give for `event`, by the places of their parentheses."""
    events: dict[int, str] = {}
    open_at: list[int] = []
    for place, token in enumerate(found):
        if token.text in ("(", "[", "{"):
            open_at.append(place)
        elif token.text in (")", "]", "}"):
            del open_at[-1:]
        elif token.text == "event" and open_at and place + 2 < len(found) and found[place + 1].text == "=":
            strings, _ = _strings(text, found, place + 2)
            events[open_at[-1]] = "".join([string.text for string in strings])
    return events
