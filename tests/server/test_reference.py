"""The reference snapshot: what each sees, and that it travels only when it changed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import run_write
from server.models.people import Help
from server.services.setup import load_products, new_id
from server.store.people import put_products
from sync import ids
from tests.server.phones import Phone, enrolled, start

RICE = {"code": "lua", "sector": "crop", "name_vi": "Lúa", "name_en": "Rice"}


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


def fetch(phone: Phone, **headers: str) -> Any:
    """Ask for the snapshot."""
    return phone.client.get("/api/v1/reference", headers=phone.headers | headers)


def names(answer: Any) -> set[str]:
    """Return the names of the persons in a snapshot."""
    return {person["name"] for person in answer.get_json()["persons"]}


def test_a_household_sees_its_own_people_and_farm(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    enrolled(client, "Bùi Văn Con", "Hộ bà Mận", "member")
    enrolled(client, "Vũ Văn Đạt", "Hộ ông Đạt")
    seen = fetch(phone)
    assert names(seen) == {"Bùi Thị Mận", "Bùi Văn Con"}
    assert [farm["name"] for farm in seen.get_json()["farms"]] == ["Hộ bà Mận"]
    assert seen.get_json()["me"]["role"] == "owner"


def test_a_household_learns_the_names_of_those_who_help_it(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    helper = enrolled(client, "Nguyễn Thị Mai", None, "helper", kind="phone")
    enrolled(client, "Trần Văn Tổ", None, "helper", kind="phone")
    farm = fetch(phone).get_json()["me"]["farm"]

    def work(session: Session) -> None:
        begun, over = now_ms() - 9, now_ms() - 3
        by = helper.shown["by"]
        session.add(Help(farm=farm, id=new_id(now_ms()), membership=by, valid_from=begun, valid_until=over))

    run_write(work)
    assert names(fetch(phone)) == {"Bùi Thị Mận", "Nguyễn Thị Mai"}


def test_staff_see_their_organisation_and_no_other(client: FlaskClient) -> None:
    enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    enrolled(client, "Người Xã", "Hộ của xã", organisation="Xã Kiến Thụy")
    reviewer = enrolled(client, "Trần Thị Hoa", None, "reviewer")
    seen = fetch(reviewer)
    assert names(seen) == {"Bùi Thị Mận", "Quản trị", "Trần Thị Hoa"}
    assert "Người Xã" not in seen.get_data(as_text=True)
    assert "Hộ của xã" not in seen.get_data(as_text=True)


def test_an_unchanged_snapshot_is_not_sent_again(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    first = fetch(phone)
    tag = first.headers["ETag"]
    again = fetch(phone, **{"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == tag


def test_a_changed_snapshot_is(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    tag = fetch(phone).headers["ETag"]
    run_write(lambda session: put_products(session, [RICE]))
    changed = fetch(phone, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.get_json()["products"] == [
        {"code": "lua", "sector": "crop", "name": {"vi": "Lúa", "en": "Rice"}}
    ]


def test_a_compressed_snapshot_is_recognised_by_its_tag(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    tag = fetch(phone, **{"Accept-Encoding": "gzip"}).headers["ETag"]
    assert fetch(phone, **{"If-None-Match": tag, "Accept-Encoding": "gzip"}).status_code == 304


def test_two_devices_have_two_snapshots(client: FlaskClient) -> None:
    one = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    other = enrolled(client, "Vũ Văn Đạt", "Hộ ông Đạt")
    assert fetch(other, **{"If-None-Match": fetch(one).headers["ETag"]}).status_code == 200


def test_a_product_says_how_it_is_harvested_and_counted(app: Flask, client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    load_products()
    first = fetch(phone)
    rice = first.get_json()["products"][0]
    assert (rice["code"], rice["verb"]["vi"], rice["units"][0], rice["icon"]) == (
        "rice", "gặt lúa", "kg", "wheat",
    )  # fmt: skip
    run_write(lambda session: put_products(session, [RICE | {"details": '{"units":["ta"]}'}]))
    again = fetch(phone)
    assert again.headers["ETag"] != first.headers["ETag"]
    assert again.get_json()["products"][0] == {
        "code": "lua", "sector": "crop", "name": {"vi": "Lúa", "en": "Rice"}, "units": ["ta"],
    }  # fmt: skip


def test_the_snapshot_has_the_keys_of_those_who_write_in_ones_books(client: FlaskClient) -> None:
    phone = enrolled(client, "Bùi Thị Mận", "Hộ bà Mận")
    member = enrolled(client, "Bùi Văn Con", "Hộ bà Mận", "member")
    reviewer = enrolled(client.application.test_client(), "Trần Thị Hoa", None, "reviewer")
    other = enrolled(client, "Vũ Văn Đạt", "Hộ ông Đạt")
    waiting = enrolled(client, "Bùi Thị Cháu", "Hộ bà Mận", "member", confirm=True)
    keys = fetch(phone).get_json()["keys"]
    assert keys == {
        one.key.device: ids.b64_encode(one.key.public) for one in (phone, member, reviewer, waiting)
    }
    assert set(fetch(reviewer).get_json()["keys"]) == {*keys, other.key.device}
    assert fetch(waiting).get_json()["keys"] == {}
