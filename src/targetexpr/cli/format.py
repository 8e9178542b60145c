"""`targetexpr format`: rule text in canonical form, fixed first if asked."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from targetexpr.base.diagnostics import Diagnostic, apply_fixes, capped
from targetexpr.base.errors import InputError
from targetexpr.base.limits import DEFAULT_LIMITS, Limits
from targetexpr.base.source import NO_SPAN, Input
from targetexpr.cli.inputs import (
    add_input,
    add_output,
    diagnostics_as_data,
    hint_at_json,
    inputs,
    lines_of,
    print_json,
    show,
)
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.files import read_file
from targetexpr.console.options import add
from targetexpr.documents.kinds import kind_of
from targetexpr.syntax.parse import ParseResult, parse_text
from targetexpr.syntax.printer import to_text

DESCRIPTION = """\
Print a rule in canonical form. Both styles put parentheses around && beside ||, so that everybody reads the result
alike. With --fix, errors that have a safe fix are fixed first, and reported on standard error."""
EXAMPLES = """\
  targetexpr format 'currentTxn.value > 500&&( true )'
  targetexpr format --fix 'currentCustomer.slabName==“Gold”'
  targetexpr format --check -f rule.txt     # exit status 1 when it would change
  targetexpr format --in-place --style readable -f a.txt -f b.txt"""

ROUNDS = 10
"""Fixes can bring further errors to light; the text is read again up to this often."""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_input(parser, "rule", many=True)
    add(parser, "--style", choices=("compact", "readable"))
    add(parser, "--fix", "--check", "--in-place", "--no-config")
    add_output(parser)


def run(options: Namespace) -> int:
    """Format every input; the worst exit status of all."""
    if options.check and options.in_place:
        raise InputError("--check only reports and --in-place writes: give one of them")
    sources = inputs(options)
    if options.in_place and not all(source.is_file for source in sources):
        raise InputError("--in-place writes to files: give them with -f FILE")
    results = [result for source in sources for result in _results(source, options)]
    if options.output == "json":
        data = [data for _, data in results]
        print_json(data[0] if len(data) == 1 else data)
    return max(status for status, _ in results)


class Round(NamedTuple):
    """One reading of the text, and what was fixed in it."""

    text: str
    fixed: list[Diagnostic]


def fixed(text: str) -> tuple[ParseResult, list[Round]]:
    """A text with the safe fix of every error applied, and what was fixed, round by round."""
    rounds: list[Round] = []
    everything = Limits(diagnostics=len(text) + 1)
    result = parse_text(text, everything)
    for _ in range(ROUNDS):
        fixable = [found for found in result.errors if found.fix is not None]
        if not fixable:
            break
        rounds.append(Round(result.text, fixable))
        result = parse_text(apply_fixes(result.text, fixable), everything)
    return result, rounds


def _results(source: Input, options: Namespace) -> list[tuple[int, dict[str, object]]]:
    """What formatting one input gave; a file with a rule on each line gives a result for each."""
    if not source.is_file or kind_of(source.text, source.name) != "rules":
        return [_one(source, options)]
    from targetexpr.documents.document import open_document

    text, results = source.text, []
    for region in reversed(open_document(text, source.name).regions):
        result, rounds = fixed(region.text) if options.fix else (parse_text(region.text), [])
        found = [*rounds[0].fixed] if rounds else []
        if result.tree is None:
            found += result.errors
        if options.output != "json":
            show(map(region.in_document, found), source)
        data: dict[str, object] = {"source": source.name, "line": lines_of(source).position(region.span.start).line}
        if result.tree is None:
            shown = diagnostics_as_data([region.in_document(one) for one in found], source)
            results.append((BAD_INPUT, {"ok": False, **data, "diagnostics": shown}))
            continue
        made = " ".join(line.strip() for line in to_text(result.tree, options.style).split("\n"))
        changed = made != region.text
        text = text[: region.span.start] + made + text[region.span.end :]
        status = NO if options.check and changed else YES
        results.append((status, {"ok": status == YES, **data, "changed": changed, "expression": made}))
    if all(status != BAD_INPUT for status, _ in results):
        if options.in_place:
            _write(source, text.removesuffix("\n"))
        elif not options.check and options.output != "json":
            print(text.removesuffix("\n"))
    return results[::-1] or [(YES, {"ok": True, "source": source.name, "changed": False})]


def _one(source: Input, options: Namespace) -> tuple[int, dict[str, object]]:
    result, rounds = fixed(source.text) if options.fix else (parse_text(source.text), [])
    quiet = options.output == "json"
    if not quiet:
        for one in rounds:
            show(capped(one.fixed, DEFAULT_LIMITS.diagnostics), Input(one.text, source.name))
    if result.tree is None:
        errors = capped(result.errors, DEFAULT_LIMITS.diagnostics)
        return _invalid(errors, Input(result.text, source.name), options)
    made = to_text(result.tree, options.style)
    # A file ends with a line break; other text may do without.
    changed = made + "\n" != source.text if source.is_file else made != source.text.rstrip("\r\n")
    if options.in_place:
        _write(source, made)
    elif not options.check and not quiet:
        print(made)
    data: dict[str, object] = {
        "ok": not (options.check and changed),
        "source": source.name,
        "changed": changed,
        "expression": made,
        "fixed": [data for one in rounds for data in _fixed(one, source)],
    }
    return NO if options.check and changed else YES, data


def _invalid(errors: Sequence[Diagnostic], left: Input, options: Namespace) -> tuple[int, dict[str, object]]:
    if options.output != "json":
        show(errors, left)
        hint_at_json(left)
        if not options.fix and any(error.fix for error in errors):
            print("\n`targetexpr format --fix` applies the fixes.", file=sys.stderr)
    return BAD_INPUT, {
        "ok": False,
        "source": left.name,
        "diagnostics": diagnostics_as_data(errors, left),
    }


def _fixed(one: Round, source: Input) -> list[dict[str, object]]:
    """What was fixed, as data. Spans are those of the given text; what came to light later has none there."""
    if one.text == source.text:
        return diagnostics_as_data(one.fixed, source)
    return diagnostics_as_data([replace(found, span=NO_SPAN, fixes=()) for found in one.fixed], source)


def _write(source: Input, made: str) -> None:
    """Put the result in the file's place all at once; not in place of what somebody else wrote since it was read."""
    from targetexpr.base.replacing import alone_with

    if source.name is None or source.text == made + "\n":
        return
    with alone_with(source.name) as file:
        try:
            file.check()
            if read_file(source.name).text != source.text:
                raise InputError(f"{source.name} was changed while it was formatted; it stays as it is, run this again")
            file.replace(made + "\n")
        except OSError as error:
            raise InputError(f"cannot write {source.name}: {error.strerror or error}") from None
