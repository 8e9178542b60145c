"""What an engine leaves: the rows of its tables in order, and the records of a customer; held, or in a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from targetexpr.targets.progress.enrolment import Enrolled
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.progress.record import Head
from targetexpr.targets.progress.results import ProgressData, Reported, ReportedRecord, decimal_text
from targetexpr.targets.progress.tracker import PreparedGroup, RecordTracker, prepare
from targetexpr.targets.reports.customer import no_customer
from targetexpr.targets.reports.simulation import Summary, summarise
from targetexpr.targets.reports.tables import Row, tables
from targetexpr.targets.scale.columns import TABLES, Sizes, batches, finished, kind_of, names_of
from targetexpr.targets.scale.database import batches_of
from targetexpr.targets.scale.part import Options, part_tracker, take_all, with_reported

if TYPE_CHECKING:
    import duckdb

Found = tuple[Head, Mapping[str, object]]

_CLOSE = 20
_ROWS = 10_000
_REPORTED_ORDER = "coalesce(record, ''), coalesce(target, ''), reason, coalesce(path, ''), message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all engines begin with: the group made ready, the options, who takes part."""

    options: Options
    ready: PreparedGroup
    enrolled: Mapping[str, Enrolled] | None = None
    limit: datetime | None = None  # the instant that was given, in UTC

    @classmethod
    def of(cls, options: Options) -> Setting:
        """Raises what `Tracker` raises for a group or options that do not fit."""
        ready = prepare(options.group, timezone=options.timezone, schema=options.schema)
        first = options.tracker(ready)
        return cls(options=options, ready=ready, enrolled=first.enrolled, limit=first.limit)

    @property
    def plan(self) -> EvaluationPlan:
        """The plan of the group."""
        return self.ready.plan


@dataclass(frozen=True, slots=True)
class CustomerRecords:
    """What the evaluation of one customer needs."""

    own: list[Found]
    rivals: list[Found]  # records of others with one of the ids
    unreadable: list[ReportedRecord]  # with one of the ids


class Results(ABC):
    """The results of an engine."""

    def __init__(self, setting: Setting, now: datetime | None, counts: Reported) -> None:
        self.setting = setting
        self.now = now  # in UTC
        self.counts = counts  # without records

    @abstractmethod
    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table as `Progress.tables()` has them."""

    @abstractmethod
    def arrow(self, table: str) -> Any:
        """A table of Arrow."""

    @abstractmethod
    def summary(self) -> Summary:
        """The results, counted."""

    @abstractmethod
    def records_of(self, customer: str) -> CustomerRecords:
        """The records of a customer, and what bears on them."""

    @abstractmethod
    def close_to(self, customer: str) -> Iterable[str]:
        """Customers whose names may be close to one that is not there."""

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Lets go of what is held on disk."""

    def reported(self) -> Reported:
        """What was set aside, with the records."""
        records = tuple(
            ReportedRecord(**{name: value or "" for name, value in row.items()})  # type: ignore[arg-type]
            for row in self.rows("reported")
        )
        return replace(self.counts, records=records)

    def customer(self, id: str) -> tuple[RecordTracker, ProgressData, list[Mapping[str, object]]]:
        """One customer evaluated alone, with the records. Raises KeyError, with close names."""
        found = self.records_of(id)
        enrolled = self.setting.enrolled
        part = None if enrolled is None else {id: enrolled[id]} if id in enrolled else {}
        tracker = part_tracker(self.setting.options, self.setting.ready, self.now, part)
        take_all(tracker, [*found.own, *found.rivals])
        whole = tracker.result()
        if id not in whole.customers:
            raise KeyError(no_customer(id, self.close_to(id)))
        ids = {head.id for head, _ in found.own}
        told = tuple(one for one in whole.reported.records if one.record in ids)
        mine = replace(
            whole, customers={id: whole.customers[id]}, reported=replace(whole.reported, records=told, not_enrolled=0)
        )
        return tracker, with_reported(mine, found.unreadable), [record for _, record in found.own]


