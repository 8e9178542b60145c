"""Rules on a local Spark: the verdicts are those of the rule on each row, what is given back is a frame.

`pytest -m spark` needs Java and the extra `spark`; what takes long is behind `slow` as well.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import polars as pl
import pytest

from targetexpr import compile  # noqa: A004
from targetexpr.cli.main import main
from targetexpr.lang.functions import all_functions
from targetexpr.tables.errors import MissingColumns, NotLowerable, TableError
from targetexpr.tables.on import Table
from tests.corpus import evaluations
from tests.running import test_meaning
from tests.tables import documented, test_certificates
from tests.tables.engines import column, spark, table_of
from tests.tables.generated import Bills, contexts
from tests.tables.test_documented import TOPICS
from tests.tables.test_generated import compared
from tests.tables.test_verdicts import ALWAYS_CLOSE, RULES, ZONES

pytestmark = [pytest.mark.spark, pytest.mark.timeout(900)]

ZONE = "America/New_York"
SOME = [
    'currentTxn.value>=100&&(currentCustomer.slabName=="Gold"||currentTxn.value>=300)',
    "currentTxn.discount<=(((currentTxn.value+currentTxn.discount)*40)/100)",
    "currentTxn.value/3*3==currentTxn.value",
    "currentTxn.value%0.3==0.1",
    "currentTxn.points*2>=currentTxn.value",
    "currentCustomer.currentPoints==9007199254740993",
    "(currentTxn.value/0).isNull()",
    'currentTxn.value.interval("100,300,500")==2',
    'currentCustomer.firstname.matches("^[Jj]oh?n")',
    'currentCustomer.email.contains(".com")',
    "currentTxn.date.isHourBetween(1,3)",
    "currentTxn.date.day()==1||currentTxn.date.month()==3",
    "currentTxn.date.dateDiff(currentCustomer.joinDate)<=1",
    'currentTxn.basketSumIf("QUANTITY","GREATER_THAN_EQUALS_TO","3")>100',
    'currentTxn.basketIncludes("brand","Puma")&&!(currentCustomer.isLoyal&&currentCustomer.isControl)',
]
"""One of each family."""

HARD = compile('currentTxn.number.matches("(a+)+$")', on_error="null")
"""Java may take for ever for it, so no query says it."""


def bills(clean: bool, rows: int = 300) -> pl.DataFrame:
    return Bills(Random(7 if clean else 8), clean=clean).frame(rows)


@pytest.mark.parametrize("clean", [True, False], ids=["clean", "nasty"])
def test_fifteen_rules_in_one_zone(clean: bool) -> None:
    frame = bills(clean)
    rows, table = contexts(frame), Table(table_of("spark", frame))
    for text in SOME:
        rule = compile(text, timezone=ZONE, on_error="null")
        expected = [rule.evaluate(row) for row in rows]
        verdicts = rule.on(table)
        assert column(verdicts) == expected, text
        assert verdicts.undecided == 0 or not clean or text in ALWAYS_CLOSE, text


def test_what_is_given_back() -> None:
    frame = bills(True)
    given = table_of("spark", frame)
    rule = compile("currentTxn.value>300", on_error="null")
    expected = [rule.evaluate(row) for row in contexts(frame)]
    verdicts = rule.on(given)
    assert type(verdicts.column) is type(given)
    assert verdicts.counts() == {one: expected.count(one) for one in (True, False, None)}
    for verdict in (True, False, None):
        found = verdicts.where(verdict)
        assert type(found) is type(given)
        numbers = [row["currentTxn.number"] for row in found.collect()]  # type: ignore[attr-defined]
        marked = pl.Series([one is verdict for one in expected])
        assert numbers == frame.filter(marked)["currentTxn.number"].to_list()


def test_a_rule_that_no_query_says_runs_on_rows_in_the_workers() -> None:
    frame = bills(False)
    given = table_of("spark", frame)
    with pytest.raises(NotLowerable, match="Java may take more than linear time"):
        HARD.on(given)
    verdicts = HARD.on(given, rows=True)
    assert column(verdicts) == [HARD.evaluate(row) for row in contexts(frame)]
    assert verdicts.undecided == len(frame)


def test_rows_of_every_type_reach_the_rule() -> None:
    """Items, maps, decimals, times and texts, as the rule itself reads them."""
    frame = bills(False)
    text = " || ".join(
        [
            'currentTxn.number.matches("(a+)+$")',
            'currentTxn.basketSumIf("QUANTITY","GREATER_THAN_EQUALS_TO","3")>100',
            'currentTxn.basketIncludes("brand","Puma") && currentTxn.points>0.5',
            'currentCustomer.customFieldValueIncludes("hobbies","golf") && currentTxn.date.isHourBetween(1,12)',
        ]
    )
    rule = compile(text, timezone=ZONE, on_error="null")
    expected = [rule.evaluate(row) for row in contexts(frame)]
    assert len(set(expected)) > 1
    assert column(rule.on(table_of("spark", frame), rows=True)) == expected


def test_floats_of_32_bits() -> None:
    """Java writes some with more digits than they need; cast, or by row, they are what Python takes them for."""
    values = [0.1, 0.3, 620.25, 1e10, 3.4028234663852886e38, 2e-45, None]
    frame = pl.DataFrame({"currentTxn.value": pl.Series(values, dtype=pl.Float32)})
    rule = compile("currentTxn.value>=0.3", on_error="null")
    with pytest.raises(NotLowerable, match="floats of 32 bits"):
        rule.on(table_of("spark", frame))
    assert column(rule.on(table_of("spark", frame), rows=True)) == [False, True, True, True, True, False, None]


def test_many_rules_are_counted_in_one_query() -> None:
    from targetexpr import RuleSet

    frame = bills(True)
    texts = {"large": "currentTxn.value>300", "tie": SOME[1], "gold": 'currentCustomer.slabName=="Gold"'}
    rules = {name: compile(text, on_error="null") for name, text in texts.items()}
    rows = contexts(frame)
    counts = RuleSet(rules).on(table_of("spark", frame)).counts()
    for name, rule in rules.items():
        expected = [rule.evaluate(row) for row in rows]
        assert counts[name] == {one: expected.count(one) for one in (True, False, None)}


def test_values_that_do_not_fit_are_counted() -> None:
    frame = pl.DataFrame({"currentTxn.value": ["620", "much", "500", None, "more"]})
    verdicts = compile("currentTxn.value>500", on_error="null").on(table_of("spark", frame))
    assert column(verdicts) == [True, None, False, None, None]
    invalid = verdicts.invalid["currentTxn.value"]
    assert (invalid.count, invalid.expected, invalid.values) == (2, "number", ("much", "more"))


def test_columns_under_other_names_and_missing_ones() -> None:
    given = spark().createDataFrame([(620.0, "Gold"), (80.0, "Silver")], ["amount", "slab"])
    rule = compile("currentTxn.value>500", on_error="null")
    assert rule.on(given, columns={"amount": "currentTxn.value"}).counts() == {True: 1, False: 1, None: 0}
    with pytest.raises(MissingColumns, match=r"no column for `currentTxn\.value`"):
        rule.on(given)
    with pytest.raises(TableError, match="is no table"):
        rule.on(given.schema)


def test_the_query_runs_in_a_session() -> None:
    frame = bills(True)
    spark().createDataFrame(frame.to_arrow()).createOrReplaceTempView("may")
    rule = compile(SOME[1], on_error="null")
    query = rule.to_sql("spark", table="may")
    assert [row.holds for row in spark().sql(query.proof).collect()] == [True]
    found = [row.verdict for row in spark().sql(query.text).collect()]
    assert found == [rule.evaluate(row) for row in contexts(frame)]


def test_the_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The program that `targetexpr sql --script` prints, run by spark-submit."""
    assert main(["sql", "currentTxn.value>500", "--dialect", "spark", "--script"]) == 0
    script, data, output = tmp_path / "rule.py", tmp_path / "bills.parquet", tmp_path / "verdicts"
    script.write_text(capsys.readouterr().out, encoding="utf-8")
    pl.DataFrame({"currentTxn.value": [620.0, 80.0, None, 500.01]}).write_parquet(data)

    def submit(*arguments: Path) -> subprocess.CompletedProcess[str]:
        call = [Path(sys.executable).parent / "spark-submit", "--master", "local[1]", script, *arguments]
        return subprocess.run(call, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    done = submit(data, output)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "4 rows, 2 yes, 1 no, 1 null"  # Spark may print warnings before
    written = pl.read_parquet(f"{output}/*.parquet").sort("currentTxn.value")
    assert written["verdict"].to_list() == [None, False, True, True]
    pl.DataFrame({"currentTxn.value": [620.0, float("nan")]}).write_parquet(data)
    refused = submit(data)
    assert refused.returncode == 1
    assert "nothing was done" in refused.stdout + refused.stderr  # of Python, Spark prints both alike


# ---- what takes long


@pytest.mark.slow
@pytest.mark.parametrize("clean", [True, False], ids=["clean", "nasty"])
@pytest.mark.parametrize("zone", ZONES)
def test_every_family(zone: str, clean: bool) -> None:
    frame = bills(clean, 600)
    rows, table = contexts(frame), Table(table_of("spark", frame))
    for text in RULES:
        rule = compile(text, timezone=zone, on_error="null")
        verdicts = rule.on(table, rows=True)
        assert column(verdicts) == [rule.evaluate(row) for row in rows], text


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_fifty_thousand_verdicts() -> None:
    told: Counter[str] = Counter()
    seed = 100
    while told["by columns"] < 50_000:
        told += compared("spark", seed, 15, 1000)
        seed += 1
    print(told)


@pytest.fixture
def only_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested on all engines is tested on this one."""
    unknown = {pl.Object, pl.Int128}  # types that Spark does not have
    monkeypatch.setattr(documented, "engines_for", lambda frame: () if unknown & set(frame.dtypes) else ("spark",))
    monkeypatch.setattr(test_certificates, "ENGINES", ("spark",))


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.usefixtures("only_spark")
def test_examples_of_the_declarations() -> None:
    for function in all_functions():
        for example in function.examples:
            documented.same_in_a_table(example.expression, dict(example.context))


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.usefixtures("only_spark")
@pytest.mark.parametrize("topic", TOPICS)
def test_meaning_cases(topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def holds(text: str, context: dict[str, object], expected: object, **options: str) -> None:
        del expected  # what the rule itself says of it is tested where the case is at home
        documented.same_in_a_table(text, context, **options)

    monkeypatch.setattr(test_meaning, "holds", holds)
    for case in evaluations(topic):
        TOPICS[topic](case)


@pytest.mark.slow
@pytest.mark.usefixtures("only_spark")
@pytest.mark.parametrize("operator", test_certificates.OPERATORS)
def test_ties_and_neighbours(operator: str) -> None:
    test_certificates.test_ties_are_seen_in_doubles("0.01", operator)
    test_certificates.test_neighbours_of_one_ulp(test_certificates.R4, operator)


@pytest.mark.slow
@pytest.mark.usefixtures("only_spark")
@pytest.mark.parametrize("zone", test_certificates.ZONES)
@pytest.mark.parametrize("how", ["naive", "instant", "milliseconds"])  # texts are read by row
def test_clocks_at_every_change(zone: str, how: str) -> None:
    test_certificates.test_clocks_at_every_change(zone, how)
