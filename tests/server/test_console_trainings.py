"""Training on the console: who plans what, who counts, what a cooperative sees of others, what is printed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from server.config import now_ms
from server.db import reading, run_write
from server.services.setup import add_organisation
from server.store import trainings
from server.store.people import organisations, villages
from sync.attendance import attendance_doc
from tests.server.consoles import OURS, Browser, fake_build
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.lots import staff
from tests.server.pdfs import text_of
from tests.server.phones import start

TODAY, LATER = "08/11/2026", "30/11/2096"
SAID = {"topic": "Ghi nhật ký <b>bằng</b> điện thoại", "kind": "digital", "held_by": "farmers_union"}
SAID |= {"happened_on": TODAY, "starts_at": "14:00", "ends_at": "16:00", "place": "Nhà văn hóa"}


class World:
    """A commune with its officer, a cooperative with its manager, two households, a team member's phone."""

    def __init__(self, app: Flask, folder: Path) -> None:
        fake_build(app, folder)
        self.app = app
        start()
        with reading() as session:
            self.commune = organisations(session)[0].id
        self.officer = Browser(app, "Chị Hạnh", "officer", organisation=self.commune)
        self.manager = Browser(app, "Trần Văn Cường", "manager")
        self.mai = staff(app, "Nguyễn Thị Mai", "helper")
        self.lua = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        self.kha = diary_of(app.test_client(), "Lương Xuân Kha", "Nhà Kha")

    def plan(self, who: Browser, **more: str) -> str:
        """Plan a session and return its id."""
        answer = who.client.post("/htx/tap-huan/them", data={**SAID, **more}, headers=OURS)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return str(answer.location).rpartition("/")[2].partition("?")[0]

    def came(self, training: str, who: Diary, *, by: Diary | None = None, how: str = "scan") -> None:
        """Let a phone record that a household came."""
        membership = who.phone.shown["by"] if how == "scan" else ""
        doc = attendance_doc(training, who.scope, membership)
        said: dict[str, Any] = {"training": training, "farm": who.scope, "kind": "digital", "how": how}
        (by or self.mai).record(doc, {**said, "membership": membership or None, "happened_on": "2026-11-08"})


@pytest.fixture
def world(app: Flask, tmp_path: Path) -> World:
    return World(app, tmp_path)


def test_a_household_counts_once_whoever_recorded_it_and_however(world: World) -> None:
    training = world.plan(world.officer)
    hoa = staff(world.app, "Trần Thị Hoa", "helper")
    for by, how in ((world.mai, "scan"), (hoa, "scan"), (hoa, "list")):
        world.came(training, world.lua, by=by, how=how)
    page = world.officer.text(f"/htx/tap-huan/{training}")
    assert "1 hộ, 1 người" in page
    assert "Phạm Thị Lụa" in page
    source = world.officer.get(f"/htx/tap-huan/{training}").get_data(as_text=True)
    assert "&lt;b&gt;bằng" in source
    missing = world.officer.text("/htx/tap-huan/con-thieu")
    assert "Nhà Kha" in missing
    assert "Nhà Lụa" not in missing
    assert "Nhà Lụa" in world.officer.text("/htx/tap-huan/con-thieu?loai=ecommerce")


def test_a_session_that_is_called_off_trains_nobody(world: World) -> None:
    training = world.plan(world.officer)
    world.came(training, world.lua)
    answer = world.officer.client.post(
        f"/htx/tap-huan/{training}/trang-thai", data={"la": "cancelled"}, headers=OURS
    )
    assert answer.status_code == 303
    with reading() as session:
        assert trainings.trained(session, trainings.commune_of(session, world.commune)) == {}


def test_nobody_reads_another_households_training(world: World) -> None:
    training = world.plan(world.officer)
    other = run_write(lambda s: add_organisation(s, "cooperative", "HTX Đoài", world.commune, now_ms())).id
    sam = diary_of(world.app.test_client(), "Đỗ Thị Sâm", "Nhà Sâm", organisation=other)
    world.came(training, world.lua)
    world.came(training, sam)
    theirs = world.manager.text(f"/htx/tap-huan/{training}")
    assert "Nhà Lụa" in theirs
    assert "Sâm" not in theirs
    assert "Và 1 người khác" in theirs
    assert "Nhà Sâm" in world.officer.text(f"/htx/tap-huan/{training}")
    paper = world.manager.get(f"/htx/tap-huan/{training}/chung-nhan.pdf?cua={sam.scope}")
    assert paper.status_code == 404


