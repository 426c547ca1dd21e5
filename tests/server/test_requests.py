"""Requests: rows made in the field, their one answer, and who may have what."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db import reading
from server.models.people import Farm, Person, Request
from server.services import rates
from server.store import people
from sync import ids
from tests.server.phones import Phone, enrolled, slug, start

NOW = 1_762_600_000_000


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


@pytest.fixture
def helper(client: FlaskClient) -> Phone:
    """Give the phone of a team member."""
    return enrolled(client, "Phạm Văn Tổ", None, "helper", kind="phone")


def new_id(number: int) -> str:
    """Return an id made on the phone."""
    return ids.make_uuid7(NOW + number, number.to_bytes(10, "big"))


def asked(number: int, kind: str, **values: Any) -> dict[str, Any]:
    """Return a request."""
    return {"id": new_id(number), "kind": kind, "made_at": NOW, "values": values}


def send(phone: Phone, *requests: Any) -> Any:
    """Send requests and return the answer."""
    return phone.client.post("/api/v1/requests", json={"requests": list(requests)}, headers=phone.headers)


def results(answer: Any) -> list[str]:
    """Return the results of an answer."""
    return [one["result"] for one in answer.get_json()["results"]]


def test_a_team_member_makes_a_household_in_one_go(helper: Phone) -> None:
    answer = send(
        helper,
        asked(1, "farm", name="Hộ ông Đạt"),
        asked(2, "person", name="Vũ Văn Đạt"),
        asked(3, "membership", person=new_id(2), farm=new_id(1), role="owner"),
        asked(4, "consent", person=new_id(2), purpose="diary", text_version="1", means="spoken"),
        asked(5, "withdrawal", consent=new_id(4)),
    )
    assert results(answer) == ["settled"] * 5
    assert answer.get_json()["results"][0]["row"]["name"] == "Hộ ông Đạt"
    seen = helper.client.get("/api/v1/reference", headers=helper.headers).get_json()
    assert [farm["id"] for farm in seen["farms"]] == [new_id(1)]


def test_the_same_request_has_the_same_answer(helper: Phone) -> None:
    one = asked(1, "farm", name="Hộ ông Đạt")
    assert send(helper, one).get_json() == send(helper, one).get_json()
    with reading() as session:
        assert session.query(Farm).count() == 1


def test_the_same_id_with_other_values_is_reused(helper: Phone) -> None:
    send(helper, asked(1, "farm", name="Hộ ông Đạt"))
    answer = send(helper, asked(1, "farm", name="Hộ bà Mận"))
    assert (answer.status_code, slug(answer)) == (409, "request_reused")


def test_a_households_request_for_a_person_waits(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    assert results(send(phone, asked(1, "person", name="Bùi Văn Con"))) == ["waiting"]
    with reading() as session:
        assert session.get(Person, new_id(1)) is None


def test_ops_of_a_farm_wait_while_its_request_does(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    assert results(send(phone, asked(1, "farm", name="Hộ mới"))) == ["waiting"]
    with reading() as session:
        scope = f"farm:{new_id(1)}"
        assert people.unsettled_scopes(session, [scope, f"farm:{new_id(2)}"]) == {scope}


def test_a_device_that_waits_for_confirmation_settles_nothing(client: FlaskClient) -> None:
    phone = enrolled(client, "Phạm Văn Tổ", None, "helper", kind="phone", confirm=True)
    assert results(send(phone, asked(1, "farm", name="Hộ mới"))) == ["waiting"]


def test_a_new_organisation_waits_for_the_commune(helper: Phone) -> None:
    assert results(send(helper, asked(1, "organisation", name="HTX mới"))) == ["waiting"]


def test_nobody_is_given_a_staff_role_by_a_request(helper: Phone) -> None:
    send(helper, asked(1, "farm", name="Hộ"), asked(2, "person", name="Ai đó"))
    answer = send(helper, asked(3, "membership", person=new_id(2), farm=new_id(1), role="manager"))
    assert results(answer) == ["declined"]


def test_another_cooperatives_farm_is_declined(app: Flask, client: FlaskClient, helper: Phone) -> None:
    commune = enrolled(client, "Lê Thị Xã", "Hộ của xã", organisation="Xã Kiến Thụy")
    with reading() as session:
        who = session.query(Farm).filter(Farm.name == "Hộ của xã").one()
    assert commune.token
    send(helper, asked(2, "person", name="Ai đó"))
    answer = send(helper, asked(3, "membership", person=new_id(2), farm=who.id, role="owner"))
    assert results(answer) == ["declined"]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        [],
        {},
        {"id": "x", "kind": "farm", "made_at": 1, "values": {}},
        {"id": new_id(1), "kind": "king", "made_at": 1, "values": {}},
        {"id": new_id(1), "kind": ["farm"], "made_at": 1, "values": {"name": "x"}},
        {"id": new_id(1), "kind": "farm", "made_at": 1.5, "values": {"name": "x"}},
        {"id": new_id(1), "kind": "farm", "made_at": True, "values": {"name": "x"}},
        {"id": new_id(1), "kind": "farm", "made_at": 1, "values": {"name": "\0"}},
        {"id": new_id(1), "kind": "farm", "made_at": 1, "values": {"name": ["x"]}},
        {"id": new_id(1), "kind": "farm", "made_at": 1, "values": {"name": ""}},
        {"id": new_id(1), "kind": "farm", "made_at": 1, "values": {}},
        {"id": new_id(1), "kind": "farm", "made_at": 1, "values": {"name": "x", "village": "no"}},
        {"id": new_id(1), "kind": "help", "made_at": 1, "values": {"farm": 7}},
    ],
)
def test_a_request_of_the_wrong_shape_is_refused_and_stops_no_other(helper: Phone, bad: Any) -> None:
    assert results(send(helper, bad, asked(9, "farm", name="Hộ"))) == ["refused", "settled"]


@pytest.mark.parametrize("body", ["[]", "{}", '{"requests":{}}', "nope", '{"requests":' + "[" * 9000])
def test_an_unreadable_body_is_a_refusal(helper: Phone, body: str) -> None:
    answer = helper.client.post(
        "/api/v1/requests", data=body, content_type="application/json", headers=helper.headers
    )
    assert answer.status_code == 400


def test_more_than_a_hundred_are_too_many(helper: Phone) -> None:
    assert slug(send(helper, *[None] * 101)) == "too_large"


def test_requests_need_a_session(client: FlaskClient) -> None:
    answer = client.post("/api/v1/requests", json={"requests": []})
    assert answer.status_code == 401


def test_a_device_piles_up_no_more_requests_than_a_day_s_quota(
    helper: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "REQUESTS_PER_DAY", 2)
    rows = [asked(number, "organisation", name=f"Tổ hợp tác {number}") for number in range(3)]
    assert results(send(helper, *rows[:2])) == ["waiting", "waiting"]
    answer = send(helper, rows[2])
    assert (answer.status_code, slug(answer)) == (429, "too_many")
    assert "Retry-After" in answer.headers
    assert results(send(helper, rows[0])) == ["waiting"]  # what came before keeps its answer
    with reading() as session:
        assert session.get(Request, new_id(2)) is None
