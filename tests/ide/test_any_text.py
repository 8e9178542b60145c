"""The language service answers for any text at any offset, and what it answers holds together."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from targetexpr.base.source import Span
from targetexpr.front import Environment
from targetexpr.ide.code_actions import code_actions, fix_all
from targetexpr.ide.completion import complete
from targetexpr.ide.diagnostics import diagnostic_at, is_unfinished
from targetexpr.ide.document import Document
from targetexpr.ide.document_symbols import document_symbols
from targetexpr.ide.hover import hover, hover_by_itself
from targetexpr.ide.selection_ranges import selection_ranges
from targetexpr.ide.semantic_tokens import semantic_tokens
from targetexpr.ide.signature_help import signature_help
from tests.corpus import documented

PIECES = [
    "(", ")", '"', "currentTxn", ".", "value", ",", "&&", "||", "=", "==", "1", "\n", "\r\n", "\u2028", "“", "”", "'",
    "\\", "\\u12", " ", "and", "🎉", "?", ":", "!", "-", "\ud800", "\x00", "basketSum(", "date", "é", ">", "true",
]  # fmt: skip

changes = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 4), st.one_of(st.sampled_from(PIECES), st.characters())), max_size=4
)
pieces = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
environments = st.sampled_from(
    [Environment(), Environment(expect=None, event="TransactionAdd"), Environment(strict=False, event="goodNight")]
)


def _changed(text: str, made: list[tuple[float, int, str]]) -> str:
    """A text with some places replaced by something else."""
    for where, count, piece in made:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + count :]
    return text


mutated = st.builds(_changed, st.sampled_from([row.text for row in documented()]), changes)


def inside(span: Span, text: str) -> bool:
    return 0 <= span.start <= span.end <= len(text)


@given(st.one_of(mutated, pieces), environments)
@settings(max_examples=150, deadline=None)
def test_any_text_has_answers(text: str, environment: Environment) -> None:
    document = Document(text, environment)
    tokens = list(semantic_tokens(document))
    assert all(one.end <= two.start for one, two in pairwise(tokens))
    between = [(0, 0), *((one.start, one.end) for one in tokens), (len(text), len(text))]
    assert not "".join(text[one[1] : two[0]] for one, two in pairwise(between)).strip(" \t\r\n\f\u00a0")
    assert isinstance(fix_all(document), str)
    for symbol in document_symbols(document):
        assert inside(symbol.span, text)
    for action in code_actions(document, 0, len(text)):
        assert all(inside(edit.span, text) for edit in action.edits)
    is_unfinished(document)


@given(st.one_of(mutated, pieces), environments)
@settings(max_examples=60, deadline=None)
def test_every_offset_has_answers(text: str, environment: Environment) -> None:
    document = Document(text, environment)
    for offset in range(-1, len(text) + 2):
        here = document.clamped(offset)
        for found in complete(document, offset):
            assert found.text
            assert found.insert.start == found.replace.start <= here == found.insert.end <= found.replace.end
            assert inside(found.replace, text)
        for one in (hover(document, offset), hover_by_itself(document, offset)):
            assert one is None or (inside(one.span, text) and one.span.start <= here <= one.span.end)
        signature_help(document, offset)
        code_actions(document, offset)
        assert diagnostic_at(document, offset) in (*document.analysis.diagnostics, None)
        ranges = selection_ranges(document, offset)
        assert ranges[-1] == Span(0, len(text))
        assert all(outer.start <= inner.start <= here <= inner.end <= outer.end for inner, outer in pairwise(ranges))
