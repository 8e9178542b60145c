"""Regions: what the string says, offsets both ways, and edits that come out in the document as in the rule."""

from __future__ import annotations

import ast
import json
import tomllib

import pytest
from hypothesis import strategies as st

from targetexpr.base.diagnostics import Diagnostic, Edit, Fix
from targetexpr.base.source import NO_SPAN, Span
from targetexpr.documents.document import open_document
from targetexpr.documents.region import Region, edited
from tests.documents.written import RULES, Written, documents
from tests.strategies import examples, holds


def only(document: str, name: str) -> Region:
    (region,) = open_document(document, name).regions
    return region


def by_standard_library(written: Written) -> str:
    """What the language's own reader makes of the string."""
    match written.name:
        case "some.json":
            text = json.loads(written.literal)
        case "some.toml":
            text = tomllib.loads("a = " + written.literal)["a"]
        case _:
            text = ast.literal_eval(f"({written.literal})")
    assert isinstance(text, str)
    return text


@examples
def test_the_text_is_what_the_languages_own_reader_says(examples: int) -> None:
    def law(written: Written) -> None:
        assert by_standard_library(written) == written.text, "the test writes what it means"
        region = only(written.document, written.name)
        assert region.text == written.text
        assert region.source == written.literal
        assert region.span == Span(len(written.before), len(written.before + written.literal))

    holds(law, examples, documents())


@examples
def test_offsets_go_there_and_back(examples: int) -> None:
    def law(written: Written) -> None:
        region = only(written.document, written.name)
        places = [region.document_offset(offset) for offset in range(len(region.text) + 1)]
        assert places == sorted(set(places))
        assert [region.region_offset(place) for place in places] == list(range(len(region.text) + 1))
        inside = [region.region_offset(place) for place in range(region.span.start, region.span.end + 1)]
        known = [offset for offset in inside if offset is not None]
        assert known == sorted(known)
        assert inside[0] is None
        assert inside[-1] is None
        for offset, char in enumerate(region.text):
            span = region.document_span(Span(offset, offset + 1))
            assert span.start == places[offset]
            assert span.end <= places[offset + 1]
            cut = span.cut(written.document)
            assert cut == char or cut.startswith("\\") or char == "\n"

    holds(law, examples, documents())


