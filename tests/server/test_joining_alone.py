"""A new key let in by its person's passkey, recovery codes, and touches that stay beside their ops.

Source: PROTOCOL §27.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from server.config import now_ms
from server.db import reading, run_write
from server.models.devices import DeviceRow
from server.services import rebuilding
from server.store import assertions, devices
from sync import ids
from sync.ops import make_body, message, op_id
from tests.server.authenticators import Authenticator, own_passkey, sign_in
from tests.server.backups import Backups
from tests.server.consoles import OURS, Browser
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.ops import make, sync
from tests.server.phones import ORIGIN, Phone, slug, start


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """Give a farmer's phone whose person has a passkey."""
    start()
    made = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
    made.phone.passkey = Authenticator()
    assert own_passkey(made.phone, made.phone.passkey)["result"] == "accepted"
    return made


def alone(app: Flask, key: Authenticator, **changed: Any) -> tuple[Phone, dict[str, Any]]:
    """Return a new phone of who signs in by a passkey, and its join request; `changed` replaces parts."""
    phone = Phone(app.test_client())
    look = sign_in(phone, key).get_json()
    phone.shown = look
    fields = {
        "key": ids.b64_encode(phone.key.public), "label": "Máy mới", "kind": look["kind"],
        "passkey": look["passkey"],
    }  # fmt: skip
    parts: dict[str, Any] = {
        "device": phone.key.device, "n": 1, "by": look["by"], "scope": look["scope"],
        "doc": f"device:{new_uuid()}", "recorded_at": now_ms(), "fields": fields,
    }  # fmt: skip
    body = make_body(**{**parts, **changed})
    sent = {
        "body": body,
        "signature": ids.b64_encode(phone.key.sign(message(ORIGIN, body))),
        "key": ids.b64_encode(phone.key.public),
        "assertion": key.step_up(op_id(ORIGIN, body))["response"],
    }
    return phone, sent


def test_a_person_with_a_passkey_adds_a_phone_alone_and_has_the_whole_diary(app: Flask, lua: Diary) -> None:
    entry = lua.entry("CT-12", "2026-11-08")
    phone, sent = alone(app, lua.phone.passkey)
    joined = phone.send_join(sent)
    assert (joined.status_code, joined.get_json()["result"]) == (200, "accepted")
    assert joined.get_json()["assertions"][0]["ops"] == [op_id(ORIGIN, sent["body"])]
    answer = sync(phone, cursors={lua.scope: "0"})
    assert entry.id in {op_id(ORIGIN, one["body"]) for one in answer["ops"]}
    assert sync(phone, make(phone, lua.scope, 1))["results"][0]["result"] == "accepted"
    assert phone.send_join(sent).get_json()["result"] == "already"
    assert list(rebuilding.check()) == []


def test_the_key_needs_a_touch_over_its_own_join_by_its_own_person(app: Flask, lua: Diary) -> None:
    other = diary_of(app.test_client(), "Ông Thịnh", "Nhà Thịnh")
    theirs = Authenticator()
    own_passkey(other.phone, theirs)
    key = lua.phone.passkey
    phone, sent = alone(app, key)
    for changed, problem in (
        ({"assertion": key.step_up(ids.b64_encode(bytes(32)))["response"]}, "bad_challenge"),
        ({"assertion": key.step_up(op_id(ORIGIN, sent["body"]), verified=False)["response"]}, "uv_required"),
        ({"assertion": theirs.step_up(op_id(ORIGIN, sent["body"]))["response"]}, "passkey_unknown"),
        ({"assertion": Authenticator().step_up(op_id(ORIGIN, sent["body"]))["response"]}, "passkey_unknown"),
        ({"assertion": {}}, "bad_passkey"),
    ):
        assert slug(phone.send_join(sent | changed)) == problem
    stranger, foreign = alone(app, key, by=other.phone.shown["by"])
    assert slug(stranger.send_join(foreign)) == "passkey_unknown"
    stranger, taken = alone(app, key, doc=lua.phone.shown["doc"])
    assert slug(stranger.send_join(taken)) == "passkey_unknown"
    assert phone.send_join(sent).get_json()["result"] == "accepted"


