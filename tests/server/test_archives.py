"""One file with everything: made while the server runs, tested, put back, and made whole by the phones.

Source: DESIGN §3 "Restored server, copied phone"; faults.md 31, 32.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import stamp
from PIL import Image

from server.api.photos import photo_store
from server.app import create_app
from server.config import Settings, now_ms
from server.db import DatabaseFull, db, reading, run_write
from server.services import backing_up, doctor, rebuilding, restoring, sequencing, tree_check, tree_clock
from server.services.backing_up import NotEmpty
from server.services.schema_guard import HalfRestored
from server.services.sequencing import TreeBroken
from server.store import backups, log, operator, tree_files, tree_wait
from server.store.archive import ArchiveDamaged
from server.store.blobs import FolderStore, NoRoom
from server.store.snapshots import PREFIX, snapshot
from sync import ids
from sync.checkpoint import Note
from sync.tree import verify_consistency
from tests.server.diary_phone import Diary
from tests.server.ops import sync
from tests.server.phones import slug, start
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


def test_case_079_with_the_tree_of_its_backup_a_restored_server_signs_nothing_until_the_operator_spoke(
    app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    copy, newest, owner = lost_machine(app, tmp_path)
    with elsewhere.app_context():
        backing_up.restore(tmp_path / "all.zip", photo_store())
        moved([owner], elsewhere)
        settle([owner])
        assert tree_clock.tick(now_ms()).note is None
        with pytest.raises(TreeBroken, match="put back from a backup"):
            tree_check.recover()
        client = elsewhere.test_client()
        assert slug(client.get("/log/inclusion?index=0")) == "log_recovering"
        assert "tree" not in sync(owner.phone, tree=newest.checkpoint.size)  # an older one would be a split
        sync(owner.phone, tree=1)
        line = next(one for one in doctor.examine(now_ms()) if one.name == "public log")
        assert (line.grade, f"saw {newest.checkpoint.size} leaves" in line.said) == ("bad", True)
        shutil.copytree(sequencing.tree_folder(), tmp_path / "older")
        assert tree_check.recover(copy) > 0
        assert tree_files.read_checkpoint(sequencing.tree_folder()) == str(newest)
        told = sequencing.step(now_ms()).note
        assert told is not None
        proof = client.get(f"/log/consistency?old={newest.checkpoint.size}").get_json()["consistency"]
        sizes = (newest.checkpoint.size, told.checkpoint.size)
        roots = (newest.checkpoint.root, told.checkpoint.root)
        assert sizes[1] > sizes[0]
        assert verify_consistency(*sizes, [ids.b64_decode(one) for one in proof], *roots)
        with pytest.raises(TreeBroken, match="older"):
            run_write(tree_wait.begin)
            tree_check.recover(tmp_path / "older")


def test_without_any_copy_the_operators_word_lets_it_go_on(
    app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    lost_machine(app, tmp_path)
    with elsewhere.app_context():
        done = elsewhere.test_cli_runner().invoke(args=["restore", str(tmp_path / "all.zip")])
        assert "tree recover --copy" in done.output
        assert elsewhere.test_cli_runner().invoke(args=["tree", "step"]).exit_code == 1
        assert elsewhere.test_cli_runner().invoke(args=["tree", "recover", "--no-newer"]).exit_code == 0
        assert sequencing.step(now_ms()).note is not None
        done = elsewhere.test_cli_runner().invoke(args=["restored"])
        assert "tree recover --copy" in done.output, "the folder may have come back with the data"


def test_a_server_whose_newest_tree_was_brought_first_goes_on_by_itself(
    app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    copy, newest, _ = lost_machine(app, tmp_path)
    with elsewhere.app_context():
        shutil.copytree(copy, sequencing.tree_folder())
        backing_up.restore(tmp_path / "all.zip", photo_store())
        assert not tree_check.is_waiting()
        assert tree_check.recover() > 0
        after = sequencing.step(now_ms()).note
        assert after is not None
        assert after.checkpoint == newest.checkpoint


def lost_machine(app: Flask, tmp_path: Path) -> tuple[Path, Note, Diary]:
    """Return the copy of the tree and its checkpoint, signed after the backup `all.zip`, and a phone."""
    copy = tmp_path / "copy"
    with app.app_context():
        owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
        settle([owner])
        sequencing.step(now_ms())
        backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
        owner.record(farm_of(owner), entry=1)
        settle([owner])
        note = sequencing.step(now_ms()).note
        assert note is not None
        shutil.copytree(sequencing.tree_folder(), copy)
    return copy, note, owner


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


@pytest.mark.parametrize("name", ["/outside", "../outside", "tile/../../outside"])
def test_a_tree_of_a_backup_never_leads_out_of_its_folder(
    app: Flask, elsewhere: Flask, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "all.zip"
    name = name.replace("/outside", f"{tmp_path}/outside") if name.startswith("/") else name
    with app.app_context():
        diary(app, "Phạm Thị Lụa", "Nhà Lụa")
        backing_up.make(path, photo_store(), now_ms())
    with zipfile.ZipFile(path) as file:
        members = {one: file.read(one) for one in file.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    manifest["files"][f"tree/{name}"] = [1, hashlib.sha256(b"x").hexdigest()]
    with zipfile.ZipFile(path, "w") as file:
        for one, data in {**members, f"tree/{name}": b"x", "manifest.json": json.dumps(manifest)}.items():
            file.writestr(one, data)
    with elsewhere.app_context(), pytest.raises(ArchiveDamaged, match="leads out"):
        backing_up.restore(path, photo_store())
    assert not list(tmp_path.rglob("outside"))
    assert not list((tmp_path / "elsewhere").rglob("*.pem")), "nothing was put back before it was seen"


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


@pytest.mark.parametrize("cut", ["photos", "tree", "epoch"])
def test_a_restore_that_was_cut_off_is_no_server_and_begins_anew(
    app: Flask, elsewhere: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    with app.app_context():
        owner = diary(app, "Phạm Thị Lụa", "Nhà Lụa")
        settle([owner])
        upload(owner.phone, farm_of(owner), picture())
        sequencing.step(now_ms())
        made = backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
    run, words = elsewhere.test_cli_runner().invoke, ["restore", str(tmp_path / "all.zip")]
    with elsewhere.app_context():
        with monkeypatch.context() as at:
            at.setattr(*dying(cut))
            first = run(args=words)
            assert (first.exit_code, "the disk is full" in first.output) == (1, True), first.output
        assert "restore FILE again" in run(args=["people", "list"]).output
        assert "✗ restore" in run(args=["doctor"]).output
        with pytest.raises(HalfRestored, match="begins anew"):
            create_app(elsewhere.extensions["settings"])
        again = run(args=words)
        assert (again.exit_code, "tree recover --copy" in again.output) == (0, True), again.output
        assert tree_check.is_waiting(), (
            "the tree is the backup's, put by the one that was cut off or by this one"
        )
        with reading() as session:
            assert {scope: seq for scope, (seq, _) in backups.heads(session).items()} == {
                scope: point[0] for scope, point in made.heads.items()
            }
        assert (list(rebuilding.check()), len(stored())) == ([], 3)
        create_app(elsewhere.extensions["settings"])
        with pytest.raises(NotEmpty, match="move its data away"):
            backing_up.restore(tmp_path / "all.zip", photo_store())


def dying(cut: str) -> tuple[object, str, Callable[..., object]]:
    """Return what to put where, so that a restore finds the disk full at one place."""

    def full(*_args: object) -> None:
        raise NoRoom if cut == "photos" else OSError(errno.ENOSPC, "No space left on device")

    place: dict[str, tuple[object, str]] = {
        "photos": (FolderStore, "put"),
        "tree": (backing_up, "replace_file"),
        "epoch": (restoring, "restored"),
    }
    return (*place[cut], full)


def test_what_a_killed_backup_left_goes_with_the_next_one_and_no_other_backups_work(
    app: Flask, tmp_path: Path
) -> None:
    path = app.extensions["settings"].sqlite_path
    if path is None:
        return
    left = path.parent / f"{PREFIX}killed"
    left.mkdir()
    (left / path.name).write_bytes(b"as great as the database")
    with snapshot():
        assert not left.exists()
        (other,) = path.parent.glob(f"{PREFIX}*/")
        with snapshot():
            assert other.exists()
    assert list(path.parent.glob(f"{PREFIX}*/")) == []


def test_a_database_that_cannot_be_copied_is_told_in_words(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise DatabaseFull

    monkeypatch.setattr(backing_up, "snapshot", full)
    done = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "all.zip")])
    assert (done.exit_code, "the disk is full: make room" in done.output) == (1, True), done.output


def test_a_backup_is_never_put_over_something_and_never_written_over(app: Flask, tmp_path: Path) -> None:
    diary(app, "Phạm Thị Lụa", "Nhà Lụa")
    backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
    with pytest.raises(FileExistsError):
        backing_up.make(tmp_path / "all.zip", photo_store(), now_ms())
    with pytest.raises(NotEmpty):
        backing_up.restore(tmp_path / "all.zip", photo_store())
    assert (tmp_path / "all.zip").stat().st_mode & 0o777 == 0o600
