"""The sandbox's own clock and other settings, kept in the database so that a restart changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from targetexpr.base.pointers import join
from targetexpr.running.coercion import DataError, time_zone
from targetexpr.serve.errors import of_payload, ours
from targetexpr.serve.reading import MOST_ID, misfit
from targetexpr.serve.rows import Rows
from targetexpr.targets.api.create import Kind
from targetexpr.targets.model.envelope import PayloadError, checked
from targetexpr.targets.model.group import User
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import WireDate, date_text
from targetexpr.targets.progress.windows import ReturnPolicy

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9900, 1, 1, tzinfo=UTC)
"""Where the clock can be set; groups without dates end five years after it, and that must be a date."""

ZONE = "UTC"
"""The clock of local days, unless the settings name another."""

KINDS: tuple[Kind, ...] = get_args(Kind)
RETURNS: tuple[str, ...] = get_args(ReturnPolicy)
UNITS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds")
MOST_FIRST = 2**62 - 1
"""Where a sequence can begin: what follows still fits a long."""

_MOST_INSTANTS = 1000
_ACTOR = ("id", "code", "description", "name", "type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the sandbox answers. Made from the database in each transaction: another request may have changed it."""

    now: datetime  # in UTC, in whole milliseconds as the platform writes them; one instant for all of a request
    instants: tuple[datetime, ...] = ()  # of a set clock, those of the next create; the first is now
    shift: timedelta = timedelta()  # of a running clock, what it is ahead
    actor: Mapping[str, JsonValue] | None = None  # who makes things; the user of the request unless set
    return_bill: bool = False  # whether targets of TRANSACTION get their twin
    timezone: str = ZONE  # the clock of local days
    returns: ReturnPolicy | None = None
    org_id: int = 0
    open_users: bool = True  # whether enrolling makes a user known
    warnings: bool = False  # whether answers of success list our warnings

    @property
    def moments(self) -> tuple[datetime, ...]:
        """The instants of a create: periods, streaks, each target."""
        return self.instants or (self.now,)


