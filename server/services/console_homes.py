"""Households as rows: added, changed; who belongs to one, with their devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.models.books import BookRow
from server.models.people import Farm, Membership
from server.services import console_people
from server.services.console import FarmName, Staff
from server.services.console_people import MembershipLine
from server.services.console_reach import (
    ADDRESS_CHARS_MAX,
    CODE_CHARS_MAX,
    NotDone,
    allow,
    clean,
    farm_of,
    fold,
    named,
    organisation_of,
    village_of,
    write_rows,
)
from server.services.setup import new_id
from server.store import books, people
from sync.rights import SENSOR, may_write

PAGE_ROWS = 50


@dataclass(frozen=True)
class Told:
    """A household as a form tells it; `village`: an id or nothing, `code` empty for the next one."""

    name: str
    village: str = ""
    address: str = ""
    code: str = ""


@dataclass(frozen=True)
class Home:
    """What the farm's page shows of its rows. `book`: the scope to open a book in, empty where one is open.

    `before`: the newest book, which a new one goes on from; `open_book`: the document that is open, if any;
    `is_closed_to_move`: the newest was closed for another organisation, which has not taken the farm.
    """

    farm: Farm
    people: tuple[MembershipLine, ...]
    book: str
    before: str
    open_book: str
    is_closed_to_move: bool


@dataclass(frozen=True)
class FarmChoice:
    """One page of the farms that fit."""

    farms: tuple[FarmName, ...]
    total: int
    page: int
    pages: int


def choose(staff: Staff, words: str, page: int) -> FarmChoice:
    """Return a page of the staff's farms whose code, name or village has these words, tones or not."""
    wanted = fold(words)
    fitting = [
        one
        for one in staff.farms.values()
        if not wanted or wanted in fold(f"{one.code} {one.name} {one.village}")
    ]
    pages = max(1, -(-len(fitting) // PAGE_ROWS))
    page = min(max(1, page), pages)
    return FarmChoice(tuple(fitting[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]), len(fitting), page, pages)


def home(staff: Staff, farm: str) -> Home:
    """Return a farm's rows. Raises: ServiceError(not_found)."""
    with reading() as session:
        found = farm_of(session, staff, farm)
        members = people.members_where(session, Membership.farm == found.id, Membership.role != SENSOR)
        rows = books.of_scope(session, f"farm:{found.id}")
        mine = next(
            (one for one in rows if one.organisation == found.organisation and not one.is_closed), None
        )
        before = _last(rows)
        may_open = may_write(staff.role, "farm", "book", is_first=True)
        return Home(
            farm=found,
            people=tuple(console_people.membership_lines(session, staff, members)),
            book=f"farm:{found.id}" if mine is None and may_open else "",
            before=before,
            open_book="" if mine is None else mine.doc,
            is_closed_to_move=any(
                one.is_closed and one.doc == before and one.organisation == found.organisation
                for one in rows
                if one.moved_to is not None
            ),
        )


def add_farm(staff: Staff, organisation: str, told: Told) -> str:
    """Add a farm to an organisation; return its id. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "add_farm")

    def work(session: Session) -> str:
        place = organisation_of(session, staff, organisation)
        made = Farm(
            id=new_id(now_ms()),
            organisation=place.id,
            village=village_of(session, told.village),
            code=_code(session, place.id, told.code) or people.next_farm_code(session, place.id),
            name=named(told.name),
            address=clean(told.address, ADDRESS_CHARS_MAX) or None,
            demo=False,
            created_at=now_ms(),
        )
        session.add(made)
        session.flush()
        return made.id

    return write_rows(work)


def edit_farm(staff: Staff, farm: str, told: Told) -> None:
    """Change a farm's name, village, address, code. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "edit_farm")

    def work(session: Session) -> None:
        found = farm_of(session, staff, farm)
        found.name, found.village = named(told.name), village_of(session, told.village)
        found.address = clean(told.address, ADDRESS_CHARS_MAX) or None
        found.code = _code(session, found.organisation, told.code, apart=found.id) or found.code

    write_rows(work)


def _code(session: Session, organisation: str, text: str, *, apart: str = "") -> str:
    """Return a code as it is stored, empty for none. Raises: NotDone where another farm has it."""
    code = clean(text, CODE_CHARS_MAX)
    taken = select(Farm.id).where(Farm.organisation == organisation, Farm.code == code, Farm.id != apart)
    if code and session.scalar(taken.limit(1)) is not None:
        raise NotDone("not_code")
    return code


def _last(rows: Sequence[BookRow]) -> str:
    """Return the book that no other goes on from; empty for none."""
    followed = {one.before for one in rows}
    return max((one.doc for one in rows if one.doc not in followed), default="")
