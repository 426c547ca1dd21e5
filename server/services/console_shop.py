"""A cooperative's shop front as its manager keeps it: words, a number with its owner's yes, open or not.

Source: security.md §8 (a phone number names a person); commerce.md §9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.models.people import Organisation
from server.models.selling import Shop
from server.services.console import Staff
from server.services.console_product_values import clean_lines
from server.services.console_products import make_slug
from server.services.console_reach import NotDone, allow, phone_of, write_rows
from server.store import selling

ABOUT_CHARS_MAX: Final = 1000
ABOUT_LINES_MAX: Final = 12


@dataclass(frozen=True)
class ShopPage:
    """A shop front with what it would show. `shown`: names of products that have a public page."""

    row: Shop
    name: str
    address: str
    shown: tuple[str, ...]


def shop_of(staff: Staff) -> ShopPage:
    """Return the shop front of the staff's organisation; one that nobody kept yet is empty and closed."""
    with reading() as session:
        row = session.get(Shop, staff.organisation) or _made(staff.organisation, "")
        owner = session.get_one(Organisation, staff.organisation)
        wares = selling.products_in(session, [staff.organisation])
        shown = tuple(one.name_vi for one in wares if one.is_shown)
        return ShopPage(row, owner.name, owner.address or "", shown)


def keep_shop(staff: Staff, said: Mapping[str, str], today: str) -> None:
    """Keep the words and the numbers; another number, or no yes, takes the agreement back.

    Raises: ServiceError(no_right); NotDone for what is no number or too long.
    """
    allow(staff, "edit_shop")
    about = clean_lines(said.get("about", ""), ABOUT_LINES_MAX, ABOUT_CHARS_MAX)
    phone, zalo = (phone_of(said.get(name, "")) or "" for name in ("phone", "zalo"))
    is_agreed = said.get("agreed") == "1" and bool(phone or zalo)

    def work(session: Session) -> None:
        row = _row(session, staff)
        is_same = (row.phone, row.zalo) == (phone, zalo) and bool(row.agreed_on)
        row.agreed_on = (row.agreed_on if is_same else today) if is_agreed else ""
        row.about, row.phone, row.zalo = about, phone, zalo
        row.changed_by, row.changed_at = staff.membership, now_ms()

    write_rows(work)


def open_shop(staff: Staff, *, is_open: bool) -> None:
    """Open or close the front. Raises: ServiceError(no_right); NotDone without an address."""
    allow(staff, "edit_shop")

    def work(session: Session) -> None:
        if is_open and not session.get_one(Organisation, staff.organisation).address:
            raise NotDone("not_shop_address")
        row = _row(session, staff)
        row.is_open = is_open
        row.changed_by, row.changed_at = staff.membership, now_ms()

    write_rows(work)


def _row(session: Session, staff: Staff) -> Shop:
    """Return the front, made where there is none: its address is given once and kept."""
    row = session.get(Shop, staff.organisation)
    if row is None:
        row = _made(staff.organisation, make_slug(staff.organisation_name))
        session.add(row)
    return row


def _made(organisation: str, slug: str) -> Shop:
    return Shop(
        organisation=organisation, slug=slug, about="", phone="", zalo="", agreed_on="", is_open=False,
        changed_at=now_ms(),
    )  # fmt: skip
