"""Answers: the platform's envelope, its status, and diagnostics as entries of `errors` and `warnings`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from starlette.responses import Response

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.serve.errors import Refusal, error
from targetexpr.serve.store_errors import StoreError
from targetexpr.targets.model.error_numbers import ERROR_NUMBERS
from targetexpr.targets.model.json_values import JsonValue, write_json

WARNINGS = "Sandbox-Warnings"
"""The header that counts our warnings on an answer of success."""

MAX_LISTED = 1000
"""Errors that an answer lists. A document of a hundred periods and fifty targets has room for fewer."""


def json_response(value: JsonValue, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Any JSON on one line, its numbers as they are spelled."""
    return Response(write_json(value, indent=None) + "\n", status, headers, "application/json")


def success(
    data: JsonValue, status: int = 200, *, warnings: Iterable[Diagnostic] = (), list_warnings: bool = False
) -> Response:
    """What was asked for. Like the platform's, the answer has null errors and warnings.

    Our warnings about what was accepted are counted in a header; they stand in the body only with `list_warnings`
    (the setting `warnings`), because a client that is tested must see the platform's answer member for member.
    """
    return success_with(write_json(data, indent=None), status, warnings=warnings, list_warnings=list_warnings)


def success_with(
    data: str, status: int = 200, *, warnings: Iterable[Diagnostic] = (), list_warnings: bool = False
) -> Response:
    """The answer of `success` for data that are JSON text already, on one line."""
    entries = [diagnostic_json(warning) for warning in warnings]
    listed: JsonValue = list[JsonValue](entries) if list_warnings and entries else None
    headers = {WARNINGS: str(len(entries))} if entries else None
    body = f'{{"data": {data}, "errors": null, "warnings": {write_json(listed, indent=None)}}}\n'
    return Response(body, status, headers, "application/json")


def page_of(data: Sequence[JsonValue], *, limit: int, offset: int, total: int) -> dict[str, JsonValue]:
    """A page as the platform answers lists that have pages: `errors` and `warnings` are empty, not null.

    `offset` is the number of the page, from 0, and `total` counts what there is on all pages.
    """
    pagination: JsonValue = {"limit": limit, "offset": offset, "total": total}
    return {"pagination": pagination, "data": list(data), "errors": [], "warnings": []}


def refusal_response(refusal: Refusal) -> Response:
    """Everything that is wrong, at once; of more than anybody reads, the beginning."""
    envelope: JsonValue = {
        "data": None,
        "errors": _entries(refusal.errors),
        "warnings": _entries(refusal.warnings) or None,
    }
    return json_response(envelope, refusal.status, refusal.headers)


def error_response(
    status: int, code: str, message: str, headers: dict[str, str] | None = None, *, hint: str | None = None
) -> Response:
    """One error that has nothing to do with the platform."""
    return refusal_response(Refusal([error(code, message, hint=hint)], status, headers=headers))


def store_error_response(error: StoreError, *, is_known_user: bool) -> Response:
    """The database cannot be used: 503, and when to try again where that can help by itself.

    The file is named to users only whom the server knows.
    """
    message = error.message if is_known_user else error.public_message
    headers = {"Retry-After": "2"} if error.is_temporary else None
    return error_response(503, error.reason, message, headers)


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, JsonValue]:
    """A diagnostic as an entry of `errors` or `warnings`: what is not known is left out, but for `code`.

    `code` is the platform's number, beside which `message` is the platform's too and ours is the `detail`. A
    diagnostic with a span is one of the rule at the pointer; its offset stands in the sentence.

    >>> diagnostic_json(error("name-kind", "Unknown kind of name 'x'.", number=310145))["message"]
    'Invalid key is passed'
    """
    number, message = diagnostic.number, diagnostic.message
    if diagnostic.span.start >= 0:
        message += f" (offset {diagnostic.span.start})"
    entry: dict[str, JsonValue] = {
        "code": number,
        "message": message if number is None else ERROR_NUMBERS[number].text,
        "reason": diagnostic.code,
    }
    optional = {
        "pointer": diagnostic.pointer,
        "detail": None if number is None else message,
        "hint": diagnostic.hint,
    }
    return entry | {name: value for name, value in optional.items() if value is not None}


def _entries(diagnostics: Sequence[Diagnostic]) -> list[JsonValue]:
    entries: list[JsonValue] = [diagnostic_json(diagnostic) for diagnostic in diagnostics[:MAX_LISTED]]
    if len(diagnostics) > MAX_LISTED:
        entries.append(diagnostic_json(more_problems(len(diagnostics) - MAX_LISTED)))
    return entries


def more_problems(count: int) -> Diagnostic:
    """Stands for errors that are not listed."""
    return error("too-many-problems", f"There are {count} more problems.")
