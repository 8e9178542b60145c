"""What a simulation says of a whole programme: levels, runs, who is one step short, periods, caps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from targetexpr.base.dates import clock_text
from targetexpr.base.nouns import counted
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.progress.aggregate import today_of
from targetexpr.targets.progress.exact import EXACT, ZERO, Amount, add, shown
from targetexpr.targets.progress.results import (
    CustomerProgress,
    ProgressData,
    Reason,
    ReportedRecord,
    StreakProgress,
    decimal_text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCount:
    """How many customers reached a level of the streak."""

    name: str
    count: int
    reached: int


@dataclass(slots=True, kw_only=True)
class PeriodCount:
    """What became of one period, or of all customers' k-th cycle, of one target."""

    target: str
    period: str
    customers: int = 0  # with a contribution
    achieved: int = 0
    exact: Amount = ZERO  # progress of all together

    @property
    def progress(self) -> Decimal:
        """The progress of all together; shares are rounded once, here."""
        return shown(self.exact)


@dataclass(slots=True, kw_only=True)
class CapCount:
    """What was granted in one period under a ceiling."""

    target: str
    period: str
    granted: Decimal = Decimal(0)
    cut: Decimal = Decimal(0)  # asked for and not granted
    exhausted: int = 0  # customers with nothing left


@dataclass(slots=True, kw_only=True)
class OneStepShort:
    """A customer who needs one more achieved period for a level."""

    customer: str
    level: str
    run: int


@dataclass(slots=True, kw_only=True)
class Summary:
    """The results of a simulation, counted."""

    customers: int
    finished: bool  # whether every period has ended, so that nobody can go on
    levels: list[LevelCount] = field(default_factory=list)
    longest: dict[int, int] = field(default_factory=dict)  # longest run -> customers
    current: dict[int, int] = field(default_factory=dict)  # run now -> customers
    short: list[OneStepShort] = field(default_factory=list)
    periods: list[PeriodCount] = field(default_factory=list)
    unified: dict[str, int] = field(default_factory=dict)  # period -> customers who achieved it
    caps: list[CapCount] = field(default_factory=list)

    def to_dict(self) -> dict[str, JsonValue]:
        """As plain data; decimals are strings."""
        return {
            "customers": self.customers,
            "finished": self.finished,
            "levels": [{"name": one.name, "count": one.count, "reached": one.reached} for one in self.levels],
            "longestRuns": {str(run): count for run, count in self.longest.items()},
            "currentRuns": {str(run): count for run, count in self.current.items()},
            "oneStepShort": [{"customer": one.customer, "level": one.level, "run": one.run} for one in self.short],
            "periods": [
                {
                    "target": one.target,
                    "period": one.period,
                    "customers": one.customers,
                    "achieved": one.achieved,
                    "progress": decimal_text(one.progress),
                }
                for one in self.periods
            ],
            "unified": dict(self.unified),
            "caps": [
                {
                    "target": one.target,
                    "period": one.period,
                    "granted": decimal_text(one.granted),
                    "cut": decimal_text(one.cut),
                    "exhausted": one.exhausted,
                }
                for one in self.caps
            ],
        }


def summarise(progress: ProgressData) -> Summary:
    """The results of an evaluation, counted.

    A customer is one step short when one more achieved period reaches the next level: going by the run as it stands
    while the group runs, by the longest run when every period has ended.
    """
    plan = progress.plan
    today = today_of(plan, progress.now)
    finished = today is not None and plan.last_day is not None and plan.last_day < today
    found = Summary(customers=len(progress.customers), finished=finished)
    reached = [0] * len(plan.levels)
    longest: Counter[int] = Counter()
    current: Counter[int] = Counter()
    periods: dict[tuple[str, str], PeriodCount] = {}
    caps: dict[tuple[str, str], CapCount] = {}
    for customer in progress.customers.values():
        with localcontext(EXACT):
            _count_periods(customer, periods, caps, found)
        if customer.streak is not None:
            longest[customer.streak.longest] += 1
            current[customer.streak.run] += 1
            for place, level in enumerate(customer.streak.levels):
                reached[place] += level.period is not None
            short = _short(customer.id, customer.streak, finished=finished)
            if short is not None:
                found.short.append(short)
    found.levels = [
        LevelCount(name=level.name, count=level.count, reached=count)
        for level, count in zip(plan.levels, reached, strict=True)
    ]
    found.longest, found.current = dict(sorted(longest.items())), dict(sorted(current.items()))
    found.periods, found.caps = list(periods.values()), list(caps.values())
    return found


def _short(customer: str, streak: StreakProgress, *, finished: bool) -> OneStepShort | None:
    following = streak.next
    run = streak.longest if finished else streak.run
    if following is None or following.count - run != 1:
        return None
    return OneStepShort(customer=customer, level=following.name, run=run)


def _count_periods(
    customer: CustomerProgress,
    periods: dict[tuple[str, str], PeriodCount],
    caps: dict[tuple[str, str], CapCount],
    found: Summary,
) -> None:
    for row in customer.periods:
        key = (row.target, row.period)
        count = periods.get(key)
        if count is None:
            count = periods[key] = PeriodCount(target=row.target, period=row.period)
        count.customers += bool(row.contributions)
        count.achieved += row.achieved
        count.exact = add(count.exact, row.exact)
    for one in customer.unified or ():
        found.unified[one.period] = found.unified.get(one.period, 0) + one.achieved
    for cap in customer.caps or ():
        key = (cap.target, cap.period)
        total = caps.get(key)
        if total is None:
            total = caps[key] = CapCount(target=cap.target, period=cap.period)
        total.granted += cap.granted
        total.cut += sum((grant.asked - grant.granted for grant in cap.grants), Decimal(0))
        total.exhausted += cap.remaining <= 0


