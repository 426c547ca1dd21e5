"""How far each other log was followed: one row a log, locked while a step of it is looked at."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.tree import Witnessed
from server.store.upserts import insert_new
from sync.tree import EMPTY_ROOT


def lock(session: Session, origin: str) -> Witnessed:
    """Return the row of a log, locked to the end of the transaction; a log not seen yet stands at size 0."""
    first = {"origin": origin, "size": 0, "root": EMPTY_ROOT, "note": ""}
    session.execute(insert_new(session, Witnessed).values(first))
    found = select(Witnessed).where(Witnessed.origin == origin).with_for_update()
    return session.scalars(found).one()
