"""Doses compared exactly: a rate as a fraction of integers, only with another of the same kind.

"30 ml/bình" compares with what a label says a litre only where the size of the tank is known; nothing is
guessed. Twin: `pwa/src/core/rules/rates.ts`. Source: sync/units.json; PROTOCOL §Rules and findings.
"""

import re
from dataclasses import dataclass
from typing import Final

from sync.units import AMOUNT, SAO_M2, UNITS
from sync.values import Json

_OVER: Final = re.compile(r"([a-z]+)/(100|1000)?([a-z0-9]+)")
_MG: Final = {"mg": 1, "g": 1000, "kg": 1_000_000}
_TANK: Final = "binh"


@dataclass(frozen=True, slots=True)
class Rate:
    """`top / bottom` of a kind such as "mass/area"; kinds with one unit alone are named by it."""

    kind: str
    top: int
    bottom: int


def compare(left: Rate, right: Rate) -> int:
    """Return -1, 0 or 1 as `left` is below, equal to or above `right`, both of one kind."""
    difference = left.top * right.bottom - right.top * left.bottom
    return (difference > 0) - (difference < 0)


def rates_of(amount: str, unit: str, tank: tuple[int, int] | None = None) -> list[Rate]:
    """Return what a dose says, as it was said first, then in base units where these are known.

    Shape:  `tank`: ml of one tank as a fraction, None where nobody said; an unreadable amount says nothing.
    """
    match = AMOUNT.fullmatch(amount)
    if match is None or unit not in UNITS:
        return []
    digits, scale = _split(match)
    said = [Rate(unit, digits, scale)]
    parts = _OVER.fullmatch("mg/l" if unit == "mg_l" else unit)
    top = _size(parts[1]) if parts else None
    if parts is None or top is None:
        return said
    bottom, least = _size(parts[3]), int(parts[2] or 1)
    if parts[3] == _TANK and tank is not None:
        return [*said, Rate(f"{top[0]}/volume", digits * top[1] * tank[1], scale * tank[0])]
    if bottom is None:
        return said
    return [*said, Rate(f"{top[0]}/{bottom[0]}", digits * top[1], scale * bottom[1] * least)]


def quotient(total: Json, area: Json) -> Rate | None:
    """Return an amount for each m², None unless both are amounts of a known size and the area is not none."""
    over, under = fraction(total), fraction(area)
    if over is None or under is None or under[0] != "area" or under[1] == 0:
        return None
    if over[0] not in ("mass", "volume"):
        return None
    return Rate(f"{over[0]}/area", over[1] * under[2], over[2] * under[1])


def per_sao(rate: Rate) -> Json:
    """Return a rate over an area as people say it: ml or g a sào, cut to hundredths."""
    unit, size = ("g/sao", 1000) if rate.kind == "mass/area" else ("ml/sao", 1)
    whole, rest = divmod(rate.top * SAO_M2 * 100 // (rate.bottom * size), 100)
    return {"amount": f"{whole}.{rest:02}".rstrip("0").rstrip("."), "unit": unit}


def fraction(value: Json) -> tuple[str, int, int] | None:
    """Return (dimension, top, bottom) of an amount: mass in mg, volume in ml, area in m²; None for others."""
    if not isinstance(value, dict):
        return None
    amount, unit = value.get("amount"), value.get("unit")
    match = AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
    size = _size(unit) if isinstance(unit, str) else None
    if match is None or size is None:
        return None
    digits, scale = _split(match)
    return size[0], digits * size[1], scale


def _split(match: re.Match[str]) -> tuple[int, int]:
    decimals = match[2] or ""
    return int(match[1] + decimals), 10 ** len(decimals)


def _size(unit: str) -> tuple[str, int] | None:
    if unit in _MG:
        return "mass", _MG[unit]
    found = UNITS.get(unit)
    if found is None or found.factor is None:
        return None
    return found.dimension, found.factor * (1000 if found.dimension == "mass" else 1)
