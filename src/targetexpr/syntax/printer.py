"""Tree to text, in two styles; the text parses back to the same tree under either reading of `&&` and `||`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias, assert_never

from targetexpr.base.source import Span
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
from targetexpr.lang.operators import (
    BINARY,
    COMPARISONS,
    CONDITIONAL_BINDING,
    LOGICAL,
    POSTFIX_BINDING,
    UNARY_BINDING,
)

TextStyle = Literal["compact", "readable"]

WIDTH = 100
"""Readable text breaks past this many characters."""

_ATOM = POSTFIX_BINDING + 1


class _Mark(Enum):
    OPEN = 1  # a chain of operators starts
    BREAK = 2  # the position before one of its operators
    CLOSE = 3  # the chain ends


_Piece: TypeAlias = str | _Mark
_Work: TypeAlias = _Piece | tuple[Expr, int]
"""What is still to be written: a piece, or a node with the binding that it needs there."""


def to_text(expr: Expr, style: TextStyle = "compact") -> str:
    """The rule as text.

    `compact` has no optional spaces and only the parentheses that the tree needs. `readable` has a space around
    operators and after commas; past 100 characters the outermost chain breaks before each operator.

    >>> from targetexpr import parse
    >>> to_text(parse("(currentTxn.value >= 500) && currentTxn.basketSum('a','b') > 1".replace("'", '"')))
    'currentTxn.value>=500&&currentTxn.basketSum("a","b")>1'
    """
    if style == "compact":
        return "".join(piece for piece in _pieces(expr, _COMPACT) if isinstance(piece, str))
    if style == "readable":
        return _laid_out(_pieces(expr, _READABLE))
    raise ValueError(f'a text style is "compact" or "readable", not {style!r}')


@dataclass(frozen=True, slots=True)
class Printed:
    """A tree's compact text, and where its nodes stand there: a span for each, in preorder."""

    text: str
    spans: tuple[Span, ...]


def print_with_spans(expr: Expr) -> Printed:
    """The compact text with the spans that reading it back would give the nodes.

    >>> from targetexpr import parse
    >>> print_with_spans(parse("5 > 1")).spans
    (Span(start=0, end=3), Span(start=0, end=1), Span(start=2, end=3))
    """
    out: list[str] = []
    length = 0
    starts: list[int] = []
    ends: list[int] = []
    waiting: list[_Work | int] = [(expr, CONDITIONAL_BINDING)]  # a number: here the node with that index ends
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            out.append(item)
            length += len(item)
        elif isinstance(item, int):
            ends[item] = length
        elif isinstance(item, tuple):
            node, needed = item
            closed = _binding(node) < needed
            if closed:
                out.append("(")
                length += 1
                waiting.append(")")
            waiting.append(len(starts))
            starts.append(length)
            ends.append(length)
            waiting.extend(reversed(_one_node(node)))
    return Printed("".join(out), tuple(Span(*span) for span in zip(starts, ends, strict=True)))


def _one_node(node: Expr) -> list[_Work]:
    """A node's own compact text, its operands in it: a sum of sums is not one chain here."""
    if not isinstance(node, Binary):
        return _parts(node, _COMPACT)
    binding = BINARY[node.operator].binding
    chains = node.operator not in COMPARISONS
    return [(node.left, binding if chains else binding + 1), node.operator, (node.right, binding + 1)]


class _Spacing:
    """Where a style puts spaces."""

    def __init__(self, *, after_operator: str, comma: str) -> None:
        self.after_operator = after_operator
        self.comma = comma


_COMPACT = _Spacing(after_operator="", comma=",")
_READABLE = _Spacing(after_operator=" ", comma=", ")


def _pieces(expr: Expr, spacing: _Spacing) -> list[_Piece]:
    """The text in order, with marks where a chain may break. No recursion: trees may be of any depth."""
    out: list[_Piece] = []
    waiting: list[_Work] = [(expr, CONDITIONAL_BINDING)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, tuple):
            node, needed = item
            parts = _parts(node, spacing)
            waiting.extend(reversed(["(", *parts, ")"] if _binding(node) < needed else parts))
        else:
            out.append(item)
    return out


def _binding(node: Expr) -> int:
    """How tightly a node holds together: it needs parentheses where its position asks for more."""
    match node:
        case Conditional():
            return CONDITIONAL_BINDING
        case Logical(operator=operator):
            return LOGICAL[operator].binding
        case Binary(operator=operator):
            return BINARY[operator].binding
        case Unary():
            return UNARY_BINDING
        case NumberLiteral():
            # `5.x` would read as the number `5.` and a stray x.
            return UNARY_BINDING
        case Dereference() | MethodCall() | FunctionCall() | Name() | StringLiteral() | BooleanLiteral():
            return _ATOM
        case _:
            assert_never(node)


