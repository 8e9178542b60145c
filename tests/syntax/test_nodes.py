"""Nodes: immutable, equal whatever their spans, spliced, and refusing what no text could spell."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from targetexpr import from_json, parse, to_json, to_text
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Conditional,
    Dereference,
    Expr,
    FunctionCall,
    Logical,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
    Unary,
    conjunction,
    decode_string,
    disjunction,
    encode_string,
)
from targetexpr.lang.walk import depth, postorder, preorder, size

A, B, C, D = (Name(name=letter) for letter in "abcd")


def test_spans_are_not_part_of_equality() -> None:
    assert Name(name="a", start=3, end=4) == Name(name="a", start=7, end=8) == A
    assert hash(Name(name="a", start=3, end=4)) == hash(A)
    assert parse(" ( a ) >  5 ") == parse("a>5")
    assert len({parse("a>5"), parse("a > 5"), parse("(a>5)")}) == 1


@pytest.mark.parametrize(("left", "right"), [("007", "7"), ("1.50", "1.5"), ("5.", "5"), ("0.0", "0"), ("00", "0")])
def test_numbers_are_equal_by_value(left: str, right: str) -> None:
    assert NumberLiteral(value=left) == NumberLiteral(value=right)
    assert hash(NumberLiteral(value=left)) == hash(NumberLiteral(value=right))


def test_long_numbers_are_exact() -> None:
    long = "7" * 5_000
    assert NumberLiteral(value=long).value == long
    assert NumberLiteral(value=long) != NumberLiteral(value=long[:-1] + "8")
    assert len(NumberLiteral(value=long).number.as_tuple().digits) == 5_000
    assert NumberLiteral(value="0." + "0" * 5_000 + "1") != NumberLiteral(value="0")


def test_kinds_differ() -> None:
    assert StringLiteral(raw="a") != A
    assert StringLiteral(raw="1") != NumberLiteral(value="1")
    assert BooleanLiteral(value=True) != StringLiteral(raw="true")
    assert BooleanLiteral(value=True) != NumberLiteral(value="1")
    assert FunctionCall(name="a") != A
    assert Dereference(operand=A, name="b") != MethodCall(operand=A, name="b")
    assert Unary(operator="-", operand=A) != Unary(operator="+", operand=A)
    assert Logical(operator="&&", terms=(A, B)) != Logical(operator="||", terms=(A, B))
    assert Logical(operator="&&", terms=(A, B)) != Logical(operator="&&", terms=(B, A))
    assert A != "a"


def test_last_term_is_spliced() -> None:
    inner = Logical(operator="&&", terms=(B, C))
    assert Logical(operator="&&", terms=(A, inner)).terms == (A, B, C)
    assert Logical(operator="&&", terms=(inner, A)).terms == (inner, A)
    assert Logical(operator="&&", terms=(A, inner, D)).terms == (A, inner, D)
    assert Logical(operator="||", terms=(A, inner)).terms == (A, inner)
    twice = Logical(operator="&&", terms=(A, Logical(operator="&&", terms=(B, inner))))
    assert twice.terms == (A, B, B, C)


def test_conjunction_and_disjunction() -> None:
    assert conjunction([]) == BooleanLiteral(value=True)
    assert disjunction([]) == BooleanLiteral(value=False)
    assert conjunction([A]) == A
    assert to_text(conjunction([A, disjunction([B, C])])) == "a&&(b||c)"
    assert conjunction([A, conjunction([B, C])]) == parse("a&&b&&c")


@pytest.mark.parametrize("name", ["", "true", "false", "1a", "a b", "a.b", "größe", "a\n", "a-b", " a"])
def test_names_that_no_text_can_spell(name: str) -> None:
    for make in (
        lambda: Name(name=name),
        lambda: Dereference(operand=A, name=name),
        lambda: MethodCall(operand=A, name=name),
        lambda: FunctionCall(name=name),
    ):
        with pytest.raises(ValueError, match="name"):
            make()


@pytest.mark.parametrize("number", ["", "-1", "+1", "1e5", ".5", "1.2.3", " 1", "1 ", "1_0", "٣", "1\n", "0x1", "NaN"])
def test_numbers_that_no_text_can_spell(number: str) -> None:
    with pytest.raises(ValueError, match="number"):
        NumberLiteral(value=number)


@pytest.mark.parametrize(
    "raw", ['"', "a\nb", "a\rb", "\\", "\\\\\\", "\\\n", "\ud800", "\\ud800", "\\udc00\\ud800", 'a"b']
)
def test_strings_that_no_text_can_spell(raw: str) -> None:
    with pytest.raises(ValueError, match="string"):
        StringLiteral(raw=raw)


def test_operators_that_are_none() -> None:
    with pytest.raises(ValueError, match="operator"):
        Unary(operator="*", operand=A)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="operator"):
        Binary(operator="&&", left=A, right=B)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="operator"):
        Logical(operator="+", terms=(A, B))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="two"):
        Logical(operator="&&", terms=(A,))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("", ""),
        ("plain", "plain"),
        (r"\"", '"'),
        (r"\\", "\\"),
        (r"a\nb\tc\rd", "a\nb\tc\rd"),
        (r"\u00e9", "é"),
        (r"\u00E9", "é"),
        (r"\s", r"\s"),
        (r"\\s", r"\s"),
        (r"\d+\.\d", r"\d+\.\d"),
        (r"\u12", r"\u12"),
        (r"\uZZZZ", r"\uZZZZ"),
        (r"\U00e9", r"\U00e9"),
        (r"\ud83d\ude00", "😀"),
        (r"\\ud800", r"\ud800"),
        (r"\\\"", '\\"'),
        (r"\\n", r"\n"),
        (r"\'", r"\'"),
        (r"\/", r"\/"),
        (r"\b\f\0", r"\b\f\0"),
    ],
)
def test_what_strings_mean(raw: str, value: str) -> None:
    assert StringLiteral(raw=raw).value == value
    assert decode_string(raw) == value


@pytest.mark.parametrize("value", ["", "a", '"', "\\", "\\s", "a\nb\r\n", "\\u0041", "é😀", 'x\\"y', "\\n", "\t\x00"])
def test_encoded_strings_mean_what_was_encoded(value: str) -> None:
    assert StringLiteral(raw=encode_string(value)).value == value


def _samples() -> list[Expr]:
    return [
        parse(text) for text in ("1", '"x"', "true", "a", "a.b", "a.b(1,c)", "f(a)", "!a", "a>b", "a&&b&&c", "a?b:c")
    ]


@pytest.mark.parametrize("tree", _samples(), ids=to_text)
def test_nodes_are_frozen_and_copied(tree: Expr) -> None:
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
        tree.start = 0  # type: ignore[misc]
    assert copy.deepcopy(tree) == tree
    assert pickle.loads(pickle.dumps(tree)) == tree
    assert not hasattr(tree, "__dict__")


def test_walks() -> None:
    tree = parse("a.b(c)>1&&!d")
    kinds = [type(node).__name__ for node in preorder(tree)]
    assert kinds == ["Logical", "Binary", "MethodCall", "Name", "Name", "NumberLiteral", "Unary", "Name"]
    assert [type(node).__name__ for node in postorder(tree)] == [
        "Name",
        "Name",
        "MethodCall",
        "NumberLiteral",
        "Binary",
        "Name",
        "Unary",
        "Logical",
    ]
    assert size(tree) == 8
    assert depth(tree) == 4


@pytest.mark.parametrize(
    ("text", "deep"), [("a", 1), ("f()", 1), ("!a", 2), ("a.b", 2), ("a&&b&&c", 2), ("a+b+c", 3), ("(a)", 1)]
)
def test_depth(text: str, deep: int) -> None:
    assert depth(parse(text)) == deep


def test_very_deep_trees_compare_hash_and_show_without_recursion() -> None:
    def tower() -> Expr:
        tree: Expr = A
        for _ in range(50_000):
            tree = Unary(operator="!", operand=tree)
        return tree

    left, right = tower(), tower()
    assert left == right
    assert hash(left) == hash(right)
    assert repr(left).startswith("Unary('!', Unary(")
    assert depth(left) == size(left) == 50_001
    assert to_text(left) == "!" * 50_000 + "a"
    assert to_text(left, style="readable") == "!" * 50_000 + "a"
    assert to_json(left).endswith("]}" * 50_000)


def test_every_kind_prints_even_when_built_by_hand() -> None:
    tree = Conditional(
        condition=Conditional(condition=A, then=B, otherwise=C),
        then=Unary(operator="-", operand=Binary(operator="-", left=A, right=Unary(operator="-", operand=B))),
        otherwise=Dereference(operand=NumberLiteral(value="1.0"), name="x"),
    )
    assert to_text(tree) == "(a?b:c)?-(a--b):(1).x"
    assert to_text(tree, style="readable") == "(a ? b : c) ? -(a - -b) : (1).x"
    assert from_json(to_json(tree)) == tree
