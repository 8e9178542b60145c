"""Changes of rows: the text that each makes, what is refused, and that nothing else of the rule changes."""

from __future__ import annotations

from datetime import date

import pytest

from targetexpr.base.diagnostics import Edit
from targetexpr.front import Environment, check
from targetexpr.ide.condition_changes import (
    Add,
    AddGroup,
    Change,
    ConditionError,
    Move,
    Negate,
    NewRow,
    Remove,
    SetList,
    SetMode,
    SetOperator,
    SetSubject,
    SetText,
    SetValue,
    Unwrap,
    Wrap,
)
from targetexpr.ide.condition_edits import edit_conditions, edited
from targetexpr.ide.document import Document
from targetexpr.lang.schema.schema import Schema

TODAY = date(2025, 5, 27)


def edits_of(text: str, change: Change, environment: Environment | None = None) -> tuple[Edit, ...]:
    return edit_conditions(Document(text, environment or Environment()), change, today=TODAY)


def after(text: str, change: Change, environment: Environment | None = None) -> str:
    return edited(text, edits_of(text, change, environment))


def refusal(text: str, change: Change) -> str:
    with pytest.raises(ConditionError) as refused:
        edits_of(text, change)
    return str(refused.value)


ONE, TWO = (0,), (1,)
A, B, C = "currentTxn.value>500", 'currentCustomer.slabName=="Gold"', "currentCustomer.isLoyal"
NEW = NewRow(subject="currentTxn.discount")
N = "currentTxn.discount>0"


def value(typed: str, place: int = 0, path: tuple[int, ...] = ONE) -> SetValue:
    return SetValue(path=path, place=place, typed=typed)


def operator(wanted: str) -> SetOperator:
    return SetOperator(path=ONE, operator=wanted)


def subject(wanted: str) -> SetSubject:
    return SetSubject(path=ONE, subject=wanted)


