"""The key that we sign other logs' checkpoints with: a file beside the database, made by a command alone."""

from __future__ import annotations

from server.store.key_files import KeyMissing
from server.store.note_key import NoteKeyFiles
from sync.checkpoint import WITNESS_KEY


class WitnessKeyMissing(KeyMissing):
    """A file of the witness's key is missing or is not the other's half; nothing makes a second one."""


_FILES = NoteKeyFiles("witness", WITNESS_KEY, WitnessKeyMissing)

public_key, load_private, make_private = _FILES.public_key, _FILES.load, _FILES.make
