"""The sequencer's clock: a thread of every serving process that writes the tree once a minute.

All of them try; the lock of the folder and the checkpoint in the database let one through. It begins with the
first request, so that no thread is carried into a forked worker, and a process that serves nothing signs
nothing. `TREE_EVERY_SECONDS=0` leaves it to `flask tree run`.
"""

from __future__ import annotations

import logging
import threading
import weakref

from flask import Flask

from server.config import current_settings, now_ms
from server.db import DatabaseTrouble
from server.services import bundling, sequencing, witnessing
from server.services.sequencing import Step, TreeBroken
from server.store.log_key import LogKeyMissing

logger = logging.getLogger("so_nha_nong")


def register(app: Flask) -> None:
    """Start the clock of `app` with its first request."""
    seconds = app.extensions["settings"].tree_every_seconds
    if not seconds:
        return
    clock = app.extensions["tree_clock"] = Clock(app, seconds)
    app.before_request(clock.start)


def tick(now: int) -> Step:
    """Write the tree and ask the witnesses; what stands in the way is logged, and tried again next time."""
    try:
        done = sequencing.step(now)
        if done.note is not None:
            witnessing.ask(now)
            bundling.make_due(now)
    except (TreeBroken, LogKeyMissing) as error:
        logger.critical("transparency log not signed", extra={"trouble": str(error)})
    except (DatabaseTrouble, OSError) as error:
        logger.warning("transparency log waits", extra={"trouble": type(error).__name__})
    except Exception:  # whatever it is: the next tick comes, and the thread stays
        logger.exception("transparency log failed")
    else:
        return done
    return Step(None)


class Clock:
    """The thread of one process."""

    def __init__(self, app: Flask, seconds: int) -> None:
        self._app = weakref.ref(app)
        self._seconds = seconds
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, once."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="tree", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Let the thread end."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            app = self._app()
            if app is None:
                return
            with app.app_context():
                if current_settings().tree_every_seconds:
                    tick(now_ms())