def _parts(node: Expr, spacing: _Spacing) -> list[_Work]:
    """A node's own text, with its operands in it."""
    match node:
        case NumberLiteral(value=value):
            return [value]
        case StringLiteral(raw=raw):
            return [f'"{raw}"']
        case BooleanLiteral(value=truth):
            return ["true" if truth else "false"]
        case Name(name=name):
            return [name]
        case Dereference(operand=operand, name=name):
            return [(operand, POSTFIX_BINDING), f".{name}"]
        case MethodCall(operand=operand, name=name, arguments=arguments):
            return [(operand, POSTFIX_BINDING), f".{name}(", *_commas(arguments, spacing), ")"]
        case FunctionCall(name=name, arguments=arguments):
            return [f"{name}(", *_commas(arguments, spacing), ")"]
        case Unary(operator=operator, operand=operand):
            # A number counts as tight here: -5 needs no parentheses.
            return [operator, (operand, UNARY_BINDING)]
        case Binary():
            operands, operators = _spine(node)
            needed = BINARY[node.operator].binding + 1
            return _chain([(operand, needed) for operand in operands], operators, spacing)
        case Logical(operator=operator, terms=terms):
            # One more than both logical operators: a list inside a list always has its parentheses.
            needed = LOGICAL["&&"].binding + 1
            return _chain([(term, needed) for term in terms], [operator] * (len(terms) - 1), spacing)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            needed = CONDITIONAL_BINDING + 1
            return _chain([(condition, needed), (then, needed), (otherwise, needed)], ["?", ":"], spacing)
        case _:
            assert_never(node)


def _spine(node: Binary) -> tuple[list[Expr], list[str]]:
    """A sum of sums is one chain: `a+b-c` has three operands. Comparisons do not chain."""
    binding = BINARY[node.operator].binding
    operands: list[Expr] = [node.right]
    operators: list[str] = [node.operator]
    left = node.left
    while isinstance(left, Binary) and BINARY[left.operator].binding == binding and left.operator not in COMPARISONS:
        operands.append(left.right)
        operators.append(left.operator)
        left = left.left
    operands.append(left)
    return operands[::-1], operators[::-1]


def _commas(arguments: tuple[Expr, ...], spacing: _Spacing) -> list[_Work]:
    out: list[_Work] = []
    for argument in arguments:
        out += [spacing.comma, (argument, CONDITIONAL_BINDING)]
    return out[1:]


def _chain(operands: Iterable[_Work], operators: Iterable[str], spacing: _Spacing) -> list[_Work]:
    first, *rest = operands
    out: list[_Work] = [_Mark.OPEN, first]
    for operator, operand in zip(operators, rest, strict=True):
        out += [_Mark.BREAK, operator + spacing.after_operator, operand]
    out.append(_Mark.CLOSE)
    return out


def _laid_out(pieces: list[_Piece]) -> str:
    """Readable text from pieces: a chain that does not fit on what is left of its line breaks before each operator."""
    ends = _fitting_ends(pieces)
    out: list[str] = []
    column = 0
    broken: list[int | None] = []  # for each open chain its indent, or None where it stays on one line
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            out.append(piece)
            column += len(piece)
        elif piece is _Mark.OPEN:
            outer = broken[-1] if broken else 0
            fits = outer is None or column + ends[index] <= WIDTH
            broken.append(None if fits or outer is None else outer + 2)
        elif piece is _Mark.BREAK:
            indent = broken[-1]
            out.append(" " if indent is None else "\n" + " " * indent)
            column = column + 1 if indent is None else indent
        else:
            broken.pop()
    return "".join(out)


def _fitting_ends(pieces: list[_Piece]) -> dict[int, int]:
    """For each chain the room it needs on one line, with the text behind it up to the next place for a break."""
    widths: list[int] = [0]
    for piece in pieces:
        widths.append(widths[-1] + (len(piece) if isinstance(piece, str) else int(piece is _Mark.BREAK)))
    next_break = len(pieces)
    closes: list[int] = []
    ends: dict[int, int] = {}
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if piece is _Mark.CLOSE:
            closes.append(next_break)
        elif piece is _Mark.BREAK:
            next_break = index
        elif piece is _Mark.OPEN:
            ends[index] = widths[closes.pop()] - widths[index]
    return ends
