"""Tree to expressionJson: the one table of shapes, which JSON belongs to a tree, and its two layouts.

Decoding is in `json_decoder`, which reads the tables here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias, assert_never

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
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
from targetexpr.lang.walk import preorder

JsonStyle = Literal["compact", "editor"]

FUNCTION_TYPE = "anonymous:function:primitive"
"""The type of a method's or function's own name."""

LITERAL_TYPES = {
    "number": "number:primitive",
    "string": "string:object:primitive",
    "boolean": "boolean:primitive",
}
"""The type of a literal that nothing has given another one."""

LITERAL_KINDS = {
    "number": "number",
    "real": "number",
    "integer": "number",
    "boolean": "boolean",
    "string": "string",
}
"""Which ancestors in a literal's type tell its kind."""


@lru_cache(maxsize=256)
def literal_kind(stated: str) -> str | None:
    """Which kind of literal a type asks for, or None for a type that no literal has.

    >>> literal_kind("EEnum__InvAttr:enum:string:object:primitive"), literal_kind("date:object:primitive")
    ('string', None)
    """
    return next((LITERAL_KINDS[part] for part in stated.split(":") if part in LITERAL_KINDS), None)


class Shape(NamedTuple):
    """What an arity has: whether a value, and how many operands (`most` None: any number)."""

    value: bool
    least: int
    most: int | None


SHAPES: dict[str, Shape] = {
    "literal": Shape(True, 0, 0),
    "name": Shape(True, 0, 0),
    "object_dereference": Shape(False, 2, 2),
    "method_call": Shape(False, 2, None),
    "function_call": Shape(False, 1, None),
    "unary_operation": Shape(True, 1, 1),
    "binary_operation": Shape(True, 2, 2),
    "ternary_operation": Shape(True, 3, 3),
    "group": Shape(False, 1, None),
}
"""Every arity. `group` is read, never written: it is how the platform keeps text that it could not parse."""

CONDITIONAL_VALUE = "?"


class _Object(NamedTuple):
    """A JSON object to write: its members but the operands, and what the operands are."""

    arity: str
    value: str | None
    type: str | None
    operands: tuple[_Operand, ...]


class _Terms(NamedTuple):
    """The rest of an and/or list from a term on: nested to the right as it is written."""

    node: Logical
    at: int
    type: str | None


_Operand: TypeAlias = "Expr | _Object | _Terms"


