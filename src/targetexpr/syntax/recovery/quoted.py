"""A whole rule in quotes, backticks or a code block, and quotes doubled as in CSV: the rule that stands inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.source import Span
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import Token
from targetexpr.syntax.messages import diagnostic, mistakes
from targetexpr.syntax.recovery.characters import RepairedText

_WRAPPERS = (
    *(("```", "```", "backticks"), ("~~~", "~~~", "code fences"), ("``", "``", "backticks"), ("`", "`", "backticks")),
    *(('"""', '"""', "quotes"), ("'''", "'''", "quotes"), ('""', '""', "quotes"), ("''", "''", "quotes")),
    *(('"', '"', "quotes"), ("'", "'", "quotes"), ("“", "”", "quotes"), ("”", "”", "quotes"), ("“", "“", "quotes")),
    *(("„", "“", "quotes"), ("„", "”", "quotes"), ("‘", "’", "quotes"), ("«", "»", "quotes"), ("»", "«", "quotes")),
)
"""What opens, what closes, and what a message calls them; the longer ones first."""

_INFO = re.compile(r"[\w+-]*[ \t]*(?:\r\n?|\n)")
_DOUBLED = re.compile(r'""')
_ESCAPED = re.compile(r'\\([\\"])')


class Unwrapped(NamedTuple):
    """A text without what stands round it, and the mistake that this is."""

    inside: RepairedText
    diagnostic: Diagnostic


def unwrapped(text: str) -> Iterator[Unwrapped]:
    """The texts that may be meant by one in quotes, the likeliest first. Whether one is a rule is for the caller."""
    start = len(text) - len(text.lstrip())
    end = start + len(text[start:].rstrip().rstrip(",;").rstrip())
    for opens, closes, what in _WRAPPERS:
        first, last = start + len(opens), end - len(closes)
        if first >= last or not text.startswith(opens, start) or not text.startswith(closes, last):
            continue
        info = _INFO.match(text, first) if opens in ("```", "~~~") else None
        if info is not None and info.end() < last:
            first, what = info.end(), "code fences"
        opening, closing = Edit(Span(0, first), ""), Edit(Span(last, len(text)), "")
        mistake = diagnostic("quoted-rule", Span(start, start + len(opens)), edits=(opening, closing), what=what)
        yield _without(text, mistake)
        for inner in (_ESCAPED, _DOUBLED) if opens == '"' else ():
            edits = tuple(Edit(Span(*found.span()), found.group()[1:]) for found in inner.finditer(text, first, last))
            if edits:
                edits = (opening, *edits, closing)
                yield _without(text, diagnostic("quoted-rule", mistake.span, edits=edits, what=what))
    if text.startswith(('"', "'", "“", "`"), start) and _begins_with_profile(text, start + 1):
        quote = Span(start, start + 1)
        yield _without(text, diagnostic("stray-quote", quote, edits=(Edit(quote, ""),)))
    doubled = [Edit(Span(*found.span()), '"') for found in _DOUBLED.finditer(text)]
    if doubled:
        yield _without(text, diagnostic("doubled-quote", doubled[0].span, edits=tuple(doubled)))


def _without(text: str, mistake: Diagnostic) -> Unwrapped:
    return Unwrapped(RepairedText(text, list(mistake.fixes[0].edits), [], unrepairable=False), mistake)


def _begins_with_profile(text: str, at: int) -> bool:
    """Whether a rule that begins there, with a profile, lacks the quote that would close it at its end."""
    return any(text.startswith(f"{name}.", at) for name in mistakes()["profiles"]["names"])


def is_condition(tokens: Sequence[Token]) -> bool:
    """Whether what tokens stand for is a condition rather than some string: it compares, or names a profile.

    >>> from targetexpr.syntax.lexer import tokenize
    >>> [is_condition(tokenize(text)) for text in ("a>5", "currentCustomer.isLoyal", "true", "T&&C", "www.example.com")]
    [True, True, True, False, False]
    """
    profiles = mistakes()["profiles"]["names"]
    kinds = [token.kind for token in tokens]
    if kinds == ["BOOLEAN", END]:
        return True
    named = any(
        token.kind == "NAME" and token.text in profiles and after == "DOT"
        for token, after in zip(tokens, kinds[1:], strict=False)
    )
    return named or "COMPARE" in kinds


def in_original(found: Diagnostic, inside: RepairedText) -> Diagnostic:
    """A diagnostic on the text inside, where that stands in the whole."""
    fixes = tuple(
        replace(fix, edits=tuple(Edit(inside.span(*edit.span), edit.text) for edit in fix.edits)) for fix in found.fixes
    )
    return replace(found, span=inside.span(*found.span), fixes=fixes)
