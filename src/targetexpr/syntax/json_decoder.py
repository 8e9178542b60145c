"""expressionJson to tree: an allow-list. What is not known to be right is an error with a JSON pointer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from targetexpr.base.diagnostics import Diagnostic, ExpressionError, capped
from targetexpr.base.jsontext import Json, JsonProblem, Path, pointer, read_json
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
    is_name,
    is_raw_string,
    plain_number,
)
from targetexpr.lang.operators import BINARY, LOGICAL, UNARY, BinaryOp, LogicalOp, UnaryOp
from targetexpr.lang.walk import depth, preorder, size
from targetexpr.syntax.expression_json import CONDITIONAL_VALUE, LITERAL_KINDS, SHAPES
from targetexpr.syntax.sentences import compose, say

_KEYS = ("arity", "value", "type", "operands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A decoded document. The sequences go with the nodes of `tree` in preorder."""

    tree: Expr
    types: tuple[str | None, ...]  # the node's "type", None where it has none
    name_types: tuple[str | None, ...]  # the "type" of a member's, method's or function's own name
    paths: tuple[Path, ...]  # where the node stands; for an and/or list its outermost object
    places: tuple[Span, ...]  # the same as a span of the document

    def pointer(self, index: int) -> str:
        """The JSON pointer of the node with that place in preorder: `/operands/0`."""
        return pointer(self.paths[index])


