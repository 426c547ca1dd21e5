"""A cooperative's products on the console: what lots are of, with pictures, certificate, OCOP and shelf life.

What is typed here stands on trace pages from the next publication on; pages that were published keep theirs.
Source: reference traceability §7.2, §7.3 (a GTIN is never invented), commerce §8 (OCOP).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.own_products import OwnProduct
from server.models.people import Organisation
from server.models.selling import KeyProduct
from server.services.console import Staff
from server.services.console_pictures import keep_picture
from server.services.console_product_values import is_ocop_changed, read_product
from server.services.console_reach import ADDRESS_CHARS_MAX, NotDone, allow, clean, fold, write_rows
from server.services.lot_facts import mark_of, ocop_ends
from server.services.person_data import add_months
from server.services.photos import PhotoStore
from server.store import own_products, people, selling
from sync.ids import make_uuid7

PICTURES_MAX: Final = 9  # our choice: as many as a marketplace's listing is said to take
SLUG_WORDS_CHARS: Final = 60
SLUG_TAIL_CHARS: Final = 5
SLUG_LETTERS: Final = "abcdefghjkmnpqrstvwxyz23456789"  # none that is taken for another
REMIND_MONTHS: Final = 6  # before an OCOP certificate ends


@dataclass(frozen=True)
class ProductPage:
    """A product with its pictures. `mark`: what stands behind its standard today, "" without one.

    Shape:  `ocop`: how its OCOP certificate stands: "" for none, holds, soon (it ends within `REMIND_MONTHS`)
            or ended.
    """

    row: OwnProduct
    pictures: tuple[str, ...]
    mark: str
    ocop_ends: str
    ocop: str


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


def ocop_due(staff: Staff, today: str) -> tuple[ProductPage, ...]:
    """Return the products whose OCOP certificate has ended or ends within `REMIND_MONTHS`, in that order."""
    if not staff.may_see("products"):
        return ()
    due = [
        one for one in products(staff, today).lines if one.ocop in ("soon", "ended") and one.row.is_current
    ]
    return tuple(sorted(due, key=lambda one: one.ocop_ends))


def key_products(staff: Staff, today: str) -> list[KeyProduct]:
    """Return the key products of the commune that count today."""
    with reading() as session:
        rows = selling.key_products(session, selling.commune_of(session, staff.organisation))
        return [one for one in rows if not one.until or one.until >= today]


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
    values = read_product(said)

    def work(session: Session) -> str:
        if values["product_code"] not in {"", *(one.code for one in people.products(session))}:
            raise NotDone("not_product_kind")
        commune = selling.commune_of(session, staff.organisation)
        if values["key_product"] and not selling.find_key_product(
            session, commune, str(values["key_product"])
        ):
            raise NotDone("not_key_product")
        row = _own(session, staff, uuid) if uuid else None
        if row is None:
            made = make_uuid7(now_ms(), secrets.token_bytes(10))
            row = OwnProduct(id=made, organisation=staff.organisation, is_current=True)
            session.add(row)
        elif is_ocop_changed(row, values):
            row.ocop_checked_on, row.ocop_checked_by = "", None
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


def show_product(staff: Staff, uuid: str, *, is_shown: bool) -> None:
    """Give a product a public page, or take it down; its address is made once and kept.

    Raises: ServiceError: no_right, not_found; NotDone for one that has no picture yet or is no longer sold.
    """
    allow(staff, "edit_products")

    def work(session: Session) -> None:
        row = _own(session, staff, uuid)
        if is_shown and not row.is_current:
            raise NotDone("not_shown_retired")
        if is_shown and not own_products.pictures_of(session, uuid):
            raise NotDone("not_shown_picture")
        row.slug = row.slug or make_slug(row.name_vi)
        row.is_shown = is_shown

    write_rows(work)


def make_slug(name: str) -> str:
    """Return a public address of a name: its letters without marks, and an end that no other has."""
    plain = "-".join(re.findall(r"[a-z0-9]+", fold(name)))[:SLUG_WORDS_CHARS].strip("-")
    tail = "".join(secrets.choice(SLUG_LETTERS) for _ in range(SLUG_TAIL_CHARS))
    return f"{plain}-{tail}" if plain else tail


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
    sha256 = keep_picture(staff, photos, data)

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
    mark = mark_of(row, today) if row.standard else ""
    return ProductPage(row, pictures, mark, ocop_ends(row), ocop_state(row, today))


def ocop_state(row: OwnProduct, today: str) -> str:
    """Return how a product's OCOP certificate stands: "", holds, soon or ended."""
    ends = ocop_ends(row) if row.ocop_stars else ""
    if not ends:
        return ""
    if ends < today:
        return "ended"
    return "soon" if ends <= add_months(today, REMIND_MONTHS) else "holds"
