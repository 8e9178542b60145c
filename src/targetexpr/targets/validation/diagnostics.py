"""What validation finds: each thing with its place, severity, code and, where documented, the platform's number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from targetexpr.base.diagnostics import Severity

NUMBERS: dict[str, int] = {
    "misfit": 300004,
    "target-name-too-long": 310008,
    "entity-type-pair": 310033,
    "group-name-taken": 310069,
    "extended-field-wrong": 310092,
    "extended-field-info-missing": 310094,
    "leaderboard-window": 310132,
    "program-invalid": 310146,
    "currency-missing": 310147,
}
"""Our codes for what the platform has a number for. Nothing else ever carries a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about one place of a group.

    Errors are what a document forbids and what cannot be read or evaluated. Warnings are rules of the user
    interface, conclusions nobody wrote down, and rules that observed groups break.
    """

    pointer: str  # "/targets/0/name", an RFC 6901 JSON pointer
    severity: Severity
    code: str  # "target-name-too-long", ours
    message: str
    number: int | None = None  # 310008, the platform's, where it documents one
    hint: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether the group must not be posted as it is."""
        return self.severity == "error"

    def __str__(self) -> str:
        number = f" {self.number}" if self.number is not None else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.severity}[{self.code}{number}] at {self.pointer or 'the top'}: {self.message}{hint}"

    def to_dict(self) -> dict[str, object]:
        """For JSON output."""
        return {
            "pointer": self.pointer,
            "severity": self.severity,
            "code": self.code,
            "number": self.number,
            "message": self.message,
            "hint": self.hint,
        }


class GroupError(ValueError):
    """A group that must not be posted. `diagnostics` holds everything that was found, at least one an error."""

    def __init__(self, diagnostics: Sequence[Finding]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        errors = [diagnostic for diagnostic in self.diagnostics if diagnostic.is_error]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return f"{errors[0] if errors else self.diagnostics[0]}{more}"


@dataclass(slots=True)
class Report:
    """Collects diagnostics. Places whose value does not fit the model are known, and nothing more is said of them."""

    where: str = ""
    invalid_members: frozenset[str] = frozenset()
    diagnostics: list[Finding] = field(default_factory=list)

    def error(self, place: str, code: str, message: str, hint: str | None = None) -> None:
        """Something that a document forbids, or that cannot be evaluated."""
        self._add(place, "error", code, message, hint)

    def warn(self, place: str, code: str, message: str, hint: str | None = None) -> None:
        """Something that may be meant, and mostly is not."""
        self._add(place, "warning", code, message, hint)

    def unread(self, place: str) -> bool:
        """Whether what stands at a place, or somewhere in it, did not fit the model."""
        pointer = self.where + place
        return any(known == pointer or known.startswith(pointer + "/") for known in self.invalid_members)

    def _add(self, place: str, severity: Severity, code: str, message: str, hint: str | None) -> None:
        self.diagnostics.append(
            Finding(
                pointer=self.where + place,
                severity=severity,
                code=code,
                number=NUMBERS.get(code),
                message=message,
                hint=hint,
            )
        )
