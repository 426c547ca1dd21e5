"""The cooperative's pages: what they offer to sign, and what comes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.server.consoles import (
    Browser,
    conflict_of_two,
    entry_path,
    fake_build,
    held_entry,
    settles,
)
from tests.server.diaries import NOON, Diary, diary_of, new_uuid
from tests.server.phones import Phone, enrolled, invite_to, start


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """A farmer's phone in the first cooperative."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def test_a_conflict_is_marked_shown_side_by_side_and_settled_by_an_op_that_names_the_heads(
    app: Flask, lua: Diary
) -> None:
    entry = conflict_of_two(app, lua)
    browser = Browser(app, "Trần Văn Tuấn")
    assert "Hai máy ghi khác nhau" in browser.text("/htx/")
    assert entry.uuid in browser.text("/htx/?conflicts=1")
    page = browser.text(entry_path(lua, entry))
    assert re.search(r"3\xa0bình.*2\xa0bình", page, re.S)
    assert "Ông Thịnh" in page
    [found] = settles(page)
    assert len(found["after"]) == 2
    public, _ = found["sides"][1]
    assert public == {"water": {"amount": "2", "unit": "binh"}}
    assert browser.sign(lua.scope, entry.doc, public, found["after"])["result"] == "accepted"
    page = browser.text(entry_path(lua, entry))
    assert settles(page) == []
    assert "Trần Văn Tuấn (người duyệt) sửa" in page
    assert "2\xa0bình" in page
    assert "trước là 3\xa0bình" in page
    assert entry.uuid not in browser.text("/htx/?conflicts=1")


def test_what_came_after_the_page_was_drawn_stays_a_conflict(app: Flask, lua: Diary) -> None:
    entry = conflict_of_two(app, lua)
    browser = Browser(app, "Trần Văn Tuấn")
    [found] = settles(browser.text(entry_path(lua, entry)))
    lua.record(entry.doc, {"water": {"amount": "4", "unit": "binh"}}, after=found["after"])
    browser.sign(lua.scope, entry.doc, found["sides"][0][0], found["after"])
    [again] = settles(browser.text(entry_path(lua, entry)))
    amounts = {side[0]["water"]["amount"] for side in again["sides"]}
    assert amounts == {"3", "4"}


def test_a_private_field_in_conflict_is_settled_in_a_private_part(app: Flask, lua: Diary) -> None:
    entry = conflict_of_two(app, lua, note="Phun bờ ao")
    after = lua.record(entry.doc, {}, {"note": "Phun cả vườn"}, after=[entry.id]).id
    assert after
    browser = Browser(app, "Trần Văn Tuấn")
    page = browser.text(entry_path(lua, entry))
    notes = [one for one in settles(page) if one["sides"][0][1]]
    assert [side[1] for side in notes[0]["sides"]] == [{"note": "Phun bờ ao"}, {"note": "Phun cả vườn"}]
    assert all(side[0] == {} for side in notes[0]["sides"])


def test_a_group_is_settled_whole(app: Flask, lua: Diary) -> None:
    thinh = diary_of(app.test_client(), "Ông Thịnh", "Nhà Lụa", "member")
    entry = lua.entry("CT-06", "2026-11-08", product="Vôi", phi_kind="unknown")
    first = {"product": "Vôi bột", "quantity": {"amount": "5", "unit": "kg"}, "phi_kind": "unknown"}
    other = {"product": "Nấm", "quantity": None, "phi_kind": "days", "phi_days": 3}
    lua.record(entry.doc, first, after=[entry.id])
    thinh.record(entry.doc, other, after=[entry.id], recorded_at=NOON + 5)
    [found] = settles(Browser(app, "Trần Văn Tuấn").text(entry_path(lua, entry)))
    sides = [side[0] for side in found["sides"]]
    assert sides[0] == {"product": "Nấm", "quantity": None, "phi_kind": "days", "phi_days": 3}
    assert sides[1].items() >= first.items()


