"""One decoder, one verdict, one sentence: the same record through the reader, `eval`, `target simulate`, REPL, server.

Each input stands on the second of three lines. It is read everywhere, or refused everywhere with the same sentence;
the records beside it are read all the same, but for the server, which keeps all records of a call or none.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from targetexpr.cli.main import main
from targetexpr.records.reader import records_in
from targetexpr.serve.errors import Refusal
from targetexpr.serve.feeding import feed
from targetexpr.serve.store import Store
from tests.repl.commands import Talk
from tests.targets.test_progress import group

RULE = "currentTxn.value>500"
DIGITS = "9" * 1000


def record(value: str = "620", more: str = "", id: str = '"b"') -> str:
    """A record with a value of the bill and other members as they are written."""
    head = f'"id":{id},"customerId":1,"type":"TransactionAdd","date":"2024-01-02"'
    return f'{{{head},"currentTxn":{{"value":{value}}}{more}}}'


def noted(text: str) -> str:
    """A record with a custom field as it is written."""
    return record(more=f',"currentCustomer":{{"customFields":{{"note":{text}}}}}')


def nested(levels: int) -> str:
    """A record of so many levels, its own object the first."""
    return record(more=f',"currentCustomer":{{"customFields":{"[" * (levels - 2)}{"]" * (levels - 2)}}}')


TOO_LONG = "A number has at most 1,000 digits on either side of its point; {} has more."
HALF = "A string holds half of a surrogate pair (such as \\ud800 alone), which is not a character."
TOO_DEEP = "Nested more than 100 levels deep."

VERDICTS: dict[str, tuple[str | bytes, str]] = {
    # read everywhere: the sentence is empty
    "plain": (record(), ""),
    "blanks around it": (f" \t{record()} \r", ""),
    "a number of a thousand digits": (record(DIGITS), ""),
    "a negative number of a thousand digits": (record(f"-{DIGITS}"), ""),
    "a thousand digits behind the point": (record(f"0.{DIGITS}"), ""),
    "a number beyond floats": (record("1e400"), ""),
    "a number next to nothing": (record("5e-400"), ""),
    "more digits than a float has": (record("500.00000000000000000001"), ""),
    "no character but a pair": (noted('"\\ud83d\\ude00"'), ""),
    "a backslash before what looks like half a pair": (noted('"\\\\ud800"'), ""),
    "a hundred levels": (nested(100), ""),
    "brackets in strings": (noted(f'"{"[" * 500}"'), ""),
    "equal keys in two objects": (
        record(more=',"currentCustomer":{"customFields":{"b":1},"extendedFields":{"b":1}}'),
        "",
    ),
    # refused everywhere, with this sentence
    "a key twice": ('{"value":5,"value":600}', 'Not valid JSON: duplicate key "value".'),
    "a key twice, within": (record('5,"value":600'), 'Not valid JSON: duplicate key "value".'),
    "a key twice, escaped": ('{"a":1,"\\u0061":2}', 'Not valid JSON: duplicate key "a".'),
    "half a character as a key, twice": ('{"\\ud800":1,"\\ud800":2}', 'Not valid JSON: duplicate key "\\ud800".'),
    "NaN": (record("NaN"), "Not valid JSON: NaN is not a JSON number."),
    "Infinity": (record("Infinity"), "Not valid JSON: Infinity is not a JSON number."),
    "-Infinity": (record("-Infinity"), "Not valid JSON: -Infinity is not a JSON number."),
    "too many digits": (record("9" * 1001), TOO_LONG.format("9" * 40 + "...")),
    "far too many digits": (record("9" * 5000), TOO_LONG.format("9" * 40 + "...")),
    "too many digits behind the point": (record("0.1" + "0" * 1000), TOO_LONG.format("0.1" + "0" * 37 + "...")),
    "an exponent": (record("1e999999999"), TOO_LONG.format("1e999999999")),
    "an exponent that no number has": (record("1e99999999999999999999"), TOO_LONG.format("1e99999999999999999999")),
    "a negative exponent": (record("-1E-1001"), TOO_LONG.format("-1E-1001")),
    "too many digits where no rule looks": (record(more=',"more":1e1000'), TOO_LONG.format("1e1000")),
    "half a character": (record(more=',"note":"\\ud800"'), HALF),
    "the other half": (record(more=',"note":["\\uDC00\\uD800"]'), HALF),
    "half a character as a key": (record(more=',"\\ud800":1'), HALF),
    "a hundred and one levels": (nested(101), TOO_DEEP),
    "more levels than Python has": (nested(20_000), TOO_DEEP),
    "levels that are not closed": ('{"a":' + "[" * 20_000, TOO_DEEP),
    "a list": ("[1]", "A record is an object; this is a list."),
    "a string": ('"a"', "A record is an object; this is a string."),
    "a number": ("5", "A record is an object; this is a number."),
    "a boolean": ("true", "A record is an object; this is true or false."),
    "null": ("null", "A record is an object; this is null."),
    "no JSON": ("oops", "Not valid JSON: expected a value, found 'oops' (column 1)."),
    "blanks before what is no JSON": ("  oops", "Not valid JSON: expected a value, found 'oops' (column 3)."),
    "no key": ('{"a":1,}', "Not valid JSON: expected a key in double quotes, found '}' (column 8)."),
    "no colon": ('{"a" 1}', "Not valid JSON: expected a colon, found '1' (column 6)."),
    "no comma": ('{"a":1 "b":2}', "Not valid JSON: expected a comma or a closing brace, found '\"' (column 8)."),
    "no comma in a list": (
        '{"a":[1 2]}',
        "Not valid JSON: expected a comma or a closing bracket, found '2' (column 9).",
    ),
    "a number with a zero before": (
        '{"a":01}',
        "Not valid JSON: expected a comma or a closing brace, found '1' (column 7).",
    ),
    "cut off": ('{"a":', "Not valid JSON: expected a value, found the end of the text (column 6)."),
    "cut off in a string": ('{"a":"b', "Not valid JSON: unterminated string (column 6)."),
    "an odd escape": ('{"a":"\\x"}', "Not valid JSON: invalid \\escape (column 7)."),
    "two on a line": (
        record() + record(id='"x"'),
        f"Not valid JSON: expected the end of the record, found '{{' (column {len(record()) + 1}).",
    ),
    "a byte-order mark within": (
        f"\ufeff{record()}",
        "Not valid JSON: expected a value, found a byte-order mark (column 1).",
    ),
    "a no-break space": (
        f"\u00a0{record()}",
        "Not valid JSON: expected a value, found a no-break space; JSON allows only plain spaces (column 1).",
    ),
    "Latin-1": (record(more=',"name":"Jos\xe9"').encode("latin-1"), f"Not valid UTF-8 (byte {len(record()) + 12})."),
    "half a character in bytes": (b'{"a":"\xed\xa0\x80"}', "Not valid UTF-8 (byte 7)."),
}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "group.json").write_text(json.dumps(group()), encoding="utf-8")

    def write(name: str) -> Path:
        given = VERDICTS[name][0]
        middle = given if isinstance(given, bytes) else given.encode()
        path = tmp_path / "records.jsonl"
        path.write_bytes(b"\n".join((record(id='"a"').encode(), middle, record(id='"c"').encode())) + b"\n")
        return path

    return write


@pytest.mark.parametrize("name", VERDICTS)
def test_the_reader(data: Callable[[str], Path], name: str) -> None:
    first, found, last = records_in(io.BytesIO(data(name).read_bytes()))
    assert (first.line, first.problem, found.line, last.line, last.problem) == (1, None, 2, 3, None)
    assert found.reason == VERDICTS[name][1]
    assert (found.context is None) == bool(found.reason)


@pytest.mark.parametrize("name", VERDICTS)
def test_eval(data: Callable[[str], Path], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = VERDICTS[name][1]
    status = main(["eval", RULE, "--data", str(data(name)), "--count"])
    out, err = capsys.readouterr()
    assert err == (f"line 2: {sentence}\n" if sentence else "")
    assert out.endswith("1 error\n" if sentence else "0 errors\n")
    assert out.startswith("3 records, ")
    assert (status == 2) == bool(sentence)


@pytest.mark.parametrize("name", VERDICTS)
def test_target_simulate(data: Callable[[str], Path], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = VERDICTS[name][1]
    path = data(name)
    status = main(
        ["target", "simulate", "group.json", "--data", str(path), "--table", "contributions", "--output", "json"]
    )
    out, err = capsys.readouterr()
    told = f"{path}, line 2: {sentence}\n1 of 3 records could not be read\n" if sentence else ""
    assert (status, err) == (2 if sentence else 0, told)
    assert [row["record"] for row in json.loads(out)] == (["a", "c"] if sentence else ["a", "b", "c"])


@pytest.mark.parametrize("name", VERDICTS)
def test_the_repl(data: Callable[[str], Path], name: str, tmp_path: Path) -> None:
    sentence = VERDICTS[name][1]
    data(name)
    talk = Talk(tmp_path)
    talk.do(":load records.jsonl")
    talk.do(":record 2")
    assert len(talk.session.records()) == 3
    shown = talk.do(":record").split("\n", 1)
    assert shown[0] == "record 2 of 3 of records.jsonl, line 2"
    if sentence:
        assert shown[1] == sentence
    else:
        assert shown[1].startswith('{\n  "id": "b"')


@pytest.mark.parametrize("name", VERDICTS)
@pytest.mark.parametrize("lines", [True, False])
def test_the_server(data: Callable[[str], Path], name: str, lines: bool) -> None:
    sentence = VERDICTS[name][1]
    store = Store(":memory:")
    body = data(name).read_bytes()
    if sentence:
        with pytest.raises(Refusal) as caught:
            feed(store, body, lines=lines)
        assert [one.message for one in caught.value.errors] == [f"record 2: {sentence}"]
    else:
        assert feed(store, body, lines=lines).data == {"accepted": 3, "duplicates": 0}
    store.close()


@pytest.mark.parametrize("name", [name for name, (given, _) in VERDICTS.items() if isinstance(given, str)])
def test_an_item_of_an_array_is_judged_as_a_line_is(name: str) -> None:
    """What is no JSON ends the array, for nothing is sure from there on; what is refused as a value does not."""
    given, sentence = VERDICTS[name]
    assert isinstance(given, str)
    text = f"[\n{record()},\n{given}\n,\n{record()}]"
    first, found, *rest = records_in(io.BytesIO(text.encode()))
    assert (first.line, first.item, first.problem) == (2, 1, None)
    ends = "(column" in sentence or name == "levels that are not closed"
    if "cut off" in name or "two on a line" in name:
        assert found.line >= 3
        return  # in an array, the text goes on behind it
    assert (found.line, found.item, found.reason) == (3, 2, sentence)
    assert [(one.line, one.item, one.problem) for one in rest] == ([] if ends else [(5, 3, None)])
