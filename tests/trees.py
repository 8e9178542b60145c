"""Trees as flat lists, so that what the library, the second reader and the corpus say can be compared.

A flat tree lists its nodes in preorder: `(kind, label, number of operands)`. `a>5` is
`[("binary", ">", 2), ("name", "a", 0), ("number", "5", 0)]`. Nothing here recurses on it: size and depth are free.

The corpus writes trees as s-expressions, heads first: `(> (. currentTxn value) 500)`. Heads are the operators, `.`
for an attribute, `call` for a method (`(call receiver name argument…)`), `apply` for a function
(`(apply name argument…)`) and `?` for a conditional. Strings are raw text between double quotes.
"""

from __future__ import annotations

import re

from targetexpr.lang import nodes
from targetexpr.lang.nodes import Expr

FlatNode = tuple[str, object, int]
Flat = list[FlatNode]


def flat(tree: Expr) -> Flat:
    """The library's tree as a flat list."""
    out: Flat = []
    waiting: list[Expr] = [tree]
    while waiting:
        node = waiting.pop()
        kind, label, operands = _parts(node)
        out.append((kind, label, len(operands)))
        waiting.extend(reversed(operands))
    return out


def _parts(node: Expr) -> tuple[str, object, tuple[Expr, ...]]:
    """Kind, label and operands by way of the documented fields only (not of `label()` and `children()`)."""
    match node:
        case nodes.NumberLiteral():
            return "number", node.value, ()
        case nodes.StringLiteral():
            return "string", node.raw, ()
        case nodes.BooleanLiteral():
            return "boolean", node.value, ()
        case nodes.Name():
            return "name", node.name, ()
        case nodes.Dereference():
            return "dereference", node.name, (node.operand,)
        case nodes.MethodCall():
            return "method", node.name, (node.operand, *node.arguments)
        case nodes.FunctionCall():
            return "function", node.name, node.arguments
        case nodes.Unary():
            return "unary", node.operator, (node.operand,)
        case nodes.Binary():
            return "binary", node.operator, (node.left, node.right)
        case nodes.Logical():
            return "logical", node.operator, node.terms
        case nodes.Conditional():
            return "conditional", None, (node.condition, node.then, node.otherwise)
    raise AssertionError(f"a twelfth kind of node: {type(node)}")


_TOKEN = re.compile(r'\s*(?:(?P<open>\()|(?P<close>\))|(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()"]+))', re.DOTALL)
_LOGICAL = ("&&", "||")
_BINARY = ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%")
_UNARY = ("!", "-", "+")


def read_sexpr(text: str) -> Flat:
    """The flat tree that an s-expression of the corpus means."""
    stack: list[list[object]] = [[]]
    position = 0
    text = text.strip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ValueError(f"not an s-expression at {position}: {text[position : position + 20]!r}")
        position = found.end()
        if found["open"]:
            stack.append([])
        elif found["close"]:
            done = stack.pop()
            stack[-1].append(_node(done))
        elif found["string"] is not None:
            stack[-1].append([("string", found["string"][1:-1], 0)])
        elif len(stack) > 1 and not stack[-1]:
            stack[-1].append(found["word"])
        else:
            stack[-1].append(_leaf(found["word"]))
    if len(stack) != 1 or len(stack[0]) != 1:
        raise ValueError(f"not one s-expression: {text[:80]!r}")
    (result,) = stack[0]
    assert isinstance(result, list)
    return result


def _leaf(word: str) -> Flat:
    if word in ("true", "false"):
        return [("boolean", word == "true", 0)]
    if word[0].isdigit():
        return [("number", word, 0)]
    return [("name", word, 0)]


def _node(items: list[object]) -> Flat:
    head, *parts = items
    operands: list[Flat] = [part for part in parts if isinstance(part, list)]
    count = len(operands)
    first: FlatNode
    if head == ".":
        first = ("dereference", _name(operands.pop(1)), 1)
    elif head == "call":
        first = ("method", _name(operands.pop(1)), count - 1)
    elif head == "apply":
        first = ("function", _name(operands.pop(0)), count - 1)
    elif head == "?" and count == 3:
        first = ("conditional", None, 3)
    elif head in _LOGICAL and count >= 2:
        first = ("logical", head, count)
    elif head in _UNARY and count == 1:
        first = ("unary", head, 1)
    elif head in _BINARY and count == 2:
        first = ("binary", head, 2)
    else:
        raise ValueError(f"no such node: {head!r} with {count} operands")
    return [first, *(node for operand in operands for node in operand)]


def _name(leaf: Flat) -> object:
    ((kind, label, _),) = leaf
    assert kind == "name"
    return label


def json_value(tree: Expr) -> dict[str, object]:
    """What the untyped expressionJson of a shallow tree must load to: a second, plainly recursive encoder."""
    match tree:
        case nodes.NumberLiteral():
            return {"arity": "literal", "value": tree.value, "type": "number:primitive"}
        case nodes.StringLiteral():
            return {"arity": "literal", "value": tree.raw, "type": "string:object:primitive"}
        case nodes.BooleanLiteral():
            return {
                "arity": "literal",
                "value": "true" if tree.value else "false",
                "type": "boolean:primitive",
            }
        case nodes.Name():
            return _json_name(tree.name)
        case nodes.Dereference():
            return {
                "arity": "object_dereference",
                "operands": [json_value(tree.operand), _json_name(tree.name)],
            }
        case nodes.MethodCall():
            arguments = [json_value(argument) for argument in tree.arguments]
            return {
                "arity": "method_call",
                "operands": [json_value(tree.operand), _json_name(tree.name), *arguments],
            }
        case nodes.FunctionCall():
            arguments = [json_value(argument) for argument in tree.arguments]
            return {"arity": "function_call", "operands": [_json_name(tree.name), *arguments]}
        case nodes.Unary():
            return {
                "arity": "unary_operation",
                "value": tree.operator,
                "operands": [json_value(tree.operand)],
            }
        case nodes.Binary():
            operands = [json_value(tree.left), json_value(tree.right)]
            return {"arity": "binary_operation", "value": tree.operator, "operands": operands}
        case nodes.Logical():
            *terms, nested = [json_value(term) for term in tree.terms]
            for term in reversed(terms):
                nested = {"arity": "binary_operation", "value": tree.operator, "operands": [term, nested]}
            return nested
        case nodes.Conditional():
            operands = [json_value(tree.condition), json_value(tree.then), json_value(tree.otherwise)]
            return {"arity": "ternary_operation", "value": "?", "operands": operands}
    raise AssertionError(f"a twelfth kind of node: {type(tree)}")


def _json_name(name: str) -> dict[str, object]:
    return {"arity": "name", "value": name}
