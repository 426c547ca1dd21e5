"""Whose rows a staff member reaches, of organisations, persons, memberships, farms; what a text becomes.

What is not reached is missing, whatever its id (faults.md 69). An act asks the table of rights first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import DatabaseBusy, run_write
from server.errors import ServiceError
from server.models.people import Farm, Membership, Organisation, Person, Village
from server.services.console import Staff
from server.services.plain_text import plain_line
from server.store import people
from sync.rights import OPERATOR, SENSOR

NAME_CHARS_MAX = 200
PHONE_CHARS_MAX = 30
ADDRESS_CHARS_MAX = 300
CODE_CHARS_MAX = 40
COLLISIONS_MAX = 3  # our choice; above, the person presses again
Result = TypeVar("Result")


class NotDone(Exception):
    """Nothing was changed; `key` names the sentence that says why and what to do."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def allow(staff: Staff, act: str) -> None:
    """Raises: ServiceError(no_right) where the staff member may not do this."""
    if not staff.may_act(act):
        raise ServiceError("no_right")


def organisation_of(session: Session, staff: Staff, organisation: str) -> Organisation:
    """Return an organisation that the staff member reaches; the own one for an empty id."""
    wanted = organisation or staff.organisation
    found = session.get(Organisation, wanted) if wanted in staff.organisations else None
    if found is None:
        raise ServiceError("not_found")
    return found


def is_ours(staff: Staff) -> ColumnElement[bool]:
    """Return the condition for memberships that the staff member reaches.

    Shape:  those of their organisations, and those of whoever works on a farm that has come to them.
    """
    farms = select(Farm.id).where(Farm.organisation.in_(staff.organisations))
    return or_(Membership.organisation.in_(staff.organisations), Membership.farm.in_(farms))


def person_of(session: Session, staff: Staff, person: str) -> Person:
    """Return a person of theirs; the one that a duplicate became. Raises: ServiceError(not_found)."""
    found = people.standing_person(session, person)
    if found is None:
        raise ServiceError("not_found")
    if found.organisation not in staff.organisations:
        mine = select(Membership.id).where(Membership.person == found.id, is_ours(staff)).limit(1)
        if session.scalar(mine) is None:
            raise ServiceError("not_found")
    operator = select(Membership.id).where(
        Membership.person == found.id, Membership.role.in_((OPERATOR, SENSOR))
    )
    if session.scalar(operator.limit(1)) is not None:
        raise ServiceError("not_found")
    return found


def own_person(session: Session, staff: Staff, person: str) -> Person:
    """Return a person whom one of their organisations registered: whose row they may change.

    Raises: ServiceError(not_found); NotDone where another organisation keeps the row, or it was erased.
    """
    found = person_of(session, staff, person)
    if found.organisation not in staff.organisations:
        raise NotDone("not_person_foreign")
    if found.erased_at is not None:
        raise NotDone("not_person_erased")
    return found


def membership_of(session: Session, staff: Staff, membership: str) -> Membership:
    """Return a membership of theirs, but no operator's. Raises: ServiceError(not_found)."""
    found = session.scalar(select(Membership).where(Membership.id == membership, is_ours(staff)))
    if found is None or found.role == OPERATOR:
        raise ServiceError("not_found")
    return found


def farm_of(session: Session, staff: Staff, farm: str) -> Farm:
    """Return a farm of one of their organisations. Raises: ServiceError(not_found)."""
    found = session.get(Farm, farm)
    if found is None or found.organisation not in staff.organisations:
        raise ServiceError("not_found")
    return found


def village_of(session: Session, village: str) -> str | None:
    """Return the village that a form names, None where it names none. Raises: NotDone."""
    if not village:
        return None
    found = session.get(Village, village)
    if found is None:
        raise NotDone("not_village")
    return found.id


def write_rows(work: Callable[[Session], Result]) -> Result:
    """Return `work(session)`, committed; done again where another took the same code at the same moment.

    Raises: DatabaseTrouble; whatever `work` raises.
    """
    for _ in range(COLLISIONS_MAX):
        try:
            return run_write(work)
        except IntegrityError:
            continue
    raise DatabaseBusy


def clean(text: str, chars_max: int) -> str:
    """Return what somebody typed as it is stored: NFC, one space between words, nothing invisible.

    Raises: NotDone above `chars_max`.
    """
    found = plain_line(text)
    if len(found) > chars_max:
        raise NotDone("not_short", n=chars_max)
    return found


def named(text: str) -> str:
    """Return a name as it is stored. Raises: NotDone for an empty one."""
    found = clean(text, NAME_CHARS_MAX)
    if not found:
        raise NotDone("not_named")
    return found


def phone_of(text: str) -> str | None:
    """Return a phone number as it is stored: digits, with a + before them where it was written so.

    Raises: NotDone for what is no number.
    """
    found = clean(text, PHONE_CHARS_MAX)
    if not found:
        return None
    digits = "".join(one for one in found if one not in " .-()")
    plain = digits.removeprefix("+")
    if not (plain.isascii() and plain.isdigit() and 6 <= len(plain) <= 15):
        raise NotDone("not_phone")
    return digits


def fold(text: str) -> str:
    """Return a text as people search it: small letters without tone marks, so that "lua" finds "Lụa"."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())


def plain_phone(phone: str | None) -> str:
    """Return a number as it is compared: digits alone, with 0 for Vietnam's +84."""
    digits = "".join(one for one in phone or "" if one.isascii() and one.isdigit())
    is_whole = (phone or "").lstrip().startswith("+84") or (digits.startswith("84") and len(digits) >= 11)
    return f"0{digits[2:]}" if is_whole else digits
