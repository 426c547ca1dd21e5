"""`flask doctor`: what an operator should know of this server."""

from __future__ import annotations

import click
from flask import Flask

from server.config import now_ms
from server.services import doctor

SIGNS = {"good": "✓", "look": "!", "bad": "✗"}


@click.command("doctor")
def doctor_command() -> None:
    """Look at versions, disk, clock, database, backups, phones, keys and the public log; exit code 1: bad."""
    found = list(doctor.examine(now_ms()))
    for one in found:
        click.echo(f"{SIGNS[one.grade]} {one.name}: {one.said}")
    if any(one.grade == "bad" for one in found):
        raise SystemExit(1)


def register(app: Flask) -> None:
    """Add the command to `app`."""
    app.cli.add_command(doctor_command)
