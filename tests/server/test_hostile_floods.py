"""What a single key can make the server keep: no rows of scopes that are nobody's, no endless held ops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.db import reading
from server.models.log import Head, HeldOp
from sync import ids
from sync.ops import make_body, message
from sync.signing import SoftwareKey
from tests.server.ops import ENTRY, make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, invite_to, start

NOWHERE = "019a0000-0000-7000-8000-0000000000ff"


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def count(model: type) -> int:
    """Return how many rows a table has."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def by_a_new_key(phone: Phone, scope: str, entry: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Return an op of a key that nobody knows, and what proves the key."""
    key = SoftwareKey.generate()
    body = make_body(
        device=key.device, n=1, by=phone.shown["by"], scope=scope, doc=ENTRY.format(entry),
        recorded_at=1, fields={"form": "CT-10"},
    )  # fmt: skip
    sent = {"body": body, "signature": ids.b64_encode(key.sign(message(ORIGIN, body)))}
    return sent, {key.device: ids.b64_encode(key.public)}


def test_ops_and_joins_of_scopes_that_are_not_there_leave_nothing(phone: Phone) -> None:
    before = count(Head)
    scopes = [f"{kind}:{NOWHERE}" for kind in ("farm", "org", "sensor")]
    told = sync(phone, *(make(phone, scope, 1) for scope in scopes))["results"]
    assert told == [{"result": "later", "problem": "scope_unknown"}] * 3
    link = invite_to("Phạm Thị Lụa", "Nhà Lụa")
    stranger = Phone(phone.client)
    stranger.shown = stranger.look(link).get_json()
    answer = stranger.send_join(stranger.join_request(link, scope=f"org:{NOWHERE}"))
    assert answer.status_code == 404
    assert count(Head) == before


def test_keys_that_nobody_knows_use_up_the_quota_of_who_brings_their_ops(app: Flask, phone: Phone) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], ops_per_day=3)
    scope = scope_of(phone)
    ops, keys = [], {}
    for entry in range(1, 6):
        op, proof = by_a_new_key(phone, scope, entry)
        ops.append(op)
        keys |= proof
    told = [one["problem"] for one in sync(phone, *ops, keys=keys)["results"]]
    assert told == ["not_confirmed"] * 3 + ["quota"] * 2
    assert sync(phone, ops[4], keys=keys)["results"][0] == {"result": "later", "problem": "quota"}
    assert count(HeldOp) == 3