@st.composite
def edits(draw: st.DrawFn, text: str) -> list[Edit]:
    """Edits that do not overlap, in any order."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    spans = [Span(*pair) for pair in zip(places[::2], places[1::2], strict=False)]
    apart = [one for at, one in enumerate(spans) if at == 0 or spans[at - 1].end < one.start or one.start < one.end]
    return draw(st.permutations([Edit(span, draw(RULES)) for span in apart]))


@examples
def test_an_edit_of_the_rule_is_the_same_edit_in_the_document(examples: int) -> None:
    def law(written: Written, data: st.DataObject) -> None:
        region = only(written.document, written.name)
        wanted = data.draw(edits(written.text))
        made = region.document_edits(wanted)
        assert made is not None, "every text can be written in each of the languages"
        in_order = sorted(made, key=lambda edit: edit.span)
        document = edited(written.document, in_order)
        text = edited(written.text, sorted(wanted, key=lambda edit: edit.span))
        again = only(document, written.name)
        assert again.text == text
        assert again.event == region.event
        assert document.startswith(written.before)
        assert document.endswith(written.after)
        literal = document[len(written.before) : len(document) - len(written.after)]
        assert by_standard_library(Written(written.name, text, written.before, literal, written.after)) == text

    holds(law, examples, documents(), st.data())


@examples
def test_what_is_encoded_for_a_place_can_stand_there(examples: int) -> None:
    """But for strings without escapes, where not every text can stand."""

    def law(written: Written, inserted: str) -> None:
        region = only(written.document, written.name)
        if region.strings[0].style.raw or not region.text or region.text[-1:] == "\\":
            return
        place = region.document_offset(0)
        document = written.document[:place] + region.encode(inserted) + written.document[place:]
        assert only(document, written.name).text == inserted + region.text

    holds(law, examples, documents(), RULES)


EDITS = [
    # an edit in place, as the document's own author would make it
    ("json", r'{"expression": "a==\"b\""}', Edit(Span(0, 1), 'x=="y"'), r'{"expression": "x==\"y\"==\"b\""}'),
    ("json", r'{"expression": "\u0061>1"}', Edit(Span(0, 1), "é"), '{"expression": "é>1"}'),
    ("json", r'{"expression": "\ud83d\ude00>1"}', Edit(Span(0, 1), "b"), '{"expression": "b>1"}'),
    ("json", '{"expression": true}', Edit(Span(0, 4), "false"), '{"expression": false}'),
    ("json", '{"expression": true}', Edit(Span(0, 0), "!"), '{"expression": "!true"}'),
    (
        "json",
        '{"expressionJson": {"arity": 1}}',
        Edit(Span(10, 11), '"literal"'),
        '{"expressionJson": {"arity": "literal"}}',
    ),
    ("toml", 'targets = [{rule = "a"}]', Edit(Span(1, 1), '=="b"'), 'targets = [{rule = "a==\\"b\\""}]'),
    ("toml", "targets = [{rule = 'a'}]", Edit(Span(1, 1), '=="b"'), "targets = [{rule = 'a==\"b\"'}]"),
    ("toml", "targets = [{rule = 'a'}]", Edit(Span(1, 1), "'"), 'targets = [{rule = "a\'"}]'),
    ("toml", 'targets = [{rule = """a\n\nb"""}]', Edit(Span(1, 1), '=="c"'), 'targets = [{rule = """a=="c"\n\nb"""}]'),
    ("toml", 'targets = [{rule = """a"x"""}]', Edit(Span(2, 3), ""), 'targets = [{rule = """a""""}]'),
    ("toml", 'targets = [{rule = """\nx\nb"""}]', Edit(Span(0, 1), ""), 'targets = [{rule = """\n\nb"""}]'),
    ("toml", 'targets = [{rule = """x\nb"""}]', Edit(Span(0, 1), ""), 'targets = [{rule = """\\nb"""}]'),
    ("toml", "targets = [{rule = true}]", Edit(Span(0, 0), "!"), 'targets = [{rule = "!true"}]'),
    ("py", 'compile("a")', Edit(Span(1, 1), '=="b"'), 'compile("a==\\"b\\"")'),
    ("py", "compile('a')", Edit(Span(1, 1), '=="b"'), "compile('a==\"b\"')"),
    ("py", 'compile("""a""")', Edit(Span(1, 1), '=="b"&&\nc'), 'compile("""a=="b"&&\nc""")'),
    ("py", 'compile("""a""")', Edit(Span(1, 1), '=="b"'), 'compile("""a==\\"b\\"""")'),
    ("py", 'compile(r"\\d")', Edit(Span(2, 2), '"'), 'compile("\\\\d\\"")'),
    ("py", 'compile("\\d")', Edit(Span(1, 1), "n"), 'compile("\\\\nd")'),
    ("py", 'compile("a" "b")', Edit(Span(0, 2), "c"), 'compile("c" "")'),
    ("py", 'compile("a""b")', Edit(Span(0, 1), ""), 'compile("b")'),
    ("py", "compile(\"a\" 'b')", Edit(Span(1, 2), '"'), 'compile("a" \'"\')'),
    ("rules", "a\nb\n", Edit(Span(0, 1), "c"), "c\nb\n"),
]


@pytest.mark.parametrize(("ending", "document", "edit", "wanted"), EDITS)
def test_edits_are_written_as_their_string_is(ending: str, document: str, edit: Edit, wanted: str) -> None:
    region = open_document(document, f"some.{ending}").regions[0]
    made = region.document_edits([edit])
    assert made is not None
    assert edited(document, made) == wanted


@pytest.mark.parametrize(
    ("name", "document", "edit"),
    [
        ("some.rules", "a\nb", Edit(Span(1, 1), "\n")),
        ("some.rules", "a\nb", Edit(Span(0, 1), " ")),
        ("some.rules", "a\nb", Edit(Span(0, 0), "#")),
        ("some.json", r'{"expression": "\ud83d"}', Edit(Span(1, 1), "\ude00")),
        ("some.toml", "targets = [{rule = 'a'}]", Edit(Span(1, 1), "\ud83d")),
    ],
)
def test_what_no_string_can_hold_is_no_edit(name: str, document: str, edit: Edit) -> None:
    region = open_document(document, name).regions[0]
    assert region.document_edits([edit]) is None
    diagnostic = Diagnostic(code="x", severity="error", span=Span(0, 1), message="m", fixes=(Fix("f", (edit,)),))
    assert region.in_document(diagnostic).fixes == ()


def test_a_diagnostic_in_terms_of_the_document() -> None:
    document = r'{"a": [{"expression": "\u0061=\"b\""}]}'
    region = only(document, "some.json")
    fix = Fix("Write `==`", (Edit(Span(1, 2), "=="),), "choice")
    diagnostic = Diagnostic(
        code="single-equals", severity="error", span=Span(1, 2), message="m", hint="h", fixes=(fix,)
    )
    moved = region.in_document(diagnostic)
    assert (moved.code, moved.severity, moved.message, moved.hint) == ("single-equals", "error", "m", "h")
    assert moved.span.cut(document) == "="
    assert moved.pointer == "/a/0/expression"
    assert moved.fixes[0].title == "Write `==`"
    assert moved.fixes[0].applicability == "choice"
    assert edited(document, moved.fixes[0].edits) == r'{"a": [{"expression": "\u0061==\"b\""}]}'


def test_a_diagnostic_of_an_expression_json_keeps_its_pointer() -> None:
    region = only('{"expressionJson": {"arity": "x"}}', "some.json")
    inner = Diagnostic(code="unknown-arity", severity="error", span=Span(10, 13), message="m", pointer="/arity")
    moved = region.in_document(inner)
    assert (moved.pointer, moved.span.cut('{"expressionJson": {"arity": "x"}}')) == ("/expressionJson/arity", '"x"')
    assert region.in_document(Diagnostic(code="x", severity="error", message="m")).span == NO_SPAN
