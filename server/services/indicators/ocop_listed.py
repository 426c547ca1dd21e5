"""Indicator 2: OCOP products that can be bought on a marketplace, each counted once."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.own_products import OwnProduct
from server.models.selling import Listing
from server.services.indicators.shape import Ask, Found, Line, Missing, Params, Part, page_of, tallies_of
from server.services.lot_facts import ocop_ends

LIVE, GONE = "live", "gone"
PAGE = "/htx/xa/san-pham-chu-luc#ocop"


def found(session: Session, ask: Ask, params: Params) -> Found:
    """Count the OCOP products that are listed."""
    products, listings = _products(session, ask), _listings(session, ask)
    made = [_line(one, listings[one.id], ask, params) for one in products]
    unseen = sum(
        1
        for one in products
        if not any(each.state == LIVE for each in listings[one.id])
        and any(each.state not in (LIVE, GONE) for each in listings[one.id])
    )
    missing = (
        Missing("missing_unseen_listing", unseen),
        Missing("missing_ocop_paper", sum(1 for one in products if not one.ocop_checked_on)),
        Missing("missing_ocop_day", sum(1 for one in products if not one.ocop_signed_on)),
    )
    return Found(tallies_of(made), missing)


def lines(session: Session, ask: Ask, params: Params, part: Part) -> list[Line]:
    """Return the OCOP products, each with where it is listed."""
    listings = _listings(session, ask)
    return page_of((_line(one, listings[one.id], ask, params) for one in _products(session, ask)), part)


def _products(session: Session, ask: Ask) -> list[OwnProduct]:
    query = select(OwnProduct).where(
        OwnProduct.organisation.in_(ask.organisations), OwnProduct.ocop_stars > 0, OwnProduct.is_current
    )
    return list(session.scalars(query.order_by(OwnProduct.name_vi, OwnProduct.id)))


def _listings(session: Session, ask: Ask) -> dict[str, list[Listing]]:
    query = select(Listing).where(Listing.organisation.in_(ask.organisations), Listing.listed_on <= ask.day)
    made: dict[str, list[Listing]] = defaultdict(list)
    for row in session.scalars(query.order_by(Listing.listed_on, Listing.id)):
        made[row.product].append(row)
    return made


def _line(row: OwnProduct, listings: list[Listing], ask: Ask, params: Params) -> Line:
    ends = ocop_ends(row)
    is_valid = params["expired"] == "yes" or ends >= ask.day
    seen = [
        one for one in listings if one.state == LIVE or (params["listing"] == "any" and one.state != GONE)
    ]
    notes: list[tuple[str, dict[str, object]]] = [("line_stars", {"n": row.ocop_stars})]
    notes.append(("line_ocop_until", {"day": ends}) if ends else ("line_ocop_no_day", {}))
    notes += [
        (f"line_listing_{one.state}", {"where": one.marketplace, "day": one.checked_on or one.listed_on})
        for one in listings
    ]
    return Line(
        title=row.name_vi,
        is_counted=is_valid and bool(seen),
        organisation=row.organisation,
        link=PAGE,
        notes=tuple(notes) if listings else (*notes, ("line_no_listing", {})),
    )
