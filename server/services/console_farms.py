"""The farms of a cooperative at a glance, one farm, and the devices of its people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.devices import DeviceRow, DeviceSeen
from server.models.log import HeldOp
from server.models.people import Farm, Membership
from server.models.views import EntryView, PlotView, SeasonView
from server.services.console import FarmName, Staff
from server.services.inspections import Inspection, dues_of, inspections_of
from server.services.own_devices import Reported, reported
from server.services.viewing import make_current
from server.store import log, people, views
from sync.rights import SENSOR, may_give, may_revoke
from sync.rules import Due

PAGE_DEVICES: Final = 50  # our choice: a screen and a half
STATE_ORDER: Final = {"waiting": 0, "confirmed": 1, "invited": 2, "revoked": 3}
PLACE: Final = re.compile(r"([0-9])\.([0-9]{1,9})\.([0-9a-f-]{36})\.(.{0,40})")


@dataclass
class FarmLine:
    """One farm of the overview. Times in ms, None where nothing came yet."""

    farm: FarmName
    entries: int = 0
    conflicts: int = 0
    held: int = 0
    waiting: int = 0
    devices: int = 0
    last_day: str = ""
    last_received_at: int | None = None


@dataclass(frozen=True)
class Device:
    """One device document. `may_confirm`, `may_revoke`: whether this staff member's op would be taken.

    Shape:  `scope`, `after`: the log of an op on it and what that names; `state`: invited, waiting, confirmed
            or revoked; `organisation`: the name of the person's, for who reaches several.
    """

    scope: str
    doc: str
    membership: str
    device: str
    label: str
    kind: str
    state: str
    who: str
    role: str
    farm: FarmName | None
    organisation: str
    last_seen: int | None
    said: Reported
    is_copied: bool
    is_mine: bool
    expires_at: int
    after: tuple[str, ...]
    may_confirm: bool
    may_revoke: bool
    held: int = 0


@dataclass(frozen=True)
class DeviceList:
    """A page of devices; `next` goes on after it, None at the end."""

    devices: tuple[Device, ...]
    next: str | None


@dataclass(frozen=True)
class FarmPage:
    """One farm with its plots and seasons."""

    line: FarmLine
    plots: tuple[PlotView, ...]
    seasons: tuple[SeasonView, ...]
    inspections: tuple[Inspection, ...]
    dues: tuple[Due, ...]


def farm_lines(wanted: Sequence[FarmName]) -> list[FarmLine]:
    """Return the overview of some of the staff's farms, in the order given."""
    scopes = [one.scope for one in wanted]
    make_current(scopes)
    lines = {one.scope: FarmLine(one) for one in wanted}
    with reading() as session:
        _count_entries(session, lines)
        held = select(HeldOp.scope, func.count()).where(
            HeldOp.scope.in_(scopes), HeldOp.is_turned_down.is_(False)
        )
        for scope, count in session.execute(held.group_by(HeldOp.scope)):
            lines[scope].held = count
        phones = (
            select(Membership.farm, DeviceRow.state, func.count())
            .join(Membership, Membership.id == DeviceRow.membership)
            .where(Membership.farm.in_([one.id for one in wanted]), Membership.role != SENSOR)
            .where(DeviceRow.state.in_(("waiting", "confirmed")))
            .group_by(Membership.farm, DeviceRow.state)
        )
        for farm, state, count in session.execute(phones):
            line = lines.get(f"farm:{farm}")
            if line is not None and state == "waiting":
                line.waiting = count
            elif line is not None:
                line.devices = count
    return list(lines.values())


def farm_page(farm: FarmName, today: str) -> FarmPage:
    """Return one farm of the staff's organisation, with what it has to do by a day."""
    line = farm_lines([farm])[0]
    with reading() as session:
        return FarmPage(
            line=line,
            plots=tuple(one for one in views.plots_of(session, [farm.scope]) if not one.is_deleted),
            seasons=tuple(one for one in views.seasons_of(session, [farm.scope]) if not one.is_deleted),
            inspections=tuple(inspections_of(session, farm.scope)),
            dues=tuple(dues_of(session, [farm.scope], today).get(farm.scope, ())),
        )


def tips_of(scope: str, doc: str) -> list[str]:
    """Return what an op on a document of a farm's log names; nothing for none."""
    if not doc:
        return []
    with reading() as session:
        return list(log.tips(session, scope, doc))


def devices_of(staff: Staff, after: str | None = None) -> DeviceList:
    """Return a page of the devices of the organisation's people: who waits first, then by the farm's code.

    Shape:  `after` is the `next` of the page before; one that is none begins at the first page. No more rows
            are read than the page shows, whatever the cooperative has.
    """
    rank = case(STATE_ORDER, value=DeviceRow.state, else_=9)
    code = func.coalesce(Farm.code, "")
    key = tuple_(rank, code, DeviceRow.doc, DeviceRow.place)
    query = (
        select(DeviceRow, rank, code)
        .join(Membership, Membership.id == DeviceRow.membership, isouter=True)
        .join(Farm, Farm.id == Membership.farm, isouter=True)
        .where(DeviceRow.scope.in_(staff.org_scopes))
    )
    place = _parse_place(after)
    if place is not None:
        query = query.where(key > place)
    with reading() as session:
        rows = session.execute(
            query.order_by(rank, code, DeviceRow.doc, DeviceRow.place).limit(PAGE_DEVICES + 1)
        ).all()
        more = rows[PAGE_DEVICES:]
        rows = rows[:PAGE_DEVICES]
        found = tuple(_devices(session, staff, [row for row, _rank, _code in rows]))
    if not more:
        return DeviceList(found, None)
    last, last_rank, last_code = rows[-1]
    return DeviceList(found, f"{last_rank}.{last.place}.{last.doc.partition(':')[2]}.{last_code}")


