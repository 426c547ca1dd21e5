"""`flask audit export | check`: who saw and did what on the console, as rows that can be checked later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import click
from flask import Flask
from flask.cli import AppGroup

from server.config import command, now_ms
from server.services import audit_file
from server.services.audit_file import Form, NotWhole
from server.store import operator
from server.store.operator import OperatorKeyMissing

DAY = click.DateTime(["%Y-%m-%d"])
FOR_EVER_MS = 2**53 - 1

group = AppGroup("audit", help="Who saw and did what on the cooperative's pages.")


@group.command("export")
@click.option("--from", "first", type=DAY, help="First day (UTC); left out: from the beginning.")
@click.option("--to", "last", type=DAY, help="Last day (UTC), with it; left out: until now.")
@click.option("--as", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
def export(first: datetime | None, last: datetime | None, form: str) -> None:
    """Write every event of a period as a line, the oldest first; people are named by their ids alone.

    Each row holds a chain over all before it, and the last one is signed by the operator's key: `flask audit
    check FILE` sees whether anything was changed, left out or put in.
    """
    begin = 0 if first is None else _ms(first)
    end = FOR_EVER_MS if last is None else _ms(last + timedelta(days=1))
    try:
        for line in audit_file.export(begin, end, now_ms(), cast(Form, form)):
            click.echo(line)
    except OperatorKeyMissing as error:
        raise click.ClickException(str(error)) from error


@group.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def check(file: Path) -> None:
    """Say whether an export is as it was written, by this server's operator key; exit code 1: it is not."""
    try:
        key = operator.public_key()
        if key is None:
            raise click.ClickException(f"chưa dựng máy chủ / not set up: {command('setup')}")
        origin, count = audit_file.check(file.read_text("utf-8").splitlines(), key)
    except (NotWhole, OperatorKeyMissing, UnicodeDecodeError) as error:
        raise click.ClickException(f"Không còn nguyên / not whole: {error}") from error
    click.echo(f"Còn nguyên / whole: {count} việc / events, {origin}")


def _ms(day: datetime) -> int:
    return int(day.replace(tzinfo=UTC).timestamp() * 1000)


def register(app: Flask) -> None:
    """Add the commands of this module to `app`."""
    app.cli.add_command(group)
