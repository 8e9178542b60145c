"""Messages about arguments: how many, of which type, and literals that cannot be meant."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.messages import Message
from targetexpr.base.source import Span
from targetexpr.checking.messages.wording import KINDS, did_you_mean, listed, quoted, revalues
from targetexpr.checking.names import close_names, is_sure_value
from targetexpr.checking.regexes import HINTS, MOST_CHARACTERS, REASONS, PatternError
from targetexpr.lang.types import Kind

# ---- number and type -----------------------------------------------------------------------------------------------

ARGUMENT_COUNT = Message(code="argument-count", text="`{function}` expects {expected}; {given}.")
ARGUMENT_TYPE = Message(
    code="argument-type", text="`{parameter}` of `{function}` must be {expected}; {what} is {kind}."
)
ARGUMENT_IN_QUOTES = Message(code="argument-type", text=ARGUMENT_TYPE.text, fix="Remove the quotes")
ARGUMENT_WITHOUT_QUOTES = Message(code="argument-type", text=ARGUMENT_TYPE.text, fix="Add quotes")
LITERAL_NEEDED = Message(
    code="literal-needed",
    text="`{parameter}` of `{function}` must be a string in quotes; it is checked before the rule runs.",
)

_DATE_HINT = (
    "Only `daysDiffFromString` takes a date in quotes; elsewhere, write year, month and day, or a date attribute."
)


def argument_count(span: Span, name: str, signatures: Sequence[str], counts: Sequence[int], given: int) -> Diagnostic:
    """`counts`: how many arguments can be given, ascending."""
    noun = "argument" if counts[-1] == 1 else "arguments"
    number = " or ".join(str(count) for count in counts) if counts[-1] else "no"
    return ARGUMENT_COUNT.at(
        span,
        hint=f"Write {' or '.join(f'`{name}{signature}`' for signature in signatures)}.",
        function=name,
        expected=f"{number} {noun}",
        given=f"{given or 'none'} {'is' if given in (0, 1) else 'are'} given",
    )


def argument_type(
    span: Span, function: str, parameter: str, expected: Kind, what: str, kind: Kind, write: str | None
) -> Diagnostic:
    """`write`: the literal with its quotes put on or off, when that makes it right."""
    message, edits, hint = ARGUMENT_TYPE, [], None
    if write is not None:
        message = ARGUMENT_WITHOUT_QUOTES if write.startswith('"') else ARGUMENT_IN_QUOTES
        edits = [Edit(span, write)]
    elif (expected, kind) == ("date", "string"):
        hint = _DATE_HINT
    return message.at(
        span,
        hint=hint,
        edits=edits,
        function=function,
        parameter=parameter,
        expected=KINDS[expected],
        what=what,
        kind=KINDS[kind],
    )


# ---- documented and declared values --------------------------------------------------------------------------------

UNKNOWN_VALUE = Message(
    code="unknown-value", text="{value} is not a documented value of `{parameter}`.", severity="warning"
)
INVALID_VALUE = Message(code="unknown-value", text=UNKNOWN_VALUE.text)
UNDECLARED_NAME = Message(
    code="undeclared-name",
    text="The {what} {name} is not declared.",
    hint="A schema file can declare it.",
    severity="warning",
)


def unknown_value(
    span: Span, parameter: str, value: str, values: Sequence[str], closed: bool, *, near: bool
) -> Diagnostic:
    """A literal outside the documented values; an error where nothing else can work (`closed`).

    What it comes close to is looked for when `near`.
    """
    suggestions = close_names(value, values) if near else []
    message = INVALID_VALUE if closed else UNKNOWN_VALUE
    return message.at(
        span,
        hint=did_you_mean(suggestions, f"Expected {'one of ' if len(values) > 1 else ''}{listed(values)}."),
        fixes=revalues(span, suggestions, sure=bool(suggestions) and is_sure_value(value, suggestions, values)),
        value=quoted(value),
        parameter=parameter,
    )


def undeclared_name(span: Span, what: str, name: str, declared: Collection[str], *, near: bool) -> Diagnostic:
    """An inventory attribute, custom field or cluster that the schema does not have while it has others."""
    suggestions = close_names(name, declared) if near else []
    sure = bool(suggestions) and is_sure_value(name, suggestions, declared)
    hint, fixes = did_you_mean(suggestions), revalues(span, suggestions, sure=sure)
    return UNDECLARED_NAME.at(span, hint=hint, fixes=fixes, what=what, name=quoted(name))


# ---- literals ------------------------------------------------------------------------------------------------------

OUT_OF_RANGE = Message(
    code="out-of-range", text="`{parameter}` of `{function}` must be from {least} to {most}; {given} is given."
)
TOO_SMALL = Message(
    code="out-of-range", text="`{parameter}` of `{function}` must be {least} or more; {given} is given."
)
NOT_AN_INTEGER = Message(
    code="out-of-range", text="`{parameter}` of `{function}` must be an integer; {given} is given."
)
NO_SUCH_DAY = Message(code="out-of-range", text="There is no day {day} in month {month} of {year}; it has {days} days.")
AFTER_MIDNIGHT = Message(
    code="out-of-range",
    text="`{function}` must end at 24:00 or earlier.",
    hint="A window may cross midnight, as in 22 to 2.",
)
BAD_NUMBER = Message(
    code="bad-number",
    text="`{parameter}` of `{function}` must be a number in quotes; {given} is not a number.",
    hint='Write its digits, as in "3" or "12.5".',
)
BAD_DATE = Message(
    code="bad-date",
    text="`{function}` expects a date in quotes; {given} is not a date.",
    hint='Write year, month and day, as in "2025-01-31".',
)
BAD_BOUNDS = Message(
    code="bad-bounds",
    text="{given} is not a list of bounds.",
    hint='Write numbers separated by commas, without spaces, as in "100,400,600".',
    fix='Write "{write}"',
)
BOUNDS_NOT_ASCENDING = Message(
    code="bad-bounds", text="The bounds of `interval` must increase; {higher} is not above {lower}."
)
BAD_REGEX = Message(code="bad-regex", text="Invalid regular expression: {reason}.")
REGEX_TOO_LARGE = Message(
    code="regex-too-large",
    text="The regular expression is too large to run.",
    hint=f"Use at most {MOST_CHARACTERS:,} characters, fewer classes such as `\\pL` and lower counts, "
    "or several `matches`.",
)


def bad_bounds(span: Span, given: str, write: str | None) -> Diagnostic:
    """`write`: the bounds without what is wrong with them, where that is enough."""
    edits = [Edit(span, f'"{write}"')] if write is not None else []
    return BAD_BOUNDS.at(span, edits=edits, given=quoted(given), write=write)


def bad_regex(span: Span, error: PatternError, pattern: str) -> Diagnostic:
    """A pattern that is no regular expression, or too large a one; `span` covers the part to blame."""
    if error.reason == "too-large":
        return REGEX_TOO_LARGE.at(span)
    reason = REASONS[error.reason].format(part=pattern[error.start : error.end])
    return BAD_REGEX.at(span, hint=HINTS.get(error.reason), reason=reason)
