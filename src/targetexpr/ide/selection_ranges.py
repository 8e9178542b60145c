"""What to select next as a selection grows: the word, the operand, the condition, the parentheses, the rule."""

from __future__ import annotations

from targetexpr.base.source import Span
from targetexpr.ide.document import Document, bracket_pairs
from targetexpr.lang.walk import preorder


def selection_ranges(document: Document, offset: int) -> list[Span]:
    """Spans around an offset, each within the next one, the last being all of the text.

    >>> document = Document('currentTxn.value>500&&currentCustomer.slabName=="Gold"')
    >>> [span.cut(document.text) for span in selection_ranges(document, 12)][:3]
    ['value', 'currentTxn.value', 'currentTxn.value>500']
    """
    offset = document.clamped(offset)
    candidates = [*_tokens(document, offset), *_brackets(document, offset)]
    if document.checked is not None:
        candidates += [Span(node.start, node.end) for node in preorder(document.checked.expr)]
    around = {span for span in candidates if 0 <= span.start <= offset <= span.end and span.start < span.end}
    found: list[Span] = []
    for span in sorted(around, key=lambda span: (span.end - span.start, span.start)):
        # Spans of a repaired tree and parentheses of the text may cross; the smaller one stays.
        if not found or (span.start <= found[-1].start and found[-1].end <= span.end):
            found.append(span)
    everything = Span(0, len(document.text))
    return found if found and found[-1] == everything else [*found, everything]


def _tokens(document: Document, offset: int) -> list[Span]:
    found: list[Span] = []
    for token in document.tokens:
        if token.start <= offset <= token.end:
            found.append(Span(token.start, token.end))
            if token.kind == "STRING":  # what stands between the quotes first
                found.append(Span(token.start + 1, token.end - 1))
    return found


def _brackets(document: Document, offset: int) -> list[Span]:
    """What stands in each pair of parentheses around the offset, and the same with them."""
    pairs = bracket_pairs(document.tokens)
    return [
        span
        for opened, closed in pairs.items()
        if opened <= offset <= closed + 1 and opened < closed
        for span in (Span(opened + 1, closed), Span(opened, closed + 1))
    ]
