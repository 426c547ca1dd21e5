"""Proofs from the tree: that a leaf is in it, that it grew, and what a phone asks for with its sync.

Whoever asks gets the newest checkpoint and proofs for it; nothing is proven while the tree and the database
do not fit (`log_recovering`).
Source: DESIGN §3 "Transparency log"; WIRE `tree`; PROTOCOL §34; faults.md 79, 83.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.services.sequencing import newest, tree_folder
from server.store import log_key, tree, tree_files, tree_wait
from server.store.tree_files import TileMissing
from sync import ids, tiles
from sync.checkpoint import Note, open_note
from sync.errors import Refusal
from sync.tree import Nodes, consistency, inclusion, root


def nodes_of(size: int) -> Nodes:
    """Return a reader of the nodes of the published tree."""
    return tiles.tile_nodes(tree_files.reader(tree_folder()), size)


def path_of(index: int, size: int | None) -> dict[str, object]:
    """Return the path of a leaf in the tree of `size` leaves, the newest one where it is left out.

    Raises: ServiceError(not_found) beyond the tree, (log_recovering).
    """
    note = newest()
    upto = note.checkpoint.size if size is None else size
    if not 0 <= index < upto <= note.checkpoint.size:
        raise ServiceError("not_found")
    path = _proven(lambda: inclusion(nodes_of(note.checkpoint.size), index, upto))
    return {"index": index, "size": upto, "path": path, "checkpoint": str(note)}


def growth(old: int, new: int | None) -> dict[str, object]:
    """Return the proof that the tree of `new` leaves begins with that of `old`.

    Raises: ServiceError(not_found) beyond the tree, (log_recovering).
    """
    note = newest()
    upto = note.checkpoint.size if new is None else new
    if not 0 < old <= upto <= note.checkpoint.size:
        raise ServiceError("not_found")
    proof = _proven(lambda: consistency(nodes_of(note.checkpoint.size), old, upto))
    return {"old": old, "size": upto, "consistency": proof, "checkpoint": str(note)}


def for_phone(session: Session, known: int, cursors: Mapping[str, str]) -> dict[str, object] | None:
    """Return the `tree` of a sync's answer; None where there is nothing to prove, or not now.

    Shape:  `cursors` are those of the answer, so that the phone holds what each path proves; `key` comes for
            a phone that has verified nothing yet. A phone that knows a greater tree gets no `consistency`.
    """
    try:
        note = newest()
        return _for_phone(session, note, known, cursors)
    except (ServiceError, TileMissing):
        return None


def _proven(make: Callable[[], list[bytes]]) -> list[str]:
    try:
        return [ids.b64_encode(step) for step in make()]
    except TileMissing as error:
        raise ServiceError("log_recovering", retry_after=600) from error


def _for_phone(session: Session, note: Note, known: int, cursors: Mapping[str, str]) -> dict[str, object]:
    size = note.checkpoint.size
    nodes = nodes_of(size)
    heads: dict[str, object] = {}
    for scope, cursor in cursors.items():
        seq = int(cursor.split(".")[1]) if "." in cursor else 0
        leaf = tree.newest_leaf(session, scope, seq, size) if seq else None
        if leaf is not None:
            path = [ids.b64_encode(step) for step in inclusion(nodes, leaf.place, size)]
            heads[scope] = {"seq": leaf.seq, "index": leaf.place, "path": path}
    found: dict[str, object] = {"checkpoint": str(note), "heads": heads, "consistency": []}
    if known <= size:
        found["consistency"] = [ids.b64_encode(step) for step in consistency(nodes, known, size)]
    return found if known else found | {"key": str(log_key.public_key())}


def hear(size: int) -> None:
    """Keep how great a tree a phone says it verified, while nothing is signed after a restore."""
    with reading() as session:
        waits = tree_wait.waits(session)
    if waits is not None and size > waits:
        run_write(lambda session: tree_wait.hear(session, size), is_note=True)


def knows_root(size: int, held: str) -> bool | None:
    """Say whether the tree of `size` leaves has that root (b64); None where that can't be said now."""
    try:
        note = newest()
        if not 0 <= size <= note.checkpoint.size:
            return False
        return ids.b64_encode(root(nodes_of(note.checkpoint.size), size)) == held
    except (ServiceError, TileMissing):
        return None


def keep_evidence(held: str, given: str, device: str, now: int) -> None:
    """Keep two checkpoints of this log that a phone could not bring together.

    Raises: ServiceError(bad_checkpoint) unless both were signed with the log's key.
    """
    key = log_key.public_key()
    try:
        notes = [] if key is None else [str(open_note(text, key)) for text in (held, given)]
    except Refusal:
        notes = []
    if not notes:
        raise ServiceError("bad_checkpoint")
    text = json.dumps({"held": held, "given": given}, ensure_ascii=False)
    name = ids.b64_encode(hashlib.sha256(text.encode()).digest())
    run_write(lambda session: tree.keep_evidence(session, name, device, text, now), is_note=True)
