"""What an evaluation found out: progress per customer, target and period, streaks, unified results and caps.

`ProgressData.to_dict()` is the canonical plain form, the same for any order of the records. Ids of records and
customers are strings, integers as their digits. Inactive periods and targets, and twins, have no rows.

    {
      "customers": {                                   # by customer id (as text), sorted
        "c1": {
          "targets": {                                 # by target name, in the order of the group; twins have none
            "spend": [                                 # fixed windows: every listed period, in the order of the list
              {                                        # other windows: the customer's cycles that have started
                "period": "Cycle_1",                   # refCode; a cycle without one: its number from 1, as text
                "start": "2024-01-01",                 # fixed: local dates, both included; else aware instants
                "end": "2024-01-07",                   # (ISO, on the local clock): [start, end) of a cyclic window,
                                                       # and the closing record (or None) of an agnostic one
                "value": "500",                        # decimals are strings without needless zeros
                "progress": "620.5",
                "achieved": True,
                "achieved_by": "r2",                   # the record that last brought progress to the value, or None
                "achieved_on": "2024-01-03T10:00:00+00:00",       # its instant on the local clock, or None
                "contributions": [["r1", "300"], ["r2", "400"], ["t1", "-79.5"]],
              },                                       # [record, change of progress] in order; returns are negative,
            ],                                         # and a second visit on a day changes progress by "0"
          },
          "streak": {                                  # None unless the group is a streak of either kind
            "run": 1, "longest": 2,
            "levels": [                                # ascending by count
              {"name": "two", "count": 2, "status": "ACHIEVED", "period": "Cycle_2", "reached_by": "r7",
               "reached_on": "2024-01-09T08:00:00+00:00"},
              {"name": "four", "count": 4, "status": "INPROGRESS", "period": None, "reached_by": None,
               "reached_on": None},
            ],
          },
          "unified": [                                 # None unless the group is UNIFIED; else a row per period
            {"period": "Cycle_1", "members_met": True, "overall_met": True, "achieved": True,
             "achieved_by": "r2", "achieved_on": "2024-01-03T10:00:00+00:00"},
          ],
          "caps": {                                    # None unless the group is CAPPING
            "points": [{"period": "Cycle_1", "cap": "1000", "granted": "300", "remaining": "700",
                        "grants": [["r1", "300", "300"]]}],          # [record, asked, granted] in order
          },
        },
      },
      "reported": {
        "duplicates": ["r9"],                          # ids that came more than once, sorted
        "orphan_returns": ["t4"],                      # ids of returns whose bill is not there, sorted
        "errors": [["r5", "spend", "currentTxn.value"]],   # [record or None, target or None, path], sorted
        "records": [                                   # all of these in one list, each with its reason: duplicate,
          {"record": "r5", "target": "spend",          # unreadable, data, no-bill, unstated, no-period
           "reason": "data", "path": "currentTxn.value", "message": "currentTxn.value is missing, …"},
        ],
        "counts": {"later": 0, "not_enrolled": 2,      # records that count nothing, as they should
                   "out_of_scope": 1, "outside_periods": 3},
      },
    }
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias, get_args

from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.progress.exact import Amount, shown, total
from targetexpr.targets.progress.plan import EvaluationPlan

LevelStatus: TypeAlias = Literal["ACHIEVED", "INPROGRESS", "DROPPED"]
"""Of a level; DROPPED when the group or the customer's part in it has ended without it."""


class Contribution(NamedTuple):
    """One line of a ledger: a record and what it changed the progress by; negative for returns."""

    record: str
    change: Decimal


