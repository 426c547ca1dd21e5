"""`flask doctor`: what an operator should know of this server."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from flask import Flask

from server.config import now_ms
from server.services import doctor

SIGNS = {"good": "✓", "look": "!", "bad": "✗"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for a machine's watch.")
def doctor_command(*, as_json: bool) -> None:
    """Look at everything an operator should know of; exit code 1 where something is bad.

    Versions, disk, certificate, clocks, database and its schema, read-only mode, backups and the last one
    restored on trial, phones with unsent lines, keys, the public log.
    """
    found = list(doctor.examine(now_ms()))
    if as_json:
        worst = max((one.grade for one in found), key=list(SIGNS).index)
        click.echo(json.dumps({"is": worst, "found": [asdict(one) for one in found]}, ensure_ascii=False))
    for one in found if not as_json else ():
        click.echo(f"{SIGNS[one.grade]} {one.name}: {one.said}")
    if any(one.grade == "bad" for one in found):
        raise SystemExit(1)


def register(app: Flask) -> None:
    """Add the command to `app`."""
    app.cli.add_command(doctor_command)
