"""`targetexpr help`: the topics, a page as Markdown and on a terminal, and what is close to an unknown topic."""

from __future__ import annotations

import pytest

from targetexpr.base.errors import InputError
from targetexpr.base.width import text_width
from targetexpr.cli import main as cli
from targetexpr.guide.pages import page, topics
from targetexpr.guide.terminal import plain
from tests.cli.command import ROOT, Call

PAGES = sorted((ROOT / "src" / "targetexpr" / "guide").glob("*.md"))


def test_every_page_is_a_topic_with_its_first_heading() -> None:
    assert sorted(topics()) == [path.stem for path in PAGES]
    for path in PAGES:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# {topics()[path.stem]}"


def test_without_a_topic_all_are_listed(call: Call) -> None:
    done = call("help")
    assert (done.status, done.err) == (0, "")
    lines = [line.split(maxsplit=1) for line in done.out.splitlines()]
    assert ["data", "Records: the data that rules and target groups read"] in lines


def test_a_page_is_markdown_where_no_terminal_is(call: Call) -> None:
    done = call("help", "data")
    assert (done.status, done.err) == (0, "")
    assert done.out == (ROOT / "src" / "targetexpr" / "guide" / "data.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("topic", "said"), [("dta", "did you mean data?"), ("DATA", "did you mean data?")])
def test_an_unknown_topic_is_refused_with_the_close_ones(call: Call, topic: str, said: str) -> None:
    done = call("help", topic)
    assert (done.status, done.out) == (2, "")
    assert done.err == f"targetexpr: unknown topic {topic!r}; {said}\n"


def test_a_topic_close_to_none_is_told_which_there_are() -> None:
    with pytest.raises(InputError, match=r"unknown topic 'zzzzzz'; expected a code, or one of data"):
        page("zzzzzz")


def test_a_code_and_an_error_number_have_pages(call: Call) -> None:
    for topic in ("single-equals", "310033"):
        path = ROOT / "src" / "targetexpr" / "guide" / "codes" / f"{topic}.md"
        done = call("help", topic)
        assert (done.status, done.err, done.out) == (0, "", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("topic", "said"), [("single-equal", "single-equals"), ("310034", "310033")])
def test_a_code_that_is_close_is_offered(call: Call, topic: str, said: str) -> None:
    done = call("help", topic)
    assert done.status == 2
    assert said in done.err.partition("did you mean ")[2]


@pytest.mark.parametrize(
    ("topic", "heading"),
    [
        ("matches", "### `matches(regex)`"),
        ("basketSumIf", "### `basketSumIf("),
        ("--off", "### `--off CODE`"),
        ("off", "### `--off CODE`"),
        ("check", "## `targetexpr check`"),
        ("currentTxn", "## `currentTxn`"),
        ("null", "## Null: what is missing"),
        ("csv", "## A CSV of bills: for which of them does a rule hold?"),
        ("plan", "## A plan"),
        ("return", "## Returns, by hand"),
        ("line items", "## Line items"),
        ("keys of a plan", "### Keys of a plan"),
        ("Why not", "## Why it holds, or not"),
    ],
)
def test_a_name_and_a_word_of_a_heading_lead_to_sections(topic: str, heading: str) -> None:
    text = page(topic)
    assert heading in text
    assert "\nMore: `targetexpr help " in text


def test_a_section_within_another_is_shown_once() -> None:
    assert page("plan").count("### Keys of a plan") == 1


def test_words_need_no_quotes(call: Call) -> None:
    assert call("help", "keys", "of", "a", "plan").out == page("keys of a plan")


def test_the_page_of_a_code_that_is_a_word_leads_to_its_sections() -> None:
    assert "| progress | Returns, by hand |" in page("returns").splitlines()


def test_a_word_of_many_headings_leads_to_a_list() -> None:
    text = page("methods")
    assert text.startswith("# methods: ")
    assert "| functions | Methods of dates |" in text


@pytest.mark.parametrize(
    ("word", "place"),
    [("pytest", "| testing | Testing: pytest fixtures, hooks of pre-commit |"), ("tier", "| attributes | Events |")],
)
def test_a_word_of_no_heading_leads_to_where_it_stands(word: str, place: str) -> None:
    text = page(word)
    assert text.startswith(f"# {word}: ")
    assert place in text.splitlines()


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_help_of_commands_points_to_the_guide(call: Call, name: str) -> None:
    assert "targetexpr help data" in call(name, "--help").out


def test_help_of_simulate_and_of_the_whole_point_to_it(call: Call) -> None:
    assert "targetexpr help data" in call("target", "simulate", "--help").out
    assert "targetexpr help data" in call("--help").out


@pytest.mark.parametrize("width", [40, 80, 200])
def test_prose_fits_the_terminal(width: int) -> None:
    for name in topics():
        for line in plain(page(name), width).splitlines():
            assert line.startswith("    ") or text_width(line) <= min(width, 100) or " " not in line.strip()


def test_a_terminal_gets_no_marks(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("pydoc.pager", shown.append)
    assert call("help", "data").status == 0
    (text,) = shown
    assert text.startswith("RECORDS: THE DATA THAT RULES AND TARGET GROUPS READ\n\n")
    assert "```" not in text
    assert "|---" not in text
    assert "\n#" not in text


MARKDOWN = """\
## Two *words*

[here](https://a.b) is `a*b*c`

| a | b |
|---|---|
| `x` | y \\| z |

- one `item` that
  goes on
- another
  1. not a list of its own

```sh
# keep `it`

all
```
"""


LISTED = "- one item that goes on\n- another 1. not a list of its own"


def test_marks_of_markdown_in_plain_text() -> None:
    parts = [
        "Two words\n=========",
        "here is a*b*c",
        "a  b\n-  -\nx  y | z",
        "- one item that goes on\n- another 1. not a list of its own",
        "    # keep `it`\n\n    all",
    ]
    assert plain(MARKDOWN, 80) == "\n\n".join(parts)
