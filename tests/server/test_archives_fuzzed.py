"""Backups with bytes cut, turned and moved: never taken for whole where anything of them changed.

A seeded corpus of changes of one real backup with a photo in it; `TIMES=20` makes so many times as many.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from flask_migrate import stamp

from server.api.photos import photo_store
from server.config import now_ms
from server.services import backing_up
from server.store.archive import ArchiveDamaged, reading_archive
from tests.server.phones import start
from tests.server.pictures import make_jpeg
from tests.server.test_restore_drill import diary, farm_of
from tests.server.test_want import upload

CHANGES = 120 * int(os.environ.get("TIMES", "1"))


@pytest.fixture
def backup(app: Flask, tmp_path: Path) -> Path:
    """Give a backup of a server with a diary and a photo."""
    stamp(revision="head")
    start()
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    upload(owner.phone, farm_of(owner), make_jpeg(40, 30))
    path = tmp_path / "whole.zip"
    backing_up.make(path, photo_store(), now_ms())
    return path


def turn_bits(data: bytes, rng: Random) -> bytes:
    """Turn one to eight bits."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(data: bytes, rng: Random) -> bytes:
    """Lose the end."""
    return data[: rng.randrange(len(data))]


def lose(data: bytes, rng: Random) -> bytes:
    """Lose a piece in the middle."""
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randint(1, 600) :]


def double(data: bytes, rng: Random) -> bytes:
    """Write a piece twice."""
    at = rng.randrange(len(data))
    return data[:at] + data[at : at + rng.randint(1, 600)] + data[at:]


def overwrite(data: bytes, rng: Random) -> bytes:
    """Write nonsense over a piece."""
    at, size = rng.randrange(len(data)), rng.randint(1, 64)
    return data[:at] + rng.randbytes(size) + data[at + size :]


WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (turn_bits, cut, lose, double, overwrite)


def contents(path: Path) -> dict[str, bytes]:
    """Return every member that a backup vouches for. Raises: ArchiveDamaged."""
    with reading_archive(path) as found:
        members = {}
        for name in found.manifest.files:
            kind, _, rest = name.partition("/")
            with found.open(kind, rest) as member:
                members[name] = member.read()
        return members


def test_case_112_no_changed_backup_is_taken_for_another_content(backup: Path, tmp_path: Path) -> None:
    whole, want = backup.read_bytes(), contents(backup)
    rng, refused = Random(112), 0
    for number in range(CHANGES):
        way = rng.choice(WAYS)
        path = tmp_path / "changed.zip"
        path.write_bytes(way(whole, rng))
        try:
            found = contents(path)
        except (ArchiveDamaged, OSError):
            refused += 1
            continue
        assert found == want, f"change {number}, {way.__name__}"  # a bit of a name or date that nobody reads
    assert refused > CHANGES * 0.8


def test_case_112_verify_of_a_damaged_backup_fails_and_the_old_one_stays(
    backup: Path, app: Flask, tmp_path: Path
) -> None:
    before, run = backup.read_bytes(), app.test_cli_runner().invoke
    harmed = tmp_path / "harmed.zip"
    harmed.write_bytes(before[: len(before) // 2])
    done = run(args=["verify", str(harmed)])
    assert (done.exit_code, "no good backup" in done.output) == (1, True)
    assert run(args=["backup", str(backup)]).exit_code == 1
    assert run(args=["backup", str(tmp_path / "nowhere" / "all.zip")]).exit_code == 1
    assert backup.read_bytes() == before
    assert {one.name for one in tmp_path.glob("*.zip*")} == {"whole.zip", "harmed.zip"}
