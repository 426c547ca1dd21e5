"""Amounts that rules add up: integers of 10⁻⁹ of a unit, by what they can be added to.

Mass is in g, volume in ml; a package (gói, chai) and a counted thing only add to their own unit. A package of
a known size counts both ways. Twin: `pwa/src/core/rules/amounts.ts`. Source: sync/units.json.
"""

import re
from collections.abc import Iterable
from typing import Final

from sync.rules.shape import Record, options
from sync.units import AMOUNT, UNITS
from sync.values import Json

NANO: Final = 10**9
_BASE: Final = {"mass": "g", "volume": "ml", "area": "m2"}

Sizes = dict[str, int]  # unit to which it adds → 10⁻⁹ of it


def sizes_of(value: Json, pack: Json = None) -> Sizes:
    """Return what an amount comes to; nothing where it is no amount. `pack`: what one package holds."""
    said = _read(value)
    if said is None:
        return {}
    unit, nano = said
    found = UNITS[unit]
    if found.factor is None or found.dimension not in _BASE:
        one = _read(pack)
        held = sizes_of(pack) if one and found.dimension == "package" else {}
        return {unit: nano, **{base: nano * size // NANO for base, size in held.items()}}
    return {_BASE[found.dimension]: nano * found.factor}


def least(record: Record, names: Iterable[str], pack: str = "") -> Sizes:
    """Return the smallest that any head says of the first of these fields that is filled in."""
    return _pick(record, names, pack, is_most=False)


def most(record: Record, names: Iterable[str], pack: str = "") -> Sizes:
    """Return the largest that any head says of the first of these fields that is filled in."""
    return _pick(record, names, pack, is_most=True)


def amount_of(nano: int, unit: str) -> Json:
    """Return what is not below zero as a fact: decimal text and its unit, kg and litres where it is much."""
    if unit in ("g", "ml") and (nano >= 1000 * NANO or nano == 0):
        return {"amount": _decimal(nano, 1000 * NANO), "unit": "kg" if unit == "g" else "l"}
    return {"amount": _decimal(nano, NANO), "unit": unit}


def _decimal(nano: int, one: int) -> str:
    whole, rest = divmod(nano, one)
    digits = str(one + rest)[1:].rstrip("0")[:9]
    return f"{whole}.{digits}" if digits.strip("0") else str(whole)


def _pick(record: Record, names: Iterable[str], pack: str, *, is_most: bool) -> Sizes:
    packs = options(record, pack) if pack else (None,)
    for name in names:
        found: Sizes = {}
        for value in options(record, name):
            for one in packs:
                for unit, size in sizes_of(value, one).items():
                    known = found.get(unit, size)
                    found[unit] = max(known, size) if is_most else min(known, size)
        if found:
            return found
    return {}


def _read(value: Json) -> tuple[str, int] | None:
    if not isinstance(value, dict):
        return None
    amount, unit = value.get("amount"), value.get("unit")
    match = AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
    if match is None or unit not in UNITS:
        return None
    return str(unit), _nano(match)


def _nano(match: re.Match[str]) -> int:
    return int(match[1] + (match[2] or "").ljust(9, "0"))
