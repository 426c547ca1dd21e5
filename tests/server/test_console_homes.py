"""The console's farm pages: households and their people, lost phones, a farm that moves elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import reading, run_write
from server.models.people import Farm, Help, Membership, Person
from server.services.inviting import open_book
from server.services.setup import add_organisation
from server.store import books
from server.store.operator import load_private
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
    """A farmer's phone in the first cooperative, its book open."""
    start()
    diary = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
    open_book(load_private(), diary.farm, now_ms())
    return diary


def book_form(page: str, what: str) -> dict[str, str]:
    """Return what a page's form signs about the book."""
    [form] = re.findall(rf'<form data-book-op="{what}"[^>]*>', page)
    return dict(re.findall(r'data-([a-z]+)="([^"]*)"', form))


def entry(diary: Diary) -> Any:
    """Let a phone record something; return what became of it."""
    found = diary.send(diary.op(f"entry:{new_uuid()}", {"form": "CT-12", "happened_on": "2026-11-08"}))[0]
    return {name: found[name] for name in ("result", "problem") if name in found}


def test_a_household_is_added_changed_and_gets_its_people(app: Flask, lua: Diary) -> None:
    office = Office(app)
    place = office.done("/htx/ho/them", ten="Nhà ông Thành", dia_chi=" Ngõ 3 ", ma="")
    farm = place.rpartition("/")[2]
    with reading() as session:
        made = session.get(Farm, farm)
        assert made is not None
        assert (made.code, made.name, made.address) == ("H002", "Nhà ông Thành", "Ngõ 3")
    office.refused(f"{place}/sua", "Mã này hộ khác đã dùng", ten="Nhà ông Thành", ma="H001")
    office.refused(f"{place}/sua", "Chưa có tên", ten="", ma="H009")
    office.done(f"{place}/sua", ten="Nhà cụ Thành", ma="TT-07")
    office.refused(f"{place}/nguoi", "Không giao được vai trò này", ten="Phạm Văn Thành", vai="manager")
    office.done(f"{place}/nguoi", ten="Phạm Văn Thành", so="0912345678", vai="owner")
    page = office.text(place)
    assert "TT-07 Nhà cụ Thành" in page
    assert re.search(
        r'data-invite data-scope="org:[^"]+" data-membership="[^"]+" data-name="Phạm Văn Thành"', page
    )
    assert f'data-book="farm:{farm}"' in page  # no book yet: the same press opens it
    assert f'data-book="farm:{lua.farm}"' not in office.text(f"/htx/ho/{lua.farm}")
    for words, shown in (("cu thanh", True), ("tt-07", True), ("lua", False)):
        office.fill("/htx/ho/tim", loi=words)
        assert ("Nhà cụ Thành" in office.text("/htx/ho")) is shown, words


def test_somebody_known_already_joins_the_household_as_who_they_are(app: Flask, lua: Diary) -> None:
    office = Office(app)
    place = office.done("/htx/ho/them", ten="Nhà hai bên")
    known = office.person("Phạm Thị Lụa")
    answer = office.fill(f"{place}/nguoi", ten="Phạm Thị Lụa", vai="member")
    assert answer.status_code == 422
    assert f'name="la" value="{known}"' in answer.get_data(as_text=True)
    office.done(f"{place}/nguoi", la=known, vai="member")
    with reading() as session:
        assert session.query(Person).filter_by(name="Phạm Thị Lụa").count() == 1
        roles = {(one.farm, one.role) for one in session.query(Membership).filter_by(person=known)}
    assert roles == {(lua.farm, "owner"), (place.rpartition("/")[2], "member")}


def test_a_lost_phone_is_stopped_and_a_new_one_invited_by_one_press(app: Flask, lua: Diary) -> None:
    page = Office(app).text(f"/htx/ho/{lua.farm}")
    [form] = re.findall(r"<form data-invite [^>]*data-replaces=[^>]*>", page)
    told = dict(re.findall(r'data-([a-z]+)="([^"]*)"', form))
    assert (told["replaces"], told["device"]) == (lua.phone.shown["doc"], lua.phone.key.device)
    assert told["after"]
    reviewer = Office(app, "Nguyễn Thị Phương", "reviewer").text(f"/htx/ho/{lua.farm}")
    assert "data-replaces" not in reviewer  # a manager ends devices
    assert "data-invite" in reviewer
    assert "/nguoi" not in reviewer
    auditor = Office(app, "Bà Kiểm", "auditor").text(f"/htx/ho/{lua.farm}")
    assert "data-invite data-scope" not in auditor


