"""Photos whose bytes the store has lost, or holds otherwise than they came, although the database has them.

So it is after a restore that brought back an older folder of photos, or none, and where a disk or a person
altered bytes: they no longer have the hash by which signed ops name them. Phones that still hold the bytes
are asked for them again. What is drawn anew for showing has no hash of its own and is made of these bytes; it
is not compared, nor is a photo whose received bytes are not kept (`PHOTO_KEEP_RECEIVED=0`).
Source: merge.md §3.1 step 5; PROTOCOL §16; faults.md 78.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial

from server.db import reading, run_write
from server.models.blobs import Blob
from server.store import photos as rows
from server.store.blobs import BlobMissing, BlobStore
from sync.ids import b64_encode

PAGE = 500
CHUNK_BYTES = 1024 * 1024


def ask_again(blobs: BlobStore) -> tuple[int, list[str]]:
    """Return how many photos are wanted again because their bytes are gone, and which because of others."""
    lost, named = 0, []
    for blob in _stored():
        is_there = all(_is_there(blobs, name) for name in rows.shown_places(blob))
        if is_there and not _is_altered(blobs, blob):
            continue
        run_write(partial(rows.unsettle, scope=blob.scope, sha256=blob.sha256))
        if is_there:
            named.append(_named(blob))
        else:
            lost += 1
    return lost, named


def altered(blobs: BlobStore) -> Iterator[str]:
    """Give each photo and voice note whose bytes are not those that came, by name; changes nothing."""
    for blob in _stored():
        if _is_altered(blobs, blob):
            yield _named(blob)


def _stored() -> Iterator[Blob]:
    """Give every stored upload, some at a time: none is held in a transaction while its bytes are read."""
    scope, sha256 = "", ""
    while True:
        with reading() as session:
            page = rows.stored_after(session, scope, sha256, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        scope, sha256 = page[-1].scope, page[-1].sha256


def _named(blob: Blob) -> str:
    return f"photo {blob.sha256} ({blob.scope}): its bytes are not those that were received"


def _is_altered(blobs: BlobStore, blob: Blob) -> bool:
    try:
        with blobs.open(rows.place(blob.scope, "received", blob.sha256)) as file:
            digest = hashlib.sha256()
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    except BlobMissing:
        return False
    return b64_encode(digest.digest()) != blob.sha256


def _is_there(blobs: BlobStore, name: str) -> bool:
    try:
        return blobs.size(name) > 0
    except BlobMissing:
        return False
