"""Joining: what an invitation gives, and every way it refuses (faults.md C, 33–40)."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import reading
from server.services.inviting import HOUR_MS, settle_device
from server.store import devices, log
from server.store.operator import load_private
from sync import ids
from sync.signing import SoftwareKey
from tests.server.phones import ORIGIN, Phone, enrolled, invite_to, secret_of, slug, start


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


def state_of(invite: str) -> str:
    """Return the state of a device."""
    with reading() as session:
        return devices.rows_of_doc(session, f"device:{invite}")[0].state


def test_a_person_joins_with_the_secret_and_is_confirmed(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    phone = Phone(client)
    answer = phone.join(link)
    assert answer.status_code == 200
    assert answer.get_json()["result"] == "accepted"
    assert len(phone.ops) == 2
    assert phone.shown["shown"] == {
        "name": "Bùi Thị Mận",
        "village": "Thôn Đông",
        "farm": "Hộ bà Mận",
        "organisation": "HTX Thụy Hương",
    }
    assert phone.shown["origin"] == ORIGIN
    assert state_of(link.invite) == "confirmed"


def test_a_lost_answer_is_fetched_by_the_same_bytes(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    phone = Phone(client)
    phone.shown = phone.look(link).get_json()
    sent = phone.join_request(link)
    first, again = phone.send_join(sent), phone.send_join(sent)
    assert [first.get_json()["result"], again.get_json()["result"]] == ["accepted", "already"]
    assert first.get_json()["ops"] == again.get_json()["ops"]


def test_a_code_joins_and_a_person_must_confirm(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    phone = Phone(client)
    assert phone.join(link, code=link.code.lower()).status_code == 200
    assert state_of(link.invite) == "waiting"
    me = client.get("/api/v1/reference", headers=phone.headers).get_json()
    assert me["me"]["state"] == "waiting"
    settle_device(load_private(), link.invite, {"confirmed": True}, now_ms())
    assert state_of(link.invite) == "confirmed"


def test_nobody_confirms_himself(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận", confirm=True)
    phone = Phone(client)
    phone.shown = phone.look(link).get_json()
    fields = {
        "key": ids.b64_encode(phone.key.public),
        "secret": secret_of(link),
        "label": "",
        "confirmed": True,
    }
    assert phone.send_join(phone.join_request(link, fields=fields)).status_code == 200
    assert state_of(link.invite) == "waiting"


def test_only_hashes_of_secret_and_code_are_in_the_log(app: Flask) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    with reading() as session:
        row = devices.rows_of_doc(session, f"device:{link.invite}")[0]
        body = log.document_ops(session, row.scope, row.doc)[0].op.body
    assert secret_of(link) not in body
    assert link.code.replace("-", "") not in body


def test_case_033_a_used_invitation_is_gone(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    Phone(client).join(link)
    answer = Phone(client).look(link)
    assert (answer.status_code, slug(answer)) == (410, "invite_used")


def test_case_033_a_second_key_on_one_invitation_is_held_and_opens_nothing(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    first, second = Phone(client), Phone(client)
    first.shown = second.shown = first.look(link).get_json()
    assert first.send_join(first.join_request(link)).get_json()["result"] == "accepted"
    answer = second.send_join(second.join_request(link)).get_json()
    assert answer == {"result": "held", "ops": []}
    assert slug(second.open_session()) == "session"


def test_case_034_an_invitation_expires(app: Flask, client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận", hours=1)
    phone = Phone(client)
    phone.shown = phone.look(link).get_json()
    sent = phone.join_request(link)
    later = now_ms() + HOUR_MS + 1
    app.extensions["clock"] = lambda: later
    assert slug(phone.look(link)) == "invite_expired"
    assert slug(phone.send_join(sent)) == "invite_expired"


def test_case_035_five_wrong_tries_burn_an_invitation(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    phone = Phone(client)
    for _ in range(5):
        answer = phone.look(link, code="AAAA-AAAA")
        assert (answer.status_code, slug(answer)) == (404, "invite_unknown")
    answer = phone.look(link)
    assert (answer.status_code, slug(answer)) == (410, "invite_burnt")


def test_case_035_four_wrong_tries_do_not(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    phone = Phone(client)
    for _ in range(4):
        phone.look(link, code="AAAA-AAAA")
    assert phone.look(link, code=link.code).status_code == 200


def test_case_035_an_unknown_invitation_answers_as_a_wrong_code(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    other = ids.make_uuid7(now_ms(), bytes(10))
    phone = Phone(client)
    answers = [
        client.post("/api/v1/device/invite", json={"invite": invite, "code": "AAAA-AAAA"})
        for invite in [link.invite] * 6 + [other] * 6
    ]
    told = [(answer.status_code, slug(answer)) for answer in answers]
    assert told[:6] == told[6:]
    assert phone.token == ""


def test_case_036_opening_a_link_changes_nothing(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    for _ in range(10):
        client.get(f"/i/{link.invite}")
        client.get("/")
    assert Phone(client).join(link).status_code == 200


def test_case_037_a_forwarded_invitation_reads_nothing_until_somebody_confirms(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận", confirm=True)
    shown = client.get("/api/v1/reference", headers=phone.headers).get_json()
    assert shown["me"]["state"] == "waiting"
    with reading() as session:
        who = devices.writer(session, phone.key.device)
        assert who is not None
        assert devices.scopes_of(session, who) == {}
        assert devices.had_right(session, who, f"farm:{who.farm}")


def test_case_038_a_join_in_another_cooperatives_scope_finds_no_invitation(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    phone = Phone(client)
    phone.shown = phone.look(link).get_json()
    answer = phone.send_join(phone.join_request(link, scope=f"org:{ids.make_uuid7(1, bytes(10))}"))
    assert (answer.status_code, slug(answer)) == (404, "invite_unknown")


@pytest.mark.parametrize("fault", ["signature", "key", "point", "other"])
def test_case_039_a_wrong_signature_or_key_is_refused(client: FlaskClient, fault: str) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    phone = Phone(client)
    phone.shown = phone.look(link).get_json()
    sent = phone.join_request(link)
    if fault == "signature":
        sent["signature"] = ids.b64_encode(bytes(64))
    elif fault == "key":
        sent["key"] = ids.b64_encode(bytes(65))
    elif fault == "point":
        sent["key"] = ids.b64_encode(b"\x04" + bytes(64))
    else:
        sent["key"] = ids.b64_encode(SoftwareKey.generate().public)
    answer = phone.send_join(sent)
    assert (answer.status_code, slug(answer)) == (422, "bad_key")
    assert state_of(link.invite) == "invited"


def test_case_040_a_key_joins_once(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    other = Phone(client, key=phone.key)
    answer = other.join(invite_to("Vũ Văn Đạt", "Hộ ông Đạt"))
    assert (answer.status_code, slug(answer)) == (409, "key_in_use")


def test_the_membership_in_a_join_is_the_invitations(client: FlaskClient) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    phone = Phone(client)
    phone.shown = phone.look(link).get_json()
    answer = phone.send_join(phone.join_request(link, by=ids.make_uuid7(1, bytes(10))))
    assert slug(answer) == "bad_body"


@pytest.mark.parametrize("route", ["invite", "join", "challenge", "session"])
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"{}", b'{"invite":1,"device":2}', b'{"device":"\xff"}', b"[" * 50000,
     b'{"invite":"x","invite":"y"}', b'{"device":{"a":[]}}', b'{"body":"\\ud800","key":"","signature":""}'],
)  # fmt: skip
def test_case_048_malformed_json_is_a_refusal(client: FlaskClient, route: str, body: bytes) -> None:
    answer = client.post(f"/api/v1/device/{route}", data=body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer.content_type.startswith("application/problem+json")


@pytest.mark.parametrize("member", ["body", "signature", "key", "code"])
@pytest.mark.parametrize("value", [None, 7, [], {}, "", "\ud800", "x" * 40000, "\0", "AAAA"])
def test_case_048_a_join_of_odd_values_is_a_refusal(client: FlaskClient, member: str, value: object) -> None:
    link = invite_to("Bùi Thị Mận", "Hộ bà Mận")
    phone = Phone(client)
    phone.shown = phone.look(link).get_json()
    sent = phone.join_request(link)
    data = json.dumps(sent | {member: value})
    answer = client.post("/api/v1/device/join", data=data, content_type="application/json")
    assert answer.status_code < 500
    assert answer.status_code != 200 or member == "code"
