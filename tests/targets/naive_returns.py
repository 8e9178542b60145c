"""The naive evaluator's own reading of returns: whole bills, stated parts, and what cannot be told; see `naive.py`."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.targets.naive_measures import (
    BadData,
    id_order,
    instant,
    line_amount,
    measure_bill,
    measure_line,
    number,
    profile,
    verdict,
)

ZERO = Fraction(0)


def order(record: dict[str, Any], zone: tzinfo) -> tuple[Any, ...]:
    return instant(record["date"], zone), id_order(record["id"]), 0


def returned_amounts(
    target: dict[str, Any],
    bills: dict[Any, dict[str, Any]],
    amounts: dict[Any, Decimal],
    returns: list[dict[str, Any]],
    errors: set[Any],
    zone: tzinfo,
) -> list[dict[str, Any]]:
    """What each return takes from the bill it belongs to; those that take nothing are left out."""
    mine = []
    for each in returns:
        bill = bills.get(each.get("returnOf"))
        if bill is not None:
            behind = (*order(bill, zone)[:2], 1)
            mine.append({"return": each, "order": max(order(each, zone), behind)})
    mine.sort(key=lambda one: (one["order"], order(one["return"], zone)))
    found: list[dict[str, Any]] = []
    seen: dict[Any, list[dict[str, Any]]] = {}
    for one in mine:
        each = one["return"]
        bill_id = each["returnOf"]
        taken = [before["amount"] for before in found if before["return"]["returnOf"] == bill_id]
        rest = Fraction(amounts[bill_id]) - sum(taken, ZERO)
        try:
            back = profile(each, "returnBill")
            value = number(back.get("value"))
            if value is not None and value < 0:
                raise BadData(value)
            seen.setdefault(bill_id, []).append(back)
            whole = is_whole(profile(bills[bill_id], "currentTxn"), seen[bill_id])
            amount = rest if whole else stated_part(target, bills[bill_id], Fraction(amounts[bill_id]), back)
        except BadData:
            errors.add(each["id"])
            continue
        if amount is None:
            errors.add(each["id"])  # what cannot be told takes nothing and is listed
            continue
        amount = min(amount, rest)
        if amount > 0:
            found.append({**one, "amount": amount, "whole": amount == rest})
    return found


def worth(bill: dict[str, Any]) -> Fraction | None:
    """The value of a bill or return: what it states, else what its lines are worth together."""
    try:
        value = number(bill.get("value"))
    except BadData:
        return None
    if value is not None:
        return Fraction(value)
    lines = bill.get("lineItems") or []
    try:
        amounts = [(number(line.get("qty")), line_amount(line))[1] for line in lines]
    except BadData:
        return None
    if not lines or None in amounts:
        return None
    return sum((Fraction(amount) for amount in amounts if amount is not None), ZERO)


def holds_by_code(bill: dict[str, Any]) -> dict[str, tuple[Fraction | None, Fraction | None]] | None:
    """Quantity and amount of the lines by code; None without lines, or where one has no code or does not fit."""
    held: dict[str, tuple[Fraction | None, Fraction | None]] = {}
    for line in bill.get("lineItems") or []:
        try:
            figures = number(line.get("qty")), line_amount(line)
        except BadData:
            return None
        if line.get("code") is None:
            return None
        qty, amount = (None if one is None else Fraction(one) for one in figures)
        before = held.get(line["code"], (ZERO, ZERO))
        held[line["code"]] = (
            None if before[0] is None or qty is None else before[0] + qty,
            None if before[1] is None or amount is None else before[1] + amount,
        )
    return held or None


def is_whole(bill: dict[str, Any], backs: list[dict[str, Any]]) -> bool:
    """Whether the returns so far, the last of them now, bring the whole bill back."""
    value, last = worth(bill), worth(backs[-1])
    if value is not None and last is not None and sum((worth(one) or ZERO for one in backs), ZERO) >= value:
        return True
    wanted, now = holds_by_code(bill), holds_by_code(backs[-1])
    if wanted is None or now is None:
        return False
    for code, needed in wanted.items():
        parts = [held[code] for held in map(holds_by_code, backs) if held is not None and code in held]
        if not parts:
            return False
        for place in (0, 1):
            if needed[place] is not None and all(part[place] is not None for part in parts):
                if sum(part[place] for part in parts) < needed[place]:  # type: ignore[misc]
                    return False
                break
        else:
            return False
    return True


def stated_part(target: dict[str, Any], bill: dict[str, Any], whole: Fraction, back: dict[str, Any]) -> Fraction | None:
    """What a part of a bill says that it takes; None when that cannot be told."""
    if counts_records(target):
        known = holds_by_code(back) is not None or (
            worth(back) is not None and worth(profile(bill, "currentTxn")) is not None
        )
        return ZERO if known else None
    if target["targetEntity"] != "LINEITEM":
        if back.get("totalQty") is None and back.get("lineItems") == [] and target["targetType"] == "QUANTITY":
            return None  # no lines tell as little as no list of them
        found = measure_bill(target, back)
        if found is not None and found < 0:
            raise BadData(found)
        return None if found is None else Fraction(found)
    if back.get("lineItems"):
        found = lines_returned(target, bill, back)
        if found is not None:
            return Fraction(found)
    value, share = worth(profile(bill, "currentTxn")), number(back.get("value"))
    if value is None or value <= 0 or share is None:
        return None
    return whole * Fraction(share) / value


def counts_records(target: dict[str, Any]) -> bool:
    info = target.get("extendedFieldInfo") or {}
    return target["targetType"] in ("COUNT", "VISIT") or (
        target["targetType"] == "EXTENDED_FIELD" and info["aggregateFunction"] == "COUNT"
    )


def lines_returned(target: dict[str, Any], bill: dict[str, Any], back: dict[str, Any]) -> Decimal | None:
    """The returned lines whose line on the bill, known by its code, counted; None when one of them does not say."""
    counted = set()
    for bought in profile(bill, "currentTxn").get("lineItems") or []:
        if (
            verdict(target["expression"], {**bill, "currentLineItem": bought})
            and measure_line(target, bought) is not None
        ):
            counted.add(bought.get("code"))
    total = Decimal(0)
    for line in back["lineItems"]:
        if line.get("code") is None:
            return None
        if line["code"] in counted:
            found = measure_line(target, line)
            if found is None:
                return None
            if found < 0:
                raise BadData(found)
            total += found
    return total
