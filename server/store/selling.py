"""Key products, shop fronts and listings as rows; what is shown of them to anybody is decided in services."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.lots import LotView
from server.models.own_products import OwnProduct
from server.models.people import Organisation
from server.models.selling import KeyProduct, Listing, Shop
from sync.civil import VIETNAM_MINUTES, days_between
from sync.lots.states import PUBLISHED

EPOCH = "1970-01-01"
MINUTE_MS = 60_000
DAY_MS = 86_400_000


def commune_of(session: Session, organisation: str) -> str:
    """Return the commune that an organisation belongs to: itself where it is one."""
    own = session.get_one(Organisation, organisation)
    return own.parent or own.id


def members_of(session: Session, commune: str) -> list[Organisation]:
    """Return the commune and its cooperatives, by name."""
    query = select(Organisation).where((Organisation.id == commune) | (Organisation.parent == commune))
    return list(session.scalars(query.order_by(Organisation.name, Organisation.id)))


def key_products(session: Session, commune: str) -> list[KeyProduct]:
    """Return the key products of a commune, those that count today first, then by name."""
    query = select(KeyProduct).where(KeyProduct.organisation == commune)
    return list(session.scalars(query.order_by(KeyProduct.until != "", KeyProduct.name_vi, KeyProduct.id)))


def find_key_product(session: Session, commune: str, uuid: str) -> KeyProduct | None:
    """Return one of a commune's key products; None for a foreign one, too."""
    row = session.get(KeyProduct, uuid)
    return row if row is not None and row.organisation == commune else None


def products_in(session: Session, organisations: Collection[str]) -> list[OwnProduct]:
    """Return the products that some organisations sell today, by name."""
    wanted = (OwnProduct.organisation.in_(organisations), OwnProduct.is_current)
    return list(
        session.scalars(select(OwnProduct).where(*wanted).order_by(OwnProduct.name_vi, OwnProduct.id))
    )


def product_at(session: Session, slug: str) -> OwnProduct | None:
    """Return the product of a public address, shown or not."""
    return session.scalar(select(OwnProduct).where(OwnProduct.slug == slug))


def shop_at(session: Session, slug: str) -> Shop | None:
    """Return the shop front of a public address, open or not."""
    return session.scalar(select(Shop).where(Shop.slug == slug))


def listings_of(session: Session, organisations: Collection[str]) -> list[Listing]:
    """Return the listings of organisations, those looked at longest ago first."""
    query = select(Listing).where(Listing.organisation.in_(organisations))
    return list(session.scalars(query.order_by(Listing.checked_on, Listing.listed_on, Listing.id)))


def find_listing(session: Session, organisations: Collection[str], uuid: str) -> Listing | None:
    """Return a listing of one of some organisations; None for a foreign one, too."""
    row = session.get(Listing, uuid)
    return row if row is not None and row.organisation in organisations else None


def latest_lot(session: Session, organisation: str, product: str) -> LotView | None:
    """Return the lot of a product that was published last and stands; views made current before."""
    query = select(LotView).where(
        LotView.scope == f"org:{organisation}", LotView.product == product, LotView.state == PUBLISHED,
        LotView.published_at.is_not(None), LotView.is_deleted.is_(False), LotView.code != "",
    )  # fmt: skip
    return session.scalars(query.order_by(LotView.published_at.desc(), LotView.doc.desc()).limit(1)).first()


def organisations(session: Session, wanted: Collection[str]) -> list[Organisation]:
    """Return some organisations."""
    return list(session.scalars(select(Organisation).where(Organisation.id.in_(wanted))))


def lots_of_year(session: Session, wanted: Collection[str], year: int) -> dict[str, str]:
    """Return the code of the newest lot that each product of some organisations had published in a year.

    Shape:  by product; a recalled lot counts, for it was traceable: that is how it was recalled.
    """
    first, last = (
        days_between(EPOCH, f"{one}-01-01") * DAY_MS - VIETNAM_MINUTES * MINUTE_MS for one in (year, year + 1)
    )
    query = select(LotView.product, LotView.code).where(
        LotView.scope.in_([f"org:{one}" for one in wanted]), LotView.published_at >= first,
        LotView.published_at < last, LotView.is_deleted.is_(False), LotView.code != "",
    )  # fmt: skip
    return {
        str(product): str(code) for product, code in session.execute(query.order_by(LotView.published_at))
    }
