"""Read-only mode: everything is shown, nothing is taken, and whoever keeps something sends it afterwards.

What a phone does is in tests/pwa/engine/read_only.test.ts, every route in `test_matrix.py`.
"""

from __future__ import annotations

import html
import io
import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import stamp

from server.api.photos import photo_store
from server.app import create_app
from server.cli import readonly
from server.config import Settings, now_ms
from server.db import ReadOnly, db, reading, run_write
from server.models.people import Person
from server.services import backing_up, city_clock, listening, read_only, tree_clock
from server.store import read_only as rows
from tests.server.consoles import OURS, Browser, fake_build
from tests.server.phones import slug, start
from tests.server.test_restore_drill import diary, farm_of, server_ids

WHY = "chuyển máy"


@pytest.fixture(autouse=True)
def _set_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readonly.time, "sleep", lambda _seconds: None)
    stamp(revision="head")
    start()


def run(app: Flask, *words: str) -> Result:
    """Run a command of the operator."""
    return app.test_cli_runner().invoke(args=list(words))


def test_one_command_stops_every_process_within_seconds_and_one_lets_them_go_on(
    app: Flask, settings: Settings
) -> None:
    other = create_app(settings)
    seconds = [0.0]
    other.extensions["read_only"].seconds = lambda: seconds[0]
    with other.app_context():
        assert not read_only.is_on()
    assert WHY in run(app, "readonly", "on", "--why", f"  {WHY} ").output
    with other.app_context():
        seconds[0] = read_only.SECONDS - 0.1
        assert not read_only.is_on()  # not asked yet
        seconds[0] = read_only.SECONDS
        assert read_only.is_on()
    assert WHY in run(app, "readonly").output
    run(app, "readonly", "off")
    with other.app_context():
        seconds[0] *= 2
        assert not read_only.is_on()
        db.engine.dispose()
    assert run(app, "readonly", "on", "--why", " ").exit_code == 1


def test_the_setting_says_it_too_and_no_command_undoes_it(app: Flask, settings: Settings) -> None:
    closed = create_app(replace(settings, read_only=True))
    with closed.app_context():
        assert slug(closed.test_client().post("/api/v1/requests", json={})) == "read_only"
        assert run(closed, "readonly", "off").exit_code == 1
        db.engine.dispose()
    assert slug(app.test_client().post("/api/v1/requests", json={})) == "session"


def test_no_transaction_that_writes_begins_but_the_servers_own_notes(app: Flask) -> None:
    read_only.switch_on(WHY)
    with pytest.raises(ReadOnly):
        run_write(lambda session: session.add(Person(id="x", organisation="y", name="z", created_at=1)))
    run_write(lambda session: rows.load(session), is_note=True)
    refused = app.test_client().post("/api/v1/photos/farm/x", data=b"x")
    assert (refused.status_code, slug(refused), refused.headers["Retry-After"]) == (503, "read_only", "60")
    assert "tự gửi sau" in refused.get_json()["detail"]


def test_what_a_phone_brings_waits_with_it_and_what_others_wrote_comes(app: Flask) -> None:
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    scope = farm_of(owner)
    owner.record(scope, entry=1)
    owner.sync()
    read_only.switch_on(WHY)
    owner.record(scope, entry=2)
    owner.phone.open_session()  # the old one may end while nothing is taken
    asked = {"cursors": {scope: "0"}, "ops": [owner.ops[one] for one in owner.outbox]}
    asked |= {"limit": {"ops": 500, "bytes": 60_000}, "access": ""}
    answer = app.test_client().post("/api/v1/sync", json=asked, headers=owner.phone.headers).get_json()
    assert answer["results"] == [{"result": "later", "problem": "read_only"}]
    assert [one["seq"] for one in answer["ops"]] == [1]
    assert "want" not in answer
    owner.sync()
    assert (len(server_ids(scope)), len(owner.outbox)) == (1, 1)
    read_only.switch_off()
    owner.sync()
    assert len(server_ids(scope)) == 2


