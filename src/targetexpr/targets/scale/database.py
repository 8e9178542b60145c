"""A database for one evaluation: in memory, spilling to a folder of its own, which goes with it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from targetexpr.tables.errors import MissingExtra

if TYPE_CHECKING:
    import duckdb

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
_SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?i?)b?\s*", re.IGNORECASE)
LEAST_MEMORY = 100_000_000
_COUNTED = 0.98
"""The share of a limit that the engine is given: it takes a little more than what it counts."""


def memory_of(given: int | str | None) -> int | None:
    """A limit of memory in bytes. Raises ValueError for what is no size, and for one that is too small.

    >>> memory_of("8GiB"), memory_of("500 MB"), memory_of(None)
    (8589934592, 500000000, None)
    """
    if given is None:
        return None
    if isinstance(given, str):
        found = _SIZE.fullmatch(given)
        if found is None or found[2].lower() == "i":
            raise ValueError(f"{given!r} is no size of memory: give bytes, or a number with a unit such as 8GiB")
        given = int(float(found[1]) * _UNITS[found[2].lower()])
    if given < LEAST_MEMORY:
        raise ValueError(f"{given:,} bytes of memory are too few: give 100 MB at least")
    return given


class Database:
    """A connection to a database in memory, or in a file, that spills into a folder."""

    def __init__(self, folder: str, memory: int | None = None, path: str = ":memory:") -> None:
        try:
            import duckdb
        except ImportError:
            raise MissingExtra("duckdb") from None
        self._folder = folder
        settings: dict[str, str | bool | int | float | list[str]] = {"temp_directory": os.path.join(folder, "spilled")}
        if memory is not None:
            settings["memory_limit"] = f"{int(memory * _COUNTED)}B"
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect(path, config=settings)
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET preserve_insertion_order = false")
        self.connection.execute("SET enable_progress_bar = false")

    def close(self) -> None:
        """Closes it, and removes the folder."""
        self.connection.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def own_folder() -> str:
    """A temporary folder that nobody else reads. Raises MissingExtra where what is written there has no writer."""
    for library in ("pyarrow", "duckdb"):
        if find_spec(library) is None:  # which is not loaded before it is needed: it takes memory
            raise MissingExtra(library)
    return tempfile.mkdtemp(prefix="targetexpr-")


def batches_of(relation: duckdb.DuckDBPyRelation, rows: int) -> Any:
    """A relation as batches of Arrow, of about so many rows each."""
    read = getattr(relation, "to_arrow_reader", None)  # which older versions call otherwise
    return relation.fetch_arrow_reader(rows) if read is None else read(rows)
