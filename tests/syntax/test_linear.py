"""Time grows linearly with the length of and/or lists, which are really this long; nothing recurses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from targetexpr import ExpressionError, Limits, diagnose, from_json, parse, to_json, to_text
from targetexpr.lang.nodes import Logical
from targetexpr.lang.walk import preorder
from tests.growth import ratio
from tests.sampling import sampled, sizes
from tests.second_reader import read
from tests.trees import flat

SMALL, LARGE = 1_000, 10_000
MOST = 13


def _list(terms: int, operator: str = "||") -> str:
    return operator.join(f'currentLineItem.doesItemMatch("sku_code","{220000 + index}")' for index in range(terms))


def _ratio(small: Callable[[], object], large: Callable[[], object]) -> float:
    return ratio(small, large, MOST)


_SMALL_TEXT, _LARGE_TEXT = _list(SMALL), _list(LARGE)
_ROOMY = Limits(nodes=1_000_000, text=100_000_000)


def test_list_of_ten_thousand_is_one_node() -> None:
    tree = parse(_LARGE_TEXT)
    assert isinstance(tree, Logical)
    assert len(tree.terms) == LARGE
    assert to_text(tree) == _LARGE_TEXT
    assert from_json(to_json(tree)) == tree
    assert hash(from_json(to_json(tree))) == hash(tree)
    assert diagnose(_LARGE_TEXT) == []
    readable = to_text(tree, style="readable")
    assert readable.count("\n  || ") == LARGE - 1
    assert parse(readable) == tree
    assert read(to_text(tree), one_level=True).flat() == flat(tree)


def test_parse() -> None:
    assert _ratio(lambda: parse(_SMALL_TEXT), lambda: parse(_LARGE_TEXT)) <= MOST


def test_diagnose() -> None:
    assert _ratio(lambda: diagnose(_SMALL_TEXT), lambda: diagnose(_LARGE_TEXT)) <= MOST


@pytest.mark.parametrize("style", ["compact", "readable"])
def test_print(style: str) -> None:
    small, large = parse(_SMALL_TEXT), parse(_LARGE_TEXT)
    assert _ratio(lambda: to_text(small, style=style), lambda: to_text(large, style=style)) <= MOST


def test_encode() -> None:
    small, large = parse(_SMALL_TEXT), parse(_LARGE_TEXT)
    assert _ratio(lambda: to_json(small), lambda: to_json(large)) <= MOST


def test_encode_with_types() -> None:
    small, large = parse(_SMALL_TEXT), parse(_LARGE_TEXT)
    few = ["boolean:primitive"] * len(list(preorder(small)))
    many = ["boolean:primitive"] * len(list(preorder(large)))
    assert _ratio(lambda: to_json(small, types=few), lambda: to_json(large, types=many)) <= MOST


def test_decode() -> None:
    small, large = to_json(parse(_SMALL_TEXT)), to_json(parse(_LARGE_TEXT))
    assert _ratio(lambda: from_json(small), lambda: from_json(large)) <= MOST


def compare_ratio() -> float:
    small, large = parse(_SMALL_TEXT), parse(_LARGE_TEXT)
    small_too, large_too = parse(_SMALL_TEXT), parse(_LARGE_TEXT)
    assert large == large_too
    assert large != small
    return _ratio(lambda: small == small_too, lambda: large == large_too)


def slips_ratio() -> float:
    small, large = (text.replace('"sku_code"', "“sku_code”") for text in (_SMALL_TEXT, _LARGE_TEXT))
    return _ratio(lambda: diagnose(small), lambda: diagnose(large))


@pytest.mark.parametrize("measured", [compare_ratio, slips_ratio], ids=lambda measured: measured.__name__)
def test_in_a_process_of_its_own(measured: Callable[[], float]) -> None:
    """These mostly fetch memory, and the tests before this one leave theirs scattered."""
    script = f"from tests.syntax.test_linear import {measured.__name__}; print({measured.__name__}())"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert float(done.stdout) <= MOST


@pytest.mark.parametrize(("before", "after"), sampled([("", ")"), ("(", ""), ("", "||"), ("", "&&a")], keep=1))
def test_broken_lists_are_diagnosed_in_linear_time(before: str, after: str) -> None:
    small, large = (before + text + after for text in (_SMALL_TEXT, _LARGE_TEXT))
    assert diagnose(large)
    assert _ratio(lambda: diagnose(small), lambda: diagnose(large)) <= MOST


def test_lists_nested_to_the_right_are_one_list() -> None:
    text = "(a||" * 100 + "b" + ")" * 100
    assert flat(parse(text, limits=Limits(nesting=10_000)))[0] == ("logical", "||", 101)


def test_editor_layout_of_a_thousand_reads_back() -> None:
    tree = parse(_SMALL_TEXT)
    text = to_json(tree, style="editor")
    assert text.startswith("\n{\n")
    assert from_json(text) == tree


def test_editor_layout_past_the_limit_is_refused_at_once() -> None:
    """Written out, ten times the terms would take a hundred times as long: every level is indented further."""
    small, large = parse(_SMALL_TEXT), parse(_LARGE_TEXT)

    def refused() -> None:
        with pytest.raises(ExpressionError) as caught:
            to_json(large, style="editor")
        assert [item.code for item in caught.value.diagnostics] == ["too-large"]

    assert _ratio(lambda: to_json(small, style="editor"), refused) <= MOST


def test_compact_json_of_ten_thousand_has_the_nested_shape() -> None:
    text = to_json(parse(_LARGE_TEXT))
    assert text.startswith('{"arity":"binary_operation","value":"||","operands":[{"arity":"method_call"')
    assert text.count('"||"') == LARGE - 1
    assert text.endswith("]}" * LARGE)


def test_deep_json_that_this_library_writes_is_read() -> None:
    """Arrays and objects 20,000 deep, in both layouts, with blanks between."""
    terms = 10_000
    head = '{"arity":"binary_operation","value":"&&","operands":[{"arity":"name","value":"a"},'
    text = head * (terms - 1) + '{"arity":"name","value":"b"}' + "]}" * (terms - 1)
    tree = from_json(text)
    assert flat(tree)[0] == ("logical", "&&", terms)
    assert to_json(tree) == text
    assert from_json(text.replace(",", " ,\n ")) == tree


@pytest.mark.parametrize("depth", sizes(10_000, 100_000))
def test_deep_json_that_is_wrong_is_an_error(depth: int) -> None:
    for text in (
        "[" * depth,
        "[" * depth + "]" * depth,
        '{"arity":' * depth,
        '{"operands":[' * (depth // 2),
    ):
        with pytest.raises(ExpressionError):
            from_json(text)
    bangs = '{"arity":"unary_operation","value":"!","operands":['
    with pytest.raises(ExpressionError) as caught:
        from_json(bangs * (depth // 2) + '{"arity":"name","value":"a"}' + "]}" * (depth // 2))
    assert [item.code for item in caught.value.diagnostics] == ["nesting-limit"]
    groups = '{"arity":"group","operands":['
    with pytest.raises(ExpressionError):
        from_json(groups * (depth // 2) + "]}" * (depth // 2))


def test_error_at_the_far_end_of_a_deep_document_has_its_pointer() -> None:
    terms = 3_000
    head = '{"arity":"binary_operation","value":"&&","operands":[{"arity":"name","value":"a"},'
    text = head * terms + '{"arity":"name","value":"?"}' + "]}" * terms
    with pytest.raises(ExpressionError) as caught:
        from_json(text)
    assert caught.value.diagnostics[0].pointer == "/operands/1" * terms + "/value"


def test_many_long_numbers() -> None:
    text = "+".join(["9" * 5_000] * 150)
    tree = parse(text)
    assert to_text(tree) == text
    assert from_json(to_json(tree)) == tree
    assert json.loads(to_json(tree))["arity"] == "binary_operation"


def test_one_very_long_number_in_linear_time() -> None:
    def work(digits: int) -> Callable[[], object]:
        text = "0" * digits + "7" * digits + "." + "30" * digits
        return lambda: to_text(parse(text, limits=_ROOMY))

    assert _ratio(work(50_000), work(500_000)) <= MOST
