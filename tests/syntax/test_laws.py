"""The laws of the language, on generated trees: what is printed or encoded reads back as the same tree."""

from __future__ import annotations

import json

import pytest

from targetexpr import ExpressionError, Limits, diagnose, from_json, parse, to_json, to_text
from targetexpr.base.limits import DEFAULT_LIMITS
from targetexpr.lang.nodes import Expr, Logical
from targetexpr.lang.walk import depth, preorder, size
from targetexpr.syntax.json_decoder import decode
from targetexpr.syntax.json_plain import plain_tree
from targetexpr.syntax.printer import print_with_spans
from tests.second_reader import NotAnExpression, read, tokens
from tests.strategies import examples, holds, json_texts, logic_trees, mutated_json_values, trees
from tests.trees import flat, json_value

_ROOMY = Limits(nesting=100_000, nodes=1_000_000, text=100_000_000)


@examples
def test_compact_text_reads_back(examples: int) -> None:
    def law(tree: Expr) -> None:
        text = to_text(tree)
        assert parse(text, limits=_ROOMY) == tree
        assert not any(item.is_error or item.code == "mixed-logic" for item in diagnose(text, limits=_ROOMY))

    holds(law, examples, trees())


@examples
def test_printed_spans_are_those_of_reading_back(examples: int) -> None:
    def law(tree: Expr) -> None:
        printed = print_with_spans(tree)
        assert printed.text == to_text(tree)
        again = parse(printed.text, limits=_ROOMY)
        assert printed.spans == tuple(node.span for node in preorder(again))

    holds(law, examples, trees())


@examples
def test_readable_text_reads_back(examples: int) -> None:
    def law(tree: Expr) -> None:
        text = to_text(tree, style="readable")
        assert parse(text, limits=_ROOMY) == tree
        assert not any(item.is_error or item.code == "mixed-logic" for item in diagnose(text, limits=_ROOMY))
        assert all(line == line.rstrip(" ") for line in text.split("\n"))

    holds(law, examples, trees(60))


@examples
def test_printed_text_means_the_same_in_either_reading(examples: int) -> None:
    def law(tree: Expr) -> None:
        for text in (to_text(tree), to_text(tree, style="readable")):
            assert read(text).flat() == flat(tree)
            assert read(text, one_level=True).flat() == flat(tree)

    holds(law, examples, trees() | logic_trees())


@examples
def test_no_parentheses_without_need(examples: int) -> None:
    """Taking any one pair of parentheses out of compact text changes the tree in a reading, or breaks it."""

    def law(tree: Expr) -> None:
        text = to_text(tree)
        for opening, closing in _groups(text):
            less = text[:opening] + text[opening + 1 : closing] + text[closing + 1 :]
            if _same(less, tree, one_level=False) and _same(less, tree, one_level=True):
                assert _is_style(text, opening, closing), f"needless parentheses in {text!r} at {opening}"

    holds(law, examples, logic_trees() | trees(12))


@examples
def test_both_json_layouts_read_back(examples: int) -> None:
    def law(tree: Expr) -> None:
        assert from_json(to_json(tree), limits=_ROOMY) == tree
        assert from_json(to_json(tree, style="editor"), limits=_ROOMY) == tree

    holds(law, examples, trees())


@examples
def test_json_is_what_a_second_encoder_writes(examples: int) -> None:
    def law(tree: Expr) -> None:
        value = json_value(tree)
        assert to_json(tree) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        editor = json.dumps(value, ensure_ascii=False, indent=2, separators=(",", ":"))
        assert to_json(tree, style="editor") == "\n" + editor

    holds(law, examples, trees())


@examples
def test_types_are_written_and_nothing_else_changes(examples: int) -> None:
    def law(tree: Expr) -> None:
        types = [f"t{index}:object:primitive" for index, _ in enumerate(preorder(tree))]
        typed = json.loads(to_json(tree, types=types))
        literals = [node for node in preorder(tree) if "Literal" in type(node).__name__]
        assert _without_types(typed) == _without_types(json_value(tree))
        nones = to_json(tree, types=[None] * len(types))
        assert nones == to_json(tree) or literals

    holds(law, examples, trees(10))


