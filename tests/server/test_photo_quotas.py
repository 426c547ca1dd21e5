"""The room of one cooperative's photos: shared by its farms, nobody else's business."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from sync import ids
from tests.server.ops import scope_of
from tests.server.phones import Phone, enrolled, slug, start


def begin(phone: Phone, scope: str, number: int) -> Any:
    """Ask to upload 12 MB."""
    sha256 = ids.b64_encode(hashlib.sha256(bytes([number])).digest())
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "12000000",
        "Upload-Metadata": "sha256 " + base64.b64encode(sha256.encode()).decode(),
    }
    return phone.client.post(f"/api/v1/photos/{scope.replace(':', '/')}", headers=phone.headers | headers)


def test_case_092_a_cooperatives_photos_have_their_room_and_no_more(app: Flask, client: FlaskClient) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], photo_mb_per_organisation=30)
    start()
    lua, su = enrolled(client, "Lụa", "Nhà Lụa"), enrolled(client, "Sự", "Nhà Sự")
    other = enrolled(client, "Xã", "Hộ của xã", organisation="Xã Kiến Thụy")
    farm, next_door, elsewhere = scope_of(lua), scope_of(su), scope_of(other)
    assert [begin(lua, farm, 1).status_code, begin(su, next_door, 2).status_code] == [201, 201]
    full = begin(su, next_door, 3)
    assert (full.status_code, slug(full), "Retry-After" in full.headers) == (507, "storage_full", True)
    assert begin(lua, farm, 1).status_code == 201
    assert begin(other, elsewhere, 4).status_code == 201
