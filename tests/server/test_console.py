"""The cooperative's pages: what they show."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.db import run_write
from server.models.people import Help
from tests.server.consoles import (
    OURS,
    PAGES,
    Browser,
    entry_path,
    fake_build,
    other_cooperative,
)
from tests.server.diaries import DAY_MS, NOON, Diary, diary_of, new_uuid
from tests.server.phones import enrolled, start
from tests.server.pictures import hash_of, make_jpeg


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """A farmer's phone in the first cooperative."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def test_watering_is_called_so_and_said_once(app: Flask, lua: Diary) -> None:
    lua.entry("CT-07", "2026-11-08", activity="irrigate", irrigation_method="flood")
    page = Browser(app, "Trần Văn Tuấn").text("/htx/")
    assert page.count("Tưới nước") == 1
    assert "#i-water" in page
    assert "#i-hoe" not in page


def test_the_list_is_narrowed(app: Flask, lua: Diary) -> None:
    binh = diary_of(app.test_client(), "Vũ Văn Bình", "Nhà Bình")
    plot, field = lua.plot("Nhà lưới"), lua.plot("Đồng Cửa")
    season = lua.season("Cà chua", plot)
    made = {
        "a": lua.entry("CT-12", "2026-11-08", plots=[plot], season=season),
        "b": lua.entry("CT-10", "2026-11-05", plots=[field]),
        "c": binh.entry("CT-12", "2026-11-01"),
    }
    browser = Browser(app, "Trần Văn Tuấn")

    def shown(query: str) -> str:
        page = browser.text(f"/htx/?{query}")
        return "".join(name for name, sent in made.items() if sent.uuid in page)

    assert shown("") == "abc"
    assert shown(f"farm={lua.farm}") == "ab"
    assert shown("form=CT-12") == "ac"
    assert shown(f"season={season[7:]}") == "a"
    assert shown(f"plot={field[5:]}") == "b"
    assert shown("from=2026-11-05") == "ab"
    assert shown("to=2026-11-05") == "bc"
    assert shown("from=5/11/2026&to=08.11.2026") == "ab"
    assert "Ngày ghi chưa đúng" in browser.text("/htx/?from=31/02/2026")
    assert 'value="05/11/2026"' in browser.text("/htx/?from=2026-11-05")
    assert shown("from=2026-11-05&to=2026-11-05") == "b"
    assert shown("conflicts=1") == ""
    assert shown("from=hôm%20qua&after=~~~&form=%00") == "abc"
    assert shown("after=2026%00~1~farm%00~x") == "abc"
    assert browser.get("/htx/?farm=khong").status_code == 404


def test_a_deleted_entry_is_listed_only_when_asked_for_and_its_page_keeps_everything(
    app: Flask, lua: Diary
) -> None:
    entry = lua.entry("CT-12", "2026-11-08", {"note": "Nhầm thửa"}, quantity={"amount": "85", "unit": "kg"})
    lua.record(entry.doc, {"_deleted": True}, after=[entry.id])
    browser = Browser(app, "Trần Văn Tuấn")
    assert entry.uuid not in browser.text("/htx/")
    listed = browser.text("/htx/?deleted=1")
    assert entry.uuid in listed
    assert "Đã bỏ khỏi sổ" in listed
    page = browser.text(entry_path(lua, entry))
    for shown in ("Đã bỏ khỏi sổ", "85\u00a0kg", "Nhầm thửa", "Phạm Thị Lụa bỏ khỏi sổ", "Phạm Thị Lụa ghi"):
        assert shown in page, shown


def test_the_newest_come_first_and_every_page_goes_on_where_the_one_before_ended(
    app: Flask, lua: Diary
) -> None:
    made = [lua.entry("CT-12", f"2026-{10 + i // 28:02}-{1 + i % 28:02}").uuid for i in range(35)]
    browser = Browser(app, "Trần Văn Tuấn")
    found, path = [], "/htx/"
    while path:
        page = browser.text(path)
        found += re.findall(r"/htx/dong/[^/]+/([0-9a-f-]{36})", page)
        more = re.search(r'href="(/htx/\?[^"]*after=[^"]*)"', page)
        path = more[1] if more else ""
    assert found == made[::-1]


