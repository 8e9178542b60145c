"""Finds the grammar folder, and says what parse tables are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os.path import abspath, dirname, isdir, join

END = "$END"
"""The kind of the token behind the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """An LALR(1) automaton. States are numbers, token kinds and rule names are texts."""

    grammar: int  # CRC-32 of the grammar file that the tables were made from
    lexer: str  # one regular expression with a named group for each kind of token, BLANK among them
    start: int  # the first state
    accept: int  # the state that means: a whole expression was read
    rules: tuple[tuple[str, int, str], ...]  # left side, number of symbols, the node to build ("" passes through)
    actions: tuple[Mapping[str, int], ...]  # state → token kind → n ≥ 0: shift to n; n < 0: reduce by rule ~n
    gotos: Mapping[str, Mapping[int, int]]  # left side → state below → state
    jumps: Mapping[str, Mapping[int, Mapping[str, int]]]
    """Like `gotos`, with the next token known: the state after all pass-through reductions that would follow."""


def folder() -> str:
    """Where the grammar files are: inside an installed package, or at the top of a checkout."""
    package = dirname(dirname(abspath(__file__)))
    installed = join(package, "grammar")
    return installed if isdir(installed) else join(dirname(dirname(package)), "grammar")


def grammar_text() -> bytes:
    """The grammar file, as it is now."""
    with open(join(folder(), "targetexpr.lark"), "rb") as file:
        return file.read()
