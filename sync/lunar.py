"""The Vietnamese lunar calendar, from the sun and the moon at Vietnam's time (UTC+7).

A month begins on the day of the new moon; month 11 holds the winter solstice; of thirteen months
between two solstices the first in which the sun enters no new sign is the leap month. New moon:
Meeus, *Astronomical Algorithms*, 2nd ed., chapter 49 (within about 20 s); longitude of the sun:
chapter 25 with the perturbations of Venus, Jupiter and the moon (within about 0.002°, 3 minutes).
What it does *not* do: tell what was printed before 1968, when the calendar followed UTC+8, nor
what an office may decree. Held against a full ephemeris, every month of 1900 to 2199 begins on the
same day and has the same sign but two, both within half a minute of midnight: July 1967 (new moon)
and September 1938 (equinox).
Twin: `pwa/src/core/lunar.ts`. Source: PROTOCOL §Lunar dates; tests/vectors/lunar.json.
"""

from bisect import bisect_right
from functools import lru_cache
from math import cos, floor, pi, sin
from typing import Final, Literal, NamedTuple

from sync import civil

Language = Literal["vi", "en"]


class LunarDate(NamedTuple):
    """A day of the lunar calendar; `leap` says that the month is the second of its number."""

    day: int
    month: int
    year: int
    leap: bool


class _Month(NamedTuple):
    start: int
    month: int
    year: int
    leap: bool


_NEW_MOON_0: Final = 2_451_550.09766
_SYNODIC_DAYS: Final = 29.530588861
_VIETNAM_DAYS: Final = 7 / 24
_RADIANS: Final = pi / 180

# Terms of the true new moon: days, power of E, multiples of M, M', F and Ω (Meeus, p. 351).
_MOON_TERMS: Final = (
    (-0.40720, 0, 0, 1, 0, 0),
    (0.17241, 1, 1, 0, 0, 0),
    (0.01608, 0, 0, 2, 0, 0),
    (0.01039, 0, 0, 0, 2, 0),
    (0.00739, 1, -1, 1, 0, 0),
    (-0.00514, 1, 1, 1, 0, 0),
    (0.00208, 2, 2, 0, 0, 0),
    (-0.00111, 0, 0, 1, -2, 0),
    (-0.00057, 0, 0, 1, 2, 0),
    (0.00056, 1, 1, 2, 0, 0),
    (-0.00042, 0, 0, 3, 0, 0),
    (0.00042, 1, 1, 0, 2, 0),
    (0.00038, 1, 1, 0, -2, 0),
    (-0.00024, 1, -1, 2, 0, 0),
    (-0.00017, 0, 0, 0, 0, 1),
    (-0.00007, 0, 2, 1, 0, 0),
    (0.00004, 0, 0, 2, -2, 0),
    (0.00004, 0, 3, 0, 0, 0),
    (0.00003, 0, 1, 1, -2, 0),
    (0.00003, 0, 0, 2, 2, 0),
    (-0.00003, 0, 1, 1, 2, 0),
    (0.00003, 0, -1, 1, 2, 0),
    (-0.00002, 0, -1, 1, -2, 0),
    (-0.00002, 0, 1, 3, 0, 0),
    (0.00002, 0, 0, 4, 0, 0),
)
# Planets: millionths of a day, degrees at the epoch, degrees a lunation (Meeus, p. 352).
_PLANET_TERMS: Final = (
    (325, 299.77, 0.107408),
    (165, 251.88, 0.016321),
    (164, 251.83, 26.651886),
    (126, 349.42, 36.412478),
    (110, 84.66, 18.206239),
    (62, 141.74, 53.303771),
    (60, 207.14, 2.453732),
    (56, 154.84, 7.306860),
    (47, 34.52, 27.261239),
    (42, 207.19, 0.121824),
    (40, 291.34, 1.844379),
    (37, 161.72, 24.198154),
    (35, 239.56, 25.513099),
    (23, 331.55, 3.592518),
)
# Perturbations of the sun: degrees, phase and rate a century of the argument's cosine; the last
# two (the moon's and a long term) are sines, here cosines with a phase 90° less.
_SUN_TERMS: Final = (
    (0.00134, 153.23, 22518.7541),
    (0.00154, 216.57, 45037.5082),
    (0.00200, 312.69, 32964.3577),
    (0.00179, 260.74, 445267.1142),
    (0.00178, 141.19, 20.20),
)
# ΔT in seconds (dynamical less universal time), at steps of 25 years from 1900: observed to 2020,
# then the smooth continuation of Espenak and Meeus; nobody knows it to a minute after 2100.
_DELTA_T: Final = (-3, 23, 29, 45, 64, 70, 90, 140, 203, 263, 328, 397, 472)


