"""Commands read the settings of a project: of the nearest file, unless an option or `--no-config` says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

import targetexpr
from tests.cli.command import Call
from tests.cli.test_options import parsers

SCHEMA = '[profiles.currentTxn.attributes]\nshelf = { type = "string", doc = "Where it stood." }\n'
RULE = 'currentTxn.shelf=="top"'
TWICE = "currentTxn.value>5&&currentTxn.value>5"
SETTINGS = ("schema", "event", "timezone", "strict", "on", "off")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, and another without; the command runs in the second."""
    folder = tmp_path / "project"
    (folder / "rules").mkdir(parents=True)
    (folder / "mine.toml").write_text(SCHEMA)
    (folder / "targetexpr.toml").write_text('schema = "mine.toml"\noff = ["duplicate-term"]\ntimezone = "+05:30"\n')
    (folder / "rules" / "a.rule").write_text(RULE + "\n")
    (folder / "rules" / "twice.rule").write_text(TWICE + "\n")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return folder


def test_every_command_that_takes_a_setting_reads_the_file() -> None:
    for name, parser in parsers():
        taken = {action.dest for action in parser._actions}
        reads = bool(taken & set(SETTINGS))
        assert not reads or "no_config" in taken, name


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "{rule}"],
        ["check", "-f", "{rule}"],
        ["json", "-f", "{rule}"],
        ["eval", "-f", "{rule}", "--data", '{{"currentTxn":{{"shelf":"top"}}}}'],
        ["explain", "{rule}", "--data", '{{"currentTxn":{{"shelf":"top"}}}}'],
        ["eval", "--rules", "{rules}", "--data", '{{"currentTxn":{{"shelf":"top","value":6}}}}'],
        ["sql", "-f", "{rule}"],
    ],
)
def test_a_file_is_read_with_the_settings_above_it(arguments: list[str], project: Path, call: Call) -> None:
    rule = project / "rules" / "a.rule"
    given = [one.format(rule=rule, rules=rule.parent) for one in arguments]
    done = call(*given)
    assert (done.status, "unknown-attribute" in done.out + done.err) == (0, False), done.err
    done = call(*given, "--no-config")
    assert "unknown-attribute" in done.out + done.err


