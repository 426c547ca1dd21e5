"""How far the database had come, kept in a file outside it, so that a restored copy gives itself away.

A backup of the whole data folder holds both and tells nothing: then `flask restored` must be run. Sums only
grow, for ops, held ops and requests are never removed. The file is no part of the truth and may be lost.
Source: merge.md §3.1 step 1.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.log import Head, HeldOp
from server.models.people import Request
from server.store import log
from server.store.durable import replace_file

FILE = "watermark.json"
LOCK = "watermark.lock"


@dataclass(frozen=True)
class Watermark:
    """What was durable: `ops` counts those in the logs and those held, `requests` the rows asked for."""

    origin: str
    epoch: int
    ops: int
    requests: int

    def is_beyond(self, other: Watermark) -> bool:
        """Return whether `other` lacks something that this one had: it was restored since."""
        if self.epoch != other.epoch:
            return self.epoch > other.epoch
        return self.ops > other.ops or self.requests > other.requests


class WatermarkDamaged(Exception):
    """The file holds no watermark: somebody else wrote it, for ours is replaced whole."""


def measure(session: Session) -> Watermark:
    """Return how far the database has come; the origin is empty before `flask setup`."""
    numbered = session.scalar(select(func.sum(Head.seq))) or 0
    held = session.scalar(select(func.count()).select_from(HeldOp)) or 0
    requests = session.scalar(select(func.count()).select_from(Request)) or 0
    return Watermark(log.origin(session), log.epoch(session), int(numbered) + held, requests)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep every other process that shares the folder out, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read(folder: Path) -> Watermark | None:
    """Return what the file says, or None where there is none yet. Raises: WatermarkDamaged."""
    try:
        text = (folder / FILE).read_text("utf-8")
    except FileNotFoundError:
        return None
    try:
        data = json.loads(text)
        origin, numbers = data["origin"], [data["epoch"], data["ops"], data["requests"]]
    except (ValueError, TypeError, KeyError) as error:
        raise WatermarkDamaged(FILE) from error
    if not isinstance(origin, str) or not all(type(one) is int and one >= 0 for one in numbers):
        raise WatermarkDamaged(FILE)
    return Watermark(origin, *numbers)


def write(folder: Path, mark: Watermark) -> None:
    """Replace the file by a whole new one that survives a power cut."""
    replace_file(folder / FILE, json.dumps(asdict(mark)).encode())
