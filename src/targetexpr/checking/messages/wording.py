"""Words and fixes that many messages share: kinds of values, lists of names, suggestions."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.base.diagnostics import Applicability, Edit, Fix, Tag
from targetexpr.base.kinds import PHRASES
from targetexpr.base.source import Span
from targetexpr.lang.types import Kind

KINDS: dict[Kind, str] = {
    "boolean": PHRASES["boolean"],
    "number": PHRASES["number"],
    "string": PHRASES["string"],
    "date": PHRASES["date"],
    "object": "a profile",
    "function": "a method",
}
"""How a sentence names a value of a kind."""

PLURALS: dict[Kind, str] = {
    "boolean": "booleans",
    "number": "numbers",
    "string": "strings",
    "date": "dates",
    "object": "profiles",
    "function": "methods",
}

PREFIX: frozenset[Tag] = frozenset(("prefix",))
NAME_PREFIX: frozenset[Tag] = frozenset(("name-prefix",))


def kinds(many: Sequence[Kind]) -> str:
    """Values of several kinds: `strings and dates`."""
    return " and ".join(PLURALS[kind] for kind in many) if len(many) < 3 else "values"


def listed(names: Sequence[str], last: str = "or") -> str:
    """`a`, `b` or `c`; a long list is cut."""
    shown = [f"`{name}`" for name in names[:8]]
    if len(names) > len(shown):
        return f"{', '.join(shown)} and {len(names) - len(shown)} more"
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}" if len(shown) > 1 else "".join(shown)


def quoted(text: str) -> str:
    """A string as a sentence shows it: in quotes, cut when long."""
    return f'"{text}"' if len(text) <= 40 else f'"{text[:37]}..."'


def did_you_mean(suggestions: Sequence[str], otherwise: str | None = None) -> str | None:
    """The hint that names what comes close; `otherwise` when nothing does."""
    return f"Did you mean {listed(suggestions)}?" if suggestions else otherwise


def renames(span: Span, names: Sequence[str], *, sure: bool) -> tuple[Fix, ...]:
    """A fix for each name that may be meant: safe when there is one and it is `sure`, else for the author to choose."""
    return _replacements(span, [(f"Write `{name}`", name) for name in names], sure)


def revalues(span: Span, values: Sequence[str], *, sure: bool) -> tuple[Fix, ...]:
    """The same for a string literal."""
    return _replacements(span, [(f'Write "{value}"', f'"{value}"') for value in values], sure)


def _replacements(span: Span, texts: Sequence[tuple[str, str]], sure: bool) -> tuple[Fix, ...]:
    if span.start < 0:
        return ()
    applicability: Applicability = "safe" if sure and len(texts) == 1 else "choice"
    return tuple(Fix(title, (Edit(span, text),), applicability) for title, text in texts)


def negations(span: Span, name_span: Span, name: str, shown: str) -> tuple[Fix, ...]:
    """The fix that writes the opposite of a name: `!` before the whole, which `span` covers, and the name in it."""
    if span.start < 0:
        return ()
    edits = (Edit(Span(span.start, span.start), "!"), Edit(name_span, name))
    return (Fix(f"Write `{shown}`", edits, "choice"),)
