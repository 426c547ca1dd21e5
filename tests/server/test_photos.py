"""Photos over tus: faults.md 85–92 by number, and what WIRE says of an upload."""

from __future__ import annotations

import base64
import hashlib
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from server.config import Settings
from server.db import reading
from server.models.blobs import BlobPart
from server.services import photo_sweep
from server.services.photos import DAY_MS, PhotoStore
from server.store.blobs import NoRoom
from tests.server.pictures import (
    HTML,
    hash_of,
    make_animation,
    make_avif_head,
    make_jpeg,
    make_png,
    make_tricky_jpeg,
)

UUID = "019a0000-0000-7000-8000-000000000001"
OTHER = "019a0000-0000-7000-8000-000000000009"
SCOPE = f"farm:{UUID}"
DOOR = f"/api/v1/photos/farm/{UUID}"
TUS = {"Tus-Resumable": "1.0.0"}
NOW = 1_763_000_000_000


@dataclass
class Someone:
    """A caller of the tests."""

    device: str = "a" * 32
    scopes: dict[str, bool] = field(default_factory=lambda: {SCOPE: True})
    confirmed: bool = True

    def waits_in(self, _scope: str) -> bool:
        """Wait nowhere."""
        return False


@dataclass
class World:
    """A server with a clock, a caller and a set of photos that ops name."""

    app: Flask
    client: FlaskClient
    caller: Someone
    named: set[str]
    now: int = NOW

    @property
    def photos(self) -> PhotoStore:
        """The photos of the server."""
        found: PhotoStore = self.app.extensions["photos"]
        return found

    def begin(self, data: bytes, length: int | None = None, sha256: str | None = None) -> TestResponse:
        """Ask for an upload."""
        name = base64.b64encode((sha256 or hash_of(data)).encode()).decode()
        headers = {"Upload-Length": str(length or len(data)), "Upload-Metadata": f"sha256 {name}"}
        return self.client.post(DOOR, headers=TUS | headers)

    def patch(self, sha256: str, offset: int, data: bytes, **headers: str) -> TestResponse:
        """Send bytes."""
        more = {"Upload-Offset": str(offset)} | {k.replace("_", "-"): v for k, v in headers.items()}
        kind = "application/offset+octet-stream"
        return self.client.patch(f"{DOOR}/{sha256}", data=data, headers=TUS | more, content_type=kind)

    def send(self, data: bytes) -> TestResponse:
        """Send a whole photo, named by an op."""
        self.named.add(hash_of(data))
        assert self.begin(data).status_code == 201
        return self.patch(hash_of(data), 0, data)

    def head(self, sha256: str) -> TestResponse:
        """Ask how far it is."""
        return self.client.head(f"{DOOR}/{sha256}", headers=TUS)

    def stored_names(self) -> list[str]:
        """Return every name in the store."""
        found: list[str] = []
        for folder in ("parts", "received", "view", "thumb"):
            found += self.photos.blobs.names(folder)
        return found


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """Give the world of these tests."""
    made = World(app, app.test_client(), Someone(), set())
    app.extensions["clock"] = lambda: made.now
    app.extensions["caller"] = lambda: made.caller
    app.extensions["photos"] = replace(made.photos, named=lambda _s, _scope, sha256: sha256 in made.named)
    return made


def slug_of(answer: TestResponse) -> str:
    """Return the slug of a problem document."""
    assert answer.mimetype == "application/problem+json"
    return str(answer.json["type"]).removeprefix("/problems/")


def test_a_photo_is_taken_and_shown_only_re_encoded(world: World) -> None:
    data = make_jpeg(2000, 1500)
    assert world.send(data).status_code == 204
    shown = world.client.get(f"{DOOR}/{hash_of(data)}")
    assert Image.open(io.BytesIO(shown.data)).size == (1280, 960)
    thumb = world.client.get(f"{DOOR}/{hash_of(data)}?size=thumb")
    assert Image.open(io.BytesIO(thumb.data)).size == (320, 240)
    assert data not in (shown.data, thumb.data)


