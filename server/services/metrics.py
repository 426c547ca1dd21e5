"""What `GET /metrics` tells, in the text format of Prometheus 0.0.4: no id, no name, no path of anybody.

Counts are of all processes that share the data folder; what there is comes from the database, asked at most
every `KEEP_SECONDS`. Where the database is away, `so_nha_nong_up` is 0 and the rest goes on.
Source: prometheus.io "Exposition formats"; our choice of names.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import DatabaseTrouble, reading
from server.services import metering, read_only
from server.services.metering import BUCKETS, series
from server.store import backups, figures, meters, people, tree

PREFIX: Final = "so_nha_nong_"
KEEP_SECONDS: Final = 15
SILENT_MS: Final = 3 * 86_400_000
# Each name, its kind, and what it tells; the alert rules in deploy/alerts.yml name these.
NAMES: Final[dict[str, tuple[str, str]]] = {
    "requests_total": ("counter", "Requests by method, rule and status"),
    "request_seconds": ("histogram", "How long requests took, by method and rule"),
    "ops_total": ("counter", "Ops of phones, browsers and sensors, by what became of them"),
    "up": ("gauge", "1 where the database answers"),
    "read_only": ("gauge", "1 in read-only mode"),
    "ops_logged": ("gauge", "Ops in all books"),
    "books": ("gauge", "Books that have a log"),
    "ops_held": ("gauge", "Ops that wait for a person"),
    "ops_unfolded": ("gauge", "Ops that the views lack; whoever looks folds them"),
    "readings_unfolded": ("gauge", "Ops of readings that the views lack"),
    "ops_not_safe": ("gauge", "Ops that no tested backup covers"),
    "inbox_entries": ("gauge", "Entries that wait for a review"),
    "city_waiting": ("gauge", "Deliveries to the city's system without a receipt"),
    "reminders_waiting": ("gauge", "Phones that a reminder waits for"),
    "photos_stored": ("gauge", "Photos and voice notes that are here whole"),
    "photo_bytes": ("gauge", "Their bytes as received"),
    "photos_begun": ("gauge", "Uploads that are not whole yet"),
    "phones_silent_unsent": ("gauge", "Phones with unsent lines, not heard of for three days"),
    "clock_behind_seconds": ("gauge", "How far this machine's clock is behind what it wrote itself"),
    "tree_leaves": ("gauge", "Leaves of the transparency log"),
    "checkpoint_age_seconds": ("gauge", "Age of its newest checkpoint"),
    "backup_age_seconds": ("gauge", "Age of the newest backup"),
    "tested_backup_age_seconds": ("gauge", "Since a backup was last restored on trial"),
    "database_bytes": ("gauge", "Size of the database"),
    "disk_free_bytes": ("gauge", "Room left for data"),
    "processes": ("gauge", "Serving processes of this machine that have answered a request"),
    "process_memory_bytes": ("gauge", "Resident memory of all of them"),
}


class Kept:
    """What the database said last, for a moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._found: dict[str, float] = {}

    def figures(self, now: int) -> dict[str, float]:
        """Return what there is, as it was at most `KEEP_SECONDS` ago."""
        with self._lock:
            if time.monotonic() - self._at >= KEEP_SECONDS:
                self._found = dict(_ask(now))
                self._at = time.monotonic()
            return self._found


def text(kept: Kept, now: int) -> str:
    """Return all of it as text."""
    counted = meters.total(metering.folder())
    shown: dict[str, list[str]] = defaultdict(list)
    for key, value in sorted(counted.items()):
        name = key.partition("{")[0].removeprefix(PREFIX)
        if name in NAMES:
            shown[name].append(f"{key} {value:.17g}")
    shown["request_seconds"] = list(_histogram(counted))
    for name, number in (kept.figures(now) | dict(_here())).items():
        shown[name].append(f"{series(PREFIX + name)} {number:.17g}")
    lines = []
    for name, (kind, said) in NAMES.items():
        if shown[name]:
            lines += [f"# HELP {PREFIX}{name} {said}", f"# TYPE {PREFIX}{name} {kind}", *shown[name]]
    return "\n".join(lines) + "\n"


def _histogram(counted: Mapping[str, float]) -> Iterator[str]:
    """Give the buckets, each with all below it, the sum and the count."""
    name = f"{PREFIX}request_seconds"
    buckets: dict[str, dict[str, float]] = defaultdict(dict)
    for key, number in counted.items():
        if key.startswith(f"{name}_bucket{{"):
            labels, _, least = key[len(name) + 8 : -2].rpartition(',le="')
            buckets[labels][least] = number
    for labels, found in sorted(buckets.items()):
        below = 0.0
        for least in (*map(str, BUCKETS), "+Inf"):
            below += found.get(least, 0)
            yield f'{name}_bucket{{{labels},le="{least}"}} {below:.17g}'
        yield f"{name}_sum{{{labels}}} {counted.get(f'{name}_sum{{{labels}}}', 0):.17g}"
        yield f"{name}_count{{{labels}}} {below:.17g}"


def _ask(now: int) -> Iterator[tuple[str, float]]:
    try:
        with reading() as session:
            found = list(_asked(session, now)) if people.has_tables(session) else []
    except DatabaseTrouble:
        yield "up", 0
        return
    yield "up", 1
    yield from found


def _asked(session: Session, now: int) -> Iterator[tuple[str, float]]:
    yield from figures.log_figures(session)
    yield from figures.queue_figures(session)
    yield from figures.photo_figures(session)
    yield "clock_behind_seconds", max(0, figures.newest_received(session) - now) / 1000
    yield "phones_silent_unsent", figures.silent_with_unsent(session, now - SILENT_MS)
    yield "tree_leaves", tree.size(session)
    head = tree.head(session)
    if head is not None:
        yield "checkpoint_age_seconds", max(0, now - head.signed_at) / 1000
    made, tested = backups.newest_made(session), backups.newest_tested(session)
    if made is not None:
        yield "backup_age_seconds", max(0, now - made.made_at) / 1000
    if tested is not None and tested.tested_at is not None:
        yield "tested_backup_age_seconds", max(0, now - tested.tested_at) / 1000
    yield "database_bytes", figures.database_bytes(session, current_settings().sqlite_path)


def _here() -> Iterator[tuple[str, float]]:
    """Give what this machine says without the database."""
    yield "read_only", int(read_only.is_on())
    yield "disk_free_bytes", shutil.disk_usage(current_settings().data_dir).free
    alive = meters.processes(metering.folder())
    yield "processes", len(alive)
    yield "process_memory_bytes", sum(map(_resident, alive))


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
