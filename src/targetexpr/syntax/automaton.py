"""The parse tables of the grammar file as it is now.

The grammar file is the truth. `tables.py` holds what Lark made of it, so that reading a rule needs no Lark at run
time; a file that differs from the one the tables were made from is noticed, and Lark makes its tables anew.
"""

from __future__ import annotations

from binascii import crc32
from functools import cache

from targetexpr.syntax.grammar import Tables, grammar_text


@cache
def tables() -> Tables:
    """The tables of the grammar file."""
    from targetexpr.syntax import tables as saved

    text = grammar_text()
    if crc32(text) == saved.GRAMMAR:
        return Tables(
            grammar=saved.GRAMMAR,
            lexer=saved.LEXER,
            start=saved.START,
            accept=saved.ACCEPT,
            rules=saved.RULES,
            actions=saved.ACTIONS,
            gotos=saved.GOTOS,
            jumps=saved.JUMPS,
        )
    from targetexpr.syntax.generate_tables import make

    return make(text.decode("utf-8"))
