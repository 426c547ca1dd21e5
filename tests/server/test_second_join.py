"""A second key on one invitation: held, then let in by a person, ended (faults.md 15)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import reading
from server.services.inviting import HOUR_MS, InviteLink, settle_device
from server.store import devices
from server.store.operator import load_private
from sync import ids
from sync.ops import op_id
from tests.server.ops import make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, invite_to, slug, start


@pytest.fixture
def link(app: Flask) -> InviteLink:
    """Give the invitation of a farmer."""
    start()
    return invite_to("Phạm Thị Lụa", "Nhà Lụa")


@pytest.fixture
def first(client: FlaskClient, link: InviteLink) -> Phone:
    """Give the phone that joined first."""
    phone = Phone(client)
    assert phone.join(link).get_json()["result"] == "accepted"
    return phone


@pytest.fixture
def second(first: Phone, link: InviteLink) -> Phone:
    """Give the farmer's new key: its join is held, and it sends through the first key's session."""
    phone = Phone(staff(first), token=first.token, shown=dict(first.shown))
    phone.shown["after"] = [op_id(ORIGIN, op["body"]) for op in first.ops[1:]]
    phone.shown["sent"] = phone.join_request(link)
    assert phone.send_join(phone.shown["sent"]).get_json() == {"result": "held", "ops": []}
    return phone


def staff(phone: Phone) -> FlaskClient:
    """Return a client of its own, for a browser of the staff carries a cookie."""
    return phone.client.application.test_client()


def join_id(phone: Phone) -> str:
    """Return the id of the phone's own join."""
    return op_id(ORIGIN, phone.shown["sent"]["body"])


def admission(by: Phone, *ids_admitted: str, n: int = 2, verb: str = "admit") -> dict[str, Any]:
    """Return an admission in the scope of the organisation."""
    doc = f"admission:019a0000-0000-7000-8000-{n:012d}"
    return make(by, by.shown["scope"], n, doc=doc, fields={verb: list(ids_admitted)})


def states(link: InviteLink) -> list[str]:
    """Return the states of the devices of an invitation, in their order."""
    with reading() as session:
        return [row.state for row in devices.rows_of_doc(session, f"device:{link.invite}")]


def test_case_015_an_admitted_second_join_makes_a_second_device_of_the_membership(
    first: Phone, second: Phone, link: InviteLink
) -> None:
    scope = scope_of(first)
    mine = make(second, scope, 1)
    keys = {second.key.device: ids.b64_encode(second.key.public)}
    assert sync(second, mine, keys=keys)["results"][0] == {"result": "held", "problem": "not_confirmed"}
    manager = enrolled(staff(first), "Chị Chủ nhiệm", None, "manager")
    assert sync(manager, admission(manager, join_id(second)))["results"][0]["result"] == "accepted"
    assert states(link) == ["confirmed", "confirmed"]
    assert second.open_session().status_code == 200
    assert sync(second, mine)["results"][0]["result"] == "already"
    assert sync(first, make(first, scope, 1, entry=2))["results"][0]["result"] == "accepted"


def test_the_same_join_again_tells_that_it_was_let_in(first: Phone, second: Phone) -> None:
    for _ in range(7):
        assert second.send_join(second.shown["sent"]).get_json()["result"] == "held"
    manager = enrolled(staff(first), "Chị Chủ nhiệm", None, "manager")
    sync(manager, admission(manager, join_id(second)))
    answer = second.send_join(second.shown["sent"]).get_json()
    assert (answer["result"], len(answer["ops"])) == ("already", 3)
    assert sync(second, make(second, scope_of(second), 1))["results"][0]["result"] == "accepted"


def test_a_join_that_was_turned_down_is_told(first: Phone, second: Phone) -> None:
    manager = enrolled(staff(first), "Chị Chủ nhiệm", None, "manager")
    sync(manager, admission(manager, join_id(second), verb="turn_down"))
    answer = second.send_join(second.shown["sent"])
    assert (answer.status_code, slug(answer)) == (403, "no_right")


def test_a_confirmation_that_names_the_device_lets_it_in(second: Phone, link: InviteLink) -> None:
    settle_device(load_private(), link.invite, {"confirmed": True, "device": second.key.device}, now_ms())
    assert states(link) == ["confirmed", "confirmed"]
    assert second.open_session().status_code == 200


