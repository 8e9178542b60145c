"""`targetexpr studio`: the page as a command. It finds a port, makes a token, and says where the page is."""

from __future__ import annotations

import gc
import os
import socket
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec

from targetexpr.base.errors import InputError
from targetexpr.console.exits import YES
from targetexpr.console.options import add
from targetexpr.console.schemas import add_event, add_schema, load

DESCRIPTION = """\
A page on your own machine for people who decide about rules: write a rule as text or as rows, open the month's bills,
see how many match, and why one does not.

The page answers to the address that is printed, and to nobody else: the token behind `#` is made anew at each start.
It is reached from this machine alone, and nothing leaves it. FILES are opened at the start; the page opens more. The
rule and the columns' meanings are kept for the next start. Ctrl-C ends it.

`targetexpr help studio` shows what the page can do, and what protects it."""
EXAMPLES = """\
  targetexpr studio
  targetexpr studio bills.csv
  targetexpr studio bills.parquet --event TransactionAdd --schema mine.toml
  targetexpr studio --no-browser --port 9000"""

HOST = "127.0.0.1"
PORT = 8320
_TRIED = 20  # ports from there on, before any free one is taken
_MISSING = "the studio needs the extra: pip install 'targetexpr[studio]'"
_NEEDED = ("starlette", "uvicorn", "websockets", "pygls", "lsprotocol", "pydantic")


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("files", nargs="*", metavar="FILES", help="files of records to open: JSON Lines, CSV, Excel, …")
    add(parser, "--port", "--no-browser", "--timezone")
    add_event(parser)
    add_schema(parser)


def run(options: Namespace) -> int:
    """Serve the page until stopped; the exit status."""
    if any(find_spec(name) is None for name in _NEEDED):
        raise InputError(_MISSING)
    from targetexpr.console.configuration import settle
    from targetexpr.running.coercion import time_zone

    settle(options)
    try:
        time_zone(options.timezone)
    except ValueError as error:
        raise InputError(str(error)) from None
    _check_event(options)
    for name in options.files:
        _check_file(name)
    listener = _listen(options.port if "port" in vars(options).get("_given", {}) else None)
    gc.disable()  # while thousands of objects are made that stay; the server goes on with it
    from targetexpr.studio.server import serve
    from targetexpr.studio.studio import Settings, Studio

    settings = Settings(
        files=tuple(os.path.abspath(name) for name in options.files),
        schema=None if options.schema is None else os.path.abspath(options.schema),
        event=options.event,
        timezone=options.timezone,
    )
    with listener:
        serve(Studio(settings), listener, browser=not options.no_browser)
    return YES


def _check_event(options: Namespace) -> None:
    """A schema that cannot be read, and an event that it does not have, end it here, where it is seen."""
    schema = load(options)
    if options.event is not None and schema.event(options.event) is None:
        from targetexpr.base.suggestions import suggest

        close = suggest(options.event, schema.events)
        advice = f"did you mean {close[0]}?" if close else "`targetexpr schema --events` lists them"
        raise InputError(f"unknown event {options.event!r}; {advice}")


def _check_file(name: str) -> None:
    if os.path.isdir(name):
        raise InputError(f"{name} is a folder; name the files of records in it")
    try:
        with open(name, "rb"):
            pass
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror or error}") from None


def _listen(wanted: int | None) -> socket.socket:
    """The socket: of the port that was asked for, else of the studio's own or the next that is free."""
    if wanted is not None:
        return _bound(wanted)
    for port in range(PORT, PORT + _TRIED):
        try:
            return _bound(port)
        except InputError:
            continue  # another studio has it
    return _bound(0)


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        advice = "; leave --port out, and a free one is taken" if port else ""
        raise InputError(f"cannot listen on {HOST} port {port}: {error.strerror or error}{advice}") from None
    return listener
