"""Arguments: how many, of which kind, and whether a literal can be meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from targetexpr.base.source import Span
from targetexpr.checking.regexes import runnable_pattern_error
from targetexpr.checking.result import Call
from targetexpr.checking.state import TYPE_OF_KIND, State
from targetexpr.lang.functions import ROLE_LIMITS, Function, Overload, Parameter, Role
from targetexpr.lang.functions.enums import VALUE_OF, enum_of
from targetexpr.lang.literals import date_fields, days_in_month, is_number_text, split_bounds
from targetexpr.lang.nodes import BooleanLiteral, Expr, MethodCall, NumberLiteral, StringLiteral, Unary
from targetexpr.lang.schema.model import Profile
from targetexpr.lang.types import (
    INTEGER,
    STRING,
    Kind,
    Type,
    dependent_enum,
    kind_of,
)


def text_of(node: Expr) -> str | None:
    """The text of a literal, what it means; None for anything computed."""
    match node:
        case StringLiteral():
            return node.value
        case NumberLiteral():
            return node.value
        case BooleanLiteral():
            return "true" if node.value else "false"
        case _:
            number = constant(node)
            return ("-" if number[0] < 0 else "") + number[1] if number is not None else None


def constant(node: Expr) -> tuple[int, str] | None:
    """Sign and digits of a number literal, with the signs that stand before it; None for anything else."""
    sign = 1
    while type(node) is Unary and node.operator != "!":
        if node.operator == "-":
            sign = -sign
        node = node.operand
    return (sign, node.value) if type(node) is NumberLiteral else None


def unquoted(node: Expr, expected: Kind) -> str | None:
    """What to write for a literal so that it is of the expected kind: its quotes removed or added."""
    if isinstance(node, StringLiteral):
        if expected == "number" and is_number_text(node.raw):
            return node.raw
        if expected == "boolean" and node.raw in ("true", "false"):
            return node.raw
    elif expected == "string" and isinstance(node, NumberLiteral):
        return f'"{node.value}"'
    return None


def check_call(
    state: State,
    place: int,
    node: MethodCall,
    arguments: list[int],
    function: Function,
    profile: Profile | None,
) -> Type | None:
    """The type of the result, when the arguments are valid."""
    overload = _overload(state, place, node, arguments, function)
    if overload is None:
        return None
    call = _Call(state, node, function, profile, arguments)
    ok = True
    for parameter, (index, at) in zip(overload.parameters, enumerate(arguments), strict=False):
        if not call.check(parameter, index, at):
            ok = False
    if not ok:
        return None
    if len(arguments) > 2 and not call.check_together(overload):
        return None
    state.targets[place] = _target(function, overload)
    return overload.result


@lru_cache(maxsize=4096)
def _target(function: Function, overload: Overload) -> Call:
    """One object for all calls of a kind: ten thousand of them are kept with a long list."""
    return Call(function, overload)


def _overload(state: State, place: int, node: MethodCall, arguments: list[int], function: Function) -> Overload | None:
    count = len(arguments)
    for overload in function.overloads:
        if overload.accepts(count):
            return overload
    if function.parameterless:
        return function.overloads[0]  # the documents show such arguments, and they mean nothing; lint reports them
    from targetexpr.checking.messages.arguments import argument_count

    most = max(len(overload.parameters) for overload in function.overloads)
    if count > most:
        span = state.order[arguments[most]].span.joined(state.order[arguments[-1]].span)
    else:
        span = Span(node.name_span.start, node.span.end)
    counts = {n for o in function.overloads for n in range(o.required, _meaningful(o) + 1)}
    shown = sorted(function.overloads, key=lambda o: len(o.parameters))
    signatures = [o.signature for o in shown]
    diagnostic = argument_count(span, function.name, signatures, sorted(counts), count)
    state.report(place, diagnostic, member=True)
    return None


def _meaningful(overload: Overload) -> int:
    """How many parameters a message counts: those that are not ignored."""
    return sum(parameter.role != "ignored" for parameter in overload.parameters)


_Check: TypeAlias = Callable[["_Call", Parameter, int, int], bool]


class _Call:
    """One call whose arguments are looked at."""

    __slots__ = ("arguments", "function", "node", "profile", "state")

    def __init__(
        self,
        state: State,
        node: MethodCall,
        function: Function,
        profile: Profile | None,
        arguments: list[int],
    ) -> None:
        self.state = state
        self.node = node
        self.function = function
        self.profile = profile
        self.arguments = arguments

    def check(self, parameter: Parameter, index: int, at: int) -> bool:
        """Whether one argument is valid; reports it when it is not."""
        state = self.state
        type_ = state.types[at]
        if type_ is None:
            return False
        role = parameter.role
        if role == "ignored":
            return True
        expected = kind_of(parameter.type)
        if at in state.flexible:
            state.settle(at, TYPE_OF_KIND[expected])
        elif type_ is not parameter.type and kind_of(type_) != expected:
            self._wrong_type(parameter, at, expected, kind_of(type_))
            return False
        if role != "value":
            return _CHECKS[role](self, parameter, index, at)
        if parameter.values:
            return self._documented(parameter, at)
        if parameter.type is INTEGER:
            self._retype_number(at)
        return True

    def _retype_number(self, at: int) -> None:
        """A bare number literal given as an integer is one."""
        if type(self.state.order[at]) is NumberLiteral:
            self.state.types[at] = INTEGER

    def _retype_name(self, role: Role, at: int) -> StringLiteral | None:
        """The literal that names an enum's member, typed so; None for anything computed."""
        literal = self._literal(at)
        if literal is not None:
            enum = enum_of(role, self._receiver)
            if enum is not None:
                self.state.types[at] = enum.name
        return literal

    def _retype_value(self, role: Role, index: int, at: int) -> tuple[StringLiteral, StringLiteral] | None:
        """The literals of a name and of the value that depends on it, the value typed so; None unless both are."""
        name, literal = self._literal(self.arguments[index - 1]), self._literal(at)
        if name is None or literal is None:
            return None
        enum = enum_of(VALUE_OF[role], self._receiver)
        if enum is not None:
            self.state.types[at] = dependent_enum(enum.values, name.value)
        return name, literal

    @property
    def _receiver(self) -> Type:
        return STRING if self.profile is None else self.profile.type

    def _wrong_type(self, parameter: Parameter, at: int, expected: Kind, kind: Kind) -> None:
        from targetexpr.checking.messages.arguments import argument_type

        node = self.state.order[at]
        write = unquoted(node, expected)
        if write is not None and parameter.values and write.strip('"') not in parameter.values:
            write = None
        diagnostic = argument_type(
            node.span, self.function.name, parameter.name, expected, self.state.what(at), kind, write
        )
        self.state.report(at, diagnostic)

    def _literal(self, at: int) -> StringLiteral | None:
        node = self.state.order[at]
        return node if type(node) is StringLiteral else None

    def _documented(self, parameter: Parameter, at: int) -> bool:
        """A literal with documented values: one of them, or a spelling that is accepted for one."""
        literal = self._literal(at)
        if literal is None or literal.value in parameter.values or literal.value in (parameter.also or ()):
            return True
        return self._not_among(literal, at, parameter.name, parameter.values, parameter.closed)

    def _not_among(self, literal: StringLiteral, at: int, what: str, values: tuple[str, ...], closed: bool) -> bool:
        from targetexpr.checking.messages.arguments import unknown_value

        near = self.state.suggests(len(values))
        self.state.report(at, unknown_value(literal.span, what, literal.value, values, closed, near=near))
        return not closed

    def regex(self, parameter: Parameter, _index: int, at: int) -> bool:
        literal = self._literal(at)
        if literal is None:
            return self._needs_literal(parameter, at)
        error = runnable_pattern_error(literal.value)
        if error is None:
            return True
        from targetexpr.checking.messages.arguments import bad_regex

        span = part_of(literal, error.start, error.end)
        self.state.report(at, bad_regex(span, error, literal.value))
        return False

    def _needs_literal(self, parameter: Parameter, at: int) -> bool:
        from targetexpr.checking.messages.arguments import LITERAL_NEEDED

        span = self.state.order[at].span
        self.state.report(at, LITERAL_NEEDED.at(span, function=self.function.name, parameter=parameter.name))
        return False

    def bounds(self, parameter: Parameter, _index: int, at: int) -> bool:
        literal = self._literal(at)
        if literal is None:
            return self._needs_literal(parameter, at)
        from targetexpr.checking.messages import arguments as messages

        text = literal.value
        bounds = split_bounds(text)
        if bounds is None:
            tidy = "".join(text.split()).strip(",")
            write = tidy if split_bounds(tidy) is not None else None
            self.state.report(at, messages.bad_bounds(literal.span, text, write))
            return False
        from decimal import Decimal

        start = 0
        for lower, higher in pairwise(bounds):
            if Decimal(higher) <= Decimal(lower):
                span = part_of(literal, start, start + len(lower) + 1 + len(higher))
                self.state.report(at, messages.BOUNDS_NOT_ASCENDING.at(span, lower=lower, higher=higher))
                return False
            start += len(lower) + 1
        return True

    def number_text(self, parameter: Parameter, _index: int, at: int) -> bool:
        literal = self._literal(at)
        if literal is None or is_number_text(literal.value):
            return True
        from targetexpr.checking.messages.arguments import BAD_NUMBER
        from targetexpr.checking.messages.wording import quoted

        given, function = quoted(literal.value), self.function.name
        diagnostic = BAD_NUMBER.at(literal.span, function=function, parameter=parameter.name, given=given)
        self.state.report(at, diagnostic)
        return False

    def date_text(self, _parameter: Parameter, _index: int, at: int) -> bool:
        literal = self._literal(at)
        if literal is None or date_fields(literal.value) is not None:
            return True
        from targetexpr.checking.messages.arguments import BAD_DATE
        from targetexpr.checking.messages.wording import quoted

        self.state.report(at, BAD_DATE.at(literal.span, function=self.function.name, given=quoted(literal.value)))
        return False

    def part(self, parameter: Parameter, _index: int, at: int) -> bool:
        """A part of a date, an hour, a count: when written out, an integer in its range."""
        node = self.state.order[at]
        number = constant(node)
        if number is None:
            return True
        self._retype_number(at)
        sign, digits = number
        least, most = ROLE_LIMITS[parameter.role]
        fractional = "." in digits
        if not fractional:
            value = sign * int(digits) if len(digits) < 10 else sign * 10**9
            if least <= value and (most is None or value <= most):
                return True
        from targetexpr.checking.messages.arguments import NOT_AN_INTEGER, OUT_OF_RANGE, TOO_SMALL

        message = NOT_AN_INTEGER if fractional else TOO_SMALL if most is None else OUT_OF_RANGE
        diagnostic = message.at(
            node.span,
            function=self.function.name,
            parameter=parameter.name,
            least=least,
            most=most,
            given=("-" if sign < 0 else "") + digits,
        )
        self.state.report(at, diagnostic)
        return False

    def inventory_attribute(self, parameter: Parameter, _index: int, at: int) -> bool:
        literal = self._retype_name(parameter.role, at)
        return literal is None or self._declared("inventory attribute", literal, at, self.state.schema.inventory)

    def inventory_value(self, parameter: Parameter, index: int, at: int) -> bool:
        return self._value_of(parameter, index, at, self.state.schema.inventory)

    def custom_field(self, parameter: Parameter, _index: int, at: int) -> bool:
        literal = self._retype_name(parameter.role, at)
        return literal is None or self._declared("custom field", literal, at, self._custom_fields())

    def custom_value(self, parameter: Parameter, index: int, at: int) -> bool:
        return self._value_of(parameter, index, at, self._custom_fields())

    def _custom_fields(self) -> Mapping[str, tuple[str, ...]]:
        if self.profile is None:
            return {}
        if self.profile.custom_fields or self.profile.name != "currentEvent":
            return self.profile.custom_fields
        return self.state.profiles["currentCustomer"].custom_fields  # an update is of the customer's fields

    def cluster(self, parameter: Parameter, _index: int, at: int) -> bool:
        literal = self._retype_name(parameter.role, at)
        return literal is None or self._declared("cluster", literal, at, self.profile.clusters if self.profile else {})

    def cluster_value(self, parameter: Parameter, index: int, at: int) -> bool:
        return self._value_of(parameter, index, at, self.profile.clusters if self.profile else {})

    def documented_name(self, parameter: Parameter, _index: int, at: int) -> bool:
        """A name whose enum and documented values are the parameter's."""
        self._retype_name(parameter.role, at)
        return self._documented(parameter, at)

    def dependent_value(self, parameter: Parameter, index: int, at: int) -> bool:
        """A value of a name of which no values are declared."""
        return self._value_of(parameter, index, at, {})

    def _value_of(self, parameter: Parameter, index: int, at: int, declared: Mapping[str, tuple[str, ...]]) -> bool:
        pair = self._retype_value(parameter.role, index, at)
        return pair is None or self._among_declared(*pair, at, declared)

    def _declared(self, what: str, literal: StringLiteral, at: int, declared: Mapping[str, tuple[str, ...]]) -> bool:
        """Warn about a name that a schema lacks while it declares others of its sort."""
        if declared and literal.value not in declared:
            from targetexpr.checking.messages.arguments import undeclared_name

            near = self.state.suggests(len(declared))
            self.state.report(at, undeclared_name(literal.span, what, literal.value, declared, near=near))
        return True

    def _among_declared(
        self, key: StringLiteral, literal: StringLiteral, at: int, declared: Mapping[str, tuple[str, ...]]
    ) -> bool:
        values = declared.get(key.value, ())
        if values and literal.value not in values:
            return self._not_among(literal, at, key.value, values, closed=False)
        return True

    def check_together(self, overload: Overload) -> bool:
        """What only several arguments show: a day that its month lacks, a time after 24:00."""
        numbers = [constant(self.state.order[at]) for at in self.arguments]
        values = [None if number is None else int(number[1]) for number in numbers]
        roles = [parameter.role for parameter in overload.parameters]
        if roles[:3] == ["year", "month", "day"]:
            year, month, day = values[:3]
            if year is not None and month is not None and day is not None and day > days_in_month(year, month):
                from targetexpr.checking.messages.arguments import NO_SUCH_DAY

                at = self.arguments[2]
                span, days = self.state.order[at].span, days_in_month(year, month)
                self.state.report(at, NO_SUCH_DAY.at(span, year=year, month=month, day=day, days=days))
                return False
        if roles[-2:] == ["end-hour", "minute"] and values[2] == 24 and values[3] not in (None, 0):
            from targetexpr.checking.messages.arguments import AFTER_MIDNIGHT

            at = self.arguments[3]
            self.state.report(at, AFTER_MIDNIGHT.at(self.state.order[at].span, function=self.function.name))
            return False
        return True


