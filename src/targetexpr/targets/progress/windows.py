"""Windows: which period or cycle a record falls into, and which one a return weighs on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from targetexpr.targets.model.cycles import cycle_instant
from targetexpr.targets.model.enums import EvaluationType
from targetexpr.targets.progress.exact import at_least
from targetexpr.targets.progress.ledger import Account, Credit, Movement, Refund, local_day
from targetexpr.targets.progress.plan import EvaluationPlan, PeriodPlan, TargetPlan

ReturnPolicy: TypeAlias = Literal["IGNORE", "SAME_PERIOD", "NEXT_PERIOD"]
"""What returns do; without one, they lower the bill's period while it runs, and else the next one."""

Own: TypeAlias = "tuple[Decimal | None, ...]"
"""A customer's own values of a target; None for the default."""


@dataclass(slots=True)
class Window:
    """A period or cycle of one customer and target, with its ledger."""

    index: int  # 0 the first; for listed periods their place in the group's list
    start: datetime
    end: datetime | None  # exclusive for listed periods and cyclic windows; the closing instant of agnostic ones
    value: Decimal
    account: Account
    period: PeriodPlan | None = None

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in it. Listed periods go by local days: a clock may show midnight twice."""
        if self.period is not None:
            return self.period.first <= local_day(at, self.account.zone) <= self.period.last
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(slots=True)
class Filled:
    """A customer's windows of a target, and what of the returns no window takes."""

    windows: list[Window] = field(default_factory=list)
    homeless: list[Refund] = field(default_factory=list)  # returns without a period to weigh on
    outside: set[str] = field(default_factory=set)  # records outside of every period


def fill(
    plan: EvaluationPlan,
    target: TargetPlan,
    credited: Sequence[Credit],
    returned: Sequence[Refund],
    policy: ReturnPolicy | None,
    now: datetime | None,
    periods: tuple[PeriodPlan, ...],
    own: Own,
) -> Filled:
    """The windows of a customer's target with their ledgers. `marks` and `returned` are in order.

    `periods` are those that the customer takes part in. Cycles appear when they have started by `now`.
    """
    match plan.window:
        case EvaluationType.FIXED_CALENDAR_WINDOW:
            windows = [_listed(plan, target, period, own) for period in periods]
        case EvaluationType.CYCLIC_WINDOW:
            windows = _cyclic(plan, target, credited, own) if credited else []
        case EvaluationType.PERIOD_AGNOSTIC_WINDOW:
            return _agnostic(plan, target, credited, returned, policy, own)
    found = _book(windows, credited, returned, policy)
    if plan.window is EvaluationType.CYCLIC_WINDOW:
        found.windows = [window for window in windows if now is not None and window.start <= now]
    return found


def value_of(target: TargetPlan, index: int, own: Own) -> Decimal:
    """The value of a window: the customer's own, else the default; past the last default the last repeats."""
    if index < len(own):
        given = own[index]
        if given is not None:
            return given
    return target.values[min(index, len(target.values) - 1)]


def _listed(plan: EvaluationPlan, target: TargetPlan, period: PeriodPlan, own: Own) -> Window:
    value = value_of(target, period.index, own)
    account = Account(target.accumulation, plan.zone, value)
    return Window(period.index, period.start, period.end, value, account, period)


def _cyclic(plan: EvaluationPlan, target: TargetPlan, credited: Sequence[Credit], own: Own) -> list[Window]:
    """Cycles back to back from the customer's first record, as long as they start before the group ends."""
    assert plan.unit is not None  # plans of cyclic groups have one
    anchor = credited[0].at
    windows = []
    for index in range(plan.cycles):
        try:
            start = cycle_instant(anchor, plan.unit, plan.frequency, index, plan.zone)
            end = cycle_instant(anchor, plan.unit, plan.frequency, index + 1, plan.zone)
        except ValueError:  # past the end of the calendar
            break
        if plan.end is not None:
            if start >= plan.end:
                break
            end = min(end, plan.end)
        value = value_of(target, index, own)
        windows.append(Window(index, start, end, value, Account(target.accumulation, plan.zone, value)))
    return windows


def _book(
    windows: list[Window], credited: Sequence[Credit], returned: Sequence[Refund], policy: ReturnPolicy | None
) -> Filled:
    """Files records and returns: first what belongs to each window, then what is carried into later ones."""
    found = Filled(windows)
    finder = _Finder(windows)
    if not returned:
        _file(finder, credited, found.outside)
        return found
    homes: dict[str, Window] = {}
    events: list[tuple[int, int, Credit | Refund]] = []
    for credit in credited:
        home = finder.at(credit.at)
        if home is None:
            found.outside.add(credit.record)
        else:
            homes[credit.record] = home
            events.append((credit.order, 0, credit))
    carried: list[tuple[Window, Refund]] = []
    for refund in returned:
        home = homes.get(refund.bill.record)
        if home is None:
            found.outside.add(refund.record)
        elif _stays(home, refund.at, policy):
            events.append((refund.order, 1, refund))
        else:
            carried.append((home, refund))
    for _, _, event in sorted(events, key=_first_two):
        if isinstance(event, Credit):
            homes[event.record].account.take(event)
        else:
            homes[event.bill.record].account.give_back(event)
    _carry(carried, finder, found)
    return found