def test_an_entry_shows_its_form_lines_units_and_who_recorded_when(app: Flask, lua: Diary) -> None:
    plot = lua.plot("Nhà lưới")
    entry = lua.entry(
        "CT-10",
        "2026-11-05",
        {"note": "Trời mát", "performed_by": "Ông Thịnh"},
        plots=[plot],
        target_pest="Sâu xanh",
        treated_area={"amount": "1.5", "unit": "sao"},
        equipment="electric_sprayer",
        recorded_at=NOON - 3 * DAY_MS,
        skew=2 * 3_600_000,
        **{
            "line.abcdefgh.product": "Emamectin 5WG",
            "line.abcdefgh.dose": {"amount": "10", "unit": "g/binh"},
        },
        la_lung={"amount": "3", "unit": "khong-co"},
    )
    page = Browser(app, "Trần Văn Tuấn").text(entry_path(lua, entry))
    for shown in (
        "Phun thuốc", "Trừ gì?", "Sâu xanh", "1,5\u00a0sào (540\u00a0m²)", "Bình điện", "Emamectin 5WG",
        "10\u00a0g/bình", "Trời mát", "Phạm Thị Lụa ghi", "12:00, 06/11/2026", "Máy: Máy thử",
        "Đồng hồ máy chậm 2 giờ", "la_lung", "3 khong-co", "TCVN 11892-1:2017", "Còn thiếu",
    ):  # fmt: skip
        assert shown in page, shown
    watered = lua.entry("CT-07", "2026-11-08", activity="irrigate")
    assert ">Theo Sổ nhật ký VietGAP trồng trọt<" in Browser(app, "Chị Thu").text(entry_path(lua, watered))
    assert page.count('class="lock"') == 2


def test_what_was_recorded_for_others_names_the_writer_and_for_whom(app: Flask, lua: Diary) -> None:
    helper = enrolled(app.test_client(), "Nguyễn Thị Mai", None, "helper", kind="phone")

    def give(session: Session) -> None:
        farm, by = lua.scope.removeprefix("farm:"), helper.shown["by"]
        session.add(Help(farm=farm, id=new_uuid(), membership=by, valid_from=0, valid_until=None))

    run_write(give)
    mai = Diary(helper, lua.scope, {})
    made = mai.entry("CT-07", "2026-11-08", on_behalf_of=lua.phone.shown["by"])
    reviewer = Browser(app, "Anh Tuấn")
    assert "Nguyễn Thị Mai (tổ công nghệ số) ghi hộ Phạm Thị Lụa" in reviewer.text(entry_path(lua, made))
    assert "Nguyễn Thị Mai (tổ công nghệ số) ghi hộ" in reviewer.text("/htx/")


def test_the_language_is_kept_by_a_switch(app: Flask, lua: Diary) -> None:
    entry = lua.entry("CT-10", "2026-11-05", equipment="electric_sprayer")
    browser = Browser(app, "Trần Văn Tuấn")
    answer = browser.client.post("/htx/tieng", data={"language": "en", "toi": "/htx/ho"}, headers=OURS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/htx/ho")
    page = browser.text(entry_path(lua, entry))
    assert '<html lang="en">' in page
    assert "Electric sprayer" in page
    assert "Thursday" in page


def test_seasons_and_plots_have_pages_too(app: Flask, lua: Diary) -> None:
    plot = lua.plot("Ao trước nhà", kind="pond", area={"amount": "3", "unit": "sao"})
    season = lua.season("Tôm thẻ", plot, sector="aquaculture", head_count={"amount": "30000", "unit": "con"})
    browser = Browser(app, "Trần Văn Tuấn")
    assert "3\u00a0sào (1.080\u00a0m²)" in browser.text(f"/htx/thua/{lua.farm}/{plot[5:]}")
    assert "30.000\u00a0con" in browser.text(f"/htx/vu/{lua.farm}/{season[7:]}")
    assert browser.get(f"/htx/vu/{lua.farm}/{plot[5:]}").status_code == 404
    page = browser.text(f"/htx/ho/{lua.farm}")
    assert "Tôm thẻ" in page
    assert "3\u00a0sào (1.080\u00a0m²)" in page


def test_what_people_wrote_is_never_markup(app: Flask, lua: Diary) -> None:
    nasty = "<img src=x onerror=alert(1)>\"'{{7*7}}"
    plot = lua.plot(nasty)
    entry = lua.entry("CT-10", "2026-11-05", {"note": nasty}, plots=[plot], target_pest=nasty, season=nasty)
    thinh = diary_of(app.test_client(), nasty, "Nhà Lụa", "member")
    lua.record(entry.doc, {"target_pest": nasty + "a"}, after=[entry.id])
    thinh.record(entry.doc, {"target_pest": nasty + "b"}, after=[entry.id])
    browser = Browser(app, nasty)
    for path in (*PAGES, entry_path(lua, entry), f"/htx/ho/{lua.farm}", f"/htx/thua/{lua.farm}/{plot[5:]}"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert b"<img src=x" not in answer.data
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not re.search(
            rb"<script(?![^>]* src=)|<style| style=| on[a-z]+=", answer.data.replace(b"onerror", b"")
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"form": "KHONG-CO", "happened_on": "2026-02-30"},
        {"form": 7, "happened_on": ["2026-11-08"], "plots": "plot:x", "season": {"a": 1}},
        {
            "form": "CT-10",
            "happened_on": None,
            "treated_area": {"amount": "1e9", "unit": "sao"},
            "water": [[], {}],
        },
        {"form": "CT-10", "equipment": {"lat": 1}, "line.abcdefgh.phi_days": -3, "line.abcdefgh.product": 9},
        {"form": "CT-12", "quantity": {"amount": "999999999999999", "unit": "sao"}, "started_at": True},
    ],
)
def test_an_entry_of_any_shape_is_shown(app: Flask, lua: Diary, fields: dict[str, Any]) -> None:
    made = lua.record(f"entry:{new_uuid()}", fields, recorded_at=2**53 - 1)
    browser = Browser(app, "Trần Văn Tuấn")
    assert made.uuid in browser.text("/htx/")
    browser.text(entry_path(lua, made))