class Moving:
    """Two managers and a household between them."""

    def __init__(self, app: Flask, lua: Diary) -> None:
        self.lua, self.there = lua, other_cooperative()
        self.old = Office(app, "Trần Văn Cường")
        self.new = Office(app, "Phạm Thị Liên", organisation=self.there)
        self.path = f"/htx/ho/{lua.farm}"

    def close(self) -> None:
        """Sign the end of the book and offer the farm."""
        told = book_form(self.old.text(self.path), "close")
        fields = {"closed": True, "moved_to": self.there}
        result = self.old.sign(told["scope"], told["doc"], fields, told["after"].split())
        assert result["result"] == "accepted"
        self.old.done(f"{self.path}/chuyen", htx=self.there)

    def offered(self) -> str:
        """Return the offer that the other manager sees."""
        [move] = set(re.findall(r"/htx/chuyen/([0-9a-f-]+)/nhan", self.new.text("/htx/ho")))
        return str(move)

    def take(self) -> None:
        """Take the farm and open its new book."""
        assert self.new.done(f"/htx/chuyen/{self.offered()}/nhan") == self.path
        told = book_form(self.new.text(self.path), "open")
        assert told["organisation"] == self.there
        fields = {"organisation": told["organisation"], "before": told["before"]}
        result = self.new.sign(told["scope"], f"book:{new_uuid()}", fields, [])
        assert result["result"] == "accepted"


def test_a_farm_moves_and_its_phones_go_on_without_a_break(app: Flask, lua: Diary) -> None:
    helper = enrolled(app.test_client(), "Nguyễn Thị Mai", None, "helper")
    moving = Moving(app, lua)
    person = moving.old.person("Nguyễn Thị Mai")
    moving.old.done(f"/htx/nguoi/{person}/giup", vai=moving.old.membership(person), ho="H001")
    recorded = lua.entry("CT-12", "2026-11-08")
    moving.close()
    assert entry(lua) == {"result": "accepted"}
    moving.new.done(f"/htx/chuyen/{moving.offered()}/nhan")
    assert entry(lua) == {"result": "accepted"}  # taken, its new book not open yet
    told = book_form(moving.new.text(moving.path), "open")
    fields = {"organisation": moving.there, "before": told["before"]}
    assert moving.new.sign(told["scope"], f"book:{new_uuid()}", fields, [])["result"] == "accepted"
    assert entry(lua) == {"result": "accepted"}
    for path in (moving.path, f"/htx/dong/{lua.farm}/{recorded.uuid}"):
        assert "Phạm Thị Lụa" in moving.new.text(path)
        assert moving.old.get(path).status_code == 404
    late = moving.old.sign(
        lua.scope, f"entry:{new_uuid()}", {"form": "CT-12", "happened_on": "2026-11-08"}, []
    )
    assert (late["result"], late["problem"]) == ("held", "no_right")  # who had a right: a person decides
    with reading() as session:
        assert session.query(Person).filter_by(name="Phạm Thị Lụa").one().organisation == moving.there
        assert all(one.valid_until <= now_ms() for one in session.query(Help))
        assert [one.is_closed for one in books.of_scope(session, lua.scope)] in ([True, False], [False, True])
    snapshot = lua.phone.client.get("/api/v1/reference", headers=lua.phone.headers).get_json()
    assert {moving.there, snapshot["me"]["organisation"]} <= {one["id"] for one in snapshot["organisations"]}
    assert {moving.new.phone.key.device, helper.key.device} <= set(snapshot["keys"])


def test_a_code_that_is_taken_there_gives_way(app: Flask, lua: Diary) -> None:
    moving = Moving(app, lua)
    moving.new.done("/htx/ho/them", ten="Nhà có sẵn", ma="H001")
    moving.close()
    moving.take()
    assert "H002 Nhà Lụa" in moving.new.text(moving.path)


