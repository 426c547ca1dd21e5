"""Training on the console: sessions as they are planned, who came, and who still needs it.

The commune's staff see every session and household of the commune; a cooperative's its own sessions and the
commune's, and of the households its own alone: others who came are a number.
Source: reference commune-plan, rows 7, 8 and indicator 4; PROTOCOL §40.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.people import Farm, Organisation, Village
from server.models.training import NAME_CHARS, NOTE_CHARS, AttendanceView, Team, Training
from server.services.console import Staff
from server.services.console_reach import NotDone, allow, clean, write_rows
from server.services.folding import make_folded
from server.store import people, trainings
from server.store.trainings import STATES, Came
from sync.civil import is_civil_date, ms_to_date
from sync.ids import make_uuid7

PLAN_MAX: Final = 2000
KINDS: Final = trainings.KINDS
SKILLS: Final = trainings.SKILLS
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_HOLDERS: Final[Mapping[str, list[str]]] = json.loads(
    (Path(__file__).parents[1] / "data" / "training_holders.json").read_text("utf-8")
)


@dataclass(frozen=True)
class Reach:
    """What a staff member sees of training.

    `organisations`: the commune's, itself first; `farms`: by scope, those that are named to this person;
    `all_farms`: all scopes of the commune, to tell its households from strangers;
    `is_commune`: all are named.
    """

    organisations: tuple[str, ...]
    farms: Mapping[str, Farm]
    all_farms: frozenset[str]
    is_commune: bool


@dataclass(frozen=True)
class Line:
    """A session in a list. `is_ours`: who looks may change it; `came`: of the households that are named."""

    row: Training
    organisation: str
    team: str
    village: str
    came: Came
    is_ours: bool


@dataclass(frozen=True)
class VillageStand:
    """How far a village is. `missing`: its households that came to no session of the kinds asked for."""

    name: str
    total: int
    missing: tuple[Farm, ...]

    @property
    def trained(self) -> int:
        """Return how many came."""
        return self.total - len(self.missing)


@dataclass(frozen=True)
class Overview:
    """The sessions, and how many households and cooperatives came to one about digital skills or selling."""

    lines: tuple[Line, ...]
    households: int
    trained: int
    cooperatives: int
    trained_cooperatives: int


def may_hold(staff: Staff) -> tuple[str, ...]:
    """Return who may be named as holding a session that this person plans."""
    with reading() as session:
        is_commune = trainings.commune_of(session, staff.organisation)[0] == staff.organisation
    return tuple(_HOLDERS["commune" if is_commune else "cooperative"])


def overview(staff: Staff) -> Overview:
    """Return all sessions that the staff member sees, the newest first."""
    with reading() as session:
        seen = trainings.commune_of(session, staff.organisation)
    make_folded(trainings.scopes_of(seen))
    with reading() as session:
        reach = reach_of(session, staff)
        rows = trainings.of_organisations(session, _sources(staff, reach))
        lines = tuple(_lines(session, staff, reach, rows))
        done = trainings.trained(session, reach.organisations)
        firms = [f"org:{one}" for one in firms_of(staff, reach)]
        return Overview(
            lines,
            len(reach.farms),
            len(done.keys() & reach.farms.keys()),
            len(firms),
            len(done.keys() & set(firms)),
        )


def missing(staff: Staff, kinds: tuple[str, ...] = SKILLS) -> tuple[VillageStand, ...]:
    """Return the villages with their households that came to no such session, the most missing first."""
    with reading() as session:
        seen = trainings.commune_of(session, staff.organisation)
    make_folded(trainings.scopes_of(seen))
    with reading() as session:
        reach = reach_of(session, staff)
        done = trainings.trained(session, reach.organisations, kinds)
        names = {one.id: one.name for one in people.villages(session)}
        by_village: dict[str, list[tuple[str, Farm]]] = {}
        for scope, farm in reach.farms.items():
            by_village.setdefault(names.get(farm.village or "", ""), []).append((scope, farm))
    found = [
        VillageStand(name, len(some), tuple(farm for scope, farm in some if scope not in done))
        for name, some in by_village.items()
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.missing), one.name)))


def keep_training(staff: Staff, uuid: str, said: Mapping[str, str]) -> str:
    """Plan a session or change it; return its id.

    Shape:  `uuid`: "" for a new one; `said`: texts by column, the day civil, "" or "?" for what is none.
    Raises: ServiceError: no_right, not_found; NotDone says which field is wrong.
    """
    allow(staff, "plan_trainings")
    values = _values(staff, said)

    def work(session: Session) -> str:
        _check_names(session, staff, values)
        row = _own(session, staff, uuid) if uuid else None
        if row is None:
            made = make_uuid7(now_ms(), secrets.token_bytes(10))
            row = Training(id=made, organisation=staff.organisation, state="planned")
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.changed_by, row.changed_at = staff.membership, now_ms()
        return row.id

    return write_rows(work)


def set_state(staff: Staff, uuid: str, state: str) -> None:
    """Say that a session is planned, was held or called off.

    Raises: ServiceError: no_right, not_found; NotDone: not_training_early for one that is held in the future.
    """
    allow(staff, "plan_trainings")

    def work(session: Session) -> None:
        row = _own(session, staff, uuid)
        if state not in STATES:
            raise NotDone("not_training_state")
        if state == "held" and row.happened_on > ms_to_date(now_ms()):
            raise NotDone("not_training_early")
        row.state, row.changed_by, row.changed_at = state, staff.membership, now_ms()

    write_rows(work)


def reach_of(session: Session, staff: Staff) -> Reach:
    """Return what a staff member sees of training."""
    organisations = trainings.commune_of(session, staff.organisation)
    is_commune = staff.organisation == organisations[0] and staff.may_act("see_trained")
    every = {f"farm:{one.id}": one for one in trainings.farms_of(session, organisations)}
    farms = every if is_commune else {scope: one for scope, one in every.items() if scope in staff.farms}
    return Reach(tuple(organisations), farms, frozenset(every), is_commune)


def firms_of(staff: Staff, reach: Reach) -> list[str]:
    """Return the cooperatives that this person sees as trained or not."""
    return [one for one in reach.organisations[1:] if reach.is_commune or one == staff.organisation]


def line_of(session: Session, staff: Staff, reach: Reach, uuid: str) -> Line:
    """Return one session that the staff member sees. Raises: ServiceError(not_found)."""
    row = session.get(Training, uuid)
    if row is None or row.organisation not in _sources(staff, reach):
        raise ServiceError("not_found")
    return next(iter(_lines(session, staff, reach, [row])))


def _sources(staff: Staff, reach: Reach) -> list[str]:
    """Return whose sessions are shown: a cooperative sees its own and the commune's."""
    return list(reach.organisations) if reach.is_commune else [reach.organisations[0], staff.organisation]


