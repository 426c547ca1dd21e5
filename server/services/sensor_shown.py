"""Sensors as phones and pages show them: last values, what is too much, who is silent, what a chart draws.

Source: PROTOCOL §41.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.sensors import Sensor, SensorDay, SensorLimit
from server.services import sensor_limits, sensor_series
from server.services.sensor_limits import Limit, Verdict
from server.services.sensor_rows import product_on
from server.services.viewing import make_current
from server.store import people, sensors, views
from server.store.reading_days import read_points
from sync.civil import VIETNAM_MINUTES, add_days, date_to_day, ms_to_date
from sync.readings import OUT_OF_RANGE, Measure, measures
from sync.values import Json

SUMMARY_DAYS: Final = 31
SILENT_TIMES: Final = 3  # our choice: three readings in a row that did not come
STALE_MINUTES: Final = 60  # our choice: below that no sensor is called silent
_DAY_OF_1970: Final = 2_440_588
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True)
class Last:
    """The newest value of a measure that can be. `at`: ms; `value`: thousandths."""

    measure: Measure
    at: int
    value: int
    limit: Limit | None
    verdict: Verdict


@dataclass(frozen=True)
class Shown:
    """A sensor. `plot_name`: "" without a plot; `silent_ms`: for how long it was not heard of, 0 while it is.

    Shape:  `last`: by the table of measures; empty for one that never measured anything.
    """

    row: Sensor
    plot_name: str
    product: str
    last: tuple[Last, ...]
    silent_ms: int

    @property
    def scope(self) -> str:
        """Return the log that the sensor writes to."""
        return f"sensor:{self.row.farm}"

    @property
    def warnings(self) -> tuple[Last, ...]:
        """Return the newest values that lie outside their limits."""
        return tuple(one for one in self.last if one.verdict in ("low", "high"))


def sensors_of(farms: Collection[str], now: int) -> list[Shown]:
    """Return the sensors of farms that are in use, by farm and name. Raises: DatabaseTrouble."""
    return [one for one in _all_of(farms, now) if one.row.state == "active"]


def _all_of(farms: Collection[str], now: int) -> list[Shown]:
    with reading() as session:  # most farms have none, and every phone asks
        there = sorted({one.farm for one in sensors.of_farms(session, farms)})
    if not there:
        return []
    make_current([f"{kind}:{farm}" for farm in there for kind in ("farm", "sensor")])
    with reading() as session:
        rows = sensors.of_farms(session, there)
        last: dict[str, list[SensorDay]] = {}
        for day in sensors.last_days(session, sorted({f"sensor:{one.farm}" for one in rows})):
            last.setdefault(day.sensor, []).append(day)
        of = people.organisations_of_farms(session, sorted({one.farm for one in rows}))
        own = {one: sensors.limits_of(session, one) for one in sorted(set(of.values()))}
        return [_shown(session, row, last.get(row.id, []), own[of[row.farm]], now) for row in rows]


def sensor_of(farms: Collection[str], sensor: str, now: int) -> Shown:
    """Return one sensor of these farms, an ended one too. Raises: ServiceError(not_found)."""
    with reading() as session:
        row = sensors.find(session, sensor)
    if row is None or row.farm not in farms:
        raise ServiceError("not_found")
    found = next((one for one in _all_of([row.farm], now) if one.row.id == sensor), None)
    if found is None:
        raise ServiceError("not_found")
    return found


def at_ms(day: str, minute: int) -> int:
    """Return the moment of a minute of a civil day."""
    return ((date_to_day(day) - _DAY_OF_1970) * 1440 - VIETNAM_MINUTES + minute) * _MINUTE_MS


def daily(shown: Shown, now: int, days: int = SUMMARY_DAYS) -> list[SensorDay]:
    """Return what a sensor measured on each of the last days."""
    today = ms_to_date(now)
    with reading() as session:
        return sensors.days(session, shown.scope, shown.row.id, add_days(today, 1 - days), today)


def series(shown: Shown, measure: str, span: str, now: int) -> dict[str, Json]:
    """Return the columns of a chart. Raises: ServiceError(not_found) for a measure or span that is none."""
    if measure not in measures() or span not in sensor_series.SPANS:
        raise ServiceError("not_found")
    many, step = sensor_series.SPANS[span]
    today = ms_to_date(now)
    with reading() as session:
        days = sensors.days(session, shown.scope, shown.row.id, add_days(today, 1 - many), today, measure)
    found = sensor_series.columns(days, step)
    return {"step": step, **{name: list(column) for name, column in asdict(found).items()}}


def told(shown: Sequence[Shown], now: int) -> list[Json]:
    """Return sensors as a phone keeps them, with the summary of their last days."""
    return [_told(one, daily(one, now)) for one in shown]


def _told(one: Shown, days: Sequence[SensorDay]) -> Json:
    row = one.row
    summary: dict[str, list[Json]] = {}
    for day in days:
        if day.n:
            summary.setdefault(day.measure, []).append([day.day, day.low, round(day.total / day.n), day.high])
    return {
        "id": row.id,
        "farm": row.farm,
        "plot": row.plot or None,
        "plot_name": one.plot_name,
        "kind": row.kind,
        "name": row.name,
        "silent_ms": one.silent_ms,
        "measures": [_measure(last, summary.get(last.measure.code, [])) for last in one.last],
    }


def _measure(last: Last, days: Sequence[Json]) -> Json:
    of, limit = last.measure, last.limit
    return {
        "code": of.code,
        "name": dict(of.names),
        "unit": of.unit,
        "unit_code": of.unit_code,
        "decimals": of.decimals,
        "field": of.field,
        "at": last.at,
        "value": last.value,
        "verdict": last.verdict,
        "low": None if limit is None else limit.low,
        "high": None if limit is None else limit.high,
        "mark": "" if limit is None else limit.mark,
        "days": list(days),
    }


def _shown(
    session: Session, row: Sensor, days: Sequence[SensorDay], own: Sequence[SensorLimit], now: int
) -> Shown:
    scope = f"farm:{row.farm}"
    plots = {one.doc: one.name for one in views.plots_of(session, [scope])} if row.plot else {}
    product = product_on(session, scope, row.plot)
    by_measure: Mapping[str, SensorDay] = {one.measure: one for one in days}
    last = tuple(
        _last(row, product, measure, by_measure[code], own)
        for code, measure in measures().items()
        if code in by_measure
    )
    heard = max((one.at for one in last), default=row.created_at)
    patience = max(row.every_minutes * SILENT_TIMES, STALE_MINUTES) * _MINUTE_MS
    silent = now - heard if now - heard > patience and row.state == "active" else 0
    return Shown(row, plots.get(row.plot, ""), product, last, silent)


def _last(row: Sensor, product: str, measure: Measure, day: SensorDay, own: Sequence[SensorLimit]) -> Last:
    minute, value = max((m, v) for m, v, found in read_points(day.points) if found != OUT_OF_RANGE)
    limit = sensor_limits.limit_of(own, row.id, product, measure.code)
    return Last(measure, at_ms(day.day, minute), value, limit, sensor_limits.verdict(limit, value))
