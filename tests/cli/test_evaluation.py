"""`targetexpr eval` and `targetexpr explain`: where data comes from, what is told, what is never lost."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from targetexpr.cli import records
from targetexpr.cli.main import main

RULE = "currentTxn.value>500"
LINES = '{"value":620}\nbroken\n\n{"value":10.10}\n{"value":"x"}\n[1]\n{"value":null}\n'


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def call(*arguments: str, stdin: str | bytes | None = None) -> tuple[int, str, str]:
        if stdin is not None:
            data = stdin.encode() if isinstance(stdin, str) else stdin
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        status = main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return call


def context(value: object) -> str:
    return json.dumps({"currentTxn": {"value": value}})


@pytest.mark.parametrize(
    ("value", "said", "status"), [(620, "yes\n", 0), (320, "no\n", 1), (None, "null\n", 1), ("x", "error\n", 2)]
)
def test_one_record(run: Any, value: object, said: str, status: int) -> None:
    found, out, err = run("eval", RULE, "--data", context(value))
    assert (found, out) == (status, said)
    assert err == ('line 1: currentTxn.value is "x", which is not a number\n' if status == 2 else "")


def test_json_lines_from_a_file_a_pipe_and_with_a_profile(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "transactions.jsonl"
    file.write_text(LINES, encoding="utf-8")
    expected = "yes\nerror\nno\nerror\nerror\nnull\n"
    told = (
        "line 2: Not valid JSON: expected a value, found 'broken' (column 1).\n"
        'line 5: currentTxn.value is "x", which is not a number\n'
        "line 6: A record is an object; this is a list.\n"
        "3 of 6 records could not be evaluated\n"
    )
    assert run("eval", RULE, "--data", str(file), "--profile", "currentTxn") == (2, expected, told)
    assert run("eval", RULE, "--data", "-", "--profile", "currentTxn", stdin=LINES) == (2, expected, told)
    assert run("eval", RULE, "--profile", "currentTxn", stdin=LINES) == (2, expected, told)


def test_counts(run: Any) -> None:
    status, out, err = run("eval", RULE, "--profile", "currentTxn", "--count", stdin=LINES)
    assert (status, out) == (2, "6 records, 1 yes, 1 no, 1 null, 3 errors\n")
    assert err.count("line ") == 3
    _, out, _ = run("eval", RULE, "--profile", "currentTxn", "--count", "--output", "json", stdin=LINES)
    assert json.loads(out) == {"records": 6, "yes": 1, "no": 1, "null": 1, "errors": 3}
    assert run("eval", RULE, "--count", stdin=f"{context(501)}\n{context(502)}\n")[0] == 0


def test_on_error(run: Any) -> None:
    status, out, _ = run("eval", RULE, "--profile", "currentTxn", "--on-error", "stop", stdin=LINES)
    assert (status, out) == (2, "yes\nerror\n")
    status, out, err = run("eval", RULE, "--profile", "currentTxn", "--on-error", "null", stdin=LINES)
    assert (status, out) == (2, "yes\nerror\nno\nnull\nerror\nnull\n")
    assert "Not valid JSON" in err, "records that cannot be read are reported in any case"


def test_json_output_is_a_line_for_each_record(run: Any) -> None:
    _, out, _ = run("eval", RULE, "--profile", "currentTxn", "--output", "json", stdin=LINES)
    assert [json.loads(line) for line in out.splitlines()] == [
        {"line": 1, "value": True},
        {"line": 2, "error": "Not valid JSON: expected a value, found 'broken' (column 1)."},
        {"line": 4, "value": False},
        {"line": 5, "error": 'currentTxn.value is "x", which is not a number'},
        {"line": 6, "error": "A record is an object; this is a list."},
        {"line": 7, "value": None},
    ]


@pytest.mark.parametrize(
    "document",
    [
        f"[{context(501)}, {context(1)}]",
        f"[\n{context(501)},\n{context(1)}\n]",
        f"\ufeff{context(501)}\n\n{context(1)}",
        f"{context(501)}\r\n{context(1)}\r\n",
        json.dumps([json.loads(context(501)), json.loads(context(1))], indent=2),
    ],
)
def test_forms_of_json(run: Any, document: str) -> None:
    assert run("eval", RULE, "--data", "-", stdin=document)[1] == "yes\nno\n"


def test_one_document_over_several_lines(run: Any) -> None:
    assert run("eval", RULE, stdin=json.dumps(json.loads(context(501)), indent=2)) == (0, "yes\n", "")


@pytest.mark.parametrize(
    ("stdin", "problem"),
    [
        ("", "the data is empty"),
        ("\n \n", "the data is empty"),
        ("{", "Not valid JSON"),
        (b"\xff\xfe", "Not valid UTF-8"),
        ("[" * 100_000, "Nested more than 100 levels deep"),
    ],
)
def test_data_that_is_none(run: Any, stdin: str | bytes, problem: str) -> None:
    status, out, err = run("eval", RULE, stdin=stdin)
    assert (status, out) == (2, "")
    assert problem in err


def test_numbers_keep_every_digit(run: Any) -> None:
    rule = "currentTxn.value==0.10000000000000001"
    assert run("eval", rule, "--data", '{"currentTxn":{"value":0.10000000000000001}}')[1] == "yes\n"
    assert run("eval", rule, "--data", '{"currentTxn":{"value":0.1}}')[1] == "no\n"
    digits = "1" * 900
    assert run("eval", "currentTxn.value", "--data", context(0).replace("0", digits))[1] == f"{digits}\n"
    status, _, err = run("eval", RULE, "--data", context(0).replace("0", "1" * 5000))
    assert (status, "at most 1,000 digits" in err) == (2, True)
    assert run("eval", RULE, "--data", '{"currentTxn":{"value":1e400}}')[1] == "yes\n"
    assert run("eval", RULE, "--data", '{"currentTxn":{"value":1e99999999999999999999}}')[0] == 2


def test_numbers_are_shown_as_they_stood_there(run: Any) -> None:
    status, _, err = run("eval", RULE, "--data", '{"currentTxn":{"value":1e999999999}}')
    assert (status, "1e999999999" in err, "Decimal" in err) == (2, True, False)
    data = '{"currentTxn":{"number":0.10000000000000001}}'
    status, _, err = run("eval", 'currentTxn.number=="a"', "--data", data)
    assert (status, err.startswith("line 1: currentTxn.number is 0.10000000000000001, which is not ")) == (2, True)


def test_records_of_an_array_are_named_by_line_and_number(run: Any) -> None:
    data = f"[{context(620)}, 5,\n{context('x')}]"
    status, out, err = run("eval", RULE, "--data", data)
    assert (status, out) == (2, "yes\nerror\nerror\n")
    assert err == (
        "line 1, record 2: A record is an object; this is a number.\n"
        'line 2, record 3: currentTxn.value is "x", which is not a number\n'
        "2 of 3 records could not be evaluated\n"
    )


def test_expressions_that_are_no_condition_give_their_value(run: Any) -> None:
    assert run("eval", "currentTxn.value/3", "--data", context(1))[1] == "0.3333333333333333333333333333333333\n"
    _, out, _ = run("eval", "currentTxn.value/3", "--data", context(1), "--output", "json")
    assert out == '{"line": 1, "value": 0.3333333333333333333333333333333333}\n'
    data = '{"currentTxn":{"date":"2025-05-27T10:00"}}'
    _, out, _ = run("eval", "currentTxn.date", "--data", data, "--timezone", "Asia/Kolkata", "--output", "json")
    assert json.loads(out)["value"] == "2025-05-27T10:00:00+05:30"
    assert (
        run("eval", "currentTxn.value", "--count", stdin=context(5))[1]
        == "1 record, 0 yes, 0 no, 0 null, 1 value, 0 errors\n"
    )


def test_a_rule_that_reads_nothing_needs_no_data(run: Any) -> None:
    assert run("eval", "1+2==3") == (0, "yes\n", "")


def test_files_schema_event_and_timezone(run: Any, tmp_path: Path) -> None:
    rule, schema = tmp_path / "rule.txt", tmp_path / "mine.toml"
    rule.write_text("currentTxn.extField_gift&&currentTxn.date.isHourBetween(10,11)\n", encoding="utf-8")
    schema.write_text('[profiles.currentTxn.extendedFields]\ngift = "boolean"\n', encoding="utf-8")
    data = '{"currentTxn":{"extField_gift":true,"date":"2025-05-27T05:00Z"}}'
    options = ["-f", str(rule), "--schema", str(schema), "--event", "TransactionAdd", "--data", data]
    assert run("eval", *options)[1] == "no\n"
    assert run("eval", *options, "--timezone", "Asia/Kolkata")[1] == "yes\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["currentTxn.valu>5", "--data", "{}"], "Did you mean `value`?"),
        (["currentTxn.value>", "--data", "{}"], "nothing was evaluated"),
        ([RULE, "--data", "/no/such/file"], "cannot read /no/such/file"),
        ([RULE, "--data", "{}", "--timezone", "Mars/Base"], "no time zone 'Mars/Base'"),
    ],
)
def test_calls_that_are_wrong(run: Any, arguments: list[str], problem: str) -> None:
    status, out, err = run("eval", *arguments)
    assert (status, out) == (2, "")
    assert problem in err


def test_explain(run: Any) -> None:
    status, out, err = run("explain", RULE, "--data", context(320))
    assert (status, err) == (1, "")
    assert "currentTxn.value is 320, needs more than 500" in out
    assert out.endswith("For the rule to hold, currentTxn.value must be more than 500.\n")
    status, out, err = run("explain", RULE, "--profile", "currentTxn", stdin=LINES)
    assert status == 2
    assert [line for line in out.splitlines() if line.startswith("line ")] == [
        "line 1: The rule holds.",
        "line 4: The rule does not hold.",
        "line 5: The rule could not be decided: the data does not fit.",
        "line 7: The rule does not hold: it is null, because data is missing.",
    ]
    assert err == (
        "line 2: Not valid JSON: expected a value, found 'broken' (column 1).\n"
        "line 6: A record is an object; this is a list.\n"
    )


def test_explain_as_json(run: Any) -> None:
    _, out, _ = run("explain", RULE, "--data", context(320), "--output", "json")
    found = json.loads(out)
    assert found["line"] == 1
    assert found["explanation"]["sentence"] == "currentTxn.value is 320, needs more than 500"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = records.Progress()
    clock = iter([10.0, 10.1, 10.6, 10.7])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    for done in range(1, 4097):
        progress.tick(done)
    progress.clear()
    assert terminal.getvalue() == "\r3,072 records\r\x1b[K"
    plain = io.StringIO()
    monkeypatch.setattr(sys, "stderr", plain)
    quiet = records.Progress()
    quiet.tick(1024)
    assert plain.getvalue() == ""


# ---- flat records and --profile


FLAT = '{"value":620,"number":"a"}\n' * 50


@pytest.mark.parametrize("more", [(), ("--count",), ("--output", "json")])
def test_flat_records_without_a_profile_are_told_once(run: Any, more: tuple[str, ...]) -> None:
    status, _, err = run("eval", RULE, *more, stdin=FLAT)
    assert status == 2
    assert err.splitlines()[0] == (
        "line 1: the record names no profile; if records are plain dicts of currentTxn, add --profile currentTxn "
        "(told once for all such records)"
    )
    assert err.splitlines()[1:] == ([] if "--count" in more else ["50 of 50 records could not be evaluated"])
    assert run("eval", RULE, *more, "--profile", "currentTxn", stdin=FLAT)[::2] == (0, "")


def test_flat_records_are_those_of_the_profile_that_has_their_names(run: Any) -> None:
    rule = 'currentCustomer.email=="a"||currentTxn.value>500'
    err = run("eval", rule, "--data", '{"value":620}')[2]
    assert "--profile currentTxn " in err
    assert "--profile currentCustomer " in run("eval", rule, "--data", '{"email":"b"}')[2]


def test_a_record_of_another_profile_or_of_nobodys_names_is_not_flat(run: Any) -> None:
    lines = '{"currentCustomer":{}}\n{"colour":"blue"}\n{}\n'
    err = run("eval", RULE, stdin=lines)[2]
    assert "--profile" not in err
    assert err.count("currentTxn is missing") == 3


@pytest.mark.parametrize("command", ["eval", "explain"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("currenttxn", "did you mean currentTxn?"),
        ("currentTx", "did you mean currentTxn?"),
        ("txn", "did you mean currentTxn?"),
    ],
)
def test_an_unknown_profile_is_refused_with_close_ones(run: Any, command: str, name: str, said: str) -> None:
    status, out, err = run(command, RULE, "--profile", name, stdin=FLAT)
    assert (status, out) == (2, "")
    assert err == f"targetexpr: --profile: unknown profile {name!r}; {said}\n"


def test_an_unknown_profile_close_to_none_is_told_which_there_are(run: Any) -> None:
    status, _, err = run("eval", RULE, "--profile", "nope", stdin=FLAT)
    assert status == 2
    assert err.startswith("targetexpr: --profile: unknown profile 'nope'; expected one of ")
    assert "currentTxn" in err


# ---- fields that no record has


@pytest.mark.parametrize(
    ("rule", "lines", "said"),
    [
        (
            RULE,
            [{"vlaue": 1}, {"vlaue": 2, "x": 1}],
            "no record has currentTxn.value; did you mean currentTxn.vlaue?\n",
        ),
        (RULE, [{"VALUE": 1}], "no record has currentTxn.value; did you mean currentTxn.VALUE?\n"),
        (RULE, [{}, {"x": 1}], "no record has currentTxn.value\n"),
        (
            'currentTxn.extField_mode=="a"',
            [{"extendedFields": {"other": "a"}}],
            "no record has currentTxn.extField_mode\n",
        ),
        ('currentTxn.extField_mode=="a"', [{"extendedFields": {"mode": None}}], ""),
        (RULE, [{"vlaue": 1}, {"value": None}], ""),
        ("currentTxn.number.isEmpty()", [{"nubmer": "1"}], ""),
    ],
)
def test_count_names_the_field_that_no_record_has(run: Any, rule: str, lines: list[Any], said: str) -> None:
    status, out, err = run("eval", rule, "--count", stdin="\n".join(json.dumps({"currentTxn": one}) for one in lines))
    fields = [line for line in err.splitlines(keepends=True) if not line.startswith("warning[unknown-member]: ")]
    assert "".join(fields) == said
    assert out.startswith(f"{len(lines)} record")
    assert status == (1 if ", 0 yes" in out else 0)
