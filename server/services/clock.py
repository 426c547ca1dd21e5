"""A clock: a thread of a serving process that does one thing again and again.

It begins with the first request, so that no thread is carried into a forked worker, and a process that
serves nothing does nothing. What must not happen twice at once is kept apart by whoever is called.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable

from flask import Flask

from server.config import now_ms
from server.services import read_only


class Clock:
    """The thread of one process, still in read-only mode. `tick` gets the time, in ms, and raises nothing."""

    def __init__(self, app: Flask, name: str, seconds: int, tick: Callable[[int], object]) -> None:
        self._app = weakref.ref(app)
        self._name = name
        self._seconds = seconds
        self._tick = tick
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, once."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
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
                if not read_only.is_on():
                    self._tick(now_ms())
