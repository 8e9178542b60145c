"""A group for people to read: its cycles on a calendar line, rules as text, levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from targetexpr.base.dates import month_phrase
from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.nouns import counted
from targetexpr.base.render import visible_line
from targetexpr.syntax.json_decoder import from_json
from targetexpr.syntax.parse import parse
from targetexpr.syntax.printer import to_text
from targetexpr.targets.model.enums import EvaluationType, TargetType, TrackingType, TriggerValueType
from targetexpr.targets.model.group import Period, Streak, Target, TargetGroup, Trigger

_WIDTH = 72


def summary(group: TargetGroup) -> str:
    """The group as text, a line for each thing.

    >>> print(summary(TargetGroup.model_validate({"name": "Demo", "trackingType": "STREAKS"})))
    Demo
      tracks STREAKS over FIXED_CALENDAR_WINDOW
      no periods are listed
      no targets are listed
    """
    return "\n".join(_lines(group))


def _lines(group: TargetGroup) -> Iterator[str]:
    off = "" if group.is_active else "  (not active)"
    yield visible_line(group.name or "(no name)") + off
    if group.description:
        yield f"  {visible_line(group.description)}"
    yield f"  tracks {group.tracking_type or 'nothing that it names'} over {group.window}"
    yield from _cycles(group)
    if not group.targets:
        yield "  no targets are listed"
    for target in group.targets or ():
        yield from target_lines(target, group)
    yield from _levels(group)
    yield from _unified(group)


def _cycles(group: TargetGroup) -> Iterator[str]:
    periods = group.periods or ()
    if not periods:
        if group.window is EvaluationType.FIXED_CALENDAR_WINDOW:
            yield "  no periods are listed"
            return
        count = group.recurring_cycles if (group.recurring_cycles or 0) > 0 else group.total_periods
        unit = f", each {group.frequency or 1} x {group.frequency_type}" if group.frequency_type else ""
        yield f"  {counted(count or 0, 'cycle')}{unit}, from the first record of each customer"
        return
    days = dated(periods)
    if days:
        first, last = min(start for start, _, _ in days), max(end for _, end, _ in days)
        yield ""
        yield f"  {counted(len(periods), 'cycle')}, {first} to {last}"
        yield from (f"    {line}" for line in calendar(days))
    for place, period in enumerate(periods, 1):
        yield f"  {place:>4}  {period_line(period)}"
    yield ""


def dated(periods: Sequence[Period]) -> list[tuple[date, date, int]]:
    """First and last day of the periods that have both, with the period's number from 1."""
    return [
        (period.start_date.day, period.end_date.day, place)
        for place, period in enumerate(periods, 1)
        if period.start_date is not None
        and period.end_date is not None
        and period.start_date.day <= period.end_date.day
    ]


