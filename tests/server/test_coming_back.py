"""A device that a restored server forgot: by whom it was invited, what it must show, what it must not get."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.models.people import Help, Membership
from server.services.inviting import HOUR_MS, InviteLink, settle_device
from server.store import devices, log
from server.store.operator import load_private, operator_device
from sync import ids
from sync.ops import op_id
from tests.server.backups import Backups
from tests.server.ops import make, sync
from tests.server.phones import ORIGIN, Phone, enrolled, invite_to, slug, start

DOC = "device:019a0000-0000-7000-8000-0000000000d1"
SECRET = bytes(range(16))


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


def shown(phone: Phone) -> list[dict[str, str]]:
    """Return the ops of the device's document as it sends them."""
    return [{"body": op["body"], "signature": op["signature"]} for op in phone.ops]


def come_back(phone: Phone, ops: list[dict[str, str]] | None = None) -> Any:
    """Open a session with the ops of the device's document."""
    return phone.open_session(ops=shown(phone) if ops is None else ops)


def state_of(phone: Phone) -> str | None:
    """Return the state of the phone's device, None where the server does not know it."""
    with reading() as session:
        rows = devices.rows_of_device(session, phone.key.device)
        return rows[0].state if rows else None


def invitation(by: Phone, membership: str, n: int, doc: str = DOC, **more: Any) -> dict[str, Any]:
    """Return an invite op that a phone signs."""
    fields = {
        "membership": membership, "kind": "phone", "confirm": False,
        "secret_hash": ids.b64_encode(hashlib.sha256(SECRET).digest()), "expires_at": now_ms() + 1000, **more,
    }  # fmt: skip
    return make(by, by.shown["scope"], n, doc=doc, fields=fields)


def invited(client: FlaskClient, by: Phone, membership: str, n: int, doc: str = DOC) -> Phone:
    """Return a phone that joined on an invitation which another phone signed."""
    assert sync(by, invitation(by, membership, n, doc))["results"][0]["result"] == "accepted"
    link = InviteLink(
        doc.removeprefix("device:"), f"http://x/#i=x.{ids.b64_encode(SECRET)}", "", "", 0, False
    )
    phone = Phone(client)
    assert phone.join(link).get_json()["result"] == "accepted"
    return phone


def household(client: FlaskClient) -> str:
    """Return the membership of a farmer."""
    return str(enrolled(client, "Phạm Thị Lụa", "Nhà Lụa").shown["by"])


def give_help(session: Session, helper: Phone, farmer: str) -> None:
    """Let a team member help the household of a farmer."""
    farm = session.get_one(Membership, farmer).farm
    session.add(Help(farm=farm, id=farmer, membership=helper.shown["by"], valid_from=0))


@pytest.mark.parametrize("role", ["helper", "reviewer"])
def test_a_phone_that_a_forgotten_phone_invited_comes_back_behind_it(
    app: Flask, client: FlaskClient, backups: Backups, role: str
) -> None:
    farmer = household(client)
    old = backups.save()
    helper = enrolled(app.test_client(), "Anh Tổ viên", None, role, kind="phone")
    run_write(lambda session: give_help(session, helper, farmer))
    backup_of_rows = backups.save()
    phone = invited(client, helper, farmer, 2)
    backups.restore(backup_of_rows)
    assert [come_back(helper).status_code, come_back(phone).status_code] == [200, 200]
    with reading() as session:
        own = devices.rows_of_doc(session, DOC)[0]
        theirs = devices.rows_of_device(session, helper.key.device)[0]
    assert (own.state, own.invited_by, theirs.invited_by) == (
        "confirmed",
        helper.key.device,
        operator_device(),
    )
    backups.restore(old)  # the inviter's membership, a row, is gone too: nobody comes back before it
    for one in (phone, helper):
        answer = come_back(one)
        assert (answer.status_code, slug(answer)) == (409, "key_wanted")


def test_a_phone_waits_until_its_inviter_is_back(app: Flask, client: FlaskClient, backups: Backups) -> None:
    farmer = household(client)
    reviewer_link = invite_to("Anh Tuấn", None, "reviewer", kind="phone")
    old = backups.save()
    reviewer = Phone(app.test_client())
    reviewer.join(reviewer_link)
    phone = invited(client, reviewer, farmer, 2)
    backups.restore(old)
    assert slug(come_back(phone)) == "key_wanted"
    assert come_back(reviewer).status_code == 200
    assert come_back(phone).status_code == 200


def test_the_confirmation_comes_back_with_the_device(client: FlaskClient, backups: Backups) -> None:
    link = invite_to("Phạm Thị Lụa", "Nhà Lụa", confirm=True)
    phone = Phone(client)
    phone.join(link)
    old = backups.save()
    settle_device(load_private(), link.invite, {"confirmed": True}, now_ms())
    phone.ops = phone.open_session().get_json()["ops"]
    backups.restore(old)
    assert state_of(phone) == "waiting"
    assert come_back(phone).status_code == 200
    assert state_of(phone) == "confirmed"


