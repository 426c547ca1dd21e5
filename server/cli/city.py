"""`flask city send`: tell the city's system of published lots, once or again and again."""

from __future__ import annotations

import time

import click
from flask import Flask
from flask.cli import AppGroup

from server.config import now_ms
from server.services import city_clock

group = AppGroup("city", help="The city's traceability system: what waits for it, sent.")


@group.command("send")
@click.option("--every", type=click.IntRange(10), help="Stay, and do it every so many seconds.")
def send(every: int | None) -> None:
    """Look what there is to tell, and send what waits; serving processes do it by themselves."""
    while True:
        done = city_clock.tick(now_ms())
        if done or every is None:
            click.echo(
                f"Chuyến mới {done['made']}, đã nhận {done['delivered']} / deliveries made {done['made']}, "
                f"delivered {done['delivered']}, asked {done['asked']}, later {done['later']}, "
                f"refused {done['refused']}"
            )
        if every is None:
            return
        time.sleep(every)


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)