def as_text(progress: ProgressData, summary: Summary, *, most: int = 20) -> str:
    """The results for people to read; of those one step short, at most so many."""
    lines = [f"{progress.plan.name or 'The group'}: {counted(summary.customers, 'customer')}"]
    if progress.now is not None:
        lines[0] += f", as of {clock_text(progress.now, seconds=False)}"
    if summary.levels:
        lines += ["", "Levels reached", *_levels(summary)]
        lines += ["", "Longest run, in periods", *_histogram(summary.longest)]
        if not summary.finished:
            lines += ["", "Run as it stands", *_histogram(summary.current)]
        lines += ["", *_shorts(summary, most)]
    lines += ["", "Periods", *_periods(summary)]
    if summary.unified:
        lines += ["", "All targets together", *(f"  {period}: {count:,}" for period, count in summary.unified.items())]
    if summary.caps:
        lines += ["", "Granted under the cap", *_caps(summary)]
    return "\n".join((*lines, *_reported(progress)))


def _levels(summary: Summary) -> list[str]:
    width = max(len(level.name) for level in summary.levels)
    most = max(summary.customers, 1)
    return [
        f"  {level.name:<{width}}  {counted(level.count, 'period'):>11}"
        f"  {level.reached:>9,}  {level.reached / most:7.1%}"
        for level in summary.levels
    ]


def _histogram(counts: dict[int, int]) -> list[str]:
    top = max(counts.values(), default=1)
    return [f"  {run:>3}  {count:>9,}  {'█' * round(40 * count / top)}" for run, count in counts.items()]


def _shorts(summary: Summary, most: int) -> list[str]:
    how = "at best" if summary.finished else "now"
    lines = [f"One period short of the next level ({how}): {len(summary.short):,}"]
    lines += [f"  {one.customer}: {one.run} towards {one.level}" for one in summary.short[:most]]
    if len(summary.short) > most:
        lines.append(f"  and {len(summary.short) - most:,} more")
    return lines


def _periods(summary: Summary) -> list[str]:
    several = len({one.target for one in summary.periods}) > 1
    names = [f"{one.target}, {one.period}" if several else one.period for one in summary.periods]
    width = max(map(len, names), default=0)
    return [
        f"  {name:<{width}}  {one.achieved:>9,} achieved of {one.customers:,} active,"
        f" progress {decimal_text(one.progress)}"
        for name, one in zip(names, summary.periods, strict=True)
    ]


def _caps(summary: Summary) -> list[str]:
    return [
        f"  {one.target}, {one.period}: {decimal_text(one.granted)}, {decimal_text(one.cut)} cut,"
        f" {counted(one.exhausted, 'customer')} with nothing left"
        for one in summary.caps
    ]


_SHOWN = 10
"""Records of a kind that a report names; the rest is counted."""

_HEADS: dict[Reason, tuple[str, str]] = {
    "duplicate": ("duplicate id", ", each counted once"),
    "no-bill": ("return", " without a bill, not counted"),
    "no-period": ("return", " that no later period takes, not counted"),
}
"""Where the names say it all: what is counted, and what became of it."""

_COUNTED = (
    ("later", "later than now"),
    ("not_enrolled", "of customers who are not enrolled"),
    ("out_of_scope", "from other stores, zones or concepts"),
    ("outside_periods", "outside of every period"),
)


def data_errors(progress: ProgressData) -> tuple[int, list[str]]:
    """How many records have data that does not fit, and lines that say what of them; of many, the first ones."""
    found = [one for one in progress.reported.records if one.reason in ("data", "unreadable")]
    nameless = sum(not one.record for one in found)
    return len({one.record for one in found if one.record}) + nameless, _listed(found)


def _listed(found: Sequence[ReportedRecord]) -> list[str]:
    lines = []
    for one in found[:_SHOWN]:
        where = f" ({one.target})" if one.target else ""
        lines.append(f"  record {one.record or 'without an id'}{where}: {one.message}")
    if len(found) > _SHOWN:
        lines.append(f"  and {len(found) - _SHOWN:,} more")
    return lines


def _reported(progress: ProgressData) -> list[str]:
    reported = progress.reported
    lines = []
    for reason, (noun, fate) in _HEADS.items():
        names = tuple(dict.fromkeys(one.record for one in reported.records if one.reason == reason))
        if names:
            lines.append(f"{counted(len(names), noun)}{fate}: {_some(names)}")
    others = [one for one in reported.records if one.reason not in _HEADS]
    if others:
        lines.append(f"{counted(len(others), 'data error')}; these records are not counted there")
        lines += _listed(others)
    counts = [(getattr(reported, name), words) for name, words in _COUNTED]
    if any(count for count, _ in counts):
        lines.append("Also not counted: " + ", ".join(f"{count:,} {words}" for count, words in counts if count))
    return ["", *lines] if lines else []


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