def test_creation_is_repeatable_and_names_the_same_place(world: World) -> None:
    data = make_jpeg()
    places = {world.begin(data).headers["Location"] for _ in range(3)}
    assert places == {f"{DOOR}/{hash_of(data)}"}
    world.patch(hash_of(data), 0, data[:1000])
    assert world.begin(data).headers["Upload-Offset"] == "1000"


def test_an_upload_begun_anew_leaves_no_piece_behind(world: World) -> None:
    data = make_jpeg()
    for length in range(len(data), len(data) + 5):
        assert world.begin(data, length).headers["Upload-Offset"] == "0"
        assert world.patch(hash_of(data), 0, data[:-1]).status_code == 204
    assert len(world.stored_names()) == 1


def test_an_upload_goes_on_at_any_byte(world: World) -> None:
    data = make_jpeg(900, 700)
    rng = random.Random(7)
    world.named.add(hash_of(data))
    world.begin(data)
    at = 0
    while at < len(data):
        assert world.head(hash_of(data)).headers["Upload-Offset"] == str(at)
        step = rng.randint(1, 20_000)
        at = int(world.patch(hash_of(data), at, data[at : at + step]).headers["Upload-Offset"])
    assert world.client.get(f"{DOOR}/{hash_of(data)}").status_code == 200
    assert [name for name in world.stored_names() if name.startswith("parts")] == []


@pytest.mark.parametrize("cut", [1, 2, 3, 11])
def test_a_first_piece_of_a_few_bytes_says_nothing_of_what_follows(world: World, cut: int) -> None:
    """A connection that breaks at once leaves so much; what a file is, two pieces tell as well."""
    for data in (make_jpeg(), b"\x1a\x45\xdf\xa3" + bytes(500), bytes(4) + b"ftypM4A " + bytes(500)):
        world.begin(data)
        assert world.patch(hash_of(data), 0, data[:cut]).status_code == 204
        assert world.patch(hash_of(data), cut, data[cut:]).status_code == 204
        assert world.head(hash_of(data)).headers["Upload-Offset"] == str(len(data))


def test_a_wrong_offset_is_told_the_right_one(world: World) -> None:
    data = make_jpeg()
    world.begin(data)
    answer = world.patch(hash_of(data), 5, data[5:])
    assert (answer.status_code, slug_of(answer)) == (409, "wrong_offset")
    assert answer.headers["Upload-Offset"] == "0"


def test_a_chunk_with_a_wrong_checksum_changes_nothing(world: World) -> None:
    data = make_jpeg()
    world.begin(data)
    good = base64.b64encode(hashlib.sha256(data[:500]).digest()).decode()
    bad = world.patch(hash_of(data), 0, data[:499] + b"!", Upload_Checksum=f"sha256 {good}")
    assert bad.status_code == 460
    assert world.head(hash_of(data)).headers["Upload-Offset"] == "0"
    assert world.patch(hash_of(data), 0, data[:500], Upload_Checksum=f"sha256 {good}").status_code == 204
    assert world.patch(hash_of(data), 500, data[500:], Upload_Checksum="md5 AAAA").status_code == 400


def test_another_version_of_tus_is_412(world: World) -> None:
    answer = world.client.head(f"{DOOR}/{hash_of(b'x')}", headers={"Tus-Resumable": "0.2.2"})
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


def test_options_tells_what_is_spoken(world: World) -> None:
    answer = world.client.options(DOOR)
    assert answer.headers["Tus-Extension"] == "creation,checksum,termination,expiration"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256"


