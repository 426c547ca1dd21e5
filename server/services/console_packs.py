"""Listing packs of a product for its manager: what is missing, said before anything is made; then the files.

Source: commerce.md §9.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.own_products import OwnProduct
from server.models.people import Organisation
from server.services.console import Staff
from server.services.console_products import ocop_state
from server.services.console_reach import NotDone
from server.services.lot_facts import mark_of, ocop_ends
from server.services.packs.shape import Pack, Paper, Ware
from server.services.packs.writing import PACKS, bundle, sheet, table
from server.services.photos import PhotoStore
from server.services.shop_pictures import picture_bytes
from server.services.tracing import make_lots_current
from server.store import own_products, people, selling

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


@dataclass(frozen=True)
class PackLine:
    """A pack of a product: what is missing, what is too long, how many of its columns are verified."""

    pack: Pack
    missing: tuple[str, ...]
    too_long: tuple[str, ...]
    sure: int


@dataclass(frozen=True)
class Packs:
    """The packs of a product, with the text that people copy."""

    uuid: str
    ware: Ware
    lines: tuple[PackLine, ...]


def packs_of(staff: Staff, uuid: str, base: str, today: str) -> Packs:
    """Return what each pack of a product comes to. Raises: ServiceError(not_found); DatabaseTrouble."""
    ware, _ = _ware(staff, uuid, base, today)
    return Packs(uuid, ware, tuple(_line(one, ware) for one in PACKS.values()))


def pack_file(
    staff: Staff, uuid: str, market: str, ending: str, photos: PhotoStore, base: str, today: str
) -> tuple[str, bytes]:
    """Return name and bytes of a pack's file.

    Raises: ServiceError(not_found); NotDone(not_pack) while something that the marketplace needs is missing.
    """
    pack = PACKS.get(market)
    if pack is None or ending not in TYPES:
        raise ServiceError("not_found")
    ware, names = _ware(staff, uuid, base, today)
    missing = pack.missing(ware)
    if missing:
        raise NotDone("not_pack", names=", ".join(missing))
    name = f"{ware.sku}-{pack.code}.{ending}"
    if ending == "xlsx":
        return name, sheet(pack, ware)
    if ending == "csv":
        return name, table(pack, ware)
    shots = [picture_bytes(photos, staff.org_scope, one, "lon") for one in names[: pack.pictures]]
    return name, bundle(pack, ware, shots)


def _line(pack: Pack, ware: Ware) -> PackLine:
    sure = sum(one.mark == "V" for one in pack.fields)
    return PackLine(pack, pack.missing(ware), pack.too_long(ware), sure)


def _ware(staff: Staff, uuid: str, base: str, today: str) -> tuple[Ware, list[str]]:
    """Return a product as packs take it, and the hashes of its pictures."""
    make_lots_current()
    with reading() as session:
        row = own_products.find(session, staff.organisation, uuid)
        if row is None:
            raise ServiceError("not_found")
        names = own_products.pictures_of(session, uuid)
        lot = selling.latest_lot(session, row.organisation, row.id)
        return ware_of(session, row, base, today, lot.code if lot else "", len(names)), names


def ware_of(session: Session, row: OwnProduct, base: str, today: str, lot: str, pictures: int) -> Ware:
    """Return a product as packs take it. Shape: `base` is the public address without a slash at its end."""
    owner = session.get_one(Organisation, row.organisation)
    kinds = {one.code: one.name_vi for one in people.products(session)}
    return Ware(
        name=row.name_vi, short_name=row.name_vi[:40], kind=kinds.get(row.product_code, ""), brand=row.brand,
        story=row.story, price=row.price_dong, price_per=row.price_per, sku=row.slug or row.id[-8:],
        gtin=row.gtin or "", net=row.net_content, package_g=row.package_g,
        sides=tuple(row.package_cm.split("x")) if row.package_cm else (), shelf_days=row.shelf_life_days,
        storage=row.storage, ingredients=row.ingredients, warning=row.warning, producer=owner.name,
        address=owner.address or "", papers=_papers(row, today), trace=f"{base}/t/{lot}" if lot else "",
        page=f"{base}/sp/{row.slug}" if row.is_shown and row.slug else "", pictures=pictures,
    )  # fmt: skip


def _papers(row: OwnProduct, today: str) -> tuple[Paper, ...]:
    """Return the certificates in force today; one that ended goes into no listing."""
    found = []
    if row.standard and mark_of(row, today) == "certified":
        found.append(Paper(row.standard, row.certificate_no, row.certificate_to))
    if ocop_state(row, today) in ("holds", "soon"):
        found.append(Paper(f"OCOP {row.ocop_stars} sao", row.ocop_certificate_no, ocop_ends(row)))
    return tuple(found)
