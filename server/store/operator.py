"""The operator's key: a file beside the database, never in it. Serving processes read the public half only.

Every chain of invitations ends at this key; a database alone can therefore make no device.
Source: DESIGN §3 "Who signs"; faults.md 113.
"""

from __future__ import annotations

from typing import Final

from server.store.key_files import KeyFiles, KeyMissing
from sync import ids
from sync.signing import SoftwareKey


class OperatorKeyMissing(KeyMissing):
    """A file of the operator's key is missing or is not the other's half; nothing makes a second one."""


FILES: Final = KeyFiles("operator", OperatorKeyMissing)
PUBLIC: Final = FILES.public


def public_key() -> bytes | None:
    """Return the operator's 65-byte public key, or None before `flask setup`.

    Raises: OperatorKeyMissing for a file that holds no key.
    """
    return FILES.public_key()


def operator_device() -> str | None:
    """Return the device id of the operator's key, or None before `flask setup`."""
    key = public_key()
    return None if key is None else ids.key_to_device(key)


def load_private() -> SoftwareKey:
    """Return the operator's private key: for the command line alone. Raises: OperatorKeyMissing."""
    return FILES.load()


def make_private() -> SoftwareKey:
    """Return a new operator key, written to both files; an existing file is never written over.

    Raises: OperatorKeyMissing where one of the files is there already.
    """
    return FILES.make()
