"""Read-only mode: people read, phones pull, and nothing new is taken until the operator says so.

Two locks: no request that could write passes, other than those in `PASSES`; and no transaction that writes
begins (`server.db.writing`), other than the server's own notes. The setting `READ_ONLY` says it, or a row of
the database, looked at by each process every `SECONDS`. What is refused is sent again by whoever keeps it:
phones and sensors their ops, brokers their messages, a browser of the console what it signed.
Not stopped: the server's notes (sessions, counts, who saw what, views folded from the log).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from flask import Flask, current_app, request
from sqlalchemy.exc import DBAPIError

from server.config import current_settings, now_ms
from server.db import DatabaseTrouble, ReadOnly, reading, writing
from server.errors import ServiceError
from server.store import read_only as rows
from server.store.read_only import Standing

SECONDS: Final = 2  # our choice: how long a process may not know of it
RETRY_SECONDS: Final = 60
DETAIL: Final = (
    "Máy chủ đang tạm dừng nhận để bảo trì. Vẫn xem được. Những gì đã ghi còn nguyên trên máy và tự gửi sau."
)
_SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
# What may come in by an unsafe method: it answers each op by itself, or only opens, shows or ends something.
PASSES: Final = frozenset(
    {
        "sync.sync",
        "readings.take",
        "device.challenge",
        "device.session",
        "passkeys.challenge",
        "passkeys.session",
        "console.language",
        "console.leave",
        "console_account.end_session",
        "console_account.leave_all",
        "console_passkeys.skip",
        "console_imports.export_rows",
        "console_lists.list_example",
        "console_lists.list_file",
        "console_recall.look_for_lots",
        "console_recall.recall_report",
    }
)


class Mode:
    """What one process knows of read-only mode."""

    def __init__(self, *, is_set: bool, seconds: Callable[[], float] = time.monotonic) -> None:
        self._is_set = is_set
        self.seconds = seconds
        self._lock = threading.Lock()
        self._known: Standing | None = None
        self._until = float("-inf")

    def standing(self) -> Standing | None:
        """Return why nothing is taken, None where everything is; as it was at most `SECONDS` ago."""
        if self._is_set:
            return Standing(None, "READ_ONLY=1")
        if self.seconds() >= self._until:
            with self._lock:
                if self.seconds() >= self._until:
                    self._known = self._look()
                    self._until = self.seconds() + SECONDS
        return self._known

    def is_on(self) -> bool:
        """Return whether nothing is taken."""
        return self.standing() is not None

    def forget(self) -> None:
        """Look again at the next question."""
        self._until = float("-inf")

    def _look(self) -> Standing | None:
        try:
            with reading() as session:
                return rows.load(session)
        except DatabaseTrouble:
            return self._known
        except DBAPIError:  # no tables yet
            return None


def register(app: Flask) -> None:
    """Put the mode into `app`, and refuse requests that could write while it is on."""
    app.extensions["read_only"] = Mode(is_set=app.extensions["settings"].read_only)

    @app.before_request
    def gate() -> None:
        if request.method not in _SAFE_METHODS and request.endpoint not in PASSES and request.endpoint:
            check()


def standing() -> Standing | None:
    """Return why nothing is taken, None where everything is."""
    mode: Mode = current_app.extensions["read_only"]
    return mode.standing()


def is_on() -> bool:
    """Return whether nothing is taken."""
    return standing() is not None


def check() -> None:
    """Refuse to go on while nothing is taken. Raises: ReadOnly."""
    if is_on():
        raise ReadOnly


def refusal() -> ServiceError:
    """Return how a request is answered that nothing is taken of."""
    return ServiceError("read_only", DETAIL, retry_after=RETRY_SECONDS)


def switch_on(why: str) -> Standing:
    """Let nothing be taken any more; other processes know within `SECONDS`. Raises: DatabaseTrouble."""
    made = Standing(now_ms(), why)
    with writing(is_note=True) as session:
        rows.save(session, made)
    current_app.extensions["read_only"].forget()
    return made


def switch_off() -> None:
    """Let everything be taken again.

    Raises: DatabaseTrouble; ValueError where the setting holds it on.
    """
    if current_settings().read_only:
        raise ValueError("READ_ONLY=1")
    with writing(is_note=True) as session:
        rows.forget(session)
    current_app.extensions["read_only"].forget()
