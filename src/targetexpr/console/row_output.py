"""Records written as they are, each with what came out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from targetexpr.records.own_columns import Row, own_row
from targetexpr.records.record import Record
from targetexpr.records.writing import RowFormat, RowWriter, row_writer


@contextmanager
def row_output(
    path: str | None, format: RowFormat, more: Sequence[str], tell: Callable[[str], None]
) -> Iterator[RowOutput]:
    """What writes records to a file, or to standard output; `more` are the columns behind their own.

    The first of these is for what came out; `error`, if it is among them, for what is wrong. Raises InputError as
    `row_writer` does.
    """
    with ExitStack() as stack:
        rows = RowOutput(path, format, stack, more, tell)
        yield rows
        rows.see(None, None)  # of no record, the columns of what came out are written


class RowOutput:
    """Writes records as rows: their own columns, what came out, and what is wrong where errors are wanted."""

    def __init__(
        self, path: str | None, format: RowFormat, stack: ExitStack, more: Sequence[str], tell: Callable[[str], None]
    ) -> None:
        self._path = path
        self._format: RowFormat = format
        self._stack = stack
        self._more = tuple(more)
        self._tell = tell
        self._writer: RowWriter | None = None
        self._renamed: set[str] = set()

    def see(self, source: str | None, record: Record | None) -> None:
        """Takes the first record into account: where all are of one table, it has the columns of all."""
        if self._writer is not None:
            return
        known = None
        if record is not None and record.row is not None and source is None:
            known = [*self._own(dict(record.row)), *self._more]
        self._writer = self._stack.enter_context(row_writer(self._path, self._format, known, last=self._more))

    def write(self, source: str | None, record: Record, value: object, error: str | None = None) -> None:
        """Writes one record."""
        self.see(source, record)
        row = self._own(own_row(record, source))
        row[self._more[0]] = value
        if error is not None and "error" in self._more:
            where = record.place if source is None else f"{source}, {record.place}"
            row["error"] = error if record.context is not None else f"{where}: {error}"
        assert self._writer is not None
        self._writer.write(row)

    def _own(self, row: Row) -> Row:
        """A record's own columns; what is called as ours gets another name, and that is told."""
        for name in self._more:
            if name in row:
                row[f"own {name}"] = row.pop(name)
                if name not in self._renamed:
                    self._renamed.add(name)
                    self._tell(f"the records have a column `{name}` already; it is written as `own {name}`")
        return row
