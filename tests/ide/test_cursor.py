"""Where the cursor stands: what can be written there, which call it is in, which chain it is on."""

from __future__ import annotations

import pytest

from targetexpr.base.source import Span
from targetexpr.checking.result import Checked
from targetexpr.front import Environment
from targetexpr.ide.completion import complete
from targetexpr.ide.cursor import AtMember, AtOperand, Elsewhere, InString, call_at, chain_at, checked_chain, place_at
from targetexpr.ide.document import Document
from targetexpr.lang.schema.model import Attribute, Profile
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.walk import preorder
from tests.corpus import documented

SCHEMA = Schema.bundled()
VALID = [row.text for row in documented() if row.status == "valid"]


def place(text: str) -> object:
    """The place at the mark."""
    at = text.index("¦")
    return place_at(Document(text.replace("¦", "")), at)


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("¦", ""),
        ("cur¦", "cur"),
        ("cur¦rentTxn", "cur"),
        ("true¦", "true"),
        ("currentTxn.value>¦", ""),
        ("currentTxn.value>cu¦", "cu"),
        ("a&&¦", ""),
        ("a&&b||c¦", "c"),
        ("!¦", ""),
        ("(¦", ""),
        ("((c¦", "c"),
        ("a?¦", ""),
        ("a?b:c¦", "c"),
        ("1+¦", ""),
        ("-¦", ""),
        ("currentTxn.basketSum(¦", ""),
        ('currentTxn.basketSum("a",c¦', "c"),
        ("a &&\n  c¦", "c"),
    ],
)
def test_a_value_begins(text: str, prefix: str) -> None:
    found = place(text)
    assert isinstance(found, AtOperand)
    assert found.prefix == prefix
    assert found.word.start == text.index("¦") - len(prefix)


@pytest.mark.parametrize(
    ("text", "prefix", "owner"),
    [
        ("currentTxn.¦", "", "currentTxn"),
        ("currentTxn.va¦", "va", "currentTxn"),
        ("currentTxn.va¦lue>5", "va", "currentTxn"),
        ("5<currentCustomer.s¦", "s", "currentCustomer"),
        ("currentTxn . va¦", "va", "currentTxn"),
        ("(currentTxn.¦", "", "currentTxn"),
        ("currentTxn.date.¦", "", "date"),
        ("currentTxn.date.mo¦", "mo", "date"),
        ("currentTxn.date.month().¦", "", "number"),
        ('currentTxn.basketSum("a","b").¦', "", "number"),
        ("currentCustomer.name.¦", "", "string"),
        ('"text".¦', "", "string"),
        ("(currentTxn.date).¦", "", "date"),
        ("nobody.¦", "", None),
        ("currentTxn.nothing.¦", "", None),
        (".¦", "", None),
        ("().¦", "", None),
    ],
)
def test_behind_a_dot(text: str, prefix: str, owner: str | None) -> None:
    found = place(text)
    assert isinstance(found, AtMember)
    assert found.prefix == prefix
    if isinstance(found.owner, Profile):
        assert found.owner.name == owner
    else:
        assert (None if found.owner is None else found.owner.kind) == owner


@pytest.mark.parametrize("text", ["currentTxn.value¦ ", "currentTxn.value ¦", "5¦", '"a"¦', "(a)¦", "a b¦"])
def test_nothing_fits(text: str) -> None:
    found = place(text)
    if text == "currentTxn.value¦ ":
        assert isinstance(found, AtMember)
    else:
        assert found == Elsewhere()


@pytest.mark.parametrize(
    ("text", "prefix", "method", "index", "closed"),
    [
        ('currentTxn.basketSum("¦', "", "basketSum", 0, False),
        ('currentTxn.basketSum("bra¦', "bra", "basketSum", 0, False),
        ('currentTxn.basketSum("bra¦")', "bra", "basketSum", 0, True),
        ('currentTxn.basketSum("¦"', "", "basketSum", 0, True),
        ('currentTxn.basketSum("brand","¦', "", "basketSum", 1, False),
        ('currentTxn.basketSum("brand","Pu¦ma")>5', "Pu", "basketSum", 1, True),
        ('currentTxn.basketSum("br¦&&currentCustomer.name=="x"', "br", "basketSum", 0, False),
        ('currentCustomer.name.contains("a(¦', "a(", "contains", 0, False),
        ('currentTxn.basketSumIf("DIS¦', "DIS", "basketSumIf", 0, False),
    ],
)
def test_between_quotes_of_a_call(text: str, prefix: str, method: str, index: int, closed: bool) -> None:
    found = place(text)
    assert isinstance(found, InString)
    assert found.call is not None
    assert (found.prefix, found.call.function.name, found.call.index, found.closed) == (prefix, method, index, closed)
    assert found.attribute is None
    if index:
        assert found.call.before == ("brand",)


