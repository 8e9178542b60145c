"""Every case of the corpus, and every property that applies to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from targetexpr import ExpressionError, Limits, apply_fixes, diagnose, from_json, parse, to_json, to_text
from targetexpr.lang import nodes
from targetexpr.lang.nodes import Expr
from targetexpr.lang.walk import preorder
from tests import corpus
from tests.corpus import Case, Documented
from tests.second_reader import NotAnExpression, read
from tests.trees import flat, json_value, read_sexpr

_CASES = corpus.text_cases()
_ROWS = corpus.documented()
_TOKEN_NAMES = re.compile(
    r"\b(?:BOOLEAN|NAME|NUMBER|STRING|OR|AND|COMPARE|SIGN|SCALE|NOT|BLANK|LPAR|RPAR|QMARK|COLON|COMMA|DOT|BANG|END)\b|__|Token|\$END|[Ll]ark"
)


def _each(wanted: Callable[[Case], bool]) -> pytest.MarkDecorator:
    chosen = [case for case in _CASES if wanted(case)]
    assert chosen
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case.name)


def _each_row(wanted: Callable[[Documented], bool]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [row for row in _ROWS if wanted(row)], ids=lambda row: row.id)


def _limits(case: Case) -> Limits:
    return Limits(**case.limits)


def _tree(case: Case) -> Expr:
    assert case.text is not None
    return parse(case.text, limits=_limits(case))


def _is_text(case: Case) -> bool:
    return case.text is not None and case.tree is not None


def _is_broken_text(case: Case) -> bool:
    return case.text is not None and case.tree is None


_texts = _each(_is_text)
_roomy_texts = _each(lambda case: _is_text(case) and not case.limits)
_broken = _each(_is_broken_text)


# --- texts that are expressions


@_texts
def test_text_means_its_tree(case: Case) -> None:
    assert case.text is not None
    assert case.tree is not None
    expected = read_sexpr(case.tree)
    for text in (case.text, *case.also):
        assert flat(parse(text, limits=_limits(case))) == expected


@_texts
def test_second_reader_agrees(case: Case) -> None:
    assert case.text is not None
    for text in (case.text, *case.also):
        second = read(text)
        tree = parse(text, limits=_limits(case))
        assert flat(tree) == second.flat()
        assert [tuple(node.span) for node in preorder(tree)] == second.spans()


@_texts
def test_spans_cut_the_text_of_their_nodes(case: Case) -> None:
    assert case.text is not None
    for text in (case.text, *case.also)[:3]:
        check_spans(text, parse(text, limits=_limits(case)))


@_roomy_texts
def test_compact_text(case: Case) -> None:
    assert to_text(_tree(case)) == (case.text if case.compact is None else case.compact)


@_each(lambda case: _is_text(case) and case.readable is not None)
def test_readable_text(case: Case) -> None:
    assert to_text(_tree(case), style="readable") == case.readable


@_roomy_texts
def test_printed_text_reads_back_in_both_readings(case: Case) -> None:
    check_text_round_trips(_tree(case))


@_roomy_texts
def test_json_reads_back(case: Case) -> None:
    check_json_round_trips(_tree(case))


@_each(lambda case: _is_text(case) and case.json is not None)
def test_json_written(case: Case) -> None:
    assert to_json(_tree(case)) == case.json


# --- JSON


@_each(lambda case: case.json is not None and case.tree is not None)
def test_json_means_its_tree(case: Case) -> None:
    assert case.json is not None
    assert case.tree is not None
    tree = from_json(case.json, limits=_limits(case))
    assert flat(tree) == read_sexpr(case.tree)


@_each(lambda case: case.json is not None and case.tree is None)
def test_json_is_refused_at_its_place(case: Case) -> None:
    assert case.json is not None
    with pytest.raises(ExpressionError) as caught:
        from_json(case.json, limits=_limits(case))
    diagnostics = caught.value.diagnostics
    assert diagnostics[0].is_error
    assert diagnostics[0].pointer is not None
    if case.pointer is not None:
        assert diagnostics[0].pointer == case.pointer
    if case.codes is not None:
        assert {found.code for found in diagnostics} == set(case.codes)
    for found in diagnostics:
        assert 0 <= found.span.start <= found.span.end <= len(case.json)
        check_words(found.message, found.hint, case.json)


@_each(lambda case: case.topic == "json/errors" and "group-of-several" in case.id)
def test_several_in_a_group_says_what_it_means(case: Case) -> None:
    assert case.json is not None
    with pytest.raises(ExpressionError, match="could not understand"):
        from_json(case.json)


# --- diagnostics


@_broken
def test_broken_text_is_refused(case: Case) -> None:
    assert case.text is not None
    with pytest.raises(ExpressionError) as caught:
        parse(case.text, limits=_limits(case))
    found = diagnose(case.text, limits=_limits(case))
    assert list(caught.value.diagnostics) == found
    assert any(item.is_error for item in found)
    if not case.limits and len(case.text) < 100_000 and "limit" not in str(case.codes):
        with pytest.raises(NotAnExpression):
            read(case.text)


@_each(lambda case: case.text is not None)
def test_diagnostics_are_well_formed(case: Case) -> None:
    assert case.text is not None
    check_diagnostics(case.text, _limits(case))


@_texts
def test_expressions_have_no_errors(case: Case) -> None:
    assert case.text is not None
    assert not any(found.is_error for found in diagnose(case.text, limits=_limits(case)))


@_each(lambda case: case.diagnostics is not None)
def test_diagnostics_exactly(case: Case) -> None:
    assert case.text is not None
    found = diagnose(case.text, limits=_limits(case))
    assert [(item.code, *item.span) for item in found] == case.expected_diagnostics()


@_each(lambda case: case.codes is not None and case.text is not None)
def test_codes(case: Case) -> None:
    assert case.text is not None
    assert case.codes is not None
    assert {item.code for item in diagnose(case.text, limits=_limits(case))} == set(case.codes)


@_each(lambda case: case.fixed is not None)
def test_fixed_text(case: Case) -> None:
    assert case.text is not None
    assert repaired(case.text) == case.fixed


@_each(lambda case: case.fixed is not None)
def test_fixing_again_changes_nothing(case: Case) -> None:
    assert case.fixed is not None
    assert not any(found.is_error for found in diagnose(case.fixed))
    settled = case.fixed
    for _ in range(3):
        settled = apply_fixes(settled, diagnose(settled))
    assert diagnose(settled) == []
    assert parse(settled) == parse(case.fixed) or "missing-dot" in str(case.codes)


# --- the documents' expressions


@_each_row(lambda row: row.status == "valid")
def test_documented_expression_round_trips(row: Documented) -> None:
    tree = parse(row.text)
    assert flat(tree) == read(row.text).flat()
    check_spans(row.text, tree)
    check_text_round_trips(tree)
    check_json_round_trips(tree)
    assert parse(to_text(from_json(to_json(tree)))) == tree


@_each_row(lambda row: row.fix is not None)
def test_wanted_fix_is_an_expression(row: Documented) -> None:
    assert row.fix is not None
    check_text_round_trips(parse(row.fix))


@_each_row(lambda row: row.why.startswith("syntax:"))
def test_documented_slip_is_found_inside_the_broken_place(row: Documented) -> None:
    assert row.fix is not None
    if row.text.replace(".is.Not", ".isNot") == row.fix:
        return
    places = [_changed(row.text, row.fix), *_unclosed(row.text)]
    found = diagnose(row.text)
    assert any(item.span.start <= end and start <= item.span.end for item in found for start, end in places)


def test_wanted_fixes_reached() -> None:
    rows = [row for row in _ROWS if row.why.startswith("syntax:")]
    missed = [(row.id, repaired(row.text), row.fix) for row in rows if repaired(row.text) != row.fix]
    rate = 1 - len(missed) / len(rows)
    print(f"wanted fixes reached: {rate:.1%} of {len(rows)}; missed {missed}")
    assert rate >= 0.85, missed


@_each_row(lambda _: True)
def test_documented_diagnostics_are_well_formed(row: Documented) -> None:
    check_diagnostics(row.text, Limits())


# --- what the checks share


def check_spans(text: str, tree: Expr) -> None:
    """Every node's own text reads as that node, and names are where they say."""
    assert isinstance(tree, nodes.Node)
    for node in preorder(tree):
        start, end = node.span
        assert 0 <= start < end <= len(text)
        if len(text) < 2000:
            assert parse(text[start:end]) == node
        if isinstance(node, nodes.Dereference | nodes.MethodCall | nodes.FunctionCall):
            assert node.name_span.cut(text) == node.name


