"""The sandbox's settings, each declared once; kept in the database so that a restart changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

from targetexpr.base.pointers import join
from targetexpr.running.coercion import DataError, time_zone
from targetexpr.serve.errors import invalid_input, refusal, refusal_of_payload
from targetexpr.serve.ids import MAX_ID
from targetexpr.serve.json_schemas import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    STRING,
    JsonSchema,
    closed_object,
    full_object,
    integer,
    map_of,
    or_null,
)
from targetexpr.serve.rows import Rows
from targetexpr.targets.api.create import Kind
from targetexpr.targets.model.envelope import PayloadError, checked
from targetexpr.targets.model.group import User
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.progress.windows import ReturnPolicy

KINDS: tuple[Kind, ...] = get_args(Kind)
"""What ids are of."""

RETURNS: tuple[str, ...] = get_args(ReturnPolicy)
MAX_FIRST_ID = 2**62 - 1
"""Where a sequence can begin: what follows still fits a long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the sandbox answers. Made from the database in each transaction: another request may have changed it."""

    now: datetime  # in UTC, in whole milliseconds as the platform writes them; one instant for all of a request
    instants: tuple[datetime, ...] = ()  # of a set clock, those of the next create; the first is now
    shift: timedelta = timedelta()  # of a running clock, what it is ahead
    actor: Mapping[str, JsonValue] | None = None  # who makes things; the user of the request unless set
    return_bill: bool = False  # whether targets of TRANSACTION get their twin
    timezone: str = "UTC"  # the clock of local days
    returns: ReturnPolicy | None = None
    org_id: int = 0
    open_users: bool = True  # whether enrolling makes a user known
    warnings: bool = False  # whether answers of success list our warnings

    @property
    def moments(self) -> tuple[datetime, ...]:
        """The instants of a create: periods, streaks, each target."""
        return self.instants or (self.now,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting that clients change and read: its name in JSON and in the database, what it may be."""

    name: str  # "returnBill"
    field: str  # of Settings, which has the default
    check: Callable[[JsonValue], JsonValue]  # of a value other than null; raises Refusal
    schema: JsonSchema  # in a request, where null goes back to the default
    shown: JsonSchema  # in an answer


def _flag(name: str, field: str) -> Setting:
    def check(value: JsonValue) -> JsonValue:
        if not isinstance(value, bool):
            raise invalid_input("wrong-type", f"{name} is true or false.", f"/{name}")
        return value

    return Setting(name=name, field=field, check=check, schema=BOOLEAN, shown=BOOLEAN)


_ACTOR_SCHEMA = {"id": INTEGER, "code": STRING, "description": STRING, "name": STRING, "type": STRING}


def _check_actor(value: JsonValue) -> JsonValue:
    if not isinstance(value, dict):
        raise invalid_input("wrong-type", f"actor is an object: {', '.join(_ACTOR_SCHEMA)}.", "/actor")
    for name in value:
        if name not in _ACTOR_SCHEMA:
            message = f"Unknown member {name!r} of an actor; expected one of {', '.join(_ACTOR_SCHEMA)}."
            raise invalid_input("unknown-member", message, join(["actor", name]))
    try:
        user = checked(User, value, "/actor")
    except PayloadError as failure:
        raise refusal_of_payload(failure) from None
    actor: dict[str, JsonValue] = {} if user.id is None else {"id": int(user.id)}
    for name in _ACTOR_SCHEMA:
        if name != "id" and (text := getattr(user, name)) is not None:
            actor[name] = str(text)
    return actor


def _check_timezone(value: JsonValue) -> JsonValue:
    try:
        if not isinstance(value, str) or len(value) > 100:
            raise ValueError("expected a string like Asia/Kolkata or +05:30")
        time_zone(value)
    except (ValueError, DataError) as failure:
        raise invalid_input("timezone", f"Invalid time zone: {failure}", "/timezone") from None
    return value


def _check_returns(value: JsonValue) -> JsonValue:
    if value not in RETURNS:
        raise invalid_input("returns", f"returns is {', '.join(RETURNS)} or null.", "/returns")
    return value


