"""Regular expressions that say more, or less, than their author means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from targetexpr.base.diagnostics import Diagnostic, Edit, Fix
from targetexpr.base.source import Span
from targetexpr.checking.arguments import part_of
from targetexpr.checking.lint import messages
from targetexpr.checking.lint.tree import Tree, edit
from targetexpr.lang.nodes import Binary, Dereference, Expr, MethodCall, Name, StringLiteral, encode_string
from targetexpr.lang.schema.model import Attribute

_SPECIAL = frozenset("\\^$.|?*+()[]{}")


def _patterns(tree: Tree) -> Iterator[tuple[int, MethodCall, StringLiteral]]:
    """Every pattern with the call it is in."""
    for place, node, call in tree.calls():
        if isinstance(node, MethodCall):
            for parameter, argument in zip(call.overload.parameters, node.arguments, strict=False):
                if parameter.role == "regex" and isinstance(argument, StringLiteral):
                    yield place, node, argument


def plain_regexes(tree: Tree) -> Iterator[Diagnostic]:
    """`matches("Gold")` is `contains("Gold")`, `matches("^Gold$")` is `=="Gold"`."""
    for place, node, literal in _patterns(tree):
        pattern = literal.value
        if node.name != "matches" or _values_matched(tree, node, literal):
            continue
        if pattern and _plain(pattern):
            yield messages.plain_regex(literal.span, "contains", edit("Write `contains`", node.name_span, "contains"))
        elif pattern[:1] == "^" and pattern[-1:] == "$" and _plain(pattern[1:-1]):
            text = StringLiteral(raw=encode_string(pattern[1:-1]))
            by = Binary(operator="==", left=node.operand, right=text)
            yield messages.plain_regex(literal.span, "==", tree.rewrite("Write `==`", place, by))


def _plain(pattern: str) -> bool:
    return not _SPECIAL.intersection(pattern)


def useless_wildcards(tree: Tree) -> Iterator[Diagnostic]:
    """`.*` at an end that is not anchored: the pattern is found anywhere anyhow."""
    for _, _, literal in _patterns(tree):
        pattern = literal.value
        if "\\Q" in pattern:
            continue
        start = _leading(pattern)
        end = len(pattern) - _trailing(pattern)
        if start >= end:
            if pattern:
                yield messages.matches_all(literal.span)
            continue
        spans = [span for span in ((0, start), (end, len(pattern))) if span[0] < span[1]]
        if spans:
            places = [part_of(literal, *span) for span in spans]
            yield messages.useless_wildcard(places[0], _cut(places))


def _cut(places: Sequence[Span]) -> Fix | None:
    if any(span.start < 0 for span in places):
        return None
    return Fix("Take it out", tuple(Edit(span, "") for span in places))


def _leading(pattern: str) -> int:
    for wildcard in (".*?", ".*"):
        if pattern.startswith(wildcard):
            return len(wildcard)
    return 0


def _trailing(pattern: str) -> int:
    for wildcard in (".*?", ".*"):
        if pattern.endswith(wildcard):
            before = pattern[: -len(wildcard)]
            if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
                return len(wildcard)
    return 0


def partial_words(tree: Tree) -> Iterator[Diagnostic]:
    """A plain pattern that is one of the values something can have, and is found inside another."""
    for _, node, literal in _patterns(tree):
        others = _values_matched(tree, node, literal)
        if others:
            word = literal.raw
            fix = edit("Match the whole text", literal.span, f'"^{word}$"')
            yield messages.partial_word(literal.span, literal.value, others, fix)


def _values_matched(tree: Tree, node: MethodCall, literal: StringLiteral) -> list[str]:
    """The other values a word is found in, when it is one of the values that are known."""
    word = literal.value
    if not word or not _plain(word):
        return []
    values = _values(tree, node)
    return [value for value in values if word in value and value != word] if word in values else []


def _values(tree: Tree, node: MethodCall) -> tuple[str, ...]:
    if node.name == "matches":
        return _attribute_values(tree, node.operand)
    if len(node.arguments) == 2 and isinstance(node.arguments[0], StringLiteral):
        return tree.schema.inventory.get(node.arguments[0].value, ())
    return tree.schema.inventory.get("brand" if "Brand" in node.name else "category", ())


def _attribute_values(tree: Tree, node: Expr) -> tuple[str, ...]:
    if isinstance(node, Dereference) and isinstance(node.operand, Name):
        target = tree.checked.target_of(node)
        if isinstance(target, Attribute):
            return target.values
    return ()
