"""One context as a table of one row: each column that a rule needs, of whatever type polars finds for its value."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from targetexpr import Rule, compile  # noqa: A004
from targetexpr.running.context import ContextReader
from targetexpr.running.meanings import look_up
from targetexpr.running.program import LookUp
from targetexpr.tables.lowering import looked_up_name
from targetexpr.tables.mapping import needed, places
from tests.tables.engines import column, engines_for, table_of


def condition(text: str, value: object) -> str:
    """A condition that is true when an expression comes out as a value."""
    match value:
        case None:
            return f"({text}).isNull()"
        case bool():
            return f"({text})=={str(value).lower()}"
        case int() | Decimal():
            return f"({text})=={value:f}".replace("==-", "==0-")
        case str():
            return f'({text})=="{value}"'
        case _:
            raise AssertionError(f"{text} comes out as {value!r}")


def as_row(rule: Rule, context: dict[str, object]) -> dict[str, object]:
    """The cells that the rule needs, by the names of their columns."""
    program = rule._program
    reader = ContextReader(rule._reader.zone, lenient=True)
    cells: dict[str, object] = {}
    for name, (profile, steps) in places(program).items():
        held = context.get(profile)
        if not isinstance(held, dict):
            cells[name] = None
        elif len(steps) == 1:
            cells[name] = reader.raw(held, profile, steps[0])
    for index, operation in program.operations.items():
        name_ = looked_up_name(program, index) if isinstance(operation, LookUp) else None
        if isinstance(operation, LookUp) and name_ is not None:
            held = context.get(operation.profile)
            arguments = [program.constants[operand] for operand in program.operands[index]]
            found = look_up(reader, held, operation.profile, operation.name, arguments) if isinstance(held, dict) else 0
            cells[name_] = found
    for names in needed(program):
        if len(names) > 1 and any(cells.get(name) is not None for name in names):
            for name in names:
                if cells.get(name) is None:
                    del cells[name]  # an attribute that is computed from line items, or the other way round
    return cells


def as_frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    """The rows as a frame; values that no type of polars holds are objects."""
    columns = {"id": pl.Series("id", range(len(rows)))}
    for name in rows[0]:
        values = [row[name] for row in rows]
        try:
            columns[name] = pl.Series(name, values, strict=True)
        except (TypeError, OverflowError, ValueError, pl.exceptions.PolarsError):
            columns[name] = pl.Series(name, values, dtype=pl.Object)
    return pl.DataFrame(columns)


def same_in_a_table(text: str, context: dict[str, object], timezone: str = "UTC") -> bool:
    """Checks one row against the rule itself; whether it was decided by columns alone."""
    value = compile(text, expect=None, on_error="null", timezone=timezone).evaluate(context)
    rule = compile(condition(text, value), on_error="null", timezone=timezone)
    frame = as_frame([as_row(rule, context)])
    expected = rule.evaluate(context)
    by_columns = True
    for engine in engines_for(frame):
        verdicts = rule.on(table_of(engine, frame), rows=True)
        assert column(verdicts) == [expected], (rule.text, engine, frame)
        by_columns = by_columns and verdicts.undecided == 0
    return by_columns