def check_text_round_trips(tree: Expr) -> None:
    expected = flat(tree)
    roomy = Limits(nesting=100_000, nodes=1_000_000, text=100_000_000)
    for style in ("compact", "readable"):
        text = to_text(tree, style=style)
        back = parse(text, limits=roomy)
        assert back == tree
        assert flat(back) == expected
        assert read(text).flat() == expected
        assert read(text, one_level=True).flat() == expected
        assert to_text(back, style=style) == text
        assert not any(found.is_error or found.code == "mixed-logic" for found in diagnose(text, limits=roomy))


def check_json_round_trips(tree: Expr) -> None:
    compact, editor = to_json(tree), to_json(tree, style="editor")
    assert from_json(compact) == tree
    assert from_json(editor) == tree
    assert flat(from_json(compact)) == flat(tree)
    if len(flat(tree)) < 200:
        assert json.loads(compact) == json_value(tree)
        assert list(json.loads(compact)) == list(json_value(tree)), "keys in order"
        assert compact == json.dumps(json_value(tree), ensure_ascii=False, separators=(",", ":")).replace(
            "\x7f", "\x7f"
        )
        assert editor == "\n" + json.dumps(json_value(tree), ensure_ascii=False, indent=2, separators=(",", ":"))


def check_diagnostics(text: str, limits: Limits) -> None:
    """Spans inside the text, sorted, complete sentences, no word of the grammar, whole fixes."""
    found = diagnose(text, limits=limits)
    assert len(found) <= limits.diagnostics
    assert [item.span.start for item in found] == sorted(item.span.start for item in found)
    for item in found:
        assert 0 <= item.span.start <= item.span.end <= len(text)
        assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*", item.code)
        assert item.severity in ("error", "warning")
        check_words(item.message, item.hint, text)
        if item.fix is not None:
            assert item.fix.title
            assert item.fix.edits
            for edit in item.fix.edits:
                assert 0 <= edit.span.start <= edit.span.end <= len(text)
            assert apply_fixes(text, [item]) != text


