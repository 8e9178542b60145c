"""Hypothesis strategies: trees of every shape, texts good and bad, JSON documents good and bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
)
from tests import corpus
from tests.second_reader import NotAnExpression, read
from tests.trees import json_value

QUICK = 150
THOROUGH = 10_000

examples = pytest.mark.parametrize(
    "examples",
    [
        pytest.param(QUICK, id="quick"),
        pytest.param(THOROUGH, id="thorough", marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
    ],
)
"""Gives a test its number of examples: some by default, many with `-m slow`."""


def holds(law: Callable[..., None], number: int, *inputs: st.SearchStrategy[Any]) -> None:
    """Run `law` on `number` generated inputs; the quick run is the same every time."""
    checked = settings(
        max_examples=number,
        deadline=None,
        derandomize=number <= QUICK,
        database=None,
        suppress_health_check=list(HealthCheck),
    )(given(*inputs)(law))
    checked()


# --- trees

_ODD_NAMES = [
    "true1",
    "True",
    "false_",
    "_",
    "and",
    "or",
    "not",
    "is",
    "in",
    "x" * 60,
    "currentTxn",
    "currentCustomer",
]


def _joined(parts: list[str]) -> str:
    return "".join(parts)


def _readable(raw: str) -> bool:
    try:
        read(f'"{raw}"')
    except NotAnExpression:
        return False
    return True


def names() -> st.SearchStrategy[str]:
    spelled = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
        lambda name: name not in ("true", "false")
    )
    return st.sampled_from([*_ODD_NAMES, "a", "b", "value"]) | spelled


def numbers() -> st.SearchStrategy[str]:
    """A NUMBER, plain or not."""
    digits = st.text("0123456789", min_size=1, max_size=40)
    after = st.text("0123456789", max_size=40)
    return st.builds(lambda whole, rest: whole + rest, digits, st.just("") | after.map(lambda d: "." + d))


def raw_strings() -> st.SearchStrategy[str]:
    """What may stand between two quotes, escapes of every kind included."""
    plain = st.characters(exclude_characters='"\\\r\n', exclude_categories=["Cs"]).map(str)
    escape = st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]).map(lambda char: "\\" + char)
    code = st.integers(0, 0xFFFF).filter(lambda n: not 0xD800 <= n <= 0xDFFF).map(lambda n: f"\\u{n:04x}")
    pair = st.tuples(st.integers(0xD800, 0xDBFF), st.integers(0xDC00, 0xDFFF)).map(
        lambda p: f"\\u{p[0]:04X}\\u{p[1]:04x}"
    )
    odd = st.sampled_from(
        ['\\"', "\\\\", "\\u", "\\u00", "&amp;", "“", "'", "&¤t", "\u2028", "\x0b", "\x00", "  ", "&&"]
    )
    return st.lists(plain | plain | odd | escape | code | pair, max_size=8).map(_joined).filter(_readable)


def leaves() -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(lambda name: Name(name=name), names()),
        st.builds(lambda value: NumberLiteral(value=value), numbers()),
        st.builds(lambda raw: StringLiteral(raw=raw), raw_strings()),
        st.builds(lambda value: BooleanLiteral(value=value), st.booleans()),
        st.builds(lambda name: FunctionCall(name=name), names()),
    )


def _nodes_over(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    few = st.lists(inner, max_size=3).map(tuple)
    terms = st.lists(inner, min_size=2, max_size=5).map(tuple)
    binary = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"])
    return st.one_of(
        st.builds(
            lambda operator, parts: Logical(operator=operator, terms=parts),
            st.sampled_from(["&&", "||"]),
            terms,
        ),
        st.builds(lambda operator, a, b: Binary(operator=operator, left=a, right=b), binary, inner, inner),
        st.builds(lambda operator, a: Unary(operator=operator, operand=a), st.sampled_from(["!", "-", "+"]), inner),
        st.builds(lambda a, b, c: Conditional(condition=a, then=b, otherwise=c), inner, inner, inner),
        st.builds(lambda a, name: Dereference(operand=a, name=name), inner, names()),
        st.builds(lambda a, name, rest: MethodCall(operand=a, name=name, arguments=rest), inner, names(), few),
        st.builds(lambda name, rest: FunctionCall(name=name, arguments=rest), names(), few),
    )


def trees(most: int = 25) -> st.SearchStrategy[Expr]:
    """Trees of every kind of node, and/or in all positions."""
    return st.recursive(leaves(), _nodes_over, max_leaves=most)


def logic_trees() -> st.SearchStrategy[Expr]:
    """And/or nested in and/or, which is where readings differ."""
    atom = st.sampled_from("abcdef").map(lambda name: Name(name=name))
    return st.recursive(
        atom,
        lambda inner: st.one_of(
            st.builds(
                lambda operator, parts: Logical(operator=operator, terms=tuple(parts)),
                st.sampled_from(["&&", "||"]),
                st.lists(inner, min_size=2, max_size=4),
            ),
            st.builds(lambda a: Unary(operator="!", operand=a), inner),
            st.builds(lambda a, b: Binary(operator="==", left=a, right=b), inner, inner),
            st.builds(lambda a, b, c: Conditional(condition=a, then=b, otherwise=c), inner, inner, inner),
        ),
        max_leaves=20,
    )


# --- texts

_PIECES = [
    "a", "b", "currentTxn", "value", "currentCustomer.email", "true", "false", "5", "007", "1.50", "5.",
    '"x"', '""', '"\\s"', "&&", "||", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "!", ".",
    ",", "(", ")", "?", ":", "()", "( )", " ", "\t", "\n", "\u00a0", "=", "&", "|", "and", "or", "not",
    "AND", "“", "”", "‘", "’", "'", '"', "\\", "&amp;", "&gt;", "&lt;", "&quot;", "&#62;", "&¤t", "¤",
    "\\_", "\\&", "\\*", "[", "]", "{", "}", ";", "`", "é", "\u200b", "\ufeff", "\x00", "\ud800", "😀", "≥",
    "–",
]  # fmt: skip


def soups() -> st.SearchStrategy[str]:
    """Tokens and slips in any order."""
    return st.lists(st.sampled_from(_PIECES), max_size=20).map(_joined)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A text of the corpus with a few characters or pieces deleted, inserted, swapped or doubled."""
    text = draw(st.sampled_from(corpus.texts()))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        match draw(st.sampled_from(["delete", "insert", "replace", "double", "swap", "splice", "cut"])):
            case "delete":
                text = text[:start] + text[end:]
            case "insert":
                text = text[:start] + draw(st.sampled_from(_PIECES)) + text[start:]
            case "replace":
                text = text[:start] + draw(st.sampled_from(_PIECES) | st.characters()) + text[start + 1 :]
            case "double":
                text = text[:end] + text[start:end] + text[end:]
            case "swap":
                text = text[:start] + text[end : end + 1] + text[start:end] + text[end + 1 :]
            case "splice":
                text = text[:start] + draw(st.sampled_from(corpus.texts()))[start:]
            case "cut":
                text = text[:start]
    return text[:2000]


