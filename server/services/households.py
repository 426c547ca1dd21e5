"""The households that a helper looks after: those he helps in full, the others of his villages by name.

A right to help that is over leaves the name and its end for a while, so that the phone can say so and ask for
it again. The same look-ups whatever the number of households; an unchanged list is not sent again.
Source: DESIGN §1 "Team member"; reference rights "Reads".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.log import HeldOp
from server.models.people import Farm, Help, HelperVillage, Membership, Person, Village
from server.models.views import EntryView
from server.services.own_devices import devices_of
from server.services.viewing import make_current
from server.store import people
from server.store.devices import Writer
from sync import ids
from sync.rights import HELPERS, SENSOR
from sync.values import Json, write_text

ENDED_SHOWN_MS = 60 * 86_400_000  # our choice: two months after its end a help is history


@dataclass(frozen=True)
class Households:
    """The JSON text of the list and its tag, which changes when the text does."""

    text: str
    tag: str


@dataclass
class _Known:
    """What is told of the farms that the helper reads."""

    people: dict[str, list[Json]] = field(default_factory=dict)
    diaries: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)


def households(who: Writer, scopes: dict[str, bool], now: int) -> Households:
    """Return the households of a helper, by code.

    Raises: ServiceError(no_right) for whoever helps nobody by his role.
    """
    if who.role not in HELPERS:
        raise ServiceError("no_right")
    read = sorted(scope for scope in scopes if scope.startswith("farm:"))
    make_current(read)
    with reading() as session:
        rows = _rows(session, who, read, now) if who.may_act else []
    text = write_text({"households": rows})
    return Households(text, ids.b64_encode(hashlib.sha256(text.encode("utf-8")).digest()[:16]))


def _rows(session: Session, who: Writer, read: list[str], now: int) -> list[Json]:
    helped = {ids.split_ref(scope)[1] for scope in read}
    ends = _ends(session, who, now)
    wanted = Farm.id.in_({*helped, *ends}) | _in_villages(session, who)
    query = (
        select(Farm, Village.name)
        .outerjoin(Village, Village.id == Farm.village)
        .where(wanted, Farm.id.in_(helped) | (Farm.organisation == who.organisation))
        .order_by(Farm.code, Farm.id)
    )
    known = _look(session, read, now)
    rows: list[Json] = []
    for farm, village in session.execute(query):
        row: dict[str, Json] = {"farm": farm.id, "code": farm.code, "name": farm.name, "village": village}
        row["help"] = {"until": ends[farm.id]} if farm.id in ends else None
        if farm.id in helped:
            entries, last, conflicts = known.diaries.get(farm.id, (0, "", 0))
            row |= {
                "people": known.people.get(farm.id, []),
                "last_entry_on": last or None,
                "entries": entries,
                "held": known.held.get(farm.id, 0),
                "conflicts": conflicts,
            }
        rows.append(row)
    return rows


def _ends(session: Session, who: Writer, now: int) -> dict[str, int | None]:
    """Return when each help ends or, lately, ended; None for one without an end."""
    query = select(Help.farm, Help.valid_until).where(Help.membership == who.membership)
    begun = Help.valid_from <= now
    lately = Help.valid_until.is_(None) | (Help.valid_until > now - ENDED_SHOWN_MS)
    found: dict[str, int | None] = {}
    for farm, until in session.execute(query.where(begun, lately)):
        last = found.get(farm, until)
        found[farm] = None if until is None or last is None else max(until, last)
    return found


def _in_villages(session: Session, who: Writer) -> ColumnElement[bool]:
    """Return the condition that a farm lies in one of the helper's villages."""
    own = select(HelperVillage.village).where(HelperVillage.membership == who.membership)
    villages = list(session.scalars(own))
    if not villages:
        villages = list(session.scalars(select(Person.village).where(Person.id == who.person)))
    return Farm.village.in_([one for one in villages if one is not None])


def _look(session: Session, read: list[str], now: int) -> _Known:
    """Return people with their devices, and how the diaries stand."""
    known = _Known()
    uuids = [ids.split_ref(scope)[1] for scope in read]
    in_force = (Membership.valid_until.is_(None)) | (Membership.valid_until > now)
    members = people.members_where(
        session,
        Membership.farm.in_(uuids),
        Membership.merged_into.is_(None),
        Membership.role != SENSOR,
        in_force,
    )
    devices = devices_of(session, [one.membership.id for one in members])
    for one in members:
        told: dict[str, Json] = {
            "membership": one.membership.id,
            "person": one.person.id,
            "name": one.person.name,
            "role": one.membership.role,
            "devices": devices[one.membership.id],
        }
        known.people.setdefault(str(one.membership.farm), []).append(told)
    conflicts = func.sum(case((EntryView.has_conflict.is_(True), 1), else_=0))
    diaries = select(EntryView.scope, func.count(), func.max(EntryView.happened_on), conflicts)
    for scope, entries, last, torn in session.execute(
        diaries.where(EntryView.scope.in_(read), EntryView.is_deleted.is_(False)).group_by(EntryView.scope)
    ):
        known.diaries[ids.split_ref(scope)[1]] = (entries, last, int(torn))
    held = select(HeldOp.scope, func.count()).where(HeldOp.scope.in_(read), HeldOp.is_turned_down.is_(False))
    for scope, count in session.execute(held.group_by(HeldOp.scope)):
        known.held[ids.split_ref(scope)[1]] = count
    return known
