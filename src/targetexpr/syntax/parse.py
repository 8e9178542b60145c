"""A rule's text, read once: its tree, tokens and diagnostics, and what a broken text was meant to be.

`parse` and `diagnose` are what most callers want of a `ParseResult`: the tree, or what is wrong with the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.lazy import Lazy
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
from targetexpr.lang.nodes import Expr
from targetexpr.lang.walk import size
from targetexpr.syntax.lexer import Lexeme, Token, lexemes
from targetexpr.syntax.parser import MixedLogic, NotInLanguage, Parsed, parse_tokens


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParseResult:
    """What reading a text gave. Offsets and spans are those of the text, in code points.

    What most callers do not ask for (tokens, warnings, the repaired tree) is made when it is asked for.
    """

    text: str
    tree: Expr | None  # None for a broken text, and for one past a limit
    errors: tuple[Diagnostic, ...]  # in the order of the text; none where there is a tree
    mixed_logic: tuple[MixedLogic, ...]  # where `&&` and `||` stand side by side without parentheses
    _lexemes: Sequence[Lexeme] = field(repr=False)
    _warnings: Lazy[tuple[Diagnostic, ...]] | None = field(repr=False)
    _repaired: Lazy[Expr | None] | None = field(repr=False)

    @property
    def tokens(self) -> list[Token]:
        """The tokens, the end marked by one of kind END; none of a text past the limit on its length."""
        return [Token._make(lexeme) for lexeme in self._lexemes]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything there is to say about the syntax, in the order of the text: errors, or warnings on a rule."""
        return self._warnings.get() if self._warnings is not None else self.errors

    @property
    def repaired(self) -> Expr | None:
        """The tree that a broken text was meant to have, with spans in the broken text; None where nothing is known.

        It is that of the text with every repair made that is known for its errors. What such a repair writes has an
        empty span where it would be written.
        """
        return self._repaired.get() if self._repaired is not None else None


def parse_text(text: str, limits: Limits = DEFAULT_LIMITS) -> ParseResult:
    """A text, read. Never raises for a text, whatever it holds.

    >>> parse_text("currentTxn.value=500").repaired
    Binary('==', Dereference('value', Name('currentTxn')), NumberLiteral('500'))
    """
    tokens, parsed = _read(text, limits)
    if parsed is None or not _within(parsed, text, limits):
        errors, repaired = _recovered(text, tokens, parsed, limits)
        return ParseResult(
            text=text,
            tree=None,
            errors=errors,
            mixed_logic=(),
            _lexemes=tokens,
            _warnings=None,
            _repaired=repaired,
        )
    return ParseResult(
        text=text,
        tree=parsed.tree,
        errors=(),
        mixed_logic=tuple(parsed.mixed),
        _lexemes=tokens,
        _warnings=Lazy(lambda: _warnings(text, parsed.mixed, limits)),
        _repaired=None,
    )


def parse(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Expr:
    """The tree of a rule.

    Raises ExpressionError with every diagnostic when the text is no rule or is past a limit.

    >>> parse("currentTxn.value>500")
    Binary('>', Dereference('value', Name('currentTxn')), NumberLiteral('500'))
    """
    tokens, parsed = _read(text, limits)
    if parsed is not None and _within(parsed, text, limits):
        return parsed.tree
    raise ExpressionError(_recovered(text, tokens, parsed, limits)[0], text)


def diagnose(text: str, *, limits: Limits = DEFAULT_LIMITS) -> list[Diagnostic]:
    """Everything there is to say about a text, in the order of the text: errors, or warnings when it is a rule.

    Never raises, whatever the text. The diagnostics are about syntax alone; `check` knows names and types as well.

    >>> [d.code for d in diagnose("currentTxn.value=500")]
    ['single-equals']
    """
    return list(parse_text(text, limits).diagnostics)


def _read(text: str, limits: Limits) -> tuple[Sequence[Lexeme], Parsed | None]:
    """The tokens, and the tree where they are a rule; a text that is too long has neither."""
    if not isinstance(text, str):
        raise TypeError(f"a rule is a str, not {type(text).__name__}")
    if len(text) > limits.text:
        return (), None
    tokens = lexemes(text)
    try:
        return tokens, parse_tokens(tokens)
    except NotInLanguage:
        return tokens, None


def _recovered(
    text: str, tokens: Sequence[Lexeme], parsed: Parsed | None, limits: Limits
) -> tuple[tuple[Diagnostic, ...], Lazy[Expr | None] | None]:
    """What is wrong with a text that is no rule or past a limit, and the tree that it was meant to have."""
    from targetexpr.syntax.recovery import diagnose as recovery

    if not tokens:
        return (recovery.too_long(limits, len(text)),), None
    if parsed is not None:
        return tuple(recovery.past_limits(text, parsed, limits)), None
    found, meant = recovery.errors(text, [Token._make(lexeme) for lexeme in tokens], limits)
    return tuple(found), None if meant is None else Lazy(lambda: _tree_of(meant, limits))


def _within(parsed: Parsed, text: str, limits: Limits) -> bool:
    """Whether a tree is within the limits; the text's length says already that most have few enough nodes."""
    return parsed.depth <= limits.nesting and (len(text) <= limits.nodes or size(parsed.tree) <= limits.nodes)


def _tree_of(tokens: Sequence[Token], limits: Limits) -> Expr | None:
    try:
        parsed = parse_tokens(tokens)
    except NotInLanguage:  # a string that holds half a character
        return None
    return parsed.tree if parsed.depth <= limits.nesting and size(parsed.tree) <= limits.nodes else None


def _warnings(text: str, mixed: Sequence[MixedLogic], limits: Limits) -> tuple[Diagnostic, ...]:
    from targetexpr.syntax.recovery.heuristics import may_be_suspicious

    if not mixed and not may_be_suspicious(text):  # most rules: nothing of what repairs broken ones is loaded
        return ()
    from targetexpr.syntax.recovery.diagnose import warnings

    return tuple(warnings(text, mixed, limits))