@pytest.mark.parametrize(("side", "stays"), [(0, True), (1, False)])
def test_a_deletion_beside_a_change_is_a_choice(app: Flask, lua: Diary, side: int, stays: bool) -> None:
    thinh = diary_of(app.test_client(), "Ông Thịnh", "Nhà Lụa", "member")
    entry = lua.entry("CT-12", "2026-11-08")
    lua.record(entry.doc, {"_deleted": True}, after=[entry.id])
    thinh.record(entry.doc, {"grade": "Loại một"}, after=[entry.id])
    browser = Browser(app, "Trần Văn Tuấn")
    page = browser.text(entry_path(lua, entry))
    [found] = settles(page)
    assert "Một máy đã bỏ khỏi sổ, máy khác vẫn ghi" in page
    assert browser.sign(lua.scope, entry.doc, found["sides"][side][0], found["after"])["result"] == "accepted"
    page = browser.text(entry_path(lua, entry))
    assert settles(page) == []
    assert ("Đã bỏ khỏi sổ" not in page) == stays
    assert (entry.uuid in browser.text("/htx/")) == stays


def test_what_is_held_is_listed_with_its_reason_and_admitted_in_bulk(app: Flask, lua: Diary) -> None:
    _, made = held_entry(app, lua)
    browser = Browser(app, "Trần Văn Tuấn")
    page = browser.text("/htx/cho")
    for shown in ("Thu hoạch", "07/11/2026", "Đặng Văn Sự", "Máy chưa được xác nhận", f'value="{made.id}"'):
        assert shown in page, shown
    assert f'data-scope="{lua.scope}"' in page
    assert made.uuid not in browser.text("/htx/")
    admission = f"admission:{new_uuid()}"
    assert browser.sign(lua.scope, admission, {"admit": [made.id]}, [])["result"] == "accepted"
    assert made.id not in browser.text("/htx/cho")
    assert made.uuid in browser.text("/htx/")


def test_what_was_turned_down_stays_to_be_seen_and_may_be_admitted_later(app: Flask, lua: Diary) -> None:
    _, made = held_entry(app, lua)
    browser = Browser(app, "Trần Văn Tuấn")
    browser.sign(lua.scope, f"admission:{new_uuid()}", {"turn_down": [made.id], "reason": "Ghi nhầm hộ"}, [])
    assert made.id not in browser.text("/htx/cho")
    assert made.id in browser.text("/htx/cho?turned_down=1")


def test_a_hundred_held_ops_fill_a_page_and_the_rest_follows(app: Flask, lua: Diary) -> None:
    waiting, first = held_entry(app, lua)
    more = [waiting.op(f"entry:{new_uuid()}", {"form": "CT-12"}) for _ in range(104)]
    waiting.send(*more[:90])
    waiting.send(*more[90:])
    browser = Browser(app, "Trần Văn Tuấn")
    page = browser.text("/htx/cho")
    shown = re.findall(r'name="op" value="([^"]+)"', page)
    assert len(shown) == 100
    assert 'class="count"' in page
    following = re.search(r'href="(/htx/cho\?after=[^"]+)"', page)
    assert following is not None
    rest = re.findall(r'name="op" value="([^"]+)"', browser.text(following[1]))
    assert sorted(shown + rest) == sorted([first.id, *(one.id for one in more)])
    assert first.id in browser.text("/htx/cho?after=x~y")


def test_a_waiting_phone_is_confirmed_by_an_op_and_what_it_recorded_enters(app: Flask, lua: Diary) -> None:
    waiting, made = held_entry(app, lua)
    browser = Browser(app, "Trần Văn Tuấn")
    uuid = waiting.phone.shown["doc"].partition(":")[2]
    assert "1 máy chờ xác nhận" in browser.text("/htx/ho")
    page = browser.text(f"/htx/may/{uuid}")
    after = re.search(r'data-device-op="confirm"[^>]*data-after="([^"]+)"', page)
    assert after is not None
    assert f'data-device="{waiting.phone.key.device}"' in page
    org = waiting.phone.shown["scope"]
    fields = {"confirmed": True, "device": waiting.phone.key.device}
    result = browser.sign(org, waiting.phone.shown["doc"], fields, after[1].split())
    assert result["result"] == "accepted"
    waiting.send()
    assert made.uuid in browser.text("/htx/")
    assert "Đang dùng" in browser.text(f"/htx/may/{uuid}")


