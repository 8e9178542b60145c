"""Every sentence the checker says, one function each: what is wrong, what to do, and the repair where there is one.

A test holds a table of texts with the exact diagnostics for them, and fails while a line here is not reached by it.
"""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.base.diagnostics import Diagnostic, Edit, Fix, Severity, Tag
from targetexpr.base.source import Span
from targetexpr.checking.regexes import Reason
from targetexpr.lang.types import Kind

KINDS: dict[Kind, str] = {
    "boolean": "true or false",
    "number": "a number",
    "string": "a text",
    "date": "a date",
    "object": "a profile",
    "function": "a method",
}
"""How a sentence names a value of a kind."""


LISTED_UNDER: dict[Kind, str] = {"boolean": "condition", "number": "number", "string": "text", "date": "date"}
"""What `targetexpr schema` lists the methods of a kind under."""


def listed(names: Sequence[str], last: str = "or") -> str:
    """`a`, `b` or `c`; a long list is cut."""
    shown = [f"`{name}`" for name in names[:8]]
    if len(names) > len(shown):
        return f"{', '.join(shown)} and {len(names) - len(shown)} more"
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}" if len(shown) > 1 else "".join(shown)


def quoted(text: str) -> str:
    """A text as a sentence shows it: in quotes, cut when long."""
    return f'"{text}"' if len(text) <= 40 else f'"{text[:37]}..."'


def _fix(title: str, *edits: tuple[Span, str]) -> Fix | None:
    """A repair, unless there is no text to repair (trees from JSON have no spans)."""
    if any(span.start < 0 for span, _ in edits):
        return None
    return Fix(title, tuple(Edit(span, text) for span, text in edits))


def _found(
    code: str,
    span: Span,
    message: str,
    hint: str | None = None,
    fix: Fix | None = None,
    severity: Severity = "error",
) -> Diagnostic:
    fixes = (fix,) if fix is not None else ()
    tags = _TAGS.get(code, frozenset())
    return Diagnostic(code=code, severity=severity, span=span, message=message, hint=hint, fixes=fixes, tags=tags)


_NAME: frozenset[Tag] = frozenset(("name-prefix",))
_TERM: frozenset[Tag] = frozenset(("prefix",))
_TAGS = {
    **dict.fromkeys(("unknown-name", "unknown-profile", "unknown-attribute", "unknown-method", "profile-alone"), _NAME),
    **dict.fromkeys(("method-not-called", "not-a-condition"), _TERM),
}
"""What may be half typed: a name, a call before its parenthesis, a value before it is compared."""


def _did_you_mean(suggestions: Sequence[str], otherwise: str | None = None) -> str | None:
    return f"Did you mean {listed(suggestions)}?" if suggestions else otherwise


def _rename(span: Span, suggestions: Sequence[str]) -> Fix | None:
    """Writing the suggestion, when there is just one."""
    return _fix(f"Write `{suggestions[0]}`", (span, suggestions[0])) if len(suggestions) == 1 else None


# ---- names ---------------------------------------------------------------------------------------------------------


def unknown_profile(span: Span, name: str, suggestions: Sequence[str]) -> Diagnostic:
    hint = _did_you_mean(suggestions, "`targetexpr schema` lists the profiles; a schema file can add one.")
    return _found("unknown-profile", span, f"There is no profile `{name}`.", hint, _rename(span, suggestions))


def unknown_attribute(
    span: Span,
    profile: str,
    name: str,
    suggestions: Sequence[str],
    elsewhere: Sequence[str],
    *,
    bare: bool,
    any_event: bool,
) -> Diagnostic:
    """`elsewhere`: the profiles that have it; `bare`: nothing at all is declared for the profile; `any_event`: it is
    the event's profile, and no event is given."""
    if any_event and not elsewhere:
        hint = "Attributes of a behavioural event are known when the event is given and declared in a schema file."
    elif bare:
        hint = f"No attribute of `{profile}` is documented; declare it in a schema file."
    elif elsewhere:
        hint = f"{listed(elsewhere, 'and')} {'has' if len(elsewhere) == 1 else 'have'} it."
    else:
        hint = f"`targetexpr schema {profile}` lists what there is; a schema file can add to it."
    hint = _did_you_mean(suggestions, hint) or hint
    message = f"`{profile}` has no attribute `{name}`."
    return _found("unknown-attribute", span, message, hint, _rename(span, suggestions))


