"""The rules of files and folders, each under a name: what `eval --rules` takes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

from targetexpr.base import pointers
from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.errors import InputError
from targetexpr.base.source import Input
from targetexpr.cli.inputs import lines_of, show
from targetexpr.console.files import read_file
from targetexpr.documents.document import Document, open_document
from targetexpr.documents.kinds import ENDINGS
from targetexpr.documents.region import Region

_OF_FOLDERS = (*ENDINGS, ".rule", ".targetexpr", ".txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRule:
    """A rule of a file, its name, and where it stands."""

    name: str
    text: str
    source: Input
    region: Region

    def show(self, error: ExpressionError) -> None:
        """What is wrong with it, on standard error."""
        show([self.region.in_document(one) for one in error.diagnostics], self.source)


def named_rules(path: str) -> list[NamedRule]:
    """The rules of a file, or of all files with rules in a folder. Raises InputError where there are none.

    A rule is called by the name that stands beside it (a target's, a saved rule's), else by its file and line, or its
    pointer; in a folder, and where two would be called alike, with what tells them apart.
    """
    folder = os.path.isdir(path)
    found: list[NamedRule] = []
    for name in _files(path) if folder else [path]:
        found += _of_file(name, os.path.relpath(name, path) if folder else "")
    if not found:
        where = "no file of it holds a rule" if folder else "it holds no rule"
        raise InputError(f"--rules: {path}: {where}; expected rule files, requests with expressions, or saved rules")
    return _told_apart(found)


def _files(folder: str) -> Iterator[str]:
    """The files below a folder that may hold rules, in order; hidden ones are left out."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.lower().endswith(_OF_FOLDERS):
                yield os.path.join(where, name)


def _of_file(name: str, shown: str) -> list[NamedRule]:
    source = read_file(name)
    document = open_document(source.text, source.name)
    if document.error is not None:
        show([document.error], source)
        raise InputError(f"--rules: {name} cannot be read; nothing was evaluated")
    beside = _names_beside(document)
    return [
        NamedRule(
            name=_full(_name(region, source, beside), shown, name), text=region.text, source=source, region=region
        )
        for region in document.regions
        if region.kind == "rule"
    ]


def _full(name: str, shown: str, file: str) -> str:
    """A rule's name with the file: of a line always, of a name in folders."""
    if name.startswith(":"):
        return f"{shown or os.path.basename(file)}{name}"
    return f"{shown}:{name}" if shown else name


def _names_beside(document: Document) -> object:
    """The values of a JSON document, for the names in it."""
    return json.loads(document.text) if document.kind == "json" else None


def _name(region: Region, source: Input, values: object) -> str:
    pointer = region.pointer
    if pointer is None:
        return f":{lines_of(source).position(region.span.start).line}"
    parts = pointers.split(pointer)
    if values is None:
        return next((part for part in reversed(parts) if part != "expression"), "1")
    holder = values
    for part in parts[:-1]:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part] if isinstance(holder, dict) else None
    beside = holder.get("name") if isinstance(holder, dict) else None
    return beside if isinstance(beside, str) and beside else pointer


def _told_apart(rules: list[NamedRule]) -> list[NamedRule]:
    """The same rules, those of one name with the places where they stand."""
    count: dict[str, int] = {}
    for rule in rules:
        count[rule.name] = count.get(rule.name, 0) + 1
    return [rule if count[rule.name] == 1 else _placed(rule) for rule in rules]


def _placed(rule: NamedRule) -> NamedRule:
    place = rule.region.pointer or f"line {lines_of(rule.source).position(rule.region.span.start).line}"
    return NamedRule(name=f"{rule.name} ({place})", text=rule.text, source=rule.source, region=rule.region)
