"""Comparing the tree with everything that it stands for, and mending it after a restore.

`check` reads all: each scope's digests made anew from the ops as they lie there, every leaf, every tile, the
checkpoint. `recover` puts leaves back that an older database lacks, from the bundles in the folder, and signs
nothing unless they lead to the very root that was signed.
Source: log.md §6.4; faults.md 76, 78, 79.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from sqlalchemy.orm import Session

from server.config import command
from server.db import reading, run_write
from server.services import sequencing
from server.services.sequencing import TreeBroken, kept_note, tree_folder, waits_told
from server.store import log, log_key, tree, tree_files, tree_wait
from server.store.tree import Leaf
from server.store.tree_files import TileMissing
from sync import ids, tiles
from sync.checkpoint import Note, open_note
from sync.log import next_digest, start_digest
from sync.ops import domain, op_id
from sync.tree import leaf_text, list_nodes, root

RECOVERED = "tree_recovered"


def check() -> Iterator[str]:
    """Give everything that does not fit, by name, in English for the operator."""
    folder = tree_folder()
    with reading() as session:
        leaves = list(tree.all_leaves(session))
        yield from _check_scopes(session, leaves)
    try:
        kept = kept_note(folder)
    except (TreeBroken, log_key.LogKeyMissing) as error:
        yield f"checkpoint: {error}"
        return
    if kept is None:
        if leaves:
            yield "checkpoint: there are leaves and no checkpoint's file"
        return
    size = kept.checkpoint.size
    if len(leaves) < size:
        yield f"tree: {len(leaves)} leaves of {size} that were signed: run {command('tree recover')}"
        return
    if root(list_nodes([leaf.hash for leaf in leaves]), size) != kept.checkpoint.root:
        yield f"tree: the leaves do not lead to the checkpoint of size {size}"
    yield from _check_tiles(folder, leaves, size)


def recover(
    folder_of_copy: Path | None = None, *, checkpoint_lost: bool = False, no_newer: bool = False
) -> int:
    """Make folder and database agree on the newest checkpoint again; return how many leaves came back.

    Shape:  leaves come from the bundles of the folder, or of a copy that anybody kept, and so does the
            checkpoint where the copy's is newer. `checkpoint_lost`: the file is gone, and the operator says
            that the database's newest checkpoint is the newest of all. `no_newer`: the same of the folder's,
            which came with a backup.
    Raises: TreeBroken, with nothing changed, where what is there does not lead to the signed root.
    """
    folder = tree_folder()
    with tree_files.only_writer(folder) as is_ours:
        if not is_ours:
            raise TreeBroken("another process writes the tree at the moment: run it again")
        kept = kept_note(folder) or (_known_note() if checkpoint_lost else None)
        brought = None if folder_of_copy is None else kept_note(folder_of_copy)
        if kept is None and brought is None and no_newer and _signed_size() == 0:
            run_write(tree_wait.end, is_note=True)
            return 0
        log_key.load_private()
        before = kept
        if brought is not None and (kept is None or brought.checkpoint.size >= kept.checkpoint.size):
            kept = brought
        elif not no_newer and is_waiting():
            raise TreeBroken(waits_told() if brought is None else "the copy is older than what is here")
        if kept is None:
            raise TreeBroken("the checkpoint's file is gone: bring it back, or use --checkpoint-lost")
        size = kept.checkpoint.size
        with reading() as session:
            there = list(tree.all_leaves(session))
        lost = _lost(folder_of_copy or folder, len(there), size)
        nodes = list_nodes([leaf.hash for leaf in (*there, *lost)])
        for one in (kept, before or kept):
            if root(nodes, one.checkpoint.size) != one.checkpoint.root:
                raise TreeBroken("the leaves do not lead to the signed root: nothing was changed")
        run_write(lambda session: _put_back(session, lost, kept))
        sequencing.write_tiles(folder, 0, size)
        tree_files.write_checkpoint(folder, str(kept))
        sequencing.agree(folder)
        return len(lost)


def wait_after_restore(*, least: int) -> bool:
    """Let nothing be signed until the operator spoke, unless the folder's tree is of so many leaves.

    Shape:  returns whether it waits; called where the database was put back and `least` is what shows that
            the folder did not come with it.
    Raises: DatabaseTrouble.
    """
    try:
        kept = kept_note(tree_folder())
    except (TreeBroken, log_key.LogKeyMissing):
        kept = None
    waits = kept is None or kept.checkpoint.size < least
    run_write(tree_wait.begin if waits else tree_wait.end, is_note=True)
    return waits


def leaf_count() -> int:
    """Return how many leaves the database has."""
    with reading() as session:
        return tree.size(session)


def _signed_size() -> int:
    with reading() as session:
        head = tree.head(session)
    return 0 if head is None else head.size


def is_waiting() -> bool:
    """Return whether nothing is signed before the operator spoke."""
    with reading() as session:
        return tree_wait.waits(session) is not None


def _check_scopes(session: Session, leaves: list[Leaf]) -> Iterator[str]:
    """Give each leaf that its scope's ops, read anew, do not lead to."""
    recovered = int(log.meta(session, RECOVERED) or 0)
    for scope, group in groupby(sorted(leaves, key=lambda one: (one.scope, one.seq)), lambda one: one.scope):
        of_scope = list(group)
        made = _digests(session, scope, {leaf.seq for leaf in of_scope})
        kept = log.kept_since(session, scope, 1)
        for leaf in of_scope:
            is_taken_back = kept is not None and leaf.seq > kept and leaf.place < recovered
            if made.get(leaf.seq) != leaf.digest and not is_taken_back:
                said = "is not there" if leaf.seq not in made else "is not what was first received"
                yield f"leaf {leaf.place} ({scope}, {leaf.seq}): the log up to there {said}"


