"""A sensor's warning wakes the household's phone: once until it is over, once a day while it lasts."""

from __future__ import annotations

from server.db import run_write
from server.models.sensors import SensorLimit
from server.services.sensor_limits import Limit
from server.services.sensor_warned import QUIET_MS, began
from tests.server.diaries import diary_of
from tests.server.sensors import Probe, probe
from tests.server.test_reminders import HOUR, Wakeable, service, settings, woken

__all__ = ["service", "settings", "woken"]
MINUTE = 60_000
LIMIT = Limit(None, 30_000, "own")


def pond(woken: Wakeable) -> Probe:
    """Return a sensor of the household, whose cooperative wants water of at most 30 °C."""
    made = probe(woken.app.test_client(), "Nhà Lụa")
    row = SensorLimit(
        organisation=made.row.organisation, sensor="", product="", measure="temperature", low=None,
        high=30_000, changed_by=None, changed_at=woken.clock.now,
    )  # fmt: skip
    run_write(lambda session: session.add(row))
    woken.home.phone.open_session()
    return made


def measured(woken: Wakeable, sensor: Probe, value: int, after: int = 5 * MINUTE) -> int:
    """Let a sensor measure a value some time later; return how many messages went out by then."""
    woken.later(after)
    assert sensor.send(sensor.op([(woken.clock.now, (value,))]))[0]["result"] == "accepted"
    return woken.run()


def test_a_warning_wakes_once_until_it_is_over_and_says_nothing(woken: Wakeable) -> None:
    sensor = pond(woken)
    assert measured(woken, sensor, 29_000) == 0
    assert measured(woken, sensor, 31_000) == 1
    assert woken.service.taken[-1].body == b""
    for value in (31_500, 29_000, 31_000):  # it swings about its limit
        assert measured(woken, sensor, value) == 1
    assert measured(woken, sensor, 29_000, after=QUIET_MS) == 1
    assert measured(woken, sensor, 32_000) == 2


def test_a_warning_that_lasts_is_told_again_when_a_day_has_passed(woken: Wakeable) -> None:
    sensor = pond(woken)
    assert measured(woken, sensor, 31_000) == 1
    for _ in range(11):
        assert measured(woken, sensor, 31_000, after=2 * HOUR) == 1
    assert measured(woken, sensor, 31_000, after=2 * HOUR) == 2


def test_a_warning_of_another_household_wakes_nobody_here(woken: Wakeable) -> None:
    pond(woken)
    diary_of(woken.app.test_client(), "Lương Xuân Kha", "Nhà Kha")
    sensor = probe(woken.app.test_client(), "Nhà Kha")
    assert measured(woken, sensor, 40_000) == 0


def test_where_a_run_began() -> None:
    assert began([(0, 29_000), (5, 29_500)], LIMIT) is None
    assert began([(0, 31_000), (5, 29_500), (10, 31_000)], LIMIT) == 0
    assert began([(0, 31_000), (5, 29_500), (QUIET_MS + 1, 31_000)], LIMIT) == QUIET_MS + 1
    assert began([(0, 31_000)], None) is None
