"""Writing the tree: a leaf for each scope that grew, tiles, a signed checkpoint; never a second history.

One process at a time: a lock on the folder, and behind it a compare-and-swap of the newest checkpoint in the
database, so that two folders over one database can't sign two trees either. What was signed lies outside the
database; where the database does not hold all of it any more, nothing is signed (`log_recovering`) and ops
are taken as ever. Order: leaves (committed), tiles, the checkpoint in the database, the checkpoint's file; a
crash between two of them is finished by the next step.
Source: DESIGN §3 "Transparency log"; log.md §6.4; faults.md 79, 80, 81.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from server.config import command, current_settings
from server.db import reading, run_write
from server.errors import ServiceError
from server.store import log, log_key, people, tree, tree_files, tree_wait
from server.store.tree_files import TileMissing
from sync import tiles
from sync.checkpoint import Checkpoint, Note, open_note, sign
from sync.errors import Refusal
from sync.signing import NoteSigner
from sync.tree import root

Point = tuple[int, bytes]  # size and root

logger = logging.getLogger("so_nha_nong")


class TreeBroken(Exception):
    """What was signed and what the database holds do not fit: nothing may be signed until a person looked.

    The text says in English, for the operator, what was found.
    """


@dataclass(frozen=True)
class Step:
    """What one run did. `note` is the newest checkpoint, None where there is nothing to sign yet."""

    note: Note | None
    is_new: bool = False
    was_busy: bool = False


def tree_folder() -> Path:
    """Return the folder of the tiles and the newest checkpoint."""
    return Path(current_settings().tree_dir)


def step(now: int) -> Step:
    """Append what grew and sign a checkpoint over it; does nothing where another process is at it.

    Raises: TreeBroken, LogKeyMissing, DatabaseTrouble, OSError.
    """
    folder = tree_folder()
    with tree_files.only_writer(folder) as is_ours:
        if not is_ours:
            return Step(None, was_busy=True)
        with reading() as session:
            if not people.has_tables(session) or not log.origin(session):
                return Step(None)
            origin = log.origin(session)
            if tree_wait.waits(session) is not None:
                raise TreeBroken(waits_told())
        key = _key(origin, folder)
        try:
            kept = agree(folder)
            size = run_write(tree.append_grown)
            if size == (0 if kept is None else kept.checkpoint.size):
                return Step(kept)
            return Step(_sign(folder, key, origin, kept, size, now), is_new=True)
        except IntegrityError:  # another process over another folder put its leaves there first
            return Step(None, was_busy=True)
        except TileMissing as error:
            raise TreeBroken(f"tile {error} is missing or cut off: run {command('tree recover')}") from error


def waits_told() -> str:
    """Return why nothing is signed after a restore, and what the operator is to say."""
    recover = command("tree recover --copy FOLDER")
    return (
        "the database was put back from a backup, and nobody said yet whether more was signed after it: "
        f"bring the newest copy ({recover}), or say that there is none (`--no-newer`)"
    )


def agree(folder: Path) -> Note | None:
    """Return the newest checkpoint, on which folder and database agree; None before the first one.

    Shape:  what a crash left half done is finished. Called by the one who holds the lock.
    Raises: TreeBroken, TileMissing.
    """
    kept = kept_note(folder)
    with reading() as session:
        head, size = tree.head(session), tree.size(session)
    if kept is None:
        if head is None:
            return None
        raise TreeBroken(
            f"the newest checkpoint's file is gone, and one was signed: run {command('tree recover')}"
        )
    point = (kept.checkpoint.size, kept.checkpoint.root)
    if point[0] > size:
        raise TreeBroken(
            f"the database has {size} leaves, {point[0]} were signed: an older copy was put back"
        )
    if head is None or head.size < point[0]:
        return _bring_head(folder, kept, None if head is None else (head.size, head.root))
    if head.size > point[0]:
        return _bring_file(folder, kept, head.note)
    if head.root != point[1]:
        raise TreeBroken(f"two checkpoints of size {head.size} with different roots were signed")
    _check_edge(folder, kept.checkpoint)
    return kept


def kept_note(folder: Path) -> Note | None:
    """Return the newest checkpoint in the folder, signed by our key; None where there is none.

    Raises: TreeBroken, LogKeyMissing.
    """
    text = tree_files.read_checkpoint(folder)
    if text is None:
        return None
    key = log_key.public_key()
    if key is None:
        raise log_key.LogKeyMissing(
            f"{log_key.PUBLIC} is missing, and checkpoints were signed: bring it back"
        )
    try:
        return open_note(text, key)
    except Refusal as error:
        raise TreeBroken("the newest checkpoint's file is damaged or of another log") from error


def newest() -> Note:
    """Return the newest checkpoint for whoever wants a proof.

    Raises: ServiceError(not_found) before the first one, (log_recovering) where nothing may be proven now.
    """
    try:
        kept = kept_note(tree_folder())
        with reading() as session:
            head, size = tree.head(session), tree.size(session)
            if tree_wait.waits(session) is not None:
                raise TreeBroken(
                    waits_told()
                )  # a phone that is shown an older tree than it knows sees a split
    except (TreeBroken, log_key.LogKeyMissing) as error:
        raise ServiceError("log_recovering", retry_after=600) from error
    if kept is None and head is None:
        raise ServiceError("not_found")
    is_other = (
        head is not None
        and kept is not None
        and (head.size == kept.checkpoint.size and head.root != kept.checkpoint.root)
    )
    if kept is None or head is None or kept.checkpoint.size > size or is_other:
        raise ServiceError("log_recovering", retry_after=600)
    return kept


def check_log_key() -> None:
    """Refuse to serve where checkpoints were signed and this process should sign and has no key for it.

    Raises: LogKeyMissing.
    Source: faults.md 113.
    """
    if not current_settings().tree_every_seconds:
        return
    with reading() as session:
        has_signed = (
            people.has_tables(session) and tree.has_tables(session) and tree.head(session) is not None
        )
    if has_signed:
        log_key.load_private()


def write_tiles(folder: Path, before: int, size: int) -> None:
    """Write every tile that a tree of `size` leaves has and one of `before` has not, from the database."""
    files = tree_files.reader(folder)

    def hashes(first: int, count: int) -> list[bytes]:
        with reading() as session:
            return [leaf.hash for leaf in tree.leaves(session, first, first + count)]

    for tile in tiles.entry_tiles(before, size):
        first = tile[1] * tiles.TILE_HASHES
        with reading() as session:
            texts = [leaf.text for leaf in tree.leaves(session, first, first + tile[2])]
        tree_files.write_tile(folder, tile, tiles.pack_entries(texts))
    for tile in tiles.new_tiles(before, size):
        tree_files.write_tile(folder, tile, tiles.make_tile(tile, hashes, files))


def root_of(folder: Path, size: int) -> bytes:
    """Return the root over the tiles of the folder. Raises: TileMissing."""
    return root(tiles.tile_nodes(tree_files.reader(folder), size), size)


def _key(origin: str, folder: Path) -> NoteSigner:
    """Return the key; made here by the very first step, and only while nothing was ever signed."""
    with reading() as session:
        is_first = tree.head(session) is None and tree_files.read_checkpoint(folder) is None
    if is_first and not log_key.has_files():
        return log_key.make_private(origin)
    return log_key.load_private()


def _sign(folder: Path, key: NoteSigner, origin: str, kept: Note | None, size: int, now: int) -> Note:
    """Write the tiles, sign, and put the checkpoint first into the database, then into its file."""
    before = None if kept is None else (kept.checkpoint.size, kept.checkpoint.root)
    write_tiles(folder, 0 if before is None else before[0], size)
    read = tiles.tile_nodes(tree_files.reader(folder), size)
    if before is not None and root(read, before[0]) != before[1]:
        raise TreeBroken(
            f"the tiles do not lead to the checkpoint of size {before[0]}: run {command('tree check')}"
        )
    note = sign(key, origin, size, root(read, size))
    after = (size, note.checkpoint.root)
    if not run_write(lambda session: tree.replace_head(session, before, after, str(note), now)):
        raise TreeBroken("another process signed a checkpoint meanwhile: two servers over one database?")
    tree_files.write_checkpoint(folder, str(note))
    return note


def _check_edge(folder: Path, point: Checkpoint) -> None:
    """Refuse tiles that do not lead to the checkpoint, and newest leaves that are not those in the tiles."""
    if root_of(folder, point.size) != point.root:
        raise TreeBroken(
            f"the tiles do not lead to the checkpoint of size {point.size}: run {command('tree check')}"
        )
    number = (point.size - 1) // tiles.TILE_HASHES
    first = number * tiles.TILE_HASHES
    with reading() as session:
        hashes = [leaf.hash for leaf in tree.leaves(session, first, point.size)]
    if b"".join(hashes) != tree_files.read_raw(folder, (0, number, point.size - first)):
        raise TreeBroken("the newest leaves of the database are not those that were signed")


def _bring_head(folder: Path, kept: Note, before: Point | None) -> Note:
    """Let the database know a checkpoint that is in its file: a backup was taken between two steps."""
    _check_edge(folder, kept.checkpoint)
    after = (kept.checkpoint.size, kept.checkpoint.root)
    if before is None or not run_write(
        lambda session: tree.replace_head(session, before, after, str(kept), 0)
    ):
        raise TreeBroken(
            "the database knows of no checkpoint, and one was signed: an older copy was put back"
        )
    return kept


def _bring_file(folder: Path, kept: Note, text: str) -> Note:
    """Write the file of a checkpoint that the database knows: the last step ended before it."""
    key = log_key.public_key()
    assert key is not None
    try:
        note = open_note(text, key)
    except Refusal as error:
        raise TreeBroken("the checkpoint in the database is damaged") from error
    _check_edge(folder, note.checkpoint)
    if root(tiles.tile_nodes(tree_files.reader(folder), note.checkpoint.size), kept.checkpoint.size) != (
        kept.checkpoint.root
    ):
        raise TreeBroken("the checkpoint in the database does not grow out of the one in the file")
    tree_files.write_checkpoint(folder, text)
    return note
