"""A season's page: its strip of days, waiting time, plots on the map, the book's tables, findings, states."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.pages.season_drawing import chart, outline_points
from tests.server.consoles import Browser, fake_build
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import start

CORNERS = [[207_600_000, 1_066_500_000], [207_605_000, 1_066_500_000], [207_605_000, 1_066_506_000]]
LINE = "line.aaaaaaaa."


@pytest.fixture
def lua(app: Flask, client: FlaskClient, tmp_path: Path) -> Diary:
    """A household."""
    fake_build(app, tmp_path / "dist")
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def page_of(app: Flask, lua: Diary, season: str) -> str:
    """Return the season's page as a reviewer reads it."""
    return Browser(app, "Chị Hoa").text(f"/htx/ho/{lua.farm}/vu/{season.partition(':')[2]}")


def grown(lua: Diary, **spray: Any) -> str:
    """Record a season with a spray, a harvest and a sale, and return it."""
    doc = lua.plot("Nhà lưới", area={"amount": "1", "unit": "sao"})
    lua.record(doc, {}, {"boundary": CORNERS}, after=[lua_tip(lua, doc)])
    season = lua.season("Cà chua", doc)
    about = {"plots": [doc], "season": season}
    lua.entry("CT-10", "2026-11-20", **about, **{f"{LINE}product": "Thuốc A", **spray})
    lua.entry("CT-12", "2026-10-20", **about, quantity={"amount": "3", "unit": "ta"})
    lua.entry("CT-14", "2026-10-21", **about, quantity={"amount": "120", "unit": "kg"})
    return season


def lua_tip(lua: Diary, doc: str) -> str:
    """Return the id of the op that a document has in the log."""
    from server.db import reading
    from server.store import log

    with reading() as session:
        return log.tips(session, lua.scope, doc)[0]


def test_a_season_tells_when_it_may_be_harvested_what_was_taken_and_sold(app: Flask, lua: Diary) -> None:
    page = page_of(app, lua, grown(lua, **{f"{LINE}phi_kind": "days", f"{LINE}phi_days": 400}))
    assert "25/12/2027" in page, "400 days after the spray"
    assert "300\u00a0kg" in page
    assert "120\u00a0kg" in page
    assert re.search(r'<rect class="bar wait"[^>]*>\s*<text[^>]*>400<', page)
    assert len(re.findall(r'<rect class="bar take"', page)) == 2
    assert re.search(r'<polygon class="plot days ours" points="[0-9., ]+"', page)
    assert re.search(r'<span class="tab">C.3</span> Thu hoạch</span>\s*<b>1 lần</b>', page)
    assert "Có phun thuốc: ghi thuốc mua ở đâu." in page, "what the book lacks, and what to do"
    assert "Từ 07/09/2026 đến 20/10/2026 không ghi gì: 43 ngày." in page


def test_a_waiting_time_that_is_not_known_is_never_a_free_plot(app: Flask, lua: Diary) -> None:
    page = page_of(app, lua, grown(lua, **{f"{LINE}phi_kind": "unknown"}))
    assert '<polygon class="plot unknown ours"' in page
    assert re.search(r'class="warn"><dt>Thu hoạch</dt><dd>Chưa rõ</dd>', page)
    assert re.search(r'<rect class="bar unknown"[^>]*>\s*<text[^>]*>\?<', page)


def test_an_inspection_shows_what_failed_why_and_until_when(app: Flask, lua: Diary) -> None:
    season = grown(lua, **{f"{LINE}phi_kind": "unknown"})
    desk = Browser(app, "Anh Tuấn")
    said = {"of": season, "happened_on": "2026-10-10", "item.training.result": "pass"}
    said |= {"item.records.result": "fail", "item.records.due_on": "2026-10-20"}
    op = desk.diary.op(f"inspection:{new_uuid()}", said, {"item.records.cause": "Ghi thiếu"}, scope=lua.scope)
    assert desk.diary.send(op)[0]["result"] == "accepted"
    page = page_of(app, lua, season)
    assert "đã xem 2/14 mục" in page
    late = r'class="finding halt">.*?3\.1\.4 Ghi chép, lưu hồ sơ</b> Ghi thiếu.*?Quá hạn 20/10/2026'
    assert re.search(late, page, re.S)


def test_plots_stand_north_up_in_the_frame_and_in_the_commune() -> None:
    north = [(207_610_000, 1_066_500_000), (207_610_000, 1_066_501_000), (207_609_000, 1_066_500_500)]
    south = [(207_600_000, 1_066_500_000), (207_600_000, 1_066_501_000), (207_599_000, 1_066_500_500)]
    drawn = chart([("plot:n", north), ("plot:s", south), ("plot:none", [])])
    upper, lower = drawn.shapes
    assert upper.y < lower.y
    numbers = [float(one) for shape in drawn.shapes for one in re.split(r"[ ,]", shape.points)]
    assert min(numbers) >= 0
    assert max(numbers) <= 360
    assert drawn.here is not None
    assert len(outline_points()) > 20
    assert chart([]).here is None
