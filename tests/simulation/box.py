"""The real server of a run: one app, its database file, and what can befall it.

A database is copied from a template that holds the people and their first phones. A kill drops the
transaction at hand, as the death of the process would; the real `kill -9` is in tests/server/test_killed.py.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

import server.models  # noqa: F401 (fills Base.metadata)
from server.app import create_app
from server.config import Settings
from server.db import Base, db, reading
from server.services import restoring
from server.store import watermark

SHARED = Path("/dev/shm")  # noqa: S108 (memory; a run's files live for a moment)
PAGES_MAX = 1_073_741_823


class Killed(BaseException):
    """The server process ended here."""


class Box:
    """A server that can be killed, filled up, copied and restored; `clock` is its clock in ms."""

    def __init__(self, folder: Path, origin: str, database_url: str = "") -> None:
        self.folder = folder
        self.now: Callable[[], int] = lambda: 0
        settings = Settings(
            data_dir=folder,
            database_url=database_url,
            origin=origin,
            demo=False,
            log_level="CRITICAL",
            tree_every_seconds=0,
            city_every_seconds=0,
        )
        self.app: Flask = create_app(settings)
        self.app.extensions["clock"] = lambda: self.now()
        self.context = self.app.app_context()
        self.context.push()
        Base.metadata.create_all(db.engine)
        self.is_sqlite = db.engine.dialect.name == "sqlite"
        self.kill_in: int | None = None
        self.killed_late = False
        self.is_full = False
        self.reader: sqlite3.Connection | None = None
        self._kept = restoring.KEEP_EVERY_MS
        restoring.KEEP_EVERY_MS = (
            1 << 60
        )  # kept when the process stops in order (`restore`), not by the clock
        logging.getLogger("so_nha_nong").setLevel(logging.CRITICAL + 1)
        self._listen()

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / "so-nha-nong.db"

    def _listen(self) -> None:
        event.listen(Session, "before_commit", self._before_commit)
        event.listen(Session, "after_commit", self._after_commit)
        if self.is_sqlite:
            event.listen(db.engine, "begin", self._begin)

    def _begin(self, connection: Any) -> None:
        if self.is_full != connection.info.get("is_full", False):
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if self.is_full else PAGES_MAX
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            connection.info["is_full"] = self.is_full

    def _before_commit(self, _session: Session) -> None:
        if self.kill_in is not None:
            self.kill_in -= 1
            if self.kill_in <= 0 and not self.killed_late:
                raise Killed

    def _after_commit(self, _session: Session) -> None:
        if self.kill_in is not None and self.kill_in <= 0 and self.killed_late:
            raise Killed

    def close(self) -> None:
        """Let go of everything."""
        event.remove(Session, "before_commit", self._before_commit)
        event.remove(Session, "after_commit", self._after_commit)
        restoring.KEEP_EVERY_MS = self._kept
        self._let_go()
        self.context.pop()

    def restart(self) -> None:
        """Begin again after a kill: no connection and no memory of the process is left."""
        self.kill_in = None
        db.engine.dispose()

    def _let_go(self) -> None:
        db.engine.dispose()
        if self.reader is not None:
            self.reader.close()
            self.reader = None

    def load(self, path: Path) -> None:
        """Begin anew with this database: nothing is left of an earlier one."""
        self._let_go()
        self.put(path)
        (self.folder / watermark.FILE).unlink(missing_ok=True)
        restoring.look()

    def save(self, path: Path) -> None:
        """Copy our database."""
        self._let_go()
        self.keep(path)

    def restore(self, path: Path, *, by_hand: bool) -> None:
        """Go back to an older copy: the next process notices by itself, or the operator says so."""
        restoring.look()
        self._let_go()
        self.put(path)
        if by_hand:
            restoring.restored()
        else:
            restoring.look()

    def put(self, path: Path) -> None:
        """Put a copy in the place of our database, which nobody has open."""
        shutil.copyfile(path, self.file)

    def keep(self, path: Path) -> None:
        """Make a copy of our database, which nobody has open."""
        shutil.copyfile(self.file, path)

    def ask(self, method: str, path: str, data: bytes = b"", **headers: str) -> tuple[int, str, bytes]:
        """Return status, content type and body of an answer. Raises: Killed."""
        answer = self.app.test_client().open(path, method=method, data=data, headers=headers)
        return answer.status_code, answer.mimetype, answer.data

    def post(self, path: str, value: object, token: str = "") -> tuple[int, Any]:
        """Return status and JSON of a plain POST over a perfect link."""
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        status, _type, body = self.ask("POST", path, json.dumps(value).encode(), **headers)
        return status, json.loads(body)

    def rows(self, query: str, **values: object) -> list[Any]:
        """Return rows as the database has them, past every part of the server that could be wrong."""
        if not self.is_sqlite:
            with reading() as session:
                return list(session.execute(text(query), values).all())
        if self.reader is None:
            self.reader = sqlite3.connect(self.file)
        return self.reader.execute(query, values).fetchall()


def packed(value: object) -> bytes:
    """Return a request's body as a phone sends it."""
    return gzip.compress(json.dumps(value, ensure_ascii=False).encode(), 1, mtime=0)


@contextmanager
def seeded_secrets(rng: Random) -> Iterator[None]:
    """Draw the server's tokens and ids from `rng`, so that a seed replays to the byte."""
    kept = secrets.token_bytes, secrets.token_hex, secrets.choice
    secrets.token_bytes = lambda count=32: rng.randbytes(count or 32)
    secrets.token_hex = lambda count=32: rng.randbytes(count or 32).hex()
    secrets.choice = rng.choice  # type: ignore[assignment]
    try:
        yield
    finally:
        secrets.token_bytes, secrets.token_hex, secrets.choice = kept


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """Give a folder in memory where the machine has one, else on disk."""
    where = str(SHARED) if SHARED.is_dir() and os.access(SHARED, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-sim-", dir=where) as folder:
        yield Path(folder)
