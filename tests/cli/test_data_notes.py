"""What is told of data besides what comes out of it: flat records, fields no record has, data that does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Call
from tests.repl.commands import Talk
from tests.targets.test_progress import group

RULE = "currentTxn.value>500"
FLAT = '{"value":620,"number":"a"}\n' * 3
OFFER = (
    "line 1: the record names no profile; if records are plain dicts of currentTxn, add --profile currentTxn "
    "(told once for all such records)\n"
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# ---- flat records: one message that offers --profile


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("eval", RULE, "--count"), 2),
        (("eval", RULE, "--count", "--on-error", "null"), 1),
        (("eval", RULE, "--on-error", "null"), 1),
        (("eval", "currentTxn.value.isNotNull()", "--count"), 1),  # never an error, whatever there is
        (("eval", "currentTxn.value.isNull()", "--count"), 0),
        (("explain", RULE), 2),
        (("explain", RULE, "--output", "json"), 2),
        (("explain", RULE, "--on-error", "null"), 1),
    ],
    ids=str,
)
def test_flat_records_are_told_once(call: Call, arguments: tuple[str, ...], status: int) -> None:
    done = call(*arguments, stdin=FLAT)
    assert (done.status, done.err) == (status, OFFER)


@pytest.mark.parametrize("command", ["eval", "explain"])
def test_with_the_profile_there_is_nothing_to_tell(call: Call, command: str) -> None:
    done = call(command, RULE, "--profile", "currentTxn", stdin=FLAT)
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ('{"value":620,"number":"a"}', "currentTxn"),
        ('{"email":"a@b.c","slabName":"Gold"}', "currentCustomer"),
        ('{"code":"s1","name":"Mall"}', "currentStore"),
    ],
)
def test_the_repl_offers_the_profile_that_has_the_names(tmp_path: Path, line: str, meant: str) -> None:
    (tmp_path / "flat.jsonl").write_text(f"{line}\n" * 3)
    said = Talk(tmp_path).do(":load flat.jsonl")
    assert f"`:load flat.jsonl {meant}`" in said
    assert "warning[" not in said
    assert "`:load" not in Talk(tmp_path).do(f":load flat.jsonl {meant}")


def test_simulate_says_where_the_members_of_flat_records_belong(call: Call, tmp_path: Path) -> None:
    (tmp_path / "group.json").write_text(json.dumps(group()))
    head = {"customerId": "c", "type": "TransactionAdd", "date": "2024-01-02"}
    lines = [json.dumps({"id": number, **head, "value": 600}) for number in range(3)]
    (tmp_path / "flat.jsonl").write_text("\n".join(lines))
    done = call("target", "simulate", str(tmp_path / "group.json"), "--data", str(tmp_path / "flat.jsonl"))
    assert done.status == 2
    assert "(3 records, first in line 1). Did you mean `currentTxn.value`?\n" in done.err


# ---- fields that the rule reads and no record has

FIELDS = [
    ([{"vlaue": 1}, {"vlaue": 2}], "no record has currentTxn.value; did you mean currentTxn.vlaue?"),
    ([{"Value": 1}], "no record has currentTxn.value; did you mean currentTxn.Value?"),
    ([{"number": "1"}], "no record has currentTxn.value"),
    ([{"vlaue": 1}, {"value": None}], None),
]


@pytest.mark.parametrize("arguments", [("eval",), ("eval", "--count"), ("eval", "--output", "json"), ("explain",)])
@pytest.mark.parametrize(("bills", "said"), FIELDS, ids=str)
def test_a_field_in_no_record_is_named(
    call: Call, arguments: tuple[str, ...], bills: list[dict[str, object]], said: str | None
) -> None:
    lines = "\n".join(json.dumps({"currentTxn": bill}) for bill in bills)
    done = call(arguments[0], RULE, *arguments[1:], stdin=lines)
    told = [line for line in done.err.splitlines() if line.startswith("no record has")]
    assert told == ([] if said is None else [said])


@pytest.mark.parametrize(("bills", "said"), FIELDS, ids=str)
def test_the_repl_names_it_when_it_counts(tmp_path: Path, bills: list[dict[str, object]], said: str | None) -> None:
    (tmp_path / "records.jsonl").write_text("\n".join(json.dumps({"currentTxn": bill}) for bill in bills))
    talk = Talk(tmp_path)
    talk.do(":load records.jsonl")
    talk.do(RULE)
    told = [line for line in talk.do(":count").splitlines() if line.startswith("no record has")]
    assert told == ([] if said is None else [said])


@pytest.mark.parametrize("output", ["text", "json", "csv"])
@pytest.mark.parametrize(("bills", "said"), FIELDS, ids=str)
def test_simulate_names_it_where_nothing_counts(
    call: Call, tmp_path: Path, bills: list[dict[str, object]], said: str | None, output: str
) -> None:
    made = group()
    made["targets"][0]["expression"] = RULE
    (tmp_path / "group.json").write_text(json.dumps(made))
    head = {"customerId": "c", "type": "TransactionAdd", "date": "2024-01-02"}
    lines = [json.dumps({"id": number, **head, "currentTxn": bill}) for number, bill in enumerate(bills)]
    (tmp_path / "bills.jsonl").write_text("\n".join(lines))
    paths = str(tmp_path / "group.json"), "--data", str(tmp_path / "bills.jsonl")
    done = call("target", "simulate", *paths, "--output", output)
    told = [line for line in done.err.splitlines() if line.startswith("no record has")]
    assert told == ([] if said is None else [said])


def test_simulate_is_silent_about_fields_that_some_record_did_without(call: Call, tmp_path: Path) -> None:
    made = group()
    made["targets"][0]["expression"] = "currentTxn.notes.isNull()"
    (tmp_path / "group.json").write_text(json.dumps(made))
    bill = {"id": 1, "customerId": "c", "type": "TransactionAdd", "date": "2024-01-02", "currentTxn": {"value": 5}}
    (tmp_path / "bills.jsonl").write_text(json.dumps(bill))
    done = call("target", "simulate", str(tmp_path / "group.json"), "--data", str(tmp_path / "bills.jsonl"))
    assert (done.status, done.err) == (0, "")


# ---- simulate counts bad data as eval does

BAD = {
    "a line that is no JSON": ("oops", "1 of 2 records could not be read"),
    "a figure that is none": ({"currentTxn": {"value": "abc"}}, "1 of 2 records could not be evaluated"),
    "a record without an id": ({"id": None}, "1 of 2 records could not be evaluated"),
    "a date that is none": ({"date": "02/01/2024"}, "1 of 2 records could not be evaluated"),
    "no profile": ({"currentTxn": None}, "1 of 2 records could not be evaluated"),
}


@pytest.mark.parametrize("output", ["text", "json", "csv"])
@pytest.mark.parametrize("name", BAD)
def test_bad_data_is_counted_whatever_the_output(call: Call, tmp_path: Path, name: str, output: str) -> None:
    change, said = BAD[name]
    made = group()
    made["targets"][0]["expression"] = RULE
    (tmp_path / "group.json").write_text(json.dumps(made))
    bill = {"id": 1, "customerId": "c", "type": "TransactionAdd", "date": "2024-01-02", "currentTxn": {"value": 600}}
    bad = change if isinstance(change, str) else json.dumps({**bill, "id": 2, **change})
    (tmp_path / "bills.jsonl").write_text(f"{json.dumps(bill)}\n{bad}\n")
    paths = str(tmp_path / "group.json"), "--data", str(tmp_path / "bills.jsonl")
    done = call("target", "simulate", *paths, "--output", output)
    assert done.status == 2
    if output != "text" or "read" in said:
        assert said in done.err
