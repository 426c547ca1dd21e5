"""`flask upgrade`: a backup, then the migrations; and how to go back."""

from __future__ import annotations

import click
from flask import Flask

from server.api.photos import photo_store
from server.cli import readonly
from server.cli.backup import told
from server.cli.doctor import SIGNS
from server.config import command, now_ms
from server.db import DatabaseTrouble, ReadOnly
from server.services import doctor, read_only, schema_guard, upgrading
from server.services.schema_guard import WrongSchema
from server.services.upgrading import Kept, UpgradeFailed
from server.store.archive import ArchiveDamaged


@click.command("upgrade")
@click.option("--no-backup", is_flag=True, help="Only where you have just made another one yourself.")
def upgrade_command(no_backup: bool) -> None:
    """Bring the database to this version: backup into BACKUP_DIR, compare it, migrate, look around.

    Run it after every update of the program, before the server starts. Where nothing is to be done it says
    so. The last BACKUPS_KEPT backups of this kind stay.
    """
    try:
        schema = schema_guard.look()
        if schema.state == "newer":
            schema_guard.refuse(schema)
        if schema.state == "fits":
            click.echo(
                f"Cơ sở dữ liệu đã đúng bản {schema.here}. / The database is at {schema.here} already."
            )
            return
        read_only.check()
        kept = None
        if not no_backup and upgrading.has_something():
            kept = upgrading.keep(schema, photo_store(), now_ms())
            click.echo(f"Đã sao lưu và so lại / backed up and compared: {kept.path}")
    except WrongSchema as error:
        raise click.ClickException(str(error)) from error
    except ReadOnly as error:
        raise click.ClickException(readonly.is_on()) from error
    except (OSError, ValueError, ArchiveDamaged, DatabaseTrouble) as error:
        raise click.ClickException(
            f"Chưa sao lưu được, chưa đổi gì / no backup, nothing changed: {told(error)}"
        ) from error
    _migrate(kept)
    click.echo(f"Đã nâng lên / upgraded: {schema.here or '-'} → {schema.newest}")
    for one in doctor.examine(now_ms()):
        if one.grade != "good":
            click.echo(f"{SIGNS[one.grade]} {one.name}: {one.said}")
    if kept is not None:
        click.echo(f"Muốn quay lại / to go back: {_way_back(kept)}")


def _migrate(kept: Kept | None) -> None:
    try:
        upgrading.migrate(kept)
    except UpgradeFailed as error:
        cause = error.__cause__
        raise click.ClickException(
            f"Không nâng được, dữ liệu vẫn ở bản {error.here} như trước / not upgraded, the data is at "
            f"{error.here} as before ({type(cause).__name__}: {cause})\n"
            "Chạy lại bản chương trình cũ là được. / The older program runs on it as it did."
            + ("" if kept is None else f"\nNếu cần / if need be: {_way_back(kept)}")
        ) from error


def _way_back(kept: Kept) -> str:
    """Return what to do: the file goes into an empty server of the older version."""
    return (
        "cài lại bản chương trình cũ, cơ sở dữ liệu trống / the older program, an empty database, then: "
        + command(f"restore {kept.path}")
    )


def register(app: Flask) -> None:
    """Add the command to `app`."""
    app.cli.add_command(upgrade_command)
