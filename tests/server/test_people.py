"""Who reads and writes where, by role; and what a device document folds to, whatever is in it."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.models.people import Farm, Membership
from server.store import devices, people
from server.store.device_fold import Folded, fold_devices
from sync import ids
from sync.merge import Placed
from sync.ops import make_body, parse_op
from sync.signing import SoftwareKey
from tests.server.phones import ORIGIN, enrolled, start

UUID = ids.make_uuid7(1_762_600_000_000, bytes(10))
SECRET = bytes(range(16))
INVITER, JOINER, OTHER = (SoftwareKey.from_scalar(number) for number in (2, 3, 4))
INVITE: dict[str, Any] = {
    "membership": UUID,
    "kind": "phone",
    "confirm": False,
    "secret_hash": ids.b64_encode(hashlib.sha256(SECRET).digest()),
    "expires_at": 1,
}


@pytest.fixture
def _set_up(app: Flask) -> None:
    start()


def devices_of(*ops: tuple[SoftwareKey, dict[str, Any]]) -> list[Folded]:
    """Return the devices that ops fold to that came in this order."""
    placed = []
    for seq, (key, fields) in enumerate(ops, 1):
        body = make_body(
            device=key.device,
            n=seq,
            by=UUID,
            scope=f"org:{UUID}",
            doc=f"device:{UUID}",
            recorded_at=0,
            fields=fields,
        )
        placed.append(Placed(parse_op(ORIGIN, body), seq, seq))
    return fold_devices(placed[::-1])


def folded(*ops: tuple[SoftwareKey, dict[str, Any]]) -> Folded | None:
    """Return the first of them."""
    return next(iter(devices_of(*ops)), None)


def joining(key: SoftwareKey, secret: bytes | None = SECRET) -> tuple[SoftwareKey, dict[str, Any]]:
    """Return a join op's fields."""
    fields: dict[str, Any] = {"key": ids.b64_encode(key.public), "label": "Máy"}
    return key, fields if secret is None else fields | {"secret": ids.b64_encode(secret)}


def state(*ops: tuple[SoftwareKey, dict[str, Any]]) -> str | None:
    """Return the state that ops fold to."""
    found = folded(*ops)
    return None if found is None else found.state


def test_an_invitation_alone_is_invited() -> None:
    assert state((INVITER, INVITE)) == "invited"


def test_a_join_with_the_secret_is_confirmed_where_nobody_must_confirm() -> None:
    assert state((INVITER, INVITE), joining(JOINER)) == "confirmed"


def test_a_join_with_another_secret_waits() -> None:
    assert state((INVITER, INVITE), joining(JOINER, bytes(16))) == "waiting"


def test_a_join_without_a_secret_waits() -> None:
    assert state((INVITER, INVITE), joining(JOINER, None)) == "waiting"


def test_a_confirmation_by_another_device_confirms() -> None:
    asked = (INVITER, INVITE | {"confirm": True})
    assert state(asked, joining(JOINER), (INVITER, {"confirmed": True})) == "confirmed"
    assert state(asked, joining(JOINER), (JOINER, {"confirmed": True})) == "waiting"


def test_a_revocation_is_for_ever() -> None:
    ops = [(INVITER, INVITE), joining(JOINER), (INVITER, {"revoked": True}), (INVITER, {"confirmed": True})]
    assert state(*ops) == "revoked"


def test_a_later_join_stands_beside_the_first() -> None:
    found = devices_of((INVITER, INVITE), joining(JOINER), joining(OTHER), joining(JOINER))
    assert [(one.place, one.device) for one in found] == [(0, JOINER.device), (1, OTHER.device)]
    assert [one.state for one in found] == ["confirmed", "confirmed"]


def test_a_confirmation_of_the_later_device_does_not_confirm_the_first() -> None:
    ops = [(INVITER, INVITE | {"confirm": True}), joining(JOINER), joining(OTHER)]
    named = (INVITER, {"confirmed": True, "device": OTHER.device})
    assert [one.state for one in devices_of(*ops, named)] == ["waiting", "confirmed"]


