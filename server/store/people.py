"""Rows of people, organisations, farms and requests: look-ups and inserts, nothing decided here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, inspect, select, update
from sqlalchemy.orm import Session

from server.db import run
from server.models.bulletins import BulletinRead, Proposal
from server.models.people import (
    Farm,
    Help,
    Membership,
    Organisation,
    Person,
    Product,
    Request,
    Village,
)
from server.store import till
from server.store.bulk import among
from sync.rights import OPERATOR, needs_until, reads_of, rule

ERASED_NAME = "Người đã xóa"  # what is shown; that it was done says `erased_at`
ERASED_VALUES = '{"erased":true}'
_ORGANISATIONS = select(Farm.id, Farm.organisation).where(among(Farm.id, "farms"))
_UNSETTLED = select(Request.scope).where(
    Request.scope.in_(bindparam("scopes", expanding=True)), Request.result == "waiting"
)


@dataclass(frozen=True)
class Member:
    """A membership with the names that a page or the command line shows beside it."""

    membership: Membership
    person: Person
    farm: Farm | None
    organisation: Organisation
    village: Village | None


def has_tables(session: Session) -> bool:
    """Return whether the schema is there: before `flask upgrade` it is not."""
    return inspect(session.connection()).has_table(Organisation.__tablename__)


def is_set_up(session: Session) -> bool:
    """Return whether `flask setup` has made the commune."""
    return session.scalar(select(Organisation.id).limit(1)) is not None


def organisations(session: Session) -> list[Organisation]:
    """Return all organisations, the oldest first: the commune stands at the head."""
    return list(session.scalars(select(Organisation).order_by(Organisation.created_at, Organisation.id)))


def find_organisation(session: Session, name: str | None) -> Organisation | None:
    """Return the organisation with this id or name; without a name the first one that is no commune."""
    if name is not None:
        found = session.get(Organisation, name)
        return found or session.scalar(select(Organisation).where(Organisation.name == name))
    return next((one for one in organisations(session) if one.kind != "commune"), None)


def organisations_of(session: Session, role: str, organisation: str) -> list[str]:
    """Return the organisations whose people and devices a role there reaches: its own, and those below it.

    Shape:  below only for who reads below (`rights.reads_of`); the own one first.
    """
    return with_below(session, organisation) if reads_of(role).below else [organisation]


def with_below(session: Session, organisation: str) -> list[str]:
    """Return an organisation and all below it, itself first."""
    found = [organisation]
    for parent in found:  # grows as it goes: what is below what is below, too
        below = select(Organisation.id).where(Organisation.parent == parent)
        more = session.scalars(below.order_by(Organisation.created_at, Organisation.id))
        found += [one for one in more if one not in found]
    return found


def organisations_above(session: Session, organisation: str) -> list[str]:
    """Return the organisations that an organisation belongs to, the nearest first."""
    found: list[str] = []
    above = session.scalar(select(Organisation.parent).where(Organisation.id == organisation))
    while above is not None and above not in found:
        found.append(above)
        above = session.scalar(select(Organisation.parent).where(Organisation.id == above))
    return found


def find_farm(session: Session, organisation: str, name: str) -> Farm | None:
    """Return the farm of the organisation with this id, code or name."""
    mine = select(Farm).where(Farm.organisation == organisation)
    for column in (Farm.id, Farm.code, Farm.name):
        found = session.scalar(mine.where(column == name).order_by(Farm.id).limit(1))
        if found is not None:
            return found
    return None


def organisations_of_farms(session: Session, farms: Sequence[str]) -> dict[str, str]:
    """Return the organisation of each of these farms, by its id; one that is not known is left out."""
    rows = run(session, _ORGANISATIONS, {"farms": farms})
    return {str(farm): str(organisation) for farm, organisation in rows}


def next_farm_code(session: Session, organisation: str) -> str:
    """Return a code that no farm of the organisation has: `H001`, `H002` …"""
    taken = set(session.scalars(select(Farm.code).where(Farm.organisation == organisation)))
    number = len(taken) + 1
    while f"H{number:03}" in taken:
        number += 1
    return f"H{number:03}"


def find_person(session: Session, organisation: str, name: str, farm: str | None) -> Person | None:
    """Return the person with this id or name among the members of the farm, or the organisation's staff."""
    query = (
        select(Person)
        .join(Membership, Membership.person == Person.id)
        .where(Membership.organisation == organisation)
        .where(Membership.farm.is_(None) if farm is None else Membership.farm == farm)
        .where((Person.id == name) | ((Person.name == name) & Person.erased_at.is_(None)))
        .order_by(Person.created_at)
        .limit(1)
    )
    return session.scalar(query)


