"""A device that a passkey let in, forgotten by a restored server: itself again by its own documents.

Source: PROTOCOL §12, §15, §27.
"""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.services import rebuilding
from sync import ids
from sync.ops import make_body, message, op_id
from tests.server.authenticators import Authenticator, own_passkey
from tests.server.backups import Backups
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.ops import make, sync
from tests.server.phones import ORIGIN, Phone, slug, start
from tests.server.test_coming_back import state_of
from tests.server.test_joining_alone import alone


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """Give a farmer's phone whose person has no passkey yet."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def make_passkey(phone: Phone) -> None:
    """Make the passkey of a phone's person."""
    phone.passkey = Authenticator()
    assert own_passkey(phone, phone.passkey)["result"] == "accepted"


def joined(app: Flask, key: Authenticator) -> tuple[Phone, list[Any]]:
    """Return a phone that a passkey let in, and the assertions that its answer brought."""
    phone, sent = alone(app, key)
    answer = phone.send_join(sent).get_json()
    assert answer["result"] == "accepted"
    phone.passkey = key
    return phone, answer["assertions"]


def texts(phone: Phone) -> list[dict[str, str]]:
    """Return the ops of the device's and the passkey's document, as the answer gave them."""
    return [{name: op[name] for name in ("body", "signature")} for op in phone.ops]


def come_back(phone: Phone, touches: list[Any], ops: list[Any] | None = None) -> Any:
    """Open a session with the ops and the touches of the device's own documents."""
    return phone.open_session(ops=texts(phone) if ops is None else ops, assertions=touches)


def problem_of(answer: Any) -> str:
    """Return the problem of a session that was not opened."""
    assert 400 <= answer.status_code < 500, answer.get_data(as_text=True)
    return slug(answer)


def test_it_is_itself_again_where_the_restore_took_the_join(app: Flask, lua: Diary, backups: Backups) -> None:
    make_passkey(lua.phone)
    old = backups.save()
    phone, touches = joined(app, lua.phone.passkey)
    backups.restore(old)
    assert problem_of(phone.open_session()) == "session"
    back = come_back(phone, touches)
    assert (back.status_code, back.get_json()["assertions"]) == (200, touches)
    assert sync(phone, make(phone, lua.scope, 1))["results"][0]["result"] == "accepted"
    assert list(rebuilding.check()) == []
    assert list(rebuilding.rebuild()) == []
    assert state_of(phone) == "confirmed"


def test_it_brings_the_passkey_that_the_restore_took_too(app: Flask, lua: Diary, backups: Backups) -> None:
    old = backups.save()
    make_passkey(lua.phone)
    phone, touches = joined(app, lua.phone.passkey)
    assert sorted(op["body"].partition('"doc":"')[2][:7] for op in phone.ops) == ["device:", "passkey"]
    backups.restore(old)
    assert come_back(phone, touches).status_code == 200
    assert sync(phone, make(phone, lua.scope, 1))["results"][0]["result"] == "accepted"
    again, _ = joined(app, lua.phone.passkey)  # the passkey itself opens and lets in as before
    assert state_of(again) == "confirmed"


def test_a_session_gives_a_device_what_it_needs_to_come_back(app: Flask, lua: Diary) -> None:
    make_passkey(lua.phone)
    phone, touches = joined(app, lua.phone.passkey)
    answer = phone.open_session().get_json()
    assert (answer["ops"], answer["assertions"]) == (phone.ops, touches)
    assert "assertions" not in lua.phone.open_session().get_json()


def test_without_the_touch_or_with_a_foreign_one_it_stays_out(
    app: Flask, lua: Diary, backups: Backups
) -> None:
    make_passkey(lua.phone)
    other = diary_of(app.test_client(), "Ông Thịnh", "Nhà Thịnh")
    make_passkey(other.phone)
    old = backups.save()
    phone, touches = joined(app, lua.phone.passkey)
    backups.restore(old)
    (join,) = [op["body"] for op in phone.ops if '"doc":"device:' in op["body"]]
    foreign = [other.phone.passkey.step_up(op_id(ORIGIN, join))]
    unknown = [Authenticator().step_up(op_id(ORIGIN, join))]
    elsewhere = [{**touches[0], "ops": [op_id(ORIGIN, phone.ops[0]["body"]), *touches[0]["ops"]]}]
    for sent, problem in (
        ([], "no_right"),
        (foreign, "no_right"),
        (unknown, "key_wanted"),
        (elsewhere, "no_right"),
    ):
        assert problem_of(come_back(phone, sent)) == problem
    assert state_of(phone) is None
    assert come_back(phone, touches).status_code == 200


