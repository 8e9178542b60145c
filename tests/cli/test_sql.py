"""`targetexpr sql`: queries that run, and say what the rule says; and why there is none."""

from __future__ import annotations

import json

import duckdb
import pytest

from targetexpr import compile  # noqa: A004
from targetexpr.cli.main import main

Captured = pytest.CaptureFixture[str]

ROWS = [(620.0, 20.0), (500.0, 200.0), (None, 1.0), (100.0, 66.66), (100.0, 66.67)]
RULES = [
    "currentTxn.value>500",
    "currentTxn.discount<=((currentTxn.value+currentTxn.discount)*40)/100",
    "currentTxn.value>=100&&currentTxn.discount<100",
]


def queries(capsys: Captured, *call: str) -> dict[str, str]:
    assert main(["sql", *call, "--output", "json"]) == 0
    found: dict[str, str] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("text", RULES)
def test_the_query_says_what_the_rule_says(text: str, capsys: Captured) -> None:
    found = queries(capsys, text)
    with duckdb.connect() as connection:
        connection.execute('CREATE TABLE bills ("currentTxn.value" DOUBLE, "currentTxn.discount" DOUBLE)')
        connection.executemany("INSERT INTO bills VALUES (?, ?)", ROWS)
        rule = compile(text, on_error="null")
        expected = [rule.evaluate({"currentTxn": {"value": value, "discount": discount}}) for value, discount in ROWS]
        assert [row[-1] for row in connection.execute(found["query"]).fetchall()] == expected
        assert connection.execute(found["proof"]).fetchall() == [(True,)]
        connection.execute("INSERT INTO bills VALUES ('nan', 'nan')")
        assert connection.execute(found["proof"]).fetchall() == [(False,)]


def test_a_script_for_people(capsys: Captured) -> None:
    assert main(["sql", "currentTxn.value>500", "--from", "sales.bills"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "-- verdict: TRUE, FALSE, or NULL where the rule is null because a value is missing"
    assert lines[1] == 'SELECT *, ("currentTxn.value" > 500.0e0) AS verdict FROM "sales"."bills";'
    assert lines[3].startswith("-- exact while numbers have 2 decimals at most")
    assert lines[4].startswith("SELECT ")
    assert lines[4].endswith('AS holds FROM "sales"."bills";')


def test_spark(capsys: Captured) -> None:
    assert "FROM `bills`" in queries(capsys, "currentTxn.value>500", "--dialect", "spark")["query"]


def test_types_and_decimals(capsys: Captured) -> None:
    found = queries(
        capsys, "currentTxn.value+currentTxn.points>5", "--type", "currentTxn.points=int", "--decimals", "3"
    )
    assert "1000.0e0" in found["proof"]


@pytest.mark.parametrize(
    ("call", "status", "said"),
    [
        (["currentTxn.valu>5"], 2, "Did you mean `value`?"),
        (["currentTxn.value>"], 2, "The rule ends too early"),
        (["currentTxn.value>5", "--type", "x"], 2, "--type: expected NAME=TYPE"),
        (["currentTxn.value>5", "--type", "currentTxn.value=foo"], 2, "No type 'foo'"),
        (["currentTxn.value>5", "--decimals", "40"], 2, "from 0 to 12"),
        (["currentTxn.value>5", "--dialect", "oracle"], 2, "expected one of duckdb, spark"),
        (["currentTxn.value>5", "--timezone", "Nowhere"], 2, "no time zone 'Nowhere'"),
        (["currentCustomer.isStreakAchieved(currentTxn.number)"], 1, "No exact form in SQL: "),
    ],
)
def test_misuse(call: list[str], status: int, said: str, capsys: Captured) -> None:
    assert main(["sql", *call]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_what_has_no_form_is_told_to_programs(capsys: Captured) -> None:
    assert main(["sql", "currentCustomer.isStreakAchieved(currentTxn.number)", "--output", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert found["diagnostics"][0]["code"] == "not-in-sql"
