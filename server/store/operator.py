"""The operator's key: a file beside the database, never in it. Serving processes read the public half only.

Every chain of invitations ends at this key; a database alone can therefore make no device.
Source: DESIGN §3 "Who signs"; faults.md 113.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import current_app

from server.config import Settings, current_settings
from sync import ids
from sync.errors import Refusal
from sync.signing import SoftwareKey, check_key

PRIVATE = "operator.pem"
PUBLIC = "operator.pub"


class OperatorKeyMissing(Exception):
    """A file of the operator's key is missing or is not the other's half; nothing makes a second one."""


def public_path(settings: Settings) -> Path:
    """Return where the public key lies."""
    return settings.data_dir / PUBLIC


def public_key() -> bytes | None:
    """Return the operator's 65-byte public key, or None before `flask setup`.

    Raises: OperatorKeyMissing for a file that holds no key.
    """
    known = current_app.extensions.get("operator_key")
    if isinstance(known, bytes):
        return known
    path = public_path(current_settings())
    if not path.exists():
        return None
    key = _parse_public(path)
    current_app.extensions["operator_key"] = key
    return key


def operator_device() -> str | None:
    """Return the device id of the operator's key, or None before `flask setup`."""
    key = public_key()
    return None if key is None else ids.key_to_device(key)


def load_private() -> SoftwareKey:
    """Return the operator's private key: for the command line alone.

    Raises: OperatorKeyMissing.
    """
    path = current_settings().data_dir / PRIVATE
    try:
        key = SoftwareKey.from_pem(path.read_bytes())
    except (OSError, Refusal) as error:
        raise OperatorKeyMissing(f"no operator key in {path.name}: bring it back from its backup") from error
    if public_key() not in (None, key.public):
        raise OperatorKeyMissing(f"{PRIVATE} and {PUBLIC} are not halves of one key")
    return key


def make_private() -> SoftwareKey:
    """Return a new operator key, written to both files; an existing file is never written over.

    Raises: OperatorKeyMissing where one of the files is there already.
    """
    folder = current_settings().data_dir
    if (folder / PRIVATE).exists() or (folder / PUBLIC).exists():
        raise OperatorKeyMissing(
            "one half of an operator key is there: bring the other back, or move it away"
        )
    folder.mkdir(parents=True, exist_ok=True)
    key = SoftwareKey.generate()
    _write(folder / PRIVATE, key.to_pem(), 0o600)
    _write(folder / PUBLIC, (ids.b64_encode(key.public) + "\n").encode("ascii"), 0o644)
    return key


def _write(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _parse_public(path: Path) -> bytes:
    try:
        key = ids.b64_decode(path.read_text("ascii").strip(), 65)
        check_key(key)
    except (OSError, ValueError, Refusal) as error:
        raise OperatorKeyMissing(f"{path.name} holds no P-256 key") from error
    return key