def to_json(
    expr: Expr,
    style: JsonStyle = "compact",
    *,
    types: Sequence[str | None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """The expressionJson of a tree.

    `compact` has no white space; `editor` starts with a newline, indents by two and has no space after colons.
    `types` gives a type, or None, for each node in the order of `lang.walk.preorder`; literals without one get the
    type of their kind, other nodes none. A member's name gets the type of its dereference, a method's or function's
    name the type of functions. Raises ExpressionError (`too-large`) for output past `limits.json` characters: an
    and/or list nests as deep as it is long, so the editor layout grows with its square.

    >>> from targetexpr import parse
    >>> to_json(parse("true"))
    '{"arity":"literal","value":"true","type":"boolean:primitive"}'
    """
    if style not in ("compact", "editor"):
        raise ValueError(f'a JSON style is "compact" or "editor", not {style!r}')
    return _Writer(style, _types_by_index(expr, types), limits).write(expr)


def group_json(fragments: Sequence[Expr], style: JsonStyle = "editor", *, limits: Limits = DEFAULT_LIMITS) -> str:
    """The `group` by which the platform keeps a text that it could not parse: its readable fragments, without types.

    >>> from targetexpr.syntax.fragments import fragments
    >>> group_json(fragments("slab Gold"), "compact")
    '{"arity":"group","operands":[{"arity":"name","value":"slab"},{"arity":"name","value":"Gold"}]}'
    """
    if not fragments:
        return '\n{\n  "arity":"group",\n  "operands":[]\n}' if style == "editor" else '{"arity":"group","operands":[]}'
    return _Writer(style, None, limits).write(_Object("group", None, None, tuple(fragments)))


def _types_by_index(expr: Expr, types: Sequence[str | None] | None) -> Sequence[str | None] | None:
    if types is not None and len(types) != (nodes := sum(1 for _ in preorder(expr))):
        raise ValueError(f"types has {len(types)} entries for a tree of {nodes} nodes")
    return types


class _Writer:
    """Writes a tree, meeting its nodes in preorder, with what is still to be written on a stack of its own."""

    def __init__(self, style: JsonStyle, types: Sequence[str | None] | None, limits: Limits) -> None:
        from json.encoder import (
            encode_basestring,
        )  # escapes the quote, the backslash and U+0000–001F, no more

        self.quoted = encode_basestring
        self.types = types
        self.met = 0
        self.pretty = style == "editor"
        self.most = limits.json
        self.parts: list[str] = ["\n"] if self.pretty else []
        self.length = len(self.parts)

    def write(self, expr: _Operand) -> str:
        waiting: list[tuple[_Operand, int] | str] = [(expr, 0)]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                self.put(item)
                continue
            operand, level = item
            shape = self.shape(operand)
            inner = "\n" + "  " * (level + 1) if self.pretty else ""
            self.put("{" + inner + ("," + inner).join(self.members(shape)))
            if shape.operands:
                self.put("," + inner + '"operands":[')
                waiting.append(self.line(level + 1) + "]" + self.line(level) + "}")
                for index in range(len(shape.operands) - 1, -1, -1):
                    waiting.append((shape.operands[index], level + 2))
                    waiting.append(("," if index else "") + self.line(level + 2))
            else:
                self.put(self.line(level) + "}")
        return "".join(self.parts)

    def line(self, level: int) -> str:
        return "\n" + "  " * level if self.pretty else ""

    def put(self, text: str) -> None:
        self.length += len(text)
        if self.length > self.most:
            raise ExpressionError([_too_large(self.most)])
        self.parts.append(text)

    def members(self, shape: _Object) -> list[str]:
        """The members but the operands, in the fixed order: arity, value, type."""
        members = [f'"arity":"{shape.arity}"']
        if shape.value is not None:
            members.append('"value":' + self.quoted(shape.value))
        if shape.type is not None:
            members.append('"type":' + self.quoted(shape.type))
        return members

    def shape(self, operand: _Operand) -> _Object:
        if isinstance(operand, _Object):
            return operand
        if isinstance(operand, _Terms):
            return _chain(operand.node, operand.at, operand.type)
        given = self.types[self.met] if self.types is not None else None
        self.met += 1
        return _shape(operand, given)


def _shape(node: Expr, given: str | None) -> _Object:
    """How a node is written, `given` being its type where one is known."""
    match node:
        case NumberLiteral(value=value):
            return _Object("literal", value, given or LITERAL_TYPES["number"], ())
        case StringLiteral(raw=raw):
            return _Object("literal", raw, given or LITERAL_TYPES["string"], ())
        case BooleanLiteral(value=truth):
            return _Object("literal", "true" if truth else "false", given or LITERAL_TYPES["boolean"], ())
        case Name(name=name):
            return _Object("name", name, given, ())
        case Dereference(operand=operand, name=name):
            return _Object("object_dereference", None, given, (operand, _Object("name", name, given, ())))
        case MethodCall(operand=operand, name=name, arguments=arguments):
            return _Object("method_call", None, given, (operand, _function_name(name, given), *arguments))
        case FunctionCall(name=name, arguments=arguments):
            return _Object("function_call", None, given, (_function_name(name, given), *arguments))
        case Unary(operator=operator, operand=operand):
            return _Object("unary_operation", operator, given, (operand,))
        case Binary(operator=operator, left=left, right=right):
            return _Object("binary_operation", operator, given, (left, right))
        case Logical():
            return _chain(node, 0, given)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return _Object("ternary_operation", CONDITIONAL_VALUE, given, (condition, then, otherwise))
        case _:
            assert_never(node)


def _function_name(name: str, given: str | None) -> _Object:
    return _Object("name", name, FUNCTION_TYPE if given is not None else None, ())


def _chain(node: Logical, at: int, given: str | None) -> _Object:
    """`a&&b&&c` is `a && (b && c)` in JSON."""
    last = at == len(node.terms) - 2
    rest: _Operand = node.terms[at + 1] if last else _Terms(node, at + 1, given)
    return _Object("binary_operation", node.operator, given, (node.terms[at], rest))


def _too_large(most: int) -> Diagnostic:
    from targetexpr.syntax.messages import diagnostic

    return diagnostic("too-large", Span(0, 0), pointer="", most=f"{most:,}")
