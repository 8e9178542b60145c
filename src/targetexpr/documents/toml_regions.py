"""Rules in TOML: plans of target groups, files of saved rules, and the keys of the platform's bodies anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import cast

from targetexpr.base import jsontext
from targetexpr.base.pointers import Path
from targetexpr.base.quoted import QuotedString, open_toml_string, read_toml_string, verbatim
from targetexpr.base.source import Span
from targetexpr.base.tomltext import Spans, TomlError, TomlSpans, read_toml, toml_spans
from targetexpr.documents.events import event_in, event_in_plan
from targetexpr.documents.json_regions import KINDS
from targetexpr.documents.reading import WORDS, RegionKind
from targetexpr.documents.region import Region, region


def toml_regions(text: str) -> tuple[list[Region], TomlError | None]:
    """The rules in a TOML text, in its order, and its error when it is not TOML: then the rules that can be told.

    A rule stands under `rule` of `[[targets]]`, under `expression` of `[rules.NAME]`, or under any key that holds one
    in the platform's bodies.

    >>> regions, _ = toml_regions('[rules.gold]\\nexpression = "true"\\nevent = "TransactionAdd"')
    >>> [(found.pointer, found.text, found.event) for found in regions]
    [('/rules/gold/expression', 'true', 'TransactionAdd')]
    """
    error = None
    try:
        read_toml(text)
    except TomlError as problem:
        error = problem
    return sorted(_regions(text, toml_spans(text)), key=lambda found: found.span), error


def _regions(text: str, spans: TomlSpans) -> Iterator[Region]:
    tables: dict[Path, dict[str, object]] = {}
    for path, value in spans.values:
        kind = _kind(path)
        string = None if kind is None else _string(text, value)
        if kind is None or string is None:
            continue
        table = path[:-1] if isinstance(path[-1], str) else path[:-2]
        if table not in tables:
            tables[table] = dict(_members(text, spans.by_path, table))
        event = event_in_plan(tables[table]) if path[-1] == "rule" else event_in(tables[table])
        linked = reduce(lambda parent, key: (parent, key), path, cast("jsontext.Path", None))
        is_open = read_toml_string(text, value.start) is None and value.cut(text) not in WORDS
        yield region(text, value, string, kind=kind, event=event, has_pointer=True, path=linked, is_open=is_open)


def _kind(path: Path) -> RegionKind | None:
    """In which form the value at a path is a rule, if it is one; it may be an item of an array."""
    if len(path) == 3 and path[0] == "targets" and path[2] == "rule":
        return "rule"
    key = path[-1] if isinstance(path[-1], str) else path[-2] if len(path) > 1 else ""
    return KINDS.get(key) if isinstance(key, str) else None


def _string(text: str, value: Span) -> QuotedString | None:
    """The string that a value is, or the word `true` or `false`; of anything else None."""
    found = read_toml_string(text, value.start) or open_toml_string(text, value)
    if found is not None:
        return found
    return verbatim(text, value, "toml") if value.cut(text) in WORDS else None


def _members(text: str, spans: Spans, table: Path) -> Iterator[tuple[str, object]]:
    """What is known of a table: its strings by their keys."""
    for key in ("name", "event", "of", "measure", "eventName", "targetEntity"):
        if (*table, key) in spans:
            found = read_toml_string(text, spans[*table, key][1].start)
            if found is not None:
                yield key, found.text
