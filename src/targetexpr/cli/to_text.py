"""`targetexpr text`: expressionJson to rule text."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.cli.inputs import add_input, add_output, diagnostics_as_data, one_input, print_json, show
from targetexpr.console.exits import BAD_INPUT, YES
from targetexpr.console.options import add
from targetexpr.syntax.json_decoder import from_json
from targetexpr.syntax.printer import to_text

DESCRIPTION = "Print the rule that an expressionJson document stands for."
EXAMPLES = """\
  targetexpr text '{"arity":"literal","value":"true","type":"boolean:primitive"}'
  targetexpr text --style readable -f rule.json
  targetexpr json 'currentTxn.value>500' | targetexpr text"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_input(parser, "json")
    add(parser, "--style", choices=("compact", "readable"))
    add_output(parser)


def run(options: Namespace) -> int:
    """Print the text, or what is wrong with the JSON."""
    source = one_input(options)
    try:
        text = to_text(from_json(source.text), options.style)
    except ExpressionError as error:
        if options.output == "json":
            print_json({"ok": False, "diagnostics": diagnostics_as_data(error.diagnostics, source)})
        else:
            show(error.diagnostics, source)
        return BAD_INPUT
    if options.output == "json":
        print_json({"ok": True, "expression": text})
    else:
        print(text)
    return YES
