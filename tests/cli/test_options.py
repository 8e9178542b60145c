"""The options of all commands: one name and one meaning each; several files of data; nothing given is dropped."""

from __future__ import annotations

from argparse import SUPPRESS, Action, ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from targetexpr.cli.main import COMMANDS
from targetexpr.cli.parser import Parser
from targetexpr.console.options import OPTIONS
from tests.cli.command import Call

RULE = "currentTxn.value>500"


def parsers() -> Iterator[tuple[str, ArgumentParser]]:
    """Every command and subcommand with its parser."""
    for name, (module, _) in COMMANDS.items():
        parser = Parser(prog=name)
        import_module(module).arguments(parser)
        yield name, parser
        for action in parser._actions:
            for inner, one in (getattr(action, "_name_parser_map", None) or {}).items():
                yield f"{name} {inner}", one


def flags(parser: ArgumentParser) -> list[Action]:
    return [action for action in parser._actions if action.option_strings and action.help != SUPPRESS]


def test_every_flag_of_every_command_is_in_the_table_and_means_the_same() -> None:
    seen: dict[str, dict[object, list[str]]] = defaultdict(lambda: defaultdict(list))
    commands = list(parsers())
    assert {"eval", "target new", "target check", "target simulate", "repl", "serve"} <= {name for name, _ in commands}
    for name, parser in commands:
        for action in flags(parser):
            if "--help" in action.option_strings:
                continue
            option = OPTIONS[action.option_strings[-1]]
            assert tuple(action.option_strings) == ((option.short, option.name) if option.short else (option.name,))
            assert set(action.choices or ()) <= set(option.choices)
            meaning = (action.help, action.metavar, action.nargs, action.dest, repr(action.default), type(action))
            for flag in action.option_strings:
                seen[flag][meaning].append(name)
    for flag, meanings in seen.items():
        assert len(meanings) == 1, f"{flag} has several meanings: {dict(meanings)}"
    assert {flag for flag in seen if flag.startswith("--")} == OPTIONS.keys(), "options that no command takes"


def test_no_two_options_mean_the_same_or_share_a_letter() -> None:
    helps = [option.help for option in OPTIONS.values()]
    letters = [option.short for option in OPTIONS.values() if option.short is not None]
    assert len(set(helps)) == len(helps)
    assert len(set(letters)) == len(letters)


def test_names_are_not_cut_short(call: Call) -> None:
    done = call("eval", RULE, "--prof", "currentTxn")
    assert (done.status, done.out) == (2, "")
    assert "--prof" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["eval", RULE, "--cout"], "did you mean --count?"),
        (["target", "new", "--cycle", "3"], "did you mean --cycles?"),
        (["eval", RULE, "--store", "3"], "this command has no --store"),
        (["target", "simulate", "g.json", "--data", "r.jsonl", "--strict"], "--strict is `--on-error stop` now"),
        (
            ["json", "--style", "editr", RULE],
            "--style: expected one of compact, editor, not 'editr'; did you mean editor?",
        ),
        (["target", "chek", "g.json"], "did you mean check?"),
    ],
)
def test_what_is_not_an_option_is_told(arguments: list[str], said: str, call: Call) -> None:
    done = call(*arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


# --- an option that takes one value


@pytest.mark.parametrize(
    "arguments",
    [
        ["eval", RULE, "--profile", "currentTxn", "--profile", "currentCustomer"],
        ["explain", RULE, "--timezone", "UTC", "--timezone=Asia/Kolkata"],
        ["check", RULE, "--event", "TransactionAdd", "--event", "TransactionAdd"],
        ["json", RULE, "--schema", "a.toml", "--schema", "b.toml"],
        ["target", "new", "--cycles", "3", "--name", "W", "--cycles", "4"],
        ["target", "simulate", "g.json", "--data", "r.jsonl", "--table", "levels", "--table", "grants"],
        ["repl", "--rules", "a.toml", "--rules", "b.toml"],
        ["serve", "--port", "1", "--port", "2"],
    ],
)
def test_a_value_given_twice_is_refused(arguments: list[str], call: Call) -> None:
    done = call(*arguments)
    assert (done.status, done.out) == (2, "")
    assert "takes one value and is given twice" in done.err


# --- several files of data


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.jsonl").write_text('{"value": 620}\n{"value": 10}\n')
    (tmp_path / "b.jsonl").write_text('{"value": 700}\noops\n')
    (tmp_path / "rule.txt").write_text(RULE + "\n")
    return tmp_path


COUNT = "4 records, 2 yes, 1 no, 0 null, 1 error\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["eval", RULE, "--data", "a.jsonl", "--data", "b.jsonl"],
        ["eval", RULE, "-d", "a.jsonl", "b.jsonl"],
        ["eval", "--data", "a.jsonl", "b.jsonl", RULE],
        ["eval", "-f", "rule.txt", "--data=a.jsonl", "-d", "b.jsonl"],
        ["eval", "--data", "a.jsonl", "b.jsonl", "-f", "rule.txt"],
        ["eval", "--data", "a.jsonl", "b.jsonl", "--", RULE],
    ],
)
def test_all_files_of_data_are_read(arguments: list[str], folder: Path, call: Call) -> None:
    done = (
        call(*arguments, "--profile", "currentTxn", "--count", cwd=folder)
        if "--" not in arguments
        else call("eval", "--profile", "currentTxn", "--count", *arguments[1:], cwd=folder)
    )
    assert done.out == COUNT
    assert done.status == 2
    assert "b.jsonl, line 2: " in done.err, "several files are told apart"