def test_case_085_a_wrong_hash_is_422_and_begins_again_at_zero(world: World) -> None:
    data = make_jpeg()
    other = data[:-1] + bytes([data[-1] ^ 1])
    world.begin(data)
    answer = world.patch(hash_of(data), 0, other)
    assert (answer.status_code, slug_of(answer)) == (422, "hash_mismatch")
    assert world.head(hash_of(data)).headers["Upload-Offset"] == "0"
    assert world.stored_names() == []
    assert world.send(data).status_code == 204


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        (HTML, 415),
        (b"%PDF-1.7\n" + bytes(100), 415),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", 415),
        (b"II*\0" + bytes(100), 415),
        (make_avif_head(), 415),
        (make_avif_head().replace(b"avif", b"heic"), 415),
        (make_animation(), 415),
        (b"\xff\xd8\xff" + bytes(300), 415),
        (make_jpeg()[:-4000], 422),
        (make_png(30_000, 30_000), 413),
        (make_png(6000, 5000), 413),
    ],
    ids=["svg", "html", "pdf", "eps", "tiff", "avif", "heic", "animation", "fake", "cut", "bomb", "30mpx"],
)
def test_case_086_087_what_is_no_photo_is_refused_and_nothing_kept(
    world: World, data: bytes, status: int
) -> None:
    answer = world.send(data)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert world.stored_names() == []
    assert world.begin(data).status_code == status
    assert world.client.get(f"{DOOR}/{hash_of(data)}").status_code == 404


def test_case_088_more_than_twelve_megabytes_is_413(world: World) -> None:
    assert world.begin(b"x", length=12_000_001).status_code == 413
    world.begin(b"x", length=10)
    answer = world.patch(hash_of(b"x"), 0, b"x" * 11)
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")
    assert world.stored_names() == []
    assert world.head(hash_of(b"x")).headers["Upload-Offset"] == "0"


def test_case_089_a_polyglot_is_shown_clean_and_sandboxed(world: World) -> None:
    data = make_tricky_jpeg()
    assert world.send(data).status_code == 204
    shown = world.client.get(f"{DOOR}/{hash_of(data)}")
    picture = Image.open(io.BytesIO(shown.data))
    assert picture.size == (480, 640)
    assert (len(picture.getexif()), b"script" in shown.data, b"PK" in shown.data[-50:]) == (0, False, False)
    assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.mimetype == "image/jpeg"


def test_case_090_bytes_that_no_op_names_are_404_and_swept_after_thirty_days(world: World) -> None:
    data = make_jpeg()
    world.send(data)
    world.named.clear()
    assert world.client.get(f"{DOOR}/{hash_of(data)}").status_code == 404
    assert world.head(hash_of(data)).status_code == 200
    world.now += 29 * DAY_MS
    assert photo_sweep.expire_all(world.photos, world.now) == 0
    world.now += 2 * DAY_MS
    assert photo_sweep.expire_all(world.photos, world.now) == 1
    assert (world.stored_names(), world.head(hash_of(data)).status_code) == ([], 404)


def test_a_named_photo_is_never_swept(world: World) -> None:
    data = make_jpeg()
    world.send(data)
    world.now += 400 * DAY_MS
    assert photo_sweep.expire_all(world.photos, world.now) == 0
    assert world.client.get(f"{DOOR}/{hash_of(data)}").status_code == 200


def test_case_091_one_photo_in_two_scopes_is_stored_twice(world: World) -> None:
    data = make_jpeg()
    world.send(data)
    world.caller.scopes[f"farm:{OTHER}"] = True
    elsewhere = f"/api/v1/photos/farm/{OTHER}/{hash_of(data)}"
    assert world.client.head(elsewhere, headers=TUS).status_code == 404
    assert world.client.get(elsewhere).status_code == 404


