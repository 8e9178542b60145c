"""The JSON schemas of answers that no model has: a user's progress, tracked events, everybody's progress, settings."""

from __future__ import annotations

from targetexpr.serve.json_schemas import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRING,
    JsonSchema,
    array_of,
    described,
    full_object,
    map_of,
    open_object,
    or_null,
)
from targetexpr.targets.progress.results import REASONS

PROBLEM = open_object(
    {
        "code": or_null(INTEGER),
        "message": STRING,
        "reason": STRING,
        "pointer": STRING,
        "detail": STRING,
        "hint": STRING,
    },
    required=("code", "message", "reason"),
)
"""An entry of `errors` or `warnings`."""

_USER: JsonSchema = {"anyOf": [INTEGER, STRING]}
_MOMENT = {**STRING, "examples": ["2024-01-02T10:00:00.000+0000"]}
_DAY = {**STRING, "format": "date"}

_ROW = full_object(
    {
        "targetId": described(or_null(INTEGER), "The user's own row; null when there is none yet."),
        "periodId": described(or_null(INTEGER), "Null of a customer's own cycle."),
        "periodRefCode": STRING,
        "periodStartDate": _DAY,
        "periodEndDate": or_null(_DAY),
        "targetValue": NUMBER,
        "targetAchievedValue": NUMBER,
        "targetName": or_null(STRING),
        "targetType": STRING,
        "targetEntity": STRING,
        "targetRuleId": described(INTEGER, "The id of the target in its group."),
        "enrolledOn": or_null(_MOMENT),
        "eventName": or_null(STRING),
        "periodStartDateWithTimeStamp": STRING,
        "periodEndDateWithTimeStamp": or_null(STRING),
        "targetAchievedDateTime": or_null(_MOMENT),
        "currentPeriod": BOOLEAN,
        "milestones": or_null(
            array_of(
                full_object(
                    {
                        "id": or_null(INTEGER),
                        "triggerName": or_null(STRING),
                        "triggerValue": described(NUMBER, "An amount; of a percentage that of the target's value."),
                        "isAchieved": BOOLEAN,
                    }
                )
            )
        ),
    }
)
_STATUS: JsonSchema = {"enum": ["ACHIEVED", "INPROGRESS", "DROPPED"]}
_LEVEL = full_object(
    {
        "userStreakId": or_null(INTEGER),
        "streakId": INTEGER,
        "streakName": STRING,
        "status": _STATUS,
        "currentCount": INTEGER,
        "totalTargetCountOfSequence": INTEGER,
        "streakAchievedUserTargetId": described(or_null(INTEGER), "The targetId of the period that decided."),
        "streakAchievedDateTime": or_null(_MOMENT),
    },
    optional=("streakAchievedUserTargetId",),
)
USER_PROGRESS = full_object(
    {
        "userId": _USER,
        "customer": full_object({"id": _USER}),
        "targetGroups": array_of(
            full_object(
                {
                    "id": INTEGER,
                    "attribution": map_of(ANYTHING),
                    "name": STRING,
                    "orgId": INTEGER,
                    "preferredTillId": or_null(INTEGER),
                    "targets": array_of(_ROW),
                    "streaks": array_of(_LEVEL),
                    "targetEvaluationType": STRING,
                    "trackingType": STRING,
                },
                optional=("orgId", "streaks"),
            )
        ),
    }
)
EVENT = full_object(
    {
        "eventLogId": INTEGER,
        "eventName": {"enum": ["ADD_TRANSACTION", "RETURN_BILL", "GENERIC_EVENT"]},
        "customerId": _USER,
        "eventDisplayName": or_null(STRING),
        "uniqueId": described(STRING, "The id of the record."),
        "eventDate": STRING,
        "eventProcessedDate": STRING,
        "periodId": or_null(INTEGER),
        "targetGroupId": INTEGER,
        "targetRuleId": INTEGER,
        "targetValue": described(NUMBER, "What the record changed the progress by."),
    }
)

_FIGURE = described(STRING, "A decimal without needless zeros.")
_BY = {"achieved": BOOLEAN, "achieved_by": or_null(STRING), "achieved_on": or_null(STRING)}
_CUSTOMER = full_object(
    {
        "targets": map_of(
            array_of(
                full_object(
                    {
                        "period": STRING,
                        "start": STRING,
                        "end": or_null(STRING),
                        "value": _FIGURE,
                        "progress": _FIGURE,
                        **_BY,
                        "contributions": described(array_of(array_of(STRING)), "Records and their changes."),
                    }
                )
            )
        ),
        "streak": or_null(
            full_object(
                {
                    "run": INTEGER,
                    "longest": INTEGER,
                    "levels": array_of(
                        full_object(
                            {
                                "name": STRING,
                                "count": INTEGER,
                                "status": _STATUS,
                                "period": or_null(STRING),
                                "reached_by": or_null(STRING),
                                "reached_on": or_null(STRING),
                            }
                        )
                    ),
                }
            )
        ),
        "unified": or_null(
            array_of(full_object({"period": STRING, "members_met": BOOLEAN, "overall_met": BOOLEAN, **_BY}))
        ),
        "caps": or_null(
            map_of(
                array_of(
                    full_object(
                        {
                            "period": STRING,
                            "cap": _FIGURE,
                            "granted": _FIGURE,
                            "remaining": _FIGURE,
                            "grants": described(array_of(array_of(STRING)), "Records, what they asked for and got."),
                        }
                    )
                )
            )
        ),
    }
)
_REPORTED = full_object(
    {
        "record": or_null(STRING),
        "target": or_null(STRING),
        "reason": {"enum": [*REASONS]},
        "path": or_null(STRING),
        "message": STRING,
    }
)
EVERYBODY = full_object(
    {
        "customers": map_of(_CUSTOMER),
        "reported": full_object(
            {
                "duplicates": array_of(STRING),
                "orphan_returns": array_of(STRING),
                "errors": described(array_of(array_of(or_null(STRING))), "Record, target and path."),
                "records": described(array_of(_REPORTED), "All of these, each with its reason."),
                "counts": full_object(
                    dict.fromkeys(("later", "not_enrolled", "out_of_scope", "outside_periods"), INTEGER)
                ),
            }
        ),
    }
)
FED_RECORD = full_object(
    {
        "record": described(map_of(ANYTHING), "As it was fed."),
        "fedOn": STRING,
        "setAside": array_of(
            full_object(
                {
                    "targetGroupId": INTEGER,
                    "target": described(or_null(STRING), "Its name; null when the whole record is set aside."),
                    "reason": {"enum": [*REASONS]},
                    "path": or_null(STRING),
                    "message": STRING,
                }
            )
        ),
    }
)
DIAGNOSTIC = full_object(
    {"code": STRING, "severity": STRING, "message": STRING, "start": INTEGER, "end": INTEGER, "hint": STRING},
    optional=("hint",),
)
