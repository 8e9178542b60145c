"""A rule set says what a loop over its rules says: verdicts in order, and every error."""

from __future__ import annotations

import pickle
from decimal import Decimal
from random import Random
from threading import Event, Thread

import pytest

from targetexpr import RuleSet, RuleSetError, Schema, compile  # noqa: A004
from tests.rulesets.generated import by_loop, by_set, changed_set, contexts

GOLD = 'currentCustomer.slabName=="Gold"'


@pytest.mark.parametrize("seed", range(30))
def test_a_set_agrees_with_a_loop(seed: int) -> None:
    random = Random(seed)
    rules = changed_set(random)
    for context in contexts(random, 8):
        assert by_set(rules, context) == by_loop(rules.items(), context)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_very_many_sets_agree_with_a_loop() -> None:
    """More than 200,000 pairs of a rule and a context."""
    random = Random(18)
    pairs = 0
    while pairs < 250_000:
        rules = changed_set(random, 60)
        for context in contexts(random, 20):
            assert by_set(rules, context) == by_loop(rules.items(), context)
            pairs += len(rules)


def test_the_index_rules_out() -> None:
    """Most rules are never asked: what is left to ask is what one field cannot exclude."""
    rules = RuleSet({f"s{n}": f'currentTxn.number=="{n}"&&currentTxn.value>{n}' for n in range(200)})
    context = {"currentTxn": {"number": "7", "value": 500}}
    assert rules.matches(context).ids == ("s7",)
    assert rules._state.index.possible(context).bit_count() == 1


# What a value rules out, at the edges: each row a rule, a value of `currentTxn.value`, and the verdict by LANGUAGE.
EDGES = [
    ("currentTxn.value>0.1", 0.1, False),
    ("currentTxn.value>=0.1", 0.1, True),
    ("currentTxn.value>=0.1", Decimal("0.1"), True),
    ("currentTxn.value>0.1", Decimal("0.10000000000000000001"), True),
    ("currentTxn.value<=0.1", Decimal("0.10000000000000000001"), False),
    ("currentTxn.value<0.10000000000000001", 0.1, True),
    ("currentTxn.value==0.10000000000000001", 0.1, False),
    ("currentTxn.value==0.10000000000000001", "0.10000000000000001", True),
    ("currentTxn.value==5", 5, True),
    ("currentTxn.value==5", 5.0, True),
    ("currentTxn.value==5", "5.0", True),
    ("currentTxn.value==5", Decimal(5), True),
    ("currentTxn.value==5||currentTxn.value==7", 6, False),
    ("currentTxn.value!=5", 5, False),
    ("!(currentTxn.value>5)", 5, True),
    ("!(currentTxn.value>5&&currentTxn.value<9)", 7, False),
    ("(currentTxn.value>5)==false", 6, False),
    ("currentTxn.value>-5", -5, False),
    ("-5<currentTxn.value", -4.5, True),
    ("currentTxn.value>=100000000000000000000000", 1e23, True),
    ("currentTxn.value>9007199254740993", 9007199254740992, False),
    ("currentTxn.value>9007199254740992", 9007199254740993, True),
    ("currentTxn.value<5&&currentTxn.value>5", 5, False),
]


@pytest.mark.parametrize(("text", "value", "verdict"), EDGES)
def test_edges_of_numbers(text: str, value: object, verdict: bool) -> None:
    context = {"currentTxn": {"value": value}}
    rules = RuleSet([text, "currentTxn.value>1000&&currentTxn.value<2000"])
    assert (0 in rules.matches(context).ids) is verdict
    grown = RuleSet()
    grown.add(0, text)
    assert (0 in grown.matches(context).ids) is verdict


def test_an_error_before_the_term_that_is_false() -> None:
    """The first value that does not fit raises, if a term behind it is false or not; one behind it is not reached."""
    rules = RuleSet(
        {
            "before": "currentTxn.discount>1&&currentTxn.value>500",
            "behind": "currentTxn.value>500&&currentTxn.discount>1",
        }
    )
    found = rules.matches({"currentTxn": {"value": 5, "discount": "much"}})
    assert found.ids == ()
    assert [(id_, error.path) for id_, error in found.errors] == [("before", "currentTxn.discount")]


def test_null_does_not_stop_an_error_behind_it() -> None:
    rules = RuleSet(["currentTxn.value>500&&currentTxn.discount>1"])
    found = rules.matches({"currentTxn": {"value": None, "discount": "much"}})
    assert [error.path for _, error in found.errors] == ["currentTxn.discount"]


def test_line_items_that_do_not_fit() -> None:
    rules = RuleSet(
        {
            "puma": 'currentTxn.basketIncludes("brand","Puma")',
            "sum": 'currentTxn.basketSum("brand","Nike")>1&&currentTxn.value>500',
        }
    )
    bill = {"value": 5, "lineItems": [{"amount": "much", "attributes": {"brand": "Nike"}}]}
    found = rules.matches({"currentTxn": bill})
    assert [(id_, error.path) for id_, error in found.errors] == [("sum", "currentTxn.lineItems[0].amount")]
    assert rules.matches({"currentTxn": {**bill, "lineItems": None}}) == ((), ())


