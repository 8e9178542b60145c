"""The front of the compiler: a text in its environment, read and checked once, and all there is to say about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from targetexpr.base.diagnostics import ExpressionError, capped
from targetexpr.base.lazy import Lazy
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
from targetexpr.checking.checker import Expected, check_tree
from targetexpr.checking.result import Checked
from targetexpr.lang.nodes import Expr, StringLiteral
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import BOOLEAN
from targetexpr.syntax.json_encoder import JsonStyle
from targetexpr.syntax.json_encoder import to_json as encode
from targetexpr.syntax.parse import ParseResult, parse, parse_text

if TYPE_CHECKING:
    from targetexpr.base.diagnostics import Diagnostic
    from targetexpr.base.source import Span
    from targetexpr.checking.cost import Cost, Sizes

OnError: TypeAlias = Literal["raise", "null"]
"""What becomes of a value that does not fit when a rule is evaluated: an error, or null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a rule is read, checked and evaluated in. Immutable; every front end makes one and passes it on."""

    schema: Schema | None = None  # what can be named; None for the bundled one
    event: str | None = None  # whose profiles can be named; None for all
    timezone: str = "UTC"  # of the rule's clock: an IANA name or an offset, "+05:30"
    on_error: OnError = "raise"
    expect: Expected | None = "boolean"  # what the whole must come out as; None for anything
    strict: bool = True  # unknown names are errors, else warnings
    on: frozenset[str] = frozenset()  # warnings switched on and off, by code: "spelling"
    off: frozenset[str] = frozenset()
    limits: Limits = DEFAULT_LIMITS

    def __post_init__(self) -> None:
        if self.on_error not in ("raise", "null"):
            raise ValueError(f'on_error is "raise" or "null", not {self.on_error!r}')


DEFAULT_ENVIRONMENT = Environment()

_environment = lru_cache(maxsize=64)(Environment)
"""Makes the same environment of the same settings: making it anew would be a tenth of checking a short rule."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """A text, read and checked once. What more there is to say is worked out when it is asked for."""

    environment: Environment
    parsed: ParseResult
    checked: Checked | None  # None when the text is broken or past a limit
    _diagnostics: Lazy[tuple[Diagnostic, ...]] = field(repr=False)
    _checked_repaired: Lazy[Checked | None] = field(repr=False)

    @property
    def text(self) -> str:
        """The text."""
        return self.parsed.text

    @property
    def ok(self) -> bool:
        """Whether the text is a rule without errors (warnings are allowed)."""
        return self.checked is not None and self.checked.ok

    @property
    def check_diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the text, in its order, and what the checker warns of; nothing of style."""
        return self.parsed.errors if self.checked is None else self.checked.diagnostics

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything there is to say, in the order of the text: syntax, names, types, and what is seldom meant."""
        return self._diagnostics.get()

    @property
    def checked_repaired(self) -> Checked | None:
        """The types of what a broken text was meant to be, spans in the broken text; None where that is not known."""
        return self._checked_repaired.get()


def analyze(text: str, environment: Environment = DEFAULT_ENVIRONMENT) -> Analysis:
    """A text, read and checked in its environment. Never raises for a text, whatever it is.

    Raises ValueError, when the diagnostics are asked for, if the environment switches warnings that do not exist.

    >>> analysis = analyze("currentTxn.value>500&&currentTxn.value<100")
    >>> analysis.ok, [diagnostic.code for diagnostic in analysis.diagnostics]
    (True, ['contradiction'])
    >>> analysis = analyze("currentTxn.value=500")
    >>> analysis.ok, analysis.checked, analysis.checked_repaired.type
    (False, None, 'boolean:primitive')
    """
    parsed = parse_text(text, environment.limits)
    checked = None if parsed.tree is None else _check_text(text, parsed.tree, environment)
    return Analysis(
        environment=environment,
        parsed=parsed,
        checked=checked,
        _diagnostics=Lazy(lambda: _all_diagnostics(parsed, checked, environment)),
        _checked_repaired=Lazy(lambda: None if parsed.repaired is None else check_in(parsed.repaired, environment)),
    )


def _check_text(text: str, tree: Expr, environment: Environment) -> Checked:
    """The tree of a text, checked; a string that holds a rule is offered without its quotes."""
    checked = check_in(tree, environment)
    if type(tree) is not StringLiteral or environment.expect != "boolean":
        return checked
    from targetexpr.base.diagnostics import Edit, Fix
    from targetexpr.base.source import Span
    from targetexpr.syntax.recovery.diagnose import rule_inside

    inside = rule_inside(text, environment.limits)
    rule = parse_text(inside, environment.limits).tree if inside is not None else None
    if inside is None or rule is None or (check_in(rule, environment).type or "") != BOOLEAN:
        return checked
    fix = Fix("Remove the quotes", (Edit(Span(0, len(text)), inside),))
    hint = "The string holds a rule; remove the quotes around it."
    found = [replace(one, hint=hint, fixes=(fix,)) if one.code == "result-type" else one for one in checked.diagnostics]
    return replace(checked, diagnostics=tuple(found))


def check_in(
    tree: Expr,
    environment: Environment,
    *,
    pointers: Callable[[int], str] | None = None,
    places: Sequence[Span] | None = None,
) -> Checked:
    """A tree, checked in an environment. `pointers` and `places` tell where the nodes of one from JSON stood there."""
    checked = check_tree(
        tree,
        environment.schema,
        event=environment.event,
        expect=environment.expect,
        strict=environment.strict,
        pointers=pointers,
        places=places,
        most=environment.limits.diagnostics,
    )
    if environment.limits.cost is None or not checked.ok:
        return checked
    from targetexpr.checking.cost import too_costly

    costly = too_costly(checked, environment.limits.cost)
    if costly is checked or pointers is None:
        return costly
    *others, found = costly.diagnostics
    span = found.span if places is None else places[0]
    return replace(checked, diagnostics=(*others, replace(found, pointer=pointers(0), span=span)))


def cost(
    expression: str | Expr,
    schema: Schema | None = None,
    *,
    event: str | None = None,
    expect: Expected | None = None,
    sizes: Sizes | None = None,
) -> Cost:
    """At most how many steps a rule takes for one record: nodes evaluated, values read, ten characters looked at.

    `sizes` says how large data is taken to be; the bound holds for records that are no larger. `Limits(cost=…)` makes
    a rule that costs more an error, for the default sizes. Raises ExpressionError for a rule with an error.

    >>> print(cost("currentTxn.value>500"))
    at most 6 steps (nodes 6)
    >>> from targetexpr import Limits, Sizes
    >>> cost('currentTxn.basketIncludes("brand","Puma")', sizes=Sizes(line_items=1000)).steps
    11006
    >>> check('currentTxn.basketIncludes("brand","Puma")', limits=Limits(cost=1000)).diagnostics[0].code
    'too-costly'
    """
    from targetexpr.checking.cost import DEFAULT_SIZES, estimate

    checked = check(expression, schema, event=event, expect=expect)
    if not checked.ok:
        raise ExpressionError(checked.diagnostics, expression if isinstance(expression, str) else None)
    return estimate(checked, sizes or DEFAULT_SIZES)


def _all_diagnostics(parsed: ParseResult, checked: Checked | None, environment: Environment) -> tuple[Diagnostic, ...]:
    if checked is None:
        return parsed.errors
    found = [*checked.diagnostics, *_lint(checked, environment), *parsed.diagnostics]
    return enabled(found, checked.schema, environment)


def enabled(diagnostics: Iterable[Diagnostic], schema: Schema, environment: Environment) -> tuple[Diagnostic, ...]:
    """Diagnostics in the order of the text, without the warnings that the schema or the environment switches off."""
    from targetexpr.checking.lint import CODES, enabled_codes

    keep = enabled_codes(schema, on=environment.on, off=environment.off)
    kept = [one for one in diagnostics if one.is_error or one.code in keep or one.code not in CODES]
    return tuple(sorted(kept, key=lambda one: (one.span, not one.is_error)))


def _lint(checked: Checked, environment: Environment) -> list[Diagnostic]:
    from targetexpr.checking.lint import lint as lint_tree
    from targetexpr.syntax.printer import to_text

    return lint_tree(checked, write=to_text, on=environment.on, off=environment.off)


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
    environment = _environment(schema=schema, event=event, expect=expect, strict=strict, limits=limits)
    return checked_or_raise(expression, environment)


def checked_or_raise(expression: str | Expr, environment: Environment) -> Checked:
    """What `analyze` knows of the types of a text, or the same of a tree. Raises ExpressionError for a broken text."""
    if isinstance(expression, str):
        return _check_text(expression, parse(expression, limits=environment.limits), environment)
    return check_in(expression, environment)


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
    environment = _environment(schema=schema, event=event, expect=expect, strict=strict, limits=limits)
    checked = check_in(decoded.tree, environment, pointers=decoded.pointer, places=decoded.spans)
    differing = compare_types(
        checked, decoded.types, decoded.name_types, decoded.pointer, decoded.spans, limits.diagnostics
    )
    if not differing:
        return checked
    return replace(checked, diagnostics=tuple(capped([*checked.diagnostics, *differing], limits.diagnostics)))


Agreement: TypeAlias = Literal["same", "same but for needless arguments", "same after repair"]
"""How a text and the tree of the JSON beside it agree."""

_PARENTHESES = frozenset({"missing-paren", "extra-paren"})


def agreement(parsed: ParseResult, tree: Expr) -> Agreement | None:
    """How a text agrees with the tree of its JSON; None when it does not.

    The platform's own editor stores JSON without the arguments of methods that take none, and JSON of the repaired
    text beside a text with loose parentheses.

    >>> agreement(parse_text('a.isNotNull("")'), parse("a.isNotNull()")), agreement(parse_text("(a>5"), parse("a>5"))
    ('same but for needless arguments', 'same after repair')
    """
    from targetexpr.checking.written import without_needless

    if parsed.tree is not None and parsed.tree == tree:
        return "same"
    if parsed.tree is not None:
        return "same but for needless arguments" if without_needless(parsed.tree) == without_needless(tree) else None
    if any(one.code not in _PARENTHESES for one in parsed.errors) or parsed.repaired is None:
        return None
    return "same after repair" if without_needless(parsed.repaired) == without_needless(tree) else None


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
    environment = Environment(schema=schema, event=event, expect=None, on=frozenset(on), off=frozenset(off))
    if not isinstance(expression, str):
        checked = expression if isinstance(expression, Checked) else check_in(expression, environment)
        return _lint(checked, environment)
    analysis = analyze(expression, environment)
    if analysis.checked is None:
        raise ExpressionError(analysis.parsed.errors, expression)
    from targetexpr.checking.lint import enabled_codes

    found = _lint(analysis.checked, environment)
    if "mixed-logic" in enabled_codes(analysis.checked.schema, on=on, off=off):
        found += [diagnostic for diagnostic in analysis.parsed.diagnostics if diagnostic.code == "mixed-logic"]
    return sorted(found, key=lambda diagnostic: (diagnostic.span, diagnostic.code))


def to_json(
    expr: Expr | Checked,
    style: JsonStyle = "compact",
    *,
    types: Sequence[str | None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """The expressionJson of a tree; of a checked one, with the types of its parts.

    Of a checked tree, arguments of methods that take none are left out, as the platform's own editor does.
    `compact` has no white space; `editor` is the layout of the platform's rule editor. `types` gives a type, or None,
    for each node in preorder, in place of those of a checked tree. Raises ExpressionError (`too-large`) for output
    past `limits.json` characters.

    >>> to_json(check("true"))
    '{"arity":"literal","value":"true","type":"boolean:primitive"}'
    """
    if isinstance(expr, Checked):
        from targetexpr.checking.written import as_written

        expr, made = as_written(expr) if types is None else (expr.expr, types)
        return encode(expr, style, types=made, limits=limits)
    return encode(expr, style, types=types, limits=limits)
