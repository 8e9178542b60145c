"""How the commands read tables: their columns, how they are written, what a rule needs of them."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from targetexpr.console.files import read_file
from targetexpr.console.schemas import load

if TYPE_CHECKING:
    from targetexpr.checking.result import Checked, Read
    from targetexpr.records.table_options import Keep, TableOptions


def table_options(
    options: Namespace,
    rules: Iterable[Checked] = (),
    *,
    needed: bool = True,
    own: tuple[str, ...] = (),
    keep: Keep = "",
    lacks: Callable[[str, list[Read]], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> TableOptions:
    """What the readers of tables are told by a call; what they find is told on standard error. Raises InputError."""
    from targetexpr.records.columns import reads_of
    from targetexpr.records.dialect import Dialect, dialect_of, over
    from targetexpr.records.map_file import MapFile, read_map
    from targetexpr.records.table_options import TableOptions

    said = dict(options.read)
    found = MapFile(columns={}, profile=None, dialect=Dialect())
    if options.columns is not None:
        source = read_file(options.columns)
        found = read_map(source.text, source.name or options.columns)
    return TableOptions(
        schema=load(options),
        profile=getattr(options, "profile", None) or found.profile,
        columns=found.columns,
        dialect=over(dialect_of(said), found.dialect),
        reads=reads_of(rules),
        constants=found.constants,
        needed=needed,
        own=own,
        keep=keep,
        lacks=lacks,
        tell=tell_on_stderr if tell is None else tell,
    )


def tell_on_stderr(text: str) -> None:
    """Tells something of a table, where it is not in the way of results."""
    print(text, file=sys.stderr)
