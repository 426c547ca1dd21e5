"""What a cooperative bought for a lot, beside what came into it: receipts, and whether the two agree.

A purchase adds nothing to a lot (PROTOCOL §36): goods come in by their harvest. Where more was bought than
came in, harvests are missing, and that is said. Parties, money and payment are for whoever sees sales.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.lots import LotView
from server.models.sales import SaleView
from server.models.views import DocumentView
from server.services.console import Staff
from server.services.console_lots import Size, size_of
from server.store import people
from sync import ids


@dataclass(frozen=True)
class Purchase:
    """One purchase for a lot. `party`, `dong`, `pay`, `paid`, `uuid`: empty for who doesn't see sales."""

    uuid: str
    receipt: str
    day: str
    size: Size | None
    party: str
    dong: int | None
    pay: str
    paid: str


@dataclass(frozen=True)
class Bought:
    """The purchases of a lot, the oldest first. `total`: in its unit; `over`: by how much it is too much.

    Shape:  `open`: how much came in that no purchase names; None where it is nothing, as `over`.
    """

    rows: tuple[Purchase, ...]
    total: Size
    over: Size | None
    open: Size | None


def bought(staff: Staff, row: LotView) -> Bought | None:
    """Return what was bought for a lot whose views are current; None where nothing was."""
    with reading() as session:
        found = _standing(session, row)
        names = _names(session, staff, row.scope, found) if staff.may_see("sales") else {}
    if not found:
        return None
    total = sum(one.size or 0 for one in found if one.unit == row.unit)
    lines = tuple(_shown(one, names, is_seen=staff.may_see("sales")) for one in found)
    over, rest = total - row.came, row.came - total
    return Bought(
        lines,
        size_of(row.unit, total),
        size_of(row.unit, over) if over > 0 else None,
        size_of(row.unit, rest) if rest > 0 else None,
    )


def _standing(session: Session, row: LotView) -> list[SaleView]:
    """Return the purchases that count: not taken back, and corrected by no other."""
    is_live = (SaleView.scope == row.scope, SaleView.is_deleted.is_(False))
    replaced = set(session.scalars(select(SaleView.corrects).where(*is_live, SaleView.corrects != "")))
    query = select(SaleView).where(*is_live, SaleView.lot == row.doc, SaleView.direction == "buy")
    order = (SaleView.happened_on, SaleView.at, SaleView.received_at, SaleView.doc)
    return [one for one in session.scalars(query.order_by(*order)) if one.doc not in replaced]


def _names(session: Session, staff: Staff, scope: str, rows: Sequence[SaleView]) -> dict[str, str]:
    """Return from whom each was bought, by the sale's document."""
    farms = {f"farm:{one.id}": one.name for one in people.farms_of(session, staff.organisation)}
    query = select(DocumentView.doc, DocumentView.private).where(
        DocumentView.scope == scope, DocumentView.doc.in_([one.doc for one in rows])
    )
    told = {doc: json.loads(private or "{}").get("party") for doc, private in session.execute(query)}
    return {
        one.doc: farms.get(one.farm) or (party if isinstance(party := told.get(one.doc), str) else "")
        for one in rows
    }


def _shown(row: SaleView, names: dict[str, str], *, is_seen: bool) -> Purchase:
    return Purchase(
        uuid=ids.split_ref(row.doc)[1] if is_seen else "",
        receipt=row.receipt,
        day=row.happened_on,
        size=None if row.size is None else size_of(row.unit, row.size),
        party=names.get(row.doc, ""),
        dong=row.total_dong if is_seen else None,
        pay=row.pay if is_seen else "",
        paid=row.paid if is_seen else "",
    )
