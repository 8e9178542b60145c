"""Names: profiles, their attributes and methods, the methods of values, and what can be wrong with each."""

from __future__ import annotations

from typing import cast

from targetexpr.checking.arguments import check_call, text_of
from targetexpr.checking.result import Call, Read
from targetexpr.checking.state import State
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.nodes import Dereference, Expr, FunctionCall, MethodCall, Name
from targetexpr.lang.schema.model import Attribute, Method, Profile, behavioural_attribute
from targetexpr.lang.types import BOOLEAN, DATE, EVENT, REAL, STRING, Kind, Type, kind_of


def name(state: State, place: int, node: Expr, _operands: list[int]) -> Type | None:
    """A profile before a dot; alone it is no value."""
    text = cast("Name", node).name
    profile = state.profiles.get(text)
    before = state.order[place - 1] if place else None
    receiver = type(before) in _RECEIVING and cast("Dereference", before).operand is node
    if profile is None:
        from targetexpr.checking.messages.members import unknown_name

        unknown_name(state, place, cast("Name", node), receiver)
        return None
    if state.event is not None and not state.schema.has_profile(state.event, text):
        from targetexpr.checking.messages.members import profile_not_offered

        profile_not_offered(state, place, node, text)
    if not receiver:
        from targetexpr.checking.messages.members import profile_alone

        profile_alone(state, place, cast("Name", node))
        return None
    if profile.type == EVENT and state.event is not None:
        return state.event.type
    return profile.type


_RECEIVING = (Dereference, MethodCall)


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
            from targetexpr.checking.messages.members import unknown_attribute

            unknown_attribute(state, place, node, profile)
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
    from targetexpr.checking.messages.members import not_in_event

    not_in_event(state, place, node, member, events)


def _look_past_case(state: State, place: int, node: Dereference | MethodCall, operand: int) -> None:
    """A profile that is wrong in letter case only is surely meant: what follows it is looked at as well."""
    meant = state.assumed.get(operand)
    if meant is None:
        return
    from targetexpr.checking.messages.members import unknown_attribute, unknown_method

    profile = state.profiles[meant]
    if isinstance(node, Dereference):
        if find_attribute(state, profile, node.name) is None:
            unknown_attribute(state, place, node, profile)
    elif node.name not in profile.methods and find_attribute(state, profile, node.name) is None:
        unknown_method(state, place, node, profile)


def _part(state: State, place: int, node: Dereference, operand: int) -> Type | None:
    """What follows the dot of a value: a date part, or a method that lacks its parentheses."""
    kind = _receiver_kind(state, operand, node.name)
    function = KIND_METHODS[kind].get(node.name)
    if function is not None and function.part:
        state.targets[place] = Call(function, function.overloads[0])
        return function.result
    from targetexpr.checking.messages.members import no_attributes

    no_attributes(state, place, node, operand, kind)
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
        from targetexpr.checking.messages.members import unknown_value_method

        unknown_value_method(state, place, node, operands[0], kind)
        return None
    return check_call(state, place, node, operands[1:], function, None)


def _is_attribute_too(profile: Profile, name: str) -> bool:
    """Whether a method that needs arguments is an attribute as well: `doesProfileExists` is documented as both."""
    return name in profile.attributes and not profile.methods[name].function.accepts(0)


def _other_call(state: State, place: int, node: MethodCall, profile: Profile) -> Type | None:
    """A call of what is no method of the profile: an attribute that is true or false may be written so."""
    attribute = find_attribute(state, profile, node.name)
    if attribute is None:
        from targetexpr.checking.messages.members import unknown_method

        unknown_method(state, place, node, profile)
        return None
    type_ = _attribute(state, place, node, attribute)
    if place in state.flexible:
        state.settle(place, BOOLEAN)
        type_ = BOOLEAN
    kind = kind_of(type_)
    if kind == "boolean" and not node.arguments:
        return type_
    from targetexpr.checking.messages.members import attribute_called

    attribute_called(state, place, node, kind)
    del state.targets[place]
    return None


def function_call(state: State, place: int, node: Expr, _operands: list[int]) -> Type | None:
    """A call without a receiver: the language has none, so a profile or value is missing before it."""
    from targetexpr.checking.messages.functions import unknown_function

    unknown_function(state, place, cast("FunctionCall", node))
    return None
