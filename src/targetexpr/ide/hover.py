"""What an offset is on: the part of the rule, its type, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, field

from targetexpr.base.source import Span
from targetexpr.checking.result import Call, Checked
from targetexpr.ide.catalogue import Entry
from targetexpr.ide.cursor import chain_at, checked_chain
from targetexpr.ide.document import Document
from targetexpr.lang.nodes import Dereference, Expr, MethodCall, Name
from targetexpr.lang.schema.model import Attribute, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Hover:
    """A part of a rule and what is known of it."""

    span: Span
    code: str  # "currentTxn.value"
    type: str  # "real"
    doc: str = ""  # a sentence; empty for a part that is nothing the schema names
    notes: tuple[str, ...] = ()  # choices, documented values, events: a line each
    whole: bool = field(default=False)  # whether it is all of the rule


def hover(document: Document, offset: int) -> Hover | None:
    """The smallest part of a rule that an offset is in or right behind; None where nothing is known of it.

    A broken text is read as its repair; where there is none, a chain of names and calls is looked at by itself.

    >>> found = hover(Document("currentTxn.value=>500"), 14)
    >>> found.code, found.type, found.doc
    ('currentTxn.value', 'real', 'Net value of the bill.')
    """
    offset = document.clamped(offset)
    checked, node = document.checked, document.node_at(offset)
    if checked is None or node is None:
        return hover_by_itself(document, offset) if document.analysis.checked is None else None
    return _described(document, checked, node, Span(node.start, node.end), whole=node is checked.expr)


def hover_by_itself(document: Document, offset: int) -> Hover | None:
    """The chain of names and calls that an offset is on, looked at by itself: the rest of the text is not analyzed."""
    chain = chain_at(document, document.clamped(offset))
    alone = None if chain is None else checked_chain(document, chain)
    return None if alone is None or chain is None else _described(document, alone, alone.expr, chain, whole=False)


def _described(document: Document, checked: Checked, node: Expr, span: Span, *, whole: bool) -> Hover | None:
    type_ = checked.type_of(node)
    if type_ is None:
        return None  # there is an error in it, which a diagnostic tells
    target = checked.target_of(node) if isinstance(node, Dereference | MethodCall) else None
    doc = ""
    notes: tuple[str, ...] = ()
    match target:
        case Attribute():
            doc, notes = target.doc, Entry(owner=target.profile, item=target).notes
        case Call():
            doc, notes = target.function.doc, Entry(owner="", item=target.function).notes
        case None if isinstance(node, Name):
            profile = checked.schema.profiles.get(node.name)
            doc = profile.doc if isinstance(profile, Profile) else ""
    return Hover(span=span, code=span.cut(document.text), type=type_.head, doc=doc, notes=notes, whole=whole)
