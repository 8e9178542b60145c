"""The refusal of an evaluation as SQL."""

from __future__ import annotations

from collections.abc import Sequence


class NotSql(Exception):
    """An evaluation that has no exact form in SQL, for this group or over this table."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(*reasons)
        self.reasons = tuple(reasons)

    def __str__(self) -> str:
        return " ".join(self.reasons)
