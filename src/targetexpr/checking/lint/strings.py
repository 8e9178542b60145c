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

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '\\"', "apos": "'", "nbsp": " "}
# Compiled where a rule has strings (`re` keeps them), not when the file is loaded.
_ENTITY = f"&(?:({'|'.join(_ENTITIES)})|#([0-9]{{1,7}})|#[xX]([0-9a-fA-F]{{1,6}}));"
_MARKDOWN = r"(?<!\\)((?:\\\\)*)\\([_*&#~>+.!()\[\]{}|-])"
_INVISIBLE = "[\u00ad\u200b\u200e\u200f\u2060\ufeff]"  # joiners are part of scripts and of emoji
_GARBLED = "[\u00c2\u00c3\u00e2][\u0080-\u00bf\u0152-\u0192\u02c6-\u2122]+"  # UTF-8 read as Windows-1252
_CURLY = r"(?s:\s*[“”„«»](.*)[“”„«»]\s*)"
_QUOTED = r"(?s:\s*(['`\u2018\u2019])([^'`\u2018\u2019]+)['`\u2018\u2019]\s*)"
_BLANKS = r"^(?:\s|(?<!\\)\\[tnr])+|(?:\s|(?<!\\)\\[tnr])+$"


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
    clean = re.sub(_ENTITY, _character, raw)
    if clean != raw:
        found.append("an HTML entity")
    before, clean = clean, re.sub(_GARBLED, _ungarbled, clean)
    if clean != before:
        found.append("characters garbled by a wrong encoding")
    before, clean = clean, re.sub(_INVISIBLE, "", clean)
    if clean != before:
        found.append("an invisible character")
    if (inside := re.fullmatch(_CURLY, clean)) is not None:
        clean = inside.group(1)
        found.append("curly quotes inside its own")
    if not searched:
        if (inside := re.fullmatch(_QUOTED, clean)) is not None:
            clean = inside.group(2)
            found.append("quotes inside its own")
        escaped = re.search(_MARKDOWN, clean)
        if escaped is not None:
            clean = re.sub(_MARKDOWN, r"\1\2", clean)
            found.append(f"a backslash before `{escaped.group(2)}`")
        before, clean = clean, re.sub(_BLANKS, "", clean)
        if clean != before:
            found.append("a blank at an end")
    return clean, found


def _character(entity: re.Match[str]) -> str:
    """What an HTML entity stands for, as a string writes it; one of no character that a string can hold stays."""
    name, decimal, hexadecimal = entity.groups()
    if name is not None:
        return _ENTITIES[name]
    code = int(decimal) if decimal is not None else int(hexadecimal, 16)
    if not 0x20 <= code <= 0x10FFFF or 0xD800 <= code < 0xE000:
        return entity.group()
    return {'"': '\\"', "\\": "\\\\", "\u00a0": " "}.get(chr(code), chr(code))


def _ungarbled(found: re.Match[str]) -> str:
    """Characters that UTF-8 read as Windows-1252 became, as they were; any others stay."""
    text = found.group()
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text
