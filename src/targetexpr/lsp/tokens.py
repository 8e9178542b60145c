"""Semantic tokens in terms of the protocol: five numbers for each, from the one before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lsprotocol import types as lsp

from targetexpr.base.source import Span
from targetexpr.ide.semantic_tokens import SemanticKind
from targetexpr.ide.semantic_tokens import semantic_tokens as tokens_of
from targetexpr.lsp.snapshot import Snapshot

_TYPES: Final[dict[SemanticKind, str]] = {
    "profile": lsp.SemanticTokenTypes.Variable.value,
    "attribute": lsp.SemanticTokenTypes.Property.value,
    "method": lsp.SemanticTokenTypes.Method.value,
    "function": lsp.SemanticTokenTypes.Function.value,
    "number": lsp.SemanticTokenTypes.Number.value,
    "string": lsp.SemanticTokenTypes.String.value,
    "boolean": lsp.SemanticTokenTypes.Keyword.value,
    "operator": lsp.SemanticTokenTypes.Operator.value,
}
"""The protocol's own types, which every theme colours; punctuation and what is unknown have none."""

LEGEND: Final = lsp.SemanticTokensLegend(list(_TYPES.values()), [])

_INDEX: Final = {kind: place for place, kind in enumerate(_TYPES)}


def semantic_tokens(snapshot: Snapshot, range_: lsp.Range | None = None) -> lsp.SemanticTokens:
    """The tokens of all rules, or of those that a range touches."""
    wanted = Span(0, len(snapshot.text)) if range_ is None else snapshot.span(range_)
    data: list[int] = []
    line, column = 0, 0
    for span, kind in _tokens(snapshot, wanted):
        for place, width in _on_lines(snapshot, span):
            data += [place.line - line, place.character - (column if place.line == line else 0)]
            data += [width, _INDEX[kind], 0]
            line, column = place.line, place.character
    return lsp.SemanticTokens(data)


def _tokens(snapshot: Snapshot, wanted: Span) -> Iterator[tuple[Span, SemanticKind]]:
    for region in snapshot.content.regions:
        if region.kind != "rule" or region.span.end < wanted.start or region.span.start > wanted.end:
            continue
        for start, end, kind in tokens_of(snapshot.document_of(region)):
            if kind in _INDEX:
                yield region.document_span(Span(start, end)), kind


def _on_lines(snapshot: Snapshot, span: Span) -> Iterator[tuple[lsp.Position, int]]:
    """A token's parts, one on each line: clients need not know of longer ones."""
    first, last = snapshot.position(span.start), snapshot.position(span.end)
    if first.line == last.line:
        yield first, last.character - first.character
        return
    for line in range(first.line, last.line + 1):
        start = first.character if line == first.line else 0
        end = last.character if line == last.line else snapshot.width(line)
        if end > start:
            yield lsp.Position(line, start), end - start