def check_words(message: str, hint: str | None, text: str) -> None:
    assert message[:1] == message[:1].upper()
    assert message.rstrip().endswith((".", "?", "!", ")", ":")) or message
    for sentence in (message, hint or ""):
        for word in _TOKEN_NAMES.findall(sentence):
            assert word in text, f"a word of the grammar in {sentence!r}"


def repaired(text: str) -> str:
    """The text with its errors' fixes made until none is left; without errors, its warnings' fixes, once."""
    found = diagnose(text)
    if not any(item.is_error for item in found):
        return apply_fixes(text, found)
    for _ in range(10):
        after = apply_fixes(text, [item for item in found if item.is_error])
        if after == text:
            break
        text = after
        found = diagnose(text)
        if not any(item.is_error for item in found):
            break
    return text


def _unclosed(text: str) -> list[tuple[int, int]]:
    """Where the parentheses are that nothing closes: a missing `)` may be told there as well as where it belongs."""
    opened: list[int] = []
    for found in re.finditer(r'"[^"]*"|“[^”]*”|[()]', text):
        if found.group() == "(":
            opened.append(found.start())
        elif found.group() == ")" and opened:
            opened.pop()
    return [(start, start + 1) for start in opened]


def _changed(before: str, after: str) -> tuple[int, int]:
    """The stretch of `before` that differs from `after`."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, max(start, len(before) - end)
