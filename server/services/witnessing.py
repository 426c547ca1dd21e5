"""Asking witnesses to sign our checkpoints, so that nobody can be shown another log than everybody else.

C2SP tlog-witness, the log's side: `POST <address>/add-checkpoint` with the size that the witness knows, the
proof that we grew out of it, and the checkpoint. The checkpoint is published before anybody is asked; a
witness that is away, slow or talks nonsense changes nothing but a line on the page. No redirect is followed.
Source: C2SP tlog-witness; faults.md 84.
"""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import reading, run_write
from server.models.tree import TreeWitness
from server.services.sequencing import agree, tree_folder
from server.store import tree_files
from sync import tiles
from sync.checkpoint import (
    WITNESS_KEY,
    Note,
    NoteKey,
    WitnessRequest,
    cosigned_at,
    parse_key,
    with_cosignatures,
)
from sync.errors import Refusal
from sync.tree import consistency

SECONDS_MAX = 5
ANSWER_BYTES_MAX = 64 * 1024
logger = logging.getLogger("so_nha_nong")


@dataclass(frozen=True)
class Witness:
    """One configured witness."""

    key: NoteKey
    address: str


@dataclass(frozen=True)
class Reply:
    """What a witness answered; status 0 is no answer."""

    status: int
    text: str


Send = Callable[[str, bytes], Reply]


def configured() -> list[Witness]:
    """Return the witnesses of the setting; an entry that is none is logged and left out."""
    words = current_settings().witnesses.split()
    found = []
    for name, address in zip(words[::2], words[1::2], strict=True):
        try:
            key = parse_key(name)
        except Refusal:
            logger.error("WITNESSES: not a key of a witness")
            continue
        if key.kind == WITNESS_KEY and address.startswith(("https://", "http://")):
            found.append(Witness(key, address.rstrip("/")))
    return found


def cosigned(note: Note) -> dict[str, int]:
    """Return when (seconds) each configured witness says that it saw the checkpoint, if it did."""
    seen = {one.key.name: cosigned_at(note, one.key) for one in configured()}
    return {name: at for name, at in seen.items() if at is not None}


def ask(now: int, send: Send | None = None) -> Note | None:
    """Ask every witness that has not signed the newest checkpoint; return it with what came back.

    Raises: TreeBroken, DatabaseTrouble, OSError.
    """
    wanted = configured()
    folder = tree_folder()
    with tree_files.only_writer(folder) as is_ours:
        note = agree(folder) if is_ours and wanted else None
        if note is None:
            return None
        keys = {one.key.name: one.key for one in wanted}
        missing = [one for one in wanted if cosigned_at(note, one.key) is None]
        answers = {one.key.name: _ask_one(one, note, now, send or post) for one in missing}
        signed = with_cosignatures(note, answers, keys)
        if signed != note:
            tree_files.write_checkpoint(folder, str(signed))
        return signed


def _ask_one(witness: Witness, note: Note, now: int, send: Send) -> str:
    """Return the lines of a witness, and keep how far it followed; empty where it gave nothing good."""
    with reading() as session:
        row = session.get(TreeWitness, witness.key.name)
        old = min(0 if row is None else row.size, note.checkpoint.size)
    reply = send(f"{witness.address}/add-checkpoint", _request(note, old))
    if reply.status == 409:  # it knows another size: say it again from there
        known = reply.text.strip()
        old = int(known) if known.isascii() and known.isdigit() and len(known) < 16 else -1
        if 0 <= old <= note.checkpoint.size:
            reply = send(f"{witness.address}/add-checkpoint", _request(note, old))
    signed = with_cosignatures(note, {witness.key.name: reply.text}, {witness.key.name: witness.key})
    problem = _problem(reply, is_good=signed != note)
    if problem:
        logger.warning("witness did not sign", extra={"witness": witness.key.name, "trouble": problem})
    run_write(lambda session: _keep(session, witness, note, problem, now))
    return "" if problem else reply.text


def _request(note: Note, old: int) -> bytes:
    """Return the body of add-checkpoint."""
    folder, size = tree_folder(), note.checkpoint.size
    proof = consistency(tiles.tile_nodes(tree_files.reader(folder), size), old, size)
    return str(WitnessRequest(old, tuple(proof), note)).encode()


def _problem(reply: Reply, *, is_good: bool) -> str:
    if reply.status == 200:
        return "" if is_good else "bad_signature"
    return "no_answer" if reply.status == 0 else f"status_{reply.status}"


def _keep(session: Session, witness: Witness, note: Note, problem: str, now: int) -> None:
    row = session.get(TreeWitness, witness.key.name)
    if row is None:
        row = TreeWitness(name=witness.key.name, size=0, asked_at=now, problem="")
        session.add(row)
    row.asked_at, row.problem = now, problem
    if not problem:
        row.size, row.seen_at = note.checkpoint.size, now


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def post(address: str, body: bytes) -> Reply:
    """Return what a witness answers within a few seconds; whatever goes wrong is no answer."""
    kind = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        request = urllib.request.Request(address, body, kind)  # noqa: S310 (http or https: `configured`)
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS_MAX) as answer:
            return Reply(answer.status, answer.read(ANSWER_BYTES_MAX).decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.read(ANSWER_BYTES_MAX).decode("utf-8", "replace"))
    except (OSError, ValueError, HTTPException):
        return Reply(0, "")
