"""Any change of any rule: the rows that are meant come out, and nothing else of the text changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetexpr.base.diagnostics import Edit
from targetexpr.front import Environment, check
from targetexpr.ide.condition_changes import (
    Add,
    Change,
    ConditionError,
    Move,
    Negate,
    Remove,
    SetMode,
    SetOperator,
    SetValue,
    Unwrap,
    Wrap,
)
from targetexpr.ide.condition_edits import edit_conditions, edited
from targetexpr.ide.condition_operators import operators_of
from targetexpr.ide.conditions import Group, Row, conditions, item_at, rows
from targetexpr.ide.document import Document
from targetexpr.ide.reading import reading
from tests.corpus import documented
from tests.ide.condition_model import Branch, Leaf, changed, model_of, shape
from tests.ide.test_any_text import environments, mutated, pieces
from tests.ide.test_condition_edits import NEW, TODAY, A, B, C, N, after, edits_of
from tests.strategies import holds

ANYTHING = Environment(expect=None)
VALID = [case.text for case in documented() if case.status == "valid"]

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


TYPED = {
    "string": 'a "b" \\ é', "number": "12.5", "date": "2026-01-02", "boolean": "false", "time": "8:15",
    "list": "1,2", "attribute": "currentTxn.discount", "formula": "currentTxn.discount*2",
}  # fmt: skip


@few
def test_any_change_of_a_row_changes_that_row_alone(examples: int) -> None:
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
            change = SetValue(path=row.path, place=place, typed=TYPED[box.kind])
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


@pytest.mark.parametrize(
    "rules", [pytest.param(VALID[::20], id="quick"), pytest.param(VALID, id="thorough", marks=[pytest.mark.slow])]
)
def test_every_change_of_every_row_of_the_documents_changes_that_row_alone(rules: list[str]) -> None:
    made = 0
    for text in rules:
        document = Document(text, ANYTHING)
        found = conditions(document)
        assert found is not None
        for row in rows(found):
            assert row.subject is not None
            offers = operators_of(row.subject.key, document.schema, None)
            changes: list[Change] = [SetOperator(path=row.path, operator=one.id) for one in offers]
            for place, box in enumerate(row.values):
                typed = TYPED[box.kind] if not box.choices else box.choices[-1]
                changes.append(SetValue(path=row.path, place=place, typed=typed))
            for change in changes:
                try:
                    edits = edit_conditions(document, change, today=TODAY)
                except ConditionError:  # a value that the checker refuses there
                    assert isinstance(change, SetValue)
                    continue
                again = conditions(Document(edited(text, edits), ANYTHING))
                assert again is not None
                now = {one.path: one for one in rows(again)}
                assert {one.path for one in rows(found)} == set(now)
                assert all(one.text == now[one.path].text for one in rows(found) if one.path != row.path)
                if isinstance(change, SetOperator):
                    assert now[row.path].operator == change.operator
                else:
                    assert now[row.path].values[change.place].written == change.typed
                made += 1
    assert made > 5 * len(rules)


def test_what_is_said_again_changes_nothing() -> None:
    for text in VALID:
        document = Document(text, ANYTHING)
        found = conditions(document)
        assert found is not None
        for row in rows(found):
            for place, box in enumerate(row.values):
                assert edit_conditions(document, SetValue(path=row.path, place=place, typed=box.written)) == ()
            assert edit_conditions(document, SetOperator(path=row.path, operator=row.operator)) == ()
            last = row.path[-1]
            assert edit_conditions(document, Move(path=row.path, to=row.path[:-1], index=last)) == ()


@given(st.one_of(mutated, pieces), environments, st.data())
@settings(max_examples=60, deadline=None)
def test_any_text_has_rows_and_a_reading_or_neither(text: str, environment: Environment, data: st.DataObject) -> None:
    document = Document(text, environment)
    found, said = conditions(document), reading(document)
    assert (found is None) is (said is None) is (document.analysis.checked is None)
    if found is None:
        with pytest.raises(ConditionError, match="not a rule"):
            edit_conditions(document, Negate(path=()))
        return
    path = data.draw(st.sampled_from(paths(found)))
    for change in (Negate(path=path), Remove(path=path), Wrap(path=path, mode="any", new=NEW), Add(path=(), new=NEW)):
        try:
            becomes = edited(text, edit_conditions(document, change))
        except ConditionError:
            continue
        assert conditions(Document(becomes, environment)) is not None  # still a rule, whatever is wrong in it
