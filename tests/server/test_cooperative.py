"""The cooperative's page: who records, who is silent, whose phone has trouble, what is due; at what cost."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import run_write
from server.models.devices import DeviceSeen
from server.services.console import FarmName
from server.services.standing import DAY_MS, Facts, OpenSeason, PhoneFacts, silence, stand, troubles
from sync.civil import add_days, ms_to_date
from sync.rules import Due
from tests.server.consoles import Browser, fake_build, other_cooperative
from tests.server.diaries import Diary, diary_of
from tests.server.phones import start
from tests.server.test_cost import plans, watched

TODAY = "2026-11-28"
FARM = FarmName("f", "H001", "Nhà Lụa", "Thôn Đông")
RICE = OpenSeason("season:1", "Lúa", "crop", "2026-10-01", "2026-11-07")
PHONE = PhoneFacts("i", "Oppo", "Bà Lụa", 0, None, None, None, is_copied=False, held=0, clock_days=0)
FACTS = Facts(FARM, "2026-11-27", 0, 3, 0, (RICE,), (), ())


def test_a_season_is_silent_longer_than_its_sector_allows_and_the_longest_is_told() -> None:
    assert silence([RICE], TODAY) is None, "21 days in the field are usual"
    found = silence([replace(RICE, last_day="2026-11-06"), replace(RICE, last_day="2026-11-01")], TODAY)
    assert found is not None
    assert (found.since, found.days) == ("2026-11-01", 27)
    pigs = silence([replace(RICE, sector="livestock", last_day="2026-11-17")], TODAY)
    assert pigs is not None, "11 days are long in a pen"
    begun = silence([replace(RICE, started_on="2026-11-20", last_day="")], TODAY)
    assert begun is None, "a season that has just begun has nothing to tell yet"
    assert silence([replace(RICE, sector="other", last_day="")], TODAY) is None


def test_what_a_phone_held_counts_once_it_is_not_heard_of_for_three_days() -> None:
    now = 10 * DAY_MS
    held = replace(PHONE, unsent=5, photos=2, last_seen=now - 3 * DAY_MS)
    assert [(one.kind, one.n, one.days) for one in troubles(held, now)] == [
        ("unsent", 5, 3),
        ("photos", 2, 3),
    ]
    assert troubles(replace(held, last_seen=now - 3 * DAY_MS + 1), now) == []
    assert troubles(replace(held, last_seen=None), now) == [], "of a phone that never came nothing is known"
    odd = replace(PHONE, is_copied=True, held=1, clock_days=2, free_mb=199, last_seen=now)
    assert [one.kind for one in troubles(odd, now)] == ["copied", "held", "clock", "full"]
    assert troubles(replace(PHONE, free_mb=200, last_seen=now), now) == []


def test_what_presses_stands_first_then_the_longest_silence_then_the_code() -> None:
    late = Due("inspection", "late", "2026-11-01", "", "")
    near = Due("inspection", "soon", "2026-12-01", "", "")
    later = Due("fault", "later", "2027-01-01", "inspection:1", "records")
    quiet = (replace(RICE, last_day="2026-10-20"),)
    farms = [
        stand(replace(FACTS, farm=replace(FARM, code=code), **more), TODAY, 0)
        for code, more in (
            ("well", {"dues": (later,)}),
            ("near", {"dues": (near,)}),
            ("late", {"dues": (late, later)}),
            ("quiet", {"seasons": quiet}),
        )
    ]
    assert [one.facts.farm.code for one in sorted(farms, key=lambda one: one.rank)] == [
        "quiet",
        "late",
        "near",
        "well",
    ]
    assert [one.fits("need") for one in farms] == [False, True, True, True]
    assert farms[2].dues == (late,), "what has weeks to go is told on the farm's own page"


@pytest.fixture
def lua(app: Flask, client: FlaskClient, tmp_path: Path) -> Diary:
    """A household whose season is long silent."""
    fake_build(app, tmp_path / "dist")
    start()
    diary = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
    today = ms_to_date(now_ms())
    season = diary.season("Cà chua", diary.plot("Nhà lưới"), started_on=add_days(today, -80))
    diary.entry("CT-07", add_days(today, -25), season=season)
    diary.entry("CT-07", add_days(today, 1), season=season)
    return diary


def _reports(diary: Diary, **said: Any) -> None:
    """Let a phone have said this of itself five days ago."""
    seen = DeviceSeen(
        device=diary.phone.key.device, last_seen=now_ms() - 5 * DAY_MS, phone=json.dumps(said), copied=False
    )
    run_write(lambda session: session.merge(seen))


def test_the_page_tells_who_needs_somebody_and_each_leads_on(app: Flask, lua: Diary) -> None:
    _reports(lua, unsent=4, free_mb=90)
    page = Browser(app, "Chị Hoa").text("/htx/hop-tac-xa")
    assert "Cà chua: 25 ngày chưa ghi gì" in page, "an entry dated tomorrow breaks no silence"
    assert re.search(
        r'href="/htx/may/[0-9a-f-]+"[^>]*>.*?Phạm Thị Lụa: còn 4 dòng trên máy, 5 ngày chưa gửi', page
    )
    assert "máy sắp đầy, còn 90 MB" in page
    assert re.search(rf'href="/htx/kiem-tra/{lua.farm}">.*?Đánh giá nội bộ: chưa lần nào', page, re.S)
    assert re.search(rf'href="/htx/duyet\?farm={lua.farm}">2<', page)
    assert re.search(rf'href="/htx/\?farm={lua.farm}">1<', page), "of the last thirty days"


def test_lists_narrow_the_farms_and_an_unknown_one_is_that_of_needs(app: Flask, lua: Diary) -> None:
    diary_of(app.test_client(), "Ngô Văn Thịnh", "Nhà Thịnh")
    desk = Browser(app, "Chị Hoa")
    assert "Nhà Thịnh" not in desk.text("/htx/hop-tac-xa?xem=%2e")
    assert "Nhà Thịnh" in desk.text("/htx/hop-tac-xa?xem=all")
    assert "Không có hộ nào ở mục này." in desk.text("/htx/hop-tac-xa?xem=phone")
    assert "Nhà Lụa" in desk.text("/htx/hop-tac-xa?xem=silent&trang=99")


def test_an_auditor_reads_it_without_ways_to_act_and_another_cooperative_sees_nothing(
    app: Flask, lua: Diary
) -> None:
    _reports(lua, unsent=4)
    page = Browser(app, "Ông Kiểm", "auditor").text("/htx/hop-tac-xa")
    assert "Cà chua: 25 ngày chưa ghi gì" in page
    assert "/htx/duyet" not in page
    assert '"/htx/may"' not in page
    stranger = Browser(app, "Cô Xa", organisation=other_cooperative())
    assert "Nhà Lụa" not in stranger.text("/htx/hop-tac-xa?xem=all")
    assert Browser(app, "Anh Thu", "clerk").get("/htx/hop-tac-xa").status_code == 404


def test_how_many_statements_the_page_takes_does_not_depend_on_farms_or_entries(
    app: Flask, lua: Diary
) -> None:
    desk = Browser(app, "Chị Hoa")
    desk.text("/htx/hop-tac-xa")

    def cost() -> int:
        with watched() as seen:
            desk.text("/htx/hop-tac-xa?xem=all")
        reads = [(sql, values) for sql, values in seen if not sql.lstrip().upper().startswith("INSERT")]
        # The head of every page counts what waits up to some hundreds: a subquery that is read whole.
        assert [step for _, step in plans(reads) if not step.endswith("anon_1")] == []
        return len(seen)

    alone = cost()
    for number in range(3):
        other = diary_of(app.test_client(), f"Người {number}", f"Nhà {number}")
        season = other.season("Lúa", other.plot("Ruộng"))
        for day in ("2026-11-01", "2026-11-02", "2026-11-03"):
            other.entry("CT-07", day, season=season)
    desk.text("/htx/hop-tac-xa")  # the new entries are folded by whoever looks first
    assert cost() == alone


def test_an_officer_begins_with_the_communes_figures(app: Flask, lua: Diary) -> None:
    desk = Browser(app, "Bà Xã", "officer", organisation="Xã Kiến Thụy")
    answer = desk.get("/htx/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/htx/chi-tieu")
    page = desk.text("/htx/xa")
    assert "Nhà Lụa" not in page
    heads = re.findall(r'<th scope="col">(.*?)</th>', page)
    row = next(one for one in re.findall(r"<tr>.*?</tr>", page, re.S) if "HTX" in one)
    cells = dict(zip(heads[1:], re.findall(r"<td>(\d+)</td>", row), strict=True))
    assert (cells["Hộ lâu chưa ghi"], cells["Hộ có việc đến hạn"]) == ("1", "1")