def _file(finder: _Finder, credited: Sequence[Credit], outside: set[str]) -> None:
    """Files records where there are no returns. They are in order, so those of a window come one after the other."""
    home: Window | None = None
    mine: list[Credit] = []
    for credit in credited:
        there = finder.at(credit.at)
        if there is None:
            outside.add(credit.record)
            continue
        if there is not home:
            if home is not None:
                home.account.take_all(mine)
            home, mine = there, []
        mine.append(credit)
    if home is not None:
        home.account.take_all(mine)


def _first_two(event: tuple[int, int, Credit | Refund]) -> tuple[int, int]:
    return event[0], event[1]


def _carry(carried: list[tuple[Window, Refund]], finder: _Finder, found: Filled) -> None:
    """Returns that weigh on a later window open its ledger."""
    opening: dict[int, tuple[Window, list[Movement]]] = {}
    for home, refund in carried:
        change = home.account.change_of(refund)
        if not change:
            continue
        following = finder.after(refund.at)
        if following is None:
            found.homeless.append(refund)
        else:
            movement = Movement(refund.order, refund.at, refund.record, change, False)
            opening.setdefault(following.index, (following, []))[1].append(movement)
    for window, movements in opening.values():
        window.account.open_with(movements)


def _stays(home: Window, at: datetime, policy: ReturnPolicy | None) -> bool:
    """Whether a return lowers the bill's own window."""
    return policy == "SAME_PERIOD" if policy is not None else home.holds(at)


class _Finder:
    """Windows by instant. They lie one behind the other, with gaps between listed periods perhaps."""

    def __init__(self, windows: list[Window]) -> None:
        self.windows = sorted(windows, key=_start)
        self.days = [window.period.first for window in self.windows if window.period is not None]
        self.starts = [window.start for window in self.windows]

    def at(self, at: datetime) -> Window | None:
        """The one that holds the instant."""
        if self.days:
            day = local_day(at, self.windows[0].account.zone)
            place = bisect_right(self.days, day)
            window = self.windows[place - 1] if place else None
            return window if window is not None and window.period is not None and day <= window.period.last else None
        place = bisect_right(self.starts, at)
        window = self.windows[place - 1] if place else None
        return window if window is not None and window.holds(at) else None

    def after(self, at: datetime) -> Window | None:
        """The first that starts later."""
        if self.days:
            place = bisect_right(self.days, local_day(at, self.windows[0].account.zone))
        else:
            place = bisect_right(self.starts, at)
        return self.windows[place] if place < len(self.windows) else None


def _start(window: Window) -> datetime:
    return window.start


def _agnostic(
    plan: EvaluationPlan,
    target: TargetPlan,
    credited: Sequence[Credit],
    returned: Sequence[Refund],
    policy: ReturnPolicy | None,
    own: Own,
) -> Filled:
    """Windows that close on the record that reaches the value; the next record opens the next one."""
    events: list[tuple[int, int, Credit | Refund]] = [(credit.order, 0, credit) for credit in credited]
    events += [(refund.order, 1, refund) for refund in returned]
    found = Filled()
    homes: dict[str, Window] = {}
    waiting: list[Refund] = []  # for the next window: what a return changes is told once its bill's window is closed
    for _, _, event in sorted(events, key=_first_two):
        if isinstance(event, Credit):
            window = found.windows[-1] if found.windows and found.windows[-1].end is None else None
            if window is None:
                index = len(found.windows)
                if index == plan.cycles:
                    found.outside.add(event.record)
                    continue
                value = value_of(target, index, own)
                window = Window(index, event.at, None, value, Account(target.accumulation, plan.zone, value))
                found.windows.append(window)
                for movement in _carried(waiting, homes):
                    window.account.move(movement)
                waiting = []
            homes[event.record] = window
            window.account.take(event)
        else:
            home = homes.get(event.bill.record)
            if home is None:
                found.outside.add(event.record)
                continue
            window = home
            at = event.at
            if policy == "SAME_PERIOD" or (policy is None and (home.end is None or at <= home.end)):
                window.account.give_back(event)
            else:
                waiting.append(event)
        if window.end is None and at_least(window.account.progress, window.value):
            window.end = event.at
    found.homeless = [refund for refund in waiting if homes[refund.bill.record].account.change_of(refund)]
    return found


def _carried(waiting: Sequence[Refund], homes: dict[str, Window]) -> Iterator[Movement]:
    for refund in waiting:
        change = homes[refund.bill.record].account.change_of(refund)
        if change:
            yield Movement(refund.order, refund.at, refund.record, change, False)
