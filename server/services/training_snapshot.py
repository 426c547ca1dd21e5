"""What a phone is told of training: the sessions of these days, who came, what its household was taught.

Who records attendance gets the sessions around today with the documents that stand, so that its count is
everybody's; a household gets what is to come, and its own past. Nobody gets another household's.
Source: PROTOCOL §40.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from server.models.training import Training
from server.store import people, trainings
from server.store.devices import Writer
from sync.civil import add_days, ms_to_date
from sync.rights import HOUSEHOLD, may_write
from sync.values import Json

DAYS_BEFORE: Final = 2  # our choice: a sheet may be written up the day after
DAYS_AHEAD: Final = 30


def scopes_for(session: Session, who: Writer) -> list[str]:
    """Return the logs that hold what this device is told of."""
    return trainings.scopes_of(trainings.commune_of(session, who.organisation)) if who.may_act else []


def training_for(session: Session, who: Writer, now: int) -> dict[str, Json]:
    """Return the part of the snapshot about training; the caller has folded `scopes_for`."""
    if not who.may_act:
        return {"sessions": [], "trained": []}
    organisations = trainings.commune_of(session, who.organisation)
    today = ms_to_date(now)
    records = may_write(who.role, "org", "attendance", is_first=True)
    first = add_days(today, -DAYS_BEFORE) if records else today
    sources = sorted({organisations[0], who.organisation})
    rows = trainings.between(session, sources, first, add_days(today, DAYS_AHEAD))
    found: dict[str, list[Json]] = {one.id: [] for one in rows}
    if records:
        near = [one.id for one in rows if one.happened_on <= today]
        for row in trainings.attendances_of(session, trainings.scopes_of(organisations), near):
            of = row.farm or (f"org:{row.organisation}" if row.organisation else "")
            found[row.training].append([row.doc, of])
    villages = {one.id: one.name for one in people.villages(session)}
    teams = {one.id: one.name for one in trainings.teams_of(session, organisations)}
    return {
        "sessions": [_session(one, villages, teams, found[one.id] if records else None) for one in rows],
        "trained": _trained(session, who, organisations),
    }


def _session(
    row: Training, villages: dict[str, str], teams: dict[str, str], came: list[Json] | None
) -> dict[str, Json]:
    told: dict[str, Json] = {
        "id": row.id,
        "kind": row.kind,
        "topic": row.topic,
        "held_by": row.held_by,
        "team": teams.get(row.team or "", ""),
        "place": row.place,
        "village": villages.get(row.village or "", ""),
        "happened_on": row.happened_on,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
    }
    return told if came is None else told | {"came": came}


def _trained(session: Session, who: Writer, organisations: list[str]) -> list[Json]:
    """Return what the device's own household came to, the newest first."""
    if who.role not in HOUSEHOLD or who.farm is None:
        return []
    done = trainings.trained_of(session, organisations, f"farm:{who.farm}")
    return [{"topic": one.topic, "kind": one.kind, "happened_on": one.happened_on} for one in done]