def test_case_092_a_full_disk_is_507_and_leaves_no_part(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_jpeg(1600, 1200) + bytes(3_000_000)
    world.begin(data)
    real = world.photos.blobs.put
    puts: list[str] = []

    def full(name: str, data: bytes | Path) -> None:
        puts.append(name)
        if len(puts) == 2:
            raise NoRoom
        real(name, data)

    monkeypatch.setattr(world.photos.blobs, "put", full)
    answer = world.patch(hash_of(data), 0, data)
    assert (answer.status_code, slug_of(answer)) == (507, "storage_full")
    assert "Retry-After" in answer.headers
    assert world.stored_names() == []
    monkeypatch.undo()
    assert world.send(data).status_code == 204


def test_too_little_free_space_is_507_before_a_byte_is_taken(world: World) -> None:
    settings: Settings = world.app.extensions["settings"]
    world.app.extensions["settings"] = replace(settings, upload_bytes_free_min=1 << 60)
    assert world.begin(b"x").status_code == 507


def test_a_foreign_scope_and_a_missing_one_are_the_same_404(world: World) -> None:
    world.caller.scopes = {f"farm:{OTHER}": True}
    answers = [world.begin(b"x"), world.head(hash_of(b"x")), world.client.get(f"{DOOR}/{hash_of(b'x')}")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_an_unconfirmed_device_may_send_and_not_read(world: World) -> None:
    world.caller.confirmed = False
    data = make_jpeg()
    assert world.send(data).status_code == 204
    assert slug_of(world.client.get(f"{DOOR}/{hash_of(data)}")) == "not_confirmed"


def test_an_upload_left_alone_expires(world: World) -> None:
    data = make_jpeg()
    assert "Upload-Expires" in world.begin(data).headers
    world.patch(hash_of(data), 0, data[:1000])
    world.now += 8 * DAY_MS
    assert world.head(hash_of(data)).status_code == 404
    assert photo_sweep.expire_all(world.photos, world.now) == 1
    assert world.stored_names() == []
    with reading() as session:
        assert session.query(BlobPart).count() == 0
    assert world.send(data).status_code == 204


def test_only_its_sender_ends_an_unfinished_upload(world: World) -> None:
    data = make_jpeg()
    world.begin(data)
    world.patch(hash_of(data), 0, data[:1000])
    mine, world.caller.device = world.caller.device, "b" * 32
    assert world.client.delete(f"{DOOR}/{hash_of(data)}", headers=TUS).status_code == 403
    world.caller.device = mine
    assert world.client.delete(f"{DOOR}/{hash_of(data)}", headers=TUS).status_code == 204
    assert (world.stored_names(), world.head(hash_of(data)).status_code) == ([], 404)
    world.send(data)
    assert world.client.delete(f"{DOOR}/{hash_of(data)}", headers=TUS).status_code == 403


def test_a_device_begins_so_many_a_day(world: World) -> None:
    world.app.extensions["photos"] = replace(world.photos, per_day=2)
    assert [world.begin(bytes([n])).status_code for n in range(3)] == [201, 201, 429]
    world.now += DAY_MS + 1
    assert world.begin(bytes([3])).status_code == 201


def test_a_voice_note_is_served_as_sound_in_parts(world: World) -> None:
    data = b"\x1a\x45\xdf\xa3" + bytes(5000)
    assert world.send(data).status_code == 204
    part = world.client.get(f"{DOOR}/{hash_of(data)}", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data, part.mimetype) == (206, data[:4], "audio/webm")
    assert part.headers["Content-Disposition"] == "attachment"
    assert part.headers["X-Content-Type-Options"] == "nosniff"


def test_a_process_that_died_before_the_end_is_made_good_by_the_next_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_jpeg()
    world.begin(data)
    world.named.add(hash_of(data))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(PhotoStore, "_finish", _die)
        world.patch(hash_of(data), 0, data)
    assert world.head(hash_of(data)).headers["Upload-Offset"] == str(len(data))
    assert world.client.get(f"{DOOR}/{hash_of(data)}").status_code == 200


def _die(*_args: object) -> None:
    raise KeyboardInterrupt


def test_an_erased_photo_is_gone_for_good(world: World) -> None:
    data = make_jpeg()
    world.send(data)
    photo_sweep.erase(world.photos, SCOPE, hash_of(data))
    assert slug_of(world.client.get(f"{DOOR}/{hash_of(data)}")) == "erased"
    assert slug_of(world.begin(data)) == "erased"
    assert world.stored_names() == []
