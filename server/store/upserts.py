"""Insert a row or update the one that is there, in one statement that is built once for its shape."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningInsert

from server.db import Base, run

Put = sqlite.Insert | postgresql.Insert | ReturningInsert[int]


def upsert(
    session: Session,
    model: type[Base],
    key: dict[str, object],
    first: dict[str, object],
    later: dict[str, object],
    counter: InstrumentedAttribute[int] | None = None,
    times: int = 1,
) -> int:
    """Insert a row, or update the one that is there, in one statement; return its counter, if it has one.

    Shape:  `key`: the columns of the primary key; `first`: what a new row holds beside them, `later`: what
            changes in a row that is there, where `counter` grows by `times`.
    """
    name = None if counter is None else counter.key
    put = _put(session.get_bind().dialect.name, model, tuple(key), tuple(first), tuple(later), name)
    values = key | first | {f"later_{name}": value for name, value in later.items()}
    if counter is None:
        run(session, put, values)
        return 0
    return int(run(session, put, values | {"times": times}).scalar_one())


@cache
def _put(
    dialect: str,
    model: type[Base],
    key: Collection[str],
    first: Collection[str],
    later: Collection[str],
    counter: str | None,
) -> Put:
    table = model.__table__
    assert isinstance(table, Table)
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)
    change: dict[str, object] = {name: bindparam(f"later_{name}", type_=table.c[name].type) for name in later}
    if counter is not None:
        change[counter] = table.c[counter] + bindparam("times", type_=table.c[counter].type)
    put = insert.values({name: bindparam(name) for name in (*key, *first)}).on_conflict_do_update(
        index_elements=list(key), set_=change
    )
    return put if counter is None else put.returning(table.c[counter])


def insert_new(session: Session, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that leaves rows that are there as they are."""
    dialect = session.get_bind().dialect.name
    made = sqlite.insert(model) if dialect == "sqlite" else postgresql.insert(model)
    return made.on_conflict_do_nothing()
