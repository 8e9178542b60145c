"""What completion offers: by the schema, ranked by what is typed, each with its type and meaning."""

from __future__ import annotations

import pytest

from targetexpr.front import Environment, check
from targetexpr.ide.completion import Completion, complete
from targetexpr.ide.document import Document
from targetexpr.lang.schema.schema import Schema

BUNDLED = Schema.bundled()
OURS = BUNDLED.extend(
    {
        "profiles": {"currentCustomer": {"customFields": {"city": ["Pune", "Delhi"], "free": []}}},
        "inventoryAttributes": {"brand": ["Puma", 'The "Best"', "back\\slash"], "sku_code": ["A1", "B2"]},
    }
)


def completed(text: str, schema: Schema = BUNDLED, event: str | None = None) -> list[Completion]:
    """The completions at the mark, or at the end."""
    at = text.find("¦")
    at = len(text) if at < 0 else at
    return complete(Document(text.replace("¦", ""), Environment(schema=schema, event=event)), at)


def labels(text: str, schema: Schema = BUNDLED, event: str | None = None) -> list[str]:
    return [one.label for one in completed(text, schema, event)]


def texts(text: str, schema: Schema = BUNDLED, event: str | None = None) -> list[str]:
    return [one.text for one in completed(text, schema, event)]


def test_profiles_with_their_meaning_and_the_two_words() -> None:
    found = {one.text: one for one in completed("")}
    assert found.keys() == {*BUNDLED.profiles, "true", "false"}
    assert found["currentTxn"].doc == BUNDLED.profiles["currentTxn"].doc
    assert found["true"].detail == "boolean"


def test_only_profiles_that_the_event_offers() -> None:
    assert "currentLineItem" in labels("cur", event="TransactionAdd")
    assert "currentLineItem" not in labels("cur", event="CustomerRegistration")


@pytest.mark.parametrize("event", ["TransactionAdd", "Scan", "TargetCompleted", "goodNight"])
def test_a_profile_is_offered_exactly_where_the_checker_lets_it_stand(event: str) -> None:
    refused = {
        name
        for name in BUNDLED.profiles
        if "profile-not-offered" in [one.code for one in check(f"{name}.x", event=event).diagnostics]
    }
    assert refused
    assert set(labels("", event=event)) == BUNDLED.profiles.keys() - refused | {"true", "false"}


def test_attributes_and_methods_with_type_and_meaning() -> None:
    found = {one.text: one for one in completed("currentTxn.")}
    profile = BUNDLED.profiles["currentTxn"]
    assert len(found) == len(profile.attributes) + len(profile.methods)
    assert (found["value"].detail, found["value"].doc) == ("real", profile.attributes["value"].doc)
    method = found["basketSum("]
    assert method.label == "basketSum(inventoryAttribute, attributeValue)"
    assert method.detail == "real"
    assert method.doc


def test_methods_without_arguments_are_closed() -> None:
    found = texts("currentTxn.date.")
    assert "isWeekend()" in found
    assert "isHourBetween(" in found
    assert all("ignored" not in label for label in labels("currentTxn.date."))


def test_what_begins_so_comes_before_what_holds_it_in_any_case() -> None:
    found = texts("currentTxn.VALUE")
    assert found[0] == "value"
    assert all("value" in text.lower() for text in found)
    assert len(found) > 1
    assert texts("currentTxn.zzz") == []


def test_attributes_of_the_event() -> None:
    found = texts("currentEvent.", event="TargetCompleted")
    assert "isTargetAchievedEvent" in found
    assert "previousMobile" not in found
    assert "isTargetAchievedEvent" not in texts("currentEvent.", event="Scan")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('currentTxn.basketSumIf("', {"AMOUNT", "DISCOUNT", "QUANTITY", "RATE", "VALUE"}),
        ('currentEvent.previousLoyaltyType=="', {"LOYALTY", "NON_LOYALTY"}),
        ('currentEvent.previousLoyaltyType!="NON', {"NON_LOYALTY"}),
        ('currentCustomer.isSubscribedToChannel("AND', {"ANDROID"}),
        ('currentCustomer.isSubscribedToChannel("ema', {"EMAIL"}),
        ('currentTxn.basketSum("', set()),
        ('"', set()),
    ],
)
def test_documented_values_between_quotes(text: str, wanted: set[str]) -> None:
    assert set(labels(text)) == wanted


def test_operators_of_the_basket_family() -> None:
    found = labels('currentTxn.basketSumIf("DISCOUNT","')
    assert {"EQUALS_TO", "GREATER_THAN", "LESS_THAN", "NOT_EQUALS_TO"} <= set(found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('currentTxn.basketSum("', ["brand", "sku_code"]),
        ('currentTxn.basketSum("sku', ["sku_code"]),
        ('currentTxn.basketSum("sku_code","', ["A1", "B2"]),
        ('currentTxn.basketSum("brand", "p', ["Puma"]),
        ('currentTxn.basketSum("unknown","', []),
        ('currentTxn.basketSum(currentTxn.number,"', []),
        ('currentLineItem.doesItemMatch("sku_code","b', ["B2"]),
        ('currentCustomer.customFieldValueIncludes("', ["city", "free"]),
        ('currentCustomer.customFieldValueIncludes("city","', ["Pune", "Delhi"]),
        ('currentCustomer.customFieldValueIncludes("free","', []),
        ('groupPrimaryCustomer.customFieldValueIncludes("city","', []),
    ],
)
def test_declared_names_and_values_that_depend_on_them(text: str, wanted: list[str]) -> None:
    assert labels(text, OURS) == wanted


