"""`/api/v1/me/devices`: a household sees the phones of its people; nobody sees those of another."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import run_write
from server.models.people import Membership
from server.services.inviting import settle_device
from server.store.devices import end_membership
from server.store.operator import load_private
from tests.server.phones import Phone, enrolled, invite_to, slug, start

FARM = "Hộ bà Mận"


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


def asked(phone: Phone) -> Any:
    """Return the people that the phone is told of."""
    answer = phone.client.get("/api/v1/me/devices", headers=phone.headers)
    assert answer.status_code == 200
    return answer.get_json()["people"]


def keys_of(told: Any) -> set[str]:
    """Return the device ids in an answer."""
    return {one["device"] for person in told for one in person["devices"]}


def test_a_household_sees_the_phones_of_all_its_people_and_what_waits_on_them(client: FlaskClient) -> None:
    mother = enrolled(client, "Bùi Thị Mận", FARM)
    son = enrolled(client, "Bùi Văn Tú", FARM, "member")
    stranger = enrolled(client, "Đỗ Văn Lạ", "Hộ ông Lạ")
    report = {"unsent": 3, "photos": 1, "app": "0.1.0"}
    sent = {"cursors": {}, "ops": [], "access": "", "phone": report}
    assert client.post("/api/v1/sync", json=sent, headers=son.headers).status_code == 200

    told = asked(mother)
    assert keys_of(told) == {mother.key.device, son.key.device}
    [shown] = next(one["devices"] for one in told if one["name"] == "Bùi Văn Tú")
    assert {name: shown[name] for name in report} == report
    assert (shown["state"], shown["label"]) == ("confirmed", "Máy thử")
    assert shown["joined_at"] <= shown["last_seen"]
    assert len(shown["after"]) == 1
    assert keys_of(asked(stranger)) == {stranger.key.device}


def test_an_open_invitation_is_no_device_and_an_ended_phone_stays_in_the_list(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", FARM)
    old = enrolled(client, "Bùi Thị Mận", FARM)
    invite_to("Bùi Thị Mận", FARM)
    settle_device(
        load_private(), old.ops[0]["body"].split('"doc":"device:')[1][:36], {"revoked": True}, now_ms()
    )
    [person] = asked(phone)
    assert {one["device"]: one["state"] for one in person["devices"]} == {
        phone.key.device: "confirmed",
        old.key.device: "revoked",
    }


def test_a_phone_that_waits_to_be_confirmed_sees_its_own_membership_alone(client: FlaskClient) -> None:
    enrolled(client, "Bùi Thị Mận", FARM)
    waiting = enrolled(client, "Bùi Văn Tú", FARM, "member", confirm=True)
    assert keys_of(asked(waiting)) == {waiting.key.device}


def test_a_person_of_two_diaries_is_told_of_both_with_their_own_phones(client: FlaskClient) -> None:
    here = enrolled(client, "Bùi Thị Mận", FARM)
    there = enrolled(client, "Bùi Thị Mận", "Trang trại ngoài đê")

    def same_person(session: Session) -> None:
        rows = [session.get_one(Membership, one.shown["by"]) for one in (here, there)]
        rows[1].person = rows[0].person

    run_write(same_person)
    told = asked(here)
    assert {one["farm"] for one in told} == {FARM, "Trang trại ngoài đê"}
    assert len({one["person"] for one in told}) == 1
    assert keys_of(told) == {here.key.device, there.key.device}


def test_who_left_the_household_sees_its_phones_no_more(client: FlaskClient) -> None:
    mother = enrolled(client, "Bùi Thị Mận", FARM)
    son = enrolled(client, "Bùi Văn Tú", FARM, "member")
    run_write(lambda session: end_membership(session, son.shown["by"], now_ms() - 1))
    assert keys_of(asked(son)) == set()
    assert keys_of(asked(mother)) == {mother.key.device}


def test_staff_see_their_own_devices_and_nobody_without_a_session_sees_any(client: FlaskClient) -> None:
    enrolled(client, "Bùi Thị Mận", FARM)
    reviewer = enrolled(client, "Cô Thu", None, "reviewer")
    assert keys_of(asked(reviewer)) == {reviewer.key.device}
    answer = client.get("/api/v1/me/devices")
    assert (answer.status_code, slug(answer)) == (401, "session")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_case_021_no_foreign_page_makes_a_browser_drop_a_diary(client: FlaskClient, site: str | None) -> None:
    said = {} if site is None else {"Sec-Fetch-Site": site}
    answer = client.post("/api/v1/device/leave", json={}, headers=said)
    assert (answer.status_code, slug(answer)) == (403, "csrf")
    assert "Clear-Site-Data" not in answer.headers


def test_case_021_the_last_person_leaves_nothing_in_the_browser(client: FlaskClient) -> None:
    answer = client.post("/api/v1/device/leave", json={}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
