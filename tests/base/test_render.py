"""Carets under the right columns, and the JSON form. Columns are worked out here by hand, one cell at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from targetexpr import diagnose
from targetexpr.base.diagnostics import Diagnostic, Edit, Fix
from targetexpr.base.render import as_dict, render, visible_line, wants_color
from targetexpr.base.source import NO_SPAN, Source, Span
from tests.growth import assert_linear


def diagnostic(start: int, end: int, **more: object) -> Diagnostic:
    values: dict[str, object] = {"code": "some-code", "severity": "error", "message": "Wrong.", **more}
    return Diagnostic(span=Span(start, end), **values)  # type: ignore[arg-type]


def excerpt(text: str, start: int, end: int) -> list[str]:
    """The excerpt's rows, without the gutter of five columns and what it ends with."""
    rows = render([diagnostic(start, end)], Source(text)).splitlines()[2:]
    assert rows[0] == "    |"
    return [row[6:] for row in rows[1:]]


@pytest.mark.parametrize(
    ("text", "start", "end", "line", "carets"),
    [
        # plain
        ("abc", 0, 1, "abc", "^"),
        ("abc", 1, 3, "abc", " ^^"),
        ("abc", 0, 3, "abc", "^^^"),
        # empty spans and the end of the text
        ("abc", 1, 1, "abc", " ^"),
        ("abc", 3, 3, "abc", "   ^"),
        ("", 0, 0, "", "^"),
        ("abc\n", 4, 4, "", "^"),
        ("abc\ndef", 3, 3, "abc", "   ^"),
        ("abc\ndef", 3, 4, "abc", "   ^"),
        ("abc\r\ndef", 3, 5, "abc", "   ^"),
        # tabs go to the next multiple of four
        ("\tabc", 1, 2, "    abc", "    ^"),
        ("a\tbc", 2, 3, "a   bc", "    ^"),
        ("abc\tx", 4, 5, "abc x", "    ^"),
        ("abcd\tx", 5, 6, "abcd    x", "        ^"),
        ("\t\tx", 2, 3, "        x", "        ^"),
        ("a\tb", 1, 2, "a   b", " ^^^"),
        # wide characters take two columns
        ("漢字x", 2, 3, "漢字x", "    ^"),
        ("漢字x", 1, 2, "漢字x", "  ^^"),
        ("ａb", 1, 2, "ａb", "  ^"),
        ("한글x", 2, 3, "한글x", "    ^"),
        ("😀x", 1, 2, "😀x", "  ^"),
        ("😀x", 0, 1, "😀x", "^^"),
        ("漢\tx", 2, 3, "漢  x", "    ^"),
        # half-width ones do not
        ("ｱx", 1, 2, "ｱx", " ^"),
        # combining marks take none
        ("e\u0301x", 2, 3, "e\u0301x", " ^"),
        ("e\u0301x", 0, 2, "e\u0301x", "^"),
        ("e\u0301\u0302x", 3, 4, "e\u0301\u0302x", " ^"),
        ("कि=x", 2, 3, "कि=x", None),
        # what a terminal would act on is spelled out
        ("a\x1bb", 2, 3, "a<001B>b", "       ^"),
        ("a\x1bb", 1, 2, "a<001B>b", " ^^^^^^"),
        ("a\u200bb", 2, 3, "a<200B>b", "       ^"),
        ("a\u202eb", 2, 3, "a<202E>b", "       ^"),
        ("a\u00a0b", 2, 3, "a<00A0>b", "       ^"),
        ("a\ud800b", 2, 3, "a<D800>b", "       ^"),
        ("\x00", 0, 1, "<0000>", "^^^^^^"),
        # the line that counts, of several
        ("a\nbcd\ne", 3, 4, "bcd", " ^"),
        ("a\r\nbcd\r\ne", 4, 5, "bcd", " ^"),
        ("a\rbcd\re", 3, 4, "bcd", " ^"),
    ],
)
def test_carets(text: str, start: int, end: int, line: str, carets: str | None) -> None:
    rows = excerpt(text, start, end)
    assert rows[0] == line.rstrip()
    if carets is not None:
        assert rows[1] == carets
    assert len(rows) == 2


def test_line_numbers_and_place() -> None:
    text = "a\nb\nc=1"
    shown = render([diagnostic(5, 6)], Source(text, "rules.txt"))
    assert shown == ("error[some-code]: Wrong.\n  --> rules.txt:3:2\n    |\n  3 | c=1\n    |  ^")


def test_wide_line_numbers_keep_the_gutter_straight() -> None:
    text = "\n" * 12_344 + "abc"
    rows = render([diagnostic(len(text) - 2, len(text))], Source(text)).splitlines()
    assert rows[1] == "  --> 12345:2"
    bars = [row.index("|") for row in rows[2:]]
    assert len(set(bars)) == 1
    assert rows[3] == "  12345 | abc"
    assert rows[4] == "        |  ^^"