def test_a_forged_attendance_counts_for_nobody(world: World) -> None:
    training = world.plan(world.officer)
    farm = f"farm:{new_uuid()}"
    world.mai.record(
        attendance_doc(training, farm, ""),
        {"training": training, "farm": farm, "how": "scan", "happened_on": "2026-11-08"},
    )
    assert "0 hộ" not in world.officer.text(f"/htx/tap-huan/{training}")
    assert "Và 1 người khác" in world.officer.text(f"/htx/tap-huan/{training}")
    with reading() as session:
        assert trainings.trained(session, trainings.commune_of(session, world.commune)) == {}


def test_who_plans_what(world: World) -> None:
    ours = world.plan(world.manager, held_by="cooperative", topic="Ủ phân")
    theirs = world.plan(world.officer)
    assert "Sửa buổi này" in world.manager.text(f"/htx/tap-huan/{ours}")
    assert "Sửa buổi này" not in world.manager.text(f"/htx/tap-huan/{theirs}")
    assert "Ủ phân" in world.officer.text("/htx/tap-huan")
    for path in (f"/htx/tap-huan/{theirs}", f"/htx/tap-huan/{theirs}/trang-thai"):
        said = {**SAID, "held_by": "cooperative"}
        assert world.manager.client.post(path, data=said, headers=OURS).status_code == 404
    wrong = world.manager.client.post("/htx/tap-huan/them", data=SAID, headers=OURS)
    assert wrong.status_code == 422  # a cooperative plans nothing in the name of the Farmers' Union


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("topic", " "), ("kind", "dance"), ("held_by", ""), ("happened_on", "31/02/2026"),
        ("happened_on", ""), ("starts_at", "25:00"), ("ends_at", "13:00"), ("plan_count", "0"),
        ("plan_count", "-1"), ("village", "x"), ("held_by", "team"),
    ],
)  # fmt: skip
def test_what_is_typed_wrong_is_said_and_kept(world: World, field: str, text: str) -> None:
    answer = world.officer.client.post("/htx/tap-huan/them", data={**SAID, field: text}, headers=OURS)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert "Nhà văn hóa" in answer.get_data(as_text=True)


def test_a_session_of_tomorrow_is_not_closed_today(world: World) -> None:
    training = world.plan(world.officer, happened_on=LATER)
    path = f"/htx/tap-huan/{training}/trang-thai"
    assert world.officer.client.post(path, data={"la": "held"}, headers=OURS).status_code == 422


def test_what_is_printed_names_who_came_and_what_for(world: World) -> None:
    training = world.plan(world.officer)
    world.came(training, world.lua)
    world.came(training, world.kha, how="list")
    paper = text_of(world.officer.get(f"/htx/tap-huan/{training}/chung-nhan.pdf").data)
    assert "GIẤY CHỨNG NHẬN" in paper
    assert "Phạm Thị Lụa" in paper
    assert "Nhà Kha" in paper
    one = text_of(world.officer.get(f"/htx/tap-huan/{training}/chung-nhan.pdf?cua={world.lua.scope}").data)
    assert "Nhà Kha" not in one
    sheet = text_of(world.officer.get(f"/htx/tap-huan/{training}/danh-sach.pdf").data)
    assert "2 người, 2 hộ, 0 hợp tác xã" in sheet
    assert "<b>bằng</b>" in sheet  # as it was typed: nothing is read as markup


def test_a_team_has_a_village_members_and_what_it_did(world: World, app: Flask) -> None:
    with reading() as session:
        village = villages(session)[0].id
    said = {"name": "Tổ thôn Đông", "village": village, "decision_no": "15/QĐ", "decided_on": "12/05/2026"}
    answer = world.officer.client.post("/htx/to-cong-nghe/them", data=said, headers=OURS)
    team = str(answer.location).rpartition("/")[2].partition("?")[0]
    assert "0<small>/" in world.officer.text("/htx/to-cong-nghe")  # nobody is in it yet
    path, mai = f"/htx/to-cong-nghe/{team}/nguoi", world.mai.phone.shown["by"]
    for who, status in ((mai, 303), (world.lua.phone.shown["by"], 422), (new_uuid(), 422)):
        taken = world.officer.client.post(path, data={"vai": who, "la": "lead"}, headers=OURS)
        assert taken.status_code == status
    assert "1<small>/" in world.officer.text("/htx/to-cong-nghe")
    training = world.plan(world.officer, held_by="team", team=team)
    world.came(training, world.lua)
    page = world.officer.text(f"/htx/to-cong-nghe/{team}")
    assert "Nguyễn Thị Mai" in page
    assert "Tổ trưởng" in page
    world.officer.client.post(path, data={"vai": mai, "la": ""}, headers=OURS)
    assert "Chưa có ai" in world.officer.text(f"/htx/to-cong-nghe/{team}")
    assert world.manager.client.post("/htx/to-cong-nghe/them", data=said, headers=OURS).status_code == 404


