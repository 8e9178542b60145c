"""Text to tree: one pass over the tokens, the grammar's tables, and one small function for each kind of node."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from sys import intern
from typing import Any, NamedTuple, TypeAlias, cast

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
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
from targetexpr.lang.walk import size
from targetexpr.syntax.grammar import END, tables

_Lexeme: TypeAlias = tuple[str, int, int]
"""A token on the parser's stack: its text, start and end."""

Value: TypeAlias = tuple[Expr, int, int, int]
"""A node on the parser's stack: the node, where it starts and ends with its parentheses, its depth."""


class Mix(NamedTuple):
    """An `||` list with `&&` lists among its terms that have no parentheses."""

    either: Logical
    bare: tuple[Logical, ...]


class Parsed(NamedTuple):
    """What reading gave."""

    tree: Expr
    depth: int
    mixes: list[Mix]


class NotInLanguage(Exception):
    """The text is not in the language; `mistakes` finds out what its author meant. Never leaves this package."""


def parse(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Expr:
    """The tree of a rule.

    Raises ExpressionError with every diagnostic when the text is no rule or is past a limit.

    >>> parse("currentTxn.value>500")
    Binary('>', Dereference('value', Name('currentTxn')), NumberLiteral('500'))
    """
    if not isinstance(text, str):
        raise TypeError(f"a rule is a str, not {type(text).__name__}")
    if len(text) <= limits.text:
        try:
            parsed = read(text)
        except NotInLanguage:
            pass
        else:
            if parsed.depth <= limits.nesting and (len(text) <= limits.nodes or size(parsed.tree) <= limits.nodes):
                return parsed.tree
    raise ExpressionError(diagnose(text, limits=limits), text)


def diagnose(text: str, *, limits: Limits = DEFAULT_LIMITS) -> list[Diagnostic]:
    """Everything there is to say about a text, in the order of the text: errors, or warnings when it is a rule.

    Never raises, whatever the text. The diagnostics are about syntax alone; `check` knows names and types as well.

    >>> [d.code for d in diagnose("currentTxn.value=500")]
    ['single-equals']
    """
    from targetexpr.syntax.recovery.diagnose import diagnose as diagnose_text

    return diagnose_text(text, limits)


@cache
def _scanner() -> Callable[[str], Iterator[re.Match[str]]]:
    return re.compile(tables().lexer + r"|(?P<UNKNOWN>.)", re.DOTALL).finditer


def read(text: str, *, one_level: bool = False) -> Parsed:
    """The tree of a text, limits aside. Raises NotInLanguage without a word on what is wrong.

    With `one_level`, `&&` and `||` are read as the platform's oldest editor did: as one operator that nests to the
    right, so that `a&&b||c` is `a&&(b||c)`.
    """
    table = tables()
    actions, rules, gotos, jumps, accept = table.actions, table.rules, table.gotos, table.jumps, table.accept
    build = _ON_ONE_LEVEL if one_level else _BUILDERS
    state = table.start
    states = [state]
    values: list[Any] = []
    mixes: list[Mix] = []
    tokens = _tokens(text)
    for kind, token in tokens:
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
                values[-1] = build[name](values[-1], mixes) if name else values[-1]
            else:
                children = values[-length:]
                del values[-length:]
                del states[-length:]
                values.append(build[name](*children, mixes))
            below = states[-1]
            after = jumps[left][below].get(kind)
            state = gotos[left][below] if after is None else after
            states.append(state)
            if state == accept and kind == END:
                tree, _, _, depth = cast(Value, values[0])
                return Parsed(tree, depth, mixes)
    raise NotInLanguage


def _tokens(text: str) -> Iterator[tuple[str, _Lexeme]]:
    for found in _scanner()(text):
        kind = found.lastgroup
        if kind != "BLANK":
            yield cast(str, kind), (found.group(), *found.span())
    yield END, ("", len(text), len(text))


def scan(text: str) -> list[tuple[str, int, int]]:
    """The tokens of any text, blanks left out: kind, start, end. What is none has the kind UNKNOWN."""
    return [(cast(str, found.lastgroup), *found.span()) for found in _scanner()(text) if found.lastgroup != "BLANK"]


# How each rule of the grammar that is named there becomes a node. Children come in the order of the rule, tokens
# among them; the last argument collects mixed lists.


def _number(token: _Lexeme, _: object) -> Value:
    text, start, end = token
    return NumberLiteral(value=text, start=start, end=end), start, end, 1


def _string(token: _Lexeme, _: object) -> Value:
    text, start, end = token
    if ("\\u" in text and lone_surrogate(text[1:-1])) or (not text.isascii() and _has_surrogate(text)):
        raise NotInLanguage
    return StringLiteral(raw=intern(text[1:-1]), start=start, end=end), start, end, 1


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _boolean(token: _Lexeme, _: object) -> Value:
    text, start, end = token
    return BooleanLiteral(value=text == "true", start=start, end=end), start, end, 1


def _name(token: _Lexeme, _: object) -> Value:
    text, start, end = token
    return Name(name=intern(text), start=start, end=end), start, end, 1


def _group(opened: _Lexeme, inner: Value, closed: _Lexeme, _: object) -> Value:
    return inner[0], opened[1], closed[2], inner[3] + 1


def _dereference(operand: Value, _dot: _Lexeme, name: _Lexeme, _: object) -> Value:
    node, start, _end, depth = operand
    text, name_start, end = name
    return (
        Dereference(operand=node, name=intern(text), name_start=name_start, start=start, end=end),
        start,
        end,
        depth + 1,
    )


def _method_call(operand: Value, _dot: _Lexeme, name: _Lexeme, _open: _Lexeme, *rest: Any) -> Value:
    node, start, _end, depth = operand
    text, name_start, _name_end = name
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


def _function_call(name: _Lexeme, _open: _Lexeme, *rest: Any) -> Value:
    text, start, _name_end = name
    arguments, deepest, end = _arguments(rest)
    call = FunctionCall(name=intern(text), arguments=arguments, name_start=start, start=start, end=end)
    return call, start, end, deepest + 1


def _arguments(rest: tuple[Any, ...]) -> tuple[tuple[Expr, ...], int, int]:
    """Arguments, their greatest depth and the end of the call, from what follows the opening parenthesis."""
    given: list[Value] = rest[0] if len(rest) == 3 else []
    closed: _Lexeme = rest[-2]
    return tuple([value[0] for value in given]), max([value[3] for value in given], default=0), closed[2]


def _argument_list(first: Value, *rest: Any) -> list[Value]:
    return [first, *rest[0]] if len(rest) == 2 else [first]


def _more(*parts: Any) -> list[Value]:
    """The second and later members of a list, as they come: a separator and a member, after those before."""
    if len(parts) == 4:
        members: list[Value] = parts[0]
        members.append(parts[2])
        return members
    return [parts[1]]


def _unary(operator: _Lexeme, operand: Value, _: object) -> Value:
    text, start, _end = operator
    node, _start, end, depth = operand
    return Unary(operator=cast(Any, text), operand=node, start=start, end=end), start, end, depth + 1


def _binary(left: Value, operator: _Lexeme, right: Value, _: object) -> Value:
    start, end = left[1], right[2]
    node = Binary(operator=cast(Any, operator[0]), left=left[0], right=right[0], start=start, end=end)
    return node, start, end, max(left[3], right[3]) + 1


def _all_of(first: Value, rest: list[Value], _: object) -> Value:
    return _logical("&&", first, rest)


def _any_of(first: Value, rest: list[Value], mixes: list[Mix]) -> Value:
    value = _logical("||", first, rest)
    # A list in parentheses starts before its node does; one that starts with it stands bare beside the `||`.
    bare = [
        node
        for node, start, _end, _depth in (first, *rest)
        if type(node) is Logical and node.operator == "&&" and node.start == start
    ]
    if bare:
        mixes.append(Mix(cast(Logical, value[0]), tuple(bare)))
    return value


def _any_on_one_level(first: Value, rest: list[Value], mixes: list[Mix]) -> Value:
    value = _any_of(first, rest, mixes)
    if mixes and mixes[-1].either is value[0]:
        return nested_right(mixes[-1]), *value[1:]
    return value


def nested_right(mix: Mix) -> Expr:
    """A mixed list read on one level: `a&&b||c` is `a&&(b||c)`."""
    operands: list[Expr] = []
    operators: list[LogicalOp] = []
    bare = {id(term) for term in mix.bare}
    for term in mix.either.terms:
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
        terms = [Logical(operator=operator, terms=tuple(reversed(terms)), start=mix.either.start, end=mix.either.end)]
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


def _conditional(condition: Value, _q: _Lexeme, then: Value, _c: _Lexeme, otherwise: Value, _: object) -> Value:
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
