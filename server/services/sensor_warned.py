"""When sensors began to warn: what a household is woken for, once a sensor and measure until it is over.

Over is a warning after some hours without a value outside its limits, so one that swings about them wakes
nobody again and again; one that lasts is told again when a day has passed. Nothing is kept: it follows from
the days of the log. A sensor that is not heard of any more warns nobody anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from server.db import reading
from server.services.sensor_limits import Limit, verdict
from server.services.sensor_shown import Last, Shown, at_ms, sensors_of
from server.store import sensors
from server.store.reading_days import read_points
from server.store.view_lots import some_of
from sync.civil import add_days, ms_to_date
from sync.readings import OUT_OF_RANGE

DAY_MS: Final = 86_400_000
QUIET_MS: Final = 3 * 3_600_000  # our choice: for how long nothing is outside before a warning is over


def warned(farms: Collection[str], now: int) -> dict[str, list[int]]:
    """Return, by farm (its id), when each warning that stands began, or was last to be told again; ms."""
    found: dict[str, list[int]] = {}
    shown = [one for some in some_of(farms) for one in sensors_of(some, now)]
    for one, last in [(sensor, last) for sensor in shown for last in sensor.warnings]:
        start = _began(one, last, now) if now - last.at < DAY_MS else None
        if start is not None:
            found.setdefault(one.row.farm, []).append(start + (now - start) // DAY_MS * DAY_MS)
    return found


def began(points: Iterable[tuple[int, int]], limit: Limit | None) -> int | None:
    """Return when the last run of values outside began. `points`: (ms, thousandths) in their order."""
    start, last = None, 0
    for at, value in points:
        if verdict(limit, value) not in ("low", "high"):
            continue
        if start is None or at - last > QUIET_MS:
            start = at
        last = at
    return start


def _began(shown: Shown, last: Last, now: int) -> int | None:
    today = ms_to_date(now)
    with reading() as session:
        days = sensors.days(session, shown.scope, shown.row.id, add_days(today, -1), today, last.measure.code)
    points = (
        (at_ms(day.day, minute), value)
        for day in days
        for minute, value, mark in read_points(day.points)
        if mark != OUT_OF_RANGE
    )
    return began(points, last.limit)