ROWS: list[tuple[str, Change, str]] = [
    # values
    (A, value("12.50"), "currentTxn.value>12.5"),
    (A, value(" 7 "), "currentTxn.value>7"),
    (A, value(".5"), "currentTxn.value>0.5"),
    (A, value("-5"), "currentTxn.value>0-5"),
    (A, value("500"), A),
    ("currentTxn.value>0-5", value("3"), "currentTxn.value>3"),
    ("currentTxn.value > -5", value("−7"), "currentTxn.value > 0-7"),
    (B, value('a "b" \\ é🎉'), 'currentCustomer.slabName=="a \\"b\\" \\\\ é🎉"'),
    (B, value(""), 'currentCustomer.slabName==""'),
    (B, value("line\nbreak"), 'currentCustomer.slabName=="line\\nbreak"'),
    ('"Gold" == currentCustomer.slabName', value("Silver"), '"Silver" == currentCustomer.slabName'),
    (
        'currentTxn.basketSum( "brand" , "Puma" )>5',
        value("Nike", 1),
        'currentTxn.basketSum( "brand" , "Nike" )>5',
    ),
    (
        'currentTxn.basketSumIf("QUANTITY","GREATER_THAN","2")>5',
        value("3.0", 2),
        'currentTxn.basketSumIf("QUANTITY","GREATER_THAN","3")>5',
    ),
    ("currentTxn.date.isAfter(2025, 05, 01)", value("2025-05-02"), "currentTxn.date.isAfter(2025, 5, 2)"),
    ("currentTxn.date.isAfter(2025,5,1)", value("2026-12-31T18:30"), "currentTxn.date.isAfter(2026,12,31,18,30,0)"),
    ("currentTxn.date.isAfter(2025,5,1,8,30,0)", value("2025-05-01"), "currentTxn.date.isAfter(2025,5,1)"),
    ("currentTxn.date.isTimeBetween(17,30,21,0)", value("24:00", 1), "currentTxn.date.isTimeBetween(17,30,24,0)"),
    ("currentTxn.date.isHourBetween(16,20)", value("9"), "currentTxn.date.isHourBetween(9,20)"),
    (
        'currentTxn.date.daysDiffFromString("2025-05-01")==0',
        value("2025-06-01"),
        'currentTxn.date.daysDiffFromString("2025-06-01")==0',
    ),
    (
        'currentCustomer.currentPoints.interval("100,400")==2',
        value("100, 400, 600"),
        'currentCustomer.currentPoints.interval("100,400,600")==2',
    ),
    (
        A,
        SetValue(path=ONE, place=0, typed="currentTxn.discount", kind="attribute"),
        "currentTxn.value>currentTxn.discount",
    ),
    (
        "currentTxn.value>currentTxn.discount",
        SetValue(path=ONE, place=0, typed="5", kind="number"),
        "currentTxn.value>5",
    ),
    # operators
    (A, operator("<="), "currentTxn.value<=500"),
    ("500 < currentTxn.value", operator("<="), "500 >= currentTxn.value"),
    ("!(currentTxn.value>5)", operator("!<"), "!(currentTxn.value<5)"),
    ("!( currentTxn.value>5 )", operator("<"), "currentTxn.value<5"),
    (A, operator("!>"), "(currentTxn.value>500)==false"),
    (A, operator("isNull"), "currentTxn.value.isNull()"),
    (B, operator("contains"), 'currentCustomer.slabName.contains("Gold")'),
    (B, operator("!contains"), 'currentCustomer.slabName.contains("Gold")==false'),
    ('"Gold"==currentCustomer.slabName', operator("contains"), 'currentCustomer.slabName.contains("Gold")'),
    (B, operator("exists"), "currentCustomer.slabName.exists()"),
    ('currentCustomer.slabName.contains("Gold")==false', operator("=="), B),
    ('!currentCustomer.slabName.contains("Gold")', operator("contains"), 'currentCustomer.slabName.contains("Gold")'),
    (
        'currentCustomer.slabName . contains( "Gold" )',
        operator("matches"),
        'currentCustomer.slabName . matches( "Gold" )',
    ),
    ('currentCustomer.slabName.contains("Gold")', operator("notExists"), "currentCustomer.slabName.notExists()"),
    ("currentCustomer.slabName.notExists()", operator("!="), 'currentCustomer.slabName!=""'),
    (
        'currentTxn.basketIncludes("brand","Puma")',
        operator("basketExcludes"),
        'currentTxn.basketExcludes("brand","Puma")',
    ),
    (
        'currentTxn.basketIncludes("brand","Puma")',
        operator("!basketIncludesRegexBrand"),
        'currentTxn.basketIncludesRegexBrand(".+")==false',
    ),
    ("currentTxn.date.isWeekend()", operator("isAfter"), "currentTxn.date.isAfter(2025,5,27)"),
    ("currentTxn.date.isAfter(2025,5,1)", operator("isBefore"), "currentTxn.date.isBefore(2025,5,1)"),
    ("currentTxn.date.isWeekend()", operator("<"), "currentTxn.date<currentCustomer.slabChangeDate"),
    ("currentTxn.date>currentCustomer.joinDate", operator("isWeekday"), "currentTxn.date.isWeekday()"),
    (C, operator("false"), "currentCustomer.isLoyal==false"),
    ("currentCustomer.isLoyal==true", operator("false"), "currentCustomer.isLoyal==false"),
    ("(currentCustomer.isLoyal)==false", operator("true"), "currentCustomer.isLoyal"),
    ("!currentCustomer.isLoyal", operator("true"), C),
    ("currentCustomer.isLoyal()==false", operator("isNull"), "currentCustomer.isLoyal().isNull()"),
    ("currentCustomer.isLoyal.isNull()", operator("false"), "currentCustomer.isLoyal==false"),
    ("true", operator("false"), "false"),
    ('currentCustomer.slabName.contains("Gold")!=false', operator("=="), B),
    ('true==currentCustomer.slabName.contains("Gold")', operator("!="), 'currentCustomer.slabName!="Gold"'),
    ("currentTxn.value", operator(">="), "currentTxn.value>=0"),
    ('currentTxn.basketSum("brand","Puma")', operator(">"), 'currentTxn.basketSum("brand","Puma")>0'),
    ("currentTxn.notes", operator("!contains"), 'currentTxn.notes.contains("")==false'),
    # subjects
    (A, subject("currentTxn.grossAmount"), "currentTxn.grossAmount>500"),
    (A, subject("currentCustomer.email"), 'currentCustomer.email==""'),
    (A, subject("currentCustomer.isLoyal"), C),
    (A, subject("currentTxn.date"), "currentTxn.date.isAfter(2025,5,27)"),
    (A, subject("currentTxn.date.month"), "currentTxn.date.month()>500"),
    (A, subject("currentTxn.basketSum"), 'currentTxn.basketSum("","")>500'),
    (A, subject("currentTxn.basketIncludes"), 'currentTxn.basketIncludes("","")'),
    (
        'currentCustomer.email.contains("x")==false',
        subject("currentTxn.notes"),
        'currentTxn.notes.contains("x")==false',
    ),
    ("!currentCustomer.isLoyal", subject("currentCustomer.isTest"), "!currentCustomer.isTest"),
    ("(currentTxn.value-5)>3", subject("currentTxn.value"), "currentTxn.value>3"),
    # texts
    (A, SetText(path=ONE, text=f"{B}||{C}"), f"{B}||{C}"),
]


