"""Rules about a group, its periods and its streak levels."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from targetexpr.targets.model.cycles import day_after, step
from targetexpr.targets.model.enums import EvaluationType, FrequencyType, TrackingType
from targetexpr.targets.model.group import AggregateWindow, Period, Streak, TargetGroup, UnifiedTargetExpression
from targetexpr.targets.model.scalars import WireDate
from targetexpr.targets.validation.diagnostics import Report

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 255
LONGEST_REF_CODE = 100
LONGEST_STREAK_NAME = 210
MOST_CYCLES = 100
MOST_CAPPING_CYCLES = 10
MOST_LEVELS = 10


def check_group(group: TargetGroup, report: Report, taken_names: Collection[str]) -> None:
    """Everything but the targets."""
    _names(group, report, taken_names)
    _bounds(group, report)
    _periods(group, report)
    _cycles(group, report)
    _streaks(group, report)
    _unified(group, report)
    _leaderboard(group, report)
    aggregate_window(group.aggregate_window, "/aggregateWindow", report)


def aggregate_window(window: AggregateWindow | None, at: str, report: Report) -> None:
    """A window, of a target or of the group for its targets, says highest or lowest and is one day long."""
    if window is None:
        return
    if window.window_type is None and not report.is_invalid(f"{at}/windowType"):
        report.error(f"{at}/windowType", "window-type-missing", "A window needs a windowType: MIN or MAX.")
    if window.window_value is not None and window.window_value.strip() != "1":
        message = f"The window must be one unit long, not {window.window_value!r}."
        report.error(f"{at}/windowValue", "window-value", message)


def is_answer(group: TargetGroup) -> bool:
    """Whether the platform wrote it; answers leave out what requests must have."""
    return group.id is not None


def _names(group: TargetGroup, report: Report, taken_names: Collection[str]) -> None:
    if group.name is None and not is_answer(group) and not report.is_invalid("/name"):
        report.error("/name", "member-missing", "A group needs a name.")
    if group.name is not None:
        if not group.name.strip():
            report.error("/name", "name-empty", "The name of the group is empty.")
        if len(group.name) > LONGEST_NAME:
            message = f"The name of the group has {len(group.name)} characters; {LONGEST_NAME} are allowed."
            report.error("/name", "group-name-too-long", message)
        spaces(group.name, "/name", report)
        if group.name.casefold() in {name.casefold() for name in taken_names}:
            message = f"A group named {group.name!r} exists already; case does not matter."
            report.error("/name", "group-name-taken", message)
    if group.tracking_type is None and not is_answer(group) and not report.is_invalid("/trackingType"):
        kinds = ", ".join(TrackingType)
        report.error("/trackingType", "member-missing", f"A group needs a trackingType: {kinds}.")
    description(group.description, "/description", report)


def spaces(name: str, place: str, report: Report) -> None:
    """Names with blanks around them fail late, in the creation of the rule set."""
    if name != name.strip() and name.strip():
        report.warn(
            place,
            "name-spaces",
            "The name begins or ends with a space; creating its rule set fails then.",
            "Remove the space.",
        )


def description(text: str | None, place: str, report: Report) -> None:
    """Descriptions have room for 255 characters."""
    if text is not None and len(text) > LONGEST_DESCRIPTION:
        message = f"The description has {len(text)} characters; {LONGEST_DESCRIPTION} are allowed."
        report.error(place, "description-too-long", message)


def _bounds(group: TargetGroup, report: Report) -> None:
    days = [p for p in group.periods or () if p.start_date is not None and p.end_date is not None]
    first = min((p.start_date.day for p in days if p.start_date), default=None)
    last = max((p.end_date.day for p in days if p.end_date), default=None)
    for start, end, names in (
        (group.from_date, group.to_date, ("fromDate", "toDate")),
        (group.target_cycle_start_date, group.target_cycle_end_date, ("targetCycleStartDate", "targetCycleEndDate")),
    ):
        if start is not None and end is not None and before(end, start):
            message = f"The group ends ({end.wire}) before it starts ({start.wire})."
            report.error("/" + names[1], "group-ends-before-start", message)
        # Stored groups break this for fromDate and toDate, none does for the other two.
        add = report.warn if names[0] == "fromDate" else report.error
        if start is not None and first is not None and start.day > first:
            message = f"The group starts on {start.day}, after its first period starts ({first})."
            add("/" + names[0], "period-outside-group", message)
        _late_in_the_day(start, "/" + names[0], report)
        if end is not None and last is not None and end.day < last:
            message = f"The group ends on {end.day}, before its last period ends ({last})."
            add("/" + names[1], "period-outside-group", message)


_EVENING = 18  # hours


def _late_in_the_day(start: WireDate | None, place: str, report: Report) -> None:
    """The platform's page writes a midnight of India as 18:30Z of the day before; here a bound is the day it says."""
    if start is not None and isinstance(start.value, datetime) and start.value.hour >= _EVENING:
        message = (
            f"The start {start.wire} is late in its day; here it begins with {start.day}, the day it is written with."
        )
        hint = f"If midnight of another zone is meant, write that day: {day_after(start.day)}."
        report.warn(place, "late-start", message, hint)


