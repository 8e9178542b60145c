"""The `targetexpr` command: finds the command's module, and ends quietly on broken pipes and Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import cast

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest
from targetexpr.cli.command import Command
from targetexpr.cli.parser import Parser
from targetexpr.console.exits import BAD_INPUT, INTERRUPTED, YES

COMMANDS: dict[str, tuple[str, str]] = {
    "json": ("targetexpr.cli.to_json", "rule text to expressionJson"),
    "text": ("targetexpr.cli.to_text", "expressionJson to rule text"),
    "format": ("targetexpr.cli.format", "rule text in canonical form, fixed if asked"),
    "check": ("targetexpr.cli.check", "report what is wrong with rules, and how to fix it"),
    "eval": ("targetexpr.cli.evaluate", "whether a rule holds for data, record by record"),
    "explain": ("targetexpr.cli.explain", "why a rule holds or not, with the values it read"),
    "backtest": ("targetexpr.cli.backtest", "a rule over past data: by month or store, and why not"),
    "sql": ("targetexpr.cli.sql", "a rule as a query for a warehouse, and the proof that it is exact"),
    "data": ("targetexpr.cli.data", "what a file of data holds, and which column is what"),
    "schema": ("targetexpr.cli.schema", "list and search what an expression can name"),
    "verify": ("targetexpr.cli.verify", "compare every expression of a payload with its JSON"),
    "target": ("targetexpr.cli.target", "make, check, show and simulate target groups"),
    "repl": ("targetexpr.repl.command", "author rules: checked while you type, evaluated on Enter"),
    "serve": ("targetexpr.serve.command", "the target group API on your own machine, to test against"),
    "studio": ("targetexpr.studio.command", "a page on your own machine: write a rule, see whom it rewards and why"),
    "lsp": ("targetexpr.lsp.command", "the language server: rules checked and completed in your editor"),
    "conformance": ("targetexpr.conformance.command", "ask any implementation of the language what the kit knows"),
    "help": ("targetexpr.cli.help", "the guide: what records look like, topic by topic"),
}

GUIDE = "`targetexpr help` lists the topics of the guide; `targetexpr help data` says what records look like."
EXITS = "Exit status: 0 yes; 1 no (differs, would change); 2 the input or the command line is invalid."


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status."""
    before = sys.stdout, sys.stderr
    _prepare_streams()
    try:
        return _main(list(sys.argv[1:] if argv is None else argv))
    finally:
        if before[0] is not None and before[1] is not None:
            sys.stdout, sys.stderr = before


def _main(argv: list[str]) -> int:
    try:
        try:
            status = _run(argv)
        except SystemExit as stop:
            # Help, and invalid command lines: both are printed already.
            status = stop.code if isinstance(stop.code, int) else YES
        sys.stdout.flush()
    except InputError as problem:
        print(f"targetexpr: {problem}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        _silence_stdout()
        return YES
    except OSError as error:
        _silence_stdout()
        print(f"targetexpr: cannot write: {error.strerror or error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _prepare_streams() -> None:
    """UTF-8 whatever the locale; what is printed to a closed stream is dropped."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it lives as long as we do
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if sys.stdout.isatty() or sys.stderr.isatty():
        from targetexpr.console.screen import guard_terminals

        guard_terminals()


def _silence_stdout() -> None:
    """The reader has gone, or the disk is full: Python would report it once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(argv: list[str]) -> int:
    if argv and argv[0] in COMMANDS:
        name = argv[0]
        module = cast(Command, import_module(COMMANDS[name][0]))
        parser = Parser(
            prog=f"targetexpr {name}",
            description=module.DESCRIPTION,
            epilog=f"examples:\n{module.EXAMPLES}\n\n{GUIDE}\n{EXITS}",
        )
        module.arguments(parser)
        # Options may stand between rules, but argparse then loses what `--` means, and knows no subcommands.
        plain = "--" in argv or getattr(module, "SUBCOMMANDS", False)
        read = parser.parse_args if plain else parser.parse_intermixed_args
        options = read(argv[1:])
        if getattr(options, "to", None) is None:
            return module.run(options)
        from targetexpr.console.output import output_to

        with output_to(options):
            return module.run(options)
    return _top(argv)


def _top(argv: list[str]) -> int:
    widest = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{widest}}  {words}" for name, (_, words) in COMMANDS.items())
    parser = Parser(
        prog="targetexpr",
        usage="targetexpr COMMAND ...",
        description="The compiler for the rule language of loyalty programmes.",
        epilog=f"commands:\n{commands}\n\n"
        "example:\n  targetexpr json 'currentTxn.value>500'\n\n"
        f"`targetexpr COMMAND --help` shows its options.\n{GUIDE}\n{EXITS}",
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    if argv and not argv[0].startswith("-"):
        close = suggest(argv[0], COMMANDS)
        parser.error(f"unknown command {argv[0]!r}" + (f"; did you mean {close[0]}?" if close else ""))
    options = parser.parse_args(argv)
    if options.version:
        from targetexpr import __version__

        print(f"targetexpr {__version__}")
        return YES
    parser.print_help(sys.stdout if argv else sys.stderr)
    return YES if argv else BAD_INPUT


if __name__ == "__main__":
    raise SystemExit(main())