def test_one_file_and_a_rule_behind_it(folder: Path, call: Call) -> None:
    done = call("eval", "--data", "a.jsonl", RULE, "--profile", "currentTxn", cwd=folder)
    assert (done.status, done.out, done.err) == (1, "yes\nno\n", "")


def test_json_and_standard_input_among_files(folder: Path, call: Call) -> None:
    more = ("--profile", "currentTxn", "--count")
    done = call("eval", RULE, "-d", "a.jsonl", "-", '{"value": 900}', *more, cwd=folder, stdin=b'{"value":1}')
    assert done.out == "4 records, 2 yes, 2 no, 0 null, 0 errors\n"
    done = call("eval", RULE, "-d", "-", "-d", "-", *more, cwd=folder, stdin=b'{"value":1}')
    assert (done.status, "read once only" in done.err) == (2, True)


def test_explain_and_json_name_the_file(folder: Path, call: Call) -> None:
    done = call("explain", RULE, "-d", "a.jsonl", "b.jsonl", "--profile", "currentTxn", cwd=folder)
    assert [line.split(":")[0] for line in done.out.splitlines() if "line" in line] == [
        "a.jsonl, line 1", "a.jsonl, line 2", "b.jsonl, line 1",
    ]  # fmt: skip
    done = call("eval", RULE, "-d", "a.jsonl", "b.jsonl", "--profile", "currentTxn", "--output", "json", cwd=folder)
    assert done.out.splitlines()[2] == '{"source": "b.jsonl", "line": 1, "value": true}'


def test_the_repl_reads_all_files(folder: Path, call: Call) -> None:
    lines = f"{RULE}\n:count\n:record 3\n:record\n".encode()
    done = call("repl", "-d", "a.jsonl", "--data", "b.jsonl", "--profile", "currentTxn", cwd=folder, stdin=lines)
    assert done.status == 0, done.err
    assert "4 records, 2 yes, 1 no, 0 null, 1 error" in done.out
    assert "record 3 of 4 of b.jsonl, line 1" in done.out


def test_simulate_reads_all_files(tmp_path: Path, call: Call) -> None:
    made = call("target", "new", "--name", "W", "--start", "2024-01-01", "--every", "week", "--cycles", "1",
                 "--spend", "500", cwd=tmp_path)  # fmt: skip
    (tmp_path / "g.json").write_text(made.out)
    for name in "ab":
        record = (
            '{"type":"TransactionAdd","customerId":"%s","id":"%s","date":"2024-01-02","currentTxn":{"value":600}}\n'
        )
        (tmp_path / f"{name}.jsonl").write_text(record % (name, name))
    for arguments in (
        ["g.json", "--data", "a.jsonl", "b.jsonl"],
        ["--data", "a.jsonl", "b.jsonl", "g.json"],
        ["-f", "g.json", "-d", "a.jsonl", "-d", "b.jsonl"],
    ):
        done = call("target", "simulate", *arguments, "--output", "csv", "--table", "progress", cwd=tmp_path)
        assert [line.split(",")[0] for line in done.out.splitlines()] == ["customer", "a", "b"], done.err


# --- what is even among commands


@pytest.fixture
def group(tmp_path: Path, call: Call) -> Path:
    made = call("target", "new", "--name", "W", "--start", "2024-01-01", "--every", "week", "--cycles", "2",
                 "--spend", "500", "--levels", "1,2")  # fmt: skip
    (tmp_path / "g.json").write_text(made.out)
    record = '{"type":"TransactionAdd","customerId":"%s","id":"%s","date":"2024-01-02","currentTxn":{"value":%s}}\n'
    (tmp_path / "good.jsonl").write_text(record % ("ann", "a", 600))
    (tmp_path / "bad.jsonl").write_text(record % ("ann", "a", 600) + record % ("bob", "b", '"lots"') + "oops\n")
    return tmp_path