def _digests(session: Session, scope: str, wanted: set[int]) -> dict[int, bytes]:
    """Return the digests at some numbers of a scope, made from the texts and times that lie there."""
    name = log.origin(session)
    prefix, digest, found = domain("log", name), start_digest(name, scope), {}
    for seq, received_at, body in log.texts(session, scope):
        digest = next_digest(prefix, digest, seq, received_at, ids.b64_decode(op_id(name, body)))
        if seq in wanted:
            found[seq] = digest
    return found


def _check_tiles(folder: Path, leaves: list[Leaf], size: int) -> Iterator[str]:
    """Give each file that does not hold what the leaves give."""
    hashes = [leaf.hash for leaf in leaves]
    made: dict[tiles.Tile, bytes] = {}
    for tile in tiles.new_tiles(0, size):
        made[tile] = tiles.make_tile(
            tile, lambda first, count: hashes[first : first + count], made.__getitem__
        )
    for tile in tiles.entry_tiles(0, size):
        first = tile[1] * tiles.TILE_HASHES
        made[tile] = tiles.pack_entries([leaf.text for leaf in leaves[first : first + tile[2]]])
    for tile, data in made.items():
        path = tree_files.path_of(folder, tile)
        if not path.exists():
            yield f"tile {tiles.tile_path(tile)}: missing"
        elif path.read_bytes() != data:
            yield f"tile {tiles.tile_path(tile)}: not what the leaves give"


def _known_note() -> Note | None:
    with reading() as session:
        head = tree.head(session)
    key = log_key.public_key()
    return None if head is None or key is None else open_note(head.note, key)


def _lost(folder: Path, first: int, size: int) -> list[Leaf]:
    """Return the leaves from `first` on, as the bundles of a folder tell them."""
    found: list[Leaf] = []
    for tile in tiles.entry_tiles(first, size):
        start = tile[1] * tiles.TILE_HASHES
        try:
            texts = tree_files.read_entries(folder, tile)
        except TileMissing as error:
            raise TreeBroken(
                f"bundle {error} is missing: bring a copy of it and run `recover --copy`"
            ) from error
        found += [_parse_leaf(start + i, text) for i, text in enumerate(texts) if start + i >= first]
    return found


def _parse_leaf(place: int, text: bytes) -> Leaf:
    lines = text.decode("ascii", "replace").split("\n")
    if len(lines) == 5 and ids.is_scope(lines[1]) and lines[2].isdigit() and ids.is_b64(lines[3], 32):
        leaf = Leaf(place, lines[1], int(lines[2]), ids.b64_decode(lines[3]))
        if leaf_text(leaf.scope, leaf.seq, leaf.digest) == text:
            return leaf
    raise TreeBroken(f"leaf {place} in its bundle is damaged")


def _put_back(session: Session, lost: list[Leaf], kept: Note) -> None:
    if lost:
        tree.append(session, lost)
    tree.force_head(session, (kept.checkpoint.size, kept.checkpoint.root), str(kept))
    log.set_meta(session, RECOVERED, str(kept.checkpoint.size))
    tree_wait.end(session)
