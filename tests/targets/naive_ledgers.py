"""Ledgers of the naive evaluator: periods, cycles, and what records and returns change in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, localcontext
from typing import Any

from tests.targets.naive_measures import (
    DAYS,
    MONTHS,
    ZERO,
    BadData,
    add_months,
    contribution,
    instant,
    local_day,
    measure_bill,
    measure_line,
    midnight,
    number,
    profile,
    verdict,
)


class Period:
    """A stretch of time `[start, end)` in which one value is wanted, and the ledger of what happened in it."""

    def __init__(self, index: int, start: datetime, end: datetime | None, value: Decimal, active: bool = True) -> None:
        self.index, self.start, self.end, self.value, self.active = index, start, end, value, active
        self.entries: list[dict[str, Any]] = []  # date, id, amount, bill (the id of the bill), kind: "add" or "return"

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)


def progress_of(target: dict[str, Any], entries: list[dict[str, Any]], zone: tzinfo) -> Decimal:
    """The progress of a list of entries, from nothing."""
    adds = [each for each in entries if each["kind"] == "add"]
    returns = [each for each in entries if each["kind"] == "return"]
    if target["targetType"] == "VISIT":
        gone = {each["bill"] for each in returns if each["whole"] and not each["carried"]}
        days = {local_day(each["date"], zone) for each in adds if each["id"] not in gone}
        return Decimal(len(days)) - sum((each["amount"] for each in returns if each["carried"]), ZERO)
    window = (target.get("extendedFieldInfo") or {}).get("aggregateWindow")
    if window and target["targetType"] in ("EXTENDED_FIELD", "EVENT_ATTRIBUTE"):
        assert not returns, "windows and returns together are not generated"
        pick = max if window["windowType"] == "MAX" else min
        by_day: dict[date, list[Decimal]] = {}
        for each in adds:
            by_day.setdefault(local_day(each["date"], zone), []).append(each["amount"])
        return sum((pick(amounts) for amounts in by_day.values()), ZERO)
    return sum((each["amount"] for each in adds), ZERO) - sum((each["amount"] for each in returns), ZERO)


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


def fixed_periods(group: dict[str, Any], values: list[Decimal], part: dict[str, Any], zone: tzinfo) -> list[Period]:
    """The listed periods; those before the enrolment and from the unenrolment on are as good as inactive."""
    since, until = part.get("enrolledOn"), part.get("unenrolledOn")
    joined = date.min if since is None else local_day(instant(since, zone), zone)
    left = date.max if until is None else local_day(instant(until, zone), zone)
    periods = []
    for index, each in enumerate(group.get("periods") or []):
        first = local_day(instant(each["startDate"], zone), zone)
        last = local_day(instant(each["endDate"], zone), zone)
        start, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
        taking_part = joined <= last < left
        periods.append(Period(index, start, end, values[index], each.get("active", True) and taking_part))
    return periods


def cycle_count(group: dict[str, Any]) -> int:
    if (group.get("recurringCycles") or 0) > 0:
        return int(group["recurringCycles"])
    return len(group.get("periods") or []) or int(group.get("totalPeriods") or 0)


def group_span(group: dict[str, Any], zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    start = group.get("targetCycleStartDate") or group.get("fromDate")
    end = group.get("targetCycleEndDate") or group.get("toDate")
    listed = group.get("periods") or []
    if start is None and listed:
        start = min((each["startDate"] for each in listed), key=lambda one: instant(one, zone))
    if end is None and listed:
        end = max((each["endDate"] for each in listed), key=lambda one: instant(one, zone))
    return (
        None if start is None else midnight(local_day(instant(start, zone), zone), zone),
        None if end is None else midnight(local_day(instant(end, zone), zone) + timedelta(days=1), zone),
    )


def cyclic_periods(group: dict[str, Any], values: list[Decimal], anchor: datetime, zone: tzinfo) -> list[Period]:
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
        periods.append(Period(index, start, end if group_end is None else min(end, group_end), values[0]))
    return periods


def default_values(group: dict[str, Any], target: dict[str, Any], own: list[Any] | None) -> list[Decimal]:
    """The wanted value of each period: by its id where the defaults name periods, else by position."""
    given = target["defaultValues"]
    if all("periodId" in each for each in given) and given:
        by_id = {each["periodId"]: Decimal(str(each["defaultValue"])) for each in given}
        values = [by_id[each["id"]] for each in group["periods"]]
    else:
        values = [Decimal(str(each["defaultValue"])) for each in given]
    for index, value in enumerate(own or []):
        if value is not None:
            values[index] = Decimal(str(value))
    return values


def entry(record: dict[str, Any], amount: Decimal, zone: tzinfo, **more: Any) -> dict[str, Any]:
    return {"date": instant(record["date"], zone), "id": record["id"], "amount": amount, **more}


def returned_amounts(
    target: dict[str, Any],
    bills: dict[Any, dict[str, Any]],
    amounts: dict[Any, Decimal],
    returns: list[dict[str, Any]],
    errors: set[Any],
) -> list[dict[str, Any]]:
    """What each return takes from the bill it belongs to; those that take nothing are left out."""
    found: list[dict[str, Any]] = []
    for position, each in enumerate(returns):
        bill_id = each.get("returnOf")
        if bill_id not in amounts:
            continue
        try:
            if counts_records(target):
                if not completes(bills[bill_id], returns[:position], each):
                    continue
                amount: Decimal | None = amounts[bill_id]
            else:
                amount = returned_measure(target, bills[bill_id], amounts[bill_id], profile(each, "returnBill"))
        except BadData:
            errors.add(each["id"])
            continue
        if amount is None:
            continue
        taken = sum((one["amount"] for one in found if one["return"].get("returnOf") == bill_id), ZERO)
        found.append({"return": each, "amount": min(amount, amounts[bill_id] - taken), "whole": counts_records(target)})
    return found


def counts_records(target: dict[str, Any]) -> bool:
    info = target.get("extendedFieldInfo") or {}
    return target["targetType"] in ("COUNT", "VISIT") or (
        target["targetType"] == "EXTENDED_FIELD" and info["aggregateFunction"] == "COUNT"
    )


def completes(bill: dict[str, Any], earlier: list[dict[str, Any]], this: dict[str, Any]) -> bool:
    """Whether this return is the one with which the whole bill has come back. Raises BadData."""
    value, back = number(profile(bill, "currentTxn").get("value")), number(profile(this, "returnBill").get("value"))
    before = ZERO
    for each in earlier:
        if each.get("returnOf") == bill["id"]:
            try:
                before += number(profile(each, "returnBill").get("value")) or ZERO
            except BadData:
                continue
    return value is not None and before < value <= before + (back or ZERO)


def lines_returned(target: dict[str, Any], bill: dict[str, Any], back: dict[str, Any]) -> Decimal | None:
    """The returned lines whose line on the bill, known by its code, passes the rule."""
    total = None
    for line in back["lineItems"]:
        (bought,) = [each for each in profile(bill, "currentTxn")["lineItems"] if each["code"] == line["code"]]
        if verdict(target["expression"], {**bill, "currentLineItem": bought}):
            found = measure_line(target, line)
            if found is not None:
                total = (total or ZERO) + found
    return total


def returned_measure(
    target: dict[str, Any], bill: dict[str, Any], whole: Decimal, back: dict[str, Any]
) -> Decimal | None:
    """What a return takes from a measure that is a sum; a line-item return without lines takes its share."""
    if target["targetEntity"] != "LINEITEM":
        return measure_bill(target, back)
    if back.get("lineItems") is not None:
        return lines_returned(target, bill, back)
    value, share = number(profile(bill, "currentTxn").get("value")), number(back.get("value"))
    if not value or share is None:
        return None
    with localcontext(prec=34):
        return whole * share / value


def place_return(periods: list[Period], home: Period, when: datetime, policy: str | None) -> tuple[Period | None, bool]:
    """The period that a return weighs on, and whether it was carried there from the bill's period."""
    if policy == "SAME_PERIOD" or (policy is None and home.holds(when)):
        return home, False
    later = sorted((each for each in periods if each.active and each.start > when), key=lambda one: one.start)
    return (later[0], True) if later else (None, True)