def _check_org_id(value: JsonValue) -> JsonValue:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_ID:
        raise invalid_input("wrong-type", f"orgId is a whole number from 0 to {MAX_ID}.", "/orgId")
    return value


_SETTINGS = (
    Setting(
        name="actor",
        field="actor",
        check=_check_actor,
        schema=closed_object(_ACTOR_SCHEMA),
        shown=or_null(map_of(ANYTHING)),
    ),
    _flag("returnBill", "return_bill"),
    Setting(name="timezone", field="timezone", check=_check_timezone, schema=STRING, shown=STRING),
    Setting(
        name="returns",
        field="returns",
        check=_check_returns,
        schema={"enum": [*RETURNS]},
        shown={"enum": [*RETURNS, None]},
    ),
    Setting(name="orgId", field="org_id", check=_check_org_id, schema=integer(0, MAX_ID), shown=INTEGER),
    _flag("openUsers", "open_users"),
    _flag("warnings", "warnings"),
)
_BY_NAME = {setting.name: setting for setting in _SETTINGS}

BODY_SCHEMA = closed_object(
    {
        "ids": or_null(closed_object(dict.fromkeys(KINDS, integer(1, MAX_FIRST_ID)))),
        **{setting.name: or_null(setting.schema) for setting in _SETTINGS},
    }
)
ANSWER_SCHEMA = full_object(
    {
        "ids": full_object(dict.fromkeys(KINDS, INTEGER)),
        **{setting.name: setting.shown for setting in _SETTINGS},
    }
)


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
        **{setting.field: kept[setting.name] for setting in _SETTINGS if setting.name in kept},
    )


def to_json(settings: Settings, sequences: Mapping[str, int]) -> dict[str, JsonValue]:
    """The settings as answers have them, the next id of each sequence included."""
    values: dict[str, JsonValue] = {setting.name: getattr(settings, setting.field) for setting in _SETTINGS}
    return {"ids": {kind: sequences.get(kind, 1) for kind in KINDS}, **values}


def change(rows: Rows, values: Mapping[str, JsonValue]) -> None:
    """Changes what is named; null goes back to the default. Raises Refusal."""
    for name, value in values.items():
        if name == "ids":
            _set_ids(rows, value)
            continue
        checked_value = None if value is None else _BY_NAME[name].check(value)
        if name == "timezone":
            _check_records(rows, checked_value)
        rows.set(name, checked_value)


def _check_records(rows: Rows, timezone: JsonValue) -> None:
    """Refuses another time zone once there are records: dates without an offset were read on the old clock."""
    wanted = timezone or Settings.__dataclass_fields__["timezone"].default
    if wanted != load(rows).timezone and rows.counts()["records"]:
        message = "There are records whose dates were read on the clock of another time zone."
        raise refusal("timezone-in-use", message, pointer="/timezone", hint="Reset the sandbox first.")


def _set_ids(rows: Rows, value: JsonValue) -> None:
    """Null begins at 1 again; while there are groups the sequences go on where they are."""
    before, in_use = rows.sequences(), rows.count_groups() > 0
    if value is None:
        value = {} if in_use else dict.fromkeys(KINDS, 1)
    if not isinstance(value, dict):
        raise invalid_input("wrong-type", f"ids is an object of first ids: {', '.join(KINDS)}.", "/ids")
    following: dict[str, int] = {}
    for kind, first in value.items():
        pointer = join(["ids", kind])
        if kind not in KINDS:
            message = f"Unknown kind of ids {kind!r}; expected one of {', '.join(KINDS)}."
            raise invalid_input("unknown-member", message, pointer)
        if not isinstance(first, int) or isinstance(first, bool) or not 1 <= first <= MAX_FIRST_ID:
            raise invalid_input("wrong-type", f"A first id is a whole number from 1 to {MAX_FIRST_ID}.", pointer)
        if in_use and first < before.get(kind, 1):
            last = before.get(kind, 1) - 1
            message = f"Ids of {kind} up to {last} may be in use; they only go up while there are groups."
            raise refusal("ids-go-up", message, pointer=pointer, hint="Reset the sandbox first.")
        following[kind] = first
    rows.set_sequences(following)
