"""Rules about a group, its periods and its streak levels."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from targetexpr.targets.model.cycles import step
from targetexpr.targets.model.enums import EvaluationType, FrequencyType, TrackingType
from targetexpr.targets.model.group import Period, TargetGroup
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


def is_answer(group: TargetGroup) -> bool:
    """Whether the platform wrote it; answers leave out what requests must have."""
    return group.id is not None


def _names(group: TargetGroup, report: Report, taken_names: Collection[str]) -> None:
    if group.name is None and not is_answer(group) and not report.unread("/name"):
        report.error("/name", "misfit", "A group needs a name.")
    if group.name is not None:
        if not group.name.strip():
            report.error("/name", "name-empty", "The name of the group is empty.")
        if len(group.name) > LONGEST_NAME:
            said = f"The name of the group has {len(group.name)} characters; {LONGEST_NAME} are allowed."
            report.error("/name", "group-name-too-long", said)
        spaces(group.name, "/name", report)
        if group.name.casefold() in {name.casefold() for name in taken_names}:
            said = f"There is a group of the name {group.name!r} already; upper and lower case do not matter."
            report.error("/name", "group-name-taken", said)
    if group.tracking_type is None and not is_answer(group) and not report.unread("/trackingType"):
        kinds = ", ".join(TrackingType)
        report.error("/trackingType", "misfit", f"A group needs a trackingType: {kinds}.")
    description(group.description, "/description", report)


def spaces(name: str, place: str, report: Report) -> None:
    """Names with blanks around them fail late, in the creation of the rule set."""
    if name != name.strip() and name.strip():
        report.warn(
            place,
            "name-spaces",
            "The name begins or ends with a blank; the creation of its rule set fails then.",
            "Take the blank out.",
        )


def description(text: str | None, place: str, report: Report) -> None:
    """Descriptions have room for 255 characters."""
    if text is not None and len(text) > LONGEST_DESCRIPTION:
        said = f"The description has {len(text)} characters; {LONGEST_DESCRIPTION} are allowed."
        report.error(place, "description-too-long", said)


def _bounds(group: TargetGroup, report: Report) -> None:
    days = [p for p in group.periods or () if p.start_date is not None and p.end_date is not None]
    first = min((p.start_date.local_date() for p in days if p.start_date), default=None)
    last = max((p.end_date.local_date() for p in days if p.end_date), default=None)
    for start, end, names in (
        (group.from_date, group.to_date, ("fromDate", "toDate")),
        (group.target_cycle_start_date, group.target_cycle_end_date, ("targetCycleStartDate", "targetCycleEndDate")),
    ):
        if start is not None and end is not None and before(end, start):
            said = f"The group ends ({end.wire}) before it starts ({start.wire})."
            report.error("/" + names[1], "group-ends-before-start", said)
        # Stored groups break this for fromDate and toDate, none does for the other two.
        tell = report.warn if names[0] == "fromDate" else report.error
        if start is not None and first is not None and start.local_date() > first:
            said = f"The group starts on {start.local_date()}, after its first period starts ({first})."
            tell("/" + names[0], "period-outside-group", said)
        if end is not None and last is not None and end.local_date() < last:
            said = f"The group ends on {end.local_date()}, before its last period ends ({last})."
            tell("/" + names[1], "period-outside-group", said)


def before(one: WireDate, other: WireDate) -> bool:
    """Whether one date lies before another; times of day are compared only where both have them."""
    if type(one.value) is type(other.value) is not date:
        return one.instant() < other.instant()
    return one.local_date() < other.local_date()


def _periods(group: TargetGroup, report: Report) -> None:
    seen: dict[str, int] = {}
    for place, period in enumerate(group.periods or ()):
        at = f"/periods/{place}"
        if report.unread(at) and period == Period():
            continue
        _period(period, at, report)
        if period.ref_code is not None:
            first = seen.setdefault(period.ref_code, place)
            if first != place:
                said = f"Two periods have the refCode {period.ref_code!r}; it is the name customers are enrolled by."
                report.error(f"{at}/refCode", "duplicate-period", said, f"The other one is /periods/{first}.")
    for one, other in _overlaps(group.periods or ()):
        said = f"The period overlaps with /periods/{one}; a record in both would count twice."
        report.warn(f"/periods/{other}", "periods-overlap", said)


def _period(period: Period, at: str, report: Report) -> None:
    for name, stamp in (("startDate", period.start_date), ("endDate", period.end_date)):
        if stamp is None and not report.unread(f"{at}/{name}"):
            report.error(f"{at}/{name}", "period-date-missing", f"A period needs its {name}.")
    start, end = period.start_date, period.end_date
    if start is not None and end is not None and end.local_date() < start.local_date():
        said = f"The period ends ({end.wire}) before it starts ({start.wire})."
        report.error(f"{at}/endDate", "period-ends-before-start", said, "Exchange the two, or mend the later one.")
    if period.ref_code is None and not report.unread(f"{at}/refCode"):
        said = "The period has no refCode; enrolment names periods by it."
        report.warn(f"{at}/refCode", "ref-code-missing", said)
    elif period.ref_code is not None and len(period.ref_code) > LONGEST_REF_CODE:
        said = f"The refCode has {len(period.ref_code)} characters; {LONGEST_REF_CODE} are allowed."
        report.error(f"{at}/refCode", "ref-code-too-long", said)
    description(period.description, f"{at}/description", report)


def _overlaps(periods: Collection[Period]) -> Iterator[tuple[int, int]]:
    """Places of neighbours, by start date, that share a day."""
    dated = [
        (p.start_date.local_date(), p.end_date.local_date(), place)
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
        said = f"{group.recurring_cycles} cycles are too many; {MOST_CYCLES} are allowed."
        report.error("/recurringCycles", "too-many-cycles", said)
    if count > MOST_CYCLES:
        report.error("/periods", "too-many-cycles", f"{count} periods are too many; {MOST_CYCLES} are allowed.")
    most = max(count, group.recurring_cycles or 0)
    if group.tracking_type is TrackingType.CAPPING and MOST_CAPPING_CYCLES < most <= MOST_CYCLES:
        said = f"The editor allows {MOST_CAPPING_CYCLES} cycles of a capping; these are {most}."
        report.warn("/periods" if count else "/recurringCycles", "capping-cycles", said)
    if group.total_periods is not None and group.periods is not None and group.total_periods != count > 0:
        said = f"totalPeriods is {group.total_periods}, and there are {count} periods; the platform does not compare."
        report.warn("/totalPeriods", "total-periods-differ", said)
    if group.window is EvaluationType.FIXED_CALENDAR_WINDOW:
        _fixed(group, count, report)
    else:
        _moving(group, count, report)


def _fixed(group: TargetGroup, count: int, report: Report) -> None:
    if count == 0 and not is_answer(group) and not report.unread("/periods"):
        said = "The group has no periods, so nothing is tracked; a fixed window has those that are listed."
        report.warn("/periods", "no-periods", said, "List them here or add them in a second call.")
    if group.frequency is not None and group.frequency < 0:
        report.warn("/frequency", "negative-frequency", f"A frequency of {group.frequency} makes no cycles.")


def _moving(group: TargetGroup, count: int, report: Report) -> None:
    """Windows that begin with a customer's records need a number of cycles and, if cyclic, their length."""
    numbers = (group.recurring_cycles or 0, count, group.total_periods or 0)
    if not any(number > 0 for number in numbers) and not is_answer(group):
        said = f"{group.window} needs a number of cycles; neither recurringCycles nor periods nor totalPeriods says it."
        report.error("/recurringCycles", "no-cycles", said)
    if group.window is not EvaluationType.CYCLIC_WINDOW or is_answer(group):
        return
    kind = group.frequency_type
    if kind is None:
        if not report.unread("/frequencyType"):
            said = "CYCLIC_WINDOW needs a frequencyType: it is the length of a cycle."
            report.error("/frequencyType", "no-cycle-length", said)
        return
    try:
        step(date(2000, 1, 1), kind, group.frequency or 0, 1)
    except ValueError:
        hint = "CUSTOM counts days and needs their number." if kind is FrequencyType.CUSTOM else None
        said = f"A frequency of {group.frequency or 0} with {kind} gives no length of a cycle."
        report.error("/frequency", "no-cycle-length", said, hint)


