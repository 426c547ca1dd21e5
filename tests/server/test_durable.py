"""Files that are whole or not there, whenever the power goes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from server.store.durable import write_new


def _cut(_handle: int) -> None:
    raise OSError("the power goes")


def test_a_new_file_that_was_cut_off_is_not_there_and_can_be_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "log.pem"
    with monkeypatch.context() as cut:
        cut.setattr(os, "fsync", _cut)
        with pytest.raises(OSError, match="the power goes"):
            write_new(key, b"half of a key", 0o600)
    assert not key.exists()
    write_new(key, b"key", 0o600)
    assert (key.read_bytes(), key.stat().st_mode & 0o777) == (b"key", 0o600)
    assert [one.name for one in tmp_path.iterdir()] == ["log.pem"]


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    key = tmp_path / "log.pem"
    write_new(key, b"key", 0o600)
    with pytest.raises(FileExistsError):
        write_new(key, b"other", 0o600)
    assert key.read_bytes() == b"key"
    assert [one.name for one in tmp_path.iterdir()] == ["log.pem"]
