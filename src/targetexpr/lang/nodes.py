"""The syntax tree: eleven immutable kinds of node, each with its span in the source.

Spans never take part in equality. Equality, hash and repr work without recursion, so trees of any depth are safe.
Constructors refuse what no text could spell, so every tree prints, and prints to text that parses back to it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import FrozenInstanceError, dataclass
from decimal import Decimal
from typing import NoReturn, TypeAlias, TypeVar, dataclass_transform

from targetexpr.base.source import NO_SPAN, Span
from targetexpr.lang.operators import BINARY, LOGICAL, UNARY, BinaryOp, LogicalOp, UnaryOp

RESERVED = frozenset(("true", "false"))

_is_name = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
_is_number = re.compile(r"[0-9]+(?:\.[0-9]*)?").fullmatch
_is_plain_number = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?").fullmatch
_is_raw_string = re.compile(r'[^"\\\r\n\ud800-\udfff]*(?:\\[^\r\n\ud800-\udfff][^"\\\r\n\ud800-\udfff]*)*').fullmatch
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t", "r": "\r"}


def is_name(text: str) -> bool:
    """Whether `text` can stand as a profile, attribute, method or function name."""
    return _is_name(text) is not None and text not in RESERVED


def plain_number(text: str) -> str:
    """A NUMBER as its plain decimal without needless zeros, or ValueError when it is none.

    >>> plain_number("007.50")
    '7.5'
    """
    if _is_plain_number(text):
        return text
    if not _is_number(text):
        raise ValueError(
            f"not a number of the language: {text[:40]!r} (digits, at most one point, no sign, no exponent)"
        )
    whole, _, fraction = text.partition(".")
    whole = whole.lstrip("0") or "0"
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def is_raw_string(text: str) -> bool:
    """Whether `text` can stand between double quotes: no bare quote, line break, odd backslash or lone surrogate."""
    return _is_raw_string(text) is not None and ("\\u" not in text or not lone_surrogate(text))


def lone_surrogate(raw: str) -> bool:
    r"""Whether decoding `raw` would leave half a surrogate pair (`\uD83D` without its partner)."""
    return any("\ud800" <= char <= "\udfff" for char in decode_string(raw))


def decode_string(raw: str) -> str:
    r"""What a raw string means: `\" \\ \n \t \r \uXXXX` decode, any other backslash stays.

    >>> decode_string(r"tab\tand \s and \u00e9")
    'tab\tand \\s and é'
    """
    if "\\" not in raw:
        return raw
    text = _ESCAPE.sub(_decode_escape, raw)
    if any("\ud800" <= char <= "\udfff" for char in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text


def _decode_escape(found: re.Match[str]) -> str:
    digits, char = found.groups()
    if digits is not None:
        return chr(int(digits, 16))
    return _PLAIN_ESCAPES.get(char, found.group())


def encode_string(value: str) -> str:
    """The shortest raw text that means `value`: what a printer puts between quotes to say it.

    >>> encode_string('say "hi"')
    'say \\\\"hi\\\\"'
    """
    out = value.replace("\\", "\\\\").replace('"', '\\"')
    return out.replace("\n", "\\n").replace("\r", "\\r")


_T = TypeVar("_T")


def _refuse(node: object, name: str, value: object = None) -> NoReturn:
    """What a frozen dataclass does; with slots its own refusal covers fields alone."""
    del value
    raise FrozenInstanceError(f"a {type(node).__name__} never changes; build a new one to give it another {name}")


@dataclass_transform(eq_default=False, frozen_default=True, kw_only_default=True)
def _node(kind: type[_T]) -> type[_T]:
    """A frozen, slotted, keyword-only dataclass with equality and repr of its own."""
    made = dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)(kind)
    made.__setattr__ = made.__delattr__ = _refuse  # type: ignore[method-assign]
    return made


@_node
class Node:
    """What all nodes share: where the node's own text starts and ends, its enclosing parentheses left out.

    Both are -1 for a node that no text was read for. They are numbers, not a Span, since a long list has a hundred
    thousand of them and the garbage collector would walk each.
    """

    start: int = -1
    end: int = -1

    @property
    def span(self) -> Span:
        """The node's own text as a span, NO_SPAN where there is none."""
        return Span(self.start, self.end)

    def label(self) -> Hashable:
        """What tells this node from others of its kind, its operands left out."""
        raise TypeError("Node is abstract: build one of the eleven kinds")

    def children(self) -> tuple[Expr, ...]:
        """The operands, left to right."""
        return ()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Node):
            return NotImplemented
        # Operands are met one by one, not all put on the stack: of a long list each term is fetched but once.
        waiting: list[Iterator[tuple[Node, Node]]] = [iter(((self, other),))]
        while waiting:
            for left, right in waiting[-1]:
                if left is right:
                    continue
                if type(left) is not type(right) or left.label() != right.label():
                    return False
                lefts, rights = left.children(), right.children()
                if len(lefts) != len(rights):
                    return False
                if lefts:
                    waiting.append(zip(lefts, rights, strict=True))
                    break
            else:
                waiting.pop()
        return True

    def __hash__(self) -> int:
        shape: list[Hashable] = []
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            children = node.children()
            shape.append((type(node).__name__, node.label(), len(children)))
            waiting.extend(children)
        return hash(tuple(shape))

    def __repr__(self) -> str:
        parts: list[str] = []
        waiting: list[Node | str] = [self]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                parts.append(item)
                continue
            label = item.label()
            parts.append(f"{type(item).__name__}({'' if label is None else repr(label)}")
            inner: list[Node | str] = [")"]
            children = item.children()
            for index in range(len(children) - 1, -1, -1):
                inner.append(children[index])
                if index or label is not None:
                    inner.append(", ")
            waiting.extend(inner)
        return "".join(parts)


