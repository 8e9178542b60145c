"""One version of an open document: its text, its places, the rules in it, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp

from targetexpr.base.diagnostics import Edit
from targetexpr.base.lazy import Lazy
from targetexpr.base.positions import Encoding, LineIndex
from targetexpr.base.source import Span
from targetexpr.documents.checking import environment_of
from targetexpr.documents.document import Document, open_document
from targetexpr.documents.kinds import ENDINGS
from targetexpr.documents.region import Region
from targetexpr.front import Analysis, Environment
from targetexpr.ide.document import Document as RuleDocument

_BOM = "\ufeff"
_LARGE = 20_000  # characters: what is asked of a longer text is answered in a thread
_MOST_KEPT = 2_000  # rules of versions that were not looked at as a whole

_NAMES = {
    "json": "document.json",
    "toml": "document.toml",
    "python": "document.py",
    "targetexpr-rules": "document.rules",
}
"""What a document is by the language that the editor gives it, where its name does not say."""


class RuleAt(NamedTuple):
    """A rule of a document, and a place in it."""

    region: Region
    document: RuleDocument
    offset: int


class Snapshot:
    """A version of a document. Immutable; what is known is worked out when it is first asked for, and kept.

    The rules that stood in the version before are not analyzed anew.
    """

    __slots__ = (
        "_before",
        "_content",
        "_made",
        "_shift",
        "encoding",
        "environment",
        "language",
        "places",
        "text",
        "uri",
        "version",
    )

    def __init__(
        self,
        uri: str,
        text: str,
        *,
        language: str = "",
        version: int = 0,
        encoding: Encoding = "utf-16",
        environment: Environment,
        before: Snapshot | None = None,
    ) -> None:
        self.uri, self.text, self.language, self.version = uri, text, language, version
        self.encoding = encoding
        self.environment = environment
        self.places = LineIndex(text, encoding)
        self._shift = int(text.startswith(_BOM))  # files are read without it
        content = text[self._shift :]
        self._content = Lazy(lambda: open_document(content, name_of(uri, language)))
        self._made: dict[tuple[str, Environment], RuleDocument] = {}
        known = {} if before is None or before.environment != environment else before._known
        self._before: Mapping[tuple[str, Environment], RuleDocument] = known

    @property
    def content(self) -> Document:
        """The rules in the text."""
        return self._content.get()

    @property
    def _known(self) -> dict[tuple[str, Environment], RuleDocument]:
        """What a next version can have of this one, and of older ones that nobody looked at as a whole."""
        return dict(self._made) if len(self._before) > _MOST_KEPT else {**self._before, **self._made}

    @property
    def is_large(self) -> bool:
        """Whether work on it is done in a thread, so that others need not wait."""
        return len(self.text) > _LARGE

    def rule(self, text: str, environment: Environment) -> RuleDocument:
        """What is known of a rule; the same for all places that have its text and event."""
        key = (text, environment)
        if key not in self._made:
            known = self._before.get(key)
            self._made[key] = RuleDocument(text, environment) if known is None else known
        return self._made[key]

    def analyze(self, text: str, environment: Environment) -> Analysis:
        """A rule's text, read and checked once."""
        return self.rule(text, environment).analysis

    def document_of(self, region: Region) -> RuleDocument:
        """What is known of a rule of the document."""
        return self.rule(region.text, environment_of(region, self.environment))

    def settle(self) -> None:
        """Forget the rules that only the version before had."""
        self._before = {}

    # ---- places

    def offset(self, position: lsp.Position) -> int:
        """The offset in the document's content of a place."""
        return max(0, self.places.offset(position.line, position.character) - self._shift)

    def span(self, range_: lsp.Range) -> Span:
        """The part of the document that a range covers."""
        start = self.offset(range_.start)
        return Span(start, max(start, self.offset(range_.end)))

    def position(self, offset: int) -> lsp.Position:
        """The place of an offset in the document's content."""
        line, column = self.places.position(offset + self._shift)
        return lsp.Position(line, column)

    def range(self, span: Span) -> lsp.Range:
        """The range that a part of the document covers; what has no place is at its beginning."""
        if span.start < 0:
            span = Span(0, 0)
        return lsp.Range(self.position(span.start), self.position(span.end))

    def width(self, line: int) -> int:
        """How many units a line has."""
        return self.places.position(self.places.offset(line, len(self.text) * 4)).column

    def rule_at(self, position: lsp.Position) -> RuleAt | None:
        """The rule that a place is in, and where in it; None outside of rules and in expressionJson."""
        offset = self.offset(position)
        region = self.content.region_at(offset)
        if region is None or region.kind != "rule":
            return None
        inside = region.region_offset(offset)
        return None if inside is None else RuleAt(region, self.document_of(region), inside)

    def text_edits(self, edits: tuple[Edit, ...]) -> list[lsp.TextEdit]:
        """Edits of the document in terms of the protocol."""
        return [lsp.TextEdit(self.range(edit.span), edit.text) for edit in edits]


def name_of(uri: str, language: str) -> str:
    """The name that tells what a document is: its own, or one that says what the editor knows of it.

    >>> name_of("file:///plans/weekly%20one.toml", "plaintext"), name_of("untitled:Untitled-1", "json")
    ('/plans/weekly one.toml', 'document.json')
    """
    name = unquote(urlsplit(uri).path)
    if name.lower().endswith((*ENDINGS, ".rule", ".targetexpr", ".txt")):
        return name
    return _NAMES.get(language, name)
