"""The farms of a cooperative as its page shows them: facts in a few statements, judged in `standing`.

Every statement goes by an index of the farms; their number depends neither on farms nor on entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.devices import DeviceRow, DeviceSeen
from server.models.findings import FindingView
from server.models.log import HeldOp
from server.models.people import Farm, Membership, Person
from server.models.views import DocumentView, EntryView, SeasonView
from server.services.console import FarmName, Staff
from server.services.console_lookups import members
from server.services.inspections import dues_of
from server.services.own_devices import reported
from server.services.standing import VIEWS, Facts, OpenSeason, PhoneFacts, Standing, View, stand
from server.services.viewing import make_current
from sync.civil import add_days
from sync.rights import SENSOR

LATELY_DAYS = 30  # our choice
PAGE_FARMS = 30
_CLOCK = ("clock_wrong", "backdated")


@dataclass(frozen=True)
class Cooperative:
    """One page of the farms that a list shows; `counts`: how many each list has; sums are of all farms."""

    view: View
    farms: tuple[Standing, ...]
    counts: Mapping[View, int]
    recording: int
    waiting: int
    total: int
    page: int
    pages: int


def cooperative_page(staff: Staff, view: str, page: int, now: int, today: str) -> Cooperative:
    """Return the farms of the staff's cooperative by what they need.

    Shape:  a `view` that is none is the one of needs where somebody needs something, else all farms.
    """
    found = standings(list(staff.farms.values()), now, today)
    counts = {one: sum(1 for farm in found if farm.fits(one)) for one in VIEWS}
    wanted: View = next((one for one in VIEWS if one == view), "need" if counts["need"] else "all")
    fitting = [one for one in found if one.fits(wanted)]
    if wanted != "all":
        fitting.sort(key=lambda one: one.rank)
    pages = max(1, -(-len(fitting) // PAGE_FARMS))
    page = min(max(1, page), pages)
    return Cooperative(
        view=wanted,
        farms=tuple(fitting[(page - 1) * PAGE_FARMS : page * PAGE_FARMS]),
        counts=counts,
        recording=sum(1 for one in found if one.facts.lately),
        waiting=sum(one.facts.waiting for one in found),
        total=len(fitting),
        page=page,
        pages=pages,
    )


def standings(farms: Sequence[FarmName], now: int, today: str) -> list[Standing]:
    """Return how each of these farms stands, in the order given."""
    scopes = [one.scope for one in farms]
    make_current(scopes)
    with reading() as session:
        entries = _entries(session, scopes, today)
        seasons = _seasons(session, scopes, today)
        phones = _phones(session, farms, now, today)
        dues = dues_of(session, scopes, today)
    nothing = ("", None, 0, 0)
    return [
        stand(
            Facts(
                one,
                *entries.get(one.scope, nothing),
                seasons=tuple(seasons.get(one.scope, ())),
                phones=tuple(phones.get(one.id, ())),
                dues=tuple(dues.get(one.scope, ())),
            ),
            today,
            now,
        )
        for one in farms
    ]


def _entries(
    session: Session, scopes: Sequence[str], today: str
) -> dict[str, tuple[str, int | None, int, int]]:
    """Return (newest day up to today, last arrival, entries lately, those to review) of each farm."""
    scope = "farm:" + Farm.id
    is_theirs = (EntryView.scope == scope) & EntryView.is_deleted.is_(False)
    newest = EntryView.happened_on.desc()
    past = is_theirs & (EntryView.happened_on <= today)
    late = past & (EntryView.happened_on > add_days(today, -LATELY_DAYS))
    told = (
        select(EntryView.happened_on).where(past).order_by(newest).limit(1),
        select(EntryView.received_at).where(past).order_by(newest).limit(1),
        select(func.count()).select_from(EntryView).where(late),
        select(func.count()).select_from(EntryView).where(is_theirs, EntryView.queue == "review"),
    )
    day, at, lately, waiting = (one.correlate(Farm).scalar_subquery() for one in told)
    query = select(scope, day, at, lately, waiting).where(
        Farm.id.in_([one.removeprefix("farm:") for one in scopes])
    )
    return {str(row[0]): (row[1] or "", row[2], row[3], row[4]) for row in session.execute(query)}


def season_last_day(today: str) -> ScalarSelect[str]:
    """Return the newest day of a season's entries up to a day, as a part of a question for `SeasonView`."""
    return (
        select(EntryView.happened_on)
        .where(
            EntryView.scope == SeasonView.scope,
            EntryView.season == SeasonView.doc,
            EntryView.happened_on <= today,
            EntryView.is_deleted.is_(False),
        )
        .order_by(EntryView.happened_on.desc())
        .limit(1)
        .correlate(SeasonView)
        .scalar_subquery()
    )