def solar_to_lunar(year: int, month: int, day: int) -> LunarDate:
    """Return the lunar date of a civil date; its year is the lunar year.

    Raises: civil.BadDate outside the years 1900 to 2199.
    """
    number = civil.date_to_day(f"{year:04}-{month:02}-{day:02}")
    months = _solstice_year(year if number < _new_moon_day(_month_11(year)) else year + 1)
    found = months[bisect_right([m.start for m in months], number) - 1]
    return LunarDate(number - found.start + 1, found.month, found.year, found.leap)


def lunar_shown(date: str, language: Language = "vi") -> str:
    """Return a civil date's lunar day and month: "4/10 âm", "1/6 nhuận âm". Raises: BadDate."""
    lunar = solar_to_lunar(*civil.parse_date(date))
    if language == "en":
        return f"{lunar.day}/{lunar.month} {'leap ' if lunar.leap else ''}lunar"
    return f"{lunar.day}/{lunar.month} {'nhuận ' if lunar.leap else ''}âm"


@lru_cache(maxsize=8)
def _solstice_year(year: int) -> tuple[_Month, ...]:
    """Return the months from month 11 of the lunar year before `year` up to the next month 11."""
    first, last = _month_11(year - 1), _month_11(year)
    starts = [_new_moon_day(k) for k in range(first, last + 1)]
    leap = -1
    if last - first == 13:
        leap = next(i for i in range(1, 13) if _sign(starts[i]) == _sign(starts[i + 1]))
    months = []
    for i, start in enumerate(starts[:-1]):
        place = i - (0 <= leap <= i)  # 0 is month 11, 1 is month 12, 2 is month 1 …
        months.append(_Month(start, (place + 10) % 12 + 1, year - (place < 2), i == leap))
    return tuple(months)


@lru_cache(maxsize=32)
def _month_11(year: int) -> int:
    """Return the number of the lunation that holds the winter solstice of December `year`."""
    end = civil.date_to_day("2199-12-31") + round((year - civil.YEAR_MAX) * 365.2425)
    k = floor((end - _NEW_MOON_0) / _SYNODIC_DAYS) + 1
    while _new_moon_day(k) > end or _sign(_new_moon_day(k)) == 9:
        k -= 1
    return k


@lru_cache(maxsize=64)
def _new_moon_day(k: int) -> int:
    """Return the Julian day number, in Vietnam, of the new moon `k` (0 is that of 2000-01-06)."""
    t = k / 1236.85
    e = 1 - 0.002516 * t - 0.0000074 * t * t
    sun = 2.5534 + 29.10535670 * k - 0.0000014 * t * t
    moon = 201.5643 + 385.81693528 * k + 0.0107582 * t * t + 0.00001238 * t * t * t
    latitude = 160.7108 + 390.67050284 * k - 0.0016118 * t * t - 0.00000227 * t * t * t
    node = 124.7746 - 1.56375588 * k + 0.0020672 * t * t
    moment = _NEW_MOON_0 + _SYNODIC_DAYS * k + 0.00015437 * t * t - 0.00000015 * t * t * t
    for days, power, of_sun, of_moon, of_latitude, of_node in _MOON_TERMS:
        angle = of_sun * sun + of_moon * moon + of_latitude * latitude + of_node * node
        moment += days * e**power * sin(angle * _RADIANS)
    for millionths, phase, rate in _PLANET_TERMS:
        bend = 0.009173 * t * t if phase == 299.77 else 0
        moment += millionths * 1e-6 * sin((phase + rate * k - bend) * _RADIANS)
    return floor(moment - _delta_t_days(moment) + _VIETNAM_DAYS + 0.5)


def _sign(day: int) -> int:
    """Return which twelfth of its way the sun is in at the first moment of a day in Vietnam.

    0 begins at the March equinox, 9 at the winter solstice.
    """
    moment = day - 0.5 - _VIETNAM_DAYS
    t = (moment + _delta_t_days(moment) - 2_415_020) / 36_525
    anomaly = (358.47583 + 35_999.04975 * t - 0.000150 * t * t) * _RADIANS
    longitude = 279.69668 + 36_000.76892 * t + 0.0003025 * t * t
    longitude += (1.919460 - 0.004789 * t - 0.000014 * t * t) * sin(anomaly)
    longitude += (0.020094 - 0.0001 * t) * sin(2 * anomaly) + 0.000293 * sin(3 * anomaly)
    for degrees, phase, rate in _SUN_TERMS:
        longitude += degrees * cos((phase + rate * t) * _RADIANS)
    longitude -= 0.00569 + 0.00479 * sin((259.18 - 1934.142 * t) * _RADIANS)
    return floor(longitude / 30) % 12


def _delta_t_days(moment: float) -> float:
    """Return ΔT in days at a Julian day, between the two nearest steps of the table."""
    steps = (moment - 2_415_020) / 9_131.25
    at = min(max(floor(steps), 0), len(_DELTA_T) - 2)
    return (_DELTA_T[at] + (_DELTA_T[at + 1] - _DELTA_T[at]) * (steps - at)) / 86_400
