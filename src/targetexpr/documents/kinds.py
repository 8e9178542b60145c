"""What kind of document a text is, told by its file name and by how it begins."""

from __future__ import annotations

from typing import Literal, TypeAlias

DocumentKind: TypeAlias = Literal["rule", "rules", "json", "toml", "python"]

ENDINGS: dict[str, DocumentKind] = {
    ".rules": "rules",
    ".json": "json",
    ".toml": "toml",
    ".py": "python",
    ".pyi": "python",
}
"""What the ending of a file's name says of it. Any other file is one rule, or JSON if it begins like that."""


def kind_of(text: str, name: str | None = None) -> DocumentKind:
    """What a text is. No rule begins with a brace or a bracket.

    >>> kind_of("", "plan.toml"), kind_of(" {}"), kind_of("true", "rule.txt")
    ('toml', 'json', 'rule')
    """
    for ending, kind in ENDINGS.items():
        if name is not None and name.lower().endswith(ending):
            return kind
    return "json" if text.lstrip()[:1] in ("{", "[") else "rule"
