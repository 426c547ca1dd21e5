"""Internal inspections on the cooperative's pages: begun, carried out, put right, told where they are due."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sync.checklists import load_checklists
from tests.server.consoles import Browser, fake_build, other_cooperative
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import start

WHOLE = {item.name("result"): "pass" for item in load_checklists()["annex_d"].items}


@pytest.fixture
def lua(app: Flask, client: FlaskClient, tmp_path: Path) -> Diary:
    """A household with a season under VietGAP."""
    fake_build(app, tmp_path / "dist")
    start()
    diary = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
    diary.season("Cà chua", diary.plot("Nhà lưới"))
    return diary


def inspect(desk: Browser, lua: Diary, private: dict[str, Any] | None = None, **said: Any) -> str:
    """Sign an inspection as the page's script does; return its uuid."""
    uuid = new_uuid()
    about = {"of": "farm", "checklist": "annex_d", "happened_on": "2026-10-10", **said}
    assert (
        desk.sign(lua.scope, f"inspection:{uuid}", about, [], **({"private": private} if private else {}))[
            "result"
        ]
        == "accepted"
    )
    return uuid


def test_an_inspection_is_begun_on_the_farms_page_of_inspections_by_who_may(app: Flask, lua: Diary) -> None:
    desk = Browser(app, "Chị Hoa")
    assert "Đánh giá nội bộ: chưa lần nào" in desk.text(f"/htx/ho/{lua.farm}")
    page = desk.text(f"/htx/kiem-tra/{lua.farm}")
    assert re.search(r'<form class="card" data-inspect="begin" data-scope="' + lua.scope, page)
    assert '<option value="season:' in page
    read = Browser(app, "Ông Kiểm", "auditor").text(f"/htx/kiem-tra/{lua.farm}")
    assert "data-inspect" not in read
    assert "Người duyệt và quản lý" in read


def test_a_page_asks_every_item_and_shows_what_is_written(app: Flask, lua: Diary) -> None:
    desk = Browser(app, "Chị Hoa")
    cause = {"item.records.cause": "Ghi thiếu ngày"}
    said = {**WHOLE, "item.records.result": "fail", "item.records.due_on": "2026-10-20"}
    uuid = inspect(desk, lua, cause, **said)
    page = desk.text(f"/htx/kiem-tra/{lua.farm}/{uuid}")
    assert len(re.findall(r'<fieldset class="card item"', page)) == len(WHOLE)
    assert re.search(r'name="item.records.result" value="fail" checked>', page)
    assert re.search(r'name="item.records.cause" data-private maxlength="500" value="Ghi thiếu ngày">', page)
    assert "đã xem 14/14 mục" in page
    assert "Quá hạn 20/10/2026" in page
    assert re.search(rf'data-inspect="close" data-scope="{lua.scope}" data-doc="inspection:{uuid}"', page)
    read = Browser(app, "Ông Kiểm", "auditor").text(f"/htx/kiem-tra/{lua.farm}/{uuid}")
    assert "data-inspect" not in read
    assert "Vì sao không đạt: Ghi thiếu ngày" in read


def test_what_is_put_right_leaves_the_list_and_two_who_write_at_once_are_a_conflict(
    app: Flask, lua: Diary
) -> None:
    desk, other = Browser(app, "Chị Hoa"), Browser(app, "Anh Tuấn")
    uuid = inspect(desk, lua, **{**WHOLE, "item.tracing.result": "fail"})
    doc = f"inspection:{uuid}"
    path = f"/htx/kiem-tra/{lua.farm}/{uuid}"
    after = re.findall(r'data-after="([^"]+)"', desk.text(path))[0].split(" ")
    entry = lua.entry("CT-07", "2026-11-20")
    near = desk.text(f"/htx/duyet?ho={lua.farm}&dong={entry.uuid}")
    assert "Hộ còn 1 lỗi đánh giá nội bộ chưa khắc phục" in near
    assert desk.sign(lua.scope, doc, {"item.tracing.closed_on": "2026-11-01"}, after)["result"] == "accepted"
    page = desk.text(path)
    assert "Không còn việc phải khắc phục" in page
    assert 'data-inspect="close"' not in page
    assert "Hộ còn 1 lỗi" not in desk.text(f"/htx/dong/{lua.farm}/{entry.uuid}")
    other.sign(lua.scope, doc, {"item.tracing.closed_on": "2026-11-05"}, after)
    torn = desk.text(path)
    assert "3.1.5.5 Truy xuất nguồn gốc: xong ngày" in torn, "the conflict is told in words"
    assert torn.count("data-settle") == 1


def test_the_farms_page_counts_twelve_months_from_the_last_whole_inspection(app: Flask, lua: Diary) -> None:
    desk = Browser(app, "Chị Hoa")
    half = inspect(desk, lua, happened_on="2026-11-20", **{"item.training.result": "pass"})
    told = rf'href="/htx/kiem-tra/{lua.farm}/{half}">.*?Đánh giá nội bộ: chưa lần nào'
    assert re.search(told, desk.text(f"/htx/ho/{lua.farm}"), re.S), "the one that is begun is to be finished"
    inspect(desk, lua, happened_on="2025-06-01", **WHOLE)
    assert "Đánh giá nội bộ: quá hạn 01/06/2026" in desk.text(f"/htx/ho/{lua.farm}")
    inspect(desk, lua, happened_on="2026-11-01", **WHOLE)
    assert "Đánh giá nội bộ: quá" not in desk.text(f"/htx/ho/{lua.farm}")


def test_another_cooperatives_inspection_is_not_there(app: Flask, lua: Diary) -> None:
    uuid = inspect(Browser(app, "Chị Hoa"), lua, **WHOLE)
    stranger = Browser(app, "Cô Xa", organisation=other_cooperative())
    for path in (f"/htx/kiem-tra/{lua.farm}", f"/htx/kiem-tra/{lua.farm}/{uuid}"):
        assert stranger.get(path).status_code == 404
    assert Browser(app, "Chị Hoa").get(f"/htx/kiem-tra/{lua.farm}/{new_uuid()}").status_code == 404
