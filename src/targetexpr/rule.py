"""The pipeline on one page: text, tree, checked tree, program, generated code; and the rule that comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, cast, overload

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.lazy import Lazy
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
from targetexpr.checking.checker import Expected
from targetexpr.checking.result import Checked, Read
from targetexpr.front import Environment, OnError, checked_or_raise
from targetexpr.lang.nodes import Expr
from targetexpr.lang.schema.schema import Schema
from targetexpr.running.codegen.fast import generate
from targetexpr.running.coercion import Value, time_zone
from targetexpr.running.context import ContextReader
from targetexpr.running.program import Program, lower

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from targetexpr.running.codegen.loops import Loops
    from targetexpr.running.explaining.explanation import Explanation
    from targetexpr.syntax.json_encoder import JsonStyle
    from targetexpr.syntax.printer import Printed
    from targetexpr.tables.dialects import DialectName
    from targetexpr.tables.mapping import ColumnNames
    from targetexpr.tables.query import Query
    from targetexpr.tables.verdicts import Verdicts

Context: TypeAlias = Mapping[str, object]
"""Profiles by name, each a dict: `{"currentTxn": {"value": 500}}`."""

MOST_CACHED = 1024
"""Compiled rules that are kept for the next time the same text is compiled."""

_LONGEST_CACHED = 4_096  # characters of text; longer rules are compiled anew, so that four million are kept at most


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
    compiler = _cached if type(text) is str and len(text) <= _LONGEST_CACHED else _compiled
    return compiler(text, schema, event, timezone, on_error, expect, limits or DEFAULT_LIMITS)


def _compiled(
    text: str | Expr,
    schema: Schema | None,
    event: str | None,
    timezone: str,
    on_error: OnError,
    expect: Expected | None,
    limits: Limits,
) -> Rule:
    environment = Environment(
        schema=schema, event=event, timezone=timezone, on_error=on_error, expect=expect, limits=limits
    )
    return compile_in(text, environment)


_cached = lru_cache(maxsize=MOST_CACHED)(_compiled)


def compile_in(text: str | Expr, environment: Environment) -> Rule:
    """A rule for an environment, made anew: the pipeline."""
    zone = time_zone(environment.timezone)
    checked = checked_or_raise(text, environment)
    if not checked.ok:
        raise ExpressionError(checked.diagnostics, text if isinstance(text, str) else None)
    program = lower(checked)
    reader = ContextReader(zone, lenient=environment.on_error == "null")
    matches, evaluate = generate(program, reader)
    return Rule(
        matches=matches,
        evaluate=evaluate,
        _loops=Lazy(lambda: _loops(program, reader)),
        _environment=environment,
        _program=program,
        _reader=reader,
        _source=text if isinstance(text, str) else Lazy(lambda: _printed(text)),
    )


def _loops(program: Program, reader: ContextReader) -> Loops:
    from targetexpr.running.codegen.loops import generate_loops

    return generate_loops(program, reader)


def _printed(tree: Expr) -> Printed:
    from targetexpr.syntax.printer import print_with_spans

    return print_with_spans(tree)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Rule:
    """A compiled rule. Immutable, safe to share between threads, and picklable. Made by `compile`.

    `matches(context)` is the verdict: True when the rule is true, False when it is false or null.
    `evaluate(context)` is the value: bool, int, Decimal, str, an aware datetime, or None for null.
    Both raise DataError at the first value that does not fit, unless the rule was compiled with `on_error="null"`.

    A context is a dict of profiles: `{"currentTxn": {"value": 320}, "currentCustomer": {...}}`. It may hold code: a
    mapping of your own, or functions for methods whose results are data. What such code raises comes out of whatever
    was called (`matches`, `evaluate`, `explain`, `count`, `select`) as it is, whatever `on_error` says: it is no value
    that does not fit. Three are understood: LookupError and TypeError of a context that is asked for a profile mean
    that there is none, KeyError of a profile that there is no such field, and DataError is the rule's own.

    >>> rule = compile('currentTxn.value>500||currentCustomer.slabName=="Gold"')
    >>> rule.evaluate({"currentTxn": {"value": None}, "currentCustomer": {"slabName": "Silver"}}) is None
    True
    """

    # Named here: with `slots=True`, Python 3.11 raises TypeError where a name that is no field is set.
    __slots__ = ("_environment", "_loops", "_program", "_reader", "_source", "evaluate", "matches")

    matches: Callable[[Context], bool]
    """The verdict for a context: whether the rule is true."""
    evaluate: Callable[[Context], Value]
    """The value of the rule for a context."""
    _loops: Lazy[Loops]
    _environment: Environment
    _program: Program
    _reader: ContextReader
    _source: str | Lazy[Printed]  # of a tree, its text with the spans of its nodes there

    def count(self, contexts: Iterable[Context]) -> int:
        """For how many contexts the rule is true: `matches` of each, in one loop without a call for each.

        >>> bills = [{"currentTxn": {"value": value}} for value in (620, 500, 501)]
        >>> compile("currentTxn.value>500").count(bills)
        2
        """
        return self._loops.get().count(contexts)

    def select(self, contexts: Iterable[Context]) -> list[Context]:
        """The contexts for which the rule is true, in their order.

        >>> bills = [{"currentTxn": {"value": value}} for value in (620, 500)]
        >>> compile("currentTxn.value>500").select(bills)
        [{'currentTxn': {'value': 620}}]
        """
        return cast("list[Context]", self._loops.get().select(contexts))

    @property
    def text(self) -> str:
        """The text it was compiled from; of a rule made from a tree, the tree as text."""
        return self._source if isinstance(self._source, str) else self._source.get().text

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
    def timezone(self) -> str:
        """The time zone of the rule's clock, as it was given."""
        return self._environment.timezone

    @property
    def on_error(self) -> OnError:
        """What becomes of data that does not fit."""
        return self._environment.on_error

    @property
    def reads(self) -> tuple[Read, ...]:
        """What the rule depends on: attributes, and methods with their literal arguments, in the order of the text."""
        return self._program.checked.reads

    def to_json(self, style: JsonStyle = "compact") -> str:
        """The rule as typed expressionJson."""
        from targetexpr.front import to_json

        return to_json(self.checked, style)

    def explain(self, context: Context) -> Explanation:
        """Why the rule comes out as it does for a context: what was read, which side decided, what was not needed.

        A value that does not fit does not raise here; it is part of the explanation.
        """
        from targetexpr.running.explaining.explain import explain

        if isinstance(self._source, str):
            return explain(self._program, context, self._reader, self._source)
        printed = self._source.get()  # the spans of the tree, if any, point into another text
        return explain(self._program, context, self._reader, printed.text, printed.spans)

    def residual(self, context: Context, unknown: Collection[str] | None = None) -> Rule:
        """What is left to decide when only some profiles are known: a rule without the parts already decided.

        `unknown` names the profiles that are not known yet, by default those that the context does not have. Where
        full evaluation raises nothing, the residual of a part evaluates as the rule itself does on the whole.

        >>> rule = compile('currentCustomer.slabName=="Gold"&&currentTxn.value>500')
        >>> rule.residual({"currentCustomer": {"slabName": "Gold"}}).text
        'currentTxn.value>500'
        """
        from targetexpr.running.residual import residual

        return compile_in(residual(self._program, context, self._reader, unknown), self._environment)

    @overload
    def on(
        self,
        frame: pl.DataFrame,
        columns: ColumnNames | None = None,
        profile: str | None = None,
        rows: bool = False,
    ) -> Verdicts[pl.DataFrame, pl.Series]: ...
    @overload
    def on(
        self,
        frame: pl.LazyFrame,
        columns: ColumnNames | None = None,
        profile: str | None = None,
        rows: bool = False,
    ) -> Verdicts[pl.LazyFrame, pl.Series]: ...
    @overload
    def on(
        self,
        frame: duckdb.DuckDBPyRelation,
        columns: ColumnNames | None = None,
        profile: str | None = None,
        rows: bool = False,
    ) -> Verdicts[duckdb.DuckDBPyRelation, duckdb.DuckDBPyRelation]: ...
    @overload
    def on(
        self, frame: object, columns: ColumnNames | None = None, profile: str | None = None, rows: bool = False
    ) -> Verdicts[object, object]: ...
    def on(
        self, frame: object, columns: ColumnNames | None = None, profile: str | None = None, rows: bool = False
    ) -> object:
        """The verdicts of the rule over a table: a frame of polars (lazy too) or pandas, an Arrow table, a relation of
        DuckDB; what comes out is of the kind that was given.

        Columns are named as in the rule, `currentTxn.value`, or are fields of a struct column `currentTxn`; `columns`
        maps other names to those (`{"amount": "currentTxn.value"}`, or the path of a map in TOML), and bare names
        belong to `profile`. Verdicts are those of `evaluate` with `on_error="null"`, exactly; NaN is null. Raises
        MissingColumns, and NotLowerable for what has no exact form in columns; with `rows=True` such a rule runs row
        by row.

        >>> import polars
        >>> bills = polars.DataFrame({"currentTxn.value": [620.0, 500.0, None]})
        >>> compile("currentTxn.value>500").on(bills).counts()
        {True: 1, False: 1, None: 1}
        """
        from targetexpr.tables.on import verdicts_on

        return verdicts_on(self._program, self._reader, frame, columns, profile, rows)

    def to_sql(
        self,
        dialect: DialectName = "duckdb",
        *,
        table: str = "bills",
        columns: ColumnNames | None = None,
        types: Mapping[str, str] | None = None,
        scale: int = 2,
        bound: float = 1e7,
    ) -> Query:
        """The rule as SQL for a table that is elsewhere, with a query that proves what it assumes of the columns.

        Numbers are assumed to be doubles of at most `scale` decimals and of magnitudes up to `bound`, dates times with
        a zone; `types` says otherwise by name (`{"currentTxn.points": "decimal(4)"}`). The verdict is TRUE, FALSE, or
        NULL where the rule is null. Raises NotLowerable.

        >>> query = compile("currentTxn.value>500").to_sql("duckdb", columns={"amount": "currentTxn.value"})
        >>> print(query)
        SELECT *, ("amount" > 500.0e0) AS verdict FROM "bills"
        """
        from targetexpr.tables.query import to_sql

        return to_sql(
            self._program,
            self._reader.zone,
            dialect,
            table=table,
            columns=columns,
            types=types or {},
            scale=scale,
            bound=bound,
        )

    def to_polars(self, frame: pl.DataFrame | pl.LazyFrame, columns: ColumnNames | None = None) -> pl.Expr:
        """The rule as an expression over a frame: true, false or null for each row.

        It is exact for the columns as they are now, whose facts are looked for. Raises NotLowerable, also where some
        rows can only be decided by the rule itself.

        >>> import polars
        >>> bills = polars.DataFrame({"currentTxn.value": [620.0, 500.0]})
        >>> bills.filter(compile("currentTxn.value>500").to_polars(bills)).height
        1
        """
        from targetexpr.tables.on import to_polars

        return to_polars(self._program, self._reader.zone, frame, columns)

    def __reduce__(self) -> tuple[object, ...]:
        # What was generated cannot be pickled; it is made anew.
        return _restored, (self.text, self._environment)

    def __repr__(self) -> str:
        text = self.text
        return f"<Rule: {text if len(text) <= 80 else text[:77] + '...'}>"


def _restored(text: str, environment: Environment) -> Rule:
    return compile(
        text,
        environment.schema,
        event=environment.event,
        timezone=environment.timezone,
        on_error=environment.on_error,
        expect=environment.expect,
        limits=environment.limits,
    )
