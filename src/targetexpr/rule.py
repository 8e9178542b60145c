"""The pipeline on one page: text, tree, checked tree, program, generated code; and the rule that comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, cast

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
from targetexpr.checking.checker import Expected, check_tree
from targetexpr.checking.result import Checked, Read
from targetexpr.lang.nodes import Expr
from targetexpr.lang.schema.schema import Schema
from targetexpr.running.codegen.fast import generate
from targetexpr.running.coercion import OnError, Value, time_zone
from targetexpr.running.context import ContextReader
from targetexpr.running.program import Program, lower
from targetexpr.syntax.parser import parse

if TYPE_CHECKING:
    from targetexpr.running.explaining.explanation import Explanation
    from targetexpr.syntax.json_encoder import JsonStyle

Context: TypeAlias = Mapping[str, object]
"""Profiles by name, each a dict: `{"currentTxn": {"value": 500}}`."""

MOST_CACHED = 1024
"""Compiled rules that are kept for the next time the same text is compiled."""

_LONGEST_CACHED = 100_000  # characters of text; longer rules are compiled anew


def compile(  # noqa: A001 - the name the library promises
    text: str | Expr,
    schema: Schema | None = None,
    *,
    event: str | None = None,
    timezone: str = "UTC",
    on_error: OnError = "raise",
    expect: Expected | None = "boolean",
    limits: Limits | None = None,
) -> Rule:
    """A rule, ready to be evaluated.

    `schema` is the bundled one unless given; `event` is the event whose profiles the rule can use; `timezone` is the
    clock of the rule (an IANA name or an offset such as `+05:30`). `on_error` says what becomes of data that does not
    fit: `"raise"` raises DataError, `"null"` reads it as null. `expect` is the kind of value that the rule must come
    out as, None for any. Raises ExpressionError with everything that is wrong with the text, and ValueError for a
    time zone that does not exist. Compiling the same text in the same way again gives the same rule.

    >>> rule = compile("currentTxn.value>500")
    >>> rule.matches({"currentTxn": {"value": 500.1}})
    True
    """
    if type(text) is str and len(text) <= _LONGEST_CACHED:
        return _cached(text, schema, event, timezone, on_error, expect, limits)
    return _compile(text, schema, event, timezone, on_error, expect, limits)


def _compile(
    text: str | Expr,
    schema: Schema | None,
    event: str | None,
    timezone: str,
    on_error: OnError,
    expect: Expected | None,
    limits: Limits | None,
) -> Rule:
    if on_error not in ("raise", "null"):
        raise ValueError(f'on_error is "raise" or "null", not {on_error!r}')
    zone = time_zone(timezone)
    tree = parse(text, limits=limits or DEFAULT_LIMITS) if isinstance(text, str) else text
    checked = check_tree(tree, schema, event=event, expect=expect)
    if not checked.ok:
        raise ExpressionError(checked.diagnostics, text if isinstance(text, str) else None)
    program = lower(checked)
    reader = ContextReader(zone, lenient=on_error == "null")
    matches, evaluate = generate(program, reader)
    return Rule(text if isinstance(text, str) else None, program, reader, timezone, expect, limits, matches, evaluate)


_cached = lru_cache(maxsize=MOST_CACHED)(_compile)


class Rule:
    """A compiled rule. Immutable, safe to share between threads, and picklable.

    `matches(context)` is the verdict: True when the rule is true, False when it is false or null.
    `evaluate(context)` is the value: bool, int, Decimal, str, an aware datetime, or None for null.
    Both raise DataError at the first value that does not fit, unless the rule was compiled with `on_error="null"`.

    A context is a dict of profiles: `{"currentTxn": {"value": 320}, "currentCustomer": {...}}`.

    >>> rule = compile('currentTxn.value>500||currentCustomer.slabName=="Gold"')
    >>> rule.evaluate({"currentTxn": {"value": None}, "currentCustomer": {"slabName": "Silver"}}) is None
    True
    """

    __slots__ = (
        "_expect",
        "_from_tree",
        "_limits",
        "_program",
        "_reader",
        "_text",
        "evaluate",
        "matches",
        "timezone",
    )

    matches: Callable[[Context], bool]
    """The verdict for a context: whether the rule is true."""
    evaluate: Callable[[Context], Value]
    """The value of the rule for a context."""
    timezone: str
    """The time zone of the rule's clock, as it was given."""
    _expect: Expected | None
    _from_tree: bool
    _limits: Limits | None
    _program: Program
    _reader: ContextReader
    _text: str | None

    def __init__(
        self,
        text: str | None,
        program: Program,
        reader: ContextReader,
        timezone: str,
        expect: Expected | None,
        limits: Limits | None,
        matches: Callable[[object], bool],
        evaluate: Callable[[object], Value],
    ) -> None:
        """Rules are made by `compile`."""
        keep = object.__setattr__
        keep(self, "_text", text)
        keep(self, "_from_tree", text is None)
        keep(self, "_program", program)
        keep(self, "_reader", reader)
        keep(self, "_expect", expect)
        keep(self, "_limits", limits)
        keep(self, "timezone", timezone)
        keep(self, "matches", matches)
        keep(self, "evaluate", evaluate)

    @property
    def text(self) -> str:
        """The text it was compiled from."""
        if self._text is None:
            from targetexpr.syntax.printer import to_text

            object.__setattr__(self, "_text", to_text(self.expr))
        return cast("str", self._text)

    @property
    def checked(self) -> Checked:
        """The checked tree: types, what it reads, and warnings."""
        return self._program.checked

    @property
    def expr(self) -> Expr:
        """The tree."""
        return self._program.checked.expr

    @property
    def schema(self) -> Schema:
        """The schema it was checked against."""
        return self._program.checked.schema

    @property
    def event(self) -> str | None:
        """The event it was compiled for."""
        return self._program.checked.event

    @property
    def on_error(self) -> OnError:
        """What becomes of data that does not fit."""
        return "null" if self._reader.lenient else "raise"

    @property
    def reads(self) -> tuple[Read, ...]:
        """What the rule depends on: attributes, and methods with their literal arguments, in the order of the text."""
        return self._program.checked.reads

    def to_json(self, style: JsonStyle = "compact") -> str:
        """The rule as typed expressionJson."""
        from targetexpr.syntax.json_encoder import to_json

        return to_json(self.expr, style, types=self.checked.types)

    def explain(self, context: Context) -> Explanation:
        """Why the rule comes out as it does for a context: what was read, which side decided, what was not needed.

        A value that does not fit does not raise here; it is part of the explanation.
        """
        from targetexpr.running.explaining.explain import explain

        program = self._program
        if self._from_tree:  # its spans, if any, point into another text
            limits = Limits(text=len(self.text), nesting=len(self.text), nodes=len(self.text))
            program = lower(check_tree(parse(self.text, limits=limits), self.schema, event=self.event, expect=None))
        return explain(program, context, self._reader, self.text)

    def residual(self, context: Context, unknown: Collection[str] | None = None) -> Rule:
        """What is left to decide when only some profiles are known: a rule without the parts already decided.

        `unknown` names the profiles that are not known yet, by default those that the context does not have. Where
        full evaluation raises nothing, the residual of a part evaluates as the rule itself does on the whole.

        >>> rule = compile('currentCustomer.slabName=="Gold"&&currentTxn.value>500')
        >>> rule.residual({"currentCustomer": {"slabName": "Gold"}}).text
        'currentTxn.value>500'
        """
        from targetexpr.running.residual import residual

        tree = residual(self._program, context, self._reader, unknown)
        return _compile(tree, self.schema, self.event, self.timezone, self.on_error, self._expect, self._limits)

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"rules are immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"rules are immutable: cannot delete {name!r}")

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (
            self.text,
            self.schema,
            self.event,
            self.timezone,
            self.on_error,
            self._expect,
            self._limits,
        )

    def __repr__(self) -> str:
        text = self.text
        return f"<Rule: {text if len(text) <= 80 else text[:77] + '...'}>"


def _restored(
    text: str,
    schema: Schema,
    event: str | None,
    timezone: str,
    on_error: OnError,
    expect: Expected | None,
    limits: Limits | None,
) -> Rule:
    return compile(text, schema, event=event, timezone=timezone, on_error=on_error, expect=expect, limits=limits)
