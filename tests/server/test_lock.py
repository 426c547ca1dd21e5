"""The lock on a scope's head: parallel writers leave no hole, a tailing reader misses nothing.

And the proof of the proof: with the lock taken out the same run comes to grief on both databases.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from server import db as database
from server.config import Settings
from server.db import db, reading
from server.models.log import Head, OpRow
from server.store import log
from sync import ids
from sync.log import next_digest, start_digest
from sync.ops import domain
from tests.server.ops import make, scope_of
from tests.server.phones import ORIGIN, Phone, enrolled, start

WRITERS, EACH = 4, 12


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Give settings under which nobody is turned away for being slow: only a collision does that."""
    return replace(settings, busy_timeout_ms=60_000)


@pytest.fixture
def phones(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Phone]:
    """Give the phones of one household; a request that collides is told so and not tried again."""
    start()
    first = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    others = [enrolled(app.test_client(), f"Người {i}", "Nhà Lụa", "member") for i in range(WRITERS - 1)]
    monkeypatch.setattr(database, "RETRIES_MAX", 0)
    return [first, *others]


@dataclass
class Run:
    """What happened: the numbers that the reader saw, in its order, and what writers were told."""

    scope: str
    seen: list[int] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Return whether every op was accepted at once, has its own number, and was seen in order."""
        everything = list(range(1, WRITERS * EACH + 1))
        numbers = sorted(
            answer["seq"] for answer in self.told if isinstance(answer, dict) and "seq" in answer
        )
        return self.seen == everything and numbers == everything and self.is_chained()

    def is_chained(self) -> bool:
        """Return whether the digests of the log follow from each other up to the head."""
        with reading() as session:
            rows = session.scalars(select(OpRow).where(OpRow.scope == self.scope).order_by(OpRow.seq)).all()
            head = session.get_one(Head, self.scope)
            digest, prefix = start_digest(ORIGIN, self.scope), domain("log", ORIGIN)
            for row in rows:
                digest = next_digest(prefix, digest, row.seq, row.received_at, ids.b64_decode(row.id))
                if digest != row.digest:
                    return False
            return (head.seq, head.digest) == (len(rows), digest)


def run(app: Flask, phones: list[Phone]) -> Run:
    """Let every phone write, all at once, while a reader tails the log."""
    found, done = Run(scope_of(phones[0])), threading.Event()
    batches = {id(one): [make(one, found.scope, n, n) for n in range(1, EACH + 1)] for one in phones}

    def post(phone: Phone, **request: Any) -> Any:
        client = app.test_client()
        return client.post("/api/v1/sync", headers=phone.headers, json={"access": "", **request})

    def write(phone: Phone) -> None:
        for op in batches[id(phone)]:
            answer = post(phone, ops=[op])
            is_well = answer.status_code == 200
            found.told.append(answer.get_json()["results"][0] if is_well else answer.status_code)

    def tail() -> None:
        cursor, is_last = "0", False
        while not is_last:
            is_last = done.is_set()
            answer = post(phones[0], cursors={found.scope: cursor}, whole=True)
            if answer.status_code == 200:
                found.seen.extend(op["seq"] for op in answer.get_json()["ops"])
                cursor = answer.get_json()["cursors"][found.scope]

    reader = threading.Thread(target=tail)
    writers = [threading.Thread(target=write, args=(one,)) for one in phones]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    return found


def test_case_109_parallel_writers_leave_no_hole_and_a_tailing_reader_misses_nothing(
    app: Flask, phones: list[Phone]
) -> None:
    found = run(app, phones)
    assert [one for one in found.told if not isinstance(one, dict)] == []
    assert found.is_whole


def unlocked(meeting: threading.Barrier) -> Callable[[Session, str], Head]:
    """Return a `lock_head` that only reads; the first two writers hold what they read at the same time."""
    real = log.lock_head

    def lock_head(session: Session, scope: str) -> Head:
        head = session.get(Head, scope) or real(session, scope)
        if not meeting.broken and not session.info.get("has_met", False):
            session.info["has_met"] = True
            with suppress(threading.BrokenBarrierError):
                meeting.wait(10)
            meeting.abort()  # once is enough; whoever comes later passes
        return head

    return lock_head


@pytest.fixture
def deferred(app: Flask) -> Iterator[None]:
    """Let SQLite begin without a lock, also where something will be written."""
    if db.engine.dialect.name == "postgresql":
        yield
        return

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 0")
        connection.exec_driver_sql("BEGIN DEFERRED")

    event.remove(db.engine, "begin", database._begin_sqlite)
    event.listen(db.engine, "begin", begin)
    yield
    event.remove(db.engine, "begin", begin)
    event.listen(db.engine, "begin", database._begin_sqlite)


def test_without_the_lock_the_same_run_comes_to_grief(
    app: Flask, phones: list[Phone], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The twin of case 109: two writers that read one head give one number twice, and one is turned away."""
    sure = scope_of(phones[0])
    with app.app_context():
        database.run_write(lambda session: log.lock_head(session, sure))  # the head is there: both read it
    request.getfixturevalue("deferred")
    monkeypatch.setattr(log, "lock_head", unlocked(threading.Barrier(2)))
    found = run(app, phones)
    assert not found.is_whole
    assert [one for one in found.told if not isinstance(one, dict)] != []
