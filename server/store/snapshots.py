"""The whole database as it is at one moment, while others go on writing.

PostgreSQL: one transaction that sees one snapshot. SQLite: a copy beside the file, made in one step while
writers wait (a hundred megabytes take a fraction of a second); the copy is read and thrown away.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from server.config import current_settings
from server.db import reading


@contextmanager
def snapshot() -> Iterator[Connection]:
    """Give a connection to the database of one moment. Raises: DatabaseTrouble; OSError."""
    path = current_settings().sqlite_path
    if path is None:
        with reading() as session:
            yield session.connection()
        return
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="snapshot-") as folder:
        copy = Path(folder) / path.name
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        engine = create_engine(f"sqlite:///{copy}", poolclass=NullPool)
        with engine.connect() as connection:
            yield connection
