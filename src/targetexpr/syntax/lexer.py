"""Text to tokens: the one lexer, for reading, recovery and editors, and the classes of tokens that they share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple, TypeAlias, cast

from targetexpr.syntax.automaton import tables
from targetexpr.syntax.grammar import END


class Token(NamedTuple):
    """A token: its kind in the grammar, its text, and where it stands."""

    kind: str  # "NAME"; "UNCLOSED" for a string without its closing quote, "UNKNOWN" for what is no token at all
    text: str
    start: int
    end: int


Lexeme: TypeAlias = tuple[str, str, int, int]
"""What a Token holds, as a plain tuple: three times quicker to make, which is what the parser's loop counts on."""

ENDS_OPERAND = frozenset(("NAME", "NUMBER", "STRING", "BOOLEAN", "RPAR"))
"""Kinds that an operand can end with."""

STARTS_OPERAND = frozenset(("NAME", "NUMBER", "STRING", "BOOLEAN", "LPAR", "NOT", "SIGN"))
"""Kinds that an operand can start with."""

ENDS_COMPARISON = frozenset(("COMPARE", "AND", "OR", "QMARK", "COLON", "COMMA", "RPAR"))
"""Kinds that end an operand of a comparison."""

ENDS_TERM = frozenset(("AND", "OR", "COMPARE", "SIGN", "SCALE", "QMARK", "COLON", "COMMA"))
"""Kinds that end what a sign in front applies to."""

LITERAL = frozenset(("NUMBER", "STRING", "BOOLEAN"))
"""Kinds that are a whole value by themselves."""


@cache
def _finder() -> Callable[[str], Iterator[re.Match[str]]]:
    # A string that is never closed is one token: tried again at each quote in it, it would cost the square.
    return re.compile(tables().lexer + r'|(?P<UNCLOSED>"[^\r\n]*)|(?P<UNKNOWN>.)', re.DOTALL).finditer


def lexemes(text: str) -> list[Lexeme]:
    """The tokens of any text as plain tuples, white space left out, the end marked by one of kind END."""
    found: list[Lexeme] = [
        (cast(str, kind), match.group(), *match.span())
        for match in _finder()(text)
        if (kind := match.lastgroup) != "BLANK"
    ]
    found.append((END, "", len(text), len(text)))
    return found


def tokenize(text: str) -> list[Token]:
    """The tokens of any text, white space left out, the end marked by one of kind END.

    >>> [token.kind for token in tokenize('a.b > "x')]
    ['NAME', 'DOT', 'NAME', 'COMPARE', 'UNCLOSED', '$END']
    """
    return [Token._make(lexeme) for lexeme in lexemes(text)]
