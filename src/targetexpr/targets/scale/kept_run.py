"""An evaluation beside what is kept of others before: temporary relations, and the tables of a schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from targetexpr.tables.relation_table import quoted
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.duckdb_engine import DuckdbRun, Records
from targetexpr.targets.scale.statements import Statement


class MustRebuild(Exception):
    """What was added cannot be taken on top of what is kept: everything has to be worked out again."""


def catalog(name: str) -> str:
    """The main schema of a database."""
    return f"{quoted(name)}.main"


class KeptRun(DuckdbRun):
    """An evaluation whose relations are temporary; `schema` has tables of the same names, which are kept.

    A name without a schema is the temporary relation where there is one, else the table that is kept.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        tracker: RecordTracker,
        records: Records,
        schema: str,
    ) -> None:
        super().__init__(connection, table, tracker, records)
        self.schema = schema
        self.made: dict[str, str] = {}

    def execute(self, query: str) -> None:
        """Runs a query whose rows nobody wants."""
        self._connection.execute(query)

    def count(self, query: str) -> int:
        """The only number that a query finds."""
        return int(str(self.one(query)[0]))

    def all(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        return self._connection.execute(query).fetchall()

    def write(self, name: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """A temporary table of a few rows."""
        self._becomes(name, "TABLE")
        super().write(name, columns, rows)

    def fill(self, statement: Statement) -> None:
        """A temporary table, or a view of what is lazy."""
        self._becomes(statement.name, "VIEW" if statement.lazy else "TABLE")
        super().fill(statement)

    def keep(self, name: str, query: str) -> None:
        """A temporary table of what a query finds now."""
        self.fill(Statement(name, query))

    def has(self, name: str) -> bool:
        """Whether there is a temporary relation."""
        return name in self.made

    def drop(self, *names: str) -> None:
        """Lets go of temporary relations, where there are any: the names are those of what is kept then."""
        for name in names:
            kind = self.made.pop(name, None)
            if kind is not None:
                self.execute(f"DROP {kind} temp.{name}")

    def _becomes(self, name: str, kind: str) -> None:
        if self.made.get(name, kind) != kind:
            self.drop(name)
        self.made[name] = kind
