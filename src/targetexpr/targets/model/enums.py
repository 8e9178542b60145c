"""Enumerations of target groups: the stored names, and every documented way to write them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from targetexpr.base.suggestions import suggest


class WireEnum(StrEnum):
    """A stored name. Reading takes the documented spellings in any case; writing gives the stored one."""

    @classmethod
    def other(cls) -> Mapping[str, str]:
        """Documented spellings beside the stored ones, in upper case, each with the stored name."""
        return _OTHER.get(cls.__name__, {})

    @classmethod
    def read(cls, text: str) -> Self:
        """The member of that name. Raises ValueError for a name no document has.

        >>> TrackingType.read("Streak"), FrequencyType.read("Half-yearly")
        (<TrackingType.STREAKS: 'STREAKS'>, <FrequencyType.HALF_YEARLY: 'HALF_YEARLY'>)
        """
        name = text.upper()
        stored = cls.other().get(name, name)
        for member in cls:
            if member.value.upper() == stored:
                return member
        reason = _UNUSABLE.get((cls.__name__, name))
        if reason is not None:
            raise ValueError(f"{text} {reason}")
        close = suggest(name, (*(member.value for member in cls), *cls.other()))
        known = f"did you mean {close[0]}?" if close else f"expected {', '.join(cls)}"
        raise ValueError(f"unknown name {text[:60]!r}; {known}")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        spellings = sorted({*(member.value.upper() for member in cls), *cls.other()})
        stored = [str(member.value) for member in cls]
        return {
            "anyOf": [{"enum": stored}, {"type": "string", "pattern": f"^(?:{'|'.join(map(_any_case, spellings))})$"}]
        }

    @classmethod
    def _validate(cls, given: Any) -> Self:
        if isinstance(given, cls):
            return given
        if not isinstance(given, str):
            raise PydanticCustomError("unknown-name", "{reason}", {"reason": f"expected a name: {', '.join(cls)}"})
        try:
            return cls.read(given)
        except ValueError as error:
            raise PydanticCustomError("unknown-name", "{reason}", {"reason": str(error)}) from None


def _any_case(name: str) -> str:
    """A pattern for a name in upper, lower or mixed case; JSON Schema has no flag for that."""
    return "".join(f"[{char}{char.lower()}]" if char.isalpha() else char for char in name)


class TrackingType(WireEnum):
    """What a group tracks: one target, several as one, periods in a row, periods at all, or a ceiling."""

    DEFAULT = "DEFAULT"
    UNIFIED = "UNIFIED"
    STREAKS = "STREAKS"
    NON_CONTINUOUS_STREAKS = "NON_CONTINUOUS_STREAKS"
    CAPPING = "CAPPING"

    @property
    def is_streak(self) -> bool:
        """Streaks of either kind."""
        return self in (TrackingType.STREAKS, TrackingType.NON_CONTINUOUS_STREAKS)


class EvaluationType(WireEnum):
    """When periods begin and end: for all alike, from a customer's first record, or when the value is reached."""

    FIXED_CALENDAR_WINDOW = "FIXED_CALENDAR_WINDOW"
    CYCLIC_WINDOW = "CYCLIC_WINDOW"
    PERIOD_AGNOSTIC_WINDOW = "PERIOD_AGNOSTIC_WINDOW"


