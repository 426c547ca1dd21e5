"""`flask readonly on | off`: let the server show everything and take nothing, and let it go on."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click
from flask import Flask

from server.config import command
from server.services import read_only
from server.store.read_only import Standing

WHY_CHARS = 200


@click.group("readonly", invoke_without_command=True)
@click.pass_context
def group(context: click.Context) -> None:
    """Show everything and take nothing: for a backup before a move, or while something is looked into.

    Phones go on recording and keep what they have; they send it by themselves afterwards. Without a word
    after it, it says how the server stands.
    """
    if context.invoked_subcommand is None:
        click.echo(_told(read_only.standing()))


def is_on() -> str:
    """Return what a command says that may not write now."""
    return f"Máy chủ đang chỉ cho xem / the server is read-only: {command('readonly off')}"


@group.command("on")
@click.option("--why", required=True, help="What people at the computer read beside it.")
def switch_on(why: str) -> None:
    """Take nothing any more, in every process, from the end of this command on."""
    text = " ".join(why.split())[:WHY_CHARS]
    if not text:
        raise click.ClickException("--why: vì sao / a few words")
    made = read_only.switch_on(text)
    time.sleep(read_only.SECONDS + 1)  # every process has looked, and what it was at has ended
    click.echo(_told(made))


@group.command("off")
def switch_off() -> None:
    """Take everything again."""
    try:
        read_only.switch_off()
    except ValueError as error:
        raise click.ClickException(
            f"{error}: bỏ biến này rồi chạy lại máy chủ / unset it, restart"
        ) from error
    click.echo(_told(None))


def _told(standing: Standing | None) -> str:
    if standing is None:
        return "Máy chủ nhận bình thường. / The server takes what comes."
    since = "" if standing.since is None else f"{datetime.fromtimestamp(standing.since / 1000, UTC):%FT%TZ}, "
    return f"Chỉ cho xem, không nhận gì / read-only: {since}{standing.why}"


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)
