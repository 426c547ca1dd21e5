"""Keeping who saw and did what on the console, and showing it to those who may ask.

An event names people, farms and documents by their ids alone. What a person signs stands in the log with
its author and is not kept twice. A page that can't be noted is not shown: the caller's transaction fails.
Source: security.md §7.1 (16.1.1), §8 "Breach notice"; our choice: pages that
show personal data, and every act on rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import reading, run_write
from server.models.people import Membership
from server.models.privacy import AuditEvent
from server.services.console import Staff, Who, names_of
from server.services.setup import new_id
from server.store import audit, people, rate_counts
from server.store.audit import AuditFilter

__all__ = ["DAY_MS", "AuditFilter", "note", "page"]

MONTH_MS = 30 * 86_400_000  # at least: 12 months are 360 days here
DAY_MS = 86_400_000
PAGE = 100
OBJECT_CHARS = 200


@dataclass(frozen=True)
class Line:
    """One event as a page shows it."""

    at: int
    who: str
    role: str
    membership: str
    act: str
    objects: list[tuple[str, str]]  # what is known of each id: kind and name; kind "" for one that is not


@dataclass(frozen=True)
class AuditPage:
    """A page of events. `next`: where the next one goes on, None at the end."""

    lines: list[Line]
    next: str | None
    acts: list[str]
    people: list[tuple[str, str]]  # memberships of the staff, with their names


def note(organisation: str, membership: str, act: str, objects: list[str], request: str, now: int) -> None:
    """Keep one event. Raises: DatabaseTrouble."""

    def work(session: Session) -> None:
        session.add(
            AuditEvent(
                id=new_id(now), at=now, organisation=organisation, membership=membership, act=act,
                object=" ".join(objects)[:OBJECT_CHARS], request=request,
            )
        )  # fmt: skip
        if rate_counts.count_rate(session, "audit", "sweep", DAY_MS, now) == 1:
            audit.sweep(session, now - current_settings().audit_months * MONTH_MS)

    run_write(work, is_note=True)


def page(staff: Staff, wanted: AuditFilter, after: str | None) -> AuditPage:
    """Return a page of the events of the organisations that a staff member reaches, the newest first."""
    with reading() as session:
        found = audit.events(session, staff.organisations, wanted, _place(after), PAGE + 1)
        shown = found[:PAGE]
        who = names_of(session, staff, {one.membership for one in shown})
        known = _objects(session, staff, {part for one in shown for part in one.object.split()})
        staffs = people.members_where(
            session, Membership.organisation.in_(staff.organisations), Membership.farm.is_(None)
        )
        acts = audit.acts_of(session, staff.organisations)
    lines = [
        Line(
            one.at,
            *_who(who.get(one.membership)),
            one.membership,
            one.act,
            _named(one.object.split(), known),
        )
        for one in shown
    ]
    last = shown[-1] if len(found) > PAGE else None
    names = sorted({(one.membership.id, one.person.name) for one in staffs}, key=lambda one: (one[1], one[0]))
    return AuditPage(lines, None if last is None else f"{last.at}~{last.id}", acts, names)


def _who(found: Who | None) -> tuple[str, str]:
    return ("", "") if found is None else (found.name, found.role)


def _named(parts: list[str], known: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what an event was about by name; by its ids only where none of them has a name."""
    return [known[part] for part in parts if part in known] or [("", part) for part in parts]


def _objects(session: Session, staff: Staff, parts: set[str]) -> dict[str, tuple[str, str]]:
    """Return what the ids of events stand for, of those that this staff member may know."""
    found: dict[str, tuple[str, str]] = {}
    for part in parts:
        farm = staff.farms.get(f"farm:{part}")
        if farm is not None:
            found[part] = ("farm", f"{farm.code} {farm.name}")
    for person in people.persons_among(session, parts - found.keys(), staff.organisations):
        found[person.id] = ("person", person.name)
    return found


def _place(after: str | None) -> tuple[int, str] | None:
    at, _, one = (after or "").partition("~")
    return (int(at), one) if at.isascii() and at.isdigit() and len(at) <= 16 and len(one) == 36 else None
