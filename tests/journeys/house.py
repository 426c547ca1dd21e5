"""The server that the phones of a journey talk to: gunicorn in a process and with a folder of its own.

What the operator does is done as on a real machine: the same commands, the same folder, the same database.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import socket
import sqlite3
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from flask import Flask

from server.app import create_app
from server.config import SQLITE_FILE, Settings
from server.db import db
from tests.journeys import loaded
from tests.server.phones import ORIGIN, invite_to

ROOT = loaded.ROOT
LINK = re.compile(r"http://\S+#i=\S+")
START_SECONDS = 30


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@dataclass
class House:
    """One installation: its folder, its database, its address; stopped and started as a journey needs."""

    folder: Path
    dist: Path
    database_url: str = ""
    port: int = field(default_factory=free_port)
    process: ForkServerProcess | None = None
    more: dict[str, str] = field(default_factory=dict)  # settings of one journey alone

    @property
    def address(self) -> str:
        """Return where it is reached, without the air between."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings, as an operator would export them."""
        set_here = {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": f"http://localhost:{self.port}",
            "ORIGIN": "hanh-trinh.example/so",
            "DEMO": "0",
            "UPLOAD_BYTES_FREE_MIN": "0",
            "LOG_LEVEL": "WARNING",
            "PWA_DIST": str(self.dist),
        }
        return os.environ | set_here | self.more

    def command(self, *words: str) -> str:
        """Run one `flask` command and return what it printed."""
        said = self.folder.with_name(f"{self.folder.name}.said")
        run = loaded.begin(("flask", "--app", "wsgi", *words), self.environment, said)
        run.join()
        assert run.exitcode == 0, loaded.errors_of(said).read_text("utf-8")
        return said.read_text("utf-8")

    def install(self) -> None:
        """Make the tables, the commune, the first cooperative and the operator's key."""
        if not self.database_url:
            shutil.copytree(installed(type(self)), self.folder, dirs_exist_ok=True)
            return
        self.set_up()

    def set_up(self) -> None:
        """Install by the operator's commands."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.command("db", "upgrade")
        self.command("setup", "--village", "Thôn Đông", "--village", "Thôn Đoài")

    def start(self) -> None:
        """Serve; returns when the server answers."""
        self.process = loaded.begin(
            (
                "gunicorn",
                "--workers=2",
                "--threads=4",  # a browser opens connections that it does not use: they must block nobody
                f"--bind=127.0.0.1:{self.port}",
                "--graceful-timeout=2",
                "--log-level=warning",
                "tests.journeys.served:app",
            ),
            self.environment,
        )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.exitcode is None, "the server ended"
            assert time.monotonic() < until, "the server does not answer"

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server and wait until it is gone."""
        if self.process is not None:
            assert self.process.pid is not None
            os.kill(self.process.pid, how)
            self.process.join()
            self.process = None

    def invite(self, person: str, farm: str, role: str = "owner") -> str:
        """Return the link that `flask invite` prints."""
        said = self.command("invite", "--person", person, "--farm", farm, "--role", role)
        found = LINK.search(said)
        assert found is not None, said
        return found.group()

    @contextmanager
    def app(self) -> Iterator[Flask]:
        """Give an app over the same database and folder, for what a journey looks up or makes by software."""
        made = create_app(
            Settings(
                data_dir=self.folder,
                database_url=self.database_url,
                public_url=f"http://localhost:{self.port}",
                origin="hanh-trinh.example/so",
                demo=False,
                upload_bytes_free_min=0,
                tree_every_seconds=0,  # the clocks are those of the server that serves
                city_every_seconds=0,
            )
        )
        with made.app_context():
            yield made
            db.engine.dispose()

    def invite_fast(self, person: str, farm: str, role: str = "owner", **options: object) -> str:
        """Return the link that `flask invite` would print, without starting Python once more."""
        with self.app():
            return invite_to(person, farm, role, **options).url

    def back_up(self, to: Path) -> None:
        """Copy the SQLite database as it is now, as an operator's backup would."""
        with (
            closing(sqlite3.connect(self.folder / SQLITE_FILE)) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)

    def restore(self, from_: Path) -> None:
        """Put an older database in the place of the present one; the server must be stopped."""
        assert self.process is None
        for old in self.folder.glob(f"{SQLITE_FILE}*"):
            old.unlink()
        shutil.copyfile(from_, self.folder / SQLITE_FILE)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/api/v1/health", timeout=2):  # noqa: S310 (our own port)
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


@dataclass
class SoftHouse(House):
    """A house whose log has the name that the software phones of `tests/server` sign for."""

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings."""
        return super().environment | {"ORIGIN": ORIGIN}


@cache
def installed(kind: type[House]) -> Path:
    """Return the folder of a house that was set up on SQLite and never served; the others are copies."""
    folder = Path(tempfile.mkdtemp(prefix="so-nha-nong-installed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = kind(folder / "data", folder)
    made.set_up()
    return made.folder
