"""The targets of many groups against one record: for which of them it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from targetexpr.rulesets.constraints import requirements
from targetexpr.rulesets.fields import bitmap
from targetexpr.rulesets.index import Index
from targetexpr.running.coercion import DataError, integer_text, time_zone
from targetexpr.running.context import ContextReader
from targetexpr.targets.model.enums import TargetEntity
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.progress.contribution import TargetEvaluator
from targetexpr.targets.progress.tracker import prepare

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema
    from targetexpr.running.explaining.explanation import Explanation


class TargetRef(NamedTuple):
    """A target, by the names of its group and itself; `place` is that of the group in the list that was given."""

    place: int
    group: str
    target: str


class TargetMatches(NamedTuple):
    """What the targets say of one record."""

    counts: tuple[TargetRef, ...]
    """The targets that the record counts for, in the order of the groups and of their targets."""
    errors: tuple[tuple[TargetRef, DataError], ...]
    """The targets whose rule, filter or measure met a value that does not fit."""


def rule_set(
    groups: Iterable[TargetGroup | Mapping[str, object]], *, schema: Schema | None = None, timezone: str = "UTC"
) -> TargetRules:
    """The active targets of groups, to be asked together.

    Groups are requests or answers, as dicts or models. Raises PayloadError for a dict that holds no group,
    EvaluationError for a group that cannot be evaluated, and ExpressionError for a broken rule.

    >>> group = {
    ...     "name": "festive", "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-31"}],
    ...     "targets": [{"name": "spend", "targetEntity": "TRANSACTION", "targetType": "SALES",
    ...                  "expression": "currentTxn.value>100", "defaultValues": [{"defaultValue": 500}]}]}
    >>> rules = rule_set([group])
    >>> rules.matches({"type": "TransactionAdd", "currentTxn": {"value": 620}}).counts
    (TargetRef(place=0, group='festive', target='spend'),)
    """
    return TargetRules(groups, schema, timezone)


class TargetRules:
    """Targets by event, with an index of their rules and filters. Made by `rule_set`; safe to share between threads.

    A record counts for a target when it is of the target's event, comes from one of its places, fulfils its rule (for
    targets on line items: with one line at least) and has the figure that is measured. Periods, enrolment and `now`
    play no part: they say when and for whom a contribution counts.
    """

    def __init__(
        self, groups: Iterable[TargetGroup | Mapping[str, object]], schema: Schema | None, timezone: str
    ) -> None:
        reader = ContextReader(time_zone(timezone))
        by_event: dict[str, list[tuple[TargetRef, TargetEvaluator]]] = {}
        for place, given in enumerate(groups):
            group = prepare(given, timezone=timezone, schema=schema)
            for evaluator in group.evaluators:
                ref = TargetRef(place, group.plan.name, evaluator.target.name)
                by_event.setdefault(evaluator.target.event, []).append((ref, evaluator))
        self._events = {event: _Event(targets, reader) for event, targets in by_event.items()}

    def matches(self, record: Mapping[str, object]) -> TargetMatches:
        """The targets that a record counts for. A record is what `evaluate` takes."""
        event = self._events.get(str(record.get("type")))
        return TargetMatches((), ()) if event is None else event.matches(dict(record))

    def explain(self, record: Mapping[str, object], target: TargetRef) -> Explanation:
        """Why the rule of a target comes out as it does. Raises KeyError for a target that is not here."""
        for event in self._events.values():
            for ref, evaluator in event.targets:
                if ref == target:
                    return evaluator.explain(dict(record))
        raise KeyError(target)

    def __len__(self) -> int:
        return sum(len(event.targets) for event in self._events.values())


@dataclass(slots=True)
class _Places:
    """The targets that are filtered, and by each kind of place those that list one."""

    filtered: int = 0
    stores: dict[str, int] = field(default_factory=dict)
    zones: dict[str, int] = field(default_factory=dict)
    concepts: dict[str, int] = field(default_factory=dict)

    def add(self, position: int, evaluator: TargetEvaluator) -> None:
        target = evaluator.target
        if not target.filtered:
            return
        self.filtered |= 1 << position
        for into, listed in (
            (self.stores, target.stores),
            (self.zones, target.zones),
            (self.concepts, target.concepts),
        ):
            for place in listed:
                into[place] = into.get(place, 0) | 1 << position

    def passed(self, record: Mapping[str, object]) -> int | None:
        """The filtered targets that list one of the record's places; None where a place may not fit."""
        found = 0
        for listed, given in (
            (self.stores, [record.get("storeId")]),
            (self.zones, record.get("zoneIds")),
            (self.concepts, record.get("conceptIds")),
        ):
            if given is None:
                continue
            if type(given) is not list:
                return None
            for place in given:
                if type(place) is int:
                    found |= listed.get(integer_text(place), 0)
                elif type(place) is str:
                    found |= listed.get(place, 0)
                elif place is not None:
                    return None
        return found


class _Event:
    """The targets of one event."""

    def __init__(self, targets: list[tuple[TargetRef, TargetEvaluator]], reader: ContextReader) -> None:
        self.targets = targets
        rules = [requirements(evaluator.rule._program, lenient=False) for _, evaluator in targets]
        self._index = Index(rules, reader.zone, lenient=False)
        self._places = _Places()
        for position, (_, evaluator) in enumerate(targets):
            self._places.add(position, evaluator)
        self._by_line = bitmap(
            position
            for position, (_, evaluator) in enumerate(targets)
            if evaluator.target.entity is TargetEntity.LINEITEM
        )

    def matches(self, record: dict[str, object]) -> TargetMatches:
        counts: list[TargetRef] = []
        errors: list[tuple[TargetRef, DataError]] = []
        left = self._possible(record)
        while left:
            lowest = left & -left
            left ^= lowest
            ref, evaluator = self.targets[lowest.bit_length() - 1]
            try:
                if evaluator.contribution(record) is not None:
                    counts.append(ref)
            except DataError as error:
                errors.append((ref, error))
        return TargetMatches(tuple(counts), tuple(errors))

    def _possible(self, record: dict[str, object]) -> int:
        found = self._index.possible(record) & ~self._by_line
        if self._by_line:
            found |= self._by_line & self._of_lines(record)
        filtered = self._places.filtered
        if not filtered:
            return found
        passed = self._places.passed(record)
        # Places are looked at before the rule, so what does not fit there is an error whatever the rule says.
        return found | filtered if passed is None else found & (~filtered | passed)

    def _of_lines(self, record: dict[str, object]) -> int:
        """The targets on line items that some line leaves possible; all where the lines may not fit."""
        bill = record.get("currentTxn")
        lines = bill.get("lineItems") if type(bill) is dict else bill
        if type(bill) is not dict or (lines is not None and type(lines) is not list):
            return -1
        found = 0
        for line in lines or ():
            if type(line) is not dict:
                return -1
            found |= self._index.possible({**record, "currentLineItem": line})
        return found
