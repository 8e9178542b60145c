"""The outline of a document and growing selections, in terms of the protocol."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types as lsp

from targetexpr.base.source import Span
from targetexpr.documents.region import Region
from targetexpr.ide import document_symbols
from targetexpr.ide import selection_ranges as rule_selections
from targetexpr.lsp.snapshot import Snapshot

_DEEPEST = 40  # levels; both are nested in the protocol, and neither a client nor JSON nests without end
_LONGEST = 80

_KINDS: dict[document_symbols.SymbolKind, lsp.SymbolKind] = {
    "all": lsp.SymbolKind.Operator,
    "any": lsp.SymbolKind.Operator,
    "not": lsp.SymbolKind.Operator,
    "choice": lsp.SymbolKind.Operator,
    "condition": lsp.SymbolKind.Boolean,
}


def symbols(snapshot: Snapshot) -> list[lsp.DocumentSymbol]:
    """The rules of a document, each with its conditions; of a rule file the conditions themselves."""
    document = snapshot.content
    if document.kind == "rule":
        return [one for region in document.regions for one in _conditions(snapshot, region)]
    return [_rule(snapshot, region) for region in document.regions if region.kind == "rule"]


def _rule(snapshot: Snapshot, region: Region) -> lsp.DocumentSymbol:
    text = " ".join(region.text.split())
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    place = snapshot.range(region.span)
    name = region.pointer or short or "(empty)"
    return lsp.DocumentSymbol(
        name,
        lsp.SymbolKind.Boolean,
        place,
        place,
        detail=short if region.pointer else None,
        children=_conditions(snapshot, region),
    )


def _conditions(snapshot: Snapshot, region: Region) -> list[lsp.DocumentSymbol]:
    found = document_symbols.document_symbols(snapshot.document_of(region))
    return [_condition(snapshot, region, one, 1) for one in found]


def _condition(snapshot: Snapshot, region: Region, symbol: document_symbols.Symbol, depth: int) -> lsp.DocumentSymbol:
    place = snapshot.range(region.document_span(symbol.span))
    inner = symbol.children if depth < _DEEPEST else ()
    children = [_condition(snapshot, region, one, depth + 1) for one in inner]
    return lsp.DocumentSymbol(symbol.name or "(empty)", _KINDS[symbol.kind], place, place, children=children)


def selection_ranges(snapshot: Snapshot, positions: Sequence[lsp.Position]) -> list[lsp.SelectionRange]:
    """For each place what to select next, and next to that, up to the document's string and the document."""
    return [_selection(snapshot, position) for position in positions]


def _selection(snapshot: Snapshot, position: lsp.Position) -> lsp.SelectionRange:
    at = snapshot.rule_at(position)
    spans: list[Span] = []
    if at is not None:
        inner = rule_selections.selection_ranges(at.document, at.offset)
        inner = [*inner[: _DEEPEST - 1], inner[-1]] if len(inner) > _DEEPEST else inner
        spans = [at.region.document_span(span) for span in inner]
        spans.append(at.region.span)
    spans.append(Span(0, len(snapshot.content.text)))
    chosen: lsp.SelectionRange | None = None
    for span in reversed(list(dict.fromkeys(spans))):
        chosen = lsp.SelectionRange(snapshot.range(span), chosen)
    assert chosen is not None  # the document is always there
    return chosen
