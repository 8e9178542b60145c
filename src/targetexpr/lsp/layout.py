"""Formatting: every rule of a document in canonical form, as `targetexpr format` writes it."""

from __future__ import annotations

from lsprotocol import types as lsp

from targetexpr.base.diagnostics import Edit
from targetexpr.base.source import Span
from targetexpr.lsp.snapshot import Snapshot
from targetexpr.syntax.printer import to_text


def formatted(snapshot: Snapshot) -> list[lsp.TextEdit]:
    """The edits that put the rules of a document into canonical form; what cannot be read stays as it is."""
    document = snapshot.content
    edits: list[Edit] = []
    for region in document.regions:
        tree = snapshot.document_of(region).analysis.parsed.tree if region.kind == "rule" else None
        if tree is None:
            continue
        made = to_text(tree)
        if document.kind == "rule":
            made += "\n"  # a file ends with a line break
        edits += region.document_edits(difference(region.text, made)) or ()
    return snapshot.text_edits(tuple(edits))


def difference(before: str, after: str) -> tuple[Edit, ...]:
    """The shortest edit that makes one text of another; none for equal ones.

    >>> difference("a > 5", "a>5")
    (Edit(span=Span(start=1, end=4), text='>'),)
    """
    if before == after:
        return ()
    most = min(len(before), len(after))
    same = next((at for at in range(most) if before[at] != after[at]), most)
    behind = next((at for at in range(most - same) if before[-1 - at] != after[-1 - at]), most - same)
    return (Edit(Span(same, len(before) - behind), after[same : len(after) - behind]),)
