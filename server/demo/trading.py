"""The demo's purchase points: a fortnight of purchases and sales by the clerk's phone, some not paid yet.

Every number, account and sum is invented; the banks are real, the accounts are not.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.demo.phones import DemoPhone
from server.models.lots import LotSource, LotView
from server.models.sales import BankAccount, PurchasePoint
from server.services.setup import new_id
from server.services.viewing import make_current
from server.store import till
from sync.civil import add_days, ms_to_date
from sync.ids import make_uuid7
from sync.sales import next_receipt, total_of
from sync.values import Json

POINTS: Final = ("Chợ Núi Đối (mẫu)", "Sân kho thôn Đoài (mẫu)")
OWN: Final = ("970405", "2100000000001", "HTX NONG NGHIEP THUAN THIEN MAU")
LOTS_BOUGHT: Final = 2
LOT_PRICE: Final = 9000
GIVEN: Final = {
    "thanh": ("970436", "0071000000002", "PHAM VAN THANH"),
    "man": ("970422", "9704000000003", "HOANG THI MAN"),
}
# How many days ago, farm ("" for a buyer), product, kg, price, impurities in per cent, way of paying, state.
DEALS: Final = (
    (13, "huong", "mustard_greens", "42", 9000, "", "cash", "confirmed"),
    (13, "man", "tomato", "65", 11000, "2", "vietqr", "confirmed"),
    (12, "", "mustard_greens", "30", 14000, "", "transfer", "confirmed"),
    (9, "thanh", "rice", "480", 8800, "3", "transfer", "confirmed"),
    (9, "huong", "cabbage", "88", 6500, "", "vietqr", "confirmed"),
    (7, "dung", "cucumber", "54", 10500, "", "cash", "confirmed"),
    (6, "", "tomato", "40", 16000, "", "vietqr", "confirmed"),
    (5, "man", "tomato", "71", 10500, "2.5", "vietqr", "confirmed"),
    (3, "thanh", "rice", "650", 8900, "2", "transfer", "claimed"),
    (2, "huong", "mustard_greens", "36", 9500, "", "cash", "confirmed"),
    (1, "dung", "cucumber", "47", 10000, "", "credit", "unpaid"),
    (0, "man", "tomato", "58", 11500, "", "vietqr", "claimed"),
    (0, "huong", "cabbage", "95", 6000, "1", "cash", "confirmed"),
    (0, "", "cabbage", "20", 10000, "", "vietqr", "claimed"),
)  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """Where it happens: the cooperative, its clerk's phone, the households by their keys, now in ms."""

    organisation: str
    clerk: DemoPhone
    farms: Mapping[str, str]
    time: int


def trade(scale: Scale) -> None:
    """Set points and accounts, and let the clerk buy and sell."""
    points = run_write(lambda session: _rows(session, scale))
    scope, receipts, today = f"org:{scale.organisation}", [""], ms_to_date(scale.time)
    for place, (ago, farm, product, kg, price, impure, pay, paid) in enumerate(DEALS):
        if farm and farm not in scale.farms:
            continue
        receipts.append(next_receipt(scale.clerk.key.device, receipts))
        day = add_days(today, -ago)
        amount: dict[str, Json] = {"amount": kg, "unit": "kg"}
        dear: dict[str, Json] = {"dong": price, "per": "kg"}
        off: list[Json] = [{"kind": "impurity", "percent": impure}] if impure else []
        fields: dict[str, Json] = {
            "direction": "buy" if farm else "sell", "product": product, "amount": amount, "happened_on": day,
            "at": f"0{5 + place % 3}:{10 + 3 * place:02}", "point": points[place % 2],
            "receipt": receipts[-1], "pay": pay, "paid": paid,
        }  # fmt: skip
        fields |= {"farm": f"farm:{scale.farms[farm]}"} if farm else {}
        fields |= {"paid_on": day} if paid == "confirmed" else {}
        private: dict[str, Json] = {"price": dear, "total": total_of(amount, dear, off).dong}
        private |= {"deductions": off} if off else {}
        private |= {} if farm else {"party": "Quán cơm Hạnh Phúc (mẫu)"}
        doc = f"sale:{make_uuid7(scale.time, secrets.token_bytes(10))}"
        scale.clerk.write(scope, doc, scale.time, fields, private)
    scale.clerk.sync(scale.time)
    _buy_lots(scale, points[0], receipts)
    scale.clerk.sync(scale.time)


def _buy_lots(scale: Scale, point: str, receipts: list[str]) -> None:
    """Buy the harvests of the first lots, each for its lot; one is only claimed."""
    scope = f"org:{scale.organisation}"
    make_current([scope])
    with reading() as session:
        query = select(LotSource).where(LotSource.scope == scope, LotSource.unit == "g")
        sources = list(session.scalars(query.order_by(LotSource.doc, LotSource.place).limit(LOTS_BOUGHT)))
        days = {one.doc: one.happened_on for one in session.scalars(select(LotView))}
    for place, one in enumerate(sources):
        receipts.append(next_receipt(scale.clerk.key.device, receipts))
        kg, rest = divmod(one.size or 0, 1000)
        amount: dict[str, Json] = {"amount": f"{kg}.{rest:03}".rstrip("0").rstrip("."), "unit": "kg"}
        dear: dict[str, Json] = {"dong": LOT_PRICE, "per": "kg"}
        said: dict[str, Json] = {
            "direction": "buy", "lot": one.doc, "farm": one.farm, "amount": amount,
            "happened_on": days[one.doc], "at": "06:30", "point": point, "receipt": receipts[-1],
            "pay": "vietqr",
        }  # fmt: skip
        state: dict[str, Json] = (
            {"paid": "confirmed", "paid_on": days[one.doc]} if place else {"paid": "claimed"}
        )
        private: dict[str, Json] = {"price": dear, "total": total_of(amount, dear, []).dong}
        doc = f"sale:{make_uuid7(scale.time, secrets.token_bytes(10))}"
        scale.clerk.write(scope, doc, scale.time, {**said, **state}, private)


def _rows(session: Session, scale: Scale) -> list[str]:
    points = [
        PurchasePoint(
            id=new_id(scale.time), organisation=scale.organisation, name=name, village=None, state=till.OPEN
        )
        for name in POINTS
    ]
    given = [(None, OWN), *((scale.farms[key], one) for key, one in GIVEN.items() if key in scale.farms)]
    accounts = [
        BankAccount(
            id=new_id(scale.time), organisation=scale.organisation, farm=farm, bin=bank, number=number,
            holder=holder, state=till.CURRENT, text_version="1" if farm else "", entered_by=None,
            changed_at=scale.time,
        )
        for farm, (bank, number, holder) in given
    ]  # fmt: skip
    session.add_all([*points, *accounts])
    return [one.id for one in points]
