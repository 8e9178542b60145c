"""The totals of a backtest while it runs, and how records are added to them, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from targetexpr.backtesting.conditions import Against, Conditions, Truth
from targetexpr.backtesting.result import OUTCOMES, Backtest, Condition, Counts, Outcome, Sample
from targetexpr.backtesting.sampling import Sampler
from targetexpr.checking.result import Read
from targetexpr.rule import Rule, compile_in
from targetexpr.running.coercion import DataError, local
from targetexpr.running.context import ContextReader
from targetexpr.syntax.printer import to_text

if TYPE_CHECKING:
    from targetexpr.records.record import Record

MONTH, STORE = "month", "store"
PLACES = {MONTH: ("date", "currentTxn.date"), STORE: ("storeId", "currentStore.code")}
"""Where the month and the store of a record stand: the first that it has."""

_BATCH = 4_096  # records whose conditions are looked at together

Context = Mapping[str, object]


class _Pending(NamedTuple):
    """A sample, made when all is done: others may take its place until then."""

    outcome: Outcome
    make: Callable[[], Sample]


class Totals:
    """What a backtest has come to. `by` is "month", "store", a member of records, or a field as rules name it."""

    def __init__(self, rule: Rule, *, by: str | None = None, sample: int = 0, seed: int = 0) -> None:
        self.rule = rule
        self.by = by
        self.program = rule._program
        self.zone = rule._reader.zone
        self.conditions = Conditions(self.program)
        self.lenient = ContextReader(self.zone, lenient=True)
        environment = replace(rule._environment, on_error="null", expect=None)
        nodes = [self.program.nodes[index] for index in self.conditions.indices]
        self.texts = [
            f"!({text})" if negated else text
            for text, negated in zip(map(to_text, nodes), self.conditions.negated, strict=True)
        ]
        self._tests = [compile_in(node, environment).evaluate for node in nodes]
        self.done = 0
        self.by_records = 0  # of them, those that were added one after the other
        self._groups: dict[str | None, list[int]] = {}
        self._why = [[0, 0, 0] for _ in nodes]
        self._samplers = {outcome: Sampler(sample, seed) for outcome in OUTCOMES}
        self._samples: dict[tuple[Outcome, int], _Pending] = {}
        self._waiting: list[tuple[object, ...]] = []

    # ---- what both records and tables add

    def count(self, group: str | None, outcome: Outcome, number: int = 1) -> None:
        """Counts records of one group and outcome."""
        self._groups.setdefault(group, [0, 0, 0, 0])[OUTCOMES.index(outcome)] += number
        self.done += number

    def why(self, found: Sequence[Against[int]]) -> None:
        """Adds to the conditions' numbers."""
        for sums, one in zip(self._why, found, strict=True):
            sums[0] += one.rejects
            sums[1] += one.missing
            sums[2] += one.only

    def sampled(self, outcome: Outcome, count: int) -> Iterator[tuple[int, int]]:
        """Which of the next `count` records of an outcome are samples: slots, and places among them."""
        return self._samplers[outcome].taken(count)

    def keep(self, outcome: Outcome, slot: int, make: Callable[[], Sample]) -> None:
        """Keeps a sample in a slot."""
        self._samples[outcome, slot] = _Pending(outcome, make)

    def tests(self, context: object) -> tuple[object, ...]:
        """How the conditions come out for a context."""
        return tuple(test(context) for test in self._tests)  # type: ignore[arg-type]

    # ---- records

    def add(self, record: Record, source: str | None = None) -> str | None:
        """Adds a record; what is wrong with it where it cannot be read or evaluated."""
        context = record.context
        self.by_records += 1
        if context is None:
            return self._failed(record, source, None, record.reason)
        group = self.group_of(context)
        try:
            verdict = self.rule.evaluate(context)
        except DataError as error:
            return self._failed(record, source, group, str(error))
        outcome: Outcome = "yes" if verdict is True else "no" if verdict is False else "null"
        self.count(group, outcome)
        if outcome != "yes":
            self._waiting.append(self.tests(context))
            if len(self._waiting) == _BATCH:
                self.flush()
        place = record.place if source is None else f"{source}, {record.place}"
        for slot, _ in self.sampled(outcome, 1):
            self.keep(outcome, slot, partial(self.sample, outcome, place, context))
        return None

    def _failed(self, record: Record, source: str | None, group: str | None, reason: str) -> str:
        self.count(group, "error")
        place = record.place if source is None else f"{source}, {record.place}"
        own = {} if record.context is None else own_members(record.context)
        for slot, _ in self.sampled("error", 1):
            made = partial(Sample, outcome="error", place=place, own=own, values={}, error=reason)
            self.keep("error", slot, made)
        return reason

    def flush(self) -> None:
        """Looks at the conditions of the records that wait for it: one bit of an int for each."""
        if not self._waiting:
            return
        every = (1 << len(self._waiting)) - 1
        columns = zip(*self._waiting, strict=True)
        values = [Truth(_bits(column, True), _bits(column, False)) for column in columns]
        found = self.conditions.against(values, every)
        self.why([Against(one.rejects.bit_count(), one.missing.bit_count(), one.only.bit_count()) for one in found])
        self._waiting = []

    def group_of(self, context: Context) -> str | None:
        """The group of a record."""
        if self.by is None:
            return None
        if self.by == MONTH:
            date = self.lenient.value("date", self._first(context, PLACES[MONTH]), "date")
            if not isinstance(date, datetime):
                return None
            shown = local(date, self.zone)
            return f"{shown.year:04}-{shown.month:02}"
        found = self._first(context, PLACES.get(self.by, (self.by,)))
        return None if found is None else str(found).lower() if isinstance(found, bool) else str(found)

    def _first(self, context: Context, names: Sequence[str]) -> object:
        for name in names:
            found = value_at(self.lenient, context, name)
            if found is not None:
                return found
        return None

    # ---- what comes of it

    def sample(self, outcome: Outcome, place: str, context: Context, own: Context | None = None) -> Sample:
        """A record as a sample, with what the rule reads of it and why it is none."""
        values = {str(read): self._value_of(context, read) for read in self.rule.reads if read.arguments is None}
        every = True
        tests = [Truth(one is True, one is False) for one in self.tests(context)]
        found = self.conditions.against(tests, every)
        against = [text for text, one in zip(self.texts, found, strict=True) if one.rejects or one.missing]
        return Sample(
            outcome=outcome,
            place=place,
            own=own_members(context) if own is None else own,
            values={name: value for name, value in values.items() if not isinstance(value, list | dict)},
            against=tuple(against) if outcome != "yes" else (),
        )

    def _value_of(self, context: Context, read: Read) -> object:
        return value_at(self.lenient, context, f"{read.profile}.{read.name}")

    def result(self, *, complete: bool = True) -> Backtest:
        """The backtest so far."""
        self.flush()
        groups = {name: Counts(**dict(zip(_FIELDS, counts, strict=True))) for name, counts in self._groups.items()}
        order = sorted(groups, key=lambda name: (name is None, name or ""))
        sums = [sum(counts) for counts in zip(*self._groups.values(), strict=True)] or [0, 0, 0, 0]
        samples = [
            self._samples[key] for key in sorted(self._samples, key=lambda key: (OUTCOMES.index(key[0]), key[1]))
        ]
        return Backtest(
            rule=self.rule.text,
            counts=Counts(**dict(zip(_FIELDS, sums, strict=True))),
            by=self.by,
            groups={name: groups[name] for name in order} if self.by is not None else {},
            conditions=tuple(
                Condition(text=text, rejects=rejects, missing=missing, only=only)
                for text, (rejects, missing, only) in zip(self.texts, self._why, strict=True)
            ),
            samples=tuple(pending.make() for pending in samples),
            complete=complete,
        )


_FIELDS = ("yes", "no", "null", "errors")


def value_at(reader: ContextReader, context: Context, name: str) -> object:
    """What a record holds at `currentTxn.value`, or as a member of its own; None for nothing."""
    profile, dot, rest = name.partition(".")
    held = context.get(profile)
    if not dot:
        return None if isinstance(held, dict) else held
    return reader.raw(held, profile, rest) if isinstance(held, dict) else None


def own_members(context: Context) -> dict[str, object]:
    """The members of a record beside its profiles."""
    return {name: value for name, value in context.items() if not isinstance(value, dict | list)}


def _bits(column: Sequence[object], value: bool) -> int:
    text = "".join(["1" if one is value else "0" for one in column])
    return int(text, 2)
