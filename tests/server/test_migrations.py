"""Migrations and models are one schema; a migration that dies leaves nothing behind."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, event, inspect, text

from server.app import create_app
from server.config import Settings, current_settings
from server.db import Base, db
from server.store.schema import newest_revision, revision_of

SPREAD = 12  # so many of the statements in the short suite; all of them where TIMES is set


class Killed(Exception):
    """The process dies here."""


@pytest.fixture
def empty(empty_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give an app whose database has no schema."""
    made = create_app(Settings(data_dir=tmp_path, database_url=empty_url, demo=False))
    logging.getLogger("alembic").setLevel("WARNING")
    with made.app_context():
        yield made
        db.engine.dispose()


def tables() -> set[str]:
    """Return the tables that the database has."""
    db.engine.dispose()
    return set(inspect(db.engine).get_table_names())


@contextlib.contextmanager
def dying_at(statement: int, seen: list[str]) -> Iterator[None]:
    """Die after the statement of that number that changes something."""

    def count(_connection: Connection, _cursor: object, sql: str, *_rest: object) -> None:
        if sql.lstrip().split(" ")[0].upper() in ("CREATE", "ALTER", "INSERT", "UPDATE", "DROP"):
            seen.append(sql)
            if len(seen) == statement:
                raise Killed

    event.listen(db.engine, "after_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(db.engine, "after_cursor_execute", count)


def test_models_and_migrations_do_not_differ(empty: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert revision_of(connection) == newest_revision()


def test_case_110_a_migration_that_dies_leaves_nothing_and_its_retry_succeeds(empty: Flask) -> None:
    seen: list[str] = []
    with dying_at(0, seen):
        upgrade()
    whole = tables()
    _empty_database()
    for point in points(len(seen)):
        with dying_at(point, []), contextlib.suppress(Killed):
            upgrade()
        assert tables() - {"alembic_version"} == set(), f"died after statement {point}: {seen[point - 1]}"
    upgrade()
    assert tables() == whole


def points(count: int) -> list[int]:
    """Return after which statements the migration dies: all in the long suite, else some spread over all."""
    every = 1 if "TIMES" in os.environ else max(1, count // SPREAD)
    return sorted({*range(1, count + 1, every), count})


def _empty_database() -> None:
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        return
    path = current_settings().sqlite_path
    assert path is not None
    db.engine.dispose()
    path.unlink()


def test_a_migrated_server_is_ready(empty: Flask) -> None:
    assert empty.test_client().get("/ready").json["checks"]["migrations"] is False
    upgrade()
    assert empty.test_client().get("/ready").json["checks"] == {
        "database": True,
        "migrations": True,
        "disk": True,
    }


def test_who_was_erased_before_the_column_is_told_by_the_log_and_not_by_a_name(empty: Flask) -> None:
    upgrade(revision="0015")
    statements = (
        "INSERT INTO organisations (id, kind, name, created_at) VALUES ('o', 'cooperative', 'HTX', 1)",
        "INSERT INTO persons (id, organisation, name, created_at) VALUES"
        " ('gone', 'o', 'Người đã xóa', 1), ('namesake', 'o', 'Người đã xóa', 1)",
        "INSERT INTO ops (scope, seq, id, device, n, doc, received_at, body, signature, digest)"
        " VALUES ('org:o', 1, 'x', 'd', 1, 'erasure:e', 77, '{}', '', '')",
        "INSERT INTO erased_documents (scope, doc, erasure) VALUES ('org:o', 'person:gone', 'erasure:e')",
    )
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    upgrade()
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT id, erased_at FROM persons ORDER BY id"))
        assert [tuple(row) for row in found] == [("gone", 77), ("namesake", None)]
