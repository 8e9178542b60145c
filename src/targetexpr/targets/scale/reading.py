"""A table as an evaluation reads it: the head of each record, what it brings to each target, and what is left open.

Everything is SQL over the columns of the table, in the words of one engine. What columns do not tell exactly (values
that do not fit, doubts of a lowered rule, a negative figure on a return) makes a row an odd one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from targetexpr.base.suggestions import suggest
from targetexpr.tables.columns import LARGEST_GRID, Column
from targetexpr.tables.errors import MissingColumns, NotLowerable
from targetexpr.tables.facts import KnownColumns
from targetexpr.tables.invalid_values import InvalidTests
from targetexpr.tables.lowering import Lowering
from targetexpr.tables.mapping import ProfileMap
from targetexpr.tables.rows import profiles_of
from targetexpr.tables.sql_facts import SqlFacts
from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.tables.uses import Use, uses
from targetexpr.targets.model.events import RETURN_BILL, TRANSACTION_ADD
from targetexpr.targets.progress.contribution import TargetEvaluator
from targetexpr.targets.progress.exact import EXACT
from targetexpr.targets.progress.plan import TargetPlan
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.measures import (
    LARGEST,
    MOST_SCALE,
    Measure,
    figure,
    invalid,
    measure_of,
    names_of,
    scale_of,
)
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.staged_members import ASIDE


def member(table: ProfileMap, name: str) -> Column | None:
    """The column of a record's own member, without facts."""
    for column, meant in table.columns.items():
        if name in meant:
            return Column(path=(column,), type=table.types[column])
    return Column(path=(name,), type=table.types[name]) if name in table.types else None


