"""Photos and voice notes over tus 1.0.0 (tus.io), and what may be shown of them.

The address of an upload is its scope and hash, so that it is found again without anything remembered.
"""

from __future__ import annotations

import base64
import binascii
import shutil
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from flask import Flask, Response, current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint
from sqlalchemy.orm import Session
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import wrap_file

from server.config import Settings, current_settings, now_ms
from server.errors import ServiceError
from server.schemas import documented
from server.services import photo_sweep
from server.services.photos import PhotoStore, Upload
from server.store.blobs import make_store
from sync.ids import is_b64, is_scope
from sync.limits import PHOTO_BYTES_MAX

VERSION = "1.0.0"
CHUNK_BYTES = 64 * 1024
SHOWN_CSP = "sandbox; default-src 'none'"
SIZES = ("view", "thumb")

blueprint = Blueprint(
    "photos", __name__, url_prefix="/api/v1/photos", description="Photos, voice notes (tus)"
)


class Caller(Protocol):
    """What the photos need to know of who calls; `server.auth.require_device` gives it."""

    @property
    def device(self) -> str:
        """The device id."""

    @property
    def scopes(self) -> Mapping[str, bool]:
        """The scopes in which it has a right, and whether it may write there."""

    def waits_in(self, scope: str) -> bool:
        """Return whether it waits for a person who would let it into a scope."""

    @property
    def confirmed(self) -> bool:
        """Whether it may read."""


def init(app: Flask) -> None:
    """Make the store of photos of `app`."""
    settings: Settings = app.extensions["settings"]
    app.extensions["photos"] = PhotoStore(
        make_store(settings.photo_store),
        settings.photo_part_days,
        settings.photos_per_day,
        settings.photo_keep_received,
        _named,
    )


def photo_store() -> PhotoStore:
    """Return the photos of the app at hand."""
    return cast(PhotoStore, current_app.extensions["photos"])


@blueprint.route("/<kind>/<uuid>")
class Uploads(MethodView):
    """Where an upload begins."""

    @blueprint.doc(**documented.BEGIN)
    def post(self, kind: str, uuid: str) -> Response:
        """Begin an upload, or find it again."""
        _check_version()
        scope = _scope_of(kind, uuid)
        caller = _sender_in(scope)
        _check_room()
        length = _number("Upload-Length")
        sha256 = _hash_of(request.headers.get("Upload-Metadata", ""))
        photo_sweep.expire(photo_store(), now_ms(), most=5)  # whoever begins sweeps a little
        upload = photo_store().begin(scope, sha256, length, caller.device, now_ms())
        answer = _tus(201, upload)
        answer.autocorrect_location_header = False
        answer.headers["Location"] = f"/api/v1/photos/{kind}/{uuid}/{sha256}"
        return answer

    @blueprint.doc(**documented.SPOKEN)
    def options(self, kind: str, uuid: str) -> Response:
        """Say what of tus is spoken here."""
        return _options(kind, uuid)


@blueprint.route("/<kind>/<uuid>/<sha256>")
class UploadOrPhoto(MethodView):
    """One upload, and the photo that it becomes."""

    @blueprint.doc(**documented.LOOK)
    def head(self, kind: str, uuid: str, sha256: str) -> Response:
        """Say how much of the photo is here."""
        _check_version()
        scope = _scope_of(kind, uuid)
        _sender_in(scope, may_read=True)
        return _tus(200, photo_store().look(scope, _check_hash(sha256), now_ms()))

    @blueprint.doc(**documented.SEND)
    def patch(self, kind: str, uuid: str, sha256: str) -> Response:
        """Take the next bytes."""
        _check_version()
        scope = _scope_of(kind, uuid)
        _sender_in(scope)
        _check_room()
        if request.mimetype != "application/offset+octet-stream":
            raise ServiceError("unsupported_media")
        if (request.content_length or 0) > PHOTO_BYTES_MAX:
            raise ServiceError("too_large", headers={"Connection": "close"})
        offset = _number("Upload-Offset")
        checksum = _checksum()
        upload = photo_store().append(
            scope, _check_hash(sha256), offset, _chunks(whole=checksum is not None), checksum, now_ms()
        )
        return _tus(204, upload)

    @blueprint.doc(**documented.END)
    def delete(self, kind: str, uuid: str, sha256: str) -> Response:
        """Give up an unfinished upload."""
        _check_version()
        scope = _scope_of(kind, uuid)
        photo_store().end(scope, _check_hash(sha256), _sender_in(scope).device)
        return _tus(204)

    @blueprint.doc(**documented.SHOW)
    def get(self, kind: str, uuid: str, sha256: str) -> Response:
        """Show the photo: `?size=view` (1280 px, the default) or `thumb` (320 px)."""
        scope = _scope_of(kind, uuid)
        caller = _caller_in(scope)
        if not caller.confirmed:
            raise ServiceError("not_confirmed")
        size = request.args.get("size", "view")
        if size not in SIZES:
            raise ServiceError("bad_request", "size là view hoặc thumb.")
        return _shown(scope, _check_hash(sha256), size)

    @blueprint.doc(**documented.SPOKEN)
    def options(self, kind: str, uuid: str, sha256: str) -> Response:
        """Say what of tus is spoken here."""
        return _options(kind, uuid, sha256)


