"""The whole database as it is at one moment, while others go on writing.

PostgreSQL: one transaction that sees one snapshot. SQLite: a copy beside the file, made in one step while
writers wait (a hundred megabytes take a fraction of a second); the copy is read and thrown away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from server.config import current_settings
from server.db import DatabaseTrouble, reading

PREFIX: Final = "snapshot-"
LOCK: Final = "snapshots.lock"


@contextmanager
def snapshot() -> Iterator[Connection]:
    """Give a connection to the database of one moment. Raises: DatabaseTrouble; OSError."""
    path = current_settings().sqlite_path
    if path is None:
        with reading() as session:
            yield session.connection()
        return
    with _own_folder(path.parent) as folder:
        copy = folder / path.name
        try:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        except sqlite3.Error as error:  # of a full disk too, which it does not tell by a number
            raise DatabaseTrouble(f"SQLite: {error}") from error
        engine = create_engine(f"sqlite:///{copy}", poolclass=NullPool)
        with engine.connect() as connection:
            yield connection


@contextmanager
def _own_folder(parent: Path) -> Iterator[Path]:
    """Give a new folder that is removed at the end; those of processes that were killed go first.

    Who uses one holds a lock on it: without that one a backup that was cut off would take as much room as the
    database for ever.
    """
    with ExitStack() as stack:
        with (parent / LOCK).open("a") as first:
            fcntl.flock(first, fcntl.LOCK_EX)
            for old in parent.glob(f"{PREFIX}*/"):
                with _locked(old) as is_free:
                    if is_free:
                        shutil.rmtree(old, ignore_errors=True)
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=parent, prefix=PREFIX)))
            stack.enter_context(_locked(folder))
        yield folder


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock a folder until the block ends; give False where somebody else has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)
