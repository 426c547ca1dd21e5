"""Where bytes lie: a folder, or any S3-compatible store. One contract, one test suite for both.

Names are made by the server of lower-case words, UUIDs and hashes, never of what somebody sent as a name.
"""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import obstore
from obstore.store import S3Store
from typing_extensions import Buffer

_NAME = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]*[A-Za-z0-9_-])*")


class NoRoom(Exception):
    """The store is full; nothing of what was being written is left."""


class BlobMissing(Exception):
    """No bytes under that name."""


class BlobStore(Protocol):
    """Bytes under names. `put` is durable and whole when it returns, or leaves nothing."""

    def put(self, name: str, data: bytes | Path) -> None:
        """Store the bytes, or those of a file; over what was there. Raises: NoRoom."""

    def open(self, name: str) -> BinaryIO:
        """Return a reader that can seek. Raises: BlobMissing."""

    def size(self, name: str) -> int:
        """Return the number of bytes. Raises: BlobMissing."""

    def delete(self, name: str) -> None:
        """Forget the name; a missing one is no fault."""

    def names(self, prefix: str) -> Iterator[str]:
        """Give every name inside the folder `prefix`."""


class FolderStore:
    """A folder on the machine. A file is written beside its place, synced, then renamed into it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes | Path) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as out:
                if isinstance(data, Path):
                    with data.open("rb") as source:
                        shutil.copyfileobj(source, out)
                else:
                    out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.replace(temporary, path)
            _sync_folder(path.parent)
        except OSError as error:
            Path(temporary).unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise NoRoom from error
            raise

    def open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as error:
            raise BlobMissing from error

    def size(self, name: str) -> int:
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError as error:
            raise BlobMissing from error

    def delete(self, name: str) -> None:
        path = self._path(name)
        path.unlink(missing_ok=True)
        try:
            path.parent.rmdir()
        except OSError:
            return  # others lie in the folder, or it is gone

    def names(self, prefix: str) -> Iterator[str]:
        for path in sorted(self._path(prefix).rglob("*")):
            if path.is_file():
                yield path.relative_to(self.root).as_posix()

    def _path(self, name: str) -> Path:
        assert _NAME.fullmatch(name), "a name of a blob is made by the server"
        return self.root / name


class ObjectStore:
    """An S3-compatible bucket; its access comes from the AWS_* variables."""

    def __init__(self, store: S3Store) -> None:
        self.store = store

    def put(self, name: str, data: bytes | Path) -> None:
        assert _NAME.fullmatch(name), "a name of a blob is made by the server"
        obstore.put(self.store, name, data)

    def open(self, name: str) -> BinaryIO:
        try:
            return cast(BinaryIO, io.BufferedReader(_Reader(obstore.open_reader(self.store, name))))
        except FileNotFoundError as error:
            raise BlobMissing from error

    def size(self, name: str) -> int:
        try:
            return obstore.head(self.store, name)["size"]
        except FileNotFoundError as error:
            raise BlobMissing from error

    def delete(self, name: str) -> None:
        try:
            obstore.delete(self.store, name)
        except FileNotFoundError:
            return  # some stores say so, others do not

    def names(self, prefix: str) -> Iterator[str]:
        for page in obstore.list(self.store, prefix=prefix):
            for found in page:
                yield found["path"]


class _Reader(io.RawIOBase):
    """A reader of obstore as Python's own kind: read, seek, close."""

    def __init__(self, found: obstore.ReadableFile) -> None:
        self.found = found

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill `buffer`; return how many bytes came."""
        view = memoryview(buffer).cast("B")
        data = bytes(self.found.read(len(view)))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.found.seek(offset, whence)

    def close(self) -> None:
        if not self.closed:
            self.found.close()
        super().close()


def make_store(place: str) -> BlobStore:
    """Return the store at `place`: a folder, or `s3://bucket/prefix`."""
    if not place.startswith("s3://"):
        return FolderStore(Path(place))
    is_plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
    return ObjectStore(S3Store.from_url(place, client_options={"allow_http": is_plain}))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