def before(one: WireDate, other: WireDate) -> bool:
    """Whether one date lies before another; times of day are compared only where both have them."""
    if type(one.value) is type(other.value) is not date:
        return one.instant() < other.instant()
    return one.day < other.day


def _periods(group: TargetGroup, report: Report) -> None:
    listed = [(f"/periods/{place}", period) for place, period in enumerate(group.periods or ())]
    check_periods(listed, report, group.window)


def check_periods(periods: Sequence[tuple[str, Period]], report: Report, window: EvaluationType | None) -> None:
    """Periods by their pointers; the window is None where their group is not known."""
    seen: dict[str, str] = {}
    for at, period in periods:
        if report.is_invalid(at) and period == Period():
            continue
        # What is already there keeps the dates that an update does not name.
        _period(period, at, report, is_update=window is None and period.id is not None)
        if period.ref_code is not None:
            first = seen.setdefault(period.ref_code, at)
            if first != at:
                message = f"Duplicate refCode {period.ref_code!r}; customers are enrolled by it."
                report.error(f"{at}/refCode", "duplicate-period", message, f"The other one is {first}.")
    # A group whose windows are no listed periods has placeholders, which may span the same days.
    add = report.error if window is EvaluationType.FIXED_CALENDAR_WINDOW else report.warn
    for one, other in _overlaps([period for _, period in periods]):
        message = f"The period overlaps {periods[one][0]}; a record in both would count twice."
        add(periods[other][0], "periods-overlap", message)


def _period(period: Period, at: str, report: Report, is_update: bool = False) -> None:
    for name, date_ in (("startDate", period.start_date), ("endDate", period.end_date)):
        if date_ is None and not is_update and not report.is_invalid(f"{at}/{name}"):
            report.error(f"{at}/{name}", "period-date-missing", f"A period needs a {name}.")
    start, end = period.start_date, period.end_date
    _late_in_the_day(start, f"{at}/startDate", report)
    if start is not None and end is not None and end.day < start.day:
        message = f"The period ends ({end.wire}) before it starts ({start.wire})."
        report.error(f"{at}/endDate", "period-ends-before-start", message, "Swap the two, or correct one of them.")
    if period.ref_code is None and not is_update and not report.is_invalid(f"{at}/refCode"):
        message = "Missing refCode; customers are enrolled by it."
        report.warn(f"{at}/refCode", "ref-code-missing", message)
    elif period.ref_code is not None and len(period.ref_code) > LONGEST_REF_CODE:
        message = f"The refCode has {len(period.ref_code)} characters; {LONGEST_REF_CODE} are allowed."
        report.error(f"{at}/refCode", "ref-code-too-long", message)
    description(period.description, f"{at}/description", report)


def _overlaps(periods: Collection[Period]) -> Iterator[tuple[int, int]]:
    """Places of neighbours, by start date, that share a day."""
    dated = [
        (p.start_date.day, p.end_date.day, place)
        for place, p in enumerate(periods)
        if p.start_date is not None and p.end_date is not None and p.is_active
    ]
    latest: tuple[date, int] | None = None
    for start, end, place in sorted(row for row in dated if row[0] <= row[1]):
        if latest is not None and start <= latest[0]:
            yield latest[1], place
        if latest is None or end > latest[0]:
            latest = (end, place)


