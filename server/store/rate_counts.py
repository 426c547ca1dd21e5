"""How often something happened in a running window of time: for rate limits; may be lost."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from server.db import run
from server.models.devices import RateCount
from server.store.upserts import upsert

# Built once: every request asks this.
_RATES = select(RateCount.subject, RateCount.count).where(
    RateCount.bucket == bindparam("of"),
    RateCount.subject.in_(bindparam("subjects", expanding=True)),
    RateCount.window == bindparam("since"),
)


def rates_of(session: Session, bucket: str, subjects: Iterable[str], window: int, now: int) -> dict[str, int]:
    """Return how often each happened in the running window of `window` ms."""
    counts = dict.fromkeys(subjects, 0)
    asked = {"of": bucket, "subjects": list(counts), "since": now - now % window}
    return counts | {row[0]: row[1] for row in run(session, _RATES, asked)}


def count_rate(session: Session, bucket: str, subject: str, window: int, now: int, times: int = 1) -> int:
    """Return how often this happened in the running window of `window` ms, now included."""
    key = {"bucket": bucket, "subject": subject[:64], "window": now - now % window}
    count = upsert(session, RateCount, key, {"count": times}, {}, RateCount.count, times)
    if count == times:  # the first of its window: those before are over
        over = (RateCount.bucket == bucket, RateCount.window < key["window"])
        session.execute(delete(RateCount).where(*over))
    return count
