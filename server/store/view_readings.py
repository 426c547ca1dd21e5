"""Folding a sensor scope's log into its days; in no other view does such a scope have rows.

Only what is new is read: a day is loaded, added to and written back, under the lock of the `ViewHead`.
Source: PROTOCOL §41.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Table, bindparam, delete, insert, select, tuple_
from sqlalchemy.orm import Session

from server.db import run
from server.models.sensors import SensorDay
from server.models.views import ViewHead
from server.store.reading_days import Day, Key, add_readings, day_columns, find_readings, load_day
from server.store.view_ops import ops_above
from sync.merge import Placed

SENSOR: Final = "sensor:"
DAYS_AT_ONCE: Final = 200  # our choice: parameters of one statement
OPS_AT_ONCE: Final = 500
_DAYS = SensorDay.__table__
assert isinstance(_DAYS, Table)
_KEY = (_DAYS.c.sensor, _DAYS.c.measure, _DAYS.c.day)
_OF_SCOPE = _DAYS.c.scope == bindparam("of")


def is_sensors(scope: str) -> bool:
    """Return whether a scope holds readings."""
    return scope.startswith(SENSOR)


def fold(session: Session, scope: str, head: ViewHead, most: int | None) -> int:
    """Return how many ops above the head were folded, at most `most`; the caller holds its lock."""
    fresh = list(ops_above(session, scope, head.seq, most))
    if fresh:
        _add(session, scope, fresh)
        head.seq = fresh[-1].seq or 0
        session.flush()
    return len(fresh)


def fold_all(session: Session, scope: str, upto: int) -> None:
    """Fold the whole log of a scope whose days are gone, up to a number; the caller holds the lock."""
    ops = (one for one in ops_above(session, scope, 0, None) if (one.seq or 0) <= upto)
    while some := list(islice(ops, OPS_AT_ONCE)):
        _add(session, scope, some)


def forget(session: Session, scope: str) -> None:
    """Throw the days of a scope away."""
    session.execute(delete(SensorDay).where(SensorDay.scope == scope))


def rows_of(session: Session, scope: str, upto: int) -> Iterator[dict[str, Any]]:
    """Give the rows that the log alone gives."""
    ops = (one for one in ops_above(session, scope, 0, None) if (one.seq or 0) <= upto)
    days: dict[Key, Day] = defaultdict(Day)
    add_readings(days, find_readings(ops))
    return (_row(scope, key, day) for key, day in days.items())


def _add(session: Session, scope: str, ops: Sequence[Placed]) -> None:
    readings = list(find_readings(ops))
    keys = {one.key for one in readings}
    known = _load(session, scope, keys)
    days = {key: known.get(key) or Day() for key in keys}
    add_readings(days, readings)
    _drop(session, scope, known)
    if days:
        run(session, insert(SensorDay), [_row(scope, key, day) for key, day in days.items()])


def _load(session: Session, scope: str, keys: Collection[Key]) -> dict[Key, Day]:
    found: dict[Key, Day] = {}
    for some in _some(keys):
        rows = session.execute(select(_DAYS).where(_OF_SCOPE, tuple_(*_KEY).in_(some)), {"of": scope})
        found |= {
            (row["sensor"], row["measure"], row["day"]): load_day(row) for row in map(dict, rows.mappings())
        }
    return found


def _drop(session: Session, scope: str, keys: Collection[Key]) -> None:
    for some in _some(keys):
        session.execute(delete(SensorDay).where(SensorDay.scope == scope, tuple_(*_KEY).in_(some)))


def _some(keys: Collection[Key]) -> Iterator[list[Key]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), DAYS_AT_ONCE):
        yield ordered[start : start + DAYS_AT_ONCE]


def _row(scope: str, key: Key, day: Day) -> dict[str, Any]:
    sensor, measure, civil = key
    return {"scope": scope, "sensor": sensor, "measure": measure, "day": civil, **day_columns(day)}
