"""A rule's text in its environment, as an editor asks about it: its tokens, its analysis, what stands at an offset."""

from __future__ import annotations

from bisect import bisect_right

from targetexpr.base.lazy import Lazy
from targetexpr.checking.result import Checked
from targetexpr.front import DEFAULT_ENVIRONMENT, Analysis, Environment, analyze
from targetexpr.lang.nodes import Expr
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.walk import preorder
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import Token, tokenize


class Document:
    """A text and its environment. What is known of it is worked out when it is first asked for, and kept.

    Offsets count code points; one outside of the text counts as its nearest end. Nothing here raises for a text,
    whatever it holds.

    >>> document = Document("currentTxn.value=500")
    >>> document.analysis.ok, document.checked.type
    (False, 'boolean:primitive')
    """

    __slots__ = ("_analysis", "_tokens", "environment", "text")

    def __init__(self, text: str, environment: Environment = DEFAULT_ENVIRONMENT) -> None:
        self.text = text
        self.environment = environment
        self._tokens = Lazy(lambda: tokens(text))
        self._analysis = Lazy(lambda: analyze(text, environment))

    @property
    def analysis(self) -> Analysis:
        """Everything the compiler says of the text."""
        return self._analysis.get()

    @property
    def tokens(self) -> list[Token]:
        """The tokens, white space left out."""
        return self._tokens.get()

    @property
    def schema(self) -> Schema:
        """What can be named."""
        return self.environment.schema or Schema.bundled()

    @property
    def event(self) -> str | None:
        """The event that the rule is for."""
        return self.environment.event

    @property
    def checked(self) -> Checked | None:
        """The checked tree, or that of a broken text's repair, with spans in the text; None where neither is known."""
        return self.analysis.checked or self.analysis.checked_repaired

    def clamped(self, offset: int) -> int:
        """The offset, within the text."""
        return max(0, min(offset, len(self.text)))

    def tokens_before(self, offset: int) -> list[Token]:
        """The tokens of the text up to an offset, as if it ended there."""
        behind = bisect_right(self.tokens, offset, key=_end)
        start = self.tokens[behind - 1].end if behind else 0
        # What ends before the offset is the same token in both texts; only one that the offset cuts is read again.
        cut = tokens(self.text[start:offset])
        return [
            *self.tokens[:behind],
            *(Token(one.kind, one.text, one.start + start, one.end + start) for one in cut),
        ]

    def node_at(self, offset: int) -> Expr | None:
        """The smallest part of the tree that an offset is in or right behind."""
        if self.checked is None:
            return None
        around = [node for node in preorder(self.checked.expr) if 0 <= node.start <= offset <= node.end > node.start]
        return min(reversed(around), key=lambda node: node.end - node.start, default=None)


def _end(token: Token) -> int:
    return token.end


def tokens(text: str) -> list[Token]:
    """The tokens of any text by the real lexer, without the mark at the end."""
    return [token for token in tokenize(text) if token.kind != END]


def open_brackets(text: str, depth: int = 0) -> int:
    """How many parentheses are open at the end of a text; those in strings do not count.

    `depth` are open before it: a text may be read line by line.

    >>> open_brackets('(a&&b.contains("(")'), open_brackets("(a))")
    (1, 0)
    """
    for token in tokens(text):
        depth = max(0, depth + {"LPAR": 1, "RPAR": -1}.get(token.kind, 0))
    return depth


def bracket_pairs(found: list[Token]) -> dict[int, int]:
    """The offsets of the parentheses that go together, each to each.

    >>> bracket_pairs(tokens("(a||(b)))"))
    {4: 6, 6: 4, 0: 7, 7: 0}
    """
    stack: list[int] = []
    pairs: dict[int, int] = {}
    for token in found:
        if token.kind == "LPAR":
            stack.append(token.start)
        elif token.kind == "RPAR" and stack:
            opened = stack.pop()
            pairs[opened], pairs[token.start] = token.start, opened
    return pairs


def matching_brackets(found: list[Token], offset: int) -> tuple[int, int] | None:
    """The offsets of the parenthesis at or before an offset and of the one it goes with.

    >>> matching_brackets(tokens("(a||(b))"), 8)
    (0, 7)
    """
    pairs = bracket_pairs(found)
    for place in (offset, offset - 1):
        if place in pairs:
            return min(place, pairs[place]), max(place, pairs[place])
    return None
