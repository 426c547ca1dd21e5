"""The database: one engine, short transactions, and the rules that keep SQLite and PostgreSQL honest.

A transaction that writes takes the write lock before its first read (SQLite: BEGIN IMMEDIATE); on PostgreSQL
the caller locks the rows it decides by (`with_for_update`). One that reads sees one snapshot on both and can
write on neither. This module does not decide what is locked on PostgreSQL: that is the store's part.
"""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, CursorResult, Engine, Executable, MetaData, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from server.config import Settings

Result = TypeVar("Result")

RETRIES_MAX = 3  # our choice, faults.md 106
WAL_SAFE_FROM = (3, 51, 3)  # sqlite.org/wal.html, "the WAL-reset bug": versions before it corrupt
ASKED_AFTER_SECONDS = 1.0  # our choice: how long a connection may lie before it is asked whether it lives
BEGIN = "so_nha_nong_begin"
_open: ContextVar[bool] = ContextVar("so_nha_nong_writing", default=False)


class Base(DeclarativeBase):
    """The base of every table; names of constraints are fixed so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class DatabaseTrouble(Exception):
    """The database could not do it now; nothing of the transaction was kept."""


class DatabaseBusy(DatabaseTrouble):
    """Somebody else held a lock too long, or the transactions collided; the same again may succeed."""


class DatabaseFull(DatabaseTrouble):
    """No room left for data."""


class DatabaseGone(DatabaseTrouble):
    """The database does not answer, or its file can't be used."""


class ReadOnly(DatabaseTrouble):
    """The operator lets nothing be written for now; whoever waits for a database waits for this too."""


def init_db(app: Flask, settings: Settings) -> None:
    """Bind the engine to `app` with the rules of this module."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    if settings.sqlite_path is not None:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        if settings.is_sqlite:
            guard_sqlite(db.engine, settings.busy_timeout_ms)
        else:
            guard_postgres(db.engine)


def guard_sqlite(engine: Engine, busy_timeout_ms: int) -> None:
    """Make `engine` open SQLite as this project needs it: durable, checked, one explicit BEGIN a transaction.

    Source: SQLAlchemy documentation, "Serializable isolation / Savepoints / Transactional DDL" of pysqlite.
    """
    journal = journal_mode(sqlite3.sqlite_version_info)

    def connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver would begin only at the first write: lost updates
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout_ms)}")
        cursor.execute(f"PRAGMA journal_mode = {journal}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", _begin_sqlite)


def guard_postgres(engine: Engine) -> None:
    """Make `engine` give out no connection that broke while it lay: another one is opened for it.

    A server that ends says so, or hangs up: there is something to read where nothing was asked. Only a
    connection that lay a while is asked too, for a network can break without a word; to ask each time
    (`pool_pre_ping`) would be one round trip more for every transaction.
    """
    driver = engine.dialect.loaded_dbapi

    def used(_connection: object, entry: ConnectionPoolEntry, *_: object) -> None:
        entry.info["used_at"] = time.monotonic()

    def taken(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
        try:
            if _said_something(connection) or time.monotonic() - entry.info["used_at"] > ASKED_AFTER_SECONDS:
                engine.dialect.do_ping(connection)
        except driver.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "connect", used)
    event.listen(engine, "checkin", used)
    event.listen(engine, "checkout", taken)


def _said_something(connection: Any) -> bool:
    """Return whether there is something to read on the socket. Raises: the driver's error if it is closed."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def journal_mode(version: tuple[int, ...]) -> str:
    """Return the journal mode that is safe with this SQLite: WAL only from 3.51.3."""
    return "WAL" if version >= WAL_SAFE_FROM else "TRUNCATE"


