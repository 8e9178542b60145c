"""Random rules over generated tables: what columns say, the rule says; a rule without a form in columns runs by row."""

from __future__ import annotations

from collections import Counter
from random import Random

import polars as pl
import pytest

from targetexpr import Rule, compile  # noqa: A004
from targetexpr.running.program import LookUp
from targetexpr.tables.lowering import looked_up_name
from targetexpr.tables.on import Table
from tests.running.generated import TEXTS, ZONES, Rules
from tests.sampling import sampled
from tests.tables.engines import ENGINES, Engine, column, table_of
from tests.tables.generated import Bills, contexts


def looked_up(rule: Rule, random: Random, rows: int) -> dict[str, pl.Series]:
    """Columns for the methods that the data holds."""
    program = rule._program
    found = {}
    for index, operation in program.operations.items():
        name = looked_up_name(program, index) if isinstance(operation, LookUp) else None
        if name is None:
            continue
        match program.kinds[index]:
            case "boolean":
                values: list[object] = [random.choice([True, False, None]) for _ in range(rows)]
            case "number":
                values = [random.choice([0.1, 100.0, 400.0, None]) for _ in range(rows)]
            case _:
                values = [random.choice([*TEXTS[:4], None]) for _ in range(rows)]
        found[name] = pl.Series(name, values)
    return found


def with_lookups(context: dict[str, dict[str, object]], rule: Rule, cells: dict[str, object]) -> dict[str, object]:
    """A context in which those methods have the results of the columns."""
    program = rule._program
    full: dict[str, object] = {profile: dict(held) for profile, held in context.items()}
    for index, operation in program.operations.items():
        name = looked_up_name(program, index) if isinstance(operation, LookUp) else None
        if isinstance(operation, LookUp) and name is not None:
            held = full[operation.profile]
            assert isinstance(held, dict)
            answers = {looked_up_name(program, index): cells[name]}
            held.setdefault(operation.name, _Answers(rule)).known.update(answers)
    return full


class _Answers:
    """A method of the data that looks its results up."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.known: dict[str | None, object] = {}

    def __call__(self, *arguments: object) -> object:
        texts = ", ".join(str(argument) for argument in arguments)
        return next((value for name, value in self.known.items() if name and name.endswith(f"({texts})")), None)


def compared(engine: Engine, seed: int, rules: int, rows: int) -> Counter[str]:
    """Random rules over one clean and one nasty table; what came of them, by kind."""
    random = Random(seed)
    told: Counter[str] = Counter()
    for clean in (True, False):
        frame = Bills(random, clean=clean).frame(rows)
        plain, table = contexts(frame), Table(table_of(engine, frame))
        for _ in range(rules):
            zone = random.choice(ZONES)
            rule = compile(Rules(random).rule(random.choice([1, 2, 3])), timezone=zone, on_error="null")
            extra = looked_up(rule, random, rows)
            whole = table if not extra else Table(table_of(engine, frame.with_columns(**extra)))
            given = [
                with_lookups(context, rule, {name: cells[at] for name, cells in extra.items()}) if extra else context
                for at, context in enumerate(plain)
            ]
            expected = [rule.evaluate(context) for context in given]
            if any(looked_up_name(rule._program, at) is None for at in lookups(rule)):
                told["look-up without a column"] += 1
                continue
            verdicts = rule.on(whole, rows=True)
            assert column(verdicts) == expected, (engine, seed, zone, rule.text)
            told["by row" if verdicts.undecided == rows else "by columns"] += rows
    return told


def lookups(rule: Rule) -> list[int]:
    return [index for index, operation in rule._program.operations.items() if isinstance(operation, LookUp)]


@pytest.mark.parametrize("seed", sampled(range(3), keep=1))
@pytest.mark.parametrize("engine", ENGINES)
def test_random_rules(engine: Engine, seed: int) -> None:
    told = compared(engine, seed, 40, 150)
    assert told["by columns"] > told["by row"] * 2


PARTS = 10


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("engine", ENGINES)
def test_a_million_verdicts(engine: Engine, part: int) -> None:
    """A tenth of a million by columns in each part, of other rules and rows: `-k "duckdb"` runs one engine."""
    told: Counter[str] = Counter()
    seed = 100 + part
    while told["by columns"] < 1_000_000 // PARTS:
        told += compared(engine, seed, 20, 3000)
        seed += PARTS
    print(engine, part, dict(told))