def calendar(periods: Sequence[tuple[date, date, int]], width: int = _WIDTH) -> list[str]:
    """Cycles on a line of days, `|` where one begins, its number where there is room, dots for gaps; months below.

    >>> for line in calendar([(date(2024, 1, 1), date(2024, 1, 20), 1), (date(2024, 1, 26), date(2024, 2, 4), 2)], 35):
    ...     print(line)
    |---------1---------.....|----2----|
    Jan 2024                       Feb
    """
    first = min(start for start, _, _ in periods)
    days = (max(end for _, end, _ in periods) - first).days + 1
    columns = max(min(width, days), 1) if days > width else min(width, days * max(width // days, 1))

    def column(day: date, after: int = 0) -> int:
        return ((day - first).days + after) * columns // days

    line = ["."] * (columns + 1)
    for start, end, number in sorted(periods):
        left, right = column(start), column(end, 1)
        line[left + 1 : right] = "-" * (right - left - 1)
        label = str(number)
        if right - left - 1 >= len(label) + 2:
            middle = (left + right + 1 - len(label)) // 2
            line[middle : middle + len(label)] = label
        line[left] = line[right] = "|"
    return ["".join(line), _months(first, days, column, columns)]


def _months(first: date, days: int, column: object, columns: int) -> str:
    assert callable(column)
    text = month_phrase(first)
    last = first + timedelta(days=days - 1)
    for month in range(first.year * 12 + first.month, last.year * 12 + last.month):
        day = date(month // 12, month % 12 + 1, 1)
        at = column(day)
        label = month_phrase(day, year=day.month == 1)
        if at > len(text) and at + len(label) <= columns + 1:
            text = text.ljust(at) + label
    return text


def period_line(period: Period) -> str:
    """A period on a line: its days, its name, and what else is said of it."""
    start = period.start_date.day if period.start_date is not None else "?"
    end = period.end_date.day if period.end_date is not None else "?"
    parts = [f"{start} to {end}", visible_line(period.ref_code or "(no refCode)")]
    if period.description:
        parts.append(visible_line(period.description))
    if period.period_status is not None:
        parts.append(str(period.period_status))
    if not period.is_active:
        parts.append("(not active)")
    return "  ".join(parts)


def target_lines(target: Target, group: TargetGroup) -> Iterator[str]:
    """A target of a group: what it counts, its rule, scope and values."""
    kind = target.target_type or "(no type)"
    if target.extended_field_info is not None and target.extended_field_info.name:
        info = target.extended_field_info
        kind = f"{info.aggregate_function or 'SUM'} of {visible_line(info.name or '')}"
        kind += "" if target.target_type is TargetType.EXTENDED_FIELD else f" ({target.target_type})"
    event = f" {visible_line(target.event_name)}" if target.event_name else ""
    off = "" if target.is_active else "  (not active)"
    if target.is_twin:
        yield f"  returns: {visible_line(target.name or '')} sees ReturnBill with the rule of the target"
        return
    yield f"  target {visible_line(target.name or '(no name)')}: {kind} of {target.target_entity or '?'}{event}{off}"
    yield f"    rule    {_rule(target)}"
    scopes = [
        f"{entry.entity_type} {', '.join(map(str, entry.entity_ids))}"
        for entry in target.filters or ()
        if entry.entity_ids
    ]
    yield f"    where   {'; '.join(scopes) or 'everywhere'}"
    values = [str(value.default_value) for value in target.default_values or ()]
    if values and len(set(values)) == 1:
        shown = values[0] + (f" in each of {len(values)} cycles" if len(values) > 1 else "")
    else:
        shown = ", ".join(values) or "none"
    word = "ceiling" if group.tracking_type is TrackingType.CAPPING else "value"
    yield f"    {word:<7} {shown}"
    yield f"    takes part by {target.enrolment_method or 'IMPORT (the platform fills it in)'}"
    for trigger in target.target_milestone_triggers or ():
        yield f"    step    {trigger_line(trigger)}"


def trigger_line(trigger: Trigger) -> str:
    """A sub-target: its name, and what must be reached.

    >>> trigger_line(Trigger(trigger_name="half", trigger_value_type="PERCENTAGE", trigger_value=50, is_active=False))
    'half at 50 % of the value  (not active)'
    """
    of = " % of the value" if trigger.trigger_value_type is TriggerValueType.PERCENTAGE else ""
    off = "" if trigger.is_on else "  (not active)"
    return f"{visible_line(trigger.label or '(no name)')} at {trigger.trigger_value}{of}{off}"


def _rule(target: Target) -> str:
    """The rule as people write it; one that cannot be read as it stands."""
    try:
        if target.expression is None and target.expression_json is not None:
            return visible_line(to_text(from_json(target.expression_json), "readable"))
        return visible_line(to_text(parse(target.rule), "readable"))
    except ExpressionError:
        given = target.rule if target.expression is not None else target.expression_json
        return f"{visible_line(given or '')}   (this cannot be read)"


def _levels(group: TargetGroup) -> Iterator[str]:
    levels = group.streaks or ()
    if not levels:
        return
    how = "in a row" if group.tracking_type is not TrackingType.NON_CONTINUOUS_STREAKS else "in all"
    yield ""
    yield "  levels"
    for level in levels:
        yield f"    {level_line(level, how)}"


def level_line(level: Streak, how: str = "") -> str:
    """A streak level: how many cycles it takes, and its name."""
    count = level.target_count_of_sequence
    needed = f"{counted(count, 'cycle')} {how}".rstrip() if count is not None else "(no count)"
    return f"{needed:<20} {visible_line(level.name or '(no name)')}"


def _unified(group: TargetGroup) -> Iterator[str]:
    if group.tracking_type is not TrackingType.UNIFIED:
        return
    overall = group.unified_target_expression
    line = f"  needs {group.combination_type or 'ALL'} of the targets"
    if overall is not None and overall.aggregation is not None:
        what = "the sum of their progress" if overall.aggregation == "SUM" else "the number of targets reached"
        line += f", and {what} at {overall.threshold_value} or more"
    yield line
