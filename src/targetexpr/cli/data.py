"""`targetexpr data`: what a file of data holds, and which of its columns is what in a record."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from datetime import date
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.cli.inputs import add_output, print_json
from targetexpr.console.configuration import settle
from targetexpr.console.exits import BAD_INPUT, YES
from targetexpr.console.options import add
from targetexpr.console.schemas import add_schema
from targetexpr.console.tables import table_options

if TYPE_CHECKING:
    from targetexpr.records.look import Look

DESCRIPTION = """\
Look at data before rules are tried on it. `data head` shows the format of a file, how it is written, which column is
what in a record, and its first records. `data map` proposes which column is what, as a file for --columns."""
EXAMPLES = """\
  targetexpr data head bills.csv
  targetexpr data map bills.csv > map.toml
  targetexpr data head bills.csv --columns map.toml"""

SUBCOMMANDS = True
_MOST_SHOWN = 40  # characters of a cell
_FORMATS = {
    "json": "JSON",
    "csv": "CSV",
    "parquet": "Parquet",
    "arrow": "Arrow",
    "feather": "Feather",
    "excel": "Excel",
}


def arguments(parser: ArgumentParser) -> None:
    """Declare the subcommands and their arguments."""
    commands = parser.add_subparsers(dest="data_command", metavar="head|map", required=True)
    head = commands.add_parser("head", help="the format, the columns and the first records of a file")
    head.add_argument("path", metavar="FILE", help="a file of records")
    add(head, "--columns", "--read", "--profile")
    add_schema(head)
    add_output(head)
    mapper = commands.add_parser("map", help="which column is what in a record, proposed from the headings")
    mapper.add_argument("path", metavar="FILE", help="a table: CSV, Excel, Parquet or Arrow")
    add(mapper, "--read", "--to")
    add_schema(mapper)


def run(options: Namespace) -> int:
    """Do what the subcommand says; the exit status."""
    settle(options, options.path)
    return _map(options) if options.data_command == "map" else _head(options)


def _map(options: Namespace) -> int:
    from targetexpr.records.look import proposed_map
    from targetexpr.records.map_file import map_text

    options.columns = None
    path = _one_file(options.path)
    proposals, dialect, first = proposed_map(path, table_options(options, needed=False))
    print(map_text(proposals, dialect, path, first))
    return YES


def _head(options: Namespace) -> int:
    from targetexpr.records.look import look_at

    path = _one_file(options.path)
    look = look_at(path, table_options(options, needed=False, tell=lambda _: None))
    if options.output == "json":
        print_json(_as_json(path, look))
    else:
        print("\n".join(_as_text(path, look)))
    return BAD_INPUT if any(record.context is None for record in look.records) else YES


def _one_file(path: str) -> str:
    """The first of the files that are named: others of a folder or pattern are alike."""
    from targetexpr.records.sources import expanded

    if path.lstrip().startswith(("{", "[")) or path == "-":
        raise InputError("expected a file of data")
    return expanded(path)[0]


def _as_json(path: str, look: Look) -> dict[str, object]:
    columns = [
        {
            "column": one.heading,
            "names": list(one.names),
            "proposed": list(one.proposed),
            "kind": one.kind or None,
            "first": one.first,
        }
        for one in look.columns
    ]
    records = [
        {record.unit: record.line, "error": record.reason}
        if record.context is None
        else {record.unit: record.line, "record": _plain(record.context)}
        for record in look.records
    ]
    return {
        "file": path,
        "format": _FORMATS[look.format],
        "found": list(look.found),
        "columns": columns,
        "records": records,
    }


def _as_text(path: str, look: Look) -> list[str]:
    from targetexpr.base.render import visible_line
    from targetexpr.base.width import padded, text_width

    found = f"; {', '.join(look.found)}" if look.found else ""
    lines = [f"{path}: {_FORMATS[look.format]}{found}"]
    if look.columns:
        rows = [("column", "in a record", "read as", "first")]
        for one in look.columns:
            names = ", ".join(one.names) or (f"- (may be {', '.join(one.proposed)})" if one.proposed else "-")
            cell = one.first if len(one.first) <= _MOST_SHOWN else f"{one.first[:_MOST_SHOWN]}..."
            rows.append((visible_line(one.heading), names, one.kind or "-", visible_line(cell)))
        widths = [max(text_width(row[at]) for row in rows) for at in range(3)]
        lines += ["  ".join([*(padded(row[at], widths[at]) for at in range(3)), row[3]]).rstrip() for row in rows]
    for record in look.records:
        shown = record.reason if record.context is None else json.dumps(_plain(record.context), ensure_ascii=False)
        lines.append(f"{record.place}: {shown}")
    if any(one.proposed and not one.names for one in look.columns):
        lines.append(f"`targetexpr data map {path} > map.toml` writes what they may be; --columns map.toml takes it.")
    return lines


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)