def empties_day(this: dict[str, Any], returned: list[dict[str, Any]], home: Period, zone: tzinfo) -> bool:
    """Whether with this return the last bill of its day has come back."""
    upto = returned[: returned.index(this) + 1]
    gone = {each["return"]["returnOf"] for each in upto if each["whole"]}
    adds = [each for each in home.entries if each["kind"] == "add"]
    (day,) = {local_day(each["date"], zone) for each in adds if each["id"] == this["return"]["returnOf"]}
    return all(each["id"] in gone for each in adds if local_day(each["date"], zone) == day)


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
    if window == "CYCLIC_WINDOW" and part.get("enrolledOn") is not None:
        start = max(start or datetime.min.replace(tzinfo=UTC), instant(part["enrolledOn"], zone))
    bills, amounts = {}, {}
    for record in records:
        when = instant(record["date"], zone)
        if window != "FIXED_CALENDAR_WINDOW" and ((start and when < start) or (end and when >= end)):
            continue
        try:
            amount = contribution(target, record)
        except BadData:
            errors.add(record["id"])
            continue
        if amount is not None:
            bills[record["id"]], amounts[record["id"]] = record, amount
    takes_returns = target["targetEntity"] in ("TRANSACTION", "LINEITEM") and policy != "IGNORE"
    back = [each for each in records if each["type"] == "ReturnBill"] if takes_returns else []
    returned = returned_amounts(target, bills, amounts, back, errors)
    values = default_values(group, target, (part.get("values") or {}).get(target["name"]))
    if window == "PERIOD_AGNOSTIC_WINDOW":
        return agnostic_ledger(group, target, bills, amounts, returned, values, policy, zone), errors
    if window == "CYCLIC_WINDOW":
        anchor = min((instant(each["date"], zone) for each in bills.values()), default=None)
        periods = [] if anchor is None else cyclic_periods(group, values, anchor, zone)
    else:
        periods = fixed_periods(group, values, part, zone)
    homes = {}
    for record_id, record in bills.items():
        for period in periods:
            if period.active and period.holds(instant(record["date"], zone)):
                period.entries.append(entry(record, amounts[record_id], zone, kind="add", bill=record_id))
                homes[record_id] = period
    for each in returned:
        home = homes.get(each["return"]["returnOf"])
        if home is None:
            continue
        when = instant(each["return"]["date"], zone)
        period, carried = place_return(periods, home, when, policy)
        if carried and target["targetType"] == "VISIT" and not empties_day(each, returned, home, zone):
            continue
        if period is not None:
            period.entries.append(
                entry(each["return"], each["amount"], zone, kind="return", bill=each["return"]["returnOf"],
                      whole=each["whole"], carried=carried)
            )  # fmt: skip
    for period in periods:
        period.entries.sort(key=lambda one: (one["date"], one["id"]))
    return periods, errors


