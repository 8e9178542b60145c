"""`targetexpr repl`: author rules, checked while they are typed and evaluated on Enter."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec

from targetexpr.base.errors import InputError
from targetexpr.console.configuration import settle
from targetexpr.console.data_shape import check_profile
from targetexpr.console.options import add
from targetexpr.console.schemas import add_event, add_schema, load

DESCRIPTION = """\
Author rules. While you type, a rule is coloured, completed and checked; Enter evaluates it for the loaded record, or
shows its type and text. Commands begin with a colon; :help lists them. Without a terminal, lines are read from standard
input and answered plainly; the status is then 2 when a line could not be done, else 0."""
EXAMPLES = """\
  targetexpr repl
  targetexpr repl --data records.jsonl --event TransactionAdd
  targetexpr repl --data bills.jsonl --profile currentTxn --rules our-rules.toml
  printf 'currentTxn.value>500\\n:json\\n' | targetexpr repl"""


RULES = "targetexpr-rules.toml"
"""Where `:save` keeps rules unless told otherwise."""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add(parser, "--data", "--columns", "--read", "--profile", "--rules", "--timezone", "--vi")
    add_schema(parser)
    add_event(parser)


def run(options: Namespace) -> int:
    """Starts the session; the exit status."""
    from targetexpr.console.tables import table_options
    from targetexpr.repl.commands import run_command
    from targetexpr.repl.commands.data import load as load_records
    from targetexpr.repl.plain import PlainConsole, run_lines
    from targetexpr.repl.session import Session
    from targetexpr.repl.storage import RuleBook
    from targetexpr.running.coercion import time_zone

    settle(options)
    try:
        time_zone(options.timezone)
    except ValueError as error:
        raise InputError(str(error)) from None
    if sys.stdin is None:
        raise InputError("standard input is closed: there is nothing to read")
    if hasattr(sys.stdin, "reconfigure"):  # UTF-8 whatever the locale, as all that the command reads
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="surrogateescape")
    script = not sys.stdin.isatty()
    console = PlainConsole(script=script)
    session = Session(console, load(options), RuleBook(options.rules or RULES), timezone=options.timezone)
    session.keys = "vi" if options.vi else "emacs"
    terminal = not script and sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "", None)
    if terminal and find_spec("prompt_toolkit") is None:
        print("Without prompt_toolkit this is a plain prompt: pip install 'targetexpr[repl]'", file=sys.stderr)
        terminal = False
    if options.event is not None:
        run_command(session, f":event {options.event}")
    check_profile(options.profile, session.schema)
    if options.data:
        load_records(session, options.data, options.profile, table_options(options, needed=False))
    if terminal:
        from targetexpr.repl.editor import run_on_terminal

        return run_on_terminal(session)
    return run_lines(session, console, sys.stdin, prompt=not script)
