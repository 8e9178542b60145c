"""What an answer says that no request decides: the status of a period, the rule over members, who gets a twin."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from targetexpr.targets.model.enums import CombinationType, PeriodStatus, TargetEntity
from targetexpr.targets.model.group import TWIN, Target, is_twin
from targetexpr.targets.model.json_values import JsonValue


def status_of(first: date | None, last: date | None, today: date) -> PeriodStatus:
    """What a period with these days is on a day, whatever was sent for it.

    >>> status_of(date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 1)).value
    'ENDED'
    """
    if last is not None and last < today:
        return PeriodStatus.ENDED
    if first is not None and first > today:
        return PeriodStatus.NOT_STARTED
    return PeriodStatus.RUNNING


def rule_over(targets: Iterable[JsonValue], combination: CombinationType | None) -> str:
    """The rule of a unified group over the ids of its members as they are answered, twins and inactive ones left out.

    >>> rule_over([{"id": 7, "name": "a"}, {"id": 8, "name": "b", "active": False}, {"id": 9}], CombinationType.ANY)
    '(7 | 9)'
    """
    members = [
        one
        for one in targets
        if isinstance(one, dict)
        and one.get("active") is not False
        and not is_twin(one.get("name"), one.get("eventName"))
    ]
    sign = " | " if combination is CombinationType.ANY else " & "
    return f"({sign.join(str(one['id']) for one in members)})"


def wants_twin(target: Target, there: Collection[str | None]) -> bool:
    """Whether a target gets the twin that sees returns; one that was read and is posted again may bring it along."""
    of_bills = target.target_entity is TargetEntity.TRANSACTION
    return of_bills and not target.is_twin and f"{target.name or ''}{TWIN}" not in there
