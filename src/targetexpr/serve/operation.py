"""One HTTP operation as one declaration: method, path, parameters, body, answer and handler.

Everything else is derived from it: the route, the checks of its query, its entry in the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from targetexpr.serve.access_log import USER
from targetexpr.serve.answer_schemas import PROBLEM
from targetexpr.serve.bodies import read_json, read_object
from targetexpr.serve.errors import invalid_input
from targetexpr.serve.json_schemas import COUNT, NULL, JsonSchema, array_of, open_object, or_null
from targetexpr.serve.middleware import BODY, IS_LINES
from targetexpr.serve.parameters import Parameter, PathParameter, QueryParameter, T, read_query
from targetexpr.serve.store import Store
from targetexpr.targets.model.group import Wire
from targetexpr.targets.model.json_values import JsonValue

Method: TypeAlias = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A JSON body. An example stands under its name in `examples`."""

    name: str  # of the schema in the document, "NameCheck"
    schema: JsonSchema | type[Wire] | Callable[[], JsonSchema]  # of one object; not a dict: made for the document only
    max_items: int | None = 0  # how many of them a list may hold; None any number, 0 no list
    lines: bool = False  # whether it may come as JSON Lines too; it may be as large as --max-records then

    @property
    def model(self) -> type[Wire] | None:
        """The model whose schema it is, if any."""
        return self.schema if isinstance(self.schema, type) else None

    def json_schema(self) -> JsonSchema:
        """The schema of one that is no model; `$defs` are schemas that it refers to among the document's components."""
        assert not isinstance(self.schema, type)
        return self.schema if isinstance(self.schema, dict) else self.schema()

    @property
    def members(self) -> Collection[str] | None:
        """The members an object may have; None where others are allowed or a model knows them."""
        if isinstance(self.schema, dict) and self.schema.get("additionalProperties") is False:
            return list(self.schema["properties"])
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an operation answers with when it is done."""

    name: str  # of the schema in the document, without `Answer_`
    schema: JsonSchema


def envelope(name: str, data: JsonSchema) -> Answer:
    """An answer in the platform's envelope."""
    members = {"data": data, "errors": NULL, "warnings": or_null(array_of(PROBLEM))}
    return Answer(name=name, schema=open_object(members, required=members))


def pages(name: str, item: JsonSchema) -> Answer:
    """An answer that is a page of a list."""
    counts = {"limit": COUNT, "offset": COUNT, "total": COUNT}
    members = {
        "pagination": open_object(counts, required=counts),
        "data": array_of(item),
        "errors": array_of(PROBLEM),
        "warnings": array_of(PROBLEM),
    }
    return Answer(name=name, schema=open_object(members, required=members))


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation. `operation` makes it from its handler."""

    method: Method
    paths: tuple[str, ...]  # the same operation in several versions of the API
    summary: str
    answer: Answer
    status: int  # of success
    path_parameters: tuple[PathParameter[Any], ...]
    query_parameters: tuple[QueryParameter[Any], ...]
    body: Body | None
    may_warn: bool  # whether what was accepted may come with warnings
    is_open: bool  # whether it needs no credentials
    handler: Callable[[Call], Response]

    @property
    def name(self) -> str:
        """The handler's name."""
        return self.handler.__name__

    @property
    def description(self) -> str:
        """The handler's docstring."""
        return self.handler.__doc__ or ""

    @property
    def may_miss(self) -> bool:
        """Whether it answers 404 for an id that nothing has."""
        return any(parameter.may_miss for parameter in self.path_parameters)

    def answer_to(self, request: Request) -> Response:
        """The answer to a request of this operation. Raises Refusal, PayloadError, StoreError."""
        query = read_query(self.query_parameters, request.query_params.multi_items())
        return self.handler(Call(self, request, query))


def operation(
    method: Method,
    *paths: str,
    summary: str,
    answer: Answer,
    status: int = 200,
    path: tuple[PathParameter[Any], ...] = (),
    query: tuple[QueryParameter[Any], ...] = (),
    body: Body | None = None,
    may_warn: bool = False,
    is_open: bool = False,
) -> Callable[[Callable[[Call], Response]], Operation]:
    """Declares its handler as an operation; the handler's docstring is the operation's description."""

    def declare(handler: Callable[[Call], Response]) -> Operation:
        return Operation(
            method=method,
            paths=paths,
            summary=summary,
            answer=answer,
            status=status,
            path_parameters=path,
            query_parameters=query,
            body=body,
            may_warn=may_warn,
            is_open=is_open,
            handler=handler,
        )

    return declare


def operations_in(*modules: ModuleType) -> tuple[Operation, ...]:
    """Every operation that modules declare, in the order in which they stand there."""
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Operation))


@dataclass(frozen=True, slots=True)
class Call:
    """One request of an operation. Its query has been read; the body and the path are read when they are asked for."""

    operation: Operation
    request: Request
    query: Mapping[str, Any]

    def __getitem__(self, parameter: Parameter[T]) -> T:
        """The value of a parameter that the operation declares. Raises Refusal for a part of the path."""
        value: T
        if isinstance(parameter, QueryParameter):
            value = self.query[parameter.name]
        else:
            value = parameter.parse(self.request.path_params[parameter.name])
        return value

    @property
    def store(self) -> Store:
        """The store of the server that answers."""
        store: Store = self.request.app.state.store
        return store

    @property
    def actor(self) -> Mapping[str, JsonValue]:
        """Who acts, as attributions have it: the till that the user of the request is."""
        name = self.request.scope[USER]
        return {"id": 1, "code": name, "description": "", "name": name, "type": "TILL"}

    @property
    def body(self) -> bytes:
        """The body as it came."""
        body: bytes = self.request.scope[BODY]
        return body

    @property
    def is_lines(self) -> bool:
        """Whether the body was sent as JSON Lines."""
        is_lines: bool = self.request.scope.get(IS_LINES, False)
        return is_lines

    def json(self) -> JsonValue:
        """The JSON value of the body. Raises Refusal or PayloadError."""
        return read_json(self.body)

    def json_object(self) -> dict[str, JsonValue]:
        """The JSON object of the body, with no members but those its schema has. Raises Refusal or PayloadError."""
        return self._object(self.json(), "")

    def json_item(self) -> tuple[dict[str, JsonValue], str]:
        """The object of the body, or the only one of a list, with its pointer. Raises Refusal or PayloadError.

        The platform's documents show a list of one, and their tables an object: both are read.
        """
        value, pointer = self.json(), ""
        if isinstance(value, list):
            if len(value) != 1:
                raise invalid_input("one-customer", f"Expected one customer in a call; the list has {len(value)}.", "")
            value, pointer = value[0], "/0"
        return self._object(value, pointer), pointer

    def _object(self, value: JsonValue, pointer: str) -> dict[str, JsonValue]:
        members = self.operation.body.members if self.operation.body is not None else None
        return read_object(value, members, pointer)