@contextmanager
def reading() -> Iterator[Session]:
    """Give a session that sees one snapshot and can't write.

    Raises: DatabaseTrouble; whatever the block raises.
    """
    engine = db.engine.execution_options(
        **(
            {BEGIN: "DEFERRED"}
            if db.engine.dialect.name == "sqlite"
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
    )
    with translated(), Session(engine, expire_on_commit=False, autoflush=False) as session:
        yield session


def run(
    session: Session,
    statement: Executable,
    values: Mapping[str, object] | Sequence[Mapping[str, object]],
) -> CursorResult[*tuple[Any, ...]]:
    """Return the rows of a statement of columns and tables, never of entities, in a session's transaction.

    At half the cost of the session's own way, which readies every statement for entities.
    """
    if session.autoflush:
        session.flush()
    return session.connection().execute(statement, values)


@contextmanager
def driven(connection: Connection, told: str) -> Iterator[Any]:
    """Give a cursor of the driver's own, in the connection's transaction; its errors come as DBAPIError.

    At a third of the cost of a statement, which SQLAlchemy readies, runs and reads. `told`: what is done.
    """
    dialect = connection.dialect
    driver = dialect.loaded_dbapi
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except driver.Error as error:
        raise DBAPIError.instance(
            told,
            None,
            error,
            driver.Error,
            hide_parameters=True,
            connection_invalidated=dialect.is_disconnect(error, connection.connection, cursor),
            dialect=dialect,
        ) from error
    finally:
        cursor.close()


@contextmanager
def writing(*, is_note: bool = False) -> Iterator[Session]:
    """Give a session whose whole block is committed at its end, or not at all if it raises.

    Shape:  `is_note` for what the server notes by itself so that people can read: sessions, counts of
            requests, who saw what, views folded from the log. It alone is written in read-only mode.
    Tried once: where a collision is likely use `run_write`, which can do it again.
    Raises: DatabaseTrouble; whatever the block raises. Inside another `writing`: AssertionError, for it
    would wait for itself.
    """
    assert not _open.get(), "a transaction that writes is open already"
    if not is_note and (mode := current_app.extensions.get("read_only")) is not None and mode.is_on():
        raise ReadOnly
    token = _open.set(True)
    try:
        with translated(), Session(db.engine, expire_on_commit=False) as session, session.begin():
            yield session
    finally:
        _open.reset(token)


def run_write(work: Callable[[Session], Result], *, is_note: bool = False) -> Result:
    """Return `work(session)`, committed; the whole transaction is done again up to 3 times if it collides.

    `work` may therefore run several times and must change nothing but the database through its session.
    Shape:  `is_note` as in `writing`.
    Raises: DatabaseTrouble; whatever `work` raises.
    """

    def once() -> Result:
        with writing(is_note=is_note) as session:
            return work(session)

    return retrying(once)


def retrying(once: Callable[[], Result]) -> Result:
    """Return `once()`, called again up to 3 times while it raises DatabaseBusy."""
    for _ in range(RETRIES_MAX):
        try:
            return once()
        except DatabaseBusy:
            continue
    return once()


def trouble_of(error: DBAPIError) -> DatabaseTrouble | None:
    """Return what a driver's error means for the caller; None if it is our own fault (a wrong statement)."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, lambda: None)()
    state = getattr(error.orig, "sqlstate", None)
    if state in ("40001", "40P01", "55P03"):
        return DatabaseBusy()
    if state in ("53100", "53200"):
        return DatabaseFull()
    if error.connection_invalidated or (state is not None and state[:2] in ("08", "53", "57", "58")):
        return DatabaseGone()
    is_connecting = type(error.orig).__name__ == "OperationalError" and state is None
    return DatabaseGone() if is_connecting else None


_SQLITE: dict[int, Callable[[], DatabaseTrouble | None]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_IOERR: DatabaseGone,
    sqlite3.SQLITE_CANTOPEN: DatabaseGone,
    sqlite3.SQLITE_CORRUPT: DatabaseGone,
    sqlite3.SQLITE_NOTADB: DatabaseGone,
    sqlite3.SQLITE_PROTOCOL: DatabaseGone,
}


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get(BEGIN, "IMMEDIATE")
    only_reads = mode == "DEFERRED"
    begin = f"BEGIN {mode}"
    with driven(connection, begin) as cursor:
        if connection.info.get("only_reads", False) != only_reads:
            cursor.execute(f"PRAGMA query_only = {int(only_reads)}")
            connection.info["only_reads"] = only_reads
        cursor.execute(begin)


@contextmanager
def translated() -> Iterator[None]:
    """Turn a driver's error inside the block into the DatabaseTrouble that it means."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseBusy from error
    except DBAPIError as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        raise trouble from error


def _engine_options(settings: Settings) -> dict[str, object]:
    if settings.is_sqlite:
        return {"pool_size": settings.pool_size, "max_overflow": 10, "pool_timeout": 10}
    return {
        "pool_size": settings.pool_size,
        "max_overflow": 10,
        "pool_timeout": 10,
        "connect_args": {
            "connect_timeout": 5,
            "options": "-c lock_timeout=8000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    }