def decode(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """The tree of an expressionJson document with the types that it states.

    Raises ExpressionError with every finding. White space and key order are free; everything else must be as this
    library writes it, save that a `group` of one operand is that operand.
    """
    if not isinstance(text, str):
        raise TypeError(f"expressionJson is a str, not {type(text).__name__}")
    if len(text) > limits.json:
        problem = say("too-long", Span(limits.json, len(text)), pointer="", most=f"{limits.json:,}", what="The JSON")
        raise ExpressionError([problem], text)
    try:
        document = read_json(text)
    except JsonProblem as problem:
        found = say(problem.code, _character(text, problem.offset), pointer=problem.pointer, reason=problem.reason)
        raise ExpressionError([found], text) from None
    return _Decoder(document, limits).decoded(text)


def _character(text: str, offset: int) -> Span:
    return Span(offset, min(offset + 1, len(text)))


@dataclass(slots=True)
class _Node:
    """An object that has passed: what to build when its operands are built."""

    json: Json
    path: Path
    arity: str
    value: str
    type: str | None
    name: _Node | None  # the member's, method's or function's own name
    operands: int  # how many are trees, the own name left out


@dataclass(slots=True)
class _Chain:
    """An and/or list as it grows from its end: `terms` stand in reverse."""

    operator: LogicalOp
    terms: list[Expr]
    node: _Node


_Built: TypeAlias = Expr | _Chain


class _Decoder:
    def __init__(self, document: Json, limits: Limits) -> None:
        self.document = document
        self.limits = limits
        self.findings: list[Diagnostic] = []

    def decoded(self, text: str) -> Decoded:
        order = self.checked()
        if self.findings:
            raise ExpressionError(capped(self.findings, self.limits.diagnostics), text)
        origins: dict[int, _Node] = {}
        tree = _build(order, origins)
        self.within_limits(tree, text)
        nodes = [origins[id(node)] for node in preorder(tree)]
        return Decoded(
            tree=tree,
            types=tuple(node.type for node in nodes),
            name_types=tuple(node.name.type if node.name else None for node in nodes),
            paths=tuple(node.path for node in nodes),
            places=tuple(node.json.span for node in nodes),
        )

    def within_limits(self, tree: Expr, text: str) -> None:
        whole = Span(self.document.start, self.document.end)
        if depth(tree) > self.limits.nesting:
            raise ExpressionError([say("nesting-limit", whole, pointer="", most=self.limits.nesting)], text)
        if size(tree) > self.limits.nodes:
            raise ExpressionError([say("too-many-nodes", whole, pointer="", most=f"{self.limits.nodes:,}")], text)

    def say(self, code: str, json: Json, path: Path, **values: str | int) -> None:
        self.findings.append(compose(code, json.span, values, pointer=pointer(path)))

    def checked(self) -> list[_Node]:
        """Every object, operands after their node and from the right: read backwards it is the order to build in."""
        order: list[_Node] = []
        waiting: list[tuple[Json, Path]] = [(self.document, None)]
        while waiting:
            json, path = waiting.pop()
            node, operands = self.node(json, path)
            if node is not None:
                order.append(node)
            waiting.extend(operands)
        return order

    def node(self, json: Json, path: Path) -> tuple[_Node | None, Sequence[tuple[Json, Path]]]:
        """One object checked, with the operands that are trees."""
        members = self.members(json, path)
        if members is None:
            return None, ()
        arity = members["arity"].value
        operands = self.operands(members, path)
        if arity == "group":
            # One operand is that operand; more are a text that the platform could not parse.
            if len(operands) > 1:
                self.say("unparsed-group", json, path, count=len(operands))
            return None, operands if len(operands) == 1 else ()
        name: _Node | None = None
        if arity in ("object_dereference", "method_call", "function_call"):
            place = 0 if arity == "function_call" else 1
            name = self.own_name(*operands.pop(place)) if len(operands) > place else None
        node = _Node(
            json=json,
            path=path,
            arity=cast(str, arity),
            value=self.value(members, path),
            type=cast("str | None", members["type"].value) if "type" in members else None,
            name=name,
            operands=len(operands),
        )
        return node, operands

    def own_name(self, json: Json, path: Path) -> _Node | None:
        members = self.members(json, path)
        if members is None:
            return None
        if members["arity"].value != "name":
            which = "The second operand" if path is not None and path[1] else "The first operand"
            self.say("wrong-kind", json, path, what=which, wanted="a name", got=f"a {members['arity'].value}")
            return None
        kind = cast("str | None", members["type"].value) if "type" in members else None
        return _Node(json, path, "name", self.value(members, path), kind, None, 0)

    def members(self, json: Json, path: Path) -> dict[str, Json] | None:
        """The members of an object whose arity, keys and kinds are right, else None and the findings."""
        if json.kind != "object":
            self.say("wrong-kind", json, path, what="A node", wanted="an object", got=_a(json))
            return None
        members = cast("dict[str, Json]", json.value)
        before = len(self.findings)
        arity = members.get("arity")
        if arity is None:
            self.say("missing-key", json, path, key="arity", node="every node")
            return None
        shape = SHAPES.get(arity.value) if isinstance(arity.value, str) and arity.kind == "string" else None
        if shape is None:
            self.say("unknown-arity", arity, (path, "arity"), arity=_shown(arity))
            return None
        for key, member in members.items():
            if key not in _KEYS:
                self.say("unknown-key", member, (path, key), key=key)
            elif (key == "value" and not shape.value) or (key == "operands" and not shape.least):
                self.say("needless-key", member, (path, key), key=key, arity=cast(str, arity.value))
            elif member.kind != ("array" if key == "operands" else "string"):
                wanted = "an array" if key == "operands" else "a string"
                self.say("wrong-kind", member, (path, key), what=f'"{key}"', wanted=wanted, got=_a(member))
        needed = (("value", shape.value), ("operands", shape.least > 0), ("type", arity.value == "literal"))
        for key, is_needed in needed:
            if is_needed and key not in members:
                self.say("missing-key", json, path, key=key, node=f"a node of arity {arity.value}")
        return members if len(self.findings) == before else None

    def operands(self, members: dict[str, Json], path: Path) -> list[tuple[Json, Path]]:
        arity = cast(str, members["arity"].value)
        shape = SHAPES[arity]
        if "operands" not in members:
            return []
        array = members["operands"]
        values = cast("list[Json]", array.value)
        here: Path = (path, "operands")
        if len(values) < shape.least or (shape.most is not None and len(values) > shape.most):
            wanted = str(shape.least) if shape.most == shape.least else f"{shape.least} or more"
            self.say("operand-count", array, here, arity=arity, wanted=wanted, got=len(values))
        return [(value, (here, place)) for place, value in enumerate(values)]

    def value(self, members: dict[str, Json], path: Path) -> str:
        """A node's value, checked: a literal against its type, a name, an operator."""
        if "value" not in members:
            return ""
        arity, member = members["arity"].value, members["value"]
        value, here = cast(str, member.value), (path, "value")
        match arity:
            case "literal":
                self.literal(value, members, path)
            case "name" if not is_name(value):
                self.say("invalid-name", member, here, value=_shown(member))
            case "unary_operation" if value not in UNARY:
                self.operator(member, here, UNARY)
            case "binary_operation" if value not in BINARY and value not in LOGICAL:
                self.operator(member, here, {**LOGICAL, **BINARY})
            case "ternary_operation" if value != CONDITIONAL_VALUE:
                self.operator(member, here, (CONDITIONAL_VALUE,))
            case _:
                pass
        return value

    def operator(self, member: Json, path: Path, known: Iterable[str]) -> None:
        self.say("unknown-operator", member, path, value=_shown(member), known=" ".join(known))

    def literal(self, value: str, members: dict[str, Json], path: Path) -> None:
        stated, member, here = members["type"], members["value"], (path, "value")
        kind = literal_kind(cast(str, stated.value))
        if kind is None:
            self.say("literal-type", stated, (path, "type"), type=_shown(stated))
        elif kind == "boolean" and value not in ("true", "false"):
            self.say("invalid-boolean", member, here, value=_shown(member))
        elif kind == "number" and not _is_number(value):
            self.say("invalid-number", member, here, value=_shown(member))
        elif kind == "string" and not is_raw_string(value):
            self.say("invalid-string", member, here, value=_shown(member))


def literal_kind(stated: str) -> str | None:
    """Which kind of literal a type asks for, or None for a type that no literal has.

    >>> literal_kind("EEnum__InvAttr:enum:string:object:primitive"), literal_kind("date:object:primitive")
    ('string', None)
    """
    return next((LITERAL_KINDS[part] for part in stated.split(":") if part in LITERAL_KINDS), None)


def _is_number(value: str) -> bool:
    try:
        plain_number(value)
    except ValueError:
        return False
    return True


def _a(json: Json) -> str:
    return {"object": "an object", "array": "an array", "null": "null"}.get(json.kind, f"a {json.kind}")


def _shown(json: Json) -> str:
    """A value as a message quotes it."""
    if not isinstance(json.value, str):
        return _a(json)
    text = json.value if len(json.value) <= 60 else json.value[:57] + "..."
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def _build(order: list[_Node], origins: dict[int, _Node]) -> Expr:
    """The tree, from nodes in the order that `checked` gives; `origins` learns which node each tree came from."""
    built: list[_Built] = []
    for node in reversed(order):
        operands = built[len(built) - node.operands :]
        del built[len(built) - node.operands :]
        if node.arity == "binary_operation" and node.value in LOGICAL:
            built.append(_chained(node, operands, origins))
            continue
        expr = _expr(node, tuple(_finished(operand, origins) for operand in operands))
        origins[id(expr)] = node
        built.append(expr)
    return _finished(built[0], origins)


def _chained(node: _Node, operands: list[_Built], origins: dict[int, _Node]) -> _Chain:
    """`a && (b && c)` grows the list of its right operand: built term by term it would cost the square."""
    left, right = operands
    operator = cast(LogicalOp, node.value)
    if isinstance(right, _Chain) and right.operator == operator:
        right.terms.append(_finished(left, origins))
        right.node = node
        return right
    return _Chain(operator, [_finished(right, origins), _finished(left, origins)], node)


def _finished(built: _Built, origins: dict[int, _Node]) -> Expr:
    if not isinstance(built, _Chain):
        return built
    expr = Logical(operator=built.operator, terms=tuple(reversed(built.terms)))
    origins[id(expr)] = built.node
    return expr


def _expr(node: _Node, operands: tuple[Expr, ...]) -> Expr:
    value, own = node.value, node.name.value if node.name is not None else ""
    match node.arity:
        case "literal":
            kind = literal_kind(node.type or "")
            if kind == "number":
                return NumberLiteral(value=value)
            return StringLiteral(raw=value) if kind == "string" else BooleanLiteral(value=value == "true")
        case "name":
            return Name(name=value)
        case "object_dereference":
            return Dereference(operand=operands[0], name=own)
        case "method_call":
            return MethodCall(operand=operands[0], name=own, arguments=operands[1:])
        case "function_call":
            return FunctionCall(name=own, arguments=operands)
        case "unary_operation":
            return Unary(operator=cast(UnaryOp, value), operand=operands[0])
        case "binary_operation":
            return Binary(operator=cast(BinaryOp, value), left=operands[0], right=operands[1])
        case "ternary_operation":
            return Conditional(condition=operands[0], then=operands[1], otherwise=operands[2])
        case arity:
            raise AssertionError(f"no tree is built for arity {arity}")
