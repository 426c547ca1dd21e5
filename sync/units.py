"""Units: from what the farmer said to integer base units, and back to text people read.

One table, `units.json`, serves both languages. Arithmetic is on integers only, so Python and
TypeScript give the same number. A rate, a package and a measured value have no fixed size and
are never converted; this module also does not add amounts up or guess what a sack weighs.
Source: PROTOCOL §Units; DESIGN §3 "Values"; tests/vectors/units.json.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

Language = Literal["vi", "en"]

AMOUNT: Final = re.compile(r"(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,9}))?")
SAO_M2: Final = 360
_MARKS: Final[dict[str, tuple[str, str]]] = {"vi": (".", ","), "en": (",", ".")}


class UnitError(ValueError):
    """An amount that can't be converted; `slug` names the reason."""

    slug = "unit"


class BadAmount(UnitError):
    """Text that is no decimal amount."""

    slug = "bad_amount"


class UnknownUnit(UnitError):
    """A code that the table does not hold."""

    slug = "unknown_unit"


class UnknownSize(UnitError):
    """A unit without a fixed size: a sack, a rate, a measured value."""

    slug = "unknown_size"


class AmountOutOfRange(UnitError):
    """More than the dimension's `max` in the table."""

    slug = "amount_out_of_range"


@dataclass(frozen=True)
class Unit:
    """One row of the table. `base` and `factor` are None for a unit without a fixed size."""

    code: str
    dimension: str
    base: str | None
    factor: int | None
    base_max: int
    label: dict[str, str]
    name: dict[str, str]
    mark: str
    order: int


def _load_units() -> dict[str, Unit]:
    table: dict[str, Any] = json.loads(Path(__file__).with_name("units.json").read_text("utf-8"))
    dimensions: dict[str, dict[str, Any]] = table["dimensions"]
    units: dict[str, Unit] = {}
    for order, row in enumerate(table["units"]):
        of = dimensions[row["dimension"]]
        factor = row.get("factor")
        units[row["code"]] = Unit(
            code=row["code"],
            dimension=row["dimension"],
            base=of["base"] if factor is not None else None,
            factor=factor,
            base_max=of.get("max", 0),
            label=row["label"],
            name=row.get("name", row["label"]),
            mark=row.get("mark", ""),
            order=order,
        )
    return units


UNITS: Final[dict[str, Unit]] = _load_units()


def is_unit(code: object) -> bool:
    """Say whether the table holds this code."""
    return isinstance(code, str) and code in UNITS


def find_unit(code: str) -> Unit:
    """Return the unit of a code. Raises: UnknownUnit."""
    unit = UNITS.get(code)
    if unit is None:
        raise UnknownUnit("a unit code that the table does not hold")
    return unit


def to_base(amount: str, unit: str) -> int:
    """Return an amount in whole base units, halves rounded up.

    Shape:  amount is decimal text such as "2.5"; unit is a code of the table.
    Units:  m², g, ml, pieces, minutes, cm, VND; one sào (Bắc Bộ) is 360 m².
    Raises: BadAmount; UnknownUnit; UnknownSize; AmountOutOfRange above the dimension's max.
    Source: PROTOCOL §Units; tests/vectors/units.json.
    """
    digits, scale = _split_amount(amount)
    found = find_unit(unit)
    if found.factor is None:
        raise UnknownSize("a unit without a fixed size")
    value = divide_half_up(digits * found.factor, scale)
    if value > found.base_max:
        raise AmountOutOfRange(f"more than {found.base_max} {found.base}")
    return value


def compare_decimals(left: str, right: str) -> int:
    """Return -1, 0 or 1 as `left` is below, equal to or above `right`; both decimal text.

    Raises: BadAmount.
    """
    left_digits, left_scale = _split_amount(left)
    right_digits, right_scale = _split_amount(right)
    difference = left_digits * right_scale - right_digits * left_scale
    return (difference > 0) - (difference < 0)


def format_decimal(amount: str, language: Language) -> str:
    """Return decimal text as people write it: "1234.5" is "1.234,5" in vi, "1,234.5" in en.

    Digits stay as they were said: nothing is rounded or cut. Raises: BadAmount.
    """
    match = AMOUNT.fullmatch(amount)
    if match is None:
        raise BadAmount("no decimal amount")
    thousands, point = _MARKS[language]
    whole = match[1]
    first = len(whole) % 3 or 3
    groups = [whole[:first], *(whole[i : i + 3] for i in range(first, len(whole), 3))]
    return thousands.join(groups) + (point + match[2] if match[2] else "")


def amount_shown(amount: str, unit: str, language: Language = "vi") -> str:
    """Return an amount with its unit's label: "2,5 sào". Raises: BadAmount; UnknownUnit."""
    return f"{format_decimal(amount, language)} {find_unit(unit).label[language]}"


def area_shown(amount: str, unit: str, language: Language = "vi") -> tuple[str, str]:
    """Return an area as it was said and, beside it, in m²: ("2 sào", "720 m²").

    What was said in m² has sào beside it, in hundredths, halves rounded up: ("500 m²", "1,39 sào").
    Raises: BadAmount; UnknownUnit; UnknownSize for what is no area; AmountOutOfRange.
    """
    if find_unit(unit).dimension != "area":
        raise UnknownSize("no unit of area")
    square_metres = to_base(amount, unit)
    said = amount_shown(amount, unit, language)
    if unit == "m2":
        return said, amount_shown(m2_to_sao(square_metres), "sao", language)
    return said, amount_shown(str(square_metres), "m2", language)


def m2_to_sao(square_metres: int) -> str:
    """Return whole square metres as decimal text in sào, hundredths, halves rounded up."""
    hundredths = divide_half_up(square_metres * 100, SAO_M2)
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")


def _split_amount(amount: str) -> tuple[int, int]:
    """Return (digits, power of ten): "2.50" is (250, 100)."""
    match = AMOUNT.fullmatch(amount)
    if match is None:
        raise BadAmount("no decimal amount")
    fraction = match[2] or ""
    return int(match[1] + fraction), 10 ** len(fraction)


def divide_half_up(dividend: int, divisor: int) -> int:
    """Return a quotient of non-negative integers to the nearest integer, halves up."""
    return (2 * dividend + divisor) // (2 * divisor)
