"""A day of one measure of one sensor, made from readings in the order of the log: pure.

One value a minute stands, the first that came; so a flood of a sensor's readings has room for 1,440 a day.
Any split of the log into runs gives the same days.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.civil import ms_to_date
from sync.merge import Placed
from sync.readings import LATE, OUT_OF_RANGE, READING, day_and_minute, mark, parse_readings

Key = tuple[str, str, str]  # sensor, measure, day
_POINT = struct.Struct("<HiB")
NOTHING = ""  # the measure under which unread values are counted


@dataclass
class Day:
    """What stands on a day: by minute (value, mark), and what did not find a place."""

    points: dict[int, tuple[int, int]] = field(default_factory=dict)
    doubles: int = 0
    clocks: int = 0
    unread: int = 0

    def add(self, minute: int, value: int, found: int) -> None:
        """Keep a value, or count it where its minute has one."""
        if minute in self.points:
            self.doubles += 1
        else:
            self.points[minute] = (value, found)


def load_day(row: Mapping[str, Any]) -> Day:
    """Return the day of a stored row. The inverse is `day_columns`."""
    points = {minute: (value, found) for minute, value, found in read_points(row["points"])}
    return Day(points, row["doubles"], row["clocks"], row["unread"])


def read_points(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Give (minute, value in thousandths, mark) of a day's points, in the order of minutes."""
    return _POINT.iter_unpack(data)


def day_columns(day: Day) -> dict[str, Any]:
    """Return what a row holds beside its key."""
    good = [value for value, found in day.points.values() if found != OUT_OF_RANGE]
    return {
        "n": len(good),
        "low": min(good, default=None),
        "high": max(good, default=None),
        "total": sum(good),
        "late": sum(found == LATE for _, found in day.points.values()),
        "odd": len(day.points) - len(good),
        "doubles": day.doubles,
        "clocks": day.clocks,
        "unread": day.unread,
        "points": b"".join(_POINT.pack(minute, *day.points[minute]) for minute in sorted(day.points)),
    }


@dataclass(frozen=True, slots=True)
class Found:
    """One value and the day it belongs to; `minute` is None for what has no place there, and is counted."""

    key: Key
    minute: int | None
    value: int
    mark: int


def find_readings(ops: Iterable[Placed]) -> Iterator[Found]:
    """Give what these ops measured, in their order.

    Shape:  without a minute: under the measure `NOTHING` the value is how many could not be read, under any
            other it is one of an impossible time; both under the day on which they came.
    """
    for placed in ops:
        if placed.op.doc_type != READING:
            continue
        read, received_at = parse_readings(placed.op), placed.received_at or 0
        came = ms_to_date(received_at)
        if read.unread:
            yield Found((read.sensor, NOTHING, came), None, read.unread, 0)
        for one in read.values:
            found = mark(one, received_at)
            if found is None:
                yield Found((read.sensor, one.measure, came), None, one.value, 0)
            else:
                day, minute = day_and_minute(one.at)
                yield Found((read.sensor, one.measure, day), minute, one.value, found)


def add_readings(days: Mapping[Key, Day], readings: Iterable[Found]) -> None:
    """Add readings to their days, all of which are there."""
    for one in readings:
        day = days[one.key]
        if one.minute is not None:
            day.add(one.minute, one.value, one.mark)
        elif one.key[1] == NOTHING:
            day.unread += one.value
        else:
            day.clocks += 1
