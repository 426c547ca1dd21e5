"""Counts of opened trace codes, by day. May be lost; nothing is decided by them alone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models.tracing import TraceScan
from server.store.upserts import upsert


@dataclass(frozen=True)
class Scans:
    """How often, and on which day (days since 1970, Vietnam) first; -1 for never."""

    count: int
    first: int


def add(session: Session, code: str, serial: str, day: int, times: int = 1) -> None:
    """Count that a code was opened."""
    key = {"code": code, "serial": serial, "day": day}
    upsert(session, TraceScan, key, {"count": times}, {}, TraceScan.count, times)


def of_lot(session: Session, code: str) -> int:
    """Return how often a lot's page was opened, its labels' included."""
    query = select(func.sum(TraceScan.count)).where(TraceScan.code == code)
    return int(session.scalar(query) or 0)


def of_label(session: Session, code: str, serial: str) -> Scans:
    """Return how often one label was opened."""
    query = select(func.sum(TraceScan.count), func.min(TraceScan.day))
    count, first = session.execute(query.where(TraceScan.code == code, TraceScan.serial == serial)).one()
    return Scans(int(count or 0), -1 if first is None else int(first))
