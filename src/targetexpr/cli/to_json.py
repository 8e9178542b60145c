"""`targetexpr json`: rule text to expressionJson."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.cli.inputs import add_input, add_output, diagnostics_as_data, one_rule, print_json, refuse, show
from targetexpr.console.configuration import settle
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.options import add
from targetexpr.console.schemas import add_event, add_schema, load
from targetexpr.front import check, to_json
from targetexpr.syntax.parse import parse

DESCRIPTION = """\
Print the expressionJson of a rule, with the types that the schema gives its parts. Unknown names give a
warning and have no type; a rule with any other error is refused (status 1)."""
EXAMPLES = """\
  targetexpr json 'currentTxn.value>500'
  targetexpr json --event TargetCompleted 'currentEvent.targetName=="Gold"'
  targetexpr json --style editor -f rule.txt
  echo 'currentTxn.value>500' | targetexpr json --untyped"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_input(parser, "rule")
    add(parser, "--style", choices=("compact", "editor"))
    add(parser, "--untyped")
    add_schema(parser)
    add_event(parser)
    add_output(parser)


def run(options: Namespace) -> int:
    """Print the JSON, or what is wrong with the rule."""
    source = one_rule(options)
    settle(options, source)
    diagnostics: tuple[Diagnostic, ...] = ()
    try:
        if options.untyped:
            made = to_json(parse(source.text), options.style)
        else:
            checked = check(source.text, load(options), event=options.event, expect=None, strict=False)
            diagnostics = checked.diagnostics
            if not checked.ok:
                return refuse(options, source, diagnostics, NO)
            made = to_json(checked, options.style)
    except ExpressionError as error:
        return refuse(options, source, error.diagnostics, BAD_INPUT)
    if options.output == "json":
        data: dict[str, object] = {"ok": True, "expression": source.text, "expressionJson": made}
        if diagnostics:
            data["diagnostics"] = diagnostics_as_data(diagnostics, source)
        print_json(data)
    else:
        if diagnostics:
            show(diagnostics, source)
        print(made)
    return YES