def _shown(scope: str, sha256: str, size: str) -> Response:
    """Give the bytes, or 304 to who has them; the right was asked before, so nothing is shown without one."""
    store = photo_store()
    shown = store.show(scope, sha256, size)
    tag = f"{sha256}-{size}"
    if request.if_none_match.contains(tag):
        answer = Response(status=304)  # the store is not even looked at: lists of many thumbs stay quick
    else:
        length = store.blobs.size(shown.name)
        bytes_ = wrap_file(request.environ, store.blobs.open(shown.name), CHUNK_BYTES)
        answer = Response(bytes_, mimetype=shown.type, direct_passthrough=True)
        answer.content_length = length
        answer.headers["Content-Disposition"] = "attachment" if shown.type.startswith("audio/") else "inline"
    answer.headers["Content-Security-Policy"] = SHOWN_CSP
    # A browser may keep the bytes but asks each time: signed out, or without the right, it is told no.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(tag)
    if answer.status_code == 200:
        answer.make_conditional(request.environ, accept_ranges=True, complete_length=length)
    return answer


def _tus(status: int, upload: Upload | None = None) -> Response:
    answer = Response(status=status)
    del answer.headers["Content-Type"]
    answer.headers["Tus-Resumable"] = VERSION
    answer.headers["Cache-Control"] = "no-store"
    if upload is not None:
        answer.headers["Upload-Offset"] = str(upload.offset)
        answer.headers["Upload-Length"] = str(upload.length)
        if upload.expires_at is not None:
            answer.headers["Upload-Expires"] = formatdate(upload.expires_at // 1000, usegmt=True)
    return answer


def _options(*_address: str) -> Response:
    answer = _tus(204)
    answer.headers["Tus-Version"] = VERSION
    answer.headers["Tus-Extension"] = "creation,checksum,termination,expiration"
    answer.headers["Tus-Checksum-Algorithm"] = "sha256"
    answer.headers["Tus-Max-Size"] = str(PHOTO_BYTES_MAX)
    return answer


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise ServiceError("tus_version", headers={"Tus-Version": VERSION})


def _scope_of(kind: str, uuid: str) -> str:
    scope = f"{kind}:{uuid}"
    if not is_scope(scope):
        raise ServiceError("not_found")
    return scope


def _caller_in(scope: str) -> Caller:
    """Return who calls, who reads the scope. Raises: session; scope_unknown, foreign or missing."""
    caller = cast(Caller, current_app.extensions["caller"]())
    if scope not in caller.scopes:
        raise ServiceError("scope_unknown")
    return caller


def _sender_in(scope: str, *, may_read: bool = False) -> Caller:
    """Return who brings bytes to the scope: who writes there, or waits to be confirmed for it.

    `may_read`: whoever reads there may ask this too.

    Raises: session; scope_unknown, foreign or missing; no_right for who reads there only.
    """
    caller = cast(Caller, current_app.extensions["caller"]())
    if scope not in caller.scopes and caller.waits_in(scope):
        return caller
    if not _caller_in(scope).scopes[scope] and not may_read:
        raise ServiceError("no_right")
    return caller


def _check_hash(sha256: str) -> str:
    if not is_b64(sha256, 32):
        raise ServiceError("not_found")
    return sha256


def _check_room() -> None:
    settings = current_settings()
    if shutil.disk_usage(settings.data_dir).free < settings.upload_bytes_free_min:
        raise ServiceError("storage_full", retry_after=600)


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise ServiceError("bad_request", f"Thiếu hoặc sai {header}.")
    return int(text)


def _hash_of(metadata: str) -> str:
    """Return the hash that `Upload-Metadata: sha256 <base64 of its 43 characters>` names."""
    for pair in metadata.split(","):
        name, _, value = pair.strip().partition(" ")
        if name == "sha256":
            try:
                text = base64.b64decode(value, validate=True).decode("ascii")
            except (binascii.Error, ValueError) as error:
                raise ServiceError("bad_request", "Upload-Metadata sai.") from error
            if is_b64(text, 32):
                return text
    raise ServiceError("bad_request", "Thiếu sha256 trong Upload-Metadata.")


def _checksum() -> bytes | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    if algorithm != "sha256":
        raise ServiceError("bad_request", "Chỉ tính sha256.")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ServiceError("bad_request", "Upload-Checksum sai.") from error


def _chunks(*, whole: bool) -> Iterator[bytes]:
    """Give the body as it comes. A cut link ends it quietly, unless its checksum must be over the whole."""
    try:
        while chunk := request.stream.read(CHUNK_BYTES):
            yield chunk
    except (ClientDisconnected, OSError):
        if whole:
            raise ServiceError("bad_checksum") from None


def _named(session: Session, scope: str, sha256: str) -> bool:
    """Return whether an op of the scope names the photo (`server.store.views.photo_named`)."""
    if find_spec("server.store.views") is None:
        return False
    return bool(import_module("server.store.views").photo_named(session, scope, sha256))
