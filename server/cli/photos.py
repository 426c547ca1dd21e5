"""`flask photos expire`: sweep uploads that nobody finished and photos that no op names."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from server.api.photos import photo_store
from server.config import now_ms

group = AppGroup("photos", help="Photos and voice notes.")


@group.command("expire")
def expire() -> None:
    """Remove what was never finished, was refused, or is named by no op after 30 days."""
    swept = photo_store().expire_all(now_ms())
    click.echo(f"Đã dọn {swept} ảnh / {swept} uploads removed.")


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)
