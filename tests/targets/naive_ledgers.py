"""The naive evaluator's own ledgers: periods, cycles, and what happened in each; see `naive.py`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.targets.naive_measures import (
    DAYS,
    MONTHS,
    BadData,
    add_months,
    contribution,
    instant,
    local_day,
    midnight,
    written_day,
)
from tests.targets.naive_returns import ZERO, order, returned_amounts

# ---- the ledger of one target and customer -------------------------------------------------------


class Period:
    """A stretch of time `[start, end)` in which one value is wanted, and the ledger of what happened in it."""

    def __init__(self, index: int, start: datetime, end: datetime | None, value: Any, active: bool = True) -> None:
        self.index, self.start, self.end, self.value, self.active = index, start, end, Fraction(value), active
        self.days: tuple[date, date] | None = None  # of a listed period, which goes by the days of the local clock
        self.entries: list[dict[str, Any]] = []  # date, id, amount, bill (the id of the bill), kind: "add" or "return"

    def holds(self, moment: datetime, zone: tzinfo) -> bool:
        if self.days is not None:
            return self.days[0] <= local_day(moment, zone) <= self.days[1]
        return self.start <= moment and (self.end is None or moment < self.end)

    def begins_after(self, moment: datetime, zone: tzinfo) -> bool:
        return self.start > moment if self.days is None else self.days[0] > local_day(moment, zone)


def progress_of(target: dict[str, Any], entries: list[dict[str, Any]], zone: tzinfo) -> Fraction:
    """The progress of a list of entries, from nothing."""
    adds = [each for each in entries if each["kind"] == "add"]
    returns = [each for each in entries if each["kind"] == "return"]
    here, carried = [each for each in returns if not each["carried"]], [each for each in returns if each["carried"]]
    brought_in = sum((each["amount"] for each in carried), ZERO)
    if target["targetType"] != "VISIT" and target["window"] is None:
        return sum((each["amount"] for each in adds), ZERO) - sum((each["amount"] for each in here), ZERO) - brought_in
    gone = {each["bill"] for each in here if each["whole"]}
    by_day: dict[date, list[Fraction]] = {}
    for each in adds:
        if each["id"] not in gone:
            taken = sum((back["amount"] for back in here if back["bill"] == each["id"]), ZERO)
            by_day.setdefault(local_day(each["date"], zone), []).append(each["amount"] - taken)
    if target["targetType"] == "VISIT":
        return Fraction(len(by_day)) - brought_in
    pick = max if target["window"]["windowType"] == "MAX" else min
    return sum((pick(amounts) for amounts in by_day.values()), ZERO) - brought_in


def day_window(group: dict[str, Any], target: dict[str, Any]) -> dict[str, Any] | None:
    """The window of a target: its own, else the group's where the target sums a figure."""
    info = target.get("extendedFieldInfo") or {}
    counts = target["targetType"] in ("COUNT", "VISIT") or info.get("aggregateFunction") == "COUNT"
    return info.get("aggregateWindow") or (None if counts else group.get("aggregateWindow"))


def is_achieved(target: dict[str, Any], period: Period, entries: list[dict[str, Any]], zone: tzinfo) -> bool:
    return any(each["kind"] == "add" for each in entries) and progress_of(target, entries, zone) >= period.value


def achiever(target: dict[str, Any], period: Period, zone: tzinfo) -> dict[str, Any] | None:
    """The entry that last brought the progress to the value, None when the value is not reached in the end."""
    found = None
    before = False
    for count in range(1, len(period.entries) + 1):
        after = is_achieved(target, period, period.entries[:count], zone)
        if after and not before:
            found = period.entries[count - 1]
        before = after
    return found if before else None


def fixed_periods(group: dict[str, Any], values: list[Fraction], part: dict[str, Any], zone: tzinfo) -> list[Period]:
    """The listed periods; those before the enrolment and from the unenrolment on are as good as inactive."""
    since, until = part.get("enrolledOn"), part.get("unenrolledOn")
    joined = date.min if since is None else local_day(instant(since, zone), zone)
    left = date.max if until is None else local_day(instant(until, zone), zone)
    periods = []
    for index, each in enumerate(group.get("periods") or []):
        first, last = written_day(each["startDate"]), written_day(each["endDate"])
        start, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
        taking_part = joined <= last < left
        periods.append(Period(index, start, end, values[index], each.get("active", True) and taking_part))
        periods[-1].days = (first, last)
    return periods


def cycle_count(group: dict[str, Any]) -> int:
    if (group.get("recurringCycles") or 0) > 0:
        return int(group["recurringCycles"])
    return len(group.get("periods") or []) or int(group.get("totalPeriods") or 0)


