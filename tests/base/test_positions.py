"""Lines and columns in UTF-8, UTF-16 and UTF-32, against a second implementation that encodes and counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetexpr.base.positions import Encoding, LineIndex, LinePosition
from tests.growth import assert_linear

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")

texts = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "\n",
                "\r\n",
                "\r",
                "\u2028",
                "\u2029",
                "\x85",
                "\x0b",
                "\x0c",
                "a",
                "é",
                "€",
                "🎉",
                "\ud800",
                "\x7f",
                "\x80",
            ]
        ),
        st.characters(),
    ),
    max_size=20,
).map("".join)


def units(text: str, encoding: Encoding) -> int:
    """How many units an encoder writes for a text."""
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    codec = encoding if encoding == "utf-8" else f"{encoding}-le"
    return len(text.encode(codec, "surrogatepass")) // width


def naive_lines(text: str) -> list[tuple[int, str]]:
    """Where each line starts, and the line without its break."""
    lines, start, at = [], 0, 0
    while at < len(text):
        if text[at] in "\r\n":
            lines.append((start, text[start:at]))
            at += 2 if text[at : at + 2] == "\r\n" else 1
            start = at
        else:
            at += 1
    return [*lines, (start, text[start:])]


def naive_position(text: str, offset: int, encoding: Encoding) -> LinePosition:
    offset = min(max(offset, 0), len(text))
    lines = naive_lines(text)
    number = max(at for at, (start, _) in enumerate(lines) if start <= offset)
    start, line = lines[number]
    return LinePosition(number, units(line[: offset - start], encoding))


def naive_offset(text: str, line: int, column: int, encoding: Encoding) -> int:
    lines = naive_lines(text)
    if line < 0:
        return 0
    if line >= len(lines):
        return len(text)
    start, content = lines[line]
    at = 0
    while at < len(content) and units(content[: at + 1], encoding) <= column:
        at += 1
    return start + at


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts)
def test_the_second_implementation_agrees_at_every_place(encoding: Encoding, text: str) -> None:
    index = LineIndex(text, encoding)
    for offset in range(-2, len(text) + 3):
        assert index.position(offset) == naive_position(text, offset, encoding)
    for line in range(-1, len(naive_lines(text)) + 2):
        for column in (*range(-2, 4 * len(text) + 3), 2**31 - 1):
            assert index.offset(line, column) == naive_offset(text, line, column, encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts)
def test_there_and_back(encoding: Encoding, text: str) -> None:
    index = LineIndex(text, encoding)
    for offset in range(len(text) + 1):
        inside_a_break = text[offset - 1 : offset + 1] == "\r\n"
        assert index.offset(*index.position(offset)) == (offset - 1 if inside_a_break else offset)


@pytest.mark.parametrize(
    ("encoding", "column"),
    [("utf-8", 4 + 3 + 2 + 1), ("utf-16", 2 + 1 + 1 + 1), ("utf-32", 4)],
)
def test_the_units_of_each_encoding(encoding: Encoding, column: int) -> None:
    index = LineIndex("x\n🎉€éa", encoding)
    assert index.position(6) == LinePosition(1, column)
    assert index.offset(1, column) == 6


def test_only_three_breaks_end_a_line() -> None:
    index = LineIndex("a\u2028b\x85c\x0bd\re\r\nf\ng")
    assert [index.position(offset).line for offset in (0, 2, 4, 6, 8, 11, 13)] == [0, 0, 0, 0, 1, 2, 3]


def test_a_place_in_a_pair_of_surrogates_is_its_start() -> None:
    index = LineIndex("a🎉b", "utf-16")
    assert [index.offset(0, column) for column in range(5)] == [0, 1, 1, 2, 3]


def test_a_long_line_is_asked_in_linear_time() -> None:
    """All places of one line."""

    def asking(count: int) -> Callable[[], None]:
        text = "é🎉a" * count

        def ask() -> None:
            index = LineIndex(text, "utf-16")
            for offset in range(len(text)):
                index.offset(0, index.position(offset).column)

        return ask

    assert_linear(asking, 1_000)
