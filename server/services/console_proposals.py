"""What people propose to the commune, as its officers see and answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.bulletins import Proposal
from server.models.people import Membership
from server.services.console import Staff
from server.services.console_reach import NotDone, allow
from server.services.plain_text import plain_lines
from server.store import bulletins as rows
from server.store import people

STATES: Final = ("new", "read", "answered", "done")
ANSWER_CHARS_MAX: Final = 2000
LISTED_MAX: Final = 300


@dataclass(frozen=True)
class ProposalLine:
    """A proposal with who made it and from where."""

    row: Proposal
    name: str
    place: str


def listed(staff: Staff) -> list[ProposalLine]:
    """Return what was proposed to the staff's commune: what nobody answered yet first, then the newest."""
    with reading() as session:
        found = rows.proposals(session, staff.organisation, LISTED_MAX)
        by = sorted({one.by for one in found})
        who = {one.membership.id: one for one in people.members_where(session, Membership.id.in_(by))}
    lines = []
    for row in found:
        member = who.get(row.by)
        place = "" if member is None else (member.farm.name if member.farm else member.organisation.name)
        lines.append(ProposalLine(row, "" if member is None else member.person.name, place))
    return sorted(lines, key=lambda one: STATES.index(one.row.state) > 1)


def voice_of(staff: Staff, proposal: str) -> tuple[bytes, str]:
    """Return what was spoken, and its type. Raises: ServiceError(not_found)."""
    with reading() as session:
        row = session.get(Proposal, proposal)
        if row is None or row.commune != staff.organisation or row.voice is None:
            raise ServiceError("not_found")
        return row.voice, row.voice_type


def answer(staff: Staff, proposal: str, state: str, text: str) -> None:
    """Answer a proposal, or say how far it came. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "answer_proposals")
    plain = plain_lines(text)

    def work(session: Session) -> None:
        row = session.get(Proposal, proposal)
        if row is None or row.commune != staff.organisation:
            raise ServiceError("not_found")
        if state not in STATES[1:]:
            raise ServiceError("bad_values")
        if len(plain) > ANSWER_CHARS_MAX:
            raise NotDone("not_short", n=ANSWER_CHARS_MAX)
        if state != "read" and not plain:
            raise NotDone("not_proposal_answer")
        row.state = state
        if plain and plain != row.answer:
            row.answer, row.answered_by, row.answered_at = plain, staff.membership, now_ms()

    run_write(work)
