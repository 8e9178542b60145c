"""Rules in plain English: every operator and every method has words, and a list has a line for each condition."""

from __future__ import annotations

import re

import pytest

from targetexpr.front import Environment
from targetexpr.ide.catalogue import Entry, catalogue, example
from targetexpr.ide.document import Document
from targetexpr.ide.reading import reading
from targetexpr.lang.functions import all_functions
from targetexpr.lang.operators import BINARY, COMPARISONS
from targetexpr.lang.schema.load import SchemaError
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import BOOLEAN
from tests.corpus import texts

ANYTHING = Environment(expect=None)
EVERYTHING = [one for all_of in catalogue(Schema.bundled()).values() for one in all_of]


def words(text: str) -> str:
    found = reading(Document(text, ANYTHING))
    assert found is not None
    return found.text


READINGS = {
    "true": "Always.",
    "false": "Never.",
    "currentTxn.value==500": "The value of the transaction is 500.",
    "currentTxn.value!=500": "The value of the transaction is not 500.",
    "currentTxn.value<500": "The value of the transaction is less than 500.",
    "currentTxn.value<=0-5": "The value of the transaction is at most -5.",
    "500<currentTxn.value": "The value of the transaction is more than 500.",
    "!(currentTxn.value>=500)": "The value of the transaction is not at least 500.",
    "(currentTxn.value!=500)==false": "The value of the transaction is 500.",
    "currentTxn.date<currentCustomer.joinDate": "The date of the transaction is before the join date of the customer.",
    "currentTxn.date>=currentCustomer.joinDate": (
        "The date of the transaction is the join date of the customer or after."
    ),
    "currentTxn.date.isAfter(2025,5,1)": "The date of the transaction is after 1 May 2025.",
    "currentTxn.date.isBefore(2025,5,1,18,30,0)==false": (
        "The date of the transaction is not before 1 May 2025 18:30."
    ),
    "currentTxn.date.isTimeBetween(17,5,21,0)": "The date of the transaction is between 17:05 and 21:00.",
    "currentTxn.date.dateDiff(2025,5,1)<7": (
        "The days between the date of the transaction and 1 May 2025 are less than 7."
    ),
    'currentTxn.date.daysDiffFromString("2025-05-01")==0': (
        "The days from 1 May 2025 to the nearest anniversary of the date of the transaction are 0."
    ),
    "currentTxn.date.month()==5": "The month of the date of the transaction is 5.",
    "currentCustomer.isLoyal": "The customer is loyal.",
    "currentCustomer.isLoyal==false": "The customer is not loyal.",
    "!currentCustomer.hasInstoreProfile": "The customer does not have instore profile.",
    'currentCustomer.email.matches("com$")==false': 'The email of the customer does not match the pattern "com$".',
    "currentCustomer.email.isEmpty()": "The email of the customer is missing or empty.",
    'currentCustomer.extField_home_city=="Pune"': 'The extended field home city of the customer is "Pune".',
    'currentTxn.basketSum("brand","Puma")>=100': (
        'The amount of items in the transaction with brand "Puma" is at least 100.'
    ),
    'currentTxn.basketExcludesRegex("brand","^X")': (
        'The transaction has no item whose brand matches the pattern "^X".'
    ),
    'currentTxn.basketCountIf("AMOUNT","LESS_THAN","50")>2': (
        "The number of items in the transaction whose amount is less than 50 is more than 2."
    ),
    'currentCustomer.customFieldValueIncludes("city","Goa")': 'Custom field "city" of the customer includes "Goa".',
    'currentCustomer.isRegisteredOn("STORE","x")': 'The customer is registered on "STORE" "x".',
    'currentCustomer.isRegisteredOn("STORE")==false': 'The customer is not registered on "STORE".',
    'currentTxn.tenderCombinationExcludes("A")==false': 'The transaction is paid with the combination "A".',
    '!currentEvent.targetExists("T")': 'The event does not have the target "T".',
    'currentEvent.targetAchieved("T")>=5': 'The value achieved in the event for the target "T" is at least 5.',
    "currentTxn.value-currentTxn.discount>100": (
        "The value of the transaction minus the discount of the transaction is more than 100."
    ),
    "(currentTxn.value-5)*2>currentTxn.value%7": (
        "(the value of the transaction minus 5) times 2 is more than "
        "the remainder of the value of the transaction by 7."
    ),
    "currentTxn.value>5?currentCustomer.isLoyal:false": (
        "If the value of the transaction is more than 5: the customer is loyal; otherwise: never."
    ),
    "(currentTxn.value>5)==(currentTxn.discount>5)": (
        "Both or neither of these: the value of the transaction is more than 5; "
        "the discount of the transaction is more than 5."
    ),
    "currentTxn.value+1": "The value of the transaction plus 1.",
    'currentLineItem.code=="a"||currentLineItem.code=="b"': 'The code of the line item is one of "a", "b".',
    'currentLineItem.code!="a"&&currentLineItem.code!="b"': 'The code of the line item is none of "a", "b".',
    "!(currentTxn.value>5&&currentTxn.discount==0)": (
        "Not all of these hold:\n- the value of the transaction is more than 5\n- the discount of the transaction is 0"
    ),
    "(currentTxn.value>5||currentTxn.discount==0)==false": (
        "None of these holds:\n- the value of the transaction is more than 5\n- the discount of the transaction is 0"
    ),
}


