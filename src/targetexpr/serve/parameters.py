"""Parameters of HTTP operations, in the path and in the query.

Each is declared once, as a value with a name, a description, a JSON schema and a parser. The OpenAPI document
describes it, requests are checked against it, and a handler reads it (`call[LIMIT]`), all from that one declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any, Generic, TypeAlias, TypeVar

from targetexpr.serve.clock import FIRST, LAST
from targetexpr.serve.errors import Refusal, invalid_input, refusal
from targetexpr.serve.ids import MAX_ID, parse_id, parse_integer, user_id
from targetexpr.serve.json_schemas import BOOLEAN, COUNT, STRING, JsonSchema, integer
from targetexpr.targets.model.enums import WireEnum
from targetexpr.targets.model.error_numbers import INVALID_INPUT, NO_GROUP, NO_TARGET
from targetexpr.targets.model.scalars import WireDate

T = TypeVar("T")
Name = TypeVar("Name", bound=WireEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathParameter(Generic[T]):
    """A part of the path, as `groupId` in `/v3/targetGroups/{groupId}`."""

    name: str
    description: str
    schema: JsonSchema
    parse: Callable[[str], T]  # raises Refusal
    may_miss: bool = False  # whether the operation answers 404 when nothing has this id


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryParameter(Generic[T]):
    """A parameter of the query, which may be left out."""

    name: str
    description: str
    schema: JsonSchema
    parse: Callable[[str], T]  # raises Refusal
    default: T


Parameter: TypeAlias = PathParameter[T] | QueryParameter[T]


def flag(name: str, description: str, *, default: bool = False) -> QueryParameter[bool]:
    """A query parameter that is true or false; `default` unless given.

    >>> flag("includePeriods", "Lists the periods of groups.").parse("True")
    True
    """
    return QueryParameter(
        name=name,
        description=description,
        schema=BOOLEAN | {"default": default},
        parse=lambda text: _parse_flag(name, text),
        default=default,
    )


def number(name: str, description: str, minimum: int, maximum: int, *, default: int) -> QueryParameter[int]:
    """A query parameter that is a whole number between two bounds, both of them included."""
    return QueryParameter(
        name=name,
        description=description,
        schema=integer(minimum, maximum) | {"default": default},
        parse=lambda text: _parse_number(name, text, minimum, maximum),
        default=default,
    )


def optional_id(name: str, description: str) -> QueryParameter[int | None]:
    """A query parameter that is an id; None unless given."""
    return QueryParameter(
        name=name,
        description=description,
        schema=integer(0, MAX_ID),
        parse=lambda text: _parse_number(name, text, 0, MAX_ID),
        default=None,
    )


def several_ids(name: str, description: str) -> QueryParameter[frozenset[int] | None]:
    """A query parameter that is ids with commas between them; None unless given.

    >>> sorted(several_ids("targetRuleIds", "Shows these only.").parse("2579,2577"))
    [2577, 2579]
    """
    return QueryParameter(
        name=name,
        description=description,
        schema=STRING | {"pattern": "^ *[0-9]+ *(, *[0-9]+ *)*$"},
        parse=lambda text: frozenset(_parse_number(name, one.strip(), 0, MAX_ID) for one in text.split(",")),
        default=None,
    )


def words(name: str, description: str) -> QueryParameter[str | None]:
    """A query parameter of any text; None unless given."""
    return QueryParameter(name=name, description=description, schema=STRING, parse=str, default=None)


def choice(
    name: str, description: str, names: type[Name], *, number: int = INVALID_INPUT, code: str = "wrong-parameter"
) -> QueryParameter[Name | None]:
    """A query parameter that is one of the names that there are, in any documented spelling; None unless given."""

    def parse(text: str) -> Name:
        try:
            return names.read(text)
        except ValueError as failure:
            raise refusal(code, f"The parameter {name} does not fit: {failure}.", number=number) from None

    known = f"{description} One of {', '.join(names)}."
    return QueryParameter(name=name, description=known, schema=STRING, parse=parse, default=None)


def day(name: str, description: str) -> QueryParameter[date | None]:
    """A query parameter that is a day, or an instant whose day counts; None unless given."""
    return QueryParameter(
        name=name, description=description, schema=_DATE, parse=lambda text: _parse_date(name, text).day, default=None
    )


def instant(name: str, description: str) -> QueryParameter[datetime | None]:
    """A query parameter that is an instant: milliseconds since 1970, or a date as in bodies; None unless given."""
    return QueryParameter(
        name=name,
        description=description,
        schema=_DATE,
        parse=lambda text: _parse_instant(name, text),
        default=None,
    )


_DATE: JsonSchema = STRING | {"examples": ["2024-01-31", "1723193084000"]}


def _parse_date(name: str, text: str) -> WireDate:
    whole = parse_integer(text)
    try:
        return WireDate.read(text if whole is None else whole)
    except ValueError as failure:
        raise invalid_input("wrong-parameter", f"The parameter {name} is a date: {failure}.", None) from None


def _parse_instant(name: str, text: str) -> datetime:
    """One that the clock could be set to."""
    try:
        moment = _parse_date(name, text).instant().astimezone(UTC)
    except OverflowError:
        moment = LAST
    if not FIRST <= moment < LAST:
        message = f"The parameter {name} is an instant from {FIRST.year} to {LAST.year}."
        raise invalid_input("wrong-parameter", message, None)
    return moment


def _parse_flag(name: str, text: str) -> bool:
    match text.lower():
        case "true":
            return True
        case "false":
            return False
        case _:
            message = f"The parameter {name} is true or false, not {text[:60]!r}."
            raise invalid_input("wrong-parameter", message, None)


def _parse_number(name: str, text: str, minimum: int, maximum: int) -> int:
    value = parse_integer(text)
    if value is None or not minimum <= value <= maximum:
        message = f"The parameter {name} is a whole number from {minimum} to {maximum}, not {text[:60]!r}."
        raise invalid_input("wrong-parameter", message, None)
    return value


def read_query(parameters: Sequence[QueryParameter[Any]], query: Iterable[tuple[str, str]]) -> Mapping[str, Any]:
    """The value of every parameter by its name. Raises Refusal for a query that does not fit.

    Parameters that are unknown or given twice are refused: ignored, a slip would look like an answer.
    """
    known = {parameter.name: parameter for parameter in parameters}
    given: dict[str, str] = {}
    for name, text in query:
        if name in given:
            raise invalid_input("repeated-parameter", f"The parameter {name[:60]!r} is given more than once.", None)
        if name not in known:
            raise _unknown_parameter(name, list(known))
        given[name] = text
    return {
        name: parameter.parse(given[name]) if name in given else parameter.default for name, parameter in known.items()
    }


def _unknown_parameter(name: str, known: Sequence[str]) -> Refusal:
    near = get_close_matches(name, known, 1)
    there = f"expected one of {', '.join(known)}" if known else "it has none"
    message = f"Unknown parameter {name[:60]!r} of this operation; {there}."
    hint = f"Did you mean {near[0]}?" if near else None
    return refusal("unknown-parameter", message, number=INVALID_INPUT, hint=hint)


def _id(name: str, kind: str, missing: int, code: str) -> PathParameter[int]:
    """The id of something in the path: what cannot be one is answered as an id that nothing has."""

    def parse(text: str) -> int:
        value = parse_id(text)
        if value is None:
            raise refusal(code, f"{text[:60]!r} is not the id of a {kind}.", number=missing)
        return value

    return PathParameter(name=name, description=f"The id of a {kind}.", schema=COUNT, parse=parse, may_miss=True)


def target_id(name: str) -> PathParameter[int]:
    """The id of a target in the path; what it is called differs between operations."""
    return _id(name, "target", NO_TARGET, "no-target")


GROUP_ID = _id("groupId", "target group", NO_GROUP, "no-group")
TARGET_ID = target_id("targetId")
USER_ID = PathParameter(
    name="userId",
    description="The id of a customer: a number, or a string as in records.",
    schema=STRING,
    parse=user_id,
)
