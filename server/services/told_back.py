"""What phones tell back beside the log: which bulletins were opened, and what somebody proposes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from server.models.bulletins import Proposal
from server.services.plain_text import plain_lines
from server.store import bulletins, people
from server.store.devices import Writer
from sync import ids
from sync.values import Json

PROPOSAL_CHARS: Final = 2000  # our choice: what somebody says in two minutes


def keep_reads(session: Session, who: Writer, values: Mapping[str, Json]) -> bool:
    """Keep which bulletins somebody opened, id → ms; one that is gone is passed over. False: not so."""
    read = {name: at for name, at in values.items() if ids.is_uuid(name) and isinstance(at, int) and at >= 0}
    if len(read) < len(values):
        return False
    for name in sorted(bulletins.existing(session, read.keys())):
        bulletins.note_read(session, name, who.membership, read[name])
    return True


def propose(session: Session, who: Writer, made: tuple[str, int], text: str, now: int) -> bool:
    """Keep a proposal to the commune; `made`: its id and when. False: it says nothing."""
    plain = plain_lines(text)
    if not plain:
        return False
    above = [who.organisation, *people.organisations_above(session, who.organisation)]
    session.add(
        Proposal(
            id=made[0], commune=above[-1], by=who.membership, text=plain, state="new", answer="",
            made_at=made[1], received_at=now,
        )
    )  # fmt: skip
    return True
