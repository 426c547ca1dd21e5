"""Ops that are forged, foreign, old, new or at odds with each other: faults.md groups D and E, 43, 111."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.config import now_ms
from server.db import reading
from server.models.log import HeldOp, OpRow
from server.services.inviting import settle_device
from server.services.viewing import make_current
from server.store import views
from server.store.operator import load_private
from sync import ids
from sync.ops import message, op_id
from tests.server.ops import ENTRY, make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, start

DAY = 86_400_000
PLOT = "plot:019a0000-0000-7000-8000-000000000031"


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def other_of(phone: Phone) -> Phone:
    """Return the phone of somebody else of the household."""
    return enrolled(phone.client, "Phạm Văn Thịnh", "Nhà Lụa", "member")


def one(phone: Phone, op: Any) -> dict[str, Any]:
    """Return the result of one op."""
    found: dict[str, Any] = sync(phone, op)["results"][0]
    return found


def count(table: type[OpRow] | type[HeldOp], scope: str) -> int:
    """Return how many ops of a scope a table has."""
    with reading() as session:
        query = select(func.count()).select_from(table).where(table.scope == scope)
        return session.scalar(query) or 0


def signed(phone: Phone, body: str) -> dict[str, Any]:
    """Return a body with the phone's signature, whatever the body says."""
    return {"body": body, "signature": ids.b64_encode(phone.key.sign(message(ORIGIN, body)))}


def view(scope: str, doc: str) -> tuple[dict[str, Any], list[str], list[str]]:
    """Return values, conflicts and tips of a document as the server shows it."""
    make_current([scope])
    with reading() as session:
        found = views.document(session, scope, doc)
        assert found is not None
        return json.loads(found.values), json.loads(found.conflicts), json.loads(found.tips)


def test_case_043_a_stolen_phone_that_dates_back_to_before_its_end_is_held_all_the_same(phone: Phone) -> None:
    scope, other = scope_of(phone), other_of(phone)
    stolen = make(phone, scope, 1, recorded_at=now_ms() - 400 * DAY)
    invite = phone.shown["doc"].removeprefix("device:")
    settle_device(load_private(), invite, {"revoked": True, "reason": "mất máy"}, now_ms())
    assert phone.client.post("/api/v1/sync", headers=phone.headers, json={}).status_code in (401, 403)
    assert one(other, stolen) == {"result": "held", "problem": "device_revoked"}
    assert count(OpRow, scope) == 0


def test_case_043_what_was_turned_down_is_told_to_the_key_that_followed_too(phone: Phone) -> None:
    scope = scope_of(phone)
    held = make(phone, scope, 1)
    invite = phone.shown["doc"].removeprefix("device:")
    settle_device(load_private(), invite, {"revoked": True, "reason": "mất máy"}, now_ms())
    following = enrolled(phone.client, "Phạm Thị Lụa", "Nhà Lụa")
    stranger = enrolled(phone.client, "Đặng Văn Sự", "Nhà Sự")
    assert one(following, held)["result"] == "held"
    reviewer = enrolled(phone.client, "Anh Tuấn", None, "reviewer")
    refused = {"turn_down": [op_id(ORIGIN, held["body"])], "reason": "máy đã mất"}
    doc = "admission:019a0000-0000-7000-8000-000000000043"
    sync(reviewer, make(reviewer, scope, 1, doc=doc, fields=refused))
    assert sync(following)["turned_down"] == [op_id(ORIGIN, held["body"])]
    assert "turned_down" not in sync(stranger)


def test_case_043_what_was_turned_down_is_told_to_whoever_brought_it_again_for_another(phone: Phone) -> None:
    """After a restore any phone of the book brings an op, and all of them keep it until they hear."""
    scope = scope_of(phone)
    son = enrolled(phone.client, "Phạm Văn Sơn", "Nhà Lụa", "member")
    stranger = enrolled(phone.client, "Đặng Văn Sự", "Nhà Sự")
    reviewer = enrolled(phone.client, "Anh Tuấn", None, "reviewer")
    brought = make(phone, scope, 1)
    settle_device(
        load_private(),
        phone.shown["doc"].removeprefix("device:"),
        {"revoked": True, "reason": "mất"},
        now_ms(),
    )
    assert one(son, brought)["result"] == "held"
    refused = {"turn_down": [op_id(ORIGIN, brought["body"])], "reason": "máy đã mất"}
    doc = "admission:019a0000-0000-7000-8000-000000000044"
    sync(reviewer, make(reviewer, scope, 1, doc=doc, fields=refused))
    follows = {"cursors": {scope: "0"}}
    assert (
        sync(son, **follows)["turned_down"]
        == sync(reviewer, **follows)["turned_down"]
        == refused["turn_down"]
    )
    assert "turned_down" not in sync(stranger, **follows)


