"""Our JSON reader beside the standard library's: the same values, the same refusals, and places that are right."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetexpr.base.jsontext import CODES, Json, JsonError, JsonReader, not_valid_json, pointer, read_json
from tests.growth import assert_linear

KEYS = st.text(st.sampled_from('ab/~"\\\n é漢😀'), max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)
PIECES = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"',
    "1",
    "-",
    "0",
    ".",
    "e",
    "true",
    "fals",
    "null",
    " ",
    "\n",
    "\\",
    "\u00a0",
]
GARBAGE = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=20).map("".join))


def plain(value: Json) -> Any:
    """What the standard library makes of the same text, numbers as Decimal."""
    match value.kind:
        case "object":
            return {key: plain(member) for key, member in cast("dict[str, Json]", value.value).items()}
        case "array":
            return [plain(item) for item in cast("list[Json]", value.value)]
        case "number":
            return Decimal(cast(str, value.value))
        case _:
            return value.value


def standard(text: str) -> Any:
    """The standard library, with what it lets pass refused: NaN, and a key that stands twice."""

    def unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in members}) < len(members):
            raise ValueError("twice")
        return dict(members)

    def refuse(word: str) -> Any:
        raise ValueError(word)

    return json.loads(text, parse_int=Decimal, parse_float=Decimal, parse_constant=refuse, object_pairs_hook=unique)


def written(value: Any, style: int) -> str:
    if style == 0:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if style == 1:
        return "\r\n\t" + json.dumps(value, indent=3, ensure_ascii=True) + " \n"
    return json.dumps(value, separators=(" , ", " : "))


@settings(deadline=None)
@given(VALUES, st.integers(0, 2))
def test_same_values_as_the_standard_library(value: Any, style: int) -> None:
    text = written(value, style)
    found = plain(read_json(text))
    assert found == standard(text)
    assert type(found) is type(standard(text))


@settings(deadline=None)
@given(VALUES, st.integers(0, 2))
def test_every_value_stands_where_its_span_says(value: Any, style: int) -> None:
    """Cut out of the text, each value is a JSON text of its own with the same value."""
    text = written(value, style)
    waiting = [read_json(text)]
    while waiting:
        found = waiting.pop()
        assert found.span == (found.start, found.end)
        assert plain(read_json(found.span.cut(text))) == plain(found)
        assert found.span.cut(text) == found.span.cut(text).strip()
        if found.kind == "object":
            waiting += cast("dict[str, Json]", found.value).values()
        elif found.kind == "array":
            waiting += cast("list[Json]", found.value)


@settings(deadline=None)
@given(VALUES, st.integers(0, 200), st.sampled_from([*PIECES, ""]), st.integers(0, 2))
def test_spoilt_documents_are_refused_as_the_standard_library_refuses(
    value: Any, place: int, piece: str, cut: int
) -> None:
    text = written(value, 0)
    place = min(place, len(text))
    agree(text[:place] + piece + text[place + cut :])


@settings(deadline=None)
@given(GARBAGE)
def test_garbage(text: str) -> None:
    agree(text)


def agree(text: str) -> None:
    """Both readers take the text, with the same value, or both refuse it; ours with nothing but JsonError."""
    try:
        wanted = standard(text)
    except (ValueError, RecursionError):
        with pytest.raises(JsonError) as caught:
            read_json(text)
        problem = caught.value
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
        assert problem.code in CODES
        assert problem.reason
        assert problem.diagnostic.message == str(problem) == not_valid_json(problem.reason)
        assert problem.pointer == "" or problem.pointer.startswith("/")
    else:
        assert plain(read_json(text)) == wanted


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_bytes_read_as_text(data: bytes) -> None:
    for text in (data.decode("latin-1"), data.decode("utf-8", "surrogateescape")):
        try:
            read_json(text)
        except JsonError:
            continue


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("null", "null", None),
        (" true\n", "boolean", True),
        ("false", "boolean", False),
        ("-0", "number", "-0"),
        ("1E+400", "number", "1E+400"),
        ("2.50", "number", "2.50"),
        ("9" * 5_000, "number", "9" * 5_000),
        ('"\\u00e9\\n\\/"', "string", "é\n/"),
        ('"\\ud83d\\ude00"', "string", "😀"),
        ('"\\ud83d"', "string", "\ud83d"),
        ('""', "string", ""),
        ("[]", "array", []),
        ("{ }", "object", {}),
    ],
)
def test_values(text: str, kind: str, value: object) -> None:
    found = read_json(text)
    assert (found.kind, found.value) == (kind, value)
    assert found.span.cut(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "code", "offset", "where"),
    [
        ("", "json-syntax", 0, ""),
        ("  ", "json-syntax", 2, ""),
        ("{", "json-syntax", 1, ""),
        ("[", "json-syntax", 1, "/0"),
        ("[1", "json-syntax", 2, "/1"),
        ("[1,", "json-syntax", 3, "/1"),
        ("[1,]", "json-syntax", 3, "/1"),
        ('{"a":1,}', "json-syntax", 7, ""),
        ('{"a"}', "json-syntax", 4, "/a"),
        ('{"a":}', "json-syntax", 5, "/a"),
        ('{"a":{"b":[0,{"c":x}]}}', "json-syntax", 18, "/a/b/1/c"),
        ('{"a~/":x}', "json-syntax", 7, "/a~0~1"),
        ('{"a":1,"a":2}', "duplicate-key", 7, "/a"),
        ('{"a":1,"\\u0061":2}', "duplicate-key", 7, "/a"),
        ('[{"a":{"b":1,"b":1}}]', "duplicate-key", 13, "/0/a/b"),
        ("1 2", "trailing-text", 2, ""),
        ("{}}", "trailing-text", 2, ""),
        ("nullnull", "trailing-text", 4, ""),
        ("[01]", "json-syntax", 2, None),
        ("[1.]", "json-syntax", 2, None),
        ("[1e]", "json-syntax", 2, None),
        ("[-]", "json-syntax", 1, "/0"),
        ("[.5]", "json-syntax", 1, "/0"),
        ("[Infinity]", "json-syntax", 1, "/0"),
        ("[tru]", "json-syntax", 1, "/0"),
        ("[\ufeff1]", "json-syntax", 1, "/0"),
        ("[\u00a01]", "json-syntax", 1, "/0"),
        ("['a']", "json-syntax", 1, "/0"),
        ("{a:1}", "json-syntax", 1, ""),
        ('["a\nb"]', "json-syntax", 3, "/0"),
        ('["\\x"]', "json-syntax", 2, "/0"),
        ('["\\u12"]', "json-syntax", None, "/0"),
        ('["abc', "json-syntax", 1, "/0"),
        ('["abc\\', "json-syntax", 1, "/0"),
        ('{"ab', "json-syntax", 1, ""),
        ("/* */1", "json-syntax", 0, ""),
    ],
)
def test_problems(text: str, code: str, offset: int | None, where: str | None) -> None:
    with pytest.raises(JsonError) as caught:
        read_json(text)
    assert caught.value.code == code
    if offset is not None:
        assert caught.value.span.start == offset
    if where is not None:
        assert caught.value.pointer == where


def test_pointer_of_an_empty_key() -> None:
    """RFC 6901: the empty key is a reference token too, so this value is at `/`."""
    with pytest.raises(JsonError) as caught:
        read_json('{"": x}')
    assert caught.value.pointer == "/"


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_depth(depth: int) -> None:
    found = read_json("[" * depth + "7" + "]" * depth)
    for level in range(depth):
        assert (found.start, found.end) == (level, 2 * depth + 1 - level)
        (found,) = cast("list[Json]", found.value)
    assert found.value == "7"
    objects = read_json('{"a":' * depth + "7" + "}" * depth)
    for _ in range(depth):
        objects = cast("dict[str, Json]", objects.value)["a"]
    assert objects.value == "7"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 99_999, '[{"a":' * 50_000])
def test_depth_that_is_broken(text: str) -> None:
    with pytest.raises(JsonError) as caught:
        read_json(text)
    assert caught.value.span.start == len(text)


def test_pointers() -> None:
    assert pointer(None) == ""
    assert pointer((((None, "a"), 0), "b")) == "/a/0/b"
    assert pointer((None, "")) == "/"
    assert pointer((None, "~/")) == "/~0~1"


def test_on_object_sees_inner_ones_first_with_their_places() -> None:
    seen: list[tuple[str, int, int, list[str]]] = []
    text = '{"a":[{"b":{}},{"c":1}]}'

    def note(members: dict[str, Json], start: int, end: int) -> str:
        seen.append((reader.pointer, start, end, list(members)))
        return "made"

    reader = JsonReader(text, note)
    assert reader.read().value == "made"
    assert [(where, keys) for where, _, _, keys in seen] == [
        ("/a/0/b", []),
        ("/a/0", ["b"]),
        ("/a/1", ["c"]),
        ("", ["a"]),
    ]
    assert [text[start:end] for _, start, end, _ in seen] == ["{}", '{"b":{}}', '{"c":1}', text]


def test_long_documents_in_linear_time() -> None:
    def reading(count: int) -> Callable[[], object]:
        text = "[" + ",".join(['{"key":"value","n":1.5}'] * count) + "]"
        return lambda: read_json(text)

    assert_linear(reading, 2_000, most=13)


def test_numbers_keep_their_spelling() -> None:
    assert cast("list[Json]", read_json("[1.50, 1e2, -0.0]").value)[0].value == "1.50"
