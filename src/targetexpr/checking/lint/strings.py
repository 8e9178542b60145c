"""What copying leaves behind in strings: entities, escapes, blanks and marks that the data does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.checking.lint.rule import rule, warning
from targetexpr.checking.lint.tree import Tree
from targetexpr.checking.messages.wording import quoted
from targetexpr.lang.nodes import MethodCall, StringLiteral

STRING_RESIDUE = warning("string-residue", "This string has {what}, which copying leaves behind.", fix="Write {shown}")

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '\\"', "apos": "'", "nbsp": " ", "#39": "'", "#34": '\\"'}
_ENTITY = re.compile(f"&({'|'.join(_ENTITIES)});")
_MARKDOWN = re.compile(r"(?<!\\)\\_")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")  # joiners are part of scripts and of emoji
_CURLY = re.compile(r"\s*[“”„«»](.*)[“”„«»]\s*", re.DOTALL)
_BLANKS = re.compile(r"^\s+|\s+$")


@rule(STRING_RESIDUE, reason="A string with something left over from a page or document matches no data.")
def string_residues(tree: Tree) -> Iterator[Diagnostic]:
    """`"T&amp;C"`, `"latest\\_4june"`, `"Gold "`, zero-width spaces, curly quotes inside straight ones."""
    searched = set(_searched(tree))
    for _, literal in tree.each(StringLiteral):
        clean, found = _cleaned(literal.raw, searched=id(literal) in searched)
        if found and clean:
            edits = [Edit(literal.span, f'"{clean}"')]
            yield STRING_RESIDUE.at(literal.span, edits=edits, what=" and ".join(found), shown=quoted(clean))


def _searched(tree: Tree) -> Iterator[int]:
    """The strings that are patterns or parts to look for: blanks and backslashes mean something in them."""
    for _, node, call in tree.calls():
        if isinstance(node, MethodCall):
            for parameter, argument in zip(call.overload.parameters, node.arguments, strict=False):
                if parameter.role == "regex" or node.name == "contains":
                    yield id(argument)


def _cleaned(raw: str, *, searched: bool) -> tuple[str, list[str]]:
    """A string, as it is written between its quotes, without what is left over in it, and what that was."""
    found = []
    clean = _ENTITY.sub(lambda entity: _ENTITIES[entity.group(1)], raw)
    if clean != raw:
        found.append("an HTML entity")
    before, clean = clean, _INVISIBLE.sub("", clean)
    if clean != before:
        found.append("an invisible character")
    if (inside := _CURLY.fullmatch(clean)) is not None:
        clean = inside.group(1)
        found.append("curly quotes inside its own")
    if not searched:
        for pattern, write, what in ((_MARKDOWN, "_", "a backslash before `_`"), (_BLANKS, "", "a blank at an end")):
            before, clean = clean, pattern.sub(write, clean)
            if clean != before:
                found.append(what)
    return clean, found
