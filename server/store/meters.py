"""Counts of several processes in one folder: each writes its own file, whoever asks adds them up.

A file is an array of records, key and number, mapped into memory: to count is to write eight bytes, nothing
is flushed, and what a killed process counted is there. A process locks its file while it lives; one that
begins takes over the files that nobody holds, so that no count goes back. Lost with the machine, on purpose.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import struct
import threading
from pathlib import Path
from typing import BinaryIO, Final

ENDING: Final = ".counts"
KEY_BYTES: Final = 248
RECORD_BYTES: Final = KEY_BYTES + 8
ROOM: Final = 256  # records that a file grows by
_NUMBER: Final = struct.Struct("<d")


class Meters:
    """The counts of this process. `add` is cheap and never raises what a request should fail by."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._pid = 0
        self._places: dict[str, int] = {}
        self._file: BinaryIO
        self._map: mmap.mmap

    def add(self, key: str, by: float = 1) -> None:
        """Count `by` more of what `key` names; a key is at most 248 bytes."""
        with self._lock:
            if self._pid != os.getpid():
                self._open()
            self._add(key, by)

    def _add(self, key: str, by: float) -> None:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self._places) * RECORD_BYTES
            if place + RECORD_BYTES > len(self._map):
                os.ftruncate(self._file.fileno(), len(self._map) + ROOM * RECORD_BYTES)
                self._map = mmap.mmap(self._file.fileno(), 0)
            name = key.encode()[:KEY_BYTES]
            self._map[place : place + len(name)] = name
        at = place + KEY_BYTES
        _NUMBER.pack_into(self._map, at, _NUMBER.unpack_from(self._map, at)[0] + by)

    def _open(self) -> None:
        """Begin a file of this process, also after a fork, with what processes that ended counted."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}{ENDING}"
        self._file = path.open("w+b")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        os.ftruncate(self._file.fileno(), ROOM * RECORD_BYTES)
        self._map = mmap.mmap(self._file.fileno(), 0)
        self._pid, self._places = os.getpid(), {}
        for other in self._folder.glob(f"*{ENDING}"):
            if other != path:
                for key, number in _take_over(other).items():
                    self._add(key, number)


def total(folder: Path) -> dict[str, float]:
    """Return the counts of all processes that share a folder, those of ended ones too."""
    found: dict[str, float] = {}
    for path in folder.glob(f"*{ENDING}"):
        try:
            one = _parse(path.read_bytes())
        except FileNotFoundError:  # taken over meanwhile
            continue
        for key, number in one.items():
            found[key] = found.get(key, 0) + number
    return found


def processes(folder: Path) -> list[int]:
    """Return the processes of this machine that count into a folder and live."""
    named = {int(path.name.partition("-")[0]) for path in folder.glob(f"*{ENDING}")}
    return sorted(pid for pid in named if Path(f"/proc/{pid}").exists())


def _take_over(path: Path) -> dict[str, float]:
    """Return what an ended process counted and remove its file; nothing where it lives."""
    try:
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(file.fileno()).st_nlink == 0:  # another one was faster
                return {}
            found = _parse(file.read())
            path.unlink()
            return found
    except OSError:
        return {}


def _parse(data: bytes) -> dict[str, float]:
    found: dict[str, float] = {}
    for place in range(0, len(data) - RECORD_BYTES + 1, RECORD_BYTES):
        name = data[place : place + KEY_BYTES].rstrip(b"\0")
        if not name:
            break
        found[name.decode("utf-8", "replace")] = _NUMBER.unpack_from(data, place + KEY_BYTES)[0]
    return found
