"""One contract for every blob store: a folder, and S3 against a real endpoint (moto's server)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer
from PIL import Image

from server.services.photos import PhotoStore
from server.store.blobs import BlobMissing, BlobStore, FolderStore, NoRoom, make_store
from tests.server.pictures import hash_of, make_jpeg

NOW = 1_763_000_000_000


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Give the address of an S3 server on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStore:
    """Give an empty store of each kind."""
    if request.param == "folder":
        return make_store(str(tmp_path / "photos"))
    endpoint = request.getfixturevalue("endpoint")
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    bucket = f"so-{abs(hash(tmp_path))}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=bucket)
    return make_store(f"s3://{bucket}/anh")


def test_what_is_put_comes_back(store: BlobStore) -> None:
    store.put("view/farm/a", b"bytes")
    with store.open("view/farm/a") as found:
        assert bytes(found.read(3)) + bytes(found.read()) == b"bytes"
    assert store.size("view/farm/a") == 5


def test_a_file_is_put_as_its_bytes(store: BlobStore, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x" * 3_000_000)
    store.put("view/farm/a", tmp_path / "source")
    assert store.size("view/farm/a") == 3_000_000


def test_a_reader_can_seek(store: BlobStore) -> None:
    store.put("a/b", b"0123456789")
    with store.open("a/b") as found:
        found.seek(7)
        assert bytes(found.read()) == b"789"


def test_a_second_put_replaces(store: BlobStore) -> None:
    store.put("a/b", b"first")
    store.put("a/b", b"two")
    assert store.size("a/b") == 3


def test_a_missing_name_is_told(store: BlobStore) -> None:
    with pytest.raises(BlobMissing):
        store.open("a/none")
    with pytest.raises(BlobMissing):
        store.size("a/none")


def test_delete_may_be_repeated_and_leaves_the_others(store: BlobStore) -> None:
    store.put("a/b", b"1")
    store.put("a/c", b"2")
    store.delete("a/b")
    store.delete("a/b")
    assert list(store.names("a")) == ["a/c"]
    store.delete("a/c")
    assert list(store.names("a")) == []


def test_names_stay_inside_their_folder(store: BlobStore) -> None:
    store.put("a/b/c", b"1")
    store.put("ab/c", b"2")
    assert list(store.names("a")) == ["a/b/c"]
    assert list(store.names("none")) == []


@pytest.mark.parametrize("name", ["../x", "/x", "a/../x", "a/./b", "a//b", "", ".hidden"])
def test_a_name_that_leaves_the_store_is_refused(store: BlobStore, name: str) -> None:
    with pytest.raises(AssertionError):
        store.put(name, b"x")


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path / "photos")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom):
        store.put("a/b", b"x")
    assert [path for path in (tmp_path / "photos").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_photo_goes_through_every_store(store: BlobStore, app: Flask) -> None:
    data = make_jpeg(1500, 1000)
    sha256, scope = hash_of(data), "farm:019a0000-0000-7000-8000-000000000001"
    photos = PhotoStore(store, part_days=7, per_day=9, keep_received=True, named=lambda *_: True)
    photos.begin(scope, sha256, len(data), "a" * 32, NOW)
    photos.append(scope, sha256, 0, [data[:9000]], None, NOW)
    assert photos.append(scope, sha256, 9000, [data[9000:]], None, NOW).expires_at is None
    with store.open(photos.show(scope, sha256, "thumb").name) as shown:
        assert Image.open(shown).size == (320, 213)
    assert list(store.names("parts")) == []
    with store.open(f"received/{scope.replace(':', '/')}/{sha256}") as received:
        assert received.read() == data
