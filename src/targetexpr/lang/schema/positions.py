"""The spans of keys and values in a valid JSON text, which the standard reader does not give."""

from __future__ import annotations

from targetexpr.base.jsontext import Json, read_json
from targetexpr.base.pointers import Path
from targetexpr.base.source import Span
from targetexpr.base.tomltext import Spans


def json_spans(text: str) -> Spans:
    """The spans of a JSON text."""
    spans: Spans = {}
    waiting: list[tuple[Path, Json]] = [((), read_json(text))]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node.value, dict):
            for key, item in node.value.items():
                spans[*path, key] = (_json_key(text, item.start), item.span)
                waiting.append(((*path, key), item))
        elif isinstance(node.value, list):
            for index, item in enumerate(node.value):
                spans[*path, index] = (item.span, item.span)
                waiting.append(((*path, index), item))
    return spans


def _json_key(text: str, value_start: int) -> Span:
    """The key that stands before a value."""
    end = text.rindex(":", 0, value_start)
    end = len(text[:end].rstrip())
    start = text.rindex('"', 0, end - 1)
    while _backslashes(text, start) % 2:
        start = text.rindex('"', 0, start)
    return Span(start, end)


def _backslashes(text: str, at: int) -> int:
    before = at
    while before and text[before - 1] == "\\":
        before -= 1
    return at - before