def _parse_place(after: str | None) -> tuple[int, str, str, int] | None:
    """Return the key of a page's last device, or None for what no page of ours wrote."""
    match = PLACE.fullmatch(after or "")
    return None if match is None else (int(match[1]), match[4], f"device:{match[3]}", int(match[2]))


def devices_of_invite(staff: Staff, uuid: str) -> list[Device]:
    """Return the devices of one invitation of the organisation, the first that joined first.

    Raises: ServiceError(not_found).
    """
    with reading() as session:
        query = select(DeviceRow).where(
            DeviceRow.scope.in_(staff.org_scopes), DeviceRow.doc == f"device:{uuid}"
        )
        rows = list(session.scalars(query.order_by(DeviceRow.scope, DeviceRow.place)))
        if not rows:
            raise ServiceError("not_found")
        return list(_devices(session, staff, rows))


def devices_among(session: Session, staff: Staff, memberships: Sequence[str]) -> dict[str, list[Device]]:
    """Return the devices of each of these memberships, each with what an op on it names."""
    found: dict[str, list[Device]] = {}
    for one in _devices(session, staff, _rows(session, staff, memberships), is_asked=True):
        found.setdefault(one.membership, []).append(one)
    return found


def _rows(session: Session, staff: Staff, memberships: Sequence[str] | None) -> list[DeviceRow]:
    query = select(DeviceRow).where(DeviceRow.scope.in_(staff.org_scopes))
    if memberships is not None:
        query = query.where(DeviceRow.membership.in_(memberships))
    return list(session.scalars(query.order_by(DeviceRow.doc)))


def _devices(
    session: Session, staff: Staff, rows: Sequence[DeviceRow], *, is_asked: bool = False
) -> Iterable[Device]:
    """Give the devices; what an op on one names is looked up for one alone, who waits, or where asked."""
    members = {
        one.membership.id: one
        for one in people.members_where(session, Membership.id.in_([row.membership for row in rows]))
    }
    keys = [row.device for row in rows if row.device is not None]
    is_one = len({row.doc for row in rows}) == 1
    seen = {one.device: one for one in session.scalars(select(DeviceSeen).where(DeviceSeen.device.in_(keys)))}
    waits = select(HeldOp.device, func.count()).where(
        HeldOp.device.in_(keys), HeldOp.scope.in_(staff.scopes), HeldOp.is_turned_down.is_(False)
    )
    held = {str(device): int(count) for device, count in session.execute(waits.group_by(HeldOp.device))}
    for row in rows:
        member = members.get(row.membership)
        is_live = row.state in ("waiting", "confirmed", "invited")
        names_tips = row.state == "waiting" or (is_live and (is_one or is_asked))
        ends = is_live and may_revoke(staff.role, is_self=row.membership == staff.membership)
        was_seen = seen.get(row.device or "")
        yield Device(
            scope=row.scope,
            doc=row.doc,
            membership=row.membership,
            device=row.device or "",
            label=row.label,
            kind=row.kind,
            state=row.state,
            who="" if member is None else member.person.name,
            role="" if member is None else member.membership.role,
            farm=None if member is None or member.farm is None else staff.farms.get(f"farm:{member.farm.id}"),
            organisation="" if member is None else member.organisation.name,
            last_seen=None if was_seen is None else was_seen.last_seen,
            said=reported(was_seen),
            is_copied=was_seen is not None and was_seen.copied,
            is_mine=row.device == staff.device,
            expires_at=row.expires_at,
            after=tuple(log.tips(session, row.scope, row.doc)) if names_tips else (),
            may_confirm=row.state == "waiting"
            and member is not None
            and may_give(staff.role, member.membership.role),
            may_revoke=ends,
            held=held.get(row.device or "", 0),
        )


def _count_entries(session: Session, lines: dict[str, FarmLine]) -> None:
    query = select(
        EntryView.scope,
        EntryView.has_conflict,
        func.count(),
        func.max(EntryView.happened_on),
        func.max(EntryView.received_at),
    ).where(EntryView.scope.in_(lines), EntryView.is_deleted.is_(False))
    for scope, clashes, count, day, at in session.execute(
        query.group_by(EntryView.scope, EntryView.has_conflict)
    ):
        line = lines[scope]
        line.entries += count
        line.conflicts += count if clashes else 0
        line.last_day = max(line.last_day, day)
        line.last_received_at = max(line.last_received_at or 0, at)
