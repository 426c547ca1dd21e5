"""What people ask about their data: the register and its clocks, consents, the file, the erasing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.config import now_ms
from server.db import reading
from server.models.people import Membership, Person
from server.models.privacy import DataRequest
from server.services import rebuilding
from server.services.data_requests import answer_due, done_due
from server.services.person_data import add_months
from server.store import consents, people
from sync.civil import ms_to_date
from tests.server.backups import Backups
from tests.server.consoles import OURS, Browser, entry_path, fake_build, other_cooperative
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.phones import start
from tests.server.pictures import hash_of, make_jpeg
from tests.server.test_want import upload


@pytest.fixture(autouse=True)
def built(app: Flask, tmp_path: Path) -> None:
    """A build of the console."""
    fake_build(app, tmp_path / "dist")


@pytest.fixture
def lua(app: Flask, client: FlaskClient) -> Diary:
    """Give the diary of a household."""
    start()
    return diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")


@pytest.fixture
def manager(app: Flask, lua: Diary) -> Browser:
    """Give the browser of who looks after people's data."""
    return Browser(app, "Trần Thị Hoa", "manager")


def person_id(name: str) -> str:
    """Return the id of a person."""
    with reading() as session:
        return session.scalars(select(Person.id).where(Person.name == name)).one()


def post(browser: Browser, path: str, **form: str) -> Any:
    """Send a form of a page."""
    return browser.client.post(path, data=form, headers=OURS)


@pytest.mark.parametrize(
    ("received", "due"),
    [("2026-11-09", "2026-11-11"), ("2026-11-12", "2026-11-16"), ("2026-11-14", "2026-11-17")],
)
def test_an_answer_is_due_in_two_working_days(received: str, due: str) -> None:
    assert answer_due(received) == due


@pytest.mark.parametrize(
    ("kind", "due"), [("access", "2026-11-19"), ("withdraw", "2026-11-24"), ("erase", "2026-11-29")]
)
def test_what_is_asked_has_its_days(kind: str, due: str) -> None:
    assert done_due("2026-11-09", kind) == due


@pytest.mark.parametrize(
    ("date", "months", "later"),
    [("2026-11-30", 3, "2027-02-28"), ("2026-01-31", 24, "2028-01-31"), ("2027-12-31", 2, "2028-02-29")],
)
def test_months_end_on_a_day_that_exists(date: str, months: int, later: str) -> None:
    assert add_months(date, months) == later


def test_a_request_runs_through_the_register(app: Flask, lua: Diary, manager: Browser) -> None:
    person = person_id("Phạm Thị Lụa")
    assert (
        post(manager, "/htx/rieng", do="add", person=person, kind="erase", means="paper").status_code == 303
    )
    page = manager.text("/htx/rieng")
    assert "Phạm Thị Lụa" in page
    assert "Xin xóa" in page
    with reading() as session:
        one = session.scalars(select(DataRequest)).one()
    today = ms_to_date(now_ms())
    assert (one.answer_due, one.done_due) == (answer_due(today), done_due(today, "erase"))
    door = f"/htx/rieng/{person}/xin/{one.id}"
    assert post(manager, door, do="extend", reason=" ").status_code == 422
    assert post(manager, door, do="extend", reason="Chờ cơ quan chứng nhận").status_code == 303
    assert post(manager, door, do="extend", reason="nữa").status_code == 422  # once
    assert post(manager, door, do="answer").status_code == 303
    assert post(manager, door, do="refused", reason="").status_code == 422
    assert post(manager, door, do="done").status_code == 303
    assert post(manager, door, do="done").status_code == 422  # over
    with reading() as session:
        one = session.scalars(select(DataRequest)).one()
    assert (one.outcome, one.done_due > done_due(today, "erase")) == ("done", True)
    assert "Đã làm xong" in manager.text(f"/htx/rieng/{person}")


def test_a_request_whose_clock_ran_out_is_said_to_be_late(app: Flask, lua: Diary, manager: Browser) -> None:
    person = person_id("Phạm Thị Lụa")
    post(manager, "/htx/rieng", do="add", person=person, kind="access", means="spoken")
    assert "Quá hạn" not in manager.text("/htx/rieng")
    clock = app.extensions["clock"]
    app.extensions["clock"] = lambda: clock() + 6 * 86_400_000
    late = Browser(app, "Người mới", "manager")
    assert "Quá hạn" in late.text("/htx/rieng")


@pytest.mark.parametrize("role", ["reviewer", "clerk", "auditor", "officer"])
def test_who_does_not_look_after_data_sees_none_of_it(app: Flask, lua: Diary, role: str) -> None:
    options = {"until": now_ms() + 86_400_000} if role == "auditor" else {}
    browser = Browser(app, "Người khác", role, **options)
    person = person_id("Phạm Thị Lụa")
    for path in ("/htx/rieng", f"/htx/rieng/{person}"):
        assert browser.get(path).status_code == 404
    assert post(browser, f"/htx/rieng/{person}/tep").status_code == 404


