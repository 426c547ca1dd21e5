"""What phones are told of training: recorders who came, a household its own, strangers nothing."""

from __future__ import annotations

from typing import Any

from flask import Flask

from server.config import now_ms
from server.db import reading, run_write
from server.models.training import Training
from server.store.people import organisations
from sync.attendance import attendance_doc
from sync.civil import add_days, ms_to_date
from tests.server.diaries import Diary, diary_of, new_uuid
from tests.server.lots import staff
from tests.server.phones import start


def plan(day: int, **more: Any) -> str:
    """Plan a session of the commune so many days from today."""
    with reading() as session:
        commune = organisations(session)[0].id
    row = {
        "id": new_uuid(), "organisation": commune, "kind": "digital", "topic": "Ghi nhật ký",
        "held_by": "office", "team": None, "village": None, "place": "UBND xã",
        "happened_on": add_days(ms_to_date(now_ms()), day),
        "starts_at": "", "ends_at": "", "state": "planned", "plan_count": None, "note": "chỉ cán bộ đọc",
        "changed_by": None, "changed_at": 1, **more,
    }  # fmt: skip
    run_write(lambda session: session.add(Training(**row)))
    return str(row["id"])


def told(who: Diary) -> Any:
    answer = who.phone.client.get("/api/v1/reference", headers=who.phone.headers)
    return answer.get_json()["training"]


def came(training: str, who: Diary, by: Diary) -> str:
    membership = who.phone.shown["by"]
    doc = attendance_doc(training, who.scope, membership)
    said = {"training": training, "farm": who.scope, "membership": membership, "how": "scan"}
    by.record(doc, {**said, "happened_on": ms_to_date(now_ms())})
    return doc


def test_who_records_sees_the_sessions_and_who_came_so_far(app: Flask) -> None:
    start()
    mai, lua = staff(app, "Mai", "helper"), diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    today, later = plan(0), plan(3)
    plan(0, state="cancelled")
    plan(-9)
    plan(60)
    doc = came(today, lua, mai)
    sessions = told(mai)["sessions"]
    assert [one["id"] for one in sessions] == [today, later]
    assert sessions[0]["came"] == [[doc, lua.scope]]
    assert "chỉ cán bộ đọc" not in str(sessions)


def test_a_household_sees_what_is_to_come_and_its_own_past_alone(app: Flask) -> None:
    start()
    mai, lua = staff(app, "Mai", "helper"), diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    kha = diary_of(app.test_client(), "Lương Xuân Kha", "Nhà Kha")
    before, later = plan(-40, topic="Mã QR"), plan(3)
    came(before, lua, mai)
    mine, theirs = told(lua), told(kha)
    assert [one["id"] for one in mine["sessions"]] == [later]
    assert "came" not in mine["sessions"][0]
    assert [one["topic"] for one in mine["trained"]] == ["Mã QR"]
    assert theirs["trained"] == []
    waiting = diary_of(app.test_client(), "Đặng Văn Sự", "Nhà Sự", confirm=True)
    assert told(waiting) == {"sessions": [], "trained": []}
