"""Sessions of the console: by a passkey alone, short, rotated, listed, ended; what a stolen cookie is worth.

Source: platform.md §5.4; faults.md 49.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask

from server.config import now_ms
from server.db import run_write
from server.store.demo_mark import DemoMark, write_mark
from tests.server.authenticators import Authenticator, own_passkey, sign_in
from tests.server.consoles import OURS, Browser
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import start

MINUTE_MS = 60_000


@pytest.fixture
def lua(app: Flask) -> Diary:
    """Give the diary of a household."""
    start()
    return diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")


def cookie(browser: Browser) -> str:
    """Return the token that the browser keeps."""
    found = browser.client.get_cookie("sid")
    assert found is not None
    return found.value


def test_a_browser_that_joined_sees_only_the_making_of_a_passkey(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Thị Hoa", "manager", passkey=False)
    for path in ("/htx/", "/htx/cho", "/htx/ho", "/htx/may", "/htx/toi"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/htx/khoa"), path
    page = browser.text("/htx/khoa?toi=%2Fhtx%2Fho")
    assert "Tạo khóa truy cập" in page
    assert "Lụa" not in page
    assert browser.client.post("/htx/khoa", headers=OURS).headers["Location"].startswith("/htx/khoa")
    skipped = browser.client.post("/htx/khoa/de-sau", headers=OURS)
    assert skipped.status_code == 404  # not of the demo
    browser.make_passkey()
    assert browser.get("/htx/").status_code == 200
    assert browser.get("/htx/khoa").headers["Location"] == "/htx/"


def test_a_session_is_rotated_at_every_authentication(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Thị Hoa", "manager", passkey=False)
    first = cookie(browser)
    browser.make_passkey()
    second = cookie(browser)
    assert sign_in(browser.phone, browser.key).status_code == 200
    browser.phone.open_session()
    third = cookie(browser)
    assert len({first, second, third}) == 3
    browser.client.set_cookie("sid", first)
    assert browser.get("/htx/").status_code == 303


def test_thirty_idle_minutes_or_twelve_hours_end_a_session(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Thị Hoa", "manager")
    clock = {"at": now_ms()}
    app.extensions["clock"] = lambda: clock["at"]
    for _ in range(24):  # 29 minutes each: never idle, and over after 12 hours
        clock["at"] += 29 * MINUTE_MS
        assert browser.get("/htx/").status_code == 200
    clock["at"] += 29 * MINUTE_MS
    assert browser.get("/htx/").status_code == 303
    assert sign_in(browser.phone, browser.key).status_code == 200
    browser.phone.open_session()
    assert browser.get("/htx/").status_code == 200
    clock["at"] += 31 * MINUTE_MS
    assert browser.get("/htx/").status_code == 303


def test_the_key_of_a_browser_alone_opens_no_page_once_there_is_a_passkey(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Thị Hoa", "manager")
    browser.client.delete_cookie("sid")
    answer = browser.phone.open_session()
    assert answer.get_json()["pages"] is False
    assert browser.get("/htx/").headers["Location"].startswith("/htx/vao")
    assert sign_in(browser.phone, browser.key).status_code == 200
    assert browser.get("/htx/").status_code == 303  # the passkey alone neither: pages are signed for
    assert browser.phone.open_session().get_json()["pages"] is True
    assert browser.get("/htx/").status_code == 200


def test_sessions_are_listed_and_ended_one_by_one_and_everywhere(app: Flask, lua: Diary) -> None:
    office = Browser(app, "Trần Thị Hoa", "manager")
    page = office.text("/htx/toi")
    assert "Ở đây" in page
    elsewhere = app.test_client()
    elsewhere.set_cookie("sid", cookie(office))
    sign_in(office.phone, office.key)
    office.phone.open_session()
    [other] = re.findall(r'name="id" value="([0-9a-f-]{36})"', office.text("/htx/toi"))
    assert elsewhere.get("/htx/").status_code == 200
    office.client.post("/htx/toi/phien", data={"id": other}, headers=OURS)
    assert elsewhere.get("/htx/").status_code == 303
    assert office.get("/htx/").status_code == 200
    stranger = Browser(app, "Lê Văn Khác", "manager")
    mine = re.findall(r'name="id" value="([0-9a-f-]{36})"', office.text("/htx/toi"))
    for one in mine:
        stranger.client.post("/htx/toi/phien", data={"id": one}, headers=OURS)
    assert office.get("/htx/").status_code == 200
    left = office.client.post("/htx/toi/ra-het", headers=OURS)
    assert left.headers["Location"] == "/htx/vao?ra=1"
    assert office.get("/htx/").status_code == 303
    assert stranger.get("/htx/").status_code == 200


def test_case_049_a_stolen_cookie_admits_nothing_makes_no_key_and_can_be_ended(
    app: Flask, lua: Diary
) -> None:
    office = Browser(app, "Trần Thị Hoa", "manager")
    thief = app.test_client()
    thief.set_cookie("sid", cookie(office))
    assert thief.get("/htx/").status_code == 200
    for path in ("/api/v1/sync", "/api/v1/passkeys/challenge"):
        asked = thief.post(path, json={"purpose": "register"}, headers={"Sec-Fetch-Site": "same-origin"})
        assert asked.status_code == 401, path
    forged = lua.op(f"entry:{new_uuid()}", {"form": "CT-12"}, by=office.phone.shown["by"])
    assert lua.send(forged)[0]["problem"] == "no_right"
    admission = office.diary.op(f"admission:{new_uuid()}", {"admit": [forged.id]}, scope=lua.scope)
    headers = office.phone.headers | OURS
    untouched = office.client.post("/api/v1/sync", headers=headers, json={"ops": [admission.wire]})
    assert untouched.get_json()["results"] == [{"result": "held", "problem": "step_up"}]
    assert own_passkey(office.phone, Authenticator())["problem"] == "step_up"
    office.client.post("/htx/toi/ra-het", headers=OURS)
    assert thief.get("/htx/").status_code == 303


def test_a_guest_of_the_demo_may_go_on_without_and_admit_without(app: Flask, lua: Diary) -> None:
    browser = Browser(app, "Trần Thị Hoa", "manager", passkey=False)
    organisation = browser.phone.shown["scope"].partition(":")[2]
    run_write(lambda session: write_mark(session, DemoMark("made", 1, (organisation,))))
    assert "Để sau, xem dữ liệu mẫu" in browser.text("/htx/khoa")
    assert browser.client.post("/htx/khoa/de-sau", headers=OURS).headers["Location"] == "/htx/"
    assert browser.get("/htx/").status_code == 200
    assert "data-touch" not in browser.text("/htx/cho")
    admission = browser.diary.op(f"admission:{new_uuid()}", {"admit": []}, scope=lua.scope)
    sent = browser.client.post(
        "/api/v1/sync", headers=browser.phone.headers | OURS, json={"ops": [admission.wire]}
    )
    assert sent.get_json()["results"][0]["result"] == "accepted"
    browser.make_passkey()  # whoever has one touches it, in the demo too
    again = browser.diary.op(f"admission:{new_uuid()}", {"admit": []}, scope=lua.scope)
    sent = browser.client.post(
        "/api/v1/sync", headers=browser.phone.headers | OURS, json={"ops": [again.wire]}
    )
    assert sent.get_json()["results"] == [{"result": "held", "problem": "step_up"}]
