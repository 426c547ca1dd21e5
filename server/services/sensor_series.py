"""What a chart draws: a measure over a span of days, in columns of few enough steps.

A year of five-minute readings is 105,000 values; a screen has a thousand places. Each step has the mean of
its values and their extremes, so that a short dip of oxygen is not smoothed away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.models.sensors import SensorDay
from server.store.reading_days import read_points
from sync.civil import VIETNAM_MINUTES, date_to_day
from sync.readings import OUT_OF_RANGE

# days shown → minutes of a step: at most 750 of them
SPANS: Final[dict[str, tuple[int, int]]] = {
    "day": (2, 5),
    "week": (7, 15),
    "month": (31, 60),
    "year": (366, 1440),
}
DAY_MINUTES: Final = 1440
_DAY_OF_1970: Final = 2_440_588


@dataclass(frozen=True)
class Columns:
    """Steps that hold values, the oldest first. `at`: seconds since 1970; values in thousandths."""

    at: tuple[int, ...]
    mean: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]


def columns(days: Sequence[SensorDay], step: int) -> Columns:
    """Return the days of one measure in steps of so many minutes; a step without a value is left out."""
    at, mean, low, high = [], [], [], []
    for day in days:
        start = (date_to_day(day.day) - _DAY_OF_1970) * DAY_MINUTES - VIETNAM_MINUTES
        steps: dict[int, list[int]] = {}
        for minute, value, found in read_points(day.points):
            if found != OUT_OF_RANGE:
                steps.setdefault(minute // step, []).append(value)
        for place, values in sorted(steps.items()):
            at.append((start + place * step) * 60)
            mean.append(round(sum(values) / len(values)))
            low.append(min(values))
            high.append(max(values))
    return Columns(tuple(at), tuple(mean), tuple(low), tuple(high))
