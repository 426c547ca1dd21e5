"""The histories of the merge's proof sheet that need a server: 2, 5, 6, 9, 11–13, 17. The core's part of them
is in tests/sync/test_histories.py, 7 and 8 in test_restore_drill.py, 16 in test_rebuild.py.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.db import reading
from server.models.log import NamedPhoto, OpRow
from server.services import viewing
from server.store import log
from sync import ids
from sync.merge import fold
from sync.ops import message, op_id
from tests.server.ops import ENTRY, make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, start
from tests.server.pictures import hash_of
from tests.server.test_requests import asked, new_id, results, send

YEAR = 31_536_000_000


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def name(op: dict[str, Any]) -> str:
    """Return the id of an op as a request carries it."""
    return op_id(ORIGIN, op["body"])


def said(scope: str, doc: str) -> Any:
    """Return a document as the server's log folds it."""
    with reading() as session:
        return fold(log.document_ops(session, scope, doc))


def test_history_02_a_held_op_admitted_after_a_third_partys_edit_hides_no_edit(phone: Phone) -> None:
    scope, doc = scope_of(phone), ENTRY.format(1)
    other = enrolled(phone.client, "Phạm Văn Thịnh", "Nhà Lụa", "member")
    reviewer = enrolled(phone.client, "Anh Tuấn", None, "reviewer")
    held = make(
        phone, scope, 1, by=other.shown["by"], fields={"dose": "1"}, recorded_at=1_790_000_000_000 + YEAR
    )
    second = make(phone, scope, 2, fields={"note": "x"}, after=[name(held)])
    found = sync(phone, held, second)["results"]
    assert [one["result"] for one in found] == ["held", "accepted"]
    edit = make(other, scope, 1, fields={"dose": "5"}, after=[name(second)])
    sync(other, edit)
    admission = make(
        reviewer, scope, 1,
        doc="admission:019a0000-0000-7000-8000-000000000002", fields={"admit": [name(held)]},
    )  # fmt: skip
    sync(reviewer, admission)
    document = said(scope, doc)
    assert (document.values["dose"], document.conflicts) == ("5", frozenset())


def test_history_05_two_tabs_that_share_one_counter_have_all_their_saves_accepted(phone: Phone) -> None:
    scope = scope_of(phone)
    ops = [make(phone, scope, n, entry=n) for n in range(1, 121)]
    found = sync(phone, *ops[0:100:2], *ops[1:100:2])["results"] + sync(phone, *ops[100:])["results"]
    assert {one["result"] for one in found} == {"accepted"}
    assert sorted(one["seq"] for one in found) == list(range(1, 121))


def test_history_06_of_a_copied_profile_nothing_is_lost(phone: Phone) -> None:
    scope = scope_of(phone)
    reviewer = enrolled(phone.client, "Anh Tuấn", None, "reviewer")
    here, there = make(phone, scope, 1), make(phone, scope, 1, entry=2)
    followed = make(phone, scope, 2, entry=2, fields={"dose": "4"}, after=[name(there)])
    found = sync(phone, here)["results"] + sync(phone, there, followed)["results"]
    assert [one["result"] for one in found] == ["accepted", "held", "held"]
    admission = make(
        reviewer, scope, 1,
        doc="admission:019a0000-0000-7000-8000-000000000006",
        fields={"admit": [name(there), name(followed)]},
    )  # fmt: skip
    sync(reviewer, admission)
    assert said(scope, ENTRY.format(2)).values["dose"] == "4"
    assert said(scope, ENTRY.format(1)).values["form"] == "CT-10"


def test_history_09_a_held_op_sent_again_after_a_lost_answer_stays_one(phone: Phone) -> None:
    scope = scope_of(phone)
    other = enrolled(phone.client, "Phạm Văn Thịnh", "Nhà Lụa", "member")
    reviewer = enrolled(phone.client, "Anh Tuấn", None, "reviewer")
    held = make(phone, scope, 1, by=other.shown["by"])
    assert [sync(phone, held)["results"][0]["result"] for _ in range(3)] == ["held"] * 3
    admission = make(
        reviewer, scope, 1,
        doc="admission:019a0000-0000-7000-8000-000000000009", fields={"admit": [name(held)]},
    )  # fmt: skip
    sync(reviewer, admission, admission)
    assert sync(phone, held)["results"][0]["result"] == "already"
    with reading() as session:
        assert [row.id for row in session.scalars(select(OpRow).where(OpRow.id == name(held)))] == [
            name(held)
        ]


def test_history_11_a_forged_op_with_somebodys_next_n_takes_neither_number_nor_room(phone: Phone) -> None:
    scope = scope_of(phone)
    forger = enrolled(phone.client, "Phạm Văn Thịnh", "Nhà Lụa", "member")
    body = make(phone, scope, 1, fields={"dose": "9"})["body"]
    forged = {"body": body, "signature": ids.b64_encode(forger.key.sign(message(ORIGIN, body)))}
    assert sync(forger, forged)["results"][0] == {"result": "refused", "problem": "bad_signature"}
    assert sync(phone, make(phone, scope, 1))["results"][0]["result"] == "accepted"