class FrequencyType(WireEnum):
    """The unit of a cycle's length; CUSTOM counts days."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    HALF_YEARLY = "HALF_YEARLY"
    YEARLY = "YEARLY"
    CUSTOM = "CUSTOM"


class PeriodStatus(WireEnum):
    """Where a period stands against the clock. The platform computes it; what is sent is not read."""

    RUNNING = "RUNNING"
    NOT_STARTED = "NOT_STARTED"
    ENDED = "ENDED"


class MilestoneStatus(WireEnum):
    """Where a group stands, in the list of milestones."""

    LIVE = "LIVE"
    UPCOMING = "UPCOMING"
    ENDED = "ENDED"
    STOPPED = "STOPPED"


class CommunicationType(WireEnum):
    """When customers are told something about a target."""

    START = "START"
    FINISH = "FINISH"
    CHANGE = "CHANGE"
    REMINDER = "REMINDER"


class TargetEntity(WireEnum):
    """The records a target looks at. REWARDS is the name on requests, POINTS the one in answers."""

    TRANSACTION = "TRANSACTION"
    LINEITEM = "LINEITEM"
    EVENT = "EVENT"
    POINTS = "POINTS"
    REWARDS = "REWARDS"
    ALTERNATE_CURRENCIES = "ALTERNATE_CURRENCIES"

    @property
    def stored(self) -> TargetEntity:
        """The name in answers."""
        return TargetEntity.POINTS if self is TargetEntity.REWARDS else self


class TargetType(WireEnum):
    """What a target counts."""

    SALES = "SALES"
    GROSS_SALES = "GROSS_SALES"
    QUANTITY = "QUANTITY"
    COUNT = "COUNT"
    VISIT = "VISIT"
    REGULAR_POINTS = "REGULAR_POINTS"
    PROMOTIONAL_POINTS = "PROMOTIONAL_POINTS"
    ALL_POINTS = "ALL_POINTS"
    EXTENDED_FIELD = "EXTENDED_FIELD"
    EVENT_ATTRIBUTE = "EVENT_ATTRIBUTE"
    REGULAR = "REGULAR"
    PROMOTIONAL = "PROMOTIONAL"
    ALL = "ALL"


class EnrolmentMethod(WireEnum):
    """How customers come to take part."""

    TRANSACTION = "TRANSACTION"
    IMPORT = "IMPORT"
    AUDIENCE_FILTER = "AUDIENCE_FILTER"


class FilterEntity(WireEnum):
    """What the ids of a filter are."""

    STORE = "STORE"
    ZONE = "ZONE"
    CONCEPT = "CONCEPT"


class AggregateFunction(WireEnum):
    """What is made of a field over the records."""

    SUM = "SUM"
    COUNT = "COUNT"


class WindowType(WireEnum):
    """Which value of a day counts."""

    MIN = "MIN"
    MAX = "MAX"


class WindowTimeUnit(WireEnum):
    """The unit of an aggregate window."""

    DAY = "DAY"


class CombinationType(WireEnum):
    """Whether all targets of a unified group are needed."""

    ALL = "ALL"
    ANY = "ANY"


class Aggregation(WireEnum):
    """What the threshold of a unified group is compared with."""

    SUM = "SUM"
    COUNT = "COUNT"


class TriggerType(WireEnum):
    """Who made a sub-target."""

    SYSTEM_TRIGGER = "SYSTEM_TRIGGER"
    CUSTOM_TRIGGER = "CUSTOM_TRIGGER"


class TriggerValueType(WireEnum):
    """How the value of a sub-target is meant."""

    ABSOLUTE = "ABSOLUTE"
    PERCENTAGE = "PERCENTAGE"


class UserType(WireEnum):
    """The kind of user in an attribution."""

    TILL = "TILL"
    ADMIN_USER = "ADMIN_USER"
    ZONE = "ZONE"


class StreakStatus(WireEnum):
    """How far a customer is with a streak level."""

    ACHIEVED = "ACHIEVED"
    INPROGRESS = "INPROGRESS"
    DROPPED = "DROPPED"


class TrackedEventName(WireEnum):
    """What kind of event counted towards a target."""

    GENERIC_EVENT = "GENERIC_EVENT"
    ADD_TRANSACTION = "ADD_TRANSACTION"
    RETURN_BILL = "RETURN_BILL"
    ENROL = "ENROL"
    UNENROL = "UNENROL"


class NameKind(WireEnum):
    """What the name check can be asked about."""

    GROUP = "targetGroupName"
    STREAK = "streakName"
    TARGET = "targetName"
    STREAK_LEVEL = "streakLevelName"
    PERIOD = "periodName"


_OTHER: dict[str, dict[str, str]] = {
    "TrackingType": {
        "SINGLE": "DEFAULT",
        "STREAK": "STREAKS",
        "NON CONTINUOUS STREAK": "NON_CONTINUOUS_STREAKS",
    },
    # The platform's own message about leaderboards spells it so.
    "EvaluationType": {"FIXED_CALENDER_WINDOW": "FIXED_CALENDAR_WINDOW"},
    "FrequencyType": {"HALF-YEARLY": "HALF_YEARLY", "DAYS": "DAILY", "WEEKS": "WEEKLY", "MONTHS": "MONTHLY"},
    # "inactive" says no more than "not running"; the platform computes the status anyway.
    "PeriodStatus": {
        "LIVE": "RUNNING",
        "ACTIVE": "RUNNING",
        "UPCOMING": "NOT_STARTED",
        "NOT STARTED": "NOT_STARTED",
        "INACTIVE": "NOT_STARTED",
        "STOPPED": "ENDED",
    },
    "TargetEntity": {
        "TRANSACTIONS": "TRANSACTION",
        "LINE ITEM": "LINEITEM",
        "EVENTS": "EVENT",
        "BEHAVIOURAL_EVENTS": "EVENT",
        "BEHAVIOURAL EVENTS": "EVENT",
    },
    "TargetType": {"SUM": "EVENT_ATTRIBUTE", "PROMOTION": "PROMOTIONAL", "DAYS OF ACTIVITY": "VISIT"},
}
_UNUSABLE = {
    ("EvaluationType", "CALENDAR_CYCLIC_WINDOW"): "is a name of one query only; groups have no such window",
    ("EvaluationType", "ROLLING_WINDOW"): "is a name of the reward currency limits only; groups have no such window",
    ("FrequencyType", "NO_LIMIT"): "is a name of the reward currency limits only; groups have no such frequency",
    ("TargetEntity", "CUSTOMER"): "is printed on two pages, and no target has it",
    ("TargetEntity", "STORE"): "is printed on two pages, and no target has it",
    ("TargetEntity", "PRODUCT"): "is printed on two pages, and no target has it",
}
