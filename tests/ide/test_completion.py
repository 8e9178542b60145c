"""What completion offers: by the schema, ranked by what is typed, each with its type and meaning."""

from __future__ import annotations

import pytest

from targetexpr.front import check
from targetexpr.ide.completion import Offer, offers
from targetexpr.ide.cursor import place_at
from targetexpr.lang.schema.schema import Schema

BUNDLED = Schema.bundled()
OURS = BUNDLED.extend(
    {
        "profiles": {"currentCustomer": {"customFields": {"city": ["Pune", "Delhi"], "free": []}}},
        "inventoryAttributes": {"brand": ["Puma", 'The "Best"', "back\\slash"], "sku_code": ["A1", "B2"]},
    }
)


def offered(text: str, schema: Schema = BUNDLED, event: str | None = None) -> list[Offer]:
    """The offers at the mark, or at the end."""
    at = text.find("¦")
    at = len(text) if at < 0 else at
    return offers(place_at(text.replace("¦", ""), at, schema, event), schema, event)


def labels(text: str, schema: Schema = BUNDLED, event: str | None = None) -> list[str]:
    return [offer.label for offer in offered(text, schema, event)]


def texts(text: str, schema: Schema = BUNDLED, event: str | None = None) -> list[str]:
    return [offer.text for offer in offered(text, schema, event)]


def test_profiles_with_their_meaning_and_the_two_words() -> None:
    found = {offer.text: offer for offer in offered("")}
    assert found.keys() == {*BUNDLED.profiles, "true", "false"}
    assert found["currentTxn"].doc == BUNDLED.profiles["currentTxn"].doc
    assert found["true"].meta == "boolean"


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
    found = {offer.text: offer for offer in offered("currentTxn.")}
    profile = BUNDLED.profiles["currentTxn"]
    assert len(found) == len(profile.attributes) + len(profile.methods)
    assert (found["value"].type, found["value"].doc) == ("real", profile.attributes["value"].doc)
    method = found["basketSum("]
    assert method.label == "basketSum(inventoryAttribute, attributeValue)"
    assert method.type == "real"
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
    assert offered(text) == []