_IDS = frozenset(("text", "int"))
_NUMBERS = frozenset(("int", "decimal", "float", "text", "null"))
_DATES = frozenset(("instant", "naive", "day", "int", "text"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every record has, as SQL."""

    id: str
    customer: str
    type: str
    at: str  # in UTC
    date: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetReading:
    """What records bring to a target, as SQL."""

    event: str
    scope: str | None  # whether a record comes from one of the listed places; None where it may come from anywhere
    passes: str  # the rule: true, false or null
    brought: str  # the figure of a record, null without one
    returned: str | None  # the figure that a return states; None where returns lower nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A table as an evaluation reads it, as SQL."""

    head: Head
    unreadable: str  # no record at all
    odd: str | None  # left to the evaluator; None where no row is
    return_of: str  # the bill that a return names, null where it names none
    worth: str  # the value of a bill or a return, in steps
    targets: tuple[TargetReading, ...]
    positive: bool  # whether all that is to be reached is above zero
    scale: int  # digits after the point of all figures
    largest: float  # a bound of any figure, in steps


def head_of(table: ProfileMap, words: SqlVocabulary) -> Head:
    """The head of records. Raises MissingColumns, and NotSql for columns of other types than it has."""
    found = {name: member(table, name) for name in ("id", "customerId", "type", "date")}
    missing = [name for name, column in found.items() if column is None]
    if missing:
        raise MissingColumns((name, suggest(name, table.types)) for name in missing)
    columns = {name: column for name, column in found.items() if column is not None}
    for name, kinds in (("id", _IDS), ("customerId", _IDS), ("type", frozenset(("text",))), ("date", _DATES)):
        if columns[name].kind not in kinds:
            raise NotSql([f"The column of `{name}` holds {_HOLDS[columns[name].kind]}."])
    try:
        at = words.instant(columns["date"])
    except NotLowerable as error:
        raise NotSql([f"`date`: {error.reason}."]) from None
    return Head(
        id=words.string(columns["id"]),
        customer=words.string(columns["customerId"]),
        type=words.string(columns["type"]),
        at=at,
        date=columns["date"],
    )


_HOLDS = {
    "int": "whole numbers",
    "float": "floats",
    "decimal": "decimals",
    "text": "strings",
    "boolean": "booleans",
    "instant": "times",
    "naive": "times",
    "day": "dates",
    "list": "lists",
    "map": "maps",
    "struct": "structs",
    "null": "nothing but nulls",
    "mixed": "values of several kinds",
}


class TableReader:
    """Finds out how an evaluation reads a table. Raises MissingColumns for what the table lacks."""

    def __init__(self, tracker: RecordTracker, table: ProfileMap, words: SqlVocabulary) -> None:
        self.tracker = tracker
        self.table = table
        self.words = words
        self.zone = tracker.plan.zone
        self.programs = [evaluator.rule._program for evaluator in tracker.evaluators]
        for program in self.programs:
            table.check(program)
        self.head = head_of(table, words)
        self.measures = [self._measure(target) for target in tracker.plan.targets]
        self.stated = [measure_of(target, "returnBill", table) for target in tracker.plan.targets]
        values = {name: table.named(f"{name}.value") for name in ("currentTxn", "returnBill")}
        self.values = {name: column for name, column in values.items() if column is not None}

    def _measure(self, target: TargetPlan) -> Measure:
        found = measure_of(target, "currentTxn", self.table)
        if found.kind == "nothing":
            name = names_of(target, "currentTxn")[0]
            raise MissingColumns([(name, suggest(name, self.table.types))])
        return found

    @property
    def needed(self) -> list[tuple[Column, Use]]:
        """The columns of which facts are needed."""
        found: list[tuple[Column, Use]] = [(self.head.date, "date")]
        for program in self.programs:
            named = ((self.table.named(name), use) for name, use in uses(program))
            found += [(column, use) for column, use in named if column is not None]
        numbers = [column for measure in (*self.measures, *self.stated) for column in measure.numbers]
        found += [(column, "added") for column in (*numbers, *self.values.values())]
        return list({(column.key, use): (column, use) for column, use in found}.values())

    def reading(self, facts: SqlFacts, *, returns: bool) -> Reading:
        """The table, once the facts of the columns that are `needed` are known; `returns` says whether it has some.

        Raises NotSql where figures or rules have no exact form.
        """
        words, head = self.words, self.head
        measures = [self._known(measure, facts) for measure in self.measures]
        stated = [self._known(measure, facts) for measure in self.stated] if returns else []
        values = {name: facts.of(column, "added") for name, column in self.values.items()} if returns else {}
        scale, largest = self._grid([*measures, *stated], values.values())
        targets = []
        odd: list[str] = []
        for place, evaluator in enumerate(self.tracker.evaluators):
            target = evaluator.target
            passes, doubts = self._rule(evaluator, facts)
            scope, misplaced = self._scope(target)
            doubts += [*misplaced, *self._unfit(measures[place])]
            if doubts:
                odd.append(f"({head.type} = {words.text(target.event)} AND {words.any(doubts)})")
            lowered = bool(stated) and target.takes_returns and self.tracker.policy != "IGNORE"
            if lowered and target.accumulation != "sum":
                raise NotSql([f"`{target.name}` counts days, and there are returns."])
            targets.append(
                TargetReading(
                    event=target.event,
                    scope=scope,
                    passes=passes,
                    brought=figure(words, measures[place], scale),
                    returned=figure(words, stated[place], scale) if lowered else None,
                )
            )
        aside = member(self.table, ASIDE)
        if aside is not None:
            odd.append(words.cell(aside))
        if returns:
            lowered_by = [stated[place] for place, one in enumerate(targets) if one.returned is not None]
            odd += self._odd_returns(lowered_by, values, scale)
        date = facts.of(head.date, None)
        unreadable = [f"coalesce({text}, '') = ''" for text in (head.id, head.customer, head.type)]
        unreadable.append(f"{head.at} IS NULL")
        if not date.date.certain:
            unreadable.append(f"coalesce({words.is_uncertain(date, clock=True)}, TRUE)")
        return_of = member(self.table, "returnOf")
        return Reading(
            head=head,
            unreadable=words.any(unreadable),
            odd=words.any([words.known(one) for one in odd]) if odd else None,
            return_of=words.null_text() if return_of is None else words.string(return_of),
            worth=self._worth(values, scale),
            targets=tuple(targets),
            positive=all(value > 0 for value in self._goals()),
            scale=scale,
            largest=largest,
        )

    def _known(self, measure: Measure, facts: SqlFacts) -> Measure:
        used: Use | None = "added" if measure.numbers else None
        return replace(measure, columns=tuple(facts.of(column, used) for column in measure.columns))

    def _grid(self, measures: Iterable[Measure], values: Iterable[Column]) -> tuple[int, float]:
        """The grid of all figures, and the largest of them in its steps."""
        numbers = [measure.numbers for measure in measures]
        columns = {column.key: column for one in (*numbers, tuple(values)) for column in one}
        scales = [0]
        for column in columns.values():
            mine = scale_of(column)
            if column.kind not in _NUMBERS:
                raise NotSql([f"The column of `{'.'.join(column.path)}` holds {_HOLDS[column.kind]}."])
            if column.kind == "text":
                raise NotSql([f"The numbers of `{'.'.join(column.path)}` are written as strings."])
            if mine is None:
                raise NotSql([f"The values of `{'.'.join(column.path)}` are on no decimal grid."])
            if column.kind == "float" and not column.number.bound * 10.0**mine < LARGEST_GRID:
                raise NotSql(
                    [f"The values of `{'.'.join(column.path)}` are too large to be told from their neighbours."]
                )
            scales.append(mine)
        goals = list(self._goals())
        for value in goals:
            exponent = value.normalize(EXACT).as_tuple().exponent
            assert isinstance(exponent, int)  # values are finite
            scales.append(max(-exponent, 0))
        scale = max(scales)
        bounds = [sum(column.number.bound if column.kind != "null" else 0.0 for column in one) for one in numbers]
        bounds += [1.0, *(columns[key].number.bound for key in columns if columns[key].kind != "null")]
        bounds += [float(abs(value)) for value in goals]
        largest = max(bounds) * 10.0**scale
        if scale > MOST_SCALE or not largest < LARGEST:
            raise NotSql([f"Figures of up to {max(bounds):g} with {scale} decimals do not fit 64 bits."])
        return scale, largest

    def _goals(self) -> Iterator[Decimal]:
        """All values that are to be reached."""
        plan = self.tracker.plan
        for target in plan.targets:
            yield from target.values
        if plan.overall is not None:
            yield plan.overall
        for part in (self.tracker.enrolled or {}).values():
            for values in part.values.values():
                yield from (value for value in values if value is not None)

    def _rule(self, evaluator: TargetEvaluator, facts: SqlFacts) -> tuple[str, list[str]]:
        """The verdict of a rule, and in which rows it is left to the rule itself."""
        program, words = evaluator.rule._program, self.words
        known = KnownColumns(self.table, facts, program)
        try:
            lowered = Lowering(program, words, known, self.zone).rule()
        except NotLowerable as error:
            raise NotSql([f"The rule of `{evaluator.target.name}` has no form in columns: {error.reason}."]) from None
        written = [
            name
            for name, _ in uses(program)
            if (column := self.table.named(name)) is not None and column.kind == "text"
        ]
        if written:
            raise NotSql([f"What is in `{written[0]}` is written as strings."])
        doubts = [] if lowered.doubt is None else [lowered.doubt]
        doubts += [f"{test.count} > 0" for test in InvalidTests(program, words, known, self.zone).tests()]
        for profile in profiles_of(program):
            absent = known.absent(profile)
            if absent is not None:
                doubts.append(words.is_missing(absent))
        return lowered.verdict, doubts

    def _scope(self, target: TargetPlan) -> tuple[str | None, list[str]]:
        """Whether a record comes from one of the listed places, and what does not say where it comes from."""
        words, tests, misplaced = self.words, [], []
        if not target.filtered:
            return None, []
        store = member(self.table, "storeId") if target.stores else None
        if store is not None:
            if store.kind not in (*_IDS, "null"):
                misplaced.append(words.negation(words.is_missing(store)))
            tests.append(words.known(words.one_of(words.string(store), sorted(target.stores))))
        for name, wanted in (("zoneIds", target.zones), ("conceptIds", target.concepts)):
            column = member(self.table, name) if wanted else None
            if column is None or column.kind == "null":
                continue
            item = column.type.item
            if column.kind != "list" or item is None or item.kind not in _IDS:
                raise NotSql([f"The column of `{name}` holds {_HOLDS[column.kind]}, not lists of ids."])
            inside = words.one_of(f"CAST(i AS {words.dialect.string_type})", sorted(wanted))
            tests.append(f"coalesce({words.dialect.any.format(words.cell(column), inside)}, FALSE)")
        return words.any(tests) if tests else "FALSE", misplaced

    def _unfit(self, measure: Measure) -> list[str]:
        """In which rows a measure is read by the evaluator."""
        words = self.words
        tests = [test for column in measure.numbers if (test := invalid(words, column)) is not None]
        absent = None if measure.profile is None else self._absent(measure.profile, measure.columns)
        tests += [] if absent is None else [absent]
        if measure.currency is not None and measure.currency[0].kind not in (*_IDS, "null"):
            tests.append(words.negation(words.is_missing(measure.currency[0])))
        quantity = f"{measure.profile}.totalQty"
        lines = self.table.named(f"{measure.profile}.lineItems")
        if (
            lines is not None
            and measure.numbers
            and self.table.named(quantity) in [_plain(one) for one in measure.numbers]
        ):
            tests.append(f"({words.is_missing(measure.numbers[0])} AND NOT {words.is_missing(lines)})")
        return tests

    def _absent(self, profile: str, columns: Iterable[Column]) -> str | None:
        """In which rows a profile is missing that the columns are of; none where it has columns of its own."""
        struct = self.table.types.get(profile)
        if struct is not None and struct.kind == "struct" and all(column.path[0] == profile for column in columns):
            return self.words.is_missing(Column(path=(profile,), type=struct))
        there = any(name.startswith(f"{profile}.") for name in self._names())
        return None if struct is not None or there or self.table.profile == profile else "TRUE"

    def _names(self) -> Iterator[str]:
        yield from self.table.types
        for names in self.table.columns.values():
            yield from names

    def _odd_returns(self, stated: list[Measure], values: dict[str, Column], scale: int) -> Iterator[str]:
        """Which returns and bills are left to the evaluator when returns lower targets; `stated` are their figures."""
        words, head = self.words, self.head
        is_return = f"{head.type} = {words.text(RETURN_BILL)}"
        return_of = member(self.table, "returnOf")
        if return_of is not None:
            text = words.string(return_of)
            unfit = f"{text} = ''" if return_of.kind in _IDS else words.negation(words.is_missing(return_of))
            yield f"({is_return} AND {unfit})"
        if not stated:
            return
        tests = [test for measure in stated for test in self._unfit(measure)]
        for measure in stated:
            if any(column.number.negative and column.kind != "null" for column in measure.numbers):
                tests.append(f"{figure(words, measure, scale)} < 0")
        value = values.get("returnBill")
        if value is not None:
            tests.append(invalid(words, value) or "FALSE")
            if value.number.negative:
                tests.append(f"{words.double(value)} < 0")
        tests.append(self._absent("returnBill", () if value is None else (value,)) or "FALSE")
        lines = self.table.named("returnBill.lineItems")
        if lines is not None:
            tests.append(words.negation(words.is_missing(lines)))
        yield f"({is_return} AND {words.any(tests)})"
        bill = values.get("currentTxn")
        tests = [] if bill is None else [invalid(words, bill) or "FALSE"]
        lines = self.table.named("currentTxn.lineItems")
        if lines is not None:
            unsaid = "TRUE" if bill is None else words.is_missing(bill)
            tests.append(f"({unsaid} AND NOT {words.is_missing(lines)})")
        if tests:
            yield f"({head.type} = {words.text(TRANSACTION_ADD)} AND {words.any(tests)})"

    def _worth(self, values: dict[str, Column], scale: int) -> str:
        """The value of a bill, or of a return."""
        words = self.words
        cases = [
            f"WHEN {self.head.type} = {words.text(kind)} THEN"
            f" {figure(words, Measure(kind='sum', columns=(values[profile],)), scale)}"
            for kind, profile in ((TRANSACTION_ADD, "currentTxn"), (RETURN_BILL, "returnBill"))
            if profile in values
        ]
        return f"(CASE {' '.join(cases)} END)" if cases else "CAST(NULL AS BIGINT)"


def _plain(column: Column) -> Column:
    return Column(path=column.path, type=column.type, entry=column.entry)