def _streaks(group: TargetGroup, report: Report) -> None:
    kind, levels = group.tracking_type, group.streaks or ()
    if kind is None or report.unread("/trackingType"):
        return
    if not kind.is_streak:
        if levels:
            said = f"A group that tracks {kind} has no streak levels; these are ignored at best."
            report.warn("/streaks", "streaks-unexpected", said, "Track STREAKS, or leave them out.")
        return
    if not levels and not report.unread("/streaks") and not is_answer(group):
        said = f"{kind} needs levels: each with a name and a targetCountOfSequence."
        # The documents say so of STREAKS; of the other kind only the samples do.
        tell = report.error if kind is TrackingType.STREAKS else report.warn
        tell("/streaks", "streaks-missing", said)
    if group.window is not EvaluationType.FIXED_CALENDAR_WINDOW:
        said = f"Streaks run over the periods of FIXED_CALENDAR_WINDOW; {group.window} has none that customers share."
        report.error("/targetEvaluationType", "streak-window", said)
    _levels(group, report)


def _levels(group: TargetGroup, report: Report) -> None:
    levels = group.streaks or ()
    if len(levels) > MOST_LEVELS:
        said = f"The editor allows {MOST_LEVELS} levels; these are {len(levels)}."
        report.warn("/streaks", "too-many-levels", said)
    names: dict[str, int] = {}
    reached = 0
    periods = sum(period.is_active for period in group.periods or ())
    for place, level in enumerate(levels):
        at = f"/streaks/{place}"
        if level.name is None and not report.unread(f"{at}/name"):
            report.error(f"{at}/name", "misfit", "A streak level needs a name.")
        elif level.name is not None:
            if len(level.name) > LONGEST_STREAK_NAME:
                said = f"The name has {len(level.name)} characters; {LONGEST_STREAK_NAME} are allowed."
                report.error(f"{at}/name", "streak-name-too-long", said)
            first = names.setdefault(level.name.casefold(), place)
            if first != place:
                said = f"Two levels have the name {level.name!r}; names of levels are unique."
                report.error(f"{at}/name", "duplicate-streak", said, f"The other one is /streaks/{first}.")
        count = level.target_count_of_sequence
        if count is None:
            if not report.unread(f"{at}/targetCountOfSequence"):
                said = "A streak level needs its targetCountOfSequence."
                report.error(f"{at}/targetCountOfSequence", "misfit", said)
            continue
        _count(count, reached, periods, f"{at}/targetCountOfSequence", report)
        reached = max(reached, count)


