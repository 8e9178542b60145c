"""`targetexpr format`: rule text in canonical form, repaired first if asked."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from targetexpr.base.diagnostics import Diagnostic, ExpressionError, apply_fixes
from targetexpr.cli.exits import BAD_INPUT, NO, YES, InputProblem
from targetexpr.cli.inputs import (
    STDIN,
    Input,
    add_input,
    add_output,
    findings_as_data,
    inputs,
    print_json,
    show,
)
from targetexpr.syntax.parser import diagnose, parse
from targetexpr.syntax.printer import to_text

DESCRIPTION = """\
Print a rule in canonical form. Both styles parenthesise && beside ||, so that everybody reads the result alike.
With --fix, slips that have an offered repair are mended first; what was mended is told on standard error."""
EXAMPLES = """\
  targetexpr format 'currentTxn.value > 500&&( true )'
  targetexpr format --fix 'currentCustomer.slabName==“Gold”'
  targetexpr format --check -f rule.txt        exit status 1 when it would change
  targetexpr format --in-place --style readable -f a.txt -f b.txt"""

ROUNDS = 10
"""Repairs can bring further slips to light; so often is the text read again."""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_input(parser, "rule", many=True)
    parser.add_argument(
        "--style",
        choices=("compact", "readable"),
        default="compact",
        help="the text's style (default: compact)",
    )
    parser.add_argument("--fix", action="store_true", help="mend slips that have an offered repair")
    parser.add_argument("--check", action="store_true", help="print nothing; exit 1 when the rule would change")
    parser.add_argument("-i", "--in-place", action="store_true", help="write the result back to the file")
    add_output(parser)


def run(options: Namespace) -> int:
    """Format every input; the worst exit status of all."""
    sources = inputs(options)
    if options.in_place and (any(given is not None for given in options.input) or STDIN in options.file):
        raise InputProblem("--in-place writes to files: give them with -f FILE")
    results = [_one(source, options) for source in sources]
    if options.output == "json":
        data = [data for _, data in results]
        print_json(data[0] if len(data) == 1 else data)
    return max(status for status, _ in results)


def repaired(text: str) -> tuple[str, list[Diagnostic]]:
    """A text with every offered repair of an error made, and the findings that were mended."""
    mended: list[Diagnostic] = []
    for _ in range(ROUNDS):
        fixable = [finding for finding in diagnose(text) if finding.is_error and finding.fix is not None]
        if not fixable:
            break
        mended += fixable
        text = apply_fixes(text, fixable)
    return text, mended


def _one(source: Input, options: Namespace) -> tuple[int, dict[str, object]]:
    text, mended = repaired(source.text) if options.fix else (source.text, [])
    quiet = options.output == "json"
    try:
        made = to_text(parse(text), options.style)
    except ExpressionError as error:
        left = Input(text, source.name)
        data: dict[str, object] = {
            "ok": False,
            "source": source.name,
            "diagnostics": findings_as_data(error.diagnostics, left),
        }
        if not quiet:
            show(mended, source)
            show(error.diagnostics, left)
            if not options.fix and any(finding.fix for finding in error.diagnostics):
                import sys

                print("\n`targetexpr format --fix` makes the offered repairs.", file=sys.stderr)
        return BAD_INPUT, data
    if mended and not quiet:
        show(mended, source)
    changes = made != source.text.rstrip("\r\n")
    if options.in_place and source.name is not None:
        _write(source, made)
    elif not options.check and not quiet:
        print(made)
    data = {
        "ok": not (options.check and changes),
        "source": source.name,
        "changed": changes,
        "expression": made,
        "fixed": findings_as_data(mended, source),
    }
    return NO if options.check and changes else YES, data


def _write(source: Input, made: str) -> None:
    if source.name is None or source.text == made + "\n":
        return
    try:
        Path(source.name).write_text(made + "\n", encoding="utf-8")
    except OSError as error:
        raise InputProblem(f"cannot write {source.name}: {error.strerror or error}") from None
