"""The commune's administrator: people and devices of the organisations below the commune, no diary of any.

An auditor's right ends by itself. Source: `sync/rights.json`; reference: document types × scope.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Membership
from server.services.enrolling_rows import find_or_add_member
from server.services.setup import SetUp, add_membership
from server.store import devices
from sync import ids
from tests.server.consoles import Browser, fake_build, other_cooperative
from tests.server.diaries import DAY_MS, Diary, diary_of, new_uuid
from tests.server.phones import enrolled, start

COMMUNE = "Xã Kiến Thụy"
SECRET = bytes(range(16))


@pytest.fixture
def made(app: Flask, tmp_path: Path) -> SetUp:
    """A commune with one cooperative, and a built console."""
    fake_build(app, tmp_path / "dist")
    return start()


@pytest.fixture
def lua(app: Flask, made: SetUp) -> Diary:
    """A farmer's diary in the cooperative."""
    return diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")


@pytest.fixture
def administrator(app: Flask, made: SetUp) -> Browser:
    """The browser of the commune's administrator."""
    return Browser(app, "Quản trị", "administrator", organisation=COMMUNE)


def invite_of(membership: str, **more: Any) -> dict[str, Any]:
    """Return the fields of an invitation."""
    secret_hash = ids.b64_encode(hashlib.sha256(SECRET).digest())
    fields = {"membership": membership, "kind": "browser", "confirm": False, "secret_hash": secret_hash}
    return fields | {"expires_at": now_ms() + DAY_MS} | more


def reviewer_of(made: SetUp) -> str:
    """Add a reviewer to the cooperative and return the membership."""
    return run_write(
        lambda session: (
            find_or_add_member(
                session, organisation=made.cooperative, person="Bà Duyệt", farm=None, village=None,
                role="reviewer", now=now_ms(),
            ).id
        )
    )  # fmt: skip


def test_he_invites_confirms_and_ends_devices_of_a_cooperative_below(
    app: Flask, made: SetUp, administrator: Browser
) -> None:
    scope, doc = f"org:{made.cooperative}", f"device:{new_uuid()}"
    said = administrator.sign(scope, doc, invite_of(reviewer_of(made), confirm=True), [])
    assert said["result"] == "accepted", said
    phone = enrolled(app.test_client(), "Trần Văn Tuấn", None, "reviewer", confirm=True)
    doc = str(phone.shown["doc"])
    page = administrator.text("/htx/may")
    assert "Trần Văn Tuấn" in page
    assert "HTX Thụy Hương" in page
    assert "chỉ xem" not in page
    form = administrator.text(f"/htx/may/{doc.partition(':')[2]}")
    assert f'data-device-op="confirm" data-scope="{scope}"' in form
    after = form.partition(f'data-doc="{doc}"')[2].partition('data-after="')[2].partition('"')[0].split()
    confirmed = {"confirmed": True, "device": phone.key.device}
    said = administrator.sign(scope, doc, confirmed, after)
    assert said["result"] == "accepted", said
    with reading() as session:
        who = devices.writer(session, phone.key.device)
        assert who is not None
        assert who.may_act
        after = [session.query(devices.DeviceRow).filter_by(doc=doc).one().invite_op]
    said = administrator.sign(scope, doc, {"revoked": True, "device": phone.key.device}, after)
    assert said["result"] == "accepted", said
    with reading() as session:
        who = devices.writer(session, phone.key.device)
        assert who is not None
        assert who.state == "revoked"