def test_people_of_another_cooperative_look_like_nobody(app: Flask, lua: Diary) -> None:
    foreign = Browser(app, "Quản lý Đoài", "manager", organisation=other_cooperative())
    person = person_id("Phạm Thị Lụa")
    assert "Phạm Thị Lụa" not in foreign.text("/htx/rieng")
    assert foreign.get(f"/htx/rieng/{person}").status_code == 404
    for path in ("tep", "xin", "dong-y", f"rut/{new_uuid()}", f"xin/{new_uuid()}"):
        sent = post(foreign, f"/htx/rieng/{person}/{path}", kind="erase", means="paper", purpose="gps")
        assert sent.status_code == 404, path
    assert (
        post(foreign, "/htx/rieng", do="add", person=person, kind="erase", means="paper").status_code == 404
    )


def test_a_consent_is_recorded_and_taken_back_at_once(app: Flask, lua: Diary, manager: Browser) -> None:
    person = person_id("Phạm Thị Lụa")
    door = f"/htx/rieng/{person}"
    assert post(manager, f"{door}/dong-y", purpose="public_name", means="paper").status_code == 303
    assert post(manager, f"{door}/dong-y", purpose="spying", means="paper").status_code == 422
    with reading() as session:
        assert consents.is_given(session, person, "public_name")
        given = consents.of_persons(session, [person])[0]
    assert post(manager, f"{door}/rut/{given.id}").status_code == 303
    with reading() as session:
        assert not consents.is_given(session, person, "public_name")
    assert "Đã rút" in manager.text(door)


