"""Where products are offered on marketplaces: address, day, a picture of the page, and a look by date.

A listing counts as alive only as somebody saw it; after `CHECK_DAYS` it is among those to look at.
The server asks no marketplace: people look. Source: commerce.md §9; commune-plan, indicator 2.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.selling import Listing
from server.services.console import Staff
from server.services.console_pictures import keep_picture
from server.services.console_reach import NotDone, allow, write_rows
from server.services.markets import MARKETS, parse_listing
from server.services.photos import PhotoStore
from server.store import own_products, selling
from sync.civil import add_days, is_civil_date
from sync.ids import make_uuid7

CHECK_DAYS: Final = 60  # our choice: two months
LIVE, GONE, UNKNOWN = STATES = ("live", "gone", "unknown")


@dataclass(frozen=True)
class ListingLine:
    """A listing as pages show it. `due_on`: when somebody should look again, "" for one that is gone."""

    row: Listing
    product: str
    seller: str
    ocop_stars: int
    due_on: str
    is_due: bool


@dataclass(frozen=True)
class Listings:
    """The listings of an organisation: to look at today, alive, gone."""

    due: tuple[ListingLine, ...]
    live: tuple[ListingLine, ...]
    gone: tuple[ListingLine, ...]


def listings(staff: Staff, today: str) -> Listings:
    """Return the listings of the staff's organisation."""
    with reading() as session:
        lines = lines_of(session, [staff.organisation], today)
    return Listings(
        tuple(one for one in lines if one.is_due),
        tuple(one for one in lines if not one.is_due and one.row.state != GONE),
        tuple(one for one in lines if one.row.state == GONE),
    )


def lines_of(session: Session, organisations: list[str], today: str) -> list[ListingLine]:
    """Return the listings of organisations with the names of what they offer."""
    sellers = {one.id: one.name for one in selling.organisations(session, organisations)}
    products = {one: own_products.of_organisation(session, one) for one in organisations}
    wares = {one.id: one for each in products.values() for one in each}
    found = []
    for row in selling.listings_of(session, organisations):
        due = "" if row.state == GONE else add_days(row.checked_on or row.listed_on, CHECK_DAYS)
        is_due = row.state == UNKNOWN or ("" < due <= today)
        ware = wares[row.product]
        line = ListingLine(row, ware.name_vi, sellers[row.organisation], ware.ocop_stars, due, is_due)
        found.append(line)
    return found


def listing(staff: Staff, uuid: str, today: str) -> ListingLine:
    """Return one listing. Raises: ServiceError(not_found)."""
    with reading() as session:
        _own(session, staff, uuid)
        lines = lines_of(session, [staff.organisation], today)
        return next(one for one in lines if one.row.id == uuid)


def sold(staff: Staff) -> list[tuple[str, str]]:
    """Return id and name of what may be listed."""
    with reading() as session:
        return [(one.id, one.name_vi) for one in selling.products_in(session, [staff.organisation])]


def keep_listing(staff: Staff, uuid: str, said: Mapping[str, str], today: str) -> str:
    """Add or change a listing and return its id; one that is added was seen alive today.

    Raises: ServiceError: no_right, not_found; NotDone says which field is wrong.
    """
    allow(staff, "edit_listings")
    market = said.get("marketplace", "")
    if market not in MARKETS:
        raise NotDone("not_market")
    address = parse_listing(market, said.get("url", ""))
    if address is None:
        raise NotDone("not_listing_address")
    day = said.get("listed_on", "") or today
    if not is_civil_date(day) or day > today:
        raise NotDone("not_listed_on")

    def work(session: Session) -> str:
        if own_products.find(session, staff.organisation, said.get("product", "")) is None:
            raise NotDone("not_listing_product")
        row = _own(session, staff, uuid) if uuid else None
        if row is None:
            made = make_uuid7(now_ms(), secrets.token_bytes(10))
            row = Listing(id=made, organisation=staff.organisation, state=LIVE, checked_on=today)
            session.add(row)
        elif row.url != address:
            row.state, row.checked_on, row.screenshot = LIVE, today, None
        row.product, row.marketplace, row.url, row.listed_on = said["product"], market, address, day
        row.changed_by, row.changed_at = staff.membership, now_ms()
        return row.id

    return write_rows(work)


def check_listing(staff: Staff, uuid: str, state: str, today: str) -> None:
    """Keep that somebody looked today, and what was there. Raises: ServiceError: no_right, not_found."""
    allow(staff, "edit_listings")
    if state not in (LIVE, GONE):
        raise ServiceError("not_found")

    def work(session: Session) -> None:
        row = _own(session, staff, uuid)
        row.state, row.checked_on = state, today
        row.changed_by, row.changed_at = staff.membership, now_ms()

    write_rows(work)


def add_screenshot(staff: Staff, uuid: str, photos: PhotoStore, data: bytes) -> None:
    """Keep a picture of the listing's page. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "edit_listings")
    with reading() as session:
        _own(session, staff, uuid)
    sha256 = keep_picture(staff, photos, data)

    def work(session: Session) -> None:
        _own(session, staff, uuid).screenshot = sha256

    write_rows(work)


def _own(session: Session, staff: Staff, uuid: str) -> Listing:
    found = selling.find_listing(session, [staff.organisation], uuid)
    if found is None:
        raise ServiceError("not_found")
    return found