def unknown_method(
    span: Span, profile: str, name: str, suggestions: Sequence[str], elsewhere: Sequence[str]
) -> Diagnostic:
    if elsewhere:
        hint = f"{listed(elsewhere, 'and')} {'has' if len(elsewhere) == 1 else 'have'} it."
    else:
        hint = f"`targetexpr schema {profile}` lists what there is; a schema file can add to it."
    hint = _did_you_mean(suggestions, hint) or hint
    return _found("unknown-method", span, f"`{profile}` has no method `{name}`.", hint, _rename(span, suggestions))


def value_method_on_profile(span: Span, profile: str, name: str, kinds: Sequence[Kind]) -> Diagnostic:
    """A method of values, called on a profile."""
    whose = " and ".join(_PLURALS[kind] for kind in kinds) if len(kinds) < 3 else "values of every kind"
    hint = f"It is for {whose}; call it on an attribute."
    return _found("unknown-method", span, f"`{profile}` has no method `{name}`.", hint)


def unknown_value_method(
    span: Span, what: str, kind: Kind, name: str, suggestions: Sequence[str], elsewhere: Sequence[Kind]
) -> Diagnostic:
    """A method that values of the kind do not have; `elsewhere` are the kinds that do."""
    hint = f"`targetexpr schema {LISTED_UNDER[kind]}` lists their methods."
    if elsewhere:
        hint = f"`{name}` is for {' and '.join(_PLURALS[other] for other in elsewhere)}."
    hint = HABITS.get((kind, name.lower())) or _did_you_mean(suggestions, hint) or hint
    message = f"{what} is {KINDS[kind]}, and {_PLURALS[kind]} have no method `{name}`."
    return _found("unknown-method", span, message, hint, _rename(span, suggestions))


_PLURALS: dict[Kind, str] = {
    "boolean": "conditions",
    "number": "numbers",
    "string": "texts",
    "date": "dates",
    "object": "profiles",
    "function": "methods",
}


HABITS: dict[tuple[Kind, str], str] = {
    ("string", "equals"): "Texts are compared with `==`.",
    ("string", "equalsignorecase"): 'Whatever the letter case: `.matches("(?i)^...$")`.',
    ("string", "tolowercase"): 'Whatever the letter case: `.matches("(?i)...")`.',
    ("string", "touppercase"): 'Whatever the letter case: `.matches("(?i)...")`.',
    ("string", "startswith"): 'To look at the start: `.matches("^...")`.',
    ("string", "endswith"): 'To look at the end: `.matches("...$")`.',
    ("string", "includes"): "To look for a part: `.contains(...)`.",
    ("string", "length"): 'To look at the length: `.matches("^.{2,5}$")`.',
    ("number", "equals"): "Numbers are compared with `==`.",
    ("date", "hour"): "For the time of day there are `.isHourBetween(from,to)` and `.isTimeBetween(h,m,h,m)`.",
    ("date", "after"): "For a moment there is `.isAfter(year, month, day)`.",
    ("date", "before"): "For a moment there is `.isBefore(year, month, day)`.",
    ("date", "isbetween"): "For a span of time, join `.isAfter(...)` and `.isBefore(...)` with `&&`.",
}
"""Methods that other languages have, and what to write here; names in lower case."""


