"""Counting opened trace codes: a process gathers some before it writes; a label's is written at once.

What a killed process had not written is lost: a page says no exact number of a lot. Nothing but the day is
kept. Source: security.md §7.6 "coarse counters".
"""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Final

from server.services import tracing

GATHERED_MAX: Final = 20  # opened pages that one process keeps before it writes
GATHERED_MS: Final = 10_000
KNOWN_MS: Final = 60_000  # for how long a total is taken as it was read
KNOWN_MAX: Final = 2_000
STEPS: Final = (10, 20, 50)  # counts are shown in steps, so that a page stays the same for a while


class ScanCounts:
    """The counters of one process."""

    def __init__(self) -> None:
        self._gathered: Counter[str] = Counter()
        self._known: dict[str, tuple[int, int]] = {}
        self._written_at = 0
        self._lock = Lock()

    def add(self, code: str, serial: str, now: int) -> None:
        """Count that somebody opened a page. Units: ms."""
        if serial:
            tracing.note_scan(code, serial, now)
            return
        with self._lock:
            self._gathered[code] += 1
            is_due = self._gathered.total() >= GATHERED_MAX or now - self._written_at >= GATHERED_MS
            due = self._gathered if is_due else Counter[str]()
            if is_due:
                self._gathered, self._written_at = Counter(), now
        for one, times in due.items():
            tracing.note_scan(one, "", now, times)

    def total(self, code: str, now: int) -> int:
        """Return how often a lot was opened, rounded down to steps of 10, 20, 50, 100 …; 0 below 10."""
        known = self._known.get(code)
        if known is None or not 0 <= now - known[0] < KNOWN_MS:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            known = self._known[code] = (now, tracing.scans_of(code))
        return rounded(known[1])


def rounded(count: int) -> int:
    """Return the largest of 10, 20, 50, 100, 200 … that is not above a count; 0 below 10."""
    size = 1
    while count >= size * STEPS[0] * 10:
        size *= 10
    return max((step * size for step in STEPS if step * size <= count), default=0)