@pytest.mark.parametrize("flip", [0, 31, 32, 63])
def test_case_051_a_signature_with_one_flipped_bit_is_refused_and_takes_no_room(
    phone: Phone, flip: int
) -> None:
    scope = scope_of(phone)
    op = make(phone, scope, 1)
    raw = bytearray(ids.b64_decode(op["signature"]))
    raw[flip] ^= 1
    bad = op | {"signature": ids.b64_encode(bytes(raw))}
    assert one(phone, bad) == {"result": "refused", "problem": "bad_signature"}
    assert (count(OpRow, scope), count(HeldOp, scope)) == (0, 0)
    assert one(phone, op)["result"] == "accepted"


@pytest.mark.parametrize("signature", ["", "AA", "=" * 86, "A" * 86, "B" * 5000])
def test_case_051_what_is_no_signature_is_refused(phone: Phone, signature: str) -> None:
    bad = make(phone, scope_of(phone), 1) | {"signature": signature}
    assert one(phone, bad) == {"result": "refused", "problem": "bad_signature"}


def test_case_052_an_op_in_anothers_name_is_held_and_in_a_foreign_scope_unknown(phone: Phone) -> None:
    scope, other = scope_of(phone), other_of(phone)
    stranger = enrolled(phone.client, "Đặng Văn Sự", "Nhà Sự")
    in_name = make(other, scope, 1, by=phone.shown["by"])
    assert one(other, in_name) == {"result": "held", "problem": "no_right"}
    assert one(stranger, make(stranger, scope, 1)) == {"result": "later", "problem": "scope_unknown"}
    assert one(phone, make(stranger, scope, 2)) == {"result": "held", "problem": "no_right"}
    assert count(OpRow, scope) == 0


def test_case_052_who_knows_the_bytes_of_a_foreign_scopes_op_learns_nothing_by_sending_them(
    phone: Phone,
) -> None:
    scope = scope_of(phone)
    stranger = enrolled(phone.client, "Đặng Văn Sự", "Nhà Sự")
    manager = enrolled(phone.client, "Chị Chủ nhiệm", None, "manager")
    unknown = {"result": "later", "problem": "scope_unknown"}
    op, never = make(stranger, scope, 1), make(stranger, scope, 2)
    assert one(phone, op) == {"result": "held", "problem": "no_right"}
    assert [one(stranger, each) for each in (op, never)] == [unknown] * 2
    admit = {"admit": [op_id(ORIGIN, op["body"])]}
    admission = "admission:019a0000-0000-7000-8000-0000000000a1"
    assert one(manager, make(manager, scope, 1, doc=admission, fields=admit))["result"] == "accepted"
    assert one(phone, op)["result"] == "already"
    assert [one(stranger, each) for each in (op, never)] == [unknown] * 2


def test_case_052_an_op_that_names_anothers_device_is_not_its(phone: Phone) -> None:
    scope, other = scope_of(phone), other_of(phone)
    body = json.loads(make(phone, scope, 1)["body"])
    forged = signed(other, json.dumps(body, ensure_ascii=False, separators=(",", ":")))
    assert one(other, forged) == {"result": "refused", "problem": "bad_signature"}


def test_case_060_094_too_large_an_op_is_refused_alone_and_a_batch_as_a_whole(phone: Phone) -> None:
    scope = scope_of(phone)
    large = make(phone, scope, 1, fields={"note": "x" * 32_768})
    results = sync(phone, large, make(phone, scope, 2))["results"]
    assert results[0] == {"result": "refused", "problem": "too_large"}
    assert results[1]["result"] == "accepted"
    for sent in ({"ops": [{}] * 101}, {"ops": [], "padding": "x" * 1_048_576}):
        answer = phone.client.post("/api/v1/sync", headers=phone.headers, json=sent)
        assert answer.status_code == 413
    assert count(OpRow, scope) == 1


def test_case_061_111_a_newer_version_waits_on_the_phone_and_stops_no_other(phone: Phone) -> None:
    scope = scope_of(phone)
    newer = signed(phone, make(phone, scope, 1)["body"].replace('{"v":1,', '{"v":2,"soul":"?",', 1))
    results = sync(phone, newer, make(phone, scope, 2))["results"]
    assert results[0] == {"result": "later", "problem": "newer_version"}
    assert results[1]["result"] == "accepted"
    assert (count(OpRow, scope), count(HeldOp, scope)) == (1, 0)


