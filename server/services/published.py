"""What is public of the tree as it lies in its folder: checkpoint, tiles, leaves; and the log's key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from server.db import reading
from server.errors import ServiceError
from server.services import sequencing, witnessing
from server.services.sequencing import tree_folder
from server.store import log, log_key, tree, tree_files
from sync.tiles import parse_path


def checkpoint_text() -> str:
    """Return the newest checkpoint. Raises: ServiceError(not_found) before the first one."""
    text = tree_files.read_checkpoint(tree_folder())
    if not text:
        raise ServiceError("not_found")
    return text


@dataclass(frozen=True)
class LogState:
    """What anybody may know of the log at a glance. Units: `signed_at`, `seen_at` ms; 0 is not known.

    Shape:  `root`: base64 as in the checkpoint; `witnesses`: (name, when it signed the newest or None).
    """

    origin: str
    size: int
    root: str
    signed_at: int
    key: str
    witnesses: tuple[tuple[str, int | None], ...]
    is_recovering: bool
    evidence: int


def log_state() -> LogState:
    """Return how the log stands, before the first checkpoint too."""
    key = log_key.public_key()
    try:
        note, is_recovering = sequencing.newest(), False
    except ServiceError as error:
        note, is_recovering = None, error.slug == "log_recovering"
    with reading() as session:
        head = tree.head(session)
        origin, evidence = log.origin(session), tree.evidence_count(session)
    seen = {} if note is None else witnessing.cosigned(note)
    names = [one.key.name for one in witnessing.configured()]
    return LogState(
        origin=origin,
        size=0 if note is None else note.checkpoint.size,
        root="" if note is None else note.checkpoint.text.split("\n")[2],
        signed_at=0 if head is None else head.signed_at,
        key="" if key is None else str(key),
        witnesses=tuple((name, seen[name] * 1000 if name in seen else None) for name in names),
        is_recovering=is_recovering,
        evidence=evidence,
    )


def log_key_text() -> str:
    """Return the log's public key as notes write it. Raises: ServiceError(not_found) before there is one."""
    key = log_key.public_key()
    if key is None:
        raise ServiceError("not_found")
    return str(key)


def file_of_tile(name: str) -> Path:
    """Return the file of a tile or bundle. Raises: ServiceError(not_found).

    Shape:  a partial one that a full one replaced is not there any more; the full one begins with it (C2SP).
    """
    tile = parse_path(name)
    path = None if tile is None else tree_files.path_of(tree_folder(), tile)
    if path is None or not path.is_file():
        raise ServiceError("not_found")
    return path
