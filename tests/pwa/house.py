"""The real server for the phone's tests: one JSON command a line comes in, one JSON answer goes out.

Serving and operating happen in forked children, so that a `kill -9` is a real one and the next process is
there at once; the address stays, because the parent holds the socket. Time is what the tests say it is.
Run by tests/pwa/house.ts as `python -m tests.pwa.house` from the folder above.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import shutil
import signal
import socket
import sqlite3
import struct
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from server.app import create_app
from server.config import SQLITE_FILE, Settings, now_ms
from server.db import db, reading, run_write
from server.models.log import OpRow
from server.services import read_only, restoring, sequencing, tree_check, tree_clock
from server.services.inviting import append_operator_op, settle_device
from server.services.seed_lists import load_lists
from server.services.setup import new_id
from server.store import log, log_key, people, tree, tree_files, watermark
from server.store.operator import load_private
from sync.checkpoint import sign
from sync.ids import b64_decode
from sync.log import next_digest, start_digest
from sync.ops import domain
from tests.server.authenticators import spare_all
from tests.server.phones import invite_to, start

ORIGIN = "vi-du.example/so"
SHARED = Path("/dev/shm")  # noqa: S108 (memory: a test's files live for a moment)
CLOCK, KILL_IN, KILL_LATE = 0, 1, 2  # places in the memory that parent and children share


class Quiet(WSGIRequestHandler):
    """A handler that writes no line for each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 (its name in the base class)
        """Say nothing."""


class House:
    """One installation; `shared` holds its clock in ms and when its process is to die."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shared = mmap.mmap(-1, 24)
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.serving: int | None = None
        self.made: Flask | None = None

    def read(self, place: int) -> int:
        """Return one of the shared numbers."""
        return int(struct.unpack_from("q", self.shared, place * 8)[0])

    def write(self, place: int, value: int) -> None:
        """Set one of the shared numbers."""
        struct.pack_into("q", self.shared, place * 8, value)

    def app(self) -> Flask:
        """Return the application, on our clock: made once and used only in children."""
        if self.made is None:
            port = self.socket.getsockname()[1]
            settings = Settings(
                data_dir=self.folder,
                public_url=f"http://127.0.0.1:{port}",
                origin=ORIGIN,
                demo=False,
                upload_bytes_free_min=0,
                photos_per_day=10_000,
                tree_every_seconds=0,
                city_every_seconds=0,
                log_level="CRITICAL",
            )
            self.made = create_app(settings)
            self.made.extensions["clock"] = lambda: self.read(CLOCK)
            self.made.extensions["read_only"].seconds = lambda: self.read(CLOCK) / 1000
        return self.made

    def begin(self) -> None:
        """Serve from a fresh process."""
        self.end()
        self.write(KILL_IN, 0)
        child = os.fork()
        if child == 0:
            self._serve()
        self.serving = child

    def end(self) -> None:
        """Kill the serving process."""
        if self.serving is not None:
            os.kill(self.serving, signal.SIGKILL)
            os.waitpid(self.serving, 0)
            self.serving = None

    def is_up(self) -> bool:
        """Return whether the serving process lives."""
        if self.serving is not None and os.waitpid(self.serving, os.WNOHANG)[0] != 0:
            self.serving = None
        return self.serving is not None

    def _serve(self) -> None:
        sys.stdin = open(os.devnull)  # noqa: SIM115 (for the life of the process)
        app = self.app()
        with app.app_context():
            restoring.look()  # as a process that starts does
            db.engine.dispose()

        def count(late: int) -> None:
            if self.read(KILL_LATE) == late and self.read(KILL_IN) > 0:
                self.write(KILL_IN, self.read(KILL_IN) - 1)
                if self.read(KILL_IN) == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Session, "before_commit", lambda _session: count(0))
        event.listen(Session, "after_commit", lambda _session: count(1))
        served = make_server(
            "127.0.0.1", 0, app, threaded=True, request_handler=Quiet, fd=self.socket.fileno()
        )
        served.serve_forever()

    def operate(self, work: Callable[[], Any]) -> Any:
        """Return what `work` gives inside an app, in a process of its own."""
        out, back = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(out)
            try:
                with self.app().app_context():
                    said = {"ok": work()}
                    db.engine.dispose()
            except BaseException as error:  # told to the test, whatever it is
                said = {"error": repr(error)}
            with os.fdopen(back, "w") as pipe:
                json.dump(said, pipe)
            os._exit(0)
        os.close(back)
        with os.fdopen(out) as pipe:
            said = json.load(pipe)
        os.waitpid(child, 0)
        return said


def install() -> None:
    """Make the tables, the commune, the first cooperative, the operator's key."""
    upgrade(directory=str(Path(restoring.__file__).parents[1] / "migrations"))
    start()
    spare_all()


