"""The devices of a household, as its own people see them: which, when last heard of, what waits there.

Source: DESIGN §3 "Who signs"; WIRE "Request" (`phone`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.devices import DeviceRow, DeviceSeen
from server.models.log import OpRow
from server.models.people import Membership
from server.store import log, people
from server.store.devices import Writer
from sync.rights import OPERATOR, SENSOR
from sync.values import Json


@dataclass(frozen=True)
class Reported:
    """What a phone last said of itself: lines and photos not sent, its app, its free room; None: nothing."""

    unsent: int | None
    photos: int | None
    app: str | None
    free_mb: int | None = None


def reported(seen: DeviceSeen | None) -> Reported:
    """Return the last report of a device; the rim took it in its shape (`sync.wire`)."""
    said = json.loads(seen.phone) if seen is not None and seen.phone else {}
    return Reported(said.get("unsent"), said.get("photos"), said.get("app"), said.get("free_mb"))


def own_devices(who: Writer, now: int) -> list[dict[str, Json]]:
    """Return the people whose devices the caller may see, each with them.

    Shape:  a household sees the devices of all its people, everybody else his own; one that is not confirmed,
            or whose membership ended, only those of its own membership. A person's memberships of other farms
            and organisations are told with their own devices, so that he can tell two diaries apart.
    """
    with reading() as session:
        mine = Membership.person == who.person
        if who.farm is not None and who.state == "confirmed" and who.in_force:
            mine = mine | (Membership.farm == who.farm)
        elif who.state != "confirmed":
            mine = Membership.id == who.membership
        in_force = (Membership.valid_until.is_(None)) | (Membership.valid_until > now)
        members = people.members_where(session, mine, in_force, Membership.role.not_in((OPERATOR, SENSOR)))
        devices = devices_of(session, [one.membership.id for one in members])
        return [
            {
                "membership": one.membership.id,
                "person": one.person.id,
                "name": one.person.name,
                "role": one.membership.role,
                "farm": None if one.farm is None else one.farm.name,
                "organisation": one.organisation.name,
                "devices": devices[one.membership.id],
            }
            for one in members
        ]


def devices_of(session: Session, memberships: Sequence[str]) -> dict[str, list[Json]]:
    """Return the devices that joined for each membership, the first one first; open invitations are none.

    Units:  `joined_at` and `last_seen` in ms of the server's clock, None where it never heard of the device.
    """
    query = (
        select(DeviceRow, DeviceSeen, OpRow.received_at)
        .outerjoin(DeviceSeen, DeviceSeen.device == DeviceRow.device)
        .outerjoin(OpRow, (OpRow.scope == DeviceRow.scope) & (OpRow.seq == DeviceRow.joined_seq))
        .where(DeviceRow.membership.in_(memberships), DeviceRow.device.is_not(None))
        .order_by(OpRow.received_at, DeviceRow.joined_seq, DeviceRow.doc)
    )
    found: dict[str, list[Json]] = {one: [] for one in memberships}
    rows = session.execute(query).all()
    docs: dict[str, set[str]] = {}
    for row, _, _ in rows:
        docs.setdefault(row.scope, set()).add(row.doc)
    tips = {scope: log.tips_of(session, scope, of) for scope, of in docs.items()}
    for row, seen, joined_at in rows:
        found[row.membership].append(_device(row, seen, joined_at, tips[row.scope][row.doc]))
    return found


def _device(row: DeviceRow, seen: DeviceSeen | None, joined_at: int | None, after: list[str]) -> Json:
    said = reported(seen)
    return {
        "doc": row.doc,
        "device": row.device,
        "label": row.label,
        "state": row.state,
        "joined_at": joined_at,
        "last_seen": None if seen is None else seen.last_seen,
        "unsent": said.unsent,
        "photos": said.photos,
        "app": said.app,
        "after": [*after],
    }
