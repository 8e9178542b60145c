"""Evaluating a group: records in, one by one or all at once, progress out, with its tables and the platform's answer.

The public face of `progress/`: `Progress` and `Tracker` add to the data and the machine below what reports and answers
make of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from targetexpr.targets.api.user_progress import group_progress, user_progress
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.model.json_values import JsonValue, write_json
from targetexpr.targets.progress.enrolment import Enrolment
from targetexpr.targets.progress.results import ProgressData
from targetexpr.targets.progress.tracker import OnDataError, RecordTracker
from targetexpr.targets.progress.windows import ReturnPolicy
from targetexpr.targets.reports.tables import tables

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(ProgressData):
    """What an evaluation found out. Made by `evaluate` and `Tracker.result`."""

    def user_progress(self, customer: str) -> dict[str, JsonValue]:
        """One customer in the shape of the platform's user-progress answer. Raises KeyError for an unknown one.

        Numbers are decimals with three places, which `write_json` writes as they are.
        """
        group = group_progress(self, self.customers[customer])
        return {"data": user_progress(customer, [group]), "errors": None, "warnings": None}

    def user_progress_json(self, customer: str) -> str:
        """The same as JSON text."""
        return write_json(self.user_progress(customer))

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """Rows for dataframes and files: `progress contributions levels streaks unified grants reported`."""
        return {name: list(rows) for name, rows in tables(self).items()}


class Tracker(RecordTracker):
    """An evaluation that takes records one by one. `result()` may be asked for at any time, and again later.

    The options are those of `evaluate`. A dict may be a request, an answer in its envelope, or a bare group; a group
    that was prepared has its zone and schema already. Raises PayloadError for a dict that holds no group,
    EvaluationError for a group that cannot be evaluated, ExpressionError for a broken rule, ValueError for options
    that do not exist.

    >>> from targetexpr.targets import TargetGroup
    >>> group = TargetGroup.model_validate({
    ...     "name": "g", "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-31", "refCode": "January"}],
    ...     "targets": [{"name": "spend", "targetEntity": "TRANSACTION", "targetType": "SALES",
    ...                  "expression": "currentTxn.value>100", "defaultValues": [{"defaultValue": 500}]}]})
    >>> tracker = Tracker(group)
    >>> tracker.add({"id": 1, "customerId": "c", "type": "TransactionAdd", "date": "2024-01-05",
    ...              "currentTxn": {"value": 620.5}})
    >>> tracker.result().customers["c"].periods[0].achieved
    True
    """

    def result(self, between: Callable[[], None] | None = None) -> Progress:
        """Everything that follows from the records so far.

        `between` is called before each customer: what it raises ends a result that takes too long.
        """
        return _whole(super().result(between))


def _whole(found: ProgressData) -> Progress:
    return Progress(plan=found.plan, now=found.now, customers=found.customers, reported=found.reported)


def evaluate(
    group: TargetGroup | Mapping[str, object],
    records: Iterable[Mapping[str, object]],
    *,
    timezone: str = "UTC",
    now: object = None,
    returns: ReturnPolicy | None = None,
    enrolment: Enrolment | None = None,
    schema: Schema | None = None,
    on_error: OnDataError = "list",
    drop_unfinished: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Progress:
    """Who would have earned what: a group against records, in any order.

    `timezone` is the clock of local days; `now` any date the language knows, by default the latest record's, and later
    records are ignored; `returns` the policy, `enrolment` who takes part (by default every customer with a record);
    `schema` what rules are checked against; `drop_unfinished=False` keeps levels INPROGRESS after the end. `progress`
    is called with the number of records taken, every 10,000 and at the end. Pure: nothing is read but the arguments.
    Records may be an iterator; they are not kept. While results are made from them, which hold no circles, Python's
    garbage collector looks at new objects only. Raises as `Tracker` does.
    """
    tracker = Tracker(
        group,
        timezone=timezone,
        now=now,
        returns=returns,
        enrolment=enrolment,
        schema=schema,
        on_error=on_error,
        drop_unfinished=drop_unfinished,
    )
    count = 0
    for count, record in enumerate(records, 1):
        tracker.add(record)
        if progress is not None and count % 10_000 == 0:
            progress(count)
    if progress is not None:
        progress(count)
    return _whole(tracker.last_result())