def no_attributes(span: Span, what: str, kind: Kind, name: str, suggestions: Sequence[str]) -> Diagnostic:
    """Something after the dot of a value that is no method of it either."""
    calls = [f"{suggestion}()" for suggestion in suggestions]
    message = f"{what} is {KINDS[kind]}; it has no attribute `{name}`."
    hint = _did_you_mean(calls, f"`targetexpr schema {LISTED_UNDER[kind]}` lists its methods.")
    return _found("unknown-attribute", span, message, hint, _rename(span, calls))


def unknown_function(span: Span, name: str, suggestions: Sequence[str], kinds: Sequence[Kind]) -> Diagnostic:
    """`suggestions`: what to write instead of the name; `kinds`: values whose method it is."""
    hint = _did_you_mean(suggestions)
    if kinds:
        hint = f"`{name}` is a method of {' and '.join(_PLURALS[kind] for kind in kinds)}; it follows a dot."
    message = f"There is no function `{name}`; methods are called on a profile or a value."
    return _found("unknown-function", span, message, hint, _rename(span, suggestions))


def unknown_name(span: Span, name: str, suggestions: Sequence[str], as_text: bool) -> Diagnostic:
    """A bare name that is no profile, standing where a value is needed."""
    if name.lower() in ("null", "none", "nil"):
        message = f"There is no `{name}` to compare with; a missing value is asked for."
        return _found("unknown-name", span, message, "Write `.isNull()` or `.isNotNull()` after the attribute.")
    hint = _did_you_mean(suggestions)
    fix = _rename(span, suggestions)
    if hint is None and as_text:
        hint, fix = "A text is written in double quotes.", _fix("Put it in quotes", (span, f'"{name}"'))
    message = f"`{name}` is not known: a value is a literal, or an attribute or method of a profile."
    return _found("unknown-name", span, message, hint, fix)


def missing_dot(span: Span, name: str, profile: str, member: str) -> Diagnostic:
    message = f"`{name}` lacks the dot between the profile `{profile}` and `{member}`."
    return _found("missing-dot", span, message, None, _rename(span, [f"{profile}.{member}"]))


def profile_alone(span: Span, name: str) -> Diagnostic:
    message = f"`{name}` is a profile, and a profile alone is no value."
    return _found("profile-alone", span, message, f"Say which attribute: `{name}.` and its name.")


def method_not_called(span: Span, name: str, signature: str) -> Diagnostic:
    """A method without its parentheses."""
    if signature == "()":
        end = Span(span.end, span.end)
        fix = _fix(f"Write `{name}()`", (end, "()"))
        return _found("method-not-called", span, f"`{name}` is a method; it is called: `{name}()`.", None, fix)
    return _found("method-not-called", span, f"`{name}` is a method; it needs arguments: `{name}{signature}`.")


def attribute_called(span: Span, name: str, kind: Kind, arguments: Span | None, text: str | None) -> Diagnostic:
    """An attribute with parentheses; `arguments` covers the parentheses, `text` is a lone text argument."""
    hint = "Only attributes that are true or false may be followed by empty parentheses."
    fix = None
    if arguments is not None and text is not None and kind == "string":
        hint = "To compare it, write `==`."
        fix = _fix("Compare with `==`", (arguments, f'=="{text}"'))
    elif arguments is not None and text is None:
        fix = _fix("Take the parentheses out", (arguments, ""))
    return _found("attribute-called", span, f"`{name}` is an attribute ({KINDS[kind]}), not a method.", hint, fix)


# ---- events --------------------------------------------------------------------------------------------------------


def unknown_event(span: Span, name: str, suggestions: Sequence[str]) -> Diagnostic:
    hint = _did_you_mean(suggestions, "A schema file can declare an event.")
    return _found("unknown-event", span, f"There is no event `{name}`.", hint)


def undeclared_event(span: Span, name: str) -> Diagnostic:
    message = f"No event `{name}` is declared; it is taken for a behavioural event whose attributes are not known."
    hint = "Declare it in a schema file to have its attributes checked."
    return _found("undeclared-event", span, message, hint, severity="warning")


