"""The front of the compiler: text or JSON in, a checked tree out, and typed JSON from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from targetexpr.base.diagnostics import capped
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
from targetexpr.checking.checker import Expected, check_tree
from targetexpr.checking.result import Checked
from targetexpr.lang.nodes import Expr
from targetexpr.lang.schema.schema import Schema
from targetexpr.syntax.json_encoder import JsonStyle
from targetexpr.syntax.json_encoder import to_json as encode
from targetexpr.syntax.parser import parse

if TYPE_CHECKING:
    from targetexpr.base.diagnostics import Diagnostic


def check(
    expression: str | Expr,
    schema: Schema | None = None,
    *,
    event: str | None = None,
    expect: Expected | None = "boolean",
    strict: bool = True,
    limits: Limits = DEFAULT_LIMITS,
) -> Checked:
    """A rule with the types of its parts and everything that is wrong with it.

    `schema` is the bundled one unless given; `event` narrows what can be named; `expect` is what the whole must
    come out as, None for anything; with `strict=False` names that are not known are warnings. The diagnostics never
    raise: `.ok` and `.diagnostics` tell them. A text that is no rule raises ExpressionError.

    >>> checked = check("currentTxn.value>500")
    >>> checked.ok, checked.type, [str(read) for read in checked.reads]
    (True, 'boolean:primitive', ['currentTxn.value'])
    >>> check('currentCustomer.slabName>3').diagnostics[0].code
    'incomparable'
    """
    tree = parse(expression, limits=limits) if isinstance(expression, str) else expression
    return check_tree(tree, schema, event=event, expect=expect, strict=strict, most=limits.diagnostics)


def check_json(
    text: str,
    schema: Schema | None = None,
    *,
    event: str | None = None,
    expect: Expected | None = "boolean",
    strict: bool = True,
    limits: Limits = DEFAULT_LIMITS,
) -> Checked:
    """expressionJson, checked; types it states that differ from the schema's are warnings (`type-differs`).

    Diagnostics carry the JSON pointer and the span of the document. JSON that is none raises ExpressionError.

    >>> found = check_json('{"arity":"literal","value":"true","type":"boolean:primitive"}')
    >>> found.ok, found.diagnostics
    (True, ())
    """
    from targetexpr.checking.stated_types import compare_types
    from targetexpr.syntax.json_decoder import decode

    decoded = decode(text, limits=limits)
    checked = check_tree(
        decoded.tree,
        schema,
        event=event,
        expect=expect,
        strict=strict,
        pointers=decoded.pointer,
        places=decoded.spans,
        most=limits.diagnostics,
    )
    differing = compare_types(
        checked, decoded.types, decoded.name_types, decoded.pointer, decoded.spans, limits.diagnostics
    )
    if not differing:
        return checked
    return replace(checked, diagnostics=tuple(capped([*checked.diagnostics, *differing], limits.diagnostics)))


def lint(
    expression: str | Expr | Checked,
    schema: Schema | None = None,
    *,
    event: str | None = None,
    on: Collection[str] = (),
    off: Collection[str] = (),
) -> list[Diagnostic]:
    """What is allowed and still seldom meant, as warnings; nothing for a rule with errors.

    `on` and `off` switch rules by code. A text that is no rule raises ExpressionError.

    >>> [diagnostic.code for diagnostic in lint('currentCustomer.email.matches("shop.*")')]
    ['useless-wildcard']
    """
    from targetexpr.checking.lint import lint as lint_tree
    from targetexpr.checking.lint import wanted
    from targetexpr.syntax.parser import diagnose
    from targetexpr.syntax.printer import to_text

    checked = expression if isinstance(expression, Checked) else check(expression, schema, event=event, expect=None)
    found = lint_tree(checked, write=to_text, on=on, off=off)
    if isinstance(expression, str) and "mixed-logic" in wanted(checked.schema, on=on, off=off):
        found += [diagnostic for diagnostic in diagnose(expression) if diagnostic.code == "mixed-logic"]
    return sorted(found, key=lambda diagnostic: (diagnostic.span, diagnostic.code))


def review(
    text: str,
    schema: Schema | None = None,
    *,
    event: str | None = None,
    expect: Expected | None = "boolean",
    strict: bool = True,
    on: Collection[str] = (),
    off: Collection[str] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Checked | None, list[Diagnostic]]:
    """A text, checked, and everything there is to say about it: syntax, names, types, and what is seldom meant.

    The tree is None when the text is no rule. Diagnostics come in the order of the text; `on` and `off` switch
    warnings by code. Never raises for a text, whatever it is.

    >>> checked, found = review('currentTxn.value>500&&currentTxn.value<100')
    >>> checked.ok, [diagnostic.code for diagnostic in found]
    (True, ['contradiction'])
    >>> review("currentTxn.value>")[0] is None
    True
    """
    from targetexpr.base.diagnostics import ExpressionError
    from targetexpr.checking.lint import CODES, wanted
    from targetexpr.checking.lint import lint as lint_tree
    from targetexpr.syntax.parser import diagnose
    from targetexpr.syntax.printer import to_text

    try:
        checked = check(text, schema, event=event, expect=expect, strict=strict, limits=limits)
    except ExpressionError as error:
        return None, list(error.diagnostics)
    keep = wanted(checked.schema, on=on, off=off)
    found = [*checked.diagnostics, *lint_tree(checked, write=to_text, on=on, off=off), *diagnose(text, limits=limits)]
    kept = [
        diagnostic
        for diagnostic in found
        if diagnostic.is_error or diagnostic.code in keep or diagnostic.code not in CODES
    ]
    return checked, sorted(kept, key=lambda diagnostic: (diagnostic.span, not diagnostic.is_error))


def to_json(
    expr: Expr | Checked,
    style: JsonStyle = "compact",
    *,
    types: Sequence[str | None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """The expressionJson of a tree; of a checked one, with the types of its parts.

    `compact` has no white space; `editor` is the layout of the platform's rule editor. `types` gives a type, or None,
    for each node in preorder, in place of those of a checked tree. Raises ExpressionError (`too-large`) for output
    past `limits.json` characters.

    >>> to_json(check("true"))
    '{"arity":"literal","value":"true","type":"boolean:primitive"}'
    """
    if isinstance(expr, Checked):
        types = expr.types if types is None else types
        expr = expr.expr
    return encode(expr, style, types=types, limits=limits)