def test_the_new_cooperative_gives_its_own_membership_and_ends_the_old_one(app: Flask, lua: Diary) -> None:
    moving = Moving(app, lua)
    moving.close()
    moving.take()
    page = moving.new.text(moving.path)
    [known] = re.findall(r'name="la" value="([^"]+)"', page)
    moving.new.done(f"{moving.path}/nguoi", la=known, vai="owner")
    page = moving.new.text(moving.path)
    assert f'data-invite data-scope="org:{moving.there}"' in page
    old = lua.phone.shown["by"]
    moving.new.done(f"{moving.path}/ket-thuc", vai=old)
    assert entry(lua) == {"result": "held", "problem": "no_right"}


def test_an_offer_is_declined_or_taken_back_and_the_book_opens_again(app: Flask, lua: Diary) -> None:
    moving = Moving(app, lua)
    moving.old.refused(f"{moving.path}/chuyen", "Sổ chưa đóng", htx=moving.there)
    moving.old.refused(f"{moving.path}/chuyen", "Chọn HTX", htx="")
    moving.close()
    moving.old.refused(f"{moving.path}/chuyen", "đang chờ HTX khác nhận", htx=moving.there)
    moving.new.done(f"/htx/chuyen/{moving.offered()}/thoi")
    told = book_form(moving.old.text(moving.path), "reopen")
    again = moving.old.sign(
        told["scope"], told["doc"], {"closed": False, "moved_to": None}, told["after"].split()
    )
    assert again["result"] == "accepted"
    assert 'data-book-op="reopen"' not in moving.old.text(moving.path)
    moving.close()
    [move] = set(re.findall(r"/htx/chuyen/([0-9a-f-]+)/rut", moving.old.text(moving.path)))
    assert moving.new.fill(f"/htx/chuyen/{move}/rut").status_code == 404
    moving.old.done(f"/htx/chuyen/{move}/rut")
    assert "/nhan" not in moving.new.text("/htx/ho")
    assert moving.new.fill(f"/htx/chuyen/{move}/nhan").status_code == 404


def test_case_069_nobody_else_takes_a_farm(app: Flask, lua: Diary) -> None:
    moving = Moving(app, lua)
    moving.close()
    move = moving.offered()
    third = run_write(lambda session: add_organisation(session, "cooperative", "HTX Ba", None, now_ms()).id)
    stranger = Office(app, "Người lạ", organisation=third)
    reviewer = Office(app, "Người duyệt", "reviewer", organisation=moving.there)
    for office in (stranger, reviewer, moving.old):
        for what in ("nhan", "thoi"):
            assert office.fill(f"/htx/chuyen/{move}/{what}").status_code == 404
    for path in ("sua", "nguoi", "chuyen", "ket-thuc"):
        assert stranger.fill(f"{moving.path}/{path}", ten="X", htx=third).status_code == 404
    assert stranger.get(moving.path).status_code == 404
    assert moving.new.done(f"/htx/chuyen/{move}/nhan") == moving.path


def test_a_household_with_two_cooperatives_keeps_a_book_with_each(app: Flask, lua: Diary) -> None:
    there = other_cooperative()
    office, theirs = Office(app), Office(app, "Phạm Thị Liên", organisation=there)
    other = theirs.done("/htx/ho/them", ten="Nhà Lụa, lúa").rpartition("/")[2]
    theirs.done(f"/htx/ho/{other}/nguoi", ten="Phạm Thị Lụa", so="0912345678", vai="owner")
    with app.app_context():
        invite_to("Phạm Thị Lụa", "Nhà Lụa, lúa", organisation=there)
    second = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa, lúa", organisation=there)
    second.entry("CT-12", "2026-11-08")
    lua.entry("CT-12", "2026-11-08")
    for one, mine, foreign in ((office, lua.farm, other), (theirs, other, lua.farm)):
        assert one.text("/htx/nguoi").count(">Phạm Thị Lụa<") == 1
        assert one.get(f"/htx/ho/{mine}").status_code == 200
        assert one.get(f"/htx/ho/{foreign}").status_code == 404