def ticks(source: str) -> dict[str, dict[str, Any]]:
    """Return what a list offers to sign, by the name of the household or person."""
    found = re.findall(
        r'data-of="([^"]*)" data-doc="([^"]*)" data-after="([^"]*)" data-own="(\{.*?\})"([^>]*)>'
        r"<span>([^<]*)",
        source,
    )
    return {
        name.strip(): {
            "of": of, "doc": doc, "after": after.split(), "own": json.loads(own), "came": "checked" in more,
            "fixed": "disabled" in more, "gone": "data-gone" in more,
        }
        for of, doc, after, own, more, name in found
    }  # fmt: skip


def test_an_officer_ticks_and_unticks_a_list_and_a_scan_doubles_nobody(world: World) -> None:
    training = world.plan(world.officer)
    path, scope = f"/htx/tap-huan/{training}/diem-danh", f"org:{world.commune}"
    world.came(training, world.kha)  # by a phone of the cooperative, in its log
    offered = ticks(world.officer.text(path))
    assert offered["Nhà Kha"]["came"]
    assert offered["Nhà Kha"]["fixed"], "another organisation's log is corrected there"
    said = {"training": training, "kind": "digital", "how": "list", "happened_on": "2026-11-08"}
    lua, said_lua = offered["Nhà Lụa"], {**said, "farm": world.lua.scope}
    assert not lua["came"]
    assert lua["doc"] == attendance_doc(training, world.lua.scope, "")
    assert world.officer.sign(scope, lua["doc"], said_lua, lua["after"])["result"] == "accepted"
    world.came(training, world.lua, how="list")  # the team ticks the same household
    assert "2 hộ, 2 người" in world.officer.text(f"/htx/tap-huan/{training}")
    lua = ticks(world.officer.text(path))["Nhà Lụa"]
    assert list(lua["own"]) == [lua["doc"]]
    for doc, after in lua["own"].items():
        assert world.officer.sign(scope, doc, {"_deleted": True}, after)["result"] == "accepted"
    lua = ticks(world.officer.text(path))["Nhà Lụa"]
    assert (lua["gone"], lua["own"], lua["came"]) == (True, {}, True), "the team's word stands"
    again = {**said_lua, "_deleted": None}
    assert world.officer.sign(scope, lua["doc"], again, lua["after"])["result"] == "accepted"
    guest = f"attendance:{new_uuid()}"
    world.officer.sign(scope, guest, said, [], private={"name": "Vũ Thị Khách"})
    assert list(ticks(world.officer.text(path))["Vũ Thị Khách"]["own"]) == [guest]
    assert "2 hộ, 2 người" in world.officer.text(f"/htx/tap-huan/{training}")


def test_a_list_names_to_each_only_whom_he_may_know(world: World) -> None:
    training = world.plan(world.officer)
    path = f"/htx/tap-huan/{training}/diem-danh"
    leader = Browser(world.app, "Đỗ Thị Hằng", "helper", kind="browser", organisation=world.commune)
    assert ticks(leader.text(path)) == {}
    assert "Nhà Lụa" not in leader.text("/htx/tap-huan/con-thieu")
    assert set(ticks(world.manager.text(path))) >= {"Nhà Lụa", "Nhà Kha"}
    other = run_write(lambda s: add_organisation(s, "cooperative", "HTX Đoài", world.commune, now_ms())).id
    diary_of(world.app.test_client(), "Đỗ Thị Sâm", "Nhà Sâm", organisation=other)
    assert "Nhà Sâm" not in world.manager.text(path)
    assert "Nhà Sâm" in world.officer.text(path)
    assert world.officer.get(f"{path}?thon={new_uuid()}").status_code == 404


def test_nobody_is_ticked_before_the_day_or_where_it_was_called_off(world: World) -> None:
    path = f"/htx/tap-huan/{world.plan(world.officer, happened_on=LATER)}/diem-danh"
    source = world.officer.text(path)
    assert all(one["fixed"] for one in ticks(source).values())
    assert "Lưu điểm danh" not in source
