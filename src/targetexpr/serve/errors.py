"""What a request can be refused with: the platform's numbers with their texts, and diagnostics of our own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from targetexpr.targets.model.envelope import PayloadError
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.validation.diagnostics import Finding

INVALID_INPUT = 300004
INVALID_USER = 310011
NO_GROUP = 310017
NO_TARGET = 310018
NO_PERIOD = 310019
NAME_TAKEN = 310069
ENROLLED = 310119
NOT_ENROLLED = 310126
INVALID_KEY = 310145
NOTHING_RECORDED = 310149

MESSAGES: dict[int, str] = {
    # The documents show a text for these.
    INVALID_INPUT: "Invalid input, check all values and ensure they are correct.",
    310008: "Length of Target rule name cannot exceed 200",
    INVALID_USER: "Invalid userId",
    NAME_TAKEN: "Target group name already exists",
    310094: "Extended field info is missing",
    NOT_ENROLLED: "User is not enrolled for the target",
    INVALID_KEY: "Invalid key is passed",
    310146: "Program id is invalid",
    310147: "Alternate currency id is null or invalid",
    # For these they show none: the number is the platform's, the wording is ours.
    NO_GROUP: "Target group not found or deactivated",
    NO_TARGET: "Target rule not found",
    NO_PERIOD: "Target period not found",
    310033: "Target entity and target type do not go together",
    310092: "Extended field not found or of a wrong data type",
    ENROLLED: "User already enrolled for the target",
    310132: "Leaderboard is available for FIXED_CALENDAR_WINDOW only",
    NOTHING_RECORDED: "Nothing is recorded for the user and the target",
}
"""The text beside each number that this server answers with."""

_MISSING = frozenset((NO_GROUP, NO_TARGET, NO_PERIOD))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One entry of `errors` or `warnings`. `code` is the platform's number, null where it documents none."""

    code: int | None = None
    message: str
    reason: str  # "entity-type-pair", ours
    pointer: str | None = None  # into the request's body
    detail: str | None = None  # our sentence where `message` is the platform's
    hint: str | None = None

    def plain(self) -> dict[str, JsonValue]:
        """As it goes on the wire: what is not known is left out, but for `code`."""
        made: dict[str, JsonValue] = {"code": self.code, "message": self.message, "reason": self.reason}
        for name in ("pointer", "detail", "hint"):
            value = getattr(self, name)
            if value is not None:
                made[name] = value
        return made


class Refusal(Exception):
    """A request that is not done, and everything that is wrong with it."""

    def __init__(
        self,
        problems: Iterable[Problem],
        status: int = 400,
        warnings: Iterable[Problem] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        self.problems = tuple(problems)
        self.status = status
        self.warnings = tuple(warnings)
        self.headers = headers or {}
        super().__init__(self.problems)


def numbered(code: int, reason: str, detail: str, *, pointer: str | None = None, hint: str | None = None) -> Problem:
    """A problem the platform has a number for.

    >>> numbered(310145, "name-kind", "There is no kind of name 'x'.").message
    'Invalid key is passed'
    """
    return Problem(code=code, message=MESSAGES[code], reason=reason, pointer=pointer, detail=detail, hint=hint)


def refuse(code: int, reason: str, detail: str, *, pointer: str | None = None, hint: str | None = None) -> Refusal:
    """One numbered problem as a refusal: 404 for what is not there, else 400.

    310126 is documented with status 500; it is answered with 400 all the same, because a sandbox that answers 500
    could not be told from one that broke.
    """
    status = 404 if code in _MISSING else 400
    return Refusal([numbered(code, reason, detail, pointer=pointer, hint=hint)], status)


def ours(
    reason: str, message: str, *, status: int = 400, pointer: str | None = None, hint: str | None = None
) -> Refusal:
    """One problem that the platform documents no number for."""
    return Refusal([Problem(message=message, reason=reason, pointer=pointer, hint=hint)], status)


def of_diagnostic(diagnostic: Finding, pointer: str | None = None) -> Problem:
    """A diagnostic of the validation, at its own place or another."""
    place = diagnostic.pointer if pointer is None else pointer
    if diagnostic.number is not None:
        return numbered(diagnostic.number, diagnostic.code, diagnostic.message, pointer=place, hint=diagnostic.hint)
    return Problem(message=diagnostic.message, reason=diagnostic.code, pointer=place, hint=diagnostic.hint)


def of_payload(error: PayloadError) -> Refusal:
    """A body that does not fit the model, or is no JSON at all."""
    return Refusal(numbered(INVALID_INPUT, code, message, pointer=place) for place, code, message in error.problems)


def refuse_errors(diagnostics: Sequence[Finding]) -> None:
    """Raises everything at once when there is an error among the diagnostics; warnings go beside."""
    errors = [of_diagnostic(one) for one in diagnostics if one.is_error]
    if errors:
        raise Refusal(errors, warnings=[of_diagnostic(one) for one in diagnostics if not one.is_error])
