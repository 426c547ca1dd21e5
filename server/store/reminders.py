"""Rows of subscriptions to reminders, and what there is to remind of in the views.

Views may lag behind the log: whoever asks what the cooperative said makes them current first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.models.devices import DeviceRow, DeviceSeen
from server.models.people import Consent, Membership
from server.models.reminders import PushSubscription
from server.models.views import DocumentView, EntryView, ReviewView
from sync.rights import HOUSEHOLD

PURPOSE: Final = "push"
SCOPES_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Subscribed:
    """A subscription with who stands behind it. `scope`: the household's book; `last_seen`: None: never."""

    row: PushSubscription
    membership: str
    scope: str
    has_agreed: bool
    last_seen: int | None


def find(session: Session, device: str) -> PushSubscription | None:
    """Return the subscription of a device, locked where the session writes."""
    return session.get(PushSubscription, device, with_for_update=True)


def is_subscribed(session: Session, device: str) -> bool:
    """Return whether a device has a subscription."""
    return session.get(PushSubscription, device) is not None


def of_devices(session: Session, named: Collection[str]) -> list[PushSubscription]:
    """Return the subscriptions of these devices."""
    query = select(PushSubscription).where(PushSubscription.device.in_(named))
    return list(session.scalars(query.order_by(PushSubscription.device)))


def drop(session: Session, devices: Collection[str]) -> None:
    """Remove the subscriptions of these devices."""
    session.execute(delete(PushSubscription).where(PushSubscription.device.in_(devices)))


def devices(session: Session) -> set[str]:
    """Return every device that has a subscription."""
    return set(session.scalars(select(PushSubscription.device)))


def subscribed(session: Session, now: int) -> list[Subscribed]:
    """Return the subscriptions of devices that are confirmed, of memberships in force in a household."""
    agreed = select(Consent.id).where(
        Consent.person == Membership.person, Consent.purpose == PURPOSE, Consent.withdrawn_at.is_(None)
    )
    query = (
        select(PushSubscription, Membership.id, Membership.farm, agreed.exists(), DeviceSeen.last_seen)
        .join(DeviceRow, DeviceRow.device == PushSubscription.device)
        .join(Membership, Membership.id == DeviceRow.membership)
        .outerjoin(DeviceSeen, DeviceSeen.device == PushSubscription.device)
        .where(
            DeviceRow.state == "confirmed",
            Membership.role.in_(HOUSEHOLD),
            Membership.farm.is_not(None),
            (Membership.valid_until.is_(None)) | (Membership.valid_until > now),
        )
        .order_by(PushSubscription.device)
    )
    rows = session.execute(query)
    return [Subscribed(row, by, f"farm:{farm}", bool(yes), seen) for row, by, farm, yes, seen in rows]


def said(session: Session, scopes: Collection[str], since: int) -> dict[str, list[int]]:
    """Return when the cooperative said something, after a time, that a household is to look at.

    Shape:  questions that still stand, comments of others than the household, inspections; `received_at` by
            scope.
    """
    found: dict[str, list[int]] = {}
    ordered = sorted(scopes)
    for start in range(0, len(ordered), SCOPES_AT_ONCE):
        some = ordered[start : start + SCOPES_AT_ONCE]
        spoken = select(ReviewView.scope, ReviewView.received_at).where(
            ReviewView.scope.in_(some), ReviewView.received_at > since, ReviewView.is_deleted.is_(False)
        )
        asks = (EntryView.scope == ReviewView.scope) & (EntryView.doc == ReviewView.of)
        others = Membership.role.not_in(HOUSEHOLD)
        for query in (
            spoken.join(EntryView, asks).where(ReviewView.type == "review", EntryView.queue == "household"),
            spoken.join(Membership, Membership.id == ReviewView.by).where(
                ReviewView.type == "comment", others
            ),
            select(DocumentView.scope, DocumentView.received_at)
            .join(Membership, Membership.id == DocumentView.by)
            .where(
                DocumentView.scope.in_(some), DocumentView.type == "inspection", others,
                DocumentView.received_at > since, DocumentView.is_deleted.is_(False),
            ),
        ):  # fmt: skip
            for scope, at in session.execute(query):
                found.setdefault(scope, []).append(at)
    return found


def due(session: Session, now: int, today: str, most: int) -> list[PushSubscription]:
    """Return, locked, rows whose reminder is to be sent now, the oldest first.

    Shape:  none that had one today, but for what is urgent.
    """
    query = (
        select(PushSubscription)
        .where(
            PushSubscription.wanted_at.is_not(None),
            PushSubscription.next_try_at <= now,
            (PushSubscription.sent_on != today) | PushSubscription.is_urgent.is_(True),
        )
        .order_by(PushSubscription.wanted_at, PushSubscription.device)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))


def places_reminded(session: Session, places: Collection[str], today: str) -> set[str]:
    """Return those of the addresses to which a reminder went today."""
    query = select(PushSubscription.place).where(
        PushSubscription.place.in_(places), PushSubscription.sent_on == today
    )
    return set(session.scalars(query))


def seen_since(session: Session, rows: Collection[PushSubscription]) -> set[str]:
    """Return the devices that were heard of after their reminder was wanted: they have it already."""
    query = select(DeviceSeen.device, DeviceSeen.last_seen).where(
        DeviceSeen.device.in_([row.device for row in rows])
    )
    last = {device: at for device, at in session.execute(query) if at is not None}
    return {row.device for row in rows if last.get(row.device, 0) > (row.wanted_at or 0)}
