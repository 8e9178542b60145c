"""Messages about names: profiles, attributes, methods and events that are unknown, or not where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from targetexpr.base.diagnostics import Diagnostic, Edit, Fix
from targetexpr.base.messages import Message
from targetexpr.base.source import Span
from targetexpr.checking import names
from targetexpr.checking.bare_names import FullNames, full_names, of_named_profile
from targetexpr.checking.messages.wording import (
    KINDS,
    NAME_PREFIX,
    PLURALS,
    PREFIX,
    did_you_mean,
    kinds,
    listed,
    negations,
    renames,
)
from targetexpr.checking.state import State
from targetexpr.lang.functions import HABITS, KIND_METHODS
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Dereference,
    Expr,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
    Unary,
)
from targetexpr.lang.schema.model import Attribute, Method, Profile
from targetexpr.lang.types import EVENT, Kind

# ---- profiles and bare names ---------------------------------------------------------------------------------------

UNKNOWN_PROFILE = Message(
    code="unknown-profile",
    text="Unknown profile `{name}`.",
    hint="`targetexpr schema` lists the profiles; a schema file can add one.",
    tags=NAME_PREFIX,
)
UNKNOWN_NAME = Message(
    code="unknown-name",
    text="Unknown name `{name}`; a value is a literal, or an attribute or method of a profile.",
    tags=NAME_PREFIX,
)
UNQUOTED_STRING = Message(
    code="unknown-name",
    text=UNKNOWN_NAME.text,
    hint="Strings need double quotes.",
    fix="Add quotes",
    tags=NAME_PREFIX,
)
UNKNOWN_MEASURE = Message(
    code="unknown-name",
    text=UNKNOWN_NAME.text,
    hint="`targetexpr schema` lists the profiles and their attributes; a schema file can add one.",
    tags=NAME_PREFIX,
)
NO_NULL = Message(
    code="unknown-name",
    text="There is no value `{name}`.",
    hint="To test for a missing value, write `.isNull()` or `.isNotNull()` after the attribute.",
    tags=NAME_PREFIX,
)
NULL_COMPARED = Message(
    code="unknown-name", text=NO_NULL.text, hint=NO_NULL.hint, fix="Write `.{method}()`", tags=NAME_PREFIX
)
MISSING_DOT = Message(code="missing-dot", text="Missing dot between the profile `{profile}` and `{member}`.")
PROFILE_ALONE = Message(
    code="profile-alone",
    text="`{name}` is a profile, not a value.",
    hint="Add a dot and the name of an attribute.",
    tags=NAME_PREFIX,
)


def unknown_name(state: State, place: int, node: Name, receiver: bool) -> None:
    """A name that is no profile, before a dot (`receiver`) or where a value is needed."""
    split = names.split_at_dot(state.schema, node.name)
    if split is not None:
        state.unknown(place, missing_dot(node.span, *split))
    elif receiver:
        _unknown_receiver(state, place, node)
    elif node.name.lower() in ("null", "none", "nil"):
        _null(state, place, node)
    else:
        _unknown_value(state, place, node)


def _null(state: State, place: int, node: Name) -> None:
    """`null`, which other languages have; compared with an attribute or the result of a method, that is asked."""
    compared = _operation_with(state, place, node)
    method = {"==": "isNull", "!=": "isNotNull"}.get(compared.operator) if compared is not None else None
    if compared is None or method is None or node.span.start < 0:
        state.unknown(place, NO_NULL.at(node.span, name=node.name))
        return
    value = compared.right if compared.left is node else compared.left
    outside = Span(min(node.span.start, value.span.start), max(node.span.end, value.span.end))
    edits: list[Edit] = []
    if isinstance(value, Dereference | MethodCall) and compared.span == outside:  # no parentheses round either
        before, behind = Span(outside.start, value.span.start), Span(value.span.end, outside.end)
        edits = (
            [Edit(behind, f".{method}()")]
            if before.start == before.end
            else [Edit(before, ""), Edit(behind, f".{method}()")]
        )
    state.unknown(place, NULL_COMPARED.at(node.span, edits=edits, name=node.name, method=method))


def _operation_with(state: State, place: int, node: Name) -> Binary | None:
    """The comparison or arithmetic that a name is one side of."""
    parents = (state.order[at] for at in range(place - 1, max(place - 1 - _NEAR, -1), -1))
    return next((one for one in parents if isinstance(one, Binary) and (one.left is node or one.right is node)), None)


_NEAR = 12  # nodes before a name among which the operation is looked for that it is the right side of


def _unknown_receiver(state: State, place: int, node: Name) -> None:
    """Before a dot: a profile, or an attribute that lacks one."""
    schema, word = state.schema, node.name
    parent = state.order[place - 1] if place else None
    following = parent.name if isinstance(parent, Dereference | MethodCall) else ""
    meant = full_names(schema, state.event, word, kinds=names.kinds_with(following))
    if meant.names and not names.named_profiles(schema, word):
        state.unknown(place, _renamed(UNKNOWN_PROFILE, node.span, meant.names, word, sure=meant.sure))
        if isinstance(parent, MethodCall) and meant.kind is not None and following not in KIND_METHODS[meant.kind]:
            unknown_value_method(state, place - 1, parent, place, meant.kind)
        return
    profiles = names.like_profile(schema, word, near=state.suggests(len(schema.profiles)))
    if len(profiles) == 1 and profiles[0].lower() == word.lower():
        state.assumed[place] = profiles[0]
    sure = names.is_sure(schema, word, profiles)
    state.unknown(place, _renamed(UNKNOWN_PROFILE, node.span, profiles, word, sure=sure))


def _unknown_value(state: State, place: int, node: Name) -> None:
    """Where a value is needed: an attribute that lacks its profile, a profile alone, or a string without quotes."""
    schema, word = state.schema, node.name
    meant = full_names(schema, state.event, word, kinds=_kinds_beside(state, place, node))
    if not meant.names:
        meant = FullNames(of_named_profile(schema, word))
    if not meant.names:
        profiles = names.like_profile(schema, word, near=state.suggests(len(schema.profiles)))
        meant = FullNames(tuple(profiles), names.is_sure(schema, word, profiles))
    if meant.names:
        state.unknown(place, _renamed(UNKNOWN_NAME, node.span, meant.names, word, sure=meant.sure))
        return
    beside = _kind_beside(state, place, node)
    if beside == "boolean" and word.lower() in _VERDICTS:
        state.unknown(place, _renamed(UNKNOWN_NAME, node.span, [_VERDICTS[word.lower()]], word, sure=True))
        return
    if beside == "string":
        state.unknown(place, UNQUOTED_STRING.at(node.span, edits=[Edit(node.span, f'"{word}"')], name=word))
        return
    event = state.event
    undeclared = event is not None and event.behavioural and event.attributes is None
    guessed = [f"currentEvent.{word}"] if undeclared else []
    state.unknown(place, _renamed(UNKNOWN_MEASURE, node.span, guessed, word, sure=False))


def _kinds_beside(state: State, place: int, node: Name) -> tuple[Kind, ...]:
    """The kinds of value that what a name is compared with asks for."""
    parent = state.order[place - 1] if place else None
    if not isinstance(parent, Binary) or parent.left is not node:
        return ()
    match parent.right:
        case NumberLiteral():
            return ("number",)
        case StringLiteral():
            return ("string",)
        case BooleanLiteral():
            return ("boolean",)
        case _:
            return ("number", "date") if _is_measured(state, place, node) else ()


_VERDICTS = {"yes": "true", "y": "true", "no": "false", "n": "false"}


def _kind_beside(state: State, place: int, node: Name) -> Kind | None:
    """The kind of value that a name stands for, by what it is compared with: a string in most places.

    None where no string would do: beside a literal, which needs data to be compared with, and in arithmetic.
    """
    if place and isinstance(state.order[place - 1], Unary):
        return None
    operation = _operation_with(state, place, node)
    if operation is None:
        return "string"
    other = operation.right if operation.left is node else operation.left
    if operation.operator not in ("==", "!=", "+") or isinstance(other, NumberLiteral | StringLiteral | BooleanLiteral):
        return None
    match other:
        case Dereference(operand=Name(name=profile)) if profile in state.profiles:
            attribute = state.profiles[profile].attribute(other.name)
            return attribute.type.kind if attribute is not None else "string"
        case MethodCall():
            results = {methods[other.name].result.kind for methods in KIND_METHODS.values() if other.name in methods}
            return results.pop() if len(results) == 1 else "string"
        case _:
            return "string"


def _is_measured(state: State, place: int, node: Name) -> bool:
    """Whether a name stands left of what no string can stand left of: `xyz>5`, `xyz*2`."""
    parent = state.order[place - 1] if place else None
    return isinstance(parent, Binary) and parent.left is node and parent.operator not in ("==", "!=", "+")


def _renamed(message: Message, span: Span, suggestions: Sequence[str], name: str, *, sure: bool) -> Diagnostic:
    """The message with what may be meant instead."""
    fixes = renames(span, suggestions, sure=sure)
    return message.at(span, hint=did_you_mean(suggestions), fixes=fixes, name=name)


def _renames(state: State, span: Span, name: str, suggestions: Sequence[str]) -> tuple[Fix, ...]:
    return renames(span, suggestions, sure=names.is_sure(state.schema, name, suggestions))


def _negated(node: Dereference | MethodCall, known: Iterable[str]) -> tuple[list[str], tuple[Fix, ...]]:
    """What is meant by the negation of a known name, `isNotEmpty`, and the fixes that write it; nothing for others."""
    known = list(known)
    name = names.negated_by(node.name, known)
    if name is None:
        return [], ()
    shown = f"!….{name}(…)" if isinstance(node, MethodCall) and node.arguments else f"!….{name}"
    if isinstance(node, MethodCall) and not node.arguments:
        shown += "()"
    same = ["exists"] if name == "isEmpty" and "exists" in known else []
    fixes = (*renames(node.name_span, same, sure=False), *negations(node.span, node.name_span, name, shown))
    return [*same, shown], fixes


def missing_dot(span: Span, profile: str, member: str) -> Diagnostic:
    return MISSING_DOT.at(span, fixes=renames(span, [f"{profile}.{member}"], sure=True), profile=profile, member=member)


def profile_alone(state: State, place: int, node: Name) -> None:
    """A profile where a value is needed."""
    fixes = renames(node.span, of_named_profile(state.schema, node.name), sure=False)
    state.report(place, PROFILE_ALONE.at(node.span, fixes=fixes, name=node.name))


# ---- attributes ----------------------------------------------------------------------------------------------------

UNKNOWN_ATTRIBUTE = Message(code="unknown-attribute", text="`{owner}` has no attribute `{name}`.", tags=NAME_PREFIX)
NO_ATTRIBUTES = Message(
    code="unknown-attribute", text="{what} is {kind}; {kinds} have no attribute `{name}`.", tags=NAME_PREFIX
)
METHOD_NOT_CALLED = Message(
    code="method-not-called",
    text="`{name}` is a method; write `{name}()`.",
    fix="Write `{name}()`",
    tags=PREFIX,
)
METHOD_WITHOUT_ARGUMENTS = Message(
    code="method-not-called", text="`{name}` is a method; it needs arguments: `{name}{signature}`.", tags=PREFIX
)

_EVENT_HINT = "To check attributes of a behavioural event, name the event and declare it in a schema file."
_BARE_HINT = "No attribute of `{owner}` is documented; declare it in a schema file."
_ATTRIBUTES_HINT = "`targetexpr schema {owner}` lists the attributes; a schema file can add one."


def unknown_attribute(state: State, place: int, node: Dereference, profile: Profile) -> None:
    """An attribute that a profile does not have, or a method of it without parentheses."""
    method = profile.methods.get(node.name)
    if method is not None:
        _not_called(state, place, node, method.function.overloads[0].signature)
        return
    more = _of_event(state, profile)
    near = state.suggests(len(profile.attributes) + len(profile.methods) + len(more))
    suggestions, elsewhere = names.like_member(state.schema, profile, node.name, call=False, more=more, near=near)
    tests = {**profile.attributes, **more} if near else {}
    negated, fixes = _negated(node, [name for name, one in tests.items() if one.type.kind == "boolean"])
    if profile.type == EVENT and state.event is None and not elsewhere:
        hint = _EVENT_HINT
    elif not profile.attributes and not profile.methods:
        hint = _BARE_HINT.format(owner=profile.name)
    elif elsewhere:
        hint = _elsewhere(elsewhere)
    else:
        hint = _ATTRIBUTES_HINT.format(owner=profile.name)
    diagnostic = UNKNOWN_ATTRIBUTE.at(
        node.name_span,
        hint=did_you_mean(negated or suggestions, hint),
        fixes=fixes or _renames(state, node.name_span, node.name, suggestions),
        owner=profile.name,
        name=node.name,
    )
    state.unknown(place, diagnostic, member=True)


def _elsewhere(profiles: Sequence[str]) -> str:
    return f"{listed(profiles, 'and')} {'has' if len(profiles) == 1 else 'have'} it."


def _of_event(state: State, profile: Profile) -> Mapping[str, Attribute]:
    """The attributes that the event adds to currentEvent."""
    event = state.event
    return (event.attributes or {}) if event is not None and profile.type == EVENT else {}


def no_attributes(state: State, place: int, node: Dereference, operand: int, kind: Kind) -> None:
    """Something after the dot of a value that is no part of it: a method without parentheses, or unknown."""
    function = KIND_METHODS[kind].get(node.name)
    if function is not None:
        _not_called(state, place, node, function.overloads[0].signature)
        return
    calls = [f"{name}()" for name in names.close_names(node.name, KIND_METHODS[kind])]
    diagnostic = NO_ATTRIBUTES.at(
        node.name_span,
        hint=did_you_mean(calls, f"`targetexpr schema {kind}` lists their methods."),
        fixes=_renames(state, node.name_span, node.name, calls),
        what=state.what(operand),
        kind=KINDS[kind],
        kinds=PLURALS[kind],
        name=node.name,
    )
    state.unknown(place, diagnostic, member=True)


def _not_called(state: State, place: int, node: Dereference, signature: str) -> None:
    """A method without its parentheses."""
    span = node.name_span
    if signature == "()":
        diagnostic = METHOD_NOT_CALLED.at(span, edits=[Edit(Span(span.end, span.end), "()")], name=node.name)
    else:
        diagnostic = METHOD_WITHOUT_ARGUMENTS.at(span, name=node.name, signature=signature)
    state.report(place, diagnostic, member=True)


# ---- methods -------------------------------------------------------------------------------------------------------

UNKNOWN_METHOD = Message(code="unknown-method", text="`{owner}` has no method `{name}`.", tags=NAME_PREFIX)
UNKNOWN_VALUE_METHOD = Message(
    code="unknown-method", text="{what} is {kind}; {kinds} have no method `{name}`.", tags=NAME_PREFIX
)
ATTRIBUTE_CALLED = Message(
    code="attribute-called",
    text="`{name}` is an attribute ({kind}), not a method.",
    hint="Only attributes that are true or false may be followed by empty parentheses.",
    fix="Remove the parentheses",
)
ATTRIBUTE_CALLED_TO_COMPARE = Message(
    code="attribute-called", text=ATTRIBUTE_CALLED.text, hint="To compare it, write `==`.", fix="Compare with `==`"
)
_METHODS_HINT = "`targetexpr schema {owner}` lists the methods; a schema file can add one."


def unknown_method(state: State, place: int, node: MethodCall, profile: Profile) -> None:
    """A method that a profile does not have."""
    more = _of_event(state, profile)
    near = state.suggests(len(profile.attributes) + len(profile.methods) + len(more))
    suggestions, elsewhere = names.like_member(state.schema, profile, node.name, call=True, more=more, near=near)
    methods = profile.methods
    fitting = [one for one in suggestions if one in methods and methods[one].function.accepts(len(node.arguments))]
    suggestions = fitting or suggestions
    of_values = names.kinds_with(node.name)
    tests = [name for name, one in methods.items() if one.function.result.kind == "boolean"] if near else []
    negated, fixes = _negated(node, tests)
    if elsewhere:
        hint = _elsewhere(elsewhere)
    elif of_values:
        hint = f"It is a method of {kinds(of_values)}; call it on an attribute."
    else:
        hint = _METHODS_HINT.format(owner=profile.name)
    diagnostic = UNKNOWN_METHOD.at(
        node.name_span,
        hint=did_you_mean(negated or suggestions, hint),
        fixes=fixes or _renames(state, node.name_span, node.name, suggestions),
        owner=profile.name,
        name=node.name,
    )
    state.unknown(place, diagnostic, member=True)


def unknown_value_method(state: State, place: int, node: MethodCall, operand: int, kind: Kind) -> None:
    """A method that values of the kind do not have."""
    elsewhere = names.kinds_with(node.name)
    suggestions = [] if elsewhere else names.close_names(node.name, KIND_METHODS[kind])
    hint = f"`targetexpr schema {kind}` lists their methods."
    if elsewhere:
        hint = f"`{node.name}` is a method of {kinds(elsewhere)}."
    tests = [name for name, function in KIND_METHODS[kind].items() if function.result.kind == "boolean"]
    negated, fixes = ([], ()) if elsewhere else _negated(node, tests)
    diagnostic = UNKNOWN_VALUE_METHOD.at(
        node.name_span,
        hint=HABITS.get((kind, node.name.lower())) or did_you_mean(negated or suggestions, hint),
        fixes=fixes or _renames(state, node.name_span, node.name, suggestions),
        what=state.what(operand),
        kind=KINDS[kind],
        kinds=PLURALS[kind],
        name=node.name,
    )
    state.unknown(place, diagnostic, member=True)


def attribute_called(state: State, place: int, node: MethodCall, kind: Kind) -> None:
    """An attribute with parentheses: to be removed when empty, a comparison when a string stands in them."""
    parentheses = Span(node.name_span.end, node.span.end) if node.span.start >= 0 else node.span
    arguments = node.arguments
    string = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], StringLiteral) else None
    message, edits = ATTRIBUTE_CALLED, [Edit(parentheses, "")]
    if string is not None and kind == "string":
        message, edits = ATTRIBUTE_CALLED_TO_COMPARE, [Edit(parentheses, f'=="{string.raw}"')]
    elif arguments and (kind != "boolean" or string is not None):
        edits = []
    state.report(place, message.at(node.name_span, edits=edits, name=node.name, kind=KINDS[kind]), member=True)


# ---- events --------------------------------------------------------------------------------------------------------

UNKNOWN_EVENT = Message(
    code="unknown-event", text="Unknown event `{name}`.", hint="A schema file can declare an event."
)
UNDECLARED_EVENT = Message(
    code="undeclared-event",
    text="The event `{name}` is not declared; it is taken for a behavioural event with unknown attributes.",
    hint="Declare it in a schema file to have its attributes checked.",
    severity="warning",
)
PROFILE_NOT_OFFERED = Message(
    code="profile-not-offered",
    text="`{profile}` is not available in the event `{event}`.",
    hint="It is available in no event.",
)
NOT_IN_EVENT = Message(
    code="not-in-event",
    text="`{profile}` has no `{name}` in the event `{event}`.",
    hint="It is available in no event.",
)


def unknown_event(state: State, name: str, suggestions: Sequence[str], expr: Expr) -> None:
    """An event that no schema has; its name stands outside of the text, so that nothing can be edited."""
    state.unknown(0, UNKNOWN_EVENT.at(expr.span, hint=did_you_mean(suggestions), name=name))


def undeclared_event(state: State, name: str, expr: Expr) -> None:
    """An event that is taken for a behavioural one."""
    state.report(0, UNDECLARED_EVENT.at(expr.span, name=name))


def profile_not_offered(state: State, place: int, node: Expr, profile: str) -> None:
    """A profile that the event does not come with; reported once."""
    offering = state.schema.offering(profile)
    hint = f"It is available in {listed(offering, 'and')}." if offering else None
    diagnostic = PROFILE_NOT_OFFERED.at(node.span, hint=hint, profile=profile, event=state.event_name)
    state.reported_once["profile", profile] = (place, False, diagnostic)


def not_in_event(
    state: State, place: int, node: Dereference | MethodCall, member: Attribute | Method, having: Sequence[str]
) -> None:
    """A member that the profile has in other events only; reported once."""
    diagnostic = NOT_IN_EVENT.at(
        node.name_span,
        hint=f"It is available in {listed(having, 'and')} only." if having else None,
        profile=member.profile,
        name=member.name,
        event=state.event_name,
    )
    state.reported_once["member", member.profile, member.name] = (place, True, diagnostic)
