"""What the cooperative's reviews make of an entry, as the server's views tell it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db import reading
from server.models.views import DocumentView, EntryView
from server.services.viewing import make_current
from sync import ids
from sync.values import DELETED
from tests.server.diaries import Diary, Sent, diary_of, new_uuid
from tests.server.phones import enrolled, start


class Desk:
    """A farm's phone, and the browsers of its cooperative."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        start()
        self.home = diary_of(client, "Phạm Thị Lụa", "Nhà Lụa")
        self.hoa, self.tuan = (
            Diary(enrolled(app.test_client(), name, None, "reviewer"), self.home.scope)
            for name in ("Chị Hoa", "Anh Tuấn")
        )
        self.entry = self.home.entry("CT-10", "2026-11-08")

    def row(self) -> EntryView:
        """Return the entry's row, made current."""
        make_current([self.home.scope])
        with reading() as session:
            return session.get_one(EntryView, (self.home.scope, self.entry.doc))

    def told(self) -> tuple[str, str]:
        """Return the entry's state and who is to act."""
        row = self.row()
        return row.state, row.queue

    def heads(self, *docs: str) -> list[str]:
        """Return the heads of these documents, of the entry where none is named."""
        make_current([self.home.scope])
        found: set[str] = set()
        with reading() as session:
            for doc in docs or (self.entry.doc,):
                found |= set(json.loads(session.get_one(DocumentView, (self.home.scope, doc)).heads))
        return sorted(found)

    def review(self, who: Diary, decision: str, heads: list[str] | None = None, **more: Any) -> Sent:
        """Record a review of the entry as it stands, or of these heads."""
        named = self.heads() if heads is None else heads
        fields = {"of": self.entry.doc, "decision": decision, "heads": named, **more}
        return who.record(f"review:{new_uuid()}", fields, {"comment": "Xin xem lại ngày phun."})

    def change(self, after: list[str], **fields: Any) -> Sent:
        """Record a change of the entry by the household."""
        return self.home.record(self.entry.doc, fields, after=sorted(after))


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Desk:
    """A farm with one entry, and two reviewers."""
    return Desk(app, client)


def test_an_entry_waits_for_review_and_is_done_once_approved(desk: Desk) -> None:
    assert desk.told() == ("sent", "review")
    desk.review(desk.hoa, "approved")
    assert desk.told() == ("approved", "approved")
    assert desk.row().reviewed_at is not None


def test_case_065_an_edit_after_approval_is_taken_and_comes_back_as_amended(desk: Desk) -> None:
    desk.review(desk.hoa, "approved")
    changed = desk.change([desk.entry.id], happened_on="2026-11-07")
    assert desk.told() == ("amended", "review")
    desk.review(desk.hoa, "approved", [changed.id])  # the form's own head was not on that page
    assert desk.told() == ("amended", "review")
    desk.review(desk.hoa, "approved")
    assert desk.told() == ("approved", "approved")


def test_case_065_a_photo_that_comes_or_goes_after_approval_amends_the_entry(desk: Desk) -> None:
    desk.review(desk.hoa, "approved")
    photo = f"photo:{new_uuid()}"
    fields = {"of": desk.entry.doc, "sha256": ids.b64_encode(bytes(32)), "type": "image/jpeg", "bytes": 7}
    made = desk.home.record(photo, fields)
    assert desk.told() == ("amended", "review")
    desk.review(desk.hoa, "approved", desk.heads(desk.entry.doc, photo))
    assert desk.told() == ("approved", "approved")
    desk.home.record(photo, {DELETED: True}, after=[made.id])
    assert desk.told() == ("amended", "review")


def test_case_063_an_approval_of_heads_in_conflict_counts_for_nothing(desk: Desk) -> None:
    one = desk.change([desk.entry.id], happened_on="2026-11-07")
    other = desk.change([desk.entry.id], happened_on="2026-11-06")
    desk.review(desk.hoa, "approved")
    assert desk.told() == ("sent", "review")
    assert json.loads(_document(desk).rivals) == {"happened_on": ["2026-11-06", "2026-11-07"]}
    desk.change([one.id, other.id], happened_on="2026-11-06")
    assert desk.told() == ("amended", "review")
    assert _document(desk).rivals == "{}"
    desk.review(desk.hoa, "approved")
    assert desk.told() == ("approved", "approved")


