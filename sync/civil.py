"""Civil dates as the farmer says them: "2026-11-08", no time and no time zone.

Proleptic Gregorian calendar, years 1900 to 2199. No clock is read here: today is an argument.
Twin: `pwa/src/core/civil.ts`. Source: PROTOCOL §Civil dates; tests/vectors/civil.json.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final, Literal

Language = Literal["vi", "en"]

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2199
VIETNAM_MINUTES: Final = 7 * 60
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_BEFORE_YEAR_1: Final = 1_721_425
_DAY_OF_1970: Final = 2_440_588
_MS_OF_DAY: Final = 86_400_000

WEEKDAYS: Final[dict[str, tuple[str, ...]]] = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}

DAYS_KEPT: Final = 4_096  # our choice: the days of eleven years, read once


class BadDate(ValueError):
    """Text, a number of days or a time that gives no civil date of 1900 to 2199."""

    slug = "bad_date"


def is_civil_date(text: object) -> bool:
    """Say whether `text` is a date that exists, as YYYY-MM-DD, in 1900 to 2199."""
    return isinstance(text, str) and _is_date(text)


@lru_cache(maxsize=DAYS_KEPT)
def _is_date(text: str) -> bool:
    try:
        parse_date(text)
    except BadDate:
        return False
    return True


def parse_date(text: str) -> tuple[int, int, int]:
    """Return (year, month, day) of a civil date. Raises: BadDate."""
    match = _ISO.fullmatch(text)
    if match is None:
        raise BadDate("no date written as YYYY-MM-DD")
    year, month, day = (int(part) for part in match.groups())
    try:
        date(year, month, day)
    except ValueError as cause:
        raise BadDate("no date of the calendar") from cause
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise BadDate("outside the years 1900 to 2199")
    return year, month, day


@lru_cache(maxsize=DAYS_KEPT)
def date_to_day(text: str) -> int:
    """Return the Julian day number of a civil date (its noon). Raises: BadDate."""
    return date(*parse_date(text)).toordinal() + _DAY_BEFORE_YEAR_1


@lru_cache(maxsize=DAYS_KEPT)
def day_to_date(day: int) -> str:
    """Return the civil date of a Julian day number. Raises: BadDate outside 1900 to 2199."""
    ordinal = day - _DAY_BEFORE_YEAR_1
    if not date(YEAR_MIN, 1, 1).toordinal() <= ordinal <= date(YEAR_MAX, 12, 31).toordinal():
        raise BadDate("outside the years 1900 to 2199")
    return date.fromordinal(ordinal).isoformat()


def add_days(text: str, days: int) -> str:
    """Return the date so many days later, or earlier where `days` is negative. Raises: BadDate."""
    return day_to_date(date_to_day(text) + days)


def days_between(earlier: str, later: str) -> int:
    """Return the days from one date to another; negative if `later` lies before. Raises: BadDate."""
    return date_to_day(later) - date_to_day(earlier)


def weekday(text: str) -> int:
    """Return 1 for Monday to 7 for Sunday (ISO 8601). Raises: BadDate."""
    return date_to_day(text) % 7 + 1


def weekday_name(text: str, language: Language = "vi") -> str:
    """Return the weekday in full: "Thứ Năm", "Chủ nhật". Raises: BadDate."""
    return WEEKDAYS[language][weekday(text) - 1]


def date_shown(text: str, language: Language = "vi") -> str:
    """Return a date as people write it here, day first: "Chủ nhật, 8/11/2026". Raises: BadDate."""
    year, month, day = parse_date(text)
    return f"{weekday_name(text, language)}, {day}/{month}/{year}"


def ms_to_date(ms: int, offset_minutes: int = VIETNAM_MINUTES) -> str:
    """Return the civil date at a time in ms since 1970, by default in Vietnam. Raises: BadDate."""
    return day_to_date(_DAY_OF_1970 + (ms + offset_minutes * 60_000) // _MS_OF_DAY)