@_node
class NumberLiteral(Node):
    """`500`, `1.50`: an exact decimal of any length, kept as its plain decimal text."""

    value: str  # "1.5" for 1.50

    def __post_init__(self) -> None:
        if not _is_plain_number(self.value):
            object.__setattr__(self, "value", plain_number(self.value))

    def label(self) -> Hashable:
        return self.value

    @property
    def number(self) -> Decimal:
        """The exact value."""
        return Decimal(self.value)


@_node
class StringLiteral(Node):
    r"""`"Gold"`: `raw` is the text between the quotes as it is written and as it travels in JSON."""

    raw: str  # 'say \\"hi\\"'

    def __post_init__(self) -> None:
        if not is_raw_string(self.raw):
            raise ValueError(
                f"not the raw text of a string: {self.raw[:60]!r} "
                "(a quote or backslash needs a backslash before it; line breaks and lone surrogates cannot be written)"
            )

    def label(self) -> Hashable:
        return self.raw

    @property
    def value(self) -> str:
        """The text that is meant: escapes decoded."""
        return decode_string(self.raw)


@_node
class BooleanLiteral(Node):
    """`true` or `false`."""

    value: bool

    def label(self) -> Hashable:
        return self.value


@_node
class Name(Node):
    """A name that stands alone: a profile, `currentTxn`."""

    name: str

    def __post_init__(self) -> None:
        _need_name(self.name)

    def label(self) -> Hashable:
        return self.name


@_node
class Dereference(Node):
    """`operand.name`, an attribute: `currentTxn.value`."""

    operand: Expr
    name: str
    name_start: int = -1

    def __post_init__(self) -> None:
        _need_name(self.name)

    @property
    def name_span(self) -> Span:
        """Where the name itself stands."""
        return _span_of_name(self.name_start, self.name)

    def label(self) -> Hashable:
        return self.name

    def children(self) -> tuple[Expr, ...]:
        return (self.operand,)


@_node
class MethodCall(Node):
    """`operand.name(arguments)`: `currentTxn.basketSum("brand","Puma")`."""

    operand: Expr
    name: str
    arguments: tuple[Expr, ...] = ()
    name_start: int = -1

    def __post_init__(self) -> None:
        _need_name(self.name)

    @property
    def name_span(self) -> Span:
        """Where the name itself stands."""
        return _span_of_name(self.name_start, self.name)

    def label(self) -> Hashable:
        return self.name

    def children(self) -> tuple[Expr, ...]:
        return (self.operand, *self.arguments)


