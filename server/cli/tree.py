"""`flask tree step | run | check | recover`: the transparency log, written, checked and mended."""

from __future__ import annotations

import time
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from server.api.photos import photo_store
from server.config import current_settings, now_ms
from server.services import cosigning, lost_photos, sequencing, tree_check, tree_clock
from server.services.sequencing import TreeBroken
from server.store.key_files import KeyMissing
from server.store.log_key import LogKeyMissing

group = AppGroup("tree", help="The transparency log: the tree of all books' newest points.")


@group.command("step")
def step() -> None:
    """Write what grew into the tree and sign a checkpoint, once; exit code 1 where nothing may be signed."""
    try:
        done = sequencing.step(now_ms())
    except (TreeBroken, LogKeyMissing) as error:
        raise click.ClickException(str(error)) from error
    if done.was_busy:
        click.echo("Tiến trình khác đang ghi / another process is writing it")
    elif done.note is None:
        click.echo("Chưa có gì để ghi / nothing to write yet")
    else:
        size = done.note.checkpoint.size
        said = "Điểm chốt mới / new checkpoint" if done.is_new else "Không có gì mới / nothing new"
        click.echo(f"{said}: {size}")


@group.command("run")
def run() -> None:
    """Do the same every `TREE_EVERY_SECONDS` (60 where that is 0), until it is stopped."""
    while True:
        tree_clock.tick(now_ms())
        time.sleep(current_settings().tree_every_seconds or 60)


@group.command("check")
def check() -> None:
    """Compare tree, log, tiles and checkpoint, and photos with their hashes; exit code 1 if one differs."""
    wrong = [*tree_check.check(), *lost_photos.altered(photo_store().blobs)]
    for line in wrong:
        click.echo(line)
    if wrong:
        click.echo(f"{len(wrong)} chỗ không khớp / {len(wrong)} places do not fit", err=True)
        raise SystemExit(1)
    click.echo("Nhật ký công khai khớp / The transparency log fits")


@group.command("recover")
@click.option("--copy", type=click.Path(path_type=Path, file_okay=False), help="A copy of the tree's folder.")
@click.option(
    "--checkpoint-lost", is_flag=True, help="The database's newest checkpoint is the newest of all."
)
@click.option("--no-newer", is_flag=True, help="No copy is newer than what came with the backup.")
def recover(copy: Path | None, checkpoint_lost: bool, no_newer: bool) -> None:
    """After an older database was put back: bring back the leaves that were signed, then go on signing.

    Where the tree came out of the backup too, nothing is signed before this command: with --copy it takes
    what was signed since; with --no-newer you say that there is nothing, and phones that know of more will
    see that this log split.
    """
    try:
        count = tree_check.recover(copy, checkpoint_lost=checkpoint_lost, no_newer=no_newer)
    except (TreeBroken, LogKeyMissing) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Đã lấy lại {count} lá / {count} leaves came back; signing goes on.")


@group.command("witness-key")
@click.option(
    "--name", help="The name that stands before every signature; the host of PUBLIC_URL without it."
)
def make_witness_key(name: str | None) -> None:
    """Make the key that other communes' logs are witnessed with, once, and say what their operators need."""
    try:
        key, address = cosigning.make_key(name)
    except (KeyMissing, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{key} {address}")


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)
