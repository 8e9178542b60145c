"""What `check` looks at: rules as they are, and every rule inside a JSON document, with its place in there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.jsontext import Json, JsonError, Path, pointer, read_json, string_offsets
from targetexpr.base.source import Input, Span
from targetexpr.documents.compare import FAMILIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One rule to check: its text or its expressionJson, and where it comes from."""

    source: Input
    kind: Literal["text", "json"]
    text: str
    pointer: str | None = None  # where it stands in a JSON document
    value: Span | None = None  # the same as a span of the document, quotes included

    @property
    def name(self) -> str | None:
        """How a place is introduced: the file, and the pointer in it."""
        if self.pointer is None:
            return self.source.name
        return f"{self.source.name or 'document'} at {self.pointer or 'the top'}"

    def in_document(self, span: Span) -> Span | None:
        """Where a part of the rule stands in the whole source; escapes in JSON are longer than what they mean."""
        if span.start < 0:
            return None
        if self.value is None:
            return span
        body = self.source.text[self.value.start : self.value.end]
        if not body.startswith('"'):
            return Span(self.value.start + span.start, self.value.start + span.end)
        offsets = string_offsets(body, span.end)
        return Span(self.value.start + offsets[span.start], self.value.start + offsets[span.end])


class InvalidJson(Exception):
    """A document that looks like JSON and is none."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic)


def units(source: Input) -> list[Unit]:
    """The rules of one input. Text that starts with a brace or bracket is JSON: no rule does."""
    if source.text.lstrip()[:1] not in ("{", "["):
        return [Unit(source=source, kind="text", text=source.text)]
    try:
        document = read_json(source.text)
    except JsonError as problem:
        raise InvalidJson(problem.diagnostic) from None
    if document.kind == "object" and "arity" in cast("dict[str, Json]", document.value):
        return [Unit(source=source, kind="json", text=source.text)]
    return list(_inside(document, source))


def _inside(document: Json, source: Input) -> Iterator[Unit]:
    waiting: list[tuple[Json, Path]] = [(document, None)]
    while waiting:
        json, path = waiting.pop()
        if json.kind == "object":
            members = cast("dict[str, Json]", json.value)
            for text_keys, json_keys in FAMILIES:
                for key in (*text_keys, *json_keys):
                    if key in members and members[key].kind in ("string", "boolean", "object"):
                        kind: Literal["text", "json"] = "text" if key in text_keys else "json"
                        if kind == "json" or members[key].kind != "object":
                            yield _unit(source, kind, members[key], (path, key))
            waiting.extend((member, (path, key)) for key, member in reversed(members.items()))
        elif json.kind == "array":
            items = cast("list[Json]", json.value)
            waiting.extend((items[place], (path, place)) for place in range(len(items) - 1, -1, -1))


def _unit(source: Input, kind: Literal["text", "json"], member: Json, path: Path) -> Unit:
    if member.kind == "boolean":  # the platform also writes JSON true for the rule true
        text = "true" if member.value else "false"
    elif member.kind == "string":
        text = cast(str, member.value)
    else:
        text = source.text[member.start : member.end]
    return Unit(source=source, kind=kind, text=text, pointer=pointer(path), value=member.span)
