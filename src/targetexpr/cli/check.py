"""`targetexpr check`: what is wrong with rules, all of it at once."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.errors import InputError
from targetexpr.base.limits import DEFAULT_LIMITS
from targetexpr.base.nouns import counted
from targetexpr.base.source import Input
from targetexpr.cli.inputs import (
    add_input,
    add_output,
    diagnostics_as_data,
    inputs,
    lines_of,
    print_json,
    region_diagnostics_as_data,
    show,
)
from targetexpr.console.configuration import Settings, switched
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.options import add
from targetexpr.console.schemas import add_event, add_schema, load
from targetexpr.documents.checked import Checked, check_analysis
from targetexpr.documents.kinds import kind_of
from targetexpr.front import Environment, analyze

if TYPE_CHECKING:
    from targetexpr.documents.region import Region

DESCRIPTION = """\
Report everything that is wrong with rules, where it is, and how to fix it: syntax, names, types, arguments, and what
is allowed but seldom meant. The rules inside documents are found: in JSON (a request, a response, expressionJson), TOML
(plans, saved rules) and Python (compile("…"), check("…"), parse("…")); a file NAME.rules holds a rule on each line,
and so can NAME.txt.
Errors end with status 1, or 2 when a rule cannot be read; warnings leave it 0."""
EXAMPLES = """\
  targetexpr check 'currentTxn.valu>500'
  targetexpr check --event TransactionAdd -f rule.txt -f request.json
  targetexpr check plan.toml rules.py campaign.rules
  targetexpr check --set --pairs campaign.rules
  targetexpr check --cost --cost-limit 100000 campaign.rules
  targetexpr check --schema mine.toml --off spelling --output sarif -f rules.txt > rules.sarif"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_input(parser, "rule", many=True)
    add_output(parser, "sarif")
    add_schema(parser)
    add_event(parser)
    add(parser, "--expect")
    add(parser.add_mutually_exclusive_group(), "--strict", "--no-strict")
    add(parser, "--on", "--off", "--no-lint", "--set", "--pairs", "--cost", "--cost-limit")


def run(options: Namespace) -> int:
    """Check every rule of every input; the worst exit status of all."""
    if options.pairs and not options.set:
        raise InputError("--pairs lists what --set counts: give both")
    settings = Settings(options)
    results: list[Result] = []
    for source in inputs(options):
        results += _source(source, options, settings.made(source, _environment))
    status = max((result.status for result in results), default=BAD_INPUT)
    if options.set:
        from targetexpr.cli.check_set import add_to, refuse_sarif, tell

        refuse_sarif(options.output)
    if options.output == "json":
        told = [_data(result, costs=options.cost) for result in results]
        data: dict[str, object] = {"ok": status == YES, "results": told}
        print_json(add_to(data, results, pairs=options.pairs) if options.set else data)
    elif options.output == "sarif":
        from targetexpr.cli.sarif import sarif

        print_json(sarif([(result.source, result.in_source) for result in results]))
    else:
        _tell(results)
        if options.cost:
            from targetexpr.cli.check_cost import tell_costs

            tell_costs(results)
        if options.set:
            tell(results, pairs=options.pairs)
    return status


class Result(NamedTuple):
    """What checking one rule gave; or a document that is not valid, and why."""

    source: Input
    diagnostics: Sequence[Diagnostic]  # their spans are those of the rule
    status: int
    environment: Environment
    region: Region | None = None  # the rule's place; None for a source that is a rule, or is not valid

    @property
    def is_rule(self) -> bool:
        """Whether it is about a rule."""
        return self.region is not None or kind_of(self.source.text, self.source.name) == "rule"

    @property
    def in_source(self) -> Sequence[Diagnostic]:
        """The diagnostics in terms of the source."""
        return self.diagnostics if self.region is None else list(map(self.region.in_document, self.diagnostics))


def _environment(options: Namespace) -> Environment:
    return Environment(
        schema=load(options),
        event=options.event,
        expect=None if options.expect == "any" else options.expect,
        strict=options.strict,
        on=switched(options.on),
        off=switched(options.off),
        limits=DEFAULT_LIMITS if options.cost_limit is None else replace(DEFAULT_LIMITS, cost=options.cost_limit),
    )


def _source(source: Input, options: Namespace, environment: Environment) -> list[Result]:
    """The results of one input: a rule, or a document with rules in it."""
    lint = not options.no_lint
    if kind_of(source.text, source.name) == "rule":
        checked = check_analysis(analyze(source.text, environment), lint=lint)
        return [Result(source, checked.diagnostics, _status(checked), environment)]
    from targetexpr.documents.checking import check_regions
    from targetexpr.documents.document import open_document

    document = open_document(source.text, source.name)
    results = [] if document.error is None else [Result(source, [document.error], BAD_INPUT, environment)]
    for one in check_regions(document, environment, lint=lint):
        results.append(Result(source, one.checked.diagnostics, _status(one.checked), environment, one.region))
    if not results:
        raise InputError(f"{source.name or 'the document'} holds no expression; there is nothing to check")
    return results


def _status(checked: Checked) -> int:
    return BAD_INPUT if not checked.is_readable else YES if checked.ok else NO


def _tell(results: Sequence[Result]) -> None:
    for result in results:
        _show(result)
    sys.stderr.flush()
    print(_summary(results))


def _summary(results: Sequence[Result]) -> str:
    """`3 rules checked: 2 errors in 1 rule, 1 warning`."""
    rules = [result for result in results if result.is_rule]
    found = [diagnostic for result in results for diagnostic in result.diagnostics]
    errors = sum(diagnostic.is_error for diagnostic in found)
    invalid = sum(result.status != YES for result in rules)
    where = f" in {counted(invalid, 'rule', none='no')}" if errors and len(rules) == len(results) > 1 else ""
    parts = [counted(errors, "error", none="no") + where] if errors or not found else []
    parts += [counted(len(found) - errors, "warning", none="no")] if len(found) > errors else []
    return f"{counted(len(rules), 'rule', none='no')} checked: {', '.join(parts)}"


def _show(result: Result) -> None:
    """The diagnostics on their source. A rule in a JSON body is shown by itself: there it is escaped, in long lines."""
    region = result.region
    if region is None or not region.pointer or kind_of(result.source.text, result.source.name) != "json":
        show(result.in_source, result.source)
        return

    def note(diagnostic: Diagnostic) -> str:
        if diagnostic.span.start < 0:
            return ""
        line, column = lines_of(result.source).position(region.document_span(diagnostic.span).start)
        return f" (in the file {line}:{column})"

    show(result.diagnostics, Input(region.text, f"{result.source.name or 'document'} at {region.pointer}"), note)


def _data(result: Result, *, costs: bool) -> dict[str, object]:
    """A result for programs, with the cost of the rule if that is asked for."""
    data = _data_of(result)
    if costs:
        from targetexpr.cli.check_cost import cost_of

        cost = cost_of(result)
        data["cost"] = None if cost is None else cost.by_name()
    return data


def _data_of(result: Result) -> dict[str, object]:
    source, region = result.source, result.region
    out: dict[str, object] = {"source": source.name}
    if region is None:
        if result.is_rule:
            out["expression"] = source.text
        return out | {"ok": result.status == YES, "diagnostics": diagnostics_as_data(result.diagnostics, source)}
    if region.pointer:
        out["pointer"] = region.pointer
    if region.event is not None:
        out["event"] = region.event
    out["expression" if region.kind == "rule" else "expressionJson"] = region.text
    out["ok"] = result.status == YES
    out["diagnostics"] = region_diagnostics_as_data(result.diagnostics, region, source)
    return out
