"""`flask sensors …`: add a sensor from the command line, list them, listen to a broker."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from server.config import command, current_settings, now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Farm
from server.models.sensors import Sensor
from server.services import listening, restoring
from server.services.inviting import invite
from server.services.sensor_rows import EVERY_MINUTES, KINDS, add_sensor
from server.services.sensor_shown import sensors_of
from server.store import operator, people

EVERY = [str(one) for one in EVERY_MINUTES]
group = AppGroup("sensors", help="Sensors of farms: their keys, what they measure.")


@group.command("add")
@click.option("--farm", required=True, help="Code, name or id of the farm.")
@click.option("--name", required=True, help='Where it hangs, as people say it: "Phao ao số 1".')
@click.option("--kind", type=click.Choice(KINDS), default="water", show_default=True)
@click.option("--plot", default="", help="plot:<uuid>; left out: the whole farm.")
@click.option("--every", type=click.Choice(EVERY), default="5", show_default=True, help="Minutes.")
@click.option("--organisation", help="Name or id; the first cooperative if left out.")
@click.option("--hours", type=click.IntRange(1, 24 * 31), default=72, show_default=True)
def add(farm: str, name: str, kind: str, plot: str, every: str, organisation: str | None, hours: int) -> None:
    """Print the invitation by which a sensor's program makes its key: `python -m sync.sensor join`."""

    def work(session: Session) -> Sensor:
        found = people.find_organisation(session, organisation)
        home = None if found is None else people.find_farm(session, found.id, farm)
        if home is None:
            raise click.ClickException(f"no farm {farm!r}: run {command('people list')}")
        assert isinstance(home, Farm)
        return add_sensor(
            session, home, name=name, kind=kind, plot=plot, every_minutes=int(every), now=now_ms()
        )

    try:
        key = operator.load_private()
        made = run_write(work)
        link = invite(key, made.id, now_ms(), kind="sensor", hours=hours)
    except operator.OperatorKeyMissing as error:
        raise click.ClickException(str(error)) from error
    except ServiceError as error:
        raise click.ClickException("a name, kind or plot that does not fit") from error
    restoring.look()
    click.echo(f"Máy đo / sensor: {made.id}\nLời mời / invitation:\n  {link.url}")


@group.command("list")
def list_sensors() -> None:
    """List sensors with their last values."""
    with reading() as session:
        farms = [one.id for org in people.organisations(session) for one in people.farms_of(session, org.id)]
    for one in sensors_of(farms, now_ms()):
        values = " ".join(f"{last.measure.code}={last.value / 1000:g}" for last in one.last)
        state = f"silent {one.silent_ms // 60_000} min" if one.silent_ms else "heard"
        click.echo(f"{one.row.id}\t{one.row.name}\t{state}\t{values or '-'}")


@group.command("listen")
def listen() -> None:
    """Take readings from the broker that MQTT_URL names, until stopped."""
    settings = current_settings()
    if not settings.mqtt_url:
        raise click.ClickException("MQTT_URL names no broker")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    listener = listening.Listener(settings.mqtt_url, settings.mqtt_topic, app.app_context)
    click.echo(f"Đang nghe / listening: {listener.shown}")
    try:
        listener.run()
    except KeyboardInterrupt:
        listener.stop()


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)
