"""What came of a backtest: counts, groups, conditions and samples, as data and as a dict for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["yes", "no", "null", "error"]
OUTCOMES: tuple[Outcome, ...] = ("yes", "no", "null", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many records came out how."""

    yes: int = 0
    no: int = 0
    null: int = 0
    errors: int = 0

    @property
    def records(self) -> int:
        """How many there are."""
        return self.yes + self.no + self.null + self.errors

    def as_dict(self) -> dict[str, int]:
        """For programs."""
        return {
            "records": self.records,
            "yes": self.yes,
            "no": self.no,
            "null": self.null,
            "errors": self.errors,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition of the rule, and of how many records without a yes it is why; see `backtesting.conditions`.

    Records with errors are not among them.
    """

    text: str  # "currentTxn.value>500"
    rejects: int = 0  # it counts against the rule
    missing: int = 0  # it counts, and is null
    only: int = 0  # the rule would be true if it alone came out otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A record, as an example of an outcome."""

    outcome: Outcome
    place: str  # "line 12"
    own: Mapping[str, object]  # the record's own members, such as id and date
    values: Mapping[str, object]  # what the rule reads: "currentTxn.value"
    against: tuple[str, ...] = ()  # the conditions that reject it or are missing
    error: str | None = None

    def as_dict(self) -> dict[str, object]:
        """For programs."""
        found: dict[str, object] = {"outcome": self.outcome, "place": self.place}
        found["own"] = {name: plain(value) for name, value in self.own.items()}
        found["values"] = {name: plain(value) for name, value in self.values.items()}
        if self.error is not None:
            found["error"] = self.error
        elif self.outcome != "yes":
            found["against"] = list(self.against)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A rule over past data. `by` names what the groups are; None for a record that has none of it."""

    rule: str
    counts: Counts
    by: str | None = None
    groups: Mapping[str | None, Counts] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    samples: tuple[Sample, ...] = ()
    complete: bool = True  # False where it was interrupted

    def as_dict(self) -> dict[str, object]:
        """For programs."""
        found: dict[str, object] = {"rule": self.rule, "complete": self.complete, "counts": self.counts.as_dict()}
        if self.by is not None:
            groups = [{"group": name, **counts.as_dict()} for name, counts in self.groups.items()]
            found |= {"by": self.by, "groups": groups}
        found["conditions"] = [
            {"text": one.text, "rejects": one.rejects, "missing": one.missing, "only": one.only}
            for one in self.conditions
        ]
        found["samples"] = [sample.as_dict() for sample in self.samples]
        return found


def plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)
