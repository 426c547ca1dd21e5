"""`/api/v1/households`: a helper sees those he helps in full, the others of his villages by name alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import run_write
from server.models.people import Farm, Help, HelperVillage, Membership, Village
from server.services.setup import new_id
from tests.server.ops import make, scope_of, sync
from tests.server.phones import Phone, enrolled, slug, start
from tests.server.test_cost import watched

DAY_MS = 86_400_000
LUA, DAT = "Hộ bà Lụa", "Hộ ông Đạt"


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


@pytest.fixture
def helper(client: FlaskClient) -> Phone:
    """Give the phone of a team member of Thôn Đông, where all households of these tests are."""
    return enrolled(client, "Nguyễn Thị Mai", None, "helper", kind="phone")


def give_help(helper: Phone, farm: str, until: int | None) -> None:
    """Give the helper a right to help a farm, or change its end."""

    def work(session: Session) -> None:
        home = session.scalars(select(Farm).where(Farm.name == farm)).one()
        begun = now_ms() - 100 * DAY_MS
        session.add(
            Help(farm=home.id, id=new_id(now_ms()), membership=helper.shown["by"], valid_from=begun,
                 valid_until=until)
        )  # fmt: skip

    run_write(work)


def told(phone: Phone) -> dict[str, Any]:
    """Return the list by the farms' names."""
    answer = phone.client.get("/api/v1/households", headers=phone.headers)
    assert answer.status_code == 200
    return {one["name"]: one for one in answer.get_json()["households"]}


def test_whom_he_helps_is_told_in_full_and_the_rest_of_the_village_by_name(
    client: FlaskClient, helper: Phone
) -> None:
    lua = enrolled(client, "Phạm Thị Lụa", LUA)
    enrolled(client, "Vũ Văn Đạt", DAT)
    until = now_ms() + 30 * DAY_MS
    give_help(helper, LUA, until)
    scope = scope_of(lua)
    sync(lua, make(lua, scope, 1, 1), make(lua, scope, 2, 2, fields={"happened_on": "2026-11-20"}))

    seen = told(helper)
    assert seen[LUA]["help"] == {"until": until}
    assert (seen[LUA]["entries"], seen[LUA]["last_entry_on"]) == (2, "2026-11-20")
    assert (seen[LUA]["held"], seen[LUA]["conflicts"]) == (0, 0)
    [person] = seen[LUA]["people"]
    assert (person["name"], person["role"]) == ("Phạm Thị Lụa", "owner")
    assert [(one["device"], one["state"]) for one in person["devices"]] == [(lua.key.device, "confirmed")]
    assert set(seen[DAT]) == {"farm", "code", "name", "village", "help"}
    assert (seen[DAT]["village"], seen[DAT]["help"]) == ("Thôn Đông", None)


def test_a_help_that_is_over_leaves_its_end_and_no_more(client: FlaskClient, helper: Phone) -> None:
    enrolled(client, "Phạm Thị Lụa", LUA)
    over = now_ms() - 2 * DAY_MS
    give_help(helper, LUA, over)
    assert told(helper)[LUA]["help"] == {"until": over}
    assert "people" not in told(helper)[LUA]
    give_help(helper, LUA, None)  # given again: without an end, the old one says nothing any more
    assert told(helper)[LUA]["help"] == {"until": None}
    assert told(helper)[LUA]["people"] != []


def test_a_help_long_over_is_not_told_of(client: FlaskClient, helper: Phone) -> None:
    enrolled(client, "Phạm Thị Lụa", LUA)
    give_help(helper, LUA, now_ms() - 90 * DAY_MS)
    assert told(helper)[LUA]["help"] is None


def test_the_villages_given_to_a_helper_stand_for_his_own(client: FlaskClient, helper: Phone) -> None:
    enrolled(client, "Phạm Thị Lụa", LUA)

    def work(session: Session) -> None:
        other = session.scalars(select(Village.id).where(Village.name == "Thôn Đoài")).one()
        session.add(HelperVillage(membership=helper.shown["by"], village=other))

    run_write(work)
    assert told(helper) == {}


def test_another_cooperatives_household_of_the_same_village_is_not_told(
    client: FlaskClient, helper: Phone
) -> None:
    enrolled(client, "Lê Thị Xã", "Hộ của xã", organisation="Xã Kiến Thụy")
    enrolled(client, "Phạm Thị Lụa", LUA)
    assert set(told(helper)) == {LUA}


def test_the_list_costs_the_same_look_ups_for_one_household_and_for_many(
    client: FlaskClient, helper: Phone
) -> None:
    def asked() -> int:
        told(helper)
        with watched() as seen:
            told(helper)
        return len(seen)

    enrolled(client, "Phạm Thị Lụa", LUA)
    give_help(helper, LUA, None)
    once = asked()
    for name in ("Hộ ông Đạt", "Hộ chị Mơ", "Hộ anh Bình"):
        enrolled(client, name, name)
        give_help(helper, name, None)
    assert asked() == once


def test_an_unchanged_list_is_not_sent_again(client: FlaskClient, helper: Phone) -> None:
    enrolled(client, "Phạm Thị Lụa", LUA)
    first = client.get("/api/v1/households", headers=helper.headers)
    asked = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/api/v1/households", headers=helper.headers | asked)
    assert (again.status_code, again.get_data()) == (304, b"")
    give_help(helper, LUA, None)
    changed = client.get("/api/v1/households", headers=helper.headers | asked)
    assert changed.status_code == 200


def test_a_helper_whose_phone_waits_or_whose_role_is_over_is_told_of_nobody(client: FlaskClient) -> None:
    enrolled(client, "Phạm Thị Lụa", LUA)
    waiting = enrolled(client, "Nguyễn Thị Mai", None, "helper", kind="phone", confirm=True)
    give_help(waiting, LUA, None)
    assert told(waiting) == {}
    ended = enrolled(client, "Trần Văn Tổ", None, "extension", kind="phone")
    give_help(ended, LUA, None)
    assert set(told(ended)) == {LUA}

    def end(session: Session) -> None:
        session.get_one(Membership, ended.shown["by"]).valid_until = now_ms() - 1

    run_write(end)
    assert told(ended) == {}


@pytest.mark.parametrize("role", ["owner", "reviewer", "manager"])
def test_who_helps_nobody_by_his_role_gets_no_list(client: FlaskClient, role: str) -> None:
    phone = enrolled(client, "Phạm Thị Lụa", LUA if role == "owner" else None, role)
    answer = client.get("/api/v1/households", headers=phone.headers)
    assert (answer.status_code, slug(answer)) == (403, "no_right")
    assert client.get("/api/v1/households").status_code == 401
