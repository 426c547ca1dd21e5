"""The rows behind an invitation made on the command line: person, farm, membership, found or added."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.config import command
from server.models.people import Farm, Membership, Person
from server.services.setup import add_membership, new_id
from server.store import people


class UnknownName(Exception):
    """A name on the command line that fits nothing; the message says which and what there is."""


def find_or_add_member(
    session: Session,
    *,
    organisation: str | None,
    person: str,
    farm: str | None,
    village: str | None,
    role: str,
    now: int,
    until: int | None = None,
    demo: bool = False,
) -> Membership:
    """Return the membership of a person in a farm or, without `farm`, among the staff.

    Shape:  names or ids; what is not there is added to the organisation, apart from organisation and village.
    Raises: UnknownName.
    """
    found = people.find_organisation(session, organisation)
    if found is None:
        raise UnknownName(
            f"no organisation {organisation!r}: run {command('setup')} or {command('people list')}"
        )
    place = None
    if village is not None:
        commune = people.organisations(session)[0].id
        place = people.find_village(session, commune, village)
        if place is None:
            raise UnknownName(f"no village {village!r}: run {command('people villages --add')}")
    home = None
    if farm is not None:
        home = people.find_farm(session, found.id, farm) or _add_farm(
            session, found.id, farm, None if place is None else place.id, demo, now
        )
    home_id = None if home is None else home.id
    who = people.find_person(session, found.id, person, home_id)
    if who is None:
        who = Person(
            id=new_id(now),
            organisation=found.id,
            name=person,
            village=None if place is None else place.id,
            created_at=now,
        )
        session.add(who)
        session.flush()
    member = people.find_membership(session, who.id, found.id, home_id)
    return member or add_membership(session, who.id, found.id, home_id, role, now, until)


def _add_farm(
    session: Session, organisation: str, name: str, village: str | None, demo: bool, now: int
) -> Farm:
    made = Farm(
        id=new_id(now),
        organisation=organisation,
        village=village,
        code=people.next_farm_code(session, organisation),
        name=name,
        demo=demo,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made