@pytest.mark.parametrize(("text", "change", "wanted"), ROWS)
def test_a_row_is_changed(text: str, change: Change, wanted: str) -> None:
    assert after(text, change) == wanted
    assert check(wanted).ok
    # Among others, in a text with blanks and parentheses, the same happens and nothing else.
    before, behind = f"{C} &&\t( ", f" )\n&&  ( {B} || {A} )"
    moved = type(change)(**{**{name: getattr(change, name) for name in change.__slots__}, "path": TWO})
    if "||" not in wanted and wanted.count("==false") <= text.count("==false"):
        assert after(before + text + behind, moved) == before + wanted + behind


STRUCTURE: list[tuple[str, Change, str]] = [
    # adding
    (A, Add(path=(), new=NEW), f"{A}&&{N}"),
    (A, Add(path=(), new=NEW, index=0, mode="any"), f"{N}||{A}"),
    (f"{A} && {B}", Add(path=(), new=NEW), f"{A} && {B} && {N}"),
    (f"{A} && {B}", Add(path=(), new=NEW, index=1), f"{A} && {N} && {B}"),
    (f"{A}||{B}&&{C}", Add(path=(1,), new=NEW, index=0), f"{A}||{N}&&{B}&&{C}"),
    (f"!({A}||{B})", Add(path=(), new=NEW), f"!({A}||{B}||{N})"),
    (f"{A}&&({B}&&{C})", Add(path=(), new=NEW), f"{A}&&({B}&&{C}&&{N})"),
    (f"{A}&&{B}", Add(path=(), new=NewRow(text=f"{C}||{N}")), f"{A}&&{B}&&({C}||{N})"),
    (f"{C}?{A}:{B}", Add(path=(), new=NEW), f"({C}?{A}:{B})&&{N}"),
    ("currentTxn.value > 500", Add(path=(), new=NEW), f"currentTxn.value > 500 && {N}"),
    (f"!(!{C})", Add(path=(), new=NEW), f"!((!{C})&&{N})"),
    (f"{A}&&{B}", AddGroup(path=(), mode="any", first=NEW, second=NewRow(text=C)), f"{A}&&{B}&&({N}||{C})"),
    # removing
    (f"{A} && {B} && {C}", Remove(path=(1,)), f"{A} && {C}"),
    (f"{A}\n  && {B}\n  && {C}", Remove(path=(0,)), f"{B}\n  && {C}"),
    (f"( {A} || {B} )&&{C}", Remove(path=(0, 1)), f"{A}&&{C}"),
    (f"({A}||({B}&&{C}))&&{N}", Remove(path=(0, 0)), f"({B}&&{C})&&{N}"),
    (f"({A}||{B}&&{C})&&{N}", Remove(path=(0, 0)), f"({B}&&{C})&&{N}"),
    (f"!({A}||{B})&&{C}", Remove(path=(0, 1)), f"!({A})&&{C}"),
    (f"{A}&&({B}&&{C})", Remove(path=(1,)), f"{A}&&({C})"),
    (f"{A}&&({B}&&{C})", Remove(path=(0,)), f"({B}&&{C})"),
    (f"{A}&&!(!{C})", Remove(path=(1, 0)), A),
    # moving
    (f"{A} && {B} &&{C}", Move(path=(0,), to=(), index=3), f"{B} &&{C} && {A}"),
    (f"{A}&&({B} && {C})", Move(path=(0,), to=(), index=2), f"{B}&&({A} && {C})"),
    (f"{A}&&{B}", Move(path=(1,), to=(), index=0), f"{B}&&{A}"),
    (f"{A}&&{B}", Move(path=(0,), to=(), index=1), f"{A}&&{B}"),
    (f"{A}&&({B}||{C})", Move(path=(0,), to=(1,), index=1), f"({B}||{A}||{C})"),
    (f"({A}||{B})&&{C}", Move(path=(0, 0), to=(), index=2), f"{B}&&{C}&&{A}"),
    (f"({A}||{B}&&{N})&&{C}", Move(path=(0, 1), to=(), index=0), f"({B}&&{N})&&{A}&&{C}"),
    # all and any
    (f"{A} && {B}", SetMode(path=(), mode="any"), f"{A} || {B}"),
    (f"{A}&&{B}||{C}", SetMode(path=(), mode="all"), f"({A}&&{B})&&{C}"),
    (f"{A}&&{B}||{C}", SetMode(path=(0,), mode="any"), f"({A}||{B})||{C}"),
    (f"{A}&&({B}||{C})", SetMode(path=(), mode="any"), f"{A}||({B}||{C})"),
    (A, SetMode(path=(), mode="any"), A),
    # not
    (A, Negate(path=ONE), "currentTxn.value<=500"),
    ("500 < currentTxn.value", Negate(path=ONE), "500 >= currentTxn.value"),
    (C, Negate(path=ONE), f"{C}==false"),
    (f"{C}!=false", Negate(path=ONE), f"{C}!=true"),
    ("currentTxn.date.isWeekend( )", Negate(path=()), "currentTxn.date.isWeekend( )==false"),
    (f"{A}&&{B}", Negate(path=()), f"({A}&&{B})==false"),
    (f"({A}&&{B})==false", Negate(path=()), f"({A}&&{B})"),
    (f"!({A}&&{B})||{C}", Negate(path=(0,)), f"({A}&&{B})||{C}"),
    (f"{C}?{A}:{B}", Negate(path=ONE), f"({C}?{A}:{B})==false"),
    (f"!!{C}", Negate(path=()), f"!{C}"),
    ("!(currentTxn.value>5)==true", Negate(path=ONE), "(currentTxn.value>5)==true"),
    # groups
    (f"{A}&&{B}", Wrap(path=(1,), mode="any", new=NEW), f"{A}&&({B}||{N})"),
    (f"{A}&&{B}", Wrap(path=(), mode="any", new=NEW), f"({A}&&{B})||{N}"),
    (A, Wrap(path=(), mode="any", new=NEW), f"{A}||{N}"),
    (A, Wrap(path=ONE, mode="any", new=NEW), f"{A}||{N}"),
    (f"{A}||{B}&&{C}", Wrap(path=(1,), mode="any", new=NEW), f"{A}||(({B}&&{C})||{N})"),
    (f"( {A} || {B} )&&{C}", Unwrap(path=(0,)), f"{A} && {B}&&{C}"),
    (f"{A}&&{B}||{C}", Unwrap(path=(0,)), f"{A}||{B}||{C}"),
]


