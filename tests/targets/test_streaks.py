"""Streak runs on their own: what resets, what never does, and when levels are reached."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from targetexpr.targets.model.cycles import cycle_instant
from targetexpr.targets.model.enums import FrequencyType
from targetexpr.targets.progress.plan import Level
from targetexpr.targets.progress.streaks import PeriodState, reached, runs

DONE = PeriodState(achieved=True, ended=True, started=True)
MISSED = PeriodState(achieved=False, ended=True, started=True)
RUNNING = PeriodState(achieved=False, ended=False, started=True)
AHEAD = PeriodState(achieved=False, ended=False, started=False)


def test_a_running_period_never_breaks_a_run() -> None:
    found = runs([DONE, DONE, RUNNING, AHEAD], continuous=True)
    assert (found.current, found.longest, found.after) == (2, 2, (1, 2, 2, 2))


def test_a_miss_resets_a_continuous_run_only() -> None:
    steps = [DONE, DONE, MISSED, DONE]
    assert runs(steps, continuous=True).current == 1
    assert runs(steps, continuous=False).current == 3


def test_levels_stay_reached_and_equal_ones_come_together() -> None:
    levels = [Level(id=None, name=name, count=count) for name, count in (("a", 2), ("b", 2), ("c", 3))]
    assert reached(levels, runs([DONE, DONE, MISSED, DONE, DONE], continuous=True).after) == (1, 1, None)
    assert reached(levels, runs([DONE, DONE, MISSED, DONE, DONE], continuous=False).after) == (1, 1, 3)


def test_nothing_at_all() -> None:
    assert runs([], continuous=True) == runs([], continuous=False)
    assert reached([Level(id=None, name="a", count=1)], ()) == (None,)


def test_cycles_of_days_have_24_hours_and_months_keep_the_time_of_day() -> None:
    zone = ZoneInfo("Europe/Berlin")
    anchor = datetime(2024, 3, 30, 9, tzinfo=UTC)  # 10:00 in Berlin, a day before the clocks change
    assert cycle_instant(anchor, FrequencyType.DAILY, 2, 1, zone) == datetime(2024, 4, 1, 9, tzinfo=UTC)
    assert cycle_instant(anchor, FrequencyType.MONTHLY, 1, 1, zone) == datetime(2024, 4, 30, 8, tzinfo=UTC)
    assert cycle_instant(anchor, FrequencyType.MONTHLY, 1, 0, zone) == anchor


def test_past_the_calendar() -> None:
    with pytest.raises(ValueError, match="calendar"):
        cycle_instant(datetime(9999, 12, 31, tzinfo=UTC), FrequencyType.DAILY, 1, 1, UTC)
