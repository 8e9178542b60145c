"""What a request can be refused with: the platform's numbers with their texts, and diagnostics of our own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.targets.model.envelope import PayloadError
from targetexpr.targets.model.error_numbers import ERROR_NUMBERS, NO_GROUP, NO_PERIOD, NO_TARGET
from targetexpr.targets.model.json_values import JsonValue

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
    return Problem(
        code=code, message=ERROR_NUMBERS[code].text, reason=reason, pointer=pointer, detail=detail, hint=hint
    )


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


def of_diagnostic(diagnostic: Diagnostic, pointer: str | None = None) -> Problem:
    """A diagnostic of the validation, at its own place or another. Of a rule it says where in its text."""
    place = diagnostic.pointer if pointer is None else pointer
    offset = f" (offset {diagnostic.span.start})" if diagnostic.span.start >= 0 else ""
    return _problem(diagnostic, diagnostic.message + offset, place)


def of_payload(error: PayloadError) -> Refusal:
    """A body that does not fit the model, or is not valid JSON at all."""
    return Refusal(_problem(one, one.message, one.pointer) for one in error.diagnostics)


def _problem(diagnostic: Diagnostic, message: str, pointer: str | None) -> Problem:
    if diagnostic.number is not None:
        return numbered(diagnostic.number, diagnostic.code, message, pointer=pointer, hint=diagnostic.hint)
    return Problem(message=message, reason=diagnostic.code, pointer=pointer, hint=diagnostic.hint)


def refuse_errors(diagnostics: Sequence[Diagnostic]) -> None:
    """Raises everything at once when there is an error among the diagnostics; warnings go beside."""
    errors = [of_diagnostic(one) for one in diagnostics if one.is_error]
    if errors:
        raise Refusal(errors, warnings=[of_diagnostic(one) for one in diagnostics if not one.is_error])
