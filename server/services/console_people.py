"""The persons of a cooperative: the list with its search, and one person with all that hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.models.devices import DeviceRow, DeviceSeen
from server.models.people import Farm, Help, HelperVillage, Membership, Organisation, Person, Village
from server.services.console import Staff
from server.services.console_farms import Device, devices_among
from server.services.console_reach import fold, is_ours, organisation_of, person_of, plain_phone
from server.store import people
from server.store.people import Member
from sync.rights import HELPERS, OPERATOR, SENSOR, may_give, may_write, reads_of

PAGE_ROWS = 50  # our choice: a screen and a half
LIKE_MAX = 20
_STATES = ("waiting", "confirmed", "invited")  # the first that a person has stands for all of theirs


@dataclass(frozen=True)
class WantedPersons:
    """What the list is narrowed to; an empty text narrows nothing.

    `phone`: none, invited, waiting or confirmed.
    """

    words: str = ""
    organisation: str = ""
    village: str = ""
    role: str = ""
    farm: str = ""
    phone: str = ""
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        """Return whether anything but the organisation is asked for."""
        return bool(self.words or self.village or self.role or self.farm or self.phone)


@dataclass(frozen=True)
class Role:
    """One role of a person. `farm`: the farm's code and name, empty for staff."""

    role: str
    farm: str
    farm_id: str
    is_over: bool


@dataclass(frozen=True)
class PersonLine:
    """One person of the list. `device`: the state of their devices, empty where there is none."""

    id: str
    name: str
    phone: str
    village: str
    roles: tuple[Role, ...]
    device: str
    last_seen: int | None


