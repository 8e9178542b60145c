"""Help and diagnostics fit the terminal: no word is broken, and carets stand under what they mean."""

from __future__ import annotations

import io
import re

import pytest

from targetexpr.base.width import text_width
from targetexpr.base.wrapping import fitted, wrapped
from targetexpr.cli.main import COMMANDS, main
from targetexpr.console.options import OPTIONS
from tests.cli.test_processes import on_a_terminal

LONG = (
    "currentTxn.value>500&&currentCustomer.slabName==“金の会員さん👍”&&currentCustomer.isLoyal&&currentTxn.discount==0"
    '&&currentTxn.number=="é"&&currentTxn.vale>5'
)


@pytest.mark.parametrize("columns", [60, 80, 100])
@pytest.mark.parametrize("command", [[], *[[name] for name in COMMANDS], ["target", "new"], ["target", "check"],
                                     ["target", "show"], ["target", "simulate"]], ids=" ".join)  # fmt: skip
def test_help_fits(
    command: list[str], columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    # A JSON text or a quoted rule of an example is one word; nothing else is longer than a line.
    wide = [line for line in shown.splitlines() if text_width(line) > columns]
    assert not [line for line in wide if len(re.findall(r"(?:'[^']*'|\S)+", line)) > 2], wide
    assert columns >= 80 or not [line for line in wide if "'" not in line and "//" not in line], wide


def test_words_of_help_are_whole(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    main(["eval", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for name in ("--data", "--profile", "--on-error", "--timezone"):
        assert OPTIONS[name].help in shown, "the whole sentence, between blanks"


def test_examples_too_long_for_a_line_go_on_as_a_shell_reads_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from targetexpr.cli.target import EXAMPLES

    monkeypatch.setenv("COLUMNS", "60")
    main(["target", "--help"])
    shown = re.sub(r" \\\n +", " ", capsys.readouterr().out)
    for line in EXAMPLES.splitlines():
        assert line in shown.splitlines()


@pytest.mark.parametrize("columns", [60, 80])
def test_diagnostics_fit_the_terminal(columns: int) -> None:
    status, shown = on_a_terminal("check", LONG, COLUMNS=str(columns), NO_COLOR="1")
    assert status == 2
    lines = shown.splitlines()
    assert max(map(text_width, lines)) <= columns
    assert "hint: Word processors and web pages insert typographic quotes; type" in " ".join(shown.split())
    for place, line in enumerate(lines):
        if set(line.strip(" |")) == {"^"}:
            left = text_width(line[: line.index("^")])
            assert covered(lines[place - 1], left, line.count("^")) in ("“金の会員さん👍”", "“", "vale"), shown


def covered(source: str, left: int, width: int) -> str:
    """The characters of a line that stand in so many columns."""
    column, found = 0, ""
    for char in source:
        if left <= column < left + width:
            found += char
        column += text_width(char)
    return found


def test_colour_changes_no_line() -> None:
    plain = on_a_terminal("check", LONG, COLUMNS="60", NO_COLOR="1")[1]
    painted = on_a_terminal("check", LONG, COLUMNS="60")[1]
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain != painted


def test_sentences_in_a_pipe_are_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LONG.encode())))
    main(["check"])
    assert (
        '  hint: Word processors and web pages insert typographic quotes; type " instead.\n' in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Gold", 4),
        ("金", 2),
        ("ｶﾅ", 2),
        ("é", 1),
        ("👍", 2),
        ("\u1112\u1161\u11ab", 2),
        ("한", 2),
        ("ก็", 1),
        ("a\u200bb", 2),
    ],
)
def test_columns_of_characters(text: str, columns: int) -> None:
    assert text_width(text) == columns


def test_lines_are_broken_between_words_only() -> None:
    text = "金の会員 and others who are loyal"
    lines = wrapped(text, 12)
    assert " ".join(lines) == text
    assert max(map(text_width, lines)) <= 12
    assert fitted("  name   what it means at length", 20).splitlines() == [
        "  name   what it", "         means at", "         length",
    ]  # fmt: skip
