"""A rule as rows of conditions: what becomes a row, what a group, and that no rule of the corpus loses anything."""

from __future__ import annotations

import pytest

from targetexpr.base.source import Span
from targetexpr.conformance.cases import about
from targetexpr.conformance.cases import rows as cases_of
from targetexpr.front import Environment
from targetexpr.ide.condition_operators import offer_of, operators_of
from targetexpr.ide.conditions import Group, Row, conditions, item_at, rows
from targetexpr.ide.document import Document
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import BOOLEAN
from tests.corpus import documented, texts

ANYTHING = Environment(expect=None)
VALID = [case.text for case in documented() if case.status == "valid"]


def read(text: str, environment: Environment = ANYTHING) -> Group:
    found = conditions(Document(text, environment))
    assert found is not None
    return found


def only(text: str, environment: Environment = ANYTHING) -> Row:
    whole = read(text, environment)
    (row,) = whole.items
    assert isinstance(row, Row)
    assert (whole.mode, whole.negated, whole.path, row.path) == ("all", False, (), (0,))
    return row


def said(row: Row) -> tuple[str, str, str, list[tuple[str, str]]]:
    assert row.subject is not None
    return row.kind, row.subject.text, row.operator, [(value.kind, value.written) for value in row.values]


ONE_ROW = {
    "currentTxn.value>500": ("condition", "currentTxn.value", ">", [("number", "500")]),
    "currentTxn.value > 0-5": ("condition", "currentTxn.value", ">", [("number", "-5")]),
    "currentTxn.value>-5": ("condition", "currentTxn.value", ">", [("number", "-5")]),
    "500<=currentTxn.value": ("condition", "currentTxn.value", ">=", [("number", "500")]),
    '((currentCustomer.slabName)==("Gold"))': ("condition", "currentCustomer.slabName", "==", [("string", "Gold")]),
    r'currentCustomer.name!="a \"b\" \\ é"': ("condition", "currentCustomer.name", "!=", [("string", 'a "b" \\ é')]),
    'currentCustomer.email.contains(".com")': ("condition", "currentCustomer.email", "contains", [("string", ".com")]),
    'currentCustomer.email.contains(".com")==false': (
        "condition", "currentCustomer.email", "!contains", [("string", ".com")]
    ),
    '!currentCustomer.email.contains(".com")': (
        "condition", "currentCustomer.email", "!contains", [("string", ".com")]
    ),
    'true!=(currentCustomer.email.contains(".com"))': (
        "condition", "currentCustomer.email", "!contains", [("string", ".com")]
    ),
    'currentCustomer.email.isNotNull("")': ("condition", "currentCustomer.email", "isNotNull", []),
    "!(currentTxn.value>5)": ("condition", "currentTxn.value", "!>", [("number", "5")]),
    "currentCustomer.isLoyal": ("flag", "currentCustomer.isLoyal", "true", []),
    "currentCustomer.isLoyal()": ("flag", "currentCustomer.isLoyal", "true", []),
    "currentCustomer.isLoyal!=true": ("flag", "currentCustomer.isLoyal", "false", []),
    "false==currentCustomer.isLoyal": ("flag", "currentCustomer.isLoyal", "false", []),
    "!currentCustomer.isLoyal": ("flag", "currentCustomer.isLoyal", "false", []),
    "currentCustomer.isLoyal.isNull()": ("condition", "currentCustomer.isLoyal", "isNull", []),
    "currentCustomer.isLoyal!=currentCustomer.isTest": (
        "condition", "currentCustomer.isLoyal", "!=", [("attribute", "currentCustomer.isTest")]
    ),
    "currentTxn.value-5": ("value", "currentTxn.value-5", "", []),
    "true": ("constant", "", "true", []),
    "currentTxn.value": ("value", "currentTxn.value", "", []),
    'currentTxn.basketSum("brand","Puma")': (
        "value", "currentTxn.basketSum", "", [("string", "brand"), ("string", "Puma")]
    ),
    "!true": ("constant", "", "false", []),
    "currentTxn.date.isAfter(2025,05,1)": ("condition", "currentTxn.date", "isAfter", [("date", "2025-05-01")]),
    "currentTxn.date.isBefore(2025,12,31,23,59,0)": (
        "condition", "currentTxn.date", "isBefore", [("date", "2025-12-31T23:59:00")]
    ),
    "currentTxn.date.isAfter(currentTxn.date.year(),1,1)": (
        "condition", "currentTxn.date", "isAfter",
        [("formula", "currentTxn.date.year()"), ("number", "1"), ("number", "1")],
    ),
    "currentTxn.date.isTimeBetween(17,30,24,0)": (
        "condition", "currentTxn.date", "isTimeBetween", [("time", "17:30"), ("time", "24:00")]
    ),
    "currentTxn.date.isHourBetween(16,20)": (
        "condition", "currentTxn.date", "isHourBetween", [("number", "16"), ("number", "20")]
    ),
    "currentTxn.date.month()==5": ("condition", "currentTxn.date.month", "==", [("number", "5")]),
    "currentTxn.date.month==5": ("condition", "currentTxn.date.month", "==", [("number", "5")]),
    "currentTxn.date.dateDiff(2025,5,1)<7": (
        "condition", "currentTxn.date.dateDiff", "<", [("date", "2025-05-01"), ("number", "7")]
    ),
    'currentTxn.date.daysDiffFromString("2025-05-01")==0': (
        "condition", "currentTxn.date.daysDiffFromString", "==", [("date", "2025-05-01"), ("number", "0")]
    ),
    "currentTxn.date>currentCustomer.joinDate": (
        "condition", "currentTxn.date", ">", [("attribute", "currentCustomer.joinDate")]
    ),
    'currentTxn.basketSum("brand","Puma")>100': (
        "condition", "currentTxn.basketSum", ">", [("string", "brand"), ("string", "Puma"), ("number", "100")]
    ),
    'currentTxn.basketSumIf("QUANTITY","GREATER_THAN","2")>100': (
        "condition", "currentTxn.basketSumIf", ">",
        [("string", "QUANTITY"), ("string", "GREATER_THAN"), ("number", "2"), ("number", "100")],
    ),
    'currentTxn.basketIncludes("brand","Puma")': (
        "condition", "currentTxn", "basketIncludes", [("string", "brand"), ("string", "Puma")]
    ),
    'currentCustomer.currentPoints.interval("100,400")==2': (
        "condition", "currentCustomer.currentPoints.interval", "==", [("list", "100,400"), ("number", "2")]
    ),
    "currentTxn.value-currentTxn.discount>100": (
        "condition", "currentTxn.value-currentTxn.discount", ">", [("number", "100")]
    ),
    "currentTxn.value>currentTxn.discount*2": (
        "condition", "currentTxn.value", ">", [("formula", "currentTxn.discount*2")]
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", ONE_ROW)
def test_one_condition_is_one_row(text: str) -> None:
    assert said(only(text)) == ONE_ROW[text]


@pytest.mark.parametrize(
    "text",
    [
        "(currentTxn.value>5)==(currentTxn.discount>5)",
        "currentCustomer.isLoyal?true:false",
        "isLoyal(5)",
    ],
)
def test_what_no_row_can_say_is_a_free_one(text: str) -> None:
    whole = read(text)
    assert [row.kind for row in rows(whole)] == ["free"]
    assert [row.text for row in rows(whole)] == [text]


def test_groups_and_their_negations() -> None:
    text = "( currentTxn.value>5||!(currentTxn.value<2 && currentCustomer.isLoyal) )&&(currentTxn.discount==0)"
    whole = read(text)
    inner = item_at(whole, (0,))
    deepest = item_at(whole, (0, 1))
    assert isinstance(inner, Group)
    assert isinstance(deepest, Group)
    assert (whole.mode, whole.negated, len(whole.items)) == ("all", False, 2)
    assert (inner.mode, inner.negated, inner.path) == ("any", False, (0,))
    assert (deepest.mode, deepest.negated, len(deepest.items)) == ("all", True, 2)
    assert inner.span.cut(text) == "currentTxn.value>5||!(currentTxn.value<2 && currentCustomer.isLoyal)"
    assert inner.part.outer == Span(0, text.rindex("&&"))
    assert deepest.span.cut(text) == "!(currentTxn.value<2 && currentCustomer.isLoyal)"
    last = item_at(whole, (1,))
    assert isinstance(last, Row)
    assert last.text == "currentTxn.discount==0"
    assert last.part.outer.cut(text) == "(currentTxn.discount==0)"
    assert item_at(whole, (0, 2)) is None
    assert item_at(whole, (1, 0)) is None


@pytest.mark.parametrize("text", ["!!currentCustomer.isLoyal", "(currentCustomer.isLoyal==false)!=true"])
def test_a_negation_of_a_negation_is_a_group_of_one(text: str) -> None:
    whole = read(text)
    assert (whole.mode, whole.negated, len(whole.items)) == ("all", True, 1)
    row = item_at(whole, (0,))
    assert isinstance(row, Row)
    assert said(row) == ("flag", "currentCustomer.isLoyal", "false", [])


def test_a_list_of_one_subject() -> None:
    either = read('currentLineItem.code=="a"||"b"==currentLineItem.code||(currentLineItem.code=="c")')
    neither = read('currentLineItem.code!="a"&&currentLineItem.code!="b"')
    goods = read('currentTxn.basketIncludes("sku","1")||currentTxn.basketIncludes("sku","2")')
    without = read('currentTxn.basketExcludes("sku","1")&&currentTxn.basketExcludes("sku","2")')
    found = [one.membership for one in (either, neither, goods, without)]
    assert [one and (one.operator, [value.written for value in one.values]) for one in found] == [
        ("in", ["a", "b", "c"]),
        ("not in", ["a", "b"]),
        ("basketIncludes", ["1", "2"]),
        ("basketExcludes", ["1", "2"]),
    ]
    assert [one and one.label for one in found[2:]] == ["has an item with … one of", "has no item with … any of"]


@pytest.mark.parametrize(
    "text",
    [
        'currentLineItem.code=="a"&&currentLineItem.code=="b"',
        'currentLineItem.code!="a"||currentLineItem.code!="b"',
        'currentLineItem.code=="a"||currentTxn.number=="b"',
        'currentLineItem.code=="a"||currentLineItem.code!="b"',
        "currentTxn.value==5||currentTxn.value==currentTxn.discount",
        'currentTxn.basketIncludes("sku","1")||currentTxn.basketIncludes("brand","2")',
        'currentTxn.basketExcludes("sku","1")||currentTxn.basketExcludes("sku","2")',
        "currentTxn.value>5||currentTxn.value>6",
        "!(currentTxn.value==5)||!(currentTxn.value==6)",
    ],
)
def test_what_is_no_list(text: str) -> None:
    assert read(text).membership is None


def test_choices_come_from_the_schema() -> None:
    schema = Schema.bundled().extend(
        {"profiles": {"currentCustomer": {"attributes": {"gender": {"type": "string", "values": ["Male", "Female"]}}}}},
        custom_fields={"currentCustomer": {"city": ["Pune", "Goa"]}},
        inventory_attributes={"brand": ["Puma", "Nike"]},
    )
    mine = Environment(schema=schema)
    assert only('currentCustomer.gender=="Male"', mine).values[0].choices == ("Male", "Female")
    field, value = only('currentCustomer.customFieldValueIncludes("city","Goa")', mine).values
    assert (field.choices, value.choices) == (("city",), ("Pune", "Goa"))
    name, value = only('currentTxn.basketIncludes("brand","Nike")', mine).values
    assert (name.name, name.choices, value.choices) == ("inventoryAttribute", ("brand",), ("Puma", "Nike"))
    chosen = only('currentTxn.basketIncludes("colour","red")', mine).values[1]
    assert chosen.choices == ()


def test_the_subject_has_a_label_and_its_meaning() -> None:
    subject = only("currentTxn.grossAmount>5").subject
    assert subject is not None
    assert (subject.label, subject.of, subject.type, subject.kind) == (
        "Gross amount",
        "transaction",
        "real",
        "attribute",
    )
    assert subject.doc == Schema.bundled().profiles["currentTxn"].attributes["grossAmount"].doc


@pytest.mark.parametrize("kind", ["string", "number", "date", "boolean"])
def test_a_kind_of_value_offers_its_comparisons_and_every_test_of_it(kind: str) -> None:
    offered = [one.id for one in operators_of(kind, Schema.bundled(), None)]
    labels = [one.label for one in operators_of(kind, Schema.bundled(), None)]
    assert len(set(labels)) == len(labels)
    comparisons = {"string": ["==", "!="], "boolean": ["true", "false"]}.get(kind, ["==", "!=", "<", "<=", ">", ">="])
    assert offered[: len(comparisons)] == comparisons
    functions = {name: one for found, all_of in KIND_METHODS.items() if found == kind for name, one in all_of.items()}
    for name, function in functions.items():
        assert (offer_of(name, kind, Schema.bundled(), None) is not None) or function.result != BOOLEAN
        if function.result == BOOLEAN and name not in offered:  # another test says the same
            label = offer_of(name, kind, Schema.bundled(), None)
            assert label is not None
            assert label.label in labels


def test_a_profile_offers_its_tests_in_the_event() -> None:
    schema = Schema.bundled()
    offered = {one.id for one in operators_of("currentTxn", schema, "TransactionAdd")}
    assert {"basketIncludes", "basketExcludes", "basketIncludesRegexBrand", "customFieldValueIncludes"} <= offered
    assert "basketSum" not in offered


def test_every_valid_rule_of_the_corpus_is_rows() -> None:
    assert len(VALID) == 296
    rules = [text for text in every_text() if is_rule(text)]
    assert len(rules) > 700
    for found in (VALID, rules):
        whole = [all(row.kind != "free" for row in rows(read(text))) for text in found]
        assert sum(whole) / len(whole) >= 0.98


def every_text() -> list[str]:
    """The texts of all cases of the kit, whatever they are cases of."""
    topics = [topic for topic in about()["topics"] if not topic.startswith("progress")]
    found = [one.get("text") for topic in topics for one in cases_of(topic)]
    return list(dict.fromkeys(text for text in found if isinstance(text, str) and len(text) < 1000))


def is_rule(text: str) -> bool:
    return Document(text).analysis.ok


def test_rows_cover_their_text_and_are_found_by_their_paths() -> None:
    for text in texts():
        found = conditions(Document(text, ANYTHING))
        if found is None:
            continue
        last = 0
        for row in rows(found):
            assert item_at(found, row.path) is row
            assert row.part.outer.start >= last
            last = row.part.outer.end
            for value in row.values:
                assert row.span.start <= value.span.start <= value.span.end <= row.span.end