def test_history_12_one_uuid_and_one_photo_in_two_scopes_are_two(phone: Phone) -> None:
    stranger = enrolled(phone.client, "Đặng Văn Sự", "Nhà Sự")
    mine, theirs = scope_of(phone), scope_of(stranger)
    photo, sha256 = "photo:019a0000-0000-7000-8000-000000000012", hash_of(b"one picture")
    fields = {"sha256": sha256, "bytes": 11, "type": "image/jpeg", "kind": "photo"}
    sync(phone, make(phone, mine, 1, fields={"dose": "1"}), make(phone, mine, 2, doc=photo, fields=fields))
    sync(stranger, make(stranger, theirs, 1, fields={"dose": "2"}))
    assert said(mine, ENTRY.format(1)).values == {"dose": "1"}
    assert said(theirs, ENTRY.format(1)).values == {"dose": "2"}
    viewing.make_current([mine, theirs])
    with reading() as session:
        assert session.scalars(select(NamedPhoto.scope).where(NamedPhoto.sha256 == sha256)).all() == [mine]
    kind, uuid = ids.split_ref(theirs)
    answer = stranger.client.get(f"/api/v1/photos/{kind}/{uuid}/{sha256}", headers=stranger.headers)
    assert answer.status_code == 404
    assert sync(stranger, cursors={theirs: "0"})["ops"][0]["scope"] == theirs
    parents = make(
        stranger, theirs, 2, fields={"dose": "3"}, after=[name(make(phone, mine, 1, fields={"dose": "1"}))]
    )
    assert (
        sync(stranger, parents)["results"][0]["result"] == "accepted"
    )  # a parent of another scope is unknown
    assert "dose" in said(theirs, ENTRY.format(1)).conflicts


def test_history_13_a_household_made_offline_whose_ops_come_first_waits_and_is_whole(phone: Phone) -> None:
    helper = enrolled(phone.client, "Phạm Văn Tổ", None, "helper", kind="phone")
    scope = f"farm:{new_id(1)}"
    ops = [make(helper, scope, n, entry=n) for n in (1, 2)]
    first = sync(helper, *ops)
    assert first["results"] == [{"result": "later", "problem": "scope_unknown"}] * 2
    answer = send(
        helper,
        asked(1, "farm", name="Hộ ông Đạt"),
        asked(2, "person", name="Vũ Văn Đạt"),
        asked(3, "membership", person=new_id(2), farm=new_id(1), role="owner"),
    )
    assert results(answer) == ["settled"] * 3
    again = sync(helper, *ops, access=first["access"])
    assert [one["result"] for one in again["results"]] == ["accepted"] * 2
    assert again["access"] != first["access"]
    assert {"scope": scope, "write": True} in again["scopes"]


@pytest.mark.parametrize("times", [12])
def test_history_17_two_requests_over_two_scopes_in_opposite_order_both_end(
    app: Flask, phone: Phone, times: int
) -> None:
    second = enrolled(phone.client, "Đặng Văn Sự", "Nhà Sự")
    reviewers = [enrolled(app.test_client(), f"Cán bộ {i}", None, "reviewer") for i in range(2)]
    scopes = [scope_of(phone), scope_of(second)]
    for one in reviewers:
        one.client = app.test_client()
    together, failed = threading.Barrier(2), list[str]()

    def work(writer: Phone, order: list[str]) -> None:
        for n in range(1, times + 1):
            sent = [make(writer, scope, n, doc=f"entry:{fresh(writer, n, scope)}") for scope in order]
            together.wait()
            for _ in range(20):  # busy is told, and the same again
                answer = writer.client.post("/api/v1/sync", headers=writer.headers, json={"ops": sent})
                if answer.status_code == 200:
                    break
            found = [one["result"] for one in answer.get_json().get("results", [])]
            if not set(found) <= {"accepted", "already"} or len(found) != 2:
                failed.append(f"{answer.status_code} {found}")

    threads = [
        threading.Thread(target=work, args=(writer, order))
        for writer, order in zip(reviewers, (scopes, scopes[::-1]), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with reading() as session:
        for scope in scopes:
            seqs = session.scalars(select(OpRow.seq).where(OpRow.scope == scope).order_by(OpRow.seq)).all()
            assert seqs == list(range(1, 2 * times + 1))


def fresh(writer: Phone, n: int, scope: str) -> str:
    """Return the uuid of a new document of a writer."""
    seed = f"{writer.key.device}{n}{scope}".encode()
    return ids.make_uuid7(1_790_000_000_000 + n, ids.b64_decode(hash_of(seed))[:10])