def test_a_confirmation_lets_in_the_join_and_nothing_else_that_the_device_wrote(
    first: Phone, second: Phone, link: InviteLink
) -> None:
    keys = {second.key.device: ids.b64_encode(second.key.public)}
    scope, doc = second.shown["scope"], second.shown["doc"]
    forged = make(second, scope, 2, doc=doc, fields={"revoked": True, "device": first.key.device})
    manager = enrolled(staff(first), "Chị Chủ nhiệm", None, "manager")
    assert sync(manager, forged, keys=keys)["results"][0]["result"] == "held"
    settle_device(load_private(), link.invite, {"confirmed": True, "device": second.key.device}, now_ms())
    assert states(link) == ["confirmed", "confirmed"]


def test_an_end_of_one_device_leaves_the_other(first: Phone, second: Phone, link: InviteLink) -> None:
    settle_device(load_private(), link.invite, {"confirmed": True, "device": second.key.device}, now_ms())
    settle_device(load_private(), link.invite, {"revoked": True, "device": first.key.device}, now_ms())
    assert states(link) == ["revoked", "confirmed"]
    assert slug(first.open_session()) == "device_revoked"
    assert second.open_session().status_code == 200
    settle_device(load_private(), link.invite, {"revoked": True}, now_ms())
    assert slug(second.open_session()) == "device_revoked"


def test_a_second_join_is_held_however_late_it_comes(app: Flask, first: Phone, link: InviteLink) -> None:
    later = now_ms() + 400 * 24 * HOUR_MS
    app.extensions["clock"] = lambda: later
    phone = Phone(first.client, shown=first.shown)
    assert phone.send_join(phone.join_request(link)).get_json()["result"] == "held"


def test_new_second_joins_burn_an_invitation(first: Phone, link: InviteLink) -> None:
    sent = [Phone(first.client, shown=first.shown).join_request(link) for _ in range(6)]
    assert [first.send_join(one).status_code for one in sent] == [200] * 5 + [410]
    assert first.send_join(sent[0]).get_json()["result"] == "held"


def test_a_reviewer_lets_no_second_device_of_a_manager_in(first: Phone) -> None:
    link = invite_to("Chị Chủ nhiệm", None, "manager")
    boss = Phone(staff(first))
    boss.join(link)
    thief = Phone(staff(first), shown=boss.shown)
    sent = thief.join_request(link)
    assert thief.send_join(sent).get_json()["result"] == "held"
    reviewer = enrolled(staff(first), "Anh Tuấn", None, "reviewer")
    sync(reviewer, admission(reviewer, op_id(ORIGIN, sent["body"])))
    assert states(link) == ["confirmed"]
    assert slug(thief.open_session()) == "session"


def test_a_reviewer_does_not_admit_his_own_invitation_of_a_manager(first: Phone) -> None:
    reviewer = enrolled(staff(first), "Anh Tuấn", None, "reviewer")
    boss = enrolled(staff(first), "Chị Chủ nhiệm", None, "manager")
    invite = {
        "membership": boss.shown["by"], "kind": "browser", "confirm": False,
        "secret_hash": ids.b64_encode(bytes(32)), "expires_at": now_ms() + 1000,
    }  # fmt: skip
    doc = "device:019a0000-0000-7000-8000-000000000099"
    op = make(reviewer, reviewer.shown["scope"], 2, doc=doc, fields=invite)
    assert sync(reviewer, op)["results"][0] == {"result": "held", "problem": "no_right"}
    sync(reviewer, admission(reviewer, op_id(ORIGIN, op["body"]), n=3))
    assert sync(reviewer, op)["results"][0] == {"result": "held", "problem": "no_right"}


def test_a_join_that_is_carried_in_opens_no_burnt_invitation(first: Phone) -> None:
    link = invite_to("Phạm Văn Thịnh", "Nhà Lụa", "member")
    late = Phone(staff(first))
    late.shown = late.look(link).get_json()
    sent = late.join_request(link)
    for _ in range(5):
        late.look(link, code="AAAA-AAAA")
    manager = enrolled(staff(first), "Chị Chủ nhiệm", None, "manager")
    keys = {late.key.device: sent.pop("key")}
    assert sync(manager, sent, keys=keys)["results"][0]["result"] == "held"
