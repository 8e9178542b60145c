"""A rule taken apart: its conditions, how all, any and not group them, and where each stands with its parentheses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from targetexpr.base.source import Span
from targetexpr.ide.document import Document, bracket_pairs
from targetexpr.lang.nodes import Binary, BooleanLiteral, Expr, Logical, Unary
from targetexpr.lang.operators import LogicalOp
from targetexpr.syntax.lexer import Token

Mode: TypeAlias = Literal["all", "any"]

OPERATOR_OF: dict[Mode, LogicalOp] = {"all": "&&", "any": "||"}
MODE_OF: dict[LogicalOp, Mode] = {"&&": "all", "||": "any"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A condition, or a group of them: conditions of which all, or any, must hold.

    A group of one part is what has no operator to join it with others: a rule of one condition, and what a second
    negation is of.
    """

    node: Expr  # what is left when its negations are taken off
    whole: Expr  # with them
    outer: Span  # with its own parentheses
    inner: Span  # of `node`, with the parentheses that are its own within a negation
    negated: bool = False
    mode: Mode | None = None  # None for a condition
    parts: tuple[Part, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether it has parts."""
        return self.mode is not None

    @property
    def is_single(self) -> bool:
        """Whether it is a group of one, which no operator in the text stands for."""
        return self.mode is not None and not isinstance(self.node, Logical)


class Places:
    """Where the parts of a text's tree stand, parentheses included."""

    __slots__ = ("_at_end", "_at_start", "_pairs", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self._at_start = {token.start: place for place, token in enumerate(tokens)}
        self._at_end = {token.end: place for place, token in enumerate(tokens)}
        self._pairs = bracket_pairs(tokens)

    def outer(self, node: Expr) -> Span:
        """The place of a node with all parentheses that enclose it alone; those of a call are not its own."""
        return self.enclosed(Span(node.start, node.end))

    def enclosed(self, span: Span) -> Span:
        """The place with all parentheses that enclose it alone."""
        start, end = span
        while True:
            before, behind = self._at_start[start] - 1, self._at_end[end] + 1
            if before < 0 or behind >= len(self.tokens):
                return Span(start, end)
            opened, closed = self.tokens[before], self.tokens[behind]
            own = opened.kind == "LPAR" and self._pairs.get(opened.start) == closed.start and closed.kind == "RPAR"
            if not own or (before and self.tokens[before - 1].kind == "NAME"):
                return Span(start, end)
            start, end = opened.start, closed.end

    def gap(self, end: int, start: int) -> Sequence[Token]:
        """The tokens behind the one that ends at an offset, up to the one that starts at another."""
        return self.tokens[self._at_end[end] + 1 : self._at_start[start]]


def negation(node: Expr) -> tuple[Expr, bool] | None:
    """What `!a`, `a==false`, `a!=true`, `a==true` and `a!=false` are about, and whether they turn it round.

    >>> from targetexpr import parse
    >>> negation(parse("currentCustomer.isLoyal==false"))
    (Dereference('isLoyal', Name('currentCustomer')), True)
    """
    match node:
        case Unary(operator="!"):
            return node.operand, True
        case Binary(operator="==" | "!=" as operator, left=left, right=right):
            for one, answer in ((left, right), (right, left)):
                if isinstance(answer, BooleanLiteral) and not isinstance(one, BooleanLiteral):
                    return one, answer.value is (operator != "==")
            return None
        case _:
            return None


def parts_of(document: Document) -> Part | None:
    """The conditions of a rule; None for a text that is none. The whole is a group, of one part where there is one.

    >>> whole = parts_of(Document("!(currentTxn.value>5||currentTxn.value<2)"))
    >>> whole.mode, whole.negated, [part.outer for part in whole.parts]
    ('any', True, [Span(start=2, end=20), Span(start=22, end=40)])
    """
    checked = document.analysis.checked
    if checked is None:
        return None
    places = Places(document.tokens)
    whole = _taken_apart(checked.expr, places)
    return whole if whole.is_group else _group_of_one(checked.expr, whole, places)


def _group_of_one(node: Expr, part: Part, places: Places) -> Part:
    outer = places.outer(node)
    return Part(node=node, whole=node, outer=outer, inner=outer, mode="all", parts=(part,))


def _taken_apart(tree: Expr, places: Places) -> Part:
    # Not recursive: a rule may be nested as deeply as the limits let it. Each node waits for its parts.
    done: list[Part] = []
    waiting: list[tuple[Expr, bool]] = [(tree, False)]
    while waiting:
        whole, ready = waiting.pop()
        node, negated = _without_negation(whole)
        inside = _inside(node)
        if inside and not ready:
            waiting.append((whole, True))
            waiting.extend((one, False) for one in reversed(inside))
            continue
        parts = tuple(done[len(done) - len(inside) :])
        del done[len(done) - len(inside) :]
        mode = None if not inside else MODE_OF[node.operator] if isinstance(node, Logical) else "all"
        inner = places.outer(node)
        outer = inner if node is whole else places.outer(whole)
        done.append(Part(node=node, whole=whole, outer=outer, inner=inner, negated=negated, mode=mode, parts=parts))
    return done[0]


def _inside(node: Expr) -> tuple[Expr, ...]:
    if isinstance(node, Logical):
        return node.terms
    return (node,) if negation(node) is not None else ()


def _without_negation(node: Expr) -> tuple[Expr, bool]:
    """A node without its negation, and whether it has one; a second one stays."""
    negated = False
    while (found := negation(node)) is not None and not (negated and found[1]):
        node = found[0]
        negated = negated or found[1]
    return node, negated