def decoded_bytes() -> st.SearchStrategy[str]:
    """Raw bytes as a careless program would decode them; surrogateescape leaves half surrogates behind."""
    return st.one_of(
        st.binary(max_size=60).map(lambda data: data.decode("utf-8", "replace")),
        st.binary(max_size=60).map(lambda data: data.decode("latin-1")),
        st.binary(max_size=60).map(lambda data: data.decode("utf-8", "surrogateescape")),
    )


def any_texts() -> st.SearchStrategy[str]:
    """Any text at all, half surrogates included."""
    anything = st.text(st.characters(codec=None, exclude_categories=[]), max_size=40)
    return st.one_of(mutated(), mutated(), soups(), decoded_bytes(), anything)


# --- JSON

_VALUES = [
    None, True, False, 0, 500, -1.5, 10**400, "", "name", "literal", "group", "loop", "true", "&&", "!",
    "?", ">", "a\nb", 'a"b', "a\\", "-5", "1e5", "007", "number:primitive", "string:object:primitive",
    "boolean:primitive", "date:object:primitive", "\ud800", [], {}, [[]], [None], {"arity": "name",
    "value": "a"}, {"arity": "group", "operands": []},
]  # fmt: skip
_KEYS = ["arity", "value", "type", "operands", "Arity", "", "span", "a/b"]


def _places(value: object, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [place]
    if isinstance(value, dict):
        for key, inner in value.items():
            found.extend(_places(inner, (*place, key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found.extend(_places(inner, (*place, index)))
    return found


@st.composite
def mutated_json_values(draw: st.DrawFn) -> object:
    """The expressionJson of some tree, with a few members changed, dropped, added or swapped."""
    holder: dict[str, Any] = {"root": json_value(draw(trees(8)))}
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(_places(holder["root"], ("root",))))
        target: Any = holder
        for step in place[:-1]:
            target = target[step]
        last = place[-1]
        current = target[last]
        match draw(st.sampled_from(["replace", "drop", "add", "wrap", "swap"])):
            case "replace":
                target[last] = deepcopy(draw(st.sampled_from(_VALUES)))
            case "drop" if len(place) > 1:
                del target[last]
            case "add" if isinstance(current, dict):
                current[draw(st.sampled_from(_KEYS))] = deepcopy(draw(st.sampled_from(_VALUES)))
            case "add" if isinstance(current, list):
                current.insert(draw(st.integers(0, len(current))), deepcopy(draw(st.sampled_from(_VALUES))))
            case "wrap":
                target[last] = {"arity": "group", "operands": [current]}
            case "swap" if isinstance(current, list) and len(current) > 1:
                current.reverse()
    return json.loads(json.dumps(holder["root"]))


def json_texts() -> st.SearchStrategy[str]:
    """JSON documents: nearly right, arbitrary, and cut or garbled as text."""
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(_VALUES),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=3), inner, max_size=4)
        ),
        max_leaves=15,
    )
    plain = st.booleans()
    written = st.builds(
        lambda value, ascii_only: json.dumps(value, ensure_ascii=ascii_only),
        mutated_json_values() | anything,
        plain,
    )
    pieces = [
        "{",
        "}",
        "[",
        "]",
        '"',
        ",",
        ":",
        "\\",
        "null",
        "NaN",
        "-Infinity",
        "1e999",
        "\ufeff",
        "\x00",
        "\ud800",
        " ",
        "\\u12",
    ]
    garbled = st.builds(
        lambda text, where, piece, size: text[: int(where * len(text))] + piece + text[int(where * len(text)) + size :],
        written,
        st.floats(0, 1),
        st.sampled_from(pieces),
        st.integers(0, 3),
    )
    return written | garbled | any_texts()
