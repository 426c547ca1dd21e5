"""What is public of the tree as it lies in its folder: checkpoint, tiles, leaves; and the log's key."""

from __future__ import annotations

from pathlib import Path

from server.errors import ServiceError
from server.services.sequencing import tree_folder
from server.store import log_key, tree_files
from sync.tiles import parse_path


def checkpoint_text() -> str:
    """Return the newest checkpoint. Raises: ServiceError(not_found) before the first one."""
    text = tree_files.read_checkpoint(tree_folder())
    if not text:
        raise ServiceError("not_found")
    return text


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
