"""Spans and positions, beside a slower way of counting lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetexpr.base.source import NO_SPAN, Position, Source, Span

TEXTS = st.text(st.sampled_from("ab\r\n\t漢é\u2028\x0b\x85"), max_size=30)


def lines(text: str) -> list[tuple[int, int]]:
    """Start and end of each line, one character after the other."""
    out: list[tuple[int, int]] = []
    start = at = 0
    while at < len(text):
        if text[at] in "\r\n":
            out.append((start, at))
            at += 2 if text[at : at + 2] == "\r\n" else 1
            start = at
        else:
            at += 1
    return [*out, (start, len(text))]


@settings(deadline=None)
@given(TEXTS)
def test_positions_of_every_offset(text: str) -> None:
    source = Source(text)
    table = lines(text)
    for offset in range(len(text) + 1):
        number = max(place for place, (start, _) in enumerate(table) if start <= offset)
        assert source.position(offset) == Position(number + 1, offset - table[number][0] + 1)


@settings(deadline=None)
@given(TEXTS)
def test_line_spans(text: str) -> None:
    source = Source(text)
    for number, (start, end) in enumerate(lines(text), 1):
        assert source.line_span(number) == Span(start, end)
        assert not set(source.line_span(number).cut(text)) & {"\r", "\n"}


def test_other_separators_are_no_line_breaks() -> None:
    """Editors differ on U+2028 and form feed; JSON consumers count LF, CR LF and CR."""
    assert Source("a\u2028b\x0bc\x0cd\x85e").position(8) == Position(1, 9)


@pytest.mark.parametrize(
    ("text", "offset", "wanted"),
    [
        ("", 0, (1, 1)),
        ("", 5, (1, 1)),
        ("ab", -3, (1, 1)),
        ("ab", 2, (1, 3)),
        ("ab", 99, (1, 3)),
        ("ab\n", 3, (2, 1)),
        ("a\r\nb", 2, (1, 3)),
        ("a\r\nb", 3, (2, 1)),
        ("a\rb", 2, (2, 1)),
        ("\n\n\n", 3, (4, 1)),
        ("漢字x", 2, (1, 3)),
        ("😀x", 1, (1, 2)),
    ],
)
def test_positions(text: str, offset: int, wanted: tuple[int, int]) -> None:
    assert Source(text).position(offset) == wanted


def test_spans() -> None:
    assert Span(1, 3).cut("abcd") == "bc"
    assert Span(1, 1).cut("abcd") == ""
    assert Span(1, 3).joined(Span(2, 9)) == Span(1, 9)
    assert Span(5, 6).joined(Span(2, 3)) == Span(2, 6)
    assert Span(-1, -1) == NO_SPAN
    assert Span(1, 2) == (1, 2), "a span is a plain pair too"


def test_source_keeps_its_name() -> None:
    assert Source("a", "rules.txt").name == "rules.txt"
    assert Source("a").name is None
    assert Source("a").text == "a"
