"""A restored database gives itself away, whoever starts first and however young the backup is."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.app import create_app
from server.config import Settings, now_ms
from server.db import db, reading
from server.models.log import Epoch
from server.services import restoring
from server.store import log, watermark
from tests.server.backups import Backups
from tests.server.ops import make, scope_of, sync
from tests.server.phones import Phone, enrolled, start


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined, with three ops in the log; the watermark is kept."""
    start()
    found = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    scope = scope_of(found)
    sync(found, *[make(found, scope, n, n) for n in (1, 2, 3)])
    restoring.compare()
    return found


@pytest.fixture
def cries() -> Iterator[list[str]]:
    """Give what is logged as critical."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno >= logging.CRITICAL:
                heard.append(record.getMessage())

    ear = Ear()
    logging.getLogger("so_nha_nong").addHandler(ear)
    yield heard
    logging.getLogger("so_nha_nong").removeHandler(ear)


def epoch() -> int:
    """Return the epoch that the database is in."""
    with reading() as session:
        return log.epoch(session)


def kept(scope: str) -> dict[int, int]:
    """Return up to where each older epoch of a scope was kept."""
    with reading() as session:
        rows = session.scalars(select(Epoch).where(Epoch.scope == scope))
        return {row.epoch: row.last_kept_seq for row in rows}


def restart(settings: Settings) -> Flask:
    """Start one more process on the same database."""
    made = create_app(settings)
    with made.app_context():
        db.engine.dispose()
    return made


def test_a_first_start_has_no_file_and_a_server_without_setup_makes_none(settings: Settings) -> None:
    create_app(settings)
    assert watermark.read(settings.data_dir) is None


def test_a_start_without_trouble_stays_in_its_epoch(settings: Settings, phone: Phone) -> None:
    restart(settings)
    restart(settings)
    assert epoch() == 1


def test_the_file_tells_ops_held_ops_and_requests(settings: Settings, phone: Phone) -> None:
    before = watermark.read(settings.data_dir)
    assert before is not None
    scope = scope_of(phone)
    assert sync(phone, make(phone, scope, 3, 9))["results"][0]["result"] == "held"
    asked = {"id": "019a0000-0000-7000-8000-000000000044", "kind": "person", "made_at": 1,
             "values": {"name": "Con"}}  # fmt: skip
    phone.client.post("/api/v1/requests", json={"requests": [asked]}, headers=phone.headers)
    restoring.compare()
    after = watermark.read(settings.data_dir)
    assert after is not None
    assert (after.ops - before.ops, after.requests) == (1, 1)
    assert sorted(path.name for path in settings.data_dir.glob("watermark*")) == [
        "watermark.json",
        "watermark.lock",
    ]


@pytest.mark.parametrize("lost", ["op", "held", "request"])
def test_case_032_a_database_that_lacks_something_begins_a_new_epoch(
    settings: Settings, phone: Phone, backups: Backups, cries: list[str], lost: str
) -> None:
    scope = scope_of(phone)
    old = backups.save()
    if lost == "request":
        asked = {"id": "019a0000-0000-7000-8000-000000000044", "kind": "person", "made_at": 1,
                 "values": {"name": "Con"}}  # fmt: skip
        phone.client.post("/api/v1/requests", json={"requests": [asked]}, headers=phone.headers)
    else:
        sync(phone, make(phone, scope, 4 if lost == "op" else 3, 9))
    restoring.compare()
    backups.restore(old)
    restart(settings)
    assert epoch() == 2
    assert kept(scope) == {1: 3}
    assert cries == ["database restored: a new epoch begins, phones send again what is missing"]
    restart(settings)
    assert epoch() == 2


def test_what_the_last_requests_wrote_is_kept_as_the_process_stops(
    app: Flask, settings: Settings, phone: Phone, backups: Backups
) -> None:
    keeper, now = restoring.Keeper(app), now_ms()
    app.extensions["clock"] = lambda: now
    keeper.note(wrote=True)
    scope, old = scope_of(phone), backups.save()
    sync(phone, make(phone, scope, 4))
    keeper.note(wrote=True)  # a moment after the one before: put off
    keeper.stop()
    backups.restore(old)
    restart(settings)
    assert epoch() == 2


def test_what_was_put_off_is_kept_by_the_next_request_that_only_reads(
    app: Flask, settings: Settings, phone: Phone
) -> None:
    times = [now_ms()]
    app.extensions["clock"] = lambda: times[0]
    keeper = restoring.Keeper(app)
    keeper.note(wrote=True)
    sync(phone, make(phone, scope_of(phone), 4))
    keeper.note(wrote=True)
    before = watermark.read(settings.data_dir)
    times[0] += restoring.KEEP_EVERY_MS
    keeper.note(wrote=False)
    after = watermark.read(settings.data_dir)
    assert before is not None
    assert after is not None
    assert after.ops == before.ops + 1


def test_workers_that_start_together_begin_one_epoch(app: Flask, phone: Phone, backups: Backups) -> None:
    old = backups.save()
    sync(phone, make(phone, scope_of(phone), 4))
    restoring.compare()
    backups.restore(old)
    gate, told = threading.Barrier(4), list[int | None]()

    def work() -> None:
        with app.app_context():
            gate.wait()
            told.append(restoring.compare())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one or 0 for one in told) == [0, 0, 0, 2]
    assert epoch() == 2


def test_a_restore_older_than_the_last_restore_begins_a_newer_epoch(
    settings: Settings, phone: Phone, backups: Backups
) -> None:
    scope = scope_of(phone)
    old = backups.save()
    sync(phone, make(phone, scope, 4))
    young = backups.save()
    sync(phone, make(phone, scope, 5))
    restoring.compare()
    backups.restore(young)
    restart(settings)
    assert kept(scope) == {1: 4}
    backups.restore(old)
    restart(settings)
    assert (epoch(), kept(scope)) == (3, {1: 3, 2: 3})


def test_the_operator_may_say_that_it_was_restored(app: Flask, phone: Phone) -> None:
    told = app.test_cli_runner().invoke(args=["restored"])
    assert (told.exit_code, epoch()) == (0, 2)
    assert "2" in told.output
    assert kept(scope_of(phone)) == {1: 3}


def test_a_command_keeps_what_it_wrote(app: Flask, settings: Settings, phone: Phone) -> None:
    before = watermark.read(settings.data_dir)
    words = ["invite", "--person", "Bùi Thị Mận", "--farm", "Hộ bà Mận"]
    assert app.test_cli_runner().invoke(args=words).exit_code == 0
    after = watermark.read(settings.data_dir)
    assert before is not None
    assert after is not None
    assert after.ops == before.ops + 2  # the book and the invitation


def test_a_server_that_is_not_set_up_was_not_restored(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["restored"]).exit_code != 0


def test_the_file_of_another_server_tells_nothing(settings: Settings, phone: Phone) -> None:
    other = watermark.Watermark("khac.example/so", 7, 1_000_000, 5)
    watermark.write(settings.data_dir, other)
    restart(settings)
    found = watermark.read(settings.data_dir)
    assert found is not None
    assert (epoch(), found.origin) == (1, "vi-du.example/so")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"origin": "x"}', '{"origin":"x","epoch":"1"}', "null"])
def test_a_damaged_file_is_told_loudly_and_written_anew(
    settings: Settings, phone: Phone, cries: list[str], text: str
) -> None:
    (settings.data_dir / watermark.FILE).write_text(text)
    restart(settings)
    assert cries == ["watermark damaged: if the database was restored, run flask --app wsgi restored"]
    assert json.loads((settings.data_dir / watermark.FILE).read_text())["epoch"] == 1
