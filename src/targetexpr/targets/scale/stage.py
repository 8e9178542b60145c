"""Files that are no Parquet, opened and staged for SQL one after the other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

from targetexpr.base.errors import InputError
from targetexpr.records.formats import Format, format_of
from targetexpr.records.sources import all_expanded, begun
from targetexpr.records.table_options import TableOptions
from targetexpr.tables.errors import MissingExtra
from targetexpr.targets.scale.instants import Instants
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.source import paths_of
from targetexpr.targets.scale.staged_json import Look, stage_json
from targetexpr.targets.scale.staged_members import Kind, staged_members
from targetexpr.targets.scale.staged_text import stage_text
from targetexpr.targets.scale.staging import StagedSource, Staging, Step

if TYPE_CHECKING:
    import duckdb

    from targetexpr.targets.scale.results import Setting

_WHAT = {"excel": "a workbook", "arrow": "Arrow", "feather": "Feather"}


def paths_to_stage(table: object) -> list[str] | None:
    """The files of a table that is given by them, where none is Parquet; None for any other."""
    paths = paths_of(table)
    if paths is None:
        return None
    paths = all_expanded(paths)
    for path in paths:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                if file.read(4) == b"PAR1":
                    return None
    return paths


def staged_source(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[str],
    options: TableOptions,
    setting: Setting,
    folder: str,
    step: Step | None = None,
    look: Look | None = None,
) -> StagedSource:
    """Stages the records of files, and makes the view of them. `step` is told how many are read.

    `look` is given each record of JSON that can be read, with its file: no two have to be alike.

    Raises NotSql for what has to be read by row, and InputError as the reading by row does.
    """
    try:
        import_module("polars")
    except ImportError:
        raise MissingExtra("polars") from None
    members = staged_members(setting.ready.evaluators, options.reads)
    staging = Staging(folder, options, step)
    dates = Instants(setting.ready.reader)
    try:
        for path in paths:
            _stage(staging, path, members, dates, look)
        return staging.finish(connection)
    finally:
        staging.close()


def _stage(staging: Staging, path: str, members: dict[str, Kind], dates: Instants, look: Look | None) -> None:
    def staged(found: Format, name: str, path: str, head: bytes, stream: BinaryIO) -> None:
        if found == "csv":
            stage_text(staging, name, path, head, stream, members, dates)
        else:
            stage_json(staging, name, path, stream, members, dates, look)

    if not os.path.isfile(path):
        raise NotSql([f"{path} is no file, which could be read twice."])
    try:
        with open(path, "rb") as file:
            head, stream, again = begun(path, file, again=True)
            found = format_of(head, path)
            if found not in ("csv", "json"):
                raise NotSql([f"{path} is {_WHAT[found]}; its records are read one by one."])
            if again:
                staged(found, path, path, head, stream)
                return
            copy = staging.copied(stream)
        with open(copy, "rb") as file:
            staged(found, path, copy, head, file)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
