"""`flask photos expire | check`: sweep what nobody finished or names; ask again for what was lost."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from server.api.photos import photo_store
from server.config import now_ms
from server.services import lost_photos, photo_sweep

group = AppGroup("photos", help="Photos and voice notes.")


@group.command("expire")
def expire() -> None:
    """Remove what was never finished, was refused, or is named by no op after 30 days."""
    swept = photo_sweep.expire_all(photo_store(), now_ms())
    click.echo(f"Đã dọn {swept} ảnh / {swept} uploads removed.")


@group.command("check")
def check() -> None:
    """Look for photos whose bytes are gone or others than came, and ask the phones for them again."""
    lost, named = lost_photos.ask_again(photo_store().blobs)
    for line in named:
        click.echo(line, err=True)
    click.echo(f"{lost + len(named)} ảnh phải xin lại / photos are wanted again.")


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)
