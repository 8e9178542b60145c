"""expressionJson to tree: an allow-list. What is not known to be right is an error with a JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, cast

from targetexpr.base import pointers
from targetexpr.base.diagnostics import Diagnostic, ExpressionError, capped
from targetexpr.base.jsontext import Json, JsonError, JsonReader, Path, pointer
from targetexpr.base.kinds import PHRASES
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
from targetexpr.base.source import Span
from targetexpr.lang.nodes import (
    Expr,
    FunctionCall,
    Logical,
    MethodCall,
    Name,
    is_name,
    is_raw_string,
    plain_number,
)
from targetexpr.lang.operators import BINARY, LOGICAL, UNARY, LogicalOp
from targetexpr.lang.walk import depth, preorder, size
from targetexpr.syntax.json_encoder import CONDITIONAL_VALUE, SHAPES, literal_kind
from targetexpr.syntax.json_plain import node_of, plain_tree
from targetexpr.syntax.messages import diagnostic, diagnostic_of

_KEYS = ("arity", "value", "type", "operands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A decoded document. The sequences go with the nodes of `tree` in preorder."""

    tree: Expr
    types: tuple[str | None, ...]  # the node's "type", None where it has none
    name_types: tuple[str | None, ...]  # the "type" of a member's, method's or function's own name
    spans: tuple[Span, ...]  # where the node stands in the document
    groups: tuple[int, ...]  # how many groups of one operand stand round the node

    def pointer(self, index: int) -> str:
        """The JSON pointer of the node with that index in preorder; of an and/or list its outermost object.

        >>> decode('{"arity":"literal","value":"1","type":"number:primitive"}').pointer(0)
        ''
        """
        waiting: list[tuple[Expr, Path]] = [(self.tree, None)]
        for at in range(index + 1):
            node, path = waiting.pop()
            for _ in range(self.groups[at]):
                path = _operand(path, 0)
            if at < index:
                waiting.extend(reversed(list(_operand_paths(node, path))))
        return pointer(path)


def _operand(path: Path, index: int) -> Path:
    return ((path, "operands"), index)


def _operand_paths(node: Expr, path: Path) -> Iterator[tuple[Expr, Path]]:
    """The children of a node with their places in its JSON."""
    children = node.children()
    if isinstance(node, Logical):
        for child in children[:-1]:
            yield child, _operand(path, 0)
            path = _operand(path, 1)
        yield children[-1], path
        return
    for index, child in enumerate(children):
        # A method's own name stands behind its operand, a function's before its arguments.
        behind = isinstance(node, FunctionCall) or (isinstance(node, MethodCall) and index > 0)
        yield child, _operand(path, index + behind)