def group_span(group: dict[str, Any], zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    listed = group.get("periods") or []
    starts = {name: written_day(group[name]) for name in ("fromDate", "targetCycleStartDate") if group.get(name)}
    ends = {name: written_day(group[name]) for name in ("toDate", "targetCycleEndDate") if group.get(name)}
    first = min((written_day(each["startDate"]) for each in listed), default=None)
    last = max((written_day(each["endDate"]) for each in listed), default=None)
    pair = starts.get("targetCycleStartDate"), ends.get("targetCycleEndDate")
    derived = pair == (first, last) if listed else None not in pair and pair[1] == add_years(pair[0], 5)
    if derived:
        del starts["targetCycleStartDate"], ends["targetCycleEndDate"]
    start = max(starts.values(), default=first)
    end = min(ends.values(), default=last)
    return (
        None if start is None else midnight(start, zone),
        None if end is None else midnight(end + timedelta(days=1), zone),
    )


def add_years(day: date | None, years: int) -> date:
    assert day is not None
    return date(day.year + years, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def cyclic_periods(group: dict[str, Any], values: list[Fraction], anchor: datetime, zone: tzinfo) -> list[Period]:
    frequency, unit = group.get("frequency") or 1, group["frequencyType"]
    _, group_end = group_span(group, zone)

    def start_of(index: int) -> datetime:
        if unit in DAYS:
            return anchor + timedelta(hours=24) * (DAYS[unit] * frequency * index)
        local = anchor.astimezone(zone).replace(tzinfo=None)
        return add_months(local, MONTHS[unit] * frequency * index).replace(tzinfo=zone).astimezone(UTC)

    periods = []
    for index in range(cycle_count(group)):
        start, end = start_of(index), start_of(index + 1)
        if group_end is not None and start >= group_end:
            break
        periods.append(Period(index, start, end if group_end is None else min(end, group_end), values[index]))
    return periods


def default_values(group: dict[str, Any], target: dict[str, Any], own: Any) -> list[Fraction]:
    """The wanted value of each period: by its id where the defaults name periods, else by position."""
    given = target["defaultValues"]
    if all("periodId" in each for each in given) and given:
        by_id = {each["periodId"]: Fraction(str(each["defaultValue"])) for each in given}
        values = [by_id[each["id"]] for each in group["periods"]]
    else:
        values = [Fraction(str(each["defaultValue"])) for each in given]
    if group.get("targetEvaluationType") in ("CYCLIC_WINDOW", "PERIOD_AGNOSTIC_WINDOW"):
        cyclic = group["targetEvaluationType"] == "CYCLIC_WINDOW"
        values = [values[0 if cyclic else min(at, len(values) - 1)] for at in range(max(cycle_count(group), 1))]
    if isinstance(own, dict):
        own = [own.get(str(index + 1)) for index in range(len(values))]
    elif own is not None and not isinstance(own, list):
        own = [own] * len(values)
    for index, value in enumerate(own or []):
        if value is not None:
            values[index] = Fraction(str(value))
    return values


def entry(record: dict[str, Any], amount: Any, zone: tzinfo, **more: Any) -> dict[str, Any]:
    made = {"date": instant(record["date"], zone), "id": record["id"], "amount": Fraction(amount), **more}
    return {"order": order(record, zone), **made}


def return_entry(each: dict[str, Any], zone: tzinfo, **more: Any) -> dict[str, Any]:
    """A return that is dated before its bill stands directly behind it, at the bill's instant."""
    made = entry(each["return"], each["amount"], zone, kind="return", bill=each["return"]["returnOf"], **more)
    return {**made, "order": each["order"], "date": each["order"][0], "whole": each["whole"]}


def place_return(
    periods: list[Period], home: Period, when: datetime, policy: str | None, zone: tzinfo
) -> tuple[Period | None, bool]:
    """The period that a return weighs on, and whether it was carried there from the bill's period."""
    if policy == "SAME_PERIOD" or (policy is None and home.holds(when, zone)):
        return home, False
    later = sorted(
        (each for each in periods if each.active and each.begins_after(when, zone)), key=lambda one: one.start
    )
    return (later[0], True) if later else (None, True)


def weight(
    target: dict[str, Any], this: dict[str, Any], returned: list[dict[str, Any]], home: Period, zone: tzinfo
) -> Fraction:
    """By how much a return would lower its bill's period, after all the records there: what is carried elsewhere."""
    adds = [each for each in home.entries if each["kind"] == "add"]
    bills = {each["id"] for each in adds}
    upto = [each for each in returned[: returned.index(this) + 1] if each["return"]["returnOf"] in bills]
    backs = [return_entry(each, zone, carried=False) for each in upto]
    return progress_of(target, adds + backs[:-1], zone) - progress_of(target, adds + backs, zone)


def target_ledger(
    group: dict[str, Any],
    target: dict[str, Any],
    records: list[dict[str, Any]],
    part: dict[str, Any],
    policy: str | None,
    zone: tzinfo,
) -> tuple[list[Period], set[Any]]:
    """The periods of one target for one customer with their ledgers, and the ids of the records with bad data."""
    errors: set[Any] = set()
    window = group.get("targetEvaluationType") or "FIXED_CALENDAR_WINDOW"
    start, end = group_span(group, zone)
    if window != "FIXED_CALENDAR_WINDOW" and part.get("enrolledOn") is not None:
        start = max(start or datetime.min.replace(tzinfo=UTC), instant(part["enrolledOn"], zone))
    bills, amounts = {}, {}
    until = instant(part["unenrolledOn"], zone) if part.get("unenrolledOn") is not None else None
    for record in records:
        when = instant(record["date"], zone)
        try:
            amount = contribution(target, record)
        except BadData:
            errors.add(record["id"])  # wherever it lies
            continue
        if window != "FIXED_CALENDAR_WINDOW" and (
            (start and when < start) or (end and when >= end) or (until and when >= until)
        ):
            continue
        if amount is not None:
            bills[record["id"]], amounts[record["id"]] = record, amount
    takes_returns = target["targetEntity"] in ("TRANSACTION", "LINEITEM") and policy != "IGNORE"
    back = [each for each in records if each["type"] == "ReturnBill"] if takes_returns else []
    returned = returned_amounts(target, bills, amounts, back, errors, zone)
    values = default_values(group, target, (part.get("values") or {}).get(target["name"]))
    if window == "PERIOD_AGNOSTIC_WINDOW":
        periods = agnostic_ledger(group, target, bills, amounts, returned, values, policy, zone, errors)
        return [each for each in periods if until is None or (each.end is not None and each.end <= until)], errors
    if window == "CYCLIC_WINDOW":
        anchor = min((instant(each["date"], zone) for each in bills.values()), default=None)
        periods = [] if anchor is None else cyclic_periods(group, values, anchor, zone)
    else:
        periods = fixed_periods(group, values, part, zone)
    homes = {}
    for record_id, record in bills.items():
        for period in periods:
            if period.active and period.holds(instant(record["date"], zone), zone):
                period.entries.append(entry(record, amounts[record_id], zone, kind="add", bill=record_id))
                homes[record_id] = period
    for each in returned:
        home = homes.get(each["return"]["returnOf"])
        if home is None:
            continue
        period, carried = place_return(periods, home, each["order"][0], policy, zone)
        change = weight(target, each, returned, home, zone) if carried else each["amount"]
        if not change:
            continue
        if period is None:
            errors.add(each["return"]["id"])
        else:
            period.entries.append({**return_entry(each, zone, carried=carried), "amount": change})
    for period in periods:
        # what is carried in from earlier periods opens the ledger
        period.entries.sort(key=lambda one: (not one.get("carried", False), one["order"]))
    if window == "CYCLIC_WINDOW" and until is not None:
        periods = [each for each in periods if each.end is not None and each.end <= until]
    return periods, errors


def agnostic_ledger(
    group: dict[str, Any],
    target: dict[str, Any],
    bills: dict[Any, dict[str, Any]],
    amounts: dict[Any, Decimal],
    returned: list[dict[str, Any]],
    values: list[Fraction],
    policy: str | None,
    zone: tzinfo,
    errors: set[Any],
) -> list[Period]:
    """Cycles that close on the record that reaches the value; the next record opens the next one."""
    periods: list[Period] = []
    homes: dict[Any, Period] = {}
    waiting: list[dict[str, Any]] = []  # returns for the cycle that opens next

    def weigh(each: dict[str, Any]) -> Fraction:
        return weight(target, each, returned, homes[each["return"]["returnOf"]], zone)

    everything = [{"order": order(record, zone), "record": record} for record in bills.values()]
    everything += returned
    for each in sorted(everything, key=lambda one: one["order"]):
        when = each["order"][0]
        if "return" in each:
            home = homes.get(each["return"]["returnOf"])
            if home is None:
                continue
            if policy == "SAME_PERIOD" or (policy is None and (home.end is None or when <= home.end)):
                home.entries.append(return_entry(each, zone, carried=False))
                if home.end is None and is_achieved(target, home, home.entries, zone):
                    home.end = when  # a return of a day's lowest raises what the day brings
            else:
                waiting.append(each)
            continue
        record = each["record"]
        if not periods or periods[-1].end is not None:
            if len(periods) >= cycle_count(group):
                continue
            value = values[min(len(periods), len(values) - 1)]
            periods.append(Period(len(periods), when, None, value))
            for one in waiting:
                if weigh(one):
                    carried = {**return_entry(one, zone, carried=True), "amount": weigh(one)}
                    periods[-1].entries.append(carried)
            waiting = []
        current = periods[-1]
        current.entries.append(entry(record, amounts[record["id"]], zone, kind="add", bill=record["id"]))
        homes[record["id"]] = current
        if is_achieved(target, current, current.entries, zone):
            current.end = when
    errors |= {one["return"]["id"] for one in waiting if weigh(one)}
    return periods
