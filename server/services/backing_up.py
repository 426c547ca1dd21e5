"""Backups: one file with everything, made while the server runs; and putting one back into an empty server.

In it: every row, every photo, the tree's files, the keys. Not in it: what tells a server that its database is
older than it was (`watermark.json`), and pieces of unfinished uploads, which phones send again. A backup is
*tested* when it was really restored somewhere else; only then phones hear that it covers what they hold.
Source: DESIGN §3 "Restored server, copied phone"; merge.md §3.1; faults.md 31, 32.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from flask_migrate import upgrade
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import reading, run_write, writing
from server.models.blobs import PART, Blob
from server.services import restoring, tree_check
from server.services.photos import PhotoStore
from server.services.sequencing import tree_folder
from server.store import (
    backups,
    half_restored,
    log,
    people,
    photos,
    read_only,
    table_dump,
    tree,
    tree_files,
    tree_wait,
)
from server.store.archive import (
    PIECE,
    ArchiveDamaged,
    Manifest,
    Reader,
    Writer,
    reading_archive,
    writing_archive,
)
from server.store.blobs import BlobMissing
from server.store.durable import replace_file, write_new
from server.store.schema import is_known, revision_of
from server.store.snapshots import snapshot

KEYS = tuple(f"{name}.{half}" for name in ("operator", "log", "push", "witness") for half in ("pem", "pub"))
USES = ("received", "view", "thumb")


class NotEmpty(Exception):
    """The server that a backup is put into has something already."""


def make(path: Path, store: PhotoStore, now: int) -> Manifest:
    """Write a backup of the running server into a new file, and keep that it was made.

    Raises: FileExistsError, OSError, DatabaseTrouble; ValueError before the server is set up.
    """
    manifest = write(path, store, now)
    note_made(manifest, path)
    return manifest


def write(path: Path, store: PhotoStore, now: int) -> Manifest:
    """Write a backup of the running server into a new file, of an older schema too.

    Raises: as `make`.
    """
    with snapshot() as connection, writing_archive(path) as out:
        with Session(connection, autoflush=False) as session:
            manifest = _describe(session, now)
            stored = backups.stored_photos(session)
        for table in table_dump.list_tables(connection):
            lines = table_dump.dump_table(connection, table)
            out.add(f"tables/{table.name}.jsonl", (f"{line}\n".encode() for line in lines))
        _add_photos(out, store, stored)
        _add_files(out)
        out.close(manifest)
    return manifest


def note_made(manifest: Manifest, path: Path) -> None:
    """Keep that a backup was made, for `doctor` and the metrics. Raises: DatabaseTrouble."""
    name = _name(manifest)
    run_write(
        lambda session: backups.note_made(session, name, path.name, manifest.made_at, manifest.ops),
        is_note=True,
    )


def check(path: Path) -> Manifest:
    """Return what a backup says of itself, after every byte was compared. Raises: ArchiveDamaged, OSError."""
    with reading_archive(path) as found:
        return found.manifest


def restore(path: Path, store: PhotoStore) -> tuple[Manifest, int]:
    """Put a backup into this server, which must be empty; return what it holds and the new epoch.

    Shape:  tables of the backup's day, then the migrations since; keys and the tree's files only where none
            are: a newer tree is never written over. With the tree of the backup itself nothing is signed
            before the operator spoke (`tree_wait`), for more may have been signed after it.
            One that was cut off before its end begins anew.
    Raises: NotEmpty, ArchiveDamaged, NoRoom, OSError, DatabaseTrouble.
    """
    with reading() as session:
        is_half = half_restored.is_so(session)
        if not is_half and people.has_tables(session) and log.origin(session):
            raise NotEmpty(
                "the database has a server in it already: stop the server and move its data away first"
            )
    with reading_archive(path) as found:
        if not is_known(found.manifest.revision):
            raise ArchiveDamaged("a newer version made this backup: update this server first")
        _check_tree(found)
        _put_keys(found)
        if is_half:
            _take_back_tree(found)
            half_restored.drop_all()
        upgrade(revision=found.manifest.revision)
        _put_rows(found)
        upgrade()
        for name in found.names("photos"):
            with found.open("photos", name) as member:
                store.blobs.put(name, member.read())
        if not _put_tree(found):
            with reading() as session:
                head = tree.head(session)
            tree_check.wait_after_restore(least=0 if head is None else head.size)
        epoch = restoring.restored()
        run_write(half_restored.end, is_note=True)
        return found.manifest, epoch


def note_failed(path: Path) -> None:
    """Keep that a backup is no good, so that `doctor` counts from the one before. Raises: DatabaseTrouble."""
    run_write(lambda session: backups.forget_failed(session, path.name), is_note=True)


def note_tested(manifest: Manifest, now: int) -> int:
    """Keep that a backup was restored on trial; return how many logs it covers.

    Shape:  a log that is not the one of the backup any more (restored, or another server's) is left out.
    """

    def work(session: Session) -> int:
        if log.origin(session) != manifest.origin:
            return 0
        safe = {
            scope: seq
            for scope, seq in manifest.safe.items()
            if seq > 0 and _is_this_log(session, scope, manifest.heads[scope])
        }
        backups.note_tested(session, _name(manifest), manifest.made_at, manifest.ops, now, safe)
        return len(safe)

    return run_write(work, is_note=True)


def _is_this_log(session: Session, scope: str, head: list[object]) -> bool:
    seq, digest = int(str(head[0])), bytes.fromhex(str(head[1]))
    return backups.has_digest(session, scope, seq, digest)


def _describe(session: Session, now: int) -> Manifest:
    revision = revision_of(session.connection())
    if not people.has_tables(session) or not log.origin(session) or revision is None:
        raise ValueError("this server is not set up: there is nothing to keep")
    heads = backups.heads(session)
    return Manifest(
        made_at=now,
        origin=log.origin(session),
        epoch=log.epoch(session),
        revision=revision,
        ops=sum(seq for seq, _ in heads.values()),
        heads={scope: [seq, digest.hex()] for scope, (seq, digest) in heads.items()},
        safe=_covered(session),
    )


def _covered(session: Session) -> dict[str, int]:
    """Return what a backup covers; nothing where an older schema can't tell: phones then keep it."""
    try:
        with session.begin_nested():
            return backups.covered(session)
    except DBAPIError:
        return {}


def _name(manifest: Manifest) -> str:
    return hashlib.sha256(json.dumps(asdict(manifest), sort_keys=True).encode()).hexdigest()


def _add_photos(out: Writer, store: PhotoStore, stored: list[tuple[str, str]]) -> None:
    for scope, sha256 in stored:
        for use in USES:
            name = photos.place(scope, use, sha256)
            # Not kept as received, or erased since the snapshot: no fault.
            with suppress(BlobMissing), store.blobs.open(name) as file:
                out.add(f"photos/{name}", _read(file))


def _add_files(out: Writer) -> None:
    folder = tree_folder()
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != tree_files.LOCK and not name.endswith(".new"):
            out.add(f"tree/{name}", _pieces(path))
    for key in KEYS:
        path = current_settings().data_dir / key
        if path.exists():
            out.add(f"keys/{key}", _pieces(path))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _check_tree(found: Reader) -> None:
    for name in found.names("tree"):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ArchiveDamaged(f"tree/{name} leads out of the folder")


def _put_keys(found: Reader) -> None:
    folder = current_settings().data_dir
    folder.mkdir(parents=True, exist_ok=True)
    for key in found.names("keys"):
        if key not in KEYS:
            raise ArchiveDamaged(f"keys/{key} is no key of ours")
        with found.open("keys", key) as member:
            data = member.read()
        try:
            write_new(folder / key, data, 0o600)
        except FileExistsError:
            if (folder / key).read_bytes() != data:
                raise NotEmpty(f"{key} is another server's: this folder is not empty") from None


def _put_rows(found: Reader) -> None:
    # In read-only mode too: a server may begin so, and the trial of a backup has the server's settings.
    with writing(is_note=True) as session:
        connection = session.connection()
        tables = table_dump.list_tables(connection)
        missing = set(found.names("tables")) - {f"{one.name}.jsonl" for one in tables}
        if missing:
            raise ArchiveDamaged(f"no table for {', '.join(sorted(missing))}")
        table_dump.empty_tables(connection, tables)
        for table in tables:
            table_dump.load_table(connection, table, found.lines("tables", f"{table.name}.jsonl"))
        tree_wait.begin(session)
        half_restored.begin(session)
        read_only.forget(session)  # the old server stood still for the move; this one begins
        session.execute(delete(Blob).where(Blob.state == PART))  # their pieces are in no backup


def _put_tree(found: Reader) -> bool:
    """Put the backup's tree into the folder, which must have none; return whether it did."""
    folder = tree_folder()
    if tree_files.read_checkpoint(folder) is not None:
        return False
    # The checkpoint last: with it the tree is there, and a restore that is cut off before puts it once more.
    for name in sorted(found.names("tree"), key=lambda one: one == tree_files.CHECKPOINT):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with found.open("tree", name) as member:
            replace_file(path, member.read())
    return True


def _take_back_tree(found: Reader) -> None:
    """Let the folder have no tree where what is there is the backup's: a restore that was cut off put it."""
    if tree_files.CHECKPOINT in found.names("tree"):
        with found.open("tree", tree_files.CHECKPOINT) as member:
            mine = member.read().decode()
        if tree_files.read_checkpoint(tree_folder()) == mine:
            (tree_folder() / tree_files.CHECKPOINT).unlink()
