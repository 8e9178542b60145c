"""Windows: which period or cycle a record falls into, and which one a return weighs on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from targetexpr.targets.model.cycles import cycle_instant
from targetexpr.targets.model.enums import EvaluationType
from targetexpr.targets.progress.ledger import Account, Credit, Movement, Refund
from targetexpr.targets.progress.plan import EvaluationPlan, PeriodPlan, TargetPlan
from targetexpr.targets.progress.record import Order

ReturnPolicy: TypeAlias = Literal["IGNORE", "SAME_PERIOD", "NEXT_PERIOD"]
"""What returns do; without one, they lower the bill's period while it runs, and else the next one."""

OwnValues: TypeAlias = "tuple[Decimal | None, ...]"
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


def fill(
    plan: EvaluationPlan,
    target: TargetPlan,
    credited: Sequence[Credit],
    returned: Sequence[Refund],
    policy: ReturnPolicy | None,
    now: datetime | None,
    periods: tuple[PeriodPlan, ...],
    own: OwnValues,
) -> list[Window]:
    """The windows of a customer's target with their ledgers. `credited` and `returned` are in order.

    `periods` are those that the customer takes part in. Cycles appear when they have started by `now`.
    """
    match plan.window:
        case EvaluationType.FIXED_CALENDAR_WINDOW:
            windows = [_listed(plan, target, period, own) for period in periods]
        case EvaluationType.CYCLIC_WINDOW:
            windows = _cyclic(plan, target, credited, own) if credited else []
        case EvaluationType.PERIOD_AGNOSTIC_WINDOW:
            return _agnostic(plan, target, credited, returned, policy, own)
    _book(windows, credited, returned, policy)
    if plan.window is EvaluationType.CYCLIC_WINDOW:
        return [window for window in windows if now is not None and window.start <= now]
    return windows


def value_of(target: TargetPlan, index: int, own: OwnValues) -> Decimal:
    """The value of a window: the customer's own, else the default; past the last default the last repeats."""
    if index < len(own):
        given = own[index]
        if given is not None:
            return given
    return target.values[min(index, len(target.values) - 1)]


def _listed(plan: EvaluationPlan, target: TargetPlan, period: PeriodPlan, own: OwnValues) -> Window:
    account = Account(target.accumulation, plan.zone)
    return Window(period.index, period.start, period.end, value_of(target, period.index, own), account, period)


def _cyclic(plan: EvaluationPlan, target: TargetPlan, credited: Sequence[Credit], own: OwnValues) -> list[Window]:
    """Cycles back to back from the customer's first record, as long as they start before the group ends."""
    assert plan.unit is not None  # plans of cyclic groups have one
    anchor = credited[0].order[0]
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
        windows.append(Window(index, start, end, value_of(target, index, own), Account(target.accumulation, plan.zone)))
    return windows


def _book(
    windows: list[Window], credited: Sequence[Credit], returned: Sequence[Refund], policy: ReturnPolicy | None
) -> None:
    """Files records and returns: first what belongs to each window, then what is carried into later ones."""
    finder = _WindowFinder(windows)
    homes: dict[str, list[Window]] = {}
    events: list[tuple[Order, int, Credit | Refund]] = []
    for credit in credited:
        found = finder.at(credit.order[0])
        if found:
            homes[credit.record] = found
            events.append((credit.order, 0, credit))
    carried: list[tuple[Window, Window, Refund]] = []
    for refund in returned:
        for place, home in enumerate(homes.get(refund.bill.record, ())):
            if _stays(home, refund.order[0], policy):
                # what is left of a day can only be told once the bill is there
                late = refund.order if home.account.accumulation == "sum" else max(refund.order, refund.bill.order)
                events.append((late, place + 1, refund))
            else:
                following = finder.after(refund.order[0])
                if following is not None:
                    carried.append((home, following, refund))
    for _, place, event in sorted(events, key=_first_two):
        if isinstance(event, Credit):
            for window in homes[event.record]:
                window.account.take(event)
        else:
            homes[event.bill.record][place - 1].account.give_back(event)
    _carry(carried)


def _first_two(event: tuple[Order, int, Credit | Refund]) -> tuple[Order, int]:
    return event[0], event[1]


def _carry(carried: list[tuple[Window, Window, Refund]]) -> None:
    """Returns that weigh on a later window open its ledger; one that lay in several windows weighs once."""
    opening: dict[int, dict[str, Movement]] = {}
    target: dict[int, Window] = {}
    for home, following, refund in carried:
        change = home.account.change_of(refund)
        if change:
            target[id(following)] = following
            movement = Movement(refund.order, refund.record, change, False)
            opening.setdefault(id(following), {}).setdefault(refund.record, movement)
    for key, movements in opening.items():
        account = target[key].account
        account.movements[:0] = movements.values()
        account.progress += sum((movement.change for movement in movements.values()), Decimal(0))


def _stays(home: Window, at: datetime, policy: ReturnPolicy | None) -> bool:
    """Whether a return lowers the bill's own window."""
    if policy is not None:
        return policy == "SAME_PERIOD"
    return home.start <= at and (home.end is None or at < home.end)


class _WindowFinder:
    """Windows by instant. They are in order of their start, and may overlap where periods are listed so."""

    def __init__(self, windows: list[Window]) -> None:
        self.windows = sorted(windows, key=lambda window: window.start)
        self.starts = [window.start for window in self.windows]
        ends = [window.end for window in self.windows if window.end is not None]
        self.apart = all(end <= start for end, start in zip(ends, self.starts[1:], strict=False))

    def at(self, at: datetime) -> list[Window]:
        """Those that hold the instant."""
        last = bisect_right(self.starts, at)
        first = max(last - 1, 0) if self.apart else 0
        return [window for window in self.windows[first:last] if window.end is None or at < window.end]

    def after(self, at: datetime) -> Window | None:
        """The first that starts later."""
        place = bisect_right(self.starts, at)
        return self.windows[place] if place < len(self.windows) else None


def _agnostic(
    plan: EvaluationPlan,
    target: TargetPlan,
    credited: Sequence[Credit],
    returned: Sequence[Refund],
    policy: ReturnPolicy | None,
    own: OwnValues,
) -> list[Window]:
    """Windows that close on the record that reaches the value; the next record opens the next one."""
    events: list[tuple[Order, int, Credit | Refund]] = [(credit.order, 0, credit) for credit in credited]
    events += [(max(refund.order, refund.bill.order), 1, refund) for refund in returned]
    windows: list[Window] = []
    homes: dict[str, Window] = {}
    waiting: list[Movement] = []
    for _, _, event in sorted(events, key=_first_two):
        if isinstance(event, Credit):
            window = windows[-1] if windows and windows[-1].end is None else None
            if window is None:
                index = len(windows)
                if index == plan.cycles:
                    continue
                value = value_of(target, index, own)
                window = Window(index, event.order[0], None, value, Account(target.accumulation, plan.zone))
                windows.append(window)
                for movement in waiting:
                    window.account.move(movement)
                waiting = []
            homes[event.record] = window
            window.account.take(event)
        else:
            home = homes.get(event.bill.record)
            if home is None:
                continue
            window = home
            at = event.order[0]
            if policy == "SAME_PERIOD" or (policy is None and (home.end is None or at <= home.end)):
                window.account.give_back(event)
            else:
                change = home.account.change_of(event)
                if change:
                    waiting.append(Movement(event.order, event.record, change, False))
        if window.end is None and window.account.progress >= window.value:
            window.end = event.order[0]
    return windows