def test_a_join_without_a_touch_stays_out_and_with_it_may_be_carried(app: Flask, lua: Diary) -> None:
    _, sent = alone(app, lua.phone.passkey)
    op = {"body": sent["body"], "signature": sent["signature"]}
    assert sync(lua.phone, op)["results"][0] == {"result": "later", "problem": "scope_unknown"}
    touch = {"ops": [op_id(ORIGIN, sent["body"])], "response": sent["assertion"]}
    assert sync(lua.phone, op, assertions=[touch])["results"][0]["result"] == "accepted"


def test_an_ended_passkey_lets_no_key_in_but_the_ones_it_let_in_stay(app: Flask, lua: Diary) -> None:
    first, sent = alone(app, lua.phone.passkey)
    first.send_join(sent)
    late, later = alone(app, lua.phone.passkey)
    doc = late.shown["passkey"]
    end = make(lua.phone, lua.phone.shown["scope"], 950, doc=doc, fields={"ended": True})
    assert sync(lua.phone, end)["results"][0]["result"] == "accepted"
    assert slug(late.send_join(later)) == "passkey_unknown"
    assert sync(first, make(first, lua.scope, 1))["results"][0]["result"] == "accepted"


def test_a_device_that_a_passkey_let_in_makes_no_passkey_without_one(app: Flask, lua: Diary) -> None:
    phone, sent = alone(app, lua.phone.passkey)
    phone.send_join(sent)
    assert own_passkey(phone, Authenticator())["problem"] == "step_up"
    touched = own_passkey(
        phone, Authenticator(), n=902, assertions=lambda op: [lua.phone.passkey.step_up(op)]
    )
    assert touched["result"] == "accepted"


def test_a_touch_is_given_to_readers_and_kept_through_a_rebuild(app: Flask, lua: Diary) -> None:
    manager = Browser(app, "Trần Thị Hoa", "manager")
    forged = lua.op(f"entry:{new_uuid()}", {"form": "CT-12"}, by=manager.phone.shown["by"])
    assert lua.send(forged)[0]["problem"] == "no_right"
    admission = manager.diary.op(f"admission:{new_uuid()}", {"admit": [forged.id]}, scope=lua.scope)
    assert manager.diary.send(admission)[0]["result"] == "accepted"
    pulled = sync(lua.phone, cursors={lua.scope: "0"})
    assert [one["ops"] for one in pulled["assertions"]] == [[admission.id]]
    assert "assertions" not in sync(lua.phone, cursors=pulled["cursors"])
    assert list(rebuilding.rebuild()) == []
    with reading() as session:
        assert admission.id in assertions.of_ops(session, lua.scope, [admission.id])


def test_a_scope_taken_by_document_brings_the_touches_too(app: Flask, lua: Diary) -> None:
    manager = Browser(app, "Trần Thị Hoa", "manager")
    entry = lua.entry("CT-12", "2026-11-08")
    erasure = manager.diary.op(f"erasure:{new_uuid()}", {"documents": [entry.doc]}, scope=lua.scope)
    assert manager.diary.send(erasure)[0]["result"] == "accepted"
    for path in ("start", f"documents/{erasure.doc}"):
        page = lua.phone.client.get(f"/api/v1/scopes/{lua.scope}/{path}", headers=lua.phone.headers)
        assert [one["ops"] for one in page.get_json()["assertions"]] == [[erasure.id]]
    alone = lua.phone.client.get(
        f"/api/v1/scopes/{lua.scope}/documents/{entry.doc}", headers=lua.phone.headers
    )
    assert "assertions" not in alone.get_json()


def test_one_touch_confirms_several_ops_and_no_other(app: Flask, lua: Diary) -> None:
    manager = Browser(app, "Trần Thị Hoa", "manager")
    two = [manager.diary.op(f"admission:{new_uuid()}", {"admit": []}, scope=lua.scope).wire for _ in range(2)]
    third = manager.diary.op(f"admission:{new_uuid()}", {"admit": []}, scope=lua.scope).wire
    touch = manager.key.step_up(*(op_id(ORIGIN, one["body"]) for one in two))
    results = sync(manager.phone, *two, third, assertions=[touch])["results"]
    assert [one["result"] for one in results] == ["accepted", "accepted", "held"]
    widened = {**touch, "ops": [*touch["ops"], op_id(ORIGIN, third["body"])]}
    assert sync(manager.phone, third, assertions=[widened])["results"][0]["problem"] == "step_up"


