"""What an offset is on: part, type and meaning, of valid rules and of broken ones."""

from __future__ import annotations

import pytest

from targetexpr.front import Environment
from targetexpr.ide.document import Document
from targetexpr.ide.hover import hover, hover_by_itself
from targetexpr.lang.schema.schema import Schema

SCHEMA = Schema.bundled()
TXN = SCHEMA.profiles["currentTxn"]
GOLD = SCHEMA.profiles["currentCustomer"].attributes["slabName"]


def at(marked: str) -> tuple[Document, int]:
    return Document(marked.replace("¦", ""), Environment(expect=None)), marked.index("¦")


@pytest.mark.parametrize(
    ("text", "code", "type_", "doc"),
    [
        ("currentTxn.va¦lue>500", "currentTxn.value", "real", TXN.attributes["value"].doc),
        ("currentTxn.value¦>500", "currentTxn.value", "real", TXN.attributes["value"].doc),
        ("current¦Txn.value>500", "currentTxn", "tx", TXN.doc),
        ("currentTxn.value>5¦00", "500", "number", ""),
        ('true&&currentCustomer.slab¦Name=="Gold"', "currentCustomer.slabName", "string", GOLD.doc),
        ("currentTxn.value=>500 and currentCustomer.slab¦Name=“Gold”", "currentCustomer.slabName", "string", GOLD.doc),
        ("currentTxn.value=¦>500 and true", "currentTxn.value=>500", "boolean", ""),
        ("(currentTxn.va¦lue>500&&", "currentTxn.value", "real", TXN.attributes["value"].doc),
    ],
)
def test_the_smallest_part(text: str, code: str, type_: str, doc: str) -> None:
    found = hover(*at(text))
    assert found is not None
    assert (found.code, found.type, found.doc) == (code, type_, doc)
    assert found.span.cut(text.replace("¦", "")) == code


def test_a_method_has_its_meaning_and_its_notes() -> None:
    found = hover(*at('currentCustomer.isSubscribed¦ToChannel("EMAIL")'))
    assert found is not None
    assert found.whole
    assert found.type == "boolean"
    assert any(note.startswith("Values of channel: MOBILE, EMAIL") for note in found.notes)
    assert found.doc


@pytest.mark.parametrize("text", ["¦", "nobody.x¦>5", "currentTxn.not¦hing>5", "(((¦", "&& ¦ ||"])
def test_nothing_is_known(text: str) -> None:
    assert hover(*at(text)) is None


def test_the_whole_is_marked() -> None:
    whole, part = hover(*at("1¦<2")), hover(*at("1<¦2"))
    assert (whole is not None and whole.whole, part is not None and part.whole) == (False, False)
    operator = hover(*at("1 ¦< 2"))
    assert operator is not None
    assert (operator.whole, operator.code) == (True, "1 < 2")


def test_a_chain_by_itself_needs_no_analysis_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    document, offset = at("currentTxn.va¦lue>500")
    monkeypatch.setattr(Document, "analysis", property(lambda _document: pytest.fail("the text is analyzed")))
    found = hover_by_itself(document, offset)
    assert found is not None
    assert (found.code, found.type) == ("currentTxn.value", "real")
