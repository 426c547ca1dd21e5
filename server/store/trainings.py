"""Look-ups of training: sessions, teams, who came; counted once however many phones and people wrote it.

Views may lag behind the log: whoever reads makes them current first (`services.viewing`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.people import Farm, Organisation
from server.models.training import AttendanceView, Team, TeamMember, Training
from server.store.view_lots import some_of

KINDS: Final = ("digital", "ecommerce", "public_services", "technique", "other")
SKILLS: Final = ("digital", "ecommerce")  # what indicator 4 counts; commune-plan.md
STATES: Final = ("planned", "held", "cancelled")
_FARM: Final = "farm:"


@dataclass(frozen=True)
class Came:
    """Who came to a session. `households`: scopes of farms; `others`: known by name alone, or not here."""

    households: frozenset[str]
    organisations: frozenset[str]
    people: int
    others: int


NOBODY: Final = Came(frozenset(), frozenset(), 0, 0)


def commune_of(session: Session, organisation: str) -> list[str]:
    """Return the commune that an organisation is or belongs to, and what is below it."""
    own = session.get_one(Organisation, organisation)
    root = own.parent or own.id
    below = select(Organisation.id).where(Organisation.parent == root)
    return [root, *session.scalars(below.order_by(Organisation.created_at, Organisation.id))]


def scopes_of(organisations: Iterable[str]) -> list[str]:
    """Return the logs in which their attendances stand."""
    return [f"org:{one}" for one in organisations]


def farms_of(session: Session, organisations: Collection[str]) -> list[Farm]:
    """Return the households of these organisations, by name."""
    query = select(Farm).where(Farm.organisation.in_(organisations))
    return list(session.scalars(query.order_by(Farm.name, Farm.id)))


def of_organisations(session: Session, organisations: Collection[str]) -> list[Training]:
    """Return all their sessions, the newest first."""
    query = select(Training).where(Training.organisation.in_(organisations))
    return list(session.scalars(query.order_by(Training.happened_on.desc(), Training.id.desc())))


def between(session: Session, organisations: Collection[str], first: str, last: str) -> list[Training]:
    """Return their sessions of these days that were not called off, in their order."""
    query = select(Training).where(
        Training.organisation.in_(organisations),
        Training.happened_on >= first,
        Training.happened_on <= last,
        Training.state != "cancelled",
    )
    return list(session.scalars(query.order_by(Training.happened_on, Training.starts_at, Training.id)))


def attendances_of(
    session: Session, scopes: Collection[str], trainings: Collection[str]
) -> list[AttendanceView]:
    """Return what stands of who came to these sessions, in the order of arrival."""
    found: list[AttendanceView] = []
    for some in some_of(trainings):
        query = select(AttendanceView).where(
            AttendanceView.training.in_(some),
            AttendanceView.scope.in_(scopes),
            AttendanceView.is_deleted.is_(False),
        )
        found += session.scalars(query)
    return sorted(found, key=lambda one: (one.received_at, one.scope, one.doc))


def came(rows: Iterable[AttendanceView], farms: Collection[str], organisations: Collection[str]) -> Came:
    """Return who the rows of one session count, of these farms (scopes) and organisations.

    Shape:  a household counts once; one that is not among them counts as somebody else.
    """
    households, firms = set[str](), set[str]()
    people, others = set[tuple[str, str]](), set[str]()
    for row in rows:
        if row.farm in farms:
            households.add(row.farm)
            people.add((row.farm, row.membership))
        elif row.organisation in organisations:
            firms.add(row.organisation)
            people.add((row.organisation, row.membership))
        else:
            others.add(row.doc)
    named = {of for of, membership in people if membership}
    heads = sum(1 for of, membership in people if membership or of not in named)
    return Came(frozenset(households), frozenset(firms), heads, len(others))


def trained(
    session: Session, organisations: Collection[str], kinds: Collection[str] = SKILLS
) -> dict[str, list[Training]]:
    """Return the sessions of these kinds that each came to, by scope of a farm or `org:` and a cooperative.

    Shape:  sessions that were called off don't count; farms and organisations are those of `organisations`.
    """
    rows = {one.id: one for one in of_organisations(session, organisations)}
    rows = {uuid: one for uuid, one in rows.items() if one.kind in kinds and one.state != "cancelled"}
    known = {f"{_FARM}{one.id}" for one in farms_of(session, organisations)}
    found: dict[str, dict[str, Training]] = {}
    for row in attendances_of(session, scopes_of(organisations), list(rows)):
        of = row.farm if row.farm in known else ""
        if not of and row.organisation in organisations:
            of = f"org:{row.organisation}"
        if of:
            found.setdefault(of, {})[row.training] = rows[row.training]
    return {of: list(some.values()) for of, some in found.items()}


def trained_of(session: Session, organisations: Collection[str], farm: str) -> list[Training]:
    """Return the sessions that one household (its scope) came to, the newest first."""
    query = (
        select(Training)
        .join(AttendanceView, AttendanceView.training == Training.id)
        .where(
            AttendanceView.farm == farm,
            AttendanceView.is_deleted.is_(False),
            AttendanceView.scope.in_(scopes_of(organisations)),
            Training.organisation.in_(organisations),
            Training.state != "cancelled",
        )
        .distinct()
    )
    return sorted(session.scalars(query), key=lambda one: (one.happened_on, one.id), reverse=True)


def teams_of(session: Session, organisations: Collection[str]) -> list[Team]:
    """Return the teams of a commune, by name."""
    query = select(Team).where(Team.organisation.in_(organisations))
    return list(session.scalars(query.order_by(Team.name, Team.id)))


def members_of(session: Session, teams: Collection[str]) -> Mapping[str, list[TeamMember]]:
    """Return the members of these teams, who leads first."""
    found: dict[str, list[TeamMember]] = {one: [] for one in teams}
    query = select(TeamMember).where(TeamMember.team.in_(teams))
    for row in session.scalars(query.order_by(TeamMember.role, TeamMember.since, TeamMember.membership)):
        found[row.team].append(row)
    return found
