"""Settings of a project: which file counts, what may stand in it, and what an option still overrules."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from targetexpr.base.errors import InputError
from targetexpr.base.source import Input
from targetexpr.console.configuration import Configuration, Settings, completed, find_configuration, folder_of


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "targetexpr.toml").write_text('event = "TransactionAdd"\nschema = "s.toml"\n')
    (tmp_path / "a" / "pyproject.toml").write_text('[project]\nname = "targetexpr-user"\n')
    found = find_configuration(str(inner))
    assert found is not None
    assert (found.event, found.schema) == ("TransactionAdd", str(tmp_path / "s.toml"))
    assert found.schema_place == f"{tmp_path / 'targetexpr.toml'}:2:10"
    (tmp_path / "a" / "pyproject.toml").write_text('[tool.targetexpr]\ntimezone = "Asia/Kolkata"\noff = ["spelling"]\n')
    found = find_configuration(str(inner))
    assert found is not None
    assert (found.event, found.timezone, found.off) == (None, "Asia/Kolkata", {"spelling"})
    (tmp_path / "a" / "targetexpr.toml").write_text("strict = false\n")
    found = find_configuration(str(inner))
    assert found is not None
    assert (found.timezone, found.strict) == (None, False), "in one folder, our own file comes first"


@pytest.mark.parametrize(
    "text",
    [
        '[tool.targetexpr]\nevent = "Scan"',
        '[tool]\ntargetexpr.event = "Scan"',
        'tool.targetexpr.event = "Scan"',
        'tool = { targetexpr = { event = "Scan" } }',
        '["tool" . "targetexpr"]\nevent = "Scan"',
        "[tool . 'targetexpr']\nevent = \"Scan\"",
        '[project]\nname = "x"\n\n[ tool.targetexpr ]\nevent = "Scan"',
    ],
)
def test_however_the_table_is_written(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    found = find_configuration(str(tmp_path))
    assert found is not None
    assert found.event == "Scan"


@pytest.mark.parametrize(
    "text",
    [
        "",
        '[project]\nname = "targetexpr"\n[tool.ruff]\nsrc = ["targetexpr"]',
        "[tool.ruff]\nline-length = ",
        "[tools.targetexpr]\nevent = 5",
        'dependencies = ["targetexpr[lsp]"]',
    ],
)
def test_a_project_file_of_others_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    found = find_configuration(str(tmp_path))
    assert found is None or not found.path.startswith(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ('evnt = "x"', "1:1", "unknown setting 'evnt'; did you mean event?"),
        ('\n\nzzz = 1', "3:1", "unknown setting 'zzz'; expected one of schema, event, timezone, strict, on, off"),
        ("event = 5", "1:9", "event: expected a string"),
        ('event = ""', "1:9", "event: expected a string that is not empty"),
        ('# é\n  schema = ["a"]', "2:12", "schema: expected a string"),
        ('off = ["implied", "speling"]', "1:19", "off: unknown warning 'speling'; did you mean spelling?"),
        ('on = ["implied"]\noff = ["implied"]', "2:7", "off: implied cannot be both on and off"),
        ('strict = "no"', "1:10", "strict: expected true or false"),
        ('on = "spelling"', "1:6", "on: expected an array of codes"),
        ("on = [5]", "1:7", "on: expected an array of codes"),
        ('timezone = "Mars"', "1:12", "timezone: no time zone 'Mars'"),
        ("event = ", "1:9", "not valid TOML"),
        ('strict = true\nevent = "x', "2:11", "not valid TOML"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_with_its_place(tmp_path: Path, text: str, place: str, said: str) -> None:
    file = tmp_path / "targetexpr.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        find_configuration(str(tmp_path))
    assert str(error.value).startswith(f"{file}:{place}: ")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[tool.targetexpr]\nevnt = "x"', "2:1"),
        ("[tool.targetexpr]\nevent = ", "2:9"),
        ("[tool]\ntargetexpr = 5", "2:14"),
    ],
)
def test_so_it_is_in_a_project_file(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        find_configuration(str(tmp_path))
    assert str(error.value).startswith(f"{file}:{place}: ")


def test_an_option_comes_first_and_each_warning_is_a_switch() -> None:
    found = Configuration(
        "targetexpr.toml",
        schema="s.toml",
        event="Scan",
        timezone="Asia/Kolkata",
        strict=False,
        on=frozenset({"spelling", "implied"}),
        off=frozenset({"contradiction", "tautology"}),
    )
    options = Namespace(
        event="TransactionAdd",
        timezone="UTC",
        strict=True,
        on=["contradiction"],
        off=["spelling,useless-wildcard"],
        _given={"event": "TransactionAdd", "strict": True},
    )
    made = completed(options, found)
    assert (made.event, made.strict, made.timezone) == ("TransactionAdd", True, "Asia/Kolkata")
    assert (set(made.on), set(made.off)) == (
        {"contradiction", "implied"},
        {"spelling,useless-wildcard", "tautology"},
    )
    assert not hasattr(made, "schema"), "a command that takes no schema gets none"


def test_files_with_the_same_settings_share_what_is_made_of_them(tmp_path: Path) -> None:
    for name in ("a", "b/c", "b/d"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "b" / "targetexpr.toml").write_text('event = "Scan"')
    settings = Settings(Namespace(event=None, no_config=False))
    made = [
        settings.made(Input("true", str(tmp_path / name / "x.rule"), is_file=True), lambda options: [options.event])
        for name in ("a", "b/c", "b/d")
    ]
    assert made == [[None], ["Scan"], ["Scan"]]
    seen: list[str | None] = []

    def note(options: Namespace) -> int:
        seen.append(options.event)
        return len(seen)

    for name in ("a", "b/c", "b/d", "b/c"):
        settings.made(Input("true", str(tmp_path / name / "x.rule"), is_file=True), note)
    assert seen == [None, "Scan"]


def test_where_settings_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for source in (None, "-", Input("true"), Input("true", "<stdin>")):
        assert folder_of(source) == str(tmp_path)
    assert folder_of("sub/x.rule") == folder_of("sub") == str(tmp_path / "sub")
    assert folder_of(Input("true", "x.rule", is_file=True)) == str(tmp_path)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert folder_of(None) is None
