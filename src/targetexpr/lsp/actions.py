"""Code actions in terms of the protocol: fixes of diagnostics, all safe ones at once, and the layout of a rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from lsprotocol import types as lsp

from targetexpr.base.diagnostics import Edit
from targetexpr.ide.code_actions import fix_all, restyles, safely_fixable
from targetexpr.lsp.diagnostics import diagnostics
from targetexpr.lsp.layout import difference
from targetexpr.lsp.snapshot import Snapshot

FIX_ALL: Final = "source.fixAll.targetexpr"
_RESTYLE: Final = lsp.CodeActionKind.RefactorRewrite
KINDS: Final = (lsp.CodeActionKind.QuickFix, FIX_ALL, _RESTYLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a client can do with code actions."""

    versioned: bool  # edits of a version of a document
    resolves: bool  # asks for the edit of the action that is chosen

    @staticmethod
    def of(capabilities: lsp.ClientCapabilities) -> Abilities:
        """What the client says of itself."""
        workspace, text = capabilities.workspace, capabilities.text_document
        edit = None if workspace is None else workspace.workspace_edit
        action = None if text is None else text.code_action
        support = None if action is None else action.resolve_support
        return Abilities(
            versioned=edit is not None and bool(edit.document_changes),
            resolves=support is not None and "edit" in support.properties,
        )


def code_actions(
    snapshot: Snapshot, range_: lsp.Range, context: lsp.CodeActionContext, able: Abilities
) -> list[lsp.CodeAction]:
    """What is offered for a range, of the kinds that are asked for; the fixes of what is wrong there first."""
    found: list[lsp.CodeAction] = []
    if _is_wanted(lsp.CodeActionKind.QuickFix, context):
        found += _fixes(snapshot, range_, context, able)
    if _is_wanted(FIX_ALL, context):
        found += _fix_all(snapshot, able)
    if _is_wanted(_RESTYLE, context):
        found += _restyles(snapshot, range_, able)
    return found


def _is_wanted(kind: str, context: lsp.CodeActionContext) -> bool:
    """Kinds are words with dots between them: `source` asks for `source.fixAll` as well."""
    if context.only is None:
        return True
    asked = [str(one.value if isinstance(one, lsp.CodeActionKind) else one) for one in context.only]
    name = kind.value if isinstance(kind, lsp.CodeActionKind) else kind
    return any(one == "" or name == one or name.startswith(f"{one}.") for one in asked)


def _workspace_edit(snapshot: Snapshot, edits: Sequence[Edit], able: Abilities) -> lsp.WorkspaceEdit:
    made = snapshot.text_edits(tuple(edits))
    if not able.versioned:
        return lsp.WorkspaceEdit(changes={snapshot.uri: made})
    document = lsp.OptionalVersionedTextDocumentIdentifier(snapshot.uri, snapshot.version)
    return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(document, list(made))])


def _fixes(
    snapshot: Snapshot, range_: lsp.Range, context: lsp.CodeActionContext, able: Abilities
) -> Iterator[lsp.CodeAction]:
    span = snapshot.span(range_)
    for one in diagnostics(snapshot):
        if not one.fixes or one.span.start > span.end or one.span.end < span.start:
            continue
        place = snapshot.range(one.span)
        about = [given for given in context.diagnostics if given.code == one.code and given.range == place]
        for fix in one.fixes:
            yield lsp.CodeAction(
                fix.title,
                lsp.CodeActionKind.QuickFix,
                about or None,
                is_preferred=True if fix is one.fix else None,
                edit=_workspace_edit(snapshot, fix.edits, able),
            )


# ---- all of them -------------------------------------------------------------------------------------------------


def _fix_all(snapshot: Snapshot, able: Abilities) -> Iterator[lsp.CodeAction]:
    """The action without its edits where they can be asked for later: fixing takes rounds."""
    rules = [region for region in snapshot.content.regions if region.kind == "rule"]
    if not any(safely_fixable(snapshot.document_of(region)) for region in rules):
        return
    action = lsp.CodeAction("Apply all safe fixes", FIX_ALL, data={"uri": snapshot.uri, "version": snapshot.version})
    yield action if able.resolves else resolved(snapshot, action, able)


def about(action: lsp.CodeAction) -> tuple[str, int | None]:
    """The document and the version that an action was offered for."""
    data = cast("dict[str, object]", action.data) if isinstance(action.data, dict) else {}
    uri, version = data.get("uri"), data.get("version")
    return uri if isinstance(uri, str) else "", version if isinstance(version, int) else None


def resolved(snapshot: Snapshot, action: lsp.CodeAction, able: Abilities) -> lsp.CodeAction:
    """The action with its edits."""
    edits: list[Edit] = []
    for region in snapshot.content.regions:
        if region.kind == "rule":
            after = fix_all(snapshot.document_of(region))
            edits += region.document_edits(difference(region.text, after)) or ()
    action.edit = _workspace_edit(snapshot, edits, able)
    return action


def _restyles(snapshot: Snapshot, range_: lsp.Range, able: Abilities) -> Iterator[lsp.CodeAction]:
    at = snapshot.rule_at(range_.start)
    for one in () if at is None else restyles(at.document):
        edits = at.region.document_edits(one.edits) if at is not None else None
        if edits:
            yield lsp.CodeAction(one.title, _RESTYLE, edit=_workspace_edit(snapshot, edits, able))
