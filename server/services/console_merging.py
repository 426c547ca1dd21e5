"""Two rows of one person become one: memberships, consents, helps move along, nothing is orphaned or refused.

The duplicate's row stays, blanked, and leads on: a phone in the field may still speak of it. Where both
belong to one place both memberships stay, for phones sign with them; one is marked as merged into the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, select, update
from sqlalchemy.orm import Session

from server.db import Base, reading, run_write
from server.models.passkeys import ConsoleSession
from server.models.people import Membership, Person
from server.services import console_people
from server.services.console import Staff
from server.services.console_people import PersonPage
from server.services.console_reach import NotDone, allow, own_person
from server.store import people
from sync.rights import may_give


@dataclass(frozen=True)
class Pair:
    """The two persons as a page shows them side by side."""

    keep: PersonPage
    drop: PersonPage


def pair(staff: Staff, keep: str, drop: str) -> Pair:
    """Return two persons to look at. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "merge_persons")
    with reading() as session:
        _check(session, staff, keep, drop)
    return Pair(console_people.person_page(staff, keep), console_people.person_page(staff, drop))


def merge(staff: Staff, keep: str, drop: str) -> None:
    """Make `drop` the same person as `keep`. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "merge_persons")
    run_write(lambda session: _merge(session, *_check(session, staff, keep, drop)))


def columns_of_persons() -> list[Column[Any]]:
    """Return every column that names a person: what follows when two become one."""
    found = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == f"{Person.__tablename__}.id" for key in column.foreign_keys)
    ]
    sessions = Base.metadata.tables[ConsoleSession.__tablename__]  # short-lived, so without a foreign key
    return [*found, sessions.c.person]


def _check(session: Session, staff: Staff, keep: str, drop: str) -> tuple[Person, Person]:
    """Return both persons, where everything of theirs is in reach and none has more right than the merger."""
    one, other = own_person(session, staff, keep), own_person(session, staff, drop)
    if one.id == other.id:
        raise NotDone("not_two")
    if one.organisation != other.organisation:
        raise NotDone("not_one_place")
    for person in (one, other):
        for row in people.memberships_in(session, person.id):
            if row.organisation not in staff.organisations:
                raise NotDone("not_merge_elsewhere")
            if not may_give(staff.role, row.role):
                raise NotDone("not_above")
    return one, other


def _merge(session: Session, keep: Person, drop: Person) -> None:
    standing = {(one.organisation, one.farm): one for one in _memberships(session, keep.id)}
    for row in _memberships(session, drop.id):
        same = standing.get((row.organisation, row.farm))
        if same is not None:
            row.merged_into = same.id
    session.flush()
    for column in columns_of_persons():
        session.execute(update(column.table).where(column == drop.id).values({column: keep.id}))
    keep.phone, keep.village = keep.phone or drop.phone, keep.village or drop.village
    drop.name, drop.phone, drop.village, drop.merged_into = "", None, None, keep.id


def _memberships(session: Session, person: str) -> list[Membership]:
    """Return the memberships of a person that stand for themselves."""
    query = select(Membership).where(Membership.person == person, Membership.merged_into.is_(None))
    return list(session.scalars(query))
