"""Values of options: what does not fit is one message that names the option and the value and says how to write it."""

from __future__ import annotations

import json

import pytest

from tests.cli.command import Call

BASE = {"--name": "W", "--start": "2024-01-01", "--every": "weekly", "--cycles": "2", "--spend": "500"}


def new(call: Call, option: str, value: str) -> tuple[int, str, str]:
    given = BASE | {option: value}
    done = call("target", "new", *(f"{name}={text}" for name, text in given.items()))
    return done.status, done.out, done.err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--cycles", "0", "a whole number of at least 1"),
        ("--cycles", "-3", "a whole number of at least 1"),
        ("--cycles", "2.5", "a whole number of at least 1"),
        ("--cycles", "1,200", "write 1200"),
        ("--times", "0", "a whole number of at least 1"),
        ("--spend", "$500", "write 500"),
        ("--spend", "500 EUR", "write 500"),
        ("--spend", "₹ 1,500", "write 1500"),
        ("--gross-spend", "1,000", "write 1000, or '1, 000'"),
        ("--spend", "12,345.50", "write 12345.50"),
        ("--spend", "1.000,50", "write 1000.50"),
        ("--bills", "three", "expected a number"),
        ("--units", "-5", "expected a number"),
        ("--start", "01/02/2024", "write 2024-02-01 or 2024-01-02"),
        ("--start", "31/01/2024", "write 2024-01-31"),
        ("--start", "1.2.24", "write 2024-02-01 or 2024-01-02"),
        ("--start", "2024/1/5", "write 2024-01-05"),
        ("--start", "2024-02-30", "day is out of range"),
        ("--start", "next monday", "a day written like 2024-01-31"),
        ("--store", "1;2", "with commas between them"),
        ("--store", "north", "with commas between them"),
        ("--every", "weakly", "did you mean weekly?"),
        ("--every", "fortnight", "write --every weekly --times 2"),
        ("--every", "3 months", "write --every monthly --times 3"),
        ("--levels", "2;4", "with commas between them"),
        ("--levels", "0", "with commas between them"),
    ],
)
def test_one_message_names_the_option_and_the_value(option: str, value: str, said: str, call: Call) -> None:
    status, out, err = new(call, option, value)
    assert (status, out) == (2, "")
    first, *others = err.splitlines()
    assert first.startswith(f"targetexpr target new: {option}: ")
    assert repr(value) in first
    assert said in first
    assert others == ["Try: targetexpr target new --help"]


@pytest.mark.parametrize(
    ("value", "stored"),
    [("week", "WEEKLY"), ("weekly", "WEEKLY"), ("Month", "MONTHLY"), ("days", "DAILY"), ("half year", "HALF_YEARLY"),
     ("quarter", "QUARTERLY"), ("annually", "YEARLY")],
)  # fmt: skip
def test_units_as_people_name_them(value: str, stored: str, call: Call) -> None:
    status, out, err = new(call, "--every", value)
    assert (status, json.loads(out)["frequencyType"]) == (0, stored), err


@pytest.mark.parametrize("value", ["1,2", "1, 2", "1 2"])
def test_stores_with_commas(value: str, call: Call) -> None:
    (filter_,) = json.loads(new(call, "--store", value)[1])["targets"][0]["filters"]
    assert filter_ == {"entityType": "STORE", "entityIds": [1, 2]}


def test_stores_given_several_times_as_well(call: Call) -> None:
    given = [f"{name}={text}" for name, text in BASE.items()]
    done = call("target", "new", *given, "--store", "1,2", "--store", "3")
    assert done.data["targets"][0]["filters"] == [{"entityType": "STORE", "entityIds": [1, 2, 3]}]


def test_a_value_for_each_cycle(call: Call) -> None:
    assert [one["defaultValue"] for one in json.loads(new(call, "--spend", "500, 600.50")[1])["targets"][0][
        "defaultValues"]] == [500, 600.50]  # fmt: skip


def test_simulate_names_the_date_too(call: Call) -> None:
    done = call("target", "simulate", "g.json", "--data", "r.jsonl", "--now", "01/02/2024")
    assert done.status == 2
    assert "--now: '01/02/2024' can be two days; write 2024-02-01 or 2024-01-02" in done.err
