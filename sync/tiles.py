"""Tiles: the tree as static files of at most 256 hashes, and the leaves as bundles of at most 256 texts.

Tile L/N holds the nodes of level 8·L from 256·N on; one of fewer has the width behind its name. A tile never
changes once it is written, so every copy of it may be kept for ever.
Source: C2SP tlog-tiles, "Merkle Tree", "Log Entries".
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from sync.tree import Nodes, node_hash

TILE_HASHES: Final = 256
TILE_LEVELS: Final = 8
HASH_BYTES: Final = 32
ENTRIES: Final = -1  # the level that names bundles of leaves in a `Tile`
LEVELS_MAX: Final = 6  # 2^48 leaves are more than there ever will be

Tile = tuple[int, int, int]  # level, number, width
ReadTile = Callable[[Tile], bytes]
_PATH = re.compile(
    r"(0|[1-5]|entries)/((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
)


def tile_path(tile: Tile) -> str:
    """Return where a tile lies below `tile/`, e.g. `0/x001/x234/067.p/8`."""
    level, number, width = tile
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    name = "entries" if level == ENTRIES else str(level)
    partial = "" if width == TILE_HASHES else f".p/{width}"
    return f"{name}/{'/'.join(groups)}{partial}"


def parse_path(path: str) -> Tile | None:
    """Return the tile that a path below `tile/` names; None for any text that `tile_path` does not give."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level = ENTRIES if match[1] == "entries" else int(match[1])
    number = int(match[2].replace("x", "").replace("/", ""))
    tile = (level, number, int(match[3] or TILE_HASHES))
    return tile if tile_path(tile) == path else None


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """Give the tiles of hashes that a tree of `new` leaves has and one of `old` has not."""
    for level in range(LEVELS_MAX):
        before, after = old >> (TILE_LEVELS * level), new >> (TILE_LEVELS * level)
        if after == 0:
            return
        for number in range(before // TILE_HASHES, (after + TILE_HASHES - 1) // TILE_HASHES):
            width = min(TILE_HASHES, after - number * TILE_HASHES)
            if number * TILE_HASHES + width > before:
                yield (level, number, width)


def entry_tiles(old: int, new: int) -> Iterator[Tile]:
    """Give the bundles of leaves that a tree of `new` leaves has and one of `old` has not."""
    for level, number, width in new_tiles(old, new):
        if level > 0:
            return
        yield (ENTRIES, number, width)


def tile_nodes(read: ReadTile, size: int) -> Nodes:
    """Return a reader of nodes over the tiles of a tree of `size` leaves."""

    def node(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, TILE_LEVELS)
        first, count = index << above, 1 << above
        number, at = divmod(first, TILE_HASHES)
        here = size >> (TILE_LEVELS * tile_level)
        data = read((tile_level, number, min(TILE_HASHES, here - number * TILE_HASHES)))
        return subtree(data[HASH_BYTES * at : HASH_BYTES * (at + count)])

    return node


def subtree(data: bytes) -> bytes:
    """Return the node above hashes that stand one after the other; their number is a power of two."""
    hashes = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def make_tile(tile: Tile, leaf_hashes: Callable[[int, int], list[bytes]], read: ReadTile) -> bytes:
    """Return the bytes of a tile: of leaves from `leaf_hashes(first, count)`, above them from full tiles."""
    level, number, width = tile
    first = number * TILE_HASHES
    if level == 0:
        return b"".join(leaf_hashes(first, width))
    return b"".join(subtree(read((level - 1, first + i, TILE_HASHES))) for i in range(width))


def pack_entries(leaves: list[bytes]) -> bytes:
    """Return the bytes of a bundle: each leaf behind its length in two bytes."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def unpack_entries(data: bytes) -> list[bytes] | None:
    """Return the leaves of a bundle; None where it ends in the middle of one."""
    leaves, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        if at + 2 + length > len(data):
            return None
        leaves.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return leaves
