"""`targetexpr check`: what is wrong with rules, all of it at once."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.errors import InputError
from targetexpr.base.source import Input
from targetexpr.cli.inputs import add_input, add_output, diagnostics_as_data, inputs, print_json, show
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.schemas import add_event, add_schema, load
from targetexpr.documents.embedded import InvalidJson, Unit, units
from targetexpr.front import Environment, analyze, check_json, enabled

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema

DESCRIPTION = """\
Report everything that is wrong with rules, where it is, and how to fix it: syntax, names, types, arguments, and what
is allowed but seldom meant. JSON documents (a request, a response, expressionJson) are walked for every rule in them.
Errors end with status 1, or 2 when a rule cannot be read; warnings leave it 0."""
EXAMPLES = """\
  targetexpr check 'currentTxn.valu>500'
  targetexpr check --event TransactionAdd -f rule.txt -f request.json
  targetexpr check --schema mine.toml --off spelling --output sarif -f rules.txt > rules.sarif"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_input(parser, "rule", many=True)
    add_output(parser, "sarif")
    add_schema(parser)
    add_event(parser)
    parser.add_argument(
        "--expect",
        choices=("boolean", "number", "string", "date", "any"),
        default="boolean",
        help="what the rules must come out as (default: boolean)",
    )
    strictness = parser.add_mutually_exclusive_group()
    strictness.add_argument(
        "--strict", action="store_true", default=True, help="unknown names are errors (the default)"
    )
    strictness.add_argument(
        "--no-strict", dest="strict", action="store_false", help="unknown names are warnings, and have no type"
    )
    parser.add_argument("--on", action="append", default=[], metavar="CODE", help="switch a warning on, by its code")
    parser.add_argument("--off", action="append", default=[], metavar="CODE", help="switch a warning off, by its code")
    parser.add_argument("--no-lint", action="store_true", help="only errors, and warnings about names and values")


def run(options: Namespace) -> int:
    """Check every rule of every input; the worst exit status of all."""
    schema = load(options)
    environment = _environment(options, schema)
    results: list[tuple[Unit, list[Diagnostic], int]] = []
    for source in inputs(options):
        results += _source(source, options, environment)
    status = max((status for _, _, status in results), default=BAD_INPUT)
    if options.output == "json":
        print_json({"ok": status == YES, "results": [_data(unit, found, s) for unit, found, s in results]})
    elif options.output == "sarif":
        from targetexpr.cli.sarif import sarif

        print_json(sarif([(unit, found) for unit, found, _ in results]))
    else:
        _tell(results)
    return status


def _environment(options: Namespace, schema: Schema) -> Environment:
    from targetexpr.base.suggestions import suggest
    from targetexpr.checking.lint import CODES

    codes = {name: [code for given in getattr(options, name) for code in given.split(",")] for name in ("on", "off")}
    for code in (*codes["on"], *codes["off"]):
        if code not in CODES:
            close = suggest(code, CODES)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(CODES))}"
            raise InputError(f"there is no warning {code!r}; {hint}")
    return Environment(
        schema=schema,
        event=options.event,
        expect=None if options.expect == "any" else options.expect,
        strict=options.strict,
        on=frozenset(codes["on"]),
        off=frozenset(codes["off"]),
    )


def _source(source: Input, options: Namespace, environment: Environment) -> list[tuple[Unit, list[Diagnostic], int]]:
    try:
        found = units(source)
    except InvalidJson as problem:
        return [(Unit(source=source, kind="json", text=source.text), [problem.diagnostic], BAD_INPUT)]
    if not found:
        raise InputError(f"{source.name or 'the document'} holds no expression; there is nothing to check")
    return [(unit, *_unit(unit, options, environment)) for unit in found]


def _unit(unit: Unit, options: Namespace, environment: Environment) -> tuple[list[Diagnostic], int]:
    """The diagnostics of one rule, and its exit status. JSON has no text to lint; its rule mostly stands beside it."""
    if unit.kind == "text":
        analysis = analyze(unit.text, environment)
        checked = analysis.checked
        if checked is None or not options.no_lint:
            return list(analysis.diagnostics), BAD_INPUT if checked is None else YES if checked.ok else NO
    else:
        try:
            checked = check_json(
                unit.text,
                environment.schema,
                event=environment.event,
                expect=environment.expect,
                strict=environment.strict,
            )
        except ExpressionError as error:
            return list(error.diagnostics), BAD_INPUT
    return list(enabled(checked.diagnostics, checked.schema, environment)), YES if checked.ok else NO


def _tell(results: Sequence[tuple[Unit, list[Diagnostic], int]]) -> None:
    for unit, diagnostics, _ in results:
        show(diagnostics, Input(unit.text, unit.name))
    sys.stderr.flush()
    print(_summary(results))


def _summary(results: Sequence[tuple[Unit, list[Diagnostic], int]]) -> str:
    """`3 rules checked: 2 errors in 1 rule, 1 warning`."""
    found = [diagnostic for _, diagnostics, _ in results for diagnostic in diagnostics]
    errors = sum(diagnostic.is_error for diagnostic in found)
    invalid = sum(status != YES for _, _, status in results)
    where = f" in {_count(invalid, 'rule')}" if errors and len(results) > 1 else ""
    parts = [_count(errors, "error") + where] if errors or not found else []
    parts += [_count(len(found) - errors, "warning")] if len(found) > errors else []
    return f"{_count(len(results), 'rule')} checked: {', '.join(parts)}"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _data(unit: Unit, diagnostics: Sequence[Diagnostic], status: int) -> dict[str, object]:
    out: dict[str, object] = {"source": unit.source.name}
    if unit.pointer is not None:
        out["pointer"] = unit.pointer
    out["expression" if unit.kind == "text" else "expressionJson"] = unit.text
    out["ok"] = status == YES
    data = diagnostics_as_data(diagnostics, Input(unit.text))
    if unit.value is not None:
        for entry, diagnostic in zip(data, diagnostics, strict=True):
            place = unit.in_document(diagnostic.span)
            if place is not None:
                entry["documentSpan"] = {"start": place.start, "end": place.end}
    out["diagnostics"] = data
    return out