@pytest.mark.parametrize(("text", "change", "wanted"), STRUCTURE)
def test_the_structure_is_changed(text: str, change: Change, wanted: str) -> None:
    assert after(text, change) == wanted
    assert check(wanted).ok


CODE = "currentLineItem.code"


@pytest.mark.parametrize(
    ("text", "typed", "wanted"),
    [
        (f'{CODE}=="a" || {CODE}=="b"', ("a", "c"), f'{CODE}=="a" || {CODE}=="c"'),
        (f'{CODE}=="a"||{CODE}=="b"||{CODE}=="c"', ("c", "b"), f'{CODE}=="b"||{CODE}=="c"'),
        (f'{CODE}=="a"||{CODE}=="b"||{CODE}=="c"', ("b",), f'{CODE}=="b"'),
        (f'{CODE}=="a"||({CODE}=="b"||{CODE}=="c")', ("a", "d"), f'{CODE}=="a"||{CODE}=="d"'),
        (f'{CODE}!="a"&&{CODE}!="b"', ("x", "x"), f'{CODE}!="x"'),
        (f'{A}&&({CODE}=="a"||{CODE}=="b")', ("a", "b", 'c"'), f'{A}&&({CODE}=="a"||{CODE}=="b"||{CODE}=="c\\"")'),
    ],
)
def test_the_values_of_a_list_are_changed(text: str, typed: tuple[str, ...], wanted: str) -> None:
    path = TWO if text.startswith(A) else ()
    assert after(text, SetList(path=path, typed=typed)) == wanted


