"""A forecast in the shape of Open-Meteo's `daily` answer, read into one sentence a day.

Not verified: the shape was taken from its public description, and no answer of it was seen here.
Source: open-meteo.com/en/docs, `daily` of `/v1/forecast`.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sync.civil import is_civil_date, weekday_name

DAYS_MAX: Final = 7
_FIELDS: Final = ("temperature_2m_min", "temperature_2m_max", "precipitation_sum", "wind_speed_10m_max")


class BadForecast(Exception):
    """An answer that is no forecast of this shape."""


def read_forecast(data: bytes) -> list[str]:
    """Return a line a day: "Thứ Hai 30/11: 18–24 °C, mưa 12 mm, gió 35 km/h". Raises: BadForecast."""
    try:
        daily = json.loads(data)["daily"]
        days = daily["time"][:DAYS_MAX]
        rows = [tuple(daily[name][place] for name in _FIELDS) for place in range(len(days))]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BadForecast from error
    if not days or not all(isinstance(day, str) and is_civil_date(day) for day in days):
        raise BadForecast
    return [_line(day, row) for day, row in zip(days, rows, strict=True)]


def _line(day: str, row: tuple[Any, ...]) -> str:
    if not all(isinstance(one, int | float) and abs(one) < 10_000 for one in row):
        raise BadForecast
    low, high, rain, wind = (round(one) for one in row)
    _, month, date = day.split("-")
    wet = f"mưa {rain} mm" if rain > 0 else "không mưa"
    return f"{weekday_name(day)} {date}/{month}: {low}–{high} °C, {wet}, gió {wind} km/h"
