"""The analysis that follows the keys: at once for a short text, in the background for a long one."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.source import Span
from targetexpr.ide.document import Analysis, look
from targetexpr.lang.schema.schema import Schema

AT_ONCE = 400
"""Characters up to which a text is looked at between two keys: a millisecond or two."""

_PAUSE = 0.02  # seconds: a key is painted first, then a long text is looked at


class Live:
    """The newest analysis of what is being typed. A long text keeps its old diagnostics until new ones come."""

    def __init__(self, schema: Callable[[], tuple[Schema, str | None]], ready: Callable[[], None]) -> None:
        self._schema = schema
        self._ready = ready
        self._wanted = ""
        self._known: tuple[Schema, str | None] | None = None
        self._running = False
        self.version = 0
        self.analysis = Analysis(text="", diagnostics=(), checked=None)

    def of(self, text: str) -> Analysis | None:
        """The analysis of a text; None while it is not there yet."""
        if self.analysis.text == text and self._known == self._schema():
            return self.analysis
        loop = _loop()
        if len(text) <= AT_ONCE or loop is None:
            self._take(look(text, *self._schema()))
            return self.analysis
        self._wanted = text
        if not self._running:
            self._running = True
            loop.call_later(_PAUSE, self._start, loop)
        return None

    def diagnostics(self, text: str) -> Sequence[Diagnostic]:
        """The diagnostics to underline; while those of a long text are awaited, the old ones, moved along."""
        analysis = self.of(text)
        if analysis is None:
            return () if self.analysis.unfinished else moved(self.analysis, text)
        return () if analysis.unfinished else analysis.diagnostics

    def rest(self) -> None:
        """Another line begins, with a loop of its own: what the loop before had under way never comes back."""
        self._running = False

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        known = self._schema()
        done = loop.run_in_executor(None, look, self._wanted, *known)
        done.add_done_callback(lambda future: self._done(future.result(), loop))

    def _done(self, analysis: Analysis, loop: asyncio.AbstractEventLoop) -> None:
        self._take(analysis)
        if self._wanted != analysis.text:
            loop.call_later(_PAUSE, self._start, loop)
            return
        self._running = False
        self._ready()

    def _take(self, analysis: Analysis) -> None:
        self.version += 1
        if self.version == 1:
            # The schema and the grammar are there now, and stay. A collector that looks through them again and again
            # holds up every tenth key for longer than all its other work takes.
            gc.freeze()
            gc.set_threshold(20_000, 20, 20)  # a key makes thousands of objects and few cycles
        self.analysis = analysis
        self._known = self._schema()


def _loop() -> asyncio.AbstractEventLoop | None:
    """The loop of the editor; None where nothing is being typed, and there is time."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def moved(analysis: Analysis, text: str) -> list[Diagnostic]:
    """The diagnostics of an older text, where they stand in a text that was made from it by one change.

    >>> from targetexpr.ide.document import look
    >>> [one.span.start for one in moved(look("a = 1", Schema.bundled()), "long a = 1")]
    [7]
    """
    old = analysis.text
    same = len(os.path.commonprefix((old, text)))  # noqa: RUF071 - characters are what is compared
    behind = len(os.path.commonprefix((old[same:][::-1], text[same:][::-1])))  # noqa: RUF071
    shift, changed_end = len(text) - len(old), len(old) - behind
    found = []
    for one in analysis.diagnostics:
        if one.span.end <= same:
            found.append(one)
        elif one.span.start >= changed_end:
            found.append(replace(one, span=Span(one.span.start + shift, one.span.end + shift), fixes=()))
    return found