def test_a_restore_gives_a_touched_op_back_by_whoever_carries_it_with_its_touch(
    app: Flask, lua: Diary, backups: Backups
) -> None:
    manager = Browser(app, "Trần Thị Hoa", "manager")
    old = backups.save()
    admission = manager.diary.op(f"admission:{new_uuid()}", {"admit": []}, scope=lua.scope)
    touch = manager.key.step_up(admission.id)
    sync(manager.phone, admission.wire, assertions=[touch])
    backups.restore(old)
    assert sync(lua.phone, admission.wire)["results"][0]["problem"] == "step_up"
    assert sync(lua.phone, admission.wire, assertions=[touch])["results"][0]["result"] == "accepted"


def recovery(secret: bytes) -> str:
    """Return the invitation that a recovery code's secret names, as PROTOCOL §27 says."""
    named = bytearray(hashlib.sha256(b"so-nha-nong/1/recovery\n" + secret).digest()[:16])
    named[6], named[8] = named[6] & 0x0F | 0x80, named[8] & 0x3F | 0x80
    text = named.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@pytest.mark.parametrize("role", ["manager", "auditor"])
def test_a_recovery_code_lets_its_person_in_once_to_make_a_new_passkey(
    app: Flask, lua: Diary, role: str
) -> None:
    lost = Browser(app, "Trần Thị Hoa", role)
    secret, shown = secrets.token_bytes(16), lost.phone.shown
    fields = {
        "membership": shown["by"], "kind": "browser", "confirm": False, "expires_at": now_ms() + 10**10,
        "secret_hash": ids.b64_encode(hashlib.sha256(secret).digest()),
    }  # fmt: skip
    invite = lost.diary.op(f"device:{recovery(secret)}", fields, scope=shown["scope"])
    assert lost.diary.send(invite)[0] == {"result": "held", "problem": "step_up"}
    touch = [lost.key.step_up(invite.id)]
    assert sync(lost.phone, invite.wire, assertions=touch)["results"][0]["result"] == "accepted"
    assert "Còn 1 mã chưa dùng." in lost.text("/htx/toi")

    again = Phone(app.test_client())
    opened = {"invite": recovery(secret), "secret": ids.b64_encode(secret)}
    again.shown = again.client.post("/api/v1/device/invite", json=opened).get_json()
    key = ids.b64_encode(again.key.public)
    body = make_body(
        device=again.key.device, n=1, by=again.shown["by"], scope=again.shown["scope"],
        doc=again.shown["doc"], after=again.shown["after"], recorded_at=now_ms(),
        fields={"key": key, "secret": ids.b64_encode(secret), "label": "Máy mới"},
    )  # fmt: skip
    signed = ids.b64_encode(again.key.sign(message(ORIGIN, body)))
    again.send_join({"body": body, "signature": signed, "key": key})
    assert again.client.get("/htx/").headers["Location"].startswith("/htx/khoa")
    assert own_passkey(again, Authenticator())["result"] == "accepted"
    again.client.post("/htx/khoa", headers=OURS)
    assert again.client.get("/htx/toi").status_code == 200
    assert slug(again.client.post("/api/v1/device/invite", json=opened, headers=OURS)) == "invite_used"


def test_the_view_of_devices_tells_which_passkey_let_a_key_in(app: Flask, lua: Diary) -> None:
    phone, sent = alone(app, lua.phone.passkey)
    phone.send_join(sent)
    run_write(lambda session: session.execute(delete(DeviceRow)))
    assert rebuilding.rebuild() is not None
    list(rebuilding.rebuild())
    with reading() as session:
        [row] = devices.rows_of_device(session, phone.key.device)
        assert (row.state, row.passkey) == ("confirmed", phone.shown["passkey"])
