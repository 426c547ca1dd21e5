"""Community Digital Technology Teams on the console: one a village, its members, and what it does.

The commune sets teams up; cooperatives see them. Members are those who help households with the app.
Source: reference commune-plan, row 7 and indicator 6.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.people import Help, Membership, Village
from server.models.training import NAME_CHARS, NUMBER_CHARS, AttendanceView, Team, TeamMember, Training
from server.services.console import Staff
from server.services.console_reach import NotDone, allow, clean, write_rows
from server.services.folding import make_folded
from server.store import people, trainings
from server.store.people import Member
from sync.civil import is_civil_date, ms_to_date
from sync.ids import make_uuid7
from sync.rights import HELPERS

ROLES: Final = ("lead", "member")


@dataclass(frozen=True)
class Helper:
    """Somebody of a team. `households`: that this person helps now; `scans`: attendances recorded."""

    membership: str
    name: str
    organisation: str
    role: str
    since: str
    households: int
    scans: int


@dataclass(frozen=True)
class TeamLine:
    """A team with what it does. `sessions`: held by it; `last_on`: the day of the newest, "" for none."""

    row: Team
    village: str
    members: tuple[Helper, ...]
    sessions: int
    planned: int
    last_on: str

    @property
    def households(self) -> int:
        """Return how many households its members help now."""
        return sum(one.households for one in self.members)


@dataclass(frozen=True)
class Teams:
    """The teams of the commune, and its villages that have none."""

    lines: tuple[TeamLine, ...]
    without: tuple[Village, ...]
    villages: int

    @property
    def covered(self) -> int:
        """Return how many villages have a team that is active and has somebody in it."""
        return len({one.row.village for one in self.lines if one.row.state == "active" and one.members})


def teams(staff: Staff) -> Teams:
    """Return all teams of the staff's commune."""
    with reading() as session:
        organisations = trainings.commune_of(session, staff.organisation)
    make_folded(trainings.scopes_of(organisations))
    with reading() as session:
        lines = _lines(session, organisations, trainings.teams_of(session, organisations))
        villages = [one for one in people.villages(session) if one.commune == organisations[0]]
    taken = {one.row.village for one in lines if one.row.state == "active"}
    return Teams(tuple(lines), tuple(one for one in villages if one.id not in taken), len(villages))


def team(staff: Staff, uuid: str) -> tuple[TeamLine, list[Member]]:
    """Return a team, and who may still be taken into it. Raises: ServiceError(not_found)."""
    with reading() as session:
        organisations = trainings.commune_of(session, staff.organisation)
    make_folded(trainings.scopes_of(organisations))
    with reading() as session:
        [line] = _lines(session, organisations, [_own(session, staff, uuid)])
        inside = {one.membership for one in line.members}
        return line, [one for one in _helpers(session, organisations) if one.membership.id not in inside]


def keep_team(staff: Staff, uuid: str, said: Mapping[str, str]) -> str:
    """Set a team up or change it; return its id.

    Shape:  `uuid`: "" for a new one; `said`: texts by column, the day civil, "" or "?" for what is none.
    Raises: ServiceError: no_right, not_found; NotDone.
    """
    allow(staff, "edit_teams")
    name = clean(said.get("name", ""), NAME_CHARS)
    number = clean(said.get("decision_no", ""), NUMBER_CHARS)
    day, state = said.get("decided_on", ""), said.get("state") or "active"
    if not name:
        raise NotDone("not_team_name")
    if day and not is_civil_date(day):
        raise NotDone("not_day")
    if state not in ("active", "ended"):
        raise NotDone("not_team_state")

    def work(session: Session) -> str:
        village = session.get(Village, said.get("village", ""))
        if village is None or village.commune not in trainings.commune_of(session, staff.organisation):
            raise NotDone("not_village")
        row = _own(session, staff, uuid) if uuid else None
        if row is None:
            made = make_uuid7(now_ms(), secrets.token_bytes(10))
            row = Team(id=made, organisation=staff.organisation)
            session.add(row)
        row.name, row.village, row.decision_no, row.decided_on = name, village.id, number, day
        row.state, row.changed_by, row.changed_at = state, staff.membership, now_ms()
        return row.id

    return write_rows(work)