def profile_not_offered(span: Span, profile: str, event: str, offering: Sequence[str]) -> Diagnostic:
    hint = f"It is there in {listed(offering, 'and')}." if offering else "No event offers it."
    return _found("profile-not-offered", span, f"The event `{event}` does not offer `{profile}`.", hint)


def not_in_event(span: Span, profile: str, name: str, event: str, having: Sequence[str]) -> Diagnostic:
    message = f"`{profile}` has no `{name}` in the event `{event}`."
    return _found("not-in-event", span, message, f"It has it in {listed(having, 'and')} only.")


# ---- kinds ---------------------------------------------------------------------------------------------------------


def not_a_condition(span: Span, what: str, kind: Kind, operator: str) -> Diagnostic:
    """An operand of `&&`, `||`, `!`, or the condition of `?:`, that is not true or false."""
    message = f"`{operator}` needs conditions; {what} is {KINDS[kind]}."
    return _found("not-a-condition", span, message, _TO_CONDITION.get(kind))


_TO_CONDITION: dict[Kind, str] = {
    "number": "Compare it, as in `> 0`.",
    "string": 'Compare it, as in `== "..."`, or ask with `.exists()`.',
    "date": "Ask something about it, as in `.isAfter(2025,1,1)`.",
}


def result_not_boolean(span: Span, what: str, kind: Kind) -> Diagnostic:
    message = f"A rule must come out true or false; {what} is {KINDS[kind]}."
    return _found("result-type", span, message, _TO_CONDITION.get(kind))


def result_kind(span: Span, what: str, kind: Kind, expected: Kind) -> Diagnostic:
    return _found("result-type", span, f"{KINDS[expected].capitalize()} is wanted; {what} is {KINDS[kind]}.")


def not_a_number(span: Span, what: str, kind: Kind, operator: str) -> Diagnostic:
    message = f"`{operator}` computes with numbers; {what} is {KINDS[kind]}."
    return _found("not-a-number", span, message, _arithmetic_hint(kind, operator))


def no_numbers(span: Span, what: str, kind: Kind, other: str, operator: str) -> Diagnostic:
    """Neither operand is a number."""
    message = f"`{operator}` computes with numbers; {what} and {other} are none."
    return _found("not-a-number", span, message, _arithmetic_hint(kind, operator))


def _arithmetic_hint(kind: Kind, operator: str) -> str | None:
    if kind == "date" and operator == "-":
        return "The days between two dates are `.dateDiff(...)`."
    return None


def number_in_quotes(span: Span, what: str, operator: str, number: str) -> Diagnostic:
    """A text literal that is a number, where a number is needed."""
    message = f"`{operator}` computes with numbers; {what} is a text."
    return _found("not-a-number", span, message, None, _fix("Take the quotes out", (span, number)))


def no_order(span: Span, what: str, kind: Kind, operator: str) -> Diagnostic:
    message = f"`{operator}` puts numbers and dates in order; {what} is {KINDS[kind]}."
    hint = "Texts and conditions can be compared with `==` and `!=` only."
    return _found("no-order", span, message, hint)


def incomparable(span: Span, left: str, left_kind: Kind, right: str, right_kind: Kind) -> Diagnostic:
    message = f"{left} is {KINDS[left_kind]}, {right} is {KINDS[right_kind]}: they cannot be compared."
    hint = None
    if {left_kind, right_kind} == {"date", "string"}:
        hint = "Compare dates with `.isAfter(Y,M,D)`, `.isBefore(Y,M,D)` or `.dateDiff(Y,M,D)==0`."
    elif {left_kind, right_kind} == {"boolean", "number"}:
        hint = "A condition is compared with `true` or `false`."
    return _found("incomparable", span, message, hint)