def _cycles(group: TargetGroup, report: Report) -> None:
    count = len(group.periods or ())
    if group.recurring_cycles is not None and group.recurring_cycles > MOST_CYCLES:
        message = f"There are {group.recurring_cycles} cycles; at most {MOST_CYCLES} are allowed."
        report.error("/recurringCycles", "too-many-cycles", message)
    if count > MOST_CYCLES:
        report.error("/periods", "too-many-cycles", f"There are {count} periods; at most {MOST_CYCLES} are allowed.")
    most = max(count, group.recurring_cycles or 0)
    if group.tracking_type is TrackingType.CAPPING and MOST_CAPPING_CYCLES < most <= MOST_CYCLES:
        message = f"There are {most} cycles; the editor allows {MOST_CAPPING_CYCLES} for a capping."
        report.warn("/periods" if count else "/recurringCycles", "capping-cycles", message)
    if group.total_periods is not None and group.periods is not None and group.total_periods != count > 0:
        message = (
            f"totalPeriods is {group.total_periods}, but there are {count} periods; the platform does not compare."
        )
        report.warn("/totalPeriods", "total-periods-differ", message)
    if group.window is EvaluationType.FIXED_CALENDAR_WINDOW:
        _fixed(group, count, report)
    else:
        _moving(group, count, report)


def _fixed(group: TargetGroup, count: int, report: Report) -> None:
    if count == 0 and not is_answer(group) and not report.is_invalid("/periods"):
        message = "The group has no periods, so nothing is tracked; a fixed window needs them listed."
        report.warn("/periods", "no-periods", message, "List them here or add them in a second call.")
    if group.frequency is not None and group.frequency < 0:
        report.warn("/frequency", "negative-frequency", f"The frequency is negative: {group.frequency}.")


def _moving(group: TargetGroup, count: int, report: Report) -> None:
    """Windows that begin with a customer's records need a number of cycles and, if cyclic, their length."""
    numbers = (group.recurring_cycles or 0, count, group.total_periods or 0)
    if not any(number > 0 for number in numbers) and not is_answer(group):
        message = f"{group.window} needs a number of cycles: recurringCycles, periods or totalPeriods."
        report.error("/recurringCycles", "no-cycles", message)
    if group.window is not EvaluationType.CYCLIC_WINDOW or is_answer(group):
        return
    kind = group.frequency_type
    if kind is None:
        if not report.is_invalid("/frequencyType"):
            message = "CYCLIC_WINDOW needs a frequencyType, the length of a cycle."
            report.error("/frequencyType", "no-cycle-length", message)
        return
    try:
        step(date(2000, 1, 1), kind, group.frequency or 0, 1)
    except ValueError:
        hint = "CUSTOM needs a number of days." if kind is FrequencyType.CUSTOM else None
        message = f"A frequency of {group.frequency or 0} with {kind} is not a valid length of a cycle."
        report.error("/frequency", "no-cycle-length", message, hint)


def _streaks(group: TargetGroup, report: Report) -> None:
    kind, levels = group.tracking_type, group.streaks or ()
    if kind is None or report.is_invalid("/trackingType"):
        return
    if not kind.is_streak:
        if levels:
            message = f"Unexpected streak levels: a group that tracks {kind} does not use them."
            report.warn("/streaks", "streaks-unexpected", message, "Track STREAKS, or omit them.")
        return
    if not levels and not report.is_invalid("/streaks") and not is_answer(group):
        message = f"{kind} needs levels, each with a name and a targetCountOfSequence."
        # The documents say so of STREAKS; of the other kind only the samples do.
        add = report.error if kind is TrackingType.STREAKS else report.warn
        add("/streaks", "streaks-missing", message)
    if group.window is not EvaluationType.FIXED_CALENDAR_WINDOW:
        message = f"Streaks need the shared periods of FIXED_CALENDAR_WINDOW; {group.window} has none."
        report.error("/targetEvaluationType", "streak-window", message)
    _levels(group, report)


def _levels(group: TargetGroup, report: Report) -> None:
    levels = group.streaks or ()
    if len(levels) > MOST_LEVELS:
        message = f"There are {len(levels)} levels; the editor allows {MOST_LEVELS}."
        report.warn("/streaks", "too-many-levels", message)
    periods = sum(period.is_active for period in group.periods or ())
    check_levels([(f"/streaks/{place}", level) for place, level in enumerate(levels)], report, periods)