def test_readings_wait_with_the_sensor_and_messages_with_the_broker(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_only.switch_on(WHY)
    sent = app.test_client().post("/api/v1/readings", json={"ops": [{"body": "{}", "signature": "x"}]})
    assert sent.status_code == 200
    listener = listening.Listener("mqtt://localhost", "so", nullcontext)
    waits: list[float] = []

    class Asked:
        payload, mid, qos = b'{"ops": []}', 1, 1

    class Client:
        acked = 0

        def ack(self, *_args: Any) -> None:
            self.acked += 1

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            read_only.switch_off()

    monkeypatch.setattr(listener._stopped, "wait", wait)
    client = Client()
    listener._take(client, None, Asked())  # type: ignore[arg-type]
    assert (len(waits), client.acked) == (3, 1)


def test_clocks_stand_still_and_commands_say_why(app: Flask) -> None:
    read_only.switch_on(WHY)
    assert tree_clock.tick(now_ms()).note is None
    assert not city_clock.tick(now_ms())
    for words in (["setup"], ["upgrade"], ["city", "send"], ["news", "fetch"]):
        done = run(app, *words)
        assert "Traceback" not in done.output
    assert "readonly off" in run(app, "invite", "--person", "Bùi Thị Mận", "--farm", "Hộ bà Mận").output


def test_the_console_says_it_on_every_page_and_takes_no_form(app: Flask, tmp_path: Path) -> None:
    fake_build(app, tmp_path / "dist")
    browser = Browser(app, "Chị Hoa", "manager")
    assert "chỉ cho xem" not in browser.text("/htx/toi")
    read_only.switch_on(WHY)
    page = browser.text("/htx/toi")
    assert "tạm chỉ cho xem" in page
    assert WHY in page
    sent = browser.client.post("/htx/nguoi/them", data={"name": "Ai đó"}, headers=OURS)
    assert (sent.status_code, sent.headers["Retry-After"]) == (503, "60")
    assert "tạm chỉ cho xem" in sent.get_data(as_text=True)


def test_what_was_typed_into_a_form_that_is_not_taken_is_sent_again_from_there(
    app: Flask, tmp_path: Path
) -> None:
    fake_build(app, tmp_path / "dist")
    browser = Browser(app, "Chị Hoa", "manager")
    read_only.switch_on(WHY)
    typed = {"name": 'Tổ "một"\n<b>hai</b>', "village": "x"}
    page = browser.client.post("/htx/to-cong-nghe/them?thon=1", data=typed, headers=OURS).text
    form = page.partition("data-resend")[2].partition("</form>")[0]
    assert 'action="/htx/to-cong-nghe/them?thon=1"' in form
    assert "<b>" not in form
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    assert {name: html.unescape(value) for name, value in hidden} == typed
    assert "data-resend" not in browser.client.get("/htx/toi").text
    file = {"tep": (io.BytesIO(b"x"), "x.csv"), "name": "x"}
    page = browser.client.post("/htx/danh-muc/x/nhap", data=file, headers=OURS).text
    assert "data-resend" not in page, "a file can't be sent again from a page"


def test_what_another_site_typed_is_never_offered_to_be_sent_from_ours(app: Flask, tmp_path: Path) -> None:
    """Another site's form brings no cookie (SameSite=Strict); a button for it here would be our own form."""
    fake_build(app, tmp_path / "dist")
    read_only.switch_on(WHY)
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    for headers in (foreign, {}):
        sent = app.test_client().post("/htx/nguoi/them", data={"name": "Kẻ lạ"}, headers=headers)
        assert sent.status_code == 503
        assert "data-resend" not in sent.text
        assert "Kẻ lạ" not in sent.text


def test_a_server_that_is_read_only_by_its_setting_is_restored_and_stays_so(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    file, folder = tmp_path / "all.zip", tmp_path / "elsewhere"
    assert run(app, "backup", str(file)).exit_code == 0
    other = create_app(
        replace(
            settings, data_dir=folder, database_url=f"sqlite:///{folder}/x.db", tree_dir="", read_only=True
        )
    )
    with other.app_context():
        done = run(other, "restore", str(file))
        assert done.exit_code == 0, done.output
        assert read_only.is_on()
        other.extensions["watermark"].rest()
        db.engine.dispose()


def test_a_backup_made_meanwhile_goes_into_a_server_that_takes_everything(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    read_only.switch_on(WHY)
    file = tmp_path / "all.zip"
    assert run(app, "backup", str(file)).exit_code == 0
    assert backing_up.check(file).ops >= 0
    folder = tmp_path / "elsewhere"
    other = create_app(
        replace(settings, data_dir=folder, database_url=f"sqlite:///{folder}/x.db", tree_dir="")
    )
    with other.app_context():
        backing_up.restore(file, photo_store())
        with reading() as session:
            assert rows.load(session) is None
        assert not read_only.is_on()
        other.extensions["watermark"].rest()
        db.engine.dispose()
    assert read_only.is_on()
