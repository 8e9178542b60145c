"""Broken text as the fragments of it that can be read: how the platform keeps what it could not parse.

Fragments are taken greedily from the left, each the longest run of tokens that is an expression; what can begin none is
left out. The search looks a fixed number of tokens beyond the last good end and at a fixed depth, so its time grows
with the length of the text and no faster.
"""

from __future__ import annotations

from typing import TypeAlias

from targetexpr.base.limits import DEFAULT_LIMITS
from targetexpr.lang.nodes import Expr
from targetexpr.syntax.automaton import tables
from targetexpr.syntax.grammar import END, Tables
from targetexpr.syntax.lexer import Token, tokenize
from targetexpr.syntax.parser import NotInLanguage, parse_tokens

Stack: TypeAlias = "tuple[int, Stack | None]"
"""States of the parser, the last one first. Linked, so that looking ahead leaves it as it is."""

LOOKAHEAD = 64
"""Tokens that are tried beyond the last place where an expression was whole."""

_DEEPEST = 2 * DEFAULT_LIMITS.nesting


def fragments(text: str) -> list[Expr]:
    """The readable fragments of a text, from left to right; the whole as one fragment when nothing is wrong with it.

    >>> [type(fragment).__name__ for fragment in fragments('currentTxn.value > > 5 )( slab == "Gold"')]
    ['Dereference', 'NumberLiteral', 'Binary']
    """
    table = tables()
    tokens = _tokens(text)
    found: list[Expr] = []
    at = 0
    while at < len(tokens):
        end = _longest(table, tokens, at)
        tree = None if end == at else _tree(tokens[at:end])
        if tree is None:
            at += 1
        else:
            found.append(tree)
            at = end
    return found


def _tokens(text: str) -> list[Token]:
    """The tokens, without the end. Behind a quote that is never closed, words are words."""
    found: list[Token] = []
    waiting = tokenize(text)[-2::-1]
    while waiting:
        token = waiting.pop()
        if token.kind != "UNCLOSED":
            found.append(token)
            continue
        behind = token.start + 1
        found.append(Token("UNKNOWN", token.text[0], token.start, behind))
        inside = tokenize(token.text[1:])[-2::-1]
        waiting += [Token(kind, part, start + behind, end + behind) for kind, part, start, end in inside]
    return found


def _longest(table: Tables, tokens: list[Token], start: int) -> int:
    """Behind the last token of the longest expression that begins at a token; the token itself when none does."""
    stack: Stack | None = (table.start, None)
    best, depth = start, 0
    for index in range(start, len(tokens)):
        if index - best >= LOOKAHEAD:
            break
        shifted = _shift(table, stack, tokens[index].kind)
        if shifted is None:
            break
        stack = shifted
        depth += {"LPAR": 1, "RPAR": -1}.get(tokens[index].kind, 0)
        if depth > _DEEPEST:
            break
        if _accepts(table, stack):
            best = index + 1
    return best


def _shift(table: Tables, stack: Stack | None, kind: str) -> Stack | None:
    """The stack behind one more token; None when the token cannot stand there."""
    while stack is not None:
        action = table.actions[stack[0]].get(kind)
        if action is None:
            return None
        if action >= 0:
            return (action, stack)
        stack = _reduced(table, stack, action)
    return None


def _accepts(table: Tables, stack: Stack | None) -> bool:
    """Whether the text could end here."""
    steps = 0
    while stack is not None and steps < _DEEPEST:
        if stack[0] == table.accept:
            return True
        action = table.actions[stack[0]].get(END)
        if action is None:
            return False
        if action >= 0:
            return action == table.accept
        stack = _reduced(table, stack, action)
        steps += 1
    return False


def _reduced(table: Tables, stack: Stack, action: int) -> Stack | None:
    name, count, _ = table.rules[~action]
    below: Stack | None = stack
    for _ in range(count):
        if below is None:
            return None
        below = below[1]
    return None if below is None else (table.gotos[name][below[0]], below)


def _tree(tokens: list[Token]) -> Expr | None:
    end = tokens[-1].end
    try:
        return parse_tokens([*tokens, Token(END, "", end, end)]).tree
    except NotInLanguage:  # a string that holds half a character
        return None
