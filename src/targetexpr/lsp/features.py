"""The requests that the server answers, each from one version of a document: what the words of the protocol lead to.

Handlers are generators: the version that a request is about is taken when it is read, not when its turn comes. What a
small document is asked is answered at once, of a large one in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

from lsprotocol import types as lsp

from targetexpr.lsp import actions, completion, hints, layout, outline, tokens
from targetexpr.lsp.diagnostics import as_protocol, diagnostics
from targetexpr.lsp.protocol import Encoded
from targetexpr.lsp.requests import ANSWERS, RuleRequest
from targetexpr.lsp.rows import Json
from targetexpr.lsp.server import RuleServer
from targetexpr.lsp.snapshot import Snapshot

_T = TypeVar("_T")
_Answer: TypeAlias = Generator[Any, Any, _T | Encoded]
"""What pygls makes an answer of: it may hand back work to be awaited. That of a large document is JSON already."""


def add_features(server: RuleServer) -> None:
    """Declare what the server can do."""
    _documents(server)
    _diagnostics(server)
    _while_typing(server)
    _changes(server)
    _structure(server)
    _rules(server)


def _ask(server: RuleServer, uri: str, work: Callable[[Snapshot], _T]) -> _Answer[_T | None]:
    """The answer about the version that a document has now; None for what is not open."""
    snapshot = server.documents.get(uri)
    if snapshot is None:
        return None
    if not snapshot.is_large:
        return work(snapshot)
    answer: Encoded = yield server.answer, (snapshot, lambda: work(snapshot)), None
    return answer


def _documents(server: RuleServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.opened(params.text_document)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.changed(params)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @server.feature(lsp.INITIALIZED)
    def initialized(_: lsp.InitializedParams) -> None:
        server.watch()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(_: lsp.DidChangeWatchedFilesParams) -> None:
        server.files_changed()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(params: lsp.DidChangeConfigurationParams) -> None:
        server.configured(params.settings)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: lsp.DidSaveTextDocumentParams) -> None:
        server.files_changed()


def _diagnostics(server: RuleServer) -> None:
    options = lsp.DiagnosticOptions(inter_file_dependencies=False, workspace_diagnostics=False, identifier="targetexpr")

    @server.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC, options)
    def pull(params: lsp.DocumentDiagnosticParams) -> _Answer[lsp.DocumentDiagnosticReport]:
        def report(snapshot: Snapshot) -> lsp.DocumentDiagnosticReport:
            name = server.result_id(snapshot)
            if params.previous_result_id == name:
                return lsp.RelatedUnchangedDocumentDiagnosticReport(name)
            items = as_protocol(snapshot, diagnostics(snapshot))
            return lsp.RelatedFullDocumentDiagnosticReport(items, result_id=name)

        found = yield from _ask(server, params.text_document.uri, report)
        return found or lsp.RelatedFullDocumentDiagnosticReport([])


def _while_typing(server: RuleServer) -> None:
    offered = lsp.CompletionOptions(trigger_characters=[".", '"', "'", "(", ","])

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, offered)
    def complete(params: lsp.CompletionParams) -> _Answer[lsp.CompletionList | None]:
        able = completion.Abilities.of(server.client_capabilities)

        def work(snapshot: Snapshot) -> lsp.CompletionList:
            return completion.completion(snapshot, params.position, able)

        return (yield from _ask(server, params.text_document.uri, work))

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(params: lsp.HoverParams) -> _Answer[lsp.Hover | None]:
        kind = hints.hover_kind(server.client_capabilities)

        def work(snapshot: Snapshot) -> lsp.Hover | None:
            return hints.hover(snapshot, params.position, kind)

        return (yield from _ask(server, params.text_document.uri, work))

    @server.feature(lsp.TEXT_DOCUMENT_SIGNATURE_HELP, lsp.SignatureHelpOptions(["(", ","], [","]))
    def signature(params: lsp.SignatureHelpParams) -> _Answer[lsp.SignatureHelp | None]:
        def work(snapshot: Snapshot) -> lsp.SignatureHelp | None:
            return hints.signature_help(snapshot, params.position)

        return (yield from _ask(server, params.text_document.uri, work))


def _changes(server: RuleServer) -> None:
    options = lsp.CodeActionOptions(code_action_kinds=list(actions.KINDS), resolve_provider=True)

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, options)
    def code_action(params: lsp.CodeActionParams) -> _Answer[list[lsp.CodeAction] | None]:
        able = actions.Abilities.of(server.client_capabilities)

        def work(snapshot: Snapshot) -> list[lsp.CodeAction]:
            return actions.code_actions(snapshot, params.range, params.context, able)

        return (yield from _ask(server, params.text_document.uri, work))

    @server.feature(lsp.CODE_ACTION_RESOLVE)
    def resolve(action: lsp.CodeAction) -> _Answer[lsp.CodeAction]:
        able = actions.Abilities.of(server.client_capabilities)
        uri, version = actions.about(action)
        snapshot = server.documents.get(uri)
        if snapshot is None or snapshot.version != version:
            return action  # offered for another text: without edits nothing happens
        found = yield from _ask(server, uri, lambda current: actions.resolved(current, action, able))
        return found or action

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatting(params: lsp.DocumentFormattingParams) -> _Answer[list[lsp.TextEdit] | None]:
        return (yield from _ask(server, params.text_document.uri, layout.formatted))


def _structure(server: RuleServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, tokens.LEGEND)
    def all_tokens(params: lsp.SemanticTokensParams) -> _Answer[lsp.SemanticTokens | None]:
        return (yield from _ask(server, params.text_document.uri, tokens.semantic_tokens))

    @server.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, tokens.LEGEND)
    def some_tokens(params: lsp.SemanticTokensRangeParams) -> _Answer[lsp.SemanticTokens | None]:
        def work(snapshot: Snapshot) -> lsp.SemanticTokens:
            return tokens.semantic_tokens(snapshot, params.range)

        return (yield from _ask(server, params.text_document.uri, work))

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(params: lsp.DocumentSymbolParams) -> _Answer[list[lsp.DocumentSymbol] | None]:
        return (yield from _ask(server, params.text_document.uri, outline.symbols))

    @server.feature(lsp.TEXT_DOCUMENT_SELECTION_RANGE)
    def selections(params: lsp.SelectionRangeParams) -> _Answer[list[lsp.SelectionRange] | None]:
        def work(snapshot: Snapshot) -> list[lsp.SelectionRange]:
            return outline.selection_ranges(snapshot, params.positions)

        return (yield from _ask(server, params.text_document.uri, work))


def _rules(server: RuleServer) -> None:
    """Our own requests."""

    def declare(name: str, work: Callable[[RuleRequest, Snapshot], Json | None]) -> None:
        @server.feature(name)
        def answered(params: Json | None) -> _Answer[Json | None]:
            request = RuleRequest.of(params)
            return (yield from _ask(server, request.uri, lambda snapshot: work(request, snapshot)))

    for name, work in ANSWERS.items():
        declare(name, work)
