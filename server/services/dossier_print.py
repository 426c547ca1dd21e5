"""A dossier's files from what the pages say in words: workbook, and the ZIP with its photos and manifest."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Final

from server.errors import ServiceError
from server.services.console_reach import NotDone
from server.services.photos import PhotoStore
from server.store.blobs import BlobMissing
from server.store.tables import write_sheets

PHOTO_BYTES_MAX: Final = 300_000_000  # our choice: what a browser downloads and a ZIP of any reader takes
MEMORY_BYTES: Final = 8_000_000


def workbook(sheets: Iterable[tuple[str, Iterable[Sequence[str]]]]) -> bytes:
    """Return named tables as an XLSX file in which every cell is text (faults.md 103)."""
    return write_sheets(sheets)


def pack(
    files: Mapping[str, bytes],
    photos: Iterable[tuple[str, str, str, str]],
    about: Mapping[str, object],
    store: PhotoStore,
) -> IO[bytes]:
    """Return an open file with the ZIP, at its beginning.

    Shape:  photos: (scope, document, name in the ZIP, hash); what has not come, or was erased, stands in the
            manifest without a file. `about`: what the manifest says beside `files`.
    Raises: NotDone above `PHOTO_BYTES_MAX` of photos.
    """
    out = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 (the answer closes it)
    rows: list[dict[str, object]] = []
    size = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
            rows.append(_row(name, data))
        for scope, doc, name, sha256 in photos:
            found = _photo(store, scope, sha256)
            named = {"of": f"{scope} {doc}", "photo": sha256}
            if found is None:
                rows.append({"file": None, **named})
                continue
            size += len(found)
            if size > PHOTO_BYTES_MAX:
                raise NotDone("not_dossier_photos", n=PHOTO_BYTES_MAX // 1_000_000)
            packed.writestr(name, found)
            rows.append(_row(name, found) | named)
        manifest = json.dumps({**about, "files": rows}, ensure_ascii=False, indent=1)
        packed.writestr("manifest.json", manifest)
    out.seek(0)
    return out


def _row(name: str, data: bytes) -> dict[str, object]:
    return {"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _photo(store: PhotoStore, scope: str, sha256: str) -> bytes | None:
    """Return a photo as people may see it, or None where it has not come or is no longer shown."""
    try:
        with store.blobs.open(store.show(scope, sha256, "view").name) as file:
            return file.read()
    except (ServiceError, BlobMissing):
        return None
