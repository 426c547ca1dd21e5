"""Prices in a sheet, CSV or XLSX: product code, market, day, lowest, highest, unit; one price a row.

The first row names the columns. A row that is no price is passed over and counted.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from server.services.plain_text import plain_line
from server.services.prices_read import Price, bad_price
from server.store.tables import read_table

COLUMNS: Final = ("product", "market", "day", "low", "high", "unit")


class BadSheet(Exception):
    """A sheet without these columns."""


def read_prices(data: bytes, products: Collection[str], today: str) -> tuple[list[Price], int]:
    """Return the prices of a sheet, and how many rows are none. Raises: BadSheet; BadTable."""
    rows = read_table(data)
    head = [one.strip().lower() for one in rows[0]] if rows else []
    if not set(COLUMNS) <= set(head):
        raise BadSheet
    found: list[Price] = []
    for row in rows[1:]:
        said = dict(zip(head, [*row, *[""] * len(head)], strict=False))
        low, high = (_whole(said[name]) for name in ("low", "high"))
        market = plain_line(said["market"])[:80]
        one = Price(
            said["product"].strip(), market, said["day"].strip(), low, high or low, said["unit"].strip()
        )
        if not bad_price(one, products, today):
            found.append(one)
    return found, len(rows) - 1 - len(found)


def _whole(text: str) -> int:
    """Return whole đồng, 0 for what is no number."""
    digits = text.strip().replace(".", "").replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else 0
