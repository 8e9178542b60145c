"""Completion in terms of the protocol: what to insert, what to replace, and how it is written where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lsprotocol import types as lsp

from targetexpr.base.diagnostics import Edit
from targetexpr.ide.catalogue import Entry
from targetexpr.ide.completion import Completion, CompletionKind, complete
from targetexpr.lang.functions import Function
from targetexpr.lsp.snapshot import RuleAt, Snapshot

_MOST = 300  # offered at once; what is typed next narrows them

_KINDS: dict[CompletionKind, lsp.CompletionItemKind] = {
    "profile": lsp.CompletionItemKind.Variable,
    "attribute": lsp.CompletionItemKind.Field,
    "method": lsp.CompletionItemKind.Method,
    "boolean": lsp.CompletionItemKind.Constant,
    "value": lsp.CompletionItemKind.Value,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a client can do with completions."""

    snippets: bool
    insert_replace: bool

    @staticmethod
    def of(capabilities: lsp.ClientCapabilities) -> Abilities:
        """What the client says of itself."""
        text = capabilities.text_document
        completion = None if text is None else text.completion
        item = None if completion is None else completion.completion_item
        return Abilities(
            snippets=item is not None and bool(item.snippet_support),
            insert_replace=item is not None and bool(item.insert_replace_support),
        )


def completion(snapshot: Snapshot, position: lsp.Position, able: Abilities) -> lsp.CompletionList:
    """What can be written at a place, in the order of the language service."""
    at = snapshot.rule_at(position)
    if at is None:
        return lsp.CompletionList(False, [])
    found = complete(at.document, at.offset)
    items = list(_items(snapshot, at, found[:_MOST], able))
    return lsp.CompletionList(len(found) > _MOST, items)


def _items(snapshot: Snapshot, at: RuleAt, found: list[Completion], able: Abilities) -> Iterator[lsp.CompletionItem]:
    for place, one in enumerate(found):
        if not _can_stand(at, one):
            continue
        written = at.region.encode(one.text, one.insert.start)
        snippet = _snippet(at, one) if able.snippets else None
        text = written if snippet is None else snippet
        insert, replace = (snapshot.range(at.region.document_span(span)) for span in (one.insert, one.replace))
        if not able.insert_replace:
            edit: lsp.TextEdit | lsp.InsertReplaceEdit = lsp.TextEdit(replace, text)
        else:
            edit = lsp.InsertReplaceEdit(text, insert, replace)
        yield lsp.CompletionItem(
            label=one.label,
            detail=one.detail or None,
            documentation=one.documentation(at.document.schema) or None,
            kind=_KINDS[one.kind],
            filter_text=written,
            sort_text=f"{place:05}",
            insert_text_format=None if snippet is None else lsp.InsertTextFormat.Snippet,
            text_edit=edit,
        )


def _can_stand(at: RuleAt, one: Completion) -> bool:
    """Whether the string that the rule is in can hold the text in place; most texts can stand anywhere."""
    if one.text.isascii() and not set(one.text) & set("'\\\n"):
        return True
    edits = at.region.document_edits([Edit(one.replace, one.text)])
    return edits is not None and all(edit.span == at.region.document_span(one.replace) for edit in edits)


def _snippet(at: RuleAt, one: Completion) -> str | None:
    """A call with a place for each argument that it must be given; None for what is no call with arguments."""
    if not one.text.endswith("("):
        return None

    def fixed(text: str) -> str:
        return _escaped(at.region.encode(text, one.insert.start))

    function = one.about.function if isinstance(one.about, Entry) else None
    arguments = [
        f"{fixed(quote)}${{{place}:{_escaped(name)}}}{fixed(quote)}"
        for place, name in enumerate(one.parameters, 1)
        for quote in ['"' if _is_string(function, name) else ""]
    ]
    return f"{fixed(one.text)}{fixed(',').join(arguments) or '$1'}{fixed(')')}$0"


def _is_string(function: Function | None, name: str) -> bool:
    if function is None:
        return False
    return any(one.name == name and one.type.kind == "string" for one in function.overloads[0].parameters)


def _escaped(text: str) -> str:
    """As a snippet has it: `$`, `}` and backslashes mean something there."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
