"""`flask reminders send`: remind phones of what is new in their books, once or again and again."""

from __future__ import annotations

import time

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from server.config import command, now_ms
from server.db import DatabaseTrouble
from server.services import reminding
from server.store.outward import Line
from server.store.push_key import FILES, PushKeyMissing

group = AppGroup("reminders", help="Reminders of phones: no content, few, never at night.")


@group.command("send")
@click.option("--every", type=click.IntRange(10), help="Stay, and do it every so many seconds.")
def send(every: int | None) -> None:
    """Look what there is to remind of, and send what waits; run it every few minutes."""
    try:
        FILES.load()
    except PushKeyMissing as error:
        raise click.ClickException(f"{error}; {command('setup')} makes one") from error
    try:
        while _went_on(every):
            time.sleep(every or 0)
    except KeyboardInterrupt:
        if every is None:  # told to stay, it is told to stop: no unit failed by that
            raise


def _went_on(every: int | None) -> bool:
    """Send once; return whether it is to be done again."""
    try:
        _send()
    except DatabaseTrouble:
        if every is None:
            raise
        click.echo("Cơ sở dữ liệu chưa dùng được, thử lại sau. / The database is away, again later.")
    return every is not None


def _send() -> None:
    line = current_app.extensions.get("push_line") or Line()
    waiting = reminding.plan(now_ms())
    done = reminding.send_due(now_ms(), line, FILES.load())
    if waiting or done:
        click.echo(
            f"Đã nhắc {done['taken']} máy / phones reminded: {done['taken']}; "
            f"over: {done['gone']}, later: {done['later']}."
        )


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)