@_node
class FunctionCall(Node):
    """`name(arguments)`: a call without a receiver."""

    name: str
    arguments: tuple[Expr, ...] = ()
    name_start: int = -1

    def __post_init__(self) -> None:
        _need_name(self.name)

    @property
    def name_span(self) -> Span:
        """Where the name itself stands."""
        return _span_of_name(self.name_start, self.name)

    def label(self) -> Hashable:
        return self.name

    def children(self) -> tuple[Expr, ...]:
        return self.arguments


@_node
class Unary(Node):
    """`!a`, `-a` or `+a`."""

    operator: UnaryOp
    operand: Expr

    def __post_init__(self) -> None:
        if self.operator not in UNARY:
            raise ValueError(f"not an operator with one operand: {self.operator!r}")

    def label(self) -> Hashable:
        return self.operator

    def children(self) -> tuple[Expr, ...]:
        return (self.operand,)


@_node
class Binary(Node):
    """A comparison or arithmetic: `a>b`, `a%b`."""

    operator: BinaryOp
    left: Expr
    right: Expr

    def __post_init__(self) -> None:
        if self.operator not in BINARY:
            raise ValueError(f"not an operator with two operands: {self.operator!r} (and/or lists are Logical)")

    def label(self) -> Hashable:
        return self.operator

    def children(self) -> tuple[Expr, ...]:
        return (self.left, self.right)


@_node
class Logical(Node):
    """`a&&b&&c` or `a||b||c`: two or more terms. The last term is never of the same operator: it is spliced in."""

    operator: LogicalOp
    terms: tuple[Expr, ...]

    def __post_init__(self) -> None:
        if self.operator not in LOGICAL:
            raise ValueError(f"not a logical operator: {self.operator!r}")
        if len(self.terms) < 2:
            raise ValueError(f"{self.operator} needs two or more terms")
        last = self.terms[-1]
        if type(last) is Logical and last.operator == self.operator:
            object.__setattr__(self, "terms", self.terms[:-1] + last.terms)

    def label(self) -> Hashable:
        return self.operator

    def children(self) -> tuple[Expr, ...]:
        return self.terms


@_node
class Conditional(Node):
    """`condition?then:otherwise`."""

    condition: Expr
    then: Expr
    otherwise: Expr

    def label(self) -> Hashable:
        return None

    def children(self) -> tuple[Expr, ...]:
        return (self.condition, self.then, self.otherwise)


Literal: TypeAlias = NumberLiteral | StringLiteral | BooleanLiteral
Expr: TypeAlias = (
    NumberLiteral
    | StringLiteral
    | BooleanLiteral
    | Name
    | Dereference
    | MethodCall
    | FunctionCall
    | Unary
    | Binary
    | Logical
    | Conditional
)
"""Any node: the closed union that `match` statements are exhaustive over."""


def _span_of_name(start: int, name: str) -> Span:
    return Span(start, start + len(name)) if start >= 0 else NO_SPAN


def _need_name(name: str) -> None:
    if not _is_name(name) or name in RESERVED:
        raise ValueError(
            f"not a name: {name[:60]!r} (letters, digits and _, no digit first; true and false are reserved)"
        )


def conjunction(terms: Iterable[Expr]) -> Expr:
    """All of `terms` joined with `&&`: `true` for none, the term itself for one."""
    return _joined("&&", tuple(terms), empty=True)


def disjunction(terms: Iterable[Expr]) -> Expr:
    """All of `terms` joined with `||`: `false` for none, the term itself for one."""
    return _joined("||", tuple(terms), empty=False)


def _joined(operator: LogicalOp, terms: tuple[Expr, ...], *, empty: bool) -> Expr:
    if not terms:
        return BooleanLiteral(value=empty)
    return terms[0] if len(terms) == 1 else Logical(operator=operator, terms=terms)
