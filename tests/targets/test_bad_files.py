"""Texts and files that hold no group or no records: an error with its place, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from targetexpr.cli.main import main
from targetexpr.targets import PayloadError, parse_group, parse_payload
from tests.targets.seed_request import PAYLOADS, changed


def test_truncated_texts_are_errors() -> None:
    text = (PAYLOADS / "create-streak-group.request.json").read_text(encoding="utf-8").rstrip()
    for cut in range(0, len(text), 7):
        with pytest.raises(PayloadError):
            parse_group(text[:cut])
        with pytest.raises(PayloadError):
            parse_payload(text[:cut])


@pytest.mark.parametrize(
    "text", ["", " ", "nul", "[" * 100_000, '{"a":' * 50_000, '{"name":"a","name":"b"}', "{}x", "\ufeff{"]
)
def test_texts_that_are_no_payload(text: str) -> None:
    with pytest.raises(PayloadError) as caught:
        parse_group(text)
    assert str(caught.value)


@pytest.mark.parametrize("command", ["check", "show"])
def test_a_truncated_file_is_an_error_of_the_command(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "group.json"
    text = (PAYLOADS / "create-streak-group.request.json").read_text(encoding="utf-8")
    for cut in (0, 1, 500, 1700):
        path.write_text(text[:cut], encoding="utf-8")
        assert main(["target", command, str(path)]) not in (0, None)
        heard = capsys.readouterr()
        assert "Traceback" not in heard.err + heard.out
        assert heard.err + heard.out


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00{")
    for path in (tmp_path / "missing.json", tmp_path / "bytes.json", tmp_path):
        assert main(["target", "check", str(path)]) not in (0, None)
        heard = capsys.readouterr()
        assert "Traceback" not in heard.err + heard.out


def test_the_command_reports_pointer_code_and_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "group.json"
    path.write_text(json.dumps(changed("targets", 0, "name", to="x" * 201)), encoding="utf-8")
    assert main(["target", "check", str(path)]) not in (0, None)
    heard = capsys.readouterr()
    said = heard.out + heard.err
    assert "/targets/0/name" in said
    assert "310008" in said


def test_the_command_is_content_with_the_seeds_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["target", "check", str(PAYLOADS / "create-streak-group.request.json")]) in (0, None)
    assert "Traceback" not in capsys.readouterr().err


RECORD = {"id": "r", "customerId": "c", "type": "TransactionAdd", "date": "2023-11-17", "currentTxn": {"value": 600}}


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "r", "customerId": "c", "ty',
        '[{"id": "r"}, ',
        "not json",
        "[" * 50_000,
        '"text"',
        "5",
        '{"id": "r"}\n{"id":',
    ],
)
def test_truncated_records_are_an_error_of_simulate(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "records.jsonl"
    data.write_text(text, encoding="utf-8")
    group = PAYLOADS / "create-streak-group.request.json"
    assert main(["target", "simulate", str(group), "--data", str(data)]) not in (0, None)
    heard = capsys.readouterr()
    assert "Traceback" not in heard.err + heard.out
    assert heard.err


def test_a_truncated_group_is_an_error_of_simulate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, path = tmp_path / "records.jsonl", tmp_path / "group.json"
    data.write_text(json.dumps(RECORD), encoding="utf-8")
    text = (PAYLOADS / "create-streak-group.request.json").read_text(encoding="utf-8")
    for cut in (0, 1, 700, len(text.rstrip()) - 1):
        path.write_text(text[:cut], encoding="utf-8")
        assert main(["target", "simulate", str(path), "--data", str(data)]) not in (0, None)
        heard = capsys.readouterr()
        assert "Traceback" not in heard.err + heard.out
        assert heard.err


@pytest.mark.parametrize(
    "options",
    [
        ["--timezone", "Mars/Olympus"],
        ["--now", "tomorrow"],
        ["--returns", "SOMETIMES"],
        ["--customer", "nobody"],
        ["--enrolment", "missing.json"],
    ],
)
def test_wrong_options_of_simulate(options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "records.jsonl"
    data.write_text(json.dumps(RECORD), encoding="utf-8")
    command = ["target", "simulate", str(PAYLOADS / "create-streak-group.request.json"), "--data", str(data), *options]
    try:
        assert main(command) not in (0, None)
    except SystemExit as end:
        assert end.code not in (0, None)  # noqa: PT017
    heard = capsys.readouterr()
    assert "Traceback" not in heard.err + heard.out
    assert heard.err


def test_simulate_reads_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "records.jsonl"
    data.write_text(json.dumps({**RECORD, "storeId": 50679757}), encoding="utf-8")
    group = PAYLOADS / "create-streak-group.request.json"
    assert main(["target", "simulate", str(group), "--data", str(data), "--output", "json"]) in (0, None)
    heard = capsys.readouterr().out
    assert '"c"' in heard or "ACHIEVED" in heard or "streakTestt193" in heard
    json.loads(heard)
