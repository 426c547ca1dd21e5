"""Two rows of one person become one: nothing orphaned, nothing refused, no work of one's own reviewed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import reading, run_write
from server.models.people import Consent, Membership, Person
from server.services.console_merging import columns_of_persons
from server.store import people
from tests.server.consoles import fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import enrolled, invite_to, start


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """A farmer's phone in the first cooperative."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def consent(person: str) -> None:
    """Keep that a person agreed to something."""
    row = Consent(
        id=new_uuid(), person=person, purpose="diary", text_version="1", means="phone", given_at=now_ms()
    )
    run_write(lambda session: session.add(row))


def told(diary: Diary) -> dict[str, Any]:
    """Let a phone record something; return what became of it."""
    found = diary.send(diary.op(f"entry:{new_uuid()}", {"form": "CT-12", "happened_on": "2026-11-08"}))[0]
    return {name: found[name] for name in ("result", "problem") if name in found}


def test_every_column_that_names_a_person_follows() -> None:
    names = {f"{one.table.name}.{one.name}" for one in columns_of_persons()}
    assert {
        "memberships.person",
        "consents.person",
        "persons.merged_into",
        "console_sessions.person",
    } <= names


def test_memberships_devices_consents_and_helps_move_along(app: Flask, lua: Diary) -> None:
    office = Office(app)
    other = diary_of(app.test_client(), "Phạm Thị Lua", "Nhà ngoại")
    helper = enrolled(app.test_client(), "Lụa Phạm", None, "helper")
    keep, drop, third = (
        office.person("Phạm Thị Lụa"),
        office.person("Phạm Thị Lua"),
        office.person("Lụa Phạm"),
    )
    office.done(f"/htx/nguoi/{third}/giup", vai=office.membership(third), ho="H001")
    office.done(f"/htx/nguoi/{drop}/sua", ten="Phạm Thị Lua", so="0912345678")
    consent(drop)
    for one in (drop, third):
        assert "Gộp hai người làm một" in office.text(f"/htx/nguoi/gop?giu={keep}&bo={one}")
        assert office.done("/htx/nguoi/gop", giu=keep, bo=one) == f"/htx/nguoi/{keep}"
    with reading() as session:
        rows = {one.farm: one.role for one in people.memberships_in(session, keep)}
        assert rows == {lua.farm: "owner", other.farm: "owner", None: "helper"}
        assert [one.person for one in session.query(Consent)] == [keep]
        left, kept = session.get(Person, drop), session.get(Person, keep)
        assert left is not None
        assert kept is not None
        assert (left.name, left.phone, left.merged_into) == ("", None, keep)
        assert kept.phone == "0912345678"
        assert people.standing_person(session, third) is not None
    assert [told(lua), told(other)] == [{"result": "accepted"}] * 2
    answer = helper.client.get("/api/v1/households", headers=helper.headers).get_json()
    assert [one["farm"] for one in answer["households"] if one["help"]] == [lua.farm]
    page = office.text("/htx/nguoi")
    assert ("Phạm Thị Lua" in page, page.count("Phạm Thị Lụa")) == (False, 1)
    assert office.get(f"/htx/nguoi/{drop}").headers["Location"] == f"/htx/nguoi/{keep}"


def test_both_in_one_household_both_phones_go_on_and_one_is_marked(app: Flask, lua: Diary) -> None:
    office = Office(app)
    twice = diary_of(app.test_client(), "Chị Lụa", "Nhà Lụa", "member")
    keep, drop = office.person("Phạm Thị Lụa"), office.person("Chị Lụa")
    office.done("/htx/nguoi/gop", giu=keep, bo=drop)
    with reading() as session:
        marked = {one.id: one.merged_into for one in session.query(Membership).filter_by(farm=lua.farm)}
    assert marked == {lua.phone.shown["by"]: None, twice.phone.shown["by"]: lua.phone.shown["by"]}
    assert [told(lua), told(twice)] == [{"result": "accepted"}] * 2
    page = office.text(f"/htx/ho/{lua.farm}")
    assert "Đã gộp vào vai trò cùng chỗ" in page
    with reading() as session:
        found = people.find_membership(session, keep, marked and office_of(session, lua), lua.farm)
        assert found is not None
        assert found.id == lua.phone.shown["by"]


def office_of(session: Any, diary: Diary) -> str:
    """Return the organisation of a phone's membership."""
    return str(session.get(Membership, diary.phone.shown["by"]).organisation)


def test_case_068_nobody_reviews_their_own_work_by_a_second_name(app: Flask, lua: Diary) -> None:
    office = Office(app)
    reviewer = Office(app, "Cô Lụa", "reviewer")
    Office(app, "Nguyễn Thị Phương", "reviewer")
    entry = lua.entry("CT-12", "2026-11-08")
    review = {"of": entry.doc, "decision": "approved", "heads": [entry.id]}
    assert reviewer.sign(lua.scope, f"review:{new_uuid()}", review, [])["result"] == "accepted"
    office.done("/htx/nguoi/gop", giu=office.person("Phạm Thị Lụa"), bo=office.person("Cô Lụa"))
    again = reviewer.sign(lua.scope, f"review:{new_uuid()}", review, [])
    assert (again["result"], again["problem"]) == ("held", "self_review")


def test_what_can_not_be_one_is_said(app: Flask, lua: Diary) -> None:
    office = Office(app)
    with app.app_context():
        invite_to("Đỗ Quang Hai", None, "administrator")
    keep = office.person("Phạm Thị Lụa")
    above = office.person("Đỗ Quang Hai")
    office.refused("/htx/nguoi/gop", "Hai bên là một người rồi", giu=keep, bo=keep)
    office.refused("/htx/nguoi/gop", "cao hơn quyền của bạn", giu=keep, bo=above)
    office.refused("/htx/nguoi/gop", "cao hơn quyền của bạn", giu=above, bo=keep)


def test_case_069_nobody_foreign_is_merged(app: Flask, lua: Diary) -> None:
    there = other_cooperative()
    diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Kín", organisation=there)
    office = Office(app)
    mine = office.person("Phạm Thị Lụa")
    with reading() as session:
        [foreign] = [
            one.id for one in session.query(Person).filter_by(name="Phạm Thị Lụa", organisation=there)
        ]
    for keep, drop in ((mine, foreign), (foreign, mine), (mine, new_uuid())):
        assert office.fill("/htx/nguoi/gop", giu=keep, bo=drop).status_code == 404
        assert office.get(f"/htx/nguoi/gop?giu={keep}&bo={drop}").status_code == 404
    reviewer = Office(app, "Người duyệt", "reviewer")
    assert reviewer.fill("/htx/nguoi/gop", giu=mine, bo=mine).status_code == 404
