"""The key that signs the tree's checkpoints: a file beside the database, never in it.

Only the process that signs needs to read it; pages and phones need the public half alone. It is made once,
before anything was signed; a lost one is never replaced silently.
Source: DESIGN §3 "Transparency log"; faults.md 113.
"""

from __future__ import annotations

from pathlib import Path

from flask import current_app

from server.config import current_settings
from server.store.durable import write_new
from server.store.key_files import KeyMissing
from sync.checkpoint import LOG_KEY, NoteKey, parse_key
from sync.errors import Refusal
from sync.signing import NoteSigner

PRIVATE = "log.pem"
PUBLIC = "log.pub"


class LogKeyMissing(KeyMissing):
    """A file of the log's key is missing or is not the other's half; nothing makes a second one."""


def has_files() -> bool:
    """Return whether either half lies there."""
    return _path(PRIVATE).exists() or _path(PUBLIC).exists()


def public_key() -> NoteKey | None:
    """Return the log's public key, or None before one was made. Raises: LogKeyMissing for a damaged file."""
    known = current_app.extensions.get("log_key")
    if isinstance(known, NoteKey):
        return known
    path = _path(PUBLIC)
    if not path.exists():
        return None
    try:
        key = parse_key(path.read_text("utf-8").strip())
    except (OSError, ValueError, Refusal) as error:
        raise LogKeyMissing(f"{PUBLIC} holds no key of a log") from error
    current_app.extensions["log_key"] = key
    return key


def load_private() -> NoteSigner:
    """Return the key that signs: for the one process that writes the tree.

    Raises: LogKeyMissing.
    """
    try:
        key = NoteSigner.from_pem(_path(PRIVATE).read_bytes())
    except (OSError, Refusal) as error:
        raise LogKeyMissing(f"no log key in {PRIVATE}: bring it back from its backup") from error
    public = public_key()
    if public is None or public.public != key.public:
        raise LogKeyMissing(f"{PRIVATE} and {PUBLIC} are not halves of one key")
    return key


def make_private(origin: str) -> NoteSigner:
    """Return a new key for a log of that name, written to both files. Raises: LogKeyMissing where one is."""
    if has_files():
        raise LogKeyMissing("one half of the log's key is there: bring the other back, or move it away")
    key = NoteSigner.generate()
    _path(PRIVATE).parent.mkdir(parents=True, exist_ok=True)
    write_new(_path(PRIVATE), key.to_pem(), 0o600)
    write_new(_path(PUBLIC), f"{NoteKey(origin, LOG_KEY, key.public)}\n".encode(), 0o644)
    return key


def _path(name: str) -> Path:
    return current_settings().data_dir / name