def test_the_file_holds_what_is_kept_of_a_person_and_of_nobody_else(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    other = diary_of(app.test_client(), "Vũ Văn Đạt", "Nhà Đạt")
    mine = lua.entry("CT-10", "2026-11-08", {"note": "Phun chiều"})
    foreign = other.entry("CT-10", "2026-11-08", {"note": "Của nhà Đạt"})
    data = make_jpeg()
    fields = {"sha256": hash_of(data), "bytes": len(data), "type": "image/jpeg", "of": mine.doc}
    lua.record(f"photo:{new_uuid()}", fields)
    upload(lua.phone, lua.scope, data)
    answer = post(manager, f"/htx/rieng/{person_id('Phạm Thị Lụa')}/tep")
    assert answer.status_code == 200
    assert "Lụa" not in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as file:
        profile = json.loads(file.read("ho-so.json"))
        diary = file.read("nhat-ky.json").decode()
        ops = [json.loads(line) for line in file.read("thao-tac.jsonl").decode().splitlines()]
        names = file.namelist()
    assert profile["person"]["name"] == "Phạm Thị Lụa"
    assert [one["role"] for one in profile["memberships"]] == ["owner"]
    assert "Phun chiều" in diary
    assert mine.doc in [one["doc"] for one in json.loads(diary)]
    assert {op["id"] for op in ops} >= {mine.id}
    assert foreign.id not in {op["id"] for op in ops}
    assert "Của nhà Đạt" not in diary
    assert f"anh/{hash_of(data)}.jpg" in names


def test_a_file_is_given_five_times_an_hour(app: Flask, lua: Diary, manager: Browser) -> None:
    door = f"/htx/rieng/{person_id('Phạm Thị Lụa')}/tep"
    assert [post(manager, door).status_code for _ in range(6)] == [200] * 5 + [429]


def erasable(page: str) -> set[str]:
    """Return the documents that a page offers for erasing."""
    return {part.partition('"')[0] for part in page.split('name="doc" value="')[1:]}


def test_records_that_certification_needs_are_told_with_their_day_and_not_offered(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    plot = lua.plot("Nhà lưới")
    running, over = lua.season("Cà chua", plot), lua.season("Lúa", plot, ended_on="2020-06-01")
    bound = lua.entry("CT-10", "2020-05-08", {"note": "đang vụ"}, season=running)
    free = lua.entry("CT-10", "2020-05-08", {"note": "vụ cũ"}, season=over)
    recent = lua.entry("CT-10", ms_to_date(now_ms()), {"note": "mới"})
    page = manager.text(f"/htx/rieng/{person_id('Phạm Thị Lụa')}")
    assert erasable(page) == {free.doc}
    assert "khi vụ kết thúc" in page
    assert bound.doc not in erasable(page)
    assert recent.doc not in erasable(page)
    assert "Còn phải giữ để chứng nhận: 2 dòng" in page


def test_a_person_is_erased_by_one_op_and_again_after_a_restore(
    app: Flask, lua: Diary, manager: Browser, backups: Backups
) -> None:
    person = person_id("Phạm Thị Lụa")
    backup = backups.save()
    org = manager.diary.phone.shown["scope"]
    erasure = manager.diary.op(f"erasure:{new_uuid()}", {"documents": [f"person:{person}"]}, scope=org)
    assert manager.diary.send(erasure)[0]["result"] == "accepted"

    def row() -> tuple[str, str | None, bool]:
        with reading() as session:
            found = session.get(Person, person)
            members = session.scalars(select(Membership).where(Membership.person == person)).all()
            assert found is not None
            return found.name, found.village, all(one.valid_until is not None for one in members)

    assert row() == ("Người đã xóa", None, True)
    assert "Phạm Thị Lụa" not in manager.text("/htx/rieng")
    assert "đã xóa" in manager.text(f"/htx/rieng/{person}")
    assert list(rebuilding.check()) == []
    backups.restore(backup)
    assert row()[0] == "Phạm Thị Lụa"
    assert manager.diary.send(erasure)[0]["result"] == "accepted"
    assert row()[0] == "Người đã xóa"


def test_a_name_alone_makes_nobody_erased_and_an_erased_person_gets_no_other_name(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    org, gone = manager.diary.phone.shown["scope"], person_id("Phạm Thị Lụa")
    manager.sign(org, f"erasure:{new_uuid()}", {"documents": [f"person:{gone}"]}, [])
    namesake = diary_of(app.test_client(), "Người đã xóa", "Nhà Thịnh").phone.shown["by"]
    with reading() as session:
        (living,) = session.scalars(select(Membership.person).where(Membership.id == namesake))
        assert people.erased_among(session, {namesake, lua.phone.shown["by"]}) == {lua.phone.shown["by"]}
        found = people.find_person(session, org.removeprefix("org:"), "Người đã xóa", None)
        assert found is None
    assert "số điện thoại của người này đã xóa" in manager.text(f"/htx/rieng/{gone}")
    assert "số điện thoại của người này đã xóa" not in manager.text(f"/htx/rieng/{living}")
    assert "Có thể là cùng một người" not in manager.text(f"/htx/nguoi/{living}")
    assert "Không sửa, không gộp" in manager.text(f"/htx/nguoi/{gone}")
    for act, told in (
        ("sua", {"ten": "Phạm Thị Lụa"}),
        ("vai", {"htx": org.removeprefix("org:"), "vai": "reviewer"}),
    ):
        answer = manager.client.post(f"/htx/nguoi/{gone}/{act}", data=told, headers=OURS)
        assert (answer.status_code, "Không sửa, không gộp" in answer.text) == (422, True)
    with reading() as session:
        row = session.get(Person, gone)
        assert row is not None
        assert (row.name, row.erased_at is not None) == ("Người đã xóa", True)


def test_what_must_still_be_kept_of_an_erased_person_is_shown_to_nobody(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    entry = lua.entry("CT-10", ms_to_date(now_ms()), {"note": "Có cô Hạnh phụ"}, target_pest="Sâu xanh")
    other = diary_of(app.test_client(), "Ông Thịnh", "Nhà Lụa", "member")
    other.record(entry.doc, {"weather": "sun"}, {"performed_by": "Anh Nam"}, after=[entry.id])
    assert "Hạnh" in manager.text(entry_path(lua, entry))
    person, org = person_id("Phạm Thị Lụa"), manager.diary.phone.shown["scope"]
    manager.sign(org, f"erasure:{new_uuid()}", {"documents": [f"person:{person}"]}, [])
    page = manager.text(entry_path(lua, entry))
    assert "Hạnh" not in page
    assert "đang khóa" in page
    assert "Anh Nam" in page  # what others wrote stays theirs
    assert "Sâu xanh" in page
    assert "Hạnh" not in manager.text("/htx/")
    assert "Còn phải giữ để chứng nhận: 1 dòng" in manager.text(f"/htx/rieng/{person}")


def test_a_person_of_another_cooperative_is_erased_by_nobody_here(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    Browser(app, "Quản lý Đoài", "manager", organisation=other_cooperative())
    org = manager.diary.phone.shown["scope"]
    foreign = person_id("Quản lý Đoài")
    erasure = manager.diary.op(f"erasure:{new_uuid()}", {"documents": [f"person:{foreign}"]}, scope=org)
    manager.diary.send(erasure)
    assert person_id("Quản lý Đoài") == foreign


def test_a_request_that_made_an_erased_person_brings_no_name_back(
    app: Flask, lua: Diary, manager: Browser
) -> None:
    helper = Browser(app, "Chị Helper", "reviewer").phone
    one = {"id": new_uuid(), "kind": "person", "made_at": now_ms(), "values": {"name": "Người Cũ"}}
    sent = helper.client.post("/api/v1/requests", headers=helper.headers | OURS, json={"requests": [one]})
    assert sent.get_json()["results"][0]["result"] == "settled"
    org = manager.diary.phone.shown["scope"]
    manager.sign(org, f"erasure:{new_uuid()}", {"documents": [f"person:{one['id']}"]}, [])
    again = helper.client.post("/api/v1/requests", headers=helper.headers | OURS, json={"requests": [one]})
    assert again.get_json()["results"][0]["result"] == "settled"
    with reading() as session:
        found = session.get(Person, one["id"])
        assert found is not None
        assert found.name == "Người đã xóa"