@pytest.mark.parametrize("more", [["--output", "csv"], ["--output", "json"], [], ["--table", "levels"],
                                  ["--customer", "ann", "--output", "json"]])  # fmt: skip
def test_bad_data_is_counted_and_ends_simulate_with_two(more: list[str], group: Path, call: Call) -> None:
    done = call("target", "simulate", "g.json", "--data", "bad.jsonl", *more, cwd=group)
    assert done.status == 2
    assert done.out
    assert "bad.jsonl, line 3: Not valid JSON" in done.err
    assert "1 of 3 records could not be read" in done.err
    assert '"lots"' in done.err + done.out
    if more:
        assert "1 of 3 records could not be evaluated" in done.err
    good = call("target", "simulate", "g.json", "--data", "good.jsonl", *more, cwd=group)
    assert (good.status, good.err) == (0, "")


def test_a_table_in_text_is_a_table(group: Path, call: Call) -> None:
    done = call("target", "simulate", "g.json", "--data", "good.jsonl", "--table", "levels", cwd=group)
    head, *rows = [line.split() for line in done.out.splitlines()]
    assert head == ["customer", "level", "count", "status", "period", "reached_by", "reached_on"]
    assert [row[:4] for row in rows] == [["ann", "W_1", "1", "ACHIEVED"], ["ann", "W_2", "2", "INPROGRESS"]]
    lines = done.out.splitlines()
    assert lines[0].index("status") == lines[1].index("ACHIEVED") == lines[2].index("INPROGRESS"), "columns"
    nobody = call("target", "simulate", "g.json", "--data", "good.jsonl", "--table", "grants", cwd=group)
    assert nobody.out.split() == ["customer", "target", "period", "record", "asked", "granted"]


@pytest.mark.parametrize("content", ["", "\n \n", "[]", " [ ]\n"])
def test_empty_data_is_the_same_everywhere(content: str, group: Path, call: Call) -> None:
    (group / "none.jsonl").write_text(content)
    for arguments in (
        ["eval", RULE, "--count"],
        ["explain", RULE],
        ["target", "simulate", "g.json"],
        ["target", "simulate", "g.json", "--output", "csv"],
        ["repl"],
    ):
        done = call(*arguments, "--data", "none.jsonl", cwd=group)
        assert (done.status, done.out) == (2, ""), arguments
        assert done.err == "targetexpr: the data is empty: there is no record in none.jsonl\n"


def test_show_takes_as_many_files_as_check(group: Path, call: Call) -> None:
    one = call("target", "show", "g.json", cwd=group).out
    two = call("target", "show", "g.json", "-f", "g.json", cwd=group)
    assert (two.status, two.out) == (0, f"{one}\n{one}")
    assert call("target", "check", "-f", "g.json", "g.json", cwd=group).out.count("g.json: ") == 2


def test_records_are_labelled_where_there_are_several(call: Call) -> None:
    lone = call("explain", RULE, "--data", '{"currentTxn":{"value":1}}')
    assert not lone.out.startswith("line")
    several = call("explain", RULE, "--data", '[{"currentTxn":{"value":1}},{"currentTxn":{"value":2}}]')
    labels = [line for line in several.out.splitlines() if "record" in line]
    assert [label.partition(": ")[0] for label in labels] == ["line 1, record 1", "line 1, record 2"]


def test_large_numbers_have_separators_everywhere(tmp_path: Path, call: Call) -> None:
    lines = '{"currentTxn":{"value":600}}\n' * 4_000 + '{"currentTxn":{"value":"x"}}\n' * 1_000
    (tmp_path / "many.jsonl").write_text(lines)
    counted = call("eval", RULE, "--data", "many.jsonl", "--count", cwd=tmp_path)
    assert counted.out == "5,000 records, 4,000 yes, 0 no, 0 null, 1,000 errors\n"
    each = call("eval", RULE, "--data", "many.jsonl", cwd=tmp_path)
    assert each.err.endswith("1,000 of 5,000 records could not be evaluated\n")
    repl = call("repl", "--data", "many.jsonl", cwd=tmp_path, stdin=f"{RULE}\n:count\n".encode())
    assert "5,000 records from many.jsonl" in repl.out
    assert "5,000 records, 4,000 yes" in repl.out
