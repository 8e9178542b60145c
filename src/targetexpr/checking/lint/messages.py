"""Every sentence that lint says, one function each; all are warnings."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.base.diagnostics import Diagnostic, Fix
from targetexpr.base.source import Span
from targetexpr.checking.messages import listed, quoted


def _warning(code: str, span: Span, message: str, hint: str | None = None, fix: Fix | None = None) -> Diagnostic:
    fixes = (fix,) if fix is not None else ()
    return Diagnostic(code=code, severity="warning", span=span, message=message, hint=hint, fixes=fixes)


def constant(span: Span, what: str, value: bool) -> Diagnostic:
    code, word = ("always-true", "true") if value else ("always-false", "false")
    return _warning(code, span, f"{what[0].upper()}{what[1:]} is always {word}; no data can change it.")


def same_sides(span: Span, value: bool) -> Diagnostic:
    code, word = ("always-true", "true") if value else ("always-false", "false")
    return _warning(code, span, f"Both sides are the same, so this is always {word} (or unknown, without data).")


def division_by_zero(span: Span, operator: str) -> Diagnostic:
    message = f"`{operator} 0` has no result, so nothing that is made of it ever holds."
    return _warning("zero-division", span, message, "Divide by something that is not zero.")


def no_time(span: Span, name: str) -> Diagnostic:
    message = f"This `{name}` begins when it ends: no time lies in the window, so it is always false."
    return _warning("always-false", span, message)


def contradiction(span: Span, subject: str, other: str) -> Diagnostic:
    message = f"This can never hold together with {other}: both are about {subject}."
    return _warning("contradiction", span, message, "Where either one is enough, write `||`.")


def covers_all(span: Span, subject: str, other: str) -> Diagnostic:
    message = f"Whatever {subject} is, this or {other} holds: together they are always true."
    return _warning("always-true", span, message, "Where both must hold, write `&&`.")


def implied(span: Span, other: str, operator: str, fix: Fix | None) -> Diagnostic:
    if operator == "&&":
        message = f"This adds nothing: it holds whenever {other} does."
    else:
        message = f"This adds nothing: {other} holds whenever it does."
    return _warning("implied", span, message, None, fix)


def duplicate(span: Span, operator: str, fix: Fix | None) -> Diagnostic:
    message = f"This stands in the `{operator}` list already."
    return _warning("duplicate-term", span, message, None, fix)


def double_negation(span: Span, fix: Fix | None) -> Diagnostic:
    return _warning("double-negation", span, "Two negations follow each other and cancel out.", None, fix)


def stray_argument(span: Span, name: str, fix: Fix | None) -> Diagnostic:
    hint = "To compare with a text, write `==`, or `.contains(...)`." if name == "exists" else None
    return _warning("stray-argument", span, f"`{name}` takes no argument; this one is ignored.", hint, fix)


def called_condition(span: Span, name: str, fix: Fix | None) -> Diagnostic:
    return _warning("spelling", span, f"`{name}` is an attribute; it is better written without `()`.", None, fix)


def compared_with_true(span: Span, fix: Fix | None) -> Diagnostic:
    return _warning("spelling", span, "A condition need not be compared with `true`.", None, fix)


def part_without_parentheses(span: Span, name: str, fix: Fix | None) -> Diagnostic:
    return _warning("spelling", span, f"`{name}` is a method; it is better written `{name}()`.", None, fix)


def other_spelling(span: Span, given: str, better: str, fix: Fix | None) -> Diagnostic:
    return _warning("spelling", span, f'"{given}" is also spelled "{better}", as the lists have it.', None, fix)


def plain_regex(span: Span, write: str, fix: Fix | None) -> Diagnostic:
    message = f"This pattern is a plain text; `{write}` says the same."
    return _warning("plain-regex", span, message, None, fix)


def useless_wildcard(span: Span, fix: Fix | None) -> Diagnostic:
    message = "A pattern is found anywhere in the text; `.*` at its end adds nothing."
    return _warning("useless-wildcard", span, message, "For the whole text, put `^` before and `$` after.", fix)


def matches_all(span: Span) -> Diagnostic:
    message = "This pattern is found in every text."
    return _warning("useless-wildcard", span, message, "To ask for any text at all, write `.exists()`.")


def partial_word(span: Span, word: str, others: Sequence[str], fix: Fix | None) -> Diagnostic:
    message = f"{quoted(word)} is also found inside {listed(others, 'and')}."
    return _warning("partial-word", span, message, "Anchor it for the whole text, or compare with `==`.", fix)


def value_outside(
    span: Span, what: str, value: str, values: Sequence[str], close: Sequence[str], fix: Fix | None
) -> Diagnostic:
    message = f"{what} is never {quoted(value)}."
    hint = f"Did you mean {listed(close)}?" if close else f"Its values are {listed(values, 'and')}."
    return _warning("unknown-value", span, message, hint, fix)
