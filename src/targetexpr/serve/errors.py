"""What a request can be refused with: diagnostics, those that the platform documents with its number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.source import NO_SPAN
from targetexpr.targets.model.envelope import PayloadError
from targetexpr.targets.model.error_numbers import INVALID_INPUT, NO_GROUP, NO_PERIOD, NO_TARGET

_MISSING = frozenset((NO_GROUP, NO_TARGET, NO_PERIOD))


class Refusal(Exception):
    """A request that is not done, and everything that is wrong with it."""

    def __init__(
        self,
        errors: Iterable[Diagnostic],
        status: int = 400,
        warnings: Iterable[Diagnostic] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        self.errors = tuple(errors)
        self.status = status
        self.warnings = tuple(warnings)
        self.headers = headers or {}
        super().__init__(self.errors)


def error(
    code: str, message: str, *, number: int | None = None, pointer: str | None = None, hint: str | None = None
) -> Diagnostic:
    """An error of a request: our code and message, the pointer into its body, the platform's number if it has one."""
    return Diagnostic(code=code, severity="error", message=message, number=number, pointer=pointer, hint=hint)


def warning(code: str, message: str, *, pointer: str | None = None, hint: str | None = None) -> Diagnostic:
    """Something about a request that was accepted; the platform has no numbers for warnings."""
    return Diagnostic(code=code, severity="warning", message=message, pointer=pointer, hint=hint)


def refusal(
    code: str, message: str, *, number: int | None = None, pointer: str | None = None, hint: str | None = None
) -> Refusal:
    """One error as a refusal, with status 404 for what is not there and 400 for everything else.

    310126 is documented with status 500; it is answered with 400 all the same, because a sandbox that answers 500
    would look like one that broke.

    >>> refusal("no-group", "There is no target group 7.", number=NO_GROUP).status
    404
    """
    status = 404 if number in _MISSING else 400
    return Refusal([error(code, message, number=number, pointer=pointer, hint=hint)], status)


def invalid_input(code: str, message: str, pointer: str | None) -> Refusal:
    """A body or a query that is not as the operation needs it, at one place."""
    return refusal(code, message, number=INVALID_INPUT, pointer=pointer)


def refusal_of_payload(failure: PayloadError) -> Refusal:
    """A body that does not fit the model, or is not valid JSON at all; the message says where in the text."""
    return Refusal(replace(diagnostic, span=NO_SPAN) for diagnostic in failure.diagnostics)


def refuse_errors(diagnostics: Sequence[Diagnostic]) -> None:
    """Raises everything at once when there is an error among the diagnostics; warnings go beside."""
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.is_error]
    if errors:
        raise Refusal(errors, warnings=[diagnostic for diagnostic in diagnostics if not diagnostic.is_error])
