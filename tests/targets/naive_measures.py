"""The naive evaluator's own reading of dates, values, rules and measures; see `naive.py`."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)


class BadData(Exception):
    """A value that does not fit what it is declared as."""


# ---- times ---------------------------------------------------------------------------------------

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?(?:(Z)|([+-])(\d\d):?(\d\d))?$"
)


def instant(value: Any, zone: tzinfo) -> datetime:
    """The instant of a date as records and bodies write it; without an offset it is local to the zone."""
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)
    elif isinstance(value, int):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
    else:
        match = _TIME.match(value)
        if match is None:
            raise BadData(value)
        parts = [int(each or 0) for each in match.groups()[:6]]
        found = datetime(*parts, int((match[7] or "0").ljust(6, "0")))
        if match[8]:
            found = found.replace(tzinfo=UTC)
        elif match[9]:
            offset = timedelta(hours=int(match[10]), minutes=int(match[11]))
            found = found.replace(tzinfo=timezone(offset if match[9] == "+" else -offset))
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC)


def id_order(name: str) -> tuple[int, int, str]:
    """Ids of digits come first, by number, equal numbers by text; others by text."""
    return (0, int(name), name) if re.fullmatch("[0-9]+", name) else (1, 0, name)


def written_day(value: Any) -> date:
    """The calendar day that a bound of a group is written with; of milliseconds the one in UTC."""
    if isinstance(value, int):
        return instant(value, UTC).date()
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def local_day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def add_months(moment: datetime, months: int) -> datetime:
    """The same wall time so many months on, the day cut to the length of the month."""
    count = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "HALF_YEARLY": 6, "YEARLY": 12}
DAYS = {"DAILY": 1, "WEEKLY": 7, "CUSTOM": 1}


# ---- values and rules ----------------------------------------------------------------------------


def number(value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool):
        raise BadData(value)
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]*)?", value):
        return Decimal(value.rstrip("."))
    raise BadData(value)


def profile(context: dict[str, Any], name: str) -> dict[str, Any]:
    found = context.get(name)
    if not isinstance(found, dict):
        raise BadData(name)
    return found


def compare(text: str, context: dict[str, Any]) -> bool | None:
    """One comparison `profile.attribute OP literal`: true, false or null."""
    match = re.fullmatch(r"(\w+)\.(\w+)(==|!=|<=|>=|<|>)(\"[^\"]*\"|[0-9.]+)", text)
    if match is None:
        raise AssertionError(f"the naive evaluator does not know the shape {text!r}")
    raw = profile(context, match[1]).get(match[2])
    if match[4].startswith('"'):
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, str | int):
            raise BadData(raw)
        left: Any = str(raw)
        right: Any = match[4][1:-1]
    else:
        left = number(raw)
        right = Decimal(match[4])
        if left is None:
            return None
    answers = {
        "==": left == right,
        "!=": left != right,
    }
    if isinstance(left, Decimal):
        answers |= {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return answers[match[3]]


def verdict(text: str, context: dict[str, Any]) -> bool:
    """Whether the rule is true: left to right, stopping at the first term that decides, null deciding nothing."""
    text = text.replace(" ", "")
    if text == "true":
        return True
    stop, joined = (True, "||") if "||" in text else (False, "&&")
    outcome: bool | None = not stop
    for term in text.split(joined):
        answer = compare(term, context)
        if answer is stop:
            return stop
        if answer is None:
            outcome = None
    return outcome is True


# ---- measures ------------------------------------------------------------------------------------


def line_value(line: dict[str, Any]) -> Decimal | None:
    value = number(line.get("value"))
    if value is None:
        rate, qty = number(line.get("rate")), number(line.get("qty"))
        return None if rate is None or qty is None else rate * qty
    return value


def line_amount(line: dict[str, Any]) -> Decimal | None:
    amount = number(line.get("amount"))
    if amount is None:
        value, discount = line_value(line), number(line.get("discount"))
        return None if value is None else value - (discount or ZERO)
    return amount


def extended(holder: dict[str, Any], name: str) -> Decimal | None:
    key = "extField_" + name
    if key in holder:
        return number(holder[key])
    return number((holder.get("extendedFields") or {}).get(name))


def measure_line(target: dict[str, Any], line: dict[str, Any]) -> Decimal | None:
    kind = target["targetType"]
    if kind == "SALES":
        return line_amount(line)
    if kind == "GROSS_SALES":
        return line_value(line)
    if kind == "QUANTITY":
        return number(line.get("qty"))
    if kind == "EXTENDED_FIELD":
        info = target["extendedFieldInfo"]
        found = extended(line, info["name"])
        if info["aggregateFunction"] == "COUNT":
            return None if found is None else Decimal(1)
        return found
    raise AssertionError(kind)


def measure_bill(target: dict[str, Any], bill: dict[str, Any]) -> Decimal | None:
    kind = target["targetType"]
    if kind == "SALES":
        return number(bill.get("value"))
    if kind == "GROSS_SALES":
        value, discount = number(bill.get("value")), number(bill.get("discount"))
        return None if value is None else value + (discount or ZERO)
    if kind == "QUANTITY":
        total = number(bill.get("totalQty"))
        if total is None:
            if bill.get("lineItems") is None:
                return None
            total = ZERO
            for line in bill["lineItems"]:
                qty = number(line.get("qty"))
                if qty is None:
                    return None
                total += qty
        return total
    if kind in ("COUNT", "VISIT"):
        return Decimal(1)
    if kind == "EXTENDED_FIELD":
        info = target["extendedFieldInfo"]
        found = extended(bill, info["name"])
        if info["aggregateFunction"] == "COUNT":
            return None if found is None else Decimal(1)
        return found
    raise AssertionError(kind)


def measure_points(target: dict[str, Any], record: dict[str, Any]) -> Decimal | None:
    """Points of the programme, or of the target's own currency; points that name no currency may be any."""
    kind, points = target["targetType"], record.get("points")
    if points is None:
        return None
    if not isinstance(points, dict):
        raise BadData(points)
    currency = points.get("alternateCurrencyIdentifier")
    wanted = None
    if target["targetEntity"] == "ALTERNATE_CURRENCIES":
        wanted = target["extendedFieldInfo"]["alternateCurrencyIdentifier"]
    if currency is not None and currency != wanted:
        return None
    if kind in ("REGULAR_POINTS", "REGULAR"):
        return number(points.get("regular"))
    if kind in ("PROMOTIONAL_POINTS", "PROMOTIONAL"):
        return number(points.get("promotional"))
    regular, promotional = number(points.get("regular")), number(points.get("promotional"))
    return None if regular is None and promotional is None else (regular or ZERO) + (promotional or ZERO)