_CHECKS: Mapping[Role, _Check] = {
    "regex": _Call.regex,
    "bounds": _Call.bounds,
    "number-text": _Call.number_text,
    "date-text": _Call.date_text,
    **dict.fromkeys(ROLE_LIMITS, _Call.part),
    "inventory-attribute": _Call.inventory_attribute,
    "inventory-value": _Call.inventory_value,
    "custom-field": _Call.custom_field,
    "custom-value": _Call.custom_value,
    "cluster": _Call.cluster,
    "cluster-value": _Call.cluster_value,
    "registration-entity": _Call.documented_name,
    "registration-code": _Call.dependent_value,
    "profile-source": _Call.documented_name,
    "profile-account": _Call.dependent_value,
}


def part_of(literal: StringLiteral, start: int, end: int) -> Span:
    """Where a part of what a string means stands in the source: escapes are longer there than what they mean."""
    if literal.span.start < 0:
        return literal.span
    places = _raw_places(literal.raw)
    return Span(literal.span.start + 1 + places[start], literal.span.start + 1 + places[end])


def _raw_places(raw: str) -> list[int]:
    r"""For each character that a raw string means, where it begins in the raw text; at last, where that ends."""
    places: list[int] = []
    at = 0
    while at < len(raw):
        places.append(at)
        if raw[at] != "\\":
            at += 1
        elif _is_unicode_escape(raw, at):
            high = int(raw[at + 2 : at + 6], 16)
            at += 6
            if 0xD800 <= high < 0xDC00 and _is_unicode_escape(raw, at):
                at += 6  # the second half of the same character
        elif raw[at + 1] in '"\\ntr':
            at += 2
        else:
            at += 1  # the backslash stays, and is a character of its own
    places.append(at)
    return places


def _is_unicode_escape(raw: str, at: int) -> bool:
    digits = raw[at + 2 : at + 6]
    return raw.startswith("\\u", at) and len(digits) == 4 and all(c in "0123456789abcdefABCDEF" for c in digits)
