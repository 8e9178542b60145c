"""Results filled open are those that the constructor makes: equal, frozen, and pickled alike."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from targetexpr.targets.progress.making import make_level_progress, make_period_progress
from targetexpr.targets.progress.results import LevelProgress, PeriodProgress, PeriodSpan

START = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = PeriodSpan(target="spend", index=0, period="one", days=None, start=START, end=None, value=Decimal(5))
PERIOD = PeriodProgress(
    span=SPAN,
    progress=Decimal(7),
    exact=Decimal("7.0"),
    achieved_by="r1",
    achieved_on=START,
    records=("r1",),
    changes=(Decimal(7),),
)
LEVEL = LevelProgress(
    id=3, name="two", count=2, status="ACHIEVED", period="one", index=0, reached_by="r1", reached_on=START
)
PAIRS = [
    (make_period_progress(SPAN, Decimal(7), Decimal("7.0"), "r1", START, ("r1",), (Decimal(7),)), PERIOD),
    (make_level_progress(3, "two", 2, "ACHIEVED", "one", 0, "r1", START), LEVEL),
]


@pytest.mark.parametrize(("made", "constructed"), PAIRS)
def test_as_by_the_constructor(
    made: PeriodProgress | LevelProgress, constructed: PeriodProgress | LevelProgress
) -> None:
    assert type(made) is type(constructed)
    assert made == constructed
    assert hash(made) == hash(constructed)
    assert repr(made) == repr(constructed)
    assert pickle.loads(pickle.dumps(made)) == constructed
    for member in fields(made):
        assert getattr(made, member.name) == getattr(constructed, member.name)


@pytest.mark.parametrize(("made", "constructed"), PAIRS)
def test_frozen(made: PeriodProgress | LevelProgress, constructed: PeriodProgress | LevelProgress) -> None:
    for member in fields(constructed):
        with pytest.raises(FrozenInstanceError):
            setattr(made, member.name, None)
