"""Readings of sensors: what is read, what is passed over and counted, what is thought of a value."""

from __future__ import annotations

from typing import Any

import pytest

from sync.limits import BODY_BYTES_MAX, READING_MEASURES_MAX, READING_ROWS_MAX
from sync.ops import Op, make_body, parse_op
from sync.readings import (
    GOOD,
    LATE,
    OUT_OF_RANGE,
    Reading,
    day_and_minute,
    make_readings,
    mark,
    measures,
    parse_readings,
)

SENSOR = "019a0000-0000-7000-8000-000000000009"
NOW = 1_790_000_000_000
HOUR = 3_600_000


def op_of(fields: dict[str, Any], *, by: str = SENSOR, skew: int | None = None) -> Op:
    """Return an op of a sensor that sets these fields."""
    body = make_body(
        device="a" * 32, n=1, by=by, scope="sensor:019a0000-0000-7000-8000-000000000001",
        doc="reading:019a0000-0000-7000-8000-000000000002", recorded_at=NOW, fields=fields, skew=skew,
    )  # fmt: skip
    return parse_op("vi-du.example/so", body)


def said(**changed: Any) -> dict[str, Any]:
    """Return the fields of two rows of two measures."""
    plain = {"sensor": SENSOR, "at": NOW, "measures": ["temperature", "ph"]}
    return plain | {"r": [[0, 28_400, 7350], [300_000, 28_500, None]]} | changed


def test_an_op_is_read_row_by_row_and_a_null_is_no_value() -> None:
    found = parse_readings(op_of(said()))
    assert found.sensor == SENSOR
    assert found.unread == 0
    assert found.values == (
        Reading("temperature", NOW, 28_400),
        Reading("ph", NOW, 7350),
        Reading("temperature", NOW + 300_000, 28_500),
    )


def test_a_sensors_own_clock_is_corrected_by_what_it_heard_and_an_importers_is_not_the_sensors() -> None:
    own = parse_readings(op_of(said(), skew=-HOUR))
    brought = parse_readings(op_of(said(), by="019a0000-0000-7000-8000-000000000008", skew=-HOUR))
    assert own.values[0].at == NOW - HOUR
    assert brought.values[0].at == NOW


@pytest.mark.parametrize(
    ("changed", "values", "unread"),
    [
        ({"sensor": "me"}, 0, 1),
        ({"at": "soon"}, 0, 1),
        ({"at": True}, 0, 1),
        ({"r": "none"}, 0, 1),
        ({"measures": None}, 0, 1),
        ({"measures": ["temperature", "moonlight"]}, 2, 1),
        ({"r": [[0, "28.4", 7350]]}, 1, 1),
        ({"r": [[0, 28_400, 7350, 1]]}, 2, 1),
        ({"r": [[0, 2**31, 7350]]}, 1, 1),
        ({"r": [["x", 28_400, 7350], [], 5]}, 0, 3),
        ({"r": [[i * 60_000, 28_400, None] for i in range(READING_ROWS_MAX + 1)]}, READING_ROWS_MAX, 3),
        ({"measures": ["ph"] * (READING_MEASURES_MAX + 1)}, 0, 6),
    ],
)
def test_what_is_no_reading_is_passed_over_and_counted(
    changed: dict[str, Any], values: int, unread: int
) -> None:
    found = parse_readings(op_of(said(**changed)))
    assert (len(found.values), found.unread) == (values, unread)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (Reading("ph", NOW - HOUR, 7350), GOOD),
        (Reading("ph", NOW + 500_000, 7350), GOOD),
        (Reading("ph", NOW + 700_000, 7350), None),
        (Reading("ph", 1_000, 7350), None),
        (Reading("ph", -(2**52), 7350), None),
        (Reading("ph", NOW - 25 * HOUR, 7350), LATE),
        (Reading("ph", NOW, 14_001), OUT_OF_RANGE),
        (Reading("temperature", NOW, -127_000), OUT_OF_RANGE),  # what a cut cable measures
        (Reading("soil_temperature", NOW, -20_000), GOOD),
    ],
)
def test_a_value_is_marked_by_its_time_and_by_what_can_be(reading: Reading, expected: int | None) -> None:
    assert mark(reading, NOW) == expected


def test_a_day_begins_at_midnight_in_vietnam() -> None:
    assert day_and_minute(1_789_923_600_000) == ("2026-09-21", 0)
    assert day_and_minute(1_789_923_600_000 - 1) == ("2026-09-20", 1439)


def test_a_year_is_made_into_ops_that_are_taken_and_read_back_whole() -> None:
    rows = [(NOW + i * 300_000, (28_400 + i % 900, None if i % 7 else 7350)) for i in range(1201)]
    made = list(make_readings(SENSOR, ("temperature", "ph"), rows))
    assert [len(one["r"]) for one in made] == [500, 500, 201]
    read = [parse_readings(op_of(one)) for one in made]
    assert sum(one.unread for one in read) == 0
    assert sum(len(one.values) for one in read) == 1201 + 172
    full = make_readings(
        SENSOR, sorted(measures())[:4], [(NOW + i * 10**9, (2**31 - 1,) * 4) for i in range(500)]
    )
    assert len(op_of(next(full)).body.encode()) < BODY_BYTES_MAX


def test_every_measure_says_its_unit_its_range_and_its_names() -> None:
    for one in measures().values():
        assert one.low < one.high
        assert one.names["vi"]
        assert one.names["en"]
        assert bool(one.field) == bool(one.unit_code)
