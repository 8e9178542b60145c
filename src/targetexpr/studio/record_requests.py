"""What the page's questions about records have in common: how they are read, and what they are about."""

from __future__ import annotations

from starlette.requests import Request

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.limits import DEFAULT_LIMITS
from targetexpr.base.positions import LineIndex
from targetexpr.front import Environment
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.decoder import DecodeError, decode
from targetexpr.rule import Rule, compile_in
from targetexpr.studio.data import Data
from targetexpr.studio.recent import Recent
from targetexpr.studio.responses import MOST_MESSAGE, Refused, body_of, check_json
from targetexpr.studio.studio import SchemaId, Studio

Body = dict[str, object]


async def exact_json(request: Request) -> Body:
    """The JSON object of a request, with numbers as they are written: values of records are among them."""
    check_json(request)
    try:
        value = decode((await body_of(request, MOST_MESSAGE)).decode())
    except UnicodeDecodeError:
        raise Refused(400, "Not valid JSON: not valid UTF-8.") from None
    except DecodeError as error:
        raise Refused(400, str(error)) from None
    if not isinstance(value, dict):
        raise Refused(400, "Expected a JSON object.")
    return value


def text_in(body: Body, name: str) -> str | None:
    """A string of a request, None for null and for nothing. Raises Refused for anything else."""
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value
    raise Refused(400, f"`{name}` is a string.")


def number_in(body: Body, name: str, usual: int, *, most: int = 2**53) -> int:
    """A whole number of a request, from 0."""
    value = body.get(name)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or not 0 <= value <= most:
        raise Refused(400, f"`{name}` is a whole number from 0 to {most:,}.")
    return int(value)


def object_in(body: Body, name: str) -> Body:
    """An object of a request; nothing is an empty one."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(400, f"`{name}` is an object.")
    return value


def data_of(studio: Studio, id_: str | None) -> Data:
    """The opened file that is meant."""
    found = None if id_ is None else studio.data.get(id_)
    if found is None:
        raise Refused(404, "That file is not open any more; open it again.")
    return found


def environment_of(studio: Studio, body: Body) -> Environment:
    """What a rule of the page is evaluated in."""
    chosen = text_in(body, "schema")
    schema: SchemaId | None = next((one for one in studio.schemas if one == chosen), None)
    if chosen is not None and schema is None:
        raise Refused(422, f"There is no schema `{chosen}` in this studio.")
    made = studio.environment(schema, text_in(body, "event"))
    known = made.schema or Schema.bundled()
    if made.event is not None and known.event(made.event) is None:
        raise Refused(422, f"Unknown event `{made.event}`.")
    return made


def schema_of(studio: Studio, body: Body) -> Schema:
    """The schema that is meant."""
    return environment_of(studio, body).schema or Schema.bundled()


class Rules:
    """The rules that were asked about last, compiled once."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._kept: Recent[tuple[str, Environment], Rule] = Recent(32)

    def rule(self, body: Body) -> Rule:
        """The rule of a request. Raises Refused with its diagnostics where it is invalid."""
        text = text_in(body, "rule")
        if text is None:
            raise Refused(400, "`rule` is missing.")
        if len(text) > DEFAULT_LIMITS.text:
            raise Refused(413, f"The rule is longer than {DEFAULT_LIMITS.text:,} characters.")
        return self._compiled(text, environment_of(self._studio, body))

    def any_rule(self, body: Body) -> Rule:
        """A rule that reads nothing, for records as such."""
        return self._compiled("true", environment_of(self._studio, body))

    def _compiled(self, text: str, environment: Environment) -> Rule:
        try:
            return self._kept.get((text, environment), lambda: compile_in(text, environment))
        except ExpressionError as error:
            units = LineIndex(text, "utf-16").units
            found = [
                {
                    "code": one.code,
                    "severity": one.severity,
                    "message": one.message,
                    "span": [units(one.span.start), units(one.span.end)],
                }
                for one in error.diagnostics
            ]
            raise Refused(422, "The rule is invalid.", diagnostics=found) from None
