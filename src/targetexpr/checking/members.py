"""Names: profiles, their attributes and methods, the methods of values, and what can be wrong with each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from targetexpr.base.source import Span
from targetexpr.checking.arguments import check_call, text_of
from targetexpr.checking.result import Call, Read
from targetexpr.checking.state import State
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.nodes import Dereference, Expr, FunctionCall, MethodCall, Name, StringLiteral
from targetexpr.lang.schema.model import Attribute, Method, Profile, behavioural_attribute
from targetexpr.lang.types import BOOLEAN, DATE, EVENT, REAL, STRING, Kind, Type, kind_of


def name(state: State, place: int, node: Expr, _operands: list[int]) -> Type | None:
    """A profile before a dot; alone it is no value."""
    text = cast("Name", node).name
    profile = state.profiles.get(text)
    before = state.order[place - 1] if place else None
    receiver = type(before) in _RECEIVING and cast("Dereference", before).operand is node
    if profile is None:
        _unknown_name(state, place, cast("Name", node), receiver)
        return None
    if state.event is not None and not state.schema.offers(state.event, text):
        _not_offered(state, place, node, text)
    if not receiver:
        from targetexpr.checking import messages

        state.report(place, messages.profile_alone(node.span, text))
        return None
    if profile.type == EVENT and state.event is not None:
        return state.event.type
    return profile.type


_RECEIVING = (Dereference, MethodCall)


def _unknown_name(state: State, place: int, node: Name, receiver: bool) -> None:
    from targetexpr.checking import messages, names

    split = names.split_at_dot(state.schema, node.name)
    if split is not None:
        state.unknown(place, messages.missing_dot(node.span, node.name, *split))
        return
    profiles = names.like_profile(state.schema, node.name)
    if receiver:
        if len(profiles) == 1 and profiles[0].lower() == node.name.lower():
            state.assumed[place] = profiles[0]
        state.unknown(place, messages.unknown_profile(node.span, node.name, profiles))
        return
    members = names.full_names(state.schema, node.name)
    as_text = not profiles and not members
    state.unknown(place, messages.unknown_name(node.span, node.name, members or profiles, as_text))


def _not_offered(state: State, place: int, node: Expr, profile: str) -> None:
    from targetexpr.checking import messages

    event = cast("str", state.event_name)
    diagnostic = messages.profile_not_offered(node.span, profile, event, state.schema.offering(profile))
    state.once["profile", profile] = (place, False, diagnostic)


def dereference(state: State, place: int, node: Expr, operands: list[int]) -> Type | None:
    """An attribute of a profile, or a date part written without parentheses."""
    node = cast("Dereference", node)
    operand = node.operand
    if type(operand) is Name:
        profile = state.profiles.get(operand.name)
        if profile is None:
            _look_past_case(state, place, node, operands[0])
            return None
        attribute = find_attribute(state, profile, node.name)
        if attribute is None:
            _unknown_attribute(state, place, node, profile)
            return None
        return _attribute(state, place, node, attribute)
    type_ = state.types[operands[0]]
    if type_ is None:
        return None
    return _part(state, place, node, operands[0])


def find_attribute(state: State, profile: Profile, text: str) -> Attribute | None:
    """The attribute, those of a behavioural event included."""
    found = profile.attributes.get(text)
    event = state.event
    if event is not None and event.behavioural and profile.type == EVENT:
        if event.attributes is not None:
            return event.attributes.get(text, found)
        if found is None and text not in profile.methods:
            return behavioural_attribute(text)
    return found if found is not None else profile.attribute(text)


def _of_event(state: State, profile: Profile) -> Mapping[str, Attribute]:
    """The attributes that the event adds to currentEvent."""
    event = state.event
    return (event.attributes or {}) if event is not None and profile.type == EVENT else {}


def _takes(profile: Profile, name: str, count: int) -> bool:
    """Whether a method of the profile can be called with that many arguments."""
    method = profile.methods.get(name)
    return method is not None and any(overload.accepts(count) for overload in method.function.overloads)


def _attribute(state: State, place: int, node: Dereference | MethodCall, attribute: Attribute) -> Type:
    state.targets[place] = attribute
    state.reads.append(Read(attribute.profile, attribute.name))
    if attribute.flexible:
        state.flexible.add(place)
    if attribute.events is not None:
        _check_event(state, place, node, attribute)
    return attribute.type


def _check_event(state: State, place: int, node: Dereference | MethodCall, member: Attribute | Method) -> None:
    event, events = state.event, member.events
    if event is None or events is None or event.name in {state.schema.aliases.get(e, e) for e in events}:
        return
    from targetexpr.checking import messages

    diagnostic = messages.not_in_event(node.name_span, member.profile, member.name, event.name, events)
    state.once["member", member.profile, member.name] = (place, True, diagnostic)


def _look_past_case(state: State, place: int, node: Dereference | MethodCall, operand: int) -> None:
    """A profile that is wrong in letter case only is surely meant: what follows it is looked at as well."""
    meant = state.assumed.get(operand)
    if meant is None:
        return
    profile = state.profiles[meant]
    if isinstance(node, Dereference):
        if find_attribute(state, profile, node.name) is None:
            _unknown_attribute(state, place, node, profile)
    elif node.name not in profile.methods and find_attribute(state, profile, node.name) is None:
        _unknown_method(state, place, node, profile)


def _unknown_attribute(state: State, place: int, node: Dereference, profile: Profile) -> None:
    from targetexpr.checking import messages, names

    method = profile.methods.get(node.name)
    if method is not None:
        signature = method.function.overloads[0].signature
        state.report(place, messages.method_not_called(node.name_span, node.name, signature), member=True)
        return
    more = _of_event(state, profile)
    suggestions, elsewhere = names.like_member(state.schema, profile, node.name, call=False, more=more)
    bare = not profile.attributes and not profile.methods
    diagnostic = messages.unknown_attribute(
        node.name_span,
        profile.name,
        node.name,
        suggestions,
        elsewhere,
        bare=bare,
        any_event=profile.type == EVENT and state.event is None,
    )
    state.unknown(place, diagnostic, member=True)


def _part(state: State, place: int, node: Dereference, operand: int) -> Type | None:
    """What follows the dot of a value: a date part, or a method that lacks its parentheses."""
    kind = _receiver_kind(state, operand, node.name)
    function = KIND_METHODS[kind].get(node.name)
    if function is not None and function.part:
        state.targets[place] = Call(function, function.overloads[0])
        return function.result
    from targetexpr.checking import messages, names

    if function is not None:
        diagnostic = messages.method_not_called(node.name_span, node.name, function.overloads[0].signature)
        state.report(place, diagnostic, member=True)
        return None
    suggestions = names.close_names(node.name, KIND_METHODS[kind])
    diagnostic = messages.no_attributes(node.name_span, state.what(operand), kind, node.name, suggestions)
    state.unknown(place, diagnostic, member=True)
    return None


def _receiver_kind(state: State, operand: int, method: str) -> Kind:
    """The kind of a receiver; a field without a declared type becomes what has the method."""
    if operand in state.flexible:
        for type_ in _FLEXIBLE_RECEIVERS:
            if method in KIND_METHODS[kind_of(type_)]:
                state.settle(operand, type_)
                break
        else:
            state.settle(operand, STRING)
    return kind_of(cast("Type", state.types[operand]))


_FLEXIBLE_RECEIVERS = (STRING, DATE, REAL)


def method_call(state: State, place: int, node: Expr, operands: list[int]) -> Type | None:
    """A method of a profile or of a value, or an attribute that is true or false with empty parentheses."""
    node = cast("MethodCall", node)
    operand = node.operand
    if type(operand) is Name:
        profile = state.profiles.get(operand.name)
        if profile is None:
            _look_past_case(state, place, node, operands[0])
            return None
        method = profile.methods.get(node.name)
        if method is None or (not node.arguments and _is_attribute_too(profile, node.name)):
            return _other_call(state, place, node, profile)
        if method.events is not None:
            _check_event(state, place, node, method)
        arguments = tuple(text_of(argument) for argument in node.arguments)
        state.reads.append(Read(profile.name, node.name, arguments))
        return check_call(state, place, node, operands[1:], method.function, profile)
    if state.types[operands[0]] is None:
        return None
    kind = _receiver_kind(state, operands[0], node.name)
    function = KIND_METHODS[kind].get(node.name)
    if function is None:
        _unknown_value_method(state, place, node, operands[0], kind)
        return None
    return check_call(state, place, node, operands[1:], function, None)


def _is_attribute_too(profile: Profile, name: str) -> bool:
    """Whether a method that needs arguments is an attribute as well: `doesProfileExists` is documented as both."""
    return name in profile.attributes and not _takes(profile, name, 0)


def _other_call(state: State, place: int, node: MethodCall, profile: Profile) -> Type | None:
    attribute = find_attribute(state, profile, node.name)
    if attribute is None:
        _unknown_method(state, place, node, profile)
        return None
    type_ = _attribute(state, place, node, attribute)
    if place in state.flexible:
        state.settle(place, BOOLEAN)
        type_ = BOOLEAN
    kind = kind_of(type_)
    if kind == "boolean" and not node.arguments:
        return type_
    from targetexpr.checking import messages

    arguments = Span(node.name_span.end, node.span.end) if node.span.start >= 0 else None
    given = node.arguments
    text = given[0].raw if len(given) == 1 and isinstance(given[0], StringLiteral) else None
    if text is None and given:
        arguments = None if kind != "boolean" else arguments
    diagnostic = messages.attribute_called(node.name_span, node.name, kind, arguments, text)
    state.report(place, diagnostic, member=True)
    del state.targets[place]
    return None


def _unknown_method(state: State, place: int, node: MethodCall, profile: Profile) -> None:
    from targetexpr.checking import messages, names

    more = _of_event(state, profile)
    suggestions, elsewhere = names.like_member(state.schema, profile, node.name, call=True, more=more)
    fitting = [name for name in suggestions if _takes(profile, name, len(node.arguments))]
    suggestions = fitting or suggestions
    kinds = names.kinds_with(node.name)
    if kinds and not suggestions and not elsewhere:
        diagnostic = messages.value_method_on_profile(node.name_span, profile.name, node.name, kinds)
    else:
        diagnostic = messages.unknown_method(node.name_span, profile.name, node.name, suggestions, elsewhere)
    state.unknown(place, diagnostic, member=True)


def _unknown_value_method(state: State, place: int, node: MethodCall, operand: int, kind: Kind) -> None:
    from targetexpr.checking import messages, names

    elsewhere = names.kinds_with(node.name)
    suggestions = [] if elsewhere else names.close_names(node.name, KIND_METHODS[kind])
    what = state.what(operand)
    diagnostic = messages.unknown_value_method(node.name_span, what, kind, node.name, suggestions, elsewhere)
    state.unknown(place, diagnostic, member=True)


def function_call(state: State, place: int, node: Expr, _operands: list[int]) -> Type | None:
    """A call without a receiver: the language has none, so a profile or value is missing before it."""
    from targetexpr.checking import messages, names

    node = cast("FunctionCall", node)
    split = names.split_at_dot(state.schema, node.name)
    if split is not None:
        state.unknown(place, messages.missing_dot(node.name_span, node.name, *split), member=True)
        return None
    kinds = names.kinds_with(node.name)
    suggestions = [] if kinds else names.full_names(state.schema, node.name, call=True)
    diagnostic = messages.unknown_function(node.name_span, node.name, suggestions, kinds)
    state.unknown(place, diagnostic, member=True)
    return None
