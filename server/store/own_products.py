"""The products of a cooperative, and their pictures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from server.models.farm_models import ModelPicture
from server.models.own_products import OwnPicture, OwnProduct
from server.models.selling import Listing


def of_organisation(session: Session, organisation: str) -> list[OwnProduct]:
    """Return all products of an organisation, those that may be chosen first."""
    query = select(OwnProduct).where(OwnProduct.organisation == organisation)
    return list(
        session.scalars(query.order_by(OwnProduct.is_current.desc(), OwnProduct.name_vi, OwnProduct.id))
    )


def find(session: Session, organisation: str, product: str) -> OwnProduct | None:
    """Return one of an organisation's products; None for a foreign one, too."""
    row = session.get(OwnProduct, product)
    return row if row is not None and row.organisation == organisation else None


def pictures_of(session: Session, product: str) -> list[str]:
    """Return the hashes of a product's pictures, the main one first."""
    query = select(OwnPicture.sha256).where(OwnPicture.product == product, OwnPicture.place.is_not(None))
    return list(session.scalars(query.order_by(OwnPicture.place, OwnPicture.sha256)))


def main_pictures(session: Session, products: Sequence[str]) -> dict[str, str]:
    """Return the hash of each product's main picture; those without one are left out."""
    query = select(OwnPicture.product, OwnPicture.sha256).where(
        OwnPicture.product.in_(products), OwnPicture.place.is_not(None)
    )
    found = session.execute(query.order_by(OwnPicture.place.desc(), OwnPicture.sha256.desc()))
    return {str(product): str(sha256) for product, sha256 in found}


def put_pictures(session: Session, scope: str, product: str, names: Sequence[str]) -> None:
    """Make these the pictures of a product, in this order; others are taken off, never forgotten."""
    mine = (OwnPicture.scope == scope, OwnPicture.product == product)
    session.execute(update(OwnPicture).where(*mine).values(place=None))
    for place, sha256 in enumerate(names):
        row = session.get(OwnPicture, (scope, sha256, product))
        if row is None:
            session.add(OwnPicture(scope=scope, sha256=sha256, product=product, place=place))
        else:
            row.place = place
    session.flush()


def has_picture(session: Session, scope: str, sha256: str) -> bool:
    """Return whether a product of a scope's organisation has, or had, a picture, or a listing or a model."""
    is_picture = exists().where(OwnPicture.scope == scope, OwnPicture.sha256 == sha256)
    owner = scope.removeprefix("org:")
    is_seen = exists().where(Listing.screenshot == sha256, Listing.organisation == owner)
    of_model = exists().where(ModelPicture.scope == scope, ModelPicture.sha256 == sha256)
    return bool(session.scalar(select(or_(is_picture, is_seen, of_model))))
