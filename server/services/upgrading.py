"""Upgrading the database: a backup that was compared, then the migrations, all of them or none.

Only files that this module named are ever removed, the oldest first, and only after a new one was compared.
Source: faults.md §10 "Migrations"; case 110.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from flask_migrate import upgrade

from server.config import current_settings
from server.db import reading
from server.services import backing_up, schema_guard
from server.services.photos import PhotoStore
from server.services.schema_guard import Schema
from server.store import log, people
from server.store.archive import Manifest

BEFORE: Final = "before-"  # the beginning of the names of this module's backups


class UpgradeFailed(Exception):
    """The migrations did not go through; the database is at `here`, as it was."""

    def __init__(self, here: str | None) -> None:
        super().__init__(here)
        self.here = here


@dataclass(frozen=True)
class Kept:
    """A backup that was made before the migrations and compared with what it says of itself."""

    path: Path
    manifest: Manifest


def has_something() -> bool:
    """Return whether there is anything that a backup could keep. Raises: DatabaseTrouble."""
    with reading() as session:
        return people.has_tables(session) and bool(log.origin(session))


def keep(schema: Schema, store: PhotoStore, now: int) -> Kept:
    """Write a backup beside the others, compare every byte of it, and drop the oldest above `BACKUPS_KEPT`.

    Raises: OSError, ArchiveDamaged, ValueError, DatabaseTrouble; then nothing was changed or removed.
    """
    folder = Path(current_settings().backup_dir)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in folder.glob(f".{BEFORE}*.part"):  # of a process that was killed
        part.unlink(missing_ok=True)
    at = datetime.fromtimestamp(now / 1000, UTC)
    path = folder / f"{BEFORE}{schema.newest}-{at:%Y%m%dT%H%M%S}.{now % 1000:03}.zip"
    backing_up.write(path, store, now)
    kept = Kept(path, backing_up.check(path))
    # The new one stays whatever the clock says: one that was set back makes it the oldest of all.
    others = sorted(
        (one for one in folder.glob(f"{BEFORE}*.zip") if one != path),
        key=lambda one: (one.stat().st_mtime_ns, one.name),
    )
    for old in others[: max(0, len(others) + 1 - current_settings().backups_kept)]:
        old.unlink(missing_ok=True)
    return kept


def migrate(kept: Kept | None) -> None:
    """Bring the database to the newest schema, in one transaction.

    Raises: UpgradeFailed, the cause beside it.
    """
    try:
        upgrade()
        schema_guard.check()
    except (Exception, SystemExit) as error:  # a command of Alembic ends the process where it fails
        raise UpgradeFailed(schema_guard.look().here) from error
    if kept is not None:
        backing_up.note_made(kept.manifest, kept.path)
