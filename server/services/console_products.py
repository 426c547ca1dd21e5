"""A cooperative's products on the console: what lots are of, with pictures, certificate, OCOP and shelf life.

What is typed here stands on trace pages from the next publication on; pages that were published keep theirs.
Source: reference traceability §7.2, §7.3 (a GTIN is never invented), commerce §8 (OCOP).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.own_products import CODE_CHARS, NAME_CHARS, NUMBER_CHARS, OwnProduct
from server.models.people import Organisation
from server.services.console import Staff
from server.services.console_reach import ADDRESS_CHARS_MAX, NotDone, allow, clean, write_rows
from server.services.lot_facts import mark_of, ocop_ends
from server.services.photos import PhotoStore
from server.store import own_products, people
from sync.civil import is_civil_date
from sync.codes import gtin14, is_gtin
from sync.ids import b64_encode, make_uuid7

PICTURES_MAX: Final = 6  # our choice
STORY_CHARS_MAX: Final = 2000
SHELF_DAYS_MAX: Final = 3650
OCOP_GROUPS: Final = (1, 2, 3, 4, 5, 6)
OCOP_STARS: Final = (3, 4, 5)
STANDARDS: Final = ("VietGAP", "GlobalGAP", "Hữu cơ (TCVN 11041)", "An toàn thực phẩm")
_TEXTS: Final = {
    "name_vi": NAME_CHARS, "name_en": NAME_CHARS, "brand": NAME_CHARS, "standard": CODE_CHARS,
    "certificate_no": NUMBER_CHARS, "certificate_by": NAME_CHARS, "ocop_decision": NUMBER_CHARS,
    "ocop_certificate_no": NUMBER_CHARS, "story": STORY_CHARS_MAX,
}  # fmt: skip
_WRONG: Final = {
    "too_large": "not_picture_too_large",
    "quota": "not_picture_quota",
    "storage_full": "not_picture_storage_full",
}
_DATES: Final = ("certificate_from", "certificate_to", "ocop_signed_on")


@dataclass(frozen=True)
class ProductPage:
    """A product with its pictures. `mark`: what stands behind its standard today, "" without one."""

    row: OwnProduct
    pictures: tuple[str, ...]
    mark: str
    ocop_ends: str


@dataclass(frozen=True)
class Products:
    """All products of the organisation, and how its trace pages say where it is."""

    lines: tuple[ProductPage, ...]
    address: str


def products(staff: Staff, today: str) -> Products:
    """Return the products of the staff's organisation."""
    with reading() as session:
        rows = own_products.of_organisation(session, staff.organisation)
        found = tuple(_page(session, row, today) for row in rows)
        owner = session.get_one(Organisation, staff.organisation)
        return Products(found, owner.address or "")


def product(staff: Staff, uuid: str, today: str) -> ProductPage:
    """Return one product. Raises: ServiceError(not_found)."""
    with reading() as session:
        return _page(session, _own(session, staff, uuid), today)


def kinds(language: str) -> list[tuple[str, str]]:
    """Return code and name of every product of the commune's list."""
    with reading() as session:
        return [
            (one.code, one.name_en if language == "en" else one.name_vi) for one in people.products(session)
        ]


def keep_product(staff: Staff, uuid: str, said: Mapping[str, str]) -> str:
    """Make or change a product and return its id.

    Shape:  `uuid`: "" for a new one; `said`: texts by column, days civil or "" or "?" for what is no day.
    Raises: ServiceError: no_right, not_found; NotDone says which field is wrong.
    """
    allow(staff, "edit_products")
    values = _values(said)

    def work(session: Session) -> str:
        if values["product_code"] not in {"", *(one.code for one in people.products(session))}:
            raise NotDone("not_product_kind")
        row = _own(session, staff, uuid) if uuid else None
        if row is None:
            made = make_uuid7(now_ms(), secrets.token_bytes(10))
            row = OwnProduct(id=made, organisation=staff.organisation, is_current=True)
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.changed_by, row.changed_at = staff.membership, now_ms()
        return row.id

    return write_rows(work)


