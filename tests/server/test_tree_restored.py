"""The transparency log in trouble: an older database, two writers, a crash, a lost key (faults.md 79–81)."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from server.app import create_app
from server.config import Settings, now_ms
from server.db import reading, run_write, writing
from server.models.tree import TreeHead
from server.services import sequencing, tree_check, tree_clock
from server.services.sequencing import TreeBroken
from server.store import log_key, tree, tree_files
from sync import ids
from sync.checkpoint import sign
from sync.signing import NoteSigner
from sync.tree import verify_consistency
from tests.server.backups import Backups
from tests.server.ops import make, scope_of, sync
from tests.server.phones import ORIGIN, Phone, enrolled, slug, start
from tests.server.trees import folder, grow, leaf_count, step


@pytest.fixture
def phone(app: Flask, client: FlaskClient) -> Phone:
    """A farmer's phone, joined."""
    start()
    return enrolled(client, "Phạm Thị Lụa", "Nhà Lụa")


def test_case_079_an_older_database_signs_nothing_proves_nothing_and_takes_ops(
    phone: Phone, client: FlaskClient, backups: Backups
) -> None:
    scope = scope_of(phone)
    grow(phone, scope, 1)
    step()
    number = backups.save()
    grow(phone, scope, 2)
    newest = step()
    backups.restore(number)
    with pytest.raises(TreeBroken, match="an older copy was put back"):
        sequencing.step(now_ms())
    assert tree_clock.tick(now_ms()).note is None  # the clock goes on and says so in the log
    proof = client.get("/log/inclusion?index=0")
    assert (proof.status_code, slug(proof)) == (503, "log_recovering")
    assert int(proof.headers["Retry-After"]) > 0
    assert client.get("/log/consistency?old=1").status_code == 503
    assert client.get("/log/checkpoint").get_data(as_text=True) == str(newest)  # what was signed stays
    answer = sync(phone, make(phone, scope, 9, entry=9), tree=0)
    assert answer["results"][0]["result"] == "accepted"
    assert "tree" not in answer
    with pytest.raises(TreeBroken):
        sequencing.step(now_ms())


def test_case_079_recovery_brings_the_signed_leaves_back_and_the_tree_tells_of_the_gap(
    phone: Phone, client: FlaskClient, backups: Backups
) -> None:
    scope = scope_of(phone)
    grow(phone, scope, 1)
    step()
    number = backups.save()
    grow(phone, scope, 2)
    newest = step()
    backups.restore(number)
    assert tree_check.recover() == 1
    after = step()  # the scope stands at 1 again: a leaf says so
    assert after.checkpoint.size == newest.checkpoint.size + 1
    told = client.get(f"/log/consistency?old={newest.checkpoint.size}").get_json()
    proof = [ids.b64_decode(one) for one in told["consistency"]]
    at = (newest.checkpoint.size, after.checkpoint.size)
    assert verify_consistency(*at, proof, newest.checkpoint.root, after.checkpoint.root)
    grow(phone, scope, 9)
    step()
    proven = sync(phone, cursors={scope: "0"}, tree=0)["tree"]["heads"][scope]
    assert proven["seq"] == 2


def test_recovery_without_the_lost_leaves_or_with_others_changes_nothing(
    phone: Phone, backups: Backups, tmp_path: Path
) -> None:
    scope = scope_of(phone)
    number = backups.save()
    grow(phone, scope, 1)
    size = step().checkpoint.size
    copy = tmp_path / "copy"
    shutil.copytree(folder(), copy)
    backups.restore(number)
    bundle = folder() / f"tile/entries/000.p/{size}"
    data = bundle.read_bytes()
    bundle.unlink()
    with pytest.raises(TreeBroken, match="is missing"):
        tree_check.recover()
    bundle.write_bytes(data.replace(scope.encode(), scope[::-1].encode()))
    with pytest.raises(TreeBroken, match="damaged"):
        tree_check.recover()
    assert leaf_count() == 0
    assert tree_check.recover(copy) == size
    assert step().checkpoint.size >= size


