"""Events: which records a target looks at, and so what its rule can name."""

from __future__ import annotations

from targetexpr.targets.model.enums import TargetEntity
from targetexpr.targets.model.group import RETURN_BILL, Target

TRANSACTION_ADD = "TransactionAdd"
"""The event of bills, and what the platform writes where no event is named."""

POINTS_ISSUED = "PointsIssued"

__all__ = ["POINTS_ISSUED", "RETURN_BILL", "TRANSACTION_ADD", "event_of"]

_POINTS = (TargetEntity.POINTS, TargetEntity.REWARDS, TargetEntity.ALTERNATE_CURRENCIES)


def event_of(target: Target) -> str | None:
    """The event whose records a target looks at and whose profiles its rule can name; None without an entity.

    Checking, building, answering and evaluating a target go by it. A twin sees returns and keeps the rule of the
    bill that is returned; points and currencies are issued, whatever event name a document has beside them.

    >>> event_of(Target(target_entity="TRANSACTION")), event_of(Target(target_entity="REWARDS", event_name="run"))
    ('TransactionAdd', 'PointsIssued')
    """
    if target.target_entity in _POINTS:
        return POINTS_ISSUED
    if target.event_name is not None and not target.is_twin:
        return target.event_name
    return None if target.target_entity is None else TRANSACTION_ADD
