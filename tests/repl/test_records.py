"""The records that rules are tried on: files of every form, and files that change or vanish under us."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from targetexpr.base.errors import InputError
from targetexpr.repl.records import Held, Lines, edited, load, scratch
from tests.repl.commands import RULE, Talk


def line(value: object) -> str:
    return json.dumps({"currentTxn": {"value": value}}, ensure_ascii=False)


def written(folder: Path, content: str | bytes) -> str:
    path = folder / "data.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def values(path: str, profile: str | None = None) -> list[object]:
    """What the records hold, by number; going through them must give the same."""
    records = load(path, profile)
    by_number = [records.record(number) for number in range(1, len(records) + 1)]
    assert by_number == list(records)
    return [
        one.problem if one.context is None else one.context["currentTxn"]["value"]  # type: ignore[index]
        for one in by_number
    ]


@pytest.mark.parametrize(
    "content",
    [
        f"{line(1)}\n{line(2)}\n",
        f"{line(1)}\n{line(2)}",
        f"{line(1)}\r\n{line(2)}\r\n",
        f"\n\n{line(1)}\n  \n{line(2)}\n\n",
        f"\ufeff{line(1)}\n{line(2)}\n",
        f"[{line(1)},{line(2)}]",
        f"[\n{line(1)},\n{line(2)}\n]\n",
        f"\ufeff[{line(1)},{line(2)}]",
        json.dumps([json.loads(line(1)), json.loads(line(2))], indent=2),
    ],
)
def test_forms_of_a_file(tmp_path: Path, content: str) -> None:
    assert values(written(tmp_path, content)) == [1, 2]


def test_lines_that_are_no_records_are_told_with_their_number(tmp_path: Path) -> None:
    path = written(tmp_path, f'{line(1)}\nbroken\n\n[1]\n"ü\n'.encode() + b"\xff\n" + f"{line(7)}\n".encode())
    records = load(path, None)
    assert [(one.line, one.context is None) for one in records] == [
        (1, False), (2, True), (4, True), (5, True), (6, True), (7, False),
    ]  # fmt: skip
    assert all(one.problem for one in records if one.context is None)


def test_plain_dicts_of_a_profile(tmp_path: Path) -> None:
    assert values(written(tmp_path, '{"value":1}\n{"value":2}\n'), "currentTxn") == [1, 2]
    assert values(written(tmp_path, '[{"value":1}]'), "currentTxn") == [1]


def test_wide_characters_do_not_shift_lines(tmp_path: Path) -> None:
    found = values(written(tmp_path, "".join(f"{line('日本🎉' * number)}\n" for number in range(50))))
    assert found == ["日本🎉" * number for number in range(50)]


def test_a_large_file_is_not_held(tmp_path: Path) -> None:
    records = load(written(tmp_path, f"{line(1)}\n" * 10_000), None)
    assert isinstance(records, Lines)
    assert len(records) == 10_000
    assert records.record(10_000).line == 10_000


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("{", "Not valid JSON"),
        (b"\xff\xfe", "Not valid UTF-8"),
        ("[" * 100_000, "Nested more than 100 levels deep"),
        ("[]", "no record"),
    ],
)
def test_files_without_records(tmp_path: Path, content: str | bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        load(written(tmp_path, content), None)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*nothing: No such file"):
        load(str(tmp_path / "nothing"), None)
    with pytest.raises(InputError, match="Is a directory"):
        load(str(tmp_path), None)


def test_an_edit_stands_in_for_the_record_and_leaves_the_file(talk: Talk) -> None:
    path = talk.records(line(620), line(10))
    before = path.read_bytes()
    talk.do(":load records.jsonl")
    talk.do(RULE)
    assert talk.do(":set currentTxn.value 5").endswith("more than 500.")
    assert talk.do(":count") == "2 records, 0 yes, 2 no, 0 null, 0 errors (1 edited)"
    talk.do(":next")
    assert talk.do(":set currentTxn.value 501").endswith("yes  (record 2 of 2, edited)")
    assert "record 1 of 2, edited" in talk.do(":record 1")
    assert path.read_bytes() == before
    talk.do(":load records.jsonl")
    assert talk.do(":count") == "2 records, 1 yes, 1 no, 0 null, 0 errors", "loading anew drops the edits"


def test_a_record_of_ones_own() -> None:
    one = scratch()
    assert (len(one), one.record(1).context) == (1, {})
    assert edited(one.record(1), {1: {"a": 1}}, 1).context == {"a": 1}
    assert isinstance(one, Held)


def test_a_file_that_vanishes(talk: Talk) -> None:
    path = talk.records(line(620), line(10))
    talk.do(":load records.jsonl")
    talk.do(RULE)
    os.unlink(path)
    for command in (":count", ":find true", ":record 2", ":why 1", ":explain", ":set currentTxn.value 5"):
        assert "cannot read records.jsonl: No such file or directory" in talk.refused(command)
    talk.records(line(7))
    assert "no  (record 1 of 1)" in talk.do(":load records.jsonl")


@pytest.mark.parametrize("content", [line(10), f"{line(1)}\n" * 5, "", "x", f"\n{line(1)}\n"])
def test_a_file_that_changes_is_told_and_not_misread(talk: Talk, content: str) -> None:
    path = talk.records(line(620), line(620), line(620))
    talk.do(":load records.jsonl")
    talk.do(RULE)
    path.write_text(content, encoding="utf-8")
    os.utime(path, (1, 1))
    for command in (":count", ":find false", ":record 3", ":why 2", ":explain", ":next"):
        assert "records.jsonl has changed; `:load records.jsonl` reads it anew" in talk.refused(command)


def test_a_file_that_grows_is_told(talk: Talk) -> None:
    path = talk.records(line(620))
    talk.do(":load records.jsonl")
    talk.do(RULE)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line(1)}\n")
    assert "has changed" in talk.refused(":count")


def test_tables_are_loaded_by_their_headings_or_a_map(talk: Talk) -> None:
    bills = talk.folder / "bills.csv"
    bills.write_text("currentTxn.value;till\n620,5;1\n20,1;2\n", encoding="utf-8")
    said = talk.do(":load bills.csv")
    assert "found: delimiter semicolon, decimal comma" in said
    assert "columns that are not read: `till`" in said
    assert "2 records from bills.csv" in said
    talk.do(RULE)
    assert talk.do(":count") == "2 records, 1 yes, 1 no, 0 null, 0 errors"
    bills.write_text("amount;till\n20,1;1\n620,5;2\n700,5;2\n", encoding="utf-8")
    (talk.folder / "map.toml").write_text('[columns]\namount = "currentTxn.value"\n', encoding="utf-8")
    assert "3 records from bills.csv" in talk.do(":load bills.csv map.toml")
    assert talk.do(":count") == "3 records, 2 yes, 1 no, 0 null, 0 errors"
    bills.write_text("net;till\n20,1;1\n", encoding="utf-8")
    assert "there is no column `amount`, which the map of columns names" in talk.refused(":load bills.csv map.toml")
