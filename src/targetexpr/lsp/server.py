"""The server: the open documents, and their diagnostics as they change. An answer is always about one version."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from targetexpr.base.positions import Encoding, LineIndex
from targetexpr.lsp.diagnostics import as_protocol, diagnostics
from targetexpr.lsp.environments import Environments, Given
from targetexpr.lsp.protocol import ContentModified, Encoded, Protocol
from targetexpr.lsp.snapshot import Snapshot

_T = TypeVar("_T")

_PAUSE = 0.015  # seconds without a change until diagnostics are made: keys that come at once are one change
_LONG_PAUSE = 0.15  # of a large document
_THREADS = 2  # for large documents: each that is at work takes its share of the time from all others


def _is_news(record: logging.LogRecord) -> bool:
    """Whether the log says it. That a text has changed before an answer about it came is told to the client alone."""
    return record.exc_info is None or not isinstance(record.exc_info[1], ContentModified)


class RuleServer(LanguageServer):
    """What is open, and what is being worked out of it."""

    def __init__(self, version: str, given: Given) -> None:
        super().__init__(
            "targetexpr",
            version,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Full,
            protocol_cls=Protocol,
        )
        self.environments = Environments(given, self._warn)
        self.generation = 0  # counts the environments that documents were checked in
        self.documents: dict[str, Snapshot] = {}
        self._threads = ThreadPoolExecutor(_THREADS)
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._working: dict[str, asyncio.Task[None]] = {}
        logging.getLogger("pygls").setLevel(logging.ERROR)  # cancelling what is answered already is no news
        logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_news)

    @property
    def ours(self) -> Protocol:
        """The protocol, as what it is."""
        return cast("Protocol", self.protocol)

    @property
    def is_shut_down(self) -> bool:
        """Whether the client has said that the end comes."""
        return self.ours.is_shut_down

    def stop(self) -> None:
        """Nothing more is begun; what is being worked out is told to nobody."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        self.documents.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def encoding(self) -> Encoding:
        """What columns count, as agreed with the client."""
        agreed = self.server_capabilities.position_encoding or "utf-16"
        return lsp.PositionEncodingKind(agreed).value

    @property
    def pushes(self) -> bool:
        """Whether diagnostics are told unasked: to clients that do not say that they ask."""
        text = self.client_capabilities.text_document
        return text is None or text.diagnostic is None

    # ---- documents

    def opened(self, document: lsp.TextDocumentItem) -> None:
        """A document is open, and the editor's text is the truth about it."""
        self._take(document.uri, document.text, document.language_id, document.version, pause=0)

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """A document has another text. Whole texts are asked for; a client that sends parts is understood as well."""
        uri = params.text_document.uri
        before = self.documents.get(uri)
        if before is None:
            return
        text = before.text
        for change in params.content_changes:
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                places = LineIndex(text, before.encoding)
                start, end = (places.offset(one.line, one.character) for one in (change.range.start, change.range.end))
                text = text[:start] + change.text + text[max(start, end) :]
            else:
                text = change.text
        pause = _LONG_PAUSE if before.is_large else _PAUSE
        self._take(uri, text, before.language, params.text_document.version, pause=pause)

    def closed(self, uri: str) -> None:
        """A document is no longer open; what was said of it is taken back."""
        self.documents.pop(uri, None)
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        if self.pushes:
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    def configured(self, settings: object) -> None:
        """The client chose an event or a schema, of those that the server was given: open documents are checked anew.

        Files are none of its business: what is no choice is left alone.
        """
        ours = settings.get("targetexpr") if isinstance(settings, Mapping) else None
        if isinstance(ours, Mapping):
            self.environments.choose(ours)
            self.files_changed()

    def files_changed(self) -> None:
        """Files on the disk have changed: documents whose schema or settings did are checked anew."""
        again = False
        for uri, snapshot in list(self.documents.items()):
            if self.environments.of(uri) is not snapshot.environment:
                if not again:
                    self.generation += 1
                    again = True
                self._take(uri, snapshot.text, snapshot.language, snapshot.version, pause=0)
        if again and not self.pushes and self._refreshes:
            self.workspace_diagnostic_refresh(None)

    @property
    def _refreshes(self) -> bool:
        workspace = self.client_capabilities.workspace
        asked = None if workspace is None else workspace.diagnostics
        return asked is not None and bool(asked.refresh_support)

    def watch(self) -> None:
        """Ask to be told of files that change, from clients that can."""
        workspace = self.client_capabilities.workspace
        able = None if workspace is None else workspace.did_change_watched_files
        if able is None or not able.dynamic_registration:
            return
        watchers = [lsp.FileSystemWatcher("**/*.toml"), lsp.FileSystemWatcher("**/*.json")]
        options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = lsp.Registration("files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        self.client_register_capability(lsp.RegistrationParams([registration]))

    def _warn(self, message: str) -> None:
        self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, message))

    def _take(self, uri: str, text: str, language: str, version: int, *, pause: float) -> None:
        self.documents[uri] = Snapshot(
            uri,
            text,
            language=language,
            version=version,
            encoding=self.encoding,
            environment=self.environments.of(uri),
            before=self.documents.get(uri),
        )
        if self.pushes:
            self._schedule(uri, pause)

    # ---- diagnostics

    def _schedule(self, uri: str, pause: float) -> None:
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._waiting[uri] = asyncio.get_running_loop().call_later(pause, self._start, uri)

    def _start(self, uri: str) -> None:
        self._waiting.pop(uri, None)
        snapshot = self.documents.get(uri)
        if snapshot is None or uri in self._working:
            return  # what is being worked out is of an older version: its end starts this one
        if not snapshot.is_large:
            self.ours.tell(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, self._told(snapshot))
            return
        self._working[uri] = asyncio.create_task(self._work(snapshot))

    async def _work(self, snapshot: Snapshot) -> None:
        try:
            told = await self.in_thread(lambda: self._told(snapshot))
        finally:
            self._working.pop(snapshot.uri, None)
        if self.is_current(snapshot):
            self.ours.tell(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, told)
        elif snapshot.uri in self.documents and snapshot.uri not in self._waiting:
            self._start(snapshot.uri)

    def _told(self, snapshot: Snapshot) -> Encoded:
        """The diagnostics of a version, as they are told."""
        found = as_protocol(snapshot, diagnostics(snapshot))
        return self.ours.encode(lsp.PublishDiagnosticsParams(snapshot.uri, found, snapshot.version))

    def result_id(self, snapshot: Snapshot) -> str:
        """What the diagnostics of a version are called, so that a client need not be told twice."""
        return f"{snapshot.version}:{self.generation}"

    # ---- answers

    def is_current(self, snapshot: Snapshot) -> bool:
        """Whether a version is the one that the editor shows."""
        return self.documents.get(snapshot.uri) is snapshot

    async def in_thread(self, work: Callable[[], _T]) -> _T:
        """What is worked out in a thread, while other requests are answered."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def answer(self, snapshot: Snapshot, work: Callable[[], object]) -> Encoded:
        """An answer about a large document, made to JSON in the thread as well.

        Raises ContentModified when the document has changed meanwhile.
        """
        answer = await self.in_thread(lambda: self.ours.encode(work()))
        if not self.is_current(snapshot):
            raise ContentModified
        return answer
