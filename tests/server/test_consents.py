"""Consents: their texts stay as people saw them, and each learns of his own."""

from __future__ import annotations

import hashlib
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.config import now_ms
from server.db import reading
from server.models.privacy import DataRequest
from server.store import consents
from tests.server.phones import Phone, enrolled, start

# A text that somebody agreed to is never changed: whoever rewords it adds a version, and its digest here.
DIGESTS = {
    "diary 1": "c330717927231e0d",
    "photo 1": "2cd593462cdec64d",
    "gps 1": "353fec5236b03129",
    "public_name 1": "416c457aab129751",
    "push 1": "1ea058e7cd9dd568",
}


@pytest.fixture
def household(app: Flask, client: FlaskClient) -> Phone:
    """Give the phone of a household."""
    start()
    return enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")


def ask(phone: Phone, number: int, kind: str, /, **values: object) -> str:
    """Send one request of a phone and return its result."""
    one = {
        "id": f"019a0000-0000-7000-9000-{number:012x}",
        "kind": kind,
        "made_at": now_ms(),
        "values": values,
    }
    answer = phone.client.post("/api/v1/requests", headers=phone.headers, json={"requests": [one]})
    return str(answer.get_json()["results"][0]["result"])


def reference(phone: Phone) -> dict[str, list[dict[str, object]]]:
    """Return the snapshot of a phone."""
    found: dict[str, list[dict[str, object]]] = phone.client.get(
        "/api/v1/reference", headers=phone.headers
    ).get_json()
    return found


def test_a_text_that_people_agreed_to_never_changes() -> None:
    found = {
        f"{one['purpose']} {one['version']}": hashlib.sha256(
            json.dumps([one["title"], one["text"]], ensure_ascii=False).encode()
        ).hexdigest()[:16]
        for one in consents.texts()
    }
    assert found == DIGESTS


def test_the_diary_alone_is_required_and_every_text_is_said_in_both_languages() -> None:
    assert {one["purpose"] for one in consents.asked() if one["required"]} == {"diary"}
    for one in consents.texts():
        assert all(one[part][language].strip() for part in ("title", "text") for language in ("vi", "en"))


def test_a_person_sees_what_is_asked_and_what_he_agreed_to(household: Phone) -> None:
    seen = reference(household)
    assert [one["purpose"] for one in seen["consents"]] == ["diary", "photo", "gps", "public_name", "push"]
    assert seen["given_consents"] == []
    person = household_person(household)
    assert (
        ask(household, 1, "consent", person=person, purpose="gps", text_version="1", means="phone")
        == "settled"
    )
    given = reference(household)["given_consents"]
    assert [(one["purpose"], one["text_version"], one["withdrawn_at"]) for one in given] == [
        ("gps", "1", None)
    ]
    assert ask(household, 2, "withdrawal", consent=given[0]["id"]) == "settled"
    assert reference(household)["given_consents"][0]["withdrawn_at"] is not None


def test_what_a_person_agreed_to_is_no_other_households_business(household: Phone, app: Flask) -> None:
    person = household_person(household)
    ask(household, 1, "consent", person=person, purpose="diary", text_version="1", means="phone")
    other = enrolled(app.test_client(), "Vũ Văn Đạt", "Hộ ông Đạt")
    same_farm = enrolled(app.test_client(), "Bùi Văn Con", "Hộ bà Mận", "member")
    assert reference(other)["given_consents"] == reference(same_farm)["given_consents"] == []
    assert (
        ask(other, 9, "consent", person=person, purpose="gps", text_version="1", means="phone") == "declined"
    )
    reviewer = enrolled(app.test_client(), "Trần Thị Hoa", None, "reviewer")
    assert [one["person"] for one in reference(reviewer)["given_consents"]] == [person]


def household_person(phone: Phone) -> str:
    """Return the person whom a phone belongs to."""
    me = phone.client.get("/api/v1/reference", headers=phone.headers).get_json()["me"]
    return str(me["person"])


def test_a_person_asks_for_his_data_from_the_phone_once_and_of_nobody_else(
    household: Phone, app: Flask
) -> None:
    person = household_person(household)
    assert ask(household, 1, "data_request", person=person, kind="access") == "settled"
    assert ask(household, 2, "data_request", person=person, kind="access") == "declined"
    assert ask(household, 3, "data_request", person=person, kind="everything") == "refused"
    other = enrolled(app.test_client(), "Vũ Văn Đạt", "Hộ ông Đạt")
    assert ask(other, 4, "data_request", person=person, kind="erase") == "declined"
    with reading() as session:
        [row] = session.scalars(select(DataRequest))
        assert (row.person, row.kind, row.means, row.outcome) == (person, "access", "app", None)
        assert row.answer_due <= row.done_due
