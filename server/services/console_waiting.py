"""How much waits for a staff member: what the head of every page counts beside its places.

Every page asks, so each number is one short question, and only of what the person may see.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.models.devices import DeviceRow
from server.models.log import HeldOp
from server.models.people import Membership
from server.models.views import DocumentView, ReviewView
from server.services.console import Staff
from server.services.sensor_shown import sensors_of
from server.store import bulletins, inbox, people
from sync.rights import HOUSEHOLD, may_settle

INBOX_SHOWN_MAX: Final = 999  # our choice: more is "many", and counting them costs every page
QUESTIONS_MAX: Final = 200  # as many as their page lists


@dataclass(frozen=True)
class Waiting:
    """How much waits for a person. `sensors`: those that warn now."""

    held: int
    devices: int
    requests: int
    inbox: int
    questions: int
    proposals: int
    sensors: int


def waiting_for(staff: Staff) -> Waiting:
    """Return how much waits for a staff member; nothing where the page is not for them."""
    with reading() as session:
        held = select(func.count()).where(HeldOp.scope.in_(staff.scopes), HeldOp.is_turned_down.is_(False))
        devices = select(func.count()).where(
            DeviceRow.scope.in_(staff.org_scopes), DeviceRow.state == "waiting"
        )
        requests = people.waiting_kinds(session, staff.organisations) if staff.may_see("requests") else {}
        found = Waiting(
            held=session.scalar(held) or 0,
            devices=session.scalar(devices) or 0,
            requests=sum(count for kind, count in requests.items() if may_settle(staff.role, kind)),
            inbox=inbox.waiting(session, staff.scopes, INBOX_SHOWN_MAX) if staff.may_see("inbox") else 0,
            questions=_unanswered(session, list(staff.farms)) if staff.may_see("questions") else 0,
            proposals=bulletins.new_proposals(session, staff.organisation)
            if staff.may_see("proposals")
            else 0,
            sensors=0,
        )
    return replace(found, sensors=_warning(staff)) if staff.may_see("sensors") else found


def _unanswered(session: Session, scopes: Collection[str]) -> int:
    """Count the questions to which nobody from outside the household said something last."""
    asked = select(DocumentView.scope, DocumentView.doc).where(
        DocumentView.scope.in_(scopes), DocumentView.type == "question", DocumentView.is_deleted.is_(False)
    )
    open_ones = {(scope, doc) for scope, doc in session.execute(asked.limit(QUESTIONS_MAX))}
    if not open_ones:
        return 0
    scopes_of, docs = zip(*open_ones, strict=True)
    comments = select(ReviewView.scope, ReviewView.of, Membership.role)
    comments = comments.join(Membership, Membership.id == ReviewView.by)
    comments = comments.where(ReviewView.scope.in_(scopes_of), ReviewView.of.in_(docs))
    comments = comments.where(ReviewView.type == "comment", ReviewView.is_deleted.is_(False))
    last = {(scope, of): role for scope, of, role in session.execute(comments.order_by(ReviewView.seq))}
    return sum(1 for one in open_ones if last.get(one) is None or last[one] in HOUSEHOLD)


def _warning(staff: Staff) -> int:
    return sum(1 for one in sensors_of([one.id for one in staff.farms.values()], now_ms()) if one.warnings)
