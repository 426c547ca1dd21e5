"""Device sessions: challenge, signature, token, cookie; and a device that a restored server forgot."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from server.config import now_ms
from server.db import reading, run_write
from server.models.devices import DeviceRow, DeviceSession, Nonce
from server.models.log import Head, OpRow
from server.services.inviting import settle_device
from server.store import devices
from server.store.operator import load_private
from sync import ids
from sync.signing import SoftwareKey
from tests.server.phones import Phone, enrolled, invite_to, slug, start

HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


@pytest.fixture
def phone(client: FlaskClient) -> Phone:
    """Give the phone of a household."""
    return enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")


def is_let_in(phone: Phone) -> bool:
    """Return whether the phone's token opens anything."""
    return phone.client.get("/api/v1/reference", headers=phone.headers).status_code == 200


def forget(phone: Phone) -> None:
    """Do what a restore from before the invitation does to the device."""
    scope = phone.shown["scope"]

    def work(session: object) -> None:
        for table in (OpRow, Head, DeviceRow):
            session.execute(delete(table).where(table.scope == scope))  # type: ignore[attr-defined]
        session.execute(delete(DeviceSession))  # type: ignore[attr-defined]

    run_write(work)


def own_ops(phone: Phone) -> list[dict[str, str]]:
    """Return the ops of the device's document as it sends them."""
    return [{"body": op["body"], "signature": op["signature"]} for op in phone.ops]


def test_a_signed_challenge_opens_a_session(phone: Phone) -> None:
    phone.token = ""
    answer = phone.open_session()
    assert answer.status_code == 200
    assert answer.get_json()["expires_at"] - now_ms() <= 24 * HOUR_MS
    assert [op["body"] for op in answer.get_json()["ops"]] == [op["body"] for op in phone.ops]
    assert is_let_in(phone)


def test_another_keys_signature_opens_none(phone: Phone, client: FlaskClient) -> None:
    thief = Phone(client, key=SoftwareKey.generate())
    nonce = phone.nonce()
    answer = thief.open_session(nonce, device=phone.key.device)
    assert (answer.status_code, slug(answer)) == (401, "session")


def test_case_044_a_nonce_serves_once(phone: Phone) -> None:
    nonce = phone.nonce()
    assert phone.open_session(nonce).status_code == 200
    answer = phone.open_session(nonce)
    assert (answer.status_code, slug(answer)) == (401, "nonce_unknown")


def test_case_044_a_nonce_of_another_device_serves_not_at_all(phone: Phone, client: FlaskClient) -> None:
    other = enrolled(client, "Vũ Văn Đạt", "Hộ ông Đạt")
    nonce = other.nonce()
    assert slug(phone.open_session(nonce)) == "nonce_unknown"
    assert slug(other.open_session(nonce)) == "nonce_unknown"


def test_a_nonce_is_over_after_five_minutes(app: Flask, phone: Phone) -> None:
    nonce, later = phone.nonce(), now_ms() + 5 * 60_000
    app.extensions["clock"] = lambda: later
    assert slug(phone.open_session(nonce)) == "nonce_unknown"


def test_an_unknown_device_gets_a_challenge_of_the_same_shape(phone: Phone, client: FlaskClient) -> None:
    stranger = Phone(client)
    assert len(stranger.nonce()) == len(phone.nonce())
    assert slug(stranger.open_session()) == "session"


def test_a_session_ends_after_24_hours(app: Flask, phone: Phone) -> None:
    later = now_ms() + 24 * HOUR_MS
    app.extensions["clock"] = lambda: later
    assert not is_let_in(phone)


def test_only_hashes_of_tokens_and_nonces_are_stored(phone: Phone) -> None:
    nonce = phone.nonce()
    with reading() as session:
        tokens = list(session.scalars(select(DeviceSession.token_hash)))
        nonces = list(session.scalars(select(Nonce.nonce_hash)))
    assert phone.token not in tokens
    assert nonce not in nonces
    assert len(tokens) == len(nonces) == 1


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer " + "x" * 5000, "Bearer é"])
def test_without_a_good_token_nothing_opens(client: FlaskClient, header: str) -> None:
    answer = client.get("/api/v1/reference", headers={"Authorization": header})
    assert (answer.status_code, slug(answer)) == (401, "session")


def test_case_041_a_revoked_device_has_had_a_right_and_reads_nothing(phone: Phone) -> None:
    settle_device(load_private(), ids.split_ref(phone.shown["doc"])[1], {"revoked": True}, now_ms())
    with reading() as session:
        who = devices.writer(session, phone.key.device)
        assert who is not None
        assert not who.may_act
        assert devices.scopes_of(session, who) == {}
        assert devices.had_right(session, who, f"farm:{who.farm}")


def test_case_042_a_revoked_device_gets_no_session(phone: Phone) -> None:
    settle_device(load_private(), ids.split_ref(phone.shown["doc"])[1], {"revoked": True}, now_ms())
    assert not is_let_in(phone)
    answer = phone.open_session()
    assert (answer.status_code, slug(answer)) == (403, "device_revoked")


def test_a_staff_browser_gets_a_cookie_that_no_script_reads(client: FlaskClient) -> None:
    link = invite_to("Trần Thị Hoa", None, "reviewer")
    phone = Phone(client)
    cookie = phone.join(link).headers["Set-Cookie"]
    assert cookie.startswith("sid=")
    assert phone.token not in cookie  # a session of the pages is no device's session
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_phone_gets_no_cookie(phone: Phone) -> None:
    assert "Set-Cookie" not in phone.open_session().headers


def test_the_cookie_opens_no_api(client: FlaskClient) -> None:
    enrolled(client, "Trần Thị Hoa", None, "reviewer")
    assert client.get("/api/v1/reference").status_code == 401


def test_a_forgotten_device_is_itself_again_with_its_own_ops(phone: Phone) -> None:
    forget(phone)
    assert slug(phone.open_session()) == "session"
    answer = phone.open_session(ops=own_ops(phone))
    assert answer.status_code == 200
    assert is_let_in(phone)


def test_a_forgotten_device_without_its_invitation_is_not(phone: Phone) -> None:
    forget(phone)
    assert slug(phone.open_session(ops=own_ops(phone)[1:])) == "session"


def test_a_forgotten_device_with_a_forged_invitation_is_not(phone: Phone) -> None:
    forget(phone)
    ops = own_ops(phone)
    ops[0]["body"] = ops[0]["body"].replace('"kind":"phone"', '"kind":"browser"')
    assert slug(phone.open_session(ops=ops)) == "bad_signature"


def test_a_device_whose_inviter_is_forgotten_waits_for_him(phone: Phone) -> None:
    forget(phone)
    ops = own_ops(phone)
    stranger = SoftwareKey.generate()
    operator = load_private().device
    ops[0]["body"] = ops[0]["body"].replace(operator, stranger.device)
    answer = phone.open_session(ops=ops)
    assert (answer.status_code, slug(answer)) == (409, "key_wanted")


def test_challenges_of_one_device_are_limited(app: Flask, phone: Phone) -> None:
    now = now_ms()
    app.extensions["clock"] = lambda: now
    answers = [
        phone.client.post("/api/v1/device/challenge", json={"device": phone.key.device}) for _ in range(31)
    ]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
