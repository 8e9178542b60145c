"""Documents with rules in them, told apart by file name and text: rule files, JSON, TOML and Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.quoted import verbatim
from targetexpr.base.source import Span, lines_of
from targetexpr.documents.kinds import DocumentKind, kind_of
from targetexpr.documents.reading import is_rule_line
from targetexpr.documents.region import Region, region


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text and the rules in it, in its order."""

    kind: DocumentKind
    text: str
    name: str | None = None  # "plan.toml", None for what is no file
    regions: tuple[Region, ...]
    error: Diagnostic | None = None  # why it is not JSON or not TOML; the regions are then those that can be told

    def region_at(self, offset: int) -> Region | None:
        """The rule that an offset of the document lies in, its quotes included."""
        return next((one for one in self.regions if one.span.start <= offset <= one.span.end), None)


def open_document(text: str, name: str | None = None) -> Document:
    """The rules in a text, which is what `name` ends in (see `ENDINGS`), else what it looks like. Never raises.

    In a file of rules each line is one; blank lines and those that begin with # are skipped.

    >>> [found.text for found in open_document("true\\n\\n# not this\\nfalse", "some.rules").regions]
    ['true', 'false']
    >>> open_document('{"expression": ').error.message
    'Not valid JSON: expected a value, found the end of the text.'
    """
    kind = kind_of(text, name)
    error: Diagnostic | None = None
    match kind:
        case "rule":
            whole = Span(0, len(text))
            regions = [region(text, whole, verbatim(text, whole, "text"))]
        case "rules":
            regions = [
                region(text, span, verbatim(text, span, "line"))
                for span in map(Span, *lines_of(text))
                if is_rule_line(span.cut(text))
            ]
        case "json":
            from targetexpr.documents.json_regions import json_regions

            regions, problem = json_regions(text)
            error = problem.diagnostic if problem is not None else None
        case "toml":
            from targetexpr.documents.toml_regions import toml_regions

            regions, unread = toml_regions(text)
            error = unread.diagnostic if unread is not None else None
        case "python":
            from targetexpr.documents.python_regions import python_regions

            regions = python_regions(text)
        case _:
            assert_never(kind)
    return Document(kind=kind, text=text, name=name, regions=tuple(regions), error=error)
