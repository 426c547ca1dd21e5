"""`flask restored`: say that the database was put back from a backup."""

from __future__ import annotations

import click
from flask import Flask

from server.cli.backup import waits
from server.services import restoring, tree_check


@click.command("restored")
def restored_command() -> None:
    """Begin a new epoch after a restore that the server did not notice by itself.

    The server notices where the database is older than watermark.json in DATA_DIR says. Run this where the
    backup brought that file back with it, or where it is lost. Once more than needed does no harm: phones
    that lack nothing send nothing. Where the public log's folder may have come back too, nothing is signed
    before `flask tree recover`.
    """
    try:
        epoch = restoring.restored()
        is_waiting = tree_check.wait_after_restore(least=tree_check.leaf_count() + 1)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"Đợt mới / new epoch: {epoch}. Các máy sẽ tự gửi lại phần thiếu. / Phones send what is missing."
    )
    if is_waiting:
        click.echo(waits())


def register(app: Flask) -> None:
    """Add the command to `app`."""
    app.cli.add_command(restored_command)
