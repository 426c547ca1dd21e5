"""The reviewers' inbox: what waits, in which order, and what a review of it must name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Membership, Person
from server.services import console_four_eyes, inbox, inbox_entry
from server.services.console import Staff, staff_of
from server.services.inbox import Inbox, Sign, Wanted
from server.services.setup import add_membership
from server.store import devices
from server.store.view_fold import Row
from sync import ids
from tests.server.consoles import OURS, Browser, fake_build
from tests.server.diaries import Diary, Sent, diary_of, new_uuid
from tests.server.phones import Phone, enrolled, start


def staff_behind(phone: Phone) -> Staff:
    """Return the staff member behind a browser's key."""
    with reading() as session:
        writer = devices.writer(session, phone.key.device)
        assert writer is not None
        scopes = devices.scopes_of(session, writer)
    return staff_of(replace(writer, kind="browser"), scopes, "entries")


class Office:
    """A cooperative of two farms with two reviewers."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        start()
        self.lua = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
        self.su = diary_of(app.test_client(), "Đặng Văn Sự", "Nhà Sự")
        names = ("Chị Hoa", "Anh Tuấn")
        self.desks = [
            Diary(enrolled(app.test_client(), name, None, "reviewer"), self.lua.scope) for name in names
        ]

    def staff(self, number: int = 0) -> Staff:
        """Return one of the reviewers as pages know them."""
        return staff_behind(self.desks[number].phone)

    @property
    def manager(self) -> Staff:
        """Return the cooperative's manager."""
        return replace(self.staff(), role="manager")

    def open(self, after: str | None = None, number: int = 0, **wanted: Any) -> Inbox:
        """Return a page of the inbox."""
        return inbox.inbox_page(self.staff(number), Wanted(**wanted), after)

    def docs(self, **wanted: Any) -> list[str]:
        """Return the documents that the first page shows."""
        return [one.line.doc for one in self.open(**wanted).lines]

    def sign(
        self, sign: Sign, decision: str = "approved", number: int = 0, text: str = "", **more: Any
    ) -> Sent:
        """Record a review as a browser signs it."""
        fields = {"of": sign.of, "decision": decision, "heads": list(sign.heads), **more}
        fields |= {"needs": sign.needs} if sign.needs > 1 else {}
        private = {"comment": text} if text else None
        return self.desks[number].record(f"review:{new_uuid()}", fields, private, scope=sign.scope)


class Grades:
    """Rules of the test: an entry's finding is as grave as its `grade` says."""

    lists = "1"

    def __init__(self, _lists: object) -> None:
        pass

    def read(self, row: Row) -> Row:
        """Return a row as it is."""
        return row

    def row_of(self, finding: Row) -> Row:
        """Return a finding as it is."""
        return finding

    def keys_of(self, row: Row) -> set[str]:
        """Return an entry's own group."""
        return {row["doc"]} if row["type"] == "entry" else set()

    def judge(self, key: str, rows: list[Row]) -> list[Row]:
        """Return the finding of an entry, if it has one."""
        grade = json.loads(rows[0]["values"]).get("grade", 0)
        said = {"about": key, "rule": "graded", "severity": grade, "field": "", "facts": "{}"}
        return [{**said, "behind": json.dumps([key])}] if grade else []


