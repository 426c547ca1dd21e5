"""Who came to one session, household by household, and what is printed of it.

A person's name stands on the page and on the paper alone: the log has the membership, or a private name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.people import Membership
from server.models.training import AttendanceView
from server.models.views import DocumentView
from server.services.console import Staff
from server.services.console_trainings import Line, Reach, line_of, reach_of
from server.services.folding import make_folded
from server.store import people, trainings

NAME_CHARS: Final = 200


@dataclass(frozen=True)
class Guest:
    """One household, cooperative or person that came.

    `of`: scope of the farm, `org:` and the cooperative, or "" for somebody known by name; `names`: of its
    people.
    """

    of: str
    name: str
    village: str
    names: tuple[str, ...]
    how: str


@dataclass(frozen=True)
class SessionPage:
    """A session with who came. `hidden`: those who came and are of other cooperatives, or not known here."""

    line: Line
    guests: tuple[Guest, ...]
    hidden: int


def session_page(staff: Staff, uuid: str) -> SessionPage:
    """Return one session. Raises: ServiceError(not_found)."""
    with reading() as session:
        make = trainings.scopes_of(trainings.commune_of(session, staff.organisation))
    make_folded(make)
    with reading() as session:
        reach = reach_of(session, staff)
        line = line_of(session, staff, reach, uuid)
        rows = trainings.attendances_of(session, make, [uuid])
        guests = _guests(session, reach, rows, staff.org_scope)
        return SessionPage(line, guests, line.came.others - sum(1 for one in guests if not one.of))


def guest_of(page: SessionPage, of: str) -> tuple[Guest, ...]:
    """Return those to print a certificate for: one household, or all. Raises: ServiceError(not_found)."""
    found = tuple(one for one in page.guests if of in ("", one.of))
    if not found:
        raise ServiceError("not_found")
    return found


def _guests(session: Session, reach: Reach, rows: Sequence[AttendanceView], own: str) -> tuple[Guest, ...]:
    names = names_of_members(session, [one.membership for one in rows if one.membership])
    villages = {one.id: one.name for one in people.villages(session)}
    firms = {one.id: one.name for one in people.organisations(session)}
    found: dict[str, Guest] = {}
    for row in rows:
        name = names.get(row.membership, "")
        if row.farm in reach.farms:
            farm = reach.farms[row.farm]
            fresh = Guest(row.farm, farm.name, villages.get(farm.village or "", ""), (), row.how)
        elif row.farm not in reach.all_farms and row.organisation in reach.organisations:
            fresh = Guest(f"org:{row.organisation}", firms.get(row.organisation, ""), "", (), row.how)
        elif not row.farm and not row.organisation and (reach.is_commune or row.scope == own):
            told = private_name(session, row)
            if told:
                found[row.doc] = Guest("", told, "", (), row.how)
            continue
        else:
            continue
        before = found.get(fresh.of, fresh)
        more = (*before.names, name) if name and name not in before.names else before.names
        found[fresh.of] = Guest(fresh.of, fresh.name, fresh.village, more, before.how)
    return tuple(sorted(found.values(), key=lambda one: (one.village, one.name, one.of)))


def names_of_members(session: Session, memberships: Iterable[str]) -> dict[str, str]:
    rows = people.members_where(session, Membership.id.in_(sorted(set(memberships))))
    return {one.membership.id: one.person.name for one in rows}


def private_name(session: Session, row: AttendanceView) -> str:
    """Return the name that an attendance without a household says, "" where it was erased."""
    query = select(DocumentView.private).where(DocumentView.scope == row.scope, DocumentView.doc == row.doc)
    part = session.scalar(query)
    name = json.loads(part).get("name") if part else None
    return name[:NAME_CHARS] if isinstance(name, str) else ""