def test_a_missing_profile_is_an_error_of_the_rules_that_read_it() -> None:
    rules = RuleSet({"big": "currentTxn.value>500", "gold": GOLD})
    found = rules.matches({"currentTxn": {"value": 600}})
    assert found.ids == ("big",)
    assert [(id_, error.path) for id_, error in found.errors] == [("gold", "currentCustomer")]
    lenient = RuleSet({"big": "currentTxn.value>500", "gold": GOLD}, on_error="null")
    assert lenient.matches({"currentTxn": {"value": 600}}) == (("big",), ())


def test_extended_fields_lie_in_two_places() -> None:
    schema = Schema.bundled().extend(extended_fields={"currentTxn": {"channel": "string"}})
    rules = RuleSet({"web": 'currentTxn.extField_channel=="web"'}, schema=schema)
    assert rules.matches({"currentTxn": {"extField_channel": "web"}}).ids == ("web",)
    assert rules.matches({"currentTxn": {"extendedFields": {"channel": "web"}}}).ids == ("web",)
    assert rules.matches({"currentTxn": {"extendedFields": {"channel": "app"}}}).ids == ()
    assert len(rules.matches({"currentTxn": {"extendedFields": "web"}}).errors) == 1


def test_ids_texts_rules_and_order() -> None:
    big = compile("currentTxn.value>500")
    rules = RuleSet(["currentTxn.value>1", ("b", big), ("a", "currentTxn.value>2")])
    assert list(rules) == [0, "b", "a"]
    assert rules.matches({"currentTxn": {"value": 501}}).ids == (0, "b", "a")
    assert rules["b"] is big
    assert "a" in rules
    assert len(rules) == 3
    rules.remove("b")
    rules.add("b", big)
    assert rules.matches({"currentTxn": {"value": 501}}).ids == (0, "a", "b")


def test_explain() -> None:
    rules = RuleSet({"gold": GOLD})
    context = {"currentCustomer": {"slabName": "Silver"}}
    assert str(rules.explain(context, "gold")) == str(rules["gold"].explain(context))
    with pytest.raises(KeyError):
        rules.explain(context, "silver")


def test_broken_rules_are_all_named() -> None:
    with pytest.raises(RuleSetError) as caught:
        RuleSet({"a": "currentTxn.value>", "b": "true", "c": "currentTxn.vale>1"})
    assert [id_ for id_, _ in caught.value.errors] == ["a", "c"]
    assert str(caught.value).startswith("2 of 3 rules are not valid; the first: 'a': ")


def test_a_broken_rule_leaves_the_set_as_it_was() -> None:
    rules = RuleSet({"gold": GOLD})
    with pytest.raises(RuleSetError):
        rules.update({"x": "true", "y": "=="})
    with pytest.raises(ValueError, match="'gold' is in the set already"):
        rules.update({"x": "true", "gold": "true"})
    assert list(rules) == ["gold"]
    with pytest.raises(KeyError):
        rules.remove("x")


def test_misuse() -> None:
    with pytest.raises(ValueError, match="two rules are called 'a'"):
        RuleSet([("a", "true"), ("a", "false")])
    with pytest.raises(TypeError, match="several rules"):
        RuleSet("true")
    with pytest.raises(TypeError, match="not int"):
        RuleSet([5])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="compiled for another timezone"):
        RuleSet([("a", compile("true")), ("b", compile("true", timezone="Asia/Kolkata"))])


def test_compiled_rules_bring_their_environment() -> None:
    rules = RuleSet([compile("true", timezone="Asia/Kolkata", on_error="null")])
    rules.add("later", "currentTxn.date.isWeekend()")
    assert rules["later"].timezone == "Asia/Kolkata"
    assert rules["later"].on_error == "null"


def test_pickle() -> None:
    rules = RuleSet({"big": "currentTxn.value>500", "gold": GOLD}, timezone="Asia/Kolkata", on_error="null")
    again = pickle.loads(pickle.dumps(rules))
    assert list(again) == ["big", "gold"]
    assert again["big"].timezone == "Asia/Kolkata"
    assert again.matches({"currentTxn": {"value": 501}}).ids == ("big",)


def test_many_adds_and_removes() -> None:
    """The index is laid out anew as the set outgrows it; nothing of that shows."""
    rules = RuleSet()
    for n in range(500):
        rules.add(n, f"currentTxn.value>{n}")
    for n in range(0, 500, 2):
        rules.remove(n)
    assert rules.matches({"currentTxn": {"value": 250.5}}).ids == tuple(range(1, 250, 2))
    for n in range(1, 500, 2):
        rules.remove(n)
    assert rules.matches({"currentTxn": {"value": 250.5}}) == ((), ())
    assert len(rules) == 0


def test_reading_while_others_write() -> None:
    """Rules that stay are answered for at every moment, and rules that come and go only as what they are."""
    rules = RuleSet({f"stays{n}": f"currentTxn.value>{n}" for n in range(100)})
    expected = [f"stays{n}" for n in range(50)]
    context = {"currentTxn": {"value": 50}}
    wrong: list[object] = []
    done = Event()

    def read() -> None:
        while not done.is_set():
            found = rules.matches(context).ids
            if [id_ for id_ in found if str(id_).startswith("stays")] != expected or "never" in found:
                wrong.append(found)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(300):
        rules.add("never", f"currentTxn.value>{n + 50}")
        rules.add("comes", "currentTxn.value>1")
        rules.remove("never")
        rules.remove("comes")
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