def from_json(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Expr:
    """The tree of an expressionJson document, in either layout and any key order.

    Raises ExpressionError when the document is anything else, each diagnostic with its JSON pointer.

    >>> from_json('{"arity":"literal","value":"1.50","type":"number:primitive"}')
    NumberLiteral('1.5')
    """
    return decode_tree(text, limits)


def decode(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """The tree of an expressionJson document with the types that it states.

    Raises ExpressionError with every diagnostic. White space and key order are free; everything else must be as this
    library writes it, save that a `group` of one operand is that operand.
    """
    origins: dict[int, _Origin] = {}
    tree = decode_tree(text, limits, origins)
    found = [origins[id(node)] for node in preorder(tree)]
    return Decoded(
        tree=tree,
        types=tuple(origin.type for origin in found),
        name_types=tuple(origin.name_type for origin in found),
        spans=tuple(origin.span for origin in found),
        groups=tuple(origin.groups for origin in found),
    )


def decode_tree(text: str, limits: Limits, origins: dict[int, _Origin] | None = None) -> Expr:
    """The tree alone; `origins` learns for each node's id where it came from."""
    if not isinstance(text, str):
        raise TypeError(f"expressionJson is a str, not {type(text).__name__}")
    if len(text) > limits.json:
        problem = diagnostic(
            "too-long", Span(limits.json, len(text)), pointer="", most=f"{limits.json:,}", what="The JSON"
        )
        raise ExpressionError([problem], text)
    if origins is None and (tree := plain_tree(text, limits)) is not None:
        return tree
    try:
        return _Decoder(text, limits, origins).tree()
    except JsonError as problem:
        raise ExpressionError([problem.diagnostic], text) from None


class _Origin(NamedTuple):
    """What the JSON says of a node beside the tree."""

    type: str | None
    name_type: str | None
    span: Span
    groups: int


@dataclass(slots=True, eq=False)
class _Chain:
    """An and/or list as it grows from its end: `terms` stand in reverse. Growing a tuple costs the square."""

    operator: LogicalOp
    terms: list[Expr]


@dataclass(slots=True, eq=False)
class _Built:
    """What became of an object: a tree, or the diagnostics that kept it from becoming one."""

    arity: str
    expr: Expr | _Chain | None
    diagnostics: list[Diagnostic]
    start: int
    end: int
    type: str | None
    name_type: str | None = None
    groups: int = 0

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class _Decoder:
    """Builds the tree as objects close, inner ones first."""

    def __init__(self, text: str, limits: Limits, origins: dict[int, _Origin] | None) -> None:
        self.text = text
        self.limits = limits
        self.origins = origins
        self.reader = JsonReader(text, self.object, editor_strings=True)

    def tree(self) -> Expr:
        document = self.reader.read()
        if document.kind != "object":
            problem = diagnostic(
                "wrong-kind", document.span, pointer="", what="A node", wanted=PHRASES["object"], got=_a(document)
            )
            raise ExpressionError([problem], self.text)
        built = cast(_Built, document.value)
        if built.diagnostics:
            raise ExpressionError(capped(built.diagnostics, self.limits.diagnostics), self.text)
        tree = self.finished(built)
        if depth(tree) > self.limits.nesting:
            raise ExpressionError(
                [diagnostic("nesting-limit", document.span, pointer="", most=self.limits.nesting)], self.text
            )
        if size(tree) > self.limits.nodes:
            most = f"{self.limits.nodes:,}"
            raise ExpressionError([diagnostic("too-many-nodes", document.span, pointer="", most=most)], self.text)
        return tree

    def object(self, members: dict[str, Json], start: int, end: int) -> _Built:
        """One object, its operands being built already."""
        stated = members.get("type")
        kind = cast(str, stated.value) if stated is not None and stated.kind == "string" else None
        diagnostics: list[Diagnostic] = []
        arity = self.shape(members, start, end, diagnostics)
        if arity and not diagnostics:
            self.value(members, diagnostics)
        operands = self.operands(members, arity, diagnostics)
        built = _Built(arity, None, diagnostics, start, end, kind)
        if diagnostics:
            return built
        if arity == "group":
            return self.ungrouped(operands, built)
        if arity in ("object_dereference", "method_call", "function_call"):
            own = self.own_name(operands, arity, diagnostics)
            if own is None:
                return built
            built.name_type = own.type
            operands = [operand for operand in operands if operand is not own]
            name = cast(Name, own.expr).name
        else:
            name = cast(str, members["value"].value)
        self.build(built, name, operands)
        return built

    def report(
        self, diagnostics: list[Diagnostic], code: str, span: Span, *keys: str | int, **values: str | int
    ) -> None:
        """A diagnostic on the object that closes now, or on what stands below it at `keys`."""
        where = pointers.join(keys, self.reader.pointer)
        diagnostics.append(diagnostic_of(code, span, values, pointer=where))

    def shape(self, members: dict[str, Json], start: int, end: int, diagnostics: list[Diagnostic]) -> str:
        """The arity, its keys and their kinds checked; the empty text for an arity that is none."""
        arity = members.get("arity")
        if arity is None:
            self.report(diagnostics, "missing-key", Span(start, end), key="arity", node="every node")
            return ""
        if arity.value == "missing":  # what its editor writes where it finds an operand missing
            self.report(diagnostics, "unparsed-group", Span(start, end), what="A missing operand")
            return ""
        shape = SHAPES.get(cast(str, arity.value)) if arity.kind == "string" else None
        if shape is None:
            self.report(diagnostics, "unknown-arity", arity.span, "arity", arity=_shown(arity))
            return ""
        name = cast(str, arity.value)
        for key, member in members.items():
            if key not in _KEYS:
                self.report(diagnostics, "unknown-key", member.span, key, key=_clipped(key))
            elif (key == "value" and not shape.value) or (key == "operands" and not shape.least):
                self.report(diagnostics, "needless-key", member.span, key, key=key, arity=name)
            elif member.kind != ("array" if key == "operands" else "string"):
                wanted = PHRASES["array" if key == "operands" else "string"]
                self.report(diagnostics, "wrong-kind", member.span, key, what=f'"{key}"', wanted=wanted, got=_a(member))
        needed = (("value", shape.value), ("operands", shape.least > 0), ("type", name == "literal"))
        for key, is_needed in needed:
            if is_needed and key not in members:
                self.report(diagnostics, "missing-key", Span(start, end), key=key, node=f"a node of arity {name}")
        return name

    def operands(self, members: dict[str, Json], arity: str, diagnostics: list[Diagnostic]) -> list[_Built]:
        """The operands that were built; the diagnostics on those that were not."""
        array = members.get("operands")
        if array is None or array.kind != "array":
            return []
        values = cast("list[Json]", array.value)
        out: list[_Built] = []
        for index, value in enumerate(values):
            if value.kind == "object":
                operand = cast(_Built, value.value)
                diagnostics += operand.diagnostics
                out.append(operand)
            else:
                words = {"what": "A node", "wanted": PHRASES["object"], "got": _a(value)}
                self.report(diagnostics, "wrong-kind", value.span, "operands", index, **words)
        shape = SHAPES.get(arity)
        if shape is not None and shape.least:
            few, many = len(values) < shape.least, shape.most is not None and len(values) > shape.most
            wanted = str(shape.least) if shape.most == shape.least else f"{shape.least} or more"
            if few or many:
                words = {"arity": arity, "wanted": wanted, "got": str(len(values))}
                self.report(diagnostics, "operand-count", array.span, "operands", **words)
        return out

    def value(self, members: dict[str, Json], diagnostics: list[Diagnostic]) -> None:
        """A node's value: a literal against its type, a name, an operator."""
        member = members.get("value")
        if member is None:
            return
        value, shown = cast(str, member.value), _shown(member)
        code, known = "", ""
        match members["arity"].value:
            case "literal":
                self.literal(value, members, diagnostics)
            case "name" if not is_name(value):
                code = "invalid-name"
            case "unary_operation" if value not in UNARY:
                code, known = "unknown-operator", " ".join(UNARY)
            case "binary_operation" if value not in BINARY and value not in LOGICAL:
                code, known = "unknown-operator", " ".join((*LOGICAL, *BINARY))
            case "ternary_operation" if value != CONDITIONAL_VALUE:
                code, known = "unknown-operator", CONDITIONAL_VALUE
            case _:
                pass
        if code:
            self.report(diagnostics, code, member.span, "value", value=shown, known=known)

    def literal(self, value: str, members: dict[str, Json], diagnostics: list[Diagnostic]) -> None:
        stated, member = members["type"], members["value"]
        kind = literal_kind(cast(str, stated.value))
        shown = _shown(member)
        if kind is None:
            self.report(diagnostics, "literal-type", stated.span, "type", type=_shown(stated))
        elif kind == "boolean" and value not in ("true", "false"):
            self.report(diagnostics, "invalid-boolean", member.span, "value", value=shown)
        elif kind == "number" and _number(value) is None:
            self.report(diagnostics, "invalid-number", member.span, "value", value=shown)
        elif kind == "string" and not is_raw_string(value):
            self.report(diagnostics, "invalid-string", member.span, "value", value=shown)

    def ungrouped(self, operands: list[_Built], group: _Built) -> _Built:
        """A group of one operand is that operand; several are a text that the platform could not parse."""
        if len(operands) > 1:
            self.report(group.diagnostics, "unparsed-group", group.span, what=f"A group of {len(operands)} pieces")
            return group
        (only,) = operands
        only.groups += 1
        return only

    def own_name(self, operands: list[_Built], arity: str, diagnostics: list[Diagnostic]) -> _Built | None:
        """The operand that is the member's, method's or function's own name."""
        index = 0 if arity == "function_call" else 1
        own = operands[index]
        if own.arity == "name":
            return own
        which = "The second operand" if index else "The first operand"
        words = {"what": which, "wanted": "a name", "got": f"a {own.arity}"}
        self.report(diagnostics, "wrong-kind", own.span, "operands", index, **words)
        return None

    def build(self, built: _Built, value: str, operands: list[_Built]) -> None:
        if built.arity == "binary_operation" and value in LOGICAL:
            left, right = operands
            operator = cast(LogicalOp, value)
            if isinstance(right.expr, _Chain) and right.expr.operator == operator:
                right.expr.terms.append(self.finished(left))
                built.expr = right.expr
            else:
                built.expr = _Chain(operator, [self.finished(right), self.finished(left)])
        else:
            kind = literal_kind(built.type or "") if built.arity == "literal" else None
            value = _number(value) or value if kind == "number" else value
            built.expr = node_of(built.arity, value, tuple([self.finished(one) for one in operands]), kind)

    def finished(self, built: _Built) -> Expr:
        """The tree of what was built, now that nothing more is spliced into it."""
        expr = built.expr
        if isinstance(expr, _Chain):
            expr = Logical(operator=expr.operator, terms=tuple(reversed(expr.terms)))
        assert expr is not None
        if self.origins is not None:
            self.origins[id(expr)] = _Origin(built.type, built.name_type, built.span, built.groups)
        return expr


_EXPONENT = re.compile(r"([0-9]+)(?:\.([0-9]*))?[eE]([+-]?[0-9]{1,4})").fullmatch
LARGEST_EXPONENT = 1_000
"""A number literal's value may be written with an exponent up to this: the platform's editor writes `1e+21`, `1e-7`."""


def _number(value: str) -> str | None:
    """The value of a number literal as a plain decimal; None for what is no number.

    >>> _number("1e-7"), _number("1.5e+3"), _number("-1")
    ('0.0000001', '1500', None)
    """
    found = _EXPONENT(value)
    if found is not None:
        whole, fraction, exponent = found[1], found[2] or "", int(found[3])
        if abs(exponent) > LARGEST_EXPONENT:
            return None
        point = len(whole) + exponent
        digits = whole + fraction
        digits = "0" * (1 - point) + digits + "0" * (point - len(digits))
        point = max(point, 1)
        value = f"{digits[:point]}.{digits[point:]}"
    try:
        return plain_number(value)
    except ValueError:
        return None


def _a(json: Json) -> str:
    return PHRASES[json.kind]


def _shown(json: Json) -> str:
    """A value as a message quotes it."""
    if not isinstance(json.value, str):
        return _a(json)
    return _clipped(json.value)


def _clipped(text: str) -> str:
    text = text if len(text) <= 60 else text[:57] + "..."
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
