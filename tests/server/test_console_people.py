"""The cooperative's pages: who sees them, and whose."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import run_write
from server.services import console_farms
from server.services.inviting import settle_device
from server.store import devices
from server.store.operator import load_private
from sync.rights import may_see
from tests.server.consoles import (
    OURS,
    PAGES,
    Browser,
    conflict_of_two,
    entry_path,
    fake_build,
    held_entry,
    other_cooperative,
)
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import Phone, enrolled, invite_to, secret_of, start


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """A farmer's phone in the first cooperative."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


def test_staff_joins_by_the_link_and_sees_the_entries_of_its_farms(app: Flask, lua: Diary) -> None:
    plot = lua.plot("Nhà lưới", area={"amount": "2", "unit": "sao"})
    season = lua.season("Cà chua", plot)
    lua.entry("CT-12", "2026-11-08", plots=[plot], season=season, quantity={"amount": "1250.5", "unit": "kg"})
    page = Browser(app, "Trần Văn Tuấn").text("/htx/")
    for shown in ("Thu hoạch, cà chua", "Nhà Lụa", "Nhà lưới", "1.250,5\u00a0kg", "Phạm Thị Lụa", "Chủ nhật"):
        assert shown in page, shown
    assert "30/9 âm" in page
    assert "/assets/console-1.js" in page
    assert "/assets/core.css" in page


def test_the_link_of_staff_leads_to_the_console(app: Flask, lua: Diary) -> None:
    link = invite_to("Trần Văn Tuấn", None, "reviewer")
    assert "/htx/vao#i=" in link.url
    phone = Phone(app.test_client())
    shown = phone.look(link, secret=secret_of(link)).get_json()
    assert (shown["kind"], shown["shown"]["name"]) == ("browser", "Trần Văn Tuấn")
    assert shown["shown"]["organisation"] == "HTX Thụy Hương"