def agnostic_ledger(
    group: dict[str, Any],
    target: dict[str, Any],
    bills: dict[Any, dict[str, Any]],
    amounts: dict[Any, Decimal],
    returned: list[dict[str, Any]],
    values: list[Decimal],
    policy: str | None,
    zone: tzinfo,
) -> list[Period]:
    """Cycles that close on the record that reaches the value; the next record opens the next one."""
    periods: list[Period] = []
    homes: dict[Any, Period] = {}
    waiting: list[dict[str, Any]] = []  # returns for the cycle that opens next
    taken = {each["return"]["id"]: each for each in returned}
    everything = [*bills.values(), *(each["return"] for each in returned)]
    for record in sorted(everything, key=lambda one: (instant(one["date"], zone), one["id"])):
        when = instant(record["date"], zone)
        if record["id"] in taken:
            each = taken[record["id"]]
            home = homes.get(record["returnOf"])
            if home is None:
                continue
            same = policy == "SAME_PERIOD" or (policy is None and (home.end is None or when <= home.end))
            more = {"kind": "return", "bill": record["returnOf"], "whole": each["whole"], "carried": not same}
            (home.entries if same else waiting).append(entry(record, each["amount"], zone, **more))
            continue
        if not periods or periods[-1].end is not None:
            if len(periods) >= cycle_count(group):
                continue
            value = values[min(len(periods), len(values) - 1)]
            periods.append(Period(len(periods), when, None, value))
            periods[-1].entries.extend(each for each in waiting if each["date"] < when)
            waiting = [each for each in waiting if each["date"] >= when]
        current = periods[-1]
        current.entries.append(entry(record, amounts[record["id"]], zone, kind="add", bill=record["id"]))
        homes[record["id"]] = current
        if is_achieved(target, current, current.entries, zone):
            current.end = when
    return periods
