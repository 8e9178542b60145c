"""Tokens to tree: one pass over them, the grammar's tables, and one small function for each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from sys import intern
from typing import Any, NamedTuple, TypeAlias, cast

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
    lone_surrogate,
)
from targetexpr.lang.operators import LogicalOp
from targetexpr.syntax.automaton import tables
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import Lexeme

Value: TypeAlias = tuple[Expr, int, int, int]
"""A node on the parser's stack: the node, where it starts and ends with its parentheses, its depth."""


class MixedLogic(NamedTuple):
    """An `||` list with `&&` lists among its terms that have no parentheses."""

    either: Logical
    bare: tuple[Logical, ...]


class Parsed(NamedTuple):
    """What parsing gave."""

    tree: Expr
    depth: int
    mixed: list[MixedLogic]


class NotInLanguage(Exception):
    """The tokens are not in the language; `recovery` finds out what their author meant."""


def parse_tokens(tokens: Iterable[Lexeme], *, one_level: bool = False) -> Parsed:
    """The tree of the tokens of a text, limits aside. Raises NotInLanguage without a word on what is wrong.

    With `one_level`, `&&` and `||` are read as the platform's oldest editor did: as one operator that nests to the
    right, so that `a&&b||c` is `a&&(b||c)`.
    """
    table = tables()
    actions, rules, gotos, jumps, accept = table.actions, table.rules, table.gotos, table.jumps, table.accept
    build = _ON_ONE_LEVEL if one_level else _BUILDERS
    state = table.start
    states = [state]
    values: list[Any] = []
    mixed: list[MixedLogic] = []
    for token in tokens:
        kind = token[0]
        while True:
            action = actions[state].get(kind)
            if action is None:
                raise NotInLanguage
            if action >= 0:
                state = action
                states.append(state)
                values.append(token)
                break
            left, length, name = rules[~action]
            if length == 1:
                states.pop()
                values[-1] = build[name](values[-1], mixed) if name else values[-1]
            else:
                children = values[-length:]
                del values[-length:]
                del states[-length:]
                values.append(build[name](*children, mixed))
            below = states[-1]
            after = jumps[left][below].get(kind)
            state = gotos[left][below] if after is None else after
            states.append(state)
            if state == accept and kind == END:
                tree, _, _, depth = cast(Value, values[0])
                return Parsed(tree, depth, mixed)
    raise NotInLanguage


# How each rule of the grammar that is named there becomes a node. Children come in the order of the rule, tokens
# among them; the last argument collects mixed lists.


def _number(token: Lexeme, _: object) -> Value:
    _kind, text, start, end = token
    return NumberLiteral(value=text, start=start, end=end), start, end, 1


def _string(token: Lexeme, _: object) -> Value:
    _kind, text, start, end = token
    if ("\\u" in text and lone_surrogate(text[1:-1])) or (not text.isascii() and _has_surrogate(text)):
        raise NotInLanguage
    return StringLiteral(raw=intern(text[1:-1]), start=start, end=end), start, end, 1


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _boolean(token: Lexeme, _: object) -> Value:
    _kind, text, start, end = token
    return BooleanLiteral(value=text == "true", start=start, end=end), start, end, 1


def _name(token: Lexeme, _: object) -> Value:
    _kind, text, start, end = token
    return Name(name=intern(text), start=start, end=end), start, end, 1


def _group(opened: Lexeme, inner: Value, closed: Lexeme, _: object) -> Value:
    return inner[0], opened[2], closed[3], inner[3] + 1


def _dereference(operand: Value, _dot: Lexeme, name: Lexeme, _: object) -> Value:
    node, start, _end, depth = operand
    _kind, text, name_start, end = name
    return (
        Dereference(operand=node, name=intern(text), name_start=name_start, start=start, end=end),
        start,
        end,
        depth + 1,
    )


def _method_call(operand: Value, _dot: Lexeme, name: Lexeme, _open: Lexeme, *rest: Any) -> Value:
    node, start, _end, depth = operand
    _kind, text, name_start, _name_end = name
    arguments, deepest, end = _arguments(rest)
    call = MethodCall(
        operand=node,
        name=intern(text),
        arguments=arguments,
        name_start=name_start,
        start=start,
        end=end,
    )
    return call, start, end, max(depth, deepest) + 1


def _function_call(name: Lexeme, _open: Lexeme, *rest: Any) -> Value:
    _kind, text, start, _name_end = name
    arguments, deepest, end = _arguments(rest)
    call = FunctionCall(name=intern(text), arguments=arguments, name_start=start, start=start, end=end)
    return call, start, end, deepest + 1


