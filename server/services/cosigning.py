"""Being a witness: signing checkpoints of other communes' logs, each only where it grew out of the last one.

C2SP tlog-witness, the witness's side. What was seen is committed before anything is signed, so that no crash
and no second process lets us sign two histories of one log. No log is witnessed unless the setting names it.
Source: C2SP tlog-witness, tlog-cosignature; faults.md 84.
"""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import run_write
from server.errors import ServiceError
from server.services import rates
from server.store import witness_key, witnessed
from server.store.key_files import KeyMissing
from sync.checkpoint import (
    LOG_KEY,
    WITNESS_KEY,
    NoteKey,
    WitnessRequest,
    cosign,
    is_signed,
    parse_key,
    parse_witness_request,
)
from sync.errors import Refusal
from sync.tree import verify_consistency

PER_MINUTE = 60  # our choice: a log asks once a minute, and many may come from one address
logger = logging.getLogger("so_nha_nong")


class OtherSize(Exception):
    """The log speaks of another size or root than the one that we know; `size` is ours."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def check_rate(address: str, now: int) -> None:
    """Count a request of an address. Raises: ServiceError(too_many)."""
    rates.check("witness", address, rates.MINUTE_MS, PER_MINUTE, now)


def make_key(name: str | None) -> tuple[NoteKey, str]:
    """Return our new public key as a witness, and our address: what another server's WITNESSES takes.

    Raises: KeyMissing where a key is there already, ValueError for a name that no signature can bear.
    """
    settings = current_settings()
    name = f"{urlsplit(settings.public_url).netloc}/witness" if name is None else name
    if not name or "+" in name or any(one.isspace() for one in name):
        raise ValueError("a name without spaces and +")
    signer = witness_key.make_private(name)
    return NoteKey(name, WITNESS_KEY, signer.public), f"{settings.public_url}/witness"


def witnessed_logs() -> list[NoteKey]:
    """Return the keys of the logs that we witness; an entry of the setting that is none is logged."""
    found = []
    for word in current_settings().witnessed_logs.split():
        try:
            key = parse_key(word)
        except Refusal:
            logger.error("WITNESSED_LOGS: not a key of a log")
            continue
        if key.kind == LOG_KEY:
            found.append(key)
    return found


def add_checkpoint(body: bytes, now: int) -> str:
    """Return our line for a checkpoint that grew out of the last one that we saw of its log.

    Raises: ServiceError (bad_body; not_found for a log that we do not witness; bad_signature, 403, where
            none of its keys signed; bad_checkpoint for a proof that fails; unavailable without a key of
            ours), OtherSize, DatabaseTrouble. Whatever is raised, nothing is kept.
    """
    try:
        asked = parse_witness_request(body)
    except Refusal as error:
        raise ServiceError("bad_body") from error
    note = asked.note
    keys = [key for key in witnessed_logs() if key.name == note.checkpoint.origin]
    if not keys:
        raise ServiceError("not_found")
    if not any(is_signed(note, key) for key in keys):
        raise ServiceError("bad_signature", status=403)
    if asked.old > note.checkpoint.size:
        raise ServiceError("bad_body")
    try:
        signer, own = witness_key.load_private(), witness_key.public_key()
    except KeyMissing as error:
        logger.error("no key to witness with", extra={"trouble": str(error)})
        raise ServiceError("unavailable") from error
    assert own is not None, "the private key was compared with it"
    run_write(lambda session: _move(session, asked))
    return cosign(signer, own.name, note, now // 1000)


def _move(session: Session, asked: WitnessRequest) -> None:
    new = asked.note.checkpoint
    row = witnessed.lock(session, new.origin)
    if asked.old != row.size or (new.size == row.size and new.root != row.root):
        raise OtherSize(row.size)
    if not verify_consistency(row.size, new.size, asked.proof, row.root, new.root):
        raise ServiceError("bad_checkpoint")
    row.size, row.root, row.note = new.size, new.root, str(asked.note)
