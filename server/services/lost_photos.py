"""Photos whose bytes the store has lost although the database says that they are here.

So it is after a restore that brought back an older folder of photos, or none: phones that still hold the
bytes are asked for them again. This looks whether bytes are there, not whether they are whole.
Source: merge.md §3.1 step 5; PROTOCOL §16.
"""

from __future__ import annotations

from functools import partial

from server.db import reading, run_write
from server.store import photos as rows
from server.store.blobs import BlobMissing, BlobStore

PAGE = 500


def ask_again(blobs: BlobStore) -> int:
    """Return how many photos are wanted again because their bytes are gone."""
    scope, sha256, lost = "", "", 0
    while True:
        with reading() as session:
            page = rows.stored_after(session, scope, sha256, PAGE)
        for blob in page:
            if not all(_is_there(blobs, name) for name in rows.shown_places(blob)):
                run_write(partial(rows.unsettle, scope=blob.scope, sha256=blob.sha256))
                lost += 1
        if len(page) < PAGE:
            return lost
        scope, sha256 = page[-1].scope, page[-1].sha256


def _is_there(blobs: BlobStore, name: str) -> bool:
    try:
        return blobs.size(name) > 0
    except BlobMissing:
        return False