@pytest.mark.parametrize("text", READINGS)
def test_what_a_rule_says(text: str) -> None:
    assert words(text) == READINGS[text]


def test_groups_are_lists_in_lists() -> None:
    text = 'currentTxn.value>5&&(currentCustomer.isLoyal||currentTxn.date.isWeekend()&&currentTxn.notes=="x")'
    assert words(text).split("\n") == [
        "All of these hold:",
        "- the value of the transaction is more than 5",
        "- at least one of these holds:",
        "  - the customer is loyal",
        "  - all of these hold:",
        "    - the date of the transaction is on the weekend",
        '    - the notes of the transaction are "x"',
    ]


def test_a_long_list_names_the_first() -> None:
    text = "||".join(f'currentLineItem.code=="{number}"' for number in range(300))
    assert words(text).startswith('The code of the line item is one of "0", "1", "2"')
    assert words(text).endswith('"19" and 280 more.')


NOT_WORDS = re.compile(r"[{}`_]|[a-z][A-Z]|&&|\|\|")


@pytest.mark.parametrize("entry", EVERYTHING, ids=lambda entry: f"{entry.owner}.{entry.name}")
def test_each_attribute_and_method_has_words(entry: Entry) -> None:
    """No name of the language is left in what is said of it; what is quoted is the author's."""
    said = re.sub(r'"[^"]*"', '""', words(example(Schema.bundled(), entry)))
    said = re.sub(r"\bextField_\w+|\b(?:with|whose) \w+|\biOS\b", "", said)
    assert NOT_WORDS.search(said) is None, said


def test_each_method_of_the_bundled_schema_has_words() -> None:
    for profile in Schema.bundled().profiles.values():
        for name, method in profile.methods.items():
            assert method.function.receiver != "profile" or method.function.words is not None, name


def test_a_schema_file_says_how_its_methods_are_worded() -> None:
    methods = {
        "buys": {"parameters": [{"name": "what"}], "words": "{profile} has bought {0} {4}"},
        "visits": {"parameters": [{"name": "days", "type": "integer"}], "result": "integer"},
    }
    mine = Environment(schema=Schema.bundled().extend({"profiles": {"currentCustomer": {"methods": methods}}}))
    read = [
        found.text
        for text in ('currentCustomer.buys("tea")', "currentCustomer.visits(5)>2")
        if (found := reading(Document(text, mine))) is not None
    ]
    assert read == ['The customer has bought "tea" ….', "The visits of the customer for 5 are more than 2."]
    wrong = {"profiles": {"currentCustomer": {"methods": {"buys": {"words": "{what} is bought"}}}}}
    with pytest.raises(SchemaError):
        Schema.bundled().extend(wrong)


def test_each_declared_method_has_words_of_its_own() -> None:
    for function in all_functions():
        if function.result == BOOLEAN:
            assert function.phrase is not None, function.name
        else:
            assert all(one.noun or one.subject for one in function.overloads), function.name


@pytest.mark.parametrize("operator", BINARY)
def test_each_operator_has_words(operator: str) -> None:
    text = f"currentTxn.value{operator}currentTxn.discount"
    said = words(text if operator in COMPARISONS else f"{text}>5")
    assert operator not in said
    assert said.startswith("The ")
    assert "the discount of the transaction" in said


def test_every_text_has_a_reading_or_none() -> None:
    for text in texts():
        found = reading(Document(text, ANYTHING))
        assert found is None or found.text
