"""A price as it is read from a form, a sheet or a source, before anything is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sync.civil import add_days, is_civil_date

DONG_MAX: Final = 100_000_000  # our choice: a cow
BACK_DAYS: Final = 366
PRICE_UNITS: Final = ("kg", "yen", "ta", "tan", "con", "qua", "vi", "bo", "cay")


@dataclass(frozen=True)
class Price:
    """From `low` to `high` whole đồng a `unit`, of a product at a market on a civil date."""

    product: str
    market: str
    day: str
    low: int
    high: int
    unit: str


def bad_price(one: Price, products: Collection[str], today: str) -> str:
    """Return the key of the sentence that says what is wrong with a price; "" where nothing is."""
    if one.product not in products:
        return "not_price_product"
    if not one.market:
        return "not_price_market"
    if not is_civil_date(one.day) or not add_days(today, -BACK_DAYS) <= one.day <= today:
        return "not_price_day"
    if not 0 < one.low <= one.high <= DONG_MAX:
        return "not_price_dong"
    return "" if one.unit in PRICE_UNITS else "not_price_unit"
