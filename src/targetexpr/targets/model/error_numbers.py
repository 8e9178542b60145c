"""The platform's error numbers: what each means, the text beside it, and which of our codes stand for it.

The one table of them: validation takes a diagnostic's number from here, the server its text.
"""

from __future__ import annotations

from dataclasses import dataclass

INVALID_INPUT = 300004
INVALID_USER = 310011
NO_GROUP = 310017
NO_TARGET = 310018
NO_PERIOD = 310019
NAME_TAKEN = 310069
ENROLLED = 310119
NOT_ENROLLED = 310126
INVALID_ENROLMENT = 310130
INVALID_KEY = 310145
NOTHING_RECORDED = 310149


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorNumber:
    """One number."""

    number: int  # 310008
    codes: tuple[str, ...] = ()  # our codes of validation that mean exactly this: "target-name-too-long"
    text: str  # what answers say beside the number
    documented: bool  # whether the documents show that text; else the wording is ours
    meaning: str


_TABLE = (
    ErrorNumber(
        number=INVALID_INPUT,
        codes=("member-missing",),
        text="Invalid input, check all values and ensure they are correct.",
        documented=True,
        meaning="The body does not fit the model: a required member is missing, or a value is of the wrong kind.",
    ),
    ErrorNumber(
        number=310008,
        codes=("target-name-too-long",),
        text="Length of Target rule name cannot exceed 200",
        documented=True,
        meaning="The name of a target has more than 200 characters.",
    ),
    ErrorNumber(
        number=INVALID_USER,
        text="Invalid userId",
        documented=True,
        meaning="The user is unknown, or the id cannot be one.",
    ),
    ErrorNumber(
        number=NO_GROUP,
        text="Target group not found or deactivated",
        documented=False,
        meaning="There is no target group of that id, or it is deactivated.",
    ),
    ErrorNumber(
        number=NO_TARGET,
        text="Target rule not found",
        documented=False,
        meaning="There is no target of that id.",
    ),
    ErrorNumber(
        number=NO_PERIOD,
        text="Target period not found",
        documented=False,
        meaning="The target group has no period of that id or name.",
    ),
    ErrorNumber(
        number=310033,
        codes=("entity-type-pair",),
        text="Target entity and target type do not go together",
        documented=False,
        meaning="The platform does not count this targetType of this targetEntity.",
    ),
    ErrorNumber(
        number=NAME_TAKEN,
        codes=("group-name-taken",),
        text="Target group name already exists",
        documented=True,
        meaning="Another target group of the organisation has the name.",
    ),
    ErrorNumber(
        number=310092,
        codes=("extended-field-wrong",),
        text="Extended field not found or of a wrong data type",
        documented=False,
        meaning="The extended field is not declared, or it is not a number and cannot be summed.",
    ),
    ErrorNumber(
        number=310094,
        codes=("extended-field-info-missing",),
        text="Extended field info is missing",
        documented=True,
        meaning="A target of an extended field or an alternate currency has no extendedFieldInfo.",
    ),
    ErrorNumber(
        number=ENROLLED,
        text="User already enrolled for the target",
        documented=False,
        meaning="The user takes part in the target already.",
    ),
    ErrorNumber(
        number=NOT_ENROLLED,
        text="User is not enrolled for the target",
        documented=True,
        meaning="The user does not take part in the target.",
    ),
    ErrorNumber(
        number=INVALID_ENROLMENT,
        text="Invalid enrollment type as input",
        documented=True,
        meaning="A customer's targets are asked for by an unknown method of enrolment.",
    ),
    ErrorNumber(
        number=310132,
        codes=("leaderboard-window",),
        text="Leaderboard is available for FIXED_CALENDAR_WINDOW only",
        documented=False,
        meaning="A target group with a leaderboard has another window.",
    ),
    ErrorNumber(
        number=INVALID_KEY,
        text="Invalid key is passed",
        documented=True,
        meaning="The name check is asked about an unknown kind of name.",
    ),
    ErrorNumber(
        number=310146,
        codes=("program-invalid",),
        text="Program id is invalid",
        documented=True,
        meaning="A target of an alternate currency has no valid programId.",
    ),
    ErrorNumber(
        number=310147,
        codes=("currency-missing",),
        text="Alternate currency id is null or invalid",
        documented=True,
        meaning="A target of an alternate currency has no alternateCurrencyIdentifier.",
    ),
    ErrorNumber(
        number=NOTHING_RECORDED,
        text="Nothing is recorded for the user and the target",
        documented=False,
        meaning="There are no tracked events of the user for the target.",
    ),
)

ERROR_NUMBERS: dict[int, ErrorNumber] = {entry.number: entry for entry in _TABLE}
"""Every number that is ever given, with its entry."""

_BY_CODE = {code: entry.number for entry in _TABLE for code in entry.codes}


def number_of(code: str) -> int | None:
    """The platform's number for a code of validation; None where it documents none.

    >>> number_of("target-name-too-long"), number_of("streaks-missing")
    (310008, None)
    """
    return _BY_CODE.get(code)
