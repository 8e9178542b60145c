"""The analysis that follows the keys: at once for a short text, in the background for a long one."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.source import Span
from targetexpr.front import Environment
from targetexpr.ide.diagnostics import is_unfinished
from targetexpr.ide.document import Document

AT_ONCE = 400
"""Characters up to which a text is analyzed between two keys: a millisecond or two."""

_PAUSE = 0.02  # seconds: a key is painted first, then a long text is analyzed


class Live:
    """The text being typed, newest analysis first. A long text keeps its old diagnostics until new ones come."""

    def __init__(self, environment: Callable[[], Environment], ready: Callable[[], None]) -> None:
        self._environment = environment
        self._ready = ready
        self._typed = Document("")  # the newest text, analyzed or not
        self._running = False
        self.version = 0
        self.document = Document("")
        """The newest document that is analyzed."""

    def typed(self, text: str) -> Document:
        """A text as a document; `document` itself once it is analyzed."""
        environment = self._environment()
        for known in (self.document, self._typed):
            if known.text == text and known.environment == environment:
                return known
        self._typed = Document(text, environment)
        return self._typed

    def of(self, text: str) -> Document | None:
        """The document of a text, analyzed; None while it is not yet."""
        typed = self.typed(text)
        if typed is self.document:
            return typed
        loop = _loop()
        if len(text) <= AT_ONCE or loop is None:
            self._take(_analyzed(typed))
            return self.document
        if not self._running:
            self._running = True
            loop.call_later(_PAUSE, self._start, loop)
        return None

    def diagnostics(self, text: str) -> Sequence[Diagnostic]:
        """The diagnostics to underline; while those of a long text are awaited, the old ones, moved along."""
        document = self.of(text)
        if document is None:
            return () if is_unfinished(self.document) else moved(self.document, text)
        return () if is_unfinished(document) else document.analysis.diagnostics

    def rest(self) -> None:
        """Another line begins, with a loop of its own: what the loop before had under way never comes back."""
        self._running = False

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        done = loop.run_in_executor(None, _analyzed, self._typed)
        done.add_done_callback(lambda future: self._done(future.result(), loop))

    def _done(self, document: Document, loop: asyncio.AbstractEventLoop) -> None:
        self._take(document)
        if self._typed is not document:
            loop.call_later(_PAUSE, self._start, loop)
            return
        self._running = False
        self._ready()

    def _take(self, document: Document) -> None:
        self.version += 1
        if self.version == 1:
            # The schema and the grammar are there now, and stay. A collector that looks through them again and again
            # holds up every tenth key for longer than all its other work takes.
            gc.freeze()
            gc.set_threshold(20_000, 20, 20)  # a key makes thousands of objects and few cycles
        self.document = document


def _analyzed(document: Document) -> Document:
    """The document, with everything worked out that a key asks for."""
    if document.text.strip():  # an empty line has nothing wrong with it yet
        _ = document.analysis.diagnostics
    return document


def _loop() -> asyncio.AbstractEventLoop | None:
    """The loop of the editor; None where nothing is being typed, and there is time."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def moved(document: Document, text: str) -> list[Diagnostic]:
    """The diagnostics of an older text, where they stand in a text that was made from it by one change.

    >>> [one.span.start for one in moved(Document("a = 1"), "long a = 1")]
    [7]
    """
    old = document.text
    same = len(os.path.commonprefix((old, text)))  # noqa: RUF071 - characters are what is compared
    behind = len(os.path.commonprefix((old[same:][::-1], text[same:][::-1])))  # noqa: RUF071
    shift, changed_end = len(text) - len(old), len(old) - behind
    found = []
    for one in document.analysis.diagnostics:
        if one.span.end <= same:
            found.append(one)
        elif one.span.start >= changed_end:
            found.append(replace(one, span=Span(one.span.start + shift, one.span.end + shift), fixes=()))
    return found
