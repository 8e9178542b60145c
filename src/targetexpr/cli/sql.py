"""`targetexpr sql`: a rule as a query for a warehouse, and a query that proves what it assumes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.errors import InputError
from targetexpr.base.source import Input
from targetexpr.cli.inputs import add_input, add_output, one_rule, print_json, refuse
from targetexpr.console.configuration import settle
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.options import add
from targetexpr.console.schemas import add_event, add_schema, load

if TYPE_CHECKING:
    from targetexpr.rule import Rule
    from targetexpr.tables.errors import NotLowerable
    from targetexpr.tables.query import Query

DESCRIPTION = """\
Print a rule as SQL: the rows of a table with the rule's verdict beside each, TRUE, FALSE, or NULL where the rule is
null. Columns are named as in the rule ("currentTxn.value"). Numbers are compared exactly as long as the columns hold
what is assumed of them; the second query says whether they do (holds), so run it first. --script prints both as a
program for spark-submit, which runs the proof first and needs nothing but Spark.
Status 1: the rule has no exact form in SQL; 2: the rule is invalid."""
EXAMPLES = """\
  targetexpr sql 'currentTxn.value>500'
  targetexpr sql --dialect spark --from sales.bills -f rule.txt
  targetexpr sql --dialect spark --script -f rule.txt > rule.py; spark-submit rule.py bills.parquet
  targetexpr sql 'currentTxn.points>=100' --type 'currentTxn.points=int'
  targetexpr sql 'currentTxn.value>500' --output json"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_input(parser, "rule")
    add(parser, "--dialect", "--from", "--columns", "--type", "--decimals", "--script", "--timezone")
    add_schema(parser)
    add_event(parser)
    add_output(parser)


def run(options: Namespace) -> int:
    """Print both queries, or why there are none."""
    from targetexpr.tables.errors import NotLowerable, TableError
    from targetexpr.tables.spark_script import VIEW, spark_script

    source = one_rule(options)
    settle(options, source)
    types = _types(options.type)
    if options.script and (options.dialect != "spark" or options.output == "json"):
        raise InputError("--script is a program for Spark: it takes --dialect spark, and no --output")
    try:
        rule = _rule(source, options)
        query = rule.to_sql(
            options.dialect,
            table=VIEW if options.script else getattr(options, "from"),
            columns=_columns(options),
            types=types,
            scale=int(options.decimals),
        )
    except ExpressionError as error:
        return refuse(options, source, error.diagnostics, BAD_INPUT)
    except NotLowerable as error:
        return refuse(options, source, [_diagnostic(error)], NO)
    except (TableError, ValueError) as error:
        raise InputError(str(error)) from None
    if options.script:
        print(spark_script(rule.text, query), end="")
    elif options.output == "json":
        print_json({"ok": True, "dialect": query.dialect, "condition": query.condition, **_queries(query)})
    else:
        print(_script(query, int(options.decimals)))
    return YES


def _rule(source: Input, options: Namespace) -> Rule:
    from targetexpr.rule import compile as compile_rule

    text = source.text.rstrip("\r\n") if source.name else source.text
    return compile_rule(text, load(options), event=options.event, timezone=options.timezone, on_error="null")


def _columns(options: Namespace) -> dict[str, tuple[str, ...]] | None:
    """Which column is what, as `targetexpr data map` writes it."""
    if options.columns is None:
        return None
    from targetexpr.console.files import read_file
    from targetexpr.records.map_file import read_map

    source = read_file(options.columns)
    found = read_map(source.text, source.name or options.columns)
    return {name: tuple(names) for name, names in found.columns.items()}


def _types(given: list[str]) -> dict[str, str]:
    """`currentTxn.points=int` as a name and a type."""
    found: dict[str, str] = {}
    for one in given:
        name, equals, type_ = one.partition("=")
        if not equals or not name.strip() or not type_.strip():
            raise InputError(f"--type: expected NAME=TYPE, as currentTxn.points=int, not {one!r}")
        found[name.strip()] = type_.strip()
    return found


def _diagnostic(error: NotLowerable) -> Diagnostic:
    """A part of the rule that has no form in columns, at its place."""
    return Diagnostic(
        code="not-in-sql",
        severity="error",
        span=error.span,
        message=f"No exact form in SQL: {error.reason}.",
        hint="`targetexpr eval` runs the rule record by record.",
    )


def _queries(query: Query) -> dict[str, object]:
    return {"query": query.text, "proof": query.proof}


def _script(query: Query, decimals: int) -> str:
    """Both queries, with what they mean and assume as comments."""
    return "\n".join(
        [
            "-- verdict: TRUE, FALSE, or NULL where the rule is null because a value is missing",
            f"{query.text};",
            "",
            f"-- exact while numbers have {decimals} decimals at most and are not huge; holds says whether they do",
            f"{query.proof};",
        ]
    )
