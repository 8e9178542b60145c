"""JSON Lines staged for SQL: each line is decoded as ever, and what is read of its record goes into typed columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, ClassVar, TypeAlias

from targetexpr.lang.schema.model import EXTENDED
from targetexpr.records.reader import bare_line, numbered, record_of
from targetexpr.records.record import Record
from targetexpr.running.coercion import DataError, integer_text
from targetexpr.targets.model.events import RETURN_BILL
from targetexpr.targets.progress.copies import copy_of
from targetexpr.targets.scale.cell_columns import is_short
from targetexpr.targets.scale.instants import Instants
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.staged_members import ASIDE, HEAD, ROW, Kind, computing
from targetexpr.targets.scale.staging import Segment, Staging

if TYPE_CHECKING:
    import polars as pl

Look: TypeAlias = Callable[[Record, str], object]
"""Is given a record that can be read, and its file."""

LINES = 20_000
_SAFE = 10**11  # numbers below it with four digits behind the point have fifteen in all


def stage_json(
    staging: Staging,
    name: str,
    path: str,
    stream: BinaryIO,
    members: Mapping[str, Kind],
    dates: Instants,
    look: Look | None,
) -> None:
    """Stages JSON Lines in a file. Raises NotSql for other JSON."""
    number, first = next(numbered(stream), (0, b""))
    if not number or record_of(number, first).context is None:
        raise NotSql([f"{name} is JSON that does not begin with a record on a line; it is read as a whole."])
    stream.seek(0)
    making = _Making(staging, members, dates)
    line = 1
    start = 0
    while lines := list(islice(stream, LINES)):
        segment = _JsonLines(name, path, line, start, sum(map(len, lines)))
        first_row = staging.begin(segment)
        records = list(_records(line, lines))
        segment.count = len(records)
        kept: list[tuple[int, Mapping[str, object]]] = []
        for row, record in enumerate(records, first_row):
            if record.context is None:
                staging.refuse(name, record)
                continue
            if look is not None:
                look(record, name)
            kept.append((row, record.context))
        if kept:
            making.add([row for row, _ in kept], [context for _, context in kept])
        staging.end()
        line += len(lines)
        start += segment.size


def _records(number: int, lines: Sequence[bytes]) -> Iterator[Record]:
    for place, line in enumerate(lines, number):
        bare = bare_line(place, line)
        if bare and not bare.isspace():
            yield record_of(place, bare)


@dataclass(slots=True)
class _JsonLines(Segment):
    name: str
    path: str
    line: int
    start: int
    size: int
    count: int = 0
    alike: ClassVar[bool] = False

    def records(self, wanted: Sequence[int]) -> Iterator[Record]:
        """The records of some rows."""
        with open(self.path, "rb") as file:
            file.seek(self.start)
            lines = file.read(self.size).split(b"\n")
        there = ((place, line) for place, line in enumerate(lines, self.line) if _has_record(place, line))
        done = 0
        for row in wanted:
            place, line = next(islice(there, row - done, None))
            done = row + 1
            yield record_of(place, bare_line(place, line))


def _has_record(number: int, line: bytes) -> bool:
    bare = bare_line(number, line)
    return bool(bare) and not bare.isspace()


class _Making:
    """Makes columns of records."""

    def __init__(self, staging: Staging, members: Mapping[str, Kind], dates: Instants) -> None:
        self._staging = staging
        self._dates = dates
        self._own = {name: kind for name, kind in members.items() if "." not in name}
        self._profiles: dict[str, dict[str, Kind]] = {}
        for name, kind in members.items():
            profile, dot, rest = name.partition(".")
            if dot:
                self._profiles.setdefault(profile, {})[rest] = kind
        self._computed = computing(staging.options.reads, staging.options.schema)

    def add(self, rows: Sequence[int], records: Sequence[Mapping[str, object]]) -> None:
        """Stages records; `rows` are their numbers."""
        import polars as pl

        aside: set[int] = set()
        made = [
            self._column(name, kind, [record.get(name) for record in records], aside, head=name in HEAD)
            for name, kind in self._own.items()
            if kind != "list"
        ]
        for name, kind in self._own.items():
            if kind == "list":
                aside.update(place for place, record in enumerate(records) if record.get(name) is not None)
        for place, record in enumerate(records):
            if record.get("type") == RETURN_BILL and not _can_be_kept(record):
                aside.add(place)
        made += [self._profile(name, fields, records, aside) for name, fields in self._profiles.items()]
        marks = pl.Series(ASIDE, [False]).new_from_index(0, len(rows)).scatter(sorted(aside), True)
        made += [pl.Series(ROW, rows, dtype=pl.Int64), marks]
        self._staging.add(pl.DataFrame(made), len(aside))

    def _profile(
        self, name: str, fields: Mapping[str, Kind], records: Sequence[Mapping[str, object]], aside: set[int]
    ) -> pl.Series:
        """A profile as structs, null where a record has none."""
        import polars as pl

        found = [record.get(name) for record in records]
        dicts: list[dict[str, object]] = []
        there = []
        for place, value in enumerate(found):
            if type(value) is dict:
                dicts.append(value)
                there.append(True)
            else:
                dicts.append({})
                there.append(False)
                if value is not None:
                    aside.add(place)
        columns = []
        for rest, kind in fields.items():
            values = [one.get(rest) for one in dicts]
            if rest.startswith(EXTENDED):
                aside.update(place for place, one in enumerate(dicts) if one.get("extendedFields") is not None)
            if kind == "lines" and name in self._computed:
                aside.update(place for place, value in enumerate(values) if value is not None)
                continue
            columns.append(self._column(rest, kind, values, aside, head=False))
        frame = pl.DataFrame([*columns, pl.Series("#there", there, dtype=pl.Boolean)])
        whole = pl.struct([column.name for column in columns])
        return frame.select(pl.when("#there").then(whole).alias(name)).to_series()

    def _column(self, name: str, kind: Kind, values: Sequence[object], aside: set[int], *, head: bool) -> pl.Series:
        """Values as a column; of a head, what does not fit is null, which says so."""
        import polars as pl

        match kind:
            case "instant":
                found = self._dates.of_values(values)
                bad = [place for place in found.is_null().arg_true().to_list() if values[place] is not None]
                aside.update([] if head else bad)
                return found.alias(name)
            case "number":
                return pl.Series(name, _all(values, _number, aside), dtype=pl.Float64)
            case "boolean":
                return pl.Series(name, _all(values, _truth, aside), dtype=pl.Boolean)
            case "lines":
                return pl.Series(name, _all(values, _lines, aside), dtype=pl.List(pl.Boolean))
        if name == "type" and head:
            return pl.Series(name, [one if type(one) is str else None for one in values], dtype=pl.String)
        return pl.Series(name, _all(values, _text, set() if head else aside), dtype=pl.String)


class _Odd(Exception):
    """A value that no column holds."""


def _all(values: Sequence[object], read: Callable[[object], object], aside: set[int]) -> list[object]:
    """Values as a column has them; the places of those that it does not hold are put down."""
    found: list[object] = []
    for place, value in enumerate(values):
        if value is None:
            found.append(None)
            continue
        try:
            found.append(read(value))
        except _Odd:
            aside.add(place)
            found.append(None)
    return found


def _number(value: object) -> float:
    if type(value) is float:
        if -_SAFE < value < _SAFE and round(value, 4) == value:
            return value
        if is_short(value):
            return value
    elif type(value) is int and -(10**15) < value < 10**15:
        return float(value)
    raise _Odd


def _truth(value: object) -> bool:
    if type(value) is bool:
        return value
    raise _Odd


def _lines(value: object) -> list[bool]:
    if type(value) is list:
        return []
    raise _Odd


def _text(value: object) -> str:
    if type(value) is str and value:
        return value
    if type(value) is int:
        return integer_text(value)
    raise _Odd


def _can_be_kept(record: Mapping[str, object]) -> bool:
    """Whether a return can be copied, as it is when it is taken."""
    try:
        copy_of(dict(record))
    except DataError:
        return False
    return True
