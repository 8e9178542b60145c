"""Where the statements of SQL find the records of an evaluation: a view, and how its rows become records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from targetexpr.records.record import Record

if TYPE_CHECKING:
    import duckdb

VIEW = "bills"

Told: TypeAlias = "str | tuple[str, Record]"
"""A sentence on how data is written, or a record that cannot be read, with its file."""


class SqlSource(ABC):
    """The view, and how its rows are read."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows: int, view: str = VIEW) -> None:
        self.connection = connection
        self.rows = rows
        """How many records there are, with those that cannot be read."""
        self.view = view
        self.told: list[Told] = []
        """What there is to say of the data, in its order."""
        self.unread = 0
        """How many records cannot be read."""

    @abstractmethod
    def records(self, relation: duckdb.DuckDBPyRelation) -> Iterator[dict[str, object]]:
        """Rows of the view as records."""

    @abstractmethod
    def examples(self) -> Iterator[tuple[Record, str, int]]:
        """Records of which others are alike: of each its file, and how many there are."""

    def where(self, test: str, values: Mapping[str, object]) -> list[dict[str, object]]:
        """The records of some rows."""
        return [*self.records(self.connection.sql(f"SELECT * FROM {self.view} WHERE {test}", params=dict(values)))]

    def tell(self, sentence: Callable[[str], object], unread: Callable[[str, Record], object]) -> None:
        """Says what there is to say."""
        for one in self.told:
            if isinstance(one, str):
                sentence(one)
            else:
                unread(*one)