@dataclass(frozen=True)
class PersonList:
    """One page of the list; `total` counts all that fit."""

    organisation: str
    lines: tuple[PersonLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class HelpLine:
    """A household that a helper helps, or helped."""

    id: str
    membership: str
    farm: str
    farm_name: str
    valid_until: int | None
    is_over: bool


@dataclass(frozen=True)
class MembershipLine:
    """A membership of a person. `may_end`, `may_give`: whether this staff member may end or invite it.

    Shape:  `is_packer`: it records on a phone of the packing house, and reads no diary.
    """

    member: Member
    is_over: bool
    is_helper: bool
    is_packer: bool
    may_end: bool
    may_give: bool
    devices: tuple[Device, ...]
    helps: tuple[HelpLine, ...]
    villages: tuple[str, ...]


@dataclass(frozen=True)
class PersonPage:
    """One person. `like`: who may be the same.

    `is_own`: whether an organisation that the staff member reaches keeps the row.
    """

    person: Person
    village: str
    organisation: Organisation
    is_own: bool
    memberships: tuple[MembershipLine, ...]
    like: tuple[PersonLine, ...]


def person_list(staff: Staff, wanted: WantedPersons) -> PersonList:
    """Return a page of the persons of one organisation, by given name as Vietnamese lists do.

    Raises: ServiceError(not_found) for an organisation out of reach.
    """
    with reading() as session:
        organisation = organisation_of(session, staff, wanted.organisation)
        rows = _persons(session, organisation.id)
        roles = _roles(session, organisation.id)
        states = _states(session, organisation.id)
        words, digits = fold(wanted.words), plain_phone(wanted.words)
        fitting = []
        for person in rows:
            mine = roles.get(person.id, [])
            if any(one.role == OPERATOR for one, _ in mine) or not _fits(person, mine, states, wanted):
                continue
            is_phone = len(digits) >= 3 and digits in plain_phone(person.phone)
            if words and words not in fold(person.name) and not is_phone:
                continue
            fitting.append(person)
        fitting.sort(key=lambda one: (fold(one.name).split(" ")[-1], fold(one.name), one.id))
        pages = max(1, -(-len(fitting) // PAGE_ROWS))
        page = min(max(1, wanted.page), pages)
        shown = fitting[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
        return PersonList(organisation.id, _lines(session, shown, roles, states), len(fitting), page, pages)


def person_page(staff: Staff, person: str) -> PersonPage:
    """Return one person. Raises: ServiceError(not_found)."""
    with reading() as session:
        found = person_of(session, staff, person)
        members = people.members_where(session, Membership.person == found.id, is_ours(staff))
        villages = {one.id: one.name for one in session.scalars(select(Village))}
        organisation = session.get(Organisation, found.organisation)
        assert organisation is not None
        is_own = found.organisation in staff.organisations
        return PersonPage(
            person=found,
            village=villages.get(found.village or "", ""),
            organisation=organisation,
            is_own=is_own,
            memberships=tuple(membership_lines(session, staff, members)),
            like=similar(session, found.organisation, found.name, found.phone, apart=found.id)
            if is_own
            else (),
        )


def membership_lines(session: Session, staff: Staff, members: Sequence[Member]) -> Iterable[MembershipLine]:
    """Give memberships with devices, helps and villages, and what the staff member may do about each."""
    now = now_ms()
    ids = [one.membership.id for one in members]
    devices = devices_among(session, staff, ids)
    helps = _helps(session, ids, now)
    villages = _villages(session, ids)
    for one in members:
        row = one.membership
        may_give_it = may_give(staff.role, row.role)
        yield MembershipLine(
            member=one,
            is_over=row.valid_until is not None and row.valid_until <= now,
            is_helper=row.role in HELPERS,
            is_packer=may_write(row.role, "org", "lot_event", is_first=True)
            and reads_of(row.role).farms == "none",
            may_end=may_give_it and row.id != staff.membership,
            may_give=may_give_it and row.organisation in staff.organisations,
            devices=tuple(devices.get(row.id, ())),
            helps=tuple(helps.get(row.id, ())),
            villages=tuple(villages.get(row.id, ())),
        )


def similar(
    session: Session, organisation: str, name: str, phone: str | None, *, apart: str = ""
) -> tuple[PersonLine, ...]:
    """Return the persons of an organisation who have this name or this number: perhaps the same person."""
    wanted, digits = fold(name), plain_phone(phone)
    found = [
        one
        for one in _persons(session, organisation)
        if one.id != apart
        and one.erased_at is None
        and (fold(one.name) == wanted or (digits and plain_phone(one.phone) == digits))
    ][:LIKE_MAX]
    roles = _roles(session, organisation)
    found = [one for one in found if not any(role.role == OPERATOR for role, _ in roles.get(one.id, []))]
    return _lines(session, found, roles, _states(session, organisation))


def farm_codes(staff: Staff, organisation: str, most: int) -> list[tuple[str, str]]:
    """Return codes and names of an organisation's farms, for a field to choose from; none above `most`.

    Raises: ServiceError(not_found) for an organisation out of reach.
    """
    with reading() as session:
        farms = people.farms_of(session, organisation_of(session, staff, organisation).id)
        return [] if len(farms) > most else [(one.code, one.name) for one in farms]


def places(staff: Staff) -> list[tuple[str, str]]:
    """Return id and name of the organisations whose people the staff member reaches, the own one first."""
    with reading() as session:
        rows = session.scalars(select(Organisation).where(Organisation.id.in_(staff.organisations)))
        names = {one.id: one.name for one in rows}
    return [(one, names[one]) for one in staff.organisations]


def villages() -> list[tuple[str, str]]:
    """Return id and name of the commune's villages, by name."""
    with reading() as session:
        return [(one.id, one.name) for one in people.villages(session)]


def _persons(session: Session, organisation: str) -> list[Person]:
    """Return who is known to an organisation: registered by it, or with a membership in it or its farms."""
    farms = select(Farm.id).where(Farm.organisation == organisation)
    members = select(Membership.person).where(
        or_(Membership.organisation == organisation, Membership.farm.in_(farms))
    )
    query = select(Person).where(
        or_(Person.organisation == organisation, Person.id.in_(members)),
        Person.merged_into.is_(None),
        Person.id.not_in(select(Membership.person).where(Membership.role == SENSOR)),
    )
    return list(session.scalars(query))


def _roles(session: Session, organisation: str) -> dict[str, list[tuple[Role, str]]]:
    """Return the roles of each person in an organisation and its farms, with the village of each farm."""
    now = now_ms()
    query = (
        select(Membership, Farm)
        .outerjoin(Farm, Farm.id == Membership.farm)
        .where(or_(Membership.organisation == organisation, Farm.organisation == organisation))
        .where(Membership.merged_into.is_(None))
        .order_by(Farm.code, Membership.id)
    )
    found: dict[str, list[tuple[Role, str]]] = {}
    for membership, farm in session.execute(query):
        is_over = membership.valid_until is not None and membership.valid_until <= now
        name, village = ("", "") if farm is None else (f"{farm.code} {farm.name}", farm.village or "")
        role = Role(membership.role, name, membership.farm or "", is_over)
        found.setdefault(membership.person, []).append((role, village))
    return found


def _states(session: Session, organisation: str) -> dict[str, tuple[str, int | None]]:
    """Return of each person with a device which state stands for all, and when one was last heard of."""
    farms = select(Farm.id).where(Farm.organisation == organisation)
    query = (
        select(Membership.person, DeviceRow.state, DeviceSeen.last_seen)
        .join(Membership, Membership.id == DeviceRow.membership)
        .outerjoin(DeviceSeen, DeviceSeen.device == DeviceRow.device)
        .where(or_(Membership.organisation == organisation, Membership.farm.in_(farms)))
        .where(DeviceRow.scope == "org:" + Membership.organisation, DeviceRow.state.in_(_STATES))
    )
    found: dict[str, tuple[str, int | None]] = {}
    for person, state, seen in session.execute(query):
        known, last = found.get(person, (state, None))
        best = min(known, state, key=_STATES.index)
        found[person] = (best, max(last or 0, seen or 0) or None)
    return found


def _fits(
    person: Person,
    roles: Sequence[tuple[Role, str]],
    states: Mapping[str, tuple[str, int | None]],
    wanted: WantedPersons,
) -> bool:
    if wanted.village and wanted.village not in {person.village, *(village for _, village in roles)}:
        return False
    if wanted.farm and wanted.farm not in {role.farm_id for role, _ in roles}:
        return False
    if wanted.role and wanted.role not in {role.role for role, _ in roles if not role.is_over}:
        return False
    return not wanted.phone or wanted.phone == states.get(person.id, ("none", None))[0]


def _lines(
    session: Session,
    persons: Iterable[Person],
    roles: Mapping[str, Sequence[tuple[Role, str]]],
    states: Mapping[str, tuple[str, int | None]],
) -> tuple[PersonLine, ...]:
    villages = {one.id: one.name for one in session.scalars(select(Village))}
    return tuple(
        PersonLine(
            id=one.id,
            name=one.name,
            phone=one.phone or "",
            village=villages.get(one.village or "", ""),
            roles=tuple(role for role, _ in roles.get(one.id, ())),
            device=states.get(one.id, ("", None))[0],
            last_seen=states.get(one.id, ("", None))[1],
        )
        for one in persons
    )


def _helps(session: Session, memberships: Collection[str], now: int) -> dict[str, list[HelpLine]]:
    query = (
        select(Help, Farm)
        .join(Farm, Farm.id == Help.farm)
        .where(Help.membership.in_(memberships))
        .order_by(Farm.code, Help.valid_from.desc())
    )
    found: dict[str, list[HelpLine]] = {}
    for help_, farm in session.execute(query):
        is_over = help_.valid_until is not None and help_.valid_until <= now
        line = HelpLine(
            help_.id, help_.membership, farm.id, f"{farm.code} {farm.name}", help_.valid_until, is_over
        )
        found.setdefault(help_.membership, []).append(line)
    return found


def _villages(session: Session, memberships: Collection[str]) -> dict[str, list[str]]:
    query = select(HelperVillage).where(HelperVillage.membership.in_(memberships))
    found: dict[str, list[str]] = {}
    for row in session.scalars(query):
        found.setdefault(row.membership, []).append(row.village)
    return found
