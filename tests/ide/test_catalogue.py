"""The catalogue of what an expression can name: every entry looked up, searched, shown, with an example that checks."""

from __future__ import annotations

import pytest

from targetexpr.base.errors import InputError
from targetexpr.front import check
from targetexpr.ide.catalogue import VALUE_OWNERS, Entry, catalogue, entries, example, named, search
from targetexpr.ide.catalogue_text import events, found, listing
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.schema.schema import Schema

SCHEMA = Schema.bundled()
EVERYTHING = [one for all_of in catalogue(SCHEMA).values() for one in all_of]


def only(name: str) -> Entry:
    (found,) = named(SCHEMA, name)
    return found


def test_everything_of_the_schema_is_in_it_once() -> None:
    members = [
        f"{profile.name}.{name}"
        for profile in SCHEMA.profiles.values()
        for name in (*profile.attributes, *(pattern.name for pattern in profile.patterns), *profile.methods)
    ]
    methods = [f"{kind}.{name}" for kind in VALUE_OWNERS for name in KIND_METHODS[kind]]
    assert sorted(f"{one.owner}.{one.name}" for one in EVERYTHING) == sorted([*members, *methods])


def test_each_entry_is_found_by_its_full_name() -> None:
    for one in EVERYTHING:
        found = named(SCHEMA, f"{one.owner}.{one.name}")
        assert one in found
        assert len({type(same.item) for same in found}) == len(found) <= 2


def test_every_example_checks() -> None:
    for one in EVERYTHING:
        text = example(SCHEMA, one)
        checked = check(text, SCHEMA, expect=None, event="GymVisit" if one.name == "*" else None)
        assert checked.ok, (text, checked.diagnostics)
        assert one.name.rstrip("*") in text
        assert text in listing(SCHEMA, f"{one.owner}.{one.name}")


@pytest.mark.parametrize(("word", "kind"), [("text", "string"), ("condition", "boolean"), ("string", "string")])
def test_kinds_of_value_by_either_word(word: str, kind: str) -> None:
    assert entries(SCHEMA, word) == entries(SCHEMA, kind)
    assert {one.owner for one in entries(SCHEMA, word)} == {kind}


@pytest.mark.parametrize(
    ("word", "owner", "wanted"),
    [
        ("anniversary", None, {"date.daysDiff"}),
        ("ANNIVERSARY", None, {"date.daysDiff"}),
        ("basketSumIf", "currentTxn", {"currentTxn.basketSumIf"}),
        ("zzzz", None, set()),
    ],
)
def test_search_by_name_and_meaning(word: str, owner: str | None, wanted: set[str]) -> None:
    assert {f"{one.owner}.{one.name}" for one in search(SCHEMA, word, owner)} == wanted


def test_a_search_is_what_has_the_word() -> None:
    words = {one.label for one in search(SCHEMA, "points")}
    for one in EVERYTHING:
        has = "points" in f"{one.owner}.{one.name} {one.doc}".lower()
        assert (one.label in words) is has


def test_notes_say_values_choices_and_events() -> None:
    assert "Values of channel: MOBILE, EMAIL" in "\n".join(only("currentCustomer.isSubscribedToChannel").notes)
    assert "Only in CustomerUpdate" in only("currentEvent.previousEmail").notes
    assert only("date.isWeekend").notes == ()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("currentTxm.value", "did you mean currentTxn?"),
        ("currentTxn.valu", "did you mean value?"),
        ("zzz.value", "`targetexpr schema` lists them"),
        ("currentTxn.zzz", "`targetexpr schema currentTxn` lists what there is"),
    ],
)
def test_what_does_not_exist_is_an_error_with_what_comes_close(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        named(SCHEMA, name)


def test_lists_for_people() -> None:
    assert all(name in listing(SCHEMA) for name in SCHEMA.profiles)
    assert "basketSumIf(field, operator, value)" in listing(SCHEMA, "currentTxn")
    assert "daysDiff(" in listing(SCHEMA, "date")
    assert found([], "zzz") == "nothing has 'zzz' in its name or meaning"
    assert "currentCustomer, currentEvent, currentProduct, currentStore, currentUserGroup" in events(SCHEMA)
