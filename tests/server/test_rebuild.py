"""Every view can be thrown away: a tampered one is named, made anew, and then whole again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from server.config import now_ms
from server.db import db, reading, run_write
from server.models.devices import DeviceRow, DeviceSeen
from server.services.viewing import make_current
from server.store import devices
from sync import ids
from sync.ops import op_id
from sync.values import DELETED
from tests.server.ops import make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, start

PLOT = "plot:019a0000-0000-7000-8000-0000000000a1"
SEASON = "season:019a0000-0000-7000-8000-0000000000b1"
PHOTO = "photo:019a0000-0000-7000-8000-0000000000c1"
BOOK = "book:019a0000-0000-7000-8000-0000000000d1"
ENTRY = "entry:019a0000-0000-7000-8000-000000000001"
ASKED = "entry:019a0000-0000-7000-8000-000000000003"
REVIEW = "review:019a0000-0000-7000-8000-0000000000e1"


@pytest.fixture
def phone(app: Flask) -> Phone:
    """A phone whose farm has one of everything in its views."""
    start()
    made = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    scope = scope_of(made)
    entry = {"form": "CT-10", "happened_on": "2026-11-08", "season": SEASON, "plots": [PLOT]}
    area = {"amount": "2", "unit": "sao"}
    photo = {"of": ENTRY, "sha256": ids.b64_encode(bytes(32)), "bytes": 7, "type": "image/jpeg"}
    ops = [
        make(made, scope, 1, fields=entry, private={"note": "Phun chiều"}),
        make(made, scope, 2, doc=PLOT, fields={"name": "Đồng Cửa", "kind": "field", "area": area}),
        make(made, scope, 3, doc=SEASON, fields={"product_name": "Lúa", "started_on": "2026-06-01"}),
        make(made, scope, 4, doc=PHOTO, fields=photo),
        make(made, scope, 5, 2, fields={DELETED: True}),
        make(made, scope, 6, doc=ASKED),
    ]
    assert [one["result"] for one in sync(made, *ops)["results"]] == ["accepted"] * 6
    manager = enrolled(app.test_client(), "Chị Chủ nhiệm", None, "manager")
    asked = {"of": ASKED, "decision": "asked", "heads": [op_id(ORIGIN, ops[-1]["body"])]}
    assert (
        sync(manager, make(manager, scope, 1, doc=REVIEW, fields=asked))["results"][0]["result"] == "accepted"
    )
    other = scope_of(enrolled(app.test_client(), "Đặng Văn Sự", "Nhà Sự"))
    book = make(manager, other, 2, doc=BOOK, fields={"closed": None})
    assert sync(manager, book)["results"][0]["result"] == "accepted"
    make_current([scope, made.shown["scope"]])
    return made


def run(app: Flask, command: str) -> Result:
    """Return how `flask log <command>` went."""
    return app.test_cli_runner().invoke(args=["log", command])


def tamper(statement: str, **values: Any) -> None:
    """Change the database behind the log's back."""
    with db.engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0


def test_what_was_never_touched_shows_no_difference(app: Flask, phone: Phone) -> None:
    checked, rebuilt = run(app, "check"), run(app, "rebuild")
    assert (checked.exit_code, rebuilt.exit_code) == (0, 0)
    assert "0 differences" in rebuilt.output
    assert run(app, "check").exit_code == 0


def test_a_view_that_only_lags_is_no_difference(app: Flask, phone: Phone) -> None:
    sync(phone, make(phone, scope_of(phone), 7, 4))
    assert run(app, "check").exit_code == 0
    assert "0 differences" in run(app, "rebuild").output
    assert run(app, "check").exit_code == 0