def test_span_over_two_lines() -> None:
    assert excerpt("abc\ndef", 1, 6) == ["abc", " ^^", "def", "^^"]
    assert excerpt("漢abc\r\n\tdef", 2, 9) == ["漢abc", "   ^^", "    def", "^^^^^^"]


def test_span_over_many_lines_leaves_the_middle_out() -> None:
    text = "\n".join(f"line{place}" for place in range(1, 10))
    rows = render([diagnostic(0, len(text))], Source(text)).splitlines()
    shown = [row for row in rows if "line" in row]
    assert shown[0] == "  1 | line1"
    assert shown[-1] == "  9 | line9"
    assert len(shown) == 4
    assert any(row.strip(" |") == "..." for row in rows)
    assert not any("line5" in row for row in rows)


def test_span_that_ends_with_a_line_break_stays_on_its_line() -> None:
    assert excerpt("abc\ndef", 0, 4) == ["abc", "^^^"]


# --- long lines


def cut(text: str, start: int, end: int) -> tuple[str, str]:
    line, carets = excerpt(text, start, end)
    return line, carets


@pytest.mark.parametrize("at", [0, 1, 50, 99, 100, 101, 500, 899, 900, 950, 998, 999])
def test_long_lines_show_the_place(at: int) -> None:
    text = "".join(chr(ord("a") + place % 26) for place in range(1_000))
    line, carets = cut(text, at, at + 1)
    assert carets.strip() == "^"
    assert line[len(carets) - 1] == text[at]
    assert len(line) <= 100 + len("... ") + len(" ...")
    assert line.startswith("... ") or text.startswith(line[:50])
    assert line.endswith(" ...") or text.endswith(line[-50:])
    if 200 < at < 800:
        assert line.startswith("... ")
        assert line.endswith(" ...")


def test_end_of_a_long_line() -> None:
    text = "a" * 1_000
    line, carets = cut(text, 1_000, 1_000)
    assert line.startswith("... ")
    assert line.endswith("a")
    assert len(carets) == len(line) + 1


def test_line_that_just_fits_is_shown_whole() -> None:
    text = "a" * 100
    assert cut(text, 50, 51)[0] == text
    assert cut(text + "b", 50, 51)[0] != text + "b"


@pytest.mark.parametrize(("start", "end"), [(0, 1_000), (0, 400), (300, 1_000), (500, 700), (950, 1_000)])
def test_span_longer_than_what_is_shown_ends_with_it(start: int, end: int) -> None:
    """Carets stand under shown characters alone, and what is shown stays as narrow as for a short span."""
    text = "abcdefghij" * 100
    line, carets = cut(text, start, end)
    assert len(line) <= 100 + len("... ") + len(" ...")
    assert "  " not in line
    assert 0 < len(carets) <= len(line)
    assert set(carets.strip()) == {"^"}
    assert line[carets.index("^")] == text[start]


def test_a_very_long_line_with_many_diagnostics_is_rendered_in_linear_time() -> None:
    def rendering(length: int) -> Callable[[], str]:
        text = "a" * length
        diagnostics = [diagnostic(place, len(text)) for place in range(20)]
        return lambda: render(diagnostics, Source(text))

    assert len(rendering(500_000)()) < 20_000
    assert_linear(rendering, 50_000)


def test_long_line_of_wide_characters_and_tabs() -> None:
    text = "漢" * 300 + "=" + "漢" * 300
    line, carets = cut(text, 300, 301)
    before = line.split("=")[0]
    assert before.startswith("... ")
    assert len(carets) - 1 == 4 + 2 * (len(before) - 4)
    tabs = "\t" * 200 + "=" + "\t" * 200
    line, carets = cut(tabs, 200, 201)
    assert line[len(carets) - 1] == "="


# --- the rest of a block


def test_hint_fix_and_several_blocks() -> None:
    fix = Fix("Write `==`", (Edit(Span(1, 2), "=="),))
    text = render(
        [diagnostic(1, 2, hint="Look closer.", fixes=(fix,)), diagnostic(0, 1, severity="warning")], Source("a=1")
    )
    assert text == (
        "error[some-code]: Wrong.\n"
        "  --> 1:2\n"
        "    |\n"
        "  1 | a=1\n"
        "    |  ^\n"
        "  hint: Look closer.\n"
        "  fix: Write `==`: a==1\n"
        "\n"
        "warning[some-code]: Wrong.\n"
        "  --> 1:1\n"
        "    |\n"
        "  1 | a=1\n"
        "    | ^"
    )
    assert render([], Source("a=1")) == ""


