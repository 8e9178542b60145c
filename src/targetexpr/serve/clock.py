"""The sandbox's own clock: set, advanced, or running with the real time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from targetexpr.base.pointers import join
from targetexpr.serve.errors import Refusal, invalid_input
from targetexpr.serve.rows import Rows
from targetexpr.serve.sandbox_settings import Settings, load
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import WireDate, date_text

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9900, 1, 1, tzinfo=UTC)
"""Where the clock can be set; groups without dates end five years after it, and that must be a date."""

UNITS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds")
"""What the clock is advanced by."""

_MAX_INSTANTS = 1000


def to_json(settings: Settings) -> dict[str, JsonValue]:
    """The clock as answers have it."""
    clock: dict[str, JsonValue] = {"now": date_text(settings.now), "frozen": bool(settings.instants)}
    if len(settings.instants) > 1:
        clock["instants"] = [date_text(moment) for moment in settings.instants]
    return clock


def use_instants(rows: Rows, settings: Settings) -> None:
    """After a create that had instants of its own the clock stands at the last of them."""
    if len(settings.instants) > 1:
        _freeze(rows, settings.instants[-1:])


def set_clock(rows: Rows, body: Mapping[str, JsonValue]) -> None:
    """Stops the clock at `now`: an instant, or a list of those of the next create. With `runs` it goes on."""
    now = body.get("now")
    if not isinstance(now, list):
        moments = [_instant(now, "/now")]
    else:
        if not 1 <= len(now) <= _MAX_INSTANTS:
            message = f"The list has one to {_MAX_INSTANTS} instants, not {len(now)}."
            raise invalid_input("instants", message, "/now")
        moments = [_instant(value, f"/now/{index}") for index, value in enumerate(now)]
        if moments != sorted(moments):
            raise invalid_input("instants", "The instants go up: periods, streaks, then each target.", "/now")
    runs = body.get("runs", False)
    if not isinstance(runs, bool) or (runs and len(moments) > 1):
        raise invalid_input("wrong-type", "`runs` is true or false, and true goes with a single instant.", "/runs")
    if runs:
        _shift(rows, moments[0] - datetime.now(UTC))
    else:
        _freeze(rows, moments)


def advance(rows: Rows, amounts: Mapping[str, JsonValue]) -> None:
    """Puts the clock forward by weeks, days, hours and so on; one that stands goes on standing."""
    if not amounts:
        raise invalid_input("empty", f"Say by how much: {', '.join(UNITS)}.", "")
    settings = load(rows)
    total = sum((_amount(unit, amount) for unit, amount in amounts.items()), timedelta())
    try:
        later = settings.now + total
    except OverflowError:
        raise _out_of_range("") from None
    _check_range(later, "")
    if settings.instants:
        _freeze(rows, [later])
    else:
        _shift(rows, settings.shift + total)


def run_clock(rows: Rows) -> None:
    """Back to the real time."""
    rows.set("instants", None)
    rows.set("shift", None)


def _amount(unit: str, amount: JsonValue) -> timedelta:
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount < 10**12:
        message = f"{unit} is a whole number of 0 or more; the clock is put back by setting it."
        raise invalid_input("wrong-type", message, join([unit]))
    try:
        return timedelta(**{unit: amount})
    except OverflowError:
        raise _out_of_range(join([unit])) from None


def _freeze(rows: Rows, moments: Sequence[datetime]) -> None:
    rows.set("instants", [moment.isoformat() for moment in moments])
    rows.set("shift", None)


def _shift(rows: Rows, shift: timedelta) -> None:
    rows.set("instants", None)
    rows.set("shift", -(-shift // timedelta(milliseconds=1)))  # rounded up: never before the instant that was asked for


def _instant(value: JsonValue, pointer: str) -> datetime:
    try:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError("expected a string like 2023-11-17T07:04:44.000Z")
        moment = WireDate.read(value).instant().astimezone(UTC)
    except (ValueError, OverflowError) as failure:
        raise invalid_input("not-a-date", f"Invalid instant: {failure}.", pointer) from None
    _check_range(moment, pointer)
    return moment


def _check_range(moment: datetime, pointer: str) -> None:
    if not FIRST <= moment < LAST:
        raise _out_of_range(pointer)


def _out_of_range(pointer: str) -> Refusal:
    return invalid_input("clock-range", f"The clock goes from {FIRST.year} to {LAST.year}.", pointer)