TAMPERED = [
    ("view_documents", "UPDATE view_documents SET \"values\" = '{}' WHERE type = 'entry'", "values"),
    ("view_documents", "UPDATE view_documents SET private = NULL WHERE private IS NOT NULL", "private"),
    ("view_documents", "DELETE FROM view_documents WHERE type = 'plot'", "missing"),
    (
        "view_entries",
        "UPDATE view_entries SET happened_on = '2026-11-09' WHERE form = 'CT-10'",
        "happened_on",
    ),
    ("view_entries", "UPDATE view_entries SET photos = 2 WHERE photos = 1", "photos"),
    ("view_entries", "UPDATE view_entries SET state = 'approved' WHERE state = 'asked'", "state"),
    ("view_entries", "UPDATE view_entries SET queue = 'approved' WHERE queue = 'household'", "queue"),
    ("view_reviews", "DELETE FROM view_reviews", "missing"),
    ("view_documents", "UPDATE view_documents SET heads = '[]' WHERE type = 'entry'", "heads"),
    ("view_entry_plots", "DELETE FROM view_entry_plots", "missing"),
    ("view_plots", "UPDATE view_plots SET area_m2 = 1000", "area_m2"),
    ("view_seasons", "UPDATE view_seasons SET ended_on = '2026-10-01'", "ended_on"),
    ("view_photos", "UPDATE view_photos SET doc = 'photo:019a0000-0000-7000-8000-0000000000ff'", "too many"),
    ("view_heads", "UPDATE view_heads SET seq = 99", "seq"),
    ("named_photos", "DELETE FROM named_photos", "missing"),
    ("named_photos", "UPDATE named_photos SET seq = 1", "seq"),
    ("devices", "UPDATE devices SET state = 'revoked' WHERE state = 'confirmed'", "state"),
    ("devices", "DELETE FROM devices", "missing"),
    ("books", "DELETE FROM books", "missing"),
    ("books", "UPDATE books SET is_closed = true", "is_closed"),
    ("books", "UPDATE books SET scope = 'farm:019a0000-0000-7000-8000-00000000dead'", "too many"),
    ("devices", "UPDATE devices SET scope = 'org:019a0000-0000-7000-8000-00000000dead'", "too many"),
]


@pytest.mark.parametrize(("table", "statement", "what"), TAMPERED)
def test_a_tampered_view_is_named_rebuilt_and_whole_again(
    app: Flask, phone: Phone, table: str, statement: str, what: str
) -> None:
    tamper(statement)
    checked = run(app, "check")
    assert checked.exit_code == 1
    assert re.search(rf"^{table} .*: .*{what}", checked.output, re.MULTILINE)
    rebuilt = run(app, "rebuild")
    assert rebuilt.exit_code == 0
    assert re.search(rf"^{table} .*: .*{what}", rebuilt.output, re.MULTILINE)
    assert run(app, "check").exit_code == 0
    assert run(app, "rebuild").output.startswith("Đã dựng lại, sửa 0 chỗ")


def test_what_the_log_does_not_know_of_a_device_survives(app: Flask, phone: Phone) -> None:
    run_write(lambda session: devices.mark_copied(session, phone.key.device))
    run_write(lambda session: devices.note_seen(session, phone.key.device, now_ms(), '{"unsent":3}'))
    tamper("DELETE FROM devices")
    run(app, "rebuild")
    with reading() as session:
        seen = session.get_one(DeviceSeen, phone.key.device)
        assert (seen.copied, seen.phone) == (True, '{"unsent":3}')
        assert session.query(DeviceRow).count() > 0
    assert phone.open_session().status_code == 200


DAMAGED = [
    ("UPDATE ops SET received_at = received_at + 1 WHERE seq = 2 AND scope = :scope", "op 2"),
    ("UPDATE ops SET seq = 9 WHERE seq = 2 AND scope = :scope", "op 2: not there"),
    ("UPDATE ops SET seq = 8 WHERE seq = 7 AND scope = :scope", "op 7: not there"),
    ("DELETE FROM ops WHERE seq = 7 AND scope = :scope", "head: not that of op 6"),
    ("UPDATE ops SET body = replace(body, '-08\"', '-07\"') WHERE seq = 1 AND scope = :scope", "op 1 "),
    ("UPDATE ops SET private = replace(private, 'Phun', 'Bón') WHERE seq = 1 AND scope = :scope", "op 1 "),
    ("UPDATE ops SET n = 77 WHERE seq = 3 AND scope = :scope", "op 3 "),
    ("UPDATE heads SET seq = 4 WHERE scope = :scope", "head: "),
]


@pytest.mark.parametrize(("statement", "named"), DAMAGED)
def test_history_16_the_first_op_whose_digest_fails_is_named_and_its_views_stay(
    app: Flask, phone: Phone, statement: str, named: str
) -> None:
    scope = scope_of(phone)
    tamper(statement, scope=scope)
    checked, rebuilt = run(app, "check"), run(app, "rebuild")
    assert f"ops {scope}: {named}" in checked.output
    assert (checked.exit_code, rebuilt.exit_code) == (1, 1)
    with db.engine.connect() as connection:
        counted = text("SELECT count(*) FROM view_documents WHERE scope = :scope")
        assert connection.execute(counted, {"scope": scope}).scalar() == 7
