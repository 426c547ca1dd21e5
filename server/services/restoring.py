"""Noticing that the database was restored from a backup, and beginning a new epoch when it was.

Looked at when a process starts, every few seconds while requests write, when it stops, and by `flask
restored`. Not noticed: a backup taken less than `KEEP_EVERY_MS` before a process was killed (a stop in order
writes first), and a backup that holds the data folder with it. The digest of every phone's cursor finds those
too, scope by scope, and only costs more to send.
Source: DESIGN §3 "Restored server"; merge.md §3.1; faults.md 32.
"""

from __future__ import annotations

import atexit
import logging
import threading
import weakref

from flask import Flask, Response, request

from server.config import command, current_settings, now_ms
from server.db import DatabaseTrouble, reading, run_write
from server.store import log, people, watermark
from server.store.watermark import Watermark, WatermarkDamaged

KEEP_EVERY_MS = 2000

logger = logging.getLogger("so_nha_nong")


def compare() -> int | None:
    """Return the new epoch where the database turns out to be restored, else None; then keep its watermark.

    Shape:  one process at a time, so that of several that start together one begins the epoch.
    Raises: DatabaseTrouble, OSError.
    """
    folder = current_settings().data_dir
    with watermark.locked(folder):
        known = _known()
        with reading() as session:
            if not people.has_tables(session):
                return None
            here = watermark.measure(session)
        if not here.origin:
            return None
        epoch = None
        if known is not None and known.origin == here.origin and known.is_beyond(here):
            epoch = run_write(lambda session: log.begin_epoch(session, known.epoch + 1), is_note=True)
            _say(epoch, known, here)
        _keep(known, epoch)
        return epoch


def look() -> None:
    """Compare, and go on where the watermark can't be kept at the moment."""
    try:
        compare()
    except (DatabaseTrouble, OSError) as error:
        logger.warning("watermark not kept", extra={"trouble": type(error).__name__})


def restored() -> int:
    """Begin a new epoch because the operator says so; return it.

    Raises: ValueError before `flask setup`; DatabaseTrouble, OSError.
    """
    with watermark.locked(current_settings().data_dir):
        known = _known()
        with reading() as session:
            here = watermark.measure(session) if people.has_tables(session) else None
        if here is None or not here.origin:
            raise ValueError(f"this server is not set up: run {command('setup')} first")
        is_ours = known is not None and known.origin == here.origin
        newest = max(here.epoch, known.epoch if known is not None and is_ours else 0)
        epoch = run_write(lambda session: log.begin_epoch(session, newest + 1), is_note=True)
        _say(epoch, known, here)
        _keep(known, epoch)
        return epoch


def register(app: Flask) -> None:
    """Keep the watermark of `app` while it serves and when it stops."""
    keeper = app.extensions["watermark"] = Keeper(app)

    @app.after_request
    def note(answer: Response) -> Response:
        keeper.note(wrote=request.method not in ("GET", "HEAD", "OPTIONS"))
        return answer


class Keeper:
    """Keeps the watermark of one process, at most once in `KEEP_EVERY_MS`."""

    def __init__(self, app: Flask) -> None:
        self._app = weakref.ref(app)
        self._lock = threading.Lock()
        self._last = 0
        self._is_due = False
        self._at_stop = False

    def note(self, *, wrote: bool) -> None:
        """Keep the watermark now where something was written and it was not kept just before."""
        now = now_ms()
        with self._lock:
            self._is_due = self._is_due or wrote
            if wrote and not self._at_stop:
                self._at_stop = True
                atexit.register(self.stop)
            if not self._is_due or 0 <= now - self._last < KEEP_EVERY_MS:
                return
            self._last, self._is_due = now, False
        look()

    def rest(self) -> None:
        """Forget that something is due: its database goes away on purpose."""
        self._is_due = False

    def stop(self) -> None:
        """Keep what the last requests wrote, as the process ends."""
        app = self._app()
        if app is not None and self._is_due:
            with app.app_context():
                look()


def _known() -> Watermark | None:
    try:
        return watermark.read(current_settings().data_dir)
    except WatermarkDamaged:
        logger.critical("watermark damaged: if the database was restored, run %s", command("restored"))
        return None


def _keep(known: Watermark | None, epoch: int | None) -> None:
    with reading() as session:
        here = watermark.measure(session)
    if here != known or epoch is not None:
        watermark.write(current_settings().data_dir, here)


def _say(epoch: int, known: Watermark | None, here: Watermark) -> None:
    logger.critical(
        "database restored: a new epoch begins, phones send again what is missing",
        extra={
            "epoch": epoch,
            "ops": here.ops,
            "ops_before": None if known is None else known.ops,
            "requests": here.requests,
            "requests_before": None if known is None else known.requests,
        },
    )
