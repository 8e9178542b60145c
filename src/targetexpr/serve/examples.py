"""A body for each operation that takes one, to be shown and sent as it is: the later ones follow the earlier."""

from __future__ import annotations

from typing import Any

BODIES: dict[str, Any] = {
    "Clock": {"now": "2024-01-03T09:00:00.000Z"},
    "TargetGroup": {
        "name": "Spend 500 a week",
        "trackingType": "UNIFIED",
        "combinationType": "ANY",
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "frequencyType": "WEEKLY",
        "frequency": 1,
        "totalPeriods": 3,
        "recurringCycles": 3,
        "periods": [
            {"refCode": "Cycle_1", "startDate": "2024-01-01", "endDate": "2024-01-07"},
            {"refCode": "Cycle_2", "startDate": "2024-01-08", "endDate": "2024-01-14"},
        ],
        "targets": [
            {
                "name": "Spend",
                "targetEntity": "TRANSACTION",
                "targetType": "SALES",
                "eventName": "TransactionAdd",
                "expression": "currentTxn.value>100",
                "enrolmentMethod": "IMPORT",
                "defaultValues": [{"defaultValue": 500}, {"defaultValue": 500}, {"defaultValue": 500}],
            },
            {
                "name": "Bills",
                "targetEntity": "TRANSACTION",
                "targetType": "COUNT",
                "eventName": "TransactionAdd",
                "expression": "true",
                "enrolmentMethod": "IMPORT",
                "defaultValues": [{"defaultValue": 3}, {"defaultValue": 3}, {"defaultValue": 3}],
            },
        ],
    },
    "Period": {"refCode": "Cycle_3", "startDate": "2024-01-15", "endDate": "2024-01-21"},
    "Target": {
        "name": "Visits",
        "targetEntity": "TRANSACTION",
        "targetType": "VISIT",
        "eventName": "TransactionAdd",
        "expression": "true",
        "enrolmentMethod": "IMPORT",
        "defaultValues": [{"defaultValue": 1}, {"defaultValue": 1}, {"defaultValue": 1}],
    },
    "TargetGroupUpdate": {"name": "Spend 500 a week", "targets": [{"id": 1, "expression": "currentTxn.value>50"}]},
    "TargetUpdate": {"expression": "currentTxn.value>100", "defaultValues": [{"periodId": 2, "defaultValue": 600}]},
    "PeriodUpdate": [{"id": 3, "endDate": "2024-01-28"}],
    "UnifiedUpdate": {
        "unifiedTargetExpression": {"aggregation": "COUNT", "thresholdValue": 2},
        "targets": [{"id": 3, "description": "Days with a bill"}],
        "deactivateTargetIds": [2],
    },
    "Communication": {
        "communicationType": "START",
        "channelId": 2,
        "subjectTemplate": "A new week",
        "messageTemplate": "Spend 500 by Sunday.",
        "sender": "shop@example.com",
        "offsetDays": 1,
        "active": True,
    },
    "NameCheck": {"type": "targetGroupName", "value": "Spend 500 a week"},
    "Users": [77, 78],
    "Enrolment": {"customerId": 77, "periodName": "Cycle_1"},
    "Record": {
        "id": "b1",
        "customerId": 77,
        "type": "TransactionAdd",
        "date": "2024-01-02T10:00:00Z",
        "currentTxn": {"value": 620},
    },
    "Advance": {"days": 7},
    "Unenrolment": {"customerId": 77},
    "Settings": {"timezone": "UTC", "returnBill": False, "orgId": 100},
    "Expression": {"exp": "currentTxn.value>500"},
}
"""By the schema of the body."""