def test_choices_are_listed_and_never_called_the_fix() -> None:
    first = Fix("Write `b`", (Edit(Span(0, 1), "b"),), "choice")
    second = Fix("Write `c`", (Edit(Span(0, 1), "c"),), "choice")
    several = render([diagnostic(0, 1, fixes=(first, second))], Source("a=1")).splitlines()
    assert several[-3:] == ["  choose one:", "    Write `b`: b=1", "    Write `c`: c=1"]
    assert render([diagnostic(0, 1, fixes=(first,))], Source("a=1")).splitlines()[-1] == (
        "  possible fix: Write `b`: b=1"
    )
    both = render([diagnostic(0, 1, fixes=(Fix("Remove it", (Edit(Span(0, 1), ""),)), first))], Source("a=1"))
    assert both.splitlines()[-2:] == ["  fix: Remove it: =1", "  possible fix: Write `b`: b=1"]


def test_fix_of_one_line_of_several_shows_that_line() -> None:
    fix = Fix("Write it", (Edit(Span(4, 5), "=="), Edit(Span(6, 7), "")))
    assert render([diagnostic(4, 5, fixes=(fix,))], Source("x\n\na=bc\ny")).splitlines()[-1] == "  fix: Write it: a==b"


def test_fix_over_several_lines_shows_its_title_alone() -> None:
    fix = Fix("Close it", (Edit(Span(0, 0), "("), Edit(Span(3, 3), ")")))
    assert render([diagnostic(0, 3, fixes=(fix,))], Source("a\nb")).splitlines()[-1] == "  fix: Close it"


def test_no_span_has_no_excerpt() -> None:
    shown = render(
        [Diagnostic(code="c", severity="error", span=NO_SPAN, message="Wrong.", pointer="/a")], Source("abc")
    )
    assert shown == "error[c]: Wrong.\n  --> at /a"


def test_pointer_of_the_whole_document() -> None:
    shown = render([diagnostic(0, 1, pointer="")], Source("x", "a.json"))
    assert shown.splitlines()[1] == "  --> a.json:1:1 at the top"


@pytest.mark.parametrize("where", ["/a\x1b[31mb", "/two\nlines", "/\u202eback", "/\x07"])
def test_pointer_cannot_drive_the_terminal(where: str) -> None:
    shown = render([diagnostic(0, 1, pointer=where)], Source("x", "a.json"))
    assert not set(shown) & {"\x1b", "\u202e", "\x07"}
    assert len(shown.splitlines()) == 5


def test_messages_cannot_drive_the_terminal() -> None:
    shown = render([diagnostic(0, 1, message="a\x1b[31mb\nc", hint="\u202ed")], Source("x"))
    assert "a<001B>[31mb<000A>c" in shown
    assert "<202E>d" in shown
    assert visible_line("é漢😀e\u0301") == "é漢😀e\u0301"


def test_colour_changes_nothing_but_colour() -> None:
    import re

    text = "a=1&&b=“x”"
    plain = render(diagnose(text), Source(text))
    coloured = render(diagnose(text), Source(text), color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    for line in coloured.splitlines():
        assert line.count("\x1b[0m") * 2 == line.count("\x1b["), "what is switched on is switched off on its line"


class Stream:
    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def test_when_colour_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_color(Stream(True))  # type: ignore[arg-type]
    assert not wants_color(Stream(False))  # type: ignore[arg-type]
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_color(Stream(True))  # type: ignore[arg-type]
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_color(Stream(True))  # type: ignore[arg-type]


# --- for programs


def test_as_plain_data() -> None:
    fix = Fix("Write it", (Edit(Span(2, 3), "=="), Edit(Span(4, 4), ")")))
    other = Fix("Remove it", (Edit(Span(2, 3), ""),), "choice")
    item = diagnostic(2, 5, hint="Look.", fixes=(other, fix), pointer="/a", number=310008)
    edits = [{"start": 2, "end": 3, "text": "=="}, {"start": 4, "end": 4, "text": ")"}]
    assert as_dict(item, Source("漢\nab\tcd")) == {
        "code": "some-code",
        "severity": "error",
        "message": "Wrong.",
        "number": 310008,
        "hint": "Look.",
        "pointer": "/a",
        "span": {"start": 2, "end": 5},
        "start": {"line": 2, "column": 1},
        "end": {"line": 2, "column": 4},
        "fix": {"title": "Write it", "edits": edits},
        "fixes": [
            {"title": "Remove it", "applicability": "choice", "edits": [{"start": 2, "end": 3, "text": ""}]},
            {"title": "Write it", "applicability": "safe", "edits": edits},
        ],
    }


def test_a_choice_alone_is_not_given_as_the_fix() -> None:
    data = as_dict(diagnostic(0, 1, fixes=(Fix("Remove it", (Edit(Span(0, 1), ""),), "choice"),)))
    assert "fix" not in data
    assert "fixes" in data


def test_as_plain_data_leaves_out_what_is_not_there() -> None:
    assert as_dict(diagnostic(0, 1)) == {
        "code": "some-code",
        "severity": "error",
        "message": "Wrong.",
        "span": {"start": 0, "end": 1},
    }
    assert "span" not in as_dict(Diagnostic(code="c", severity="warning", span=NO_SPAN, message="Wrong."), Source("a"))
