"""A second, deliberately naive evaluator of target groups: plain dicts in, plain dicts out, everything from scratch.

It was written from the specification of the semantics alone and shares no code with the library. It is slow on
purpose: whatever can be recomputed is recomputed, so that no state can go stale. Rules are limited to the shapes that
the generator writes: comparisons of one attribute with a literal, joined by `&&` or by `||`, and `true`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.targets.naive_ledgers import Period, achiever, day_window, is_achieved, progress_of, target_ledger
from tests.targets.naive_measures import (
    id_order,
    instant,
    is_twin,
    local_day,
    written_day,
)
from tests.targets.naive_returns import ZERO

# ---- rows, streaks, unified, capping -------------------------------------------------------------


def text_of(value: Fraction) -> str:
    """Rounded to 34 digits, without exponent and needless zeros."""
    with localcontext(prec=34):
        text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def clock(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).isoformat()


def row_of(group: dict[str, Any], target: dict[str, Any], period: Period, zone: tzinfo) -> dict[str, Any]:
    """A period of a target as the library publishes it, each change of progress found by recomputing both sides."""
    changes = []
    for count in range(1, len(period.entries) + 1):
        before = progress_of(target, period.entries[: count - 1], zone)
        after = progress_of(target, period.entries[:count], zone)
        last = period.entries[count - 1]
        if last["kind"] == "add" or after != before:
            changes.append([str(last["id"]), text_of(after - before)])
    by = achiever(target, period, zone)
    start, end = clock(period.start, zone), clock(period.end, zone)
    listed = group.get("periods") or []
    name = listed[period.index]["refCode"] if period.index < len(listed) else str(period.index + 1)
    if (group.get("targetEvaluationType") or "FIXED_CALENDAR_WINDOW") == "FIXED_CALENDAR_WINDOW":
        assert period.end is not None
        start = local_day(period.start, zone).isoformat()
        end = (local_day(period.end, zone) - timedelta(days=1)).isoformat()
    return {
        "period": name,
        "start": start,
        "end": end,
        "value": text_of(period.value),
        "progress": text_of(progress_of(target, period.entries, zone)),
        "achieved": by is not None,
        "achieved_by": None if by is None else str(by["id"]),
        "achieved_on": None if by is None else clock(by["date"], zone),
        "contributions": changes,
    }


def streak_of(
    group: dict[str, Any],
    target: dict[str, Any],
    periods: list[Period],
    part: dict[str, Any],
    today: date,
    zone: tzinfo,
) -> dict[str, Any]:
    """The run after the last started period, the longest, and for each level where it was reached."""
    ordered = sorted((each for each in periods if each.active), key=lambda one: one.start)
    run, current, runs = 0, 0, []
    for period in ordered:
        assert period.end is not None
        ended = local_day(period.end, zone) <= today
        if achiever(target, period, zone) is not None:
            run += 1
        elif ended and group["trackingType"] == "STREAKS":
            run = 0
        runs.append(run)
        if local_day(period.start, zone) <= today:
            current = run
    levels: list[dict[str, Any]] = []
    reached_at: int | None = 0
    for count in sorted({each["targetCountOfSequence"] for each in group["streaks"]}):
        if reached_at is not None:
            places = [place for place in range(reached_at, len(runs)) if runs[place] >= count]
            reached_at = places[0] if places else None
        for each in group["streaks"]:
            if each["targetCountOfSequence"] != count:
                continue
            lasts = [written_day(one["endDate"]) for one in group["periods"] if one.get("active", True)]
            over = bool(lasts) and max(lasts) < today
            if part.get("unenrolledOn") is not None:
                over = over or local_day(instant(part["unenrolledOn"], zone), zone) <= today
            level = {"name": each["name"], "count": count, "status": "DROPPED" if over else "INPROGRESS"}
            level |= {"period": None, "reached_by": None, "reached_on": None}
            if reached_at is not None:
                period = ordered[reached_at]
                by = achiever(target, period, zone)
                level |= {"status": "ACHIEVED", "period": group["periods"][period.index]["refCode"]}
                if by is not None:
                    level |= {"reached_by": str(by["id"]), "reached_on": clock(by["date"], zone)}
            levels.append(level)
    return {"run": current, "longest": max(runs, default=0), "levels": levels}


def unified_at(
    group: dict[str, Any], members: list[tuple[dict[str, Any], Period]], upto: int, order: list[Any], zone: tzinfo
) -> tuple[bool, bool]:
    """Whether the members are met, and whether the overall sum is, after the first `upto` records."""
    known = set(order[:upto])
    wanted = group.get("unifiedTargetExpression") or {}
    met, total = [], ZERO
    for target, period in members:
        entries = [each for each in period.entries if each["id"] in known]
        met.append(is_achieved(target, period, entries, zone))
        total += progress_of(target, entries, zone)
    if group.get("combinationType", "ALL") == "ANY":
        members_met = sum(met) >= (wanted["thresholdValue"] if wanted.get("aggregation") == "COUNT" else 1)
    else:
        members_met = all(met)
    overall = wanted.get("aggregation") != "SUM" or total >= Fraction(str(wanted["thresholdValue"]))
    return members_met, overall


def unified_of(group: dict[str, Any], members: list[tuple[dict[str, Any], Period]], zone: tzinfo) -> dict[str, Any]:
    """The unified row of one period; the record is the one that last brought the whole about."""
    moments = {each["id"]: each["date"] for _, period in members for each in period.entries}
    orders = {
        each["id"]: (not each.get("carried", False), each["order"]) for _, period in members for each in period.entries
    }
    order = sorted(moments, key=lambda one: orders[one])
    found, before = None, False
    for upto in range(len(order) + 1):
        after = all(unified_at(group, members, upto, order, zone))
        if after and not before:
            found = order[upto - 1] if upto else None
        before = after
    members_met, overall = unified_at(group, members, len(order), order, zone)
    found = found if before else None
    return {
        "period": group["periods"][members[0][1].index]["refCode"],
        "members_met": members_met,
        "overall_met": overall,
        "achieved": before,
        "achieved_by": None if found is None else str(found),
        "achieved_on": None if found is None else clock(moments[found], zone),
    }


def cap_of(group: dict[str, Any], period: Period) -> dict[str, Any]:
    """What each award of a period is granted, in order, and what is left of the ceiling in the end."""
    left, grants = period.value, []
    for each in period.entries:
        if each["kind"] == "add":
            granted = max(ZERO, min(each["amount"], left))
            left -= granted
            grants.append([str(each["id"]), text_of(each["amount"]), text_of(granted)])
    return {
        "period": group["periods"][period.index]["refCode"],
        "cap": text_of(period.value),
        "granted": text_of(period.value - left),
        "remaining": text_of(left),
        "grants": grants,
    }


# ---- the whole -----------------------------------------------------------------------------------


def evaluate(
    group: dict[str, Any],
    records: list[dict[str, Any]],
    *,
    timezone: str = "UTC",
    now: Any = None,
    returns: str | None = None,
    enrolment: dict[Any, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Everything about everybody, in the plain form that the library publishes; inactive periods are left out."""
    with localcontext(prec=200):
        return whole(group, records, ZoneInfo(timezone), now, returns, enrolment)


