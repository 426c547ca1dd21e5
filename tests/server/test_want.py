"""Which bytes are asked for: named by the log, not here. What is settled is not looked at again."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.config import now_ms
from server.db import reading, run_write
from server.models.log import NamedPhoto
from server.services import photo_sweep, rebuilding
from server.services.photos import DAY_MS, PhotoStore
from server.store.photos import wanted_photos
from sync import ids
from tests.server.ops import make, scope_of, sync
from tests.server.phones import Phone, enrolled, start
from tests.server.pictures import hash_of, make_jpeg

DOC = "photo:019a0000-0000-7000-8000-{:012d}"


@pytest.fixture
def phone(app: Flask) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")


@pytest.fixture
def other(app: Flask, phone: Phone) -> Phone:
    """Another phone of the household: it is asked for bytes at once."""
    return enrolled(app.test_client(), "Anh Nam", "Nhà Lụa", "member")


def name(phone: Phone, sha256: str, n: int = 1) -> str:
    """Name a photo in the log; return the scope."""
    scope = scope_of(phone)
    fields = {"sha256": sha256, "bytes": 3, "type": "image/jpeg"}
    assert sync(phone, make(phone, scope, n, doc=DOC.format(n), fields=fields))["results"][0]["seq"] == n
    return scope


def upload(phone: Phone, scope: str, data: bytes) -> None:
    """Send the bytes of a photo."""
    door, headers = f"/api/v1/photos/{scope.replace(':', '/')}", phone.headers | {"Tus-Resumable": "1.0.0"}
    named = base64.b64encode(hash_of(data).encode()).decode()
    begun = headers | {"Upload-Length": str(len(data)), "Upload-Metadata": f"sha256 {named}"}
    assert phone.client.post(door, headers=begun).status_code == 201
    kind = "application/offset+octet-stream"
    sent = phone.client.patch(
        f"{door}/{hash_of(data)}", data=data, headers=headers | {"Upload-Offset": "0"}, content_type=kind
    )
    assert sent.status_code == 204


def is_settled(sha256: str) -> bool:
    """Return whether nobody looks for the bytes any more."""
    with reading() as session:
        found = session.scalars(select(NamedPhoto.is_settled).where(NamedPhoto.sha256 == sha256)).one()
    return bool(found)


def wanted(phone: Phone) -> Any:
    """Return what the phone is asked for."""
    return sync(phone).get("want", {})


def photos(app: Flask) -> PhotoStore:
    """Return the photos of the server."""
    found: PhotoStore = app.extensions["photos"]
    return found


def test_bytes_that_came_are_not_looked_for_again(phone: Phone, other: Phone) -> None:
    data, missing = make_jpeg(), ids.b64_encode(bytes(32))
    scope = name(phone, hash_of(data))
    name(phone, missing, 2)
    assert wanted(other) == {scope: [hash_of(data), missing]}
    upload(phone, scope, data)
    assert wanted(other) == {scope: [missing]}
    assert [is_settled(hash_of(data)), is_settled(missing)] == [True, False]


def test_bytes_that_came_before_their_op_are_not_asked_for_and_settled_by_the_sweep(
    app: Flask, phone: Phone, other: Phone
) -> None:
    data = make_jpeg()
    upload(phone, scope_of(phone), data)
    name(phone, hash_of(data))
    assert wanted(other) == {}
    assert not is_settled(hash_of(data))
    photo_sweep.expire_all(photos(app), now_ms() + 40 * DAY_MS)
    assert is_settled(hash_of(data))


def test_erased_bytes_are_never_asked_for(app: Flask, phone: Phone, other: Phone) -> None:
    data = make_jpeg()
    scope = name(phone, hash_of(data))
    upload(phone, scope, data)
    photo_sweep.erase(photos(app), scope, hash_of(data))
    assert wanted(other) == {}


def test_what_is_wanted_is_found_behind_what_is_not(phone: Phone, other: Phone) -> None:
    hashes = [ids.b64_encode(bytes([n]) * 32) for n in range(1, 5)]
    for n, sha256 in enumerate(hashes[:3], 1):
        scope = name(phone, sha256, n)
    fields = {"sha256": hashes[3], "bytes": 3, "type": "image/jpeg"}
    sync(other, make(other, scope, 1, doc=DOC.format(4), fields=fields))
    with reading() as session:
        found = wanted_photos(session, [scope], phone.key.device, since=0, most=1)
    assert found == [(scope, hashes[3])]  # its own, just named, stand before it


def test_a_rebuild_knows_which_bytes_are_here(phone: Phone, other: Phone) -> None:
    data, missing = make_jpeg(), ids.b64_encode(bytes(32))
    scope = name(phone, hash_of(data))
    name(phone, missing, 2)
    upload(phone, scope, data)
    run_write(lambda session: session.execute(update(NamedPhoto).values(is_settled=False)))
    assert list(rebuilding.check()) == []
    assert list(rebuilding.rebuild()) == []
    assert [is_settled(hash_of(data)), is_settled(missing)] == [True, False]
    assert wanted(other) == {scope: [missing]}
