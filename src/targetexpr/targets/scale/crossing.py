"""Ids that came for several customers: which customer's record counts is decided over all of them, before parts are.

Of the records of an id the earliest counts; of those at one instant what they bring decides, which the evaluation
itself is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from targetexpr.targets.progress.record import Head
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.database import batches_of
from targetexpr.targets.scale.spill import Chunk, Range, records_in

if TYPE_CHECKING:
    import duckdb

_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Crossing:
    """Of some customers: ids that came for others too."""

    lost: frozenset[tuple[str, str]]  # id and customer of records that do not count
    won: tuple[str, ...]  # ids whose record counts here, and which are reported

    def kept(self, records: Iterable[tuple[Head, dict[str, object]]]) -> Iterator[tuple[Head, Mapping[str, object]]]:
        """The records without those of which another customer's counts."""
        return (one for one in records if (one[0].id, one[0].customer) not in self.lost)


NONE = Crossing(frozenset(), ())


def find_crossing(
    connection: duckdb.DuckDBPyConnection, chunks: list[Chunk], tracker: Callable[[], RecordTracker]
) -> bool:
    """Fills the table `crossing` (bucket, id, customer, won) of a connection; whether there is such an id at all."""
    files = [chunk.path for chunk in chunks]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE crossing_ids AS SELECT id FROM read_parquet($files) GROUP BY id"
        " HAVING count(*) > 1 AND min(customer) <> max(customer)",
        {"files": files},
    )
    connection.execute("CREATE OR REPLACE TABLE crossing (bucket USMALLINT, id VARCHAR, customer VARCHAR, won BOOLEAN)")
    if not connection.execute("SELECT count(*) FROM crossing_ids").fetchall()[0][0]:
        return False
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE candidates AS"
        " SELECT id, customer, any_value(bucket) AS bucket, min(instant) AS instant"
        " FROM read_parquet($files) SEMI JOIN crossing_ids USING (id) GROUP BY id, customer",
        {"files": files},
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE winners AS SELECT id, arg_min(customer, instant) AS customer,"
        " min(instant) AS instant, count(*) FILTER (instant = earliest) AS ties FROM"
        " (SELECT *, min(instant) OVER (PARTITION BY id) AS earliest FROM candidates) GROUP BY id"
    )
    _decide_ties(connection, files, tracker)
    connection.execute(
        "INSERT INTO crossing SELECT candidates.bucket, candidates.id, candidates.customer,"
        " candidates.customer = winners.customer FROM candidates JOIN winners USING (id)"
    )
    return True


def _decide_ties(connection: duckdb.DuckDBPyConnection, files: list[str], tracker: Callable[[], RecordTracker]) -> None:
    """Records of one id at one instant: the evaluation is asked whose counts."""
    tied = connection.sql(
        "SELECT id, customer, kind, instant, record FROM read_parquet($files)"
        " SEMI JOIN (SELECT id, instant FROM winners WHERE ties > 1) USING (id, instant) ORDER BY id",
        params={"files": files},
    )
    rows = (pair for batch in batches_of(tied, _BATCH) for pair in records_in(batch))
    decided: dict[str, str] = {}
    asked = tracker()
    for count, (name, pairs) in enumerate(groupby(rows, key=lambda pair: pair[0].id), 1):
        for head, record in pairs:
            asked.take(head, record)
        customer = asked.customer_of(name)
        if customer is not None:
            decided[name] = customer
        if count % _BATCH == 0:
            asked = tracker()
    if decided:
        import pyarrow as pa  # type: ignore[import-untyped]

        connection.register("decided", pa.table({"id": list(decided), "customer": list(decided.values())}))
        connection.execute("UPDATE winners SET customer = decided.customer FROM decided WHERE winners.id = decided.id")
        connection.unregister("decided")


def crossing_in(connection: duckdb.DuckDBPyConnection, part: Range) -> Crossing:
    """What `crossing` has of a part."""
    rows = connection.execute(
        "SELECT id, customer, won FROM crossing WHERE bucket BETWEEN ? AND ?", [part.first, part.last]
    ).fetchall()
    lost = frozenset((name, customer) for name, customer, won in rows if not won)
    return Crossing(lost, tuple(name for name, _, won in rows if won))