def as_texts(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its ids as text: 8 and "8" are one."""
    return {**record, **{key: str(record[key]) for key in ("id", "returnOf") if record.get(key) is not None}}


def whole(
    group: dict[str, Any],
    records: list[dict[str, Any]],
    zone: ZoneInfo,
    now: Any,
    returns: str | None,
    enrolment: dict[Any, dict[str, Any]] | None,
) -> dict[str, Any]:
    group = {**group, "targets": [{**each, "window": day_window(group, each)} for each in group["targets"]]}
    records = [as_texts(each) for each in records]
    ordered = sorted(records, key=lambda one: (instant(one["date"], zone), id_order(one["id"])))
    latest = ordered[-1]["date"] if ordered and now is None else now
    moment = None if latest is None else instant(latest, zone)
    kept: list[dict[str, Any]] = []
    duplicates: set[Any] = set()
    for record in ordered:
        if moment is not None and instant(record["date"], zone) > moment:
            continue
        if any(each["id"] == record["id"] for each in kept):
            duplicates.add(record["id"])
        else:
            kept.append(record)
    bills = {each["id"] for each in kept if each["type"] == "TransactionAdd"}
    who = {each["customerId"] for each in kept} if enrolment is None else set(enrolment)
    orphans = {
        each["id"]
        for each in kept
        if each["type"] == "ReturnBill" and each.get("returnOf") not in bills and each["customerId"] in who
    }
    errors: set[tuple[Any, str]] = set()
    customers = {}
    for customer in sorted(who):
        mine = [each for each in kept if each["customerId"] == customer]
        part = dict((enrolment or {}).get(customer) or {})
        if part.get("unenrolledOn") is not None and moment is not None and instant(part["unenrolledOn"], zone) > moment:
            del part["unenrolledOn"]  # has not happened yet
        customers[customer] = customer_of(group, mine, part, returns, moment, zone, errors)
    return {
        "customers": customers,
        "reported": {
            "duplicates": sorted(map(str, duplicates)),
            "orphan_returns": sorted(map(str, orphans)),
            "errors": sorted([str(each), name] for each, name in errors),
        },
    }


def customer_of(
    group: dict[str, Any],
    records: list[dict[str, Any]],
    part: dict[str, Any],
    policy: str | None,
    now: datetime | None,
    zone: tzinfo,
    errors: set[tuple[Any, str]],
) -> dict[str, Any]:
    fixed = (group.get("targetEvaluationType") or "FIXED_CALENDAR_WINDOW") == "FIXED_CALENDAR_WINDOW"
    ledgers: list[tuple[dict[str, Any], list[Period]]] = []
    for target in group["targets"]:
        if is_twin(target) or not target.get("active", True):
            continue
        periods, bad = target_ledger(group, target, records, part, policy, zone)
        if not fixed:
            periods = [each for each in periods if now is not None and each.start <= now]
        ledgers.append((target, periods))
        errors |= {(each, target["name"]) for each in bad}
    answer: dict[str, Any] = {"streak": None, "unified": None, "caps": None}
    answer["targets"] = {
        target["name"]: [row_of(group, target, each, zone) for each in periods if each.active]
        for target, periods in ledgers
    }
    if group["trackingType"] in ("STREAKS", "NON_CONTINUOUS_STREAKS"):
        ((target, periods),) = ledgers
        today = date.min if now is None else local_day(now, zone)
        answer["streak"] = streak_of(group, target, periods, part, today, zone)
    if group["trackingType"] == "UNIFIED":
        answer["unified"] = [
            unified_of(group, [(target, periods[place]) for target, periods in ledgers], zone)
            for place, period in enumerate(ledgers[0][1])
            if period.active
        ]
    if group["trackingType"] == "CAPPING":
        answer["caps"] = {
            target["name"]: [cap_of(group, each) for each in periods if each.active] for target, periods in ledgers
        }
    return answer
