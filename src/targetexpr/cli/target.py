"""`targetexpr target`: make, check, show, compare and simulate target groups and the bodies around them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from targetexpr.base.errors import InputError
from targetexpr.cli import verify
from targetexpr.cli.bodies import check, diff, show, tell
from targetexpr.cli.inputs import add_output
from targetexpr.console.configuration import settle
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.files import read_file
from targetexpr.console.options import add
from targetexpr.console.schemas import add_schema, load

if TYPE_CHECKING:
    from targetexpr.cli.command import Command

DESCRIPTION = "Target groups: make one from a plan, check it before it is posted, show it, and see who would earn what."
EXAMPLES = """\
  targetexpr target new --name Weekly --start 2024-01-01 --every weekly --cycles 12 --spend 500 --levels 2,4,8
  targetexpr target new plan.toml > group.json
  targetexpr target check group.json
  targetexpr target show group.json
  targetexpr target diff request.json response.json
  targetexpr target simulate group.json --data records.jsonl"""

SUBCOMMANDS = True
MEASURES = {"spend": "SALES", "gross-spend": "GROSS_SALES", "bills": "COUNT", "visits": "VISIT", "units": "QUANTITY"}


def arguments(parser: ArgumentParser) -> None:
    """Declare the subcommands and their arguments."""
    names = "new|check|show|verify|diff|simulate"
    commands = parser.add_subparsers(dest="target_command", metavar=names, required=True)
    _new(commands.add_parser("new", help="make a group from options or a TOML plan", description=_NEW))
    checker = commands.add_parser("check", help="report everything that is wrong with a body", description=_CHECK)
    checker.add_argument(
        "body", nargs="*", metavar="FILE", help="a request, an answer or a plan; - reads standard input"
    )
    add(checker, "--file", "--taken")
    add_schema(checker)
    add_output(checker, "sarif")
    shower = commands.add_parser("show", help="a body for people to read", description=_SHOW)
    shower.add_argument("body", nargs="*", metavar="FILE", help="a request or an answer; - reads standard input")
    add(shower, "--file", "--to")
    verifier = commands.add_parser(
        "verify", help="compare every expression with its JSON", description=verify.DESCRIPTION
    )
    verify.arguments(verifier)
    differ = commands.add_parser("diff", help="what differs between two bodies", description=_DIFF)
    differ.add_argument("first", metavar="FILE", help="a request or an answer; - reads standard input")
    differ.add_argument("second", metavar="FILE", help="another of the same kind")
    add_output(differ)
    if find_spec("targetexpr.cli.simulate") is not None:
        module = _simulate()
        module.arguments(commands.add_parser("simulate", help="who would earn what", description=module.DESCRIPTION))


_NEW = "Make a group from options, or from a TOML plan whose entries options override. Prints the request."
_CHECK = """\
Everything that is wrong with a body, each with its line, column and JSON pointer and, where it documents one, the
platform's number. A body is what the target group calls send or answer: groups, one or a list, targets, periods, streak
levels, updates of unified groups, milestones, users' progress, tracked events, enrolments, name checks; each is checked
as what it is. A TOML plan is checked with the group that is made of it, each thing at its entry. Errors end with status
1, a file that holds nothing known with 2; warnings leave it 0."""
_SHOW = "Any body: of groups the cycles on a calendar line, the rules as text, the levels; else a line for each thing."
_DIFF = """\
What differs between two bodies of one kind, by what they mean: a request and its answer are the same. Parts belong
together by their names, dates are days, rules are compared as trees; what only the server gives is not compared."""


def _new(parser: ArgumentParser) -> None:
    parser.add_argument("plan", nargs="?", metavar="PLAN.toml", help="a plan; - reads standard input")
    add(parser, "--name", "--description", "--start", "--every", "--times", "--cycles", "--window")
    add(parser, *(f"--{measure}" for measure in MEASURES))
    add(parser, "--rule", "--line-items", "--store", "--levels", "--non-continuous", "--taken", "--to")
    add_schema(parser)


def run(options: Namespace) -> int:
    """Do what the subcommand says; the exit status."""
    if find_spec("pydantic") is None:
        raise InputError("target groups need pydantic: pip install 'targetexpr[targets]'")
    match options.target_command:
        case "new":
            return _build(options)
        case "check":
            return check(options)
        case "show":
            return show(options)
        case "verify":
            return verify.run(options)
        case "diff":
            return diff(options)
        case _:
            return _simulate().run(options)


def _simulate() -> Command:
    return cast("Command", import_module("targetexpr.cli.simulate"))


def _build(options: Namespace) -> int:
    from targetexpr.targets.authoring.plan_check import located
    from targetexpr.targets.authoring.plan_file import PlanError, builder_of, read_plan
    from targetexpr.targets.model.json_values import dump

    source = read_file(options.plan) if options.plan is not None else None
    settle(options, source)
    try:
        plan = read_plan(source.text) if source is not None else {}
        builder = builder_of(plan | _from_options(options, plan))
    except PlanError as error:
        if source is None:
            raise InputError(str(error)) from None
        tell(error.in_text(source.text).diagnostics, source)
        return BAD_INPUT
    schema = load(options)
    diagnostics = builder.check(schema=schema, taken_names=options.taken)
    if source is None:
        tell(diagnostics)
    else:
        tell(located(diagnostics, source.text), source)
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
