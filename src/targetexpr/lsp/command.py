"""`targetexpr lsp`: the language server as a command, on standard input and output or on a loopback socket."""

from __future__ import annotations

import gc
import os
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec

from targetexpr.base.errors import InputError
from targetexpr.console.exits import NO, YES
from targetexpr.console.options import add
from targetexpr.console.schemas import add_schema

DESCRIPTION = """\
The language server: rules in every editor that speaks the Language Server Protocol, with diagnostics while you type,
completion, hover, signature help, quick fixes, formatting, an outline and colours. It knows rule files (.rule,
.targetexpr, and .rules with a rule on each line) and the rules inside JSON, TOML and Python.

Editors start it themselves and talk to it on standard input and output. `--tcp` is for debugging: it waits for one
client on a port of this machine, and ends with it.

A file `targetexpr.toml`, or [tool.targetexpr] in `pyproject.toml`, in the folder of a document or above it says which
schema, event, timezone, strict, on and off are meant there; options come first."""
EXAMPLES = """\
  targetexpr lsp
  targetexpr lsp --schema mine.toml
  targetexpr lsp --tcp 0"""

_MISSING = "the language server needs the extra: pip install 'targetexpr[lsp]'"


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add(parser, "--tcp", "--event", "--timezone")
    add_schema(parser)


def run(options: Namespace) -> int:
    """Serve one client until it ends; 1 when it ends without having said so before."""
    if any(find_spec(name) is None for name in ("pygls", "lsprotocol", "pydantic")):
        raise InputError(_MISSING)
    if options.schema is not None:
        from targetexpr.console.schemas import load

        load(options)  # a file that cannot be read ends it here, where it is seen
    gc.disable()  # while hundreds of types are made nothing can be collected; `serve` goes on with it
    from targetexpr.lsp.environments import Given
    from targetexpr.lsp.streams import serve

    settings = Given(
        schema=None if options.schema is None else os.path.abspath(options.schema),
        event=options.event,
        timezone=options.timezone if "timezone" in vars(options).get("_given", {}) else None,
        reads_files=not options.no_config,
    )
    return YES if serve(settings, port=options.tcp) else NO