@pytest.mark.parametrize(
    "text",
    ['currentCustomer.slabName=="¦', 'currentCustomer.slabName!="Go¦', '(true&&currentCustomer.slabName == "Go¦"'],
)
def test_between_quotes_of_a_comparison(text: str) -> None:
    found = place(text)
    assert isinstance(found, InString)
    assert found.call is None
    assert isinstance(found.attribute, Attribute)
    assert found.attribute.name == "slabName"


@pytest.mark.parametrize("text", ['"¦', '1=="¦', 'a+"¦', '("¦', 'nobody.x("¦', 'nobody=="¦'])
def test_between_quotes_of_nothing_known(text: str) -> None:
    found = place(text)
    assert isinstance(found, InString)
    assert (found.call, found.attribute) == (None, None)


@pytest.mark.parametrize(
    ("text", "method", "index"),
    [
        ("currentTxn.basketSum(¦", "basketSum", 0),
        ('currentTxn.basketSum("a"¦', "basketSum", 0),
        ('currentTxn.basketSum("a",¦', "basketSum", 1),
        ('currentTxn.basketSum("a","b"¦)', "basketSum", 1),
        ('currentTxn.basketSum("a","b")¦', None, 0),
        ("currentTxn.date.isHourBetween(1,¦2)", "isHourBetween", 1),
        ("currentTxn.date.dateDiff(currentCustomer.joinDate¦", "dateDiff", 0),
        ('currentTxn.basketSum("a",(1+(2¦', "basketSum", 1),
        ("currentTxn.value>(¦", None, 0),
        ("nobody.x(¦", None, 0),
        ("f(¦", None, 0),
        ("¦", None, 0),
        ('currentTxn.basketSum("a,b(",¦', "basketSum", 1),
        ("currentTxn.date.dateDiff(currentCustomer.joinDate.dateDiff(1,2,¦", "dateDiff", 2),
    ],
)
def test_the_call_around_the_cursor(text: str, method: str | None, index: int) -> None:
    at = text.index("¦")
    found = call_at(Document(text.replace("¦", "")), at)
    assert (None if found is None else found.function.name) == method
    if found is not None:
        assert found.index == index


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("1<cur¦rentTxn.value&&", "currentTxn.value"),
        ("currentTxn.val¦ue", "currentTxn.value"),
        ("currentTxn.value¦>", "currentTxn.value"),
        ("currentTxn.date.isWeek¦end()&&", "currentTxn.date.isWeekend()"),
        ('x||currentTxn.basketSum("a(",(1))¦.y', None),
        ('x||currentTxn.basket¦Sum("a(",(1))>1', 'currentTxn.basketSum("a(",(1))'),
        ("1¦", None),
        ("a ¦&& b", None),
        ("¦", None),
        ("a.¦", None),
        (".b¦", None),
        ("(a).b¦", "(a).b"),
        ("f(¦x", "x"),
    ],
)
def test_the_chain_that_the_cursor_is_on(text: str, chain: str | None) -> None:
    at = text.index("¦")
    text = text.replace("¦", "")
    found = chain_at(Document(text), at)
    assert (None if found is None else found.cut(text)) == chain


def alone(chain: str) -> Checked | None:
    return checked_chain(Document(f"1<{chain}"), Span(2, 2 + len(chain)))


def test_the_value_of_a_chain() -> None:
    found = alone("currentTxn.date.month()")
    assert found is not None
    assert found.type is not None
    assert found.type.kind == "number"
    for chain in ("currentTxn.nothing", "currentTxn.(", "", "nobody"):
        assert alone(chain) is None


def test_a_broken_chain_has_the_type_of_its_repair() -> None:
    for chain, kind in (
        ("currentTxn.basketSum(“brand”,“Puma”)", "number"),
        ("currentCustomer.name.contains('x')", "boolean"),
    ):
        found = alone(chain)
        assert found is not None
        assert found.type is not None
        assert found.type.kind == kind


def test_every_attribute_of_every_documented_rule_is_offered_while_it_is_typed() -> None:
    """At each place in the name of a declared attribute, it is among the completions, and takes the name's place."""
    declared = {name for profile in SCHEMA.profiles.values() for name in profile.attributes}
    environment = Environment(schema=SCHEMA, expect=None)
    seen = 0
    for text in VALID:
        document = Document(text, environment)
        checked = document.analysis.checked
        assert checked is not None, text
        for node in preorder(checked.expr):
            target = checked.target_of(node)
            name = target.name if isinstance(target, Attribute) else None
            written = node.span.cut(text)
            if name is None or name not in declared or written.endswith(")") or name not in written:
                continue
            start = node.span.start + written.rindex(name)
            for at in range(start, start + len(name) + 1):
                (found,) = (one for one in complete(document, at) if one.text == name)
                assert (found.insert, found.replace) == ((start, at), (start, start + len(name))), (text, at)
                seen += 1
    assert seen > 1000