def test_a_photo_of_an_entry_is_shown_to_staff_of_its_cooperative_alone(app: Flask, lua: Diary) -> None:
    entry = lua.entry("CT-12", "2026-11-08")
    sha256 = "A" * 43
    for _ in range(2):
        other = lua.entry("CT-12", "2026-11-01")
        fields = {"of": other.doc, "sha256": sha256, "type": "image/jpeg", "bytes": 9, "kind": "product"}
        lua.record(f"photo:{new_uuid()}", fields)
    lua.record(f"photo:{new_uuid()}", {**fields, "of": entry.doc})
    page = Browser(app, "Trần Văn Tuấn").text(entry_path(lua, entry))
    assert "Ảnh chưa về" in page
    assert "Ảnh này còn ở 2 dòng khác" in page


def test_pictures_come_by_the_cookie_to_staff_of_the_cooperative_alone(app: Flask, lua: Diary) -> None:
    entry = lua.entry("CT-12", "2026-11-08")
    data = make_jpeg()
    sha256 = hash_of(data)
    fields = {"of": entry.doc, "sha256": sha256, "type": "image/jpeg", "bytes": len(data), "kind": "product"}
    lua.record(f"photo:{new_uuid()}", fields)
    address = f"/api/v1/photos/farm/{lua.farm}"
    headers = lua.phone.headers | {"Tus-Resumable": "1.0.0"}
    named = f"sha256 {base64.b64encode(sha256.encode()).decode()}"
    begun = {"Upload-Length": str(len(data)), "Upload-Metadata": named}
    assert lua.phone.client.post(address, headers=headers | begun).status_code == 201
    more = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = lua.phone.client.patch(f"{address}/{sha256}", headers=headers | more, data=data)
    assert sent.status_code == 204
    ours, theirs = Browser(app, "Trần Văn Tuấn"), Browser(app, "Người Đoài", organisation=other_cooperative())
    page = ours.text(entry_path(lua, entry))
    shown = re.findall(r'src="(/api/v1/photos/[^"]+)"', page)
    assert shown == [f"{address}/{sha256}?size=view"]
    for path in (*shown, f"{address}/{sha256}?size=thumb"):
        assert ours.get(path).status_code == 200
        assert theirs.get(path).status_code == 404
        assert app.test_client().get(path).status_code == 401
    assert "size=thumb" in ours.text("/htx/")
    known = {"If-None-Match": ours.get(path).headers["ETag"]}
    assert ours.get(path).headers["Cache-Control"] == "private, no-cache"  # kept, and asked for each time
    again = ours.client.get(path, headers=known)
    assert (again.status_code, again.get_data()) == (304, b"")
    assert theirs.client.get(path, headers=known).status_code == 404
    assert ours.client.post("/htx/ra", headers=OURS).status_code == 303
    assert ours.client.get(path, headers=known).status_code == 401


def test_before_the_build_the_pages_say_so(app: Flask, lua: Diary) -> None:
    app.config["PWA_DIST"] = Path(app.config["PWA_DIST"]) / "nowhere"
    answer = app.test_client().get("/htx/vao")
    assert answer.status_code == 503
    assert "make run" in answer.get_data(as_text=True)


def test_an_unknown_address_is_no_page(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Văn Tuấn")
    assert browser.get("/htx").headers["Location"].endswith("/htx/")
    for path in (
        "/htx/khong",
        f"/htx/dong/{lua.farm}/khong",
        f"/htx/dong/{lua.farm}/{new_uuid()}",
        "/htx/may/1",
    ):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "Không có trang này" in answer.get_data(as_text=True)