def find_village(session: Session, commune: str, name: str) -> Village | None:
    """Return the village of the commune with this id or name."""
    return session.scalar(
        select(Village).where(Village.commune == commune).where((Village.id == name) | (Village.name == name))
    )


def villages(session: Session) -> list[Village]:
    """Return all villages by name."""
    return list(session.scalars(select(Village).order_by(Village.name)))


def persons_among(session: Session, ids: Collection[str], organisations: Collection[str]) -> list[Person]:
    """Return those of the ids that are persons of these organisations."""
    query = select(Person).where(Person.id.in_(sorted(ids)), Person.organisation.in_(organisations))
    return list(session.scalars(query)) if ids else []


def erased_among(session: Session, memberships: Collection[str]) -> set[str]:
    """Return those of the memberships whose person was erased: what they wrote may still have to be kept."""
    query = select(Membership.id).join(Person, Person.id == Membership.person)
    query = query.where(Membership.id.in_(sorted(memberships)), Person.erased_at.is_not(None))
    return set(session.scalars(query)) if memberships else set()


def blank_person(session: Session, organisation: str, person: str, now: int) -> None:
    """Erase what names a person of an organisation, and end every right of theirs; ids stay.

    Shape:  one of another organisation, or one that is not here (yet), is passed over.
    """
    row = session.get(Person, person)
    if row is None or row.organisation != organisation:
        return
    till.forget_person(session, person, row.name, now)
    erase_name(row, now)
    mine = (Membership.person == person, (Membership.valid_until.is_(None)) | (Membership.valid_until > now))
    session.execute(update(Membership).where(*mine).values(valid_until=now))
    asked = (Request.id == person, Request.kind == "person")
    session.execute(update(Request).where(*asked).values(values=ERASED_VALUES))
    by = memberships_of_person(session, person)
    said = (Request.membership.in_(by), Request.kind == "proposal")
    session.execute(update(Request).where(*said).values(values=ERASED_VALUES))
    session.execute(update(Proposal).where(Proposal.by.in_(by)).values(text="", voice=None, voice_type=""))
    session.execute(delete(BulletinRead).where(BulletinRead.membership.in_(by)))
    session.flush()


def erase_name(row: Person, now: int) -> None:
    """Take from a row what names its person."""
    row.name, row.phone, row.village, row.erased_at = ERASED_NAME, None, None, now


def find_membership(session: Session, person: str, organisation: str, farm: str | None) -> Membership | None:
    """Return the person's one membership in the farm, or in the organisation."""
    query = select(Membership).where(Membership.person == person, Membership.organisation == organisation)
    query = query.where(Membership.farm.is_(None) if farm is None else Membership.farm == farm)
    return session.scalar(query.order_by(Membership.merged_into.is_not(None), Membership.id).limit(1))


def standing_person(session: Session, person: str) -> Person | None:
    """Return the person of an id, or the one that this duplicate became."""
    found = session.get(Person, person)
    while found is not None and found.merged_into is not None:
        found = session.get(Person, found.merged_into)
    return found


def memberships_of_person(session: Session, person: str) -> set[str]:
    """Return all memberships that a person has or had."""
    return set(session.scalars(select(Membership.id).where(Membership.person == person)))


def memberships_in(session: Session, person: str) -> list[Membership]:
    """Return all memberships that a person has or had, as rows."""
    return list(session.scalars(select(Membership).where(Membership.person == person)))


def memberships_there(session: Session, person: str, organisation: str) -> list[Membership]:
    """Return a person's memberships in an organisation and its farms, the newest first."""
    query = select(Membership).where(Membership.person == person, Membership.organisation == organisation)
    return list(session.scalars(query.order_by(Membership.valid_from.desc(), Membership.id)))


def holds(member: Membership, now: int) -> bool:
    """Return whether a membership holds at a time."""
    if member.valid_until is None:
        return member.valid_from <= now and not needs_until(member.role)
    return member.valid_from <= now < member.valid_until