def test_a_household_that_speaks_brings_an_approved_entry_back_until_somebody_read_it(desk: Desk) -> None:
    def says(who: Diary, text: str | None, **more: object) -> Sent:
        fields = {"of": desk.entry.doc, **more} | ({} if text else {"seen": True})
        return who.record(f"comment:{new_uuid()}", fields, {"text": text} if text else None)

    desk.review(desk.hoa, "approved")
    first = says(desk.hoa, "Lần sau chụp cả nhãn nhé.")
    assert desk.told() == ("approved", "approved")
    says(desk.home, None, answers=first.doc)  # read, and nothing said
    assert desk.told() == ("approved", "approved")
    says(desk.home, "Chai này hết rồi, mua chai khác được không ạ?", answers=first.doc)
    assert desk.told() == ("approved", "review")
    assert desk.row().is_answered
    says(desk.tuan, None)
    assert desk.told() == ("approved", "approved")
    second = says(desk.home, "Thế còn ảnh ạ?", answers=first.doc)
    assert desk.told() == ("approved", "review")
    says(desk.hoa, "Được.")
    assert desk.told() == ("approved", "approved")
    assert not desk.row().is_answered
    says(desk.home, "Vâng.", answers=second.doc)
    desk.review(desk.hoa, "asked")
    assert desk.told() == ("asked", "household")  # what was said before it answers no question


def test_that_a_question_was_read_answers_nothing(desk: Desk) -> None:
    asked = desk.review(desk.hoa, "asked")
    desk.home.record(f"comment:{new_uuid()}", {"of": desk.entry.doc, "answers": asked.doc, "seen": True})
    assert desk.told() == ("asked", "household")


def test_a_question_waits_for_the_household_until_a_comment_answers_it(desk: Desk) -> None:
    asked = desk.review(desk.hoa, "asked", asks=["which_day"])
    assert desk.told() == ("asked", "household")
    desk.home.record(f"comment:{new_uuid()}", {"of": desk.entry.doc}, {"text": "Vâng."})
    assert desk.told() == ("asked", "household")
    answer = desk.home.record(
        f"comment:{new_uuid()}", {"of": desk.entry.doc, "answers": asked.doc}, {"text": "Ngày 8."}
    )
    assert (desk.told(), desk.row().is_answered) == (("asked", "review"), True)
    desk.review(desk.hoa, "asked")
    assert (desk.told(), desk.row().is_answered) == (("asked", "household"), False)
    assert answer.doc != asked.doc


def test_a_review_that_needs_two_people_counts_with_the_second(desk: Desk) -> None:
    desk.review(desk.hoa, "approved", needs=2)
    desk.review(desk.hoa, "approved", needs=2)
    assert (desk.told(), desk.row().approvals) == (("sent", "review"), 1)
    desk.review(desk.tuan, "approved", needs=2)
    assert (desk.told(), desk.row().approvals) == (("approved", "approved"), 0)


def test_a_review_before_its_entry_is_read_when_that_comes(desk: Desk) -> None:
    later = desk.home.op(f"entry:{new_uuid()}", {"form": "CT-10"})
    fields = {"of": later.doc, "decision": "approved", "heads": [later.id]}
    desk.hoa.record(f"review:{new_uuid()}", fields)
    make_current([desk.home.scope])
    desk.home.send(later)
    make_current([desk.home.scope])
    with reading() as session:
        assert session.get_one(EntryView, (desk.home.scope, later.doc)).state == "approved"


def test_a_deleted_entry_waits_for_nobody(desk: Desk) -> None:
    desk.home.record(desk.entry.doc, {DELETED: True}, after=[desk.entry.id])
    assert desk.row().queue == ""


def _document(desk: Desk) -> DocumentView:
    make_current([desk.home.scope])
    with reading() as session:
        return session.get_one(DocumentView, (desk.home.scope, desk.entry.doc))