@pytest.mark.parametrize(
    ("text", "change", "said"),
    [
        (A, value("five"), "“five” is not a number; write digits, such as 500 or 12.5."),
        (A, value("1,000"), "Write the number without separators: 1000."),
        (A, value("12,5"), "Write the decimals behind a point: 12.5."),
        (A, value(""), "A number is expected here, such as 500 or 12.5."),
        (B, value("\ud83d"), "The text holds half a character, which no rule can hold; type it again."),
        (
            "currentTxn.date.isAfter(2025,5,1)",
            value("27.5.2025"),
            "“27.5.2025” is not a date; write it as year-month-day, such as 2025-05-27, "
            "with a time of day as 2025-05-27T18:30 where it matters.",
        ),
        (
            "currentTxn.date.isAfter(2025,5,1)",
            value("2025-02-30"),
            "“2025-02-30” is not a date; write it as year-month-day, such as 2025-05-27, "
            "with a time of day as 2025-05-27T18:30 where it matters.",
        ),
        (
            "currentTxn.date.isTimeBetween(17,30,21,0)",
            value("24:00"),
            "There is no time of day 24:00; it goes from 0:00 to 23:59.",
        ),
        (
            "currentTxn.date.isHourBetween(16,20)",
            value("25", 1),
            "A whole number from 0 to 24 is expected here, not 25.",
        ),
        (
            'currentCustomer.currentPoints.interval("100,400")==2',
            value("400,100"),
            "The bounds have to ascend, each larger than the one before it.",
        ),
        (A, value("5", 7), "There is no such value; the rule has changed meanwhile."),
        (A, SetOperator(path=(3,), operator="<"), "There is no such row; the rule has changed meanwhile."),
        (A, operator("contains"), "contains cannot be said of Value."),
        (A, Remove(path=ONE), "A rule needs at least one condition; change this one instead."),
        (f"{A}&&({B}||{C})", Move(path=(1,), to=(1,), index=0), "A group cannot be moved into itself."),
        (
            f"!({A}||{B})&&{C}",
            Unwrap(path=(0,)),
            "A group that is turned round cannot be taken apart; turn it back first.",
        ),
        (A, Unwrap(path=()), "There is no group around this one."),
        (A, Add(path=ONE, new=NEW), "This is a row; rows are added to groups."),
        (A, Add(path=(), new=NewRow()), "A new row needs a subject or a text."),
        (
            A,
            subject("currentTxn"),
            "`currentTxn` is a profile, not a value. Add a dot and the name of an attribute.",
        ),
        ("currentTxn.value", Negate(path=ONE), "This is a value; choose what is said of it first."),
        (f"{A}&&{B}", SetList(path=(), typed=("a",)), "This group is not a list of values; edit its rows."),
    ],
)
def test_what_cannot_be_is_refused_in_words(text: str, change: Change, said: str) -> None:
    assert refusal(text, change) == said


def test_a_row_that_would_be_wrong_is_refused_as_the_checker_says() -> None:
    unknown = "`currentTxn` has no attribute `valu`. Did you mean `value`?"
    assert refusal(A, subject("currentTxn.valu")) == unknown
    assert refusal(A, SetText(path=ONE, text="currentTxn.valu>5")) == unknown
    assert refusal('currentCustomer.email.matches("a")', value("a(")) != ""
    assert refusal('currentTxn.basketSumIf("QUANTITY","GREATER_THAN","2")>5', value("SIZE")) != ""
    assert refusal(A, SetText(path=ONE, text="currentTxn.value>")) != ""
    assert refusal("currentTxn.value=", Remove(path=ONE)).startswith("The text is not a rule")


def test_what_is_wrong_already_does_not_hinder() -> None:
    assert after("currentTxn.valu>5", value("6")) == "currentTxn.valu>6"


def test_only_what_the_event_offers_can_be_a_subject() -> None:
    scan = Environment(event="Scan")
    with pytest.raises(ConditionError, match="currentTxn"):
        edits_of('currentProduct.code=="1"', subject("currentTxn.value"), scan)


def test_a_new_row_begins_with_a_documented_value() -> None:
    schema = Schema.bundled().extend(
        {"profiles": {"currentCustomer": {"attributes": {"gender": {"type": "string", "values": ["Male", "Female"]}}}}},
        inventory_attributes={"brand": ["Puma", "Nike"]},
    )
    mine = Environment(schema=schema)
    assert after(A, subject("currentCustomer.gender"), mine) == 'currentCustomer.gender=="Male"'
    assert after(A, subject("currentTxn.basketIncludes"), mine) == 'currentTxn.basketIncludes("brand","Puma")'
