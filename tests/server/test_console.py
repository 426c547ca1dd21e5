"""The cooperative's pages: what they show, and to whom."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import run_write
from server.services.inviting import settle_device
from server.services.setup import add_organisation
from server.store.operator import load_private
from tests.server.diaries import DAY_MS, NOON, Diary, Sent, diary_of, new_uuid
from tests.server.phones import Phone, enrolled, invite_to, secret_of, start

PAGES = ("/htx/", "/htx/cho", "/htx/cho?turned_down=1", "/htx/ho", "/htx/may")
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console, so far as its pages ask for it."""
    folder = tmp_path / "dist"
    (folder / ".vite").mkdir(parents=True)
    manifest = {
        "src/console/main.ts": {
            "file": "assets/console-1.js",
            "imports": ["_core.js"],
            "css": ["assets/c.css"],
        },
        "_core.js": {"file": "assets/core-1.js", "css": ["assets/core.css"]},
    }
    (folder / ".vite" / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    app.config["PWA_DIST"] = folder


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """A farmer's phone in the first cooperative."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


class Browser:
    """A staff member's browser: a key, a session, the cookie of its pages."""

    def __init__(self, app: Flask, name: str, role: str = "reviewer", **options: Any) -> None:
        self.client = app.test_client()
        self.phone = enrolled(self.client, name, None, role, **options)
        self.diary = Diary(self.phone, "", {self.phone.shown["scope"]: 1})  # the join was the first

    def get(self, path: str) -> Any:
        """Ask for a page by the cookie alone."""
        return self.client.get(path)

    def text(self, path: str) -> str:
        """Return a page's source, entities read."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.get_data(as_text=True)[:300])
        return unescape(answer.get_data(as_text=True))

    def sign(self, scope: str, doc: str, fields: dict[str, Any], after: list[str], **more: Any) -> Any:
        """Sign and send an op as the page's script does; return its result."""
        return self.diary.send(self.diary.op(doc, fields, scope=scope, after=after, **more))[0]


def other_cooperative() -> str:
    """Make another cooperative of the commune and return its id."""
    return run_write(lambda session: add_organisation(session, "cooperative", "HTX Đoài", None, now_ms()).id)


def entry_path(diary: Diary, sent: Sent) -> str:
    """Return where an entry's page is."""
    return f"/htx/dong/{diary.farm}/{sent.uuid}"


def settles(page: str) -> list[dict[str, Any]]:
    """Return the conflicts of a page: what an op names, and the fields of each side."""
    found = []
    for form in re.findall(r"<form class=\"card clash\".*?</form>", page, re.S):
        after = re.search(r'data-after="([^"]*)"', form)
        sides = re.findall(r'data-public="(\{.*?\})?" data-private="(\{.*?\})"', form)
        assert after is not None
        found.append(
            {
                "after": after[1].split(),
                "sides": [(json.loads(public or "{}"), json.loads(private)) for public, private in sides],
            }
        )
    return found


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
        assert answer.status_code == 404, path
        assert "Lụa" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("role", ["helper", "extension", "clerk", "officer", "administrator"])
def test_staff_without_a_console_gets_a_sentence_and_no_data(app: Flask, lua: Diary, role: str) -> None:
    lua.entry("CT-12", "2026-11-08")
    browser = Browser(app, "Người khác", role)
    for path in (*PAGES, f"/htx/ho/{lua.farm}"):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "Lụa" not in answer.get_data(as_text=True)
        assert "người duyệt, quản lý và người kiểm tra" in answer.get_data(as_text=True)


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
        for path in (*PAGES, f"/htx/?season={season[7:]}", f"/htx/?plot={plot[5:]}"):
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
    pages = [entry_path(lua, entry), "/htx/cho", f"/htx/may/{lua.phone.shown['doc'].partition(':')[2]}"]
    auditor, reviewer = Browser(app, "Bà Kiểm", "auditor"), Browser(app, "Trần Văn Tuấn")
    assert ("data-choose" in reviewer.text(pages[0]), "data-what" in reviewer.text(pages[1])) == (True, True)
    for path in pages:
        page = auditor.text(path)
        assert "data-choose" not in page
        assert "data-what" not in page
        assert "data-device-op" not in page


def conflict_of_two(app: Flask, lua: Diary, **private: Any) -> Sent:
    """Let two phones of a household disagree on one entry."""
    thinh = diary_of(app.test_client(), "Ông Thịnh", "Nhà Lụa", "member")
    entry = lua.entry("CT-10", "2026-11-08", {"note": "Phun chiều"}, water={"amount": "1", "unit": "binh"})
    two = {"water": {"amount": "2", "unit": "binh"}}
    lua.record(entry.doc, two, after=[entry.id], recorded_at=NOON + 1)
    three = {"water": {"amount": "3", "unit": "binh"}}
    thinh.record(entry.doc, three, private or None, after=[entry.id], recorded_at=NOON + 2)
    return entry


def held_entry(app: Flask, lua: Diary) -> tuple[Diary, Sent]:
    """Let a phone that waits for its confirmation record something."""
    waiting = diary_of(app.test_client(), "Đặng Văn Sự", "Nhà Lụa", "member", confirm=True)
    waiting.scope = lua.scope
    made = waiting.op(f"entry:{new_uuid()}", {"form": "CT-12", "happened_on": "2026-11-07"})
    assert waiting.send(made)[0] == {"result": "held", "problem": "not_confirmed"}
    return waiting, made


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
    assert "Một máy đã xóa, máy khác vẫn ghi" in page
    assert browser.sign(lua.scope, entry.doc, found["sides"][side][0], found["after"])["result"] == "accepted"
    page = browser.text(entry_path(lua, entry))
    assert settles(page) == []
    assert ("Đã xóa" not in page) == stays
    assert (entry.uuid in browser.text("/htx/")) == stays


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
    assert shown("from=2026-11-05&to=2026-11-05") == "b"
    assert shown("conflicts=1") == ""
    assert shown("from=hôm%20qua&after=~~~&form=%00") == "abc"
    assert shown("after=2026%00~1~farm%00~x") == "abc"
    assert browser.get("/htx/?farm=khong").status_code == 404


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
        "Đồng hồ máy chậm 2 giờ", "la_lung", "3 khong-co", "TCVN 11892-1:2017", "Chưa ghi «Vụ nào?»",
    ):  # fmt: skip
        assert shown in page, shown
    assert page.count('class="lock"') == 2


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


def test_signing_out_ends_the_session_and_keeps_nothing_in_caches(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Văn Tuấn")
    answer = browser.get("/htx/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.client.post("/htx/ra", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    answer = browser.client.post("/htx/ra", headers=OURS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/htx/vao?ra=1")
    assert browser.get("/htx/").status_code == 303
    assert app.test_client().get("/htx/", headers=browser.phone.headers).status_code == 303


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


def test_before_the_build_the_pages_say_so(app: Flask, lua: Diary) -> None:
    app.config["PWA_DIST"] = Path(app.config["PWA_DIST"]) / "nowhere"
    answer = app.test_client().get("/htx/vao")
    assert answer.status_code == 503
    assert "make run" in answer.get_data(as_text=True)


def test_an_unknown_address_is_no_page(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Văn Tuấn")
    for path in (
        "/htx/khong",
        f"/htx/dong/{lua.farm}/khong",
        f"/htx/dong/{lua.farm}/{new_uuid()}",
        "/htx/may/1",
    ):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "Không có trang này" in answer.get_data(as_text=True)
