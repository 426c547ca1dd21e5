"""Readings of sensors: what one op of a `reading` document says, and what is to be thought of each value.

One op holds many readings. What is no reading of this shape is passed over and counted, never refused: the op
stands in the log, and a better reader may read it again. Values are whole thousandths of the measure's unit.
Source: PROTOCOL §41; sync/measures.json; tests/sync/test_readings.py.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sync import ids, limits
from sync.civil import VIETNAM_MINUTES, ms_to_date
from sync.ops import Op
from sync.values import Json

READING: Final = "reading"
GOOD, LATE, OUT_OF_RANGE = 0, 1, 2  # marks of a value that has a minute of its own
MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
LATE_MS: Final = DAY_MS  # our choice: a day without a network is a day's late readings
AHEAD_MS: Final = 600_000  # our choice: a clock may be ten minutes ahead
SINCE_MS: Final = (
    1_577_836_800_000  # 2020-01-01 UTC; our choice: an older time is a clock that lost its battery
)
VALUE_MAX: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Measure:
    """What a sensor measures; `low`, `high`: what can be, in thousandths; `field`: of TS-07, "" for none."""

    code: str
    of: str
    unit: str
    unit_code: str
    low: int
    high: int
    decimals: int
    field: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One value. `at`: ms, corrected where the sensor knew by how much its clock was wrong."""

    measure: str
    at: int
    value: int


@dataclass(frozen=True, slots=True)
class Readings:
    """What an op measured. `unread`: values of it that no rule here reads."""

    sensor: str
    values: tuple[Reading, ...]
    unread: int


@cache
def measures() -> Mapping[str, Measure]:
    """Return every measure by its code, in the order of the table."""
    rows = json.loads((Path(__file__).parent / "measures.json").read_text("utf-8"))["measures"]
    return {
        row["code"]: Measure(
            row["code"], row["of"], row["unit"], row.get("unit_code", ""), row["low"], row["high"],
            row["decimals"], row.get("field", ""), row["name"],
        )
        for row in rows
    }  # fmt: skip


def parse_readings(op: Op) -> Readings:
    """Return what an op of a reading document measured.

    Shape:  `{"sensor": uuid, "at": ms, "measures": [code], "r": [[ms after `at`, value or null, …]]}`. Of a
            sensor's own op the times are corrected by the `skew` that it said; another's clock (an import) is
            not the sensor's.
    """
    fields = op.fields
    sensor, start, named, rows = (fields.get(name) for name in ("sensor", "at", "measures", "r"))
    sensor = str(sensor) if ids.is_uuid(sensor) else ""
    if not sensor or not _is_whole(start) or not isinstance(named, list) or not isinstance(rows, list):
        return Readings(sensor, (), 1)
    if len(named) > limits.READING_MEASURES_MAX:
        return Readings(sensor, (), sum(len(row) for row in rows if isinstance(row, list)))
    skew = op.skew if op.by == sensor else 0
    found: list[Reading] = []
    unread = sum(len(row) if isinstance(row, list) else 1 for row in rows[limits.READING_ROWS_MAX :])
    for row in rows[: limits.READING_ROWS_MAX]:
        unread += _read_row(row, int(start or 0) + skew, named, found)
    return Readings(sensor, tuple(found), unread)


def mark(reading: Reading, received_at: int) -> int | None:
    """Return GOOD, LATE or OUT_OF_RANGE; None where the time can't be: before 2020, or ahead of ours."""
    if not SINCE_MS <= reading.at <= received_at + AHEAD_MS:
        return None
    measure = measures()[reading.measure]
    if not measure.low <= reading.value <= measure.high:
        return OUT_OF_RANGE
    return LATE if reading.at < received_at - LATE_MS else GOOD


def day_and_minute(at: int) -> tuple[str, int]:
    """Return the civil day in Vietnam of a time that `mark` lets pass, and the minute of it, 0 to 1439."""
    return ms_to_date(at), (at // MINUTE_MS + VIETNAM_MINUTES) % 1440


def make_readings(
    sensor: str,
    named: Sequence[str],
    rows: Iterable[tuple[int, Sequence[int | None]]],
    rows_max: int = limits.READING_ROWS_MAX,
) -> Iterator[dict[str, Json]]:
    """Give the `set` of as many ops as these rows need, in their order.

    Shape:  rows: (time in ms, a value in thousandths or None for each measure), the oldest first.
    """
    start = 0
    some: list[list[int | None]] = []
    for at, values in rows:
        if len(some) == rows_max:
            yield _fields(sensor, named, start, some)
            some = []
        start = start if some else at
        some.append([at - start, *values])
    if some:
        yield _fields(sensor, named, start, some)


def _fields(sensor: str, named: Sequence[str], start: int, rows: list[list[int | None]]) -> dict[str, Json]:
    return {"sensor": sensor, "at": start, "measures": list(named), "r": [list(row) for row in rows]}


def _read_row(row: Json, start: int, named: list[Json], found: list[Reading]) -> int:
    """Add the values of a row and return how many of it can't be read."""
    if not isinstance(row, list) or not row or not _is_whole(row[0]):
        return 1
    at = start + int(row[0])
    unread = max(0, len(row) - 1 - len(named))
    for code, value in zip(named, row[1:], strict=False):
        if value is None:
            continue
        if isinstance(code, str) and code in measures() and _is_whole(value) and abs(value) <= VALUE_MAX:
            found.append(Reading(code, at, int(value)))
        else:
            unread += 1
    return unread


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
