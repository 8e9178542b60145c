"""An evaluation in SQL, whatever the engine: what has to be known of the table, the odd rows, then the statements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from targetexpr.tables.clocks import EPOCH
from targetexpr.tables.columns import Column
from targetexpr.tables.mapping import ProfileMap
from targetexpr.tables.sql_facts import SqlFacts
from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.tables.uses import Use
from targetexpr.targets.model.events import RETURN_BILL
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.calendars import MOST_DAYS, offsets
from targetexpr.targets.scale.fitting import group_reasons
from targetexpr.targets.scale.ledger_sql import ledger_statements, window_statements
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.odd_rows import MOST, OddRows, read_odd_rows
from targetexpr.targets.scale.outcome_sql import counts_query, outcome_statements
from targetexpr.targets.scale.reading import Reading, TableReader
from targetexpr.targets.scale.records_sql import number_of_records, record_statements
from targetexpr.targets.scale.returns_sql import return_statements
from targetexpr.targets.scale.small_tables import part_of, small_tables
from targetexpr.targets.scale.statements import Evaluation, Found, Statement
from targetexpr.targets.scale.streaks_sql import streak_statements
from targetexpr.targets.scale.unified_sql import unified_statements

ROWS = "rows_as_read"
"""The name of the table that is evaluated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlProgress:
    """What was found out, beside the tables of the outcome: records that count nothing as they should, and now."""

    counts: Mapping[str, int]  # later, not_enrolled, out_of_scope, outside_periods
    now: datetime | None  # in UTC


class FirstQuestions:
    """Questions about all rows that are asked with the first about columns: one pass over the table is enough."""

    def __init__(self, questions: Mapping[str, str]) -> None:
        self._left = questions
        self.answers: dict[str, object] = {}

    def ask(
        self, questions: Mapping[str, str], ask: Callable[[Mapping[str, str]], Mapping[str, object]]
    ) -> Mapping[str, object]:
        """The answers to questions, asked with what is left of those."""
        more, self._left = self._left, {}
        found = ask({**questions, **more})
        self.answers |= {name: found[name] for name in more}
        return found


