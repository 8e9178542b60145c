"""What is said of one rule, wherever it stands: its diagnostics, and whether it can be read and is valid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.front import Analysis, enabled


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is said of one rule; its diagnostics are in terms of the rule's text."""

    diagnostics: Sequence[Diagnostic]
    is_readable: bool  # false where there is no tree
    ok: bool  # no errors


def check_analysis(analysis: Analysis, *, lint: bool = True) -> Checked:
    """What is said of a rule that stands by itself."""
    checked = analysis.checked
    diagnostics = analysis.diagnostics
    if checked is not None and not lint:
        diagnostics = enabled(checked.diagnostics, checked.schema, analysis.environment)
    return Checked(diagnostics=diagnostics, is_readable=checked is not None, ok=checked is not None and checked.ok)
