"""The sensors of the demo: a float in the shrimp pond with a year of readings, a post in the greenhouse.

Made up, by day and season: warm afternoons, little oxygen before dawn, rain that freshens the pond, a cable
that lay in the air for two hours, a night without power. What is older than the demo came late, as a table
does.
"""

from __future__ import annotations

import math
import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Flask

from server.db import reading, run_write
from server.demo.phones import DemoPhone
from server.models.people import Farm
from server.services.inviting import invite
from server.services.sensing import take_readings
from server.services.sensor_rows import add_sensor, product_on
from server.services.viewing import make_current
from server.store import log, views
from server.store.operator import load_private
from sync import ids
from sync.limits import REQUEST_OPS_MAX
from sync.ops import make_body, message
from sync.readings import make_readings

MINUTE: Final = 60_000
DAY: Final = 1440 * MINUTE
Row = tuple[int, tuple[int | None, ...]]


@dataclass(frozen=True)
class Place:
    """A sensor of the demo. `values`: of a time in days and the hour of the day, in the order of `named`."""

    farm: str
    plot_kind: str
    name: str
    kind: str
    every: int
    days: int
    named: tuple[str, ...]
    values: Callable[[float, float, random.Random], tuple[float, ...]]


def _pond(day: float, hour: float, rng: random.Random) -> tuple[float, ...]:
    season = math.cos((day - 196) / 365.25 * 2 * math.pi)  # warmest in the middle of July
    sun = math.cos((hour - 15) / 24 * 2 * math.pi)
    rain = 3.0 if math.sin(day * 0.9) * math.sin(day * 0.23) > 0.7 else 0.0
    return (
        25.5 + 4.5 * season + 1.3 * sun - rain / 3 + rng.gauss(0, 0.06),
        8.05 + 0.32 * sun + rng.gauss(0, 0.02),
        5.6 + 1.5 * sun - 0.4 * season + rng.gauss(0, 0.08),
        14.5 - 3.5 * season - rain + rng.gauss(0, 0.05),
    )


def _greenhouse(day: float, hour: float, rng: random.Random) -> tuple[float, ...]:
    sun = max(0.0, math.cos((hour - 13) / 24 * 2 * math.pi))
    return (
        21 + 12 * sun + 2 * math.sin(day / 4) + rng.gauss(0, 0.2),
        88 - 30 * sun + rng.gauss(0, 1),
        68 - 14 * (day % 1.0 + day % 2.0) / 2 + rng.gauss(0, 0.4),
        48_000 * sun + (rng.uniform(0, 900) if sun else 0),
    )


PLACES: Final = (
    Place("son", "pond", "Phao đo ao tôm (mẫu)", "water", 5, 365,
          ("temperature", "ph", "dissolved_oxygen", "salinity"), _pond),
    Place("dung", "greenhouse", "Trạm nhà lưới (mẫu)", "climate", 15, 60,
          ("air_temperature", "air_humidity", "soil_moisture", "light"), _greenhouse),
)  # fmt: skip


@dataclass
class Sensing:
    """Where sensors are put: farms by the story's keys, times in ms."""

    app: Flask
    farms: dict[str, str]
    began: int
    now: int


def place_sensors(where: Sensing) -> None:
    """Put the sensors at their farms, as far as these are in the story, and send what they measured."""
    for place in PLACES:
        if place.farm in where.farms:
            _place(where, place)


def _place(where: Sensing, place: Place) -> None:
    farm = where.farms[place.farm]
    make_current([f"farm:{farm}"])
    with reading() as session:
        plots = views.plots_of(session, [f"farm:{farm}"])
        kinds = [one.doc for one in plots if one.kind == place.plot_kind and not one.is_deleted]
        used = [doc for doc in kinds if product_on(session, f"farm:{farm}", doc)]
        plot = next(iter(used or kinds), "")
    row = run_write(
        lambda session: add_sensor(
            session, session.get_one(Farm, farm), name=place.name, kind=place.kind, plot=plot,
            every_minutes=place.every, now=where.began,
        )
    )  # fmt: skip
    phone = DemoPhone(where.app.test_client(use_cookies=False))
    phone.join(invite(load_private(), row.id, where.began, kind="sensor"), place.name, where.began)
    with reading() as session:
        origin = log.origin(session)
    waiting: list[dict[str, str]] = []
    for n, fields in enumerate(make_readings(row.id, place.named, _rows(place, where.now)), 1):
        at = max(where.began, int(fields["at"]) + int(fields["r"][-1][0]) + MINUTE)
        body = make_body(
            device=phone.key.device, n=n, by=row.id, scope=f"sensor:{farm}", recorded_at=at, fields=fields,
            doc=f"reading:{ids.make_uuid7(at, secrets.token_bytes(10))}",
        )  # fmt: skip
        waiting.append({"body": body, "signature": ids.b64_encode(phone.key.sign(message(origin, body)))})
        if at > where.began or len(waiting) == REQUEST_OPS_MAX:
            take_readings({"ops": waiting}, at)
            waiting = []


def _rows(place: Place, now: int) -> Iterator[Row]:
    """Give what the sensor measured until now, without the night that had no power."""
    rng, step = random.Random(place.name), place.every * MINUTE  # noqa: S311
    last = now - now % step
    for at in range(last - place.days * DAY, last + 1, step):
        ago = (last - at) / DAY
        if 11.2 < ago < 11.6:
            continue
        days, hour = at / DAY, (at / 3_600_000 + 7) % 24
        yield at, _thousandths(place, ago, place.values(days, hour, rng))


def _thousandths(place: Place, ago: float, values: Sequence[float]) -> tuple[int, ...]:
    found = [round(one * 1000) for one in values]
    if place.kind == "water" and 5.0 < ago < 5.08:
        found[0] = -127_000  # a cable in the air
    if place.kind == "water" and ago < 0.1:
        found[2] = min(found[2], 3_100)  # the aerator stands still
    if place.kind == "climate":
        found[1] = min(found[1], 100_000)
        found[3] = max(found[3], 0)
    return tuple(found)
