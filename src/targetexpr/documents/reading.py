"""What the part of a document that holds a rule says, read on its own: an edit is only offered if this is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

if TYPE_CHECKING:
    from targetexpr.base.quoted import Language

RegionKind: TypeAlias = Literal["rule", "expressionJson"]

WORDS = ("true", "false")
"""What documents may also write without quotes, for the rules `true` and `false`."""


def read_again(source: str, language: Language, kind: RegionKind) -> str | None:
    """The text of a rule from its place in a document; None when nothing, or more than a rule, would be read there."""
    from targetexpr.base.quoted import read_json_string, read_toml_string  # a rule alone needs neither

    match language:
        case "text":
            return source
        case "line":
            return source if is_rule_line(source) and source.splitlines() == [source] else None
        case "json":
            if source.startswith("{"):
                return source if kind == "expressionJson" and _is_json(source) else None
            found = read_json_string(source, 0)
        case "toml":
            found = read_toml_string(source, 0)
        case "python":
            return _read_python(source)
        case _:
            assert_never(language)
    if found is None:
        return source if source in WORDS and kind == "rule" else None
    return found.text if found.content.end + len(found.style.quote) == len(source) else None


def is_rule_line(line: str) -> bool:
    """Whether a line of a file of rules holds one: it is neither blank nor a comment."""
    return line.strip() != "" and not line.lstrip().startswith("#")


def _is_json(source: str) -> bool:
    from targetexpr.base.jsontext import JsonError, read_json

    try:
        read_json(source)
    except JsonError:
        return False
    return True


def _read_python(source: str) -> str | None:
    from targetexpr.documents.python_tokens import read_strings

    strings = read_strings(source)
    return None if strings is None else "".join([string.text for string in strings])