def lines_measured(target: dict[str, Any], record: dict[str, Any], bill: dict[str, Any]) -> Decimal | None:
    """The sum over the lines that pass the rule; None when none does."""
    total = None
    for line in bill.get("lineItems") or []:
        if verdict(target["expression"], {**record, "currentLineItem": line}):
            found = measure_line(target, line)
            if found is not None:
                total = (total or ZERO) + found
    return total


def contribution(target: dict[str, Any], record: dict[str, Any]) -> Decimal | None:
    """What the record adds to the target, or None when it adds nothing. Raises BadData."""
    entity = target["targetEntity"]
    if record["type"] != wanted_type(target) or not in_scope(target, record):
        return None
    if entity == "LINEITEM":
        return lines_measured(target, record, profile(record, "currentTxn"))
    if not verdict(target["expression"], record):
        return None
    if entity == "TRANSACTION":
        if target["targetType"] in ("COUNT", "VISIT"):
            return Decimal(1)
        return measure_bill(target, profile(record, "currentTxn"))
    if entity in ("POINTS", "ALTERNATE_CURRENCIES"):
        return measure_points(target, record)
    if target["targetType"] in ("COUNT", "VISIT"):
        return Decimal(1)
    if target["targetType"] == "EVENT_ATTRIBUTE":
        return number(profile(record, "currentEvent").get(target["extendedFieldInfo"]["name"]))
    raise AssertionError(target)


def wanted_type(target: dict[str, Any]) -> str:
    if target["targetEntity"] == "EVENT":
        return str(target.get("eventName", "TransactionAdd"))
    return "PointsIssued" if target["targetEntity"] in ("POINTS", "ALTERNATE_CURRENCIES") else "TransactionAdd"


def in_scope(target: dict[str, Any], record: dict[str, Any]) -> bool:
    filters = [each for each in target.get("filters") or [] if each.get("entityIds")]
    if not filters:
        return True
    for each in filters:
        wanted = each["entityIds"]
        if each["entityType"] == "STORE" and record.get("storeId") in wanted:
            return True
        if each["entityType"] == "ZONE" and any(zone in wanted for zone in record.get("zoneIds") or []):
            return True
        if each["entityType"] == "CONCEPT" and any(one in wanted for one in record.get("conceptIds") or []):
            return True
    return False


def is_twin(target: dict[str, Any]) -> bool:
    return (
        target["targetEntity"] == "TRANSACTION"
        and target.get("eventName") == "ReturnBill"
        and target["name"].endswith("_ReturnBill")
    )
