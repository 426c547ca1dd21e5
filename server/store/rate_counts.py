"""How often something happened in a running window of time: for rate limits; may be lost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import cast

from sqlalchemy import BigInteger, Integer, String, Table, bindparam, delete, select
from sqlalchemy import cast as as_type
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from server.db import run
from server.models.devices import RateCount
from server.store.bulk import among, each_pair

# Built once: every request asks this.
_RATES = select(RateCount.subject, RateCount.count).where(
    RateCount.bucket == bindparam("of"),
    among(RateCount.subject, "subjects"),
    RateCount.window == bindparam("since"),
)


def rates_of(session: Session, bucket: str, subjects: Iterable[str], window: int, now: int) -> dict[str, int]:
    """Return how often each happened in the running window of `window` ms."""
    counts = dict.fromkeys(subjects, 0)
    asked = {"of": bucket, "subjects": list(counts), "since": now - now % window}
    return counts | {row[0]: row[1] for row in run(session, _RATES, asked)}


def count_rate(session: Session, bucket: str, subject: str, window: int, now: int, times: int = 1) -> int:
    """Return how often this happened in the running window of `window` ms, now included."""
    return count_rates(session, bucket, {subject[:64]: times}, window, now)[subject[:64]]


def count_rates(
    session: Session, bucket: str, times: Mapping[str, int], window: int, now: int
) -> dict[str, int]:
    """Return the same for several, each of which happened `times` more."""
    if not times:
        return {}
    since = now - now % window
    put = _put(session.get_bind().dialect.name)
    named = dict(sorted(times.items()))  # in one order, for the rows are locked
    rows = run(session, put, {"of": bucket, "since": since, "named": json.dumps(named)})
    counts = {str(subject): int(count) for subject, count in rows}
    if any(count == times[subject] for subject, count in counts.items()):  # a window's first: others are over
        session.execute(delete(RateCount).where(RateCount.bucket == bucket, RateCount.window < since))
    return counts


@cache
def _put(dialect: str) -> ReturningInsert[str, int]:
    table = cast(Table, RateCount.__table__)
    each = each_pair(dialect, "named")
    of, since = bindparam("of", type_=String), bindparam("since", type_=BigInteger)
    # SQLite reads no upsert behind a select without any WHERE.
    rows = select(of, each.key, since, as_type(each.value, Integer)).where(each.key.is_not(None))
    put = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    put = put.from_select(["bucket", "subject", "window", "count"], rows)
    more = {"count": table.c.count + put.excluded.count}
    put = put.on_conflict_do_update(index_elements=["bucket", "subject", "window"], set_=more)
    return put.returning(table.c.subject, table.c.count)
