"""The commune at a glance: its cooperatives in figures, no person and no farm named; added and renamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.models.devices import DeviceRow, DeviceSeen
from server.models.people import Farm, Membership, Organisation
from server.models.views import EntryView
from server.services.console import FarmName, Staff
from server.services.console_reach import NotDone, allow, fold, named, organisation_of
from server.services.cooperative import standings
from server.services.setup import add_organisation as add_row
from server.services.standing import Standing
from server.store import people
from sync.civil import ms_to_date
from sync.rights import HOUSEHOLD, OPERATOR

DAY_MS = 86_400_000
LATELY_DAYS = 30  # our choice: what counts as recording


@dataclass(frozen=True)
class Figures:
    """One organisation in figures.

    `lately`: in the last `LATELY_DAYS` days; `farms_with_phone`: one that is in use; `farms_silent`,
    `farms_due`: as on the cooperative's own page.
    """

    id: str
    name: str
    is_commune: bool
    farms: int
    households: int
    staff: int
    farms_with_phone: int
    farms_lately: int
    entries_lately: int
    farms_silent: int
    farms_due: int


def figures(staff: Staff) -> list[Figures]:
    """Return the figures of the commune and of what is below it, the commune first.

    Shape:  counts alone, so whoever sees this page needs no right to any log.
    """
    with reading() as session:
        places = [one for one in people.organisations(session) if staff.organisation in (one.id, one.parent)]
        ids = [one.id for one in places]
        farms = dict(_farms(session, ids))
    now = now_ms()
    stand = standings([FarmName(one, "", "", "") for one in farms], now, ms_to_date(now))
    with reading() as session:
        return [
            _figures(session, one, [each for each in stand if farms[each.facts.farm.id] == one.id])
            for one in places
        ]


def add_organisation(staff: Staff, name: str) -> str:
    """Add a cooperative to the commune; return its id. Raises: ServiceError(no_right); NotDone."""
    allow(staff, "add_organisation")

    def work(session: Session) -> str:
        wanted = _free(session, name)
        return add_row(session, "cooperative", wanted, staff.organisation, now_ms()).id

    return run_write(work)


def rename_organisation(staff: Staff, organisation: str, name: str) -> None:
    """Call an organisation otherwise. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "add_organisation")

    def work(session: Session) -> None:
        found = organisation_of(session, staff, organisation)
        found.name = _free(session, name, apart=found.id)

    run_write(work)


def _free(session: Session, name: str, *, apart: str = "") -> str:
    """Return a name that no other organisation has. Raises: NotDone."""
    wanted = named(name)
    if any(fold(one.name) == fold(wanted) and one.id != apart for one in people.organisations(session)):
        raise NotDone("not_name_free")
    return wanted


def _farms(session: Session, organisations: list[str]) -> list[tuple[str, str]]:
    query = select(Farm.id, Farm.organisation).where(Farm.organisation.in_(organisations))
    return [(str(farm), str(of)) for farm, of in session.execute(query)]


def _figures(session: Session, place: Organisation, stand: Sequence[Standing]) -> Figures:
    now, farms = now_ms(), [one.facts.farm.id for one in stand]
    since = now - LATELY_DAYS * DAY_MS
    in_force = Membership.valid_until.is_(None) | (Membership.valid_until > now)
    people_of = select(func.count(func.distinct(Membership.person))).where(in_force)
    households = people_of.where(Membership.farm.in_(farms), Membership.role.in_(HOUSEHOLD))
    staff = people_of.where(
        Membership.organisation == place.id, Membership.farm.is_(None), Membership.role != OPERATOR
    )
    phones = (
        select(func.count(func.distinct(Membership.farm)))
        .join(DeviceRow, DeviceRow.membership == Membership.id)
        .join(DeviceSeen, DeviceSeen.device == DeviceRow.device)
        .where(Membership.farm.in_(farms), DeviceRow.state == "confirmed", in_force)
    )
    lately = select(func.count(func.distinct(EntryView.scope)), func.count()).where(
        EntryView.scope.in_([f"farm:{one}" for one in farms]),
        EntryView.received_at >= since,
        EntryView.is_deleted.is_(False),
    )
    farms_lately, entries = session.execute(lately).one()
    return Figures(
        id=place.id,
        name=place.name,
        is_commune=place.parent is None,
        farms=len(farms),
        households=session.scalar(households) or 0,
        staff=session.scalar(staff) or 0,
        farms_with_phone=session.scalar(phones) or 0,
        farms_lately=int(farms_lately),
        entries_lately=int(entries),
        farms_silent=sum(1 for one in stand if one.fits("silent")),
        farms_due=sum(1 for one in stand if one.fits("due")),
    )
