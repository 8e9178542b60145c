"""What is seldom meant in records: unknown members with the close ones, types, seconds; each told once and counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from targetexpr import Schema
from targetexpr.cli.main import main
from targetexpr.records.lint import MOST_KINDS, RecordLint
from targetexpr.records.record import Record
from targetexpr.serve.feeding import feed
from targetexpr.serve.store import Store
from tests.repl.commands import Talk
from tests.targets.generate import case
from tests.targets.test_progress import group

BUNDLED = Schema.bundled()


def bill(**more: Any) -> dict[str, Any]:
    head = {"id": "b1", "customerId": "c", "type": "TransactionAdd", "date": "2024-01-02"}
    return {**head, "currentTxn": {"value": 600}, **more}


def linted(records: Iterable[dict[str, Any]], schema: Schema = BUNDLED, **more: Any) -> RecordLint:
    lint = RecordLint(schema, **more)
    for line, record in enumerate(records, 1):
        lint.look(Record(line, record))
    return lint


def told(record: dict[str, Any], schema: Schema = BUNDLED, **more: Any) -> list[tuple[str, str]]:
    """Code of each warning, and what it offers (its hint's first string in code)."""
    found = []
    for warning in linted([record], schema, **more).warnings:
        parts = (warning.hint or "").split("`")
        found.append((warning.code, parts[1] if len(parts) > 1 else ""))
    return found


def txn(**more: Any) -> dict[str, Any]:
    return bill(currentTxn={"value": 600, **more})


def line(**more: Any) -> dict[str, Any]:
    return txn(lineItems=[{"code": "a", "qty": 1}, {"code": "b", "qty": 1, **more}])


UNKNOWN = [
    # the reported ones, each with neighbours
    (bill(stroeId=7), "storeId"),
    (bill(storeID=7), "storeId"),
    (bill(zoneId=[7]), "zoneIds"),
    (bill(retrunOf="b0"), "returnOf"),
    (txn(vlaue=5), "currentTxn.value"),
    (txn(Value=5), "currentTxn.value"),
    (txn(discont=5), "currentTxn.discount"),
    (txn(lineItem=[]), "currentTxn.lineItems"),
    (bill(value=5), "currentTxn.value"),
    (bill(lineItems=[]), "currentTxn.lineItems"),
    (bill(slabName="Gold"), "currentCustomer.slabName"),
    (bill(type="ReturnBill", value=5), "returnBill.value"),
    (line(brand="Puma"), "currentTxn.lineItems[].attributes.brand"),
    (line(category="Shoes"), "currentTxn.lineItems[].attributes.category"),
    (line(quantity=5), "currentTxn.lineItems[].qty"),
    (line(ammount=5), "currentTxn.lineItems[].amount"),
    # members in the wrong place, and profiles by another name
    (txn(storeId=7), "storeId"),
    (txn(qty=7), "currentTxn.totalQty"),
    (txn(rate=7), "currentTxn.lineItems[].rate"),
    (bill(txn={"value": 5}), "currentTxn"),
    (bill(currenttxn={"value": 5}), "currentTxn"),
    (bill(points={"regualr": 5}), "points.regular"),
    # nobody's, and close to nothing
    (bill(colour="blue"), ""),
    (txn(zzzzzz="blue"), ""),
    (bill(currentEvent={"minutes": 45}), ""),  # bills have no such attribute
]


@pytest.mark.parametrize(("record", "meant"), UNKNOWN, ids=lambda value: json.dumps(value)[-40:])
def test_a_member_that_nobody_reads_is_told_with_the_close_one(record: dict[str, Any], meant: str) -> None:
    assert told(record) == [("unknown-member", meant)]


TYPES = [
    ("transactionAdd", "TransactionAdd"),
    ("TRANSACTION_ADD", "TransactionAdd"),
    ("TransactionsAdd", "TransactionAdd"),
    ("returnbill", "ReturnBill"),
    ("points-issued", "PointsIssued"),
    ("TARGETCOMPLETED", "TargetCompleted"),
]


@pytest.mark.parametrize(("kind", "meant"), TYPES)
def test_a_type_that_is_a_known_one_but_for_a_slip(kind: str, meant: str) -> None:
    assert told(bill(type=kind)) == [("record-type", meant)]


def test_a_type_says_what_becomes_of_the_record() -> None:
    (warning,) = linted([bill(), bill(type="transactionAdd"), bill(type="transactionAdd")]).warnings
    assert warning.text == (
        "warning[record-type]: `type` is `transactionAdd`: an event of that name, of which no bill, return or points "
        "are counted (2 records, first in line 2). Did you mean `TransactionAdd`?"
    )


def test_what_rules_call_a_return_is_no_return_of_a_bill() -> None:
    assert told(bill(type="ReturnTransaction", returnOf="b0")) == [("record-type", "ReturnBill")]
    assert told({"type": "ReturnTransaction", "returnBill": {"value": 5}}) == []


SECONDS = [
    bill(date=1704186000),
    bill(date=99_999_999_999),
    txn(date=1704186000),
    bill(currentCustomer={"joinDate": 1704186000}),
    bill(currentCustomer={"slabExpiryDate": 1}),
]


@pytest.mark.parametrize("record", SECONDS, ids=str)
def test_dates_that_look_like_seconds(record: dict[str, Any]) -> None:
    (warning,) = linted([record]).warnings
    assert warning.code == "epoch-seconds"
    assert "which looks like seconds" in warning.message


DATES = [
    bill(date=1704186000000),
    bill(date=100_000_000_000),
    bill(date="2024-01-02"),
    txn(date=None),
    bill(currentCustomer={"joinDate": 63_072_000_000}),  # 1972: people who joined or were born then
    bill(currentCustomer={"joinDate": -1_000_000}),
    txn(value=1704186000),
]


@pytest.mark.parametrize("record", DATES, ids=str)
def test_dates_and_figures_that_do_not(record: dict[str, Any]) -> None:
    assert told(record) == []


OWN = [
    bill(storeId=1, zoneIds=[1], conceptIds=[2], points={"regular": 1, "promotional": 2}),
    txn(customFields={"gift": "x", "anything": ["a"]}, extendedFields={"x": 1}, extField_anything=5),
    line(attributes={"brand": "x", "our own": "y"}, extField_mine=1, extendedFields={"mine": 1}),
    bill(currentCustomer={"clusters": {"ours": "x"}, "isRegisteredOn": {"STORE": ["a"]}}),
    bill(type="GymVisit", currentEvent={"minutes": 45, "ours": 1}),
    {"currentEvent": {"minutes": 45}},
    bill(type="ReturnBill", returnOf="b0", returnBill={"value": 5, "discount": 0, "totalQty": 1, "lineItems": []}),
    bill(currentTxn=None, currentCustomer=5),
    txn(lineItems=[1, None, {"qty": 1}]),
    txn(lineItems=7),
    {},
]


@pytest.mark.parametrize("record", OWN, ids=lambda value: json.dumps(value)[-60:])
def test_what_is_read_or_is_the_users_own_is_not_told(record: dict[str, Any]) -> None:
    assert told(record) == []


@pytest.mark.parametrize("seed", range(0, 200, 8))
def test_records_of_generated_cases_have_nothing_to_tell(seed: int) -> None:
    assert linted(case(seed).records).warnings == ()


def test_a_schema_of_ones_own_is_read() -> None:
    mine = BUNDLED.extend(
        {
            "profiles": {
                "currentOrder": {"attributes": {"total": "real"}},
                "currentCustomer": {"extendedFields": {"height": "real"}, "customFields": {"city": []}},
            },
            "events": {"GymVisit": {"attributes": {"minutes": "real"}}},
        }
    )
    assert told(bill(currentOrder={"total": 5}), mine) == []
    assert told(bill(currentOrder={"totl": 5}), mine) == [("unknown-member", "currentOrder.total")]
    assert told(bill(currentCustomer={"height": 5}), mine) == [("unknown-member", "currentCustomer.extField_height")]
    assert told(bill(currentCustomer={"city": 5}), mine) == [("unknown-member", "currentCustomer.customFields.city")]
    assert told(bill(type="GymVisit", currentEvent={"minuts": 5}), mine) == [("unknown-member", "currentEvent.minutes")]
    assert told(bill(type="gymvisit"), mine) == [("record-type", "GymVisit")]


def test_records_of_one_profile_may_have_the_members_of_a_record() -> None:
    record = {"currentTxn": {"id": 1, "customerId": "c", "storeId": 7, "value": 5, "vlaue": 6}}
    assert told(record, profile="currentTxn") == [("unknown-member", "currentTxn.value")]


def test_flat_records_lack_their_profile_and_no_member() -> None:
    assert told({"value": 5, "vlaue": 6}, wanted=["currentTxn"]) == []
    assert told({"colour": 5}, wanted=["currentTxn"]) == [("unknown-member", "")]


def test_each_kind_is_told_once_with_how_many_and_where() -> None:
    records = [bill(), bill(stroeId=1), txn(vlaue=1), bill(stroeId=2), line(brand="x"), line(brand="y", colour="z")]
    assert [(one.count, one.first.line, one.path) for one in linted(records).warnings] == [
        (2, 2, ("stroeId",)),
        (1, 3, ("currentTxn", "vlaue")),
        (2, 5, ("currentTxn", "lineItems", 1, "brand")),
        (1, 6, ("currentTxn", "lineItems", 1, "colour")),
    ]


def test_records_are_told_apart_however_they_are_laid_out() -> None:
    """The names of two profiles together may be the same, while they stand in the other one."""
    left = {"currentTxn": {"value": 1, "slabName": "x"}, "currentCustomer": {}}
    right = {"currentTxn": {"value": 1}, "currentCustomer": {"slabName": "x"}}
    for records in ([left, right, left], [right, left, left]):
        assert [(one.path, one.count) for one in linted(records).warnings] == [(("currentTxn", "slabName"), 2)]


def test_layouts_that_take_turns() -> None:
    slips: list[dict[str, Any]] = [
        {"colour": 1},
        {"currentTxn": {}},
        {"currentTxn": {"vlaue": 1}},
        {"id": 1},
        {"currentTxn": {"value": 1}, "currentCustomer": {"slabNam": 1}},
        {"currentTxn": {"value": 1}, "currentCustomer": {}, "currentStore": {"cod": 1}},
        {"currentTxn": {"value": 1}, "currentCustomer": {}, "currentStore": {"code": 1}, "points": {"regulr": 1}},
        {"currentTxn": None, "currentCustomer": {"slabNam": 1}},
        {"currentTxn": "value", "currentCustomer": {"slabNam": 1}},
        {},
    ]
    wanted = {"colour": 1, "vlaue": 1, "slabNam": 3, "cod": 1, "regulr": 1}
    for shift in range(len(slips)):
        for step in (1, 3, 7, 9):
            order = [slips[(shift + step * at) % len(slips)] for at in range(len(slips))]
            found = {str(one.path[-1]): one.count for one in linted([*order, *order]).warnings}
            assert found == {name: 2 * count for name, count in wanted.items()}


def test_data_of_endless_names_is_told_within_bounds() -> None:
    lint = linted({f"x{number}": 1} for number in range(5000))
    assert len(lint.warnings) == MOST_KINDS


# ---- in every front end alike


SLIPS = [bill(id="1"), bill(id="2", stroeId=7), bill(id="3", type="transactionAdd"), bill(id="4", stroeId=8)]
SLIPS[1]["currentTxn"] = {"value": 700, "vlaue": 5}
SAID = [
    "Unknown member `stroeId`; it counts for nothing (2 records, first in line 2). Did you mean `storeId`?",
    "Unknown member `currentTxn.vlaue`; it counts for nothing (1 record, in line 2). Did you mean `currentTxn.value`?",
    "`type` is `transactionAdd`: an event of that name, of which no bill, return or points are counted "
    "(1 record, in line 3). Did you mean `TransactionAdd`?",
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "group.json").write_text(json.dumps(group()))
    file = tmp_path / "records.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in SLIPS))
    return file


def sentences(text: str) -> set[str]:
    return {line.partition(": ")[2] for line in text.splitlines() if line.startswith("warning[")}


RULE = "currentTxn.value>500"
CALLS: dict[str, Callable[[str], list[str]]] = {
    "eval": lambda data: ["eval", RULE, "--data", data],
    "eval --count": lambda data: ["eval", RULE, "--data", data, "--count"],
    "eval as JSON": lambda data: ["eval", RULE, "--data", data, "--output", "json"],
    "explain": lambda data: ["explain", RULE, "--data", data],
    "explain as JSON": lambda data: ["explain", RULE, "--data", data, "--output", "json"],
    "simulate": lambda data: ["target", "simulate", "group.json", "--data", data],
    "simulate as CSV": lambda data: ["target", "simulate", "group.json", "--data", data, "--output", "csv"],
}


@pytest.mark.parametrize("name", CALLS)
def test_commands_tell_it_on_standard_error(data: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(CALLS[name](str(data)))
    out, err = capsys.readouterr()
    assert sentences(err) == set(SAID)
    assert "warning[" not in out
    assert status == 0


def test_several_files_are_named(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean = tmp_path / "clean.jsonl"
    clean.write_text(json.dumps(bill()) + "\n")
    main(["eval", RULE, "--data", str(clean), "--data", str(data), "--count"])
    assert f"(2 records, first in {data}, line 2)" in capsys.readouterr().err


@pytest.mark.usefixtures("data")
def test_the_repl_tells_it_when_records_are_loaded(tmp_path: Path) -> None:
    assert sentences(Talk(tmp_path).do(":load records.jsonl")) == set(SAID)


def test_the_server_tells_it_of_what_it_keeps(data: Path) -> None:
    store = Store(":memory:")
    fed = feed(store, data.read_bytes(), lines=True)
    store.close()
    assert {f"{one.message} {one.hint}" for one in fed.warnings} == set(SAID)
    assert {one.pointer for one in fed.warnings} == {"/stroeId", "/currentTxn/vlaue", "/type"}


NO_OBJECTS = [
    [],
    [[]],
    [{}],
    [{"a": [1]}],
    [["value"]],
    ["value", "vlaue"],
    ["value", "date"],
    ["lineItems"],
    "value",
    5,
    None,
    True,
]


@pytest.mark.parametrize("odd", NO_OBJECTS, ids=repr)
@pytest.mark.parametrize("odd_first", [True, False])
def test_a_profile_that_is_no_object_changes_nothing_for_those_that_are(odd: object, odd_first: bool) -> None:
    """A list of names is laid out like an object that has them, and is none."""
    whole: list[dict[str, object]] = [
        {"type": "TransactionAdd", "currentTxn": profile}
        for profile in ({"value": 5, "vlaue": 6}, {"value": 5, "date": 1_700_000_000}, {"lineItems": [{"skuu": 1}]})
    ]
    mixed, alone = RecordLint(Schema.bundled()), RecordLint(Schema.bundled())
    odd_one: list[dict[str, object]] = [{"type": "TransactionAdd", "currentTxn": odd}]
    for record in odd_one + whole if odd_first else whole + odd_one:
        mixed.look(Record(1, record))
    for record in whole:
        alone.look(Record(1, record))
    assert len(alone.warnings) == 3
    assert mixed.warnings == alone.warnings
