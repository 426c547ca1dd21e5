"""What a cooperative bought and sold, on its pages: lists, a day's closing, one receipt, a table of them all.

Who may see sums may see all of them: the pages are the manager's, the clerk's and the auditor's alone.
Source: PROTOCOL "Sales and VietQR".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.sales import SaleView
from server.models.views import DocumentView
from server.services.console import Staff
from server.services.console_exports import TYPES
from server.services.console_reach import allow
from server.services.viewing import make_current
from server.store import people, till
from server.store.tables import write_csv, write_xlsx
from sync.sales import Closing, Deal, closing_of, parse_deal, problems_of, standing_deals
from sync.values import Json

SHOWN_MAX: Final = 500  # our choice: of a list; sums and tables have all
HEADS: Final = (
    ("day", "Ngày", "Day"), ("at", "Giờ", "Time"), ("receipt", "Phiếu", "Receipt"),
    ("direction", "Mua hay bán", "Bought or sold"), ("party", "Của ai, cho ai", "Whose, to whom"),
    ("point", "Nơi cân", "Point"), ("product", "Hàng", "Goods"), ("amount", "Số lượng", "Amount"),
    ("unit", "Đơn vị", "Unit"), ("total", "Thành tiền (đồng)", "Total (đồng)"),
    ("pay", "Cách trả", "Paid by"),
    ("paid", "Đã trả", "Paid"), ("paid_on", "Ngày trả", "Paid on"), ("state", "Còn tính", "Counts"),
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a list shows; "" does not narrow it. `first`, `last`: civil days, both included."""

    first: str = ""
    last: str = ""
    point: str = ""
    farm: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class Line:
    """A sale as a list shows it. `values`: public and private; `problems`: what does not add up."""

    deal: Deal
    uuid: str
    party: str
    point: str
    product: str
    values: Mapping[str, Json]
    tips: tuple[str, ...]
    problems: tuple[str, ...]
    counts: bool
    has_conflict: bool

    @property
    def is_open(self) -> bool:
        """Return whether nobody confirmed yet that it was paid."""
        return self.counts and self.deal.paid != "confirmed"


@dataclass(frozen=True)
class SalesPage:
    """Sales of some days, the newest first, with what to choose from and what is not settled at all."""

    lines: tuple[Line, ...]
    points: tuple[tuple[str, str], ...]
    bought: int
    sold: int
    cashless: int
    counted: int
    open: int


def sales(staff: Staff, wanted: Wanted) -> SalesPage:
    """Return the list of the staff's organisation."""
    lines = _lines(staff)
    shown = [one for one in lines if _fits(one, wanted)]
    counted = [one for one in shown if one.counts]
    with reading() as session:
        places = tuple((one.id, one.name) for one in till.points(session, staff.organisation))
    return SalesPage(
        lines=tuple(shown[:SHOWN_MAX]),
        points=places,
        bought=sum(one.deal.dong or 0 for one in counted if one.deal.direction == "buy"),
        sold=sum(one.deal.dong or 0 for one in counted if one.deal.direction == "sell"),
        cashless=sum(one.deal.pay in ("transfer", "vietqr", "wallet") for one in counted),
        counted=len(counted),
        open=sum(one.is_open for one in lines),
    )


def sale(staff: Staff, uuid: str) -> Line:
    """Return one sale. Raises: ServiceError(not_found)."""
    found = next((one for one in _lines(staff) if one.uuid == uuid), None)
    if found is None:
        raise ServiceError("not_found")
    return found


def closing(staff: Staff, day: str, point: str) -> tuple[Closing, tuple[Line, ...], dict[str, str]]:
    """Return a day's closing, its sales that are not settled, and the names of its goods."""
    lines = _lines(staff)
    told = closing_of((one.deal for one in lines), day, point)
    names = {one.deal.product: one.product for one in lines}
    return told, tuple(one for one in lines if one.deal.doc in told.open), names


def export(staff: Staff, wanted: Wanted, ending: str, language: int) -> bytes:
    """Return the sales as a file of one of `TYPES`. Raises: ServiceError(no_right)."""
    allow(staff, "export_sales")
    rows = [_cells(one, language) for one in _lines(staff) if _fits(one, wanted)]
    heads = [one[1 + language] for one in HEADS]
    return write_csv([heads, *rows]) if ending == "csv" else write_xlsx("Mua bán", [heads, *rows])


def _cells(line: Line, language: int) -> Sequence[str]:
    deal, amount = line.deal, line.values.get("amount")
    said = amount if isinstance(amount, dict) else {}
    states = (("không", "có"), ("no", "yes"))[language]
    return [
        deal.happened_on, deal.at, deal.receipt, deal.direction, line.party, line.point, line.product,
        str(said.get("amount", "")), str(said.get("unit", "")), "" if deal.dong is None else str(deal.dong),
        deal.pay, deal.paid, deal.paid_on, states[line.counts],
    ]  # fmt: skip


def _fits(line: Line, wanted: Wanted) -> bool:
    deal = line.deal
    return (
        (not wanted.first or deal.happened_on >= wanted.first)
        and (not wanted.last or "" < deal.happened_on <= wanted.last)
        and wanted.point in ("", deal.point)
        and (not wanted.farm or deal.farm == f"farm:{wanted.farm}")
        and (not wanted.is_open or line.is_open)
    )


def _lines(staff: Staff) -> list[Line]:
    """Return all sales of the organisation, the newest first."""
    make_current([staff.org_scope])
    with reading() as session:
        columns = (DocumentView.values, DocumentView.private, DocumentView.tips)
        query = select(SaleView, *columns).join(
            DocumentView, (DocumentView.scope == SaleView.scope) & (DocumentView.doc == SaleView.doc)
        )
        query = query.where(SaleView.scope == staff.org_scope).order_by(
            SaleView.happened_on.desc(), SaleView.at.desc(), SaleView.received_at.desc(), SaleView.doc
        )
        rows = [
            (row, {**json.loads(values), **json.loads(private or "{}")}, json.loads(tips))
            for row, values, private, tips in session.execute(query)
        ]
        names = _names(session, staff)
        cash = till.cash_rule(session, staff.organisation).dong
    deals = {
        row.doc: parse_deal(row.doc, values, is_void=row.is_deleted, by=row.by) for row, values, _ in rows
    }
    standing = {one.doc for one in standing_deals(deals.values())}
    return [
        Line(
            deal=(deal := deals[row.doc]),
            uuid=row.doc.partition(":")[2],
            party=names.get(deal.farm) or _text(values.get("party")) or _text(values.get("buyer")),
            point=names.get(deal.point, ""),
            product=names.get(f"product {deal.product}", deal.product),
            values=values,
            tips=tuple(tips),
            problems=problems_of(deal, values, cash) if deal.dong is not None else (),
            counts=row.doc in standing,
            has_conflict=row.has_conflict,
        )
        for row, values, tips in rows
    ]


def _names(session: Session, staff: Staff) -> dict[str, str]:
    found = {scope: one.name for scope, one in staff.farms.items()}
    found |= {f"farm:{one.id}": one.name for one in people.farms_of(session, staff.organisation)}
    found |= {one.id: one.name for one in till.points(session, staff.organisation)}
    return found | {f"product {one.code}": one.name_vi for one in people.products(session)}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


__all__ = ["TYPES", "Line", "SalesPage", "Wanted", "closing", "export", "sale", "sales"]
