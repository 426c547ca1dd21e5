"""What phones tell back beside the log: which bulletins were opened, and what somebody proposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.models.bulletins import Proposal
from server.services.plain_text import plain_lines
from server.store import bulletins, people
from server.store.devices import Writer
from server.store.images import HEAD_BYTES, sniff
from sync import ids
from sync.errors import Refusal
from sync.limits import PROPOSAL_VOICE_BYTES_MAX, VOICE_SECONDS_MAX
from sync.values import Json

PROPOSAL_CHARS: Final = 2000  # our choice: what somebody says in two minutes
SPOKEN_PER_DAY: Final = 20  # our choice, of one device: sound lies in the database and in every backup
VOICE_CHARS: Final = (PROPOSAL_VOICE_BYTES_MAX * 4 + 2) // 3


def keep_reads(session: Session, who: Writer, values: Mapping[str, Json]) -> bool:
    """Keep which bulletins somebody opened, id → ms; one that is gone is passed over. False: not so."""
    read = {name: at for name, at in values.items() if ids.is_uuid(name) and isinstance(at, int) and at >= 0}
    if len(read) < len(values):
        return False
    for name in sorted(bulletins.existing(session, read.keys())):
        bulletins.note_read(session, name, who.membership, read[name])
    return True


@dataclass(frozen=True)
class Spoken:
    """A voice note in place of words, or beside them: its bytes, what they are, how long."""

    data: bytes
    type: str
    seconds: int


def read_voice(text: Json, seconds: Json) -> Spoken | None:
    """Return what was spoken, as a request holds it; None for what is no voice note of at most a minute."""
    if not isinstance(text, str) or not isinstance(seconds, int):
        return None
    try:
        data = ids.b64_decode(text)
    except Refusal:
        return None
    kind = sniff(data[:HEAD_BYTES]) or ""
    fits = len(data) <= PROPOSAL_VOICE_BYTES_MAX and 0 < seconds <= VOICE_SECONDS_MAX
    return Spoken(data, kind, seconds) if fits and kind.startswith("audio/") else None


def propose(
    session: Session, who: Writer, made: tuple[str, int], text: str, voice: Spoken | None, now: int
) -> bool:
    """Keep a proposal to the commune; `made`: its id and when. False: it says nothing."""
    plain = plain_lines(text)
    if not plain and voice is None:
        return False
    above = [who.organisation, *people.organisations_above(session, who.organisation)]
    session.add(
        Proposal(
            id=made[0], commune=above[-1], by=who.membership, text=plain, state="new", answer="",
            voice=None if voice is None else voice.data,
            voice_type="" if voice is None else voice.type,
            voice_seconds=0 if voice is None else voice.seconds,
            made_at=made[1], received_at=now,
        )
    )  # fmt: skip
    return True
