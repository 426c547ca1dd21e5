"""Indicator 6: villages with a Community Digital Technology Team, of all villages."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.models.people import Village
from server.models.training import Team, TeamMember
from server.services.indicators.shape import Ask, Found, Line, Missing, Params, Part, page_of, tallies_of

ACTIVE = "active"


def found(session: Session, ask: Ask, params: Params) -> Found:
    """Count the villages."""
    teams, members = _teams(session, ask), _members(session, ask)
    known = [one for rows in teams.values() for one in rows]
    missing = (
        Missing("missing_team_decision", sum(1 for one in known if not one.decision_no)),
        Missing(
            "missing_team_members", sum(1 for one in known if members[one.id] < int(params["members_min"]))
        ),
    )
    return Found(tallies_of(_lines(session, ask, params)), missing)


def lines(session: Session, ask: Ask, params: Params, part: Part) -> list[Line]:
    """Return the villages, each with its teams."""
    return page_of(_lines(session, ask, params), part)


def _lines(session: Session, ask: Ask, params: Params) -> list[Line]:
    teams, members = _teams(session, ask), _members(session, ask)
    villages = select(Village).where(Village.commune == ask.commune).order_by(Village.name, Village.id)
    return [
        Line(
            title=one.name,
            is_counted=any(members[team.id] >= int(params["members_min"]) for team in teams[one.id]),
            village=one.id,
            link=f"/htx/to-cong-nghe/{teams[one.id][0].id}" if teams[one.id] else "",
            notes=tuple(_note(team, members[team.id]) for team in teams[one.id]) or (("line_no_team", {}),),
        )
        for one in session.scalars(villages)
    ]


def _note(team: Team, members: int) -> tuple[str, dict[str, object]]:
    if team.decision_no:
        return ("line_team_decided", {"name": team.name, "n": members, "number": team.decision_no})
    return ("line_team", {"name": team.name, "n": members})


def _teams(session: Session, ask: Ask) -> dict[str, list[Team]]:
    """Return the teams that work on the day, by village."""
    query = select(Team).where(
        Team.organisation.in_(ask.organisations), Team.state == ACTIVE, Team.decided_on <= ask.day
    )
    made: dict[str, list[Team]] = defaultdict(list)
    for row in session.scalars(query.order_by(Team.decided_on, Team.id)):
        made[row.village].append(row)
    return made


def _members(session: Session, ask: Ask) -> Counter[str]:
    is_in = or_(TeamMember.until == "", TeamMember.until >= ask.day)
    query = select(TeamMember.team).where(TeamMember.since <= ask.day, is_in)
    return Counter(session.scalars(query))
