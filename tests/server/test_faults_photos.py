"""Uploads that lie: a corpus of bytes, lengths and offsets against the photo door. faults.md 85–92.

The single cases are told in test_photos.py; here everything is turned over at random, from one seed, and
`TIMES=20` times as many files are changed.
"""

from __future__ import annotations

import base64
import io
import os
import random
import resource
from dataclasses import replace

import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from server.config import Settings
from server.services.viewing import make_current
from sync import ids
from tests.server.ops import make, scope_of, sync
from tests.server.phones import Phone, enrolled, slug, start
from tests.server.pictures import (
    hash_of,
    make_animation,
    make_avif_head,
    make_jpeg,
    make_png,
    make_tricky_jpeg,
)

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
CHANGED = 40 * int(os.environ.get("TIMES", "1"))
TUS = {"Tus-Resumable": "1.0.0"}
REFUSED = {400, 404, 409, 411, 412, 413, 415, 422, 429, 460}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let a phone send the whole corpus: how many photos a day it may send is no subject here."""
    return replace(settings, photos_per_day=10 * CHANGED)


@pytest.fixture
def phone(app: Flask) -> Phone:
    """A farmer's phone, joined; its client keeps no cookie."""
    start()
    return enrolled(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")


def door(phone: Phone) -> str:
    """Return where the phone's farm takes photos."""
    return "/api/v1/photos/" + scope_of(phone).replace(":", "/")


def begin(phone: Phone, place: str, data: bytes, length: str | None = None) -> TestResponse:
    """Ask for an upload."""
    name = base64.b64encode(hash_of(data).encode()).decode()
    headers = {"Upload-Length": length or str(len(data)), "Upload-Metadata": f"sha256 {name}"}
    return phone.client.post(place, headers=TUS | headers | phone.headers)


def patch(phone: Phone, place: str, data: bytes, piece: bytes, **headers: str) -> TestResponse:
    """Send a piece of some data."""
    kind = "application/offset+octet-stream"
    more = {"Upload-Offset": "0"} | {name.replace("_", "-"): value for name, value in headers.items()}
    address = f"{place}/{hash_of(data)}"
    return phone.client.patch(address, data=piece, headers=TUS | more | phone.headers, content_type=kind)


def corpus() -> list[bytes]:
    """Return what a hostile or broken sender may bring."""
    rng = random.Random(86)
    files = [
        b"\x89PNG\r\n\x1a\n" + rng.randbytes(400), b"RIFF\0\0\0\0WEBP" + rng.randbytes(300),
        b"GIF89a" + rng.randbytes(200), b"\xff\xd8\xff\xe0" + rng.randbytes(5000), b"BM" + bytes(500),
        make_avif_head(), make_animation(), make_png(26_000, 1000), b"\0", b"\x1a\x45", rng.randbytes(3000),
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><svg/>", b"%PDF-1.7\n%\xe2\xe3" + bytes(99),
    ]  # fmt: skip
    real = real_files()
    return files + [change(rng.choice(real), rng) for _ in range(CHANGED)]


def real_files() -> list[bytes]:
    """Return a file of every kind that is taken: pictures as phones make them, and the heads of sound."""
    picture = Image.open(io.BytesIO(make_jpeg(160, 120)))
    files = [make_jpeg(160, 120), make_tricky_jpeg()]
    kinds = (("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("WEBP", {"lossless": True}))
    for kind, options in kinds:
        out = io.BytesIO()
        picture.save(out, kind, **options)
        files.append(out.getvalue())
    sound = random.Random(8).randbytes(2000)
    heads = (b"\x1a\x45\xdf\xa3", b"OggS", b"\0\0\0\x18ftypM4A ", b"\xff\xf1")
    return files + [head + sound for head in heads]


def change(whole: bytes, rng: random.Random) -> bytes:
    """Return a file of at least three bytes with some changed, a piece lost or doubled, or its end cut."""
    broken = bytearray(whole)
    for _ in range(rng.randint(1, 12)):
        broken[rng.randrange(2, len(broken))] = rng.randrange(256)
    at, size = rng.randrange(3, len(broken)), rng.randint(1, 200)
    way = rng.randrange(5)
    if way == 0:
        del broken[at:]
    elif way == 1:
        del broken[at : at + size]
    elif way == 2:
        broken[at:at] = broken[at : at + size]
    return bytes(broken)


def test_case_086_089_no_file_of_the_corpus_is_a_fault_of_ours_or_shown_as_it_came(phone: Phone) -> None:
    place, scope = door(phone), scope_of(phone)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for n, data in enumerate(dict.fromkeys(corpus()), 1):
        fields = {"sha256": hash_of(data), "bytes": len(data), "type": "image/jpeg", "kind": "photo"}
        doc = "photo:" + ids.make_uuid7(1_790_000_000_000, n.to_bytes(10, "big"))
        sync(phone, make(phone, scope, n, doc=doc, fields=fields))
        make_current([scope])
        assert begin(phone, place, data).status_code == 201
        answer = patch(phone, place, data, data)
        assert answer.status_code in {204} | REFUSED, (n, answer.status_code)
        shown = phone.client.get(f"{place}/{hash_of(data)}", headers=phone.headers)
        assert shown.status_code == (200 if answer.status_code == 204 else 404)
        assert shown.data != data or shown.mimetype.startswith(("audio/", "video/"))
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000
    )  # kB, whatever a head promises


def test_case_087_a_bomb_costs_the_server_no_memory(phone: Phone) -> None:
    place, data = door(phone), make_png(40_000, 40_000)  # 1.6 thousand million pixels, 200 kB
    begin(phone, place, make_jpeg())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin(phone, place, data)
    assert patch(phone, place, data, data).status_code == 413
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB; the picture has 200,000


@pytest.mark.parametrize("limit", [3_000_000, 4_500_000, 5_900_000])
def test_case_092_a_disk_that_takes_no_more_is_507_and_the_next_look_makes_it_good(
    phone: Phone, limit: int
) -> None:
    """The kernel itself refuses here: no file may grow past a limit."""
    place, data = door(phone), make_jpeg(320, 240) + random.Random(limit).randbytes(6_000_000)
    address, headers = f"{place}/{hash_of(data)}", TUS | phone.headers
    assert begin(phone, place, data).status_code == 201
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        sent = patch(phone, place, data, data)
        looked = phone.client.head(address, headers=headers)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (sent.status_code, slug(sent)) == (507, "storage_full")
    assert int(sent.headers["Retry-After"]) > 0
    assert looked.status_code in (200, 507)
    assert phone.client.head(address, headers=headers).headers["Upload-Offset"] == str(len(data))
    assert phone.client.head(address, headers=headers).headers["Upload-Length"] == str(len(data))


@pytest.mark.parametrize(
    "length", ["-1", "0", "x", "1e3", "12000001", "9" * 40, "1.5", " ", "٣"], ids=lambda one: ascii(one)
)
def test_case_088_a_length_that_is_none_begins_nothing(phone: Phone, length: str) -> None:
    place = door(phone)
    assert begin(phone, place, b"x", length.encode().decode("latin-1")).status_code in (400, 411, 413)
    assert phone.client.head(f"{place}/{hash_of(b'x')}", headers=TUS | phone.headers).status_code == 404


@pytest.mark.parametrize("offset", ["-1", "x", "1", "9" * 40, "", "0.0"])
def test_case_088_an_offset_that_is_none_changes_nothing(phone: Phone, offset: str) -> None:
    place, data = door(phone), make_jpeg()
    begin(phone, place, data)
    assert patch(phone, place, data, data[:500], Upload_Offset=offset).status_code in (400, 409)
    found = phone.client.head(f"{place}/{hash_of(data)}", headers=TUS | phone.headers)
    assert found.headers["Upload-Offset"] == "0"


class Endless(io.RawIOBase):
    """A body that never ends; `given` counts what was read of it."""

    given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray) -> int:  # type: ignore[override]
        self.given += len(into)
        return len(into)


def test_case_088_an_endless_body_is_read_no_further_than_was_announced(phone: Phone) -> None:
    place, body = door(phone), Endless()
    begin(phone, place, b"x", "100000")
    answer = phone.client.patch(
        f"{place}/{hash_of(b'x')}",
        headers=TUS | phone.headers | {"Upload-Offset": "0", "Transfer-Encoding": "chunked"},
        content_type="application/offset+octet-stream",
        environ_overrides={"wsgi.input_terminated": True, "wsgi.input": body},
    )
    assert answer.status_code == 413
    assert body.given < 1_000_000
    found = phone.client.head(f"{place}/{hash_of(b'x')}", headers=TUS | phone.headers)
    assert found.headers["Upload-Offset"] == "0"


def test_case_090_who_has_no_right_in_the_scope_sends_nothing_there(app: Flask, phone: Phone) -> None:
    place, data = door(phone), make_tricky_jpeg()
    stranger = enrolled(app.test_client(), "Đặng Văn Sự", "Nhà Sự")
    begin(phone, place, data)
    assert begin(stranger, place, data).status_code == 404
    assert patch(stranger, place, data, data).status_code == 404
    address = f"{place}/{hash_of(data)}"
    answers = [
        stranger.client.open(address, method=m, headers=TUS | stranger.headers) for m in ("HEAD", "GET")
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert stranger.client.delete(address, headers=TUS | stranger.headers).status_code == 404
