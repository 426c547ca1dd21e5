"""One file with everything: made while the server runs, tested, put back, and made whole by the phones.

Source: DESIGN §3 "Restored server, copied phone"; faults.md 31, 32.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import stamp
from PIL import Image

from server.api.photos import photo_store
from server.app import create_app
from server.config import Settings, now_ms
from server.db import db, reading
from server.services import backing_up, rebuilding, sequencing
from server.services.backing_up import NotEmpty
from server.store import backups, log, operator, tree_files
from server.store.archive import ArchiveDamaged
from tests.server.diary_phone import Diary
from tests.server.phones import start
from tests.server.test_restore_drill import diary, farm_of, folded, server_ids, settle
from tests.server.test_want import upload


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    stamp(revision="head")
    start()


@pytest.fixture
def elsewhere(settings: Settings, empty_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give an empty server of the same kind, on a machine of its own."""
    folder = tmp_path / "elsewhere"
    made = create_app(
        Settings(
            data_dir=folder, database_url=empty_url, origin=settings.origin, demo=False,
            tree_every_seconds=0, city_every_seconds=0,
        )
    )  # fmt: skip
    with made.app_context():
        yield made
        made.extensions["watermark"].rest()
        db.engine.dispose()


def picture() -> bytes:
    """Return a small photo."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return out.getvalue()


def moved(diaries: list[Diary], app: Flask) -> None:
    """Let the phones speak to another server."""
    for one in diaries:
        one.phone.client = app.test_client()


def test_case_032_a_backup_put_back_on_an_empty_machine_and_the_phones_make_it_whole(
    app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
        scope = farm_of(owner)
        reviewer = diary(app, "Anh Tuấn", None, "reviewer", kind="phone")
        for n in range(1, 41):
            owner.record(scope, entry=n)
        settle([owner, reviewer])
        data = picture()
        upload(owner.phone, scope, data)
        sequencing.step(now_ms())
        made = backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
        kept = server_ids(scope)
        for n in range(41, 241):
            owner.record(scope, entry=n)
            if n % 40 == 0:
                settle([owner, reviewer])
        settle([owner, reviewer])
        before, acked = folded(scope), owner.acked
    assert made.ops >= 40
    with elsewhere.app_context():
        manifest, epoch = backing_up.restore(tmp_path / "all.zip", photo_store())
        assert (manifest.heads, epoch) == (made.heads, 2)
        assert server_ids(scope) == kept
        assert list(rebuilding.check()) == []
        assert {one.rpartition("/")[0].partition("/")[0] for one in stored()} >= {"received", "view", "thumb"}
        assert operator.public_key() is not None
        assert tree_files.read_checkpoint(sequencing.tree_folder()) is not None
        moved([owner, reviewer], elsewhere)
        settle([owner, reviewer])
        assert folded(scope) == before
        assert acked <= set(server_ids(scope)) | {op for one in log_ids() for op in one}
        assert owner.outbox == []


def stored() -> list[str]:
    """Return the names in the store of photos."""
    return [name for use in backing_up.USES for name in photo_store().blobs.names(use)]


def log_ids() -> Iterator[list[str]]:
    """Give the ids of every log but the farms'."""
    with reading() as session:
        scopes = list(backups.heads(session))
    for scope in scopes:
        yield server_ids(scope)


def test_phones_hear_what_a_tested_backup_covers_and_nothing_before(app: Flask, tmp_path: Path) -> None:
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    scope = farm_of(owner)
    owner.record(scope, entry=1)
    settle([owner])
    made = backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
    owner.record(scope, entry=2)
    settle([owner])
    with reading() as session:
        seq = log.newest(session, scope)
        assert backups.safe_points(session, [scope]) == {}
        assert backups.newest_tested(session) is None
    assert backing_up.note_tested(made, now_ms()) == len([seq for seq in made.safe.values() if seq])
    assert owner.safe == {}
    settle([owner])
    assert owner.safe == {scope: seq - 1}
    stranger = diary(app, "Bà Mận", "Nhà Mận")
    settle([stranger])
    assert stranger.safe == {}


def test_a_photo_that_is_not_here_yet_keeps_its_op_out_of_what_is_covered(app: Flask, tmp_path: Path) -> None:
    owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    scope = farm_of(owner)
    owner.record(scope, entry=1)
    settle([owner])
    with reading() as session:
        whole = backups.covered(session)[scope]
    photo = {"entry": f"entry:{'0' * 8}-0000-7000-8000-000000000001", "sha256": "A" * 43, "bytes": 10}
    owner.record(scope, doc="photo:01900000-0000-7000-8000-000000000009", fields=photo)
    owner.record(scope, entry=2)
    settle([owner])
    with reading() as session:
        assert log.newest(session, scope) == whole + 2
        assert backups.covered(session)[scope] == whole


@pytest.mark.parametrize("harm", ["bit", "member", "cut", "manifest"])
def test_case_112_a_damaged_backup_says_so_and_nothing_is_put_back(
    app: Flask, elsewhere: Flask, tmp_path: Path, harm: str
) -> None:
    path = tmp_path / "all.zip"
    with app.app_context():
        diary(app, "Phạm Thị Lụa", "Nhà Lụa")
        backing_up.make(path, photo_store(), now_ms())
    damage(path, harm)
    with pytest.raises(ArchiveDamaged):
        backing_up.check(path)
    with elsewhere.app_context():
        with pytest.raises(ArchiveDamaged):
            backing_up.restore(path, photo_store())
        assert not any((tmp_path / "elsewhere" / key).exists() for key in backing_up.KEYS)


def damage(path: Path, harm: str) -> None:
    """Spoil an archive in one way."""
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:-200])
        return
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    if harm == "bit":
        members["tables/heads.jsonl"] = members["tables/heads.jsonl"].replace(b"seq", b"sqe", 1)
    else:
        del members["tables/ops.jsonl" if harm == "member" else "manifest.json"]
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)


def test_a_backup_is_never_put_over_something_and_never_written_over(app: Flask, tmp_path: Path) -> None:
    diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
    with pytest.raises(FileExistsError):
        backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
    with pytest.raises(NotEmpty):
        backing_up.restore(tmp_path / "all.zip", photo_store())
    assert (tmp_path / "all.zip").stat().st_mode & 0o777 == 0o600
