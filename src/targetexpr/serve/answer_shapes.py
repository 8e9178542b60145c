"""The schemas of answers that no model has: a user's progress, tracked events, everybody's progress, settings."""

from __future__ import annotations

from typing import Any

from targetexpr.serve.clock import KINDS, RETURNS
from targetexpr.targets.progress.results import REASONS

Shape = dict[str, Any]

_TEXT: Shape = {"type": "string"}
_FLAG: Shape = {"type": "boolean"}
_NUMBER: Shape = {"type": "number"}
_WHOLE: Shape = {"type": "integer"}
_ANYTHING: Shape = {}


def or_null(shape: Shape) -> Shape:
    """The shape, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def list_of(shape: Shape) -> Shape:
    """A list of the shape."""
    return {"type": "array", "items": shape}


def by_name(shape: Shape) -> Shape:
    """An object with members of any name."""
    return {"type": "object", "additionalProperties": shape}


def whole(members: dict[str, Shape], *, may_lack: tuple[str, ...] = ()) -> Shape:
    """An object with these members and no others; all are there but those named."""
    needed = [name for name in members if name not in may_lack]
    return {"type": "object", "properties": members, "required": needed, "additionalProperties": False}


def _said(said: str, shape: Shape) -> Shape:
    return {**shape, "description": said}


_USER: Shape = {"anyOf": [_WHOLE, _TEXT]}
_MOMENT = {**_TEXT, "examples": ["2024-01-02T10:00:00.000+0000"]}
_DAY = {**_TEXT, "format": "date"}

_ROW = whole(
    {
        "targetId": _said("The user's own row; null when there is none yet.", or_null(_WHOLE)),
        "periodId": _said("Null of a customer's own cycle.", or_null(_WHOLE)),
        "periodRefCode": _TEXT,
        "periodStartDate": _DAY,
        "periodEndDate": or_null(_DAY),
        "periodStartDateWithTimeStamp": _TEXT,
        "periodEndDateWithTimeStamp": or_null(_TEXT),
        "targetValue": _NUMBER,
        "targetAchievedValue": _NUMBER,
        "targetName": or_null(_TEXT),
        "targetType": _TEXT,
        "targetEntity": _TEXT,
        "targetRuleId": _said("The id of the target in its group.", _WHOLE),
        "enrolledOn": or_null(_MOMENT),
        "eventName": or_null(_TEXT),
        "targetAchievedDateTime": or_null(_MOMENT),
        "currentPeriod": _FLAG,
        "milestones": list_of(
            whole({"id": or_null(_WHOLE), "triggerName": or_null(_TEXT), "triggerValue": _NUMBER, "isAchieved": _FLAG})
        ),
    }
)
_STATUS: Shape = {"enum": ["ACHIEVED", "INPROGRESS", "DROPPED"]}
_LEVEL = whole(
    {
        "userStreakId": or_null(_WHOLE),
        "streakId": _WHOLE,
        "streakName": _TEXT,
        "status": _STATUS,
        "currentCount": _WHOLE,
        "totalTargetCountOfSequence": _WHOLE,
        "streakAchievedUserTargetId": _said("The targetId of the period that decided.", or_null(_WHOLE)),
        "streakAchievedDateTime": or_null(_MOMENT),
    }
)
USER_PROGRESS = whole(
    {
        "userId": _USER,
        "customer": whole({"id": _USER}),
        "targetGroups": list_of(
            whole(
                {
                    "id": _WHOLE,
                    "attribution": by_name(_ANYTHING),
                    "name": _TEXT,
                    "orgId": _WHOLE,
                    "preferredTillId": or_null(_WHOLE),
                    "targets": list_of(_ROW),
                    "streaks": list_of(_LEVEL),
                    "targetEvaluationType": _TEXT,
                    "trackingType": _TEXT,
                },
                may_lack=("streaks",),
            )
        ),
    }
)
EVENT = whole(
    {
        "eventLogId": _WHOLE,
        "eventName": {"enum": ["ADD_TRANSACTION", "RETURN_BILL", "GENERIC_EVENT"]},
        "customerId": _USER,
        "eventDisplayName": or_null(_TEXT),
        "uniqueId": _said("The id of the record.", _TEXT),
        "eventDate": _TEXT,
        "eventProcessedDate": _TEXT,
        "periodId": or_null(_WHOLE),
        "targetGroupId": _WHOLE,
        "targetRuleId": _WHOLE,
        "targetValue": _said("What the record changed the progress by.", _NUMBER),
    }
)

_FIGURE = _said("A decimal without needless zeros.", _TEXT)
_BY = {"achieved": _FLAG, "achieved_by": or_null(_TEXT), "achieved_on": or_null(_TEXT)}
_CUSTOMER = whole(
    {
        "targets": by_name(
            list_of(
                whole(
                    {
                        "period": _TEXT,
                        "start": _TEXT,
                        "end": or_null(_TEXT),
                        "value": _FIGURE,
                        "progress": _FIGURE,
                        **_BY,
                        "contributions": _said("Records and their changes.", list_of(list_of(_TEXT))),
                    }
                )
            )
        ),
        "streak": or_null(
            whole(
                {
                    "run": _WHOLE,
                    "longest": _WHOLE,
                    "levels": list_of(
                        whole(
                            {
                                "name": _TEXT,
                                "count": _WHOLE,
                                "status": _STATUS,
                                "period": or_null(_TEXT),
                                "reached_by": or_null(_TEXT),
                                "reached_on": or_null(_TEXT),
                            }
                        )
                    ),
                }
            )
        ),
        "unified": or_null(list_of(whole({"period": _TEXT, "members_met": _FLAG, "overall_met": _FLAG, **_BY}))),
        "caps": or_null(
            by_name(
                list_of(
                    whole(
                        {
                            "period": _TEXT,
                            "cap": _FIGURE,
                            "granted": _FIGURE,
                            "remaining": _FIGURE,
                            "grants": _said("Records, what they asked for and got.", list_of(list_of(_TEXT))),
                        }
                    )
                )
            )
        ),
    }
)
_REPORTED = whole(
    {
        "record": or_null(_TEXT),
        "target": or_null(_TEXT),
        "reason": {"enum": [*REASONS]},
        "path": or_null(_TEXT),
        "message": _TEXT,
    }
)
EVERYBODY = whole(
    {
        "customers": by_name(_CUSTOMER),
        "reported": whole(
            {
                "duplicates": list_of(_TEXT),
                "orphan_returns": list_of(_TEXT),
                "errors": _said("Record, target and path.", list_of(list_of(or_null(_TEXT)))),
                "records": _said("All of these, each with its reason.", list_of(_REPORTED)),
                "counts": whole(dict.fromkeys(("later", "not_enrolled", "out_of_scope", "outside_periods"), _WHOLE)),
            }
        ),
    }
)
SETTINGS = whole(
    {
        "ids": whole(dict.fromkeys(KINDS, _WHOLE)),
        "actor": or_null(by_name(_ANYTHING)),
        "returnBill": _FLAG,
        "timezone": _TEXT,
        "returns": {"enum": [*RETURNS, None]},
        "orgId": _WHOLE,
        "openUsers": _FLAG,
        "warnings": _FLAG,
    }
)
FINDING = whole(
    {"code": _TEXT, "severity": _TEXT, "message": _TEXT, "start": _WHOLE, "end": _WHOLE, "hint": _TEXT},
    may_lack=("hint",),
)