def _lines(session: Session, staff: Staff, reach: Reach, rows: list[Training]) -> list[Line]:
    scopes = trainings.scopes_of(reach.organisations)
    by_training: dict[str, list[AttendanceView]] = {one.id: [] for one in rows}
    for one in trainings.attendances_of(session, scopes, list(by_training)):
        by_training[one.training].append(one)
    organisations = {one.id: one.name for one in people.organisations(session)}
    teams = {one.id: one.name for one in trainings.teams_of(session, reach.organisations)}
    villages = {one.id: one.name for one in people.villages(session)}
    return [
        Line(
            row,
            organisations.get(row.organisation, ""),
            teams.get(row.team or "", ""),
            villages.get(row.village or "", ""),
            trainings.came(by_training[row.id], reach.farms, reach.organisations),
            _is_ours(staff, row),
        )
        for row in rows
    ]


def _is_ours(staff: Staff, row: Training) -> bool:
    return row.organisation in staff.organisations and staff.may_act("plan_trainings")


def _own(session: Session, staff: Staff, uuid: str) -> Training:
    row = session.get(Training, uuid)
    if row is None or not _is_ours(staff, row):
        raise ServiceError("not_found")
    return row


def _check_names(session: Session, staff: Staff, values: Mapping[str, object]) -> None:
    """Raises: NotDone where a team or village is named that is not the commune's."""
    organisations = trainings.commune_of(session, staff.organisation)
    team = session.get(Team, values["team"]) if values["team"] else None
    if values["team"] and (team is None or team.organisation not in organisations):
        raise NotDone("not_team")
    village = session.get(Village, values["village"]) if values["village"] else None
    if values["village"] and (village is None or village.commune != organisations[0]):
        raise NotDone("not_village")


def _values(staff: Staff, said: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {name: clean(said.get(name, ""), NAME_CHARS) for name in ("topic", "place")}
    if not values["topic"]:
        raise NotDone("not_training_topic")
    values["note"] = clean(said.get("note", ""), NOTE_CHARS)
    values["kind"], values["held_by"] = said.get("kind", ""), said.get("held_by", "")
    if values["kind"] not in KINDS:
        raise NotDone("not_training_kind")
    if values["held_by"] not in may_hold(staff):
        raise NotDone("not_training_holder")
    values["team"] = (said.get("team", "") or None) if values["held_by"] == "team" else None
    if values["held_by"] == "team" and values["team"] is None:
        raise NotDone("not_training_team")
    values["village"] = said.get("village", "") or None
    values["happened_on"] = said.get("happened_on", "")
    if not is_civil_date(str(values["happened_on"])):
        raise NotDone("not_day")
    times = [said.get(name, "").strip() for name in ("starts_at", "ends_at")]
    if any(one and not _TIME.fullmatch(one) for one in times) or (all(times) and times[0] >= times[1]):
        raise NotDone("not_training_time")
    values["starts_at"], values["ends_at"] = times
    values["plan_count"] = _count(said.get("plan_count", "").strip())
    return values


def _count(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= PLAN_MAX):
        raise NotDone("not_training_count", n=PLAN_MAX)
    return int(text) if text else None


def choices(staff: Staff) -> tuple[list[Team], list[Village]]:
    """Return the teams and villages that a form offers."""
    with reading() as session:
        organisations = trainings.commune_of(session, staff.organisation)
        teams = [one for one in trainings.teams_of(session, organisations) if one.state == "active"]
        commune = session.get_one(Organisation, organisations[0])
        return teams, [one for one in people.villages(session) if one.commune == commune.id]