def test_case_080_a_second_process_neither_waits_nor_doubles(phone: Phone, settings: Settings) -> None:
    scope = scope_of(phone)
    first = step()
    grow(phone, scope, 1)
    with tree_files.only_writer(folder()) as is_ours:
        assert is_ours
        assert sequencing.step(now_ms()).was_busy
    second = step()
    assert second.checkpoint.size == leaf_count() == first.checkpoint.size + 1


def test_case_080_two_folders_over_one_database_never_sign_two_trees(
    phone: Phone, settings: Settings, tmp_path: Path
) -> None:
    scope = scope_of(phone)
    step()
    copy = tmp_path / "elsewhere"
    shutil.copytree(folder(), copy)
    grow(phone, scope, 1)
    step()
    other = create_app(
        Settings(
            data_dir=settings.data_dir, database_url=settings.database_url, origin=ORIGIN, demo=False,
            tree_every_seconds=0, tree_dir=str(copy),
        )
    )  # fmt: skip
    # Its folder lacks what the database says was signed.
    with other.app_context(), pytest.raises(TreeBroken):
        sequencing.step(now_ms())
    with reading() as session:
        before = tree.head(session)
    assert before is not None
    stale = (before.size - 1, b"\0" * 32)
    with writing() as session:
        assert not tree.replace_head(session, stale, (before.size + 1, b"\1" * 32), "x", 0)
        assert not tree.replace_head(session, None, (before.size + 1, b"\1" * 32), "x", 0)


@pytest.mark.parametrize("cut", ["write_tiles", "replace_head", "write_checkpoint"])
def test_case_081_a_crash_before_the_checkpoint_loses_no_leaf_and_doubles_none(
    phone: Phone, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = scope_of(phone)
    first = step()
    grow(phone, scope, 1)
    where = {"write_tiles": sequencing, "replace_head": tree, "write_checkpoint": tree_files}[cut]

    def die(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(where, cut, die)
        with pytest.raises(KeyboardInterrupt):
            sequencing.step(now_ms())
    after = step()
    assert after.checkpoint.size == leaf_count() == first.checkpoint.size + 1
    assert list(tree_check.check()) == []
    assert tree_files.read_checkpoint(folder()) == str(after)


def test_a_backup_taken_between_leaves_and_checkpoint_goes_on(phone: Phone, backups: Backups) -> None:
    scope = scope_of(phone)
    step()
    grow(phone, scope, 1)
    run_write(tree.append_grown)
    number = backups.save()
    signed = step()
    backups.restore(number)
    assert step() == signed


@pytest.mark.parametrize("loss", ["file", "rows", "fork"])
def test_nothing_is_signed_where_file_and_database_tell_different_things(phone: Phone, loss: str) -> None:
    note = step()
    if loss == "file":
        (folder() / "checkpoint").unlink()
    elif loss == "rows":
        with writing() as session:
            session.execute(delete(TreeHead))
    else:
        forged = sign(log_key.load_private(), ORIGIN, note.checkpoint.size, b"\x07" * 32)
        tree_files.write_checkpoint(folder(), str(forged))
    with pytest.raises(TreeBroken):
        sequencing.step(now_ms())
    assert phone.client.get("/log/inclusion?index=0").status_code == 503
    if loss == "file":
        with pytest.raises(TreeBroken, match="gone"):
            tree_check.recover()
        assert tree_check.recover(checkpoint_lost=True) == 0
        assert step() == note


def test_case_113_a_lost_log_key_stops_the_start_and_is_never_made_anew(
    phone: Phone, settings: Settings
) -> None:
    step()
    path = settings.data_dir / log_key.PRIVATE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.rename(path.with_suffix(".away"))
    with pytest.raises(log_key.LogKeyMissing):
        sequencing.step(now_ms())
    clocked = Settings(
        data_dir=settings.data_dir, database_url=settings.database_url, origin=ORIGIN, demo=False,
        tree_every_seconds=60,
    )  # fmt: skip
    with pytest.raises(log_key.LogKeyMissing, match=r"log\.pem"):
        create_app(clocked)
    path.write_bytes(NoteSigner.generate().to_pem())
    with pytest.raises(log_key.LogKeyMissing, match="halves"):
        create_app(clocked)
    create_app(settings)  # a process that never signs needs no key
