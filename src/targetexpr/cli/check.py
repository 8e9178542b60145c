"""`targetexpr check`: what is wrong with rules, all of it at once."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.cli.exits import BAD_INPUT, YES
from targetexpr.cli.inputs import Input, add_input, add_output, findings_as_data, inputs, print_json, show
from targetexpr.syntax.parser import diagnose

DESCRIPTION = (
    "Say everything that is wrong with rules, where it is, and how to mend it. Warnings leave the exit status 0."
)
EXAMPLES = """\
  targetexpr check 'currentTxn.value>500&&currentCustomer.slabName=“Gold”'
  targetexpr check -f rule.txt -f other.txt --output json"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_input(parser, "rule", many=True)
    add_output(parser)


def run(options: Namespace) -> int:
    """Check every input."""
    results = [(source, diagnose(source.text)) for source in inputs(options)]
    broken = sum(any(finding.is_error for finding in findings) for _, findings in results)
    if options.output == "json":
        print_json({"ok": not broken, "results": [_data(source, findings) for source, findings in results]})
    else:
        for source, findings in results:
            show(findings, source)
        told = sum(len(findings) for _, findings in results)
        rules = "1 rule" if len(results) == 1 else f"{len(results)} rules"
        print(f"{rules}: {_count(told)}" + (f", {broken} cannot be read" if broken else ""))
    return BAD_INPUT if broken else YES


def _count(findings: int) -> str:
    return {0: "no findings", 1: "1 finding"}.get(findings, f"{findings} findings")


def _data(source: Input, findings: list[Diagnostic]) -> dict[str, object]:
    return {
        "source": source.name,
        "expression": source.text,
        "ok": not any(finding.is_error for finding in findings),
        "diagnostics": findings_as_data(findings, source),
    }