def test_he_reads_and_writes_no_diary(app: Flask, made: SetUp, lua: Diary, administrator: Browser) -> None:
    lua.entry("CT-12", "2026-11-08")
    with reading() as session:
        who = devices.writer(session, administrator.phone.key.device)
        assert who is not None
        assert devices.scopes_of(session, who) == {}
    fields = {"form": "CT-12", "form_version": 1, "happened_on": "2026-11-08"}
    said = administrator.sign(lua.scope, f"entry:{new_uuid()}", fields, [])
    assert said == {"result": "later", "problem": "scope_unknown"}
    said = administrator.sign(f"org:{made.cooperative}", f"lot:{new_uuid()}", {"code": "L1"}, [])
    assert said == {"result": "held", "problem": "no_right"}
    for path in (f"/htx/ho/{lua.farm}", "/htx/ho", "/htx/cho", f"/htx/?farm={lua.farm}"):
        answer = administrator.get(path)
        assert answer.status_code in (303, 404), path
        assert "Nhà Lụa" not in answer.get_data(as_text=True)
    assert administrator.get("/htx/").headers["Location"] != "/htx/"


def test_case_038_a_cooperatives_administrator_reaches_no_other_one(app: Flask, made: SetUp) -> None:
    there = other_cooperative()
    theirs = Browser(app, "Quản trị Đoài", "administrator", organisation=there)
    member = reviewer_of(made)
    for scope in (f"org:{made.cooperative}", f"org:{made.commune}"):
        said = theirs.sign(scope, f"device:{new_uuid()}", invite_of(member), [])
        assert said == {"result": "later", "problem": "scope_unknown"}
    mine = enrolled(app.test_client(), "Trần Văn Tuấn", None, "reviewer").shown["doc"].partition(":")[2]
    assert theirs.get(f"/htx/may/{mine}").status_code == 404
    assert "Trần Văn Tuấn" not in theirs.text("/htx/may")


def test_a_manager_makes_no_device_of_more_right_than_his_own(app: Flask, made: SetUp) -> None:
    manager = Browser(app, "Bà Quản", "manager")
    scope = f"org:{made.cooperative}"
    above = enrolled(app.test_client(), "Ông Trên", None, "administrator").shown["by"]
    said = manager.sign(scope, f"device:{new_uuid()}", invite_of(str(above)), [])
    assert said == {"result": "held", "problem": "no_right"}
    assert (
        manager.sign(scope, f"device:{new_uuid()}", invite_of(reviewer_of(made)), [])["result"] == "accepted"
    )


def test_the_keys_of_administrators_above_come_with_the_cooperatives(
    app: Flask, made: SetUp, administrator: Browser
) -> None:
    """Whoever reads the organisation's log can check what the administrator signed there."""
    reviewer = enrolled(app.test_client(), "Trần Văn Tuấn", None, "reviewer")
    officer = enrolled(app.test_client(), "Bà Xã", None, "officer", organisation=COMMUNE)
    keys = reviewer.client.get("/api/v1/reference", headers=reviewer.headers).get_json()["keys"]
    assert administrator.phone.key.device in keys
    assert officer.key.device not in keys


def test_an_auditors_membership_must_have_an_end_and_reads_nothing_after_it(
    app: Flask, client: FlaskClient, made: SetUp, lua: Diary
) -> None:
    with pytest.raises(ServiceError, match="bad_values"):
        run_write(lambda session: add_membership(session, "x", made.cooperative, None, "auditor", now_ms()))
    browser = Browser(app, "Bà Kiểm", "auditor", until=now_ms() + DAY_MS)
    assert "Nhà Lụa" in browser.text("/htx/ho")
    now = now_ms()
    app.extensions["clock"] = lambda: now + DAY_MS + 1
    answer = browser.get("/htx/ho")
    assert answer.status_code in (303, 404)
    assert "Nhà Lụa" not in answer.get_data(as_text=True)
    asked = {"cursors": {lua.scope: "0"}, "ops": [], "access": ""}
    pulled = client.post("/api/v1/sync", headers=browser.phone.headers, json=asked)
    assert pulled.get_json().get("ops", []) == []


def test_an_auditor_whose_end_went_lost_has_no_right(app: Flask, made: SetUp) -> None:
    browser = Browser(app, "Bà Kiểm", "auditor")

    def lose(session: Any) -> None:
        session.get(Membership, browser.phone.shown["by"]).valid_until = None

    run_write(lose)
    assert browser.get("/htx/ho").status_code == 404