def test_an_end_is_of_all_devices_or_of_the_one_it_names() -> None:
    ops = [(INVITER, INVITE), joining(JOINER), joining(OTHER)]
    one = (INVITER, {"revoked": True, "device": JOINER.device})
    assert [found.state for found in devices_of(*ops, one)] == ["revoked", "confirmed"]
    assert [found.state for found in devices_of(*ops, (INVITER, {"revoked": True}))] == ["revoked"] * 2


def test_a_key_that_is_not_the_ops_own_joins_nothing() -> None:
    assert state((INVITER, INVITE), (OTHER, joining(JOINER)[1])) == "invited"


@pytest.mark.parametrize(
    ("name", "value"),
    [("membership", "x"), ("kind", "king"), ("kind", ["phone"]), ("confirm", 1), ("secret_hash", "AA"),
     ("expires_at", True), ("expires_at", "soon"), ("code_hash", 7)],
)  # fmt: skip
def test_an_ill_made_invitation_invites_nobody(name: str, value: object) -> None:
    assert state((INVITER, INVITE | {name: value}), joining(JOINER)) is None


def scopes(device: str) -> dict[str, bool]:
    """Return the scopes of a device by the farm's or organisation's name."""
    with reading() as session:
        who = devices.writer(session, device)
        assert who is not None
        found = devices.scopes_of(session, who)
        named = {f"farm:{farm.id}": farm.name for farm in session.query(Farm)}
        return {named.get(scope, scope[:3]): write for scope, write in found.items()}


@pytest.mark.usefixtures("_set_up")
@pytest.mark.parametrize(
    ("role", "farm", "expected"),
    [
        ("owner", "Hộ A", {"Hộ A": True}),
        ("member", "Hộ A", {"Hộ A": True}),
        ("helper", None, {}),
        ("reviewer", None, {"Hộ A": True, "Hộ B": True, "org": True}),
        ("manager", None, {"Hộ A": True, "Hộ B": True, "org": True}),
        ("auditor", None, {"Hộ A": False, "Hộ B": False, "org": False}),
        ("clerk", None, {"org": True}),
        ("officer", None, {}),
        ("administrator", None, {}),
    ],
)
def test_each_role_reaches_its_scopes(
    client: FlaskClient, role: str, farm: str | None, expected: dict[str, bool]
) -> None:
    for name, home in (("A", "Hộ A"), ("B", "Hộ B")):
        enrolled(client, name, home)
    enrolled(client, "C", "Hộ của xã", organisation="Xã Kiến Thụy")
    assert scopes(enrolled(client, "Người thử", farm, role).key.device) == expected


@pytest.mark.usefixtures("_set_up")
def test_an_ended_membership_reads_nothing_and_has_had_a_right(app: Flask, client: FlaskClient) -> None:
    phone = enrolled(client, "A", "Hộ A")
    run_write(lambda session: devices.end_membership(session, phone.shown["by"], now_ms()))
    assert scopes(phone.key.device) == {}
    with reading() as session:
        who = devices.writer(session, phone.key.device)
        assert who is not None
        assert devices.had_right(session, who, f"farm:{who.farm}")
        assert not devices.had_right(session, who, f"farm:{UUID}")


@pytest.mark.usefixtures("_set_up")
def test_a_device_document_in_a_foreign_organisation_is_nobodys(client: FlaskClient) -> None:
    phone = enrolled(client, "A", "Hộ A")

    def move(session: Session) -> None:
        commune = people.organisations(session)[0].id
        member = session.get(Membership, phone.shown["by"])
        assert member is not None
        member.organisation = commune

    run_write(move)
    with reading() as session:
        assert devices.writer(session, phone.key.device) is None


@pytest.mark.usefixtures("_set_up")
def test_folding_the_devices_anew_shows_no_difference(client: FlaskClient) -> None:
    phone = enrolled(client, "A", "Hộ A")

    def rows(session: Session) -> list[dict[str, Any]]:
        columns = devices.DeviceRow.__table__.columns.keys()
        found = session.query(devices.DeviceRow).order_by(devices.DeviceRow.doc)
        return [{name: getattr(row, name) for name in columns} for row in found]

    with reading() as session:
        before = rows(session)

    def rebuild(session: Session) -> None:
        devices.forget_all(session)
        for row in before:
            devices.refold(session, row["scope"], row["doc"])

    run_write(rebuild)
    with reading() as session:
        assert rows(session) == before
    assert [row["device"] for row in before] == [phone.key.device]
