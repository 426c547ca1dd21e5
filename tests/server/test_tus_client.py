"""Uploads by a tus client that is not ours (tuspy) against a real server on this machine, cut at will."""

from __future__ import annotations

import io
import random
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from tusclient.client import TusClient
from tusclient.uploader import Uploader
from werkzeug.serving import make_server

from server.services.photos import PhotoStore
from tests.server.pictures import hash_of, make_jpeg

UUID = "019a0000-0000-7000-8000-000000000001"
SCOPE = f"farm:{UUID}"


@dataclass
class Someone:
    """The caller of these tests."""

    device: str = "a" * 32
    scopes: dict[str, bool] = field(default_factory=lambda: {SCOPE: True})
    confirmed: bool = True


@pytest.fixture
def door(app: Flask) -> Iterator[str]:
    """Give the address where uploads begin, on a server that listens."""
    app.extensions["caller"] = Someone
    photos: PhotoStore = app.extensions["photos"]
    object.__setattr__(photos, "named", lambda *_: True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1/photos/farm/{UUID}"
    server.shutdown()
    thread.join()


def make_uploader(door: str, data: bytes, chunk: int) -> Uploader:
    """Return tuspy's uploader for the bytes."""
    client = TusClient(door)
    return client.uploader(file_stream=io.BytesIO(data), chunk_size=chunk, metadata={"sha256": hash_of(data)})


def test_a_foreign_client_sends_a_photo_in_chunks(door: str) -> None:
    data = make_jpeg(1200, 900)
    make_uploader(door, data, 10_000).upload()
    assert requests.get(f"{door}/{hash_of(data)}", timeout=10).headers["Content-Type"] == "image/jpeg"


def test_a_foreign_client_goes_on_where_it_stopped(door: str) -> None:
    data = make_jpeg(1200, 900)
    first = make_uploader(door, data, 7_001)
    first.upload(stop_at=30_000)
    second = make_uploader(door, data, 9_001)
    second.set_url(f"{door}/{hash_of(data)}")
    second.offset = second.get_offset()
    assert second.offset == first.offset
    second.upload()
    assert requests.get(f"{door}/{hash_of(data)}", timeout=10).status_code == 200


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_link_cut_at_random_bytes_loses_nothing(door: str) -> None:
    data = make_jpeg(1600, 1200)
    rng = random.Random(20)
    make_uploader(door, data, 1000).create_url()
    for _ in range(6):
        at = offset_of(door, data)
        send_cut(door, data, at, rng.randint(0, (len(data) - at) // 2))
    uploader = make_uploader(door, data, 50_000)
    uploader.set_url(f"{door}/{hash_of(data)}")
    uploader.offset = offset_of(door, data)
    assert 0 < uploader.offset < len(data)
    uploader.upload()
    assert requests.get(f"{door}/{hash_of(data)}?size=thumb", timeout=10).status_code == 200


def offset_of(door: str, data: bytes) -> int:
    """Ask how many bytes are there."""
    answer = requests.head(f"{door}/{hash_of(data)}", headers={"Tus-Resumable": "1.0.0"}, timeout=10)
    return int(answer.headers["Upload-Offset"])


def send_cut(door: str, data: bytes, at: int, count: int) -> None:
    """Promise all that is left, send `count` bytes of it and hang up; wait until the server noticed."""
    parts = urlsplit(door)
    head = (
        f"PATCH {parts.path}/{hash_of(data)} HTTP/1.1\r\nHost: {parts.netloc}\r\nTus-Resumable: 1.0.0\r\n"
        f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: {at}\r\n"
        f"Content-Length: {len(data) - at}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as link:
        link.sendall(head.encode() + data[at : at + count])
        link.shutdown(socket.SHUT_WR)
        while link.recv(4096):
            pass