def put_member(staff: Staff, uuid: str, membership: str, role: str) -> None:
    """Take somebody into a team, change what they are in it, or (`role` "") let them go.

    Raises: ServiceError: no_right, not_found; NotDone where it is nobody who helps households.
    """
    allow(staff, "edit_teams")

    def work(session: Session) -> None:
        row = _own(session, staff, uuid)
        organisations = trainings.commune_of(session, staff.organisation)
        today = ms_to_date(now_ms())
        found = session.get(TeamMember, (row.id, membership))
        if role == "":
            if found is None:
                raise NotDone("not_team_member")
            found.until = today
            return
        if role not in ROLES or membership not in {
            one.membership.id for one in _helpers(session, organisations)
        }:
            raise NotDone("not_team_member")
        if found is None:
            found = TeamMember(team=row.id, membership=membership, since=today, until="")
            session.add(found)
        elif found.until:
            found.since, found.until = today, ""
        found.role = role

    write_rows(work)


def _own(session: Session, staff: Staff, uuid: str) -> Team:
    row = session.get(Team, uuid)
    if row is None or row.organisation not in trainings.commune_of(session, staff.organisation):
        raise ServiceError("not_found")
    return row


def _helpers(session: Session, organisations: Collection[str]) -> list[Member]:
    """Return everybody of the commune whose role is to help households, by name."""
    now = now_ms()
    in_force = (Membership.valid_until.is_(None)) | (Membership.valid_until > now)
    mine = Membership.organisation.in_(organisations)
    found = people.members_where(
        session, mine, in_force, Membership.role.in_(sorted(HELPERS)), Membership.merged_into.is_(None)
    )
    return sorted(found, key=lambda one: (one.person.name, one.membership.id))


def _lines(session: Session, organisations: Collection[str], rows: list[Team]) -> list[TeamLine]:
    villages = {one.id: one.name for one in people.villages(session)}
    members = trainings.members_of(session, [one.id for one in rows])
    wanted = sorted({one.membership for some in members.values() for one in some if not one.until})
    known = {one.membership.id: one for one in people.members_where(session, Membership.id.in_(wanted))}
    helps = _counts(session, Help.membership, wanted, _in_force())
    stands = AttendanceView.is_deleted.is_(False)
    scans = _counts(session, AttendanceView.by, wanted, stands)
    sessions = [one for one in trainings.of_organisations(session, organisations) if one.team]
    return [
        TeamLine(
            row,
            villages.get(row.village, ""),
            tuple(
                _helper(one, known[one.membership], helps, scans) for one in members[row.id] if not one.until
            ),
            sum(1 for one in sessions if one.team == row.id and one.state == "held"),
            sum(1 for one in sessions if one.team == row.id and one.state == "planned"),
            _last(sessions, row.id),
        )
        for row in rows
    ]


def _helper(row: TeamMember, of: Member, helps: Mapping[str, int], scans: Mapping[str, int]) -> Helper:
    found = row.membership
    return Helper(
        found,
        of.person.name,
        of.organisation.name,
        row.role,
        row.since,
        helps.get(found, 0),
        scans.get(found, 0),
    )


def _last(sessions: Collection[Training], team: str) -> str:
    days = [one.happened_on for one in sessions if one.team == team and one.state == "held"]
    return max(days, default="")


def _in_force() -> ColumnElement[bool]:
    now = now_ms()
    return (Help.valid_from <= now) & ((Help.valid_until.is_(None)) | (Help.valid_until > now))


def _counts(
    session: Session, column: InstrumentedAttribute[str], wanted: Collection[str], where: ColumnElement[bool]
) -> dict[str, int]:
    query = select(column, func.count()).where(column.in_(wanted), where).group_by(column)
    return {str(name): int(count) for name, count in session.execute(query)}