class Grant(NamedTuple):
    """An award of a capped period: what it asked for and what it was given."""

    record: str
    asked: Decimal
    granted: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSpan:
    """A period or cycle of a target: which, from when to when, and what it takes. Customers share it."""

    target: str  # the target's name
    index: int  # of a listed period its place in the group's list, of a cycle its number, from 0
    period: str  # refCode; else the number from 1
    days: tuple[date, date] | None  # first and last day of a listed period; None for cycles
    start: datetime  # on the local clock
    end: datetime | None  # exclusive; of an agnostic window the closing record's instant, None while it is open
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodProgress:
    """A customer's progress towards one target in one period or cycle."""

    span: PeriodSpan
    progress: Decimal
    achieved_by: str | None  # the record that last brought the progress to the value
    achieved_on: datetime | None  # on the local clock
    records: tuple[str, ...]  # what moved the progress, in order
    changes: tuple[Decimal, ...]  # and by how much
    exact: Amount = field(repr=False)  # the progress before it was rounded to be shown

    @property
    def target(self) -> str:
        """The target's name."""
        return self.span.target

    @property
    def index(self) -> int:
        """Of a listed period its place in the group's list, of a cycle its number, from 0."""
        return self.span.index

    @property
    def period(self) -> str:
        """The period's refCode; else the number from 1."""
        return self.span.period

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of a listed period; None for cycles."""
        return self.span.days

    @property
    def start(self) -> datetime:
        """When it begins, on the local clock."""
        return self.span.start

    @property
    def end(self) -> datetime | None:
        """When it is over, exclusive; of an agnostic window the closing record's instant, None while it is open."""
        return self.span.end

    @property
    def value(self) -> Decimal:
        """What it takes to achieve it."""
        return self.span.value

    @property
    def achieved(self) -> bool:
        """Whether the value is reached, all records and returns included."""
        return self.achieved_by is not None

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """Records and what they changed, in order."""
        return tuple(map(Contribution, self.records, self.changes))


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelProgress:
    """One level of a customer's streak."""

    id: int | None
    name: str
    count: int
    status: LevelStatus
    period: str | None  # the first period in which the run was long enough
    index: int | None
    reached_by: str | None  # the record that achieved that period
    reached_on: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreakProgress:
    """A customer's streak: the run after the last started period, the longest one, and the levels by count."""

    run: int
    longest: int
    levels: tuple[LevelProgress, ...]

    @property
    def next(self) -> LevelProgress | None:
        """The lowest level that is not reached."""
        return next((level for level in self.levels if level.period is None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedProgress:
    """What the members of a unified group came to in one period."""

    index: int
    period: str
    members_met: bool  # all of them, any, or as many as are asked for
    overall_met: bool  # their sum reaches the threshold; true where none is asked for
    achieved_by: str | None
    achieved_on: datetime | None

    @property
    def achieved(self) -> bool:
        """Both."""
        return self.members_met and self.overall_met


@dataclass(frozen=True, slots=True, kw_only=True)
class CapProgress:
    """What was granted under a ceiling in one period, and what is left of it."""

    target: str
    index: int
    period: str
    cap: Decimal
    granted: Decimal
    remaining: Decimal
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerProgress:
    """Everything about one customer."""

    id: str
    periods: tuple[PeriodProgress, ...]  # by target, then by place
    streak: StreakProgress | None = None
    unified: tuple[UnifiedProgress, ...] | None = None
    caps: tuple[CapProgress, ...] | None = None
    now: datetime | None = None  # on the local clock; None without any record

    def average_achieved(self, target: str) -> Decimal | None:
        """The mean progress over the periods of a target that have started, as rules read it; None before the first."""
        started = [row.exact for row in self.of(target) if self.now is not None and row.start <= self.now]
        return shown(Fraction(total(started)) / len(started)) if started else None

    def of(self, target: str) -> tuple[PeriodProgress, ...]:
        """The periods of one target."""
        return tuple(row for row in self.periods if row.target == target)


Reason: TypeAlias = Literal["duplicate", "unreadable", "data", "no-bill", "unstated", "no-period"]
"""Why a record, or a part of what it says, was set aside: its id came before; it cannot be read; its rule or measure
met data that does not fit; a return without its bill, one that does not say what it takes, one that no period takes."""


REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ReportedRecord:
    """A record that was set aside, wholly or for one target."""

    record: str  # "" when it has no id
    target: str  # "" when it is the record itself
    reason: Reason
    path: str  # "currentTxn.value"; "" where no member is to blame
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What was set aside: one list in a fixed order, and how many records counted nothing as they should."""

    records: tuple[ReportedRecord, ...] = ()
    later: int = 0  # than now
    not_enrolled: int = 0  # records of customers who take no part
    out_of_scope: int = 0  # from no listed store, zone or concept of any target
    outside_periods: int = 0  # and returns of such bills

    @property
    def duplicates(self) -> tuple[str, ...]:
        """Ids that came more than once."""
        return tuple(one.record for one in self.records if one.reason == "duplicate")

    @property
    def orphan_returns(self) -> tuple[str, ...]:
        """Returns without their bill."""
        return tuple(one.record for one in self.records if one.reason == "no-bill")

    @property
    def errors(self) -> tuple[ReportedRecord, ...]:
        """Everything else: what could not be read, did not fit, or could not be taken back."""
        return tuple(one for one in self.records if one.reason not in ("duplicate", "no-bill"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressData:
    """What an evaluation found out, for everybody."""

    plan: EvaluationPlan
    now: datetime | None  # on the local clock; None without any record
    customers: Mapping[str, CustomerProgress]
    reported: Reported

    @property
    def zone(self) -> tzinfo:
        """The clock of local days."""
        return self.plan.zone

    def to_dict(self) -> dict[str, JsonValue]:
        """The canonical plain form that the module describes."""
        return {
            "customers": {name: self._customer(customer) for name, customer in self.customers.items()},
            "reported": self.to_reported(),
        }

    def to_reported(self) -> dict[str, JsonValue]:
        """What was set aside, as plain data."""
        return {
            "duplicates": list(self.reported.duplicates),
            "orphan_returns": list(self.reported.orphan_returns),
            "errors": [[one.record or None, one.target or None, one.path] for one in self.reported.errors],
            "records": [
                {
                    "record": one.record or None,
                    "target": one.target or None,
                    "reason": one.reason,
                    "path": one.path or None,
                    "message": one.message,
                }
                for one in self.reported.records
            ],
            "counts": {
                "later": self.reported.later,
                "not_enrolled": self.reported.not_enrolled,
                "out_of_scope": self.reported.out_of_scope,
                "outside_periods": self.reported.outside_periods,
            },
        }

    def _customer(self, customer: CustomerProgress) -> dict[str, JsonValue]:
        targets: dict[str, JsonValue] = {}
        for target in self.plan.targets:
            targets[target.name] = [_period(row) for row in customer.of(target.name)]
        caps: dict[str, JsonValue] | None = None
        if customer.caps is not None:
            caps = {
                target.name: [_cap(row) for row in customer.caps if row.target == target.name]
                for target in self.plan.targets
            }
        return {
            "targets": targets,
            "streak": None if customer.streak is None else _streak(customer.streak),
            "unified": None if customer.unified is None else list(_unified(customer.unified)),
            "caps": caps,
        }


def decimal_text(number: Decimal) -> str:
    """A decimal without needless zeros or exponent.

    >>> decimal_text(Decimal("500.000")), decimal_text(Decimal("1E+3"))
    ('500', '1000')
    """
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _period(row: PeriodProgress) -> dict[str, JsonValue]:
    if row.days is not None:
        bounds: list[str | None] = [day.isoformat() for day in row.days]
    else:
        bounds = [row.start.isoformat(), None if row.end is None else row.end.isoformat()]
    return {
        "period": row.period,
        "start": bounds[0],
        "end": bounds[1],
        "value": decimal_text(row.value),
        "progress": decimal_text(row.progress),
        "achieved": row.achieved,
        "achieved_by": row.achieved_by,
        "achieved_on": None if row.achieved_on is None else row.achieved_on.isoformat(),
        "contributions": [[record, decimal_text(change)] for record, change in row.contributions],
    }


def _streak(streak: StreakProgress) -> dict[str, JsonValue]:
    return {
        "run": streak.run,
        "longest": streak.longest,
        "levels": [
            {
                "name": level.name,
                "count": level.count,
                "status": level.status,
                "period": level.period,
                "reached_by": level.reached_by,
                "reached_on": None if level.reached_on is None else level.reached_on.isoformat(),
            }
            for level in streak.levels
        ],
    }


def _unified(rows: tuple[UnifiedProgress, ...]) -> Iterator[dict[str, JsonValue]]:
    for row in rows:
        yield {
            "period": row.period,
            "members_met": row.members_met,
            "overall_met": row.overall_met,
            "achieved": row.achieved,
            "achieved_by": row.achieved_by,
            "achieved_on": None if row.achieved_on is None else row.achieved_on.isoformat(),
        }


def _cap(row: CapProgress) -> dict[str, JsonValue]:
    return {
        "period": row.period,
        "cap": decimal_text(row.cap),
        "granted": decimal_text(row.granted),
        "remaining": decimal_text(row.remaining),
        "grants": [[one.record, decimal_text(one.asked), decimal_text(one.granted)] for one in row.grants],
    }