def test_it_waits_for_the_phone_that_made_its_passkey_and_for_its_own_membership(
    app: Flask, client: FlaskClient, backups: Backups
) -> None:
    start()
    empty = backups.save()
    lua = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
    make_passkey(lua.phone)
    phone, touches = joined(app, lua.phone.passkey)
    backups.restore(empty)
    assert problem_of(come_back(phone, touches)) == "key_wanted"
    assert state_of(phone) is None


def test_a_passkey_made_by_a_phone_that_was_let_in_comes_back_link_by_link(
    app: Flask, lua: Diary, backups: Backups
) -> None:
    make_passkey(lua.phone)
    old = backups.save()
    second, of_second = joined(app, lua.phone.passkey)
    newer = Authenticator()
    touched = own_passkey(second, newer, n=902, assertions=lambda op: [lua.phone.passkey.step_up(op)])
    assert touched["result"] == "accepted"
    third, of_third = joined(app, newer)
    assert len(of_third) == 2  # of the join, and of the passkey that let it in
    backups.restore(old)
    assert problem_of(come_back(third, of_third)) == "key_wanted"
    assert come_back(second, of_second).status_code == 200
    (of_join,) = [one for one in of_third if one["ops"] == [op_id(ORIGIN, third.ops[-1]["body"])]]
    assert problem_of(come_back(third, [of_join])) == "no_right"
    assert come_back(third, of_third).status_code == 200


def test_an_ended_passkey_brings_no_device_back(app: Flask, lua: Diary, backups: Backups) -> None:
    make_passkey(lua.phone)
    old = backups.save()
    phone, touches = joined(app, lua.phone.passkey)
    doc = phone.shown["passkey"]
    end = make(lua.phone, lua.phone.shown["scope"], 950, doc=doc, fields={"ended": True})
    backups.restore(old)
    assert sync(lua.phone, end)["results"][0]["result"] == "accepted"
    assert problem_of(come_back(phone, touches)) == "no_right"


def test_nobody_else_joins_on_the_document_of_a_device_that_came_alone(
    app: Flask, lua: Diary, backups: Backups
) -> None:
    make_passkey(lua.phone)
    old = backups.save()
    phone, touches = joined(app, lua.phone.passkey)
    device = [op for op in texts(phone) if '"doc":"device:' in op["body"]]
    doc = device[0]["body"].partition('"doc":"')[2].partition('"')[0]
    thief = Phone(app.test_client(), shown=phone.shown)
    plain: dict[str, Any] = {"key": ids.b64_encode(thief.key.public), "label": ""}
    alike = plain | {"kind": "phone", "passkey": phone.shown["passkey"]}
    for fields, own in ((plain, device), (alike, texts(phone))):
        body = make_body(
            device=thief.key.device, n=1, by=phone.shown["by"], scope=phone.shown["scope"], doc=doc,
            recorded_at=1, fields=fields,
        )  # fmt: skip
        theirs = {"body": body, "signature": ids.b64_encode(thief.key.sign(message(ORIGIN, body)))}
        backups.restore(old)
        for ops in ([theirs], [theirs, *own], [*own, theirs]):
            assert problem_of(come_back(thief, touches, ops)) in ("session", "no_right")
    backups.restore(old)
    assert come_back(phone, touches).status_code == 200


def test_only_the_documents_of_the_own_device_and_its_passkey_are_taken(app: Flask, lua: Diary) -> None:
    make_passkey(lua.phone)
    phone, touches = joined(app, lua.phone.passkey)
    foreign = make(lua.phone, lua.phone.shown["scope"], 960, doc=f"passkey:{new_uuid()}", fields={})
    assert problem_of(come_back(phone, touches, [*texts(phone), foreign])) == "bad_body"
    many: list[Any] = touches * 101
    assert problem_of(come_back(phone, many)) == "too_large"
    assert come_back(phone, [{"ops": "?"}, 7]).status_code == 200  # known anyway: shapes alone prove nothing
