"""`flask backup | verify | restore`: one file with everything, tested by really putting it back."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask

from server.api.photos import photo_store
from server.config import command, now_ms
from server.db import DatabaseFull, DatabaseTrouble
from server.services import backing_up, schema_guard, tree_check, upgrading
from server.services.backing_up import NotEmpty
from server.store.archive import ArchiveDamaged, Manifest
from server.store.blobs import NoRoom

FILE = click.Path(path_type=Path, dir_okay=False)
# What a trial must not take from the server: where its data, its photos and its tree lie.
OWN_PLACES = (
    "DATABASE_URL", "DATABASE_URL_FILE", "PHOTO_STORE", "TREE_DIR", "CITY_ADAPTER", "CITY_URL", "MQTT_URL",
)  # fmt: skip


class TrialFailed(Exception):
    """A backup that is damaged, or could not be restored on trial; the message says which."""


@click.command("backup")
@click.argument("file", type=FILE)
def backup_command(file: Path) -> None:
    """Write everything into one new FILE while the server runs: rows, photos, the public log, keys.

    It holds the keys and every private word: keep it where only the operator reads. `flask verify FILE`
    tests it.
    """
    try:
        made = backing_up.make(file, photo_store(), now_ms())
    except FileExistsError:
        raise click.ClickException(f"{file} đã có / is there already: name a new file") from None
    except (OSError, ValueError, DatabaseTrouble) as error:
        raise click.ClickException(f"Chưa sao lưu được / no backup: {told(error)}") from error
    click.echo(f"Đã sao lưu / backed up: {file}, {_told(made)}")


@click.command("verify")
@click.argument("file", type=FILE)
def verify_command(file: Path) -> None:
    """Restore FILE on trial beside the server, compare every view with the log, say what it covers.

    From then on phones hear up to where a tested backup covers what they hold. Exit code 1: it is no good.
    """
    is_ours = _can_note()
    try:
        manifest = _try(file)
    except TrialFailed as error:
        if is_ours:
            backing_up.note_failed(file)
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"Không đọc được / can't be read: {told(error)}") from error
    click.echo(f"Đã phục hồi thử, khớp / restored on trial, all fits: {_told(manifest)}")
    if not is_ours:
        click.echo(
            "Chưa ghi vào sổ máy chủ, vì cơ sở dữ liệu ở bản khác hoặc còn trống "
            "/ not noted here: another schema, or none"
        )
        return
    covered = backing_up.note_tested(manifest, now_ms())
    click.echo(f"{covered} sổ được bản này che chở / logs are covered by it")


@click.command("restore")
@click.argument("file", type=FILE)
def restore_command(file: Path) -> None:
    """Put FILE into an empty server (no rows, no keys) and begin a new epoch: phones send what is missing."""
    try:
        manifest, epoch = backing_up.restore(file, photo_store())
    except (NotEmpty, ArchiveDamaged, NoRoom, OSError, ValueError, DatabaseTrouble) as error:
        raise click.ClickException(f"Không phục hồi được / not restored: {told(error)}") from error
    click.echo(f"Đã phục hồi / restored: {_told(manifest)}")
    click.echo(
        f"Đợt mới / new epoch: {epoch}. Các máy sẽ tự gửi lại phần thiếu. / Phones send what is missing."
    )
    if tree_check.is_waiting():
        click.echo(waits())
    check, recover = command("tree check"), command("tree recover")
    click.echo(f"Tiếp theo / next: {check} (hoặc / or {recover}), {command('doctor')}")


def waits() -> str:
    """Return what the operator is to say after a restore."""
    recover = command("tree recover")
    return (
        "Nhật ký công khai chưa ký tiếp, vì sau bản này có thể đã ký thêm: mang bản chép mới nhất về rồi "
        f"chạy {recover} --copy THƯ_MỤC; không có bản nào mới hơn thì {recover} --no-newer. "
        "/ The public log signs nothing yet, for more may have been signed after this backup: bring the "
        f"newest copy and run {recover} --copy FOLDER; where there is none, {recover} --no-newer."
    )


def _can_note() -> bool:
    """Return whether this server's database can keep what a trial found; a backup is tried without it too."""
    try:
        return schema_guard.look().state not in ("older", "newer") and upgrading.has_something()
    except DatabaseTrouble:
        return False


def _try(file: Path) -> Manifest:
    """Return what a backup holds, after it was put back beside the server. Raises: TrialFailed, OSError."""
    try:
        manifest = backing_up.check(file)
    except ArchiveDamaged as error:
        raise TrialFailed(f"Bản sao hỏng / no good backup: {error}") from error
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-trial-") as folder:
        for command in (["restore", str(file.resolve())], ["log", "check"]):
            done = _elsewhere(Path(folder), command)
            if done.returncode:
                said = f"flask {' '.join(command[:1])}\n{done.stdout}{done.stderr}"
                raise TrialFailed(f"Thử phục hồi không được / the trial failed: {said}")
    return manifest


def told(error: Exception) -> str:
    """Return what stood in the way, in words: what a database or a store raises has none of its own."""
    is_full = isinstance(error, DatabaseFull | NoRoom)
    if is_full or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)):
        return "đĩa đầy: dọn chỗ rồi chạy lại / the disk is full: make room, run it again"
    return str(error) or type(error).__name__


def _elsewhere(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command of ours on an empty SQLite in a folder of its own, in a process of its own."""
    own = {name: value for name, value in os.environ.items() if name not in OWN_PLACES}
    return subprocess.run(  # noqa: S603 (our own program; the arguments are paths that the operator gave)
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        env=own | {"DATA_DIR": str(folder), "TREE_EVERY_SECONDS": "0", "CITY_EVERY_SECONDS": "0"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def _told(manifest: Manifest) -> str:
    made = datetime.fromtimestamp(manifest.made_at / 1000, UTC).astimezone()
    photos = sum(one.startswith("photos/received/") for one in manifest.files)
    counted = f"{manifest.ops} dòng / ops, {len(manifest.heads)} sổ / logs, {photos} ảnh / photos"
    return f"{counted}, {made:%H:%M %d/%m/%Y}"


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    for one in (backup_command, verify_command, restore_command):
        app.cli.add_command(one)
