"""Forms of data: lines, arrays, objects; what streams, where records stand, and what is told of data that is none."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from decimal import Context, Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetexpr.base.errors import InputError
from targetexpr.lang.schema.schema import Schema
from targetexpr.records import layouts, reader
from targetexpr.records.decoder import DecodeError, decode
from targetexpr.records.layouts import ContextBatch, Layouts
from targetexpr.records.reader import batches_in, read, records_in
from targetexpr.records.record import Record
from targetexpr.rule import compile as compile_rule
from tests.growth import assert_linear

GOOD = '{"a":1}'


def found(data: str | bytes, **options: bool) -> list[tuple[int, int | None, object]]:
    """Line, item, and the context or the code of what is wrong."""
    raw = data.encode() if isinstance(data, str) else data
    return [
        (one.line, one.item, one.context if one.problem is None else one.problem.code)
        for one in records_in(io.BytesIO(raw), **options)
    ]


A = {"a": 1}


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (GOOD, [(1, None, A)]),
        (f"{GOOD}\n{GOOD}", [(1, None, A), (2, None, A)]),
        (f"\r\n \t\n{GOOD}\r\n\r\n{GOOD}\r\n", [(3, None, A), (5, None, A)]),
        (f"\ufeff{GOOD}\n{GOOD}\n", [(1, None, A), (2, None, A)]),
        (f"\ufeff\n{GOOD}\n", [(2, None, A)]),
        (f"{GOOD}\n\ufeff{GOOD}\n", [(1, None, A), (2, None, "json-syntax")]),
        ("[]", []),
        (" [ \n ] \n", []),
        (f"[{GOOD},{GOOD}]", [(1, 1, A), (1, 2, A)]),
        (f"\ufeff[{GOOD}\n,\n\n{GOOD}]\n\n", [(1, 1, A), (4, 2, A)]),
        (f"[\n  {GOOD},\n  5,\n  {GOOD}\n]\n", [(2, 1, A), (3, 2, "not-a-record"), (4, 3, A)]),
        ('\n{\n  "a": 1\n}\n', [(2, None, A)]),
        # what is broken
        ("oops", [(1, None, "json-syntax")]),
        (f"oops\n{GOOD}\n", [(1, None, "json-syntax"), (2, None, A)]),
        ('{\n"a": 1,\n"b" 2\n}', [(3, None, "json-syntax")]),
        (f'{{"a": \n{GOOD}\n', [(1, None, "json-syntax"), (2, None, A)]),
        (f"[1]\n{GOOD}\n", [(1, None, "not-a-record"), (2, None, A)]),
        (f"[{GOOD}] x", [(1, 1, A), (1, None, "trailing-text")]),
        (f"[{GOOD}]\n\n]", [(1, None, "not-a-record"), (3, None, "json-syntax")]),
        (f"[{GOOD},]", [(1, 1, A), (1, 2, "json-syntax")]),
        (f"[{GOOD} {GOOD}]", [(1, 1, A), (1, 1, "json-syntax")]),
        (f"[{GOOD},\n{GOOD}", [(1, 1, A), (2, 2, A), (2, 2, "json-syntax")]),
        (f'[{GOOD},\n{{"a":\n!}},{GOOD}]', [(1, 1, A), (3, 2, "json-syntax")]),
        (f'[{{"a":NaN,"b":"]}}"}},{GOOD}]', [(1, 1, "json-syntax"), (1, 2, A)]),
        (f"[NaN,-Infinity,{GOOD}]", [(1, 1, "json-syntax"), (1, 2, "json-syntax"), (1, 3, A)]),
        (f"[{GOOD},\n".encode() + b'{"a":"\xe9"}]', [(2, None, "not-utf-8")]),
        (b'{\n"a":\n"\xe9"}', [(3, None, "not-utf-8")]),
    ],
)
def test_forms(data: str | bytes, wanted: list[tuple[int, int | None, object]]) -> None:
    assert found(data) == wanted


def test_by_the_line_alone() -> None:
    assert found('{\n"a":1\n}', only_lines=True) == [
        (1, None, "json-syntax"),
        (2, None, "json-syntax"),
        (3, None, "json-syntax"),
    ]


@pytest.mark.parametrize("data", ["", " \n\r\n", "\ufeff", "\ufeff\n\n"])
def test_empty_data(data: str) -> None:
    with pytest.raises(InputError, match="the data is empty"):
        found(data)


def test_the_text_of_a_record_is_kept_where_it_is_asked_for() -> None:
    for data in (f" {GOOD} \n", f"[ {GOOD} , {GOOD}]", f"{GOOD}\n{GOOD}"):
        assert {one.text for one in records_in(io.BytesIO(data.encode()), texts=True)} == {GOOD}
        assert {one.text for one in records_in(io.BytesIO(data.encode()))} == {""}
    pretty = '{\n"a": 1\n}'
    (one,) = records_in(io.BytesIO(f"\n{pretty}\n".encode()), texts=True)
    assert one.text == pretty


@pytest.mark.parametrize("first", [GOOD, "oops", "5", '{"a":1,"a":2}'])
def test_lines_stream(first: str) -> None:
    """A record is there before the line after the next is read: a pipe that never ends is read as it comes."""
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        yield first.encode()
        while True:
            asked += 1
            yield GOOD.encode()

    records = records_in(endless())
    for number in range(1, 50):
        assert next(records).line == number
        assert asked <= number


def test_what_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\xff\n" * 5)
    with pytest.raises(InputError) as caught:
        list(read(str(path)))
    assert str(caught.value) == f"no record of {path} can be read; line 1: Not valid UTF-8 (byte 1)."
    path.write_bytes(b"oops\n" * (reader.MOST_UNREADABLE - 1) + GOOD.encode())
    assert sum(one.context is None for one in read(str(path))) == reader.MOST_UNREADABLE - 1
    path.write_bytes(b"oops\n" * reader.MOST_UNREADABLE + GOOD.encode())
    with pytest.raises(InputError, match=r"none of the first 1,000 records of .* can be read; line 1: Not valid JSON"):
        list(read(str(path)))
    with pytest.raises(InputError, match="no record of the data can be read; line 1, record 1: Not valid JSON: NaN is"):
        list(read("[NaN, 1]"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*: No such file or directory"):
        list(read(str(tmp_path / "nothing")))


def test_records_under_a_profile_and_their_places() -> None:
    assert Record(1, A).under("currentTxn").context == {"currentTxn": A}
    assert Record(1, A).under(None).context == A
    (bad,) = records_in([b"oops"])
    assert bad.under("currentTxn") == bad
    assert (Record(3, A).place, Record(3, A, item=2).place) == ("line 3", "line 3, record 2")


# ---- numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("12345678901234567890", 12345678901234567890),
        ("10.10", 10.1),
        ("1e2", 100.0),
        ("1E+2", 100.0),
        ("-0.5", -0.5),
        ("0.10000000000000001", Decimal("0.10000000000000001")),
        ("1e23", 1e23),
        ("99999999999999991611392.0", Decimal("99999999999999991611392.0")),
        ("1e400", Decimal("1e400")),
        ("5e-324", 5e-324),
        ("4e-324", Decimal("4e-324")),
    ],
)
def test_numbers_are_what_is_written(text: str, value: object) -> None:
    read = decode(text)
    assert (read, type(read)) == (value, type(value))


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?", fullmatch=True))
def test_a_number_is_a_float_only_where_its_repr_is_the_number(text: str) -> None:
    read = decode(text)
    assert isinstance(read, int | float | Decimal)
    with localcontext(Context(prec=5000)):
        assert Decimal(repr(read) if isinstance(read, float) else read) == Decimal(text)
        assert isinstance(read, float | int) or Decimal(repr(float(text))) != Decimal(text)


def test_the_callers_decimal_context_changes_nothing() -> None:
    with localcontext(Context(prec=1, traps=[])):
        assert decode("0.10000000000000001") == Decimal("0.10000000000000001")
        with pytest.raises(DecodeError, match="at most 1,000 digits"):
            decode("1e99999999999999999999")


# ---- laws


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(st.dictionaries(st.text(), JSON_VALUES, max_size=3), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from([None, 2]),
)
def test_what_the_library_writes_is_read_as_it_was(
    contexts: list[dict[str, object]], escape: bool, indent: int | None
) -> None:
    lines = "\n".join(json.dumps(one, ensure_ascii=escape) for one in contexts)
    array = json.dumps(contexts, ensure_ascii=escape, indent=indent)
    for data in (lines, array):
        records = list(records_in(io.BytesIO(data.encode()), texts=True))
        assert [one.context for one in records] == contexts
        assert [decode(one.text) for one in records] == contexts


FRAGMENTS = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"a"',
        '"b"',
        '"',
        "1",
        "1e9999",
        "NaN",
        "-Infinity",
        "null",
        " ",
        "\n",
        "\\ud800",
        "\ufeff",
        "é",
    ]
)


@given(st.lists(FRAGMENTS, max_size=25).map("".join).map(str.encode) | st.binary(max_size=40))
def test_any_bytes_are_records_or_told(data: bytes) -> None:
    blank = not data.removeprefix(b"\xef\xbb\xbf").strip()
    with pytest.raises(InputError) if blank else nullcontext():
        records = list(records_in(io.BytesIO(data)))
    for one in () if blank else records:
        assert (one.context is None) == (one.problem is not None)
        assert 1 <= one.line <= data.count(b"\n") + 1
        if one.problem is not None:
            assert one.problem.message[0].isupper()
            assert one.problem.message.endswith(".")
            one.problem.message.encode()


def test_an_array_takes_as_long_as_it_has_records() -> None:
    def work(count: int) -> Callable[[], object]:
        data = json.dumps([{"id": at} for at in range(count)]).encode()
        return lambda: sum(1 for _ in records_in([data]))

    assert_linear(work, 2_000)


def test_layouts_are_given_up_where_lines_are_of_many_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "_FEW_LINES", 3)
    monkeypatch.setattr(reader, "BATCH_LINES", 4)
    alike = [b'{"currentTxn": {"value": %d}}\n' % at for at in range(20)]
    odd = [b'{"currentTxn": {"value": %d, "n%d": 1}}\n' % (at, at % 40) for at in range(80)]
    known = Layouts(compile_rule("currentTxn.value>5").reads, Schema.bundled(), None)
    values = []
    for item in batches_in([*alike, *odd, *alike], known):
        contexts = item.contexts if isinstance(item, ContextBatch) else [item.context]
        values += [one["currentTxn"]["value"] for one in contexts if one is not None]  # type: ignore[index]
    assert values == [*range(20), *range(80), *range(20)]
    assert known.layout_of(alike[0]) is None
