"""What a manager changes in the rows of people: persons, roles, helps. Each asks the table of rights.

Rows are never deleted: a membership or help ends. Nobody gives a role of more right than the own one, and
nobody changes the own role, so that an organisation is never left without whoever manages it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Help, HelperVillage, Membership, Organisation, Person
from server.services import console_people, requesting
from server.services.console import Staff
from server.services.console_people import PersonLine
from server.services.console_reach import (
    NotDone,
    allow,
    farm_of,
    membership_of,
    named,
    organisation_of,
    own_person,
    person_of,
    phone_of,
    village_of,
)
from server.services.setup import add_membership, new_id
from server.store import people
from sync.rights import HELPERS, HOUSEHOLD, ROLES, STAFF, may_give, may_see, needs_until


class Similar(NotDone):
    """Somebody there may be the same person; `found` says who. Told so, the caller may insist."""

    def __init__(self, found: tuple[PersonLine, ...]) -> None:
        super().__init__("not_new_person")
        self.found = found


@dataclass(frozen=True)
class Named:
    """A person as a form tells them; `village`: an id or nothing."""

    name: str
    phone: str = ""
    village: str = ""


def add_person(
    staff: Staff, organisation: str, told: Named, role: str, until: int | None, *, is_sure: bool = False
) -> str:
    """Add a person with a role in an organisation; return the person's id.

    Raises: ServiceError: no_right, not_found; Similar; NotDone.
    """
    allow(staff, "add_person")

    def work(session: Session) -> str:
        place = organisation_of(session, staff, organisation)
        _check_role(staff, place, role, until)
        made = _make_person(session, place.id, told, is_sure=is_sure)
        add_membership(session, made.id, place.id, None, role, now_ms(), until)
        return made.id

    return run_write(work)


def add_to_farm(staff: Staff, farm: str, told: Named, role: str, *, is_sure: bool = False) -> str:
    """Add a new person to a household; return the membership's id.

    Raises: ServiceError: no_right, not_found; Similar; NotDone.
    """
    allow(staff, "add_person")

    def work(session: Session) -> str:
        home = farm_of(session, staff, farm)
        if role not in HOUSEHOLD:
            raise NotDone("not_role")
        wanted = Named(told.name, told.phone, told.village or home.village or "")
        made = _make_person(session, home.organisation, wanted, is_sure=is_sure)
        return add_membership(session, made.id, home.organisation, home.id, role, now_ms()).id

    return run_write(work)


def join_farm(staff: Staff, person: str, farm: str, role: str) -> str:
    """Make a person who is known already a member of a household; return the membership's id.

    Shape:  one that ended begins again; in a farm that came from another organisation the person gets a
            membership of this one, beside the old one, and where the other keeps the person's row a row here.
    Raises: ServiceError: no_right, not_found; NotDone.
    """
    allow(staff, "give_role")

    def work(session: Session) -> str:
        home = farm_of(session, staff, farm)
        found = person_of(session, staff, person)
        if role not in HOUSEHOLD:
            raise NotDone("not_role")
        if found.organisation != home.organisation:
            found = _copy(session, found, home.organisation)
        known = people.find_membership(session, found.id, home.organisation, home.id)
        if known is None:
            return add_membership(session, found.id, home.organisation, home.id, role, now_ms()).id
        known.role, known.valid_until = role, None
        return known.id

    return run_write(work)


def edit_person(staff: Staff, person: str, told: Named) -> None:
    """Change a person's name, number and village. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "edit_person")

    def work(session: Session) -> None:
        found = own_person(session, staff, person)
        found.name, found.phone = named(told.name), phone_of(told.phone)
        found.village = village_of(session, told.village)

    run_write(work)


def give_role(staff: Staff, person: str, organisation: str, role: str, until: int | None) -> None:
    """Give a person a role in an organisation, in the place of the one that they have or had there.

    Raises: ServiceError: no_right, not_found; NotDone.
    """
    allow(staff, "give_role")

    def work(session: Session) -> None:
        found, place = person_of(session, staff, person), organisation_of(session, staff, organisation)
        if found.erased_at is not None:
            raise NotDone("not_person_erased")
        _check_role(staff, place, role, until)
        known = people.find_membership(session, found.id, place.id, None)
        if known is None:
            known = add_membership(session, found.id, place.id, None, role, now_ms(), until)
        _check_other(staff, known)
        known.role, known.valid_until = role, until

    run_write(work)