@examples
def test_size_and_depth_agree_with_the_limits(examples: int) -> None:
    """A tree's JSON is accepted at exactly its own size and depth."""

    def law(tree: Expr) -> None:
        text = to_json(tree)
        exact = Limits(nodes=size(tree), nesting=depth(tree), json=len(text))
        assert from_json(text, limits=exact) == tree

    holds(law, examples, trees())


@examples
def test_decoded_trees_are_in_the_language(examples: int) -> None:
    """Whatever the decoder lets through can be printed and read again."""

    def law(value: object) -> None:
        try:
            tree = from_json(json.dumps(value))
        except ValueError:
            return
        assert parse(to_text(tree), limits=_ROOMY) == tree
        assert from_json(to_json(tree)) == tree
        for node in preorder(tree):
            if isinstance(node, Logical):
                last = node.terms[-1]
                assert not (isinstance(last, Logical) and last.operator == node.operator)

    holds(law, examples // 5, mutated_json_values())  # making them takes long


@examples
def test_the_quick_decoder_gives_what_the_careful_one_gives_or_nothing(examples: int) -> None:
    """It may give up on anything; a tree of its own is never another one, nor one where there is an error."""

    def law(text: str) -> None:
        quick = plain_tree(text, DEFAULT_LIMITS)
        if quick is not None:
            assert decode(text).tree == quick

    holds(law, examples, json_texts() | mutated_json_values().map(json.dumps) | trees().map(to_json))


@examples
def test_the_quick_decoder_reads_what_is_written(examples: int) -> None:
    def law(tree: Expr) -> None:
        for style in ("compact", "editor"):
            assert plain_tree(to_json(tree, style), DEFAULT_LIMITS) == tree  # type: ignore[arg-type]

    holds(law, examples, trees())


def test_the_quick_decoder_leaves_limits_to_the_careful_one() -> None:
    deep = to_json(parse("!" * 250 + "true", limits=Limits(nesting=300)))
    for text, limits in ((deep, DEFAULT_LIMITS), (to_json(parse("a&&b&&c")), Limits(nodes=3))):
        assert plain_tree(text, limits) is None
        with pytest.raises(ExpressionError):
            from_json(text, limits=limits)


@examples
def test_equal_trees_hash_equal(examples: int) -> None:
    def law(tree: Expr, other: Expr) -> None:
        again = parse(to_text(tree), limits=_ROOMY)
        assert hash(again) == hash(tree)
        assert repr(again) == repr(tree)
        assert (tree == other) == (flat(tree) == flat(other))

    holds(law, examples, trees(8), trees(8))


def _groups(text: str) -> list[tuple[int, int]]:
    """Where the grouping parentheses of printed text are (not those of calls, nor those inside strings)."""
    stack: list[tuple[int, bool]] = []
    found: list[tuple[int, int]] = []
    before = None
    for token in tokens(text):
        if token.kind == "mark" and token.text == "(":
            stack.append((token.start, before is None or before.kind != "name"))
        elif token.kind == "mark" and token.text == ")":
            start, is_group = stack.pop()
            if is_group:
                found.append((start, token.start))
        before = token
    return found


def _same(text: str, tree: Expr, *, one_level: bool) -> bool:
    try:
        return read(text, one_level=one_level).flat() == flat(tree)
    except NotAnExpression:
        return False


def _is_style(text: str, opening: int, closing: int) -> bool:
    """The language wants some parentheses that the tree does not need.

    These stand round a conditional in a conditional, round a number before a dot, and round a list that is a term of
    another list: a mix always has its parentheses, even where both readings agree.
    """
    inside = read(text[opening + 1 : closing])
    beside = {text[max(opening - 2, 0) : opening], text[closing + 1 : closing + 3]} & {"&&", "||"}
    return inside.kind in ("conditional", "number") or (inside.kind == "logical" and bool(beside))


def _without_types(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_types(inner) for key, inner in value.items() if key != "type"}
    if isinstance(value, list):
        return [_without_types(inner) for inner in value]
    return value
