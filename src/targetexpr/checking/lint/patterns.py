"""Regular expressions that say more, or less, than their author means."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.checking.arguments import part_of
from targetexpr.checking.lint.rule import rule, warning
from targetexpr.checking.lint.tree import Tree
from targetexpr.checking.messages.wording import listed, quoted
from targetexpr.checking.result import Call
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


PLAIN_REGEX = warning(
    "plain-regex", "This pattern has no special characters; `{write}` means the same.", fix="Write `{write}`"
)


@rule(
    PLAIN_REGEX,
    reason="A pattern without anything special is a string: contains or == says the same, and is faster.",
)
def plain_regexes(tree: Tree) -> Iterator[Diagnostic]:
    """`matches("Gold")` is `contains("Gold")`, `matches("^Gold$")` is `=="Gold"`."""
    for place, node, literal in _patterns(tree):
        pattern = literal.value
        if node.name != "matches" or _values_matched(tree, node, literal):
            continue
        if pattern and _plain(pattern):
            yield PLAIN_REGEX.at(literal.span, edits=[Edit(node.name_span, "contains")], write="contains")
        elif pattern[:1] == "^" and pattern[-1:] == "$" and _plain(pattern[1:-1]):
            text = StringLiteral(raw=encode_string(pattern[1:-1]))
            by = Binary(operator="==", left=node.operand, right=text)
            yield PLAIN_REGEX.at(literal.span, edits=tree.rewrite(place, by), write="==")


def _plain(pattern: str) -> bool:
    return not _SPECIAL.intersection(pattern)


USELESS_WILDCARD = warning(
    "useless-wildcard",
    "A pattern is found anywhere in the string; `.*` at its start or end adds nothing.",
    hint="To match the whole string, put `^` before and `$` after.",
    fix="Remove it",
)
MATCHES_ALL = warning(
    "useless-wildcard",
    "This pattern is found in every string.",
    hint="To test that there is a string at all, write `.exists()`.",
)


@rule(
    *(USELESS_WILDCARD, MATCHES_ALL),
    reason="A pattern may be found anywhere, so any text before or after it needs no `.*`.",
)
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
                yield MATCHES_ALL.at(literal.span)
            continue
        spans = [span for span in ((0, start), (end, len(pattern))) if span[0] < span[1]]
        if spans:
            places = [part_of(literal, *span) for span in spans]
            yield USELESS_WILDCARD.at(places[0], edits=[Edit(span, "") for span in places])


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


PARTIAL_WORD = warning(
    "partial-word",
    "{word} is also found inside {others}.",
    hint="Put `^` and `$` round it to match the whole string, or compare with `==`.",
    fix="Match the whole string",
)


@rule(PARTIAL_WORD, reason="A word as a pattern is also found inside other values: LOYALTY in NON_LOYALTY.")
def partial_words(tree: Tree) -> Iterator[Diagnostic]:
    """A plain pattern that is one of the values something can have, and is found inside another."""
    for _, node, literal in _patterns(tree):
        others = _values_matched(tree, node, literal)
        if others:
            word = literal.raw
            edits = [Edit(literal.span, f'"^{word}$"')]
            yield PARTIAL_WORD.at(literal.span, edits=edits, word=quoted(literal.value), others=listed(others, "and"))


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
    target = tree.checked.target_of(node)
    if not isinstance(target, Call) or target.function.reads is None:
        return ()
    name = target.function.entry
    if name is None and isinstance(node.arguments[0], StringLiteral):
        name = node.arguments[0].value
    return tree.schema.inventory.get(name, ()) if name is not None else ()


def _attribute_values(tree: Tree, node: Expr) -> tuple[str, ...]:
    if isinstance(node, Dereference) and isinstance(node.operand, Name):
        target = tree.checked.target_of(node)
        if isinstance(target, Attribute):
            return target.values
    return ()