@pytest.fixture
def office(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A cooperative of two farms with two reviewers, and rules that are easy to follow."""
    monkeypatch.setattr("server.services.viewing.Rules", Grades)
    return Office(app, client)


def test_the_gravest_come_first_and_among_equals_the_longest_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [office.lua.entry("CT-10", "2026-11-08", grade=grade) for grade in (0, 3, 1)]
    entries += [office.su.entry("CT-10", "2026-11-01", grade=grade) for grade in (3, 2, 0)]
    wanted = [entries[place].doc for place in (1, 3, 4, 2, 0, 5)]
    assert office.docs() == wanted
    monkeypatch.setattr("server.services.inbox.PAGE_LINES", 2)
    seen, after = [], None
    while True:
        page = office.open(after)
        seen += [one.line.doc for one in page.lines]
        after = page.next
        if after is None:
            break
    assert seen == wanted
    assert office.docs(severity="stop") == wanted[:2]
    assert page.counts.queues == {"review": 6, "household": 0, "approved": 0}
    assert page.counts.severities == {"": 2, "note": 1, "doubt": 1, "stop": 2}


def test_an_entry_stands_between_its_neighbours_also_once_it_is_done(office: Office) -> None:
    entries = [office.lua.entry("CT-10", "2026-11-08", grade=grade) for grade in (0, 3, 0)]
    office.open()
    staff, farm = office.staff(), office.lua.farm

    def beside(entry: Sent) -> tuple[str | None, str | None]:
        found = inbox.neighbours(staff, Wanted(), farm, entry.uuid)
        return (found.previous or (None, None))[1], (found.next or (None, None))[1]

    assert beside(entries[1]) == (None, entries[0].uuid)
    assert beside(entries[0]) == (entries[1].uuid, entries[2].uuid)
    office.sign(office.open().lines[1].sign)
    office.open()
    assert beside(entries[0]) == (entries[1].uuid, entries[2].uuid)
    assert beside(entries[1]) == (None, entries[2].uuid)
    assert beside(Sent("", f"entry:{new_uuid()}", {})) == (None, None)


def test_the_inbox_is_narrowed_by_photo_farm_season_form_and_state(office: Office) -> None:
    plot = office.lua.plot("Đồng Cửa")
    season = office.lua.season("Lúa", plot)
    plain = office.lua.entry("CT-10", "2026-11-08")
    shown = office.lua.entry("CT-05", "2026-11-08", season=season)
    other = office.su.entry("CT-10", "2026-11-08")
    photo = {"of": shown.doc, "sha256": ids.b64_encode(bytes(32)), "type": "image/jpeg", "bytes": 7}
    office.lua.record(f"photo:{new_uuid()}", photo)
    assert office.docs(photo="yes") == [shown.doc]
    assert office.docs(photo="no") == [plain.doc, other.doc]
    assert office.docs(farm=office.su.farm) == [other.doc]
    assert office.docs(season=season.partition(":")[2]) == [shown.doc]
    assert office.docs(form="CT-05") == [shown.doc]
    line = office.open(form="CT-05").lines[0]
    asked = office.sign(line.sign, "asked", text="Ngày nào?")
    assert office.docs() == [plain.doc, other.doc]
    assert office.docs(queue="household") == [shown.doc]
    office.lua.record(f"comment:{new_uuid()}", {"of": shown.doc, "answers": asked.doc}, {"text": "Ngày 8."})
    assert office.docs(answered=True) == [shown.doc]
    office.sign(office.open(answered=True).lines[0].sign)
    assert office.docs(queue="approved") == [shown.doc]
    with pytest.raises(ServiceError, match="not_found"):
        office.docs(farm=new_uuid())


def test_everything_without_findings_is_approved_at_once_and_nothing_else(office: Office) -> None:
    clear = [office.lua.entry("CT-10", "2026-11-08"), office.su.entry("CT-10", "2026-11-08")]
    office.lua.entry("CT-10", "2026-11-08", grade=1)
    torn = office.lua.entry("CT-10", "2026-11-08")
    for day in ("2026-11-06", "2026-11-07"):
        office.lua.record(torn.doc, {"happened_on": day}, after=[torn.id])
    found = inbox.bulk(office.staff(), Wanted())
    assert [one.of for one in found.signs] == [one.doc for one in clear]
    assert (found.next, found.left_out) == (None, 0)
    for sign in found.signs:
        office.sign(sign)
    assert inbox.bulk(office.staff(), Wanted()).signs == ()
    assert set(office.docs(queue="approved")) == {one.doc for one in clear}


def test_case_063_an_entry_in_conflict_gives_nothing_to_sign(office: Office) -> None:
    torn = office.lua.entry("CT-10", "2026-11-08")
    for day in ("2026-11-06", "2026-11-07"):
        office.lua.record(torn.doc, {"happened_on": day}, after=[torn.id])
    sign = office.open().lines[0].sign
    assert (sign.heads, sign.why_not) == ((), "conflict")
    page = inbox_entry.entry_page(office.staff(), office.staff().farm(office.lua.farm), torn.uuid, Wanted())
    assert (page.sign.heads, page.sign.why_not) == ((), "conflict")
    assert page.page.conflicts[0].fields == ("happened_on",)


def test_case_068_ones_own_work_is_left_to_others(office: Office) -> None:
    theirs = office.lua.entry("CT-10", "2026-11-08")
    mine = office.desks[0].entry("CT-10", "2026-11-08")
    whose = {one.line.doc: one.sign.why_not for one in office.open().lines}
    assert whose == {theirs.doc: "", mine.doc: "own"}
    found = inbox.bulk(office.staff(), Wanted())
    assert ([one.of for one in found.signs], found.left_out) == ([theirs.doc], 1)
    assert {one.sign.why_not for one in office.open(number=1).lines} == {""}


def test_two_people_approve_what_is_doubted_where_the_cooperative_wants_it(office: Office) -> None:
    entry = office.lua.entry("CT-10", "2026-11-08", grade=2)
    assert office.open().lines[0].sign.needs == 1
    console_four_eyes.set_wanted(office.manager, is_on=True)
    assert office.open().lines[0].sign.needs == 2
    office.sign(office.open().lines[0].sign)
    line = office.open().lines[0]
    assert (line.approvals, line.sign.why_not) == (1, "again")
    second = office.open(number=1).lines[0].sign
    assert second.why_not == ""
    office.sign(second, number=1)
    assert office.docs(queue="approved") == [entry.doc]


def test_an_approval_that_asks_for_nobody_else_waits_for_a_second_person(office: Office) -> None:
    entry = office.lua.entry("CT-10", "2026-11-08", grade=2)
    console_four_eyes.set_wanted(office.manager, is_on=True)
    clear = office.open().lines[0].sign
    hoa, tuan = office.desks
    fields = {"of": entry.doc, "decision": "approved", "heads": list(clear.heads)}
    alone = hoa.op(f"review:{new_uuid()}", fields)
    assert hoa.send(alone)[0] == {"result": "held", "problem": "four_eyes"}
    hoa.record(f"admission:{new_uuid()}", {"admit": [alone.id]})
    assert hoa.send(alone)[0]["result"] == "held"
    tuan.record(f"admission:{new_uuid()}", {"admit": [alone.id]})
    assert hoa.send(alone)[0]["result"] == "already"
    assert office.docs(queue="approved") == [entry.doc]


def test_two_reviewers_are_asked_for_by_a_manager_where_there_are_two(
    office: Office, app: Flask, tmp_path: Path
) -> None:
    fake_build(app, tmp_path / "dist")
    with pytest.raises(ServiceError, match="no_right"):
        console_four_eyes.set_wanted(office.staff(), is_on=True)
    manager = Browser(app, "Quản trị", "manager")
    assert manager.client.post("/htx/ho/hai-nguoi", data={"hai": "1"}, headers=OURS).status_code == 303
    assert console_four_eyes.is_set(office.staff())
    assert "Đang bật" in manager.text("/htx/ho")
    run_write(
        lambda session: session.execute(
            update(Membership).where(Membership.role == "reviewer").values(valid_until=1)
        )
    )
    answer = manager.client.post("/htx/ho/hai-nguoi", data={"hai": "1"}, headers=OURS)
    assert (answer.status_code, "mới có một người duyệt" in answer.get_data(as_text=True)) == (422, True)


def test_the_page_of_an_entry_names_what_it_shows_and_tells_the_thread(office: Office) -> None:
    entry = office.lua.entry("CT-10", "2026-11-08")
    photo = {"of": entry.doc, "sha256": ids.b64_encode(bytes(32)), "type": "image/jpeg", "bytes": 7}
    picture = office.lua.record(f"photo:{new_uuid()}", photo)
    staff = office.staff()
    farm = staff.farm(office.lua.farm)
    page = inbox_entry.entry_page(staff, farm, entry.uuid, Wanted())
    assert page.sign.heads == tuple(sorted((entry.id, picture.id)))
    asked = office.sign(page.sign, "asked", text="Phun ngày nào?", asks=["which_day"], field="happened_on")
    office.lua.record(f"comment:{new_uuid()}", {"of": entry.doc, "answers": asked.doc}, {"text": "Ngày 8."})
    page = inbox_entry.entry_page(staff, farm, entry.uuid, Wanted())
    assert (page.state, page.is_answered) == ("asked", True)
    assert [(one.kind, one.text, one.is_mine, one.is_current) for one in page.thread] == [
        ("review", "Phun ngày nào?", True, True),
        ("comment", "Ngày 8.", False, False),
    ]
    assert page.thread[1].answers == asked.doc
    assert page.thread[0].asks == ("which_day",)


def test_one_reviewer_alone_reviews_his_own_work_too(app: Flask, client: FlaskClient) -> None:
    start()
    diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
    phone = enrolled(app.test_client(), "Quản trị", None, "manager")
    staff = staff_behind(phone)
    scope = next(iter(staff.farms))
    Diary(phone, scope).entry("CT-10", "2026-11-08")
    assert inbox.inbox_page(staff, Wanted()).lines[0].sign.why_not == ""

    def join(session: Session) -> None:
        person = Person(id=new_uuid(), organisation=staff.organisation, name="Anh Tuấn", created_at=0)
        session.add(person)
        session.flush()
        add_membership(session, person.id, staff.organisation, None, "reviewer", now_ms())

    run_write(join)
    assert inbox.inbox_page(staff, Wanted()).lines[0].sign.why_not == "own"