def runs_on(today: str) -> ColumnElement[bool]:
    """Return the condition for seasons that run on a day."""
    return (
        SeasonView.is_deleted.is_(False)
        & ((SeasonView.ended_on == "") | (SeasonView.ended_on >= today))
        & SeasonView.started_on.between("1", today)
    )


def _seasons(session: Session, scopes: Sequence[str], today: str) -> dict[str, list[OpenSeason]]:
    query = select(SeasonView, season_last_day(today)).where(SeasonView.scope.in_(scopes), runs_on(today))
    found: dict[str, list[OpenSeason]] = {}
    for one, day in session.execute(query):
        season = OpenSeason(one.doc, one.name, one.sector, one.started_on, day or "")
        found.setdefault(one.scope, []).append(season)
    return found


def _phones(session: Session, farms: Sequence[FarmName], now: int, today: str) -> dict[str, list[PhoneFacts]]:
    """Return the devices in use of each farm, by the farm's id."""
    query = (
        select(Membership.farm, DeviceRow, DeviceSeen, Person.name)
        .join(Membership, Membership.id == DeviceRow.membership)
        .join(Person, Person.id == Membership.person)
        .outerjoin(DeviceSeen, DeviceSeen.device == DeviceRow.device)
        .where(
            Membership.farm.in_([one.id for one in farms]),
            Membership.role != SENSOR,
            DeviceRow.state.in_(("confirmed", "waiting")),
            (Membership.valid_until.is_(None)) | (Membership.valid_until > now),
        )
        .order_by(DeviceRow.doc, DeviceRow.place)
    )
    rows = session.execute(query).all()
    scopes = [one.scope for one in farms]
    held = _held(session, [str(row.device) for _, row, _, _ in rows])
    clocks = _clocks(session, scopes, today)
    found: dict[str, list[PhoneFacts]] = {}
    for farm, row, seen, who in rows:
        said, device = reported(seen), str(row.device)
        facts = PhoneFacts(
            invite=row.doc.partition(":")[2],
            label=row.label,
            who=who,
            last_seen=None if seen is None else seen.last_seen,
            unsent=said.unsent,
            photos=said.photos,
            free_mb=said.free_mb,
            is_copied=seen is not None and seen.copied,
            held=held.get(device, 0),
            clock_days=clocks.get(device, 0),
        )
        found.setdefault(str(farm), []).append(facts)
    return found


def _held(session: Session, devices: Sequence[str]) -> dict[str, int]:
    query = select(HeldOp.device, func.count()).where(
        HeldOp.device.in_(devices), HeldOp.is_turned_down.is_(False)
    )
    return {str(device): int(n) for device, n in session.execute(query.group_by(HeldOp.device))}


def _clocks(session: Session, scopes: Sequence[str], today: str) -> dict[str, int]:
    """Return by how many days the clock of each device was wrong, in what it wrote of the last days."""
    query = (
        select(DocumentView.device, FindingView.rule, FindingView.facts)
        .select_from(EntryView)
        .join(FindingView, (FindingView.scope == EntryView.scope) & (FindingView.about == EntryView.doc))
        .join(DocumentView, (DocumentView.scope == EntryView.scope) & (DocumentView.doc == EntryView.doc))
        .where(
            EntryView.scope.in_(scopes),
            EntryView.severity > 0,
            EntryView.happened_on > add_days(today, -LATELY_DAYS),
            FindingView.rule.in_(_CLOCK),
        )
    )
    found: dict[str, int] = {}
    for device, rule, facts in session.execute(query):
        said = members(facts).get("days" if rule == "clock_wrong" else "late")
        days = said if isinstance(said, int) else 1
        found[device] = max(found.get(device, 0), days)
    return found
