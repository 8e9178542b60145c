"""Who takes part, from when, and with which values of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias, cast

from targetexpr.running.coercion import DataError
from targetexpr.running.context import ContextReader
from targetexpr.targets.progress.plan import EvaluationPlan, TargetPlan

Enrolment: TypeAlias = "Mapping[str | int, Mapping[str, object] | None] | Iterable[str | int | Mapping[str, object]]"
"""Customers by id, or a list of ids or dicts with `customerId`. A customer's dict may have:

`values`: by target name (or id) a list with one value per period, None for the default, or a dict of values by refCode
or period id, or one value for all periods; straight away, without target names, where the group has one target.
`enrolledOn`: periods that ended before that day are ignored, neither counted nor missed; cycles begin no earlier.
`unenrolledOn`: the period of that day and all later ones are ignored.
"""

_KNOWN = {"customerId", "values", "enrolledOn", "unenrolledOn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """One customer's part."""

    values: Mapping[str, tuple[Decimal | None, ...]]  # by target name
    since: datetime | None = None  # in UTC
    until: datetime | None = None


EVERYBODY = Enrolled(values={})


def read_enrolment(given: Enrolment, plan: EvaluationPlan, reader: ContextReader) -> dict[str, Enrolled]:
    """The customers that take part. Raises DataError for what does not fit, ValueError for unknown names."""
    pairs: Iterable[tuple[object, object]]
    if isinstance(given, str | bytes | bytearray | memoryview) or not isinstance(given, Iterable):
        raise DataError("enrolment", given, "customers by id, or a list of them")
    if isinstance(given, Mapping):
        pairs = given.items()
    else:
        pairs = [
            (one.get("customerId"), one) if isinstance(one, Mapping) else (one, None)
            for one in cast("Iterable[object]", given)
        ]
    found: dict[str, Enrolled] = {}
    for customer, part in pairs:
        name = reader.string(customer, "customerId")
        if not name:
            raise DataError("customerId", customer, "an id (a string or an integer)")
        found[name] = EVERYBODY if part is None else _enrolled(part, plan, reader, name)
    return found


def _enrolled(part: object, plan: EvaluationPlan, reader: ContextReader, customer: str) -> Enrolled:
    if not isinstance(part, Mapping):
        raise DataError(f"enrolment.{customer}", part, "dict")
    unknown = sorted(str(key) for key in part.keys() - _KNOWN)
    if unknown:
        raise ValueError(
            f"enrolment of {customer}: unknown member {unknown[0]!r}; expected {', '.join(sorted(_KNOWN))}"
        )
    days = [reader.value("date", part.get(name), "enrolment", name) for name in ("enrolledOn", "unenrolledOn")]
    since, until = (day if isinstance(day, datetime) else None for day in days)
    return Enrolled(values=_values(part.get("values"), plan, reader), since=since, until=until)


def _values(given: object, plan: EvaluationPlan, reader: ContextReader) -> dict[str, tuple[Decimal | None, ...]]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        by_key = {str(target.id): target for target in plan.targets if target.id is not None}
        by_key |= {target.name: target for target in plan.targets}
        if all(str(key) in by_key for key in given):
            named = [(by_key[str(key)], values) for key, values in given.items()]
            return {target.name: _of_target(values, plan, target, reader) for target, values in named}
    if len(plan.targets) != 1:
        names = ", ".join(target.name for target in plan.targets)
        raise ValueError(f"values of a group with several targets need target names: {names}")
    (target,) = plan.targets
    return {target.name: _of_target(given, plan, target, reader)}


def _of_target(
    given: object, plan: EvaluationPlan, target: TargetPlan, reader: ContextReader
) -> tuple[Decimal | None, ...]:
    count = max(len(plan.names), plan.cycles)
    found: list[object] = [None] * count
    if isinstance(given, Mapping):
        places = {str(place + 1): place for place in range(count)}
        places |= {str(known): place for place, known in enumerate(plan.ids) if known is not None}
        places |= {name: place for place, name in enumerate(plan.names)}
        for key, value in given.items():
            if str(key) not in places:
                raise ValueError(f"values of {target.name}: unknown period {key!r}")
            found[places[str(key)]] = value
    elif isinstance(given, Sequence) and not isinstance(given, str):
        found[: len(given)] = given
    else:
        found = [given] * count
    numbers = (reader.number(value, "values", target.name, place) for place, value in enumerate(found))
    return tuple(None if number is None else Decimal(number) for number in numbers)