class MemoryResults(Results):
    """Those of few records, which are held."""

    def __init__(self, setting: Setting, progress: ProgressData, records: list[Found], counts: Reported) -> None:
        now = progress.now
        super().__init__(setting, now, counts)
        self._progress = progress
        self._records = records

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table."""
        if table == "customers" and not self.setting.plan.tracking.is_streak:
            names = names_of("customers")
            return ({**dict.fromkeys(names), "customer": customer} for customer in self._progress.customers)
        return tables(self._progress)[TABLES[table]]

    def arrow(self, table: str) -> Any:
        """A table of Arrow."""
        import pyarrow as pa  # type: ignore[import-untyped]

        sizes: Sizes = {}
        plan = self.setting.plan
        parts = list(batches(table, self.rows(table), plan, sizes)) or [empty(table, plan)]
        return finished(table, pa.concat_tables(parts), plan, sizes)

    def summary(self) -> Summary:
        """The results, counted."""
        return summarise(self._progress)

    def reported(self) -> Reported:
        """What was set aside."""
        return replace(self.counts, records=self._progress.reported.records)

    def records_of(self, customer: str) -> CustomerRecords:
        """The records of a customer, and what bears on them."""
        own = [one for one in self._records if one[0].customer == customer]
        ids = {head.id for head, _ in own}
        rivals = [one for one in self._records if one[0].id in ids and one[0].customer != customer]
        told = [one for one in self._progress.reported.records if one.reason == "unreadable" and one.record in ids]
        return CustomerRecords(own, rivals, told)

    def close_to(self, customer: str) -> Iterable[str]:  # noqa: ARG002 - all are at hand
        """All customers."""
        return self._progress.customers


def empty(table: str, plan: EvaluationPlan) -> Any:
    """A table without rows."""
    import pyarrow as pa

    from targetexpr.targets.scale.columns import arrow_type

    return pa.schema(
        [*((name, arrow_type(name, plan)) for name in names_of(table)), ("place", pa.int64())]
    ).empty_table()


class DatabaseResults(Results):
    """Those in views of a database: the columns of each table, and `place`, the place among a customer's rows."""

    def __init__(
        self,
        setting: Setting,
        now: datetime | None,
        counts: Reported,
        connection: duckdb.DuckDBPyConnection,
        *,
        summary: Callable[[], Summary],
        records: Callable[[str], CustomerRecords],
        closing: Callable[[], None],
        there: frozenset[str] = frozenset(TABLES),
    ) -> None:
        super().__init__(setting, now, counts)
        self.connection = connection
        self._summary = summary
        self._counted: Summary | None = None
        self._records = records
        self._closing = closing
        self._there = there

    def relation(self, table: str) -> duckdb.DuckDBPyRelation:
        """A table in its order, as a relation of the engine's own connection."""
        self._need(table)
        names = ", ".join(f'"{name}"' for name in names_of(table))
        order = _REPORTED_ORDER if table == "reported" else "customer, place"
        return self.connection.sql(f"SELECT {names} FROM {table} ORDER BY {order}")

    def _need(self, table: str) -> None:
        if table not in self._there:
            raise ValueError(f"the engine that was chosen has no table of {table}; engine='partitions' has")

    def arrow(self, table: str) -> Any:
        """A table of Arrow."""
        return finished(table, self.relation(table).to_arrow_table(), self.setting.plan, {})

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table."""
        import pyarrow as pa

        zone = self.setting.plan.zone
        names = names_of(table)
        for batch in batches_of(self.relation(table), _ROWS):
            columns = []
            for name in names:
                values = batch.column(name).to_pylist()
                if pa.types.is_timestamp(batch.column(name).type):
                    values = [None if value is None else value.astimezone(zone) for value in values]
                elif kind_of(name) == "figure":
                    values = [_figure(value) for value in values]
                columns.append(values)
            for cells in zip(*columns, strict=True):
                yield dict(zip(names, cells, strict=True))

    def summary(self) -> Summary:
        """The results, counted: once."""
        if self._counted is None:
            self._counted = self._summary()
        return self._counted

    def records_of(self, customer: str) -> CustomerRecords:
        """The records of a customer, and what bears on them."""
        return self._records(customer)

    def close_to(self, customer: str) -> Iterable[str]:
        """Customers whose names may be close."""
        found = self.connection.execute(
            "SELECT customer FROM customers WHERE abs(length(customer) - length(?)) <= ?"
            " ORDER BY levenshtein(lower(customer), lower(?)), customer LIMIT ?",
            [customer, max(1, int(len(customer) * 0.4)), customer, _CLOSE],
        )
        return [name for (name,) in found.fetchall()]

    def close(self) -> None:
        """Lets go of the database, and of the records on disk."""
        self.connection.close()
        self._closing()


def _figure(value: object) -> object:
    """A figure without the zeros that the type of its column adds; text where it has more digits than a type."""
    if isinstance(value, str):
        return Decimal(value)
    if isinstance(value, Decimal):
        return Decimal(decimal_text(value))
    return value
