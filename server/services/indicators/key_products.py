"""Indicator 1: key products with lots published in the year, of all key products of the commune."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.lots import LotView
from server.models.own_products import OwnProduct
from server.models.selling import KeyProduct
from server.services.indicators.shape import Ask, Found, Line, Missing, Params, Part, page_of, tallies_of
from server.store import selling
from sync.civil import ms_to_date

PAGE = "/htx/xa/san-pham-chu-luc"
LOTS_SHOWN_MAX = 5  # our choice: the newest of each product


def found(session: Session, ask: Ask, params: Params) -> Found:
    """Count the key products."""
    lots, wares = _lots(session, ask), _wares(session, ask)
    lines = _lines(session, ask, params, lots, wares)
    keyed = {one.key_product for one in wares if one.key_product}
    rows = _rows(session, ask)
    codes = {code for one in rows for code in one.product_codes.split()}
    loose = sum(len(lots[one.id]) for one in wares if one.key_product is None and one.product_code in codes)
    no_ware = sum(1 for one in rows if one.id not in keyed)
    return Found(
        tallies_of(lines), (Missing("missing_no_ware", no_ware), Missing("missing_loose_lots", loose))
    )


def lines(session: Session, ask: Ask, params: Params, part: Part) -> list[Line]:
    """Return the key products, each with its newest lots of the year."""
    return page_of(_lines(session, ask, params, _lots(session, ask), _wares(session, ask)), part)


def _rows(session: Session, ask: Ask) -> list[KeyProduct]:
    """Return the commune's key products of the day."""
    return [
        one
        for one in selling.key_products(session, ask.commune)
        if one.since <= ask.day and (not one.until or one.until >= ask.day)
    ]


def _wares(session: Session, ask: Ask) -> list[OwnProduct]:
    """Return what the organisations sell or sold, by name."""
    query = select(OwnProduct).where(OwnProduct.organisation.in_(ask.organisations))
    return list(session.scalars(query.order_by(OwnProduct.name_vi, OwnProduct.id)))


def _lots(session: Session, ask: Ask) -> dict[str, list[LotView]]:
    """Return the lots that were published in the year, up to the day, by their product.

    Shape:  a recalled lot counts, as on the page of key products: it was traceable, so it could be recalled.
    """
    query = select(LotView).where(
        LotView.scope.in_(ask.logs), LotView.code != "",
        LotView.published_at.is_not(None), LotView.is_deleted.is_(False),
    )  # fmt: skip
    made: dict[str, list[LotView]] = defaultdict(list)
    for row in session.scalars(query):
        if ask.first <= ms_to_date(row.published_at or 0) <= ask.day:
            made[row.product].append(row)
    return made


def _lines(
    session: Session,
    ask: Ask,
    params: Params,
    lots: dict[str, list[LotView]],
    wares: Sequence[OwnProduct],
) -> list[Line]:
    made = []
    for row in _rows(session, ask):
        mine = [one for one in wares if one.key_product == row.id]
        own = sorted(
            (lot for one in mine for lot in lots[one.id]), key=lambda lot: (-(lot.published_at or 0), lot.doc)
        )
        notes = tuple(
            ("line_lot", {"code": lot.code, "day": ms_to_date(lot.published_at or 0)}) for lot in own
        )
        made.append(
            Line(
                title=row.name_vi,
                is_counted=len(own) >= int(params["lots_min"]),
                organisation=mine[0].organisation if len({one.organisation for one in mine}) == 1 else "",
                link=f"/t/{own[0].code}" if own else PAGE,
                notes=notes[:LOTS_SHOWN_MAX] or (("line_no_lot", {}),),
            )
        )
    return made