def retire_product(staff: Staff, uuid: str, *, is_current: bool) -> None:
    """Take a product off the list for new lots, or put it back. Raises: ServiceError: no_right, not_found."""
    allow(staff, "edit_products")

    def work(session: Session) -> None:
        _own(session, staff, uuid).is_current = is_current

    write_rows(work)


def set_address(staff: Staff, text: str) -> None:
    """Say where the organisation is, as trace pages show it. Raises: ServiceError(no_right)."""
    allow(staff, "edit_products")

    def work(session: Session) -> None:
        session.get_one(Organisation, staff.organisation).address = clean(text, ADDRESS_CHARS_MAX) or None

    write_rows(work)


def add_picture(staff: Staff, uuid: str, photos: PhotoStore, data: bytes) -> None:
    """Keep a picture of a product, re-encoded, behind the others.

    Raises: ServiceError: no_right, not_found; NotDone for what is no picture, too large or one too many.
    """
    allow(staff, "edit_products")
    with reading() as session:
        _own(session, staff, uuid)
        if len(own_products.pictures_of(session, uuid)) >= PICTURES_MAX:
            raise NotDone("not_picture_more", n=PICTURES_MAX)
    sha256 = b64_encode(hashlib.sha256(data).digest())
    try:
        upload = photos.begin(staff.org_scope, sha256, len(data), staff.device, now_ms())
        if upload.expires_at is not None:
            photos.append(staff.org_scope, sha256, upload.offset, [data[upload.offset :]], None, now_ms())
    except ServiceError as error:
        raise NotDone(_WRONG.get(error.slug, "not_picture")) from error

    def work(session: Session) -> None:
        names = own_products.pictures_of(session, uuid)
        if sha256 not in names:
            own_products.put_pictures(session, staff.org_scope, uuid, [*names, sha256])

    write_rows(work)


def move_picture(staff: Staff, uuid: str, sha256: str, *, is_off: bool) -> None:
    """Make a picture the main one, or take it off. Raises: ServiceError: no_right, not_found."""
    allow(staff, "edit_products")

    def work(session: Session) -> None:
        _own(session, staff, uuid)
        names = own_products.pictures_of(session, uuid)
        if sha256 not in names:
            raise ServiceError("not_found")
        names.remove(sha256)
        own_products.put_pictures(session, staff.org_scope, uuid, names if is_off else [sha256, *names])

    write_rows(work)


def _own(session: Session, staff: Staff, uuid: str) -> OwnProduct:
    found = own_products.find(session, staff.organisation, uuid)
    if found is None:
        raise ServiceError("not_found")
    return found


def _page(session: Session, row: OwnProduct, today: str) -> ProductPage:
    pictures = tuple(own_products.pictures_of(session, row.id))
    return ProductPage(row, pictures, mark_of(row, today) if row.standard else "", ocop_ends(row))


def _values(said: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {name: clean(said.get(name, ""), most) for name, most in _TEXTS.items()}
    values["product_code"] = said.get("product_code", "")
    if not values["name_vi"]:
        raise NotDone("not_product_name")
    for name in _DATES:
        day = said.get(name, "")
        if day and not is_civil_date(day):
            raise NotDone("not_day")
        values[name] = day
    if said.get("certificate_from", "") > (said.get("certificate_to") or "9999"):
        raise NotDone("not_certificate_days")
    gtin = clean(said.get("gtin", ""), 20).replace(" ", "")
    if gtin and not is_gtin(gtin):
        raise NotDone("not_gtin")
    values["gtin"] = gtin14(gtin) if gtin else None
    shelf = said.get("shelf_life_days", "").strip()
    if shelf and not (shelf.isascii() and shelf.isdigit() and 0 < int(shelf[:6]) <= SHELF_DAYS_MAX):
        raise NotDone("not_shelf_life", n=SHELF_DAYS_MAX)
    values["shelf_life_days"] = int(shelf) if shelf else None
    group, stars = (_choice(said.get(name, "")) for name in ("ocop_group", "ocop_stars"))
    if stars and (stars not in OCOP_STARS or group not in OCOP_GROUPS or not values["ocop_signed_on"]):
        raise NotDone("not_ocop")
    values["ocop_group"], values["ocop_stars"] = (group, stars) if stars else (0, 0)
    return values


def _choice(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 1 else 0