def test_a_reviewer_is_offered_households_only_and_a_manager_everybody(app: Flask, lua: Diary) -> None:
    waiting = Browser(app, "Nguyễn Văn Mới", confirm=True)
    path = f"/htx/may/{waiting.phone.shown['doc'].partition(':')[2]}"
    reviewer, manager = Browser(app, "Trần Văn Tuấn"), Browser(app, "Nguyễn Thị Hà", "manager")
    assert "data-device-op" not in reviewer.text(path)
    assert "Quản lý HTX mới xác nhận được" in reviewer.text(path)
    assert 'data-device-op="confirm"' in manager.text(path)
    assert 'data-device-op="revoke"' in manager.text(path)
    own = f"/htx/may/{reviewer.phone.shown['doc'].partition(':')[2]}"
    assert 'data-device-op="revoke"' in reviewer.text(own)


def test_a_revoked_phone_is_shown_as_stopped(app: Flask, lua: Diary) -> None:
    manager = Browser(app, "Nguyễn Thị Hà", "manager")
    doc = lua.phone.shown["doc"]
    path = f"/htx/may/{doc.partition(':')[2]}"
    after = re.search(r'data-device-op="revoke"[^>]*data-after="([^"]+)"', manager.text(path))
    assert after is not None
    fields = {"revoked": True, "device": lua.phone.key.device, "reason": "Mất máy"}
    assert manager.sign(lua.phone.shown["scope"], doc, fields, after[1].split())["result"] == "accepted"
    page = manager.text(path)
    assert "Đã dừng" in page
    assert "data-device-op" not in page


def test_a_helper_asks_to_stop_a_phone_and_a_manager_lets_it_happen(app: Flask, lua: Diary) -> None:
    helper = enrolled(app.test_client(), "Nguyễn Thị Mai", None, "helper", kind="phone")
    org, doc = lua.phone.shown["scope"], lua.phone.shown["doc"]
    mai = Diary(helper, lua.scope, {org: 1})
    fields = {"revoked": True, "device": lua.phone.key.device, "reason": "Mất máy"}
    asked = mai.op(doc, fields, scope=org, after=lua.phone.shown["after"])
    assert mai.send(asked)[0] == {"result": "held", "problem": "no_right"}
    manager = Browser(app, "Nguyễn Thị Hà", "manager")
    page = manager.text("/htx/cho")
    for shown in ("xin dừng máy", "Mất máy", "Nguyễn Thị Mai", f"/htx/may/{doc.partition(':')[2]}"):
        assert shown in page, shown
    assert manager.sign(org, f"admission:{new_uuid()}", {"admit": [asked.id]}, [])["result"] == "accepted"
    assert "Đã dừng" in manager.text(f"/htx/may/{doc.partition(':')[2]}")


def test_a_second_join_is_listed_by_its_device_and_let_in_by_an_admission(app: Flask, lua: Diary) -> None:
    link = invite_to("Trần Văn Tuấn", None, "reviewer")
    first, second = Phone(app.test_client()), Phone(app.test_client())
    first.look(link)
    second.shown = second.look(link).get_json()
    assert first.join(link).get_json()["result"] == "accepted"
    sent = second.join_request(link)
    assert second.send_join(sent).get_json()["result"] == "held"
    manager = Browser(app, "Nguyễn Thị Hà", "manager")
    page = manager.text("/htx/cho")
    assert "Lời mời này đã có máy khác dùng trước" in page
    assert "Máy thử" in page
    assert f"/htx/may/{link.invite}" in page
    org = second.shown["scope"]
    [op] = re.findall(rf'value="([^"]+)" data-scope="{org}"', page)
    assert manager.sign(org, f"admission:{new_uuid()}", {"admit": [op]}, [])["result"] == "accepted"
    assert second.send_join(sent).get_json()["result"] == "already"
    assert manager.text(f"/htx/may/{link.invite}").count("Đang dùng") == 2
