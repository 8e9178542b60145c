"""Evaluating a group over a frame of Spark: the same statements as on DuckDB, or the evaluation in Spark's workers.

Nothing of pyspark is imported: what a frame can do is a Protocol.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from targetexpr.base.suggestions import suggest
from targetexpr.tables.clocks import EPOCH, microseconds
from targetexpr.tables.errors import MissingColumns, NotLowerable
from targetexpr.tables.mapping import ColumnNames, read_names
from targetexpr.tables.spark_table import SparkTable
from targetexpr.targets.model.envelope import build_group
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.progress.enrolment import Enrolment
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.progress.results import Reported
from targetexpr.targets.progress.tracker import RecordTracker, prepare
from targetexpr.targets.progress.windows import ReturnPolicy
from targetexpr.targets.reports.customer import customer_report
from targetexpr.targets.scale.columns import TABLES, Size, Sizes, arrow_type, kind_of, names_of
from targetexpr.targets.scale.evaluate import CustomerOfTable
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.part import Options, part_tracker, with_counts
from targetexpr.targets.scale.reading import member
from targetexpr.targets.scale.spark_engine import Frame, SparkRun, as_read, query
from targetexpr.targets.scale.spark_workers import (
    HEADS,
    PARTS,
    SUMS,
    EvaluatePart,
    Layout,
    PartSums,
    ReadHeads,
    ReadRows,
    answers,
    owners,
)

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema

SparkEngine: TypeAlias = Literal["auto", "sql", "partitions"]
"""How a frame is evaluated: by statements where they say everything exactly, else by parts of its customers."""

_SAMPLE_ROWS = 1_000
_CLOSE = 20
_KEY = "targetexpr_customer"


class SparkProgress:
    """What an evaluation of a frame found out. Made by `evaluate_spark`.

    `periods`, `contributions`, `levels`, `customers`, `unified`, `grants` and `reported` are frames with the columns of
    `Progress.tables()`, their rows in no order. `close`, or the end of a `with` block, lets go of what Spark holds.
    """

    def __init__(
        self, source: SparkSource, tables: Mapping[str, Any], now: datetime | None, counts: Reported, reason: str | None
    ) -> None:
        self._source = source
        self._now = now
        self.counts = counts
        """How many records counted nothing as they should: `later`, `not_enrolled`, `out_of_scope`,
        `outside_periods`; its `records` are in the frame `reported`."""
        self.engine = "sql" if reason is None else "partitions"
        """How it was worked out."""
        self.reason = reason
        """Why not by statements; None where it was."""
        self.periods = tables["periods"]
        self.contributions = tables["contributions"]
        self.levels = tables["levels"]
        self.customers = tables["customers"]
        self.unified = tables["unified"]
        self.grants = tables["grants"]
        self.reported = tables["reported"]

    @property
    def plan(self) -> EvaluationPlan:
        """The plan of the group."""
        return self._source.ready.plan

    @property
    def now(self) -> datetime | None:
        """The instant of the evaluation on the local clock; None without any record."""
        return None if self._now is None else self._now.astimezone(self.plan.zone)

    def customer(self, id: str) -> CustomerOfTable:
        """One customer as `evaluate` has it, with the story of each record. Reads that customer's records only.

        Raises KeyError for one who takes no part, with close names.
        """
        return self._source.customer(id, self._now)

    def close(self) -> None:
        """Lets go of what Spark holds."""
        for frame in self._source.held:
            frame.unpersist()

    def __enter__(self) -> SparkProgress:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def evaluate_spark(
    group: TargetGroup | Mapping[str, object],
    frame: object,
    *,
    engine: SparkEngine = "auto",
    timezone: str = "UTC",
    now: object = None,
    returns: ReturnPolicy | None = None,
    enrolment: Enrolment | None = None,
    schema: Schema | None = None,
    drop_unfinished: bool = True,
    columns: ColumnNames | None = None,
) -> SparkProgress:
    """Who would have earned what, over a frame of Spark: the answers of `evaluate`, as frames.

    The frame has the members of records as columns, `id`, `customerId`, `type`, `date`, and those of profiles,
    `currentTxn.value`; `columns` says what they are where their names do not. The other options are those of
    `evaluate`. What can be said exactly in SQL runs as statements of Spark, when rows are asked for; everything else
    runs in Spark's workers, which need targetexpr and pyarrow: the unchanged evaluation, each with all records of its
    customers. `reason` says why. With `engine="sql"` that is NotSql instead.

    Raises as `evaluate` does, MissingColumns for what the frame lacks, ValueError for options that do not exist.
    """
    if engine not in ("auto", "sql", "partitions"):
        raise ValueError(f'engine is "auto", "sql" or "partitions", not {engine!r}')
    options = Options(
        group=group if isinstance(group, TargetGroup) else build_group(group),
        timezone=timezone,
        now=now,
        returns=returns,
        enrolment=enrolment,
        schema=schema,
        drop_unfinished=drop_unfinished,
    )
    source = SparkSource(options, cast("Frame", frame), columns)
    reason = "It was asked for."
    if engine != "partitions":
        try:
            return _by_statements(source)
        except (NotSql, NotLowerable) as failure:
            source.let_go()
            reason = str(failure)
            if engine == "sql":
                raise NotSql([reason]) from None
    with source.letting_go():
        return _by_parts(source, reason)


class SparkSource:
    """A frame of records, how it is read, and what Spark holds of it."""

    def __init__(self, options: Options, frame: Frame, columns: ColumnNames | None) -> None:
        self.options = options
        self.ready = prepare(options.group, timezone=options.timezone, schema=options.schema)
        self.tracker = options.tracker(self.ready)
        self.enrolled = self.tracker.enrolled
        self.columns = columns
        self.given = frame
        self.frame = as_read(frame)
        self.held: list[Frame] = []
        self._layout: Layout | None = None

    @property
    def layout(self) -> Layout:
        """How rows become records."""
        if self._layout is None:
            names, profile = read_names(self.columns, None)
            sample = self.frame.limit(_SAMPLE_ROWS).toArrow()
            cells = tuple(zip(*(column.to_pylist() for column in sample.columns), strict=True))
            self._layout = Layout(headings=tuple(self.frame.columns), columns=names, profile=profile, sample=cells)
        return self._layout

    def records(self, table: Any) -> Iterator[Mapping[str, object]]:
        """A table of Arrow as records."""
        return self.layout.records(self.ready, self.options, table.to_batches())

    def numbered(self) -> Frame:
        """The frame with names that Spark's workers take, and the customer of each row as a string."""
        cells = [f"{_quoted(name)} AS c{place}" for place, name in enumerate(self.frame.columns)]
        return self.frame.selectExpr(*cells, f"{self.text('customerId')} AS {_KEY}")

    def text(self, name: str) -> str:
        """A member of records as a string, as SQL."""
        table = SparkTable(self.frame, self.columns)
        column = member(table.map, name)
        if column is None:
            raise MissingColumns([(name, suggest(name, table.map.types))])
        return f"CAST({table.words(self.ready.plan.zone).cell(column)} AS STRING)"

    def hold(self, frame: Frame) -> Frame:
        """Has Spark hold a frame once it was worked out."""
        made = frame.persist()
        self.held.append(made)
        return made

    def let_go(self) -> None:
        """Lets go of everything that is held."""
        for frame in self.held:
            frame.unpersist()
        self.held.clear()

    @contextmanager
    def letting_go(self) -> Iterator[None]:
        """Lets go of everything when something fails."""
        try:
            yield
        except BaseException:
            self.let_go()
            raise

    def with_ids(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        """All records with some ids."""
        few = self.frame.sparkSession.createDataFrame([(one,) for one in ids], "wanted STRING")
        asked = f"SELECT * FROM source WHERE {self.text('id')} IN (SELECT wanted FROM few)"
        return self.records(query(asked, {"source": self.frame, "few": few}).toArrow())

    def customer(self, id: str, now: datetime | None) -> CustomerOfTable:
        """One customer, evaluated alone with whoever has a record of the same ids."""
        own = list(self.records(self.frame.where(f"{self.text('customerId')} = {_string(id)}").toArrow()))
        ids = {str(one["id"]) for one in own if isinstance(one.get("id"), str | int)}
        rivals = [one for one in self.with_ids(sorted(ids)) if str(one.get("customerId")) != id] if ids else []
        part = None if self.enrolled is None else {id: self.enrolled[id]} if id in self.enrolled else {}
        tracker = part_tracker(self.options, self.ready, now, part)
        for record in (*own, *rivals):
            tracker.add(record)
        whole = tracker.result()
        if id not in whole.customers:
            close = suggest(id, self._close_to(id))
            hint = f"; did you mean {', '.join(close)}?" if close else ""
            raise KeyError(f"customer {id!r} takes no part: no records, or not enrolled{hint}")
        told = tuple(one for one in whole.reported.records if one.record in ids)
        reported = Reported(records=told, later=whole.reported.later, out_of_scope=whole.reported.out_of_scope,
                            outside_periods=whole.reported.outside_periods)  # fmt: skip
        mine = replace(whole, customers={id: whole.customers[id]}, reported=reported)
        return CustomerOfTable(
            plan=mine.plan,
            now=mine.now,
            customers=mine.customers,
            reported=reported,
            story=customer_report(tracker, mine, own, id),
        )

    def _close_to(self, customer: str) -> list[str]:
        """Customers with records whose names may be close to one that is not there."""
        name = _string(customer)
        asked = (
            f"SELECT customer FROM (SELECT DISTINCT {self.text('customerId')} AS customer FROM source) c"
            f" WHERE abs(length(customer) - length({name})) <= {max(1, int(len(customer) * 0.4))}"
            f" ORDER BY levenshtein(lower(customer), lower({name})), customer LIMIT {_CLOSE}"
        )
        return [str(row[0]) for row in query(asked, {"source": self.frame}).collect()]


# ---- statements


def _by_statements(source: SparkSource) -> SparkProgress:
    """Raises NotSql, NotLowerable."""
    tracker = source.options.tracker(source.ready)  # odd rows are given to it
    run = SparkRun(source.frame, tracker, source.records, source.columns)
    try:
        found = run.result(None)
    finally:
        source.held += run.held
    tables = {
        name: run.frames[name].selectExpr(*map(_quoted, names_of(name))) if name in run.frames else _empty(source, name)
        for name in TABLES
    }
    counted = found.counts
    counts = Reported(
        later=counted["later"],
        not_enrolled=counted["not_enrolled"],
        out_of_scope=counted["out_of_scope"],
        outside_periods=counted["outside_periods"],
    )
    return SparkProgress(source, tables, found.now, counts, None)


# ---- parts of the customers


def _by_parts(source: SparkSource, reason: str) -> SparkProgress:
    options, layout = source.options.bare(), source.layout
    rows = source.numbered()
    names = [f"c{place}" for place in range(len(layout.headings))]
    heads = source.hold(rows.selectExpr(*names).mapInArrow(ReadHeads(options, layout), HEADS))
    limit = source.tracker.limit
    latest = heads.selectExpr("max(instant)").first()
    assert latest is not None  # a maximum is a row
    last = EPOCH + timedelta(microseconds=cast("int", latest[0])) if latest[0] is not None else None
    now = limit if limit is not None else last
    work = EvaluatePart(options, layout, now, source.enrolled, _crossing(source, heads, now))
    parts = source.hold(rows.repartition(_KEY).selectExpr(*names).mapInArrow(work, PARTS))
    counts, sizes = Reported(), dict[str, Sizes]()
    for (content,) in parts.where(f"kind = '{SUMS}'").selectExpr("content").collect():
        sums: PartSums = pickle.loads(bytes(cast("bytes", content)))
        counts = with_counts(counts, sums.reported)
        for table, mine in sums.sizes.items():
            for column, size in mine.items():
                sizes.setdefault(table, {}).setdefault(column, Size()).join(size)
    absent = _absent(source, heads, now)
    if absent is not None:
        parts = parts.union(source.frame.sparkSession.createDataFrame(absent[0], PARTS))
        for table, mine in absent[1].items():
            for column, size in mine.items():
                sizes.setdefault(table, {}).setdefault(column, Size()).join(size)
    tables = {}
    for name in TABLES:
        content = parts.where(f"kind = '{name}'").selectExpr("content")
        made = content.mapInArrow(ReadRows(name, sizes.get(name, {})), _schema(source, name, sizes.get(name, {})))
        tables[name] = made.selectExpr(*map(_quoted, names_of(name)))
    return SparkProgress(source, tables, now, counts, reason)


def _crossing(source: SparkSource, heads: Frame, now: datetime | None) -> dict[str, str]:
    """Ids that came for several customers, each with the customer whose record counts."""
    until = "TRUE" if now is None else f"instant <= {microseconds(now)}"
    asked = (
        f"SELECT id, customer, min(instant) AS instant FROM heads WHERE {until} AND id IN (SELECT id FROM heads"
        f" WHERE {until} GROUP BY id HAVING min(customer) <> max(customer)) GROUP BY id, customer"
    )
    rows = query(asked, {"heads": heads}).collect()
    candidates = cast("list[tuple[str, str, int]]", [tuple(row) for row in rows])
    if not candidates:
        return {}
    first: dict[str, list[int]] = {}
    for name, _, instant in candidates:
        first.setdefault(name, []).append(instant)
    tied = {name: min(instants) for name, instants in first.items() if instants.count(min(instants)) > 1}
    records: dict[str, list[Mapping[str, object]]] = {}
    for record in source.with_ids(sorted(tied)) if tied else ():
        records.setdefault(str(record.get("id")), []).append(record)
    return owners(part_tracker(source.options, source.ready, now, {}), candidates, records, tied)


def _absent(
    source: SparkSource, heads: Frame, now: datetime | None
) -> tuple[list[tuple[str, bytes]], dict[str, Sizes]] | None:
    """The answers for those who are enrolled and have no record at all; None where there are none."""
    if source.enrolled is None:
        return None
    there = {row[0] for row in heads.selectExpr("customer").collect()}
    absent = {name: part for name, part in source.enrolled.items() if name not in there}
    if not absent:
        return None
    tracker: RecordTracker = part_tracker(source.options, source.ready, now, absent)
    found = [
        (batch.column("kind")[0].as_py(), batch.column("content")[0].as_py())
        for batch in answers(tracker.result(), source.ready)
    ]
    (sums,) = (pickle.loads(content) for kind, content in found if kind == SUMS)
    return [(kind, bytearray(content)) for kind, content in found if kind != SUMS], sums.sizes  # type: ignore[misc]


def _schema(source: SparkSource, table: str, sizes: Sizes) -> str:
    """The columns of a table of parts, with the place of each row among its customer's."""
    import pyarrow as pa  # type: ignore[import-untyped]

    found = []
    for name in names_of(table):
        size = sizes.get(name)
        type_ = arrow_type(name, source.ready.plan)
        if kind_of(name) == "figure" and size is not None and size.fits:
            spelled = f"DECIMAL(38, {size.places})"
        elif pa.types.is_date(type_):
            spelled = "DATE"
        elif pa.types.is_timestamp(type_):
            spelled = "TIMESTAMP"
        elif pa.types.is_boolean(type_):
            spelled = "BOOLEAN"
        else:
            spelled = "BIGINT" if pa.types.is_integer(type_) else "STRING"
        found.append(f"{_quoted(name)} {spelled}")
    return ", ".join([*found, "place BIGINT"])


def _empty(source: SparkSource, table: str) -> Frame:
    """A table without rows."""
    made = source.frame.sparkSession.createDataFrame([], _schema(source, table, {}))
    return made.selectExpr(*map(_quoted, names_of(table)))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
