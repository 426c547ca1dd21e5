"""Photos and voice notes: taken piece by piece, checked whole, shown only as re-encoded.

An upload is a row (how far) and pieces in the blob store (the bytes). A piece is stored first, then counted
in a short transaction that looks again at the offset; what was stored and not counted goes with the rest.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.models.blobs import ERASED, PART, REFUSED, STORED, Blob, BlobPart
from server.services import photo_quotas
from server.store import photos as rows
from server.store.blobs import BlobMissing, BlobStore, NoRoom
from server.store.images import HEAD_BYTES, Picture, make_pictures, sniff
from sync.ids import b64_encode
from sync.limits import PHOTO_BYTES_MAX

DAY_MS = 86_400_000
UNNAMED_DAYS = 30  # faults.md 90
PIECE_BYTES = 1024 * 1024

Named = Callable[[Session, str, str], bool]


@dataclass(frozen=True)
class Upload:
    """How far an upload is. `expires_at` in ms, None once it is stored."""

    offset: int
    length: int
    expires_at: int | None


@dataclass(frozen=True)
class Shown:
    """What may be served of a photo: the name in the store and its type."""

    name: str
    type: str


@dataclass(frozen=True)
class PhotoStore:
    """The photos of a server: where bytes lie, how long an unfinished upload is kept, how many a day."""

    blobs: BlobStore
    part_days: int
    per_day: int
    keep_received: bool
    named: Named

    def begin(self, scope: str, sha256: str, length: int, device: str, now: int) -> Upload:
        """Return the upload of these bytes, begun now or before; the same again and again.

        Shape:  another length than before begins anew, for one of the two was wrong.
        Raises: ServiceError: too_large, bad_request, quota, storage_full, erased; what they were refused for.
        """
        if length > PHOTO_BYTES_MAX:
            raise ServiceError("too_large")
        if length < 1:
            raise ServiceError("bad_request", "Tệp rỗng.")

        def work(session: Session) -> tuple[Upload, str | None]:
            blob, before = rows.find_blob(session, scope, sha256, lock=True), None
            if blob is not None and blob.state == PART and (blob.bytes != length or blob.expires_at <= now):
                before = blob.upload
                session.delete(blob)
                session.flush()
                blob = None
            if blob is None:
                photo_quotas.check(session, scope, device, length, self.per_day, now)
                blob = Blob(
                    scope=scope, sha256=sha256, upload=secrets.token_hex(16), state=PART, bytes=length,
                    offset=0, device=device, created_at=now, expires_at=now + self.part_days * DAY_MS,
                )  # fmt: skip
                session.add(blob)
            return _upload_of(blob), before

        upload, before = run_write(work)
        if before is not None:  # nobody would ever find these pieces again
            self.drop(self.blobs.names(parts_folder(scope, before)))
        return upload

    def look(self, scope: str, sha256: str, now: int) -> Upload:
        """Return how far the upload is. Raises: ServiceError: upload_unknown; what it was refused for."""
        with reading() as session:
            found = _upload_of(_live(rows.find_blob(session, scope, sha256), now))
        if found.offset == found.length and found.expires_at is not None:
            return self._finish(scope, sha256, now)  # the process died before it could
        return found

    def append(
        self,
        scope: str,
        sha256: str,
        offset: int,
        chunks: Iterable[bytes],
        checksum: bytes | None,
        now: int,
    ) -> Upload:
        """Return the upload after these bytes; checked and stored for good with the last one.

        Shape:  `chunks` may end early (a cut link): what came is kept, unless a checksum was promised.
        Raises: ServiceError: upload_unknown, wrong_offset, bad_checksum, too_large, hash_mismatch,
                unsupported_media, bad_image, storage_full.
        """
        with reading() as session:
            blob = _live(rows.find_blob(session, scope, sha256), now)
            upload, length, at = blob.upload, blob.bytes, blob.offset
        if offset != at:
            raise ServiceError("wrong_offset", headers={"Upload-Offset": str(at)})
        pieces = self._take(scope, upload, offset, length, chunks, checksum)
        try:
            done = run_write(lambda session: self._count(session, scope, sha256, upload, offset, pieces, now))
        except BaseException:
            self.drop(name for name, _size in pieces)
            raise
        if done.offset == done.length and done.expires_at is not None:
            return self._finish(scope, sha256, now)
        return done

    def end(self, scope: str, sha256: str, device: str) -> None:
        """Forget an unfinished upload of this device. A stored photo stays.

        Raises: ServiceError: upload_unknown, no_right.
        """

        def work(session: Session) -> str:
            blob = rows.find_blob(session, scope, sha256, lock=True)
            if blob is None:
                raise ServiceError("upload_unknown")
            if blob.state != PART or blob.device != device:
                raise ServiceError("no_right", "Ảnh đã lưu, hoặc do máy khác gửi, thì không xóa được.")
            session.delete(blob)
            return blob.upload

        upload = run_write(work)
        self.drop(self.blobs.names(parts_folder(scope, upload)))

    def show(self, scope: str, sha256: str, size: str) -> Shown:
        """Return what may be shown of a photo that an op names.

        Raises: ServiceError: not_found, the same where it is missing, unfinished or unnamed; erased.
        """
        with reading() as session:
            blob = rows.find_blob(session, scope, sha256)
            if blob is not None and blob.state == ERASED:
                raise ServiceError("erased")
            if blob is None or blob.state != STORED or not self.named(session, scope, sha256):
                raise ServiceError("not_found")
            kind = blob.type or ""
        if kind.startswith("audio/"):
            return Shown(rows.place(scope, "received", sha256), kind)
        return Shown(rows.place(scope, size, sha256), "image/jpeg")

    def _take(
        self,
        scope: str,
        upload: str,
        offset: int,
        length: int,
        chunks: Iterable[bytes],
        checksum: bytes | None,
    ) -> list[tuple[str, int]]:
        """Store the bytes in pieces; return their names and sizes."""
        pieces: list[tuple[str, int]] = []
        summed = hashlib.sha256()
        buffer = bytearray()
        room = length - offset

        def flush() -> None:
            name = f"{parts_folder(scope, upload)}/{secrets.token_hex(8)}"
            self.blobs.put(name, bytes(buffer))
            pieces.append((name, len(buffer)))
            buffer.clear()

        try:
            for chunk in chunks:
                room -= len(chunk)
                if room < 0:
                    raise ServiceError("too_large", headers={"Connection": "close"})
                summed.update(chunk)
                buffer += chunk
                if len(buffer) >= PIECE_BYTES:
                    flush()
            if checksum is not None and summed.digest() != checksum:
                raise ServiceError("bad_checksum")
            if buffer:
                flush()
        except BaseException as error:
            self.drop(name for name, _size in pieces)
            if isinstance(error, NoRoom):
                raise ServiceError("storage_full") from error
            raise
        return pieces

    def _count(
        self,
        session: Session,
        scope: str,
        sha256: str,
        upload: str,
        offset: int,
        pieces: list[tuple[str, int]],
        now: int,
    ) -> Upload:
        blob = rows.find_blob(session, scope, sha256, lock=True)
        if blob is None or blob.upload != upload or blob.state != PART or blob.offset != offset:
            raise ServiceError("wrong_offset")
        for name, size in pieces:
            session.add(BlobPart(scope=scope, sha256=sha256, start=blob.offset, bytes=size, name=name))
            blob.offset += size
        blob.expires_at = now + self.part_days * DAY_MS
        return _upload_of(blob)

    def _finish(self, scope: str, sha256: str, now: int) -> Upload:
        """Check the whole, make what may be shown, and count it as stored; the parts go."""
        with reading() as session:
            names = [part.name for part in rows.find_parts(session, scope, sha256)]
            upload = _live(rows.find_blob(session, scope, sha256), now).upload
        with tempfile.TemporaryDirectory(prefix="so-nha-nong-") as folder:
            whole = Path(folder) / "whole"
            try:
                head, found = self._join(names, whole)
                if found != sha256:
                    self._reset(scope, sha256, upload, now)
                    raise ServiceError("hash_mismatch", headers={"Upload-Offset": "0"})
                picture = self._keep(scope, sha256, whole, head)
            except BlobMissing:
                return self._find_other_end(scope, sha256, upload, now)
            except (NoRoom, OSError) as error:
                raise ServiceError("storage_full") from error
            except ServiceError as error:
                if error.slug in ("unsupported_media", "too_large", "bad_image"):
                    self._refuse(scope, sha256, error.slug, now)
                    self.drop(names)
                raise
        try:
            done = run_write(lambda session: self._settle(session, scope, sha256, picture, now))
        except ServiceError as error:
            if error.slug == "erased":  # while it was checked
                self.drop(places(scope, sha256))
            raise
        finally:
            self.drop(names)
        return done

    def _find_other_end(self, scope: str, sha256: str, upload: str, now: int) -> Upload:
        """Return what another request made of the same parts; begin anew if they are simply lost."""
        with reading() as session:
            found = _upload_of(_live(rows.find_blob(session, scope, sha256), now))
        if found.expires_at is None:
            return found
        self._reset(scope, sha256, upload, now)
        raise ServiceError("hash_mismatch", headers={"Upload-Offset": "0"})

    def _join(self, names: list[str], whole: Path) -> tuple[bytes, str]:
        """Write the parts into one file; return its first bytes and its hash."""
        summed = hashlib.sha256()
        head = b""
        with whole.open("wb") as out:
            for name in names:
                with self.blobs.open(name) as part:
                    while piece := bytes(part.read(PIECE_BYTES)):
                        head += piece[: HEAD_BYTES - len(head)]  # the first piece may be shorter
                        summed.update(piece)
                        out.write(piece)
        return head, b64_encode(summed.digest())

    def _keep(self, scope: str, sha256: str, whole: Path, head: bytes) -> Picture:
        kind = sniff(head)
        if kind is None:
            raise ServiceError("unsupported_media")
        if kind.startswith("audio/"):
            self.blobs.put(rows.place(scope, "received", sha256), whole)
            return Picture(kind)
        view, thumb = whole.with_name("view"), whole.with_name("thumb")
        picture = make_pictures(whole, view, thumb)
        if self.keep_received:
            self.blobs.put(rows.place(scope, "received", sha256), whole)
        self.blobs.put(rows.place(scope, "view", sha256), view)
        self.blobs.put(rows.place(scope, "thumb", sha256), thumb)
        return picture

    def _settle(self, session: Session, scope: str, sha256: str, picture: Picture, now: int) -> Upload:
        blob = rows.find_blob(session, scope, sha256, lock=True)
        if blob is None:
            raise ServiceError("upload_unknown")
        if blob.state == ERASED:
            raise ServiceError("erased")
        rows.forget_parts(session, scope, sha256)
        blob.state, blob.type, blob.stored_at = STORED, picture.type, now
        blob.width, blob.height = picture.width, picture.height
        blob.expires_at = now + UNNAMED_DAYS * DAY_MS
        rows.settle(session, scope, sha256)
        return _upload_of(blob)

    def _reset(self, scope: str, sha256: str, upload: str, now: int) -> None:
        """Begin again at 0 after bytes that have another hash."""

        def work(session: Session) -> None:
            blob = rows.find_blob(session, scope, sha256, lock=True)
            if blob is None or blob.upload != upload or blob.state != PART:
                return
            rows.forget_parts(session, scope, sha256)
            blob.offset, blob.upload = 0, secrets.token_hex(16)
            blob.expires_at = now + self.part_days * DAY_MS

        run_write(work)
        self.drop(self.blobs.names(parts_folder(scope, upload)))

    def _refuse(self, scope: str, sha256: str, slug: str, now: int) -> None:
        """Remember that these bytes are no photo, so that nobody sends them again for a while."""

        def work(session: Session) -> None:
            blob = rows.find_blob(session, scope, sha256, lock=True)
            if blob is None or blob.state != PART:
                return
            rows.forget_parts(session, scope, sha256)
            blob.state, blob.problem, blob.offset = REFUSED, slug, 0
            blob.expires_at = now + self.part_days * DAY_MS

        run_write(work)

    def drop(self, names: Iterable[str]) -> None:
        """Remove bytes from the store; those that are not there are passed over."""
        for name in list(names):
            self.blobs.delete(name)


def _live(blob: Blob | None, now: int) -> Blob:
    """Return the upload if it can go on or is stored. Raises: ServiceError."""
    if blob is None or (blob.state == PART and blob.expires_at <= now):
        raise ServiceError("upload_unknown")
    _refuse_settled(blob)
    return blob


def _refuse_settled(blob: Blob) -> None:
    if blob.state == REFUSED:
        raise ServiceError(blob.problem or "bad_image")
    if blob.state == ERASED:
        raise ServiceError("erased")


def _upload_of(blob: Blob) -> Upload:
    _refuse_settled(blob)
    if blob.state == STORED:
        return Upload(blob.bytes, blob.bytes, None)
    return Upload(blob.offset, blob.bytes, blob.expires_at)


def parts_folder(scope: str, upload: str) -> str:
    """Return where the pieces of an unfinished upload lie."""
    return f"parts/{scope.replace(':', '/')}/{upload}"


def places(scope: str, sha256: str) -> list[str]:
    """Return all names that a stored photo may have in the store."""
    return [rows.place(scope, use, sha256) for use in ("received", "view", "middle", "thumb")]
