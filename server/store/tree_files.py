"""Tiles and the newest checkpoint as files outside the database, in the layout that any web server can give.

`checkpoint`, `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]` (C2SP tlog-tiles). One process writes at a
time (`only_writer`); a tile is whole or not there; a checkpoint is written after the tiles that it covers.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.store.durable import replace_file
from sync.tiles import HASH_BYTES, TILE_HASHES, ReadTile, Tile, tile_path, unpack_entries

CHECKPOINT = "checkpoint"
LOCK = "lock"


class TileMissing(Exception):
    """A tile that the tree should have is not in the folder, or is too short; the text is its path."""


@contextmanager
def only_writer(folder: Path) -> Iterator[bool]:
    """Give True to the one process that may write now, False to every other; nobody waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def read_checkpoint(folder: Path) -> str | None:
    """Return the newest checkpoint's text, or None where there is none yet."""
    try:
        return (folder / CHECKPOINT).read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""  # damaged: no note opens it


def write_checkpoint(folder: Path, text: str) -> None:
    """Put the newest checkpoint into its place."""
    replace_file(folder / CHECKPOINT, text.encode())


def path_of(folder: Path, tile: Tile) -> Path:
    """Return the file of a tile."""
    return folder / "tile" / tile_path(tile)


def read_raw(folder: Path, tile: Tile) -> bytes:
    """Return the bytes of a tile of hashes, cut from the full one where the partial one is gone.

    Raises: TileMissing.
    """
    level, number, width = tile
    for place in (tile, (level, number, TILE_HASHES)):
        try:
            data = path_of(folder, place).read_bytes()
        except FileNotFoundError:
            continue
        if len(data) == HASH_BYTES * place[2]:
            return data[: HASH_BYTES * width]
    raise TileMissing(tile_path(tile))


def reader(folder: Path) -> ReadTile:
    """Return a reader of tiles that reads each file once."""
    known: dict[Tile, bytes] = {}

    def read(tile: Tile) -> bytes:
        if tile not in known:
            known[tile] = read_raw(folder, tile)
        return known[tile]

    return read


def read_entries(folder: Path, tile: Tile) -> list[bytes]:
    """Return the leaves of a bundle. Raises: TileMissing."""
    level, number, width = tile
    for place in (tile, (level, number, TILE_HASHES)):
        try:
            leaves = unpack_entries(path_of(folder, place).read_bytes())
        except FileNotFoundError:
            continue
        if leaves is not None and len(leaves) == place[2]:
            return leaves[:width]
    raise TileMissing(tile_path(tile))


def write_tile(folder: Path, tile: Tile, data: bytes) -> None:
    """Write a tile; a full one takes the place of its partial ones."""
    path = path_of(folder, tile)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != data:
        replace_file(path, data)
    if tile[2] == TILE_HASHES:
        shutil.rmtree(path.with_name(f"{path.name}.p"), ignore_errors=True)
