"""A picture that a staff member sends from the desk: kept in the organisation's scope, re-encoded."""

from __future__ import annotations

import hashlib
from typing import Final

from server.config import now_ms
from server.errors import ServiceError
from server.services.console import Staff
from server.services.console_reach import NotDone
from server.services.photos import PhotoStore
from sync.ids import b64_encode

_WRONG: Final = {
    "too_large": "not_picture_too_large",
    "quota": "not_picture_quota",
    "storage_full": "not_picture_storage_full",
}


def keep_picture(staff: Staff, photos: PhotoStore, data: bytes) -> str:
    """Return the hash by which a picture is kept. Raises: NotDone for what is no picture, or too large."""
    sha256 = b64_encode(hashlib.sha256(data).digest())
    try:
        upload = photos.begin(staff.org_scope, sha256, len(data), staff.device, now_ms())
        if upload.expires_at is not None:
            photos.append(staff.org_scope, sha256, upload.offset, [data[upload.offset :]], None, now_ms())
    except ServiceError as error:
        raise NotDone(_WRONG.get(error.slug, "not_picture")) from error
    return sha256
