"""The key that signs the tree's checkpoints: a file beside the database, never in it.

Only the process that signs needs to read it; pages and phones need the public half alone. It is made once,
before anything was signed; a lost one is never replaced silently.
Source: DESIGN §3 "Transparency log"; faults.md 113.
"""

from __future__ import annotations

from server.store.key_files import KeyMissing
from server.store.note_key import NoteKeyFiles
from sync.checkpoint import LOG_KEY


class LogKeyMissing(KeyMissing):
    """A file of the log's key is missing or is not the other's half; nothing makes a second one."""


_FILES = NoteKeyFiles("log", LOG_KEY, LogKeyMissing)

PRIVATE, PUBLIC = _FILES.private, _FILES.public
has_files, public_key = _FILES.has_files, _FILES.public_key
load_private, make_private = _FILES.load, _FILES.make
