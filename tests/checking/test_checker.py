"""Types, targets, reads and events: what the checker finds out about trees that are in order."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import pytest

from targetexpr import Checked, Expr, Limits, Schema, check, check_json, parse, to_json, to_text
from targetexpr.checking.checker import check_tree
from targetexpr.checking.lint import lint as lint_tree
from targetexpr.checking.result import Call, Read
from targetexpr.lang.nodes import (
    Binary,
    Dereference,
    Logical,
    MethodCall,
    Name,
    NumberLiteral,
    conjunction,
    disjunction,
)
from targetexpr.lang.schema.model import Attribute
from targetexpr.lang.walk import preorder
from tests import corpus
from tests.sampling import sizes

SAMPLES = corpus.samples()
TYPED = [sample for sample in SAMPLES if not sample["is_error"]]


@pytest.mark.parametrize("sample", TYPED, ids=lambda sample: sample["expression"])
def test_typed_json_is_the_sample_byte_for_byte(sample: dict[str, Any]) -> None:
    event = "TargetCompleted" if "currentEvent" in sample["expression"] else None
    style = "editor" if sample["expressionJson"].startswith("\n") else "compact"
    checked = check(sample["expression"], event=event)
    assert checked.diagnostics == ()
    assert to_json(checked, style) == sample["expressionJson"]  # type: ignore[arg-type]


@pytest.mark.parametrize("sample", TYPED, ids=lambda sample: sample["expression"])
def test_types_of_the_samples_are_those_of_the_schema(sample: dict[str, Any]) -> None:
    for event in ("TargetCompleted", None):
        if event is None or "currentEvent" in sample["expression"]:
            assert check_json(sample["expressionJson"], event=event).diagnostics == ()


@pytest.mark.parametrize("name", ["Product Category", 'a\\"b', "a:number", "é", ""])
def test_any_inventory_attribute_travels_in_types(name: str) -> None:
    checked = check(f'currentLineItem.doesItemMatch("{name}","5")')
    again = check_json(to_json(checked))
    assert (again.expr, again.types, again.diagnostics) == (checked.expr, checked.types, ())


def test_unknown_names_have_no_type_without_strictness() -> None:
    """Names, their dereference or call and arithmetic over them; comparisons and logic stay boolean."""
    checked = check("currentEven.target&&FVILName==looooo", strict=False)
    assert checked.ok
    assert checked.types == ("boolean:primitive", None, None, "boolean:primitive", None, None)
    known = check("currentTxn.value>500&&currentEven.target", strict=False)
    assert known.types[1] == "boolean:primitive"
    assert known.type == "boolean:primitive"
    summed = check("currentTxn.value+currentEven.target>5", strict=False)
    assert summed.types[:2] == ("boolean:primitive", None)


TYPES = [(case.text, case.type) for case in corpus.checks("types") if case.expect == "any"]


@pytest.mark.parametrize(("text", "type_"), TYPES)
def test_types(text: str, type_: str) -> None:
    checked = check(text, expect=None)
    assert (checked.diagnostics, checked.type) == ((), type_)


PROFILE_TYPES = {
    "currentTxn.value": "tx:object:primitive",
    "currentLineItem.qty": "tx.item:object:primitive",
    "currentCustomer.name": "customer:object:primitive",
    "currentCustomerPartner.benefitsLimit": "customerPartner:object:primitive",
    "currentTrackerCondition.trackerName": "customer.trackerCondition:object:primitive",
    "returnBill.number": "returnBill:object:primitive",
    "tenderProfile.code": "paymentMode:object:primitive",
    "groupPrimaryCustomer.name": "customer:object:primitive",
    "currentEvent.eventType": "event:object:primitive",
}


@pytest.mark.parametrize(("text", "type_"), PROFILE_TYPES.items())
def test_types_of_profiles(text: str, type_: str) -> None:
    assert check(text, expect=None).types[1] == type_


@pytest.mark.parametrize(
    ("event", "type_"),
    [
        ("TargetCompleted", "customer.targetCompletedEvent:object:primitive"),
        ("TransactionAdd", "transactionAddEvent:object:primitive"),
        ("ReturnBill", "customer.returnTransactionEvent:object:primitive"),
        ("GymVisit", "customer.gymVisitEvent:object:primitive"),
    ],
)
def test_the_type_of_current_event_is_that_of_the_event(event: str, type_: str) -> None:
    assert check('currentEvent.eventType=="x"', event=event).types[2] == type_


FLEXIBLE = [
    ('X=="a"', "string"),
    ("X==5", "real"),
    ("5<X", "real"),
    ("X+1>2", "real"),
    ("-X>2", "real"),
    ("X==true", "boolean"),
    ("X&&true", "boolean"),
    ("!X", "boolean"),
    ("X", "boolean"),
    ("X()", "boolean"),
    ("X>=currentTxn.date", "date"),
    ("X==currentTxn.date", "date"),
    ("X.month()==5", "date"),
    ("X.year==5", "date"),
    ("X.isAfter(2025,1,1)", "date"),
    ("currentTxn.date.dateDiff(X)==0", "date"),
    ('X.contains("a")', "string"),
    ("X.isNull()", "string"),
    ('X.interval("5")==1', "real"),
    ("currentCustomer.email.contains(X)", "string"),
    ("currentCustomer.pointsRedeemedInPastDays(X)>5", "real"),
    ("(true?X:5)>3", "real"),
    ("true?X:X", "boolean"),
    ("X==X", "string"),
    ("X<X", "real"),
]


@pytest.mark.parametrize(("template", "head"), FLEXIBLE)
def test_an_undeclared_extended_field_is_what_is_asked_for(template: str, head: str) -> None:
    field = "currentCustomer.extField_x"
    checked = check(template.replace("X", field))
    assert checked.diagnostics == ()
    types = {
        type_
        for node, type_ in zip(preorder(checked.expr), checked.types, strict=True)
        if isinstance(node, (Dereference, MethodCall)) and node.name == "extField_x"
    }
    assert {type_.head for type_ in types if type_ is not None} == {head}


def test_a_declared_extended_field_is_what_it_is_declared() -> None:
    schema = Schema.bundled().extend(extended_fields={"currentCustomer": {"dob": "date"}})
    assert check("currentCustomer.extField_dob.month()==5", schema).ok
    assert check("currentCustomer.extField_dob>5", schema).diagnostics[0].code == "incomparable"


def test_targets_tell_what_a_name_was_found_to_be() -> None:
    checked = check("currentTxn.date.isAfter(2025,1,1)&&currentCustomer.isLoyal()&&currentTxn.date.year==2025")
    logical = checked.expr
    assert isinstance(logical, Logical)
    after, loyal, year = logical.terms
    found = checked.target_of(after)
    assert isinstance(found, Call)
    assert (found.function.name, len(found.overload.parameters)) == ("isAfter", 3)
    assert isinstance(checked.target_of(loyal), Attribute)
    assert isinstance(year, Binary)
    part = checked.target_of(year.left)
    assert isinstance(part, Call)
    assert part.function.part
    assert checked.target_of(year) is None
    assert checked.type_of(after) == "boolean:primitive"
    with pytest.raises(KeyError):
        checked.type_of(parse("true"))


def test_reads_are_what_the_rule_depends_on_each_once() -> None:
    checked = check(
        'currentTxn.value>5&&currentTxn.basketSum("brand","Puma")>currentTxn.value'
        "&&currentCustomer.pointsRedeemedInPastDays(currentCustomer.slabNumber)>-7"
        "&&currentCustomer.email.contains(currentCustomer.name)"
    )
    assert checked.reads == (
        Read("currentTxn", "value"),
        Read("currentTxn", "basketSum", ("brand", "Puma")),
        Read("currentCustomer", "pointsRedeemedInPastDays", (None,)),
        Read("currentCustomer", "slabNumber"),
        Read("currentCustomer", "email"),
        Read("currentCustomer", "name"),
    )
    assert str(checked.reads[1]) == "currentTxn.basketSum(brand, Puma)"


def codes(text: str, **options: Any) -> list[str]:
    return [diagnostic.code for diagnostic in check(text, **options).diagnostics]


ONE_MISTAKE = [
    ("currentTxn.valu.contains(5).foo>true", ["unknown-attribute"]),
    ("(currentTxn.nope+1)*2>3&&true", ["unknown-attribute"]),
    ('zzz.a(1,"x").b==3', ["unknown-profile"]),
    ("currentTxn.value&&currentTxn.date||currentCustomer.name", ["not-a-condition"] * 3),
    ("currentTxn.nope==currentTxn.nada", ["unknown-attribute"] * 2),
    ('currentTxn.basketSum("a")>"5"', ["argument-count"]),
    ('currentTxn.nope>"a"', ["unknown-attribute"]),
    ("currentTxn.nope+currentCustomer.name>1", ["unknown-attribute", "not-a-number"]),
    ("(currentTxn.value>5)>3", ["incomparable"]),
    ("currentTxn==currentCustomer", ["profile-alone"] * 2),
    ("(true?currentTxn:returnBill).value>3", ["profile-alone"] * 2),
    ('currentCustomer.email.matches("(")&&currentCustomer.email.matches("[")', ["bad-regex"] * 2),
]


@pytest.mark.parametrize(("text", "wanted"), ONE_MISTAKE)
def test_each_mistake_is_said_once(text: str, wanted: list[str]) -> None:
    assert sorted(codes(text)) == sorted(wanted)


OFFERED = [
    (case.event, case.text, case.ok)
    for case in corpus.checks("names")
    if case.event is not None and (case.ok or case.expected_diagnostics()[0][0] == "profile-not-offered")
]


@pytest.mark.parametrize(("event", "text", "offered"), OFFERED)
def test_events_offer_their_profiles(event: str, text: str, offered: bool) -> None:
    assert ("profile-not-offered" in codes(text, event=event)) != offered
    assert check(text, event=event).ok == offered


STRAY = ["isNull", "isNotNull", "exists", "notExists", "isEmpty", "isValidDate"]


@pytest.mark.parametrize("name", STRAY)
@pytest.mark.parametrize("argument", ["", '""', '" "', "true"])
def test_null_tests_take_a_stray_argument(name: str, argument: str) -> None:
    assert codes(f"currentCustomer.email.{name}({argument})") == []


@pytest.mark.parametrize(
    "call", ["isValid(true)", "isNull(1)", "isWeekend(true)", "isHourBetween(20,4)", "isHourBetween(0,24)"]
)
def test_date_tests_that_are_accepted(call: str) -> None:
    assert codes(f"currentTxn.date.{call}") == []


@pytest.mark.parametrize("call", ["isTimeBetween(0,0,24,0)", "isAfter(2024,2,29)", "isBefore(9999,12,31,23,59,59)"])
def test_bounds_of_ranges_belong_to_them(call: str) -> None:
    assert codes(f"currentTxn.date.{call}") == []


@pytest.mark.parametrize(
    "spelling", ["EQUAL_TO", "EQUALS_TO", "LESS_THAN_EQUAL_TO", "NOT_EQUAL_TO", "GREATER_THAN_EQUALS_TO"]
)
def test_both_spellings_of_operators(spelling: str) -> None:
    assert codes(f'currentTxn.basketSumIf("RATE","{spelling}","1.5")>1') == []


def test_huge_numbers_are_out_of_range_and_nothing_worse() -> None:
    assert codes(f"currentTxn.date.isAfter({'9' * 6000},1,1)") == ["out-of-range"]
    assert codes(f'currentTxn.value.interval("{"9" * 6000}")==1') == ["bad-bounds"]


def test_findings_are_capped() -> None:
    checked = check("||".join(["a.b"] * 50), limits=Limits(diagnostics=10))
    assert len(checked.diagnostics) == 10
    assert checked.diagnostics[-1].code == "too-many-problems"


def test_findings_in_json_have_a_pointer() -> None:
    text = to_json(parse("currentTxn.valu>500&&f(1)"))
    found = check_json(text).diagnostics
    assert [(item.code, item.pointer) for item in found] == [
        ("unknown-attribute", "/operands/0/operands/0/operands/1"),
        ("unknown-function", "/operands/1/operands/0"),
    ]
    assert all(item.span.cut(text).startswith("{") for item in found)


def test_json_types_that_differ_are_warned_about() -> None:
    text = to_json(check("currentTxn.value>500")).replace("real:", "string:").replace("tx:", "txn:")
    found = check_json(text)
    assert found.ok
    assert [(item.code, item.pointer) for item in found.diagnostics] == [
        ("type-differs", "/operands/0/type"),
        ("type-differs", "/operands/0/operands/0/type"),
    ]
    name = to_json(check("currentTxn.value>500")).replace(
        '"value":"value","type":"real', '"value":"value","type":"date'
    )
    assert [item.pointer for item in check_json(name).diagnostics] == ["/operands/0/operands/1/type"]


OLDER = [
    ("currentCustomer.slabNumber>5", "integer:number:primitive", "integer:object:primitive", None),
    ('tenderProfile.code=="a"', "paymentMode:object:primitive", "tenderProfile:object:primitive", None),
    (
        'currentCustomer.customFieldValueIncludes("gender","Male")',
        "EEnum__CustomerCustomField:enum:string:object:primitive",
        "string:object:primitive",
        None,
    ),
    (
        'currentEvent.eventType=="a"',
        "transactionAddEvent:object:primitive",
        "customer.transactionAddEvent:object:primitive",
        "TransactionAdd",
    ),
]


@pytest.mark.parametrize(("text", "now", "before", "event"), OLDER)
def test_json_with_an_older_spelling_reads_and_is_named_so(text: str, now: str, before: str, event: str | None) -> None:
    document = to_json(check(text, event=event))
    assert now in document
    found = check_json(document.replace(now, before), event=event)
    assert found.ok
    assert {one.code for one in found.diagnostics} == {"type-differs"}
    assert all(f"`{before}` is an older spelling of `{now}`" in one.message for one in found.diagnostics)


def test_arguments_of_methods_without_parameters_are_left_out_of_typed_json() -> None:
    text = 'currentCustomer.email.isNotNull("")&&currentCustomer.joinDate.day(1,currentTxn.value)==3'
    bare = "currentCustomer.email.isNotNull()&&currentCustomer.joinDate.day()==3"
    checked = check(text)
    assert checked.ok
    assert to_json(checked) == to_json(check(bare))
    assert to_json(parse(text)) != to_json(parse(bare)), "untyped JSON keeps them"
    assert codes('currentCustomer.email.isNull("","")') == []
    assert codes("currentCustomer.joinDate.day(currentTxn.valu)==1") == ["unknown-attribute"], "they are checked"
    assert codes('currentCustomer.isLoyal("x")') == ["attribute-called"]


def test_json_in_which_only_literals_are_typed_says_nothing_about_types() -> None:
    text = to_json(parse('currentLineItem.doesItemMatch("sku_code","221900")'))
    assert check_json(text).diagnostics == ()


def test_an_event_in_json_is_as_good_as_none() -> None:
    text = to_json(check('currentEvent.targetName=="A"', event="TargetCompleted"))
    assert check_json(text).diagnostics == ()
    assert [item.code for item in check_json(text, event="CustomerUpdate").diagnostics].count("type-differs") == 1


TERMS = ('currentLineItem.doesItemMatch("sku_code","{}")', "currentTxn.value>{}", "zzz.a>{}")


@pytest.mark.parametrize("operator", ["||", "&&"])
@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("terms", sizes(200, 1_000))
def test_ten_times_the_terms_are_ten_times_the_calls(operator: str, term: str, terms: int) -> None:
    """Calls are counted, of Python and of C functions: a busy machine changes nothing. Time is a benchmark's."""
    small, large = (_calls(parse(operator.join(term.format(i) for i in range(n)))) for n in (terms, 10 * terms))
    assert large <= 10.5 * small


def _calls(tree: Expr) -> int:
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        lint_tree(check_tree(tree), write=to_text)
    finally:
        sys.setprofile(before)
    return count


def test_deep_trees_are_no_deep_calls() -> None:
    negated = "!" * 3000 + "currentCustomer.isLoyal"
    chain = "currentTxn.value" + "+1" * 3000 + ">5"
    for text in (negated, chain):
        assert check(text, limits=Limits(nesting=5000)).ok
    nested = parse("currentCustomer.isLoyal")
    for level in range(3000):
        join = conjunction if level % 2 else disjunction
        nested = join([nested, Name(name="zzz")])
    assert not check_tree(nested).ok


def test_checked_can_be_pickled_with_its_schema() -> None:
    checked = check("currentTxn.value>500")
    again: Checked = pickle.loads(pickle.dumps(checked))
    assert (again.expr, again.types, again.reads, again.schema) == (
        checked.expr,
        checked.types,
        checked.reads,
        checked.schema,
    )


def test_shared_nodes_are_no_trouble() -> None:
    value = Dereference(operand=Name(name="currentTxn"), name="value")
    tree = Binary(operator="<", left=value, right=Binary(operator="+", left=value, right=NumberLiteral(value="1")))
    assert check_tree(tree).ok
