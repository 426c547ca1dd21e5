"""The tree of heads: a Merkle tree whose proofs anyone can check (RFC 6962 hashing).

A leaf is the newest point of one scope's log when it was written: scope, seq, digest. Proofs are made from
any reader of nodes (`Nodes`), so that the server reads tiles and a test reads a list. This module signs
nothing (`checkpoint`) and stores nothing (`tiles`).
Source: RFC 6962 §2.1; RFC 9162 §2.1.3.2 and §2.1.4.2 (verification); WIRE "Leaf".
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from sync import ids

# The hash of the whole subtree of 2^level leaves that begins at leaf index · 2^level.
Nodes = Callable[[int, int], bytes]

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
_HEAD = "so-nha-nong/1/head\n"


def leaf_text(scope: str, seq: int, digest: bytes) -> bytes:
    """Return the bytes of a leaf."""
    return f"{_HEAD}{scope}\n{seq}\n{ids.b64_encode(digest)}\n".encode("ascii")


def leaf_hash(leaf: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def list_nodes(leaf_hashes: Sequence[bytes]) -> Nodes:
    """Return a reader of nodes over hashes in memory, each node reckoned once."""
    known: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaf_hashes[index]
        if (level, index) not in known:
            known[level, index] = node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
        return known[level, index]

    return node


def root(nodes: Nodes, size: int) -> bytes:
    """Return the root over the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _range(nodes, 0, size)


def inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Return the path from a leaf to the root over `size` leaves, nearest first. Needs index < size."""
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range(nodes, middle, high))
            high = middle
        else:
            path.append(_range(nodes, low, middle))
            low = middle
    return path[::-1]


def consistency(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of `new` leaves begins with that of `old`. Needs old ≤ new."""
    if old in (0, new):
        return []
    proof: list[bytes] = []
    low, high = 0, new
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_range(nodes, middle, high))
            high = middle
        else:
            proof.append(_range(nodes, low, middle))
            low = middle
    return ([] if low == 0 else [_range(nodes, low, high)]) + proof[::-1]


def path_root(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to from a leaf's hash, or None where it has not the right length.

    Source: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Say whether a leaf's hash stands at `index` of the tree of `size` leaves with that root."""
    return path_root(leaf, index, size, path) == expected


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Say whether the tree of `new` leaves begins with the one of `old`.

    Source: RFC 9162 §2.1.4.2.
    """
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _range(nodes: Nodes, low: int, high: int) -> bytes:
    """Return the hash over leaves low … high − 1, low being where RFC 6962 splits."""
    count = high - low
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return nodes(level, low >> level)
    middle = low + _split(count)
    return node_hash(_range(nodes, low, middle), _range(nodes, middle, high))
