"""Whether a cooperative wants two people to approve what the rules doubt, and who says so.

The setting decides what pages offer and what is held; what was approved before stays as it is (PROTOCOL §28).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.models.people import Farm, Organisation
from server.models.views import EntryView
from server.services.console import Staff
from server.services.console_reach import NotDone, allow
from server.store import people
from sync import ids
from sync.ops import Op
from sync.reviews import APPROVED, parse_review

DOUBTED = 2  # the severity from which two people approve: doubt


def is_wanted(session: Session, organisation: str) -> bool:
    """Return whether the organisation wants two people."""
    return bool(session.scalar(select(Organisation.four_eyes).where(Organisation.id == organisation)))


def is_set(staff: Staff) -> bool:
    """Return the same of a staff member's organisation."""
    with reading() as session:
        return is_wanted(session, staff.organisation)


def set_wanted(staff: Staff, *, is_on: bool) -> None:
    """Change the setting. Raises: ServiceError(no_right); NotDone where fewer than two people review."""
    allow(staff, "set_four_eyes")

    def work(session: Session) -> None:
        if is_on and len(people.reviewers(session, staff.organisation, now_ms())) < 2:
            raise NotDone("not_two_reviewers")
        session.get_one(Organisation, staff.organisation).four_eyes = is_on

    run_write(work)


def lacks_second(session: Session, scope: str, op: Op) -> bool:
    """Return whether an approval should have asked for a second person and did not.

    Shape:  by the findings as they were folded last: those that the reviewer's page showed.
    """
    said = parse_review(op.fields, op.by)
    of = op.fields.get("of")
    if said.decision != APPROVED or said.needs > 1 or not isinstance(of, str):
        return False
    farm = session.get(Farm, ids.split_ref(scope)[1])
    if farm is None or not is_wanted(session, farm.organisation):
        return False
    entry = session.get(EntryView, (scope, of))
    return entry is not None and entry.severity >= DOUBTED
