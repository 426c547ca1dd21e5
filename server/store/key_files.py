"""A key pair in two files beside the database, never in it: the private half, and the public one alone.

What serves needs the public file only; a file that is there is never written over.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from server.config import current_settings
from server.store.durable import write_new
from sync import ids
from sync.errors import Refusal
from sync.signing import SoftwareKey, check_key


class KeyMissing(Exception):
    """A file of a key is missing or is not the other's half; nothing makes a second one by itself."""


@dataclass(frozen=True)
class KeyFiles:
    """The files `<name>.pem` and `<name>.pub` of DATA_DIR. `missing`: what is raised where one is no good."""

    name: str
    missing: type[KeyMissing]

    @property
    def private(self) -> str:
        """Return the name of the file that holds both halves."""
        return f"{self.name}.pem"

    @property
    def public(self) -> str:
        """Return the name of the file that holds the public half."""
        return f"{self.name}.pub"

    def public_key(self) -> bytes | None:
        """Return the 65-byte public key, or None before `flask setup`. Raises: `missing` for no key."""
        slot = f"{self.name}_key"
        known = current_app.extensions.get(slot)
        if isinstance(known, bytes):
            return known
        path = current_settings().data_dir / self.public
        if not path.exists():
            return None
        key = self._parse_public(path)
        current_app.extensions[slot] = key
        return key

    def load(self) -> SoftwareKey:
        """Return the private key: for the command line alone. Raises: `missing`."""
        path = current_settings().data_dir / self.private
        try:
            key = SoftwareKey.from_pem(path.read_bytes())
        except (OSError, Refusal) as error:
            raise self.missing(f"no {self.name} key in {path.name}: bring it back from its backup") from error
        if self.public_key() not in (None, key.public):
            raise self.missing(f"{self.private} and {self.public} are not halves of one key")
        return key

    def make(self) -> SoftwareKey:
        """Return a new key, written to both files. Raises: `missing` where one of them is there already."""
        folder = current_settings().data_dir
        if (folder / self.private).exists() or (folder / self.public).exists():
            raise self.missing(
                f"one half of the {self.name} key is there: bring the other back, or move it away"
            )
        folder.mkdir(parents=True, exist_ok=True)
        key = SoftwareKey.generate()
        write_new(folder / self.private, key.to_pem(), 0o600)
        write_new(folder / self.public, (ids.b64_encode(key.public) + "\n").encode("ascii"), 0o644)
        return key

    def _parse_public(self, path: Path) -> bytes:
        try:
            key = ids.b64_decode(path.read_text("ascii").strip(), 65)
            check_key(key)
        except (OSError, ValueError, Refusal) as error:
            raise self.missing(f"{path.name} holds no P-256 key") from error
        return key