def load(rows: Rows) -> Settings:
    """The settings as they are now."""
    kept = rows.settings()
    instants = tuple(datetime.fromisoformat(text) for text in kept.get("instants", ()))
    shift = timedelta(milliseconds=kept.get("shift", 0))
    moment = datetime.now(UTC) + shift
    return Settings(
        now=instants[0] if instants else moment.replace(microsecond=moment.microsecond // 1000 * 1000),
        instants=instants,
        shift=shift,
        actor=kept.get("actor"),
        return_bill=kept.get("returnBill", False),
        timezone=kept.get("timezone", ZONE),
        returns=kept.get("returns"),
        org_id=kept.get("orgId", 0),
        open_users=kept.get("openUsers", True),
        warnings=kept.get("warnings", False),
    )


def used(rows: Rows, settings: Settings) -> None:
    """After a create that had instants of its own the clock stands at the last of them."""
    if len(settings.instants) > 1:
        _freeze(rows, settings.instants[-1:])


def shown_clock(settings: Settings) -> dict[str, JsonValue]:
    """The clock as answers have it."""
    made: dict[str, JsonValue] = {"now": date_text(settings.now), "frozen": bool(settings.instants)}
    if len(settings.instants) > 1:
        made["instants"] = [date_text(moment) for moment in settings.instants]
    return made


def set_clock(rows: Rows, given: Mapping[str, JsonValue]) -> None:
    """Stops the clock at `now`: an instant, or a list of those of the next create. With `runs` it goes on."""
    now = given.get("now")
    if not isinstance(now, list):
        moments = [_instant(now, "/now")]
    else:
        if not 1 <= len(now) <= _MOST_INSTANTS:
            raise misfit("instants", f"The list has one to {_MOST_INSTANTS} instants, not {len(now)}.", "/now")
        moments = [_instant(one, f"/now/{place}") for place, one in enumerate(now)]
        if moments != sorted(moments):
            raise misfit("instants", "The instants go up: periods, streaks, then each target.", "/now")
    runs = given.get("runs", False)
    if not isinstance(runs, bool) or (runs and len(moments) > 1):
        raise misfit("wrong-type", "`runs` is true or false, and true goes with a single instant.", "/runs")
    if runs:
        _shift(rows, moments[0] - datetime.now(UTC))
    else:
        _freeze(rows, moments)


def advance(rows: Rows, given: Mapping[str, JsonValue]) -> None:
    """Puts the clock forward by weeks, days, hours and so on; one that stands goes on standing."""
    total = timedelta()
    for name, amount in given.items():
        if name not in UNITS:
            raise misfit("unknown-member", f"{name!r} is no unit; there are {', '.join(UNITS)}.", join([name]))
        if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount < 10**12:
            said = f"{name} is a whole number of 0 or more; the clock is put back by setting it."
            raise misfit("wrong-type", said, f"/{name}")
        try:
            total += timedelta(**{name: amount})
        except OverflowError:
            raise _outside(f"/{name}") from None
    if not given:
        raise misfit("empty", f"Say by how much: {', '.join(UNITS)}.", "")
    settings = load(rows)
    try:
        later = settings.now + total
    except OverflowError:
        raise _outside("") from None
    _check(later, "")
    if settings.instants:
        _freeze(rows, [later])
    else:
        _shift(rows, settings.shift + total)


def run_clock(rows: Rows) -> None:
    """Back to the real time."""
    rows.set("instants", None)
    rows.set("shift", None)


def _freeze(rows: Rows, moments: list[datetime] | tuple[datetime, ...]) -> None:
    rows.set("instants", [moment.isoformat() for moment in moments])
    rows.set("shift", None)


def _shift(rows: Rows, shift: timedelta) -> None:
    rows.set("instants", None)
    rows.set("shift", -(-shift // timedelta(milliseconds=1)))  # rounded up: never before the instant that was asked for


def _instant(given: JsonValue, pointer: str) -> datetime:
    try:
        if isinstance(given, bool) or not isinstance(given, str | int):
            raise ValueError("a text like 2023-11-17T07:04:44.000Z is needed")
        moment = WireDate.read(given).instant().astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise misfit("not-a-date", f"This is no instant: {error}.", pointer) from None
    _check(moment, pointer)
    return moment


def _check(moment: datetime, pointer: str) -> None:
    if not FIRST <= moment < LAST:
        raise _outside(pointer)


def _outside(pointer: str) -> Exception:
    return misfit("clock-range", f"The clock goes from {FIRST.year} to {LAST.year}.", pointer)


def shown_settings(settings: Settings, sequences: Mapping[str, int]) -> dict[str, JsonValue]:
    """The settings as answers have them, the next id of each sequence included."""
    return {
        "ids": {kind: sequences.get(kind, 1) for kind in KINDS},
        "actor": None if settings.actor is None else dict(settings.actor),
        "returnBill": settings.return_bill,
        "timezone": settings.timezone,
        "returns": settings.returns,
        "orgId": settings.org_id,
        "openUsers": settings.open_users,
        "warnings": settings.warnings,
    }


NAMES = ("ids", "actor", "returnBill", "timezone", "returns", "orgId", "openUsers", "warnings")


def change_settings(rows: Rows, given: Mapping[str, JsonValue]) -> None:
    """Changes what is named; null goes back to the default."""
    for name, value in given.items():
        if name == "ids":
            _set_ids(rows, value)
            continue
        wanted = _checked(name, value)
        if name == "timezone" and (wanted or ZONE) != load(rows).timezone and rows.counts()["records"]:
            # Dates without an offset were read on the old clock.
            said = "There are records whose dates were read on the clock of another time zone."
            raise ours("timezone-in-use", said, pointer="/timezone", hint="Reset the sandbox first.")
        rows.set(name, wanted)


def _checked(name: str, value: JsonValue) -> Any:
    if value is None:
        return None
    match name:
        case "actor":
            return _actor(value)
        case "returnBill" | "openUsers" | "warnings":
            if not isinstance(value, bool):
                raise misfit("wrong-type", f"{name} is true or false.", f"/{name}")
        case "orgId":
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_ID:
                raise misfit("wrong-type", f"orgId is a whole number from 0 to {MOST_ID}.", "/orgId")
        case "returns":
            if value not in RETURNS:
                raise misfit("returns", f"returns is {', '.join(RETURNS)} or null.", "/returns")
        case _:
            _zone(value)
    return value


def _zone(value: JsonValue) -> None:
    try:
        if not isinstance(value, str) or len(value) > 100:
            raise ValueError("a text like Asia/Kolkata or +05:30 is needed")
        time_zone(value)
    except (ValueError, DataError) as error:
        raise misfit("timezone", f"This is no time zone: {error}", "/timezone") from None


def _actor(value: JsonValue) -> JsonValue:
    if not isinstance(value, dict):
        raise misfit("wrong-type", f"actor is an object: {', '.join(_ACTOR)}.", "/actor")
    for name in value:
        if name not in _ACTOR:
            raise misfit(
                "unknown-member", f"An actor has no {name!r}; it has {', '.join(_ACTOR)}.", join([name], "/actor")
            )
    try:
        user = checked(User, value, "/actor")
    except PayloadError as error:
        raise of_payload(error) from None
    made: dict[str, JsonValue] = {name: str(text) for name in _ACTOR[1:] if (text := getattr(user, name)) is not None}
    first: dict[str, JsonValue] = {} if user.id is None else {"id": int(user.id)}
    return first | made


def _set_ids(rows: Rows, value: JsonValue) -> None:
    """Null begins at 1 again; while there are groups the sequences go on where they are."""
    before, made = rows.sequences(), rows.count_groups() > 0
    if value is None:
        value = {} if made else dict.fromkeys(KINDS, 1)
    if not isinstance(value, dict):
        raise misfit("wrong-type", f"ids is an object of first ids: {', '.join(KINDS)}.", "/ids")
    following: dict[str, int] = {}
    for kind, number in value.items():
        if kind not in KINDS:
            raise misfit(
                "unknown-member", f"There are no ids of {kind!r}; there are {', '.join(KINDS)}.", join([kind], "/ids")
            )
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MOST_FIRST:
            raise misfit("wrong-type", f"A first id is a whole number from 1 to {MOST_FIRST}.", f"/ids/{kind}")
        if made and number < before.get(kind, 1):
            said = (
                f"Ids of {kind} up to {before.get(kind, 1) - 1} may be in use; they only go up while there are groups."
            )
            raise ours("ids-go-up", said, pointer=f"/ids/{kind}", hint="Reset the sandbox first.")
        following[kind] = number
    rows.set_sequences(following)
