"""What validation says of a group: diagnostics with pointers and the platform's numbers, collected and raised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from targetexpr.base.diagnostics import Diagnostic, Fix, Severity
from targetexpr.targets.model.error_numbers import number_of


class GroupError(ValueError):
    """A group that must not be posted. `diagnostics` holds everything that was found, at least one an error."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        errors = [diagnostic for diagnostic in self.diagnostics if diagnostic.is_error]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return f"{errors[0] if errors else self.diagnostics[0]}{more}"


@dataclass(slots=True)
class Report:
    """Collects diagnostics about the group at `where`.

    Errors are what a document forbids and what cannot be read or evaluated. Warnings are rules of the user interface,
    conclusions that no document states, and rules that observed groups break. Of members that do not fit the model
    nothing more is said.
    """

    where: str = ""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _invalid: set[str] = field(default_factory=set)  # pointers of what did not fit, and of all that it stands in

    def error(self, pointer: str, code: str, message: str, hint: str | None = None) -> None:
        """Something that a document forbids, or that cannot be evaluated."""
        self._add(pointer, "error", code, message, hint)

    def warn(self, pointer: str, code: str, message: str, hint: str | None = None, fixes: tuple[Fix, ...] = ()) -> None:
        """Something that may be meant, and mostly is not. Fixes are edits of the key of the member at the pointer."""
        self._add(pointer, "warning", code, message, hint, fixes)

    def rule(self, pointer: str, diagnostic: Diagnostic) -> None:
        """What is said of the rule that the string at a pointer holds; its span stays that in the string."""
        self.diagnostics.append(replace(diagnostic, pointer=self.where + pointer))

    def add_invalid(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Remember what did not fit the model."""
        for diagnostic in diagnostics:
            pointer = diagnostic.pointer or ""
            while pointer not in self._invalid:
                self._invalid.add(pointer)
                pointer = pointer.rpartition("/")[0]

    def is_invalid(self, pointer: str) -> bool:
        """Whether the value at a pointer, or something in it, did not fit the model."""
        return self.where + pointer in self._invalid

    def _add(
        self,
        pointer: str,
        severity: Severity,
        code: str,
        message: str,
        hint: str | None,
        fixes: tuple[Fix, ...] = (),
    ) -> None:
        self.diagnostics.append(
            Diagnostic(
                pointer=self.where + pointer,
                severity=severity,
                code=code,
                number=number_of(code),
                message=message,
                hint=hint,
                fixes=fixes,
            )
        )
