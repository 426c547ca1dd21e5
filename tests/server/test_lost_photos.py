"""Photos that a restore lost are asked of the phones again, and taken again."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.services.photos import PhotoStore
from server.store.photos import place
from sync import ids
from tests.server.ops import make, scope_of, sync
from tests.server.phones import Phone, enrolled, start
from tests.server.pictures import make_jpeg

PHOTO = "photo:019a0000-0000-7000-8000-0000000000c1"


def send(phone: Phone, scope: str, data: bytes) -> str:
    """Upload bytes; return their hash."""
    sha256 = ids.b64_encode(hashlib.sha256(data).digest())
    name = base64.b64encode(sha256.encode()).decode()
    door = f"/api/v1/photos/{scope.replace(':', '/')}"
    tus = phone.headers | {"Tus-Resumable": "1.0.0"}
    begun: Any = phone.client.post(
        door, headers=tus | {"Upload-Length": str(len(data)), "Upload-Metadata": f"sha256 {name}"}
    )
    assert begun.status_code == 201
    sent = phone.client.patch(
        f"{door}/{sha256}", data=data, headers=tus | {"Upload-Offset": "0"},
        content_type="application/offset+octet-stream",
    )  # fmt: skip
    assert sent.status_code == 204
    return sha256


@pytest.mark.parametrize("lost", [["view"], ["thumb"], ["view", "thumb", "received"], ["received"], []])
def test_a_photo_whose_shown_bytes_are_gone_is_wanted_again(
    app: Flask, client: FlaskClient, lost: list[str]
) -> None:
    start()
    phone = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    member = enrolled(client, "Phạm Văn Thịnh", "Nhà Lụa", "member")
    scope, data = scope_of(phone), make_jpeg()
    sha256 = send(phone, scope, data)
    sync(phone, make(phone, scope, 1, doc=PHOTO, fields={"sha256": sha256, "bytes": len(data)}))
    assert "want" not in sync(member)
    store: PhotoStore = app.extensions["photos"]
    for use in lost:
        store.blobs.delete(place(scope, use, sha256))
    is_lost = bool(set(lost) & {"view", "thumb"})
    for found in (int(is_lost), 0):
        told = app.test_cli_runner().invoke(args=["photos", "check"])
        assert told.output.startswith(f"{found} ảnh")
    assert sync(member).get("want") == ({scope: [sha256]} if is_lost else None)
    send(phone, scope, data) if is_lost else None
    shown = client.get(f"/api/v1/photos/{scope.replace(':', '/')}/{sha256}", headers=member.headers)
    assert shown.status_code == 200
    assert "want" not in sync(member)


def test_case_078_a_flipped_bit_of_a_photo_is_named_and_its_bytes_are_asked_of_the_phones(
    app: Flask, client: FlaskClient
) -> None:
    start()
    phone = enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")
    scope, data = scope_of(phone), make_jpeg()
    sha256 = send(phone, scope, data)
    whole = send(phone, scope, make_jpeg(seed=7))
    sync(phone, make(phone, scope, 1, doc=PHOTO, fields={"sha256": sha256, "bytes": len(data)}))
    run = app.test_cli_runner().invoke
    assert run(args=["tree", "step"]).exit_code == 0
    assert run(args=["tree", "check"]).exit_code == 0
    store: PhotoStore = app.extensions["photos"]
    store.blobs.put(place(scope, "received", sha256), data[:-1] + bytes([data[-1] ^ 1]))
    told = run(args=["tree", "check"])
    assert (told.exit_code, sha256 in told.output, whole in told.output) == (1, True, False)
    asked = run(args=["photos", "check"])
    assert (sha256 in asked.output, "1 ảnh" in asked.output) == (True, True)
    member = enrolled(client, "Phạm Văn Thịnh", "Nhà Lụa", "member")
    assert sync(member).get("want") == {scope: [sha256]}
    send(phone, scope, data)
    assert run(args=["tree", "check"]).exit_code == 0