@pytest.mark.parametrize("command", ["check", "json", "sql", "eval"])
def test_a_text_is_read_with_the_settings_of_the_working_directory(
    command: str, project: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = ["--data", '{"currentTxn":{"shelf":"top"}}'] if command == "eval" else []
    assert "unknown-attribute" in call(command, RULE, *more).err
    monkeypatch.chdir(project / "rules")
    done = call(command, RULE, *more)
    assert (done.status, done.err) == (0, "")
    if command == "check":
        assert call("check", "-", stdin=RULE).status == 0


def test_an_option_wins_over_the_file(project: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    other = project / "other.toml"
    other.write_text(SCHEMA.replace("shelf", "row"))
    assert "unknown-attribute" in call("check", RULE, "--schema", str(other)).err
    assert "duplicate-term" not in call("check", TWICE).err
    assert "duplicate-term" in call("check", TWICE, "--on", "duplicate-term").err
    assert "duplicate-term" in call("check", TWICE, "--no-config").err
    (project / "targetexpr.toml").write_text("strict = false\n")
    assert call("check", "currentTxn.nothing>5").status == 0
    assert call("check", "currentTxn.nothing>5", "--strict").status == 1
    (project / "targetexpr.toml").write_text('event = "CustomerUpdate"\n')
    assert call("check", "currentTxn.value>5").status == 1
    assert call("check", "currentTxn.value>5", "--event", "TransactionAdd").status == 0


def test_the_clock_is_that_of_the_file(project: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    given = ["eval", "currentTxn.date.isHourBetween(1,2)", "--data", '{"currentTxn":{"date":"2024-01-31T20:00Z"}}']
    assert call(*given).out == "yes\n", "20:00 in London is 01:30 in India"
    assert call(*given, "--timezone", "UTC").out == "no\n"
    assert call(*given, "--no-config").out == "no\n"


def test_each_file_has_the_settings_nearest_to_it(project: Path, call: Call) -> None:
    inner = project / "rules" / "strange"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[tool.targetexpr]\nevent = "TransactionAdd"\n')
    (inner / "b.rule").write_text(TWICE)
    (inner / "c.rule").write_text(RULE)
    names = [project / "rules" / "twice.rule", inner / "b.rule", inner / "c.rule", project / "rules" / "a.rule"]
    done = call("check", "--output", "json", *map(str, names))
    codes = [[one["code"] for one in result["diagnostics"]] for result in done.data["results"]]
    assert codes == [[], ["duplicate-term"], ["unknown-attribute"], []]


def test_bodies_are_checked_with_them(project: Path, call: Call) -> None:
    body = project / "target.json"
    body.write_text(
        '{"targetType": "SALES", "targetEntity": "TRANSACTION", "expression": "currentTxn.shelf==\\"top\\""}'
    )
    assert "unknown-attribute" not in call("target", "check", str(body)).err
    assert "unknown-attribute" in call("target", "check", "--no-config", str(body)).err


def test_so_are_plans_and_what_is_made_of_them(project: Path, call: Call) -> None:
    plan = project / "plan.toml"
    plan.write_text(
        'name = "W"\nstart = 2024-01-01\nevery = "week"\ncycles = 2\n'
        "[[targets]]\nname = 'a'\nmeasure = 'SALES'\nvalue = 5\nrule = 'currentTxn.shelf==\"top\"'\n"
    )
    done = call("target", "new", str(plan))
    assert done.status == 0, done.err
    assert "unknown-attribute" in call("target", "new", "--no-config", str(plan)).err
    group = project / "group.json"
    group.write_text(done.out)
    data = project / "records.jsonl"
    data.write_text('{"customer":"c","date":"2024-01-02T10:00Z","currentTxn":{"shelf":"top","value":9}}\n')
    assert "shelf" not in call("target", "simulate", str(group), "--data", str(data)).err


def test_the_schema_and_the_terminal_read_them(project: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert "shelf" in call("schema", "currentTxn").out
    assert "shelf" not in call("schema", "currentTxn", "--no-config").out
    (project / "targetexpr.toml").write_text('schema = "mine.toml"\nevent = "TransactionAdd"\n')
    assert "shelf" in call("schema", "currentTxn").out, "an event of the file is no mistake of the call"
    done = call("repl", stdin=f"{RULE}\n:event\n")
    assert "unknown-attribute" not in done.out + done.err
    assert "TransactionAdd" in done.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('schema = "none.toml"', "targetexpr.toml:1:10: cannot read"),
        ('schema = "wrong.toml"', "targetexpr.toml:1:10: the schema file is invalid\n"),
        ("schema = 5", "targetexpr.toml:1:10: schema: expected a string"),
        ('\ntimezone = "Mars"', "targetexpr.toml:2:12: timezone: no time zone 'Mars'"),
        ('on = ["speling"]', "targetexpr.toml:1:7: on: unknown warning 'speling'; did you mean spelling?"),
        ("event = ", "targetexpr.toml:1:9: not valid TOML"),
    ],
)
@pytest.mark.parametrize("command", ["check", "json", "eval", "target check"])
def test_broken_settings_are_told_with_line_and_column(
    text: str, said: str, command: str, project: Path, call: Call
) -> None:
    (project / "targetexpr.toml").write_text(text)
    (project / "wrong.toml").write_text("[profile.x]\n")
    file = project / "target.json"
    file.write_text('{"targetType": "SALES", "targetEntity": "TRANSACTION", "expression": "true"}')
    name = file if command == "target check" else project / "rules" / "twice.rule"
    given = [*command.split(), "-f", str(name)]
    given += ["--data", '{"currentTxn":{"value":9}}'] if command == "eval" else []
    done = call(*given)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    done = call(*given, "--no-config")
    assert done.status in (0, 1), done.err


def test_the_library_reads_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    (project / "targetexpr.toml").write_text("event = ")
    assert [one.code for one in targetexpr.check(RULE).diagnostics] == ["unknown-attribute"]