def check_levels(levels: Sequence[tuple[str, Streak]], report: Report, periods: int = 0) -> None:
    """Streak levels by their pointers, and so many active periods, 0 where they are not known."""
    names: dict[str, str] = {}
    reached = 0
    for at, level in levels:
        if level.name is None and not report.is_invalid(f"{at}/name"):
            report.error(f"{at}/name", "member-missing", "A streak level needs a name.")
        elif level.name is not None:
            if len(level.name) > LONGEST_STREAK_NAME:
                message = f"The name has {len(level.name)} characters; {LONGEST_STREAK_NAME} are allowed."
                report.error(f"{at}/name", "streak-name-too-long", message)
            first = names.setdefault(level.name.casefold(), at)
            if first != at:
                message = f"Duplicate level name: {level.name!r}."
                report.error(f"{at}/name", "duplicate-streak", message, f"The other one is {first}.")
        count = level.target_count_of_sequence
        if count is None:
            if not report.is_invalid(f"{at}/targetCountOfSequence"):
                message = "A streak level needs a targetCountOfSequence."
                report.error(f"{at}/targetCountOfSequence", "member-missing", message)
            continue
        _count(count, reached, periods, f"{at}/targetCountOfSequence", report)
        reached = max(reached, count)


def _count(count: int, before_it: int, periods: int, at: str, report: Report) -> None:
    if count < 1:
        report.error(at, "level-below-one", f"A level needs at least one period, not {count}.")
    elif count <= before_it:
        how = "needs as many periods as" if count == before_it else "needs fewer periods than"
        message = f"The level {how} one before it ({count} after {before_it}); the editor expects ascending counts."
        report.warn(at, "levels-out-of-order", message, "Levels are reached by ascending count.")
    if periods and count > periods:
        message = f"The level needs {count} periods, but the group has {periods}; nobody can reach it."
        report.warn(at, "level-unreachable", message)


def _unified(group: TargetGroup, report: Report) -> None:
    overall = group.unified_target_expression
    if group.tracking_type is not TrackingType.UNIFIED:
        return
    if group.window is not EvaluationType.FIXED_CALENDAR_WINDOW:
        message = f"Unified targets need FIXED_CALENDAR_WINDOW, not {group.window}."
        report.error("/targetEvaluationType", "unified-window", message)
    if group.combination_type is None and not report.is_invalid("/combinationType") and not is_answer(group):
        message = "Missing combinationType (ALL or ANY of the targets); ALL is assumed."
        report.warn("/combinationType", "combination-missing", message)
    at = "/unifiedTargetExpression"
    if overall is not None and overall.aggregation is None and overall.threshold_value is not None:
        if not report.is_invalid(f"{at}/aggregation"):
            message = f"The thresholdValue {overall.threshold_value} needs an aggregation: SUM or COUNT."
            report.error(f"{at}/aggregation", "aggregation-missing", message)  # it could not be evaluated
        return
    check_threshold(overall, report, at)
    if overall is None or overall.aggregation is None or overall.threshold_value is None:
        return
    members = sum(target.is_active and not target.is_twin for target in group.targets or ())
    if overall.aggregation == "COUNT" and members and overall.threshold_value > members:
        message = f"{overall.threshold_value} targets are needed, but there are {members}; nobody can reach it."
        report.warn(f"{at}/thresholdValue", "threshold-unreachable", message)
    if overall.aggregation == "SUM" and group.combination_type == "ANY":
        message = "A sum over the targets is documented with ALL only; with ANY both must hold."
        report.warn("/combinationType", "sum-with-any", message)


def check_threshold(overall: UnifiedTargetExpression | None, report: Report, at: str) -> None:
    """An aggregation is compared with something."""
    if overall is None or overall.aggregation is None or overall.threshold_value is not None:
        return
    if not report.is_invalid(f"{at}/thresholdValue"):
        message = f"The aggregation {overall.aggregation} needs a thresholdValue."
        report.error(f"{at}/thresholdValue", "threshold-missing", message)  # it could not be evaluated


def _leaderboard(group: TargetGroup, report: Report) -> None:
    if not group.leaderboard_enabled:
        return
    if group.window is not EvaluationType.FIXED_CALENDAR_WINDOW:
        message = f"A leaderboard needs FIXED_CALENDAR_WINDOW, not {group.window}."
        report.error("/leaderboardEnabled", "leaderboard-window", message)
    if group.tracking_type is not None and group.tracking_type.is_streak:
        message = "The documents disagree whether streaks can have a leaderboard."
        report.warn("/leaderboardEnabled", "leaderboard-streak", message)
