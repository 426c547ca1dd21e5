"""Attendances in the views: who may write them, what two phones make of one attendee; rebuilt."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import reading
from server.models.training import AttendanceView
from server.services.rebuilding import check, rebuild
from server.services.viewing import make_current
from sync.attendance import attendance_doc
from tests.server.diaries import Diary, new_uuid
from tests.server.lots import staff
from tests.server.phones import start

TRAINING = new_uuid()
FARM, MEMBER = f"farm:{new_uuid()}", new_uuid()
DOC = attendance_doc(TRAINING, FARM, MEMBER)
EMPTY: dict[str, Any] = {"cursors": {}, "ops": [], "access": ""}


def came(**more: Any) -> dict[str, Any]:
    said = {"training": TRAINING, "farm": FARM, "membership": MEMBER, "kind": "digital"}
    return {**said, "how": "scan", "happened_on": "2026-11-08", **more}


def rows(who: Diary) -> list[AttendanceView]:
    make_current([who.scope])
    with reading() as session:
        return list(session.scalars(select(AttendanceView).where(AttendanceView.scope == who.scope)))


@pytest.fixture
def mai(app: Flask) -> Diary:
    start()
    return staff(app, "Nguyễn Thị Mai", "helper")


def test_two_phones_that_scan_the_same_attendee_are_one_attendance(app: Flask, mai: Diary) -> None:
    other = staff(app, "Trần Thị Hoa", "helper")
    assert mai.send(mai.op(DOC, came()))[0]["result"] == "accepted"
    assert other.send(other.op(DOC, came()))[0]["result"] == "accepted"
    [row] = rows(mai)
    told = (row.training, row.farm, row.membership, row.organisation, row.kind, row.how, row.happened_on)
    assert told == (TRAINING, FARM, MEMBER, "", "digital", "scan", "2026-11-08")
    assert (row.by, row.is_deleted) == (mai.phone.shown["by"], False)
    assert list(check()) == []


def test_one_that_was_taken_back_is_marked_and_the_other_phones_word_stands(app: Flask, mai: Diary) -> None:
    other = staff(app, "Trần Thị Hoa", "helper")
    first = mai.record(DOC, came())
    mai.record(DOC, {"_deleted": True}, after=[first.id])
    assert [row.is_deleted for row in rows(mai)] == [True]
    other.record(DOC, came(how="list"))
    assert [row.is_deleted for row in rows(mai)] == [False]
    assert [str(one) for one in check()] == []
    assert list(rebuild()) == []


def test_what_makes_no_sense_is_a_row_that_counts_for_nobody(mai: Diary) -> None:
    mai.record(f"attendance:{new_uuid()}", {"training": 5, "farm": "x", "how": "guess", "happened_on": "?"})
    [row] = rows(mai)
    assert (row.training, row.farm, row.how, row.happened_on) == ("", "", "", "")
    assert list(check()) == []


@pytest.mark.parametrize("role", ["extension", "reviewer", "manager", "clerk", "officer"])
def test_who_writes_an_attendance(app: Flask, role: str) -> None:
    start()
    who = staff(app, "Lê Văn An", role)
    assert who.send(who.op(DOC, came()))[0]["result"] == "accepted"


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_writes_none_is_held(app: Flask, role: str) -> None:
    start()
    who = staff(app, "Lê Văn An", role)
    assert who.send(who.op(DOC, came()))[0] == {"result": "held", "problem": "no_right"}


def test_a_helper_writes_nothing_else_in_the_log_and_reads_nothing_of_it(mai: Diary) -> None:
    for doc, fields in ((f"lot:{new_uuid()}", {"code": "7K3M9QXA"}), (f"label:{new_uuid()}", {"count": 1})):
        assert mai.send(mai.op(doc, fields))[0] == {"result": "held", "problem": "no_right"}
    mai.record(DOC, came())
    answer = mai.phone.client.post("/api/v1/sync", headers=mai.phone.headers, json=EMPTY).get_json()
    assert [one["scope"] for one in answer["scopes"]] == []
    assert answer["ops"] == []
