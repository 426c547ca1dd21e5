"""`flask audit export`: who saw and did what on the console, as CSV."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from server.services import auditing

group = AppGroup("audit", help="Who saw and did what on the cooperative's pages.")


@group.command("export")
def export() -> None:
    """Write every event as a line of CSV, the oldest first; people are named by their ids."""
    for line in auditing.export():
        click.echo(line)


def register(app: Flask) -> None:
    """Add the commands of this module to `app`."""
    app.cli.add_command(group)
