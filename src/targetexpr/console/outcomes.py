"""What records come out as: a value, or why there is none; counted, and as words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from targetexpr.records.record import Record
from targetexpr.running.coercion import DataError, Value, text_of

if TYPE_CHECKING:
    from targetexpr.rule import Rule


class Failure:
    """A record that could not be evaluated, and why."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Counts:
    """How many records came out how."""

    def __init__(self) -> None:
        self.done = self.yes = self.no = self.null = self.bad = self.other = 0

    def add(self, outcome: Value | Failure) -> None:
        """Counts one outcome."""
        self.done += 1
        if outcome is True:
            self.yes += 1
        elif outcome is False:
            self.no += 1
        elif outcome is None:
            self.null += 1
        elif isinstance(outcome, Failure):
            self.bad += 1
        else:
            self.other += 1

    def add_all(self, yes: int, no: int, null: int) -> None:
        """Counts many verdicts."""
        self.done += yes + no + null
        self.yes += yes
        self.no += no
        self.null += null

    def by_name(self) -> dict[str, int]:
        """For programs."""
        counts = {"records": self.done, "yes": self.yes, "no": self.no, "null": self.null}
        if self.other:
            counts["values"] = self.other
        return {**counts, "errors": self.bad}

    def __str__(self) -> str:
        counts = self.by_name().items()
        return ", ".join(f"{count:,} {_NOUNS.get((name, count), name)}" for name, count in counts)


def outcome_of(rule: Rule, record: Record) -> Value | Failure:
    """What a record comes out as."""
    if record.context is None:
        return Failure(record.reason)
    try:
        return rule.evaluate(record.context)
    except DataError as error:
        return Failure(str(error))


def word(value: Value) -> str:
    """A verdict as a word, any other value as text.

    >>> word(True), word(None)
    ('yes', 'null')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "null" if value is None else text_of(value)


_NOUNS = {("records", 1): "record", ("values", 1): "value", ("errors", 1): "error"}