def test_a_value_closes_its_quote_unless_it_is_closed() -> None:
    assert texts('currentTxn.basketSum("sku_code","A', OURS) == ['A1"']
    assert texts('currentTxn.basketSum("sku_code","A¦")>5', OURS) == ["A1"]
    assert texts('currentTxn.basketSum("sku_code","A¦"', OURS) == ["A1"]
    assert texts('currentTxn.basketSum("sku_code","A¦&&currentCustomer.name=="x"', OURS) == ['A1"']


def test_values_are_written_as_a_string_needs_them() -> None:
    assert texts('currentTxn.basketSum("brand","', OURS) == ['Puma"', '''The \\"Best\\""''', '''back\\\\slash"''']


@pytest.mark.parametrize(
    "text",
    ["currentTxn.value ", "currentTxn.value>5", 'currentTxn.number=="x"', "nobody.", "currentTxn.nobody.", "5", ")"],
)
def test_nothing_is_offered_where_nothing_fits(text: str) -> None:
    assert completed(text) == []


def written(text: str, label: str, *, whole: bool = True, schema: Schema = BUNDLED) -> str:
    """The text after a completion is taken at the mark, in place of the whole word or of what stands before."""
    found = next(one for one in completed(text, schema) if one.label == label)
    text = text.replace("¦", "")
    start, end = found.replace if whole else found.insert
    return text[:start] + found.text + text[end:]


@pytest.mark.parametrize(
    ("text", "label", "replaced", "inserted"),
    [
        ("currentTxn.gr¦", "grossAmount", "currentTxn.grossAmount", "currentTxn.grossAmount"),
        ("currentTxn.gr¦Amount>5", "grossAmount", "currentTxn.grossAmount>5", "currentTxn.grossAmountAmount>5"),
        ("currentTxn.¦value>5", "grossAmount", "currentTxn.grossAmount>5", "currentTxn.grossAmountvalue>5"),
        ("1<cur¦rentTxn.value", "currentCustomer", "1<currentCustomer.value", "1<currentCustomerrentTxn.value"),
        ("1<¦currentTxn.value", "currentCustomer", "1<currentCustomer.value", "1<currentCustomercurrentTxn.value"),
        ("1<¦ currentTxn.value", "true", "1<true currentTxn.value", "1<true currentTxn.value"),
        ("tr¦ue&&false", "true", "true&&false", "trueue&&false"),
        ("currentTxn.date.isW¦eek()", "isWeekend()", "currentTxn.date.isWeekend()", "currentTxn.date.isWeekendeek()"),
        ("currentTxn.date.isW¦eek", "isWeekend()", "currentTxn.date.isWeekend()", "currentTxn.date.isWeekend()eek"),
    ],
)
def test_the_whole_word_is_replaced_or_what_stands_before_the_offset(
    text: str, label: str, replaced: str, inserted: str
) -> None:
    assert written(text, label) == replaced
    assert written(text, label, whole=False) == inserted


@pytest.mark.parametrize(
    ("text", "label", "replaced"),
    [
        ('currentTxn.basketSum("sku_code","A¦9")>5', "A1", 'currentTxn.basketSum("sku_code","A1")>5'),
        ('currentTxn.basketSum("sku_code","A¦9>5', "A1", 'currentTxn.basketSum("sku_code","A1"9>5'),
        ('currentTxn.basketSum("sku_code","¦A\\"9")>5', "A1", 'currentTxn.basketSum("sku_code","A1")>5'),
    ],
)
def test_a_value_replaces_what_stands_between_the_quotes(text: str, label: str, replaced: str) -> None:
    assert written(text, label, schema=OURS) == replaced


def test_a_call_names_the_parameters_to_fill_in_unless_it_has_its_parentheses() -> None:
    label = "basketSum(inventoryAttribute, attributeValue)"
    (found,) = (one for one in completed("currentTxn.basketS") if one.label == label)
    assert (found.text, found.parameters) == ("basketSum(", ("inventoryAttribute", "attributeValue"))
    (found,) = (one for one in completed('currentTxn.basketS¦um ("a","b")') if one.label == label)
    assert (found.text, found.parameters) == ("basketSum", ())
    assert next(one for one in completed("currentTxn.date.isWeek")).parameters == ()


def test_kinds() -> None:
    assert {one.kind for one in completed("")} == {"profile", "boolean"}
    assert {one.kind for one in completed("currentTxn.")} == {"attribute", "method"}
    assert {one.kind for one in completed('currentTxn.basketSumIf("')} == {"value"}


def test_documentation_says_all_that_is_known() -> None:
    found = {one.label: one.documentation(BUNDLED) for one in (*completed(""), *completed("currentCustomer."))}
    assert "Offered by SlabUpgrade, TransactionAdd, TransactionUpdate" in found["currentTxn"]
    assert "Values of channel: MOBILE, EMAIL" in found["isSubscribedToChannel(channel)"]
    assert "Example: currentCustomer." in found["slabName"]
    assert found["true"] == ""


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("currentTxn.value=>500 and currentTxn.", "value"),
        ("currentCustomer.slabName=='Gold' && currentTxn.da", "date"),
        ("currentTxn.basketSum(“brand”,“Puma”).", "isNull()"),
        ("currentCustomer.name.contains('x').", "isNull()"),
        ('currentTxn.nothing==1 && currentTxn.basketSumIf("', "AMOUNT"),
    ],
)
def test_what_is_broken_before_does_not_matter(text: str, label: str) -> None:
    assert label in labels(text)
