"""Pictures of products in three sizes, for pages that anybody opens. The middle one is made when it is asked.

Source: our own sizes: 320, 640 and 1280 pixels on the longer side, for phones of one to three dots a pixel.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.blobs import STORED, Blob
from server.services.photos import PhotoStore
from server.store import photos as rows
from server.store.blobs import BlobMissing
from server.store.images import make_pictures

SIDES: Final = {"nho": 320, "vua": 640, "lon": 1280}
_NAMES: Final = {"nho": "thumb", "vua": "middle", "lon": "view"}


@dataclass(frozen=True)
class Shot:
    """A picture as a page names it. Units: pixels of its largest size."""

    sha256: str
    width: int
    height: int

    def wide(self, size: str) -> int:
        """Return how wide a size of it is."""
        longer = max(self.width, self.height)
        return round(self.width * min(1, SIDES[size] / longer))


def shots_of(session: Session, scope: str, names: Sequence[str]) -> tuple[Shot, ...]:
    """Return those of some pictures whose bytes are here, in their order."""
    query = select(Blob).where(Blob.scope == scope, Blob.sha256.in_(names), Blob.state == STORED)
    found = {one.sha256: one for one in session.scalars(query)}
    return tuple(_shot(found[one]) for one in names if one in found)


def picture_bytes(store: PhotoStore, scope: str, sha256: str, size: str) -> bytes:
    """Return a picture in one of the sizes, as JPEG. Raises: ServiceError(not_found, erased)."""
    store.show(scope, sha256, "view")  # is there, named, and not erased
    name = rows.place(scope, _NAMES[size], sha256)
    try:
        return _read(store, name)
    except BlobMissing:
        if size != "vua":
            raise
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-") as folder:
        whole, middle, thumb = (Path(folder) / one for one in ("whole", "middle", "thumb"))
        whole.write_bytes(_read(store, rows.place(scope, "view", sha256)))
        make_pictures(whole, middle, thumb, SIDES[size])
        store.blobs.put(name, middle)
    return _read(store, name)


def _read(store: PhotoStore, name: str) -> bytes:
    with store.blobs.open(name) as file:
        return bytes(file.read())


def _shot(blob: Blob) -> Shot:
    width, height = blob.width or SIDES["lon"], blob.height or SIDES["lon"]
    scale = min(1, SIDES["lon"] / max(width, height))
    return Shot(blob.sha256, max(1, round(width * scale)), max(1, round(height * scale)))