def farms_of_person(session: Session, person: str) -> set[str]:
    """Return the farms that a person is or was a member of."""
    query = select(Membership.farm).where(Membership.person == person, Membership.farm.is_not(None))
    return {farm for farm in session.scalars(query) if farm is not None}


def reviewers(session: Session, organisation: str, now: int) -> set[str]:
    """Return the persons of an organisation who may review today."""
    query = select(Membership.person).where(
        Membership.organisation == organisation,
        Membership.role.in_(rule("farm", "review").first),
        Membership.valid_from <= now,
        Membership.valid_until.is_(None) | (Membership.valid_until > now),
    )
    return set(session.scalars(query))


def operator_membership(session: Session, organisation: str) -> Membership | None:
    """Return the operator's membership of an organisation."""
    return session.scalar(
        select(Membership).where(Membership.organisation == organisation, Membership.role == OPERATOR)
    )


def member(session: Session, membership: str) -> Member | None:
    """Return a membership with its names."""
    found = members_where(session, Membership.id == membership)
    return found[0] if found else None


def members_where(session: Session, *conditions: object) -> list[Member]:
    """Return the memberships that fit, with their names, by organisation, farm code and person."""
    query = (
        select(Membership, Person, Farm, Organisation, Village)
        .join(Person, Person.id == Membership.person)
        .join(Organisation, Organisation.id == Membership.organisation)
        .outerjoin(Farm, Farm.id == Membership.farm)
        .outerjoin(Village, Village.id == func.coalesce(Farm.village, Person.village))
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Organisation.created_at, Farm.code, Person.name, Membership.id)
    )
    return [Member(*row) for row in session.execute(query)]


def farms_of(session: Session, organisation: str) -> list[Farm]:
    """Return the farms of an organisation by code."""
    return list(session.scalars(select(Farm).where(Farm.organisation == organisation).order_by(Farm.code)))


def helped_farms(session: Session, membership: str, now: int | None) -> list[str]:
    """Return the farms that a helper may record for at `now`; with None, ever could."""
    query = select(Help.farm).where(Help.membership == membership)
    if now is not None:
        query = query.where(Help.valid_from <= now, (Help.valid_until.is_(None)) | (Help.valid_until > now))
    return sorted(set(session.scalars(query)))


def helps_in_force(session: Session, membership: str, farm: str, now: int) -> list[Help]:
    """Return the rights of a helper to record for a farm that hold at `now`."""
    query = select(Help).where(Help.membership == membership, Help.farm == farm, Help.valid_from <= now)
    return list(session.scalars(query.where(Help.valid_until.is_(None) | (Help.valid_until > now))))


def products(session: Session) -> list[Product]:
    """Return the reference list of products in its order."""
    return list(session.scalars(select(Product).order_by(Product.position, Product.code)))


def put_products(session: Session, rows: Sequence[Mapping[str, str]]) -> None:
    """Make the reference list hold these products; one that fell out stays, for old seasons name it."""
    for position, row in enumerate(rows):
        session.merge(
            Product(
                code=row["code"],
                sector=row["sector"],
                name_vi=row["name_vi"],
                name_en=row["name_en"],
                position=position,
                details=row.get("details"),
            )
        )


def request_of(session: Session, request: str) -> Request | None:
    """Return a request by its id, its row locked where the database locks rows."""
    return session.get(Request, request, with_for_update=True)


def waiting_requests(session: Session, organisation: str | None) -> list[Request]:
    """Return the requests that wait for a person, the oldest first."""
    query = select(Request).where(Request.result == "waiting")
    if organisation is not None:
        query = query.where(Request.organisation == organisation)
    return list(session.scalars(query.order_by(Request.received_at, Request.id)))


def waiting_kinds(session: Session, organisations: Sequence[str]) -> dict[str, int]:
    """Return how many requests of each kind wait in these organisations."""
    query = select(Request.kind, func.count()).where(
        Request.result == "waiting", Request.organisation.in_(organisations)
    )
    return {str(kind): int(count) for kind, count in session.execute(query.group_by(Request.kind))}


def unsettled_scopes(session: Session, scopes: Sequence[str]) -> set[str]:
    """Return those of `scopes` whose request no person has settled: their ops get `later`."""
    return {scope for scope in run(session, _UNSETTLED, {"scopes": scopes}).scalars() if scope is not None}
