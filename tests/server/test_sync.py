"""The round trip: what is taken, what is held, what comes back, and to whom."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.services.inviting import settle_device
from server.store.operator import load_private
from sync import ids
from sync.limits import REQUEST_OPS_MAX
from sync.log import next_digest, parse_cursor, start_digest
from sync.ops import domain, op_id
from tests.server.ops import make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, invite_to, slug, start

SHA = ids.b64_encode(bytes(range(32)))


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def test_an_op_is_accepted_once_and_already_there_again(phone: Phone) -> None:
    scope = scope_of(phone)
    op = make(phone, scope, 1, private={"note": "Phun chiều"})
    first, again = sync(phone, op)["results"][0], sync(phone, op)["results"][0]
    assert (first["result"], first["seq"]) == ("accepted", 1)
    assert again == first | {"result": "already"}


def test_case_025_the_same_op_twice_in_one_batch(phone: Phone) -> None:
    op = make(phone, scope_of(phone), 1)
    assert [one["result"] for one in sync(phone, op, op)["results"]] == ["accepted", "already"]


def test_one_bad_op_never_decides_the_next_ones_fate(phone: Phone) -> None:
    scope = scope_of(phone)
    bad = make(phone, scope, 1) | {"signature": ids.b64_encode(bytes(64))}
    answer = sync(phone, bad, {"body": 7}, make(phone, scope, 2))
    assert [one["result"] for one in answer["results"]] == ["refused", "refused", "accepted"]
    assert answer["results"][0]["problem"] == "bad_signature"


def test_a_page_holds_the_whole_op_for_another_phone_and_its_id_for_the_writer(phone: Phone) -> None:
    scope = scope_of(phone)
    other = enrolled(phone.client, "Phạm Văn Thịnh", "Nhà Lụa", "member")
    sent = make(phone, scope, 1)
    sync(phone, sent)
    own = sync(phone, cursors={scope: "0"})["ops"]
    seen = sync(other, cursors={scope: "0"})
    assert own[0]["id"] == op_id(ORIGIN, sent["body"])
    assert "body" not in own[0]
    assert seen["ops"][0]["body"] == sent["body"]
    at = seen["ops"][0]["received_at"]
    digest = next_digest(
        domain("log", ORIGIN), start_digest(ORIGIN, scope), 1, at, ids.b64_decode(own[0]["id"])
    )
    cursor = parse_cursor(seen["cursors"][scope])
    assert cursor is not None
    assert cursor.digest == digest


def test_pages_are_unbroken_and_end(phone: Phone) -> None:
    scope = scope_of(phone)
    sync(phone, *[make(phone, scope, n, n) for n in range(1, 8)])
    cursor, seen = "0", []
    while True:
        answer = sync(phone, cursors={scope: cursor}, limit={"ops": 3})
        seen += [op["seq"] for op in answer["ops"]]
        cursor = answer["cursors"][scope]
        if not answer["more"]:
            break
    assert seen == [1, 2, 3, 4, 5, 6, 7]


def test_case_066_a_foreign_scope_and_a_missing_one_look_alike(phone: Phone) -> None:
    stranger = enrolled(phone.client, "Đặng Văn Sự", "Nhà Sự")
    foreign = make(phone, scope_of(stranger), 1)
    missing = make(phone, "farm:019a0000-0000-7000-8000-00000000dead", 1)
    answer = sync(phone, foreign, missing, cursors={scope_of(stranger): "0"})
    assert list(answer["results"]) == [{"problem": "scope_unknown", "result": "later"}] * 2
    assert answer["ops"] == []


def test_case_059_a_number_used_twice_holds_all_that_follows_from_that_device(phone: Phone) -> None:
    scope = scope_of(phone)
    first, other = make(phone, scope, 1), make(phone, scope, 1, entry=2)
    assert sync(phone, first)["results"][0]["result"] == "accepted"
    held = sync(phone, other, make(phone, scope, 2, entry=3))["results"]
    assert [(one["result"], one["problem"]) for one in held] == [("held", "device_copied")] * 2
    assert sync(phone, first)["results"][0]["result"] == "already"


def test_a_reviewers_admission_gives_held_ops_their_numbers_as_they_are(phone: Phone) -> None:
    scope = scope_of(phone)
    sync(phone, make(phone, scope, 1))
    held = make(phone, scope, 1, entry=2)
    assert sync(phone, held)["results"][0]["result"] == "held"
    reviewer = enrolled(phone.client, "Anh Tuấn", None, "reviewer")
    admission = make(
        reviewer, scope, 1,
        doc="admission:019a0000-0000-7000-8000-000000000077",
        fields={"admit": [op_id(ORIGIN, held["body"])]},
    )  # fmt: skip
    assert sync(reviewer, admission)["results"][0]["seq"] == 2
    assert sync(phone, held)["results"][0] | {"received_at": 0} == {
        "result": "already", "seq": 3, "received_at": 0,
    }  # fmt: skip


def test_a_farmer_admits_nothing(phone: Phone) -> None:
    scope = scope_of(phone)
    op = make(phone, scope, 1, doc="admission:019a0000-0000-7000-8000-000000000077", fields={"admit": []})
    assert sync(phone, op)["results"][0] == {"result": "held", "problem": "no_right"}


def test_a_cursor_that_the_server_does_not_know_is_rewound(phone: Phone) -> None:
    scope = scope_of(phone)
    sync(phone, make(phone, scope, 1))
    answer = sync(phone, cursors={scope: f"1.5.{ids.b64_encode(bytes(32))}"})
    assert answer["rewind"] == {scope: "0"}
    assert answer["ops"] == []


def test_photos_that_the_log_names_are_wanted(phone: Phone) -> None:
    scope = scope_of(phone)
    doc = "photo:019a0000-0000-7000-8000-000000000009"
    answer = sync(phone, make(phone, scope, 1, doc=doc, fields={"sha256": SHA, "bytes": 3}))
    assert "want" not in answer  # they follow their op
    later = now_ms() + 600_001
    phone.client.application.extensions["clock"] = lambda: later
    assert sync(phone)["want"] == {scope: [SHA]}


def test_photos_of_another_phone_are_wanted_at_once(phone: Phone) -> None:
    scope = scope_of(phone)
    doc = "photo:019a0000-0000-7000-8000-000000000009"
    sync(phone, make(phone, scope, 1, doc=doc, fields={"sha256": SHA, "bytes": 3}))
    other = enrolled(phone.client.application.test_client(), "Anh Nam", "Nhà Lụa", "member")
    assert scope_of(other) == scope
    assert sync(other)["want"] == {scope: [SHA]}


def test_the_answer_to_a_full_request_asks_for_no_photos(phone: Phone) -> None:
    scope = scope_of(phone)
    sync(
        phone, make(phone, scope, 1, doc="photo:019a0000-0000-7000-8000-000000000009", fields={"sha256": SHA})
    )
    other = enrolled(phone.client.application.test_client(), "Anh Nam", "Nhà Lụa", "member")
    ops = [make(other, scope, n, n) for n in range(1, REQUEST_OPS_MAX + 1)]
    assert "want" not in sync(other, *ops)  # more ops follow, and bytes come when none waits
    assert sync(other, *ops[1:])["want"] == {scope: [SHA]}


def test_no_session_no_answer(phone: Phone) -> None:
    answer = phone.client.post("/api/v1/sync", json={"cursors": {}, "ops": []})
    assert (answer.status_code, slug(answer)) == (401, "session")


@pytest.mark.parametrize(
    "sent", [[], {"ops": 1}, {"cursors": []}, {"limit": {"ops": 0}}, {"cursors": {"x": "0"}}]
)
def test_a_request_of_the_wrong_shape_is_a_problem(phone: Phone, sent: Any) -> None:
    answer = phone.client.post("/api/v1/sync", headers=phone.headers, json=sent)
    assert answer.status_code == 400


def test_an_unconfirmed_phone_is_held_until_somebody_confirms_it(phone: Phone) -> None:
    scope = scope_of(phone)
    waiting = Phone(phone.client)
    assert waiting.join(invite_to("Phạm Văn Thịnh", "Nhà Lụa", "member", confirm=True)).status_code == 200
    op = make(waiting, scope, 1)
    answer = sync(waiting, op)
    assert answer["results"][0] == {"result": "held", "problem": "not_confirmed"}
    assert answer["scopes"] == []


@pytest.mark.parametrize(("target", "result"), [("manager", "held"), ("member", "accepted")])
def test_a_reviewer_invites_households_and_nobody_above_himself(
    phone: Phone, target: str, result: str
) -> None:
    clients = phone.client.application
    reviewer = enrolled(clients.test_client(), "Anh Tuấn", None, "reviewer")
    other = enrolled(clients.test_client(), "Người khác", "Nhà Lụa" if target == "member" else None, target)
    invite = {
        "membership": other.shown["by"], "kind": "browser", "confirm": False,
        "secret_hash": ids.b64_encode(bytes(32)), "expires_at": now_ms() + 1000,
    }  # fmt: skip
    doc = "device:019a0000-0000-7000-8000-000000000099"
    op = make(reviewer, reviewer.shown["scope"], 2, doc=doc, fields=invite)
    assert sync(reviewer, op)["results"][0]["result"] == result


def test_confirming_a_phone_gives_it_no_right_that_it_never_had(phone: Phone) -> None:
    scope = scope_of(phone)
    waiting = Phone(phone.client)
    waiting.join(invite_to("Phạm Văn Thịnh", "Nhà Lụa", "member", confirm=True))
    review = "review:019a0000-0000-7000-8000-000000000088"
    forged = make(waiting, scope, 2, doc=review, fields={"decision": "approved"})
    sync(waiting, make(waiting, scope, 1), forged)
    invite = waiting.shown["doc"].removeprefix("device:")
    settle_device(load_private(), invite, {"confirmed": True}, now_ms())
    answer = sync(waiting, make(waiting, scope, 3))
    seen = [op["seq"] for op in sync(phone, cursors={scope: "0"})["ops"]]
    assert answer["results"][0]["result"] == "accepted"
    assert seen == [1, 2]
    assert sync(waiting, forged)["results"][0] == {"result": "held", "problem": "no_right"}


def test_the_clock_of_the_server_is_what_received_at_holds(phone: Phone) -> None:
    result = sync(phone, make(phone, scope_of(phone), 1))["results"][0]
    assert result["received_at"] <= now_ms()
