"""What anybody may see of products on sale: a product's page, a cooperative's front, the commune's.

No cart and no order: whoever sells on an electronic platform with ordering has duties that a commune's server
does not take on; a page leads to the marketplaces, and to a number whose owner agreed.
Source: commerce.md §8, §9; traceability.md §7.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.own_products import OwnProduct
from server.models.people import Organisation
from server.models.selling import Listing, Shop
from server.services.console_products import ocop_state
from server.services.lot_facts import mark_of, ocop_ends
from server.services.shop_pictures import Shot, shots_of
from server.services.tracing import make_lots_current
from server.store import own_products, selling

LIVE: Final = "live"


@dataclass(frozen=True)
class Ware:
    """A product on a list of products. `ocop`: as `ocop_state`; `shot`: its main picture."""

    row: OwnProduct
    seller: str
    shot: Shot | None
    ocop: str


@dataclass(frozen=True)
class Front:
    """A shop front. `phone`, `zalo` are "" without the agreement of whose number it is."""

    organisation: str
    name: str
    address: str
    slug: str
    about: str
    phone: str
    zalo: str
    wares: tuple[Ware, ...] = ()


@dataclass(frozen=True)
class ProductShown:
    """A product's public page.

    Shape:  `mark`: what stands behind its standard today, "" without one; `lot`: code of the newest published
            lot, ""; `front`: of its cooperative, with "" as its address where it is not open; `others`: more
            of the same cooperative; `listings`: those seen alive.
    """

    row: OwnProduct
    shots: tuple[Shot, ...]
    mark: str
    ocop: str
    ocop_ends: str
    lot: str
    front: Front
    listings: tuple[Listing, ...]
    others: tuple[Ware, ...]


def product_shown(slug: str, today: str) -> ProductShown | None:
    """Return what stands at a product's public address; None where nothing does. Raises: DatabaseTrouble."""
    make_lots_current()
    with reading() as session:
        row = selling.product_at(session, slug)
        if row is None or not (row.is_shown and row.is_current):
            return None
        lot = selling.latest_lot(session, row.organisation, row.id)
        wares = _wares(session, [row.organisation], today)
        listings = [one for one in selling.listings_of(session, [row.organisation]) if one.product == row.id]
        return ProductShown(
            row=row,
            shots=_shots(session, row),
            mark=mark_of(row, today) if row.standard else "",
            ocop=ocop_state(row, today),
            ocop_ends=ocop_ends(row) if row.ocop_stars else "",
            lot=lot.code if lot else "",
            front=_front(session, row.organisation),
            listings=tuple(one for one in listings if one.state == LIVE),
            others=tuple(one for one in wares if one.row.id != row.id)[:4],
        )


def picture_of(slug: str, place: int) -> tuple[str, str] | None:
    """Return scope and hash of a picture of a product that is shown; None where there is none."""
    with reading() as session:
        row = selling.product_at(session, slug)
        if row is None or not (row.is_shown and row.is_current):
            return None
        shots = _shots(session, row)
        return (f"org:{row.organisation}", shots[place].sha256) if place < len(shots) else None


def front_shown(slug: str, today: str) -> Front | None:
    """Return an open shop front with its products; None where there is none."""
    with reading() as session:
        shop = selling.shop_at(session, slug)
        if shop is None or not shop.is_open:
            return None
        return _front(session, shop.organisation, _wares(session, [shop.organisation], today))


def commune_shown(today: str) -> tuple[tuple[Front, ...], tuple[Ware, ...]]:
    """Return the open shop fronts by name, and every product that is shown, those of OCOP first."""
    with reading() as session:
        query = select(Shop.organisation).join(Organisation).where(Shop.is_open).order_by(Organisation.name)
        organisations = list(session.scalars(query))
        fronts = tuple(_front(session, one) for one in organisations)
        return fronts, _wares(session, organisations, today)


def _shots(session: Session, row: OwnProduct) -> tuple[Shot, ...]:
    return shots_of(session, f"org:{row.organisation}", own_products.pictures_of(session, row.id))


def _wares(session: Session, organisations: Sequence[str], today: str) -> tuple[Ware, ...]:
    rows = [one for one in selling.products_in(session, organisations) if one.is_shown]
    names = {one.id: one.name for one in selling.organisations(session, organisations)}
    main = own_products.main_pictures(session, [one.id for one in rows])
    shots = {
        (of, shot.sha256): shot
        for of in names
        for shot in shots_of(session, f"org:{of}", [main[one.id] for one in rows if one.id in main])
    }
    found = [
        Ware(
            one, names[one.organisation], shots.get((one.organisation, main.get(one.id, ""))),
            ocop_state(one, today),
        )
        for one in rows
    ]  # fmt: skip
    rank = {"holds": 0, "soon": 0}
    return tuple(sorted(found, key=lambda one: (rank.get(one.ocop, 1), one.row.name_vi, one.row.id)))


def _front(session: Session, organisation: str, wares: tuple[Ware, ...] = ()) -> Front:
    owner = session.get_one(Organisation, organisation)
    shop = session.get(Shop, organisation)
    if shop is None or not shop.is_open:
        return Front(owner.id, owner.name, owner.address or "", "", "", "", "")
    phone, zalo = (shop.phone, shop.zalo) if shop.agreed_on else ("", "")
    return Front(owner.id, owner.name, owner.address or "", shop.slug, shop.about, phone, zalo, wares)
