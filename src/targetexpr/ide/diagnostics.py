"""Which diagnostics to show while a text is typed: what is merely unfinished, and the one to tell at an offset."""

from __future__ import annotations

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.ide.document import Document


def is_pending(document: Document, diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic is what any rule has until its last key: something open, or half typed at the end."""
    if "incomplete" in diagnostic.tags:
        return True
    half_typed = "prefix" in diagnostic.tags or "name-prefix" in diagnostic.tags
    return half_typed and diagnostic.span.end == len(document.text)


def is_name_begun(document: Document, diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic is about a name that the text ends with, and that may go on."""
    return "name-prefix" in diagnostic.tags and diagnostic.span.end == len(document.text)


def is_unfinished(document: Document) -> bool:
    """Whether all that is wrong is that the text is not at its end yet.

    >>> is_unfinished(Document("currentTxn.value>")), is_unfinished(Document("a = 1"))
    (True, False)
    """
    errors = [diagnostic for diagnostic in document.analysis.diagnostics if diagnostic.is_error]
    return bool(errors) and all(is_pending(document, diagnostic) for diagnostic in errors)


def diagnostic_at(document: Document, offset: int) -> Diagnostic | None:
    """The diagnostic to tell of: errors before warnings, those at the offset first, what is pending last."""

    def rank(diagnostic: Diagnostic) -> tuple[bool, bool, bool]:
        here = diagnostic.span.start <= offset <= diagnostic.span.end
        return is_pending(document, diagnostic), not diagnostic.is_error, not here

    return min(document.analysis.diagnostics, key=rank, default=None)
