"""Keys that want more than they were invited to: joins that invite, confirm or end by themselves."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.config import now_ms
from server.db import reading
from server.models.people import Membership
from server.store import devices
from sync import ids
from sync.ops import make_body, message, op_id
from tests.server.ops import make, sync
from tests.server.phones import ORIGIN, Phone, enrolled, invite_to, slug, start

SECRET = bytes(range(16))
DOC = "device:019a0000-0000-7000-8000-0000000000d1"


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


def state_of(phone: Phone) -> str | None:
    """Return the state of the phone's device, None where the server does not know it."""
    with reading() as session:
        rows = devices.rows_of_device(session, phone.key.device)
        return rows[0].state if rows else None


def signed(phone: Phone, scope: str, doc: str, by: str, fields: dict[str, Any]) -> dict[str, str]:
    """Return the first op of a phone in a scope, whatever it says."""
    body = make_body(
        device=phone.key.device, n=1, by=by, scope=scope, doc=doc, recorded_at=now_ms(), fields=fields
    )
    return {"body": body, "signature": ids.b64_encode(phone.key.sign(message(ORIGIN, body)))}


def own_invitation(phone: Phone, membership: str) -> dict[str, Any]:
    """Return fields by which a key invites itself to a membership, and accepts."""
    return {
        "key": ids.b64_encode(phone.key.public), "secret": ids.b64_encode(SECRET), "label": "Máy lạ",
        "membership": membership, "kind": "browser", "confirm": False,
        "secret_hash": ids.b64_encode(hashlib.sha256(SECRET).digest()), "expires_at": now_ms() + 1_000_000,
    }  # fmt: skip


def test_nobody_invites_himself_to_another_ones_membership(client: FlaskClient, app: Flask) -> None:
    manager = enrolled(app.test_client(), "Chị Chủ nhiệm", None, "manager")
    scope, by = manager.shown["scope"], manager.shown["by"]
    stranger = Phone(client)
    op = signed(stranger, scope, DOC, by, own_invitation(stranger, by))
    assert stranger.open_session(ops=[op]).status_code == 401
    assert state_of(stranger) is None
    farmer = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    sync(farmer, op)
    assert state_of(stranger) is None


@pytest.mark.parametrize("role", ["owner", "reviewer"])
def test_a_join_confirms_no_other_key(client: FlaskClient, app: Flask, role: str) -> None:
    farm = "Nhà Lụa" if role == "owner" else None
    link = invite_to("Phạm Thị Lụa", farm, role, confirm=True)
    first, second = Phone(app.test_client()), Phone(client)
    first.shown = second.shown = first.look(link).get_json()
    fields = {"label": "Máy thử", "secret": link.url.rpartition(".")[2]}
    two = {"key": ids.b64_encode(second.key.public), **fields}
    one = {"key": ids.b64_encode(first.key.public), "confirmed": True, "device": second.key.device, **fields}
    assert first.send_join(first.join_request(link, fields=one)).get_json()["result"] == "accepted"
    assert state_of(first) == "waiting"
    scope, doc, by = (first.shown[name] for name in ("scope", "doc", "by"))
    told = sync(first, signed(second, scope, doc, by, two))["results"][0]
    assert told == {"result": "held", "problem": "not_confirmed"}
    assert (state_of(first), state_of(second)) == ("waiting", None)


@pytest.mark.parametrize("device", [5, "nobody", None])
def test_who_ends_a_device_confirms_none(client: FlaskClient, app: Flask, device: Any) -> None:
    home = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    other = Phone(app.test_client())
    assert other.join(invite_to("Phạm Thị Lụa", "Nhà Lụa", confirm=True)).get_json()["result"] == "accepted"
    assert other.shown["by"] == home.shown["by"]
    named = {"nobody": home.key.device}.get(device, device) if isinstance(device, str) else device
    fields = {"revoked": True, "confirmed": True} | ({} if named is None else {"device": named})
    op = make(home, other.shown["scope"], 2, doc=other.shown["doc"], fields=fields)
    assert sync(home, op)["results"][0] == {"result": "held", "problem": "no_right"}
    assert state_of(other) == "waiting"


def test_a_person_writes_no_endless_document_of_an_own_device(client: FlaskClient) -> None:
    home = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    fields = {"revoked": True, "device": "a" * 32, "reason": "x" * 30_000}
    op = make(home, home.shown["scope"], 2, doc=home.shown["doc"], fields=fields)
    assert sync(home, op)["results"][0] == {"result": "held", "problem": "no_right"}
    end = make(home, home.shown["scope"], 3, doc=home.shown["doc"], fields={"revoked": True})
    assert sync(home, end)["results"][0]["result"] == "accepted"
    assert state_of(home) == "revoked"
    assert op_id(ORIGIN, end["body"])
    assert slug(client.post("/api/v1/sync", headers=home.headers, json={})) == "device_revoked"


def test_a_helper_invites_no_household_that_he_does_not_help(client: FlaskClient, app: Flask) -> None:
    farmer = enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
    helper = enrolled(client, "Anh Tổ viên", None, "helper", kind="phone")
    fields = own_invitation(helper, farmer.shown["by"])
    invitation = {
        name: fields[name] for name in ("membership", "kind", "confirm", "secret_hash", "expires_at")
    }
    told = sync(helper, make(helper, helper.shown["scope"], 2, doc=DOC, fields=invitation))["results"][0]
    assert told == {"result": "held", "problem": "no_right"}
    with reading() as session:
        farm = session.get_one(Membership, farmer.shown["by"]).farm
    person, member = (f"019a0000-0000-7000-8000-0000000000e{n}" for n in (1, 2))
    rows = [
        {"id": person, "kind": "person", "made_at": 1, "values": {"name": "Người lạ"}},
        {
            "id": member,
            "kind": "membership",
            "made_at": 2,
            "values": {"person": person, "farm": farm, "role": "owner"},
        },
    ]
    sent = {"requests": rows}
    answer = client.post("/api/v1/requests", headers=helper.headers, json=sent).get_json()
    assert [one["result"] for one in answer["results"]] == ["settled", "waiting"]
