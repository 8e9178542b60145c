"""Where a command's input comes from: an argument, files, or standard input; and how diagnostics are shown."""

from __future__ import annotations

import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.base.source import STDIN, Input, Source
from targetexpr.console.files import read_file, read_stdin
from targetexpr.console.options import add
from targetexpr.console.terminal import columns, folds

if TYPE_CHECKING:
    from targetexpr.base.diagnostics import Diagnostic
    from targetexpr.documents.region import Region


def add_input(parser: ArgumentParser, what: str, *, many: bool = False) -> None:
    """Declare an argument, `-f FILE` and `-`."""
    count = "*" if many else "?"
    parser.add_argument(
        "input",
        nargs=count,
        metavar=f"{what.upper()}|FILE",
        help=f"the {what}, or a file of it; - reads standard input",
    )
    add(parser, "--file")


def add_output(parser: ArgumentParser, *more: str) -> None:
    """Declare `--output` and `--to`: text and JSON, and `more` formats."""
    add(parser, "--output", choices=("text", "json", *more))
    add(parser, "--to")
    parser.set_defaults(formats=("text", "json", *more))


_ENDING = r"\.(?:jsonl?|ndjson|txt|rules?|targetexpr|toml|pyi?|[ct]sv|xls[xmb]?|parquet|arrow|feather)"
_FILE_NAME = re.compile(rf"[^\"'=<>!&|()\n]*[^\"'=<>!&|()\s]{_ENDING}", re.IGNORECASE)
_ENDS_LIKE_A_FILE = re.compile(rf".*{_ENDING}", re.IGNORECASE)


def names_a_file(text: str) -> bool:
    """Whether an argument can only be meant as the name of a file: no rule ends like that.

    A name with characters of rules in it, `rules (old).txt`, is one where there is such a file.

    >>> names_a_file("my rules.txt"), names_a_file("currentTxn.value"), names_a_file('a=="x.json"')
    (True, False, False)
    """
    if _FILE_NAME.fullmatch(text) is not None:
        return True
    return _ENDS_LIKE_A_FILE.fullmatch(text) is not None and os.path.isfile(text)


def inputs(options: Namespace) -> list[Input]:
    """Every input of the call, arguments before files; standard input when there is none and it is piped."""
    given: list[str] = options.input if isinstance(options.input, list) else [options.input]
    found = [
        read_file(text) if text == STDIN or names_a_file(text) else Input(text) for text in given if text is not None
    ]
    found += [read_file(name) for name in options.file]
    if not found:
        if sys.stdin is None or sys.stdin.isatty():
            raise InputError("no input: give it as an argument, with -f FILE, or pipe it in (--help shows how)")
        found = [read_stdin()]
    return found


def documents(options: Namespace, named: Sequence[str]) -> list[Input]:
    """The files of a command whose arguments are file names; standard input when there are none and it is piped."""
    return inputs(Namespace(input=None, file=[*named, *options.file]))


def one_input(options: Namespace) -> Input:
    """The input of a command that takes exactly one."""
    found = inputs(options)
    if len(found) > 1:
        raise InputError("expected one input: an argument or one file, not several")
    return found[0]


def one_rule(options: Namespace) -> Input:
    """The rule of a command that takes exactly one; of a file of rules, the only one, on its line."""
    source = one_input(options)
    if not source.is_file:
        return source
    from targetexpr.documents.kinds import kind_of

    if kind_of(source.text, source.name) != "rules":
        return source
    from targetexpr.documents.document import open_document

    rules = open_document(source.text, source.name).regions
    if len(rules) != 1:
        count = f"{len(rules):,} rules, one on each line" if rules else "no rule"
        raise InputError(
            f"{source.name} holds {count}; this command takes one (`targetexpr check {source.name}` takes all)"
        )
    before = lines_of(source).position(rules[0].span.start).line - 1
    return Input("\n" * before + rules[0].text, source.name, is_file=True)


def hint_at_json(source: Input) -> None:
    """Says what reads JSON, where it was given to a command that takes rules."""
    if source.text.lstrip()[:1] in ("{", "["):
        given = f"-f {source.name}" if source.name not in (None, "<stdin>") else "JSON"
        print(
            f"This is JSON, and a rule is expected: `targetexpr text {given}` makes a rule of expressionJson, "
            "`targetexpr check` and `targetexpr verify` take documents.",
            file=sys.stderr,
        )


@lru_cache(maxsize=2)
def lines_of(source: Input) -> Source:
    """The line table of an input, made once for all that is said of the rules in it."""
    return Source(source.text, source.name)


def show(diagnostics: Iterable[Diagnostic], source: Input, note: Callable[[Diagnostic], str] | None = None) -> None:
    """Diagnostics on standard error, for people; `note` is put behind the place of each."""
    diagnostics = list(diagnostics)
    if not diagnostics:
        return
    from targetexpr.base.render import render, wants_color

    color = wants_color(sys.stderr)
    text = render(
        diagnostics,
        lines_of(source),
        color=color,
        note=note,
        width=columns(),
        fold=folds(sys.stderr),
    )
    if text:
        from targetexpr.console.screen import paint

        paint(text, sys.stderr, color=color)


def refuse(options: Namespace, source: Input, diagnostics: Sequence[Diagnostic], status: int) -> int:
    """What is wrong with the one input of a command, as `--output` has it; the exit status."""
    if options.output == "json":
        print_json({"ok": False, "diagnostics": diagnostics_as_data(diagnostics, source)})
    else:
        show(diagnostics, source)
        hint_at_json(source)
    return status


def print_json(value: object) -> None:
    """A value as JSON on standard output."""
    print(json_text(value))


def json_text(value: object) -> str:
    """A value as JSON for people and programs."""
    import json

    return json.dumps(value, ensure_ascii=False, indent=2)


def diagnostics_as_data(diagnostics: Sequence[Diagnostic], source: Input) -> list[dict[str, object]]:
    """Diagnostics for JSON output."""
    from targetexpr.base.render import as_dict

    return [as_dict(diagnostic, lines_of(source)) for diagnostic in diagnostics]


def region_diagnostics_as_data(
    diagnostics: Sequence[Diagnostic], region: Region, document: Input
) -> list[dict[str, object]]:
    """Diagnostics of a rule in a document, for JSON output: spans, places and fixes of the rule and of the document."""
    data = diagnostics_as_data(diagnostics, Input(region.text))
    inside = diagnostics_as_data([region.in_document(diagnostic) for diagnostic in diagnostics], document)
    for entry, moved in zip(data, inside, strict=True):
        for name in ("span", "start", "end", "fixes"):
            if name in moved:
                entry[f"document{name.capitalize()}"] = moved[name]
    return data
