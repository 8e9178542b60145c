"""Writing the records that a rule rewards, or any others, to a file: CSV, JSON Lines, Parquet or a workbook."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.base.nouns import counted
from targetexpr.repl.commands.data import Tally
from targetexpr.repl.finding import matching
from targetexpr.repl.records import edited
from targetexpr.repl.session import Session

if TYPE_CHECKING:
    from targetexpr.records.writing import RowFormat

_FORMATS: dict[str, RowFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}


def names_rows(path: str) -> bool:
    """Whether a file is one of records, by its name.

    >>> names_rows("large.csv"), names_rows("target.json")
    (True, False)
    """
    return _ending(path) in _FORMATS


def _ending(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def export_records(session: Session, path: str, wanted: str) -> None:
    """Writes the records that come out as wanted, or fulfil a condition, to a file: its name says the format."""
    from targetexpr.records.own_columns import own_row
    from targetexpr.records.writing import row_writer

    records, edits = session.records(), session.state.edits
    if any(os.path.realpath(path) == os.path.realpath(source) for source in records.paths):
        raise InputError(f"{path} is what the records are read from; give another name")
    tally = Tally(session, len(records))
    fits, written, there = matching(session, wanted, tally.add), 0, os.path.exists(path)
    try:
        with row_writer(path, _FORMATS[_ending(path)]) as rows:
            for number, record in enumerate(records, 1):
                record = edited(record, edits, number)
                if fits(record) and record.context is not None:
                    rows.write(own_row(record))
                    written += 1
    except KeyboardInterrupt:
        session.console.write(f"stopped after {tally.done:,} records; nothing was written")
        return
    how = "replaced" if there else "wrote"
    session.console.write(f"{how} {path}: {counted(written, 'record')} of {len(records):,}")
