"""Records of JSON in the studio: each is read again from its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from targetexpr.backtesting.backtest import totals_of
from targetexpr.backtesting.totals import Totals
from targetexpr.console.batch_verdicts import Asked, context_verdicts
from targetexpr.console.outcomes import outcome_of
from targetexpr.records.json_index import JsonIndex
from targetexpr.records.layouts import ContextBatch
from targetexpr.records.own_columns import cell_text, own_row
from targetexpr.records.record import Record
from targetexpr.records.table_options import Keep
from targetexpr.rule import Rule
from targetexpr.studio.readings import BYTES, Reading, Records, Step, byte_of, runs_of


class JsonRecords(Records):
    """The records of a file of JSON. With `profile`, they are plain dicts of it."""

    def __init__(self, index: JsonIndex, profile: str | None = None) -> None:
        self._index = index
        self._profile = profile

    def __len__(self) -> int:
        return len(self._index)

    @property
    def problems(self) -> Sequence[Record]:
        return list(self._index.bad.values())

    @property
    def profile(self) -> str | None:
        return self._profile

    def first(self) -> dict[str, object] | None:
        """The first record that can be read."""
        number = next((at for at in range(len(self)) if at not in self._index.bad), None)
        return None if number is None else self._index.record(number).context

    def of_profile(self, profile: str | None) -> JsonRecords:
        """The same records as plain dicts of a profile, or of none."""
        return JsonRecords(self._index, profile)

    def reading(self, rule: Rule) -> Reading:
        return _JsonReading(rule, self._index, self._profile)

    def matching(self, text: str, step: Step) -> bytes:
        wanted = text.casefold()
        found = bytearray(len(self))
        for number in self._index.candidates(wanted, step):
            row = own_row(self._index.record(number))
            found[number] = any(wanted in cell_text(value).casefold() for value in row.values())
        return bytes(found)


class _JsonReading(Reading):
    def __init__(self, rule: Rule, index: JsonIndex, profile: str | None) -> None:
        self.rule = rule
        self._index = index
        self._profile = profile

    def headings_of(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset(names)

    def record(self, number: int) -> Record:
        return self._index.record(number).under(self._profile)

    def records(self, keep: Keep, marks: bytes | None) -> Iterator[tuple[int, Record]]:
        del keep  # its members are its own columns
        for start, end in runs_of(marks, len(self._index)):
            yield from ((number, self.record(number)) for number in range(start, end))

    def verdicts(self, step: Step) -> bytes:
        found = bytearray()

        def done(_: int) -> None:
            step(len(found))

        for item in self._batches(done):
            if isinstance(item, Record):
                found.append(byte_of(outcome_of(self.rule, item.under(self._profile))))
            else:
                for part in context_verdicts(self.rule, item, self._profile):
                    found += (
                        bytes((byte_of(part[1]),)) if isinstance(part, Asked) else bytes(map(BYTES.__getitem__, part))
                    )
        return bytes(found)

    def conditions(self, step: Step) -> Totals:
        totals = totals_of(self.rule, by=None, sample=0, seed=0)
        for item in self._batches(lambda _: step(totals.done)):
            if isinstance(item, ContextBatch):
                for number, context in enumerate(item.contexts, item.number):
                    totals.add(Record(number, context))
            else:
                totals.add(item.under(self._profile))
        return totals

    def _batches(self, step: Step) -> Iterator[Record | ContextBatch]:
        return self._index.batches(self.rule.reads, self.rule.schema, self._profile, step)
