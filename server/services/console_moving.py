"""A farm that moves to another cooperative: the one closes its book and offers, the other opens the next.

Household phones go on without a break: their memberships stay in force, the book counts as open until the
next is there. The helpers of the one help it no more. The ops are signed in the two managers' browsers.
Source: DESIGN §2 "What is an op"; reference rights, `book`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.people import Farm, FarmMove, Help, Membership, Organisation, Person
from server.services.console import Staff
from server.services.console_reach import NotDone, allow, farm_of, write_rows
from server.services.setup import new_id
from server.store import books, people
from sync import ids


@dataclass(frozen=True)
class Move:
    """An offer that is open. `other`: the name of the other organisation; `is_ours`: we offer the farm."""

    id: str
    farm: str
    farm_name: str
    other: str
    village: str
    offered_at: int
    is_ours: bool


def targets(staff: Staff) -> list[tuple[str, str]]:
    """Return id and name of the organisations that a farm could move to."""
    with reading() as session:
        return [(one.id, one.name) for one in people.organisations(session) if one.id != staff.organisation]


def open_moves(staff: Staff, farm: str = "") -> list[Move]:
    """Return the open offers to or from the staff's own organisation, of one farm or of all."""
    if not staff.may_act("move_farm"):
        return []
    with reading() as session:
        own = or_(
            FarmMove.from_organisation == staff.organisation, FarmMove.to_organisation == staff.organisation
        )
        query = (
            select(FarmMove, Farm)
            .join(Farm, Farm.id == FarmMove.farm)
            .where(FarmMove.state == "offered", own)
        )
        if farm:
            query = query.where(FarmMove.farm == farm)
        names = {one.id: one.name for one in people.organisations(session)}
        villages = {one.id: one.name for one in people.villages(session)}
        found = []
        for move, of in session.execute(query.order_by(FarmMove.offered_at, FarmMove.id)):
            is_ours = move.from_organisation == staff.organisation
            other = move.to_organisation if is_ours else move.from_organisation
            found.append(
                Move(
                    move.id, of.id, of.name, names.get(other, ""), villages.get(of.village or "", ""),
                    move.offered_at, is_ours,
                )
            )  # fmt: skip
        return found


def offer(staff: Staff, farm: str, to: str) -> None:
    """Offer a farm to another organisation; its book is closed for that one already.

    Raises: ServiceError: no_right, not_found; NotDone.
    """
    allow(staff, "move_farm")

    def work(session: Session) -> None:
        found = farm_of(session, staff, farm)
        target = session.get(Organisation, to) if ids.is_uuid(to) else None
        if found.organisation != staff.organisation:
            raise ServiceError("not_found")
        if target is None or target.id == found.organisation:
            raise NotDone("not_target")
        if _offered(session, found.id) is not None:
            raise NotDone("not_twice")
        rows = books.of_scope(session, f"farm:{found.id}")
        if not any(one.is_closed and one.moved_to == target.id for one in rows):
            raise NotDone("not_closed")
        session.add(
            FarmMove(
                id=new_id(now_ms()), farm=found.id, from_organisation=found.organisation,
                to_organisation=target.id, state="offered", offered_by=staff.membership, offered_at=now_ms(),
            )
        )  # fmt: skip

    write_rows(work)


def withdraw(staff: Staff, move: str) -> None:
    """Take an offer back; the book is opened again by an op. Raises: ServiceError: no_right, not_found."""
    allow(staff, "move_farm")
    write_rows(lambda session: _decide(session, staff, move, "withdrawn"))


def decline(staff: Staff, move: str) -> None:
    """Turn an offer down. Raises: ServiceError: no_right, not_found."""
    allow(staff, "move_farm")
    write_rows(lambda session: _decide(session, staff, move, "declined"))


def accept(staff: Staff, move: str) -> str:
    """Take a farm over; return its id. Raises: ServiceError: no_right, not_found.

    Shape:  its people go on with the memberships they have; whose only place it was is ours from now on. The
            other organisation's helpers help it no more.
    """
    allow(staff, "move_farm")

    def work(session: Session) -> str:
        row = _decide(session, staff, move, "accepted")
        farm = session.get(Farm, row.farm)
        assert farm is not None
        now = now_ms()
        codes = {one.code for one in people.farms_of(session, row.to_organisation)}
        code = people.next_farm_code(session, row.to_organisation) if farm.code in codes else farm.code
        farm.organisation, farm.code = row.to_organisation, code  # together: a code stands once in a place
        session.flush()
        ends = update(Help).where(Help.farm == farm.id, Help.valid_until.is_(None) | (Help.valid_until > now))
        session.execute(ends.values(valid_until=now))
        for person in _only_here(session, farm.id, row.from_organisation):
            person.organisation = row.to_organisation
        return farm.id

    return write_rows(work)


def _offered(session: Session, farm: str) -> FarmMove | None:
    return session.scalar(select(FarmMove).where(FarmMove.farm == farm, FarmMove.state == "offered"))


def _decide(session: Session, staff: Staff, move: str, state: str) -> FarmMove:
    """Return an open offer, decided: withdrawn by who offers, else by whom it was offered to."""
    row = session.get(FarmMove, move, with_for_update=True) if ids.is_uuid(move) else None
    side = None if row is None else row.from_organisation if state == "withdrawn" else row.to_organisation
    if row is None or row.state != "offered" or side != staff.organisation:
        raise ServiceError("not_found")
    row.state, row.decided_by, row.decided_at = state, staff.membership, now_ms()
    return row


def _only_here(session: Session, farm: str, organisation: str) -> list[Person]:
    """Return the persons of an organisation who belong to this farm and to nothing else of it."""
    elsewhere = select(Membership.person).where(
        Membership.organisation == organisation,
        Membership.farm.is_(None) | (Membership.farm != farm),
    )
    here = select(Membership.person).where(Membership.farm == farm)
    query = select(Person).where(
        Person.organisation == organisation, Person.id.in_(here), Person.id.not_in(elsewhere)
    )
    return list(session.scalars(query))