class SqlRun(ABC):
    """One evaluation. An engine says how it asks and how it keeps; a relation has the same name in all of them."""

    def __init__(self, tracker: RecordTracker, table: ProfileMap, words: SqlVocabulary) -> None:
        reasons = group_reasons(tracker)
        if reasons:
            raise NotSql(reasons)
        self.tracker = tracker
        self.words = words
        self.reader = TableReader(tracker, table, words)

    @abstractmethod
    def learn(self, needed: Sequence[tuple[Column, Use]], first: FirstQuestions) -> SqlFacts:
        """Finds out the facts that are needed, and asks the first questions."""

    @abstractmethod
    def one(self, query: str) -> tuple[object, ...]:
        """The only row of a query."""

    @abstractmethod
    def write(self, name: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """A table of a few rows; types are named as DuckDB has them, and times have no zone."""

    @abstractmethod
    def fill(self, statement: Statement) -> None:
        """What a statement says becomes a relation of its name."""

    @abstractmethod
    def records(self, where: str) -> Iterable[Mapping[str, object]]:
        """The rows of the table for which a test holds, as records."""

    def result(self, between: Callable[[str], None] | None) -> SqlProgress:
        """Runs everything."""
        seen, reading = self._look()
        odd = self._odd(seen, reading)
        seen = self.with_odd(seen, odd)
        evaluation = self._evaluation(seen, reading, odd)
        for table in small_tables(evaluation, self.span, self.tracker.enrolled, odd):
            self.write(table.name, table.columns, table.rows)
        for statement in _statements(evaluation, ROWS):
            if between is not None:
                between(statement.name)
            self.fill(statement)
        records, scope, outside = cast("tuple[int, int, int]", self.one(counts_query(evaluation)))
        others = 0
        if evaluation.part.enrolled:
            others = cast("tuple[int]", self.one(number_of_records(evaluation, ROWS)))[0] - records
        counts = {"later": seen.later, "not_enrolled": others, "out_of_scope": scope, "outside_periods": outside}
        return SqlProgress(counts=counts, now=evaluation.found.now)

    # ---- what has to be known

    def _look(self) -> tuple[Seen, Reading]:
        """Facts about columns and about the table as a whole, in one pass where the data is clean."""
        asked = FirstQuestions(self._questions())
        facts = self.learn(self.reader.needed, asked)
        answers = asked.answers
        returns = answers["returns"] != 0
        reading = self.reader.reading(facts, returns=returns)
        if self.reader.head.date.kind == "text" and answers["unreadable"] != answers["headless"]:
            raise NotSql(["Some dates are written in other ways than ISO 8601."])
        certain = facts.of(self.reader.head.date, None).date.certain
        if not certain or answers["unreadable"]:  # the dates of records alone count
            again = ", ".join(f"{self._questions()[name]} AS c_{name}" for name in ("first", "last", "later"))
            found = self.one(f"SELECT {again} FROM {ROWS} WHERE NOT {reading.unreadable}")
            answers |= dict(zip(("first", "last", "later"), found, strict=True))
        seen = Seen(
            rows=cast("int", answers["rows"]),
            returns=returns,
            digits=answers["digits"] is True,
            repeated=answers["ids"] != answers["rows"],
            later=cast("int", answers["later"]),
            unreadable=answers["unreadable"] != 0 or not certain,
            first=_instant(answers["first"]),
            last=_instant(answers["last"]),
        )
        return seen, reading

    def _questions(self) -> dict[str, str]:
        head, words = self.reader.head, self.words
        micros = words.dialect.micros.format(head.at)
        limit = self.tracker.limit
        later = "FALSE" if limit is None else f"{head.at} > {words.moment(limit)}"
        digest = "hash" if words.dialect.name == "duckdb" else "xxhash64"  # of 64 bits, both
        texts = " OR ".join(f"coalesce({text}, '') = ''" for text in (head.id, head.customer, head.type))
        asked = {
            "rows": "count(*)",
            "ids": f"count(DISTINCT {digest}({head.id}))",
            "digits": f"bool_or({head.id} >= '0' AND {head.id} < ':')",
            "returns": f"count(*) FILTER (WHERE {head.type} = {words.text(RETURN_BILL)})",
            "later": f"count(*) FILTER (WHERE {later} AND NOT ({texts}))",
            "unreadable": f"count(*) FILTER (WHERE {texts} OR {head.at} IS NULL)",
            "first": f"min({micros})",
            "last": f"max({micros})",
        }
        if head.date.kind == "text":
            asked["headless"] = f"count(*) FILTER (WHERE {texts} OR {words.is_missing(head.date)})"
        return asked

    # ---- odd rows

    def _odd(self, seen: Seen, reading: Reading) -> OddRows | None:
        """What the evaluator makes of rows that columns do not tell; None where there are none."""
        tests = [reading.unreadable] if seen.unreadable else []
        taken = [] if reading.odd is None else [reading.odd]
        counts = [f"NOT {reading.unreadable}"] if seen.unreadable else []
        if seen.later and self.tracker.limit is not None:
            counts.append(f"{reading.head.at} <= {self.words.moment(self.tracker.limit)}")
        if seen.repeated:
            where = " AND ".join(counts) or "TRUE"
            ids = f"SELECT {reading.head.id} AS id FROM {ROWS} WHERE {where}"
            query = f"SELECT id FROM ({ids}) i GROUP BY id HAVING count(*) > 1"
            self.fill(Statement("repeated", query))
            taken.append(f"{reading.head.id} IN (SELECT id FROM repeated)")
        if taken:
            tests.append(" AND ".join([*counts, self.words.any(taken)]))
        if not tests:
            return None
        where = " OR ".join(f"({test})" for test in tests)
        (number,) = cast("tuple[int]", self.one(f"SELECT count(*) FROM {ROWS} WHERE {where}"))
        if number > MOST:
            raise NotSql([f"{number:,} records have to be read one by one."])
        if not number:
            return None
        lowered = [place for place, one in enumerate(reading.targets) if one.returned is not None]
        return read_odd_rows(self.tracker, self.records(where), reading.scale, lowered)

    def with_odd(self, seen: Seen, odd: OddRows | None) -> Seen:
        """What was seen, with the dates of rows that the evaluator read: some only it can tell."""
        if odd is None:
            return seen
        instants = [entry.at for _, entry in self.tracker.entries]
        first, last = ([one for one in (mine, *instants) if one is not None] for mine in (seen.first, seen.last))
        return replace(
            seen, first=min(first, default=None), last=max(last, default=None), later=seen.later + self.tracker.later
        )

    # ---- statements

    def _evaluation(self, seen: Seen, reading: Reading, odd: OddRows | None) -> Evaluation:
        limit, plan = self.tracker.limit, self.tracker.plan
        first, last = seen.first or limit or EPOCH, seen.last or limit or EPOCH
        if (last - first).days > MOST_DAYS or first.year < 2 or last.year > 9998:
            raise NotSql([f"The records lie between {first.date()} and {last.date()}."])
        found = Found(
            rows=seen.rows,
            returns=seen.returns,
            digits=seen.digits,
            odd=odd is not None,
            later=seen.later != 0,
            unreadable=seen.unreadable,
            repeated=seen.repeated,
            now=limit or seen.last,
        )
        self.span = first.date() - timedelta(days=2), last.date() + timedelta(days=2)
        return Evaluation(
            plan=plan,
            policy=self.tracker.policy,
            drop_unfinished=self.tracker.drop_unfinished,
            reading=reading,
            found=found,
            clock=offsets(plan.zone, first, last),
            words=self.words,
            part=part_of(plan, self.tracker.enrolled),
        )


def _statements(evaluation: Evaluation, table: str) -> Iterable[Statement]:
    """All statements, in their order."""
    yield from record_statements(evaluation, table)
    yield from window_statements(evaluation)
    yield from return_statements(evaluation)
    yield from ledger_statements(evaluation)
    yield from streak_statements(evaluation)
    yield from unified_statements(evaluation)
    yield from outcome_statements(evaluation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of a table."""

    rows: int
    returns: bool
    digits: bool
    repeated: bool
    later: int
    unreadable: bool
    first: datetime | None
    last: datetime | None


def _instant(micros: object) -> datetime | None:
    return EPOCH + timedelta(microseconds=micros) if isinstance(micros, int) else None
