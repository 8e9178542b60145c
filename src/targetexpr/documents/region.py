"""A rule inside a document: where it stands, offsets both ways, and edits of it as edits of the document."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.jsontext import Json, Path, pointer
from targetexpr.base.quoted import QuotedString, open_json_string, read_json_string, verbatim, write
from targetexpr.base.source import Span
from targetexpr.documents.reading import RegionKind, read_again


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    r"""One rule of a document, its text or its expressionJson.

    Offsets of a region count the code points of `text`, what the document's string means; those of a document the
    code points of the document. An escape like `\u00e9` is one in the region and six in the document.

    >>> from targetexpr.documents.document import open_document
    >>> region = open_document(r'{"expression": "a==\"b\""}').regions[0]
    >>> region.text, region.span, region.document_offset(4), region.region_offset(21)
    ('a=="b"', Span(start=15, end=25), 21, 4)
    >>> region.document_edits([Edit(Span(4, 5), 'c"')])
    (Edit(span=Span(start=21, end=22), text='c\\"'),)
    """

    kind: RegionKind = "rule"
    text: str
    span: Span  # in the document, quotes included
    has_pointer: bool = False  # in JSON and TOML
    path: Path = field(default=None, repr=False, compare=False)  # linked, for a pointer is as long as its value is deep
    event: str | None = None  # "TransactionAdd", where the document says which event the rule is for
    is_open: bool = field(default=False, repr=False)  # nothing closes its string: it is being typed
    source: str = field(repr=False)  # the part of the document that `span` covers
    strings: tuple[QuotedString, ...] = field(repr=False)  # several only in Python

    @property
    def pointer(self) -> str | None:
        """The JSON pointer of the value, `/targets/0/expression`; None in rule files and in Python."""
        return pointer(self.path) if self.has_pointer else None

    def document_offset(self, offset: int) -> int:
        """Where in the document a character begins; of the end of the text, where the last one ends."""
        return self._string(offset).offset(offset)

    def document_span(self, span: Span) -> Span:
        """Where in the document a part of the rule stands; NO_SPAN stays what it is."""
        if span.start < 0:
            return span
        first = self._string(span.start)
        if span.end <= span.start:
            return first.span(span)
        return Span(first.offset(span.start), self._string(span.end - 1).span(Span(span.end - 1, span.end)).end)

    def region_offset(self, offset: int) -> int | None:
        """The place in the rule for one in the document; None outside of its quotes.

        Inside an escape it is the place before what the escape means.
        """
        for string in self.strings:
            if string.content.start <= offset <= string.content.end:
                return string.inner_offset(offset)
        return None

    def encode(self, text: str, offset: int = 0) -> str:
        """How a text is written where the character at an offset stands."""
        return write(text, self._string(offset).style)

    def document_edits(self, edits: Iterable[Edit]) -> tuple[Edit, ...] | None:
        """Edits of the rule as edits of the document, all or none of which are to be made.

        Made, they leave a document in which the region's text is the edited one, to the letter. Where the string
        cannot be edited in place (a quote in a TOML literal string), it is written anew in another style. None when
        no string of the language can hold the text, or nothing closes this one. Edits must not overlap.
        """
        ordered = sorted(edits, key=lambda edit: edit.span)
        wanted = edited(self.text, ordered)
        if wanted == self.text:
            return ()
        if self.is_open:  # where it ends is not known
            return None
        for plain in (True, False):
            made = [one for edit in ordered for one in self._in_place(edit, plain)]
            if self._gives(made, wanted):
                return tuple(made)
        own = self.strings[0].style
        for style in (own, *own.others):
            for plain in (True, False):
                whole = Edit(self.span, style.prefix + style.quote + write(wanted, style, plain=plain) + style.quote)
                if self._gives([whole], wanted):
                    return (whole,)
        return None

    def in_document(self, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic of the rule in terms of the document: its span, its pointer and its fixes.

        A fix that cannot be made in the document is left out.
        """
        made = [(fix, self.document_edits(fix.edits)) for fix in diagnostic.fixes]
        where = self.pointer
        return replace(
            diagnostic,
            span=self.document_span(diagnostic.span),
            fixes=tuple([replace(fix, edits=edits) for fix, edits in made if edits is not None]),
            pointer=diagnostic.pointer if where is None else where + (diagnostic.pointer or ""),
        )

    def _string(self, offset: int) -> QuotedString:
        """The string that the character at an offset stands in; at the end, the one of the last character."""
        offset = min(offset, len(self.text) - 1)
        index = bisect_right(self.strings, offset, key=lambda string: string.start) - 1
        return self.strings[max(index, 0)]

    def _in_place(self, edit: Edit, plain: bool) -> Iterator[Edit]:
        """One edit as edits of the strings it touches: the first takes the new text, the others lose the old."""
        start, end = edit.span
        first = self._string(start)
        text = write(edit.text, first.style, plain=plain)
        if start == end:
            yield Edit(self.document_span(edit.span), text)
            return
        for string in self.strings:
            part = Span(max(start, string.start), min(end, string.start + len(string.text)))
            if part.start < part.end:
                yield Edit(self.document_span(part), text if string is first else "")

    def _gives(self, edits: Sequence[Edit], wanted: str) -> bool:
        """Whether the document, so edited, has the wanted text here."""
        shift = self.span.start
        here = [Edit(Span(edit.span.start - shift, edit.span.end - shift), edit.text) for edit in edits]
        return read_again(edited(self.source, here), self.strings[0].style.language, self.kind) == wanted


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made that do not overlap, given in their order."""
    parts: list[str] = []
    done = 0
    for edit in edits:
        parts += [text[done : edit.span.start], edit.text]
        done = edit.span.end
    return "".join([*parts, text[done:]])


def region(
    document: str,
    span: Span,
    *strings: QuotedString,
    kind: RegionKind = "rule",
    event: str | None = None,
    has_pointer: bool = False,
    path: Path = None,
    is_open: bool = False,
) -> Region:
    """The region that a part of a document is, from the strings in it."""
    return Region(
        kind=kind,
        text="".join([string.text for string in strings]),
        span=span,
        event=event,
        has_pointer=has_pointer,
        path=path,
        is_open=is_open,
        source=span.cut(document),
        strings=strings,
    )


def json_region(document: str, value: Json, kind: RegionKind, path: Path, event: str | None = None) -> Region:
    """The region that a JSON value is: what a string means, and of anything else how it is written.

    The platform also writes `true` for the rule true, and an expressionJson may stand there as an object.
    """
    string = read_json_string(document, value.start)
    is_open = string is None and (string := open_json_string(document, value.span)) is not None
    string = string or verbatim(document, value.span, "json")
    return region(document, value.span, string, kind=kind, event=event, has_pointer=True, path=path, is_open=is_open)
