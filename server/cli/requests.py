"""`flask people requests | settle | decline`: what was asked from the field and waits for a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import click
from flask import Flask

from server.cli.people import VIETNAM, group
from server.config import now_ms
from server.errors import ServiceError
from server.services import restoring, settling


@group.command("requests")
def list_requests() -> None:
    """List the requests that wait, the oldest first: id, time, kind, who asked, what."""
    for one in settling.waiting():
        at = datetime.fromtimestamp(one.received_at / 1000, VIETNAM).strftime("%H:%M %d/%m/%Y")
        told = json.dumps(one.values, ensure_ascii=False)
        click.echo(f"{one.id}\t{at}\t{one.kind}\t{one.asked_by}\t{told}")


@group.command("settle")
@click.argument("request")
def settle_request(request: str) -> None:
    """Make the row that a request asks for; the ops that waited for it are taken when they come again."""
    _decide(lambda: settling.settle(request, now_ms()))


@group.command("decline")
@click.argument("request")
@click.option("--reason", required=True, help="Shown to the person who asked.")
def decline_request(request: str, reason: str) -> None:
    """Say no to a request; what was recorded stays on the phone, listed and exportable."""
    _decide(lambda: settling.decline(request, reason))


def register(_app: Flask) -> None:
    """Importing this module has added the commands to the group of `flask people`."""


def _decide(work: Callable[[], None]) -> None:
    try:
        work()
    except ServiceError as error:
        told = "no such request that waits" if error.slug == "not_found" else error.detail
        raise click.ClickException(told) from error
    restoring.look()
    click.echo("Xong. / Done.")