def _count(count: int, before_it: int, periods: int, at: str, report: Report) -> None:
    if count < 1:
        report.error(at, "level-below-one", f"A level takes at least one period; this one takes {count}.")
    elif count <= before_it:
        how = "takes as many periods as" if count == before_it else "takes fewer periods than"
        said = f"The level {how} one before it ({count} after {before_it}); the editor wants them ascending."
        report.warn(at, "levels-out-of-order", said, "Levels are reached by ascending count.")
    if periods and count > periods:
        said = f"The level takes {count} periods, and the group has {periods}; nobody can reach it."
        report.warn(at, "level-unreachable", said)


def _unified(group: TargetGroup, report: Report) -> None:
    overall = group.unified_target_expression
    if group.tracking_type is not TrackingType.UNIFIED:
        return
    if group.window is not EvaluationType.FIXED_CALENDAR_WINDOW:
        said = f"Unified targets belong to FIXED_CALENDAR_WINDOW, and this is {group.window}."
        report.error("/targetEvaluationType", "unified-window", said)
    if group.combination_type is None and not report.unread("/combinationType") and not is_answer(group):
        said = "Nothing says whether ALL or ANY of the targets are needed; ALL is taken."
        report.warn("/combinationType", "combination-missing", said)
    if overall is None or overall.aggregation is None:
        return
    at = "/unifiedTargetExpression"
    if overall.threshold_value is None:
        if not report.unread(f"{at}/thresholdValue"):
            said = f"The aggregation {overall.aggregation} is compared with a thresholdValue, and there is none."
            report.error(f"{at}/thresholdValue", "threshold-missing", said)  # it could not be evaluated
        return
    members = sum(target.is_active and not target.is_twin for target in group.targets or ())
    if overall.aggregation == "COUNT" and members and overall.threshold_value > members:
        said = f"{overall.threshold_value} targets are needed, and there are {members}; nobody can reach it."
        report.warn(f"{at}/thresholdValue", "threshold-unreachable", said)
    if overall.aggregation == "SUM" and group.combination_type == "ANY":
        said = "A sum over the targets is documented with ALL; with ANY both must hold."
        report.warn("/combinationType", "sum-with-any", said)


def _leaderboard(group: TargetGroup, report: Report) -> None:
    if not group.leaderboard_enabled:
        return
    if group.window is not EvaluationType.FIXED_CALENDAR_WINDOW:
        said = f"A leaderboard needs FIXED_CALENDAR_WINDOW, and this is {group.window}."
        report.error("/leaderboardEnabled", "leaderboard-window", said)
    if group.tracking_type is not None and group.tracking_type.is_streak:
        said = "The documents disagree whether streaks can have a leaderboard."
        report.warn("/leaderboardEnabled", "leaderboard-streak", said)
