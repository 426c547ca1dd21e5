"""`flask log check` and `flask log rebuild`: the views against the log they are made from."""

from __future__ import annotations

from collections.abc import Iterable

import click
from flask import Flask
from flask.cli import AppGroup

from server.services import rebuilding
from server.store.view_check import Difference

group = AppGroup("log", help="The log and the views that are made from it.")


@group.command("check")
def check() -> None:
    """Compare every view with the log, and the log's digests; exit code 1 if anything differs."""
    wrong = _tell(rebuilding.check())
    if wrong:
        click.echo(f"{wrong} chỗ khác với nhật ký gốc / {wrong} differences from the log", err=True)
        raise SystemExit(1)
    click.echo("Khớp với nhật ký gốc / Everything is as the log says")


@group.command("rebuild")
def rebuild() -> None:
    """Make every view anew from the log and print what differed before; a damaged log: exit code 1."""
    found = list(rebuilding.rebuild())
    _tell(found)
    damaged = sum(one.table == "ops" for one in found)
    mended = len(found) - damaged
    click.echo(f"Đã dựng lại, sửa {mended} chỗ / Rebuilt, {mended} differences mended")
    if damaged:
        click.echo(f"{damaged} sổ bị hỏng, để nguyên / {damaged} damaged logs left as they are", err=True)
        raise SystemExit(1)


def _tell(found: Iterable[Difference]) -> int:
    count = 0
    for one in found:
        click.echo(str(one))
        count += 1
    return count


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)
