"""What keeps a rule from running over a table: no form in columns, or no column."""

from __future__ import annotations

from collections.abc import Iterable

from targetexpr.base.source import NO_SPAN, Span
from targetexpr.lang.nodes import Expr


class TableError(ValueError):
    """A rule cannot run over this table."""


class NotLowerable(TableError):
    """A part of a rule that has no exact form in columns, at least not in these.

    `part` names it, `reason` says why, and `span` is its place in the text of the rule (NO_SPAN where there is none).
    """

    def __init__(self, reason: str, node: Expr | None = None) -> None:
        super().__init__(reason, node)
        self.reason = reason
        self._node = node
        self.span: Span = NO_SPAN if node is None else Span(node.start, node.end)

    @property
    def part(self) -> str:
        """The text of the part; empty where it is the rule as a whole."""
        if self._node is None:
            return ""
        from targetexpr.syntax.printer import to_text

        return to_text(self._node)

    def __str__(self) -> str:
        part = self.part
        shown = f" for `{part if len(part) <= 60 else part[:57] + '...'}`" if part else ""
        return f"No exact form in columns{shown}: {self.reason}. With `rows=True` the rule runs row by row."


class MissingColumns(TableError):
    """Columns that a rule reads and a table does not have; `missing` maps each name to the close ones."""

    def __init__(self, missing: Iterable[tuple[str, list[str]]]) -> None:
        self.missing = dict(missing)
        super().__init__(self.missing)

    def __str__(self) -> str:
        return " ".join(_sentence(name, close) for name, close in self.missing.items())


def _sentence(name: str, close: list[str]) -> str:
    if not close:
        return f"The table has no column for `{name}`; rename one, or name it in `columns`."
    return f"The table has no column for `{name}`; close: {', '.join(f'`{one}`' for one in close)}."


class MissingExtra(ImportError):
    """A library that tables need is not installed."""

    def __init__(self, library: str) -> None:
        super().__init__(library)
        self.library = library

    def __str__(self) -> str:
        return f"Tables need {self.library}, which is not installed: pip install 'targetexpr[tables]'."
