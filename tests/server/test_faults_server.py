"""The server in trouble, seen over HTTP: faults.md 106, 107, 114."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from server.config import now_ms
from server.db import db, reading
from sync.ids import b64_decode
from sync.log import next_digest, start_digest
from sync.ops import domain
from tests.server.ops import make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, slug, start

DAY = 86_400_000


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def send(phone: Phone, *ops: Any) -> Any:
    """Send ops and return the whole answer."""
    return phone.client.post("/api/v1/sync", headers=phone.headers, json={"ops": list(ops)})


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_case_107_a_full_disk_is_507_reads_go_on_and_room_again_is_enough(phone: Phone) -> None:
    scope = scope_of(phone)
    sync(phone, make(phone, scope, 1))
    large = [make(phone, scope, n, entry=n, fields={"note": "x" * 20_000}) for n in range(2, 12)]
    is_full = [True]

    def cap(connection: Any) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if is_full[0] else 1 << 30
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    event.listen(db.engine, "begin", cap)
    answer = send(phone, *large)
    assert (answer.status_code, slug(answer)) == (507, "storage_full")
    assert int(answer.headers["Retry-After"]) > 0
    assert phone.client.get("/health").status_code == 200
    assert phone.client.get("/api/v1/reference", headers=phone.headers).status_code == 200
    is_full[0] = False
    results = send(phone, *large).get_json()["results"]
    assert [one["seq"] for one in results] == list(range(2, 12))
    event.remove(db.engine, "begin", cap)


class Trouble:
    """Makes some statements of the driver fail as a database in trouble does."""

    def __init__(self, times: int, error: sqlite3.OperationalError) -> None:
        self.left, self.error = times, error

    def __call__(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("INSERT INTO ops") and self.left:
            self.left -= 1
            raise OperationalError(statement, {}, self.error)


@pytest.fixture
def busy() -> sqlite3.OperationalError:
    """Give what the driver raises when somebody else holds the lock."""
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


@pytest.fixture
def failing(app: Flask, busy: sqlite3.OperationalError) -> Iterator[Trouble]:
    """Give trouble that begins when its `left` is set."""
    trouble = Trouble(0, busy)
    event.listen(db.engine, "before_cursor_execute", trouble)
    yield trouble
    event.remove(db.engine, "before_cursor_execute", trouble)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("times", "status"), [(1, 200), (3, 200), (4, 503)])
def test_case_106_a_collision_is_tried_four_times_and_leaves_nothing_half_done(
    phone: Phone, failing: Trouble, times: int, status: int
) -> None:
    scope = scope_of(phone)
    sync(phone, make(phone, scope, 1))
    failing.left = times
    answer = send(phone, make(phone, scope, 2, entry=2), make(phone, scope, 3, entry=3))
    assert answer.status_code == status
    if status == 503:
        assert (slug(answer), answer.headers["Retry-After"]) == ("busy", "5")
    results = send(phone, make(phone, scope, 2, entry=2), make(phone, scope, 3, entry=3))
    assert [one["seq"] for one in results.get_json()["results"]] == [2, 3]


@pytest.mark.parametrize("jump", [DAY, -DAY, -40 * DAY])
def test_case_114_a_jump_of_the_clock_is_kept_as_it_is_and_the_order_stands(
    app: Flask, phone: Phone, jump: int
) -> None:
    scope, before = scope_of(phone), now_ms()
    first = sync(phone, make(phone, scope, 1))["results"][0]
    app.extensions["clock"] = lambda: before + jump
    if jump > 0:
        assert phone.open_session().status_code == 200
    answer = send(phone, make(phone, scope, 2, entry=2))
    assert answer.status_code == 200
    second = answer.get_json()["results"][0]
    # A membership younger than the jump does not hold yet by that clock: a person looks, nothing is lost.
    assert second["result"] == ("accepted" if jump > 0 else "held")
    app.extensions["clock"] = lambda: before + 1000
    third = sync(phone, make(phone, scope, 3, entry=3))["results"][0]
    assert third["seq"] == second.get("seq", first["seq"]) + 1
    with reading() as session:
        rows = session.execute(
            text("SELECT seq, received_at, id, digest FROM ops WHERE scope = :s ORDER BY seq"), {"s": scope}
        ).all()
    digest = start_digest(ORIGIN, scope)
    for seq, (row_seq, received_at, op_id, found) in enumerate(rows, 1):
        digest = next_digest(domain("log", ORIGIN), digest, seq, received_at, b64_decode(op_id))
        assert (row_seq, bytes(found)) == (seq, digest)
