"""The grammar run over tokens of a repaired text, where it fails, and what stands round that token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.source import Span
from targetexpr.syntax.automaton import tables
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import ENDS_COMPARISON, Token, tokenize
from targetexpr.syntax.recovery.characters import RepairedText
from targetexpr.syntax.recovery.parentheses import is_call, unclosed


class ParseFailure(NamedTuple):
    """Where the grammar does not go on: the token, what could stand there, and what is on the stack."""

    token_index: int
    state: int
    expected: frozenset[str]
    starts: tuple[int, ...]  # for each symbol on the stack, its first token

    @property
    def wants_operand(self) -> bool:
        """Whether a value is missing here, rather than something that joins two."""
        return "NUMBER" in self.expected

    @property
    def complete(self) -> bool:
        """Whether what stands before is whole, so that an operator could follow."""
        return not self.wants_operand and self.expected != {"NAME"}


class IncrementalParse:
    """Follows the grammar over texts that are repaired bit by bit: each run begins where its tokens are new."""

    def __init__(self) -> None:
        self._tokens: list[Token] = []
        # Where a run can begin: the token, and the stack as it is before it.
        self._starts: list[tuple[int, tuple[int, ...], tuple[int, ...]]] = [(0, (tables().start,), (0,))]

    def run(self, tokens: list[Token]) -> ParseFailure | None:
        """Follow the grammar; None when the tokens are a rule."""
        same = next(
            (at for at, (old, new) in enumerate(zip(self._tokens, tokens, strict=False)) if old is not new),
            min(len(self._tokens), len(tokens)),
        )
        while self._starts[-1][0] > same:
            self._starts.pop()
        self._tokens = tokens
        first, states, starts = self._starts[-1]
        return self._follow(tokens, first, list(states), list(starts))

    def _follow(self, tokens: list[Token], first: int, states: list[int], starts: list[int]) -> ParseFailure | None:
        table = tables()
        step = max(_FEWEST, len(tokens) // _MOST_STARTS)
        after = first + step
        for index in range(first, len(tokens)):
            token = tokens[index]
            if index == after:
                self._starts.append((index, tuple(states), tuple(starts)))
                after += step
            while True:
                action = table.actions[states[-1]].get(token.kind)
                if action is None:
                    return ParseFailure(index, states[-1], frozenset(table.actions[states[-1]]), tuple(starts[1:]))
                if action >= 0:
                    states.append(action)
                    starts.append(index)
                    break
                left, length, _ = table.rules[~action]
                begins = starts[-length]
                del states[-length:], starts[-length:]
                states.append(table.gotos[left][states[-1]])
                starts.append(begins)
                if token.kind == END and states[-1] == table.accept:
                    return None
        raise AssertionError("the end of the text is a token of its own")


_FEWEST = 256  # tokens between two points where a run can begin
_MOST_STARTS = 32  # such points of one text: each holds a copy of the stack


def run(tokens: list[Token]) -> ParseFailure | None:
    """Follow the grammar over one text; None when the tokens are a rule."""
    return IncrementalParse().run(tokens)


@dataclass(frozen=True, slots=True)
class Repair:
    """A mistake that is understood: its diagnostic, and the tokens as they were meant (None: no telling)."""

    diagnostic: Diagnostic
    tokens: list[Token] | None


class RecoveryContext:
    """Where the grammar does not go on, and what stands round it, for the functions that know one mistake each."""

    def __init__(self, tokens: list[Token], failure: ParseFailure, repaired: RepairedText) -> None:
        self.tokens = tokens
        self.failure = failure
        self.index = failure.token_index
        self.repaired = repaired
        # An edit would stand in the middle of what another one writes: it has to wait until that one is made.
        self.overlaps_repair = False
        self.token = tokens[failure.token_index]
        self.before = tokens[failure.token_index - 1] if failure.token_index else None
        self.open = unclosed(tokens[: failure.token_index])

    def span(self, first: Token, last: Token | None = None) -> Span:
        return self.repaired.span(first.start, (last or first).end)

    def written(self, token: Token) -> str:
        """A token as its author wrote it, mistakes included."""
        span = self.span(token)
        return self.repaired.original[span.start : span.end]

    def replace(self, at: int, count: int, *new: Token) -> list[Token]:
        return [*self.tokens[:at], *new, *self.tokens[at + count :]]

    def overlaps(self, *offsets: int) -> None:
        """Note that an edit begins or ends at these offsets of the repaired text."""
        self.overlaps_repair = self.overlaps_repair or any(self.repaired.inside(offset) for offset in offsets)

    def edit(self, first: Token, last: Token, text: str) -> Edit:
        """Write `text` instead of some tokens."""
        self.overlaps(first.start, last.end)
        return Edit(self.span(first, last), text)

    def insertion(self, after: Token, text: str) -> Edit:
        """Write `text` behind a token."""
        self.overlaps(after.end)
        at = self.repaired.end(after.end)
        return Edit(Span(at, at), text)

    def before_token(self, token: Token, text: str) -> Edit:
        """Write `text` before a token."""
        self.overlaps(token.start)
        at = self.repaired.start(token.start)
        return Edit(Span(at, at), text)

    @property
    def in_call(self) -> bool:
        return bool(self.open) and is_call(self.tokens, self.open[-1])


def operator_kind(symbol: str) -> str:
    return next(token.kind for token in tokenize(symbol))


def cut(context: RecoveryContext, first: int, end: int) -> str:
    """The repaired text of some tokens, spaces between them kept to one at most."""
    parts: list[str] = []
    for before, token in zip([None, *context.tokens[first:end]], context.tokens[first:end], strict=False):
        if before is not None and before.end < token.start:
            parts.append(" ")
        parts.append(token.text)
    return "".join(parts)


def end_of_operand(tokens: list[Token], at: int) -> int:
    """The first token behind an operand of a comparison."""
    depth = 0
    while True:
        kind = tokens[at].kind
        if kind == END or (depth == 0 and kind in ENDS_COMPARISON):
            return at
        depth += {"LPAR": 1, "RPAR": -1}.get(kind, 0)
        at += 1


def short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