def literal_of_other_kind(span: Span, other: str, other_kind: Kind, kind: Kind, write: str) -> Diagnostic:
    """A literal that is of the right kind once its quotes are taken out or put round it."""
    message = f"{other} is {KINDS[other_kind]}; here it is compared with {KINDS[kind]}."
    title = "Put it in quotes" if write.startswith('"') else "Take the quotes out"
    return _found("incomparable", span, message, None, _fix(title, (span, write)))


def branches_differ(span: Span, then: Kind, otherwise: Kind) -> Diagnostic:
    message = f"The two results of `?:` must be of one kind; here one is {KINDS[then]}, the other {KINDS[otherwise]}."
    return _found("branches-differ", span, message)


# ---- arguments -----------------------------------------------------------------------------------------------------


def argument_count(span: Span, name: str, signatures: Sequence[str], counts: Sequence[int], given: int) -> Diagnostic:
    """`counts`: how many arguments can be given, ascending."""
    wanted = " or ".join(str(count) for count in counts) if counts[-1] else "no"
    noun = "argument" if counts[-1] == 1 else "arguments"
    message = f"`{name}` takes {wanted} {noun}; {given or 'none'} {'is' if given in (0, 1) else 'are'} given."
    return _found("argument-count", span, message, f"Write {' or '.join(f'`{name}{s}`' for s in signatures)}.")


def argument_kind(
    span: Span, function: str, parameter: str, wanted: Kind, what: str, kind: Kind, write: str | None
) -> Diagnostic:
    """`write`: the literal with its quotes put on or off, when that makes it right."""
    message = f"`{parameter}` of `{function}` is {KINDS[wanted]}; {what} is {KINDS[kind]}."
    if write is not None:
        title = "Put it in quotes" if write.startswith('"') else "Take the quotes out"
        return _found("argument-type", span, message, None, _fix(title, (span, write)))
    hint = None
    if wanted == "date" and kind == "string":
        hint = "A date in quotes is for `daysDiffFromString`; elsewhere give year, month, day, or a date attribute."
    return _found("argument-type", span, message, hint)


def unknown_value(
    span: Span, parameter: str, value: str, suggestions: Sequence[str], values: Sequence[str], closed: bool
) -> Diagnostic:
    """A literal outside the documented values; an error where nothing else can work."""
    message = f"{quoted(value)} is none of the documented values of `{parameter}`."
    fix = None
    if len(suggestions) == 1 and span.start >= 0:
        fix = _fix(f'Write "{suggestions[0]}"', (span, f'"{suggestions[0]}"'))
    hint = _did_you_mean(suggestions, f"There {'is' if len(values) == 1 else 'are'} {listed(values, 'and')}.")
    return _found("unknown-value", span, message, hint, fix, "error" if closed else "warning")


def undeclared_name(span: Span, what: str, name: str, suggestions: Sequence[str]) -> Diagnostic:
    """An inventory attribute, custom field or cluster that the schema does not have while it has others."""
    hint = _did_you_mean(suggestions, "A schema file can declare it.")
    fix = _fix(f'Write "{suggestions[0]}"', (span, f'"{suggestions[0]}"')) if len(suggestions) == 1 else None
    return _found("undeclared-name", span, f"No {what} {quoted(name)} is declared.", hint, fix, "warning")


def literal_needed(span: Span, function: str, parameter: str) -> Diagnostic:
    message = f"`{parameter}` of `{function}` must be written out in quotes: it is checked before the rule runs."
    return _found("literal-needed", span, message)


def out_of_range(span: Span, function: str, parameter: str, given: str, least: int, most: int | None) -> Diagnostic:
    limits = f"from {least} to {most}" if most is not None else f"{least} or more"
    message = f"`{parameter}` of `{function}` goes {limits}; {given} is given."
    if most is None:
        message = f"`{parameter}` of `{function}` is {limits}; {given} is given."
    return _found("out-of-range", span, message)


def not_whole(span: Span, function: str, parameter: str, given: str) -> Diagnostic:
    return _found("out-of-range", span, f"`{parameter}` of `{function}` is a whole number; {given} is given.")


