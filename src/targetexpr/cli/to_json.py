"""`targetexpr json`: rule text to expressionJson."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.cli.exits import BAD_INPUT, YES
from targetexpr.cli.inputs import add_input, add_output, findings_as_data, one_input, print_json, show
from targetexpr.syntax.expression_json import to_json
from targetexpr.syntax.parser import parse

DESCRIPTION = "Print the expressionJson of a rule."
EXAMPLES = """\
  targetexpr json 'currentTxn.value>500'
  targetexpr json --style editor -f rule.txt
  echo 'currentTxn.value>500' | targetexpr json"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_input(parser, "rule")
    parser.add_argument(
        "--style",
        choices=("compact", "editor"),
        default="compact",
        help="compact: no white space; editor: the rule editor's indented layout (default: compact)",
    )
    add_output(parser)


def run(options: Namespace) -> int:
    """Print the JSON, or what is wrong with the rule."""
    source = one_input(options)
    try:
        made = to_json(parse(source.text), options.style)
    except ExpressionError as error:
        if options.output == "json":
            print_json({"ok": False, "diagnostics": findings_as_data(error.diagnostics, source)})
        else:
            show(error.diagnostics, source)
        return BAD_INPUT
    if options.output == "json":
        print_json({"ok": True, "expression": source.text, "expressionJson": made})
    else:
        print(made)
    return YES
