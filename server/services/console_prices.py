"""Market prices as those who write them see them: the table with its history, and keeping one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.models.bulletins import MARKET_CHARS, SOURCE_CHARS, MarketPrice
from server.services.bulletins import tellers_of
from server.services.console import Staff
from server.services.console_reach import NotDone, allow, clean
from server.services.prices_read import Price, bad_price
from server.store import bulletins as rows
from server.store import people
from sync.civil import add_days, ms_to_date

HISTORY_DAYS: Final = 90


@dataclass(frozen=True)
class PriceRow:
    """A product at a market: its newest price, the one before it, and its history, the oldest first."""

    product: str
    name: str
    market: str
    unit: str
    source: str
    days: tuple[tuple[str, int, int], ...]

    @property
    def last(self) -> tuple[str, int, int]:
        """Return the newest: day, low, high."""
        return self.days[-1]

    @property
    def change(self) -> int:
        """Return by how many đồng the middle of the newest lies above that of the one before; 0 for one."""
        if len(self.days) < 2:
            return 0
        (_, low, high), (_, low_before, high_before) = self.days[-1], self.days[-2]
        return (low + high) // 2 - (low_before + high_before) // 2


def table(staff: Staff, language: str) -> list[PriceRow]:
    """Return the prices that this organisation's phones are told, by name of the product and market."""
    today = ms_to_date(now_ms())
    with reading() as session:
        tellers = tellers_of(session, staff.organisation)
        found = rows.prices(session, tellers, add_days(today, -HISTORY_DAYS))
        names = {
            one.code: one.name_en if language == "en" else one.name_vi for one in people.products(session)
        }
    return rows_of(found, names)


def rows_of(found: Sequence[MarketPrice], names: Mapping[str, str]) -> list[PriceRow]:
    """Return prices as a table; `found` by product, market and day."""
    made = []
    for (product, market), group in groupby(found, key=lambda one: (one.product, one.market)):
        by_day = {one.day: one for one in group}
        last = by_day[max(by_day)]
        days = tuple((d, one.low, one.high) for d, one in sorted(by_day.items()) if one.unit == last.unit)
        made.append(PriceRow(product, names.get(product, product), market, last.unit, last.source, days))
    return sorted(made, key=lambda one: (one.name, one.market))


def keep(staff: Staff, said: Mapping[str, str]) -> None:
    """Keep the price of a product at a market on a day; said again, the new one stands.

    Raises: ServiceError(no_right); NotDone says which field is wrong.
    """
    allow(staff, "write_bulletins")
    low = _dong(said.get("low", ""))
    high = _dong(said.get("high", "")) if said.get("high", "").strip() else low
    one = Price(
        said.get("product", ""), clean(said.get("market", ""), MARKET_CHARS), said.get("day", ""), low, high,
        said.get("unit", ""),
    )  # fmt: skip
    source = clean(said.get("source", ""), SOURCE_CHARS)
    keep_all(staff.organisation, staff.membership, [one], source)


def keep_all(organisation: str, membership: str | None, found: Sequence[Price], source: str) -> None:
    """Keep prices, all or none. Raises: NotDone says which field of the first wrong one is wrong."""

    def work(session: Session) -> None:
        products = {one.code for one in people.products(session)}
        today = ms_to_date(now_ms())
        for one in found:
            wrong = bad_price(one, products, today)
            if wrong:
                raise NotDone(wrong)
            key: dict[str, object] = {
                "organisation": organisation, "product": one.product, "market": one.market, "day": one.day
            }  # fmt: skip
            values = {"low": one.low, "high": one.high, "unit": one.unit, "source": source}
            rows.put_price(session, key, values | {"written_by": membership, "written_at": now_ms()})

    run_write(work)


def _dong(text: str) -> int:
    """Return whole đồng as people type them: 25000, 25.000, 25 000. -1 for what is none."""
    digits = text.strip().replace(".", "").replace(",", "").replace(" ", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else -1
