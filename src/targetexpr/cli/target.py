"""`targetexpr target`: make, check, show and simulate target groups."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.errors import InputError
from targetexpr.base.render import as_dict
from targetexpr.base.source import Source
from targetexpr.cli.inputs import add_output, documents, print_json
from targetexpr.console.exits import NO, YES
from targetexpr.console.files import read_file
from targetexpr.console.options import add
from targetexpr.console.schemas import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from targetexpr.cli.command import Command

DESCRIPTION = "Target groups: make one from a plan, check it before it is posted, show it, and see who would earn what."
EXAMPLES = """\
  targetexpr target new --name Weekly --start 2024-01-01 --every weekly --cycles 12 --spend 500 --levels 2,4,8
  targetexpr target new plan.toml > group.json
  targetexpr target check group.json
  targetexpr target show group.json
  targetexpr target simulate group.json --data records.jsonl"""

SUBCOMMANDS = True
MEASURES = {"spend": "SALES", "gross-spend": "GROSS_SALES", "bills": "COUNT", "visits": "VISIT", "units": "QUANTITY"}


def arguments(parser: ArgumentParser) -> None:
    """Declare the subcommands and their arguments."""
    commands = parser.add_subparsers(dest="target_command", metavar="new|check|show|simulate", required=True)
    _new(commands.add_parser("new", help="make a group from options or a TOML plan", description=_NEW))
    check = commands.add_parser("check", help="report everything that is wrong with a group", description=_CHECK)
    check.add_argument("group", nargs="*", metavar="FILE", help="a request or an answer; - reads standard input")
    add(check, "--file", "--taken", "--schema")
    add_output(check)
    show = commands.add_parser("show", help="a group for people to read", description=_SHOW)
    show.add_argument("group", nargs="*", metavar="FILE", help="a request or an answer; - reads standard input")
    add(show, "--file")
    if find_spec("targetexpr.cli.simulate") is not None:
        module = _simulate()
        module.arguments(commands.add_parser("simulate", help="who would earn what", description=module.DESCRIPTION))


_NEW = "Make a group from options, or from a TOML plan whose entries options override. Prints the request."
_CHECK = (
    "Everything that is wrong with a group, each with its line, column and JSON pointer and, where it documents one, "
    "the platform's number. Errors end with status 1, a file that holds no group with 2; warnings leave it 0."
)
_SHOW = "The cycles of a group on a calendar line, its rules as text, its levels."


def _new(parser: ArgumentParser) -> None:
    parser.add_argument("plan", nargs="?", metavar="PLAN.toml", help="a plan; - reads standard input")
    add(parser, "--name", "--description", "--start", "--every", "--times", "--cycles", "--window")
    add(parser, *(f"--{measure}" for measure in MEASURES))
    add(parser, "--rule", "--line-items", "--store", "--levels", "--non-continuous", "--taken", "--schema")


def run(options: Namespace) -> int:
    """Do what the subcommand says; the exit status."""
    if find_spec("pydantic") is None:
        raise InputError("target groups need pydantic: pip install 'targetexpr[targets]'")
    match options.target_command:
        case "new":
            return _build(options)
        case "check":
            return _check(options)
        case "show":
            return _show(options)
        case _:
            return _simulate().run(options)


def _simulate() -> Command:
    return cast("Command", import_module("targetexpr.cli.simulate"))


def _build(options: Namespace) -> int:
    from targetexpr.targets.authoring.plan_file import PlanError, builder_of, read_plan
    from targetexpr.targets.model.json_values import dump

    try:
        plan = read_plan(read_file(options.plan).text) if options.plan is not None else {}
        builder = builder_of(plan | _from_options(options, plan))
    except PlanError as error:
        raise InputError(str(error)) from None
    schema = load(options)
    diagnostics = builder.check(schema=schema, taken_names=options.taken)
    _show_diagnostics(diagnostics)
    if any(diagnostic.is_error for diagnostic in diagnostics):
        return NO
    print(dump(builder.build(schema=schema, taken_names=options.taken)))
    return YES


def _from_options(options: Namespace, plan: dict[str, object]) -> dict[str, object]:
    names = ("name", "description", "start", "every", "times", "cycles", "window")
    given: dict[str, object] = {name: value for name in names if (value := getattr(options, name)) is not None}
    if options.levels is not None:
        given["levels"] = options.levels
    if options.non_continuous:
        given["continuous"] = False
    measures = [name for name in MEASURES if getattr(options, name.replace("-", "_")) is not None]
    if not measures:
        for name in ("rule", "store", "line_items"):
            if getattr(options, name):
                raise InputError(
                    f"--{name.replace('_', '-')} belongs to a target; give one as well, with --spend for example"
                )
        return given
    title = given.get("name", plan.get("name", ""))
    targets: list[dict[str, object]] = []
    for name in measures:
        target: dict[str, object] = {"name": title if len(measures) == 1 else f"{title} {name}"}
        target |= {"measure": MEASURES[name], "value": getattr(options, name.replace("-", "_"))}
        target |= {"rule": options.rule} if options.rule is not None else {}
        target |= {"stores": options.store} if options.store else {}
        target |= {"of": "LINEITEM"} if options.line_items else {}
        targets.append(target)
    return given | {"targets": targets}


def _check(options: Namespace) -> int:
    from targetexpr.targets.model.envelope import PayloadError
    from targetexpr.targets.validation.validate import validate

    schema = load(options)
    results: list[tuple[Source, list[Diagnostic]]] = []
    for given in documents(options, options.group):
        source = Source(given.text, given.name)
        try:
            results.append((source, validate(source.text, schema=schema, taken_names=options.taken)))
        except PayloadError as error:
            raise InputError(f"{source.name}: {error}") from None
    if options.output == "json":
        print_json([_data(source, found) for source, found in results])
    else:
        for source, found in results:
            _show_diagnostics(found, source)
            print(f"{source.name}: {_count(found)}")
    return YES if all(_ok(found) for _, found in results) else NO


def _data(source: Source, diagnostics: Sequence[Diagnostic]) -> dict[str, object]:
    """One group's result; every diagnostic has `number` and `hint`, null where there is none."""
    found = [{"number": None, "hint": None, **as_dict(diagnostic, source)} for diagnostic in diagnostics]
    return {"source": source.name, "ok": _ok(diagnostics), "diagnostics": found}


def _show(options: Namespace) -> int:
    from targetexpr.targets.model.envelope import PayloadError, parse_group
    from targetexpr.targets.reports.group import summary

    for number, source in enumerate(documents(options, options.group)):
        try:
            shown = summary(parse_group(source.text))
        except PayloadError as error:
            raise InputError(f"{source.name}: {error}") from None
        print(f"\n{shown}" if number else shown)
    return YES


def _ok(diagnostics: Sequence[Diagnostic]) -> bool:
    return not any(diagnostic.is_error for diagnostic in diagnostics)


def _count(diagnostics: Sequence[Diagnostic]) -> str:
    errors = sum(diagnostic.is_error for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    words = [f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    return ", ".join(words) or "no errors"


def _show_diagnostics(diagnostics: Sequence[Diagnostic], source: Source | None = None) -> None:
    """A line each, on standard error: with file, line and column where the group was read from a text."""
    for diagnostic in diagnostics:
        if source is None:
            print(diagnostic, file=sys.stderr)
        else:
            line, column = source.position(diagnostic.span.start)
            print(f"{source.name}:{line}:{column}: {diagnostic}", file=sys.stderr)