def commune() -> str:
    """Return the commune's id."""
    with reading() as session:
        return str(people.organisations(session)[0].id)


def operator_op(scope: str, doc: str, fields: dict[str, Any]) -> None:
    """Append an op signed by the operator's key."""
    key = load_private()
    run_write(lambda session: append_operator_op(session, key, scope, doc, fields, now_ms()))


def rows(house: House, query: str, values: dict[str, Any]) -> list[list[Any]]:
    """Return what the database file says, past the server; bytes in hexadecimal."""
    with closing(sqlite3.connect(house.folder / SQLITE_FILE)) as found:
        return [
            [one.hex() if isinstance(one, bytes) else one for one in row]
            for row in found.execute(query, values).fetchall()
        ]


def chain(session: Session, scope: str) -> None:
    """Make the digests of a scope anew, after a test changed what is in its log."""
    name = log.origin(session)
    digest = start_digest(name, scope)
    for row in session.scalars(select(OpRow).where(OpRow.scope == scope).order_by(OpRow.seq)):
        digest = next_digest(domain("log", name), digest, row.seq, row.received_at, b64_decode(row.id))
        row.digest = digest
    log.lock_head(session, scope).digest = digest


def fork(shrink: int) -> None:
    """Publish another tree than before, signed with the log's own key."""
    note = sequencing.newest().checkpoint
    after = (note.size - shrink, b"\x07" * 32)
    forged = str(sign(log_key.load_private(), ORIGIN, *after))
    run_write(lambda session: tree.force_head(session, after, forged))
    tree_files.write_checkpoint(sequencing.tree_folder(), forged)


def load_snapshot(house: House, path: Path) -> None:
    """Put an older database in the place of ours; whoever serves must be dead."""
    house.end()
    for old in house.folder.glob(f"{SQLITE_FILE}*"):
        old.unlink()
    shutil.copyfile(path, house.folder / SQLITE_FILE)


def save_snapshot(house: House, path: Path) -> None:
    """Copy the database as it is, as a backup does."""
    file = house.folder / SQLITE_FILE
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


def answer(house: House, asked: dict[str, Any]) -> Any:
    """Do one command."""
    do = asked["do"]
    if do == "clock":
        return house.write(CLOCK, asked["ms"])
    if do == "begin":
        return house.begin()
    if do == "end":
        return house.end()
    if do == "is_up":
        return house.is_up()
    if do == "kill_at":
        house.write(KILL_LATE, int(asked["late"]))
        return house.write(KILL_IN, asked["commits"])
    if do == "rows":
        return rows(house, asked["query"], asked["values"])
    if do == "save":
        return save_snapshot(house, house.folder / asked["name"])
    if do == "load":
        if asked.get("fresh"):  # another run begins: nobody remembers what was there
            (house.folder / watermark.FILE).unlink(missing_ok=True)
        return load_snapshot(house, house.folder / asked["name"])
    return house.operate(lambda: operate(asked))


def operate(asked: dict[str, Any]) -> Any:
    """Do one command that needs the application."""
    do = asked["do"]
    if do == "install":
        return install()
    if do == "restored":
        return restoring.restored()
    if do == "invite":
        link = invite_to(asked["person"], asked["farm"], asked["role"], confirm=asked["confirm"])
        return {"id": link.invite, "secret": link.url.rpartition(".")[2], "code": link.code}
    if do == "settle":
        return settle_device(load_private(), asked["invite"], asked["fields"], now_ms())
    if do == "pause":
        return str(read_only.switch_on("chuyển máy"))
    if do == "go_on":
        return read_only.switch_off()
    if do == "lists":
        return load_lists(commune(), now_ms())
    if do == "operator":
        return operator_op(asked["scope"], f"{asked['type']}:{new_id(now_ms())}", asked["fields"])
    if do == "change":
        return run_write(lambda session: session.execute(text(asked["query"]), asked["values"]).rowcount)
    if do == "tree":
        return tree_clock.tick(now_ms()).is_new
    if do == "recover":
        return tree_check.recover()
    if do == "fork":
        return fork(int(asked["shrink"]))
    if do == "chain":
        return run_write(lambda session: chain(session, asked["scope"]))
    raise ValueError(do)


def main() -> None:
    """Answer commands until the input ends; leave nothing behind."""
    logging.disable(logging.CRITICAL)  # what goes wrong here is meant to
    where = str(SHARED) if SHARED.is_dir() and os.access(SHARED, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-pwa-", dir=where) as folder:
        house = House(Path(folder))
        house.app()
        print(json.dumps({"port": house.socket.getsockname()[1]}), flush=True)
        for line in sys.stdin:
            said = answer(house, json.loads(line))
            print(
                json.dumps(
                    said if isinstance(said, dict) and said.keys() & {"ok", "error"} else {"ok": said}
                ),
                flush=True,
            )
        house.end()


if __name__ == "__main__":
    main()
