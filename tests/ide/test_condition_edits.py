"""Changes of rows: the text that each makes, what is refused, and that nothing else of the rule changes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import strategies as st

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
from targetexpr.ide.condition_operators import operators_of
from targetexpr.ide.conditions import Group, Row, conditions, item_at, rows
from targetexpr.ide.document import Document
from targetexpr.lang.schema.schema import Schema
from tests.corpus import documented
from tests.ide.condition_model import Branch, Leaf, changed, model_of, shape
from tests.strategies import holds

TODAY = date(2025, 5, 27)
VALID = [case.text for case in documented() if case.status == "valid"]


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
    (f"{A} && {B} &&{C}", Move(path=(0,), to=(), index=3), f"{B} && {C} &&{A}"),
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


# ---- any rule ------------------------------------------------------------------------------------------------------

few = pytest.mark.parametrize(
    "examples", [pytest.param(25, id="quick"), pytest.param(5_000, id="thorough", marks=[pytest.mark.slow])]
)

LEAVES = [
    A, B, C, N, "currentCustomer.isLoyal()", "currentTxn.date.isAfter(2025,05,1)",
    'currentCustomer.email.contains("🎉")',
    '"a\\"b" == currentCustomer.name', "5 <= currentTxn.value", 'currentTxn.basketSum( "brand","Puma" )>100',
    'currentTxn.basketIncludes("brand","Puma")', "currentTxn.value-currentTxn.discount > 0-5", "true",
    "(currentTxn.value>1)==(currentTxn.discount>1)", "currentTxn.date.month()==5", "currentCustomer.slabName.isNull()",
]  # fmt: skip
BLANKS = st.sampled_from(["", "", " ", "\n  ", "\t"])


@st.composite
def leaf(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from([*LEAVES, f"({C}?{A}:{B})"]))
    match draw(st.sampled_from(["", "", "", "!", "==false", "==true", "()", "!!"])):
        case "!":
            return f"!({text})"
        case "!!":
            return f"!( !({text}) )"
        case "==false":
            return f"({text})==false"
        case "==true":
            return f"true == ({text})"
        case "()":
            return f"( {text} )"
        case _:
            return text


@st.composite
def group(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    operator = draw(st.sampled_from(["&&", "||"]))
    before, behind = draw(BLANKS), draw(BLANKS)
    parts = draw(st.lists(inner, min_size=2, max_size=4))
    text = f"{before}{operator}{behind}".join(parts)
    return draw(st.sampled_from([f"({text})", f"( {text} )", f"!({text})", f"({text}) == false"]))


@st.composite
def rule(draw: st.DrawFn) -> str:
    text = draw(st.recursive(leaf(), group, max_leaves=8))
    if draw(st.booleans()) and text.startswith("(") and text.endswith(")") and "?" not in text:
        bare = text[1:-1]
        if conditions(Document(bare)) is not None:
            text = bare
    return text


def paths(item: Row | Group) -> list[tuple[int, ...]]:
    inside = [one for part in item.items for one in paths(part)] if isinstance(item, Group) else []
    return [item.path, *inside]


def structural(text: str, data: st.DataObject) -> Change | None:
    """Some change of the structure of a rule."""
    found = conditions(Document(text))
    assert found is not None
    everywhere = paths(found)
    groups = [path for path in everywhere if isinstance(item_at(found, path), Group)]
    path = data.draw(st.sampled_from(everywhere))
    holder = data.draw(st.sampled_from(groups))
    around = item_at(found, holder)
    assert isinstance(around, Group)
    mode = data.draw(st.sampled_from(["all", "any"]))
    index = data.draw(st.integers(0, len(around.items)))
    return data.draw(
        st.sampled_from(
            [
                Remove(path=path),
                Move(path=path, to=holder, index=index),
                SetMode(path=holder, mode=mode),
                Negate(path=path),
                Add(path=holder, new=NEW, index=index, mode=mode),
                Wrap(path=path, mode=mode, new=NEW),
                Unwrap(path=holder),
            ]
        )
    )


def new_leaf() -> Leaf:
    made = model_of(N).items[0]
    assert isinstance(made, Leaf)
    return made


def wanted_after(text: str, change: Change) -> Branch:
    return changed(text, change, new_leaf())


@few
def test_any_change_of_the_structure_makes_the_rows_that_are_meant(examples: int) -> None:
    def law(text: str, data: st.DataObject) -> None:
        change = structural(text, data)
        assert change is not None
        try:
            made = edits_of(text, change)
        except ConditionError:
            return
        becomes = edited(text, made)
        assert check(becomes).ok
        wanted = wanted_after(text, change)
        assert shape(model_of(becomes), wanted) == shape(wanted), (text, change, becomes)
        _only_structure(text, change, made)

    holds(law, examples, rule(), st.data())


STRUCTURE_ALONE = set("&|()! \n\t=trufalse")


def _only_structure(text: str, change: Change, made: tuple[Edit, ...]) -> None:
    """What is taken out and put in is the part itself, operators, parentheses and blanks."""
    found = conditions(Document(text))
    assert found is not None
    gone, come = "".join(one.span.cut(text) for one in made), "".join(one.text for one in made)
    match change:
        case SetMode() | Unwrap():
            assert set(gone + come) <= set("&|() \n\t")
        case Add() | Wrap():
            assert gone == ""
            assert set(come.replace(N, "")) <= set("&|() \n\t")
        case Remove(path=path):
            item = item_at(found, path)
            assert item is not None
            assert come == ""
            around = item_at(found, path[:-1])
            assert isinstance(around, Group)
            if len(around.items) > 1:
                assert set(gone.replace(item.part.outer.cut(text), "", 1)) <= set("&|() \n\t")
        case Negate(path=path):
            item = item_at(found, path)
            assert item is not None
            assert all(item.part.outer.start <= one.span.start <= one.span.end <= item.part.outer.end for one in made)
        case _:
            pass


@few
def test_any_change_of_a_row_changes_that_row_alone(examples: int) -> None:
    typed = {
        "string": 'a "b" \\ é', "number": "12.5", "date": "2026-01-02", "boolean": "false", "time": "8:15",
        "list": "1,2", "attribute": "currentTxn.discount", "formula": "currentTxn.discount*2",
    }  # fmt: skip

    def law(text: str, data: st.DataObject) -> None:
        document = Document(text)
        found = conditions(document)
        assert found is not None
        everything = list(rows(found))
        row = everything[data.draw(st.integers(0, len(everything) - 1))]
        around = item_at(found, row.path[:-1])
        assert isinstance(around, Group)
        if row.subject is None or (around.negated and len(around.items) == 1):
            return  # what is turned round twice is read as one row when it is turned once
        change: Change
        if row.values and data.draw(st.booleans()):
            place = data.draw(st.integers(0, len(row.values) - 1))
            box = row.values[place]
            change = SetValue(path=row.path, place=place, typed=typed[box.kind])
        else:
            offers = [one.id for one in operators_of(row.subject.key, document.schema, None)]
            change = SetOperator(path=row.path, operator=data.draw(st.sampled_from(offers)))
        made = edit_conditions(document, change, today=TODAY)
        becomes = edited(text, made)
        assert check(becomes).ok
        own = row.part.outer
        assert all(own.start <= one.span.start <= one.span.end <= own.end for one in made)
        again = conditions(Document(becomes))
        assert again is not None
        others = [(one.path, one.text) for one in rows(found) if one.path != row.path]
        assert [(one.path, one.text) for one in rows(again) if one.path != row.path] == others
        now = item_at(again, row.path)
        assert isinstance(now, Row)
        assert now.subject is not None
        assert now.subject.text == row.subject.text
        if isinstance(change, SetValue):
            assert now.values[change.place].written == change.typed.replace("8:15", "08:15")
            assert now.operator == row.operator
        elif isinstance(change, SetOperator):
            assert now.operator == change.operator
        # Undone, the text is the one before: an edit has a place and what stood there.
        assert edited(becomes, _inverse(text, made)) == text

    holds(law, examples, rule(), st.data())


def _inverse(text: str, made: tuple[Edit, ...]) -> list[Edit]:
    undone: list[Edit] = []
    shift = 0
    for one in made:
        start = one.span.start + shift
        undone.append(Edit(type(one.span)(start, start + len(one.text)), one.span.cut(text)))
        shift += len(one.text) - (one.span.end - one.span.start)
    return undone


def test_negating_twice_says_what_was_said() -> None:
    for text in VALID[::7]:
        if check(text, expect=None).type != "boolean:primitive":
            continue
        found = conditions(Document(text))
        assert found is not None
        for path in paths(found):
            twice = after(after(text, Negate(path=path)), Negate(path=path))
            again, before = model_of(twice), model_of(text)
            for node in (*again.items, *before.items):
                if isinstance(node, Leaf):
                    node.is_changed = True
            assert shape(again) == shape(before), (text, path, twice)