def no_such_day(span: Span, year: int, month: int, days: int, given: int) -> Diagnostic:
    message = f"Month {month} of {year} has {days} days; there is no day {given}."
    return _found("out-of-range", span, message)


def after_midnight(span: Span, function: str) -> Diagnostic:
    message = f"`{function}` ends at 24:00 at the latest."
    return _found("out-of-range", span, message, "A window may run over midnight: 22 to 2.")


def bad_number(span: Span, function: str, parameter: str, given: str) -> Diagnostic:
    message = f"`{parameter}` of `{function}` is a number in quotes; {quoted(given)} is none."
    return _found("bad-number", span, message, 'Write its digits, as in "3" or "12.5".')


def bad_date(span: Span, function: str, given: str) -> Diagnostic:
    message = f"`{function}` needs a date in quotes; {quoted(given)} is none."
    return _found("bad-date", span, message, 'Write year, month and day, as in "2025-01-31".')


def bad_bounds(span: Span, given: str, write: str | None) -> Diagnostic:
    message = f"{quoted(given)} is no list of bounds."
    fix = _fix(f'Write "{write}"', (span, f'"{write}"')) if write is not None else None
    return _found("bad-bounds", span, message, 'Numbers parted by commas, without blanks: "100,400,600".', fix)


def bounds_not_ascending(span: Span, lower: str, higher: str) -> Diagnostic:
    """Two neighbouring bounds of which the second is not above the first."""
    message = f"The bounds of `interval` must rise; {higher} does not lie above {lower}."
    return _found("bad-bounds", span, message)


def bad_regex(span: Span, reason: Reason, part: str) -> Diagnostic:
    message = PATTERN_REASONS[reason].format(part=part)
    return _found("bad-regex", span, f"This is no regular expression: {message}.", PATTERN_HINTS.get(reason))


PATTERN_REASONS: dict[Reason, str] = {
    "missing-bracket": "this `[` has no `]`",
    "missing-paren": "this `(` has no `)`",
    "unexpected-paren": "this `)` closes nothing",
    "nothing-to-repeat": "there is nothing before `{part}` that it could repeat",
    "repeated-twice": "`{part}` repeats a repeat",
    "repeated-too-often": "`{part}` repeats more than 1000 times in all",
    "reversed-repeat": "the second count of `{part}` is below the first",
    "reversed-range": "the range `{part}` runs backwards",
    "unknown-class": "there is no class of characters `{part}`",
    "unknown-escape": "`{part}` means nothing",
    "back-reference": "`{part}` would refer back to a group, which is not possible here",
    "look-around": "`{part}` would look ahead or behind, which is not possible here",
    "unknown-group": "a group cannot begin with `{part}`",
    "bad-group-name": "`{part}` is no name for a group",
    "trailing-backslash": "the last backslash has nothing after it",
    "too-large": "it takes too much room when compiled",
}

PATTERN_HINTS: dict[Reason, str] = {
    "missing-bracket": "To look for the bracket itself, write `\\[`.",
    "missing-paren": "To look for the parenthesis itself, write `\\(`.",
    "unexpected-paren": "To look for the parenthesis itself, write `\\)`.",
    "nothing-to-repeat": "To look for the character itself, put a backslash before it; for any text, write `.*`.",
    "back-reference": "Patterns are in RE2 syntax, which takes the same time whatever the text.",
    "look-around": "Patterns are in RE2 syntax, which takes the same time whatever the text.",
}


# ---- types that came with JSON -------------------------------------------------------------------------------------


def type_differs(span: Span, pointer: str, given: str, inferred: str, older: bool) -> Diagnostic:
    """A type stated in JSON; `older` when this library wrote it so before."""
    if older:
        message = f"`{given}` is an older spelling of `{inferred}`."
    else:
        message = f"The JSON says the type is `{given}`; by the schema it is `{inferred}`."
    return Diagnostic(code="type-differs", severity="warning", span=span, pointer=pointer, message=message)
