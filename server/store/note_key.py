"""A key that signs notes, in two files beside the database: `<slug>.pem`, and `<slug>.pub` alone.

It is made once; a lost one is never replaced silently, and a file that is there is never written over.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from server.config import current_settings
from server.store.durable import write_new
from server.store.key_files import KeyMissing
from sync.checkpoint import NoteKey, parse_key
from sync.errors import Refusal
from sync.signing import NoteSigner


@dataclass(frozen=True)
class NoteKeyFiles:
    """The two files of a key. `missing`: what is raised where one of them is no good."""

    slug: str
    kind: int
    missing: type[KeyMissing]

    @property
    def private(self) -> str:
        """Return the name of the file that holds both halves."""
        return f"{self.slug}.pem"

    @property
    def public(self) -> str:
        """Return the name of the file that holds the public half."""
        return f"{self.slug}.pub"

    def has_files(self) -> bool:
        """Return whether either half lies there."""
        return self._path(self.private).exists() or self._path(self.public).exists()

    def public_key(self) -> NoteKey | None:
        """Return the public key, or None before one was made. Raises: `missing` for a damaged file."""
        slot = f"{self.slug}_key"
        known = current_app.extensions.get(slot)
        if isinstance(known, NoteKey):
            return known
        path = self._path(self.public)
        if not path.exists():
            return None
        try:
            key = parse_key(path.read_text("utf-8").strip())
        except (OSError, ValueError, Refusal) as error:
            raise self.missing(f"{self.public} holds no key of a {self.slug}") from error
        current_app.extensions[slot] = key
        return key

    def load(self) -> NoteSigner:
        """Return the key that signs. Raises: `missing`."""
        try:
            key = NoteSigner.from_pem(self._path(self.private).read_bytes())
        except (OSError, Refusal) as error:
            raise self.missing(
                f"no {self.slug} key in {self.private}: bring it back from its backup"
            ) from error
        public = self.public_key()
        if public is None or public.public != key.public:
            raise self.missing(f"{self.private} and {self.public} are not halves of one key")
        return key

    def make(self, name: str) -> NoteSigner:
        """Return a new key of that name, written to both files. Raises: `missing` where one is there."""
        if self.has_files():
            raise self.missing(
                f"one half of the {self.slug}'s key is there: bring the other back, or move it away"
            )
        key = NoteSigner.generate()
        self._path(self.private).parent.mkdir(parents=True, exist_ok=True)
        write_new(self._path(self.private), key.to_pem(), 0o600)
        write_new(self._path(self.public), f"{NoteKey(name, self.kind, key.public)}\n".encode(), 0o644)
        return key

    def _path(self, name: str) -> Path:
        return current_settings().data_dir / name