@pytest.mark.parametrize("path", PAGES)
def test_without_a_session_every_page_leads_to_the_way_in(app: Flask, lua: Diary, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/htx/vao?toi=/htx/")
    way_in = app.test_client().get(answer.headers["Location"])
    assert way_in.status_code == 200
    assert f'data-place="{path}"' in unescape(way_in.get_data(as_text=True))


@pytest.mark.parametrize(
    "place",
    [
        "https://la.example/",
        "//la.example/htx/",
        "/htx/../i/x",
        "/htxx",
        "/htx/vao?toi=/htx/",
        "javascript:1",
    ],
)
def test_case_101_the_way_in_leads_nowhere_else(app: Flask, lua: Diary, place: str) -> None:
    page = app.test_client().get("/htx/vao", query_string={"toi": place}).get_data(as_text=True)
    assert 'data-place="/htx/"' in page
    answer = app.test_client().post("/htx/tieng", data={"language": "en", "toi": place})
    assert answer.headers["Location"] == "/htx/"


@pytest.mark.parametrize("role", ["owner", "member"])
def test_a_farmers_session_opens_no_page(app: Flask, lua: Diary, role: str) -> None:
    entry = lua.entry("CT-12", "2026-11-08")
    phone = enrolled(app.test_client(), "Ông Thịnh", "Nhà Lụa", role)
    for path in (*PAGES, f"/htx/ho/{lua.farm}", entry_path(lua, entry)):
        answer = phone.client.get(path, headers=phone.headers)
        assert answer.status_code == 303, path  # a device's own session opens no page
        assert answer.headers["Location"].startswith("/htx/vao"), path
        assert "Lụa" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("role", ["clerk", "officer"])
def test_staff_without_a_console_gets_a_sentence_and_no_data(app: Flask, lua: Diary, role: str) -> None:
    lua.entry("CT-12", "2026-11-08")
    browser = Browser(app, "Người khác", role)
    for path in (*PAGES, f"/htx/ho/{lua.farm}"):
        answer = browser.get(path)
        if path == "/htx/" and answer.headers.get("Location") in ("/htx/chi-tieu", "/htx/mua-ban"):
            continue  # the page that is theirs
        assert answer.status_code == 404, path
        assert "Lụa" not in answer.get_data(as_text=True)
        assert "Vai trò của bạn không dùng trang này" in answer.get_data(as_text=True)


@pytest.mark.parametrize("role", ["helper", "extension"])
def test_a_team_members_phone_opens_no_page(app: Flask, lua: Diary, role: str) -> None:
    lua.entry("CT-12", "2026-11-08")
    phone = enrolled(app.test_client(), "Người giúp", None, role)
    for path in (*PAGES, f"/htx/ho/{lua.farm}"):
        answer = phone.client.get(path, headers=phone.headers)
        assert answer.status_code in (303, 404), path
        assert "Lụa" not in answer.get_data(as_text=True)


def test_a_browser_that_waits_is_told_so(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Văn Tuấn", confirm=True)
    for path in (*PAGES, f"/htx/ho/{lua.farm}"):
        answer = browser.get(path)
        assert answer.status_code == 403, path
        assert "còn chờ xác nhận" in answer.get_data(as_text=True)


def test_a_revoked_browser_is_led_to_the_way_in(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Văn Tuấn")
    settle_device(load_private(), browser.phone.shown["doc"].partition(":")[2], {"revoked": True}, now_ms())
    assert browser.get("/htx/").status_code == 303


def test_no_cooperative_sees_anything_of_another(app: Flask, lua: Diary) -> None:
    there = other_cooperative()
    doai = diary_of(app.test_client(), "Lê Văn Kín", "Nhà Kín", organisation=there)
    waiting = diary_of(app.test_client(), "Mai Thị Chờ", "Nhà Kín", organisation=there, confirm=True)
    waiting.scope = doai.scope
    plot = doai.plot("Đồng Kín")
    season = doai.season("Rau kín", plot)
    entry = doai.entry("CT-12", "2026-11-08", {"note": "Lời kín"}, plots=[plot], season=season)
    assert waiting.send(waiting.op(f"entry:{new_uuid()}", {"form": "CT-12"}))[0]["result"] == "held"
    device = doai.phone.shown["doc"].partition(":")[2]
    uuids = [entry_path(doai, entry), f"/htx/ho/{doai.farm}", f"/htx/may/{device}"]
    uuids += [f"/htx/vu/{doai.farm}/{season[7:]}", f"/htx/thua/{doai.farm}/{plot[5:]}"]
    # A foreign document under a farm of one's own is missing too.
    swapped = [f"/htx/dong/{lua.farm}/{entry.uuid}", f"/htx/thua/{lua.farm}/{plot[5:]}"]
    narrowed = [f"/htx/?farm={doai.farm}", f"/htx/?farm={doai.farm}&conflicts=1"]
    for role in ("reviewer", "manager", "auditor"):
        browser = Browser(app, f"Người {role}", role)
        for path in uuids + swapped + narrowed:
            answer = browser.get(path)
            assert answer.status_code == 404, (role, path)
        shown = PAGES if may_see(role, "held") else ("/htx/", "/htx/ho")
        for path in (*shown, f"/htx/?season={season[7:]}", f"/htx/?plot={plot[5:]}"):
            page = browser.text(path)
            for secret in ("Kín", "kín", "Mai Thị Chờ", doai.farm, entry.uuid):
                assert secret not in page, (role, path, secret)
    theirs = Browser(app, "Người Đoài", "manager", organisation=there)
    for path in uuids:
        assert "ín" in theirs.text(path)
    assert "Nhà Lụa" not in theirs.text("/htx/ho")


def test_an_auditor_reads_and_is_offered_nothing_to_write(app: Flask, lua: Diary) -> None:
    entry = conflict_of_two(app, lua)
    held_entry(app, lua)
    pages = [entry_path(lua, entry), "/htx/", "/htx/ho", f"/htx/ho/{lua.farm}"]
    auditor, reviewer = Browser(app, "Bà Kiểm", "auditor"), Browser(app, "Trần Văn Tuấn")
    assert "data-choose" in reviewer.text(pages[0])
    assert 'href="/htx/cho"' in reviewer.text(pages[2])
    for path in pages:
        page = auditor.text(path)
        for offer in (
            "data-choose", "data-what", "data-device-op",
            'href="/htx/cho"', 'href="/htx/may"', 'href="/htx/may/',
        ):  # fmt: skip
            assert offer not in page, (path, offer)
    for path in ("/htx/cho", "/htx/may", f"/htx/may/{lua.phone.shown['doc'].partition(':')[2]}"):
        assert auditor.get(path).status_code == 404


def test_signing_out_ends_the_session_and_keeps_nothing_in_caches(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Văn Tuấn")
    answer = browser.get("/htx/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.client.post("/htx/ra", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    answer = browser.client.post("/htx/ra", headers=OURS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/htx/vao?ra=1")
    assert browser.get("/htx/").status_code == 303
    assert app.test_client().get("/htx/", headers=browser.phone.headers).status_code == 303


def test_a_page_tells_what_a_phone_says_it_has_not_sent_and_its_version(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Văn Tuấn", "manager")
    path = f"/htx/may/{lua.phone.shown['doc'].partition(':')[2]}"
    assert "Máy báo" not in browser.text(path)
    device = lua.phone.key.device

    def report(**said: object) -> None:
        run_write(lambda session: devices.note_seen(session, device, now_ms(), json.dumps(said)))

    report(unsent=3, photos=2, app="0.1.0")
    for page in (path, "/htx/may", f"/htx/ho/{lua.farm}"):
        assert "Còn 3 dòng, 2 ảnh chưa gửi · bản 0.1.0" in browser.text(page), page
    report(unsent=0, photos=1, app="0.1.0")
    assert "Còn 1 ảnh chưa gửi · bản 0.1.0" in browser.text(path)
    report(unsent=5, photos=0, app="0.1.0")
    assert "Còn 5 dòng chưa gửi · bản 0.1.0" in browser.text("/htx/may")
    report(unsent=0, photos=0, app="0.2.0")
    assert "Đã gửi hết · bản 0.2.0" in browser.text(path)


def test_the_devices_come_page_by_page_each_once_who_waits_first(
    app: Flask, lua: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_farms, "PAGE_DEVICES", 2)
    for farm in ("Nhà Bình", "Nhà Sự"):
        diary_of(app.test_client(), f"Người {farm}", farm)
    waiting = diary_of(app.test_client(), "Người chờ", "Nhà Sự", "member", confirm=True)
    browser = Browser(app, "Trần Văn Tuấn")
    path, pages = "/htx/may", []
    while path and len(pages) < 9:
        page = browser.text(path)
        pages.append(re.findall(r'<th scope="row"><a class="link" href="(/htx/may/[^"]+)"', page))
        onward = re.search(r'href="(/htx/may[?]after=[^"]+)"', page)
        path = onward[1] if onward else ""
    found = [one for page in pages for one in page]
    assert len(found) == len(set(found)) >= 5
    assert {len(page) for page in pages[:-1]} == {2}
    assert found[0].endswith(waiting.phone.shown["doc"].partition(":")[2])
    for odd in ("x", "9.1.2", "0.0." + "a" * 36 + "." + "x" * 41):
        assert browser.text(f"/htx/may?after={odd}").count('<th scope="row">') == 2