def test_a_second_device_comes_back_by_the_confirmation_that_names_it(
    client: FlaskClient, backups: Backups
) -> None:
    link = invite_to("Phạm Thị Lụa", "Nhà Lụa")
    old = backups.save()
    first = Phone(client)
    first.join(link)
    second = Phone(client, shown=first.shown)
    second.shown["after"] = [op_id(ORIGIN, op["body"]) for op in first.ops[1:]]
    sent = second.join_request(link)
    second.send_join(sent)
    settle_device(load_private(), link.invite, {"confirmed": True, "device": second.key.device}, now_ms())
    second.send_join(sent)
    assert len(second.ops) == 4
    backups.restore(old)
    without = [op for op in shown(second) if '"confirmed"' not in op["body"]]
    assert slug(come_back(second, without)) == "no_right"
    assert come_back(second).status_code == 200
    assert come_back(first).status_code == 200


def test_an_invitation_that_one_only_heard_of_joins_nobody(client: FlaskClient) -> None:
    link = invite_to("Phạm Thị Lụa", "Nhà Lụa")
    thief = Phone(client)
    thief.shown = thief.look(link).get_json()
    fields = {"key": ids.b64_encode(thief.key.public), "label": ""}
    join = thief.join_request(link, fields=fields)
    answer = come_back(thief, [{"body": join["body"], "signature": join["signature"]}])
    assert slug(answer) == "session"
    assert Phone(client).join(link).status_code == 200


def test_an_expired_invitation_is_not_joined_by_the_way_back(app: Flask, client: FlaskClient) -> None:
    link = invite_to("Phạm Thị Lụa", "Nhà Lụa", hours=1)
    late = Phone(client)
    late.shown = late.look(link).get_json()
    join = late.join_request(link)
    later = now_ms() + 2 * HOUR_MS
    app.extensions["clock"] = lambda: later
    answer = come_back(late, [{"body": join["body"], "signature": join["signature"]}])
    assert slug(answer) == "session"
    assert state_of(late) is None


def test_a_known_device_opens_its_session_whatever_else_it_sends(client: FlaskClient) -> None:
    phone = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    forged = make(phone, phone.shown["scope"], 2, doc=phone.shown["doc"], fields={"confirmed": True})
    assert come_back(phone, [*shown(phone), forged]).status_code == 200
    assert len(phone.open_session().get_json()["ops"]) == 2


def lost_join(app: Flask, phone: Phone, backups: Backups, **options: Any) -> tuple[Phone, list[Any]]:
    """Return a manager whose log holds an invitation and a join that a restore took from the server."""
    household(phone.client)
    manager = enrolled(app.test_client(), "Chị Chủ nhiệm", None, "manager")
    old = backups.save()
    phone.join(invite_to("Phạm Thị Lụa", "Nhà Lụa", **options))
    seen = sync(manager, cursors={manager.shown["scope"]: "0"}, whole=True)["ops"]
    backups.restore(old)
    names = ("body", "signature")
    return manager, [{name: op[name] for name in names} for op in seen if phone.shown["doc"] in op["body"]]


def test_a_managers_browser_brings_a_whole_device_back_in_one_request(
    app: Flask, client: FlaskClient, backups: Backups
) -> None:
    phone = Phone(client)
    manager, lost = lost_join(app, phone, backups)
    assert state_of(phone) is None
    assert [one["result"] for one in sync(manager, *lost)["results"]] == ["accepted"] * 2
    assert phone.open_session().status_code == 200


def test_a_join_that_only_the_device_can_prove_is_held_until_it_comes(
    app: Flask, client: FlaskClient, backups: Backups
) -> None:
    phone = Phone(client)
    manager, lost = lost_join(app, phone, backups, hours=1)
    later = now_ms() + 2 * HOUR_MS
    app.extensions["clock"] = lambda: later
    results = sync(manager, *lost)["results"]
    assert [one["result"] for one in results] == ["accepted", "held"]
    assert come_back(phone).status_code == 200
    assert sync(manager, lost[1])["results"][0]["result"] == "already"
    with reading() as session:
        assert log.held_among(session, phone.shown["scope"], [op_id(ORIGIN, lost[1]["body"])]) == {}


def test_the_operators_lost_invitation_comes_back_though_its_number_was_used_again(
    app: Flask, client: FlaskClient, backups: Backups
) -> None:
    manager, lost = lost_join(app, Phone(client), backups)
    invite_to("Phạm Thị Lụa", "Nhà Lụa")  # by the same key, with the number of the lost one
    assert [one["result"] for one in sync(manager, *lost)["results"]] == ["accepted"] * 2
