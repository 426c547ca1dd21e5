"""That a restore into this database did not come to its end: a row that comes with the others and goes last.

Without it a server whose restore was cut off, by a power cut or a full disk, would look like a whole one: its
rows are there, photos are missing, no new epoch was begun.
"""

from __future__ import annotations

from sqlalchemy import MetaData, delete
from sqlalchemy.orm import Session

from server.db import db
from server.models.log import Meta
from server.store import log, people

NAME = "restore_unfinished"


def is_so(session: Session) -> bool:
    """Return whether this database is half of a restored one."""
    return people.has_tables(session) and log.meta(session, NAME) is not None


def begin(session: Session) -> None:
    """Keep, with what this transaction writes, that more is to come."""
    log.set_meta(session, NAME, "1")


def end(session: Session) -> None:
    """Keep that all is there."""
    session.execute(delete(Meta).where(Meta.name == NAME))


def drop_all() -> None:
    """Take every table away, whatever schema they are of."""
    with db.engine.begin() as connection:
        found = MetaData()
        found.reflect(connection)
        found.drop_all(connection)
