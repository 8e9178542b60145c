"""The state of an evaluation, one file to which records are added: the answers are those of all of them at once.

It holds the records as they came, and what was worked out of them. Adding is one transaction: a run that is broken off
leaves the state as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import targetexpr
from targetexpr.base.errors import InputError
from targetexpr.tables.errors import MissingColumns
from targetexpr.targets.model.json_values import dump
from targetexpr.targets.progress.results import Reported
from targetexpr.targets.scale.advancing import Kept, StateRun, can_advance, kept_of
from targetexpr.targets.scale.column_source import ALL, ColumnSource, column_source
from targetexpr.targets.scale.database import Database, own_folder
from targetexpr.targets.scale.kept_run import MustRebuild, catalog
from targetexpr.targets.scale.new_progress import PROGRESS
from targetexpr.targets.scale.new_records import digest_of
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.records_sql import OWN_ID
from targetexpr.targets.scale.results import Setting
from targetexpr.targets.scale.sql import SqlResults, counts_of, sql_results
from targetexpr.targets.scale.sql_source import VIEW

if TYPE_CHECKING:
    import duckdb

    from targetexpr.records.table_options import TableOptions

_FORMAT = 2
_FEW = 200_000
"""Records for which a second thread costs more than it saves."""

_MADE = ("keys", "runs", "returns", "returned", "taken", "refunds", "days", "goals", "set_aside")
_NO_TYPE = '"NULL"'
_PARTS = {
    "group": "another group, or the group was changed since",
    "timezone": "another time zone",
    "returns": "another policy of returns",
    "drop_unfinished": "another choice of what becomes of unfinished levels",
    "schema": "another schema of fields",
    "version": "another version of targetexpr",
}


def evaluate_with_state(
    setting: Setting, table: object, options: TableOptions, path: str | os.PathLike[str], *, memory: int | None = None
) -> SqlResults:
    """Adds a table to a state, which is begun where there is none; the results of all records in it.

    Raises InputError for a file that is no state, is in use, or does not fit; NotSql for what SQL does not serve.
    """
    if setting.limit is not None:
        raise InputError("a state is as of its latest record: leave out now")
    name = os.fspath(path)
    begun = not os.path.exists(name)
    folder = own_folder()
    try:
        database = _opened(name, folder, memory)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        source = column_source(database.connection, table, options, folder)
        return _State(name, setting, database, source).added()
    except BaseException as error:
        database.close()
        if begun:  # there is nothing in it
            Path(name).unlink(missing_ok=True)
        if isinstance(error, MissingColumns):
            raise NotSql([str(error)]) from None
        raise


def _opened(path: str, folder: str, memory: int | None) -> Database:
    import duckdb

    _need_file(path)
    try:
        return Database(folder, memory, os.path.abspath(path))  # names such as `:memory:` are those of files
    except duckdb.ConnectionException:
        raise InputError(f"the state {path} is in use: close the result of the call before first") from None
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise InputError(f"the state {path} is in use by another process; try again when that has ended") from None
        raise InputError(f"cannot open the state {path}: {str(error).splitlines()[0].rpartition(': ')[2]}") from None
    except duckdb.Error as error:
        raise InputError(f"{path} is no state of an evaluation: {str(error).splitlines()[0]}") from None


_MAGIC = slice(8, 12), b"DUCK"
_GIVE = "give a state, or a file that is not there yet"


def _need_file(path: str) -> None:
    """Raises InputError for what cannot be a state. Of other formats the engine would make a database in memory."""
    if not path or os.path.isdir(path):
        raise InputError(f"a state is a file, and {path or repr(path)} is {'a folder' if path else 'none'}")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise InputError(f"cannot write the state {path}: there is no folder {folder}")
    if not os.path.exists(path):
        return
    try:
        with open(path, "rb") as file:
            begin = file.read(_MAGIC[0].stop)
    except OSError as error:
        raise InputError(f"cannot read the state {path}: {error.strerror}") from None
    if begin[_MAGIC[0]] != _MAGIC[1]:
        raise InputError(f"{path} is no state of an evaluation; {_GIVE}")


class _State:
    def __init__(self, path: str, setting: Setting, database: Database, source: ColumnSource) -> None:
        self.path = path
        self.setting = setting
        self.database = database
        self.connection: duckdb.DuckDBPyConnection = database.connection
        (name,) = self.connection.execute("SELECT current_database()").fetchall()[0]
        self.schema = catalog(name)
        self.source = source.all()

    def added(self) -> SqlResults:
        """Adds the records of the view. In one transaction."""
        known, kept = self._read()
        if kept is not None and self.source.rows <= _FEW:
            self.connection.execute("SET threads = 1")
        self.connection.execute("BEGIN TRANSACTION")
        try:
            self._add_rows(new=not known)
            found = self._advanced(kept) if kept is not None else None
            self.connection.execute("RESET threads")
            results = self._rebuilt() if found is None else self._shown(found)
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        return results

    # ---- what is kept

    def _fingerprint(self) -> dict[str, object]:
        options = self.setting.options
        schema = None if options.schema is None else repr(options.schema.__reduce__()[1])
        return {
            "group": _digest(dump(options.group)),
            "timezone": options.timezone,
            "returns": options.returns,
            "drop_unfinished": options.drop_unfinished,
            "schema": None if schema is None else _digest(schema),
            "version": f"{targetexpr.__version__}/{_FORMAT}",
        }

    def _read(self) -> tuple[bool, Kept | None]:
        """Whether there is a state already, and what it can go on from. Raises InputError where it does not fit."""
        tables = {
            name
            for (name,) in self.connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE NOT temporary"
            ).fetchall()
        }
        if not tables:
            return False, None
        found = self._content() if "state" in tables else None
        if found is None:
            raise InputError(f"{self.path} is a database, and no state of an evaluation; {_GIVE}")
        for part, value in self._fingerprint().items():
            if found["fingerprint"].get(part) != value:
                raise InputError(
                    f"the state {self.path} was made with {_PARTS[part]}; give another file, or add all records anew"
                )
        kept = found["kept"]
        if kept is None or not can_advance(self.setting.plan, enrolled=self.setting.enrolled is not None):
            return True, None
        if found["digest"] != self._digest_of_all():
            return True, None
        for name in ("first", "last"):
            kept[name] = None if kept[name] is None else datetime.fromisoformat(kept[name])
        return True, Kept(**kept)

    def _digest_of_all(self) -> int:
        """Digests are those of one version of DuckDB: of another one this may be another number."""
        known = digest_of("'targetexpr'")
        (found,) = self.connection.execute(f"SELECT {known}").fetchall()[0]
        return int(found)

    def _content(self) -> dict[str, Any] | None:
        """What was written of the state; None where somebody else's table has its name."""
        import duckdb

        try:
            ((text,),) = self.connection.execute(f"SELECT content FROM {self.schema}.state").fetchall()
            found = json.loads(text)
            return found if isinstance(found["fingerprint"], dict) else None
        except (duckdb.CatalogException, duckdb.BinderException, ValueError, TypeError, KeyError):  # another table
            return None

    def _write(self, kept: Kept | None) -> None:
        plain: dict[str, object] | None = None
        if kept is not None:
            instants = {"first": kept.first, "last": kept.last}
            plain = asdict(kept) | {name: None if at is None else at.isoformat() for name, at in instants.items()}
        content = json.dumps({"fingerprint": self._fingerprint(), "kept": plain, "digest": self._digest_of_all()})
        self.connection.execute(f"CREATE OR REPLACE TABLE {self.schema}.state (content VARCHAR)")
        self.connection.execute(f"INSERT INTO {self.schema}.state VALUES (?)", [content])

    def _add_rows(self, *, new: bool) -> None:
        """The records as they came; they must have the columns of those before. One without a value has no type."""
        if new:
            self.connection.execute(f"CREATE TABLE {self.schema}.{ALL} AS SELECT * FROM {VIEW}")
            return
        before, now = (
            {str(row[0]): str(row[1]) for row in self.connection.execute(f"DESCRIBE {name}").fetchall()}
            for name in (f"{self.schema}.{ALL}", VIEW)
        )
        now = {name: before.get(name, kind) if kind == _NO_TYPE else kind for name, kind in now.items()}
        if before != now:
            other = sorted(
                name for name in before.keys() | now.keys() if before.get(name, "missing") != now.get(name, "missing")
            )
            said = ", ".join(
                f"`{name}` ({before.get(name, 'missing')}, now {now.get(name, 'missing')})" for name in other
            )
            raise InputError(f"the columns are not those of the state {self.path}: {said}")
        self.connection.execute(f"INSERT INTO {self.schema}.{ALL} BY NAME SELECT * FROM {VIEW}")

    # ---- adding

    def _advanced(self, kept: Kept) -> Kept | None:
        """What is kept then; None where all has to be worked out again."""
        tracker = self.setting.options.tracker(self.setting.ready)
        run = StateRun(self.connection, VIEW, tracker, self.source.records, self.schema)
        try:
            found = run.advance(kept)
        except (MustRebuild, NotSql):
            run.drop(*list(run.made))
            return None
        self._write(found)
        return found

    def _shown(self, found: Kept) -> SqlResults:
        counts = Reported(out_of_scope=found.out_of_scope, outside_periods=found.outside_periods)
        return sql_results(self.setting, found.last, counts, self.database, self.source)

    def _rebuilt(self) -> SqlResults:
        """Everything anew."""
        tracker = self.setting.options.tracker(self.setting.ready)
        run = StateRun(self.connection, ALL, tracker, self.source.records, self.schema)
        found = run.result(None)
        kept = None
        if can_advance(self.setting.plan, enrolled=self.setting.enrolled is not None):
            self._keep()
            counts = found.counts["out_of_scope"], found.counts["outside_periods"]
            kept = kept_of(run.evaluation, counts, run.instants)
        self._write(kept)
        return sql_results(self.setting, found.now, counts_of(found.counts), self.database, self.source)

    def _keep(self) -> None:
        """Keeps what the statements left."""
        there = {
            name
            for (name,) in self.connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE temporary UNION ALL"
                " SELECT view_name FROM duckdb_views() WHERE temporary"
            ).fetchall()
        }
        for name in _MADE:
            if name in there:
                self.connection.execute(f"CREATE OR REPLACE TABLE {self.schema}.{name} AS SELECT * FROM temp.{name}")
        digest = digest_of(OWN_ID)
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {self.schema}.records AS SELECT *, {digest} AS digest FROM temp.records"
        )
        # What a day touches is of one period: it is found in a part of the table then.
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {self.schema}.progress AS SELECT {PROGRESS} FROM progress ORDER BY slot"
        )
        columns = "id VARCHAR, target INTEGER, unreadable BOOLEAN, path VARCHAR, message VARCHAR"
        self.connection.execute(f"CREATE OR REPLACE TABLE {self.schema}.odd_returns ({columns})")
        if "odd_returns" in there:
            self.connection.execute(f"INSERT INTO {self.schema}.odd_returns SELECT * FROM temp.odd_returns")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
