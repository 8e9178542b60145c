"""`--schema FILE`, `--event NAME` and `--no-config`, the same for every command that checks."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.console.options import add

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema


def add_schema(parser: ArgumentParser) -> None:
    """Declare `--schema`, and `--no-config` as well: a project's settings name a schema."""
    add(parser, "--schema", "--no-config")


def add_event(parser: ArgumentParser) -> None:
    """Declare `--event`."""
    add(parser, "--event")


def load(options: Namespace) -> Schema:
    """The schema of the call: the bundled one, or the file's; its error is told where the file is named."""
    from targetexpr.lang.schema.schema import Schema

    if options.schema is None:
        return Schema.bundled()
    from targetexpr.base.render import render
    from targetexpr.lang.schema.load import SchemaError

    said_by = f"{place}: " if (place := getattr(options, "schema_place", "")) else ""
    try:
        return Schema.load_file(options.schema)
    except OSError as error:
        raise InputError(f"{said_by}cannot read {options.schema}: {error.strerror or error}") from None
    except SchemaError as error:
        source = error.source
        shown = render(error.diagnostics, source) if source is not None else str(error)
        raise InputError(f"{said_by}the schema file is invalid\n{shown}") from None
