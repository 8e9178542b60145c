"""Hover and signature help in terms of the protocol."""

from __future__ import annotations

import re

from lsprotocol import types as lsp

from targetexpr.ide import hover as rule_hover
from targetexpr.ide import signature_help as rule_signature
from targetexpr.lsp.snapshot import Snapshot

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!<>&|~])")
_LONGEST = 400  # characters of code that a hover shows


def markdown(text: str) -> str:
    """A text as Markdown that shows it to the letter: documentation of a schema file is nobody's markup.

    >>> markdown("a <b> & *c*")
    'a \\\\<b\\\\> \\\\& \\\\*c\\\\*'
    """
    return _MARKS.sub(r"\\\1", text)


def hover_kind(capabilities: lsp.ClientCapabilities) -> lsp.MarkupKind:
    """The format that the client likes best; plain text where it says nothing."""
    text = capabilities.text_document
    formats = None if text is None or text.hover is None else text.hover.content_format
    return lsp.MarkupKind(formats[0]) if formats else lsp.MarkupKind.PlainText


def hover(snapshot: Snapshot, position: lsp.Position, kind: lsp.MarkupKind) -> lsp.Hover | None:
    """The part of a rule that a place is in, its type, and what it means."""
    at = snapshot.rule_at(position)
    found = None if at is None else rule_hover.hover(at.document, at.offset)
    if at is None or found is None:
        return None
    code = " ".join(found.code.split())
    code = code if len(code) <= _LONGEST else code[: _LONGEST - 1] + "…"
    said = [line for line in (found.doc, *found.notes) if line]
    if kind is lsp.MarkupKind.Markdown:
        ticks = "`" * (1 + max((len(run) for run in re.findall("`+", code)), default=2))
        text = "\n\n".join((f"{ticks}\n{code} : {found.type}\n{ticks}", *map(markdown, said)))
    else:
        text = "\n".join((f"{code} : {found.type}", *said))
    return lsp.Hover(lsp.MarkupContent(kind, text), snapshot.range(at.region.document_span(found.span)))


def signature_help(snapshot: Snapshot, position: lsp.Position) -> lsp.SignatureHelp | None:
    """The call that a place is in, and which of its parameters."""
    at = snapshot.rule_at(position)
    found = None if at is None else rule_signature.signature_help(at.document, at.offset)
    if found is None:
        return None
    signatures = [
        lsp.SignatureInformation(
            one.label,
            found.doc or None,
            [
                lsp.ParameterInformation(
                    one.label[parameter.span.start : parameter.span.end],
                    f"One of {', '.join(parameter.values)}" if parameter.values else None,
                )
                for parameter in one.parameters
            ],
        )
        for one in found.signatures
    ]
    return lsp.SignatureHelp(signatures, found.active, found.argument)