def _arguments(rest: tuple[Any, ...]) -> tuple[tuple[Expr, ...], int, int]:
    """Arguments, their greatest depth and the end of the call, from what follows the opening parenthesis."""
    given: list[Value] = rest[0] if len(rest) == 3 else []
    closed: Lexeme = rest[-2]
    return tuple([value[0] for value in given]), max([value[3] for value in given], default=0), closed[3]


def _argument_list(first: Value, *rest: Any) -> list[Value]:
    return [first, *rest[0]] if len(rest) == 2 else [first]


def _more(*parts: Any) -> list[Value]:
    """The second and later members of a list, as they come: a separator and a member, after those before."""
    if len(parts) == 4:
        members: list[Value] = parts[0]
        members.append(parts[2])
        return members
    return [parts[1]]


def _unary(operator: Lexeme, operand: Value, _: object) -> Value:
    _kind, text, start, _end = operator
    node, _start, end, depth = operand
    return Unary(operator=cast(Any, text), operand=node, start=start, end=end), start, end, depth + 1


def _binary(left: Value, operator: Lexeme, right: Value, _: object) -> Value:
    start, end = left[1], right[2]
    node = Binary(operator=cast(Any, operator[1]), left=left[0], right=right[0], start=start, end=end)
    return node, start, end, max(left[3], right[3]) + 1


def _all_of(first: Value, rest: list[Value], _: object) -> Value:
    return _logical("&&", first, rest)


def _any_of(first: Value, rest: list[Value], mixed: list[MixedLogic]) -> Value:
    value = _logical("||", first, rest)
    # A list in parentheses starts before its node does; one that starts with it stands bare beside the `||`.
    bare = [
        node
        for node, start, _end, _depth in (first, *rest)
        if type(node) is Logical and node.operator == "&&" and node.start == start
    ]
    if bare:
        mixed.append(MixedLogic(cast(Logical, value[0]), tuple(bare)))
    return value


def _any_on_one_level(first: Value, rest: list[Value], mixed: list[MixedLogic]) -> Value:
    value = _any_of(first, rest, mixed)
    if mixed and mixed[-1].either is value[0]:
        return nested_right(mixed[-1]), *value[1:]
    return value


def nested_right(mixed: MixedLogic) -> Expr:
    """A mixed list read on one level: `a&&b||c` is `a&&(b||c)`."""
    operands: list[Expr] = []
    operators: list[LogicalOp] = []
    bare = {id(term) for term in mixed.bare}
    for term in mixed.either.terms:
        parts = term.terms if isinstance(term, Logical) and id(term) in bare else (term,)
        operands += parts
        operators += ["&&"] * (len(parts) - 1)
        operators.append("||")
    operators.pop()
    # A run of one operator is one node; built from the right, it takes all that stands right of it as its last term.
    terms = [operands.pop()]
    while operators:
        operator = operators[-1]
        while operators and operators[-1] == operator:
            operators.pop()
            terms.append(operands.pop())
        terms = [
            Logical(operator=operator, terms=tuple(reversed(terms)), start=mixed.either.start, end=mixed.either.end)
        ]
    return terms[0]


def _logical(operator: str, first: Value, rest: list[Value]) -> Value:
    start, end = first[1], rest[-1][2]
    terms = [first[0]]
    terms += [value[0] for value in rest]
    deepest = max(first[3], *[value[3] for value in rest])
    last = rest[-1]
    if type(last[0]) is Logical and last[0].operator == operator and last[3] == deepest:
        # It is spliced in: its parentheses count, its own level does not.
        deepest = max(first[3], *[value[3] for value in rest[:-1]], last[3] - 1)
    node = Logical(operator=cast(Any, operator), terms=tuple(terms), start=start, end=end)
    return node, start, end, deepest + 1


def _conditional(condition: Value, _q: Lexeme, then: Value, _c: Lexeme, otherwise: Value, _: object) -> Value:
    start, end = condition[1], otherwise[2]
    node = Conditional(condition=condition[0], then=then[0], otherwise=otherwise[0], start=start, end=end)
    return node, start, end, max(condition[3], then[3], otherwise[3]) + 1


_BUILDERS: dict[str, Callable[..., Any]] = {
    "number": _number,
    "string": _string,
    "boolean": _boolean,
    "name": _name,
    "group": _group,
    "dereference": _dereference,
    "method_call": _method_call,
    "function_call": _function_call,
    "arguments": _argument_list,
    "more": _more,
    "unary": _unary,
    "binary": _binary,
    "all_of": _all_of,
    "any_of": _any_of,
    "conditional": _conditional,
}

_ON_ONE_LEVEL: dict[str, Callable[..., Any]] = {**_BUILDERS, "any_of": _any_on_one_level}
