"""`targetexpr help`: the pages of the guide, plainly on a terminal and as Markdown elsewhere."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from targetexpr.base.wrapping import wrapped
from targetexpr.console.exits import YES
from targetexpr.console.terminal import columns
from targetexpr.guide.pages import page, topics
from targetexpr.guide.terminal import plain

DESCRIPTION = """\
Show a page of the guide, or list the topics. A topic is also the code of a diagnostic, an error number of the platform,
the name of a method, an option or a command, or words of a heading. On a terminal a long page comes in a pager ($PAGER,
else less); a pipe or a file gets the Markdown."""
EXAMPLES = """\
  targetexpr help
  targetexpr help data
  targetexpr help single-equals
  targetexpr help 310033
  targetexpr help data > data.md"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "topic",
        nargs="*",
        metavar="TOPIC",
        help="a page, a code, an error number, a name or words of a heading; without one, the pages are listed",
    )


def run(options: Namespace) -> int:
    """List the topics, or show a page."""
    if not options.topic:
        print(_listing(columns() if sys.stdout.isatty() else None))
    else:
        _show(page(" ".join(options.topic)))
    return YES


def _listing(width: int | None) -> str:
    """The pages; titles that are too long for a terminal of so many columns go on below."""
    known = topics()
    indent = max(map(len, known)) + 4
    lines = []
    for name, title in known.items():
        parts = [title] if width is None else wrapped(title, max(width - indent, 20))
        lines += [f"  {name}".ljust(indent) + parts[0], *(" " * indent + part for part in parts[1:])]
    return "\n".join(
        (
            "topics:",
            *lines,
            "",
            "`targetexpr help TOPIC` shows a page. A topic is also a code or an error number",
            "(`targetexpr help single-equals`, `targetexpr help 310033`), the name of a",
            "method, an option or a command (`targetexpr help matches`), or words of a heading",
            "(`targetexpr help csv`, `targetexpr help keys of a plan`).",
            "",
            "`targetexpr COMMAND --help` shows the options of a command, with examples.",
        )
    )


def _show(markdown: str) -> None:
    if not sys.stdout.isatty():
        print(markdown, end="")
        return
    text = plain(markdown, columns())
    if text.count("\n") + 2 <= _lines():
        print(text)
        return
    from pydoc import pager

    pager(f"{text}\n")


def _lines() -> int:
    """Of the terminal."""
    import os

    try:
        return os.get_terminal_size(1).lines
    except OSError:
        return 24