def end_membership(staff: Staff, membership: str) -> None:
    """End a membership now. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "end_membership")

    def work(session: Session) -> None:
        found = membership_of(session, staff, membership)
        _check_other(staff, found)
        now = now_ms()
        if found.valid_until is None or found.valid_until > now:
            found.valid_until = now

    run_write(work)


def give_help(staff: Staff, membership: str, farm_code: str, until: int | None) -> None:
    """Let a helper record for a household until a time, without one for HELP_DAYS.

    Raises: ServiceError: no_right, not_found; NotDone.
    """
    allow(staff, "give_help")

    def work(session: Session) -> None:
        now = now_ms()
        helper = membership_of(session, staff, membership)
        if helper.role not in HELPERS:
            raise NotDone("not_helper")
        farm = people.find_farm(session, helper.organisation, farm_code.strip())
        if farm is None:
            raise NotDone("not_farm")
        end = requesting.help_end(now) if until is None else until
        if end <= now:
            raise NotDone("not_ahead")
        for known in people.helps_in_force(session, helper.id, farm.id, now):
            known.valid_until = end
            return
        session.add(Help(farm=farm.id, id=new_id(now), membership=helper.id, valid_from=now, valid_until=end))

    run_write(work)


def end_help(staff: Staff, farm: str, help_id: str) -> None:
    """End a right to help now. Raises: ServiceError: no_right, not_found."""
    allow(staff, "end_help")

    def work(session: Session) -> None:
        found = session.get(Help, (farm, help_id))
        if found is None:
            raise ServiceError("not_found")
        membership_of(session, staff, found.membership)
        now = now_ms()
        if found.valid_until is None or found.valid_until > now:
            found.valid_until = now

    run_write(work)


def set_villages(staff: Staff, membership: str, villages: Collection[str]) -> None:
    """Say whose households a helper sees by name. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "set_villages")

    def work(session: Session) -> None:
        helper = membership_of(session, staff, membership)
        if helper.role not in HELPERS:
            raise NotDone("not_helper")
        session.execute(delete(HelperVillage).where(HelperVillage.membership == helper.id))
        for one in sorted(set(villages)):
            village = village_of(session, one)
            if village is not None:
                session.add(HelperVillage(membership=helper.id, village=village))

    run_write(work)


def roles_to_give(staff: Staff, organisation: Organisation) -> list[str]:
    """Return the roles of an organisation that a staff member may give, in the order of the table.

    Shape:  who sees the commune's own page has a role there and nowhere below.
    """
    is_commune = organisation.parent is None
    return [
        one
        for one in ROLES
        if one in STAFF | HELPERS
        and may_give(staff.role, one)
        and (is_commune or not may_see(one, "commune"))
    ]


@dataclass(frozen=True)
class PlaceToGive:
    """An organisation with the roles that may be given there."""

    id: str
    name: str
    roles: tuple[str, ...]


def places_to_give(staff: Staff, person: str = "") -> list[PlaceToGive]:
    """Return the organisations where the staff member may give roles, the own one first.

    Shape:  where `person` has or had a role, its organisation comes before the others.
    """
    with reading() as session:
        theirs = {one.organisation for one in people.memberships_in(session, person)} if person else set()
        found = []
        for one in sorted(staff.organisations, key=lambda one: one not in theirs):
            place = organisation_of(session, staff, one)
            roles = roles_to_give(staff, place)
            if roles:
                found.append(PlaceToGive(place.id, place.name, tuple(roles)))
        return found


def _make_person(session: Session, organisation: str, told: Named, *, is_sure: bool) -> Person:
    name, phone = named(told.name), phone_of(told.phone)
    village = village_of(session, told.village)
    found = console_people.similar(session, organisation, name, phone)
    if found and not is_sure:
        raise Similar(found)
    made = Person(
        id=new_id(now_ms()),
        organisation=organisation,
        name=name,
        phone=phone,
        village=village,
        created_at=now_ms(),
    )
    session.add(made)
    session.flush()
    return made


def _copy(session: Session, person: Person, organisation: str) -> Person:
    """Return a person's row at another organisation, made where there is none of that name and number."""
    found = console_people.similar(session, organisation, person.name, person.phone, apart=person.id)
    known = next((one for one in found if one.phone == (person.phone or "")), None)
    if known is not None:
        row = session.get(Person, known.id)
        if row is not None and row.organisation == organisation:
            return row
    made = Person(
        id=new_id(now_ms()), organisation=organisation, name=person.name, phone=person.phone,
        village=person.village, created_at=now_ms(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _check_role(staff: Staff, place: Organisation, role: str, until: int | None) -> None:
    if role not in roles_to_give(staff, place):
        raise NotDone("not_role")
    if until is not None and until <= now_ms():
        raise NotDone("not_ahead")
    if until is None and needs_until(role):
        raise NotDone("not_until")


def _check_other(staff: Staff, membership: Membership) -> None:
    """Refuse to change the own membership, and those of more right."""
    if membership.id == staff.membership:
        raise NotDone("not_own")
    if not may_give(staff.role, membership.role):
        raise NotDone("not_above")
