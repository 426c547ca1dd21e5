"""What is held although its writer has the right, and what comes again another day (faults.md 68, 93)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import run_write
from server.store import devices
from sync.ops import op_id
from tests.server.ops import ENTRY, make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, start

BOOK = "book:019a0000-0000-7000-8000-0000000000b1"
NEXT_BOOK = "book:019a0000-0000-7000-8000-0000000000b2"
REVIEW = "review:019a0000-0000-7000-8000-{:012d}"


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def staff(phone: Phone, name: str, role: str) -> Phone:
    """Return a browser of the staff."""
    return enrolled(phone.client.application.test_client(), name, None, role)


def result(phone: Phone, op: Any) -> tuple[str, str | None]:
    """Return what became of one op."""
    found = sync(phone, op)["results"][0]
    return found["result"], found.get("problem")


def book(of: Phone, scope: str, n: int, doc: str = BOOK, **fields: Any) -> Any:
    """Return an op on the farm's book."""
    return make(of, scope, n, doc=doc, fields=fields)


def review(of: Phone, scope: str, n: int, entry: int, *heads: str) -> Any:
    """Return a review of an entry."""
    fields = {"of": ENTRY.format(entry), "decision": "approved", "heads": sorted(heads)}
    return make(of, scope, n, doc=REVIEW.format(n), fields=fields)


def test_after_its_book_is_closed_a_farms_late_ops_are_held(phone: Phone) -> None:
    scope, manager = scope_of(phone), staff(phone, "Chị Chủ nhiệm", "manager")
    opened = book(manager, scope, 2, organisation=manager.shown["scope"].removeprefix("org:"))
    assert result(manager, opened) == ("accepted", None)
    assert result(phone, make(phone, scope, 1)) == ("accepted", None)
    closing = book(manager, scope, 3, closed=True)
    late = make(phone, scope, 2, entry=2)
    assert result(manager, closing) == ("accepted", None)
    assert result(phone, late) == ("held", "book_closed")
    assert result(manager, review(manager, scope, 4, 1)) == ("accepted", None)
    admission = make(
        manager, scope, 5, doc="admission:019a0000-0000-7000-8000-0000000000a1",
        fields={"admit": [op_id(ORIGIN, late["body"])]},
    )  # fmt: skip
    assert result(manager, admission) == ("accepted", None)
    assert result(phone, late) == ("already", None)


def test_a_book_opened_again_or_a_next_one_ends_the_holding(phone: Phone) -> None:
    scope, manager = scope_of(phone), staff(phone, "Chị Chủ nhiệm", "manager")
    first = book(manager, scope, 2, closed=True)
    sync(manager, first)
    assert result(phone, make(phone, scope, 1)) == ("held", "book_closed")
    sync(manager, book(manager, scope, 3, after=[op_id(ORIGIN, first["body"])], closed=None))
    assert result(phone, make(phone, scope, 2)) == ("accepted", None)
    sync(manager, book(manager, scope, 4, closed=True))
    sync(manager, book(manager, scope, 5, NEXT_BOOK, before=BOOK))
    assert result(phone, make(phone, scope, 3)) == ("accepted", None)


def test_a_book_that_closes_in_a_request_holds_what_follows_in_it(phone: Phone) -> None:
    scope, manager = scope_of(phone), staff(phone, "Chị Chủ nhiệm", "manager")
    told = sync(
        manager, make(manager, scope, 2), book(manager, scope, 3, closed=True), make(manager, scope, 4)
    )
    assert [one["result"] for one in told["results"]] == ["accepted", "accepted", "held"]


def test_case_068_nobody_reviews_what_he_wrote_himself(phone: Phone) -> None:
    scope, tuan = scope_of(phone), staff(phone, "Anh Tuấn", "reviewer")
    hoa = staff(phone, "Chị Hoa", "reviewer")
    sync(phone, make(phone, scope, 1, entry=1))
    mine = make(tuan, scope, 2, entry=2)
    sync(tuan, mine)
    assert result(tuan, review(tuan, scope, 3, 1)) == ("accepted", None)
    own = review(tuan, scope, 4, 2)
    assert result(tuan, own) == ("held", "self_review")
    assert result(tuan, review(tuan, scope, 5, 1, op_id(ORIGIN, mine["body"]))) == ("held", "self_review")
    assert result(hoa, review(hoa, scope, 2, 2)) == ("accepted", None)
    admission = {"admit": [op_id(ORIGIN, own["body"])]}
    doc = "admission:019a0000-0000-7000-8000-{:012d}"
    sync(tuan, make(tuan, scope, 6, doc=doc.format(6), fields=admission))
    assert result(tuan, own) == ("held", "self_review")
    sync(hoa, make(hoa, scope, 3, doc=doc.format(3), fields=admission))
    assert result(tuan, own) == ("already", None)


def test_case_068_a_reviewer_does_not_review_his_own_household(phone: Phone) -> None:
    tuan = staff(phone, "Anh Tuấn", "reviewer")
    home = enrolled(phone.client, "Anh Tuấn", "Nhà Tuấn")

    def same_person(session: Any) -> None:
        who = devices.writer(session, tuan.key.device)
        member = session.get(devices.Membership, home.shown["by"])
        member.person = who.person

    run_write(same_person)
    scope = scope_of(home)
    sync(home, make(home, scope, 1))
    assert result(tuan, review(tuan, scope, 2, 1)) == ("held", "self_review")


def test_case_068_the_only_reviewer_of_an_organisation_may(phone: Phone) -> None:
    scope, manager = scope_of(phone), staff(phone, "Quản trị", "manager")
    sync(manager, make(manager, scope, 2))
    assert result(manager, review(manager, scope, 3, 1)) == ("accepted", None)


def test_case_093_above_its_quota_a_device_comes_again_tomorrow_and_the_earlier_ones_stand(
    app: Flask, phone: Phone
) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], ops_per_day=3)
    day = 86_400_000
    noon = (now_ms() // day + 1) * day + day // 2
    app.extensions["clock"] = lambda: noon
    phone.open_session()
    scope = scope_of(phone)
    ops = [make(phone, scope, n, n) for n in range(1, 6)]
    told = sync(phone, *ops, *ops[:1])["results"]
    assert [one["result"] for one in told] == ["accepted"] * 3 + ["later"] * 2 + ["already"]
    assert told[3]["problem"] == "quota"
    assert [one["result"] for one in sync(phone, *ops)["results"]] == ["already"] * 3 + ["later"] * 2
    member = enrolled(phone.client, "Thịnh", "Nhà Lụa", "member")
    assert result(member, make(member, scope, 1, 9)) == ("accepted", None)
    app.extensions["clock"] = lambda: noon + day
    phone.open_session()
    assert [one["result"] for one in sync(phone, *ops)["results"]] == ["already"] * 3 + ["accepted"] * 2


def test_case_093_held_ops_count_too(app: Flask, phone: Phone) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], ops_per_day=2)
    scope = scope_of(phone)
    bad = [make(phone, scope, n, doc=REVIEW.format(n)) for n in (1, 2, 3)]
    assert [one["result"] for one in sync(phone, *bad)["results"]] == ["held", "held", "later"]
