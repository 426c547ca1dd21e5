"""The commune's key products, and what its officer compares: which have a traceable lot, which OCOP papers.

The officer reads no log: shown are products, counts of published lots, and listings, no household.
Source: commune-plan, indicators 1 and 2; commerce.md §8.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.own_products import NAME_CHARS, OwnProduct
from server.models.selling import KeyProduct
from server.services.console import Staff
from server.services.console_listings import ListingLine, lines_of
from server.services.console_products import ocop_state
from server.services.console_reach import NotDone, allow, clean, named, write_rows
from server.services.lot_facts import ocop_ends
from server.services.photos import PhotoStore
from server.services.shop_pictures import picture_bytes
from server.services.tracing import make_lots_current
from server.store import people, selling
from sync.civil import is_civil_date
from sync.ids import make_uuid7

MARKS: Final = ("V", "V2", "R")


@dataclass(frozen=True)
class Ware:
    """A cooperative's product under a key product. `lot`: code of its newest lot of the year, ""."""

    id: str
    name: str
    seller: str
    lot: str


@dataclass(frozen=True)
class KeyLine:
    """A key product with what is sold of it; `is_traced`: a lot was published this year."""

    row: KeyProduct
    wares: tuple[Ware, ...]
    is_traced: bool


@dataclass(frozen=True)
class OcopLine:
    """An OCOP product of the commune, with where it is listed."""

    row: OwnProduct
    seller: str
    state: str
    ends: str
    listings: tuple[ListingLine, ...]


@dataclass(frozen=True)
class KeyPage:
    """What the officer sees. `ended`: those that no longer count."""

    lines: tuple[KeyLine, ...]
    ended: tuple[KeyProduct, ...]
    ocop: tuple[OcopLine, ...]
    kinds: tuple[tuple[str, str], ...]

    @property
    def traced(self) -> int:
        """Return how many of those that count have a traceable lot this year."""
        return sum(one.is_traced for one in self.lines)


def key_page(staff: Staff, today: str, language: str) -> KeyPage:
    """Return the key products and OCOP products of the staff's commune. Raises: DatabaseTrouble."""
    make_lots_current()
    with reading() as session:
        commune = selling.commune_of(session, staff.organisation)
        places = {one.id: one.name for one in selling.members_of(session, commune)}
        products = selling.products_in(session, places)
        lots = selling.lots_of_year(session, places, int(today[:4]))
        rows = selling.key_products(session, commune)
        now = [one for one in rows if not one.until or one.until >= today]
        listed = lines_of(session, list(places), today)
        kinds = tuple(
            (one.code, one.name_en if language == "en" else one.name_vi) for one in people.products(session)
        )
    return KeyPage(
        tuple(_line(one, products, places, lots) for one in now),
        tuple(one for one in rows if one not in now),
        tuple(_ocop(one, places, listed, today) for one in products if one.ocop_stars),
        kinds,
    )


def keep_key_product(staff: Staff, uuid: str, said: Mapping[str, str], codes: Collection[str]) -> None:
    """Add or change a key product. Shape: `codes` of the list of products; days civil, "" or no day.

    Raises: ServiceError: no_right, not_found; NotDone says which field is wrong.
    """
    allow(staff, "edit_key_products")
    since, until = said.get("since", ""), said.get("until", "")
    if not is_civil_date(since) or (until and not is_civil_date(until)):
        raise NotDone("not_day")
    if until and until < since:
        raise NotDone("not_key_days")
    values = {
        "name_vi": named(said.get("name_vi", "")), "name_en": clean(said.get("name_en", ""), NAME_CHARS),
        "source": clean(said.get("source", ""), NAME_CHARS), "since": since, "until": until,
        "mark": said.get("mark", "R") if said.get("mark") in MARKS else "R",
    }  # fmt: skip

    def work(session: Session) -> None:
        known = {one.code for one in people.products(session)}
        if not known >= set(codes):
            raise NotDone("not_product_kind")
        commune = selling.commune_of(session, staff.organisation)
        row = selling.find_key_product(session, commune, uuid) if uuid else None
        if row is None:
            if uuid:
                raise ServiceError("not_found")
            row = KeyProduct(id=make_uuid7(now_ms(), secrets.token_bytes(10)), organisation=commune)
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.product_codes = " ".join(sorted(set(codes)))
        row.changed_by, row.changed_at = staff.membership, now_ms()

    write_rows(work)


def check_ocop(staff: Staff, product: str, today: str) -> None:
    """Keep that the officer compared an OCOP product with its paper today.

    Raises: ServiceError: no_right, not_found for what is no OCOP product of the commune.
    """
    allow(staff, "edit_key_products")

    def work(session: Session) -> None:
        commune = selling.commune_of(session, staff.organisation)
        row = session.get(OwnProduct, product)
        places = {one.id for one in selling.members_of(session, commune)}
        if row is None or row.organisation not in places or not row.ocop_stars:
            raise ServiceError("not_found")
        row.ocop_checked_on, row.ocop_checked_by = today, staff.membership

    write_rows(work)


def screenshot(staff: Staff, photos: PhotoStore, uuid: str) -> bytes:
    """Return the picture of a listing of the commune. Raises: ServiceError(not_found)."""
    with reading() as session:
        commune = selling.commune_of(session, staff.organisation)
        places = [one.id for one in selling.members_of(session, commune)]
        row = selling.find_listing(session, places, uuid)
        if row is None or row.screenshot is None:
            raise ServiceError("not_found")
        scope, sha256 = f"org:{row.organisation}", row.screenshot
    return picture_bytes(photos, scope, sha256, "lon")


def _line(
    row: KeyProduct, products: list[OwnProduct], places: Mapping[str, str], lots: Mapping[str, str]
) -> KeyLine:
    mine = [one for one in products if one.key_product == row.id]
    wares = [Ware(one.id, one.name_vi, places[one.organisation], lots.get(one.id, "")) for one in mine]
    return KeyLine(row, tuple(wares), any(one.lot for one in wares))


def _ocop(row: OwnProduct, places: Mapping[str, str], listed: list[ListingLine], today: str) -> OcopLine:
    mine = tuple(one for one in listed if one.row.product == row.id)
    return OcopLine(row, places[row.organisation], ocop_state(row, today), ocop_ends(row), mine)
