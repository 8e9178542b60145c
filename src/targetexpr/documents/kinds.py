"""What kind of document a text is, told by its file name and by how it begins."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from targetexpr.documents.reading import is_rule_line

DocumentKind: TypeAlias = Literal["rule", "rules", "json", "toml", "python"]

ENDINGS: dict[str, DocumentKind] = {
    ".rules": "rules",
    ".json": "json",
    ".toml": "toml",
    ".py": "python",
    ".pyi": "python",
}
"""What the ending of a file's name says of it. Any other file is one rule, or JSON if it begins like that; a .txt can
hold one rule on each line."""


def kind_of(text: str, name: str | None = None) -> DocumentKind:
    """What a text is. No rule begins with a brace or a bracket.

    >>> kind_of("", "plan.toml"), kind_of(" {}"), kind_of("true", "rule.txt")
    ('toml', 'json', 'rule')
    """
    for ending, kind in ENDINGS.items():
        if name is not None and name.lower().endswith(ending):
            return kind
    if text.lstrip()[:1] in ("{", "["):
        return "json"
    return "rules" if name is not None and name.lower().endswith(".txt") and is_rule_per_line(text) else "rule"


_GOES_ON = re.compile(r"\s*(?:[-+*/%&|=<>?:).,]|!=|(?:and|or)\b)", re.IGNORECASE)
"""How a line begins that goes on with the rule of the line before."""

_IS_OPEN = re.compile(r".*(?:[-+*/%&|=<>?:(.,!]|\b(?:and|or|not))\s*", re.IGNORECASE)
"""How a line ends whose rule goes on in the next."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def goes_on(before: str, line: str) -> bool:
    """Whether a line goes on with the rule of the line before, for an operator joins the two.

    >>> goes_on("a", "&& b"), goes_on("a ||", "b"), goes_on("a", "b")
    (True, True, False)
    """
    return _GOES_ON.match(line) is not None or _IS_OPEN.fullmatch(before) is not None


def is_rule_per_line(text: str) -> bool:
    """Whether a text holds several rules, one on each line, and not one that goes on over lines.

    >>> is_rule_per_line("a>5\\nb>6\\n"), is_rule_per_line("a>5\\n  && b>6\\n"), is_rule_per_line("f(\\n1)")
    (True, False, False)
    """
    lines = text.splitlines()
    rules = [_STRING.sub("0", line) for line in lines if is_rule_line(line)]
    if len(rules) < 2:
        return len(rules) == 1 and any(line.lstrip().startswith("#") for line in lines)
    balanced = all(line.count("(") == line.count(")") for line in rules)
    starts = not any(_GOES_ON.match(line) for line in rules[1:])
    return balanced and starts and not any(_IS_OPEN.fullmatch(line) for line in rules[:-1])
