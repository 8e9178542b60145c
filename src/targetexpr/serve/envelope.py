"""Answers: the platform's envelope, its status, and problems as entries of `errors` and `warnings`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from starlette.responses import Response

from targetexpr.serve.errors import Problem, Refusal
from targetexpr.serve.store import StoreError
from targetexpr.targets.model.json_values import JsonValue, write_json

WARNINGS = "Sandbox-Warnings"
"""The header that counts our warnings on an answer of success."""

MOST_LISTED = 1000
"""Problems that an answer lists. A document of a hundred periods and fifty targets has room for fewer."""


def plain(value: JsonValue, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Any JSON on one line, its numbers as they are spelled."""
    return Response(write_json(value, indent=None) + "\n", status, headers, "application/json")


def success(data: JsonValue, status: int = 200, *, warnings: Iterable[Problem] = (), told: bool = False) -> Response:
    """What was asked for. Like the platform's, the answer has null errors and warnings.

    Our warnings about what was accepted are counted in a header; they stand in the body when the setting `warnings`
    is on (`told`), because a client that is tested must see the platform's answer member for member.
    """
    found = [problem.plain() for problem in warnings]
    listed: JsonValue = list[JsonValue](found) if told and found else None
    headers = {WARNINGS: str(len(found))} if found else None
    return plain({"data": data, "errors": None, "warnings": listed}, status, headers)


def refused(refusal: Refusal) -> Response:
    """Everything that is wrong, at once; of more than anybody reads, the beginning."""
    errors, warnings = _listed(refusal.problems), _listed(refusal.warnings)
    return plain({"data": None, "errors": errors, "warnings": warnings or None}, refusal.status, refusal.headers)


def _listed(problems: Sequence[Problem]) -> list[JsonValue]:
    listed: list[JsonValue] = [problem.plain() for problem in problems[:MOST_LISTED]]
    if len(problems) > MOST_LISTED:
        said = f"There are {len(problems) - MOST_LISTED} more problems."
        listed.append(Problem(message=said, reason="too-many-problems").plain())
    return listed


def unavailable(problem: StoreError, *, named: bool) -> Response:
    """The database cannot be used: 503, and when to try again where that can help by itself.

    With `named` the file is named, which is for those only whom the server knows.
    """
    headers = {"Retry-After": "2"} if problem.passes else None
    return refused(
        Refusal(
            [Problem(message=problem.message if named else problem.told, reason=problem.reason)], 503, headers=headers
        )
    )


def problem(
    status: int, reason: str, message: str, headers: dict[str, str] | None = None, *, hint: str | None = None
) -> Response:
    """One problem that has nothing to do with the platform."""
    return refused(Refusal([Problem(message=message, reason=reason, hint=hint)], status, headers=headers))
