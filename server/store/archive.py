"""One file that holds everything: a ZIP whose last member says what the others must be.

Members: `tables/<name>.jsonl`, `photos/<name in the store>`, `tree/<path>`, `keys/<file>`, `manifest.json`.
A file is written beside its place, readable by its owner alone, and renamed when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, Final

VERSION: Final = 1
MANIFEST: Final = "manifest.json"
PIECE: Final = 1 << 20
# What zipfile raises of bytes that were cut or turned: a bad head, bad packing, a flag or a method of none.
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError, struct.error,
)  # fmt: skip
_PACKED: Final = (".jsonl",)  # photos and hashes do not get smaller


class ArchiveDamaged(Exception):
    """The file is no backup of ours, or not as it was written; the message names the member."""


@dataclass
class Manifest:
    """What a backup holds. `heads`: scope → [seq, digest in hex]; `safe`: scope → seq up to which ops and
    their photos are all in it; `files`: member → [bytes, SHA-256 in hex]; `made_at` in ms."""

    made_at: int
    origin: str
    epoch: int
    revision: str
    ops: int
    heads: dict[str, list[Any]]
    safe: dict[str, int]
    files: dict[str, list[Any]] = field(default_factory=dict)
    v: int = VERSION


class Writer:
    """The members of an archive that is being written."""

    def __init__(self, out: zipfile.ZipFile) -> None:
        self._out = out
        self.files: dict[str, list[Any]] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one member."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(_PACKED) else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self._out.open(info, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        self.files[name] = [size, digest.hexdigest()]

    def close(self, manifest: Manifest) -> None:
        """Write the member that names the others."""
        manifest.files = self.files
        self._out.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False))


@contextmanager
def writing_archive(path: Path) -> Iterator[Writer]:
    """Give the writer of a new archive; the file stands at `path` when the block ended, or not at all.

    Raises: FileExistsError; OSError.
    """
    if path.exists():
        raise FileExistsError(path)
    part = path.with_name(f".{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", allowZip64=True) as out:
                yield Writer(out)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


class Reader:
    """An archive that was looked at: the manifest is of our shape, every member is the one it names."""

    def __init__(self, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self._file = file
        self.manifest = manifest

    def names(self, folder: str) -> list[str]:
        """Return the members of a folder, without its name."""
        return [one.removeprefix(f"{folder}/") for one in self.manifest.files if one.startswith(f"{folder}/")]

    def open(self, folder: str, name: str) -> IO[bytes]:
        """Return a reader of one member."""
        return self._file.open(f"{folder}/{name}")

    def lines(self, folder: str, name: str) -> Iterator[str]:
        """Give the lines of one member."""
        with TextIOWrapper(self.open(folder, name), "utf-8", newline="\n") as text:
            yield from text


@contextmanager
def reading_archive(path: Path) -> Iterator[Reader]:
    """Give a reader of an archive, after every byte of it was compared with its manifest.

    Raises: ArchiveDamaged; OSError.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(zipfile.ZipFile(path))
            manifest = _manifest(file)
            _compare(file, manifest)
        except _BROKEN as error:
            raise ArchiveDamaged(f"{path.name} is no whole archive") from error
        yield Reader(file, manifest)


def _manifest(file: zipfile.ZipFile) -> Manifest:
    try:
        said = json.loads(file.read(MANIFEST))
        manifest = Manifest(**said)
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveDamaged(f"{MANIFEST} is missing or is not ours") from error
    if manifest.v != VERSION:
        raise ArchiveDamaged(f"a backup of version {manifest.v}: restore it with the program that made it")
    return manifest


def _compare(file: zipfile.ZipFile, manifest: Manifest) -> None:
    names = [one for one in file.namelist() if one != MANIFEST]
    if sorted(names) != sorted(manifest.files):
        raise ArchiveDamaged("members are missing, or are there that nobody named")
    for name, (size, sha256) in manifest.files.items():
        digest, count = hashlib.sha256(), 0
        with file.open(name) as member:
            while piece := member.read(PIECE):
                digest.update(piece)
                count += len(piece)
        if (count, digest.hexdigest()) != (size, sha256):
            raise ArchiveDamaged(f"{name} is not as it was written")
