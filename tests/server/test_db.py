"""The rules of `server/db.py`, each with the test that fails without it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from server import db as database
from server.db import DatabaseBusy, DatabaseFull, db, guard_sqlite, journal_mode, reading, run_write, writing


@pytest.fixture
def counter(app: Flask) -> Iterator[Flask]:
    """Give an app whose database has one number, 0."""
    with writing() as session:
        session.execute(text("CREATE TABLE counter (id INTEGER PRIMARY KEY, value INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (1, 0)"))
    yield app
    with writing() as session:
        session.execute(text("DROP TABLE counter"))


def read_value() -> int:
    """Return the number."""
    with reading() as session:
        return int(session.scalar(text("SELECT value FROM counter")) or 0)


def increment_in_threads(app: Flask, threads: int, times: int) -> None:
    """Read the number and write it back plus one, from several threads at once."""
    lock = " FOR UPDATE" if db.engine.dialect.name == "postgresql" else ""
    start = threading.Barrier(threads)

    def one(session: database.Session) -> None:
        value = session.scalar(text("SELECT value FROM counter" + lock))
        session.execute(text("UPDATE counter SET value = :v"), {"v": (value or 0) + 1})

    def work() -> None:
        with app.app_context():
            start.wait()
            for _ in range(times):
                run_write(one)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def test_case_109_concurrent_read_then_write_loses_no_update(counter: Flask) -> None:
    increment_in_threads(counter, threads=6, times=15)
    assert read_value() == 90


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_without_begin_immediate_sqlite_refuses_or_loses_an_update(counter: Flask) -> None:
    """The twin of case 109: with BEGIN DEFERRED two readers of one value can't both write."""
    engine = db.engine.execution_options(**{database.BEGIN: "DEFERRED"})
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            connection.exec_driver_sql("PRAGMA query_only = 0")
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            connection.exec_driver_sql("SELECT value FROM counter").all()
        first.exec_driver_sql("UPDATE counter SET value = 1")
        with pytest.raises(DBAPIError):
            second.exec_driver_sql("UPDATE counter SET value = 1")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_sqlite_is_durable_checks_keys_and_waits(app: Flask) -> None:
    with writing() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("synchronous", "foreign_keys", "busy_timeout", "journal_mode")
        }
    wanted = journal_mode(sqlite3.sqlite_version_info).lower()
    assert found == {"synchronous": 2, "foreign_keys": 1, "busy_timeout": 2000, "journal_mode": wanted}


def test_wal_is_used_only_where_sqlite_has_the_fix() -> None:
    assert [journal_mode(v) for v in ((3, 40, 1), (3, 51, 2), (3, 51, 3), (3, 52, 0))] == [
        "TRUNCATE",
        "TRUNCATE",
        "WAL",
        "WAL",
    ]


def test_reading_can_not_write(counter: Flask) -> None:
    with pytest.raises(DBAPIError), reading() as session:
        session.execute(text("UPDATE counter SET value = 7"))
    assert read_value() == 0
    increment_in_threads(counter, threads=1, times=1)
    assert read_value() == 1


def test_a_block_that_raises_leaves_nothing(counter: Flask) -> None:
    with pytest.raises(KeyError), writing() as session:
        session.execute(text("UPDATE counter SET value = 7"))
        raise KeyError
    assert read_value() == 0


def test_writing_inside_writing_is_refused(counter: Flask) -> None:
    with pytest.raises(AssertionError), writing(), writing():
        pass


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_106_busy_is_tried_four_times_then_named(counter: Flask) -> None:
    tries: list[int] = []
    other = sqlite3.connect(counter.extensions["settings"].sqlite_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    fast = create_engine(counter.extensions["settings"].database_url)
    guard_sqlite(fast, 0)
    with pytest.raises(DatabaseBusy):
        database.retrying(lambda: _begin(fast, tries))
    assert len(tries) == 1 + database.RETRIES_MAX
    other.execute("ROLLBACK")
    fast.dispose()
    assert read_value() == 0


def _begin(engine: database.Engine, tries: list[int]) -> None:
    tries.append(1)
    with database.translated(), engine.begin():
        pass


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_case_106_a_deadlock_is_tried_again_until_both_are_done(counter: Flask) -> None:
    with writing() as session:
        session.execute(text("INSERT INTO counter VALUES (2, 0)"))
    both_hold = threading.Barrier(2)
    tries: list[int] = []

    def work(order: tuple[int, int]) -> None:
        is_first = [True]

        def cross(session: database.Session) -> None:
            tries.append(1)
            update = text("UPDATE counter SET value = value + 1 WHERE id = :i")
            session.execute(update, {"i": order[0]})
            if is_first.pop() if is_first else False:
                both_hold.wait()
            session.execute(update, {"i": order[1]})

        with counter.app_context():
            run_write(cross)

    workers = [threading.Thread(target=work, args=(order,)) for order in ((1, 2), (2, 1))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with reading() as session:
        assert session.scalars(text("SELECT value FROM counter ORDER BY id")).all() == [2, 2]
    assert len(tries) > 2  # one of the two was thrown back at least once


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_107_a_full_database_is_named_and_recovers(counter: Flask) -> None:
    def fill(session: database.Session) -> None:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        try:
            session.execute(text("CREATE TABLE big AS SELECT zeroblob(200000) AS bytes"))
        finally:
            session.execute(text("PRAGMA max_page_count = 1073741823"))

    with pytest.raises(DatabaseFull):
        run_write(fill)
    assert read_value() == 0
    increment_in_threads(counter, threads=1, times=1)
    assert read_value() == 1


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_case_108_postgresql_gone_is_503_and_back_is_200(app: Flask, postgres: object) -> None:
    client = app.test_client()
    app.add_url_rule("/read", view_func=_read_one)
    assert client.get("/read").status_code == 200
    name, admin = _database_of(app), postgres.admin  # type: ignore[attr-defined]
    admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
    gone = client.get("/read")
    admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert (gone.status_code, gone.json["type"]) == (503, "/problems/unavailable")
    assert "Retry-After" in gone.headers
    assert client.get("/read").status_code == 200


def _read_one() -> str:
    with reading() as session:
        return str(session.scalar(text("SELECT 1")))


def _database_of(app: Flask) -> str:
    address = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    return str(psycopg.conninfo.conninfo_to_dict(address)["dbname"])


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "by asking"])
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_case_108_a_connection_that_broke_while_it_lay_is_found_before_it_is_used(
    app: Flask, postgres: object, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_told:  # as where a network breaks without a word
        monkeypatch.setattr(database, "_said_something", lambda _: False)
        monkeypatch.setattr(database, "ASKED_AFTER_SECONDS", 0.0)
    client = app.test_client()
    app.add_url_rule("/read", view_func=_read_one)
    assert client.get("/read").status_code == 200
    end = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = %s"
    postgres.admin.execute(end, (_database_of(app),))  # type: ignore[attr-defined]
    assert client.get("/read").status_code == 200