def test_case_061_111_a_form_a_field_and_a_type_of_another_year_are_taken_and_given_back_as_they_are(
    phone: Phone,
) -> None:
    scope, other = scope_of(phone), other_of(phone)
    thing = make(
        phone, scope, 1, doc="drone_flight:019a0000-0000-7000-8000-000000000050", fields={"height_cm": 7}
    )
    fields = {
        "form": "XX-99",
        "form_version": 900,
        "colour_2030": {"deep": [1, None]},
        "happened_on": "never",
    }
    newer, old = (
        make(phone, scope, 2, fields=fields),
        make(phone, scope, 3, entry=3, fields={"form": "CT-10"}),
    )
    assert {found["result"] for found in sync(phone, thing, newer, old)["results"]} == {"accepted"}
    given = sync(other, cursors={scope: "0"})["ops"]
    assert [op["body"] for op in given] == [thing["body"], newer["body"], old["body"]]


def test_case_111_a_phone_of_last_year_speaks_with_todays_server(phone: Phone) -> None:
    scope = scope_of(phone)
    answer = phone.client.post("/api/v1/sync", headers=phone.headers, json={"ops": [make(phone, scope, 1)]})
    assert answer.get_json()["results"][0]["result"] == "accepted"
    later = {
        "ops": [make(phone, scope, 2, entry=2)],
        "cursors": {scope: "0"},
        "dream": [1],
        "limit": {"x": 1},
    }
    assert phone.client.post("/api/v1/sync", headers=phone.headers, json=later).get_json()["more"] is False


def test_case_063_two_edits_of_one_plot_made_offline_stand_beside_each_other_until_somebody_chooses(
    phone: Phone,
) -> None:
    scope, other = scope_of(phone), other_of(phone)
    first = make(phone, scope, 1, doc=PLOT, fields={"name": "Đồng Trước"})
    sync(phone, first)
    after = [op_id(ORIGIN, first["body"])]
    mine = make(phone, scope, 2, doc=PLOT, fields={"name": "Ruộng Trước"}, after=after)
    theirs = make(other, scope, 1, doc=PLOT, fields={"name": "Đồng Cửa"}, after=after)
    assert (one(phone, mine)["result"], one(other, theirs)["result"]) == ("accepted", "accepted")
    _values, conflicts, tips = view(scope, PLOT)
    assert (conflicts, sorted(tips)) == (["name"], sorted(op_id(ORIGIN, op["body"]) for op in (mine, theirs)))
    choice = make(phone, scope, 3, doc=PLOT, fields={"name": "Đồng Cửa"}, after=sorted(tips))
    sync(phone, choice)
    assert view(scope, PLOT)[:2] == ({"name": "Đồng Cửa"}, [])


def test_case_064_a_change_of_what_is_not_here_yet_or_was_struck_out_is_never_dropped(phone: Phone) -> None:
    scope, doc = scope_of(phone), ENTRY.format(1)
    first = make(phone, scope, 1)
    change = make(phone, scope, 2, fields={"dose": "2"}, after=[op_id(ORIGIN, first["body"])])
    assert one(phone, change)["result"] == "accepted"
    assert view(scope, doc)[0] == {"dose": "2"}
    assert one(phone, first)["result"] == "accepted"
    assert view(scope, doc)[0]["form"] == "CT-10"
    void = make(phone, scope, 3, fields={"_deleted": True}, after=[op_id(ORIGIN, change["body"])])
    unseen = make(phone, scope, 4, fields={"dose": "3"}, after=[op_id(ORIGIN, change["body"])])
    assert {found["result"] for found in sync(phone, void, unseen)["results"]} == {"accepted"}
    make_current([scope])
    with reading() as session:
        found = views.document(session, scope, doc)
        assert found is not None
        assert (found.is_deleted, json.loads(found.conflicts)) == (False, ["dose"])


def test_case_065_an_edit_after_the_review_is_taken_and_the_review_still_names_what_it_saw(
    phone: Phone,
) -> None:
    scope = scope_of(phone)
    reviewer = enrolled(phone.client, "Anh Tuấn", None, "reviewer")
    entry = make(phone, scope, 1)
    sync(phone, entry)
    seen = [op_id(ORIGIN, entry["body"])]
    review = make(
        reviewer, scope, 1,
        doc="review:019a0000-0000-7000-8000-000000000065",
        fields={"of": ENTRY.format(1), "decision": "approved", "heads": seen},
    )  # fmt: skip
    assert one(reviewer, review)["result"] == "accepted"
    edit = make(phone, scope, 2, fields={"dose": "9"}, after=seen)
    assert one(phone, edit)["result"] == "accepted"
    assert view(scope, ENTRY.format(1))[2] != seen
    assert view(scope, "review:019a0000-0000-7000-8000-000000000065")[0]["heads"] == seen
